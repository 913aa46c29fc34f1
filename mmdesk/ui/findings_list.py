"""Findings as a list: a bar each with its marks, in groups below the question that they answer."""

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate

from mmdesk.report import Finding, Status
from mmdesk.ui import icons, theme
from mmdesk.ui.findings_model import FindingsModel, Group, capital
from mmdesk.ui.theme import GRID

BAR = 8  # pixels, and twice as much for its marks
TONES = {Status.PRESENT: "accent", Status.UNSURE: "warning", Status.ABSENT: "muted"}
_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FIGURE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class FindingsDelegate(QStyledItemDelegate):
    """Paints a row. Where names, bars and figures do not fit side by side, the names stand above; where
    bars and figures do not either, the bars stand below."""

    def __init__(self, view: "FindingsList") -> None:
        super().__init__(view)
        self._view = view
        self._measured_key: tuple[str, tuple[tuple[str, str, str], ...]] | None = None
        self._measured = (0.0, 0.0, 0.0)  # widths of the longest name, percentage and status word

    def sizeHint(self, option, index) -> QSize:  # noqa: N802
        row, width = self._view.findings.rows[index.row()], self._view.row_width()
        if isinstance(row, Group):
            text = self._group_text(QRectF(0, 0, width, 9999), row)
            height = _height(self._view.small_font(), row.question, text.width())
            return QSize(width, round(height) + (GRID if index.row() == 0 else GRID * 3 // 2))
        names, below, _, _ = self._columns(width)
        line = QFontMetricsF(self._view.font()).height()
        if names:
            return QSize(width, round(line) + GRID)
        above = _height(self._view.font(), capital(row.label), width - GRID)
        figures = line + 2 * BAR if below else max(line, 2 * BAR)
        return QSize(width, round(above + figures) + GRID)

    def paint(self, painter: QPainter, option, index) -> None:
        row = self._view.findings.rows[index.row()]
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._view.muted:
            painter.setOpacity(0.45)
        if isinstance(row, Group):
            self._paint_group(painter, box, row)
        else:
            focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
            self._paint_back(painter, box, row.name in self._view.marked, focus)
            self._paint_finding(painter, box.adjusted(GRID / 2, 0, -GRID / 2, 0), row)
        painter.restore()

    def _columns(self, width: float) -> tuple[float, bool, float, float]:
        """The width of the names, 0 where they stand above; whether the bars stand below; the widths of
        percentages and status words."""
        model = self._view.findings
        words = tuple((capital(f.label), model.share(f), model.status(f)) for f in model.findings())
        key = (self._view.font().key(), words)
        if key != self._measured_key:  # measuring takes most of a painting
            body, bold = QFontMetricsF(self._view.font()), QFontMetricsF(self._view.bold_font())
            labels, shares, statuses = zip(*words, strict=True)
            self._measured_key = key
            self._measured = (
                max(map(body.horizontalAdvance, labels)) + GRID * 2,
                max(map(bold.horizontalAdvance, shares)),
                max(map(bold.horizontalAdvance, statuses)),
            )
        names, share, status = self._measured
        bar = width - share - status - 4 * GRID
        return (names if bar - names >= 12 * GRID else 0), bar < 8 * GRID, share, status

    def _group_text(self, box: QRectF, row: Group) -> QRectF:
        icons_width = len(row.inputs) * (self._icon_size() + GRID / 2)
        return box.adjusted(GRID / 2, 0, -icons_width - GRID, 0)

    def _icon_size(self) -> int:
        return round(QFontMetricsF(self._view.small_font()).height())

    def _paint_group(self, painter: QPainter, box: QRectF, row: Group) -> None:
        text = self._group_text(box, row).adjusted(0, 0, 0, -GRID / 2)
        height = _height(self._view.small_font(), row.question, text.width())
        text.setTop(text.bottom() - height)
        painter.setFont(self._view.small_font())
        painter.setPen(theme.color("muted"))
        painter.drawText(text, _WRAPPED, row.question)
        size, right = self._icon_size(), round(box.right() - GRID / 2)
        for modality in reversed(row.inputs):
            right -= size
            icons.icon(modality, "muted").paint(painter, QRect(right, round(text.top()), size, size))
            right -= GRID // 2

    def _paint_back(self, painter: QPainter, box: QRectF, marked: bool, focus: bool) -> None:
        frame = box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.color("accent") if focus else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("marked") if marked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 3, 3)
        if marked:  # the same bar as before the chosen sentence of the report
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme.color("accent"))

    def _paint_finding(self, painter: QPainter, box: QRectF, finding: Finding) -> None:
        names, below, share, status = self._columns(self._view.row_width())
        quiet = finding.status is Status.ABSENT
        painter.setFont(self._view.font())
        painter.setPen(theme.color("muted" if quiet else "text"))
        name = capital(finding.label)
        line = QRectF(box)
        if names:
            painter.drawText(QRectF(box.left(), box.top(), names, box.height()), _FLAGS, name)
            line.setLeft(box.left() + names)
        else:
            height = QFontMetricsF(self._view.font()).height()
            line.setBottom(box.bottom() - GRID / 2 - (2 * BAR if below else 0))
            line.setTop(line.bottom() - (height if below else max(height, 2 * BAR)))
            above = QRectF(box.left(), box.top() + GRID / 2, box.width(), line.top() - box.top() - GRID / 2)
            painter.drawText(above, _WRAPPED, name)
        right = line.right() - status
        painter.setFont(self._view.font() if quiet else self._view.bold_font())
        figure = QRectF(right - GRID - share, line.top(), share, line.height())
        painter.drawText(figure, _FIGURE, self._view.findings.share(finding))
        painter.setPen(theme.color(_tone(finding)))
        painter.drawText(
            QRectF(right, line.top(), status, line.height()), _FLAGS, self._view.findings.status(finding)
        )
        bar = QRectF(
            line.left(), line.center().y() - BAR / 2, figure.left() - GRID * 3 / 2 - line.left(), BAR
        )
        if below:
            bar = QRectF(line.left(), line.bottom() + BAR / 2, line.width(), BAR)
        _paint_bar(painter, bar, finding)


def _paint_bar(painter: QPainter, track: QRectF, finding: Finding) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("track"))
    painter.drawRoundedRect(track, BAR / 2, BAR / 2)
    filled = QRectF(track)
    filled.setWidth(max(BAR, track.width() * finding.probability))
    painter.setBrush(theme.color(_tone(finding)))
    painter.drawRoundedRect(filled, BAR / 2, BAR / 2)
    for threshold in {finding.low, finding.high}:
        place = round(track.left() + track.width() * threshold)  # on whole pixels both look alike
        painter.fillRect(QRectF(place - 1, track.top() - BAR / 2, 2, 2 * BAR), theme.color("text"))


def _tone(finding: Finding) -> str:
    if finding.normal and finding.status is Status.PRESENT:
        return "good"
    return TONES[finding.status]


def _height(font: QFont, text: str, width: float) -> float:
    """Of a text that is wrapped in this width."""
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 9999), _WRAPPED, text).height()


class FindingsList(QListView):
    """Arrow keys go from finding to finding; a click and Enter choose one."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.findings = FindingsModel()
        self.marked: tuple[str, ...] = ()
        self.muted = False
        self.setModel(self.findings)
        self.setItemDelegate(FindingsDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def small_font(self) -> QFont:
        return theme.small_font(self.font())

    def row_width(self) -> int:
        """Beside the scroll bar, whether it is there or not: its coming must not change the rows."""
        return self.width() - self.verticalScrollBar().sizeHint().width() - 2 * self.frameWidth()

    def resizeEvent(self, event):  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def set_muted(self, muted: bool) -> None:
        self.muted = muted
        self.viewport().update()

    def mark(self, names: tuple[str, ...]) -> None:
        self.marked = names
        row = self.findings.row_of(names[0]) if names else None
        if row is not None:
            self.scrollTo(self.findings.index(row))
        self.viewport().update()

    def moveCursor(self, action, modifiers):  # noqa: N802
        """Home and Page Up end at a finding, not at the heading above it."""
        index = super().moveCursor(action, modifiers)
        heading = index.isValid() and isinstance(self.findings.rows[index.row()], Group)
        return self.findings.index(index.row() + 1) if heading else index

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        row = self.findings.rows[index.row()]
        if isinstance(row, Finding):
            self.chosen.emit(row.name)
