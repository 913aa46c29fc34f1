"""Logits → probabilities that mean what they say, and the two thresholds of a finding."""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from mmdesk.packs.manifest import FindingSpec, Task
from mmdesk.packs.reader import calibrated

# Spread of the Gaussian priors on log temperature and bias: few cases must not move them far.
LOG_TEMPERATURE_SPREAD, BIAS_SPREAD = 0.5, 1.0
SENSITIVITY = SPECIFICITY = 0.95


def calibrate(task: Task, logits: NDArray[np.float32], targets: NDArray[np.float32]) -> Task:
    """The task with temperatures, biases, priors and thresholds fitted. logits and targets (n, findings).

    Temperature scaling (Guo et al. 2017) with a bias a finding: one temperature for a softmax, one a
    finding for sigmoids; the maximum of likelihood and priors.
    """
    x, y = torch.from_numpy(logits).double(), torch.from_numpy(targets).double()
    count = 1 if task.exclusive else x.shape[1]
    log_temperature = torch.zeros(count, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(x.shape[1], dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        scaled = x / log_temperature.exp() + bias
        if task.exclusive:
            loss = F.cross_entropy(scaled, y.argmax(1), reduction="sum")
        else:
            loss = F.binary_cross_entropy_with_logits(scaled, y, reduction="sum")
        loss = loss + (log_temperature / LOG_TEMPERATURE_SPREAD).square().sum() / 2
        loss = loss + (bias / BIAS_SPREAD).square().sum() / 2
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)
    temperatures = log_temperature.detach().exp().expand(x.shape[1]).tolist()
    biases = bias.detach().tolist()
    findings = tuple(
        replace(spec, temperature=round(t, 4), bias=round(b, 4), prior=round(float(share), 4))
        for spec, t, b, share in zip(task.findings, temperatures, biases, targets.mean(0), strict=True)
    )
    scaled = replace(task, findings=findings)
    probabilities = calibrated(scaled, logits)
    fitted = tuple(
        _with_thresholds(spec, probabilities[:, column], targets[:, column] > 0.5, task.exclusive)
        for column, spec in enumerate(findings)
    )
    return replace(scaled, findings=fitted)


def _with_thresholds(
    spec: FindingSpec, probabilities: NDArray[np.float64], truth: NDArray[np.bool_], exclusive: bool
) -> FindingSpec:
    """`low` keeps 95% of the cases with the finding above it, `high` 95% of those without below it;
    where both can be kept with one threshold, they meet. Of exclusive findings, a present one is the
    likelier half."""
    low = float(np.quantile(probabilities[truth], 1 - SENSITIVITY))
    high = float(np.quantile(probabilities[~truth], SPECIFICITY))
    if low > high:
        low = high = (low + high) / 2
    if exclusive:
        high = max(high, 0.5)
    return replace(spec, low=round(min(low, high), 4), high=round(high, 4))


def calibration_error(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Naeini et al. 2015), in [0, 1]."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        (places == b).mean() * abs(truth[places == b].mean() - probabilities[places == b].mean())
        for b in range(bins)
        if (places == b).any()
    ]
    return float(np.sum(gaps))
