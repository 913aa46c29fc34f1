"""A planted shortcut is found, a pack that only follows it is said not to beat it, and none is made up."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mmdesk.case import Modality
from mmdesk.packs.manifest import FindingSpec, Measured, Population, Task
from mmdesk.training.data import Images
from mmdesk.training.measures import Scores
from mmdesk.training.probes import ring, split_probes

TASK = Task(
    "chest", "?", True, (Modality.IMAGE,), Population("nobody"),
    (FindingSpec("fine", "fine", normal=True), FindingSpec("a", "a"), FindingSpec("b", "b")),
    "picture", data="films",
)  # fmt: skip
LABELS = ("normal", "bacterial_pneumonia", "viral_pneumonia")
SIDE = 32
BORDER = "balanced accuracy, border ring only"
SIZE = "balanced accuracy, file size and pixel dimensions only"


def planted(folder: Path, border: bool, size: bool) -> tuple[Scores, Images]:
    """Noise; the label shows in the border's brightness or in the picture's width, if it is planted. The
    pack that is scored guesses at random."""
    random = np.random.default_rng(0)
    (folder / "films").mkdir()
    rows, pixels = [], []
    for number in range(240):
        label = number % 3
        picture = random.integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
        if border:
            picture[0] = 40 + 80 * label
        pixels.append(picture)
        width = SIDE + (4 * label if size else int(random.integers(0, 9)))
        name = f"{number}.png"
        Image.fromarray(np.resize(picture, (SIDE, width))).save(folder / "films" / name)
        split = "train" if number < 180 else "test"
        rows.append({"path": name, "label": LABELS[label], "group": name, "split": split})
    with (folder / "films" / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    labels, splits = np.arange(240) % 3, np.array([row["split"] for row in rows])
    groups = np.array([row["group"] for row in rows])
    images = Images(torch.from_numpy(np.stack(pixels))[:, None], torch.from_numpy(labels), groups, splits)
    test = splits == "test"
    targets = np.eye(3, dtype=bool)[labels[test]]
    nothing = np.zeros(targets.shape)
    guessed = random.dirichlet(np.ones(3), len(targets))
    own = [row for row in rows if row["split"] == "test"]
    return Scores(TASK, "test", guessed, targets, nothing, nothing, groups[test], own), images


def probed(folder: Path, border: bool, size: bool) -> dict[str, Measured]:
    scores, images = planted(folder, border, size)
    return {row.metric: row for row in split_probes(scores, folder, images)}


@pytest.mark.parametrize("where", ["border", "size"])
def test_a_planted_shortcut_is_found_and_not_beaten(tmp_path: Path, where: str) -> None:
    rows = probed(tmp_path, border=where == "border", size=where == "size")
    found, other = (BORDER, SIZE) if where == "border" else (SIZE, BORDER)
    assert rows[found].value > 0.9
    assert rows[other].value < 0.6
    gained = rows[found.replace("accuracy, ", "accuracy, gained over ")]
    assert gained.high < 0
    assert {row.topic for row in rows.values()} == {"probe"}


def test_without_a_shortcut_nothing_is_found(tmp_path: Path) -> None:
    rows = probed(tmp_path, border=False, size=False)
    assert max(rows[BORDER].value, rows[SIZE].value) < 0.55


def test_the_ring_holds_no_pixel_of_the_middle() -> None:
    pixels = torch.zeros(1, 1, 64, 64, dtype=torch.uint8)
    pixels[0, 0, 4:-4, 4:-4] = 255
    nobody = np.array(["x"])
    border = ring(Images(pixels, torch.tensor([0]), nobody, nobody))
    assert border.shape == (1, 64 * 64 - 56 * 56)
    assert (border == -1).all()
