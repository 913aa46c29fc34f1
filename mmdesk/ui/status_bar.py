"""The foot of the window: the engine, the pack, and what must always be in sight."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout

from mmdesk.engine.state import EngineState, Phase
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.theme import GRID

TONES = {
    Phase.LOADING: "accent", Phase.READY: "good", Phase.WORKING: "accent", Phase.DIED: "problem",
    Phase.FAILED: "problem",
}  # fmt: skip


class StatusBar(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusbar")
        self._state = EngineState(Phase.LOADING)
        self._pack = ""
        self._dot = label("●", "small")
        self._engine, self._pack_label, self._device, self._memory = (label("", "small") for _ in range(4))
        self._offline = label("", "small", "good")
        self._research = label("", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 3 // 2, GRID // 2, GRID * 3 // 2, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self._dot)
        row.addWidget(self._engine)
        for part in (self._pack_label, self._device, self._memory):
            part.setProperty("tone", "muted")
            row.addSpacing(GRID)
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._offline)
        row.addSpacing(GRID)
        row.addWidget(self._research)
        self.retranslate()

    @property
    def text(self) -> str:
        """What it says of the engine."""
        return self._engine.text()

    def show_state(self, state: EngineState) -> None:
        self._state = state
        words = {
            Phase.LOADING: self.tr("Engine is loading"),
            Phase.READY: self.tr("Engine ready"),
            Phase.WORKING: self.tr("Engine is working"),
            Phase.DIED: self.tr("Engine ended, starting it again"),
            Phase.FAILED: self.tr("Engine is not running"),
        }
        self._engine.setText(words[state.phase])
        set_property(self._dot, "tone", TONES[state.phase])
        self._device.setText(state.device.upper())
        megabytes = round((state.memory or 0) / 2**20)
        self._memory.setText(self.tr("engine {} MB").format(megabytes) if megabytes else "")

    def show_pack(self, name: str) -> None:
        self._pack_label.setText(name)

    def retranslate(self) -> None:
        self._offline.setText(self.tr("OFFLINE"))
        self._offline.setToolTip(self.tr("Nothing leaves this machine: mmdesk opens no network connection."))
        self._research.setText(self.tr("Research use only, not for diagnosis"))
        self.show_state(self._state)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
