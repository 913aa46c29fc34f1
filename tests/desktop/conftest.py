"""A real display (Xvfb) and a hand for its mouse and keys (xdotool)."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import xvfb

PATIENCE_S = 60.0
CLOSE_WINDOW = str(Path(__file__).parent.parent / "support" / "close_window.py")


def until(condition: Callable[[], object], what: str) -> object:
    """The first true value of the condition; looks ten times a second."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)  # other processes have no signal to wait for
    raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}")


class Desktop:
    """A display, and the programs that were started on it."""

    def __init__(self, display: str, home: Path) -> None:
        self.environment = {
            **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "MMDESK_HOME": str(home),
        }  # fmt: skip
        self._programs: list[subprocess.Popen[bytes]] = []
        self._errors = home.with_suffix(".errors")

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._errors.open("ab") as errors:
            program = subprocess.Popen([sys.executable, *arguments], env=self.environment, stderr=errors)
        self._programs.append(program)
        return program

    def complaints(self) -> str:
        """What the programs said to their stderr."""
        return self._errors.read_text()

    def hand(self, *words: object) -> str:
        """One xdotool command."""
        done = subprocess.run(
            ["xdotool", *map(str, words)], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def window(self, name: str) -> str:
        """The id of a window by its title, once it is there."""

        def look() -> str:
            assert self._programs[-1].poll() is None, self.complaints()
            return self.hand("search", "--onlyvisible", "--name", name)

        return str(until(look, f"a window {name}"))

    def ask_to_close(self, window: str) -> None:
        """As by the cross in its frame."""
        subprocess.run([sys.executable, CLOSE_WINDOW, window], env=self.environment, check=True)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.hand("mousemove", *start, "mousedown", 1)
        for step in range(1, 11):
            point = [a + (b - a) * step // 10 for a, b in zip(start, end, strict=True)]
            self.hand("mousemove", *point, "sleep", 0.05)
        self.hand("sleep", 0.3, "mouseup", 1)

    def close(self) -> None:
        for program in self._programs:
            program.kill()
            program.wait()


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    if shutil.which("xdotool") is None:
        xvfb.missing("not installed: xdotool")
    with xvfb.display() as display:
        desktop = Desktop(display, tmp_path / "home")
        try:
            yield desktop
        finally:
            desktop.close()
