"""What happens on the desk: a case is laid on it, read by the engine, kept and put away.

The window shows; this decides. It holds no widget.
"""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk import casefile, resources
from mmdesk.archive import Archive
from mmdesk.case import Case
from mmdesk.casefile import CaseFile
from mmdesk.errors import UserProblem
from mmdesk.events import LAST, Event, Failed, ReportReady
from mmdesk.report import Report
from mmdesk.ui.autosave import Autosave
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.intake import Intake
from mmdesk.ui.worker import Worker

LIVE_DELAY = 300  # ms of quiet before a changed case is read again


class Desk(QObject):
    """`report` is the report of the case as it lies there, None once the case was changed."""

    began = Signal()
    arrived = Signal(object)  # a tuple of events of the analysis under way
    ended = Signal(object)  # its last event
    report_opened = Signal(object)  # a report that was saved with its case
    case_saved = Signal(object, object)  # the file, and the names of inputs that could not be kept
    failed = Signal(str, str)  # what did not work with a case file, and what to do

    def __init__(self, worker: Worker, archive: Archive, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        self.archive = archive
        self.model = CaseModel(self)
        self.decoding = Background(self)  # of images and recordings: it may take seconds
        self.reading = Background(self)  # of small things: what a file is, what a record states
        self._files = Background(self)
        self.intake = Intake(self.model, self.reading)
        self.autosave = Autosave(self.model, archive, self._files, self)
        self.report: Report | None = None
        self.prompt: str | None = None
        self.live = False
        self._job = 0
        self._before: tuple[Case, Report | None] | None = None
        self._quiet = QTimer(self, singleShot=True, interval=LIVE_DELAY)
        self._quiet.timeout.connect(self.analyse)
        self.model.changed.connect(self._changed)
        self.worker.arrived.connect(self._arrived)
        self.intake.case_given.connect(self.open)

    @property
    def working(self) -> bool:
        return self._job != 0

    def analyse(self) -> None:
        """Read the case as it is; an analysis under way is given up for this one."""
        self.model.typing_ended.emit()
        self._quiet.stop()
        if self.model.is_empty():
            return
        self.report = None
        self._job = self.worker.analyze(self.model.case(self.prompt))
        self.began.emit()

    def ask(self, prompt: str) -> None:
        """Write again for another prompt; the engine still has the inputs' features."""
        self.prompt = prompt
        self.analyse()

    def stop(self) -> None:
        self._quiet.stop()
        self.worker.stop()

    def set_live(self, live: bool) -> None:
        self.live = live
        if live and self.report is None:
            self._quiet.start()

    def new(self) -> None:
        """Put the case away; `bring_back` undoes it."""
        self._put_away()
        self.model.clear()

    def bring_back(self) -> None:
        if self._before is not None:
            case, report = self._before
            self._before = None
            self._lay(case, report)

    def can_bring_back(self) -> bool:
        return self._before is not None

    def show_sample(self, name: str) -> None:
        """Lay a built-in case on the desk and read it."""
        self._put_away()
        self.prompt = None
        self.model.load(resources.samples()[name])
        self.analyse()

    def open(self, path: Path) -> None:
        """Lay the case of a .mmcase file on the desk, with its report."""
        self._files.run("open", lambda: casefile.load(path), self._opened, self._problem)

    def save(self, path: Path) -> None:
        self.model.typing_ended.emit()
        case, report = self.model.case(self.prompt), self.report
        earlier = self.archive.path(case.id)  # may hold what is gone by now
        self._files.run(
            "save", lambda: (path, casefile.save(path, case, report, earlier)), self._saved, self._problem
        )

    def close(self) -> None:
        """After this nothing is written any more; the worker closes by itself."""
        self.model.typing_ended.emit()
        self._quiet.stop()
        self.autosave.close()
        self.decoding.close()
        self.reading.close()
        self._files.close()

    def _put_away(self) -> None:
        self.model.typing_ended.emit()
        if self._job:
            self.worker.stop()
            self._job = 0
        self._before = None if self.model.is_empty() else (self.model.case(self.prompt), self.report)
        self.report = None

    def _lay(self, case: Case, report: Report | None) -> None:
        self.prompt = case.prompt
        self.model.load(case)
        self.report = report
        if report is not None:
            self.autosave.report_ready(report)
            self.report_opened.emit(report)

    def _opened(self, file: CaseFile) -> None:
        self._put_away()
        self._lay(file.case, file.report)

    def _saved(self, value: tuple[Path, tuple[str, ...]]) -> None:
        self.case_saved.emit(*value)

    def _problem(self, error: UserProblem) -> None:
        self.failed.emit(f"{error.name}: {error.problem}.", error.remedy)

    def _changed(self) -> None:
        self.report = None
        if self.live and not self.model.is_empty():
            self._quiet.start()

    def _arrived(self, job: int, events: tuple[Event, ...]) -> None:
        if job != self._job:
            return
        self.arrived.emit(events)
        last = events[-1]
        if not isinstance(last, LAST):
            return
        self._job = 0
        if isinstance(last, ReportReady):
            self.report = last.report
            self.autosave.report_ready(last.report)
        elif not isinstance(last, Failed):
            self.report = last.report
        self.ended.emit(last)
