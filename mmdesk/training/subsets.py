"""Every subset of inputs: what an input more or less does to a task's scores.

The inputs that are added are of other people: no person of the data sets has all three.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.progress import track

from mmdesk.case import Modality
from mmdesk.packs.manifest import Measured, Task
from mmdesk.packs.reader import Encoded, PackReader
from mmdesk.training.measures import resampled
from mmdesk.training.scores import cases_of, encode_case, score_case

CASES = 24
STRANGE = "of other people"


def subset_measures(reader: PackReader, folder: Path, split: str) -> list[Measured]:
    """How far a case's probabilities move at most, on average over 24 cases: by inputs that do not carry
    the task, and by each carrier that is left out. Where a task has no cases in `split`, its training
    cases: a change needs no truth."""
    measured = []
    lent = {m: item for m in Modality if (item := _lent(reader, folder, m, split)) is not None}
    for task in reader.manifest.tasks:
        known = split if cases_of(folder, task, split) else "train"
        cases = cases_of(folder, task, known)
        chosen = np.linspace(0, len(cases) - 1, min(CASES, len(cases))).astype(int)
        changes: dict[str, list[float]] = {}
        for place in track(chosen, f"subsets of {task.name}", transient=True):
            own = encode_case(reader, folder, task, cases[place])
            others = [item for m, item in lent.items() if m not in task.carriers]
            for name, change in _changes(reader, task, own, others):
                changes.setdefault(name, []).append(change)
        groups = np.array([cases[place][0]["group"] for place in chosen])
        for name, values in changes.items():
            moved = np.array(values)
            figures = resampled(groups, lambda rows, m=moved: float(m[rows].mean()))  # type: ignore[misc]
            measured.append(Measured(task.name, name, *figures, known, "inputs"))
    return measured


def _lent(reader: PackReader, folder: Path, modality: Modality, split: str) -> Encoded | None:
    """Some input of the modality, the first of the first task that it carries, if the folder has any."""
    task = next(task for task in reader.manifest.tasks if task.carriers[0] == modality)
    cases = cases_of(folder, task, "train") or cases_of(folder, task, split)
    return encode_case(reader, folder, task, cases[0])[0] if cases else None


def _changes(
    reader: PackReader, task: Task, own: Sequence[Encoded], others: Sequence[Encoded]
) -> Iterator[tuple[str, float]]:
    """Name of the subset, largest change of a finding's probability against the task's own inputs."""
    whole = score_case(reader, task, own)
    for count in range(1, len(others) + 1):
        for added in combinations(others, count):
            name = " and ".join(item.modality for item in added)
            scored = score_case(reader, task, [*own, *added])
            yield f"change with {name} {STRANGE}", float(np.abs(scored - whole).max())
    for modality in task.carriers[1:]:
        left = [item for item in own if item.modality != modality]
        yield f"change without {modality}", float(np.abs(score_case(reader, task, left) - whole).max())
