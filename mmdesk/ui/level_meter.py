"""How loud it is: a bar for the mean, a line for the peak that stays for a while; and how loud it was."""

import math
from collections import deque

from PySide6.QtCore import QElapsedTimer, QEvent, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mmdesk.ui import theme
from mmdesk.ui.theme import GRID

FLOOR = -60.0  # dB of full scale where the bar begins
HOLD = 1500  # ms for which the highest peak stays
FALL = 1.2  # dB from one look to the next, at most
TRACE = 300  # looks, ten seconds
QUIET = 1e-3  # of full scale: what is softer is drawn as softer
TOP = -3.0  # dB above which it is coloured as too loud


def decibels(level: float) -> float:
    return 20 * math.log10(level) if level > 0 else -math.inf


class LevelMeter(QWidget):
    """Drawn when it is told; it has no clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._clock = QElapsedTimer()
        self.clear()
        self.retranslate()

    def clear(self) -> None:
        self.level = self.held = FLOOR
        self.update()

    def show_level(self, peak: float, rms: float) -> None:
        """1 is full scale. The bar rises at once and falls slowly."""
        self.level = max(FLOOR, decibels(rms), self.level - FALL)
        highest = max(FLOOR, decibels(peak))
        if highest >= self.held or not self._clock.isValid() or self._clock.hasExpired(HOLD):
            self.held = highest
            self._clock.start()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = QRectF(self.rect()).adjusted(0, (self.height() - GRID) / 2, 0, -(self.height() - GRID) / 2)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(room, 2, 2)
        painter.setClipRect(QRectF(room.left(), room.top(), self._place(self.level), room.height()))
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(room, 2, 2)
        painter.setClipping(False)
        if self.held > FLOOR:
            painter.setBrush(theme.color("problem" if self.held > TOP else "text"))
            left = max(0.0, self._place(self.held) - 2)
            painter.drawRect(QRectF(left, room.top() - 2, 2, room.height() + 4))
        painter.end()

    def _place(self, decibel: float) -> float:
        """Pixels from the left."""
        return self.width() * min(max(1 - decibel / FLOOR, 0.0), 1.0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's
        return QSize(12 * GRID, 2 * GRID)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Level"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class LevelTrace(QWidget):
    """The peaks of the last looks, the newest at the right, as a waveform is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._peaks: deque[float] = deque(maxlen=TRACE)

    def clear(self) -> None:
        self._peaks.clear()
        self.update()

    def add(self, peak: float) -> None:
        self._peaks.append(peak)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's
        painter = QPainter(self)
        middle, step = self.height() / 2, self.width() / TRACE
        painter.setPen(theme.color("line"))
        painter.drawLine(QLineF(0, middle, self.width(), middle))
        painter.setPen(QPen(theme.color("accent"), max(1.0, step)))
        loudest = max([QUIET, *self._peaks])
        first = self.width() - len(self._peaks) * step
        lines = []
        for number, peak in enumerate(self._peaks):
            half = peak / loudest * (middle - GRID)
            lines.append(QLineF(first + number * step, middle - half, first + number * step, middle + half))
        painter.drawLines(lines)
        painter.end()
