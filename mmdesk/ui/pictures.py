"""What is shown of the images of a case, decoded in the background and kept while there is room."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.ui.background import Background
from mmdesk.ui.film_strip import SIDE

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.picture import Picture

ROOM = 128 * 2**20  # bytes of decoded pictures that are kept beside the one shown

Key = tuple[str | None, int]


class Pictures(QObject):
    """Thumbnails of all images that are wanted, and of the chosen one its Picture."""

    arrived = Signal()

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._pictures: dict[Key, Picture] = {}  # the last one used comes last
        self._thumbnails: dict[Key, QImage] = {}
        self._problems: dict[Key, InputProblem] = {}
        self._under_way: set[Key] = set()

    def want(self, items: Iterable[Input]) -> None:
        """These and no others."""
        wanted = {key_of(item): item for item in items}
        for key in self._under_way - wanted.keys():
            self._under_way.discard(key)
            self._background.forget(("picture", key))
        for known in (self._pictures, self._thumbnails, self._problems):
            for key in known.keys() - wanted.keys():
                del known[key]
        for key, item in wanted.items():
            if key not in self._thumbnails and key not in self._problems:
                self._read(key, item)

    def picture(self, item: Input) -> "Picture | None":
        """None while it is decoded, again if it had to go."""
        key = key_of(item)
        picture = self._pictures.pop(key, None)
        if picture is not None:
            self._pictures[key] = picture
        elif key not in self._problems:
            self._read(key, item)
        return picture

    def thumbnail(self, item: Input) -> QImage | None:
        return self._thumbnails.get(key_of(item))

    def problem(self, item: Input) -> InputProblem | None:
        return self._problems.get(key_of(item))

    def _read(self, key: Key, item: Input) -> None:
        if key not in self._under_way:
            self._under_way.add(key)
            done, failed = partial(self._take, key), partial(self._fail, key)
            self._background.run(("picture", key), partial(_read, item), done, failed)

    def _take(self, key: Key, read: "tuple[Picture, QImage]") -> None:
        self._under_way.discard(key)
        self._pictures[key], self._thumbnails[key] = read
        sizes = {key: sum(level.nbytes for level in item.levels) for key, item in self._pictures.items()}
        while sum(sizes.values()) > ROOM and len(sizes) > 1:
            oldest = next(iter(sizes))
            del sizes[oldest], self._pictures[oldest]
        self.arrived.emit()

    def _fail(self, key: Key, problem: InputProblem) -> None:
        self._under_way.discard(key)
        self._problems[key] = problem
        self.arrived.emit()


def key_of(item: Input) -> Key:
    return item.path, id(item.data)


def _read(item: Input) -> "tuple[Picture, QImage]":
    """In the background."""
    from mmdesk.media.picture import read_picture

    picture = read_picture(item)
    grey = (picture.levels[-1] >> 8).astype("uint8")
    height, width = grey.shape
    image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return picture, image.scaled(QSize(SIDE, SIDE), keep, smooth).copy()
