"""The rows with which a recording is made: from which device, start and stop, how loud it is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mmdesk.ui import icons
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.level_meter import LevelMeter
from mmdesk.ui.panel import CutLabel, label, set_property
from mmdesk.ui.recording import Phase
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # these import numpy
    from mmdesk.media.microphone import Device
    from mmdesk.media.recorder import Look

SILENT = 2.0  # seconds of silence that are told of
LOUD = 2000  # ms for which samples at full scale are told of


class RecorderBar(QWidget):
    start_asked = Signal(object)  # the Device
    stop_asked = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.devices = Chooser()
        self.go, self.close_ = QPushButton(), QToolButton()
        self.go.setProperty("kind", "primary")
        self.close_.setIcon(icons.icon("close"))
        self.meter = LevelMeter()
        self.time, self.level = label("", "small"), label("", "small", "muted")
        self.level.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.warning = CutLabel("small", "muted")
        self._phase = Phase.IDLE
        self._found: list[Device] | None = None
        self._chosen = ""
        self._loud = QElapsedTimer()
        self._look: Look | None = None
        self._build()
        self.go.clicked.connect(self._press)
        self.close_.clicked.connect(self.closed)
        self.retranslate()

    def _build(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(GRID // 2)
        first.addWidget(self.devices, 1)
        first.addWidget(self.go)
        first.addWidget(self.close_)
        for figure in (self.time, self.level):
            second.addWidget(figure)
        second.insertWidget(1, self.meter, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.warning)

    def show_devices(self, devices: "list[Device] | None") -> None:
        """Those that record here, the default first; None while they are looked for."""
        self._chosen = self.devices.currentText() or self._chosen
        self._found = devices
        self.devices.clear()
        self.devices.addItems([device.name for device in devices or ()])
        self.devices.setCurrentIndex(max(0, self.devices.findText(self._chosen)))
        self._show()

    def show_phase(self, phase: Phase) -> None:
        if phase is Phase.STARTING:
            self._look = None
            self._loud.invalidate()
            self.meter.clear()
        self._phase = phase
        self._show()

    def show_look(self, look: "Look") -> None:
        self._look = look
        if look.clipped:
            self._loud.start()
        self.meter.show_level(look.peak, look.rms)
        self._show_figures()

    def _press(self) -> None:
        if self._phase is Phase.RUNNING:
            self.stop_asked.emit()
        elif self._found:
            self.start_asked.emit(self._found[self.devices.currentIndex()])

    def _show(self) -> None:
        running, idle = self._phase is Phase.RUNNING, self._phase is Phase.IDLE
        self.go.setText(self.tr("Stop") if running else self.tr("Start"))
        self.go.setIcon(icons.icon("stop" if running else "microphone", "on_accent"))
        self.go.setEnabled(running or (idle and bool(self._found)))
        self.devices.setEnabled(idle and bool(self._found))
        self.close_.setEnabled(idle)
        self._show_figures()

    def _show_figures(self) -> None:
        seconds = int(self._look.seconds) if self._look is not None else 0
        self.time.setText(f"{seconds // 60}:{seconds % 60:02}")
        self.level.setText(self.tr("{} dB").format(f"{round(self.meter.held)}".replace("-", "−")))
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance(self.tr("{} dB").format("−60")))
        words, tone = self._words()
        self.warning.setText(words)
        set_property(self.warning, "tone", tone)

    def _words(self) -> tuple[str, str]:
        """What is to be said, and its tone; the gravest first."""
        look = self._look
        if self._phase is Phase.IDLE and self._found is None:
            return self.tr("Looking for devices…"), "muted"
        if self._phase is Phase.ENDING:
            return self.tr("Writing…"), "muted"
        if self._phase is not Phase.RUNNING or look is None:
            return "", "muted"
        if look.lost:
            return self.tr("Samples were lost: {}").format(look.lost), "problem"
        if self._loud.isValid() and not self._loud.hasExpired(LOUD):
            return self.tr("Too loud: parts of the sound are cut off"), "warning"
        if look.silent >= SILENT:
            return self.tr("Silence: is the device switched on?"), "warning"
        return self.tr("On the disk: {:.0f} s").format(look.seconds), "muted"

    def retranslate(self) -> None:
        self.devices.setAccessibleName(self.tr("Record from"))
        self.devices.setToolTip(self.tr("The microphone or stethoscope to record from"))
        self.close_.setToolTip(self.tr("Put the recorder away"))
        self.close_.setAccessibleName(self.tr("Put the recorder away"))
        self.level.setToolTip(self.tr("The peak, below full scale"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
