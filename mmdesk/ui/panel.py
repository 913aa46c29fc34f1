"""The frame that every panel of the window has: title, state chip, cards, body, actions."""

import re

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from mmdesk.ui import icons
from mmdesk.ui.card_stack import CardStack
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said


def set_property(widget: QWidget, name: str, value: str) -> None:
    """A property that the style sheet asks for; the widget is drawn anew where it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def label(text: str = "", kind: str = "", tone: str = "") -> QLabel:
    """A label of the style sheet's `kind` (title, chip, small, large) and `tone`."""
    made = QLabel(text)
    made.setProperty("kind", kind)
    made.setProperty("tone", tone)
    made.setTextFormat(Qt.TextFormat.PlainText)  # what a file or a model says is never markup
    return made


def _breakable(text: str) -> str:
    """A file's long name without a space goes on in the next line, like words."""
    return re.sub("[!-~]{21,}", lambda name: re.sub("(.{8})", "\\1\u200b", name[0]), text)


class Card(QFrame):
    """What went wrong or is worth knowing, and what to do; it stays until it is put away. It is given
    English, and says it in the language of the window."""

    dismissed = Signal()

    def __init__(self, text: str, remedy: str = "", tone: str = "problem") -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("tone", tone)
        self.text, self._remedy = text, remedy
        self._what, self._help = label(), label(tone="muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self._what, self._help):
            part.setWordWrap(True)
            words.addWidget(part)
        self._help.setVisible(bool(remedy))
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID // 2, GRID // 2)
        row.addLayout(words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.retranslate()

    def retranslate(self) -> None:
        what, help_ = said(self.text), said(self._remedy)
        self._what.setText(_breakable(what))
        self._help.setText(_breakable(help_))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss: {}").format(what))
        self.setAccessibleName(f"{what} {help_}".strip())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class CutLabel(QLabel):
    """One line that is cut short where there is no room for it; the whole is its tooltip then."""

    def __init__(
        self, kind: str, tone: str = "", cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__()
        self._cut = cut
        self.setProperty("kind", kind)
        self.setProperty("tone", tone)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event):  # noqa: N802
        cut = self.fontMetrics().elidedText(self.text(), self._cut, self.width())
        self.setToolTip(self.text() if cut != self.text() else "")
        painter = QPainter(self)
        painter.drawText(self.rect(), self.alignment(), cut)
        painter.end()


class Panel(QFrame):
    """`body` and `buttons` are layouts to fill; `set_chip` says how it stands."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAccessibleName(title)
        self.title = label(title.upper(), "title")
        self.chip = CutLabel("chip", "muted")
        self.chip.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header = QHBoxLayout()
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.chip)
        self._stack = CardStack()
        self._cards = self._stack.column
        self.body = QVBoxLayout()
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(GRID // 2)
        self._whole = column = QVBoxLayout(self)
        column.setContentsMargins(GRID * 3 // 2, GRID, GRID * 3 // 2, GRID)
        column.setSpacing(GRID)
        column.addLayout(header)
        column.addWidget(self._stack)
        column.addLayout(self.body, 1)
        column.addLayout(self.buttons)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._limit_cards()
        return super().event(event)

    def _limit_cards(self) -> None:
        """A third of the panel, less where what is below needs more, but about one card in any case."""
        cards = 0 if self._stack.isHidden() else self._stack.height()
        rest = self._whole.minimumSize().height() - cards
        self._stack.limit(min(self.height() // 3, max(8 * GRID, self.height() - rest)))

    def retitle(self, title: str) -> None:
        self.setAccessibleName(title)
        self.title.setText(title.upper())

    def set_chip(self, text: str, tone: str = "muted") -> None:
        """tone: muted, good, accent, warning or problem."""
        self.chip.setText(text)
        set_property(self.chip, "tone", tone)

    def show_card(self, text: str, remedy: str = "", tone: str = "problem") -> None:
        """A card below the title, of English words; the same are shown once. tone: problem or notice."""
        if text in self.cards():
            return
        card = Card(text, remedy, tone)
        card.dismissed.connect(card.deleteLater)
        self._cards.addWidget(card)
        self._stack.fit()

    def cards(self) -> list[str]:
        """What the cards on the panel say, as it was given."""
        return [card.text for card in self._card_widgets()]

    def clear_cards(self) -> None:
        for card in self._card_widgets():
            self._put_away(card)

    def remove_card(self, text: str) -> None:
        """What this card says is no longer so."""
        for card in self._card_widgets():
            if card.text == text:
                self._put_away(card)

    def set_drop(self, verdict: str) -> None:
        """While something is dragged over the window: "accept", "refuse" or ""."""
        set_property(self, "drop", verdict)

    def add_action(self, text: str, icon: str = "") -> QPushButton:
        """A quiet button at the panel's foot."""
        button = QPushButton(text)
        if icon:
            button.setIcon(icons.icon(icon))
        button.setAccessibleName(text)
        self.buttons.addWidget(button)
        return button

    def _put_away(self, card: Card) -> None:
        self._cards.removeWidget(card)
        card.hide()
        self._stack.fit()
        card.deleteLater()

    def _card_widgets(self) -> list[Card]:
        items = (self._cards.itemAt(place) for place in range(self._cards.count()))
        return [card for item in items if item and isinstance(card := item.widget(), Card)]


class Symbol(QWidget):
    """An icon that is no button, in the colours of the theme as it is now."""

    def __init__(self, icon: QIcon, side: int) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(side, side)

    def paintEvent(self, event):  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        self._icon.paint(painter, self.rect())
        painter.end()


class EmptyTarget(QFrame):
    """What an input panel shows while it has no input: what it takes, Browse and Paste."""

    browse_asked = Signal()
    paste_asked = Signal()

    def __init__(self, takes: str, icon: QIcon) -> None:
        super().__init__()
        self.setObjectName("target")
        self.words = label(takes, tone="muted")
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._browse, self._paste = QPushButton(), QPushButton()
        for button, signal in ((self._browse, self.browse_asked), (self._paste, self.paste_asked)):
            button.setProperty("kind", "outlined")
            button.clicked.connect(signal)
        self._buttons = buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._browse)
        buttons.addWidget(self._paste)
        buttons.addStretch(1)
        self._symbol = Symbol(icon, 4 * GRID)
        self._whole = column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addLayout(buttons)
        column.addStretch(1)
        self.retranslate()

    def add_button(self) -> QPushButton:
        """Another way in, behind those that there are; who adds it gives it its words."""
        button = QPushButton()
        button.setProperty("kind", "outlined")
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button

    def resizeEvent(self, event):  # noqa: N802 (Qt's name)
        """Where there is no room for all, the symbol goes before a word is cut."""
        margins = self._whole.contentsMargins()
        words = self.words.heightForWidth(self.width() - margins.left() - margins.right())
        rest = self._browse.sizeHint().height() + margins.top() + margins.bottom()
        spaces = 4 * self._whole.spacing()
        self._symbol.setVisible(self.height() >= words + rest + spaces + self._symbol.height())
        super().resizeEvent(event)

    def retranslate(self) -> None:
        self._browse.setText(self.tr("Browse…"))
        self._paste.setText(self.tr("Paste"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
