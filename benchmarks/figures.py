"""What was measured: medians with their spread, beside the goal where there is one, in tables."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, lower and upper quartile of so many runs."""

    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high, len(values))


@dataclass(frozen=True, slots=True)
class Goal:
    sense: Literal["≥", "≤"]
    value: float

    def is_met(self, value: float) -> bool:
        return value >= self.value if self.sense == "≥" else value <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio has the unit ×."""

    name: str
    unit: str
    spread: Spread
    goal: Goal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """`x` and `y` say what the points are, with their units."""

    name: str
    x: str
    y: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`notes` are lines on how it was measured, and on what could not be."""

    title: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    curves: tuple[Curve, ...] = ()


def figure(name: str, unit: str, *values: float, goal: Goal | None = None, note: str = "") -> Figure:
    return Figure(name, unit, Spread.of(values), goal, note)


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float], goal: Goal | None = None) -> Figure:
    """Round by round, so that what slows both down does not count."""
    return figure(name, "×", *(own / other for own, other in zip(ours, theirs, strict=True)), goal=goal)


def lines(table: Table) -> list[str]:
    """As it is printed."""
    wide = max((len(row.name) for row in table.figures), default=0)
    return [
        table.title,
        *(f"  {_line(row, wide)}" for row in table.figures),
        *(f"  {n}" for n in table.notes),
    ]


def _line(row: Figure, wide: int) -> str:
    value = row.spread
    said = f"{row.name:{wide}} {number(value.median):>8} {row.unit:8}"
    spread = f"({number(value.low)} to {number(value.high)})" if value.runs > 1 else ""
    goal = ""
    if row.goal is not None:
        met = "reached" if row.goal.is_met(value.median) else "missed"
        goal = f"goal {row.goal.sense} {number(row.goal.value)}, {met}"
    return f"{said} {spread:20} {goal or row.note}".rstrip()


def number(value: float) -> str:
    """Three digits, or the whole part."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
