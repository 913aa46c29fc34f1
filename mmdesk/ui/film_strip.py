"""The images of a case in a row, to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from mmdesk.ui import theme
from mmdesk.ui.theme import GRID

SIDE = 48
DENSITY = 2  # pixels of a thumbnail to one of the grid, for screens that have them


@dataclass(frozen=True, slots=True)
class Frame:
    """`thumbnail` is None while there is none; `broken` where there will be none."""

    name: str
    thumbnail: QImage | None
    broken: bool


class FilmStrip(QListWidget):
    """`chosen` gives a place in the row, `remove_asked` comes with the Delete key."""

    chosen = Signal(int)
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._frames: list[Frame] = []
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setFixedHeight(SIDE + 3 * GRID)
        self.setSpacing(GRID // 4)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentRowChanged.connect(self._row_changed)

    def show_frames(self, frames: Sequence[Frame], index: int) -> None:
        """`index` is the chosen one. Only what changed is made anew."""
        self.blockSignals(True)
        while self.count() > len(frames):
            self.takeItem(self.count() - 1)
        for row, frame in enumerate(frames):
            if row >= self.count():
                self.addItem(QListWidgetItem())
                self.item(row).setSizeHint(QSize(SIDE + GRID, SIDE + GRID))
            elif frame == self._frames[row]:
                continue
            self._dress(self.item(row), frame)
        self._frames = list(frames)
        self.setCurrentRow(index)
        self.blockSignals(False)

    def _dress(self, item: QListWidgetItem, frame: Frame) -> None:
        words = self.tr("{}: cannot be shown").format(frame.name) if frame.broken else frame.name
        item.setToolTip(words)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        icon = QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else Qt tints the chosen one
            icon.addPixmap(_framed(frame), mode)
        item.setIcon(icon)

    def _dress_all(self) -> None:
        for row, frame in enumerate(self._frames):
            self._dress(self.item(row), frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self._dress_all()

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(row)


def _framed(frame: Frame) -> QPixmap:
    """A square of the ground's colour with the picture in its middle, or a cross; empty until then."""
    square = QPixmap(SIDE * DENSITY, SIDE * DENSITY)
    square.setDevicePixelRatio(DENSITY)
    square.fill(theme.color("ground"))
    painter = QPainter(square)
    if frame.thumbnail is not None:
        place = QRect(0, 0, frame.thumbnail.width() // DENSITY, frame.thumbnail.height() // DENSITY)
        place.moveCenter(QRect(0, 0, SIDE, SIDE).center())
        painter.drawImage(place, frame.thumbnail)
    elif frame.broken:
        painter.setPen(theme.color("muted"))
        painter.drawText(QRect(0, 0, SIDE, SIDE), Qt.AlignmentFlag.AlignCenter, "×")
    painter.end()
    return square
