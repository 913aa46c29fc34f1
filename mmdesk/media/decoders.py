"""DICOM: the values of one frame, however they are compressed."""

from typing import Any

import pydicom.uid as uids
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox

# By transfer syntax. Of several that can, the one that survived ten thousand damaged frames: GDCM does not,
# and the RLE of pylibjpeg panics.
_PLUGINS = {
    uids.JPEGBaseline8Bit: "pillow",
    uids.JPEGExtended12Bit: "pillow",  # its 8-bit frames; nothing here decodes 12 bits
    uids.JPEGLossless: "gdcm",
    uids.JPEGLosslessSV1: "gdcm",
    uids.JPEGLSLossless: "gdcm",
    uids.JPEGLSNearLossless: "gdcm",
    uids.JPEG2000Lossless: "pylibjpeg",
    uids.JPEG2000: "pylibjpeg",
    uids.HTJ2KLossless: "pylibjpeg",
    uids.HTJ2KLosslessRPCL: "pylibjpeg",
    uids.HTJ2K: "pylibjpeg",
    uids.RLELossless: "pydicom",
}
_NATIVE = (
    uids.ImplicitVRLittleEndian,
    uids.ExplicitVRLittleEndian,
    uids.ExplicitVRBigEndian,
    uids.DeflatedExplicitVRLittleEndian,
)
_JPEG_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15, and JPEG-LS's SOF55


def check_decodable(dataset: Dataset, name: str) -> None:
    """Raises InputProblem where nothing here decodes its pixels."""
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    twelve = syntax == uids.JPEGExtended12Bit and int(dataset.get("BitsStored") or 8) > 8
    if twelve or syntax not in (*_PLUGINS, *_NATIVE):
        kind = syntax.name if syntax.is_transfer_syntax else "something unknown"
        problem = f"its pixels are compressed as {kind}, which cannot be read here"
        raise InputProblem(name, problem, "Export it uncompressed (Explicit VR Little Endian).")


def frame_of(dataset: Dataset, index: int, name: str) -> tuple[NDArray[Any], str]:
    """The stored values of one frame, (height, width) or (height, width, samples), and their photometric
    interpretation, which decoding may change. Raises InputProblem, and what pydicom raises for damage."""
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    if syntax in _NATIVE:
        return _native(dataset, index, syntax)
    options: dict[str, Any] = {
        "rows": int(dataset.Rows),
        "columns": int(dataset.Columns),
        "number_of_frames": 1,
        "samples_per_pixel": int(dataset.SamplesPerPixel),
        "bits_allocated": int(dataset.BitsAllocated),
        "bits_stored": int(dataset.BitsStored),
        "pixel_representation": int(dataset.PixelRepresentation),
        "photometric_interpretation": str(dataset.PhotometricInterpretation),
        "planar_configuration": 0,  # PS3.5, 8.2: of compressed pixels it says nothing
    }
    frames = int(dataset.get("NumberOfFrames") or 1)
    offsets = dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths")
    frame = get_frame(
        dataset.PixelData, index, number_of_frames=frames, extended_offsets=offsets if all(offsets) else None
    )
    expected = options["columns"], options["rows"], options["samples_per_pixel"]
    if syntax != uids.RLELossless and (found := _size(frame, syntax)) != expected:
        raise ValueError(f"the frame's own size is {found}, not {expected}")
    return sandbox.unpacked(frame, {"syntax": syntax, "plugin": _PLUGINS[syntax], **options}, name)


def _native(dataset: Dataset, index: int, syntax: UID) -> tuple[NDArray[Any], str]:
    values, said = get_decoder(syntax).as_array(dataset, index=index, raw=True)
    unused = int(dataset.get("HighBit") or 0) + 1 - int(dataset.get("BitsStored") or 0)
    if unused > 0:  # where a value begins higher up, but for files that say so and do not do so
        high = {"bits_stored": int(dataset.HighBit) + 1}
        whole, _ = get_decoder(syntax).as_array(dataset, index=index, raw=True, **high)  # type: ignore[arg-type]
        values = values if (whole & ((1 << unused) - 1)).any() else whole >> unused
    return values, str(said["photometric_interpretation"])


def _size(frame: bytes, syntax: UID) -> tuple[int, int, int]:
    """What a compressed frame says of itself: width, height, samples of a pixel. Before it is decoded:
    a few bytes may promise gigabytes."""
    return _size_of_2000(frame) if syntax in uids.JPEG2000TransferSyntaxes else _size_of_jpeg(frame)


def _size_of_jpeg(frame: bytes) -> tuple[int, int, int]:
    """ISO 10918-1, B.2.2: of the frame header, the first marker segment of its kind."""
    place = 2
    while place + 10 <= len(frame):
        if frame[place] != 0xFF:
            raise ValueError("no marker where one has to be")
        marker = frame[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif marker in _JPEG_FRAMES:
            height, width = (int.from_bytes(frame[at : at + 2]) for at in (place + 5, place + 7))
            return width, height, frame[place + 9]
        else:
            place += 2 + int.from_bytes(frame[place + 2 : place + 4])
    raise ValueError("truncated before the frame's header")


def _size_of_2000(frame: bytes) -> tuple[int, int, int]:
    """ISO 15444-1, A.5.1: the SIZ marker segment, second in the codestream; I.4: the boxes around it."""
    place = 0
    if frame[4:8] == b"jP  ":
        while frame[place + 4 : place + 8] != b"jp2c":
            length = int.from_bytes(frame[place : place + 4])
            if length < 8:
                raise ValueError("truncated, or a box that has no end")
            place += length
        place += 8
    if frame[place : place + 4] != b"\xff\x4f\xff\x51":
        raise ValueError("no codestream")
    right, bottom, left, top = (int.from_bytes(frame[at : at + 4]) for at in range(place + 8, place + 24, 4))
    return right - left, bottom - top, int.from_bytes(frame[place + 40 : place + 42])
