"""How far the reading of a whole work list is: a bar, what failed, rate and time left, and a button."""

from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from mmdesk.batch.events import Progress
from mmdesk.ui import icons
from mmdesk.ui.panel import CutLabel, label
from mmdesk.ui.theme import GRID

NOTHING = Progress(0, 0, 0)
STEPS = 1000  # of the bar


class Phase(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


class BatchBar(QWidget):
    """`buttons` is a layout to add to, behind its own button."""

    read_asked = Signal()
    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.phase = Phase.IDLE
        self._progress, self._out = NOTHING, ""
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.done, self.failed = label("", "small"), label("", "small", "problem")
        self.rate, self.left = label("", "small", "muted"), CutLabel("small", "muted")
        self.button = QPushButton()
        self.button.setProperty("kind", "outlined")
        self.button.clicked.connect(self._press)
        self._figures = QWidget()
        figures = QVBoxLayout(self._figures)
        figures.setContentsMargins(0, 0, 0, 0)
        figures.setSpacing(GRID // 2)
        figures.addWidget(self.bar)
        for left, right in ((self.done, self.failed), (self.rate, self.left)):
            row = QHBoxLayout()
            row.addWidget(left)
            row.addStretch(0 if right is self.left else 1)
            row.addWidget(right, 1 if right is self.left else 0)
            figures.addLayout(row)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(GRID // 2)
        self.buttons.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self._figures)
        column.addLayout(self.buttons)
        self.set_phase(Phase.IDLE)

    def set_phase(self, phase: Phase, out: str = "") -> None:
        """`out` is the name of the file that the results go to."""
        self.phase = phase
        self._out = out or self._out
        if phase is Phase.IDLE:
            self._progress = NOTHING
        self.retranslate()

    def show_progress(self, progress: Progress) -> None:
        self._progress = progress
        self.retranslate()

    @property
    def counts(self) -> tuple[int, int]:
        """How many cases were read, and how many of these failed."""
        return self._progress.done, self._progress.failed

    def _press(self) -> None:
        if self.phase is Phase.RUNNING:
            self.stop_asked.emit()
        else:
            self.read_asked.emit()

    # ---- words

    def retranslate(self) -> None:
        now, running = self._progress, self.phase in (Phase.RUNNING, Phase.STOPPING)
        words = {
            Phase.IDLE: self.tr("Read all…"),
            Phase.RUNNING: self.tr("Stop"),
            Phase.STOPPING: self.tr("Stopping…"),
            Phase.STOPPED: self.tr("Go on"),
            Phase.DONE: self.tr("Read all…"),
        }
        tips = {
            Phase.RUNNING: self.tr("Stop; what was read is kept"),
            Phase.STOPPED: self.tr("Read the cases that are left"),
        }
        tip = tips.get(self.phase, self.tr("Read every case of the list, into a table"))
        self.button.setText(words[self.phase])
        self.button.setIcon(icons.icon("stop" if running else "play"))
        self.button.setEnabled(self.phase is not Phase.STOPPING)
        self.button.setToolTip(tip)
        self.button.setAccessibleName(self.button.text())
        self._figures.setVisible(self.phase is not Phase.IDLE)
        self.bar.setVisible(self.phase is not Phase.DONE)
        self.bar.setValue(STEPS * now.done // max(1, now.total))
        self.bar.setAccessibleName(self.tr("Cases that were read"))
        self.done.setText(self.tr("{} of {} read").format(f"{now.done:,}", f"{now.total:,}"))
        self.failed.setText(self.tr("{} failed").format(f"{now.failed:,}"))
        self.failed.setVisible(now.failed > 0)
        done = self.phase is Phase.DONE
        self.rate.setText(self._rate() if running else self.tr("stopped"))
        self.rate.setVisible(not done)
        self.left.setText(self._left() if running else self._out)
        self.left.setAlignment(Qt.AlignmentFlag.AlignLeft if done else Qt.AlignmentFlag.AlignRight)

    def _rate(self) -> str:
        rate = self._progress.rate
        return self.tr("{} cases/s").format(f"{rate:.1f}") if rate else self.tr("starting…")

    def _left(self) -> str:
        """As `mmdesk batch` says it."""
        seconds = self._progress.left_s
        if seconds is None:
            return ""
        if seconds < 100:
            return self.tr("{} s left").format(f"{seconds:.0f}")
        if seconds < 6000:
            return self.tr("{} min left").format(f"{seconds / 60:.0f}")
        return self.tr("{} h left").format(f"{seconds / 3600:.1f}")

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
