"""What a plot over time is made of: a box for the mouse and axes in plain units. Imports pyqtgraph."""

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal


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
    def tickStrings(self, values, scale, spacing):  # noqa: N802 - pyqtgraph's
        if spacing >= 1 and max(values, default=0) >= 60:
            return [f"{int(value) // 60}:{int(value) % 60:02}" for value in values]
        # As many places as the finest ticks have; pyqtgraph asks for coarse and fine ones apart.
        finest = min(spacing, (self.range[1] - self.range[0]) / 5)
        places = max(0, -math.floor(math.log10(finest)))
        return [f"{value:.{places}f} s" for value in values]


class FrequencyAxis(pg.AxisItem):
    def tickStrings(self, values, scale, spacing):  # noqa: N802 - pyqtgraph's
        return [f"{value / 1000:.0f} kHz" if value >= 1000 else f"{value:.0f} Hz" for value in values]
