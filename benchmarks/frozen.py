"""Weighs and times the frozen program beside the one that pip installed, in pairs.

    python benchmarks/frozen.py [dist/mmdesk]

Needs a display, or QT_QPA_PLATFORM=offscreen. Prints megabytes by part, and medians of the seconds from
the start of the process to a usable window and to the report of the sample case.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
INSTALLED = (sys.executable, "-m", "mmdesk", "window")
LINES = ("usable window", "report of the sample case")


def megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files if not file.is_symlink()) / 1e6


def weigh(folder: Path) -> None:
    inside = folder / "_internal"
    parts = [*inside.iterdir(), *(part for part in folder.iterdir() if part != inside)]
    sizes = sorted(((megabytes(part), part.name) for part in parts), reverse=True)
    print(f"{sum(size for size, _ in sizes):.0f} MB in all")
    for size, name in sizes[:10]:
        print(f"{size:6.0f} MB  {name}")
    print(f"{sum(size for size, _ in sizes[10:]):6.0f} MB  the rest")


def seconds(*command: str) -> list[float]:
    """From the start to each line that the self-test says."""
    with tempfile.TemporaryDirectory() as home:
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


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "dist/mmdesk")
    weigh(folder)
    pairs = [(seconds(str(folder / "mmdesk-window")), seconds(*INSTALLED)) for _ in range(RUNS + 1)][1:]
    for line, name in enumerate(LINES):
        frozen, installed = (statistics.median(pair[side][line] for pair in pairs) for side in (0, 1))
        print(f"{name}: frozen {frozen:.2f} s, installed {installed:.2f} s, ratio {frozen / installed:.2f}")
