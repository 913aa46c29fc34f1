"""Is what is said to weigh most what weighs most? Deletion and insertion curves (Petsiuk et al. 2018).

Parts of an input are taken away, those first that are said to weigh most, and the certainty of the reading
is looked at after each step. A way to find them is worth what it gains over random order. It also has to
forget its map when the weights are shuffled (Adebayo et al. 2018).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from mmdesk.packs.manifest import Measured, Task
from mmdesk.packs.reader import PackReader
from mmdesk.packs.shapley import Bools, Floats
from mmdesk.training.asked import Subject, picture_of, record_of, shuffled, sounds_of
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.measures import resampled
from mmdesk.training.scores import cases_of

ITEMS = 200
STEPS = 10
ORDERS = 1  # random ones
SHUFFLES = 5  # of the weights, in turn: one alone may resemble the pack by chance
SEEN = 32  # pictures that a shuffled encoder is standardised by
WHOLE = ("valve", "liver")  # no case of theirs is in `test`: what a reading rests on is asked, not its truth
RANDOM = "random order"
More = Callable[[Task, Subject], Mapping[str, Callable[[], Floats]]]


def where_measures(
    reader: PackReader, folder: Path, split: str, items: int = ITEMS, more: More | None = None
) -> list[Measured]:
    """Of every task on up to so many of its cases; `more` gives ways to be compared with the pack's."""
    measured: list[Measured] = []
    random = np.random.default_rng(0)
    for task in reader.manifest.tasks:
        own = "train" if task.name in WHOLE else split
        asked = [
            _asked(subject, {**subject.ways, **(more(task, subject) if more else {})}, random)
            for subject in subjects(reader, folder, task, own, items)
        ]
        if asked:
            groups = np.array([group for group, _ in asked])
            measured += _rows(task.name, own, groups, [figures for _, figures in asked])
    return measured


def subjects(reader: PackReader, folder: Path, task: Task, split: str, most: int) -> Iterator[Subject]:
    """As many cases as are wanted or there are, evenly spread over the split."""
    cases = cases_of(folder, task, split)
    if not cases:
        return
    chosen = [cases[n] for n in np.unique(np.linspace(0, len(cases) - 1, min(most, len(cases))).astype(int))]
    pictures = task.name in IMAGE_TASKS
    seen = [folder / task.data / case[0]["path"] for case in chosen[:SEEN] if pictures]
    others = [shuffled(reader, seen, seed) for seed in range(SHUFFLES)]
    for number, case in enumerate(track(chosen, f"where {task.name} rests", transient=True)):
        other = others[number % SHUFFLES]
        if pictures:
            yield picture_of(reader, other, folder, task, case)
        elif task.name == "liver":
            yield record_of(reader, other, folder, task, case)
        else:
            yield from sounds_of(reader, other, folder, task, case, number % len(case))


def _asked(
    subject: Subject, ways: Mapping[str, Callable[[], Floats]], random: np.random.Generator
) -> tuple[str, dict[str, float]]:
    """The case's group, and its figures by the names of the measures."""
    orders = {name: [np.argsort(-way().ravel(), kind="stable")] for name, way in ways.items()}
    orders[RANDOM] = [random.permutation(int(np.prod(subject.shape))) for _ in range(ORDERS)]
    figures = {}
    for kind, certainty in subject.certainty.items():
        areas = {
            name: np.mean([_areas(order, subject.shape, certainty) for order in tried], 0)
            for name, tried in orders.items()
        }
        deleted, inserted = areas.pop(RANDOM)
        for name, (deletion, insertion) in areas.items():
            figures[f"deletion{kind} gained over random, {name}"] = deleted - deletion
            figures[f"insertion{kind} gained over random, {name}"] = insertion - inserted
    own, other = subject.own().ravel(), subject.shuffled().ravel()
    if np.ptp(own) and np.ptp(other):
        kind = " of seconds" if " of seconds" in subject.certainty else ""
        figures[f"rank correlation{kind} with shuffled weights, the pack"] = _rank_correlation(own, other)
    return subject.group, figures


def _areas(
    order: NDArray[np.intp], shape: tuple[int, ...], certainty: Callable[[Bools], Floats]
) -> tuple[float, float]:
    """Under the curve of certainty over the share of parts that is taken away, or put in."""
    counts = np.unique(np.linspace(0, len(order), STEPS + 1).round().astype(int))
    missing = np.zeros((len(counts), len(order)), bool)
    for row, count in zip(missing, counts, strict=True):
        row[order[:count]] = True
    both = certainty(np.concatenate([missing, ~missing]).reshape(-1, *shape))
    deleted, inserted = np.split(both, 2)
    shares = counts / len(order)
    return float(np.trapezoid(deleted, shares)), float(np.trapezoid(inserted, shares))


def _rows(
    task: str, split: str, groups: NDArray[np.str_], figures: Sequence[Mapping[str, float]]
) -> list[Measured]:
    rows = []
    for name in dict.fromkeys(name for each in figures for name in each):
        values = np.array([each.get(name, np.nan) for each in figures])
        value, low, high, count = resampled(groups, partial(_mean, values))
        rows.append(Measured(task, name, value, low, high, count, split, "where"))
    return rows


def _mean(values: Floats, places: NDArray[np.intp]) -> float:
    """Of the cases at these places that have the figure."""
    return float(np.nanmean(values[places]))


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's; ties share their ranks."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Floats) -> Floats:
    in_order = np.sort(values)
    ranks: Floats = (
        np.searchsorted(in_order, values, "left") + np.searchsorted(in_order, values, "right")
    ) / 2
    return ranks
