"""Calibration: distorted logits are set right, thresholds keep what the task states, and biases are only
fitted where groups left out gain by them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mmdesk.case import Modality
from mmdesk.packs.manifest import FindingSpec, Population, Task
from mmdesk.packs.reader import calibrated
from mmdesk.training.calibration import calibrate, cross_calibrated
from mmdesk.training.measures import calibration_error

TASK = Task("any", "?", False, (Modality.RECORD,), Population("nobody"), (FindingSpec("ill", "ill"),))
Logits = NDArray[np.float32]


def drawn(cases: int, seed: int = 0) -> tuple[Logits, Logits, NDArray[np.str_]]:
    """True logits, targets drawn by them, every case a group of its own."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (cases, 1)).astype(np.float32)
    targets = (random.random((cases, 1)) < 1 / (1 + np.exp(-logits))).astype(np.float32)
    return logits, targets, np.arange(cases).astype(str)


def test_too_sure_and_shifted_logits_are_set_right() -> None:
    logits, targets, groups = drawn(1500)
    fitted = calibrate(TASK, logits * 3 + 2, targets, groups)
    fresh, truth, _ = drawn(3000, seed=1)
    distorted = fresh * 3 + 2
    before = calibration_error(calibrated(TASK, distorted)[:, 0], truth[:, 0] > 0.5)
    after = calibration_error(calibrated(fitted, distorted)[:, 0], truth[:, 0] > 0.5)
    assert before > 0.1
    assert after < 0.03


def test_a_bias_that_groups_left_out_do_not_share_is_not_fitted() -> None:
    """Six groups, each of one answer: what they share is no shift of all patients."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 0.3, (120, 1)).astype(np.float32)
    targets = np.repeat([1, 1, 1, 1, 0, 0], 20)[:, None].astype(np.float32)
    groups = np.repeat(np.arange(6), 20).astype(str)
    assert calibrate(TASK, logits, targets, groups).findings[0].bias == 0
    alone = np.arange(120).astype(str)
    assert calibrate(TASK, logits, targets, alone).findings[0].bias > 0.1


@pytest.mark.parametrize("stated", [0.95, 0.98])
def test_thresholds_keep_the_stated_sensitivity_and_specificity(stated: float) -> None:
    logits, targets, groups = drawn(1000)
    task = replace(TASK, sensitivity=stated, specificity=stated)
    fitted = calibrate(task, logits, targets, groups)
    (finding,) = fitted.findings
    probability = calibrated(fitted, logits)[:, 0]
    ill = targets[:, 0] > 0.5
    assert (probability[ill] >= finding.low).mean() == pytest.approx(stated, abs=0.01)
    assert (probability[~ill] < finding.high).mean() == pytest.approx(stated, abs=0.01)


@pytest.mark.parametrize(("normal", "low", "high"), [(False, 0.2, 0.5), (True, 0.5, 0.8)])
def test_what_is_likely_is_not_denied_however_well_findings_are_told_apart(
    normal: bool, low: float, high: float
) -> None:
    """Here one threshold anywhere in the middle would keep all that is stated."""
    logits = np.repeat([-4.0, 4.0], 200)[:, None].astype(np.float32)
    targets = (logits > 0).astype(np.float32)
    task = replace(TASK, findings=(FindingSpec("any", "any", normal=normal),))
    (finding,) = calibrate(task, logits, targets, np.arange(400).astype(str)).findings
    assert (finding.low, finding.high) == (low, high)


def test_no_case_is_scored_by_a_calibration_that_saw_its_group() -> None:
    logits, targets, _ = drawn(60)
    groups = np.repeat(np.arange(10), 6).astype(str)
    plain = cross_calibrated(TASK, logits, targets, groups)
    own = groups == "3"
    turned = targets.copy()
    turned[own] = 1 - turned[own]
    other = cross_calibrated(TASK, logits, turned, groups)
    assert np.array_equal(plain.probabilities[own], other.probabilities[own])
    assert np.array_equal(plain.low[own], other.low[own])
    assert not np.array_equal(plain.probabilities, other.probabilities)


def test_what_is_rarer_than_one_in_fifty_is_not_kept_open() -> None:
    """A tenth of the ill look as healthy as can be: to keep 95% of them, nothing could be denied."""
    logits = np.repeat([6.0, -6.0, -6.0], [180, 20, 2000])[:, None].astype(np.float32)
    targets = np.repeat([1.0, 1.0, 0.0], [180, 20, 2000])[:, None].astype(np.float32)
    (finding,) = calibrate(TASK, logits, targets, np.arange(2200).astype(str)).findings
    assert (finding.low, finding.high) == (0.02, 0.5)


def test_what_is_normal_keeps_step_with_the_diseases() -> None:
    """A report that states a disease does not leave the normal finding open, nor the other way round."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (900, 3)).astype(np.float32)
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    targets = np.stack([random.multinomial(1, p) for p in chances.astype(float)]).astype(np.float32)
    specs = tuple(FindingSpec(name, name, normal=name == "none") for name in ("none", "one", "other"))
    task = replace(TASK, exclusive=True, findings=specs)
    normal, *diseases = calibrate(task, logits, targets, np.arange(900).astype(str)).findings
    assert all(1 - disease.high <= normal.low + 1e-9 for disease in diseases)
    assert all(1 - disease.low <= normal.high + 1e-9 for disease in diseases)
