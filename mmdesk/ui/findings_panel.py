"""The scored findings: a bar each, with the marks that say absent, not sure, present."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from mmdesk.case import Modality
from mmdesk.events import LAST, Event, FindingsScored, Stopped
from mmdesk.packs.manifest import Manifest
from mmdesk.report import Finding, Report, Status, percent
from mmdesk.ui import theme
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.result_panel import ResultPanel
from mmdesk.ui.theme import GRID

BAR = 8  # pixels
TONES = {Status.PRESENT: "accent", Status.UNSURE: "warning", Status.ABSENT: "muted"}


class Row(QWidget):
    """One finding. Focus, a click and Enter choose it."""

    chosen = Signal(str)

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        self._marked = self._muted = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def retranslate(self) -> None:
        words = {
            Status.PRESENT: self.tr("present"),
            Status.UNSURE: self.tr("not sure"),
            Status.ABSENT: self.tr("absent"),
        }
        inputs = {
            Modality.IMAGE: self.tr("image"),
            Modality.AUDIO: self.tr("audio"),
            Modality.RECORD: self.tr("record"),
        }
        self._status = words[self.finding.status]
        self._percent = percent(self.finding.probability)
        origin = self.tr("from {}").format(", ".join(inputs[m] for m in self.finding.inputs))
        text = f"{self.finding.label} {self._percent}, {self._status}, {origin}"
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def mark(self, marked: bool) -> None:
        self._marked = marked
        self.update()

    def set_muted(self, muted: bool) -> None:
        self._muted = muted
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(GRID * 40, QFontMetrics(self.font()).height() + GRID)

    def paintEvent(self, event) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self._marked:
            painter.fillRect(box, theme.color("marked"))
        if self.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        inner = box.adjusted(GRID / 2, 0, -GRID / 2, 0)
        metrics = QFontMetrics(self._strong())
        figures = metrics.horizontalAdvance("over 99%") + GRID
        status = max(metrics.horizontalAdvance(word) for word in (self._status, "not sure", "present")) + GRID
        name = min(inner.width() * 0.36, max(inner.width() - figures - status - 60, 0))
        self._name(painter, QRectF(inner.left(), inner.top(), name - GRID, inner.height()))
        track = QRectF(inner.left() + name, inner.center().y() - BAR / 2, 0, BAR)
        track.setRight(inner.right() - figures - status)
        if track.width() > 2 * BAR:
            self._bar(painter, track)
        self._words(painter, QRectF(track.right() + GRID, inner.top(), figures, inner.height()), status)

    def _strong(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _tone(self) -> str:
        if self._muted:
            return "muted"
        calm = self.finding.normal and self.finding.status is Status.PRESENT
        return "good" if calm else TONES[self.finding.status]

    def _name(self, painter: QPainter, box: QRectF) -> None:
        absent = self.finding.status is Status.ABSENT or self._muted
        painter.setPen(theme.color("muted" if absent else "text"))
        text = self.finding.label[:1].upper() + self.finding.label[1:]
        fitting = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, fitting)

    def _bar(self, painter: QPainter, track: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(track, BAR / 2, BAR / 2)
        filled = QRectF(track)
        filled.setWidth(max(BAR, track.width() * self.finding.probability))
        painter.setBrush(theme.color(self._tone()))
        painter.drawRoundedRect(filled, BAR / 2, BAR / 2)
        painter.setBrush(theme.color("text"))
        for threshold in (self.finding.low, self.finding.high):
            place = track.left() + track.width() * threshold
            painter.drawRect(QRectF(place - 0.75, track.top() - 4, 1.5, BAR + 8))

    def _words(self, painter: QPainter, box: QRectF, status: float) -> None:
        absent = self.finding.status is Status.ABSENT
        painter.setFont(self.font() if absent else self._strong())
        painter.setPen(theme.color("muted" if absent or self._muted else "text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(0, 0, -GRID, 0), middle | Qt.AlignmentFlag.AlignRight, self._percent)
        painter.setPen(theme.color(self._tone()))
        painter.drawText(QRectF(box.right(), box.top(), status, box.height()), middle, self._status)

    def mousePressEvent(self, event) -> None:  # noqa: N802 (Qt's name)
        self.chosen.emit(self.finding.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.finding.name)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class FindingsPanel(ResultPanel):
    finding_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self._questions: dict[str, str] = {}
        self._findings: Sequence[Finding] | None = None
        self._note = label(tone="muted")
        self._note.setWordWrap(True)
        self._rows: list[Row] = []
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, GRID // 2, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(content)
        self.body.addWidget(self._note)
        self.body.addWidget(self._scroll, 1)
        self.retranslate()

    def set_pack(self, pack: Manifest) -> None:
        """The questions of its tasks head the groups."""
        self._questions = {task.name: task.question for task in pack.tasks}

    def show_event(self, event: Event) -> None:
        match event:
            case FindingsScored(findings=findings):
                self.show_findings(findings)
            case Stopped() if self.stale:
                self.end()
            case _ if isinstance(event, LAST):
                self.end()

    def show_report(self, report: Report) -> None:
        """Of a report that was saved, at once."""
        self.show_findings(report.findings)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        self.late.stop()
        self.stale = False
        self.wipe()
        self._findings = findings
        task = ""
        for finding in findings:
            if finding.task != task:
                task = finding.task
                self._add(self._heading(task))
            row = Row(finding)
            row.chosen.connect(self._choose)
            self._rows.append(row)
            self._add(row)
        self._set_words()

    def clear(self) -> None:
        """An empty case."""
        self.stale = True
        self.end()

    def mark(self, names: tuple[str, ...]) -> None:
        """Highlight these findings, none for ()."""
        for row in self._rows:
            row.mark(row.finding.name in names)
            if row.finding.name in names[:1]:
                self._scroll.ensureWidgetVisible(row)

    def wipe(self) -> None:
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            if item and (widget := item.widget()):
                widget.hide()
                widget.deleteLater()
        self._rows, self._findings = [], None
        self._set_words()

    def set_muted(self, muted: bool) -> None:
        for row in self._rows:
            row.set_muted(muted)

    def show_working(self) -> None:
        self.set_chip(self.tr("working…"), "accent")

    def retranslate(self) -> None:
        self.retitle(self.tr("Findings"))
        self._set_words()

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _heading(self, task: str) -> QWidget:
        heading = label(self._questions.get(task, ""), "small", "muted")
        heading.setWordWrap(True)
        heading.setContentsMargins(GRID // 2, GRID // 2, 0, GRID // 2)
        set_property(heading, "role", "heading")
        return heading

    def _choose(self, name: str) -> None:
        self.mark((name,))
        self.finding_chosen.emit(name)

    def _set_words(self) -> None:
        nothing = self._findings is not None and not self._findings
        self._note.setVisible(not self._rows)
        self._note.setText(
            self.tr("Nothing here could be scored.") if nothing
            else self.tr("What the pack scores appears here, with its probability.")
        )  # fmt: skip
        self._scroll.setVisible(bool(self._rows))
        self.set_chip(self.tr("calibrated · marks: below absent, above present") if self._rows else "")
