"""Reading all cases of the work list: it is asked where the results go, and said how that went."""

from pathlib import Path

from PySide6.QtCore import QObject

from mmdesk.batch import SIZE
from mmdesk.batch.cases import PART
from mmdesk.batch.events import Progress
from mmdesk.errors import PackProblem, UserProblem
from mmdesk.packs import files as pack_files
from mmdesk.settings import Settings
from mmdesk.ui.batch_bar import Phase
from mmdesk.ui.batch_run import BatchRun, Task
from mmdesk.ui.filing import Filing
from mmdesk.ui.notice_bar import NoticeBar
from mmdesk.ui.readings import Reading
from mmdesk.ui.work_panel import WorkPanel

TABLES = {".parquet": "Parquet (*.parquet)", ".csv": "CSV (*.csv)", ".jsonl": "JSON (*.jsonl)"}
FEW, FEWER = 256, 8  # of so few cases, rows come for fewer at once


class ReadAll(QObject):
    """What is read is what lies in the files of `path`, whatever was changed of a case on the desk."""

    def __init__(self, parent: QObject, filing: Filing, panel: WorkPanel, notice: NoticeBar) -> None:
        super().__init__(parent)
        self._filing, self._panel, self._bar, self._notice = filing, panel, panel.batch, notice
        self.settings = Settings()
        self.path: Path | None = None  # of the list, None while none is open
        self.run = BatchRun(self)
        self._task: Task | None = None
        self._begun = False
        self._bar.read_asked.connect(self._ask)
        self._bar.stop_asked.connect(self._stop)
        notice.chosen.connect(self._notice_chosen)
        self.run.arrived.connect(self._arrived)
        self.run.ended.connect(self._ended)
        self.run.failed.connect(self._failed)

    def drop(self) -> None:
        """The list is another one: what comes of this one's run goes to its file alone, as far as it came."""
        self.run.drop()
        self._task = None

    def _ask(self) -> None:
        """A run that was stopped goes on in the same file."""
        if self._bar.phase is Phase.STOPPED and self._task is not None:
            self._start(self._task.out, restart=False)
            return
        assert self.path is not None
        folder = self.path if self.path.is_dir() else self.path.parent
        title = self.tr("Save the table of results")
        dialog = self._filing.save_dialog(title, list(TABLES.values()), "parquet")
        dialog.filterSelected.connect(self._filing.follow_kind)
        dialog.setDirectory(str(folder.parent))
        dialog.selectFile(f"{folder.name} results.parquet")
        dialog.fileSelected.connect(self._read_to)

    def _read_to(self, name: str) -> None:
        """A run into this file that was cut off goes on; of one that was finished, nothing is taken: it was
        agreed to that the file is replaced."""
        out = Path(name)
        if out.suffix.lower() not in TABLES:
            out = out.with_name(f"{out.name}.parquet")
        self._start(out, restart=out.exists() and not _cut_off(out).exists())

    def _start(self, out: Path, restart: bool) -> None:
        if self.path is None:  # the list was closed before the dialog
            return
        try:
            pack = pack_files.find(self.settings.pack)
        except PackProblem as problem:
            self._filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)
            return
        size = FEWER if len(self._panel.list.rows.entries) < FEW else SIZE
        self._task = Task(self.path, out, pack, self.settings.device, size, restart)
        self._begun = False
        for key in ("results", "restart"):
            self._notice.withdraw(key)
        self._bar.set_phase(Phase.RUNNING, out.name)
        self.run.start(self._task)

    def _stop(self) -> None:
        self._bar.set_phase(Phase.STOPPING)
        self.run.stop()

    def _arrived(self, readings: dict[str, Reading], progress: Progress) -> None:
        self._begun = True
        self._panel.take(readings)
        self._bar.show_progress(progress)

    def _ended(self, stopped: bool) -> None:
        self._bar.set_phase(Phase.STOPPED if stopped else Phase.DONE)
        if stopped or self._task is None:
            return
        read, failed = self._bar.counts
        words = f"Cases that were read: {read:,}. The table is {self._task.out}."
        if failed:
            words = f"Cases that were read: {read:,}, failed: {failed:,}. The table is {self._task.out}."
        self._notice.say("results", words)

    def _failed(self, problem: UserProblem) -> None:
        assert self._task is not None
        self._bar.set_phase(Phase.STOPPED if self._begun else Phase.IDLE)
        if self._begun or not _cut_off(self._task.out).exists():
            self._filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)
            return
        words = f"{self._task.out.name} was begun with another list, pack or version of mmdesk."
        remedy = "Read all of them again, or name another file."
        self._notice.say("restart", words, "Read again", tone="problem", remedy=remedy)

    def _notice_chosen(self, key: str) -> None:
        if key == "restart" and self._task is not None:
            self._start(self._task.out, restart=True)


def _cut_off(out: Path) -> Path:
    """Where what was read lies until all is."""
    return out.with_name(out.name + PART)
