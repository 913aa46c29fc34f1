"""Shortcuts: models that see nothing that a finding could be seen by. The pack must beat each of them.

They are fitted on the rows that the pack learned from and asked about the same rows as the pack.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mmdesk.packs.manifest import Measured, Task
from mmdesk.training.baselines import Features, fold_guess, guess
from mmdesk.training.data import Images, from_bytes
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.measures import Scores, difference, headline, interval
from mmdesk.training.scores import Rows, cases_of, fold_rows, learned_from, targets_of

RING = 1 / 16  # of the side: the border that shows no organ
COMPONENTS = 50
LEAF = 5


def split_probes(scores: Scores, folder: Path, pictures: Images | None = None) -> list[Measured]:
    """`pictures` are those of `train` and of the split, if the task reads any."""
    task = scores.task
    learn = [case[0] for split in learned_from(task) for case in cases_of(folder, task, split)]
    if not learn:
        return []
    truth = targets_of(task, learn)
    known, asked = shortcuts(folder, task, learn), shortcuts(folder, task, scores.rows)
    measured = []
    for name, features in known.items():
        measured += compared(scores, name, guess(task, _forest(), features, truth, asked[name]))
    if pictures is not None:
        border, train = ring(pictures), pictures.splits == "train"
        model = make_pipeline(
            PCA(COMPONENTS, random_state=0), StandardScaler(), SVC(C=3, class_weight="balanced")
        )
        seen = guess(task, model, border[train], truth, border[~train])
        measured += compared(scores, "border ring only", seen)
    return measured


def fold_probes(scores: Scores, folder: Path) -> list[Measured]:
    """Out of fold, in the pack's folds."""
    rows, folds = fold_rows(scores.task, folder)
    order = np.argsort(folds, kind="stable")
    measured = []
    for name, features in shortcuts(folder, scores.task, [rows[i] for i in order]).items():
        measured += compared(
            scores, name, fold_guess(scores.task, _forest(), features, scores.targets, folds[order])
        )
    return measured


def compared(scores: Scores, name: str, scored: Features) -> list[Measured]:
    """What the shortcut reaches, and what the pack has over it, on the same resamples."""
    measured = []
    own = headline(scores.task, scores.probabilities, scores.targets)
    for metric, value in headline(scores.task, scored, scores.targets).items():
        measured.append(interval(scores, f"{metric}, {name}", value, "probe"))
        measured.append(difference(scores, f"{metric}, gained over {name}", own[metric], value, "probe"))
    return measured


def _forest() -> RandomForestClassifier:
    return RandomForestClassifier(100, min_samples_leaf=LEAF, class_weight="balanced", random_state=0)


def ring(images: Images) -> Features:
    """(n, pixels) of the border."""
    side = images.pixels.shape[-1]
    width = max(1, round(side * RING))
    border = np.ones((side, side), bool)
    border[width:-width, width:-width] = False
    return from_bytes(images.pixels).numpy()[:, 0][:, border].astype(np.float64)


def shortcuts(folder: Path, task: Task, rows: Rows) -> Mapping[str, Features]:
    """Name → (n, k): what can be said of the rows without looking or listening."""
    if task.name == "liver":
        return _people(rows, "Age", "Sex")
    paths = [folder / task.data / row["path"] for row in rows]
    sizes = np.array([[path.stat().st_size] for path in paths], float)
    if task.name in IMAGE_TASKS:
        return {"file size and pixel dimensions only": np.hstack([sizes, _dimensions(paths)])}
    seconds = np.array([[soundfile.info(path).duration] for path in paths])
    measured = {"duration only": seconds, "file size only": sizes}
    return measured | (_people(rows, "age", "sex") if task.name == "valve" else {})


def _people(rows: Rows, age: str, sex: str) -> dict[str, Features]:
    ages = np.array([[float(row[age])] for row in rows])
    male = np.array([[float(row[sex].lower() == "m")] for row in rows])
    return {"age only": ages, "age and sex only": np.hstack([ages, male])}


def _dimensions(paths: list[Path]) -> Features:
    sizes = []
    for path in paths:
        with Image.open(path) as image:
            sizes.append(image.size)
    return np.array(sizes, float)
