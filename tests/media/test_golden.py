"""Every file of pydicom's packaged test set: its picture is the one that DICOM's own words give, or it is
refused for the reason that stands here.

The reference is written here from PS3.3, PS3.4 and PS3.5, in numpy and double precision: uncompressed pixels
are taken from the bytes, compressed ones from another decoder than mmdesk's where there is one. Values must
be equal bit for bit, greys to the rounding of single precision.

    python tests/media/test_golden.py        prints the table
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.uid as uids
import pytest
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder

from mmdesk.errors import InputProblem
from mmdesk.media.decoders import _PLUGINS
from mmdesk.media.stack import FLAT, stack_of

FOLDER = Path(pydicom.__file__).parent / "data" / "test_files"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
EPSILON = 2.0**-22  # what sums in single precision, of values in [0, 1], may be off

NO_PICTURE = "this DICOM file holds no picture"
SMALL = "the picture is only"
TEXT = "this is a text file, not an image"
UNKNOWN = "this is of a kind that mmdesk does not know"
# What is not read: what is said, and why.
REFUSED = {
    "ExplVR_BigEndNoMeta.dcm": (UNKNOWN, "a plan without pictures or head, big-endian"),
    "ExplVR_LitEndNoMeta.dcm": (NO_PICTURE, "a plan for ions"),
    "JPEG-lossy.dcm": ("its pixels are compressed as JPEG Extended", "12 bits: no decoder here reads them"),
    "JPEG2000-embedded-sequence-delimiter.dcm": ("the picture in it is damaged", "its size is overwritten"),
    "JPEGLSNearLossless_08.dcm": (SMALL, "10 pixels wide"),
    "JPEGLSNearLossless_16.dcm": (SMALL, "10 pixels wide"),
    "JPGExtended.dcm": ("its pixels are compressed as JPEG Extended", "12 bits: no decoder here reads them"),
    "MR_truncated.dcm": ("the file ends before the picture does", "its last rows are missing"),
    "README.txt": (TEXT, "a text"),
    "SC_rgb_small_odd.dcm": (SMALL, "3 by 3 pixels"),
    "SC_rgb_small_odd_big_endian.dcm": (SMALL, "3 by 3 pixels"),
    "SC_rgb_small_odd_jpeg.dcm": (SMALL, "3 by 3 pixels"),
    "UN_sequence.dcm": (NO_PICTURE, "a private sequence alone"),
    "badVR.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "crayons.icc": (UNKNOWN, "a colour profile"),
    "empty_charset_LEI.dcm": (NO_PICTURE, "a name alone"),
    "meta_missing_tsyntax.dcm": ("the picture in it is damaged", "pixels without a size"),
    "nested_priv_SQ.dcm": ("the picture in it is damaged", "pixels without a size"),
    "no_meta.dcm": (UNKNOWN, "a stray byte stands before its first element"),
    "no_meta_group_length.dcm": (NO_PICTURE, "a plan"),
    "priv_SQ.dcm": (NO_PICTURE, "a private sequence alone"),
    "reportsi.dcm": (NO_PICTURE, "a report"),
    "reportsi_with_empty_number_tags.dcm": (NO_PICTURE, "a report"),
    "rtdose.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtdose_1frame.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtdose_expb.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtdose_expb_1frame.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtdose_rle.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtdose_rle_1frame.dcm": (SMALL, "a dose of 10 by 10 pixels"),
    "rtplan.dcm": (NO_PICTURE, "a plan"),
    "rtplan.dump": (TEXT, "a text"),
    "rtplan_truncated.dcm": (NO_PICTURE, "a plan"),
    "rtstruct.dcm": (NO_PICTURE, "contours"),
    "rtstruct.dump": (TEXT, "a text"),
    "test-SR.dcm": (NO_PICTURE, "a report"),
    "test1.json": (TEXT, "a text"),
    "test_PN.json": (TEXT, "a text"),
    "waveform_ecg.dcm": ("this is a recording (DICOM waveform)", "an electrocardiogram"),
    "zipMR.gz": ("this is a compressed file", "DICOM is not compressed from outside"),
    "dicomdirtests/README.txt": (TEXT, "a text"),
    "dicomdirtests/TINY_ALPHA/README": (TEXT, "a text"),
    **{path: (NO_PICTURE, "a directory") for path in FILES if "DICOMDIR" in path},
    **{path: (NO_PICTURE, "a header alone") for path in FILES if "TINY_ALPHA/PT" in path},
}

Values = NDArray[Any]
Floats = NDArray[np.float64]


def stored(dataset: Dataset, index: int) -> tuple[Values, str]:
    """The values of one frame and their photometric interpretation, not by mmdesk's decoder."""
    syntax = dataset.file_meta.TransferSyntaxUID
    kind = dataset.PhotometricInterpretation
    if not syntax.is_encapsulated:
        return uncompressed(dataset, index), "YBR_FULL" if kind == "YBR_FULL_422" else kind
    others = [plugin for plugin in others_of(syntax) if plugin_reads(dataset, plugin)]
    plugin = others[0] if others else _PLUGINS[syntax]
    values, said = get_decoder(syntax).as_array(dataset, index=index, raw=True, decoding_plugin=plugin)
    return values, str(said["photometric_interpretation"])


def others_of(syntax: uids.UID) -> list[str]:
    return [plugin for plugin in get_decoder(syntax).available_plugins if plugin != _PLUGINS[syntax]]


def plugin_reads(dataset: Dataset, plugin: str) -> bool:
    try:
        get_decoder(dataset.file_meta.TransferSyntaxUID).as_array(dataset, index=0, decoding_plugin=plugin)
    except RuntimeError:
        return False
    return True


def uncompressed(dataset: Dataset, index: int) -> Values:
    """PS3.5, 8.1 and annex D: bits are packed from the lowest on, bytes ordered as the syntax says."""
    rows, columns, samples = dataset.Rows, dataset.Columns, dataset.SamplesPerPixel
    bits, count = dataset.BitsAllocated, rows * columns * samples
    half = dataset.PhotometricInterpretation == "YBR_FULL_422"
    big = dataset.file_meta.TransferSyntaxUID == uids.ExplicitVRBigEndian
    if bits == 1:
        data = dataset.PixelData
        if big and dataset["PixelData"].VR == "OW":
            data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
        flags = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return flags[index * count :][:count].reshape(rows, columns)
    count = count * 2 // 3 if half else count
    kind = "i" if dataset.PixelRepresentation else "u"
    dtype = np.dtype(f"{'>' if big else '<'}{kind}{bits // 8}")
    data = dataset.PixelData
    if bits == 8 and big and dataset["PixelData"].VR == "OW":
        data = np.frombuffer(data, ">u2").astype("<u2").tobytes()
    values = np.frombuffer(data, dtype, count, index * count * dtype.itemsize).astype(dtype.newbyteorder("="))
    unused = bits - dataset.BitsStored
    values = (values << unused) >> unused
    if half:  # PS3.3, C.7.6.3.1.2: Y1 Y2 CB CR
        first, second, blue, red = values.reshape(-1, 4).T
        both = [np.stack([first, second], 1), np.repeat(blue[:, None], 2, 1), np.repeat(red[:, None], 2, 1)]
        return np.stack([part.reshape(rows, columns) for part in both], 2)
    if samples == 1:
        return values.reshape(rows, columns)
    if dataset.PlanarConfiguration:
        return values.reshape(samples, rows, columns).transpose(1, 2, 0)
    return values.reshape(rows, columns, samples)


def rgb(dataset: Dataset, values: Values, kind: str) -> tuple[Values, int]:
    """Colours and their most. C.7.6.3.1.2 for YBR_FULL, C.7.6.3.1.5 for palettes."""
    if kind == "PALETTE COLOR":
        tables = []
        for colour in ("Red", "Green", "Blue"):
            count, first, bits = dataset[f"{colour}PaletteColorLookupTableDescriptor"].value
            data = dataset[f"{colour}PaletteColorLookupTableData"].value
            table = np.frombuffer(data, "<u2" if len(data) >= 2 * (count or 2**16) else np.uint8)
            tables.append(table[np.clip(values.astype(np.int64) - first, 0, (count or 2**16) - 1)])
        return np.stack(tables, 2), 2**bits - 1
    most = np.iinfo(values.dtype).max
    if kind not in ("YBR_FULL", "YBR_FULL_422"):
        return values, most
    y, blue, red = (part.astype(np.float64) for part in np.moveaxis(values, 2, 0))
    blue, red = blue - 128, red - 128
    green = y - (0.114 * 1.772 * blue + 0.299 * 1.402 * red) / 0.587
    colours = np.stack([y + 1.402 * red, green, y + 1.772 * blue], 2)
    return np.clip(np.floor(colours + 0.5), 0, most), most


def modality(dataset: Dataset, values: Values) -> Floats:
    """PS3.3, C.11.1: none of these files has a table."""
    assert "ModalityLUTSequence" not in dataset
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    if slope is None or intercept is None:
        return values.astype(np.float64)
    return values.astype(np.float64) * float(slope) + float(intercept)


def shown(dataset: Dataset, values: Floats) -> Floats:
    """PS3.3, C.11.2.1.2: by the first window, or from least to most; MONOCHROME1 the other way round."""
    assert "VOILUTSequence" not in dataset
    low, high = values.min(), values.max()
    greys = (values - low) / (high - low)
    if dataset.get("WindowCenter") not in (None, ""):
        center, width = (
            float(np.atleast_1d(dataset[key].value)[0]) for key in ("WindowCenter", "WindowWidth")
        )
        assert dataset.get("VOILUTFunction", "LINEAR") == "LINEAR"
        windowed = np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)
        greys = windowed if windowed.min() < windowed.max() else greys
    return 1 - greys if dataset.PhotometricInterpretation == "MONOCHROME1" else greys


def references(dataset: Dataset) -> Iterator[tuple[Floats, Floats]]:
    """For every frame its values and its greys."""
    for index in range(int(dataset.get("NumberOfFrames") or 1)):
        values, kind = stored(dataset, index)
        if values.ndim == 3 or kind == "PALETTE COLOR":
            colours, most = rgb(dataset, values, kind)
            luma = colours.astype(np.float64) / most @ [0.299, 0.587, 0.114]  # ITU-R BT.601
            yield luma, luma
        else:
            own = modality(dataset, values)
            yield own, shown(dataset, own)


def golden(path: str) -> str:
    """What was compared, for the table. Fails where it differs."""
    with warnings.catch_warnings(action="ignore"):  # pydicom's, of what these files do wrong
        dataset = dcmread(FOLDER / path, force=True)
        expected = list(references(dataset))
    stack = stack_of((FOLDER / path).read_bytes(), Path(path).name)
    assert stack.planes == {FLAT: len(expected)}
    off = 0.0
    for index, (values, greys) in enumerate(expected):
        frame = stack.frame(FLAT, index)
        found, pixels = frame.values(slice(None)), frame.pixels()
        if frame.unit == "%":
            assert np.abs(found - values).max() <= EPSILON
        else:
            assert np.array_equal(found, values)
        assert pixels.dtype == np.float32
        off = max(off, float(np.abs(pixels - greys).max()))
        assert off <= EPSILON
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    against = "the bytes"
    if syntax is not None and syntax.is_encapsulated:
        others = [plugin for plugin in others_of(syntax) if plugin_reads(dataset, plugin)]
        against = f"{_PLUGINS[syntax]} against {others[0] if others else 'itself'}"
    return f"equal; greys off by {off:.0e}; {against}"


@pytest.mark.parametrize("path", [path for path in FILES if path not in REFUSED])
def test_the_picture_is_the_one_of_the_standard(path: str) -> None:
    golden(path)


@pytest.mark.parametrize("path", [path for path in FILES if path in REFUSED])
def test_what_is_not_read(path: str) -> None:
    with pytest.raises(InputProblem) as caught:
        stack_of((FOLDER / path).read_bytes(), "a").frame(FLAT, 0)
    assert caught.value.problem.startswith(REFUSED[path][0])


def _row(path: str) -> str:
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(FOLDER / path, force=True)
        syntax = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    facts = [
        getattr(syntax, "name", "-").replace("Image Compression", "").replace("Little Endian", "LE"),
        dataset.get("PhotometricInterpretation", "-"),
        f"{dataset.get('BitsStored', '-')}/{dataset.get('BitsAllocated', '-')}",
        str(dataset.get("NumberOfFrames") or 1),
    ]
    what = f"not read, {REFUSED[path][1]}: {REFUSED[path][0]}" if path in REFUSED else golden(path)
    return " | ".join([path, *facts, what])


if __name__ == "__main__":
    print("file | transfer syntax | photometric | bits | frames | picture")
    print(*map(_row, FILES), sep="\n")
