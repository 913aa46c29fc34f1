"""The text of a report as it is being written: a paragraph a sentence, each of which can be chosen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QPainter, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QTextBrowser

from mmdesk.plan import TITLES
from mmdesk.report import Sentence
from mmdesk.ui import theme
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said

# White space, and the characters that would make QTextDocument start a paragraph or a frame.
_BREAKS = re.compile(r"[\s\ufdd0\ufdd1\ufffc]+")
_LINE_HEIGHT = 135.0  # percent
_SIGN = "▲ "


class _Kind(Enum):
    NOTICE = auto()
    TITLE = auto()
    SENTENCE = auto()


class ReportText(QTextBrowser):
    """Append only. All of `notice`, `write` and `finish` go between `with text.editing():`, which is
    one change to the document, however many events it holds."""

    sentence_chosen = Signal(object)  # Sentence, or None where none is chosen any more

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setCursorWidth(0)  # the chosen sentence is marked as a whole
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(GRID // 2)
        self.viewport().setMouseTracking(True)
        self._kinds: list[_Kind] = []  # of each paragraph
        self._sentences: dict[int, Sentence] = {}  # by paragraph, of those that are complete
        self._notices: dict[int, str] = {}  # by paragraph, as they were given
        self._section = ""
        self._open: str | None = None  # the sentence that is being written, as far as it goes
        self._chosen: int | None = None
        self._under_mouse: int | None = None
        self._press = QPointF()
        self._muted = self._writing = self._editing = False
        self._follow, self._place = True, 0  # the end of the text, or a place that was scrolled to
        self._scrolled_by_hand = False  # since this text began
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # ---- the text

    @contextmanager
    def editing(self) -> Iterator[None]:
        self._editing = True
        self._cursor = QTextCursor(self.document())
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._cursor.beginEditBlock()
        try:
            yield
        finally:
            self._cursor.endEditBlock()
            self._keep_place()
            self._editing = False

    def wipe(self) -> None:
        """Empty; what comes next is shown at the place that was scrolled to."""
        with self.editing():
            self._cursor.select(QTextCursor.SelectionType.Document)
            self._cursor.removeSelectedText()
            self._kinds, self._sentences, self._notices = [], {}, {}
            self._section, self._open, self._under_mouse = "", None, None
            self._scrolled_by_hand = False
        self.choose(None)

    def scroll_to(self, end: bool) -> None:
        """Where the text that comes next is shown: at its end as it grows, or from its start."""
        self._follow, self._place = end, 0

    def rest(self) -> None:
        """The text is whole: back to where one starts to read, unless somebody reads already."""
        reads = self._scrolled_by_hand or self._chosen is not None or self.textCursor().hasSelection()
        if self._follow and not reads:
            self.scroll_to(end=False)
            self._keep_place()

    def _keep_place(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum() if self._follow else self._place)

    def notice(self, text: str) -> None:
        """One of wording.SENTENCES: unlike the report it is in the language of the window."""
        self._add(_Kind.NOTICE, _SIGN + _line(said(text)))
        self._notices[len(self._kinds) - 1] = text

    def _say_notices_again(self) -> None:
        with self.editing():
            for number, text in self._notices.items():
                cursor = QTextCursor(self.document().findBlockByNumber(number))
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.insertText(_SIGN + _line(said(text)), self._char_format(_Kind.NOTICE))

    def write(self, section: str, text: str) -> None:
        """A piece of a sentence."""
        self._enter(section)
        text = _BREAKS.sub(" ", text)
        if self._open is None:
            text = text.lstrip()
            if not text:
                return
            self._add(_Kind.SENTENCE, text)
            self._open = text
        else:
            self._cursor.insertText(text, self._char_format(_Kind.SENTENCE))
            self._open += text

    def finish(self, sentence: Sentence) -> None:
        """A sentence is complete. What it says counts: a text that came in pieces and is another one
        gives way; fixed sentences come without pieces."""
        self._enter(sentence.section)
        text = _line(sentence.text)
        came, self._open = self._open, None
        if came is None:
            self._add(_Kind.SENTENCE, text)
        elif _packed(came) != _packed(text):
            self._cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
            self._cursor.insertText(text, self._char_format(_Kind.SENTENCE))
        self._sentences[len(self._kinds) - 1] = sentence
        if came is not None and came.startswith(text):
            self.write(sentence.section, came[len(text) :])  # the next one had begun

    def sentences(self) -> tuple[Sentence, ...]:
        """What is written, complete sentences only."""
        return tuple(self._sentences.values())

    def is_complete(self) -> bool:
        """Whether every sentence shown is a complete one."""
        return self._kinds.count(_Kind.SENTENCE) == len(self._sentences)

    def set_muted(self, muted: bool) -> None:
        self._muted = muted
        self.viewport().update()

    def set_writing(self, writing: bool) -> None:
        """Whether a caret stands behind the text."""
        self._writing = writing
        self.viewport().update()

    def _enter(self, section: str) -> None:
        if section != self._section:
            self._section, self._open = section, None
            self._add(_Kind.TITLE, TITLES.get(section, section.capitalize()))

    def _add(self, kind: _Kind, text: str) -> None:
        block, characters = self._block_format(kind, first=not self._kinds), self._char_format(kind)
        if self._kinds:
            self._cursor.insertBlock(block, characters)
        else:
            self._cursor.setBlockFormat(block)
        self._cursor.insertText(text, characters)
        self._kinds.append(kind)

    # ---- its look

    def _block_format(self, kind: _Kind, first: bool) -> QTextBlockFormat:
        made = QTextBlockFormat()
        made.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        sign = self.fontMetrics().horizontalAdvance(_SIGN) if kind is _Kind.NOTICE else 0
        made.setLeftMargin(GRID // 2 + sign)
        made.setTextIndent(-sign)
        if kind is _Kind.TITLE and not first:
            made.setTopMargin(GRID * 3 // 2)
        return made

    def _char_format(self, kind: _Kind) -> QTextCharFormat:
        made = QTextCharFormat()
        if kind is _Kind.TITLE:
            made.setFont(theme.small_font(self.font(), QFont.Weight.DemiBold))
            made.setFontCapitalization(QFont.Capitalization.AllUppercase)
            made.setForeground(theme.color("muted"))
        elif kind is _Kind.NOTICE:
            made.setForeground(theme.color("warning"))
        return made

    def _restyle(self) -> None:
        """In the colours and the text size of now."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, kind in enumerate(self._kinds):
            cursor.setPosition(self.document().findBlockByNumber(number).position())
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(self._char_format(kind))
            cursor.setBlockFormat(self._block_format(kind, first=number == 0))
        cursor.endEditBlock()

    def resizeEvent(self, event):  # noqa: N802 (Qt's name)
        editing, self._editing = self._editing, True  # text that comes may bring the scroll bar
        super().resizeEvent(event)
        self._keep_place()
        self._editing = editing

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._restyle()
        elif event.type() == QEvent.Type.LanguageChange:
            self._say_notices_again()

    def paintEvent(self, event):  # noqa: N802
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, colour in ((self._under_mouse, "raised"), (self._chosen, "marked")):
            if number is not None:
                painter.setBrush(theme.color(colour))
                painter.drawRoundedRect(self._rect(number), 3, 3)
        if self._chosen is not None:
            bar = self._rect(self._chosen)
            bar.setWidth(2)
            painter.fillRect(bar, theme.color("accent"))
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        if self._muted:
            painter.fillRect(self.viewport().rect(), theme.color("panel", 0.55))
        elif self._writing:
            end = QTextCursor(self.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            place = self.cursorRect(end)
            painter.fillRect(place.left() + 1, place.top(), GRID - 1, place.height(), theme.color("text"))
        painter.end()

    def _rect(self, number: int) -> QRectF:
        """A paragraph over the whole width, in the viewport; it touches the next one's."""
        block = self.document().findBlockByNumber(number)
        rect = self.document().documentLayout().blockBoundingRect(block)
        gap = self.fontMetrics().height() * (_LINE_HEIGHT / 100 - 1)
        top = rect.top() - self.verticalScrollBar().value() - gap / 2
        return QRectF(0, top, self.viewport().width(), rect.height() + gap)

    # ---- the chosen sentence

    def choose(self, number: int | None) -> None:
        """Mark the sentence in this paragraph; None: no sentence."""
        if number != self._chosen:
            self._chosen = number
            self.viewport().update()
            self.sentence_chosen.emit(None if number is None else self._sentences[number])

    def keyPressEvent(self, event):  # noqa: N802
        """Up and Down go from sentence to sentence; Up from the first one lets go."""
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
        self.ensureCursorVisible()
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

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802
        """Plain: the window's colours mean nothing elsewhere."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def _set_under_mouse(self, number: int | None) -> None:
        if number != self._under_mouse:
            self._under_mouse = number
            self.viewport().update()

    def _sentence_at(self, point: QPointF) -> int | None:
        number = self.cursorForPosition(point.toPoint()).blockNumber()
        return number if number in self._sentences and self._rect(number).contains(point) else None

    @Slot()
    def _scrolled(self) -> None:
        if not self._editing:
            bar = self.verticalScrollBar()
            self._place, self._scrolled_by_hand = bar.value(), True
            self._follow = bar.value() >= bar.maximum() - GRID


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _packed(text: str) -> str:
    return _BREAKS.sub("", text)
