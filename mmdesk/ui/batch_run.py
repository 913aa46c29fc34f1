"""All cases of a list are read in the background; the window hears of it ten times a second."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk.batch.events import BatchEvent, Begun, Ended, Progress, RowsRead
from mmdesk.engine import StopToken
from mmdesk.errors import UserProblem
from mmdesk.ui.background import Background
from mmdesk.ui.readings import Reading

PACE_MS = 100


@dataclass(frozen=True, slots=True)
class Task:
    """What is read, into which file, and by what; `size` cases are told of together. With `restart` nothing
    is taken from an earlier run."""

    path: Path
    out: Path
    pack: Path
    device: str
    size: int
    restart: bool


class _News:
    """What a run told and nobody took yet. It is told in the run's thread, where `waiting` is called when
    there is something after there was nothing."""

    def __init__(self, waiting: Callable[[], None]) -> None:
        self._waiting = waiting
        self._lock = threading.Lock()
        self._readings: dict[str, Reading] = {}
        self._progress: Progress | None = None

    def tell(self, event: BatchEvent) -> None:
        rows = event.kept if isinstance(event, Begun) else event.rows if isinstance(event, RowsRead) else ()
        readings = {row.name: Reading.of(row) for row in rows}
        with self._lock:
            first = self._progress is None
            self._readings |= readings
            self._progress = event.progress
        if first:
            self._waiting()

    def take(self) -> tuple[dict[str, Reading], Progress | None]:
        with self._lock:
            taken = self._readings, self._progress
            self._readings, self._progress = {}, None
        return taken


class BatchRun(QObject):
    """One run at a time. Each ends with `ended` or `failed`, when its processes have ended."""

    arrived = Signal(object, object)  # Readings by name, and a Progress
    ended = Signal(bool)  # whether it was stopped
    failed = Signal(object)  # a UserProblem; what was read by then is kept
    closed = Signal()
    _waiting = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room = Background(self)
        self._stop = StopToken()
        self._closing = False
        self._dropped = True  # nobody wants to hear of it
        self._news = _News(self._waiting.emit)
        self._pace = QTimer(self, singleShot=True, interval=PACE_MS)
        self._waiting.connect(self._pace.start)
        self._pace.timeout.connect(self._hand_out)

    @property
    def running(self) -> bool:
        return self._room.busy

    def start(self, task: Task) -> None:
        self._stop, self._dropped = StopToken(), False
        self._news = _News(self._waiting.emit)
        self._room.run("batch", partial(_read, task, self._stop, self._news), self._done, self._fail)

    def stop(self) -> None:
        self._stop.stop()

    def drop(self) -> None:
        """Stop it, and let nobody hear of it any more."""
        self._stop.stop()
        self._dropped = True

    def close(self) -> None:
        """Returns at once; `closed` comes when the run has ended."""
        self.drop()
        self._closing = True
        self._pace.stop()
        if not self.running:
            self.closed.emit()

    def _hand_out(self) -> None:
        readings, progress = self._news.take()
        if progress is not None and not self._dropped:
            self.arrived.emit(readings, progress)

    def _end(self) -> bool:
        """Whether somebody still wants to hear of it."""
        self._pace.stop()
        self._hand_out()
        if self._closing:
            self.closed.emit()
        return not self._dropped

    def _done(self, stopped: bool) -> None:
        if self._end():
            self.ended.emit(stopped)

    def _fail(self, problem: UserProblem) -> None:
        if self._end():
            self.failed.emit(problem)


def _read(task: Task, stop: StopToken, news: _News) -> bool:
    """In the run's thread; gives whether it was stopped."""
    from mmdesk.batch.run import run  # it may take a while

    last: BatchEvent | None = None
    for last in run(
        task.path, task.out, pack=task.pack, stop=stop, device=task.device, size=task.size,
        restart=task.restart,
    ):  # fmt: skip
        news.tell(last)
    assert isinstance(last, Ended)
    return last.stopped
