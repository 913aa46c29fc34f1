"""How files come to a program that a desktop starts."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from support.opened import Opened

from mmdesk import __main__, display
from mmdesk.case import Modality
from mmdesk.errors import UserProblem

ASKED = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent
from mmdesk.ui.app import Program
app = Program([])
app.file_asked.connect(print)
QCoreApplication.sendEvent(app, QFileOpenEvent("/cases/one.mmcase"))
"""


DECODING = """
import sys
from PySide6.QtCore import QTimer
from mmdesk.ui import app
app.Application.start = lambda self, paths, demo: QTimer.singleShot(0, self.window.close)
app.run()
from pydicom.pixels.decoders import JPEGLSLosslessDecoder
print(JPEGLSLosslessDecoder.is_available, [name for name in sys.modules if name.startswith("_gdcm")])
"""


INTERRUPTED = """
import warnings
from PySide6.QtCore import QTimer
from mmdesk.ui import app
start = app.Application.start
def started(self, paths, demo):
    start(self, paths, demo)
    warnings.warn("what a library says of a file, which may tell of a person")
    QTimer.singleShot(0, lambda: print("shown", flush=True))
app.Application.start = started
raise SystemExit(app.run())
"""


def test_a_desktop_asks_a_running_program_to_open_a_file() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == "/cases/one.mmcase\n"


def test_what_is_asked_for_lands_in_its_panel(open_window: Callable[..., Opened], tmp_path: Path) -> None:
    opened = open_window()
    note = tmp_path / "note.txt"
    note.write_text("58-year-old man")
    opened.application.open(str(note))
    opened.until(lambda: opened.model.inputs(Modality.RECORD))
    assert opened.window.record.editor.toPlainText() == "58-year-old man"


@pytest.mark.parametrize(
    ("given", "taken"),
    [([], ["window"]), (["a.png"], ["window", "a.png"]), (["--demo"], ["window", "--demo"])],
)
def test_the_windows_own_program_takes_files_and_never_reads_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, given: list[str], taken: list[str]
) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display for a window.")
    monkeypatch.setattr(sys, "argv", ["mmdesk-window", *given])
    monkeypatch.setattr("mmdesk.cli.main", lambda: None)
    __main__.window()
    assert sys.argv[1:] == taken


def test_a_user_without_a_home_is_told_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> int:
        raise UserProblem("mmdesk", "this user has no home folder", "Name one in MMDESK_HOME.")

    application = ModuleType("mmdesk.ui.app")
    vars(application).update(run=run)
    monkeypatch.setitem(sys.modules, "mmdesk.ui.app", application)
    monkeypatch.setattr(display, "missing", lambda: None)
    monkeypatch.setattr(gc, "disable", lambda: None)
    monkeypatch.setattr(sys, "argv", ["mmdesk"])
    with pytest.raises(SystemExit, match="this user has no home folder"):
        __main__.main()


def test_ctrl_c_before_there_is_a_window_ends_it_quietly(tmp_path: Path) -> None:
    early = "import mmdesk.ui.app as app; app.Program = lambda _: __import__('os').kill(0, 2)"
    done = subprocess.run(
        [sys.executable, "-c", f"{early}; app.run()"], capture_output=True, text=True, check=False,
        start_new_session=True, env={**os.environ, "MMDESK_HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_closes_the_window(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MMDESK_HOME": str(tmp_path)},
    )  # fmt: skip
    assert program.stdout is not None and program.stdout.readline() == "shown\n"
    program.send_signal(signal.SIGINT)
    assert (*program.communicate(timeout=60), program.returncode) == ("", "", 0)


def test_the_windows_process_loads_no_decoder_that_dies_of_a_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DECODING], capture_output=True, text=True, check=False,
        env={**os.environ, "MMDESK_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("False []\n", 0), done.stderr
