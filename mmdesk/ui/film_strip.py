"""The images of a case in a row, to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from mmdesk.ui import theme
from mmdesk.ui.theme import GRID

SIDE = 48


class FilmStrip(QListWidget):
    """`chosen` gives a place in the row, `remove_asked` comes with the Delete key."""

    chosen = Signal(int)
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setFixedHeight(SIDE + 3 * GRID)
        self.setSpacing(GRID // 4)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentRowChanged.connect(self._row_changed)

    def show_items(self, entries: Sequence[tuple[str, QImage | None]], index: int) -> None:
        """Names with their thumbnails, None where there is none (yet); `index` is the chosen one."""
        self.blockSignals(True)
        self.clear()
        for name, thumbnail in entries:
            item = QListWidgetItem(QIcon(_framed(thumbnail)), "")
            item.setToolTip(name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
            item.setSizeHint(QSize(SIDE + GRID, SIDE + GRID))
            self.addItem(item)
        self.setCurrentRow(index)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(row)


def _framed(thumbnail: QImage | None) -> QPixmap:
    """A square of the ground's colour with the picture in its middle; a cross where there is none."""
    square = QPixmap(SIDE, SIDE)
    square.fill(theme.color("ground"))
    painter = QPainter(square)
    if thumbnail is not None:
        painter.drawImage((SIDE - thumbnail.width()) // 2, (SIDE - thumbnail.height()) // 2, thumbnail)
    else:
        painter.setPen(theme.color("muted"))
        painter.drawText(square.rect(), Qt.AlignmentFlag.AlignCenter, "×")
    painter.end()
    return square
