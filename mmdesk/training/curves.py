"""Reliability diagrams and risk-coverage curves as PNG, and the figures behind them as CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from mmdesk.errors import TrainingProblem
from mmdesk.training.measures import BINS, Scores, calibration_error, chance_error, decisions, reliability
from mmdesk.training.measures import risk_coverage as curve_of

TEXT, MUTED, LINE, ACCENT = "#17202A", "#5B6773", "#D9DEE5", "#0F7C8A"  # of the light theme
Z = 1.96  # 95%
GRID = np.linspace(0.01, 1, 100)
RESAMPLES = 300
Rows = Sequence[tuple[float, ...]]


def write_curves(folder: Path, scored: Sequence[Scores]) -> list[Path]:
    """TASK.SPLIT.reliability and TASK.SPLIT.risk, .png and .csv each. Raises TrainingProblem."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [path for scores in scored for path in _write(folder, scores)]
    except OSError as error:
        raise TrainingProblem(
            str(folder), f"the plots cannot be written: {error.strerror}", "Name another folder."
        ) from error


def _write(folder: Path, scores: Scores) -> list[Path]:
    stem = f"{scores.task.name}.{scores.split}"
    written = []
    for name, (header, rows, figure) in {
        "reliability": reliability_diagram(scores),
        "risk": risk_coverage(scores),
    }.items():
        table, picture = folder / f"{stem}.{name}.csv", folder / f"{stem}.{name}.png"
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *([f"{value:.6g}" for value in row] for row in rows)])
        figure.savefig(picture, dpi=160)
        written += [picture, table]
    return written


def reliability_diagram(scores: Scores) -> tuple[tuple[str, ...], Rows, Figure]:
    """A point a bin with Wilson's 95% interval of its share, and below how many cases it holds."""
    bins = reliability(scores.confidence, scores.holds)
    low, high = wilson(bins.holds, bins.count)
    rows = list(zip(bins.confidence, bins.holds, low, high, bins.count, strict=True))
    error = calibration_error(scores.confidence, scores.holds)
    figure = Figure(figsize=(4.4, 5.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    _title(
        upper, scores, "reliability", f"calibration error {error:.3f}, {_by_chance(scores)} by chance alone"
    )
    upper.plot((0, 1), (0, 1), color=LINE, linewidth=1.5, zorder=1, label="exactly true")
    spread = np.abs(np.stack([bins.holds - low, high - bins.holds]))
    points = upper.errorbar(
        bins.confidence, bins.holds, spread, fmt="o", color=ACCENT, markersize=5.5, linewidth=1.2, zorder=3
    )
    for part in points.get_children():
        part.set_clip_on(False)
    upper.legend(loc="lower right", frameon=False, fontsize=7.5, labelcolor=MUTED)
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that is there")
    upper.yaxis.set_major_formatter(PercentFormatter(1))
    places = np.minimum((bins.confidence * BINS).astype(int), BINS - 1)
    lower.bar((places + 0.5) / BINS, bins.count, 0.9 / BINS, color=ACCENT, alpha=0.35)
    for place, count in zip(places, bins.count, strict=True):
        lower.annotate(
            str(count), ((place + 0.5) / BINS, count), (0, 2), textcoords="offset points",
            ha="center", fontsize=7, color=MUTED,
        )  # fmt: skip
    what = "probability of the likeliest finding" if scores.task.exclusive else "probability of a finding"
    lower.set(xlabel=what, ylabel="cases", ylim=(0, bins.count.max() * 1.3), yticks=[])
    lower.xaxis.set_major_formatter(PercentFormatter(1))
    for axes in (upper, lower):
        _plain(axes)
    return ("confidence", "share", "low", "high", "cases"), rows, figure


def risk_coverage(scores: Scores) -> tuple[tuple[str, ...], Rows, Figure]:
    """The share of wrong answers when only the surest are given, with a 95% band by group."""
    sure, wrong = decisions(scores.confidence, scores.holds, scores.task.exclusive)
    coverage, risk = curve_of(sure, wrong)
    curve = np.interp(GRID, coverage, risk)
    low, high = _band(scores, sure, wrong)
    rows = list(zip(GRID, curve, low, high, strict=True))
    figure = Figure(figsize=(4.4, 3.6), layout="constrained")
    axes = figure.subplots()
    _title(axes, scores, "risk and coverage", f"area {risk.mean():.3f}, all answers {wrong.mean():.3f} wrong")
    axes.axhline(wrong.mean(), color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        "if every answer is given", (0.01, wrong.mean()), (0, 3), textcoords="offset points", fontsize=7.5,
        color=MUTED,
    )  # fmt: skip
    axes.fill_between(GRID, low, high, color=ACCENT, alpha=0.15, linewidth=0)
    axes.plot(GRID, curve, color=ACCENT, linewidth=1.8)
    top = max(float(high.max()), 0.05)
    axes.set(
        xlim=(0, 1), ylim=(0, top * 1.1), xlabel="answers given, the surest first", ylabel="of them wrong"
    )
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 5, 10)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    _plain(axes)
    return ("coverage", "risk", "low", "high"), rows, figure


def wilson(share: NDArray[np.float64], count: NDArray[np.intp]) -> tuple[NDArray[np.float64], ...]:
    """Wilson's 95% score interval (1927) of shares of so many cases."""
    centre = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return centre - half, centre + half


def _band(
    scores: Scores, sure: NDArray[np.float64], wrong: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(0)
    groups = np.repeat(scores.groups, len(sure) // len(scores.groups))
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    curves = []
    for _ in range(RESAMPLES):
        rows = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        curves.append(np.interp(GRID, *curve_of(sure[rows], wrong[rows])))
    low, high = np.quantile(curves, (0.025, 0.975), axis=0)
    return low, high


def _by_chance(scores: Scores) -> str:
    return f"{chance_error(scores.confidence)[0]:.3f}"


def _title(axes: Axes, scores: Scores, what: str, figures: str) -> None:
    axes.set_title(f"{scores.task.name}: {what}", loc="left", fontsize=11, color=TEXT, pad=30)
    cases = f"{scores.split}, {len(scores.groups)} cases of {len(np.unique(scores.groups))} groups"
    axes.annotate(
        f"{cases}\n{figures}", (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points",
        fontsize=7.5, color=MUTED, va="bottom", linespacing=1.3,
    )  # fmt: skip


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.tick_params(colors=MUTED, labelsize=8, length=0)
    axes.xaxis.label.set(color=TEXT, fontsize=8.5)
    axes.yaxis.label.set(color=TEXT, fontsize=8.5)
