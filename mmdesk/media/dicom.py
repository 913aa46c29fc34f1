"""DICOM: a file of one frame, its values and how it wants them shown."""

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi, convert_color_space
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
)

from mmdesk.errors import InputProblem
from mmdesk.media.checks import check_size
from mmdesk.media.files import MAX_BYTES
from mmdesk.media.rows import Part, Shape, extent, filled, scaled, unit

_TAGS = ("Modality", "BodyPartExamined", "ViewPosition", "PhotometricInterpretation")
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow
_CHUNK = 2**20


def decode_dicom(data: bytes, name: str) -> tuple[Dataset, NDArray[Any]]:
    """What a DICOM file says, and its stored values: (height, width), or (height, width, 3) colours.
    To be used within `damage_told`."""
    check_inflated(data, name)
    dataset = dcmread(BytesIO(data), force=True)
    _check_dicom(dataset, name)
    for keyword in ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"):
        if keyword in dataset and dataset[keyword].is_empty:
            del dataset[keyword]
    values = pixel_array(dataset, raw=True)
    for keyword in ("PixelData", "FloatPixelData"):  # a copy of the file
        if keyword in dataset:
            del dataset[keyword]
    return dataset, values


def shown_of(dataset: Dataset, values: NDArray[Any]) -> NDArray[np.float32]:
    """Stored values to grey in [0, 1] as the file wants it shown."""
    kind = dataset.PhotometricInterpretation
    if values.ndim == 2 and kind != "PALETTE COLOR":
        return _grey(values, dataset)

    def part(rows: slice) -> NDArray[np.float32]:
        colours = values[rows]
        if kind == "PALETTE COLOR":
            colours = apply_color_lut(colours, dataset)
        elif kind in ("YBR_FULL", "YBR_FULL_422"):
            colours = convert_color_space(colours, "YBR_FULL", "RGB")
        # The weights, rounded, may add up to a little more than 1.
        grey: NDArray[np.float32] = np.clip(unit(colours[..., :3]) @ _LUMA, 0, 1)
        return grey

    return filled((values.shape[0], values.shape[1]), part)


def tags_of(dataset: Dataset) -> dict[str, str]:
    present = (key for key in _TAGS if key in dataset and not dataset[key].is_empty)
    return {key: str(dataset[key].value).strip() for key in present}


def check_inflated(data: bytes, name: str) -> None:
    """A deflated DICOM file is inflated whole when it is read: not where that is too much."""
    if not data.startswith(b"DICM", 128) or DeflatedExplicitVRLittleEndian.encode() not in data[:4096]:
        return
    start = 144 + int.from_bytes(data[140:144], "little")  # PS3.10, 7.1: the length of the file's head
    inflater, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for place in range(start, len(data), _CHUNK):
        piece = data[place : place + _CHUNK]
        while piece and not inflater.eof and size <= MAX_BYTES:
            size += len(inflater.decompress(piece, _CHUNK))
            piece = inflater.unconsumed_tail
    if size > MAX_BYTES:
        limit = MAX_BYTES // 2**20
        raise InputProblem(name, f"unpacked, the file is larger than {limit} MB", "Export it smaller.")


def _check_dicom(dataset: Dataset, name: str) -> None:
    if "PixelData" not in dataset and "FloatPixelData" not in dataset:
        if "Rows" in dataset or not len(dataset):  # pydicom drops all it has read where frames are cut
            raise EOFError
        raise InputProblem(name, "this DICOM file holds no picture", "Choose the file with the image itself.")
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        raise InputProblem(name, "this DICOM file holds several frames", "Export a single frame.")
    if "TransferSyntaxUID" not in dataset.file_meta:  # a file without a preamble
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    bits = 32 if syntax in JPEG2000TransferSyntaxes else int(dataset.get("BitsAllocated") or 8)  # as decoded
    depth = bits * int(dataset.get("SamplesPerPixel") or 1)
    check_size(int(dataset.Columns), int(dataset.Rows), name, depth)
    if not _can_decode(syntax):
        kind = syntax.name if syntax.is_transfer_syntax else "something unknown"
        problem = f"its pixels are compressed as {kind}, which cannot be read here"
        raise InputProblem(name, problem, "Export it uncompressed (Explicit VR Little Endian).")


def _can_decode(syntax: UID) -> bool:
    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


def _grey(values: NDArray[Any], dataset: Dataset) -> NDArray[np.float32]:
    """DICOM PS3.4 N.2: modality LUT, then VOI LUT or window, then MONOCHROME1's inversion."""
    shape = values.shape[0], values.shape[1]

    def part(rows: slice) -> NDArray[Any]:
        return apply_modality_lut(values[rows], dataset)

    if dataset.get("VOILUTSequence"):
        bits = dataset.VOILUTSequence[0].LUTDescriptor[2]
        pixels = scaled(shape, lambda rows: apply_voi(part(rows), dataset), full=2**bits - 1)
    else:
        pixels = _windowed(shape, part, dataset)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        np.subtract(1, pixels, out=pixels)
    return pixels


def _windowed(shape: Shape, part: Part, dataset: Dataset) -> NDArray[np.float32]:
    """By the first window; least to most where there is none, or it shows nothing."""
    center, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if center is None or width is None or width <= 0:
        return scaled(shape, part, full=-1)
    shown = _window(center, width, str(dataset.get("VOILUTFunction") or "LINEAR"))
    low, high = shown(np.array(extent(shape, part)))
    return filled(shape, lambda rows: shown(part(rows))) if low < high else scaled(shape, part, full=-1)


def _window(center: float, width: float, function: str) -> Callable[[NDArray[Any]], NDArray[np.float64]]:
    """DICOM PS3.3 C.11.2.1.2 and .3: values to [0, 1]."""

    def sigmoid(values: NDArray[Any]) -> NDArray[np.float64]:
        return 1 / (1 + np.exp(np.clip(-4 * (values.astype(np.float64) - center) / width, -500, 500)))

    def linear_exact(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.clip((values.astype(np.float64) - center) / width + 0.5, 0, 1)

    def linear(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.clip((values.astype(np.float64) - (center - 0.5)) / max(width - 1, 1e-9) + 0.5, 0, 1)

    return {"SIGMOID": sigmoid, "LINEAR_EXACT": linear_exact}.get(function, linear)


def _first(dataset: Dataset, keyword: str) -> float | None:
    if keyword not in dataset:
        return None
    element = dataset[keyword]
    return float(element.value if element.VM == 1 else element.value[0])
