"""The frozen program, weighed and timed beside the one that pip installed.

Needs dist/mmdesk, and a display, or QT_QPA_PLATFORM=offscreen.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Table, figure, ratio
from benchmarks.measure import Asked
from benchmarks.programs import ROOT

FOLDER = ROOT / "dist" / "mmdesk"
INSTALLED = (sys.executable, "-m", "mmdesk", "window")
LINES = ("usable window", "report of the sample case")  # that the self-test says
MOST = 10  # parts that are named


def measured(asked: Asked) -> Iterator[Table]:
    if not FOLDER.is_dir():
        yield Table("the frozen program", notes=("there is no dist/mmdesk; .ci/freeze makes it",))
        return
    yield Table("the frozen program, by part", tuple(_weighed(FOLDER)))
    programs = {"frozen": (str(FOLDER / "mmdesk-window"),), "installed": INSTALLED}
    rounds = [
        {name: _times(*command) for name, command in programs.items()} for _ in range(asked.rounds + 1)
    ][1:]
    figures = []
    for place, line in enumerate(LINES):
        own, other = ([one[name][place] for one in rounds] for name in programs)
        figures += [figure(f"{line}, frozen", "s", *own), figure(f"{line}, installed", "s", *other)]
        figures.append(ratio(f"{line}, frozen ÷ installed", own, other))
    yield Table("the frozen program, from its start", tuple(figures))


def _weighed(folder: Path) -> Iterator[Figure]:
    inside = folder / "_internal"
    parts = [*inside.iterdir(), *(part for part in folder.iterdir() if part != inside)]
    sizes = sorted(((_megabytes(part), part.name) for part in parts), reverse=True)
    yield figure("in all", "MB", sum(size for size, _ in sizes))
    for size, name in sizes[:MOST]:
        yield figure(name, "MB", size)
    yield figure("the rest", "MB", sum(size for size, _ in sizes[MOST:]))


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files if not file.is_symlink()) / 1e6


def _times(*command: str) -> list[float]:
    """From the start to each line that the self-test says, in seconds."""
    with TemporaryDirectory() as home:
        begun = time.perf_counter()
        with subprocess.Popen(
            [*command, "--self-test", home],
            env={**os.environ, "MMDESK_HOME": home}, stdout=subprocess.PIPE,
        ) as program:  # fmt: skip
            assert program.stdout is not None
            times = [time.perf_counter() - begun for _ in program.stdout]
        if program.returncode:
            raise RuntimeError(f"{command[0]} ended with {program.returncode}")
        return times
