"""One line below the toolbar for what concerns the whole window: it never blocks and can be put away."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton

from mmdesk.ui import icons
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.theme import GRID


class NoticeBar(QFrame):
    """Shows one notice at a time, the newest; `chosen` says that its button was pressed."""

    chosen = Signal(str)  # the notice's key

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("tone", "notice")
        self._key = ""
        self._words = label()
        self._words.setWordWrap(True)
        self._button = QPushButton()
        self._button.setProperty("kind", "outlined")
        self._button.clicked.connect(self._choose)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID * 3 // 2, GRID // 2, GRID, GRID // 2)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.retranslate()
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, "" where nothing is."""
        return "" if self.isHidden() else self._words.text()

    def say(self, key: str, text: str, button: str = "", tone: str = "notice") -> None:
        """tone: notice or problem. Without the words for a button there is none."""
        self._key = key
        self._words.setText(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        set_property(self, "tone", tone)
        self.setAccessibleName(text)
        self.show()

    def withdraw(self, key: str) -> None:
        """Hide the notice of this key, where it is the one shown."""
        if key == self._key:
            self.hide()

    def retranslate(self) -> None:
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _choose(self) -> None:
        self.hide()
        self.chosen.emit(self._key)
