"""What comes out while a case is analysed: one frozen dataclass an event, JSON round trip.

A stream ends with exactly one of ReportReady, Stopped and Failed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from mmdesk import codec
from mmdesk.case import Fact, Modality
from mmdesk.report import Contribution, Finding, Report, Saliency, Seen, Sentence, Sweep


class Stage(StrEnum):
    """The way through, in order."""

    READ = "read"
    ENCODE = "encode"
    SCORE = "score"
    WEIGH = "weigh"
    WRITE = "write"
    LOCATE = "locate"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class StageStarted:
    stage: Stage


@dataclass(frozen=True, slots=True)
class StageFinished:
    stage: Stage
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Encoded:
    """An input went through its encoder; `examination` is what it was taken for, `reused` that the
    features were in the cache, `seen` what of an image it was."""

    modality: Modality
    names: tuple[str, ...]
    examination: str | None
    milliseconds: float
    reused: bool
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class FactsFound:
    """The record's text and what was found in it; the spans of the facts point into `text`."""

    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class InputFailed:
    modality: Modality
    name: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class OutOfDistribution:
    """Readable, but nothing the pack was made for; it is not scored."""

    modality: Modality
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FindingsScored:
    """`notices` say where the case lies outside the population the pack was made from."""

    findings: tuple[Finding, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contributed:
    """What each given input adds to each finding of FindingsScored."""

    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class SentenceWritten:
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class ReportWritten:
    """All sentences are written; where the findings rest is still looked for. Whatever comes of that, this
    report stands."""

    report: Report


@dataclass(frozen=True, slots=True)
class Located:
    """Where the findings rest in one input. Comes after the text, which it does not delay."""

    saliencies: tuple[Saliency, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """The slices of a stack that are scored by now; those that are to come are None."""

    sweep: Sweep
    done: int


@dataclass(frozen=True, slots=True)
class ReportReady:
    report: Report


@dataclass(frozen=True, slots=True)
class Stopped:
    """Stopped on request; `report` holds what was written until then."""

    stage: Stage
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """`problem` and `remedy` are for people; `detail` is for a bug report."""

    stage: Stage | None
    problem: str
    remedy: str
    detail: str | None = None


Event = (
    StageStarted
    | StageFinished
    | Encoded
    | FactsFound
    | InputFailed
    | OutOfDistribution
    | FindingsScored
    | Contributed
    | TextDelta
    | SentenceWritten
    | ReportWritten
    | Located
    | Swept
    | ReportReady
    | Stopped
    | Failed
)
LAST = (ReportReady, Stopped, Failed)
_KINDS: dict[str, type] = {kind.__name__: kind for kind in Event.__args__}


def to_json(event: Event) -> dict[str, Any]:
    return {"event": type(event).__name__, **codec.encode(event)}


def from_json(value: dict[str, Any]) -> Event:
    fields = {name: item for name, item in value.items() if name != "event"}
    return cast(Event, codec.decode(_KINDS[value["event"]], fields))
