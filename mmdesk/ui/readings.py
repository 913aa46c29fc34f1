"""What came out for a case of a work list, and which of two cases is worse. No Qt, any thread."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from mmdesk.batch.events import Listed, Row, State
from mmdesk.report import Status

NAME, STATE, WORST = "by name", "by state", "worst first"  # orders; any other is the name of a finding
_STATES = {State.FAILED: 0.0, State.PARTLY: 1.0, None: 2.0, State.READ: 3.0}
_SURE, _UNSURE, _UNKNOWN, _ABSENT = 0.0, 1.0, 2.0, 3.0  # worst first


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a report only this is kept: ten thousand of them would fill the memory. `scores` are the
    probabilities by finding; `top` names those that are present or not sure and not of health, the surest
    first; cases are sorted by `badness`."""

    state: State
    problem: str
    scores: Mapping[str, float]
    top: tuple[str, ...]
    badness: tuple[float, float]

    @classmethod
    def of(cls, row: Row) -> "Reading":
        findings = row.report.findings if row.report is not None else ()
        sick = sorted(
            (f for f in findings if not f.normal),
            key=lambda f: (f.status is Status.ABSENT, f.status is Status.UNSURE, -f.probability),
        )
        groups = {Status.PRESENT: _SURE, Status.UNSURE: _UNSURE, Status.ABSENT: _ABSENT}
        badness = (groups[sick[0].status], -sick[0].probability) if sick else (_ABSENT, 0.0)
        return cls(
            row.state,
            row.problem,
            {f.name: f.probability for f in findings},
            tuple(f.name for f in sick if f.status is not Status.ABSENT),
            (_UNKNOWN, 0.0) if row.state is State.FAILED else badness,
        )


@dataclass(slots=True)
class Entry:
    """A case of the list, and what came out for it last, None while nobody read it."""

    listed: Listed
    reading: Reading | None = None

    @classmethod
    def of(cls, listed: Listed) -> "Entry":
        if listed.case is not None:
            return cls(listed)
        return cls(listed, Reading.of(Row(listed.name, State.FAILED, listed.problem)))

    @property
    def name(self) -> str:
        return self.listed.name

    @property
    def state(self) -> State | None:
        return self.reading.state if self.reading is not None else None

    def fits(self, text: str, findings: Container[str]) -> bool:
        """Whether a lower-case text stands in its name, or one of these was found."""
        return text in self.name.lower() or (
            self.reading is not None and any(name in findings for name in self.reading.top)
        )


def key(entry: Entry, order: str) -> tuple[float, float]:
    """By this, entries are sorted. Worst first is what is present, what is not sure, what nobody knows, and
    what is absent."""
    if order == STATE:
        return _STATES[entry.state], 0.0
    if entry.reading is None:
        return _UNKNOWN, 1.0
    if order == WORST:
        return entry.reading.badness
    score = entry.reading.scores.get(order)
    return (_UNKNOWN, 0.0) if score is None else (_SURE, -score)
