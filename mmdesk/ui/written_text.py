"""The text of a report as it is being written: a paragraph a sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QFont, QPainter, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser

from mmdesk.plan import TITLES
from mmdesk.report import Sentence
from mmdesk.ui import theme
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said

# White space, and the characters that would make QTextDocument start a paragraph or a frame.
_BREAKS = re.compile(r"[\s\ufdd0\ufdd1\ufffc]+")
LINE_HEIGHT = 135.0  # percent
_SIGN = "▲ "


class _Kind(Enum):
    NOTICE = auto()
    TITLE = auto()
    SENTENCE = auto()


class WrittenText(QTextBrowser):
    """Append only. All of `notice`, `write` and `finish` go between `with text.editing():`, which is
    one change to the document, however many events it holds."""

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
        self._kinds: list[_Kind] = []  # of each paragraph
        self._sentences: dict[int, Sentence] = {}  # by paragraph, of those that are complete
        self._notices: dict[int, str] = {}  # by paragraph, as they were given
        self._section = ""
        self._open: str | None = None  # the sentence that is being written, as far as it goes
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
            self._section, self._open = "", None
            self._scrolled_by_hand = False

    def scroll_to(self, end: bool) -> None:
        """Where the text that comes next is shown: at its end as it grows, or from its start."""
        self._follow, self._place = end, 0

    def rest(self) -> None:
        """The text is whole: back to where one starts to read, unless somebody reads already."""
        if self._follow and not (self._scrolled_by_hand or self.textCursor().hasSelection()):
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
        made.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
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
