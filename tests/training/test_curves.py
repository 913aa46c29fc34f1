"""The plots of a task: four files, and figures in them that can be worked out by hand."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmdesk.case import Modality
from mmdesk.errors import TrainingProblem
from mmdesk.packs.manifest import FindingSpec, Population, Task
from mmdesk.training.curves import wilson, write_curves
from mmdesk.training.measures import Scores

TASK = Task("liver", "?", False, (Modality.RECORD,), Population("nobody"), (FindingSpec("ill", "ill"),))


def scores() -> Scores:
    """Ten cases at 95%, of which nine hold, and ten at 25%, of which two hold."""
    probability = np.repeat([0.95, 0.25], 10)[:, None]
    targets = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)[:, None]
    nothing = np.zeros(targets.shape)
    return Scores(TASK, "test", probability, targets, nothing, nothing, np.arange(20).astype(str), [])


def read(path: Path) -> list[dict[str, float]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_pictures_and_the_figures_behind_them(tmp_path: Path) -> None:
    written = write_curves(tmp_path / "plots", [scores()])
    assert [path.name for path in written] == [
        f"liver.test.{name}" for name in ("reliability.png", "reliability.csv", "risk.png", "risk.csv")
    ]
    for path in written[::2]:
        with Image.open(path) as image:
            assert min(image.size) > 500
    low, high = read(written[1])
    assert (low["confidence"], low["share"], low["cases"]) == pytest.approx((0.25, 0.2, 10))
    assert (high["confidence"], high["share"], high["cases"]) == pytest.approx((0.95, 0.9, 10))
    risk = read(written[3])
    assert (risk[-1]["coverage"], risk[-1]["risk"]) == pytest.approx((1, 3 / 20))
    assert risk[49]["risk"] == pytest.approx(1 / 10)
    assert all(row["low"] <= row["risk"] <= row["high"] for row in risk)


def test_wilson_is_the_published_interval() -> None:
    """81 of 263: Newcombe 1998, table I, method 3."""
    low, high = wilson(np.array([81 / 263]), np.array([263]))
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "plots").write_text("", encoding="utf-8")
    with pytest.raises(TrainingProblem, match="the plots cannot be written"):
        write_curves(tmp_path / "plots", [scores()])
