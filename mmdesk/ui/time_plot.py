"""What a plot over time is made of: a box for the mouse and axes in plain units. Imports pyqtgraph."""

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics

MINUTE = 60
ROUND = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)  # seconds
LABEL = 64  # pixels for one


class TimeBox(pg.ViewBox):
    """Wheel: zoom in time; middle drag: pan; left click and drag are the view's."""

    clicked = Signal(float)
    dragged = Signal(float, float)
    reset_asked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.setMouseEnabled(x=True, y=False)

    def mouseClickEvent(self, event) -> None:  # noqa: N802 - pyqtgraph's
        if event.button() != Qt.MouseButton.LeftButton:
            return
        event.accept()
        if event.double():
            self.reset_asked.emit()
        else:
            self.clicked.emit(self.mapToView(event.pos()).x())

    def mouseDragEvent(self, event, axis=None) -> None:  # noqa: N802 - pyqtgraph's
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            start, now = (self.mapToView(place).x() for place in (event.buttonDownPos(), event.pos()))
            self.dragged.emit(start, now)
        elif event.button() == Qt.MouseButton.MiddleButton:
            super().mouseDragEvent(event, axis)


class TimeAxis(pg.AxisItem):
    """Seconds; from a minute on minutes and seconds."""

    def tickSpacing(self, minVal, maxVal, size):  # noqa: N802, N803 - pyqtgraph's
        if maxVal - minVal < MINUTE:
            return super().tickSpacing(minVal, maxVal, size)
        most = max(2, size / LABEL)
        return [(next((step for step in ROUND if (maxVal - minVal) / step <= most), ROUND[-1]), 0)]

    def tickStrings(self, values, scale, spacing):  # noqa: N802 - pyqtgraph's
        if spacing >= 1 and self.range[1] >= MINUTE:
            return [f"{int(value) // 60}:{int(value) % 60:02}" for value in values]
        # As many places as the finest ticks have; pyqtgraph asks for coarse and fine ones apart.
        finest = min(spacing, (self.range[1] - self.range[0]) / 5)
        places = max(0, -math.floor(math.log10(finest)))
        return [f"{value:.{places}f} s" for value in values]


class FrequencyAxis(pg.AxisItem):
    def tickSpacing(self, minVal, maxVal, size):  # noqa: N802, N803 - pyqtgraph's
        """Top, middle and bottom, where there is room."""
        crowded = size < 4 * QFontMetrics(self.style["tickFont"]).height()
        return [(maxVal if crowded else maxVal / 2, 0)]

    def tickStrings(self, values, scale, spacing):  # noqa: N802 - pyqtgraph's
        return [f"{value / 1000:.0f} kHz" if value >= 1000 else f"{value:.0f} Hz" for value in values]
