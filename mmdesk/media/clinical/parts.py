"""The parts of a record, texts and sheets, and what all of them state."""

from dataclasses import dataclass

from mmdesk.case import Fact
from mmdesk.media.clinical.values import LabValue


@dataclass(frozen=True, slots=True)
class Taken:
    """An imported value, the facts that it is taken for, and why there are none."""

    value: LabValue
    facts: tuple[Fact, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A text, or the values of a sheet, whether a person confirmed them, and the rows taken out."""

    name: str
    text: str = ""
    values: tuple[LabValue, ...] = ()
    confirmed: bool = False
    struck: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """The texts as one, into which the spans of facts point; what counts; and of each part, what its values
    are taken for, counted or not."""

    text: str
    facts: tuple[Fact, ...]
    taken: tuple[tuple[Taken, ...], ...]


def counts(part: Part, place: int, taken: Taken) -> bool:
    """Whether the value in this place counts."""
    return part.confirmed and place not in part.struck and bool(taken.facts)
