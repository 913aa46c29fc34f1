"""What came out for a case of a work list, and which of two cases is worse. No Qt, any thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmdesk.batch.events import Listed, Row, State
from mmdesk.report import Finding, Status

NAME, STATE, WORST = "by name", "by state", "worst first"  # orders; any other is the name of a finding
_OPEN = {State.FAILED: 0, State.PARTLY: 1, None: 2, State.READ: 3}


@dataclass(frozen=True, slots=True)
class Reading:
    """`findings` are all that were scored, by name; `top` those that are present or not sure and not of
    health, the surest first."""

    state: State
    problem: str
    findings: Mapping[str, Finding]
    top: tuple[Finding, ...]

    @classmethod
    def of(cls, row: Row) -> "Reading":
        """Of the report only the scores are kept: ten thousand reports would fill the memory."""
        findings = row.report.findings if row.report is not None else ()
        told = [f for f in findings if not f.normal and f.status is not Status.ABSENT]
        told.sort(key=lambda f: (f.status is Status.UNSURE, -f.probability))
        return cls(row.state, row.problem, {f.name: f for f in findings}, tuple(told))


@dataclass(slots=True)
class Entry:
    """A case of the list, and what came out for it last, None while nobody read it."""

    listed: Listed
    reading: Reading | None = None

    @classmethod
    def of(cls, listed: Listed) -> "Entry":
        if listed.case is not None:
            return cls(listed)
        return cls(listed, Reading(State.FAILED, listed.problem, {}, ()))

    @property
    def name(self) -> str:
        return self.listed.name

    @property
    def state(self) -> State | None:
        return self.reading.state if self.reading is not None else None

    def fits(self, text: str) -> bool:
        """Whether a lower-case text stands in its name, or in what was found."""
        if text in self.name.lower():
            return True
        return self.reading is not None and any(text in f.label.lower() for f in self.reading.top)


def key(entry: Entry, order: str) -> tuple[float, float]:
    """By this, entries are sorted: worst first is what is present, what is not sure, what nobody knows, and
    what is absent."""
    reading = entry.reading
    if order == STATE:
        return _OPEN[entry.state], 0.0
    if order != WORST:
        finding = reading and reading.findings.get(order)
        return (0.0, -finding.probability) if finding else (1.0, 0.0)
    if reading and reading.top:
        return float(reading.top[0].status is Status.UNSURE), -reading.top[0].probability
    if not reading or reading.state is State.FAILED:
        return 2.0, float(not reading)
    sick = (f.probability for f in reading.findings.values() if not f.normal)
    return 3.0, -max(sick, default=0.0)
