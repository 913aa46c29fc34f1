"""What the engine's process and the window's hold, beside the least that they could."""

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import cases
from benchmarks.engines import moments, ready
from benchmarks.figures import Goal, Table, figure, ratio
from benchmarks.measure import Asked
from benchmarks.programs import EMPTY_WINDOW, TORCH, WINDOW, there
from mmdesk.engine.child import BEAT_S
from mmdesk.engine.process import ProcessEngine
from mmdesk.resources import sample_case

MB = 2**20
ROUNDS = 3
CASES = 20  # new ones, after the sample case
GOAL = Goal("≤", 1.2)
AFTER = ("ready", "after the sample case", f"after {CASES} more cases")


def measured(asked: Asked) -> Iterator[Table]:
    weights = (asked.pack / "weights.safetensors").stat().st_size / MB
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        once = {
            **_engine(asked.pack),
            "import torch": there(TORCH).memory / MB,
            "the window's process": there(WINDOW).memory / MB,
            "an empty PySide6 window": there(EMPTY_WINDOW).memory / MB,
        }
        for name, value in once.items():
            taken.setdefault(name, []).append(value)
    least = [torch + 2 * weights for torch in taken["import torch"]]
    figures = [figure(name, "MB", *values) for name, values in taken.items()]
    figures.append(figure("the weights, as a file", "MB", weights))
    figures += [
        ratio(f"engine {name} ÷ (import torch + 2 × the weights)", taken[f"engine {name}"], least, GOAL)
        for name in AFTER
    ]
    windows = (taken["the window's process"], taken["an empty PySide6 window"])
    figures.append(ratio("the window's process ÷ an empty window", *windows))
    yield Table("memory, resident", tuple(figures))


def _engine(pack: Path) -> dict[str, float]:
    with ready(pack) as engine:
        held = [_held(engine)]
        moments(engine, sample_case())
        held.append(_held(engine))
        for seed in range(CASES):
            moments(engine, cases.case(seed))
        held.append(_held(engine))
    return {f"engine {name}": value for name, value in zip(AFTER, held, strict=True)}


def _held(engine: ProcessEngine) -> float:
    """MB, as the engine says itself from time to time."""
    time.sleep(2 * BEAT_S)
    return (engine.state.memory or 0) / MB
