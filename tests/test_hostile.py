"""Damaged and hostile files: every reader gives a value or a named error, in five seconds and a gigabyte.

What a damaged file does can be seen again: `PYTHONPATH=.:tests python -m support.fuzzing SEED NUMBER`.
"""

from functools import partial

import pytest
from support.fuzzing import Outcome, damaged_files, outcomes
from support.hostile import HOSTILE, hostile

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
