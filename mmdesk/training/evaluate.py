"""`mmdesk evaluate`: what a pack is worth on a split, through the same reader as at the desk."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.metrics import roc_auc_score

from mmdesk import codec
from mmdesk.case import Fact
from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.audio import POSITIONS
from mmdesk.model.sound import SAMPLE_RATE
from mmdesk.packs.manifest import Measured
from mmdesk.packs.reader import Encoded, PackReader
from mmdesk.training.audio import VALVES
from mmdesk.training.baselines import Guesses, image_baseline, liver_baseline, murmur_baseline
from mmdesk.training.calibration import calibration_error
from mmdesk.training.data import LABELS, data_folder, rows_of
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.records import blood_values, valve_values
from mmdesk.training.reports import check_reports

RESAMPLES = 1000
CROSS_VALIDATED = "5-fold"
Metric = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True, slots=True)
class Scores:
    """A task on a split: probabilities and targets (n, findings), groups (n,), and for images and
    sounds the share whose examination was told right."""

    probabilities: NDArray[np.float64]
    targets: NDArray[np.bool_]
    groups: NDArray[np.str_]
    recognised: NDArray[np.bool_]


def evaluate(pack: Path, data: Path | None, split: str, out: Path | None, reports: int = 0) -> None:
    """Print the results on `split`, and write them to `out` as JSON; with `reports`, write and check that
    many reports as well. Raises PackProblem and TrainingProblem."""
    folder = data_folder(data)
    reader = PackReader(pack)
    measured = [*measure(reader, folder, split), *baselines(reader, folder, split)]
    measured += [item for item in reader.manifest.measured if item.split == CROSS_VALIDATED]
    table = Table(title=f"{reader.manifest.name} {reader.manifest.version} on {split}")
    for heading in ("task", "measure", "value", "95% interval", "groups", "split"):
        table.add_column(heading)
    for item in measured:
        interval = f"{item.low:.3f} – {item.high:.3f}"
        table.add_row(item.task, item.metric, f"{item.value:.3f}", interval, str(item.groups), item.split)
    Console().print(table)
    if reports:
        counts = check_reports(reader, folder, split, reports)
        Console().print("\n".join(f"{name}: {count}" for name, count in counts.items()))
    if out is not None:
        out.write_text(json.dumps([codec.encode(item) for item in measured], indent=1), encoding="utf-8")


def measure(reader: PackReader, folder: Path, split: str) -> list[Measured]:
    """Every task that has rows in `split`."""
    measured: list[Measured] = []
    for name in IMAGE_TASKS:
        scores = score_images(reader, folder, name, split)
        if scores is not None:
            measured += image_measures(name, scores, split)
    clips = score_clips(reader, folder, split)
    if clips is not None:
        measured += murmur_measures(clips, split)
    for name, scores in (
        ("valve", score_patients(reader, folder, split)),
        ("liver", score_blood(reader, folder, split)),
    ):
        if scores is not None:
            measured += sigmoid_measures(reader, name, scores, split)
    return measured


def interval(task: str, metric: str, groups: NDArray[np.str_], value: Metric, split: str) -> Measured:
    """The value on all rows, and the middle 95% over 1,000 resamples of whole groups."""
    random = np.random.default_rng(0)
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    values = []
    for _ in range(RESAMPLES):
        chosen = random.integers(0, len(members), len(members))
        try:
            values.append(value(np.concatenate([members[i] for i in chosen])))
        except ValueError:  # a resample without one of the classes has no AUC
            continue
    values = [v for v in values if np.isfinite(v)] or [np.nan]
    low, high = np.quantile(values, (0.025, 0.975))
    return Measured(
        task, metric, float(value(np.arange(len(groups)))), float(low), float(high), len(members), split
    )


def image_measures(name: str, scores: Scores, split: str) -> list[Measured]:
    truth, best = scores.targets.argmax(1), scores.probabilities.argmax(1)
    normal = scores.probabilities[:, 0]
    metrics: dict[str, Metric] = {
        "balanced accuracy": lambda rows: _balanced(truth[rows], best[rows]),
        "AUC, normal or not": lambda rows: _auc(truth[rows] == 0, normal[rows]),
        "accuracy, normal or not": lambda rows: float(((normal[rows] > 0.5) == (truth[rows] == 0)).mean()),
        "examination recognised": lambda rows: float(scores.recognised[rows].mean()),
        "calibration error": lambda rows: _calibration(scores, rows),
    }
    return [interval(name, metric, scores.groups, value, split) for metric, value in metrics.items()]


def murmur_measures(scores: Scores, split: str) -> list[Measured]:
    truth, best = scores.targets.argmax(1), scores.probabilities.argmax(1)
    metrics: dict[str, Metric] = {
        "balanced accuracy, four diseases": lambda rows: four_diseases(truth[rows], best[rows]),
        "examination recognised": lambda rows: float(scores.recognised[rows].mean()),
        "calibration error": lambda rows: _calibration(scores, rows),
    }
    return [interval("murmur", metric, scores.groups, value, split) for metric, value in metrics.items()]


def sigmoid_measures(reader: PackReader, name: str, scores: Scores, split: str) -> list[Measured]:
    measured = []
    for column, spec in enumerate(reader.manifest.task(name).findings):
        truth, probability = scores.targets[:, column], scores.probabilities[:, column]
        metrics: dict[str, Metric] = {
            f"AUC, {spec.label}": lambda rows, t=truth, p=probability: _auc(t[rows], p[rows]),  # type: ignore[misc]
            f"calibration error, {spec.label}": lambda rows, t=truth, p=probability: calibration_error(  # type: ignore[misc]
                p[rows], t[rows]
            ),
        }
        measured += [interval(name, metric, scores.groups, value, split) for metric, value in metrics.items()]
    return measured


def four_diseases(truth: NDArray[np.intp], best: NDArray[np.intp]) -> float:
    """Mean recall of the four diseases; the normal clips come from too few recordings to count."""
    return float(np.mean([(best[truth == c] == c).mean() for c in range(1, 5) if (truth == c).any()]))


def _four(guesses: Guesses) -> Metric:
    return lambda rows: four_diseases(guesses.truth[rows], guesses.best[rows])


def _balanced(truth: NDArray[np.intp], best: NDArray[np.intp]) -> float:
    """Mean recall of the classes that are there; a resample may lack one."""
    return float(np.mean([(best[truth == c] == c).mean() for c in np.unique(truth)]))


def _auc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    if truth.all() or not truth.any():
        return float("nan")
    return float(roc_auc_score(truth, score))


def _calibration(scores: Scores, rows: NDArray[np.intp]) -> float:
    """Of the likeliest finding."""
    probabilities = scores.probabilities[rows]
    best = probabilities.argmax(1)
    right = scores.targets[rows, best]
    return calibration_error(probabilities[np.arange(len(rows)), best], right)


def score_images(reader: PackReader, folder: Path, name: str, split: str) -> Scores | None:
    """As at the desk, but a picture whose examination was not told is scored as what it is."""
    task = reader.manifest.task(name)
    rows = [row for row in rows_of(folder, task.data) if row["split"] == split]
    probabilities, recognised = [], []
    for row in track(rows, f"scoring {name}", transient=True):
        path = folder / task.data / row["path"]
        encoded = reader.encode_image(read_image(path.read_bytes(), path.name).pixels)
        recognised.append(encoded.examination == task.examination)
        probabilities.append(_task_scores(reader, name, [_as(encoded, task.examination)]))
    labels = [LABELS[name].index(row["label"]) for row in rows]
    return _scores(rows, probabilities, np.eye(len(task.findings), dtype=bool)[labels], recognised)


def score_clips(reader: PackReader, folder: Path, split: str) -> Scores | None:
    task = reader.manifest.task("murmur")
    rows = [row for row in rows_of(folder, task.data) if row["split"] == split]
    probabilities, recognised = [], []
    for row in track(rows, "scoring murmur", transient=True):
        encoded = _heard(reader, folder / task.data / row["path"], -1)
        recognised.append(encoded.examination == task.examination)
        probabilities.append(_task_scores(reader, "murmur", [_as(encoded, task.examination)]))
    labels = [LABELS["murmur"].index(row["label"]) for row in rows]
    return _scores(rows, probabilities, np.eye(len(task.findings), dtype=bool)[labels], recognised)


def score_patients(reader: PackReader, folder: Path, split: str) -> Scores | None:
    """Patients the shipped weights have not seen. The rows that carry a fold they have, so those are
    measured by cross-validation instead."""
    rows = [row for row in rows_of(folder, "heart_valve") if row["split"] == split and split != "train"]
    patients: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        patients.setdefault(row["group"], []).append(row)
    firsts, probabilities = [], []
    for own in track(list(patients.values()), "scoring valve", transient=True):
        inputs = [
            _as(
                _heard(reader, folder / "heart_valve" / row["path"], POSITIONS.index(row["position"])),
                "auscultation",
            )
            for row in own
        ]
        inputs.append(_record(reader, valve_values(own[0])))
        firsts.append(own[0])
        probabilities.append(_task_scores(reader, "valve", inputs))
    targets = np.array([[row[valve] == "1" for valve in VALVES] for row in firsts], dtype=bool)
    return _scores(firsts, probabilities, targets, [True] * len(firsts))


def score_blood(reader: PackReader, folder: Path, split: str) -> Scores | None:
    rows = [
        row
        for row in rows_of(folder, "blood_tests")
        if row["split"] == split != "train" and not row["Category"].startswith("0s")
    ]
    probabilities = [_task_scores(reader, "liver", [_record(reader, blood_values(row))]) for row in rows]
    targets = np.array([[not row["Category"].startswith("0=")] for row in rows], dtype=bool)
    return _scores(rows, probabilities, targets, [True] * len(rows))


def _scores(
    rows: list[dict[str, str]], probabilities: list[NDArray[np.float64]], targets: NDArray[np.bool_],
    recognised: list[bool],
) -> Scores | None:  # fmt: skip
    if not rows:
        return None
    groups = np.array([row["group"] for row in rows])
    return Scores(np.stack(probabilities), targets, groups, np.array(recognised))


def _heard(reader: PackReader, path: Path, position: int) -> Encoded:
    return reader.encode_audio(read_audio(path.read_bytes(), path.name, SAMPLE_RATE), position)


def _record(reader: PackReader, values: dict[str, float | bool | str]) -> Encoded:
    return reader.encode_record(tuple(Fact(name, value) for name, value in values.items()), [])


def _as(encoded: Encoded, examination: str | None) -> Encoded:
    return replace(encoded, examination=examination)


def _task_scores(reader: PackReader, name: str, inputs: list[Encoded]) -> NDArray[np.float64]:
    return np.array([f.probability for f in reader.score(inputs).findings if f.task == name])


def baselines(reader: PackReader, folder: Path, split: str) -> list[Measured]:
    """The sceptic's models on the same rows."""
    measured = []
    for name in IMAGE_TASKS:
        rows = [row for row in rows_of(folder, reader.manifest.task(name).data) if row["split"] == split]
        if not rows:
            continue
        decision = image_baseline(folder, reader.manifest, name, split)
        truth = np.array([LABELS[name].index(row["label"]) for row in rows])
        groups = np.array([row["group"] for row in rows])
        metrics: dict[str, Metric] = {
            "balanced accuracy, PCA + SVM": lambda r, t=truth, d=decision: _balanced(t[r], d[r].argmax(1)),  # type: ignore[misc]
            "AUC, normal or not, PCA + SVM": lambda r, t=truth, d=decision: _auc(t[r] == 0, d[r, 0]),  # type: ignore[misc]
        }
        measured += [interval(name, metric, groups, value, split) for metric, value in metrics.items()]
    metric = "balanced accuracy, four diseases, SVM on spectral means"
    for guesses, name in zip(murmur_baseline(folder, split), (split, CROSS_VALIDATED), strict=True):
        if len(guesses.truth):
            measured.append(interval("murmur", metric, guesses.groups, _four(guesses), name))
    probability, sick = liver_baseline(folder, reader.manifest)
    everyone = np.arange(len(sick)).astype(str)
    metric = "AUC, liver disease, random forest"
    measured.append(
        interval("liver", metric, everyone, lambda r: _auc(sick[r], probability[r]), CROSS_VALIDATED)
    )
    return measured
