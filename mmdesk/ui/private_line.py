"""What in the record tells who it is about: marked in its text, counted in a line below it, masked at a
click."""

from functools import partial

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from mmdesk.media.text import MAX_CHARACTERS
from mmdesk.ui.background import Background
from mmdesk.ui.panel import CutLabel
from mmdesk.ui.record_text import Private, RecordText, units
from mmdesk.ui.theme import GRID

KINDS = ("name", "date", "number", "phone", "e-mail", "link", "address", "age")
Found = tuple[str, tuple[Private, ...], dict[str, int]]


class PrivateLine(QWidget):
    """Hidden while nothing is found. A mask is one step for Ctrl+Z."""

    def __init__(self, editor: RecordText, background: Background) -> None:
        super().__init__()
        self._editor, self._background = editor, background
        self._found: Found = ("", (), {})
        self._masked = False  # what was found was masked just now
        self.words = CutLabel("small", "muted")
        self.next_button, self.mask_button = QPushButton(), QPushButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.words, 1)
        row.addWidget(self.next_button)
        row.addWidget(self.mask_button)
        self.next_button.clicked.connect(self._choose_next)
        self.mask_button.clicked.connect(self._mask)
        editor.textChanged.connect(self._outdate)
        self.retranslate()
        self.hide()

    def look(self) -> None:
        """At the text as it stands; the answer comes later."""
        text = self._editor.toPlainText()
        if not text.strip():
            self._masked = False
            self._background.forget("private")
            self._show((text, (), {}))
        elif text != self._found[0]:
            self._background.run("private", partial(_find, text), self._show)
        else:  # it is again what it was
            self._show(self._found)

    def _show(self, found: Found) -> None:
        self._found = found
        if self._is_current():
            self._editor.mark_private(found[1])
        self._masked = self._masked and not found[1]
        self._update()

    def _is_current(self) -> bool:
        """Whether what was found are places in the text as it stands."""
        return self._found[0] == self._editor.toPlainText()

    def _outdate(self) -> None:
        """The text was changed: until it was looked at again, nothing is masked."""
        self.mask_button.setEnabled(False)
        self.next_button.setEnabled(False)

    def _choose_next(self) -> None:
        """Select the next one behind the cursor; the context menu masks it alone."""
        self._editor.choose_private()

    def _mask(self) -> None:
        text, places, _ = self._found
        if not self._is_current():
            return
        if len(text) + sum(len(place.mask) - (place.end - place.start) for place in places) > MAX_CHARACTERS:
            self._editor.overflowed.emit()
            return
        self._masked = True
        self._editor.mask_places(places)
        self._editor.setFocus()

    def _update(self) -> None:
        count = len(self._found[1])
        current = count > 0 and self._is_current()
        self.mask_button.setEnabled(current)
        self.next_button.setEnabled(current)
        for button in (self.mask_button, self.next_button):
            button.setVisible(count > 0)
        self.setVisible(count > 0 or self._masked)
        self._say()

    def _say(self) -> None:
        _, places, counts = self._found
        kinds = ", ".join(f"{self._kinds[kind]}: {count}" for kind, count in counts.items())
        honest = self.tr("The usual forms are found, not all: read the text before you pass it on.")
        if places:
            one, more = self.tr("1 name, date or number"), self.tr("{} names, dates or numbers")
            self.words.setText(one if len(places) == 1 else more.format(len(places)))
            told = f"{kinds}. {honest}"
        else:
            self.words.setText(self.tr("Masked. Not all may be found: read it before you pass it on."))
            told = honest
        self.mask_button.setToolTip(told)
        self.setAccessibleDescription(told)

    def retranslate(self) -> None:
        words = (
            self.tr("names"), self.tr("dates"), self.tr("numbers"), self.tr("phone numbers"),
            self.tr("e-mail addresses"), self.tr("links"), self.tr("addresses"), self.tr("ages over 89"),
        )  # fmt: skip
        self._kinds = dict(zip(KINDS, words, strict=True))
        self.mask_button.setText(self.tr("Mask"))
        self.mask_button.setAccessibleName(self.tr("Mask names, dates and numbers in the record"))
        self.next_button.setText(self.tr("Next"))
        self.next_button.setAccessibleName(self.tr("Select the next name, date or number"))
        self.next_button.setToolTip(self.tr("Select the next one; the context menu masks it alone"))
        self._say()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _find(text: str) -> Found:
    """Places are counted as Qt counts them."""
    from mmdesk.media.identifiers import counted, find_identifiers  # its patterns take a moment to compile

    found, places = find_identifiers(text), []
    last = position = 0
    for item in found:
        start, end = item.span
        begin = position + units(text[last:start])
        position, last = begin + units(text[start:end]), end
        places.append(Private(begin, position, item.mask))
    return text, tuple(places), {str(kind): count for kind, count in counted(found).items()}
