"""PNG, JPEG and TIFF: the pages of one file, upright."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from io import BytesIO
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.ExifTags import Base
from PIL.Image import Image as Picture
from PIL.Image import fromarray
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from mmdesk.errors import InputProblem
from mmdesk.media.checks import check_size
from mmdesk.media.files import Format
from mmdesk.media.frame import PERCENT, Frame
from mmdesk.media.rows import extent, filled, unit
from mmdesk.media.voi import Window, whole

MAX_PAGES = 10_000
_UNSIGNED, _SIGNED = 1, 2  # TIFF 6.0, SampleFormat
_loud = Lock()
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else what it finds is printed

# The plug-ins directly: Image.open has a limit of its own, which warns and is global.
_PLUGINS: dict[Format, type[ImageFile.ImageFile]] = {
    Format.PNG: PngImageFile,
    Format.JPEG: JpegImageFile,
    Format.TIFF: TiffImageFile,
}


class RasterFile:
    """The pages of one file, decoded one by one. To be used within `damage_told`."""

    def __init__(self, data: bytes, name: str, format: Format) -> None:
        self._data, self._name, self._format = data, name, format
        self.count = 1
        if format is Format.TIFF:
            with _opened(data, name, format) as image:
                self.count = _pages(image, name)

    def frame(self, index: int) -> Frame:
        """Pillow's own copy of the picture ends with this function: turning the picture takes another one."""
        with _opened(self._data, self._name, self._format) as image:
            if index:
                image.seek(index)
            check_size(*image.size, self._name)
            with _quiet() if self._format is Format.TIFF else nullcontext():
                image.load()
            grey, window, inverted, colours = _decoded(image)
            # Pillow turns a TIFF itself and then drops the tag.
            turn = image.getexif().get(Base.Orientation, 1)
        values = _upright(grey, turn)
        shown = None if colours is None else _upright(colours, turn)
        return Frame(
            shape=(values.shape[0], values.shape[1]),
            values=lambda rows: values[rows],
            shown=(window,),
            inverted=inverted,
            unit=PERCENT,
            colours=None if shown is None else lambda rows: shown[rows],
        )


def _opened(data: bytes, name: str, format: Format) -> ImageFile.ImageFile:
    try:
        return _PLUGINS[format](BytesIO(data))
    except SyntaxError as error:
        said = str(error)
        if said != "unknown pixel mode" and not said.isdigit():  # the number of a compression
            raise
        problem = "this kind of TIFF cannot be read here"
        raise InputProblem(name, problem, "Save it as PNG, or as TIFF with 8 or 16 bits.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """libtiff prints what it finds; Pillow leaves that to it. One thread at a time."""
    with _loud, ExitStack() as stack:
        with suppress(OSError):  # there is no such stream
            kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, 2)
        yield


def _pages(image: ImageFile.ImageFile, name: str) -> int:
    """Counted one by one, since a page says only where the next one is."""
    count = 0
    while True:
        try:
            image.seek(count)
        except EOFError:
            return max(1, count)
        count += 1
        if count > MAX_PAGES:
            problem = f"the file has more than {MAX_PAGES:,} pages"
            raise InputProblem(name, problem, "Export the part that matters.")


def _decoded(image: Picture) -> tuple[NDArray[Any], Window, bool, NDArray[np.uint8] | None]:
    """Grey values, the window that shows them, whether 0 is white, and the colours of a picture with some."""
    shape = image.height, image.width

    def part(rows: slice) -> Picture:
        band = image.crop((0, rows.start, image.width, rows.stop))
        return _over_black(band) if image.has_transparency_data else band.convert("RGB")

    if image.mode == "F" or image.mode.startswith("I") or _is_signed(image):
        values = _numbers(image)
        inverted = isinstance(image, TiffImageFile) and image.tag_v2.get(Base.PhotometricInterpretation) == 0
        return values, _range(values, 1.0 if image.mode == "F" else 65535.0), inverted, None
    grey = filled(shape, lambda rows: np.asarray(part(rows).convert("L")), np.uint8)
    colours = None
    if image.mode not in ("1", "L", "LA"):
        colours = filled(shape, lambda rows: np.asarray(part(rows)), np.uint8, channels=3)
    return grey, Window(127.5, 255.0), False, colours


def _numbers(image: Picture) -> NDArray[Any]:
    """Pillow gives a sign to all numbers of 32 bits, and none to those of 8."""
    values = np.asarray(image)
    if _is_signed(image):
        return values.view(np.int8)
    if _sample(image) == _UNSIGNED and values.dtype == np.int32 and _bits(image) == 32:
        return values.view(np.uint32)
    return values


def _sample(image: Picture) -> int:
    """How a TIFF says that its numbers are meant."""
    if not isinstance(image, TiffImageFile):
        return 0
    return int(image.tag_v2.get(Base.SampleFormat, (_UNSIGNED,))[0])


def _bits(image: Picture) -> int:
    return int(image.tag_v2.get(Base.BitsPerSample, (1,))[0]) if isinstance(image, TiffImageFile) else 0


def _is_signed(image: Picture) -> bool:
    """Of 8 bits: Pillow takes them for greys."""
    return image.mode == "L" and _sample(image) == _SIGNED


def _range(values: NDArray[Any], full: float) -> Window:
    """The full range where the upper half of it is used, else from least to most."""
    low, high = extent((values.shape[0], values.shape[1]), lambda rows: values[rows])
    if not np.isfinite(low + high):
        raise ValueError("not finite")
    return whole(0.0, full) if low >= 0 and full / 2 <= high <= full else whole(low, high)


def _over_black(image: Picture) -> Picture:
    both = np.asarray(image.convert("RGBA"))
    return fromarray(np.rint(both[..., :3] * unit(both[..., 3:])).astype(np.uint8))


def _upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """EXIF 2.3, tag 0x0112: 2 to 4 mirror or turn by 180 degrees, 5 to 8 exchange the axes as well."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels
