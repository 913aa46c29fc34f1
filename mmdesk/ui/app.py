"""The application: settings, language, theme, one window, one engine."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent, QIcon
from PySide6.QtWidgets import QApplication

from mmdesk import resources
from mmdesk import settings as store
from mmdesk.archive import Archive
from mmdesk.engine.state import EngineState, Phase
from mmdesk.errors import PackProblem, SettingsProblem
from mmdesk.packs import files as pack_files
from mmdesk.settings import Settings
from mmdesk.ui import language, theme
from mmdesk.ui.garbage import Collector
from mmdesk.ui.window import MainWindow
from mmdesk.ui.worker import Worker

SWITCH_S = 1e-4
PATIENCE_MS = 5000  # with the engine, once all is written
SETTLED_MS = 500  # after the window is shown
WRITING_S = 60.0  # with what is being decoded or written


class Program(QApplication):
    """On macOS a file to open comes as an event, also to a program that runs."""

    file_asked = Signal(str)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent):
            self.file_asked.emit(event.file())
            return True
        return super().event(event)


class Application(QObject):
    """Holds the window and does what concerns all of it: looks, language, settings, garbage, the end."""

    def __init__(
        self, app: QApplication, settings: Settings, warning: str | None, worker: Worker | None = None
    ) -> None:
        super().__init__(app)
        self._app = app
        self._collector = Collector(self)
        self._settings = settings
        self._speaker = language.Speaker(app)
        self._dress(settings)
        state = QSettings(str(store.config_folder() / "window.ini"), QSettings.Format.IniFormat)
        self.worker = worker or Worker(settings.engine, self)
        self.archive = Archive(store.data_folder() / "cases")
        self.window = MainWindow(settings, self.archive, self.worker, state)
        self.window.record.set_english_notice(self._speaker.language != "en")
        self.window.settings_changed.connect(self._changed)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._leave)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._prepare)
        self.window.closing.connect(self._settled.stop)
        self._watch = threading.Timer(WRITING_S, os._exit, (1,))
        self._watch.daemon = True
        self.window.closing.connect(self._start_watch)
        self.window.closed.connect(self._patience.start)
        self.window.gone.connect(self._end)
        if warning:
            self.window.notice.say("settings", warning)

    def start(self, paths: Sequence[Path], demo: bool) -> None:
        """Show the window; the engine loads while it is already usable."""
        self.window.show()
        self._settled.start()
        try:
            self.worker.start(pack_files.find(self._settings.pack), self._settings.device)
        except PackProblem:  # the window says so already; another pack can be chosen
            self.window.status.show_state(EngineState(Phase.FAILED))
        if paths:
            self.window.desk.intake.take_paths(list(paths))
        if demo:
            self.window.actions_["demo"].trigger()
        self.window.desk.look_back(self._settings.retention_days)

    def _prepare(self) -> None:
        """What reads images is imported before the first one is dropped: that takes as long as to sort
        hundreds of slices."""
        self.window.desk.decoding.run("imports", _import_media, _done)

    def open(self, file: str) -> None:
        self.window.desk.intake.take_paths([Path(file)])

    def _start_watch(self) -> None:
        """A read from a share that is gone may never return, and holds up this thread."""
        self._watch.start()

    def _leave(self) -> None:
        """A child process can be killed; an engine in this one that never returns ends with it."""
        os._exit(0)

    def _end(self) -> None:
        self._watch.cancel()
        self._patience.stop()
        self._collector.close()
        self._app.quit()

    def _dress(self, settings: Settings) -> None:
        self._speaker.speak(language.chosen(settings.language))
        theme.apply(self._app, settings.theme, settings.text_size)

    def _changed(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        if settings.language != before.language:
            self._speaker.speak(language.chosen(settings.language))
            self.window.record.set_english_notice(self._speaker.language != "en")
        if (settings.theme, settings.text_size) != (before.theme, before.text_size):
            theme.apply(self._app, settings.theme, settings.text_size)
        try:
            store.save(settings)
        except SettingsProblem as problem:
            self.window.filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)


def _import_media() -> None:
    """In the background."""
    import mmdesk.media.dicom
    import mmdesk.media.holdings
    import mmdesk.media.picture  # noqa: F401


def _done(_: None) -> None:
    """Nobody waits for it."""


def run(paths: Sequence[Path] = (), demo: bool = False, self_test: Path | None = None) -> int:
    """Open the window and give the exit code when it is closed."""
    # A paint asks for Python's lock dozens of times; behind a thread that imports or decodes it would wait
    # 5 ms each time.
    sys.setswitchinterval(SWITCH_S)
    if not sys.warnoptions:
        # A library's warning may quote a file. Readers silence theirs, but threads undo each other's filters.
        warnings.simplefilter("ignore")
    # pydicom would load GDCM, which may take its process along: here pixels are unpacked in another one.
    sys.modules["gdcm"] = None  # type: ignore[assignment]
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is a window to close
    app = Program(sys.argv[:1])
    app.setApplicationName("mmdesk")
    app.setDesktopFileName("mmdesk")
    app.setWindowIcon(QIcon(str(resources.folder() / "icons" / "mmdesk.svg")))
    app.setQuitOnLastWindowClosed(False)  # the engine ends first
    desk = Application(app, *store.load())
    app.file_asked.connect(desk.open)
    signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, desk.window.close))  # Ctrl+C
    test = None
    if self_test is not None:
        from mmdesk.ui.self_test import SelfTest

        test = SelfTest(desk.window, self_test)
    desk.start(paths, demo)
    return app.exec() or int(test is not None and test.failed)
