"""Programs that say when they are there and what they hold then, each run in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

SAY = """
import json, sys, time
def say():
    then = time.time()
    import psutil
    held = psutil.Process().memory_info().rss
    print(json.dumps([then, held, sorted({"torch"} & sys.modules.keys())]), flush=True)
"""
TORCH = SAY + "import torch; say()"
EMPTY_WINDOW = (
    SAY
    + """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(1440, 900)
window.show()
QTimer.singleShot(0, lambda: (say(), app.quit()))
app.exec()
"""
)
WINDOW = (
    SAY
    + """
from mmdesk import __main__, display
display.missing()
from mmdesk.ui import app as application
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication([])
desk = application.Application(app, *application.store.load())
desk.start([], demo=False)
QTimer.singleShot(0, lambda: (say(), desk.window.close()))
app.exec()
"""
)


@dataclass(frozen=True, slots=True)
class There:
    """Seconds from the start of the interpreter until it said so, bytes that it held then (resident set), and
    whether torch was among its modules."""

    seconds: float
    memory: int
    torch: bool


def there(script: str) -> There:
    begun = time.time()
    then, memory, torch = run("-c", script)
    return There(then - begun, memory, bool(torch))


def run(*arguments: str) -> Any:
    """What Python with these arguments says, as JSON, without anything kept from before."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=True,
            env={**os.environ, "MMDESK_HOME": home}, cwd=ROOT,
        )  # fmt: skip
    return json.loads(done.stdout)
