"""What is shown of the images of a case, decoded in the background and kept while there is room."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.ui.background import Background
from mmdesk.ui.film_strip import DENSITY, SIDE

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.picture import Picture

ROOM = 128 * 2**20  # bytes of decoded pictures that are kept beside the chosen one
LATE = 300  # ms the chosen picture may take to read before anything is said of it

Key = tuple[str | None, int, tuple[str, ...]]


class Pictures(QObject):
    """Thumbnails of all images that are wanted, and of the chosen one its Picture.

    One is read after the other, the chosen one first: what is no longer wanted is never begun.
    """

    arrived = Signal(object)  # an InputProblem, or a Picture
    dropped = Signal(object)  # the InputProblem of an image that is no longer wanted
    late = Signal()  # LATE is over, and the chosen one is still being read

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._wanted: dict[Key, Input] = {}
        self._chosen: Key | None = None
        self._reading: Key | None = None
        self._pictures: dict[Key, Picture] = {}  # the last one used comes last
        self._thumbnails: dict[Key, QImage] = {}
        self._problems: dict[Key, InputProblem] = {}
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self.late)

    def want(self, items: Iterable[Input], chosen: Input | None) -> None:
        """These and no others."""
        self._wanted = {key_of(item): item for item in items}
        if self._reading is not None and self._reading not in self._wanted:
            self._background.forget(("picture", self._reading))
            self._reading = None
        for known in (self._pictures, self._thumbnails):
            for key in known.keys() - self._wanted.keys():
                del known[key]
        for key in self._problems.keys() - self._wanted.keys():
            self.dropped.emit(self._problems.pop(key))
        self.choose(chosen)

    def choose(self, item: Input | None) -> None:
        """The one that is looked at: it is read first, and stays."""
        before, self._chosen = self._chosen, key_of(item) if item is not None else None
        if self._chosen in self._pictures:
            self._pictures[self._chosen] = self._pictures.pop(self._chosen)
        elif self._is_missing() and self._chosen != before:
            self._late.start()
        self._make_room()
        self._read_next()

    def picture(self, item: Input) -> "Picture | None":
        """None while it is decoded; of another than the chosen one also where it had to go."""
        return self._pictures.get(key_of(item))

    def thumbnail(self, item: Input) -> QImage | None:
        return self._thumbnails.get(key_of(item))

    def problem(self, item: Input) -> InputProblem | None:
        return self._problems.get(key_of(item))

    @property
    def is_late(self) -> bool:
        return self._is_missing() and not self._late.isActive()

    def _is_missing(self) -> bool:
        return self._chosen is not None and not self._has(self._pictures, self._chosen)

    def _has(self, known: "dict[Key, Picture] | dict[Key, QImage]", key: Key) -> bool:
        return key in known or key in self._problems

    def _read_next(self) -> None:
        if self._reading is not None:
            return
        missing = [key for key in self._wanted if not self._has(self._thumbnails, key)]
        if self._chosen is not None and self._is_missing():
            missing.insert(0, self._chosen)
        if missing:
            key = self._reading = missing[0]
            done, failed = partial(self._take, key), partial(self._fail, key)
            self._background.run(("picture", key), partial(_read, self._wanted[key]), done, failed)

    def _take(self, key: Key, read: "tuple[Picture, QImage]") -> None:
        self._reading = None
        self._pictures[key], self._thumbnails[key] = read
        self._make_room()
        self._read_next()
        self.arrived.emit(read[0])

    def _make_room(self) -> None:
        others = [key for key in self._pictures if key != self._chosen]
        held = sum(self._pictures[key].nbytes for key in others)
        for key in others:
            if held <= ROOM:
                break
            held -= self._pictures.pop(key).nbytes

    def _fail(self, key: Key, problem: InputProblem) -> None:
        self._reading = None
        self._problems[key] = problem
        self._read_next()
        self.arrived.emit(problem)


def key_of(item: Input) -> Key:
    return item.path, id(item.data), item.slices


def _read(item: Input) -> "tuple[Picture, QImage]":
    """In the background."""
    from mmdesk.media.picture import read_picture

    picture = read_picture(item)
    grey = picture.table(picture.shown[0])[picture.levels[-1]]
    height, width = grey.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if grey.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(grey.data, width, height, grey.strides[0], kind)
    size = QSize(width, max(1, round(height * picture.aspect)))
    size.scale(QSize(SIDE, SIDE) * DENSITY, Qt.AspectRatioMode.KeepAspectRatio)
    smooth = Qt.TransformationMode.SmoothTransformation
    return picture, image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth).copy()
