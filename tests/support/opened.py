"""The whole window with a scripted engine, as the program opens it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication

from mmdesk import resources
from mmdesk.case import Case, Input, Modality
from mmdesk.engine.state import Phase
from mmdesk.events import Event
from mmdesk.settings import Settings
from mmdesk.ui.app import Application
from mmdesk.ui.worker import Worker
from support import leftovers
from support.sample import TEXT
from support.scripted import Gate, open_gate, reached, write_script

TIMEOUT_MS = 8_000
GATES = ("load", "block", "gate")


def record_case(text: str = TEXT) -> Case:
    return Case({Modality.RECORD: (Input.from_text(text, "record.txt"),)})


def make_pack(folder: Path) -> Path:
    """The clinic pack's words without its network: all that a window with a scripted engine needs."""
    folder.mkdir()
    shutil.copy(resources.folder() / "packs" / "clinic" / "pack.toml", folder)
    return folder


class Opened:
    """`pack` is the folder of the script and its gates; `lasts` holds the last event of each analysis."""

    def __init__(self, qtbot, pack: Path, settings: Settings, factory: str, demo: bool) -> None:
        self.qtbot, self.pack = qtbot, pack
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        worker = Worker(settings.engine, factory=f"support.scripted:{factory}")
        self.application = Application(app, settings, None, worker)
        worker.setParent(self.application)
        self.window, self.worker = self.application.window, worker
        self.desk, self.model = self.window.desk, self.window.desk.model
        self.do = self.window.actions_
        self.lasts: list[Event] = []
        self.began = 0
        self.desk.ended.connect(self.lasts.append)
        self.desk.began.connect(self._count)
        self.application.start((), demo)
        self.closed = False

    def _count(self) -> None:
        self.began += 1

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=TIMEOUT_MS)

    def until_phase(self, phase: Phase) -> None:
        self.until(lambda: self.worker.state.phase is phase)

    def until_ended(self, count: int = 1) -> Event:
        """The last event of that analysis."""
        self.until(lambda: len(self.lasts) >= count)
        return self.lasts[count - 1]

    def until_quiet(self) -> None:
        """Nothing is read, decoded or written in the background, and no timer of the case runs."""
        rooms = (self.desk.decoding, self.desk.reading, self.desk._files)
        timers = (self.desk._quiet, self.desk.autosave._quiet, self.window.record._quiet)
        self.until(lambda: not any(room.busy for room in rooms) and not any(t.isActive() for t in timers))

    def play(self, *items: Event | Gate) -> None:
        """What the engine says of every case from now on."""
        write_script(self.pack, *items)

    def run_to_gate(self) -> None:
        """Analyse what is on the desk until the script's gate."""
        self.do["analyse"].trigger()
        self.until(lambda: reached(self.pack, "gate"))

    def open_gate(self, name: str = "gate") -> None:
        open_gate(self.pack, name)

    def key(self, key, modifier=None) -> None:
        """Pressed where the focus is; shortcuts work in an active window only."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        where = self.window.focusWidget() or self.window
        self.qtbot.keyClick(where, key, *([modifier] if modifier is not None else []))

    def close(self) -> None:
        """And look for what was left."""
        self.closed = True
        for gate in GATES:  # a thread cannot be killed
            open_gate(self.pack, gate)
        with self.qtbot.waitSignal(self.window.gone, timeout=TIMEOUT_MS):
            self.window.close()
        assert not any(widget.isVisible() for widget in QApplication.topLevelWidgets())
        assert not self.worker.findChild(QThread).isRunning()
        assert leftovers.engine_processes() == []
        assert leftovers.engine_threads() == []
        assert [t for t in self.desk.findChildren(QTimer) if t.isActive()] == []

    def destroy(self) -> None:
        """Here and now, and not by a collection in another thread."""
        self.application._speaker.speak("en")
        for item in (self.window, self.application):
            item.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
