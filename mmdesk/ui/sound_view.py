"""A recording's waveform above its spectrogram, on one axis of time.

Importing this imports pyqtgraph (0.3 s): the audio panel does it where it reads the first recording.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from mmdesk.report import Saliency
from mmdesk.ui import theme
from mmdesk.ui.sound_marks import SoundMarks
from mmdesk.ui.theme import GRID
from mmdesk.ui.time_plot import FrequencyAxis, TimeAxis, TimeBox

if TYPE_CHECKING:
    from mmdesk.media.waveform import Sound

CLOSEST = 0.05  # seconds: nothing of the heart is shorter
ZOOM = 1.5  # a key press
STEPS = 100  # arrow presses from one edge to the other
KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class SoundView(pg.GraphicsView):
    """Keys: arrows, Home and End move the cursor, with Shift they select; + - zoom, 0 shows all, Space
    plays, Escape clears the selection. Times are in seconds from the recording's start."""

    play_asked = Signal()
    cursor_moved = Signal(float)  # by hand
    region_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.cursor = 0.0
        self._anchor: float | None = None  # where a selection by keys began
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAcceptDrops(False)  # the window takes what is dropped
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)  # the spectrogram's pixels
        self._waveform, self._spectrum = TimeBox(), TimeBox()
        self._spectrum.setXLink(self._waveform)
        self._time, self._frequency = TimeAxis("bottom"), FrequencyAxis("left")
        self._lay_out()
        self._curve = pg.PlotDataItem(
            autoDownsample=True,
            downsampleMethod="peak",
            clipToView=True,
            antialias=True,
            skipFiniteCheck=True,
        )
        self._image = pg.ImageItem(axisOrder="row-major", autoDownsample=True, levels=(0, 255))
        self._image.setLookupTable(pg.colormap.get("inferno").getLookupTable(nPts=256))
        self._waveform.addItem(self._curve)
        self._spectrum.addItem(self._image)
        self._marks = SoundMarks(self._waveform, self._spectrum)
        self._top_hertz = 0.0
        self._boxes = (self._waveform, self._spectrum)
        self._lines: list[pg.InfiniteLine] = []
        self._regions: list[pg.LinearRegionItem] = []
        for box in self._boxes:
            self._furnish(box)
        self._dress()
        self.retranslate()

    # ---- what it shows

    def show_sound(self, sound: "Sound") -> None:
        """Another recording: all of it, from its start, nothing selected."""
        self.seconds, self._top_hertz = sound.seconds, sound.top_hertz
        times = (np.arange(2 * len(sound.peaks)) + 0.5) * (sound.peak_step / 2)
        self._curve.setData(times, sound.peaks.ravel())
        self._image.setImage(sound.spectrogram, autoLevels=False)
        width = sound.frame_step * sound.spectrogram.shape[1]
        self._image.setRect(QRectF(sound.frame_start, 0, width, sound.top_hertz))
        for box in self._boxes:
            closest = min(CLOSEST, sound.seconds)
            box.setLimits(xMin=0, xMax=sound.seconds, minXRange=closest, maxXRange=sound.seconds)
        largest = max(float(np.abs(sound.peaks).max()), 1e-6)
        self._waveform.setYRange(-largest, largest, padding=0.05)
        self._spectrum.setYRange(0, sound.top_hertz)
        self.show_saliency(None)
        self.clear_region()
        self.set_cursor(0.0)
        self.show_all()

    def show_saliency(self, saliency: Saliency | None, words: str = "") -> None:
        """Where in the sound a finding rests, and words on what that shows; None takes it off."""
        self._marks.show_saliency(saliency, words, self._top_hertz)
        self.viewport().update()

    def show_all(self) -> None:
        self._waveform.setXRange(0, self.seconds)

    def visible(self) -> tuple[float, float]:
        """The seconds between which it shows the recording."""
        first, last = self._waveform.viewRange()[0]
        return float(first), float(last)

    def zoom(self, factor: float) -> None:
        """Around the cursor where it is in sight."""
        first, last = self.visible()
        middle = self.cursor if first <= self.cursor <= last else (first + last) / 2
        self._waveform.scaleBy(x=1 / factor, center=pg.Point(middle, 0))

    def set_cursor(self, seconds: float) -> None:
        """Where it plays; where that is out of sight, the view follows."""
        self.cursor = min(max(seconds, 0.0), self.seconds)
        for line in self._lines:
            line.setValue(self.cursor)
        first, last = self.visible()
        if not first <= self.cursor <= last:
            start = min(self.cursor, self.seconds - (last - first))
            self._waveform.setXRange(start, start + last - first)

    # ---- what is selected

    def region(self) -> tuple[float, float] | None:
        if not self._regions[0].isVisible():
            return None
        start, end = self._regions[0].getRegion()
        return float(start), float(end)

    def set_region(self, start: float, end: float) -> None:
        start, end = (min(max(place, 0.0), self.seconds) for place in sorted((start, end)))
        for region in self._regions:
            region.setBounds((0, self.seconds))
            region.setRegion((start, end))
            region.setVisible(end > start)
        self.region_changed.emit()

    def clear_region(self) -> None:
        self._anchor = None
        for region in self._regions:
            region.hide()
        self.region_changed.emit()

    # ---- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in KEYS[1:]:
            self._go(key, shift)
        elif key == Qt.Key.Key_Space:
            self.play_asked.emit()
        elif key == Qt.Key.Key_Escape and self.region():
            self.clear_region()
        elif event.text() in ("+", "-"):
            self.zoom(ZOOM if event.text() == "+" else 1 / ZOOM)
        elif event.text() == "0":
            self.show_all()
        else:
            event.ignore()

    def _go(self, key: int, select: bool) -> None:
        first, last = self.visible()
        step = (last - first) / STEPS
        start = self.cursor if self._anchor is None else self._anchor
        match key:
            case Qt.Key.Key_Home:
                self.set_cursor(0.0)
            case Qt.Key.Key_Left:
                self.set_cursor(self.cursor - step)
            case Qt.Key.Key_Right:
                self.set_cursor(self.cursor + step)
            case Qt.Key.Key_End:
                self.set_cursor(self.seconds)
        self._anchor = start if select else None
        if select:
            self.set_region(start, self.cursor)
        self.cursor_moved.emit(self.cursor)

    def _clicked(self, seconds: float) -> None:
        self._anchor = None
        self.set_cursor(seconds)
        self.cursor_moved.emit(self.cursor)

    def _dragged(self, start: float, end: float) -> None:
        self._anchor = None
        self.set_region(start, end)

    def _region_moved(self, moved) -> None:
        for region in self._regions:
            if region is not moved:
                region.setRegion(moved.getRegion())
        self.region_changed.emit()

    # ---- build and look

    def _lay_out(self) -> None:
        grid = pg.GraphicsLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID / 2)
        grid.addItem(self._waveform, 0, 1)
        grid.addItem(self._frequency, 1, 0)
        grid.addItem(self._spectrum, 1, 1)
        grid.addItem(self._time, 2, 1)
        grid.layout.setRowStretchFactor(0, 2)
        grid.layout.setRowStretchFactor(1, 3)
        self._time.linkToView(self._spectrum)
        self._frequency.linkToView(self._spectrum)
        self.setCentralItem(grid)

    def _furnish(self, box: TimeBox) -> None:
        region = pg.LinearRegionItem()
        region.hide()
        line = pg.InfiniteLine()
        for item in (region, line):
            box.addItem(item, ignoreBounds=True)
        self._regions.append(region)
        self._lines.append(line)
        region.sigRegionChanged.connect(self._region_moved)
        box.clicked.connect(self._clicked)
        box.dragged.connect(self._dragged)
        box.reset_asked.connect(self.show_all)

    def _dress(self) -> None:
        self.setBackground(theme.color("panel"))
        self._curve.setPen(pg.mkPen(theme.color("accent")))
        self._marks.dress()
        # The spectrogram is as dark in the light theme: what lies over it has the dark theme's colours.
        over = (theme.active(), theme.DARK)
        for tokens, line, region in zip(over, self._lines, self._regions, strict=True):
            line.setPen(pg.mkPen(tokens.warning))
            fill, brighter = QColor(tokens.text), QColor(tokens.text)
            fill.setAlphaF(0.12)
            brighter.setAlphaF(0.2)
            region.setBrush(fill)
            region.setHoverBrush(brighter)
            for edge in region.lines:
                edge.setPen(pg.mkPen(tokens.accent))
                edge.setHoverPen(pg.mkPen(tokens.accent, width=3))
        font = theme.small_font(self.font())
        for axis in (self._time, self._frequency):
            axis.setStyle(tickFont=font, tickLength=4, tickTextOffset=4)
            axis.setPen(pg.mkPen(theme.color("line")))
            axis.setTextPen(pg.mkPen(theme.color("muted")))
        figures = QFontMetrics(font)
        self._frequency.setWidth(figures.horizontalAdvance("500 Hz") + GRID * 3 // 2)
        self._time.setHeight(figures.height() + GRID)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Waveform and spectrogram"))
        self.setAccessibleDescription(
            self.tr(
                "Space plays, arrows move the cursor, with Shift they select, Escape clears the selection."
            )
        )

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._dress()
        elif event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def event(self, event: QEvent) -> bool:
        """Its own keys are not the window's shortcuts while it has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            escape = event.key() == Qt.Key.Key_Escape and self.region() is not None
            if escape or event.key() in KEYS or event.text() in ("+", "-", "0"):
                event.accept()
                return True
        return super().event(event)

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(theme.small_font(self.font()))
        room = self.mapFromScene(self._waveform.sceneBoundingRect()).boundingRect()
        self._marks.paint_legend(painter, QRectF(room), self.tr("{}: no moment stands out"))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def focusInEvent(self, event: Any) -> None:  # noqa: N802 - Qt's
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: Any) -> None:  # noqa: N802 - Qt's
        super().focusOutEvent(event)
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's
        return QSize(160, 6 * self.fontMetrics().height())
