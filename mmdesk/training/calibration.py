"""Logits → probabilities that mean what they say, and the two thresholds of a finding."""

from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from mmdesk.packs.manifest import FindingSpec, Task
from mmdesk.packs.reader import calibrated

# Spread of the Gaussian prior on log temperature: few cases must not move it far.
LOG_TEMPERATURE_SPREAD = 0.5
# The same of the biases, from none at all. A bias mends a shift in how often a finding occurs, and
# follows the accidents of few groups just as well: which it is, cross-validation by group tells.
BIAS_SPREADS = (0.0, 0.25, 0.5, 1.0)
FOLDS = 5
# Where findings are well told apart, the stated sensitivity alone would call absent what is as likely as
# not, and few held-out cases lie there to warn of it; where one group is misread, it would leave everything
# open. Above one in five nothing counts as absent, below one in fifty everything does.
MOST_DENIED, ALWAYS_DENIED, LEAST_STATED = 0.2, 0.02, 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """Every case scored by a calibration of other groups: probabilities, low and high (n, findings)."""

    probabilities: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def calibrate(
    task: Task, logits: NDArray[np.float32], targets: NDArray[np.float32], groups: NDArray[np.str_]
) -> Task:
    """The task with temperatures, biases, priors and thresholds fitted. logits and targets (n, findings),
    groups (n,).

    Temperature scaling (Guo et al. 2017) with a bias a finding: one temperature for a softmax, one a
    finding for sigmoids; the maximum of likelihood and priors.
    """
    scaled = _scaled(task, logits, targets, _bias_spread(task, logits, targets, groups))
    probabilities = calibrated(scaled, logits)
    fitted = tuple(
        _with_thresholds(scaled, spec, probabilities[:, column], targets[:, column] > 0.5)
        for column, spec in enumerate(scaled.findings)
    )
    return replace(scaled, findings=_in_step(fitted) if task.exclusive else fitted)


def cross_calibrated(
    task: Task, logits: NDArray[np.float32], targets: NDArray[np.float32], groups: NDArray[np.str_]
) -> Held:
    """What the same calibration is worth where there is no other split to try it on."""
    held = Held(*(np.zeros(logits.shape) for _ in range(3)))
    for learn, test in GroupKFold(FOLDS).split(logits, groups=groups):
        fitted = calibrate(task, logits[learn], targets[learn], groups[learn])
        held.probabilities[test] = calibrated(fitted, logits[test])
        held.low[test] = [spec.low for spec in fitted.findings]
        held.high[test] = [spec.high for spec in fitted.findings]
    return held


def _bias_spread(
    task: Task, logits: NDArray[np.float32], targets: NDArray[np.float32], groups: NDArray[np.str_]
) -> float:
    """The tightest of BIAS_SPREADS whose likelihood on groups left out is within one standard error, of the
    difference and by group, of the best (after the rule of Breiman et al. 1984)."""
    names, place = np.unique(groups, return_inverse=True)
    if len(names) < FOLDS:
        return BIAS_SPREADS[0]
    losses = np.zeros((len(BIAS_SPREADS), len(logits)))
    for learn, test in GroupKFold(FOLDS).split(logits, groups=groups):
        for row, spread in zip(losses, BIAS_SPREADS, strict=True):
            probabilities = calibrated(_scaled(task, logits[learn], targets[learn], spread), logits[test])
            row[test] = _log_losses(task, probabilities, targets[test])
    best = losses[losses.mean(1).argmin()]
    for spread, row in zip(BIAS_SPREADS, losses - best, strict=True):
        error = np.sqrt(np.square(np.bincount(place, row - row.mean())).sum()) / len(row)
        if row.mean() <= error:
            return spread
    raise AssertionError("the best differs from itself")


def _in_step(findings: tuple[FindingSpec, ...]) -> tuple[FindingSpec, ...]:
    """Where exactly one holds, a normal finding is absent as soon as a disease is present, and present only
    where all diseases are absent: a report shall not leave open what it has answered."""
    diseases = [spec for spec in findings if not spec.normal]
    low = round(1 - min(spec.high for spec in diseases), 4)
    high = round(1 - min(spec.low for spec in diseases), 4)
    return tuple(
        replace(spec, low=max(spec.low, low), high=max(spec.high, high)) if spec.normal else spec
        for spec in findings
    )


def _log_losses(
    task: Task, probabilities: NDArray[np.float64], targets: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(n,)"""
    said = np.where(targets > 0.5, probabilities, 1 if task.exclusive else 1 - probabilities)
    losses: NDArray[np.float64] = -np.log(said.clip(1e-9)).sum(1)
    return losses


def _scaled(
    task: Task, logits: NDArray[np.float32], targets: NDArray[np.float32], bias_spread: float
) -> Task:
    x, y = torch.from_numpy(logits).double(), torch.from_numpy(targets).double()
    count = 1 if task.exclusive else x.shape[1]
    log_temperature = torch.zeros(count, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(x.shape[1], dtype=torch.double, requires_grad=bias_spread > 0)
    fitted = [log_temperature, bias] if bias_spread else [log_temperature]
    optimizer = torch.optim.LBFGS(fitted, max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        scaled = x / log_temperature.exp() + bias
        if task.exclusive:
            loss = F.cross_entropy(scaled, y.argmax(1), reduction="sum")
        else:
            loss = F.binary_cross_entropy_with_logits(scaled, y, reduction="sum")
        loss = loss + (log_temperature / LOG_TEMPERATURE_SPREAD).square().sum() / 2
        if bias_spread:
            loss = loss + (bias / bias_spread).square().sum() / 2
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)
    temperatures = log_temperature.detach().exp().expand(x.shape[1]).tolist()
    findings = tuple(
        replace(spec, temperature=round(t, 4), bias=round(b, 4), prior=round(float(share), 4))
        for spec, t, b, share in zip(
            task.findings, temperatures, bias.detach().tolist(), targets.mean(0), strict=True
        )
    )
    return replace(task, findings=findings)


def _with_thresholds(
    task: Task, spec: FindingSpec, probabilities: NDArray[np.float64], truth: NDArray[np.bool_]
) -> FindingSpec:
    """`low` keeps the task's sensitivity, the share of the cases with the finding that are above it;
    `high` its specificity, the share of those without below it. But no disease is denied that is likelier
    than MOST_DENIED, every one below ALWAYS_DENIED is, and none is stated that is less likely than
    LEAST_STATED. Where all cases or none have the finding, there is nothing to set thresholds by: the spec
    as it is."""
    if truth.all() or not truth.any():
        return spec
    low = float(np.quantile(probabilities[truth], 1 - task.sensitivity, method="lower"))
    high = float(np.quantile(probabilities[~truth], task.specificity, method="higher"))
    if spec.normal:  # to state what is normal is to deny the disease
        low, high = min(low, 1 - LEAST_STATED), min(max(high, 1 - MOST_DENIED), 1 - ALWAYS_DENIED)
    else:
        low, high = min(max(low, ALWAYS_DENIED), MOST_DENIED), max(high, LEAST_STATED)
    return replace(spec, low=round(low, 4), high=round(high, 4))
