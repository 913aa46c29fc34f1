"""Many cases at once, by the number of workers and of cases that each reads together, beside one case after
the other in an engine that is warm."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

import psutil

from benchmarks import cases
from benchmarks.engines import moments, ready
from benchmarks.figures import Curve, Figure, Goal, Table, figure
from benchmarks.measure import Asked
from mmdesk.batch import SIZE
from mmdesk.batch.events import Ended, RowsRead, State
from mmdesk.batch.run import run
from mmdesk.engine import StopToken

MB = 2**20
SOME = 128  # cases, for each number of workers and size
ALONE = 30  # cases one by one, before and after the batch
SIZES = (1, 8, SIZE)
EVERY_S = 0.5  # memory is looked at
RATE = Goal("≥", 3.0)
FLAT = Goal("≤", 1.05)
Alone = dict[str, list[float]]  # cases a second, "to the last word" and "with maps"


def measured(asked: Asked) -> Iterator[Table]:
    cores = psutil.cpu_count(logical=False) or 1
    with TemporaryDirectory() as place:
        some = Path(place, "some")
        cases.write(some, SOME)
        figures = [
            figure(f"{workers} worker{'s' * (workers > 1)}, {size} together", "cases/s", rate)
            for workers in sorted({1, cores})
            for size in SIZES
            for rate in (_rate(some, asked, workers=workers, size=size),)
        ]
        yield Table(f"a batch of {SOME} cases, its start counted", tuple(figures))
        every = Path(place, "every")
        cases.write(every, asked.cases)
        yield _long(every, asked)


def _long(folder: Path, asked: Asked) -> Table:
    """As it is without being told otherwise, with its memory."""
    before = _alone(asked)
    with _Memory() as memory:
        rate = _rate(folder, asked)
    after = _alone(asked)
    figures = [figure("batch", "cases/s", rate)]
    for name in before:
        own = before[name] + after[name]
        figures.append(figure(f"one by one, {name}", "cases/s", *own))
    for name in before:
        one = median(before[name] + after[name])
        figures.append(figure(f"batch ÷ one by one, {name}", "×", rate / one, goal=RATE))
    return Table(
        f"a batch of {asked.cases:,} cases", (*figures, *memory.figures()), curves=tuple(memory.curves())
    )


def _rate(folder: Path, asked: Asked, **told: int) -> float:
    """Cases a second, from the start to the table that is written."""
    with TemporaryDirectory() as place:
        begun = perf_counter()
        for event in run(folder, Path(place, "read.parquet"), pack=asked.pack, stop=StopToken(), **told):
            if isinstance(event, RowsRead):
                bad = next((row for row in event.rows if row.state is not State.READ), None)
                if bad is not None:
                    raise RuntimeError(f"{bad.name}: {bad.problem}")
            elif isinstance(event, Ended):
                return event.progress.done / (perf_counter() - begun)
    raise RuntimeError("the batch did not end")


def _alone(asked: Asked) -> Alone:
    """Of so many cases each; what the first one needs to warm up does not count."""
    with ready(asked.pack) as engine:
        moments(engine, cases.case(asked.cases))
        fresh = iter(range(asked.cases + 1, asked.cases + 1 + 2 * ALONE))
        words = [1 / moments(engine, cases.case(next(fresh)), maps=False)["last word"] for _ in range(ALONE)]
        whole = [1 / moments(engine, cases.case(next(fresh)))["end"] for _ in range(ALONE)]
    return {"to the last word": words, "with maps": whole}


class _Memory:
    """What this process and those that it started hold, looked at while it is open."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float, float]] = []  # seconds, MB of the workers, MB of their parent
        self._end = Event()
        self._thread = Thread(target=self._look, name="memory")

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        own, begun = psutil.Process(), perf_counter()
        while not self._end.wait(EVERY_S):
            held = 0
            for child in own.children(recursive=True):
                try:
                    held += child.memory_info().rss
                except psutil.NoSuchProcess:  # it ended just now
                    continue
            self._points.append((perf_counter() - begun, held / MB, own.memory_info().rss / MB))

    def figures(self) -> Iterator[Figure]:
        """Of the run's second and of its last fifth: in the first, the workers still load."""
        fifth = len(self._points) // 5
        if not fifth:
            return
        for place, name in ((1, "workers"), (2, "their parent")):
            held = [point[place] for point in self._points]
            early, late = median(held[fifth : 2 * fifth]), median(held[-fifth:])
            yield figure(f"memory of {name}, early", "MB", early)
            yield figure(f"memory of {name}, late", "MB", late)
            yield figure(f"memory of {name}, late ÷ early", "×", late / early, goal=FLAT)

    def curves(self) -> Iterator[Curve]:
        for place, name in ((1, "workers"), (2, "their parent")):
            points = tuple((point[0], point[place]) for point in self._points)
            yield Curve(name, "seconds", "MB", points)
