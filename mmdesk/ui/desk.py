"""What happens on the desk: a case is laid on it, read by the engine, kept and put away.

The window shows; this decides. It holds no widget.
"""

from collections.abc import Container
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk import casefile, disk, recordings, resources
from mmdesk.archive import Archive, Kept
from mmdesk.case import Case, Input, Modality
from mmdesk.casefile import CaseFile
from mmdesk.errors import UserProblem
from mmdesk.events import LAST, Event, ReportReady, ReportWritten, Stopped
from mmdesk.export import save_report
from mmdesk.media.files import read_bytes
from mmdesk.report import Report
from mmdesk.ui.autosave import Autosave
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.intake import Intake
from mmdesk.ui.worker import Worker

UNDER_WAY = "recording under way"  # the name of an input: the last seconds of what is being recorded
LIVE_DELAY = 300  # ms of quiet before a changed case is read again


@dataclass(frozen=True, slots=True)
class Saved:
    """A case in its file: names of inputs that it lacks, how many DICOM files tell of nobody any more, and
    why their pictures are to be looked at."""

    missing: tuple[str, ...]
    cleaned: int = 0
    look_at: str = ""


class Desk(QObject):
    """`report` is the report of the case as it lies there, None once the case was changed. In a `demo`
    what is put away is forgotten: nobody's case can be brought back but the one from before the demo."""

    began = Signal()
    arrived = Signal(object)  # a tuple of events of the analysis under way
    ended = Signal(object)  # its last event
    put_away = Signal()  # a case that can be brought back
    put_back = Signal(object)  # a Case of the work list, as it was left
    report_opened = Signal(object)  # a report that was saved with its case
    case_opened = Signal(object)  # its file
    case_saved = Signal(str, object, object)  # id, file, a Saved: what became of its inputs
    image_saved = Signal(object, str)  # its file, and why the picture is to be looked at, "" for no reason
    report_saved = Signal(object)  # its file
    crash_found = Signal(object)  # the file of a case that was open in a program that crashed
    recordings_found = Signal(object)  # Inputs: recordings that were under way then
    purged = Signal(int)  # how many kept cases were deleted
    failed = Signal(str, str)  # what did not work with a file, and what to do

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
        self.listed: Container[str] = ()  # ids of cases that go back into the work list
        self.live = self.demo = False
        self.deidentify = True  # DICOM files in a case that is saved
        self._job = 0
        self._outdated = False  # the case was changed after the analysis began
        self._before: tuple[Case, Report | None] | None = None
        self._quiet = QTimer(self, singleShot=True, interval=LIVE_DELAY)
        self._quiet.timeout.connect(self.analyse)
        self.model.changed.connect(self._changed)
        self.worker.arrived.connect(self._arrived)
        self.intake.case_given.connect(self.open)

    @property
    def working(self) -> bool:
        return self._job != 0

    @property
    def busy(self) -> bool:
        """It works, or is about to."""
        return self.working or self._quiet.isActive()

    @property
    def reads_recording(self) -> bool:
        """Whether the case holds the last seconds of a recording under way."""
        return any(item.name == UNDER_WAY for item in self.model.inputs(Modality.AUDIO))

    # ---- analyses

    def analyse(self) -> None:
        """Read the case as it is; an analysis under way is given up for this one."""
        self.model.typing_ended.emit()
        self._quiet.stop()
        if self.model.is_empty():
            return
        self.report, self._outdated = None, False
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
        self._quiet.stop()
        if live and self.report is None and (self._outdated or not self.working):
            self._quiet.start()

    # ---- cases

    def new(self) -> None:
        """Put the case away; `bring_back` undoes it."""
        self._put_away()
        self.prompt = None  # the next person gets the whole report
        self.model.clear()

    def bring_back(self) -> None:
        """Lay the case on the desk that was put away last, in exchange for the one that lies there."""
        if self._before is not None:
            case, report = self._before
            self._before = None
            self._put_away()
            self._lay(case, report)

    def can_bring_back(self) -> bool:
        return self._before is not None

    def show_sample(self, name: str) -> None:
        """Lay a built-in case on the desk and read it."""
        self.lay(resources.samples()[name])

    def lay(self, case: Case) -> None:
        """Lay a case on the desk and read it."""
        self._put_away()
        self._lay(case, None)
        self.analyse()

    # ---- files

    def open(self, path: Path) -> None:
        """Lay the case of a .mmcase file on the desk, with its report."""
        self._files.run("open", partial(_load, path), self._opened, self._problem)

    def save(self, path: Path) -> None:
        self.model.typing_ended.emit()
        case, report = self.model.case(self.prompt), self.report
        earlier = self.archive.path(case.id)  # may hold what is gone by now
        work = partial(_save, path, case, report, earlier, self.deidentify)
        self._files.run("save", work, self._saved, self._problem)

    def export(self, path: Path) -> None:
        if self.report is not None:
            work = partial(_export, path, self.report)
            self._files.run("export", work, self.report_saved.emit, self._problem)

    def export_image(self, path: Path, item: Input) -> None:
        """Write a DICOM image without patient details."""
        work = partial(_export_image, path, item)
        self._files.run("export image", work, self._image_exported, self._problem)

    def purge(self) -> None:
        """Delete all kept cases but those that are open."""
        self._files.run("purge", self.archive.purge, self.purged.emit, self._problem)

    def look_back(self, days: int) -> None:
        """Look for a case that a crash left, and delete kept ones that are older."""
        self._files.run("look back", partial(_look_back, self.archive, days), self._looked_back)

    def take_recordings(self, items: tuple[Input, ...]) -> None:
        """Put what a recording left into the case."""
        work = partial(_adopted, items, self.model.id)
        self._files.run("recordings", work, self._recordings_adopted, self._problem)

    def dismiss(self, path: Path) -> None:
        """What a crash left is not wanted: it stays a kept case like any other."""
        self._files.run("dismiss", partial(self.archive.mark_closed, path.stem), _done, self._problem)

    def close(self) -> None:
        """After this nothing is written any more; the worker closes by itself."""
        self.model.typing_ended.emit()
        self._quiet.stop()
        self._job = 0
        self.autosave.close()
        self._files.finish()  # a case or a report that is to be saved may wait behind another one
        self._files.close()
        self.decoding.close()  # after it, for what is read may lie on a share that is gone
        self.reading.close()

    def _put_away(self) -> None:
        self.model.typing_ended.emit()
        self._quiet.stop()
        self._files.forget("open")  # asked for before this, it would come after it
        if self._job:
            self.worker.stop()
            self._job = 0
        if self.model.id in self.listed:
            self.put_back.emit(self.model.case(self.prompt))
        elif not self.demo and not self.model.is_empty():
            self._before = self.model.case(self.prompt), self.report
            self.put_away.emit()
        self.report = None

    def _lay(self, case: Case, report: Report | None) -> None:
        self.prompt = case.prompt or (report.prompt if report is not None else None)
        self.model.load(case)
        if report is not None:
            self._quiet.stop()  # it was read
            self.report = report
            self.autosave.report_ready(report)
            self.report_opened.emit(report)

    def _opened(self, value: tuple[Path, CaseFile]) -> None:
        path, file = value
        self._put_away()
        self._lay(file.case, file.report)
        self.case_opened.emit(path)

    def _saved(self, value: tuple[str, Path, Saved]) -> None:
        self.case_saved.emit(*value)

    def _image_exported(self, value: tuple[Path, str]) -> None:
        self.image_saved.emit(*value)

    def _looked_back(self, found: tuple[list[Kept], tuple[Input, ...]]) -> None:
        left, recorded = found
        if recorded:
            self.recordings_found.emit(recorded)
        if left:
            self.crash_found.emit(left[0].path)

    def _recordings_adopted(self, adopted: tuple[str, tuple[Input, ...]]) -> None:
        """What was read of one while it went on gives way to it."""
        case, items = adopted
        if case != self.model.id:  # that one was put away, too: whose they are is asked again
            self.recordings_found.emit(items)
            return
        before = self.model.inputs(Modality.AUDIO)
        kept = tuple(item for item in before if item.name != UNDER_WAY)
        self.model.set_inputs(Modality.AUDIO, kept + items)

    def _problem(self, error: UserProblem) -> None:
        self.failed.emit(f"{error.name}: {error.problem}.", error.remedy)

    def _changed(self) -> None:
        self.report, self._outdated = None, True
        if self.live and not self.model.is_empty():
            self._quiet.start()

    def _arrived(self, job: int, events: tuple[Event, ...]) -> None:
        if job != self._job:
            return
        for event in events:
            if isinstance(event, ReportWritten):
                self._take_report(event.report)
        self.arrived.emit(events)
        last = events[-1]
        if job != self._job or not isinstance(last, LAST):
            return
        self._job = 0
        report = None
        if isinstance(last, ReportReady):
            report = last.report
        elif isinstance(last, Stopped) and last.report is not None:
            report = last.report.stopped()
        if report is not None:
            self._take_report(report)
        self.ended.emit(last)

    def _take_report(self, report: Report) -> None:
        if not self._outdated:
            self.report = report
            self.autosave.report_ready(report)


def _load(path: Path) -> tuple[Path, CaseFile]:
    return path, casefile.load(path)


def _save(
    path: Path, case: Case, report: Report | None, earlier: Path, deidentify: bool
) -> tuple[str, Path, Saved]:
    if not deidentify:
        return case.id, path, Saved(casefile.save(path, case, report, earlier))
    missing, passed = casefile.pass_on(path, case, report, earlier)
    return case.id, path, Saved(missing, passed.cleaned, passed.look_at)


def _export_image(path: Path, item: Input) -> tuple[Path, str]:
    from mmdesk.media.burned_in import burned_in_file  # they import pydicom
    from mmdesk.media.deidentify import Pseudonyms, deidentify

    data = deidentify(read_bytes(item), item.name, Pseudonyms())
    try:
        with disk.replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise UserProblem(path.name, *disk.why(error)) from error
    return path, burned_in_file(data, item.name) or ""


def _export(path: Path, report: Report) -> Path:
    save_report(path, report)
    return path


def _look_back(archive: Archive, days: int) -> tuple[list[Kept], tuple[Input, ...]]:
    left = archive.unfinished()
    archive.expire(days)
    spools = recordings.left(archive.folder)
    return left, tuple(Input("recovered recording", path=str(path)) for path in spools)


def _adopted(items: tuple[Input, ...], case: str) -> tuple[str, tuple[Input, ...]]:
    """Those that are there still, as files of the case."""
    adopted = []
    for item in items:
        path = recordings.adopt(Path(item.path), case) if item.path is not None else None
        if path is not None or item.data is not None:
            adopted.append(item if path is None else replace(item, path=str(path)))
    return case, tuple(adopted)


def _done(_: None) -> None:
    """Nobody waits for it."""
