"""The program tries itself: it reads the sample case, keeps the report and a picture, and ends."""

import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer

from mmdesk.errors import UserProblem
from mmdesk.events import Event, InputFailed, ReportReady
from mmdesk.export import save_report
from mmdesk.ui.window import MainWindow

PATIENCE_MS = 120_000  # a cold disk takes its time to load torch
LOOK_MS = 20


class SelfTest(QObject):
    """Writes report.md, report.json and window.png into `folder`, says on stdout when the window is usable
    and when the report is written, and closes the window. The case is not kept."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        self._window, self._desk, self._folder = window, window.desk, folder
        self._done = self._complained = False
        self._desk.demo = True
        self._desk.autosave.enabled = False
        self._desk.arrived.connect(self._arrived)
        self._desk.ended.connect(self._ended)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)
        self._patience.start()
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._keep)
        sys.excepthook = self._mistake
        window.installEventFilter(self)

    @property
    def failed(self) -> bool:
        return self._complained or not self._done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._begin)  # once it is drawn
        return False

    def _begin(self) -> None:
        self._say("the window is usable")
        self._desk.show_sample("sample")

    def _arrived(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, InputFailed):
                self._complain(f"{event.name}: {event.problem}. {event.remedy}")

    def _ended(self, last: Event) -> None:
        if isinstance(last, ReportReady):
            self._look.start()
        else:
            self._complain(f"the sample case was not read: {last}")

    def _keep(self) -> None:
        if self._desk.decoding.busy or self._desk.reading.busy:
            return
        self._look.stop()
        report = self._desk.report
        assert report is not None
        try:
            for name in ("report.md", "report.json"):
                save_report(self._folder / name, report)
        except UserProblem as problem:
            self._complain(str(problem))
            return
        if not self._window.grab().save(str(self._folder / "window.png")):
            self._complain("window.png cannot be written")
            return
        self._done = True
        self._say(f"the report is written, {len(report.findings)} findings")
        self._window.close()

    def _mistake(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._complain("".join(traceback.format_exception(kind, error, trace)))

    def _give_up(self) -> None:
        self._complain(f"there was no report within {PATIENCE_MS // 1000} s")

    def _say(self, what: str) -> None:
        if sys.stdout is not None:  # as in a program of Windows without a console
            print(f"self-test: {what}", flush=True)

    def _complain(self, what: str) -> None:
        self._complained = True
        if sys.stderr is not None:
            print(f"self-test: {what}", file=sys.stderr, flush=True)
        self._window.close()
