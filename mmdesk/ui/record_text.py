"""The field a record is typed into, and places in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from mmdesk.media.text import MAX_CHARACTERS
from mmdesk.ui import theme

MOST_PRIVATE = 500  # 30 ms
LINES = 3  # what is always seen of the text
Span = tuple[int, int]  # characters, as in Fact.span

# Character for character what the document makes of a text.
_SHOWN = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\r": "\n", "\xa0": " "})


def as_shown(text: str) -> str:
    """A text as the field gives it back."""
    return text.replace("\r\n", "\n").translate(_SHOWN)


def units(text: str) -> int:
    """Length in UTF-16 units, which is how Qt counts."""
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass(frozen=True, slots=True)
class Private:
    """A place that tells of a person, from `start` to `end` in UTF-16 units, and what may stand there."""

    start: int
    end: int
    mask: str


class RecordText(QPlainTextEdit):
    """Takes plain text up to MAX_CHARACTERS; files and pictures are for the window."""

    paste_asked = Signal()
    overflowed = Signal()  # more was typed or pasted than a record may have; nothing was taken

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAcceptDrops(False)  # the window finds the panel for what is dropped
        self.setTabChangesFocus(True)
        self._marks: Mapping[Span, float] = {}
        self._private: list[tuple[QTextCursor, str]] = []  # cursors go with the text as it changes

    def sizeHint(self):  # noqa: N802 (Qt's name)
        return self.minimumSizeHint()

    def minimumSizeHint(self):  # noqa: N802 (Qt's name)
        frame = self.frameWidth() + self.document().documentMargin()
        return QSize(0, round(LINES * self.fontMetrics().lineSpacing() + frame))

    def show_text(self, text: str) -> None:
        """What was there is replaced, or kept where the text only goes on; Ctrl+Z brings it back."""
        old = self.toPlainText()
        cursor = QTextCursor(self.document())
        if text.startswith(old):
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(old) :])
        else:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)

    def clear_text(self) -> None:
        """As by hand, so that Ctrl+Z brings it back."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()

    def choose(self, span: Span) -> None:
        """Select the words and bring them into view."""
        self.setTextCursor(self._cursor(self.toPlainText(), span))
        self.reveal(span)

    def mark(self, spans: Mapping[Span, float]) -> None:
        """Underline the words of each span, on a ground that is as strong as its weight in (0, 1]."""
        self._marks = spans
        self.repaint_marks()

    def repaint_marks(self) -> None:
        """In the theme's colours."""
        text, selections = self.toPlainText(), []
        for span, weight in self._marks.items():
            form = QTextCharFormat()
            form.setBackground(theme.color("accent", 0.35 * weight))
            form.setUnderlineColor(theme.color("accent"))
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            selection = QTextEdit.ExtraSelection()
            selection.cursor, selection.format = self._cursor(text, span), form
            selections.append(selection)
        self.setExtraSelections([*self._private_selections(), *selections])

    # ---- what tells of a person

    def mark_private(self, places: Sequence[Private]) -> None:
        """Underline with dashes what tells of a person; places of the text as it stands. Of very many the
        first ones, so that the window does not wait: the others follow as these are masked."""
        places = places[:MOST_PRIVATE]
        self._private = [(self._at(place.start, place.end), place.mask) for place in places]
        self.repaint_marks()

    def mask_places(self, places: Sequence[Private]) -> None:
        """All of them in one step, so that one Ctrl+Z brings them back."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for place in reversed(places):
            cursor.setPosition(place.start)
            cursor.setPosition(place.end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(place.mask)
        cursor.endEditBlock()

    def choose_private(self) -> None:
        """Select the next one behind the cursor, after the last one the first."""
        here = self.textCursor().selectionEnd()
        ahead = [cursor for cursor, _ in self._private if cursor.selectionStart() >= here]
        if chosen := ahead or [cursor for cursor, _ in self._private]:
            self.setTextCursor(QTextCursor(chosen[0]))
            self.ensureCursorVisible()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        place = (self.cursorForPosition(event.pos()) if by_mouse else self.textCursor()).position()
        menu = self.createStandardContextMenu(event.pos())
        for cursor, mask in self._private:
            if cursor.selectionStart() <= place <= cursor.selectionEnd() and cursor.hasSelection():
                words = cursor.selectedText().replace("&", "&&")  # else a mark for the keyboard
                action = QAction(self.tr("Mask “{}”").format(words), menu)
                action.setData(Private(cursor.selectionStart(), cursor.selectionEnd(), mask))
                action.triggered.connect(self._mask_one)
                first = menu.actions()[0]
                menu.insertAction(first, action)
                menu.insertSeparator(first)
                break
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _mask_one(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.mask_places((action.data(),))

    def _at(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _private_selections(self) -> list[QTextEdit.ExtraSelection]:
        form = QTextCharFormat()
        form.setBackground(theme.color("warning", 0.14))
        form.setUnderlineColor(theme.color("warning"))
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
        selections = []
        for cursor, _ in self._private:
            selection = QTextEdit.ExtraSelection()
            selection.cursor, selection.format = cursor, form
            selections.append(selection)
        return selections

    # ---- typing and pasting

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802 (Qt's name)
        return source.hasText() or source.hasImage()

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 (Qt's name)
        if any(url.isLocalFile() for url in source.urls()) or not source.hasText():
            self.paste_asked.emit()
        elif self._has_room(source.text()):
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        text, enter = event.text(), event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        typed = enter or (text and text.isprintable())
        if not typed or self._has_room(event.text()):
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 (Qt's name)
        if self._has_room(event.commitString()):
            super().inputMethodEvent(event)
        else:
            QGuiApplication.inputMethod().reset()

    def _has_room(self, text: str) -> bool:
        """Counted in characters only where the quick count of units is too high."""
        if self.document().characterCount() + len(text) < MAX_CHARACTERS:
            return True
        selected = len(self.textCursor().selectedText())
        if len(self.toPlainText()) - selected + len(as_shown(text)) <= MAX_CHARACTERS:
            return True
        self.overflowed.emit()
        return False

    def _cursor(self, text: str, span: Span) -> QTextCursor:
        start = units(text[: span[0]])
        return self._at(start, start + units(text[slice(*span)]))

    def reveal(self, span: Span) -> None:
        """Scroll to the line where the words begin, without moving the person's own cursor."""
        start = self._cursor(self.toPlainText(), span).selectionStart()
        block = self.document().findBlock(start)
        self.document().documentLayout().blockBoundingRect(block)  # lays the block out
        within = block.layout().lineForTextPosition(start - block.position())
        line = block.firstLineNumber() + within.lineNumber()
        bar = self.verticalScrollBar()
        if not bar.value() <= line < bar.value() + bar.pageStep():
            bar.setValue(line - bar.pageStep() // 2)
