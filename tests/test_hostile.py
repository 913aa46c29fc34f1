"""Damaged and hostile files: every reader gives a value or a named error, in five seconds and a gigabyte.

What a damaged file does can be seen again: `PYTHONPATH=.:tests python -m support.fuzzing SEED NUMBER`.
"""

import os
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from support.dicoms import dicom_bytes
from support.fuzzing import Outcome, damaged_files, outcomes
from support.hostile import HOSTILE, deflated_dicom, hostile

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.holdings import MAX_FILES, look_into
from mmdesk.media.stack import open_stack

SLICE = dicom_bytes(np.arange(480, dtype=np.uint8).reshape(20, 24))

MANY = [pytest.param(seed, 10_000, marks=pytest.mark.slow) for seed in (1, 2, 3)]


@pytest.mark.parametrize(("seed", "count"), [(0, 300), *MANY])
def test_damaged_files(seed: int, count: int) -> None:
    failures = [str(outcome) for outcome in outcomes(damaged_files(seed, range(count))) if outcome.failure]
    assert failures == []


@pytest.fixture(scope="module")
def done() -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in outcomes({name: partial(hostile, name) for name in HOSTILE})}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, done: dict[str, Outcome]) -> None:
    expected = HOSTILE[name][2]
    assert done[name].failure == ""
    if expected is not None:
        assert done[name].said.startswith(expected) and bool(done[name].said) == bool(expected)


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_links_and_pipes_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(SLICE)
    (folder / "back").symlink_to(folder)
    (folder / "nowhere").symlink_to(tmp_path / "nowhere")
    (folder / "ring").symlink_to(folder / "ring")
    os.mkfifo(folder / "pipe")
    holding = look_into(folder)
    assert [item.name for _, item in holding.inputs] == ["1.dcm"]
    assert sorted(holding.skipped) == ["nowhere", "pipe", "ring"]


def test_a_folder_of_very_many_files(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1000):
        (tmp_path / f"{number}.x").touch()
    start = time.monotonic()
    holding = look_into(tmp_path)
    assert holding.beyond and not holding.inputs
    assert time.monotonic() - start < 5


def test_a_deep_folder(tmp_path: Path) -> None:
    (deepest := tmp_path.joinpath(*"abcdefghijklmnopqrstuvwxyz")).mkdir(parents=True)
    (deepest / "1.dcm").write_bytes(SLICE)
    assert not look_into(tmp_path).inputs


def test_a_folder_with_a_bomb(tmp_path: Path) -> None:
    """The slices around it are read, and it is said of the bomb what it is."""
    (tmp_path / "1.dcm").write_bytes(SLICE)
    (tmp_path / "2.dcm").write_bytes(deflated_dicom())
    (item, bomb) = (item for _, item in look_into(tmp_path).inputs)
    assert open_stack(item).planes == {"": 1}
    with pytest.raises(InputProblem, match="unpacked, the file is larger"):
        open_stack(bomb)


@pytest.mark.parametrize("outside", ["../1.dcm", "/etc/passwd", "C:\\1.dcm", "a/../../1.dcm", "..\\1.dcm"])
def test_slices_that_a_case_names_outside_its_folder(tmp_path: Path, outside: str) -> None:
    with pytest.raises(InputProblem, match="its slices do not lie in it"):
        open_stack(Input("a", path=str(tmp_path), slices=(outside,)))
