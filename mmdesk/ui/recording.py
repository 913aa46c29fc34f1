"""A recording under way. Devices are looked for, opened and closed, and files are written, in a thread; the
window's thread only looks."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from mmdesk.case import Input
from mmdesk.errors import UserProblem
from mmdesk.media.portaudio import NoSound
from mmdesk.ui.background import Background

if TYPE_CHECKING:  # these import numpy and soundfile
    from mmdesk.media.microphone import Device
    from mmdesk.media.recorder import Source
    from mmdesk.recordings import Session

LOOK = 33  # ms from one look at the level to the next


class Phase(Enum):
    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    ENDING = auto()


def _devices() -> "list[Device]":
    from mmdesk.media.microphone import devices

    return devices()


def _microphone(device: "Device") -> "Source":
    from mmdesk.media.microphone import Microphone

    return Microphone(device)


class Recording(QObject):
    """One at a time, into `folder`. What was recorded for a case that was put away meanwhile is `left`; its
    path may be a spool."""

    found = Signal(object)  # the Devices that record here, the default first
    changed = Signal()  # the phase
    looked = Signal(object)  # a Look
    finished = Signal(object)  # an Input, None where nothing was recorded
    left = Signal(object)  # an Input
    failed = Signal(str, str)  # what is wrong, and what to do

    def __init__(
        self, folder: Path, parent: QObject | None = None,
        find: "Callable[[], list[Device]]" = _devices, open: "Callable[[Device], Source]" = _microphone,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.phase = Phase.IDLE
        self.case = ""
        self.seconds = 0.0
        self.keeps = True  # as a file; else nothing stays on the disk once it has ended
        self._folder, self._find, self._open = folder, find, open
        self._background = Background(self)
        self._session: Session | None = None
        self._abandoned = False
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def active(self) -> bool:
        return self.phase is not Phase.IDLE

    def look_for_devices(self) -> None:
        self._background.run("devices", partial(_told, self._find), self._found)

    def start(self, device: "Device", case: str) -> None:
        self.case, self.seconds = case, 0.0
        self._go(Phase.STARTING)
        work = partial(self._begin, device, case)
        self._background.run("start", partial(_told, work), self._started, self._broken)

    def stop(self) -> None:
        """`finished` comes later."""
        if self.phase is Phase.RUNNING and self._session is not None:
            self._timer.stop()
            self._go(Phase.ENDING)
            work = partial(_finish, self._session, self.keeps)
            self._background.run("stop", work, self._ended, self._broken)

    def abandon(self) -> None:
        """Its case was put away: `left` comes later, where something was recorded."""
        if self.phase is Phase.ENDING:
            self._abandoned = True
        elif self.active:
            self._timer.stop()
            self._background.forget("start")
            self._background.run("abandon", self._release, self._released, self._complain_of_disk)
            self._go(Phase.IDLE)

    def read_last(self, seconds: float, done: Callable[[bytes], None]) -> None:
        """The last seconds as a WAV file, in the window's thread."""
        if self.phase is Phase.RUNNING and self._session is not None:
            self._background.run("last", partial(_last, self._session, seconds), done)

    def close(self) -> None:
        """Before the program ends. A recording that was ended reaches its case; one that goes on is offered
        at the next start."""
        self._timer.stop()
        if self.phase is Phase.ENDING:
            self._background.finish()
            QCoreApplication.sendPostedEvents(self._background)
        self._go(Phase.IDLE)
        self._background.close()
        if self._session is not None:
            self._session.stop()
            self._session = None

    # ---- in the background

    def _begin(self, device: "Device", case: str) -> None:
        from mmdesk.recordings import Session

        self._session = Session(self._open(device), self._folder, case)

    def _release(self) -> Input | None:
        """What was recorded, if it was begun at all."""
        from mmdesk import recordings
        from mmdesk.media.spool import look_at

        session, self._session = self._session, None
        if session is None:
            return None
        path = recordings.release(session.stop())
        if look_at(path) is None:
            path.unlink()
            return None
        return Input(_name(), path=str(path))

    # ---- in the window's thread

    def _found(self, answer: Any) -> None:
        if isinstance(answer, NoSound):
            self._complain(answer)
        else:
            self.found.emit(answer)

    def _started(self, answer: Any) -> None:
        if isinstance(answer, NoSound):
            self._go(Phase.IDLE)
            self._complain(answer)
        else:
            self._go(Phase.RUNNING)
            self._timer.start()

    def _look(self) -> None:
        session = self._session
        if session is None:
            return
        look = session.recorder.look()
        self.seconds = look.seconds
        self.looked.emit(look)
        if session.over and self.phase is Phase.RUNNING:
            self._say_why(look.problem)
            self.stop()

    def _ended(self, item: Input | None) -> None:
        self._session = None
        self._go(Phase.IDLE)
        abandoned, self._abandoned = self._abandoned, False
        if not abandoned:
            self.finished.emit(item)
        elif item is not None:
            self.left.emit(item)

    def _released(self, item: Input | None) -> None:
        if item is not None:
            self.left.emit(item)

    def _say_why(self, problem: OSError | None) -> None:
        if problem is None:
            text = "The device gives no sound any more; what came until then is kept."
            self.failed.emit(text, "Connect it and record again.")
        else:
            text = f"The disk took no more ({problem.strerror}); what came until then is kept."
            self.failed.emit(text, "Make room on the disk.")

    def _complain(self, problem: NoSound) -> None:
        from mmdesk.media.microphone import why

        self.failed.emit(*why(problem))

    def _broken(self, error: UserProblem) -> None:
        """A spool that could not become a file stays, and is offered at the next start."""
        self._complain_of_disk(error)
        self._ended(None)

    def _complain_of_disk(self, error: UserProblem) -> None:
        self.failed.emit(f"The recording could not be kept: {error.problem}.", error.remedy)

    def _go(self, phase: Phase) -> None:
        self.phase = phase
        self.changed.emit()


def _told(work: Callable[[], Any]) -> Any:
    """Its value, or why there is no sound."""
    try:
        return work()
    except NoSound as problem:
        return problem


def _finish(session: "Session", keeps: bool) -> Input | None:
    from mmdesk import recordings

    path = recordings.finish(session.stop())
    if path is None:
        return None
    if keeps:
        return Input(_name(), path=str(path))
    data = path.read_bytes()
    path.unlink()
    return Input(_name(), data=data)


def _last(session: "Session", seconds: float) -> bytes:
    """Empty where the disk does not give it."""
    try:
        return session.last(seconds)
    except OSError:
        return b""


def _name() -> str:
    """As people see it."""
    return f"recording {datetime.now():%H.%M.%S}"
