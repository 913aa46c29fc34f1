"""The small sets, measured out of fold: what stage `fusion` left in the run's folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdesk.errors import TrainingProblem
from mmdesk.packs.manifest import Manifest, Measured, Task
from mmdesk.packs.reader import calibrated
from mmdesk.training.calibration import cross_calibrated
from mmdesk.training.fusion import SMALL
from mmdesk.training.measures import (
    CROSS_VALIDATED,
    Scores,
    calibration_measures,
    difference,
    headline,
    interval,
    threshold_measures,
)
from mmdesk.training.probes import fold_probes
from mmdesk.training.scores import Rows, fold_rows
from mmdesk.training.subgroups import subgroup_measures

Tuning = dict[str, NDArray[Any]]


def read_tuning(run: Path, task: Task) -> Tuning:
    """What calibrates the task: its `calib` split where there is one, `val` else, or out-of-fold scores
    of all. Raises TrainingProblem."""
    path = run / f"tuning.{task.name}.npz"
    if not path.exists():
        raise TrainingProblem(str(run), f"there is no {path.name}", "Name a run whose stage fusion is done.")
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    splits = arrays["splits"]
    for split in ("calib", "val"):
        if (splits == split).any():
            return {name: values[splits == split] for name, values in arrays.items()}
    return arrays


def out_of_fold(spec: Manifest, run: Path, data: Path) -> list[Scores]:
    """The small sets' scores, each case calibrated on other groups. Raises TrainingProblem."""
    return [_scores(task, read_tuning(run, task), data) for task in spec.tasks if task.name in SMALL]


def _scores(task: Task, tuning: Tuning, data: Path) -> Scores:
    held = cross_calibrated(task, tuning["logits"], tuning["targets"], tuning["groups"])
    rows = _rows(task, data)
    if [row["group"] for row in rows] != tuning["groups"].tolist():
        raise TrainingProblem(task.data, "the run was trained on other cases", "Use the same data folder.")
    return Scores(
        task, CROSS_VALIDATED, held.probabilities, tuning["targets"] > 0.5, held.low, held.high,
        tuning["groups"], rows,
    )  # fmt: skip


def _rows(task: Task, data: Path) -> Rows:
    rows, folds = fold_rows(task, data)
    return [rows[i] for i in np.argsort(folds, kind="stable")]


def cross_validated(spec: Manifest, run: Path, data: Path) -> list[Measured]:
    """Results of all carriers and of each alone, what fusing them gains, calibration, subgroups and
    shortcuts. Raises TrainingProblem."""
    measured = []
    for scores in out_of_fold(spec, run, data):
        tuning = read_tuning(run, scores.task)
        ranked = replace(scores, probabilities=_ranked(scores, tuning["logits"]))
        metrics = headline(scores.task, ranked.probabilities, scores.targets)
        measured += [interval(scores, name, metric) for name, metric in metrics.items()]
        for key in (key for key in tuning if key.endswith(" alone")):
            alone = headline(scores.task, _ranked(scores, tuning[key]), scores.targets)
            measured += [interval(scores, f"{name}, {key}", metric) for name, metric in alone.items()]
            measured += [
                difference(scores, f"{name}, gained over {key}", metrics[name], alone[name], "fusion")
                for name in metrics
            ]
        measured += [*calibration_measures(scores), *threshold_measures(scores)]
        measured += [*subgroup_measures(ranked), *fold_probes(ranked, data)]
    return measured


def _ranked(scores: Scores, logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probabilities to rank by: of sigmoids one calibration for all folds, which leaves the order as it
    is; of a softmax the calibration of other groups, where the likeliest is the answer."""
    return scores.probabilities if scores.task.exclusive else calibrated(scores.task, logits)
