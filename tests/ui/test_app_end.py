"""An engine that shares the window's process and never returns does not keep the program alive."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from support.scripted import reached
from mmdesk.ui import app as application
from mmdesk.ui.worker import Worker

application.PATIENCE_MS = int(sys.argv[2])
folder = Path(sys.argv[1])
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
asking.timeout.connect(lambda: reached(folder, "block") and (asking.stop(), one.window.close()))
asking.start()
app.exec()
"""


def test_a_deaf_engine_in_this_process_ends_with_it(tmp_path: Path) -> None:
    environment = {
        **os.environ, "MMDESK_HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), "50"],
        env=environment, timeout=60, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "home").rglob("*.mmcase"))
