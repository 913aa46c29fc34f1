"""How long each stage took, and which inputs did not have to be encoded again."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from mmdesk.events import LAST, Encoded, Event, Stage, StageFinished, StageStarted
from mmdesk.ui.panel import label
from mmdesk.ui.result_panel import ResultPanel, duration
from mmdesk.ui.theme import GRID


class StagesPanel(ResultPanel):
    def __init__(self) -> None:
        super().__init__("")
        self._milliseconds: dict[Stage, float] = {}
        self._running_stage: Stage | None = None
        self._encoded: list[Encoded] = []
        self._content = QWidget()
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(0, 0, GRID // 2, 0)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(0, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._content)
        self.body.addWidget(scroll, 1)
        self.retranslate()

    def show_event(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                self._running_stage = stage
                if stage is Stage.READ:
                    self._next: dict[Stage, float] = {}
                    self._next_encoded: list[Encoded] = []
            case Encoded():
                self._next_encoded.append(event)
            case StageFinished(stage, milliseconds):
                self._running_stage = None
                self._next[stage] = milliseconds
                if not self.late.isActive():
                    self._take_next()
            case _ if isinstance(event, LAST):
                self._running_stage = None
                self.end()
                self._take_next()

    def begin(self) -> None:
        self._next, self._next_encoded = {}, []
        super().begin()

    def clear(self) -> None:
        """An empty case."""
        self._next, self._next_encoded = {}, []
        self.stale = True
        self.end()

    def wipe(self) -> None:
        self._milliseconds, self._encoded = {}, []
        self._fill()

    def set_muted(self, muted: bool) -> None:
        self._fill()

    def show_working(self) -> None:
        self._take_next()

    def retranslate(self) -> None:
        self.retitle(self.tr("Stages"))
        self._fill()

    def _take_next(self) -> None:
        self._milliseconds, self._encoded = dict(self._next), list(self._next_encoded)
        self._fill()

    def _fill(self) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        words = {
            Stage.READ: self.tr("read"), Stage.ENCODE: self.tr("encode"), Stage.SCORE: self.tr("score"),
            Stage.WRITE: self.tr("write"),
        }  # fmt: skip
        row = 0
        for stage, word in words.items():
            took = self._milliseconds.get(stage)
            running = stage is self._running_stage and not self.stale
            figure = self.tr("running…") if running else "–" if took is None else f"{took:.0f} ms"
            self._line(row, word, figure, "accent" if running else "muted" if took is None else "")
            row += 1
            for event in self._encoded if stage is Stage.ENCODE else ():
                how = self.tr("reused") if event.reused else f"{event.milliseconds:.0f} ms"
                self._line(row, f"    {', '.join(event.names)}", how, "muted")
                row += 1
        self._grid.setRowStretch(row, 1)
        total = sum(self._milliseconds.values()) / 1000
        self.set_chip(duration(total) if self._milliseconds else "")

    def _line(self, row: int, name: str, figure: str, tone: str) -> None:
        left = label(name, "small" if name.startswith(" ") else "", "muted")
        right = label(figure, "small" if name.startswith(" ") else "", tone)
        right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(left, row, 0)
        self._grid.addWidget(right, row, 1)
