"""What is told while a list of cases is read: one frozen dataclass an event; Begun first, Ended last."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mmdesk.case import Case
from mmdesk.report import Report


@dataclass(frozen=True, slots=True)
class Listed:
    """A case of a list, by a `name` that no other one there has. Where `problem` is not "", the list says
    something of it that cannot be read, and `case` is None. Where `path` is not None, it is a folder, an
    archive or a .mmcase file that holds the inputs, and `case` has none until it is `opened`."""

    name: str
    case: Case | None
    problem: str = ""
    path: str | None = None


class State(StrEnum):
    """Of a case that was read: all of it, without some of its inputs, or not at all."""

    READ = "read"
    PARTLY = "partly read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """What came out for one case. `problem` names in a line each input that was left out, and why; a case
    that failed has no `report`."""

    name: str
    state: State
    problem: str = ""
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Of `total` cases `done` have a row, those of an earlier run among them, `failed` of which are FAILED.
    `rate` is in cases a second, of late; `left_s` None until there is a rate."""

    done: int
    total: int
    failed: int
    rate: float = 0.0
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """`kept` are the rows of an earlier run that was cut off; they come from the disk, once, as they are
    asked for, which is before the next event. `left_out` names files that are no case, nor in one."""

    progress: Progress
    kept: Iterable[Row] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Of one chunk of cases, in the order of the list; chunks come in any order."""

    rows: tuple[Row, ...]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Ended:
    """`stopped`: on request, before all were read; a later run goes on from there."""

    progress: Progress
    stopped: bool = False


BatchEvent = Begun | RowsRead | Ended
