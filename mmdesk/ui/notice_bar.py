"""One line below the toolbar for what concerns the whole window: it never blocks and can be put away."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton

from mmdesk.ui import icons
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said, said_together


@dataclass(frozen=True, slots=True)
class _Notice:
    text: str
    button: str
    tone: str
    remedy: str

    @property
    def waits(self) -> bool:
        return bool(self.button) or self.tone == "problem"


class NoticeBar(QFrame):
    """Shows one notice at a time, the newest. Behind it waits what offers something that can still be
    had, and what is a problem until it is withdrawn or put away; any other is gone for good. It is
    given English, and says it in the language of the window."""

    chosen = Signal(str)  # the key of the notice whose button was pressed
    dismissed = Signal(str)  # the key of the notice that was put away

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("tone", "notice")
        self._notices: dict[str, _Notice] = {}  # by key, the one shown last
        self._words = label()
        self._words.setWordWrap(True)
        self._button = QPushButton()
        self._button.setProperty("kind", "outlined")
        self._button.clicked.connect(self._choose)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 3 // 2, GRID // 2, GRID, GRID // 2)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.retranslate()

    @property
    def text(self) -> str:
        """What is shown, "" where nothing is."""
        return "" if self.isHidden() else self._words.text()

    def say(self, key: str, text: str, button: str = "", tone: str = "notice", remedy: str = "") -> None:
        """tone: notice or problem. Without the words for a button there is none."""
        waiting = {old: notice for old, notice in self._notices.items() if notice.waits and old != key}
        self._notices = {**waiting, key: _Notice(text, button, tone, remedy)}
        self._show()

    def withdraw(self, key: str) -> None:
        """It is no longer so."""
        self._notices.pop(key, None)
        self._show()

    def _show(self) -> None:
        self.setVisible(bool(self._notices))
        if self._notices:
            notice = list(self._notices.values())[-1]
            self._words.setText(said_together(notice.text, notice.remedy))
            self._button.setText(said(notice.button))
            self._button.setVisible(bool(notice.button))
            set_property(self, "tone", notice.tone)
            self.setAccessibleName(self._words.text())

    def retranslate(self) -> None:
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _choose(self) -> None:
        key = list(self._notices)[-1]
        self.withdraw(key)
        self.chosen.emit(key)

    def _dismiss(self) -> None:
        key = list(self._notices)[-1]
        self.withdraw(key)
        self.dismissed.emit(key)
