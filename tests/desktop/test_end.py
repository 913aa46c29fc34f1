"""How the program ends: closed by the window system, and killed while somebody types."""

from pathlib import Path
from subprocess import Popen

import psutil
import pytest

from mmdesk import casefile
from mmdesk.case import Modality
from mmdesk.errors import CaseProblem

from .conftest import Desktop, until

RECORD, NOTICE_BUTTON = (520, 700), (1356, 71)
FIRST, SECOND, THIRD = "4-year-old boy with fever.", " Cough for three days, no chest pain.", " Seen."


def engines(program: Popen[bytes]) -> list[psutil.Process]:
    children = psutil.Process(program.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def kept(home: Path) -> str:
    """The record of the only case that is kept, "" while there is none."""
    for path in home.rglob("*.mmcase"):
        try:
            (item,) = casefile.load(path).case.inputs[Modality.RECORD]
        except CaseProblem:
            return ""
        return (item.data or b"").decode()
    return ""


def opened_by(home: Path, program: Popen[bytes]) -> bool:
    return bool(list(home.rglob(f"*.{program.pid}.open")))


@pytest.mark.parametrize("how", ["by the window system", "Ctrl+Q"])
@pytest.mark.parametrize("when", ["loading", "working"])
def test_closing_ends_everything(desktop: Desktop, tmp_path: Path, how: str, when: str) -> None:
    program = desktop.run("-m", "mmdesk")
    window = desktop.window("mmdesk")
    left = until(lambda: engines(program), "the engine's process")
    desktop.hand("windowfocus", window, "mousemove", *RECORD, "click", 1)
    if when == "working":
        desktop.hand("type", "--delay", 5, FIRST)
        desktop.hand("key", "F5")
    if how == "Ctrl+Q":
        desktop.hand("key", "ctrl+q")
    else:
        desktop.ask_to_close(window)
    until(lambda: not desktop.hand("search", "--onlyvisible", "--name", "mmdesk"), "the window to go")
    assert program.wait(60) == 0
    assert gone(left)
    assert desktop.complaints() == ""
    assert list((tmp_path / "home").rglob("*.open")) == []


@pytest.mark.parametrize("after", [0.0, 0.4, 1.3])
def test_what_was_typed_before_a_crash_comes_back(desktop: Desktop, tmp_path: Path, after: float) -> None:
    home = tmp_path / "home"
    program = desktop.run("-m", "mmdesk")
    window = desktop.window("mmdesk")
    desktop.hand("windowfocus", window, "mousemove", *RECORD, "click", 1)
    desktop.hand("type", "--delay", 5, FIRST)
    until(lambda: kept(home) == FIRST, "the first sentence on disk")
    left = engines(program)
    desktop.hand("type", "--delay", 5, SECOND, "sleep", after)
    program.kill()
    program.wait()
    until(lambda: gone(left), "the engine to end without its window")
    before = kept(home)
    assert (FIRST + SECOND).startswith(before) and before.startswith(FIRST)

    again = desktop.run("-m", "mmdesk")
    window = desktop.window("mmdesk")
    until(lambda: engines(again), "the engine's process")

    def open_it() -> bool:
        """By the button of the line below the toolbar, once it is there."""
        desktop.hand("windowfocus", window, "mousemove", *NOTICE_BUTTON, "click", 1)
        return opened_by(home, again)

    until(open_it, "the case to be opened")
    desktop.hand("mousemove", *RECORD, "click", 1, "key", "ctrl+End", "type", "--delay", 5, THIRD)
    until(lambda: kept(home) == before + THIRD, "the case as it was, and what was typed since")
    desktop.ask_to_close(window)
    assert again.wait(60) == 0
    assert desktop.complaints() == ""
