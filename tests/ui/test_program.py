"""How files come to a program that a desktop starts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.opened import Opened

from mmdesk import __main__, display
from mmdesk.case import Modality

ASKED = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent
from mmdesk.ui.app import Program
app = Program([])
app.file_asked.connect(print)
QCoreApplication.sendEvent(app, QFileOpenEvent("/cases/one.mmcase"))
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
    [([], []), (["a.png", "b.wav"], ["window", "a.png", "b.wav"]), (["--demo"], ["window", "--demo"])],
)
def test_the_windows_own_program_takes_files(
    monkeypatch: pytest.MonkeyPatch, given: list[str], taken: list[str]
) -> None:
    monkeypatch.setattr(display, "missing", lambda: "There is no display for a window.")
    monkeypatch.setattr(sys, "argv", ["mmdesk-window", *given])
    monkeypatch.setattr("mmdesk.cli.main", lambda: None)
    __main__.window()
    assert sys.argv[1:] == taken
