"""Pictures: PNG, JPEG, TIFF and single-frame DICOM become grey values in [0, 1], 0 black."""

import struct
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.ExifTags import Base
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from pydicom import Dataset, dcmread
from pydicom.errors import BytesLengthException
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from mmdesk.case import Modality
from mmdesk.errors import InputProblem
from mmdesk.media.files import Format, expect

MAX_PIXELS = 200_000_000
MIN_SIDE = 16

# The plug-ins directly: Image.open has a limit of its own, which warns and is global.
_PLUGINS: dict[Format, type[ImageFile.ImageFile]] = {
    Format.PNG: PngImageFile,
    Format.JPEG: JpegImageFile,
    Format.TIFF: TiffImageFile,
}
_TAGS = ("Modality", "BodyPartExamined", "ViewPosition", "PhotometricInterpretation")
# What Pillow and pydicom raise for damaged files, found by cutting and flipping bits.
_DAMAGE = (
    AttributeError,
    BytesLengthException,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_END = (EOFError, IndexError, TypeError, struct.error)  # among them, what a read past the end gives
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow
_AGAIN = "Export or copy it again."


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """pixels: (height, width) float32 in [0, 1], 0 black. tags: what a DICOM file says of the picture,
    by keyword (Modality, BodyPartExamined, ViewPosition, PhotometricInterpretation), never of the patient.
    """

    pixels: NDArray[np.float32]
    tags: Mapping[str, str]


def read_image(data: bytes, name: str) -> Image:
    """The picture in the bytes of a PNG, JPEG, TIFF or DICOM file, upright; a TIFF's first page.

    Raises InputProblem for anything else, a damaged file, a side below 16 pixels, more than 200
    megapixels, several frames, or a picture without contrast.
    """
    format = expect(data, name, Modality.IMAGE)
    try:
        # Both libraries warn of what they mend. The filter is global to the process until Python 3.14.
        with warnings.catch_warnings(action="ignore"):
            image = _read_dicom(data, name) if format is Format.DICOM else _read_picture(data, name, format)
    except _DAMAGE as error:
        reason = str(error).lower()
        cut = isinstance(error.__cause__ or error, _END) or "truncated" in reason or "less than exp" in reason
        problem = "the file ends before the picture does" if cut else "the picture in it is damaged"
        raise InputProblem(name, problem, _AGAIN) from error
    if image.pixels.min() == image.pixels.max():
        raise InputProblem(name, "the picture has no contrast, all of it is one grey", _AGAIN)
    return image


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise InputProblem(name, f"the picture has more than {limit} megapixels", "Export it smaller.")
    if min(width, height) < MIN_SIDE:
        problem = f"the picture is only {width} by {height} pixels"
        raise InputProblem(name, problem, f"Export it with at least {MIN_SIDE} pixels on each side.")


def _scale(pixels: NDArray[Any], full: float) -> NDArray[np.float32]:
    """To [0, 1]: by the full range where the upper half of it is used, else from least to most."""
    values = pixels.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low + high):
        raise ValueError("not finite")
    if low >= 0 and full / 2 <= high <= full:
        low, high = 0.0, full
    return ((values - low) / max(high - low, np.finfo(np.float64).tiny)).astype(np.float32)


def _unit(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Unsigned integers to [0, 1] by the whole range of their type."""
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _read_picture(data: bytes, name: str, format: Format) -> Image:
    with _PLUGINS[format](BytesIO(data)) as image:
        _check_size(*image.size, name)
        image.load()
        mode = image.mode
        pixels: NDArray[np.float32]
        if mode == "F" or mode.startswith("I"):
            pixels = _scale(np.asarray(image), full=1.0 if mode == "F" else 65535.0)
            if isinstance(image, TiffImageFile) and image.tag_v2.get(Base.PhotometricInterpretation) == 0:
                pixels = 1 - pixels  # 0 is white; Pillow inverts up to 8 bits only
        elif image.has_transparency_data:
            both = _unit(np.asarray(image.convert("RGBA").convert("LA")))
            pixels = both[..., 0] * both[..., 1]  # over black
        else:
            pixels = _unit(np.asarray(image.convert("RGB").convert("L")))
        # Pillow turns a TIFF itself and then drops the tag.
        return Image(_upright(pixels, image.getexif().get(Base.Orientation, 1)), {})


def _upright(pixels: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """EXIF 2.3, tag 0x0112: 2 to 4 mirror or turn by 180 degrees, 5 to 8 exchange the axes as well."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.T
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _read_dicom(data: bytes, name: str) -> Image:
    dataset = dcmread(BytesIO(data), force=True)
    _check_dicom(dataset, name)
    for keyword in ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"):
        if keyword in dataset and dataset[keyword].is_empty:
            del dataset[keyword]
    values = pixel_array(dataset)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    pixels = _grey(values, dataset) if values.ndim == 2 else _unit(values[..., :3]) @ _LUMA
    np.clip(pixels, 0, 1, out=pixels)  # the weights, rounded, may add up to a little more than 1
    present = (key for key in _TAGS if key in dataset and not dataset[key].is_empty)
    return Image(pixels, {key: str(dataset[key].value).strip() for key in present})


def _check_dicom(dataset: Dataset, name: str) -> None:
    if "PixelData" not in dataset and "FloatPixelData" not in dataset:
        if "Rows" in dataset or not len(dataset):  # pydicom drops all it has read where frames are cut
            raise EOFError
        raise InputProblem(name, "this DICOM file holds no picture", "Choose the file with the image itself.")
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        raise InputProblem(name, "this DICOM file holds several frames", "Export a single frame.")
    _check_size(int(dataset.Columns), int(dataset.Rows), name)
    if "TransferSyntaxUID" not in dataset.file_meta:  # a file without a preamble
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
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
    values = apply_modality_lut(values, dataset)
    if dataset.get("VOILUTSequence"):
        bits = dataset.VOILUTSequence[0].LUTDescriptor[2]
        pixels = _scale(apply_voi(values, dataset), full=2**bits - 1)
    else:
        pixels = _window(values.astype(np.float64), dataset)
    return 1 - pixels if dataset.PhotometricInterpretation == "MONOCHROME1" else pixels


def _window(values: NDArray[np.float64], dataset: Dataset) -> NDArray[np.float32]:
    """The first window, by DICOM PS3.3 C.11.2.1.2 and .3; least to most where none shows anything."""
    center, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if center is None or width is None or width <= 0:
        return _scale(values, full=-1)
    shape = str(dataset.get("VOILUTFunction") or "LINEAR")
    if shape == "SIGMOID":
        shown = 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -500, 500)))
    elif shape == "LINEAR_EXACT":
        shown = np.clip((values - center) / width + 0.5, 0, 1)
    else:
        shown = np.clip((values - (center - 0.5)) / max(width - 1, 1e-9) + 0.5, 0, 1)
    shows = float(shown.min()) < float(shown.max())
    return shown.astype(np.float32) if shows else _scale(values, full=-1)


def _first(dataset: Dataset, keyword: str) -> float | None:
    if keyword not in dataset:
        return None
    element = dataset[keyword]
    return float(element.value if element.VM == 1 else element.value[0])
