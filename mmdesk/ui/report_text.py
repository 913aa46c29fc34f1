"""The text of a report, of which sentences can be chosen."""

from collections.abc import Container

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPainter, QTextCursor
from PySide6.QtWidgets import QApplication

from mmdesk.report import Sentence
from mmdesk.ui import theme
from mmdesk.ui.written_text import LINE_HEIGHT, WrittenText


class ReportText(WrittenText):
    """A click and the Up and Down keys choose a sentence."""

    sentence_chosen = Signal(object)  # Sentence, or None where none is chosen any more

    def __init__(self) -> None:
        super().__init__()
        self.viewport().setMouseTracking(True)
        self._chosen: int | None = None  # paragraphs
        self._under_mouse: int | None = None
        self._lit: frozenset[int] = frozenset()
        self._press = QPointF()

    def wipe(self) -> None:
        super().wipe()
        self._under_mouse = None
        self._lit = frozenset()
        self.choose(None)

    def rest(self) -> None:
        if self._chosen is None:
            super().rest()

    def paintEvent(self, event):  # noqa: N802 (Qt's name)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lit = [(number, "raised") for number in (*self._lit, self._under_mouse)]
        for number, colour in (*lit, (self._chosen, "marked")):
            if number is not None:
                painter.setBrush(theme.color(colour))
                painter.drawRoundedRect(self._rect(number), 3, 3)
        for number in {*self._lit, *([] if self._chosen is None else [self._chosen])}:
            bar = self._rect(number)
            bar.setWidth(2)
            painter.fillRect(bar, theme.color("accent"))
        painter.end()
        super().paintEvent(event)

    def _rect(self, number: int) -> QRectF:
        """A paragraph over the whole width, in the viewport; it touches the next one's."""
        block = self.document().findBlockByNumber(number)
        rect = self.document().documentLayout().blockBoundingRect(block)
        gap = self.fontMetrics().height() * (LINE_HEIGHT / 100 - 1)
        top = rect.top() - self.verticalScrollBar().value() - gap / 2
        return QRectF(0, top, self.viewport().width(), rect.height() + gap)

    def choose(self, number: int | None) -> None:
        """Mark the sentence in this paragraph; None: no sentence."""
        if number != self._chosen:
            self._chosen = number
            self.viewport().update()
            self.sentence_chosen.emit(None if number is None else self._sentences[number])

    def light(self, sentences: Container[Sentence]) -> None:
        """Mark the sentences that rest on what the mouse points at."""
        lit = frozenset(number for number, sentence in self._sentences.items() if sentence in sentences)
        if lit != self._lit:
            self._lit = lit
            self.viewport().update()

    def keyPressEvent(self, event):  # noqa: N802
        """Up and Down go from sentence to sentence; Up from the first one lets go."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_plain()
            return
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(event.key())
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        numbers = list(self._sentences)
        if not numbers:
            return
        if self._chosen is None:
            place = 0 if step > 0 else len(numbers) - 1
        else:
            place = min(numbers.index(self._chosen) + step, len(numbers) - 1)
        if place < 0:  # above the first one
            self.choose(None)
            return
        # The cursor goes along: a screen reader reads its line, Shift selects from there.
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(numbers[place])))
        self.choose(numbers[place])

    def mousePressEvent(self, event):  # noqa: N802
        self._press = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event):  # noqa: N802
        super().mouseReleaseEvent(event)
        moved = (event.position() - self._press).manhattanLength()
        click = event.button() == Qt.MouseButton.LeftButton and moved < QApplication.startDragDistance()
        if click and not self.textCursor().hasSelection():
            number = self._sentence_at(event.position())
            self.choose(None if number == self._chosen else number)

    def mouseMoveEvent(self, event):  # noqa: N802
        super().mouseMoveEvent(event)
        self._set_under_mouse(self._sentence_at(event.position()))

    def leaveEvent(self, event):  # noqa: N802
        super().leaveEvent(event)
        self._set_under_mouse(None)

    def contextMenuEvent(self, event):  # noqa: N802
        menu = self.createStandardContextMenu(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in menu.actions():
            if action.objectName() == "edit-copy":
                action.triggered.disconnect()
                action.triggered.connect(self.copy_plain)
        menu.popup(event.globalPos())

    @Slot()
    def copy_plain(self) -> None:
        """The window's colours mean nothing elsewhere. The clipboard makes the data: Python's own, which
        createMimeDataFromSelection would give it, crash the program at its end."""
        if self.textCursor().hasSelection():
            QApplication.clipboard().setText(self.textCursor().selection().toPlainText())

    def _set_under_mouse(self, number: int | None) -> None:
        if number != self._under_mouse:
            self._under_mouse = number
            self.viewport().update()

    def _sentence_at(self, point: QPointF) -> int | None:
        number = self.cursorForPosition(point.toPoint()).blockNumber()
        return number if number in self._sentences and self._rect(number).contains(point) else None
