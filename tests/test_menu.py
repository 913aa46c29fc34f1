"""mmdesk in the menu of a Linux desktop."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmdesk import menu
from mmdesk.errors import UserProblem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="desktops of Linux")

KIND = """
import sys
from PySide6.QtCore import QMimeDatabase
kind = QMimeDatabase().mimeTypeForFile(sys.argv[1])
print(kind.name(), *kind.parentMimeTypes())
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where this user's desktop looks."""
    program = tmp_path / "a b$c%d" / "bin" / "mmdesk-window"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(sys, "executable", str(program.with_name("python3")))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_what_is_written_is_taken_out_again(data: Path) -> None:
    written = menu.add()
    assert {path.suffix for path in written} == {".desktop", ".xml", ".svg"}
    assert all(path.is_file() and path.is_relative_to(data) for path in written)
    assert menu.add() == written
    assert menu.remove() == written
    assert not any(path.exists() for path in written)
    assert menu.remove() == []


def test_the_entry_is_valid_and_starts_this_program(data: Path) -> None:
    entry = next(path for path in menu.add() if path.suffix == ".desktop")
    start = next(line for line in entry.read_text(encoding="utf-8").splitlines() if line.startswith("Exec="))
    assert start.endswith(r'a b\\$c%%d/bin/mmdesk-window" %F')
    validator = shutil.which("desktop-file-validate")
    assert validator or "CI" not in os.environ
    if validator:
        done = subprocess.run([validator, entry], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


def test_a_case_file_is_known_by_its_name(data: Path, tmp_path: Path) -> None:
    menu.add()
    case = tmp_path / "one.mmcase"
    case.write_bytes(b"PK\x03\x04")
    python = Path(sys.prefix) / "bin" / "python3"
    done = subprocess.run(
        [python, "-c", KIND, case], capture_output=True, text=True, check=True,
        env={**os.environ, "XDG_DATA_HOME": str(data), "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.stdout.split() == ["application/vnd.mmdesk.case", "application/zip"]


def test_the_program_may_lie_elsewhere(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after pip install --user."""
    program = Path(sys.executable).with_name("mmdesk-window")
    elsewhere = program.rename(tmp_path / "mmdesk-window")
    elsewhere.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert f'Exec="{elsewhere}" %F' in menu.add()[0].read_text(encoding="utf-8")


def test_a_frozen_program_gives_the_indexers_the_systems_libraries(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/mmdesk/_internal")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/theirs")
    indexer = tmp_path / "tools" / "update-mime-database"
    indexer.parent.mkdir()
    indexer.write_text(f'#!/bin/sh\necho "$LD_LIBRARY_PATH" > {tmp_path}/seen\n')
    indexer.chmod(0o755)
    monkeypatch.setenv("PATH", str(indexer.parent), prepend=os.pathsep)
    menu.add()
    assert (tmp_path / "seen").read_text() == "/opt/theirs\n"


def test_without_the_programs_window_nothing_is_written(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(sys.executable).with_name("mmdesk-window").unlink()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UserProblem, match="mmdesk-window"):
        menu.add()
    assert not data.exists()


def test_a_folder_whose_name_is_no_text(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff")) / "mmdesk-window"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "executable", str(program.with_name("python3")))
    with pytest.raises(UserProblem, match="Rename the folder"):
        menu.add()
    assert not data.exists()


def test_a_folder_that_cannot_be_written_is_named(data: Path) -> None:
    data.write_text("a file")
    with pytest.raises(UserProblem, match=r"mmdesk\.desktop"):
        menu.add()


@pytest.mark.parametrize("named", [None, "", "relative"])
def test_without_a_named_folder_it_is_the_homes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", named or "")
    if named is None:
        monkeypatch.delenv("XDG_DATA_HOME")
    assert menu.add()[0] == tmp_path / "home" / ".local" / "share" / "applications" / "mmdesk.desktop"


def test_other_systems_are_told_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UserProblem, match="Open with"):
        menu.add()
