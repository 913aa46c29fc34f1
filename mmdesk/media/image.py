"""Pictures: PNG, JPEG, TIFF and single-frame DICOM become grey values in [0, 1], 0 black."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.ExifTags import Base
from PIL.Image import Image as Picture
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from mmdesk.case import Modality
from mmdesk.media.checks import check_contrast, check_size, damage_told
from mmdesk.media.dicom import decode_dicom, shown_of, tags_of
from mmdesk.media.files import Format, expect
from mmdesk.media.rows import filled, scaled, unit

# The plug-ins directly: Image.open has a limit of its own, which warns and is global.
_PLUGINS: dict[Format, type[ImageFile.ImageFile]] = {
    Format.PNG: PngImageFile,
    Format.JPEG: JpegImageFile,
    Format.TIFF: TiffImageFile,
}


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """pixels: (height, width) float32 in [0, 1], 0 black. tags: what a DICOM file says of the picture,
    by keyword (Modality, BodyPartExamined, ViewPosition, PhotometricInterpretation), never of the patient.
    """

    pixels: NDArray[np.float32]
    tags: Mapping[str, str]


def read_image(data: bytes, name: str) -> Image:
    """The picture in the bytes of a PNG, JPEG, TIFF or DICOM file, upright; a TIFF's first page.

    Raises InputProblem for anything else, a damaged file, a side below 16 pixels, more than 67
    megapixels, several frames, or a picture without contrast.
    """
    format = expect(data, name, Modality.IMAGE)
    with damage_told(name):
        if format is Format.DICOM:
            dataset, values = decode_dicom(data, name)
            image = Image(shown_of(dataset, values), tags_of(dataset))
        else:
            image = Image(_upright(*_read_picture(data, name, format)), {})
    check_contrast(float(image.pixels.min()), float(image.pixels.max()), name)
    return image


def _read_picture(data: bytes, name: str, format: Format) -> tuple[NDArray[np.float32], int]:
    """The picture as it is stored, and its Orientation. Pillow's own copy ends with this function:
    turning the picture takes another one."""
    with _PLUGINS[format](BytesIO(data)) as image:
        check_size(*image.size, name)
        image.load()
        shape = image.height, image.width

        def part(rows: slice) -> Picture:
            return image.crop((0, rows.start, image.width, rows.stop))

        if image.mode == "F" or image.mode.startswith("I"):
            full = 1.0 if image.mode == "F" else 65535.0
            pixels = scaled(shape, lambda rows: np.asarray(part(rows)), full)
            if isinstance(image, TiffImageFile) and image.tag_v2.get(Base.PhotometricInterpretation) == 0:
                np.subtract(1, pixels, out=pixels)  # 0 is white; Pillow inverts up to 8 bits only
        else:
            grey = _over_black if image.has_transparency_data else _luma
            pixels = filled(shape, lambda rows: grey(part(rows)))
        # Pillow turns a TIFF itself and then drops the tag.
        return pixels, image.getexif().get(Base.Orientation, 1)


def _luma(image: Picture) -> NDArray[np.float32]:
    return unit(np.asarray(image.convert("RGB").convert("L")))


def _over_black(image: Picture) -> NDArray[np.float32]:
    both = unit(np.asarray(image.convert("RGBA").convert("LA")))
    grey: NDArray[np.float32] = both[..., 0] * both[..., 1]
    return grey


def _upright(pixels: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """EXIF 2.3, tag 0x0112: 2 to 4 mirror or turn by 180 degrees, 5 to 8 exchange the axes as well."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.T
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
