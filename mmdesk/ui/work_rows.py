"""A work list as it is seen: two lines a case, the one on the desk marked."""

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate

from mmdesk.ui import theme
from mmdesk.ui.theme import GRID
from mmdesk.ui.work_list import Said, WorkList

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: "WorkRows") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option, index) -> QSize:  # noqa: N802 (Qt's name)
        body, small = QFontMetricsF(self._view.font()), QFontMetricsF(theme.small_font(self._view.font()))
        return QSize(0, round(body.height() + small.height()) + GRID * 3 // 2)

    def paint(self, painter: QPainter, option, index) -> None:
        entry = self._view.rows.entry(index.row())
        box = QRectF(option.rect)
        painter.save()
        self._paint_back(painter, box, option.state, entry.name == self._view.on_desk)
        inner = box.adjusted(GRID, GRID / 2, -GRID, -GRID / 2)
        above = QRectF(inner)
        above.setHeight(QFontMetricsF(self._view.font()).height())
        below = QRectF(inner)
        below.setTop(above.bottom())
        self._paint_words(painter, above, below, self._view.rows.said(entry))
        painter.restore()

    def _paint_back(self, painter: QPainter, box: QRectF, state: QStyle.StateFlag, on_desk: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus()
        back = "marked" if on_desk else "raised" if state & QStyle.StateFlag.State_MouseOver else ""
        painter.setPen(theme.color("accent") if focus else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(back) if back else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if on_desk:  # the same bar as before the chosen sentence of the report
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme.color("accent"))

    def _paint_words(self, painter: QPainter, above: QRectF, below: QRectF, row: Said) -> None:
        body, small = self._view.font(), theme.small_font(self._view.font())
        bold = theme.small_font(body, QFont.Weight.DemiBold)
        room = _paint_right(painter, above, row.state, small, row.state_tone)
        _paint_cut(painter, room, row.name, body, "text", Qt.TextElideMode.ElideMiddle)
        room = _paint_right(painter, below, row.figure, bold, row.tone)
        room = _paint_right(painter, room, row.status, small, row.tone)
        _paint_cut(painter, room, row.words, small, row.tone, Qt.TextElideMode.ElideRight)


def _paint_right(painter: QPainter, box: QRectF, text: str, font: QFont, tone: str) -> QRectF:
    """Gives the room that is left of it."""
    if not text:
        return box
    painter.setFont(font)
    painter.setPen(theme.color(tone))
    painter.drawText(box, _RIGHT, text)
    return box.adjusted(0, 0, -QFontMetricsF(font).horizontalAdvance(text) - GRID, 0)


def _paint_cut(
    painter: QPainter, box: QRectF, text: str, font: QFont, tone: str, cut: Qt.TextElideMode
) -> None:
    painter.setFont(font)
    painter.setPen(theme.color(tone))
    painter.drawText(box, _LEFT, QFontMetricsF(font).elidedText(text, cut, box.width()))


class WorkRows(QListView):
    """Arrow keys go from case to case; a click and Enter choose one. `on_desk` is the name of the case that
    lies on the desk."""

    chosen = Signal(str)  # the name of a case

    def __init__(self) -> None:
        super().__init__()
        self.rows = WorkList()
        self.on_desk = ""
        self._place = "", 0  # the case that the keys stand at, and how far the list is scrolled
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)  # the row under the mouse is raised
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.rows.modelAboutToBeReset.connect(self._keep_place)
        self.rows.modelReset.connect(self._find_place)

    def show_on_desk(self, name: str) -> None:
        """The case that lies on the desk now, "" for none of the list; it is scrolled to."""
        if name == self.on_desk:
            return
        self.on_desk = name
        if (row := self.rows.row_of(name)) >= 0:
            self.setCurrentIndex(self.rows.index(row))
        self.viewport().update()

    def beside(self, name: str, step: int) -> str:
        """The case that many rows below this one, or "" where there is none; where this one is not shown, the
        first one or the last one."""
        row, count = self.rows.row_of(name), self.rows.rowCount()
        row = row + step if row >= 0 else (0 if step > 0 else count - 1)
        return self.rows.entry(row).name if 0 <= row < count else ""

    def dataChanged(self, first, last, roles=()) -> None:  # noqa: N802 (Qt's name)
        """A list would lay all of its rows anew for one; these stay as high as they are."""
        QAbstractItemView.dataChanged(self, first, last, roles)

    @Slot()
    def _keep_place(self) -> None:
        """Before rows are arranged anew."""
        current = self.currentIndex()
        name = self.rows.entry(current.row()).name if current.isValid() else ""
        self._place = name, self.verticalScrollBar().value()

    @Slot()
    def _find_place(self) -> None:
        name, scrolled = self._place
        self.doItemsLayout()  # now, or there is nothing to scroll over
        if (row := self.rows.row_of(name)) >= 0:
            self.setCurrentIndex(self.rows.index(row))
        self.verticalScrollBar().setValue(scrolled)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.rows.entry(index.row()).name)
