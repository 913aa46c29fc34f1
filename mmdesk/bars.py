"""Figures as bars of characters: how probable a finding is, and what each input adds to it."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from mmdesk.case import Modality
from mmdesk.report import Contribution, Finding, Status, percent, signed_points

MARK = "┊"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_BAR = 24
_ADDED = 10  # cells for 100 points, fewer where there is no room
_FEWEST = 3  # below that a bar says nothing
Row = tuple[Finding, Contribution]


def of_probability(finding: Finding) -> str:
    """The probability as a bar of 24 cells, with a mark at each threshold."""
    filled = round(finding.probability * _BAR)
    cells = ["█"] * filled + ["·"] * (_BAR - filled)
    for threshold in (finding.low, finding.high):
        cells[min(round(threshold * _BAR), _BAR - 1)] = MARK
    return "".join(cells)


def of_contributions(rows: Sequence[Row], width: int) -> Iterator[tuple[str, bool]]:
    """Lines that add up: the start, signed points of each input with a bar, the end; True for a quiet one.
    An input that changes no finding of a task is named once, below them."""
    tasks = [list(task) for _, task in groupby(rows, lambda row: row[0].task)]
    moving = [_moving(task) for task in tasks]
    label = max(len(finding.label) for finding, _ in rows)
    start = max(len(percent(contribution.prior)) for _, contribution in rows)
    figure = max(len(_figure(row, m)) for row in rows for m in row[1].shares)
    taken = max(sum(len(f"{m} {'':{figure}}   ") for m in inputs) for inputs in moving)
    room = width - len(f"{'':{label}}  {'':{start}}  = under 1%") - taken
    cells = min(_ADDED, room // max(1, *map(len, moving)))
    cells = cells if cells >= _FEWEST else 0
    for task, inputs in zip(tasks, moving, strict=True):
        for row in task:
            finding, contribution = row
            parts = [f"{m} {_figure(row, m):>{figure}} {_bar(row, m, cells):<{cells}}  " for m in inputs]
            line = f"{finding.label:<{label}}  {percent(contribution.prior):>{start}}  {''.join(parts)}"
            yield f"{line}= {percent(finding.probability):>3}", finding.status is Status.ABSENT
        idle = [m for m in task[0][1].shares if m not in inputs]
        if idle:
            yield f"  {', '.join(idle)}: changed nothing", True


def of_slices(scores: Sequence[float | None], most: int) -> str:
    """A column for each slice, eight heights; a dot where none of them is scored. Where there are more than
    `most`, a column stands for several and shows the highest."""
    step = max(1, math.ceil(len(scores) / max(1, most)))
    return "".join(map(_column, (scores[start : start + step] for start in range(0, len(scores), step))))


def strongest(scores: Sequence[float | None]) -> int:
    """The place of the highest score."""
    return max(range(len(scores)), key=lambda index: scores[index] or 0.0)


def _column(scores: Sequence[float | None]) -> str:
    known = [score for score in scores if score is not None]
    return _HEIGHTS[min(7, int(max(known) * 8))] if known else "·"


def _moving(task: Sequence[Row]) -> list[Modality]:
    """The inputs that change a finding of the task."""
    return [m for m in task[0][1].shares if any(contribution.shares[m] for _, contribution in task)]


def _figure(row: Row, modality: Modality) -> str:
    finding, contribution = row
    return signed_points(contribution, finding.probability)[modality]


def _bar(row: Row, modality: Modality, cells: int) -> str:
    """As long as `cells` for 100 points; what takes away is dotted."""
    share = row[1].shares[modality]
    return ("█" if share > 0 else "░") * math.ceil(min(abs(share), 1) * cells)
