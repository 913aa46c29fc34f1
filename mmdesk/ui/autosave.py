"""The case on the desk is on disk soon after it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from mmdesk.archive import Archive
from mmdesk.case import Case
from mmdesk.errors import CaseProblem
from mmdesk.report import Report
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel

QUIET = 300  # ms after the last change
LATEST = 1500  # ms after the first change that is not on disk: half a second is left for the disk


@dataclass(frozen=True, slots=True)
class _Batch:
    """Cases to write by their ids, each with its report, and then the ids of those put away."""

    cases: Mapping[str, tuple[Case, Report | None]]
    put_away: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Outcome:
    paths: tuple[Path, ...]
    problems: Mapping[str, CaseProblem]


class Autosave(QObject):
    """Keeps the case of `model` in `archive`.

    What is promised: writing starts 300 ms after the last change and at latest 1.5 s after the first
    one that is not on disk, as soon as `background` has done what it does already; with a case of
    ordinary size (tens of megabytes) and a quiet background it is on disk within 2 s. The file is
    replaced whole: whenever the application is killed, what lies there is the case as it was at the
    last `saved` or as it was about to be saved, never a mixture or a part. So a crash loses the
    changes of the last two seconds at most, and what a panel has not handed to the model yet.

    A change of the inputs makes the report one of another case: it is kept no longer, until the next
    `report_ready`. The case that `spared` is lies elsewhere: it is kept once it differs from that.
    """

    saved = Signal(object)  # the path of the case file
    failed = Signal(str, str)  # what is wrong, what to do; the next change tries again

    def __init__(
        self, model: CaseModel, archive: Archive, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._archive, self._background = model, archive, background
        self.spared: Case | None = None
        self._enabled = True
        self._id = model.id
        self._report: Report | None = None
        self._due: dict[str, tuple[Case, Report | None]] = {}
        self._put_away: set[str] = set()
        self._under_way: _Batch | None = None
        self._again = False  # a write was asked for while one was under way
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._latest = QTimer(self, singleShot=True, interval=LATEST)
        for timer in (self._quiet, self._latest):
            timer.timeout.connect(self.flush)
        model.changed.connect(self._changed)
        model.replaced.connect(self._replaced)

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        """Switched off, what is kept of the case stays as it is, and a crash is not told of."""
        if on == self._enabled:
            return
        self._enabled = on
        if on:
            self._put_away.discard(self._id)
            self._take()
        else:
            self._due.pop(self._id, None)  # one that was put away before may still have to be written
            self._put_away.add(self._id)
            self.flush()

    def report_ready(self, report: Report) -> None:
        """The report of the case as it lies on the desk; one of another case is let be."""
        if report.case_id == self._id:
            self._report = report
            self._take()

    @Slot()
    def flush(self) -> None:
        """Write now what is not on disk; `saved` or `failed` comes later."""
        self._quiet.stop()
        self._latest.stop()
        if self._under_way is not None:
            self._again = True
            return
        if not self._due and not self._put_away:
            return
        self._under_way = _Batch(self._due, frozenset(self._put_away))
        self._due, self._put_away = {}, set()
        self._background.run("autosave", partial(_write, self._archive, self._under_way), self._written)

    def close(self) -> None:
        """Leave the last changes to `background.close()`, which must follow; nothing is kept after this."""
        self._quiet.stop()
        self._latest.stop()
        self._model.changed.disconnect(self._changed)
        self._model.replaced.disconnect(self._replaced)
        # What was handed over may never be begun: it is written here if it is not on disk by then.
        handed = self._under_way or _Batch({}, frozenset())
        last = _Batch({**handed.cases, **self._due}, handed.put_away | self._put_away | {self._id})
        self._due, self._again, self._enabled = {}, False, False
        self._background.at_close(partial(_write, self._archive, last))

    def _take(self) -> None:
        case = self._model.case()
        if self._enabled and case != self.spared:
            self.spared = None
            self._due[self._id] = (case, self._report)
            self._quiet.start()
            if not self._latest.isActive():
                self._latest.start()

    @Slot()
    def _changed(self) -> None:
        self._report = None
        self._take()

    @Slot()
    def _replaced(self) -> None:
        if self._enabled:
            self._put_away.add(self._id)
        self._id = self._model.id
        self._put_away.discard(self._id)
        self._report = None
        self.flush()

    def _written(self, outcome: _Outcome) -> None:
        self._under_way = None
        for path in outcome.paths:
            self.saved.emit(path)
        for id, problem in outcome.problems.items():
            if id == self._id and self._enabled:
                self._due[id] = (self._model.case(), self._report)
            text = f"The case could not be kept: {problem.problem}."
            self.failed.emit(text, f"{problem.remedy} The next change tries again.")
        if self._again:
            self._again = False
            self.flush()


def _write(archive: Archive, batch: _Batch) -> _Outcome:
    paths, problems = [], {}
    for id, (case, report) in batch.cases.items():
        try:
            if case.inputs:
                archive.mark_open(id)
            path = archive.keep(case, report)
            if path is not None:
                paths.append(path)
        except CaseProblem as problem:
            problems[id] = problem
    for id in batch.put_away - problems.keys():  # what could not be written is offered at the next start
        try:
            archive.mark_closed(id)
        except CaseProblem as problem:
            problems[id] = problem
    return _Outcome(tuple(paths), problems)
