"""Figures of a scored task, each with the middle 95% over resamples of whole groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mmdesk.packs.manifest import Measured, Task

RESAMPLES = 1000
BINS = 10
NORMAL = "normal or not"
CROSS_VALIDATED = "5-fold"
Metric = Callable[[NDArray[np.intp]], float]  # of the cases at these places


@dataclass(frozen=True, slots=True)
class Scores:
    """A task on a split: probabilities, targets and the thresholds low and high (n, findings); groups
    (n,); rows: the manifest's, of a patient with several recordings the first; recognised (n,): whether
    the examination was told right, None where nobody asked."""

    task: Task
    split: str
    probabilities: NDArray[np.float64]
    targets: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    groups: NDArray[np.str_]
    rows: list[dict[str, str]]
    recognised: NDArray[np.bool_] | None = None

    def only(self, chosen: NDArray[np.bool_]) -> "Scores":
        """The chosen cases, (n,) of them."""
        return replace(
            self,
            probabilities=self.probabilities[chosen],
            targets=self.targets[chosen],
            low=self.low[chosen],
            high=self.high[chosen],
            groups=self.groups[chosen],
            rows=[row for row, here in zip(self.rows, chosen, strict=True) if here],
            recognised=None if self.recognised is None else self.recognised[chosen],
        )

    @property
    def confidence(self) -> NDArray[np.float64]:
        """(n,) of the likeliest exclusive finding, else (n · findings,) of every finding being there."""
        return self.probabilities.max(1) if self.task.exclusive else self.probabilities.ravel()

    @property
    def holds(self) -> NDArray[np.bool_]:
        """As `confidence`: whether that finding is there."""
        best = self.probabilities.argmax(1)[:, None]
        holds = np.take_along_axis(self.targets, best, 1) if self.task.exclusive else self.targets
        return holds.ravel()


def difference(scores: Scores, name: str, one: Metric, other: Metric, topic: str) -> Measured:
    """Paired: both on the same resamples."""
    return interval(scores, name, lambda rows: one(rows) - other(rows), topic)


def interval(scores: Scores, name: str, value: Metric, topic: str = "result") -> Measured:
    whole, low, high, groups = resampled(scores.groups, value)
    return Measured(scores.task.name, name, whole, low, high, groups, scores.split, topic)


def resampled(groups: NDArray[np.str_], value: Metric) -> tuple[float, float, float, int]:
    """The value on all cases, the middle 95% over 1,000 resamples of whole groups, and their number."""
    random = np.random.default_rng(0)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    values = []
    for _ in range(RESAMPLES):
        chosen = random.integers(0, len(members), len(members))
        values.append(value(np.concatenate([members[i] for i in chosen])))
    # A resample without one of the classes has no AUC.
    finite = [v for v in values if np.isfinite(v)] or [np.nan]
    low, high = (float(q) for q in np.quantile(finite, (0.025, 0.975)))
    return float(value(np.arange(len(groups)))), low, high, len(members)


def headline(task: Task, probabilities: NDArray[np.float64], targets: NDArray[np.bool_]) -> dict[str, Metric]:
    """What the task is judged by. Normal heart sound clips come from too few recordings to count."""
    if not task.exclusive:
        metrics: dict[str, Metric] = {
            f"AUC, {spec.label}": lambda rows, c=column: auc(targets[rows, c], probabilities[rows, c])  # type: ignore[misc]
            for column, spec in enumerate(task.findings)
        }
        if len(task.findings) > 1:
            own = list(metrics.values())
            metrics[f"AUC, mean of {len(own)}"] = lambda rows: float(
                np.mean([metric(rows) for metric in own])
            )
        return metrics
    truth, best = targets.argmax(1), probabilities.argmax(1)
    if task.name == "murmur":
        return {"balanced accuracy, four diseases": lambda rows: recall(truth[rows], best[rows], range(1, 5))}
    return {
        "balanced accuracy": lambda rows: recall(truth[rows], best[rows], range(len(task.findings))),
        f"AUC, {NORMAL}": lambda rows: auc(targets[rows, 0], probabilities[rows, 0]),
    }


def task_measures(scores: Scores) -> list[Measured]:
    """Results, and whether the probabilities and thresholds mean what they say."""
    metrics = headline(scores.task, scores.probabilities, scores.targets)
    if f"AUC, {NORMAL}" in metrics:
        normal, truth = scores.probabilities[:, 0] > 0.5, scores.targets[:, 0]
        metrics[f"accuracy, {NORMAL}"] = lambda rows: float((normal[rows] == truth[rows]).mean())
    told = scores.recognised
    if scores.task.examination is not None and told is not None:
        metrics["examination recognised"] = lambda rows: float(told[rows].mean())
    measured = [interval(scores, name, metric) for name, metric in metrics.items()]
    return [*measured, *calibration_measures(scores), *threshold_measures(scores)]


def calibration_measures(scores: Scores) -> list[Measured]:
    """The calibration error, what it would be by chance alone, and the area under the risk-coverage
    curve."""
    width = 1 if scores.task.exclusive else scores.targets.shape[1]
    confidence, holds = scores.confidence.reshape(-1, width), scores.holds.reshape(-1, width)

    def error(rows: NDArray[np.intp]) -> float:
        return calibration_error(confidence[rows].ravel(), holds[rows].ravel())

    def area(rows: NDArray[np.intp]) -> float:
        sure, wrong = decisions(confidence[rows].ravel(), holds[rows].ravel(), scores.task.exclusive)
        return float(risk_coverage(sure, wrong)[1].mean())

    mean, low, high = chance_error(confidence.ravel())
    groups = len(np.unique(scores.groups))
    name = "calibration error of true probabilities"
    return [
        interval(scores, "calibration error", error, "calibration"),
        Measured(scores.task.name, name, mean, low, high, groups, scores.split, "calibration"),
        interval(scores, "area under the risk-coverage curve", area, "calibration"),
    ]


def threshold_measures(scores: Scores) -> list[Measured]:
    """A finding: how many with it lie above `low`, how many without it below `high`, and how many are
    left not sure."""
    measured = []
    for column, spec in enumerate(scores.task.findings):
        there, probability = scores.targets[:, column], scores.probabilities[:, column]
        above, below = probability >= scores.low[:, column], probability < scores.high[:, column]
        parts: Mapping[str, Metric] = {
            "sensitivity at low": lambda rows, t=there, a=above: share(a[rows], t[rows]),  # type: ignore[misc]
            "specificity at high": lambda rows, t=there, b=below: share(b[rows], ~t[rows]),  # type: ignore[misc]
            "not sure": lambda rows, a=above, b=below: float((a[rows] & b[rows]).mean()),  # type: ignore[misc]
        }
        measured += [
            interval(scores, f"{name}, {spec.label}", metric, "thresholds") for name, metric in parts.items()
        ]
    return measured


def share(chosen: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    """Of the cases `among`, NaN where there are none."""
    return float(chosen[among].mean()) if among.any() else float("nan")


def recall(truth: NDArray[np.intp], best: NDArray[np.intp], classes: range) -> float:
    """Mean recall of those of `classes` that are there; a resample may lack one."""
    shares = [(best[truth == c] == c).mean() for c in classes if (truth == c).any()]
    return float(np.mean(shares)) if shares else float("nan")


def auc(truth: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Mann and Whitney's, as scikit-learn's roc_auc_score, whose checks take longer than the resamples
    can wait; NaN where a class is missing."""
    there = int(truth.sum())
    absent = len(truth) - there
    if not there or not absent:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = count.cumsum() - (count - 1) / 2  # of equal scores, their mean
    return float((rank[place][truth].sum() - there * (there + 1) / 2) / (there * absent))


@dataclass(frozen=True, slots=True)
class Bins:
    """Equal-width bins of the confidence that hold cases: mean confidence, share that holds, count."""

    confidence: NDArray[np.float64]
    holds: NDArray[np.float64]
    count: NDArray[np.intp]


def reliability(confidence: NDArray[np.float64], holds: NDArray[np.bool_]) -> Bins:
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    filled = count > 0
    said = np.bincount(place, confidence, BINS)[filled] / count[filled]
    found = np.bincount(place, holds, BINS)[filled] / count[filled]
    return Bins(said, found, count[filled])


def calibration_error(confidence: NDArray[np.float64], holds: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten equal-width bins (Naeini et al. 2015), in [0, 1]."""
    bins = reliability(confidence, holds)
    return float((bins.count * np.abs(bins.holds - bins.confidence)).sum() / bins.count.sum())


def chance_error(confidence: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean and middle 95% of the calibration error where each confidence is exactly true: so few cases
    never give 0."""
    random = np.random.default_rng(0)
    drawn = [
        calibration_error(confidence, random.random(len(confidence)) < confidence) for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(np.mean(drawn)), float(low), float(high)


def decisions(
    confidence: NDArray[np.float64], holds: NDArray[np.bool_], exclusive: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How sure the likelier answer is, and whether it is wrong; of an exclusive task the likeliest
    finding is the answer."""
    if exclusive:
        return confidence, ~holds
    return np.maximum(confidence, 1 - confidence), (confidence >= 0.5) != holds


def risk_coverage(
    sure: NDArray[np.float64], wrong: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and risk (n,): the share of answers given when the surest come first, and the share of
    those that is wrong; the mean risk is the area under the curve (Geifman and El-Yaniv 2017). Equally
    sure answers come together, each with their mean risk."""
    _, place, count = np.unique(-sure, return_inverse=True, return_counts=True)
    expected = (np.bincount(place, wrong) / count)[np.sort(place)]
    given = np.arange(1, len(sure) + 1)
    return given / len(sure), expected.cumsum() / given
