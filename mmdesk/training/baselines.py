"""What a sceptic would try first, fitted in the same run on the rows that the pack learned from."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmdesk.packs.manifest import Manifest, Measured, Task
from mmdesk.training.data import Images, from_bytes
from mmdesk.training.measures import CROSS_VALIDATED, Scores, headline, interval
from mmdesk.training.records import BLOOD, blood_values
from mmdesk.training.scores import Rows, cases_of, fold_rows, learned_from, targets_of

Features = NDArray[np.float64]
# murmur, liver: what is fitted to which features
NAMES = {"murmur": "SVM on spectral means", "liver": "random forest"}


def split_baselines(scores: Scores, folder: Path, pictures: Images | None) -> list[Measured]:
    """On the scored cases; `pictures` are those of `train` and of the split, if the task reads any."""
    task = scores.task
    if pictures is not None and (pictures.splits == "train").any():
        train = pictures.splits == "train"
        pixels = from_bytes(pictures.pixels).flatten(1).numpy()
        truth = np.eye(len(task.findings), dtype=bool)[pictures.labels.numpy()[train]]
        model = make_pipeline(PCA(100, random_state=0), StandardScaler(), SVC(C=3, class_weight="balanced"))
        return _rows(scores, "PCA + SVM", guess(task, model, pixels[train], truth, pixels[~train]))
    learn = [case[0] for split in learned_from(task) for case in cases_of(folder, task, split)]
    if task.name not in NAMES or not learn:
        return []
    known, asked = _features(folder, task, learn), _features(folder, task, scores.rows)
    return _rows(scores, NAMES[task.name], guess(task, _model(task), known, targets_of(task, learn), asked))


def fold_baselines(spec: Manifest, folder: Path) -> list[Measured]:
    """Out of fold, in the pack's folds."""
    measured = []
    for name, model in NAMES.items():
        task = spec.task(name)
        rows, folds = fold_rows(task, folder)
        if not rows:
            continue
        truth, groups = targets_of(task, rows), np.array([row["group"] for row in rows])
        scored = fold_guess(task, _model(task), _features(folder, task, rows), truth, folds)
        nothing = np.zeros(truth.shape)
        scores = Scores(task, CROSS_VALIDATED, scored, truth, nothing, nothing, groups, rows)
        measured += _rows(scores, model, scored)
    return measured


def _rows(scores: Scores, name: str, scored: Features) -> list[Measured]:
    metrics = headline(scores.task, scored, scores.targets)
    return [interval(scores, f"{metric}, {name}", value, "baseline") for metric, value in metrics.items()]


def _model(task: Task) -> Any:
    if task.name == "murmur":
        return make_pipeline(StandardScaler(), SVC(C=10, class_weight="balanced"))
    return make_pipeline(SimpleImputer(), RandomForestClassifier(500, random_state=0))


def _features(folder: Path, task: Task, rows: Rows) -> Features:
    if task.name == "murmur":
        return np.stack([_spectrum(folder / task.data / row["path"]) for row in rows])
    return np.array([_blood(row) for row in rows])


def guess(task: Task, model: Any, known: Features, truth: NDArray[np.bool_], asked: Features) -> Features:
    """A scikit-learn classifier fitted on known (n, k) and truth (n, findings): scores (m, findings) of
    asked (m, k), the higher the likelier."""
    if task.exclusive:
        return _decided(model.fit(known, truth.argmax(1)), asked)
    return np.stack([_decided(model.fit(known, column), asked)[:, -1] for column in truth.T], 1)


def fold_guess(
    task: Task, model: Any, features: Features, truth: NDArray[np.bool_], folds: NDArray[np.intp]
) -> Features:
    """(n, findings): every case asked of a model of the other folds."""
    scored = np.zeros(truth.shape)
    for fold in np.unique(folds):
        held = folds == fold
        scored[held] = guess(task, model, features[~held], truth[~held], features[held])
    return scored


def _decided(model: Any, asked: Features) -> Features:
    decide = model.predict_proba if hasattr(model, "predict_proba") else model.decision_function
    return np.asarray(decide(asked))


def _spectrum(path: Path) -> Features:
    """The mean log spectrum in 48 bands."""
    waveform, _ = soundfile.read(path, dtype="float32")
    waveform = (waveform - waveform.mean()) / (waveform.std() + 1e-6)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, 1024)[::512] * np.hanning(1024)
    mean = np.log(np.abs(np.fft.rfft(frames)) ** 2 / 1024 + 1e-8).mean(0)
    edges = np.geomspace(2, len(mean) - 1, 49).astype(int)
    bands = [mean[low : max(high, low + 1)].mean() for low, high in zip(edges, edges[1:], strict=False)]
    return np.array(bands)


def _blood(row: dict[str, str]) -> list[float]:
    values = blood_values(row)
    figures = [float(values.get(name, np.nan)) for name in ("age", *BLOOD.values())]
    return [*figures, float(values["sex"] == "male")]
