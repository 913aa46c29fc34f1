"""The same figures for parts of the people: by sex and by age."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mmdesk.packs.manifest import Measured
from mmdesk.training.measures import Scores, headline, interval

MEMBERS = 20  # fewer cases say nothing
AGES = (("under 40", 0, 40), ("40 to 59", 40, 60), ("60 and over", 60, 200))
FEMALE, MALE = ("f", "F"), ("m", "M")


def subgroup_measures(scores: Scores) -> list[Measured]:
    """Of every group of at least 20 cases that has both answers."""
    measured = []
    for name, chosen in _members(scores.rows).items():
        if chosen.sum() < MEMBERS:
            continue
        part = scores.only(chosen)
        for metric, value in headline(part.task, part.probabilities, part.targets).items():
            row = interval(part, f"{metric}, {name}", value, "subgroup")
            if np.isfinite(row.value):
                measured.append(replace(row, groups=int(chosen.sum())))
    return measured


def _members(rows: list[dict[str, str]]) -> dict[str, NDArray[np.bool_]]:
    """Name → (n,), of what the rows state."""
    sexes = np.array([row.get("sex") or row.get("Sex") or "" for row in rows])
    ages = np.array([float(row.get("age") or row.get("Age") or "nan") for row in rows])
    members = {"women": np.isin(sexes, FEMALE), "men": np.isin(sexes, MALE)}
    return members | {name: (ages >= low) & (ages < high) for name, low, high in AGES}
