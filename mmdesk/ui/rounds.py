"""Going through a work list: it is opened, its cases are laid on the desk one by one, and all are read."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from mmdesk.batch.cases import Opened, listed
from mmdesk.batch.events import Row, State
from mmdesk.batch.several import list_of
from mmdesk.case import Case
from mmdesk.errors import UserProblem
from mmdesk.events import Event, Failed, ReportReady, Stage
from mmdesk.packs.manifest import Manifest
from mmdesk.report import Finding
from mmdesk.ui.actions import Actions
from mmdesk.ui.background import Background
from mmdesk.ui.desk import Desk
from mmdesk.ui.filing import Filing
from mmdesk.ui.notice_bar import NoticeBar
from mmdesk.ui.opening import laid_open
from mmdesk.ui.read_all import ReadAll
from mmdesk.ui.readings import Entry, Reading
from mmdesk.ui.work_panel import WorkPanel

LATE = 300  # ms that looking through a folder may take before it is said


class Rounds(QObject):
    """A case of the list that is put away stays as it was left, until the list is closed."""

    def __init__(
        self, window: QWidget, desk: Desk, filing: Filing, panel: WorkPanel, notice: NoticeBar, do: Actions
    ) -> None:
        super().__init__(window)
        self._window, self._desk, self._filing, self._notice, self._do = window, desk, filing, notice, do
        self._panel, self._rows = panel, panel.list.rows
        self.reading = ReadAll(self, filing, panel, notice)
        self._pack = ""
        self._offered: Path | None = None
        self._cases: dict[str, Case] = {}  # by name, as they were left
        self._names: dict[str, str] = {}  # theirs, by the ids of the cases
        self._left_out: dict[str, str] = {}  # by name, what of a case could not be opened
        self._wanted = ""  # the name of the case that is being opened
        self._room = Background(self)
        self._late = QTimer(self, singleShot=True, interval=LATE)
        desk.listed = self._names
        self._connect()
        self.update()

    def _connect(self) -> None:
        desk, panel, do = self._desk, self._panel, self._do
        desk.intake.list_given.connect(self._offer)
        desk.put_back.connect(self._put_back)
        desk.began.connect(self._began)
        desk.ended.connect(self._ended)
        desk.model.replaced.connect(self._replaced)
        self._notice.chosen.connect(self._notice_chosen)
        self._late.timeout.connect(self._say_late)
        panel.list.chosen.connect(self.choose)
        panel.close_asked.connect(self.close_list)
        do["open_list"].triggered.connect(self._ask_list)
        do["work_list"].toggled.connect(self.update)
        do["next_case"].triggered.connect(self._next)
        do["previous_case"].triggered.connect(self._previous)

    # ---- the list

    def open(self, path: Path) -> None:
        """A folder of cases, or a manifest. It is looked through in the background."""
        self._late.start()
        self._room.run("list", partial(_listed, path), self._opened_list, self._problem)

    def close_list(self) -> None:
        """What was read of it stays in the file of the results, what was changed of it among the kept
        cases."""
        self._give_up()
        self.reading.drop()
        self.reading.path = None
        for known in (self._cases, self._names, self._left_out):
            known.clear()
        self._panel.list.show_on_desk("")
        self._panel.show_cases(())
        self.update()

    def set_pack(self, pack: Manifest) -> None:
        """What another pack read is not comparable: it is taken off the list."""
        findings = {
            f.name: Finding(f.name, f.label, task.name, f.prior, f.low, f.high, task.carriers, f.normal)
            for task in pack.tasks
            for f in task.findings
        }
        named = f"{pack.name} {pack.version}"
        if named != self._pack:
            self._pack = named
            self.reading.drop()
            self._panel.show_cases([Entry.of(entry.listed) for entry in self._rows.entries])
        self._panel.set_findings(findings)

    def close(self) -> None:
        """Returns when no folder is looked through any more; `reading.run.closed` comes when no
        case is read."""
        self._late.stop()
        self._panel.rest()
        self.reading.run.close()
        self._room.close()

    def _opened_list(self, found: tuple[Path, list[Entry]]) -> None:
        self.close_list()
        self._late.stop()
        self._notice.withdraw("looking")
        self.reading.path, entries = found
        self._panel.show_cases(entries)
        self._do["work_list"].setChecked(True)
        self.update()
        self._panel.list.setFocus()

    def update(self) -> None:
        """What can be done, and whether the list is seen: not where people pass by."""
        there = self.reading.path is not None and not self._desk.demo
        for name in ("work_list", "next_case", "previous_case"):
            self._do[name].setEnabled(there)
        self._panel.setVisible(there and self._do["work_list"].isChecked())

    # ---- its cases

    def choose(self, name: str) -> None:
        """Lay the case on the desk and read it; the one that lies there is put away."""
        entry = self._rows.find(name)
        if entry is None or name in (self._wanted, self._panel.list.on_desk):
            return
        self._give_up()
        if entry.listed.case is None:
            self._notice.say("case", f"{name}: {entry.listed.problem}", tone="problem")
        elif name in self._cases:
            self._lay(name)
        else:
            self._wanted = name
            self._rows.set_reading(name)
            work, done = partial(laid_open, entry.listed), partial(self._opened, name)
            self._room.run("open", work, done, self._problem)

    def _next(self) -> None:
        self._step(1)

    def _previous(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        view = self._panel.list
        self.choose(view.beside(self._wanted or view.on_desk, step))

    def _give_up(self) -> None:
        """The case that is being opened is not wanted any more: it would come over another one."""
        self._room.forget("open")
        self._wanted = ""
        self._rows.set_reading("")

    def _opened(self, name: str, found: Opened) -> None:
        self._cases[name], self._names[found.case.id] = found.case, name
        self._left_out[name] = "; ".join(found.problems)
        self._lay(name)
        if found.problems:
            self._notice.say("case", found.problems[0], tone="problem")

    def _lay(self, name: str) -> None:
        case = self._cases[name]
        self._notice.withdraw("case")
        self._desk.autosave.spared = replace(case, prompt=None)  # it lies in its folder
        self._desk.lay(case)

    def _put_back(self, case: Case) -> None:
        if case.inputs:
            self._cases[self._names[case.id]] = case

    def _replaced(self) -> None:
        self._give_up()
        self._panel.list.show_on_desk(self._names.get(self._desk.model.id, ""))

    def _began(self) -> None:
        self._rows.set_reading(self._wanted or self._panel.list.on_desk)

    def _ended(self, last: Event) -> None:
        name = self._panel.list.on_desk
        self._rows.set_reading(self._wanted)
        if not name:
            return
        if isinstance(last, ReportReady):
            sources = last.report.provenance.sources
            lines = [self._left_out[name], *(f"{s.name}: {s.problem}" for s in sources if s.problem)]
            problem = "; ".join(filter(None, lines))
            state = State.PARTLY if problem else State.READ
            self._rows.take({name: Reading.of(Row(name, state, problem, last.report))})
        elif isinstance(last, Failed) and last.stage is Stage.READ:
            self._rows.take({name: Reading.of(Row(name, State.FAILED, last.problem))})

    # ---- notices and dialogs

    def _offer(self, path: Path) -> None:
        self._offered = path
        remedy = "To put files of it into this case, drop the files."
        self._notice.say("list", f"{path.name} holds several cases.", "Open as a work list", remedy=remedy)

    def _notice_chosen(self, key: str) -> None:
        if key == "list" and self._offered is not None:
            self.open(self._offered)

    def _say_late(self) -> None:
        self._notice.say("looking", "Looking for the cases…")

    def _problem(self, problem: UserProblem) -> None:
        self._late.stop()
        self._notice.withdraw("looking")
        self._give_up()
        self._filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)

    def _ask_list(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open a folder of cases"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._picked)
        self._filing.show(dialog)

    def _picked(self, name: str) -> None:
        self.open(Path(name))


def _listed(path: Path) -> tuple[Path, list[Entry]]:
    path = list_of(path) or path  # a folder's manifest
    return path, [Entry.of(one) for one in listed(path)]
