"""What a sceptic would try first, fitted on `train` in the same run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmdesk.packs.manifest import Manifest
from mmdesk.training.audio import FOLDS, clip_folds
from mmdesk.training.data import LABELS, from_bytes, load_images, rows_of
from mmdesk.training.record import load_records

SIDE = 64


def image_baseline(folder: Path, spec: Manifest, name: str, split: str) -> NDArray[np.float64]:
    """PCA(100) and an SVM on 64 px: (n, findings) decision values of the split's rows in order."""
    images = load_images(folder, spec.task(name), SIDE, ("train", split))
    flat = from_bytes(images.pixels).flatten(1).numpy()
    train = images.splits == "train"
    model = make_pipeline(PCA(100, random_state=0), StandardScaler(), SVC(C=3, class_weight="balanced"))
    model.fit(flat[train], images.labels.numpy()[train])
    return np.asarray(model.decision_function(flat[~train]))


@dataclass(frozen=True, slots=True)
class Guesses:
    """truth and best (n,) classes, groups (n,)."""

    truth: NDArray[np.intp]
    best: NDArray[np.intp]
    groups: NDArray[np.str_]


def murmur_baseline(folder: Path, split: str) -> tuple[Guesses, Guesses]:
    """An SVM on the mean log spectrum in 48 bands: on `split`, and out of fold on train and val, in the
    folds of stage `audio`."""
    rows = rows_of(folder, "heart_sound")
    learn = [row for row in rows if row["split"] in ("train", "val")]
    held = [row for row in rows if row["split"] == split]
    x, y = _spectra(folder, learn), _classes(learn)
    folds = clip_folds(learn)
    out_of_fold = np.zeros(len(y), np.intp)
    for fold in range(FOLDS):
        model = _spectral_svm().fit(x[folds != fold], y[folds != fold])
        out_of_fold[folds == fold] = model.predict(x[folds == fold])
    best = np.asarray(_spectral_svm().fit(x, y).predict(_spectra(folder, held))) if held else np.zeros(0, int)
    return Guesses(_classes(held), best, _groups(held)), Guesses(y, out_of_fold, _groups(learn))


def _spectral_svm() -> Pipeline:
    return make_pipeline(StandardScaler(), SVC(C=10, class_weight="balanced"))


def _spectra(folder: Path, rows: list[dict[str, str]]) -> NDArray[np.float64]:
    return np.stack([_spectrum(folder / "heart_sound" / row["path"]) for row in rows])


def _classes(rows: list[dict[str, str]]) -> NDArray[np.intp]:
    return np.array([LABELS["murmur"].index(row["label"]) for row in rows], np.intp)


def _groups(rows: list[dict[str, str]]) -> NDArray[np.str_]:
    return np.array([row["group"] for row in rows])


def _spectrum(path: Path) -> NDArray[np.float64]:
    waveform, _ = soundfile.read(path, dtype="float32")
    waveform = (waveform - waveform.mean()) / (waveform.std() + 1e-6)
    frames = np.lib.stride_tricks.sliding_window_view(waveform, 1024)[::512] * np.hanning(1024)
    mean = np.log(np.abs(np.fft.rfft(frames)) ** 2 / 1024 + 1e-8).mean(0)
    edges = np.geomspace(2, len(mean) - 1, 49).astype(int)
    bands = [mean[low : max(high, low + 1)].mean() for low, high in zip(edges, edges[1:], strict=False)]
    return np.array(bands)


def liver_baseline(folder: Path, spec: Manifest) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A random forest's out-of-fold probabilities of liver disease, in the same folds, and the truth."""
    records = load_records(folder, spec.vocabulary)
    records = records.where(~np.isnan(records.targets[:, -1]))
    values = records.values[:, ~np.isnan(records.values).all(0)]
    truth = records.targets[:, -1] > 0.5
    probabilities = np.zeros(len(truth))
    for fold in sorted(set(records.folds.tolist())):
        held = records.folds == fold
        model = make_pipeline(SimpleImputer(), RandomForestClassifier(500, random_state=0))
        model.fit(values[~held], truth[~held])
        probabilities[held] = model.predict_proba(values[held])[:, 1]
    return probabilities, truth
