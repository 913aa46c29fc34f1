"""Makes the pictures of the README: the window as it reads the sample case, and the report with what it
rests on.

    python recipes/make_pictures.py

It is the real window with the built-in pack in its child process, led by a hand; offscreen, unless
QT_QPA_PLATFORM asks for a display. The recording begins when the pack is loaded, and shows everything at
the speed at which it happened: that of this computer, which also takes the frames.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter, QPolygonF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from mmdesk import resources
from mmdesk.engine.state import Phase
from mmdesk.settings import Settings
from mmdesk.ui import app as application
from mmdesk.ui.report_text import ReportText
from mmdesk.ui.theme import GRID
from mmdesk.ui.window import MainWindow

WINDOW = (1440, 900)
COLOURS = 256
FRAME_S = 0.1  # between two frames at least
EMPTY_S, WAY_S, CLICK_S, READ_S, CHOSEN_S = 0.7, 0.3, 0.15, 0.4, 1.4
PATIENCE_S = 120.0
SAMPLE = "Try the sample case"
IMAGE, IMPRESSION, RECORD = "The pattern of the radiograph", "The case", "Above the limits"
POINTER = ((0, 0), (0, 17), (4, 13.5), (6.5, 19.5), (9, 18.5), (6.5, 12.5), (12, 12))


class Hand:
    """Moves a pointer over the window, clicks, and takes a frame of all that changes meanwhile."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._at = QPointF(WINDOW[0] * 0.6, WINDOW[1] * 0.5)
        self._looked = 0.0
        self.frames: list[tuple[float, QImage]] = []  # each with the moment it was first seen

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the window does not go on")
            QCoreApplication.processEvents()
            self._look()
            time.sleep(0.01)  # the engine works meanwhile

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)

    def click(self, widget: QWidget, place: QPoint) -> None:
        self._go(QPointF(widget.mapTo(self._window, place)))
        QTest.mouseMove(widget, place)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=place)
        self.wait(CLICK_S)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=place)

    def _go(self, target: QPointF) -> None:
        begun, start = time.monotonic(), self._at

        def there() -> bool:
            share = min((time.monotonic() - begun) / WAY_S, 1)
            self._at = start + (target - start) * share
            return share == 1

        self.until(there)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < FRAME_S:
            return
        self._looked = now
        picture = QImage(self._window.size(), QImage.Format.Format_RGB32)
        self._window.render(picture)
        self._draw_pointer(picture)
        if not self.frames or picture != self.frames[-1][1]:
            self.frames.append((now, picture))

    def _draw_pointer(self, picture: QImage) -> None:
        """A picture of a window has none."""
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("white"))
        painter.translate(self._at)
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in POINTER]))
        painter.end()


def choose(hand: Hand, text: ReportText, start: str) -> None:
    """Click on the sentence that begins so, and look at what lights up."""
    sentence = next(one.text for one in text.sentences() if one.text.startswith(start))
    found = text.document().find(sentence)
    found.setPosition(found.selectionStart())
    below = text.cursorRect(found).bottom() + GRID // 2 - text.viewport().height()
    if below > 0:
        text.verticalScrollBar().setValue(text.verticalScrollBar().value() + below)
    hand.click(text.viewport(), text.cursorRect(found).center() + QPoint(GRID * 24, 0))
    hand.wait(CHOSEN_S)


def act(window: MainWindow, hand: Hand) -> QImage:
    """From the empty window to the evidence; the window with the impression's, without a pointer."""
    text = window.report.text
    hand.wait(EMPTY_S)
    sample = next(button for button in window.findChildren(QPushButton) if button.text() == SAMPLE)
    hand.click(sample, sample.rect().center())
    hand.until(lambda: window.desk.report is not None and not window.desk.working)
    hand.wait(READ_S)
    choose(hand, text, IMAGE)
    choose(hand, text, IMPRESSION)
    still = window.grab().toImage()
    choose(hand, text, RECORD)
    return still


def to_pillow(picture: QImage) -> Image.Image:
    picture = picture.convertToFormat(QImage.Format.Format_RGBX8888)
    size, data = (picture.width(), picture.height()), bytes(picture.constBits())
    return Image.frombytes("RGBX", size, data).convert("RGB")


def reduced(pictures: list[Image.Image]) -> list[Image.Image]:
    """In one palette for all, without dithering: in a loop, what stays as it is costs nothing."""
    width, height = pictures[0].size
    strip = Image.new("RGB", (width, height * len(pictures)))
    for place, picture in enumerate(pictures):
        strip.paste(picture, (0, height * place))
    strip = strip.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    return [strip.crop((0, height * n, width, height * (n + 1))) for n in range(len(pictures))]


def save_loop(frames: list[tuple[float, QImage]], end: float, path: Path) -> None:
    moments = [*(moment for moment, _ in frames), end]
    shown = [round((after - before) * 1000) for before, after in pairwise(moments)]
    first, *others = reduced([to_pillow(picture) for _, picture in frames])
    first.save(path, save_all=True, append_images=others, duration=shown, loop=0, disposal=1)


def record(folder: Path) -> None:
    app = QApplication([])
    if not QFontDatabase.families():
        raise SystemExit("No font is installed; the words would be boxes.")
    desk = application.Application(app, Settings(theme="dark", language="en"), None)
    window = desk.window
    window.resize(*WINDOW)
    desk.start((), demo=False)
    hand = Hand(window)
    hand.until(lambda: desk.worker.state.phase is Phase.READY)
    hand.frames.clear()
    still = act(window, hand)
    end = time.monotonic()
    reduced([to_pillow(still)])[0].save(folder / "window.png", optimize=True)
    save_loop(hand.frames, end, folder / "analysis.gif")
    window.close()
    app.exec()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=resources.folder() / "pictures")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = "2"  # for window.png; the loop has one pixel for four
    sys.setswitchinterval(application.SWITCH_S)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MMDESK_HOME"] = home
        record(folder)


if __name__ == "__main__":
    main()
