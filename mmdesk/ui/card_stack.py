"""Where the cards of a panel stand, one below the other."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from mmdesk.ui.theme import GRID


class CardStack(QScrollArea):
    """As tall as its cards are, so that none is ever cut; above `most` pixels they are scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cards")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the cards' buttons are reached, and scrolled to
        self._most = 0
        self._inner = QWidget()
        self._inner.setObjectName("cards")
        self.column = QVBoxLayout(self._inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GRID // 2)
        self.setWidget(self._inner)
        self._inner.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._reveal)  # Qt itself does so only for Tab from card to card
        self.hide()

    def limit(self, most: int) -> None:
        self._most = most
        self.fit()

    def fit(self) -> None:
        """A card came or went: while there is none, Qt lays nothing out here."""
        self.setVisible(self.column.count() > 0)
        height = self.column.totalHeightForWidth(self.viewport().width())
        self.setFixedHeight(max(1, min(height, self._most)))

    @Slot(QWidget, QWidget)
    def _reveal(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._inner.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, GRID)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is self._inner and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.fit()
        return super().eventFilter(watched, event)
