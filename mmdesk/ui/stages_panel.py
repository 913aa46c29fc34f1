"""How long each stage took, and which inputs did not have to be encoded again."""

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mmdesk.events import Encoded, Event, Failed, ReportReady, Stage, StageFinished, StageStarted, Stopped
from mmdesk.ui.panel import CutLabel, label, set_property
from mmdesk.ui.result_panel import LATE, ResultPanel, duration
from mmdesk.ui.theme import GRID


class Line(QWidget):
    """A name and a figure at the right end. `old`: the figure is the last analysis's."""

    def __init__(self, kind: str = "", indent: int = 0) -> None:
        super().__init__()
        # The end of a file's name often tells more than its middle.
        self.name = CutLabel(kind, "muted", Qt.TextElideMode.ElideMiddle)
        self.figure = label("", kind)
        self.old = False
        row = QHBoxLayout(self)
        row.setContentsMargins(indent, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.name, 1)
        row.addWidget(self.figure)

    def show_figure(self, text: str, tone: str = "") -> None:
        self.old = False
        self.figure.setText(text)
        set_property(self.figure, "tone", tone)
        self.setAccessibleName(f"{self.name.text()} {text}")

    def grow_old(self) -> None:
        self.old = True
        set_property(self.figure, "tone", "muted")


class StagesPanel(ResultPanel):
    """The lines stay where they are from one analysis to the next; only figures change."""

    def __init__(self) -> None:
        super().__init__("")
        self._took: dict[Stage, float] = {}  # milliseconds
        self._encoded: list[Encoded] = []
        self._at_work: Stage | None = None
        self._stages = {stage: Line() for stage in Stage}
        self._inputs: list[Line] = []
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        self._column.setSpacing(GRID // 2)
        for line in self._stages.values():
            self._column.addWidget(line)
        self._stages[Stage.SWEEP].hide()  # until a stack is swept
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(content)
        self.body.addWidget(self._scroll, 1)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(LATE)
        self._slow.timeout.connect(self._mark_running)
        self.clear()
        self.retranslate()

    def begin(self) -> None:
        self._took, self._encoded = {}, []
        super().begin()

    def show_event(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                self._at_work = stage
                self._stages[stage].show()
                self._slow.start()
            case Encoded():
                self._encoded.append(event)
                self._show_input(len(self._encoded) - 1)
            case StageFinished(stage, milliseconds):
                self._rest()
                self._took[stage] = milliseconds
                self._show_stage(stage)
            case ReportReady() | Stopped() | Failed():
                self._rest()
                self.end()
                if self._took:
                    self.set_chip(duration(sum(self._took.values()) / 1000))

    def clear(self) -> None:
        """An empty case."""
        self._took, self._encoded = {}, []
        self._rest()
        self.set_muted(True)
        self.stale = True
        self.end()

    def wipe(self) -> None:
        """What is still the last analysis's goes."""
        for stage, line in self._stages.items():
            if line.old:
                self._show_stage(stage)
        for line in self._inputs[len(self._encoded) :]:
            line.hide()
        self.set_chip("")

    def set_muted(self, muted: bool) -> None:
        if muted:
            for line in (*self._stages.values(), *self._inputs):
                line.grow_old()

    def show_working(self) -> None:
        """Each stage says so itself when it is late."""

    @Slot()
    def _mark_running(self) -> None:
        if self._at_work:
            self._stages[self._at_work].show_figure(self.tr("running…"), "accent")

    def _rest(self) -> None:
        """No stage is at work; one that was cut off has no figure."""
        self._slow.stop()
        stage, self._at_work = self._at_work, None
        if stage and not self._stages[stage].old:
            self._show_stage(stage)

    def _show_stage(self, stage: Stage) -> None:
        took = self._took.get(stage)
        self._stages[stage].show_figure(
            "–" if took is None else _milliseconds(took), "muted" if took is None else ""
        )

    def _show_input(self, number: int) -> None:
        if number == len(self._inputs):
            line = Line("small", GRID * 2)
            self._inputs.append(line)
            after: QWidget = self._stages[Stage.ENCODE] if number == 0 else self._inputs[number - 1]
            self._column.insertWidget(self._column.indexOf(after) + 1, line)
        line, event = self._inputs[number], self._encoded[number]
        line.name.setText(", ".join(event.names))
        line.show_figure(self.tr("reused") if event.reused else _milliseconds(event.milliseconds), "muted")
        line.show()

    def _make_room(self) -> None:
        """For the stages and their figures; only the inputs' names are cut short."""
        words = self.fontMetrics()
        name = max(words.horizontalAdvance(line.name.text()) for line in self._stages.values())
        figure = words.horizontalAdvance(self.tr("running…"))
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._scroll.setMinimumWidth(name + figure + bar + 3 * GRID)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._make_room()

    def retranslate(self) -> None:
        self.retitle(self.tr("Stages"))
        words = {
            Stage.READ: self.tr("read"),
            Stage.ENCODE: self.tr("encode"),
            Stage.SCORE: self.tr("score"),
            Stage.WEIGH: self.tr("weigh"),
            Stage.WRITE: self.tr("write"),
            Stage.LOCATE: self.tr("locate"),
            Stage.SWEEP: self.tr("all slices"),
        }
        for stage, word in words.items():
            self._stages[stage].name.setText(word)
            if not self._stages[stage].old:
                self._show_stage(stage)
        for number in range(len(self._encoded)):
            self._show_input(number)
        if self._at_work and not self._slow.isActive():
            self._mark_running()
        self._make_room()


def _milliseconds(value: float) -> str:
    if value >= 10_000:
        return duration(value / 1000)
    return "< 1 ms" if value < 1 else f"{value:.0f} ms"
