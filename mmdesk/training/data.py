"""The shared data: manifests by split and group, decoded once through the same media and features
as at inference."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from mmdesk.errors import TrainingProblem
from mmdesk.media.image import read_image
from mmdesk.model.image import image_tensor
from mmdesk.packs.manifest import Task

VARIABLE = "MMDESK_DATA"


def data_folder(given: Path | None = None) -> Path:
    """The folder of the data page. Raises TrainingProblem where there is none."""
    folder = given or Path(os.environ.get(VARIABLE, ""))
    if not (folder / "chest_xray" / "manifest.csv").exists():
        problem = "this is not a folder with the training data"
        raise TrainingProblem(str(folder), problem, f"Set {VARIABLE} to it, or use --data.")
    return folder


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    """The manifest of data set `name`, a dict a row."""
    with (folder / name / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class Images:
    """`pixels` (n, 1, size, size) uint8, [-1, 1] as 0 to 255; `labels` (n,) index of the task's
    finding; `groups` (n,) names; `splits` (n,) names."""

    pixels: Tensor
    labels: Tensor
    groups: NDArray[np.str_]
    splits: NDArray[np.str_]

    def where(self, *splits: str) -> "Images":
        chosen = np.isin(self.splits, splits)
        mask = torch.from_numpy(chosen)
        return Images(self.pixels[mask], self.labels[mask], self.groups[chosen], self.splits[chosen])


LABELS = {
    "chest": ("normal", "bacterial_pneumonia", "viral_pneumonia"),
    "brain": ("no_tumor", "glioma", "meningioma", "pituitary"),
    "murmur": (
        "normal",
        "aortic_stenosis",
        "mitral_stenosis",
        "mitral_regurgitation",
        "mitral_valve_prolapse",
    ),
}


def load_images(folder: Path, task: Task, size: int, splits: Sequence[str]) -> Images:
    rows = [row for row in rows_of(folder, task.data) if row["split"] in splits]
    pixels = torch.empty((len(rows), 1, size, size), dtype=torch.uint8)
    for index, row in enumerate(track(rows, f"reading {task.data}", transient=True)):
        path = folder / task.data / row["path"]
        image = read_image(path.read_bytes(), path.name)
        pixels[index] = to_bytes(image_tensor(torch.from_numpy(image.pixels), size))
    labels = torch.tensor([LABELS[task.name].index(row["label"]) for row in rows])
    return Images(pixels, labels, _column(rows, "group"), _column(rows, "split"))


def to_bytes(image: Tensor) -> Tensor:
    return ((image + 1) * 127.5).round().to(torch.uint8)


def from_bytes(image: Tensor) -> Tensor:
    return image.float() / 127.5 - 1


def _column(rows: Sequence[dict[str, str]], name: str) -> NDArray[np.str_]:
    return np.array([row[name] for row in rows])
