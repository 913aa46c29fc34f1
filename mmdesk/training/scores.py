"""The data sets' cases scored by a pack, through the same reader as at the desk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from mmdesk.case import Fact
from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.audio import POSITIONS
from mmdesk.model.sound import SAMPLE_RATE
from mmdesk.packs.manifest import Task
from mmdesk.packs.reader import Encoded, PackReader
from mmdesk.training.audio import VALVES, clip_folds
from mmdesk.training.data import LABELS, rows_of
from mmdesk.training.fusion import SMALL
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.measures import Scores
from mmdesk.training.records import blood_values, valve_values

Rows = list[dict[str, str]]


def score_all(reader: PackReader, folder: Path, split: str) -> list[Scores]:
    """Every task that has cases in `split`, unless the small sets' weights have seen them: see folds.py."""
    scored = []
    for task in reader.manifest.tasks:
        cases = cases_of(folder, task, split)
        if not cases or (task.name in SMALL and split in learned_from(task)):
            continue
        probabilities, recognised = [], []
        for case in track(cases, f"scoring {task.name}", transient=True):
            encoded = encode_case(reader, folder, task, case)
            own = [item.examination for item in encoded if item.modality == task.carriers[0]]
            recognised.append(all(name == task.examination for name in own))
            probabilities.append(score_case(reader, task, encoded))
        rows = [case[0] for case in cases]
        low, high = ([[getattr(f, at) for f in task.findings]] * len(rows) for at in ("low", "high"))
        scored.append(
            Scores(
                task, split, np.stack(probabilities), targets_of(task, rows), np.array(low), np.array(high),
                np.array([row["group"] for row in rows]), rows, np.array(recognised),
            )
        )  # fmt: skip
    return scored


def learned_from(task: Task) -> tuple[str, ...]:
    """The splits that the shipped weights have seen."""
    return ("train", "val") if task.name == "murmur" else ("train",)


def cases_of(folder: Path, task: Task, split: str) -> list[Rows]:
    """The manifest's rows by case: a patient has several recordings."""
    rows = [row for row in rows_of(folder, task.data) if row["split"] == split]
    if task.name == "valve":
        patients: dict[str, Rows] = {}
        for row in sorted(rows, key=lambda row: row["group"]):
            patients.setdefault(row["group"], []).append(row)
        return list(patients.values())
    return [[row] for row in rows if not unknown(task, row)]


def fold_rows(task: Task, data: Path) -> tuple[Rows, NDArray[np.intp]]:
    """The cases that are cross-validated, as stage `fusion` orders them within a fold, and their folds."""
    if task.name == "murmur":
        rows = [row for row in rows_of(data, task.data) if row["split"] in learned_from(task)]
        return rows, clip_folds(rows) if rows else np.zeros(0, np.intp)
    rows = [case[0] for case in cases_of(data, task, "train")]
    return rows, np.array([int(row["fold"]) for row in rows])


def unknown(task: Task, row: dict[str, str]) -> bool:
    """A suspect donor's liver is neither healthy nor ill."""
    return task.name == "liver" and row["Category"].startswith("0s")


def targets_of(task: Task, rows: Sequence[dict[str, str]]) -> NDArray[np.bool_]:
    """(n, findings)"""
    if task.name == "valve":
        return np.array([[row[valve] == "1" for valve in VALVES] for row in rows])
    if task.name == "liver":
        return np.array([[not row["Category"].startswith("0=")] for row in rows])
    labels = [LABELS[task.name].index(row["label"]) for row in rows]
    return np.eye(len(task.findings), dtype=bool)[labels]


def encode_case(reader: PackReader, folder: Path, task: Task, case: Rows) -> list[Encoded]:
    """As at the desk, but an input keeps its own examination where another one was told."""
    if task.name == "liver":
        return [_record(reader, blood_values(case[0]))]
    inputs = [
        _image(reader, folder / task.data / row["path"])
        if task.name in IMAGE_TASKS
        else _sound(reader, folder / task.data / row["path"], row.get("position"))
        for row in case
    ]
    if task.name == "valve":
        inputs.append(_record(reader, valve_values(case[0])))
    return inputs


def score_case(reader: PackReader, task: Task, encoded: Sequence[Encoded]) -> NDArray[np.float64]:
    """(findings,) with the inputs taken for what the task reads; (0,) where the needed one is missing."""
    name = task.examination
    taken = [
        replace(item, examination=name) if name and item.modality == task.carriers[0] else item
        for item in encoded
    ]
    return np.array([f.probability for f in reader.score(taken).findings if f.task == task.name])


def _image(reader: PackReader, path: Path) -> Encoded:
    return reader.encode_image(read_image(path.read_bytes(), path.name).pixels)


def _sound(reader: PackReader, path: Path, position: str | None) -> Encoded:
    place = POSITIONS.index(position) if position else -1
    return reader.encode_audio(read_audio(path.read_bytes(), path.name, SAMPLE_RATE), place)


def _record(reader: PackReader, values: dict[str, float | bool | str]) -> Encoded:
    return reader.encode_record(tuple(Fact(name, value) for name, value in values.items()), [])
