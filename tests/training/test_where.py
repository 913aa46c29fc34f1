"""Deletion and insertion curves: on a subject whose certainty is known, and on a few real cases."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdesk.packs.reader import PackReader
from mmdesk.packs.shapley import Bools, Floats
from mmdesk.training import where
from mmdesk.training.asked import OWN, Subject, shuffled
from mmdesk.training.where import _areas, _asked, where_measures

WORTH = np.arange(12.0).reshape(3, 4) / 66  # what each part adds to the certainty


def certainty(sets: Bools) -> Floats:
    left: Floats = 1 - (sets * WORTH).sum((1, 2))
    return left


def subject(own: Callable[[], Floats], shuffled: Callable[[], Floats]) -> Subject:
    return Subject("a", (3, 4), {"": certainty}, own, shuffled, {"backwards": lambda: -WORTH})


def test_the_area_is_that_under_the_curve() -> None:
    order = np.argsort(-WORTH.ravel(), kind="stable")
    deleted, inserted = _areas(order, (3, 4), certainty)
    counts = np.unique(np.linspace(0, 12, where.STEPS + 1).round().astype(int))
    left = np.array([1 - WORTH.ravel()[order[:n]].sum() for n in counts])
    assert deleted == pytest.approx(np.trapezoid(left, counts / 12))
    assert inserted == pytest.approx(np.trapezoid(1 - left, counts / 12))


def test_what_is_right_gains_and_what_is_backwards_loses() -> None:
    one = subject(lambda: WORTH, lambda: WORTH[::-1, ::-1])
    group, figures = _asked(one, one.ways, np.random.default_rng(0))
    assert group == "a"
    for kind in ("deletion", "insertion"):
        assert figures[f"{kind} gained over random, {OWN}"] > 0.05
        assert figures[f"{kind} gained over random, backwards"] < -0.05
    assert figures["rank correlation with shuffled weights, the pack"] == pytest.approx(-1)


def test_random_order_gains_nothing_on_average() -> None:
    random = np.random.default_rng(0)
    gains = []
    for _ in range(200):
        guess = random.random((3, 4))
        one = subject(lambda guess=guess: guess, lambda: WORTH)  # type: ignore[misc]
        gains.append(_asked(one, {OWN: one.own}, random)[1][f"deletion gained over random, {OWN}"])
    assert abs(float(np.mean(gains))) < 0.01


def test_every_task_is_asked(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "MMDESK_DATA" not in os.environ:
        pytest.skip("MMDESK_DATA is not set")
    reader, folder = PackReader(tiny_pack), Path(os.environ["MMDESK_DATA"])
    monkeypatch.setattr(where, "STEPS", 3)
    rows = where_measures(reader, folder, "val", 2)
    assert {row.task: row.split for row in rows} == {
        "chest": "val", "brain": "val", "murmur": "val", "valve": "train", "liver": "train",
    }  # fmt: skip
    measures = {row.metric for row in rows if row.task == "chest"}
    assert "deletion gained over random, the pack" in measures
    assert "insertion to grey gained over random, edges" in measures
    assert all(row.topic == "where" and -1 <= row.value <= 1 for row in rows)


def test_shuffled_weights_leave_the_pack_as_it_was(tiny_pack: Path) -> None:
    reader = PackReader(tiny_pack)
    before = {name: tensor.clone() for name, tensor in reader.network.state_dict().items()}
    other = shuffled(reader, [], 1)
    after = reader.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    changed = [
        name for name, tensor in other.network.state_dict().items()
        if tensor.ndim > 1 and not torch.equal(tensor, before[name])
    ]  # fmt: skip
    assert any(name.startswith("image.") for name in changed)
    assert any("wide_murmur.linear" in name for name in changed)
