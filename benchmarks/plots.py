"""The tables of a part as one picture: bars with their spread and their goals, and curves over time."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from benchmarks.figures import Curve, Figure, Table, number

WIDE, TITLE, BAR, CURVE = 11.0, 0.9, 0.24, 2.5  # inches
COLOUR, OF_GOAL = "#3465a4", "#a40000"


def draw(tables: Sequence[Table], path: Path) -> None:
    """As PNG. Figures of one unit share their axes."""
    panels = [panel for table in tables for panel in _panels(table)]
    if not panels:
        return
    heights = [TITLE + (BAR * len(rows) or CURVE) for _, rows, _ in panels]
    picture = Picture((WIDE, sum(heights)), layout="constrained")
    axes = picture.subplots(len(panels), 1, height_ratios=heights, squeeze=False)[:, 0]
    for place, (title, rows, curves) in zip(axes, panels, strict=True):
        place.set_title(title, loc="left", fontsize="medium")
        _bars(place, rows)
        for curve in curves:
            place.plot(*zip(*curve.points, strict=True), label=curve.name)
            place.set(xlabel=curve.x, ylabel=curve.y, ylim=(0, None))
        if curves:
            place.legend()
    picture.savefig(path, dpi=110)


def _panels(table: Table) -> Iterator[tuple[str, list[Figure], Sequence[Curve]]]:
    rows = sorted(table.figures, key=lambda row: row.unit)
    for unit, own in groupby(rows, key=lambda row: row.unit):
        yield f"{table.title} ({unit})", list(own), ()
    curves = [curve for curve in table.curves if curve.points]
    if curves:
        yield table.title, [], curves


def _bars(place: Axes, rows: Sequence[Figure]) -> None:
    """The first on top; a red line is a goal."""
    for height, row in enumerate(reversed(rows)):
        spread = row.spread
        reach = [[spread.median - spread.low], [spread.high - spread.median]]
        place.barh(height, spread.median, xerr=reach, color=COLOUR, capsize=2)
        place.annotate(
            number(spread.median), (spread.high, height), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize="small",
        )  # fmt: skip
        if row.goal is not None:
            place.vlines(row.goal.value, height - 0.45, height + 0.45, color=OF_GOAL, linewidth=2)
    if rows:
        place.set_yticks(range(len(rows)), [row.name for row in reversed(rows)], fontsize="small")
        place.margins(x=0.1)
