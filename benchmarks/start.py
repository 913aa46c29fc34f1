"""From the start to an engine that is ready, to a usable window and to the help of the command line, each
beside the least that it could be."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.engines import ready
from benchmarks.figures import Goal, Table, figure, ratio
from benchmarks.measure import Asked, by_turns, seconds
from benchmarks.programs import EMPTY_WINDOW, TORCH, WINDOW, there

PAIRS = (
    ("engine ready", "import torch", Goal("≤", 1.3)),
    ("window usable", "empty PySide6 window", None),
    ("mmdesk --help", "empty Python", None),
)


def measured(asked: Asked) -> Iterator[Table]:
    works = {
        "engine ready": lambda: _engine(asked.pack),
        "import torch": lambda: there(TORCH).seconds,
        "window usable": _window,
        "empty PySide6 window": lambda: there(EMPTY_WINDOW).seconds,
        "mmdesk --help": lambda: seconds(lambda: _python("-m", "mmdesk", "--help")),
        "empty Python": lambda: seconds(lambda: _python("-c", "pass")),
    }
    taken = by_turns(works, asked.rounds)
    figures = [figure(name, "s", *values) for name, values in taken.items()]
    figures += [ratio(f"{own} ÷ {other}", taken[own], taken[other], goal) for own, other, goal in PAIRS]
    yield Table("start, each program a new process", tuple(figures))


def _engine(pack: Path) -> float:
    begun = time.perf_counter()
    with ready(pack):
        return time.perf_counter() - begun


def _window() -> float:
    shown = there(WINDOW)
    if shown.torch:
        raise RuntimeError("torch is in the window's process")
    return shown.seconds


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
