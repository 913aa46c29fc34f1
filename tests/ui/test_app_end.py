"""What never returns does not keep a closed program alive."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from support.scripted import reached
from mmdesk.ui import app as application
from mmdesk.ui.worker import Worker

folder = Path(sys.argv[1])
if sys.argv[2] == "engine":
    application.PATIENCE_MS = 50
else:
    application.WRITING_S = 0.5
app = QApplication([])
app.setQuitOnLastWindowClosed(False)
settings, _ = application.store.load()
worker = Worker("thread", factory="support.scripted:BlockedEngine")
one = application.Application(app, settings, None, worker)
worker.start(folder)
one.window.show()
one.window.desk.model.set_record("4-year-old boy")
one.window.desk.analyse()
asking = QTimer(interval=5)
asking.timeout.connect(lambda: reached(folder, "block") and close())

def close():
    asking.stop()
    if sys.argv[2] == "read":
        one.window.desk.decoding.run("picture", threading.Event().wait, print)
    one.window.close()

asking.start()
app.exec()
"""


def run(folder: Path, deaf: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "MMDESK_HOME": str(folder / "home"), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), deaf],
        env=environment, timeout=60, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_a_deaf_engine_in_this_process_ends_with_it(tmp_path: Path) -> None:
    done = run(tmp_path, "engine")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "home").rglob("*.mmcase"))


def test_a_read_that_never_returns_does_not_keep_a_closed_program(tmp_path: Path) -> None:
    done = run(tmp_path, "read")
    assert done.returncode == 1, done.stderr
    assert list((tmp_path / "home").rglob("*.mmcase"))  # what was to be written is written before
