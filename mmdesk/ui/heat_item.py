"""A heat map that lies over a picture: where in it a finding rests."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from mmdesk.report import Grid
from mmdesk.ui import theme
from mmdesk.ui.corner import paint_words
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # imported where the first grid is shown
    import numpy as np
    from numpy.typing import NDArray

# Every 17th of the 256 colours of inferno, which is perceptually uniform (Smith and van der Walt 2015, CC0),
# without its palest, which would be lost on bone.
INFERNO = (
    (0, 0, 4), (12, 8, 38), (36, 12, 79), (66, 10, 104), (93, 18, 110), (120, 28, 109), (147, 38, 103),
    (174, 48, 92), (199, 62, 76), (221, 81, 58), (237, 105, 37), (248, 133, 15), (252, 165, 10),
    (250, 198, 45),
)  # fmt: skip
OPACITY = 0.6  # of the largest weight
FINE = 512  # samples along a side: a cell is many, so that no colour is mixed of two
STRIP = 8 * GRID  # pixels of the legend's colours


class HeatItem(QGraphicsItem):
    """Its coordinates are the picture's, so it stays where it belongs however that is shown. What has no
    weight is left as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(1)
        self.setOpacity(OPACITY)
        self.grid: Grid | None = None
        self.words = ""
        self._box = QRectF()
        self._image: QImage | None = None

    def show_grid(self, grid: Grid | None, words: str, box: QRectF) -> None:
        """words: what the legend says; box: the picture, all of which the grid covers."""
        self.prepareGeometryChange()
        self.grid, self.words, self._box = grid, words, box
        self._image = None if grid is None else colored(interpolated(grid))
        self.update()

    @property
    def stands_out(self) -> bool:
        """Whether anything of the picture weighs."""
        return self.grid is not None and any(self.grid.values)

    def hide_or_show(self) -> None:
        """Hidden it stays, also under another map or picture, so that pictures can be compared without."""
        if self.grid is not None:
            self.setVisible(not self.isVisible())

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return self._box

    def paint(self, painter, option, widget=None) -> None:
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._box, self._image)

    def paint_legend(self, painter: QPainter, room: QRectF, ends: tuple[str, str]) -> None:
        """The words, and below them the scale of colours between the names of its ends, at the bottom left
        of `room`."""
        import numpy as np

        metrics, gap = QFontMetrics(painter.font()), GRID // 2
        before, after = (metrics.horizontalAdvance(end) + gap for end in ends)
        lines = [self.words, ""] if self.words else [""]
        corner, width = Qt.Corner.BottomLeftCorner, before + STRIP + after
        box = paint_words(painter, room, lines, corner, room.width() - 2 * GRID, least=width)
        line = QRectF(box.left(), box.top() + metrics.height() * (len(lines) - 1), width, metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, ends[0])
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, ends[1])
        strip = QRectF(line.left() + before, round(line.center().y()) - GRID / 2, STRIP, GRID)
        painter.drawImage(strip, colored(np.arange(256, dtype=np.uint8)[None]))
        painter.setPen(theme.color("muted"))
        painter.drawRect(strip)


def interpolated(grid: Grid) -> "NDArray[np.uint8]":
    """A grid's weights, 0 to 255, at about FINE × FINE places. Each cell's middle keeps its own, from there
    to the next they change smoothly, and from the outermost to the edge not at all."""
    import numpy as np

    values = np.frombuffer(grid.values, np.uint8).reshape(grid.rows, grid.columns).astype(np.float32)
    for _ in range(2):
        count = len(values)
        fine = max(1, FINE // count)
        place = ((np.arange(count * fine) + 0.5) / fine - 0.5).clip(0, count - 1)
        before = place.astype(int)
        part = (place - before)[:, None]
        part = part * part * (3 - 2 * part)  # without the stars that straight lines make of single cells
        values = (values[before] * (1 - part) + values[np.minimum(before + 1, count - 1)] * part).T
    return np.rint(values).astype(np.uint8)


def colored(weights: "NDArray[np.uint8]") -> QImage:
    """(height, width) weights of 0 to 255 in colours, the less weight the more transparent."""
    import numpy as np

    weight = np.arange(256) / 255
    anchors = np.linspace(0, 1, len(INFERNO))
    channels = [np.interp(weight, anchors, channel) * weight for channel in zip(*INFERNO, strict=True)]
    table = np.rint(np.stack([*channels, weight * 255], 1)).astype(np.uint8)
    pixels = np.ascontiguousarray(table[weights])
    height, width = weights.shape
    shape = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(pixels.data, width, height, 4 * width, shape).copy()  # the array goes
