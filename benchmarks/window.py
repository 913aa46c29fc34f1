"""Times the window: its start beside an empty one, gaps of its event loop, stopping, memory.

    python benchmarks/window.py

Needs the `dev` extra and a display, or QT_QPA_PLATFORM=offscreen. Prints medians and
asserts that the window's process does not import torch; asserts no time.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 9
FLOOD_S = 5
ROOT = Path(__file__).parent.parent

EMPTY = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1440, 900)
window.show()
QTimer.singleShot(0, lambda: (print(time.time(), flush=True), app.quit()))
app.exec()
"""
OURS = """
import sys, time
from mmdesk import __main__, display
display.missing()
from mmdesk.ui import app as application
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
desk = application.Application(app, *application.store.load())
desk.start([], demo=False)
def usable():
    print(time.time(), *({"torch"} & sys.modules.keys()), flush=True)
    desk.window.close()
QTimer.singleShot(0, usable)
app.exec()
"""


def start_seconds(script: str) -> float:
    """From the start of the interpreter to an event loop that has shown the window."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.time()
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env={**os.environ, "MMDESK_HOME": home}, cwd=ROOT,
        )  # fmt: skip
    shown, *torch = done.stdout.split()
    assert not torch, "torch in the window's process"
    return float(shown) - begun


def start_times() -> None:
    pairs = [(start_seconds(OURS), start_seconds(EMPTY)) for _ in range(RUNS)]
    ours, empty = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"window usable: {ours:.2f} s, an empty PySide6 window: {empty:.2f} s, ratio {ours / empty:.1f}")


def desk_run(part: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.desk_run", part], capture_output=True, text=True, check=True,
            env={**os.environ, "MMDESK_HOME": home}, cwd=ROOT,
        )  # fmt: skip
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    start_times()
    for part in ("real", "flood", "endless", "stop"):
        for name, value in desk_run(part).items():
            print(f"{name}: {value}")
