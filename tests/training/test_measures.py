"""Measures with known answers: AUC, calibration error, risk and coverage, thresholds, subgroups."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from mmdesk.case import Modality
from mmdesk.packs.manifest import FindingSpec, Population, Task
from mmdesk.training import measures
from mmdesk.training.measures import Scores, calibration_error, decisions, reliability, risk_coverage
from mmdesk.training.subgroups import subgroup_measures

NORMAL, ILL = FindingSpec("fine", "fine", normal=True), FindingSpec("ill", "ill")
EXCLUSIVE = Task("chest", "?", True, (Modality.IMAGE,), Population("nobody"), (NORMAL, ILL), "picture")
SIGMOID = Task("liver", "?", False, (Modality.RECORD,), Population("nobody"), (ILL,))


def scores(task: Task, probability: NDArray[np.float64], ill: NDArray[np.bool_]) -> Scores:
    """Cases of their own groups with thresholds of 0.3 and 0.7."""
    there, likely = ill[:, None], probability[:, None]
    if task.exclusive:
        there, likely = np.hstack([~there, there]), np.hstack([1 - likely, likely])
    low, high = np.full(likely.shape, 0.3), np.full(likely.shape, 0.7)
    rows = [{"sex": "M" if i % 2 else "F", "age": str(20 + i)} for i in range(len(ill))]
    groups = np.arange(len(ill)).astype(str)
    return Scores(task, "test", likely, there, low, high, groups, rows, np.ones(len(ill), bool))


def test_auc_is_that_of_scikit_learn_with_ties_too() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        truth = random.random(40) < 0.4
        score = random.integers(0, 8, 40) / 8 + truth * 0.1
        assert measures.auc(truth, score) == pytest.approx(roc_auc_score(truth, score))
    assert np.isnan(measures.auc(np.ones(3, bool), np.arange(3.0)))


def test_the_calibration_error_is_the_mean_gap_weighted_by_cases() -> None:
    confidence = np.array([0.95] * 10 + [0.65] * 30)
    holds = np.array([True] * 9 + [False] + [True] * 12 + [False] * 18)
    # gaps of 0.05 in 10 cases and of 0.25 in 30
    assert calibration_error(confidence, holds) == pytest.approx((0.05 * 10 + 0.25 * 30) / 40)
    assert reliability(confidence, holds).count.tolist() == [30, 10]
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_chance_alone_gives_an_error_that_falls_with_the_cases() -> None:
    confidence = np.random.default_rng(1).random(2000)
    few, many = measures.chance_error(confidence[:50]), measures.chance_error(confidence)
    assert few[1] < few[0] < few[2]
    assert many[0] < few[0] / 3


def test_risk_is_the_share_of_errors_among_the_surest() -> None:
    sure = np.array([0.9, 0.6, 0.8, 0.7])
    wrong = np.array([False, True, True, False])
    coverage, risk = risk_coverage(sure, wrong)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_equally_sure_answers_have_no_order() -> None:
    wrong = np.array([True, False, False, False])
    assert risk_coverage(np.ones(4), wrong)[1] == pytest.approx([0.25] * 4)
    assert risk_coverage(np.ones(4), wrong[::-1])[1] == pytest.approx([0.25] * 4)


def test_a_sigmoid_answers_the_likelier_half() -> None:
    sure, wrong = decisions(np.array([0.9, 0.2, 0.6]), np.array([True, True, False]), exclusive=False)
    assert sure == pytest.approx([0.9, 0.8, 0.6])
    assert wrong.tolist() == [False, True, True]


def test_thresholds_are_told_what_they_keep() -> None:
    probability = np.array([0.1, 0.5, 0.8, 0.9, 0.2, 0.5, 0.6, 0.75])
    ill = np.array([True, True, True, True, False, False, False, False])
    rows = {row.metric: row for row in measures.threshold_measures(scores(SIGMOID, probability, ill))}
    assert rows["sensitivity at low, ill"].value == 0.75
    assert rows["specificity at high, ill"].value == 0.75
    assert rows["not sure, ill"].value == 3 / 8
    assert {row.topic for row in rows.values()} == {"thresholds"}


def test_an_exclusive_task_is_judged_by_its_likeliest_finding() -> None:
    probability = np.array([0.1, 0.2, 0.6, 0.9, 0.8, 0.3])
    ill = np.array([False, False, False, True, True, True])
    rows = {row.metric: row.value for row in measures.task_measures(scores(EXCLUSIVE, probability, ill))}
    assert rows["balanced accuracy"] == pytest.approx(2 / 3)
    assert rows["accuracy, normal or not"] == pytest.approx(4 / 6)
    assert rows["AUC, normal or not"] == pytest.approx(8 / 9)
    assert rows["examination recognised"] == 1


def test_an_interval_resamples_whole_groups() -> None:
    """Ten groups of ten equal cases are ten observations, not a hundred."""
    value = np.repeat(np.arange(10) % 2, 10).astype(float)
    one_by_one = measures.resampled(np.arange(100).astype(str), lambda rows: float(value[rows].mean()))
    together = measures.resampled(
        np.repeat(np.arange(10), 10).astype(str), lambda rows: float(value[rows].mean())
    )
    assert one_by_one[0] == together[0] == 0.5
    assert together[2] - together[1] > 2 * (one_by_one[2] - one_by_one[1])
    assert together[3] == 10


def test_a_difference_is_paired() -> None:
    noisy = np.random.default_rng(0).normal(size=60)
    case = scores(SIGMOID, np.full(60, 0.5), noisy > 0)
    row = measures.difference(
        case,
        "gain",
        lambda rows: float(noisy[rows].mean() + 0.1),
        lambda rows: float(noisy[rows].mean()),
        "x",
    )
    assert (row.low, row.value, row.high) == pytest.approx((0.1, 0.1, 0.1))


def test_subgroups_are_those_with_enough_cases() -> None:
    probability = np.tile([0.2, 0.2, 0.9, 0.9], 11)
    ill = probability > 0.5
    probability[1::2] = 1 - probability[1::2]  # wrong for every man
    rows = {row.metric: row for row in subgroup_measures(scores(SIGMOID, probability, ill))}
    assert set(rows) == {f"AUC, ill, {name}" for name in ("women", "men", "under 40", "40 to 59")}
    assert (rows["AUC, ill, women"].value, rows["AUC, ill, men"].value) == (1, 0)
    assert rows["AUC, ill, under 40"].groups == 20
    few = scores(SIGMOID, probability[:30], ill[:30])
    assert {row.metric for row in subgroup_measures(few)} == {"AUC, ill, under 40"}
    told = [{}] * 44
    assert subgroup_measures(replace(scores(SIGMOID, probability, ill), rows=told)) == []
