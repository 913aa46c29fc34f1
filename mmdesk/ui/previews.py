"""What is drawn of the recordings of a case, read in the background."""

from collections.abc import Iterable
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.ui.background import Background

if TYPE_CHECKING:  # imports numpy and soundfile
    from mmdesk.media.waveform import Sound

LATE = 300  # ms a recording may take to read before anything is said of it

Key = tuple[str | None, int]


class Previews(QObject):
    """Of each recording that is wanted its Sound, or why it cannot be read."""

    arrived = Signal(object)  # an InputProblem, or a Sound
    dropped = Signal(object)  # one that was there and is no longer wanted
    late = Signal()  # LATE is over, and something is still being read

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._read: dict[Key, Sound | InputProblem] = {}
        self._under_way: dict[Key, Event] = {}
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self.late)

    def want(self, items: Iterable[Input]) -> None:
        """These and no others."""
        wanted = {_key(item): item for item in items}
        for key in self._under_way.keys() - wanted.keys():
            self._under_way.pop(key).set()
            self._background.forget(("sound", key))
        for key in self._read.keys() - wanted.keys():
            self.dropped.emit(self._read.pop(key))
        for key, item in wanted.items():
            if key not in self._read and key not in self._under_way:
                stop = self._under_way[key] = Event()
                done = partial(self._take, key)
                self._background.run(("sound", key), partial(_read, item, stop), done, done)
                self._late.start()

    def all(self) -> "list[Sound | InputProblem]":
        return list(self._read.values())

    def of(self, item: Input) -> "Sound | InputProblem | None":
        """None while it is read."""
        return self._read.get(_key(item))

    @property
    def are_late(self) -> bool:
        return bool(self._under_way) and not self._late.isActive()

    def stop(self) -> None:
        """Give up what is under way."""
        for stop in self._under_way.values():
            stop.set()

    def _take(self, key: Key, preview: "Sound | InputProblem") -> None:
        del self._under_way[key]
        self._read[key] = preview
        self.arrived.emit(preview)


def _key(item: Input) -> Key:
    """What is read of an input: its position on the chest does not matter."""
    return item.path, id(item.data)


def _read(item: Input, stop: Event) -> "Sound":
    """In the background: the first time, everything that shows a recording is imported with it."""
    from mmdesk.media.waveform import read_sound

    sound = read_sound(item, stop)
    import mmdesk.ui.sound_view  # noqa: F401

    return sound
