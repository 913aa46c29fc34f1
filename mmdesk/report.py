"""Report: findings, sections, sentences and what each rests on, and where all of it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from mmdesk import codec
from mmdesk.case import Fact, Modality

RESEARCH_USE = "Research use only, not for diagnosis."
BAR = r"\|"  # a bar within a cell of a table
STOPPED_NOTICE = "Stopped on request; the report holds what was written until then."


class Status(StrEnum):
    """A finding against its two thresholds."""

    PRESENT = "present"
    UNSURE = "not sure"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Finding:
    """A scored finding. `probability` is calibrated; below `low` it counts as absent, from `high`
    on as present, between them as not sure. `inputs` are the modalities that it was scored from.
    """

    name: str
    label: str
    task: str
    probability: float
    low: float
    high: float
    inputs: tuple[Modality, ...]
    normal: bool = False

    @property
    def status(self) -> Status:
        if self.probability >= self.high:
            return Status.PRESENT
        return Status.ABSENT if self.probability < self.low else Status.UNSURE


def percent(probability: float) -> str:
    """Whole percent, never 0% or 100%: those would claim certainty."""
    if probability < 0.01:
        return "under 1%"
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"


def _whole(probability: float) -> int:
    """The figure of `percent`: where that says under 1% or over 99%, none or all of the hundred."""
    if probability < 0.01:
        return 0
    return 100 if probability > 0.99 else round(probability * 100)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What each given input adds to a finding's probability: Shapley values over all subsets of the given
    inputs (Shapley 1953). `prior` is the probability without any of them, the finding's share in the
    training data; prior and `shares` add up to the finding's probability. An input of share 0 changed
    nothing."""

    finding: str
    prior: float
    shares: Mapping[Modality, float]

    def points(self, probability: float) -> dict[Modality, int]:
        """The shares in whole percentage points, rounded so that they lead from `prior` to the finding's
        probability as `percent` writes both; each is off by less than two points and keeps its sign."""
        exact = {modality: share * 100 for modality, share in self.shares.items()}
        whole = {modality: round(share) for modality, share in exact.items()}
        while missing := _whole(probability) - _whole(self.prior) - sum(whole.values()):
            step = 1 if missing > 0 else -1
            fit = [m for m, share in exact.items() if share and share * (whole[m] + step) >= 0]
            if not fit:  # they do not add up
                break
            whole[max(fit, key=lambda m: step * (exact[m] - whole[m]))] += step
        return whole


def signed(points: int) -> str:
    """+12, −3"""
    return f"{points:+d}".replace("-", "−")


def signed_points(contribution: Contribution, probability: float) -> dict[Modality, str]:
    """What each input adds, with its sign: "+62", "−8", "<1", or "0" where it changed nothing."""
    points = contribution.points(probability)
    said = {}
    for modality, share in contribution.shares.items():
        nothing = "<1" if share else "0"
        said[modality] = signed(points[modality]) if points[modality] else nothing
    return said


@dataclass(frozen=True, slots=True)
class Grid:
    """Weights in [0, 1] as `rows` × `columns` bytes, row after row; the largest is 1, and 0 all over where
    nothing weighs."""

    rows: int
    columns: int
    values: bytes

    def __post_init__(self) -> None:
        if len(self.values) != self.rows * self.columns or not self.values:
            raise ValueError(f"{len(self.values)} values do not fill {self.rows} × {self.columns}")


@dataclass(frozen=True, slots=True)
class Saliency:
    """Where in one input the reading of a finding rests: what speaks for it, or against it where it is
    read as absent. `place` is the input's among those of its modality.

    image: `grid` lies over the whole picture, in the file's own pixels, first row at the top.
    audio: `grid` lies over the whole recording, columns over its `seconds`, rows over 0 to `hertz`, lowest
    first; `curve` holds one row of the same columns, over all frequencies.
    record: `facts` holds what each stated fact adds to the probability."""

    finding: str
    modality: Modality
    place: int
    grid: Grid | None = None
    curve: Grid | None = None
    seconds: float = 0.0
    hertz: float = 0.0
    facts: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.modality != Modality.RECORD and self.grid is None:
            raise ValueError(f"a place in {self.modality} without a grid")
        if self.modality == Modality.AUDIO and self.curve is None:
            raise ValueError("a place in a sound without a curve")


class Origin(StrEnum):
    """Who worded a sentence: the decoder, the pipeline's fixed words for what was not read, or the
    plain statement that stands in for a sentence that failed its check."""

    DECODER = "decoder"
    FIXED = "fixed"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its evidence: names of findings and facts it states, inputs it rests on."""

    text: str
    section: str
    origin: Origin
    findings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    inputs: tuple[Modality, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What of an image a model was given: slice `frame`, from 0, of `frames`, cut in a volume's `plane`;
    all of its `width` × `height` pixels, as the window around `center` shows them, in the file's own `unit`.
    How they are looked at on the screen does not change it."""

    frame: int
    frames: int
    width: int
    height: int
    plane: str = ""
    center: float | None = None
    span: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        plane = f"{self.plane} " if self.plane else ""
        parts = [f"{plane}slice {self.frame + 1} of {self.frames}"] if self.frames > 1 else []
        if self.center is not None and self.span is not None:
            parts.append(f"C {self.center:g} W {self.span:g} {self.unit}".rstrip())
        return ", ".join([*parts, f"all {self.width} × {self.height} pixels"])


@dataclass(frozen=True, slots=True)
class Sweep:
    """The findings of every slice of an input's stack, each slice scored alone; `place` is the input's among
    the images, `probabilities` hold one number a slice by finding, None where a slice is not scored."""

    place: int
    plane: str
    probabilities: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """An input as it was read: `sha256` of its bytes, or the `problem` that kept it out; what of an image
    was `seen`."""

    name: str
    modality: Modality
    sha256: str | None = None
    problem: str | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """`created` is ISO 8601 in UTC; `withheld` holds sentences that failed their check."""

    pack: str
    version: str
    pack_sha256: str
    created: str
    sources: tuple[Source, ...]
    withheld: tuple[str, ...] = ()


def _origin_of(fact: Fact) -> str:
    """Where an imported fact comes from: " (labs.csv, row 4, 2030-01-31)"."""
    return f" ({', '.join(filter(None, (fact.origin, fact.date)))})" if fact.origin else ""


@dataclass(frozen=True, slots=True)
class Report:
    case_id: str
    prompt: str
    notices: tuple[str, ...]
    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    provenance: Provenance
    contributions: tuple[Contribution, ...] = ()
    saliencies: tuple[Saliency, ...] = ()
    sweeps: tuple[Sweep, ...] = ()

    def to_json(self) -> dict[str, Any]:
        encoded: dict[str, Any] = codec.encode(self)
        return encoded

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        report: Self = codec.decode(cls, value)
        return report

    def stopped(self) -> Self:
        """The same report, saying first that it was stopped on request."""
        return replace(self, notices=(STOPPED_NOTICE, *self.notices))

    def located(self, saliencies: tuple[Saliency, ...]) -> Self:
        """The same report, with these behind those that it has."""
        return replace(self, saliencies=self.saliencies + saliencies)

    def to_markdown(self) -> str:
        lines = ["# Report", "", f"**{RESEARCH_USE}**", ""]
        for notice in self.notices:
            lines += [f"> {notice}", ""]
        for section in self.sections:
            lines += [f"## {section.title}", ""]
            lines += [" ".join(sentence.text for sentence in section.sentences), ""]
        if self.findings:
            lines += [
                "## Scores",
                "",
                "| finding | probability | reading | from |",
                "| --- | ---: | --- | --- |",
            ]
            lines += [
                f"| {f.label} | {percent(f.probability)} | {f.status} | {', '.join(f.inputs)} |"
                for f in self.findings
            ]
            lines.append("")
        lines += self._contributions_as_markdown()
        if rests := self._rests():
            lines += ["## What each sentence rests on", ""]
            lines += ["| sentence | states | from |", "| --- | --- | --- |"]
            lines += [f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |" for row in rests]
            lines.append("")
        return "\n".join(lines + self._origin()) + "\n"

    def _contributions_as_markdown(self) -> list[str]:
        if not self.contributions:
            return []
        inputs = list(self.contributions[0].shares)
        heading = ["finding", "without any input", *inputs, "probability"]
        lines = ["## What each input adds, in percentage points", "", f"| {' | '.join(heading)} |"]
        lines.append(f"| --- |{' ---: |' * (len(heading) - 1)}")
        for finding, contribution in self._contributed():
            points = signed_points(contribution, finding.probability)
            cells = [
                finding.label,
                percent(contribution.prior),
                *points.values(),
                percent(finding.probability),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        return [*lines, ""]

    def _contributed(self) -> list[tuple[Finding, Contribution]]:
        findings = {finding.name: finding for finding in self.findings}
        return [(findings[c.finding], c) for c in self.contributions if c.finding in findings]

    def _rests(self) -> list[tuple[str, str, str]]:
        """Of each sentence that rests on something: its text, what it states, and from which inputs."""
        labels = {finding.name: finding.label for finding in self.findings}
        imported = {fact.name: _origin_of(fact) for fact in self.facts}  # of a thing stated twice, the last
        rests = []
        for sentence in (sentence for section in self.sections for sentence in section.sentences):
            facts = [name.replace("_", " ") + imported.get(name, "") for name in sentence.facts]
            states = ", ".join([*(labels.get(name, name) for name in sentence.findings), *facts])
            if sentence.inputs:
                rests.append((sentence.text, states, ", ".join(sentence.inputs)))
        return rests

    def to_text(self) -> str:
        """For a mail or a record that knows no markup; the scores stand in columns."""
        lines = [RESEARCH_USE, ""]
        for notice in self.notices:
            lines += [f"! {notice}", ""]
        for section in self.sections:
            lines += [section.title.upper(), " ".join(sentence.text for sentence in section.sentences), ""]
        if self.findings:
            width = max(len(f.label) for f in self.findings)
            lines.append("SCORES")
            lines += [
                f"{f.label:<{width}}  {percent(f.probability):>8}  {f.status:<8}  from {', '.join(f.inputs)}"
                for f in self.findings
            ]
            lines.append("")
        if self.contributions:
            lines.append("WHAT EACH INPUT ADDS, IN PERCENTAGE POINTS")
            for finding, contribution in self._contributed():
                points = signed_points(contribution, finding.probability)
                added = ", ".join(f"{modality} {figure}" for modality, figure in points.items())
                start, end = percent(contribution.prior), percent(finding.probability)
                lines.append(f"{finding.label}: from {start}, {added}, to {end}")
            lines.append("")
        if rests := self._rests():
            lines.append("WHAT EACH SENTENCE RESTS ON")
            lines += [f"{text} [{inputs}{': ' if states else ''}{states}]" for text, states, inputs in rests]
            lines.append("")
        return "\n".join(lines + self._origin()) + "\n"

    def _origin(self) -> list[str]:
        p = self.provenance
        seen = [f"Read of {s.name}: {s.seen}." for s in p.sources if s.seen]
        left_out = [f"Left out: {s.name}: {s.problem}" for s in p.sources if s.problem]
        return [f"Pack {p.pack} {p.version}, {p.pack_sha256[:12]}; {p.created}.", *seen, *left_out]
