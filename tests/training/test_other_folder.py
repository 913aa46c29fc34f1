"""A folder of other cases: rows of `test` alone are scored, and nothing is fitted on what is not there."""

import csv
from pathlib import Path

import pytest

from mmdesk.packs import manifest
from mmdesk.packs.manifest import Manifest
from mmdesk.training.baselines import fold_baselines
from mmdesk.training.scores import cases_of, fold_rows, learned_from

COLUMNS = {
    "heart_sound": ("path", "label", "group", "split"),
    "blood_tests": ("Category", "group", "split", "fold"),
}


@pytest.fixture
def spec(tiny_pack: Path) -> Manifest:
    return manifest.read(tiny_pack)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    for name, columns in COLUMNS.items():
        (tmp_path / name).mkdir()
        with (tmp_path / name / "manifest.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerow({column: "test" if column == "split" else "x" for column in columns})
    return tmp_path


def test_nothing_is_cross_validated_where_nothing_was_learned(spec: Manifest, other: Path) -> None:
    assert len(cases_of(other, spec.task("murmur"), "test")) == 1
    for name in ("murmur", "liver"):
        rows, folds = fold_rows(spec.task(name), other)
        assert rows == [] and len(folds) == 0
    assert fold_baselines(spec, other) == []


def test_murmurs_learn_from_val_as_well(spec: Manifest) -> None:
    assert learned_from(spec.task("murmur")) == ("train", "val")
    assert learned_from(spec.task("brain")) == ("train",)
