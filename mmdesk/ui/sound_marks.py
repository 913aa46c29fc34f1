"""Where in a sound a finding rests: a curve over its waveform, a veil over its spectrogram. Imports
pyqtgraph."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsRectItem

from mmdesk.report import Grid, Saliency
from mmdesk.ui import theme
from mmdesk.ui.corner import paint_words
from mmdesk.ui.heat_item import interpolated
from mmdesk.ui.theme import GRID
from mmdesk.ui.time_plot import TimeBox

VEIL = 0.7  # the opacity over what weighs nothing
HEIGHT = 0.65  # of the box, for what weighs most: the legend is above


class SoundMarks:
    def __init__(self, waveform: TimeBox, spectrum: TimeBox) -> None:
        self._waveform = waveform
        self._shown = self._weighs = False
        self._words = ""
        self._curve = pg.PlotCurveItem(antialias=True)
        self._veil = pg.ImageItem(axisOrder="row-major", levels=(0, 255))
        self._above = QGraphicsRectItem()  # the veil over frequencies that were not looked at
        self._above.setPen(Qt.PenStyle.NoPen)
        for box, item in ((waveform, self._curve), (spectrum, self._veil), (spectrum, self._above)):
            item.hide()
            box.addItem(item, ignoreBounds=True)
        self._hang_veil()

    def show_saliency(self, saliency: Saliency | None, words: str, top_hertz: float) -> None:
        """top_hertz: where the spectrogram ends."""
        curve = saliency.curve if saliency is not None and _weighs(saliency.curve) else None
        grid = saliency.grid if saliency is not None and _weighs(saliency.grid) else None
        self._shown, self._words = saliency is not None, words
        self._weighs = curve is not None or grid is not None
        self._curve.setVisible(curve is not None)
        self._veil.setVisible(grid is not None)
        self._above.setVisible(grid is not None)
        if saliency is not None and curve is not None:
            self._draw_curve(curve, saliency.seconds)
        if saliency is not None and grid is not None:
            seconds, hertz = saliency.seconds, saliency.hertz
            self._veil.setImage(interpolated(grid), autoLevels=False)
            self._veil.setRect(QRectF(0, 0, seconds, hertz))
            self._above.setRect(QRectF(0, hertz, seconds, max(0.0, top_hertz - hertz)))

    def _draw_curve(self, curve: Grid, seconds: float) -> None:
        weights = interpolated(curve)[0] / 255
        low, high = self._waveform.viewRange()[1]
        edges = np.linspace(0, seconds, len(weights) + 1)
        self._curve.setData(edges, low + weights * HEIGHT * (high - low), fillLevel=low, stepMode="center")

    def _hang_veil(self) -> None:
        """In the dark theme's ground: the spectrogram is as dark in the light one."""
        ground = QColor(theme.DARK.ground)
        table = np.empty((256, 4), np.uint8)
        table[:, :3] = ground.red(), ground.green(), ground.blue()
        table[:, 3] = np.rint(np.linspace(255 * VEIL, 0, 256))
        self._veil.setLookupTable(table)
        ground.setAlphaF(VEIL)
        self._above.setBrush(ground)

    def dress(self) -> None:
        """In the colours of the theme as it is now."""
        self._curve.setPen(pg.mkPen(theme.color("evidence")))
        self._curve.setBrush(theme.color("evidence", 0.35))

    def paint_legend(self, painter: QPainter, room: QRectF, nothing: str) -> None:
        """What the curve shows, or `nothing` of it where nothing weighs, in the top left corner of `room`."""
        words = self._words if self._weighs else nothing.format(self._words)
        if not self._shown or not words:
            return
        corner, most = Qt.Corner.TopLeftCorner, room.width() - 2 * GRID
        inset = GRID * 3 // 2 if self._weighs else 0
        box = paint_words(painter, room, [words], corner, most, inset=inset)
        if self._weighs:
            middle = box.top() + painter.fontMetrics().height() / 2
            swatch = QRectF(box.left(), round(middle) - GRID / 2, GRID, GRID)
            painter.fillRect(swatch, theme.color("evidence"))


def _weighs(grid: Grid | None) -> bool:
    return grid is not None and any(grid.values)
