"""Makes the pictures of the README: the window while it reads the sample case, and the report with its
evidence.

    python recipes/make_pictures.py

It is the real window with the built-in pack in its child process, led by a hand; offscreen, unless
QT_QPA_PLATFORM asks for a display. The recording begins when the pack is loaded; from then on it runs at
the speed of what it shows. What the status bar says is this computer's.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter, QPolygonF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from mmdesk import resources
from mmdesk.engine.state import Phase
from mmdesk.settings import Settings
from mmdesk.ui import app as application
from mmdesk.ui.window import MainWindow

WIDTH, HEIGHT = 1440, 900
LOOP = (1080, 675)
COLOURS = 256
FRAME_S = 0.1  # between two frames at the least
PATIENCE_S = 120.0
# Seconds: for the empty window, on the way of the pointer, of a click, for each sentence, for the last one.
EMPTY_S, WAY_S, CLICK_S, SENTENCE_S, LAST_S = 0.8, 0.3, 0.15, 1.6, 2.2
ARROW = ((0, 0), (0, 17), (4, 13.5), (6.5, 19.5), (9, 18.5), (6.5, 12.5), (12, 12))
SAMPLE = "Try the sample case"
SENTENCES = ("The pattern of the radiograph", "The pattern of the heart sound", "Above the limits", "The case")
from mmdesk.ui.report_text import ReportText
from mmdesk.ui.theme import GRID


@dataclass(frozen=True, slots=True)
class Frame:
    seen: float  # seconds
    picture: QImage


class Hand:
    """Moves a pointer over the window and clicks, and takes frames meanwhile."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._at = QPointF(WIDTH / 2, HEIGHT * 0.8)
        self.frames: list[Frame] = []

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the window does not go on")
            QCoreApplication.processEvents()
            self._film()
            time.sleep(0.01)  # the engine works meanwhile

    def stay(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def click(self, widget: QWidget, place: QPoint) -> None:
        self._go(QPointF(widget.mapTo(self._window, place)))
        QTest.mouseMove(widget, place)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=place)
        self.stay(CLICK_S)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=place)

    def _go(self, target: QPointF) -> None:
        begun, start = time.monotonic(), self._at

        def there() -> bool:
            share = min((time.monotonic() - begun) / WAY_S, 1)
            self._at = start + (target - start) * share
            return share == 1

        self.until(there)

    def _film(self) -> None:
        now = time.monotonic()
        if self.frames and now - self.frames[-1].seen < FRAME_S:
            return
        picture = self._window.grab().toImage()
        painter = QPainter(picture)  # offscreen there is no pointer
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("white"))
        painter.translate(self._at)
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in ARROW]))
        painter.end()
        self.frames.append(Frame(now, picture))


def choose(hand: Hand, text: ReportText, start: str) -> None:
    """Click on the sentence that begins so."""
    words = next(one.text for one in text.sentences() if one.text.startswith(start))
    found = text.document().find(words)
    found.setPosition(found.selectionStart())
    below = text.cursorRect(found).bottom() + GRID * 4 - text.viewport().height()
    if below > 0:
        text.verticalScrollBar().setValue(text.verticalScrollBar().value() + below)
    hand.click(text.viewport(), text.cursorRect(found).center() + QPoint(GRID * 20, 0))


def act(window: MainWindow) -> tuple[list[Frame], QImage]:
    """The frames from the empty window on, and the window as it is at the end, without the pointer."""
    hand = Hand(window)
    hand.stay(EMPTY_S)
    button = next(one for one in window.findChildren(QPushButton) if one.text() == SAMPLE)
    hand.click(button, button.rect().center())
    hand.until(lambda: window.desk.report is not None and not window.desk.working)
    for start in SENTENCES:
        hand.stay(SENTENCE_S)
        choose(hand, window.report.text, start)
    hand.stay(LAST_S)
    return hand.frames, window.grab().toImage()


def to_pillow(picture: QImage) -> Image.Image:
    picture = picture.convertToFormat(QImage.Format.Format_RGBX8888)
    size = (picture.width(), picture.height())
    return Image.frombuffer("RGBX", size, bytes(picture.constBits()), "raw", "RGBX", 0, 1).convert("RGB")


def save_loop(frames: Sequence[Frame], path: Path) -> None:
    """One palette for all, no dithering: what does not change costs nothing."""
    small = [to_pillow(frame.picture).resize(LOOP, Image.Resampling.LANCZOS) for frame in frames]
    every = Image.new("RGB", (LOOP[0], LOOP[1] * len(small)))
    for number, one in enumerate(small):
        every.paste(one, (0, number * LOOP[1]))
    palette = every.quantize(COLOURS)
    ...
