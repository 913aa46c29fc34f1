"""The window's event loop, in four runs of a process each: gaps, stopping, memory.

Needs a display, or QT_QPA_PLATFORM=offscreen. Its start is in the part `start`.
"""

from collections.abc import Iterator

from benchmarks.figures import Table, figure
from benchmarks.measure import Asked
from benchmarks.programs import run


def measured(asked: Asked) -> Iterator[Table]:
    figures = [
        figure(name, unit, *values)
        for part in ("real", "flood", "endless", "stop")
        for name, unit, values in run("-m", "benchmarks.desk_run", part)
    ]
    yield Table("the window", tuple(figures))
