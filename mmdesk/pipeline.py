"""read → encode → score → weigh → write → locate: the one way a case is analysed, a generator of events.

Whoever shows a case (terminal, window, batch, evaluation) reads this stream.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import torch
from torch import Tensor

from mmdesk import events, records
from mmdesk.case import Case, Fact, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Event, Stage
from mmdesk.media.clinical.parts import Whole
from mmdesk.media.clinical.whole import together
from mmdesk.media.record import words
from mmdesk.media.voi import Window
from mmdesk.packs.locate import Answered, Locator
from mmdesk.packs.manifest import Manifest, Prompt
from mmdesk.packs.reader import Encoded, PackReader
from mmdesk.packs.tags import fitting
from mmdesk.packs.writer import Written
from mmdesk.plan import TITLES, SectionPlan
from mmdesk.questions import Asked
from mmdesk.reading import Read, position_of, read_input
from mmdesk.refusal import Refusal, refused
from mmdesk.report import (
    Contribution,
    Finding,
    Provenance,
    Report,
    Saliency,
    Section,
    Sentence,
    Source,
    Sweep,
)
from mmdesk.sections import said, sentences
from mmdesk.sweeping import Sweeper

Check = Callable[[], None]
MOST_CACHED = 256  # inputs, some 10 kB each


@dataclass(slots=True)
class Analysis:
    """What is known of the case so far; the report can be made of it at any moment. `judged` are the
    inputs that the findings were scored from; `alone` holds, where pictures are to be compared, the name and
    findings of each by examination, in the order given."""

    case: Case
    asked: Asked
    sources: list[Source] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    encoded: list[Encoded] = field(default_factory=list)
    judged: list[Encoded] = field(default_factory=list)
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    alone: dict[str, list[tuple[str, tuple[Finding, ...]]]] = field(default_factory=dict)
    fused: Tensor = field(default_factory=lambda: torch.zeros(0))
    imported: tuple[str, ...] = ()  # what of the record's sheets does not count
    notices: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    sentences: list[Sentence] = field(default_factory=list)
    saliencies: list[Saliency] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    stage: Stage = Stage.READ

    @property
    def prompt(self) -> Prompt:
        return self.asked.prompt

    @property
    def read(self) -> list[tuple[str, Encoded]]:
        """Every input that could be read, by name; all records are one, by the name of the first."""
        read = [source for source in self.sources if source.problem is None]
        names = [s.name for s in read if s.modality != Modality.RECORD or s is _first_record(read)]
        return list(zip(names, self.encoded, strict=True))


class Pipeline:
    """One pack, a cache of encoded inputs by content, and where those of the last analysis speak."""

    def __init__(self, reader: PackReader) -> None:
        self.reader = reader
        self._pictured = reader.manifest.examinations_of(Modality.IMAGE)
        self._cache: dict[tuple[object, ...], Encoded] = {}
        self._scored: list[Encoded] = []
        self._located: dict[tuple[object, ...], tuple[Saliency, ...]] = {}
        self._wholes: dict[tuple[object, ...], Whole] = {}  # of records that were encoded ahead
        self._answered = Answered()
        self._sweeper = Sweeper(reader)

    def analyze(self, analysis: Analysis, check: Check) -> Iterator[Event]:
        """Events up to ReportReady, or Failed where nothing could be read. `check` raises to stop."""
        self._forget()
        reads: list[Read] = []
        yield from _timed(Stage.READ, analysis, self.read(analysis, reads, check))
        if not reads:
            yield events.Failed(Stage.READ, "none of the inputs could be read", "Mend one and try again.")
            return
        reads = records.joined(reads)
        yield from _timed(Stage.ENCODE, analysis, self.encode(analysis, reads, check))
        yield from _timed(Stage.SCORE, analysis, self.score(analysis, check))
        yield from _timed(Stage.WEIGH, analysis, self.weigh(analysis, check))
        yield from _timed(Stage.WRITE, analysis, self.write(analysis, check))
        yield events.ReportWritten(self.report(analysis))
        yield from _timed(Stage.LOCATE, analysis, self.locate(analysis, reads, check))
        if any(read.stack is not None for read in reads):
            yield from _timed(Stage.SWEEP, analysis, self.sweep(analysis, reads, check))
        yield events.ReportReady(self.report(analysis))

    def read(self, analysis: Analysis, reads: list[Read], check: Check) -> Iterator[Event]:
        for modality, items in analysis.case.inputs.items():
            for item in items:
                check()
                try:
                    read = self._small(read_input(item, modality, self._window_for))
                except InputProblem as error:
                    analysis.sources.append(Source(item.name, modality, problem=error.problem))
                    yield events.InputFailed(modality, item.name, error.problem, error.remedy)
                    continue
                analysis.sources.append(Source(item.name, modality, sha256=read.sha256, seen=read.seen))
                reads.append(read)

    def encode(self, analysis: Analysis, reads: Sequence[Read], check: Check) -> Iterator[Event]:
        known = self.reader.manifest
        for read in reads:
            check()
            start = time.perf_counter()
            key = read.key
            reused = key in self._cache
            record = self._whole(read)
            encoded = self._cache.pop(key) if reused else self._encode_one(read, record)
            self._cache[key] = encoded  # the last one used comes last
            if record is not None:
                analysis.facts += encoded.facts
                analysis.imported = records.notices(read.parts, record)
                yield events.FactsFound(record.text, encoded.facts)
            refusal = refused(read.modality, read.item.name, read.tags, encoded, known)
            title = None
            if refusal is not None:
                encoded = replace(encoded, examination=None)
            elif encoded.examination and read.modality != Modality.RECORD:
                title = known.examination(encoded.examination).title
            milliseconds = (time.perf_counter() - start) * 1000
            names = tuple(part.name for part in read.parts) or (read.item.name,)
            yield events.Encoded(read.modality, names, title, milliseconds, reused, read.seen)
            if refusal is not None:
                analysis.refused.append(refusal)
                yield events.OutOfDistribution(read.modality, read.item.name, refusal.reason)
            analysis.encoded.append(encoded)

    def encode_ahead(self, reads: Sequence[Read]) -> None:
        """The inputs of many cases side by side; `encode` finds them."""
        self._forget()
        new = {read.key: read for read in reads if read.key not in self._cache}
        pictures = {
            key: read.pixels
            for key, read in new.items()
            if read.pixels is not None and fitting(self._pictured, read.tags)
        }
        sounds = {
            key: (read.waveform, position_of(read.item))
            for key, read in new.items()
            if read.waveform is not None
        }
        self._wholes = {key: whole for key, read in new.items() if (whole := self._whole(read))}
        encoded = self.reader.encode_pictures(list(pictures.values()))
        encoded += self.reader.encode_sounds(list(sounds.values()))
        encoded += self.reader.encode_records([(w.facts, words(w.text)) for w in self._wholes.values()])
        self._cache.update(zip([*pictures, *sounds, *self._wholes], encoded, strict=True))

    def _whole(self, read: Read) -> Whole | None:
        """The record, as it is found in the texts and sheets of `read`."""
        if not read.parts:
            return None
        return self._wholes.pop(read.key, None) or together(read.parts, self.reader.manifest.vocabulary)

    def _forget(self) -> None:
        while len(self._cache) > MOST_CACHED:
            del self._cache[next(iter(self._cache))]
        self._answered.forget()

    def _small(self, read: Read) -> Read:
        """Pixels as the encoder takes them: no other stage needs the others, which may be many."""
        return read if read.pixels is None else replace(read, pixels=self.reader.picture(read.pixels))

    def _encode_one(self, read: Read, record: Whole | None) -> Encoded:
        if read.pixels is not None:
            if not fitting(self._pictured, read.tags):
                return Encoded(read.modality, None, 0.0)
            return self.reader.encode_pictures([read.pixels])[0]
        if read.waveform is not None:
            return self.reader.encode_sounds([(read.waveform, position_of(read.item))])[0]
        assert record is not None
        return self.reader.encode_record(record.facts, words(record.text))

    def score(self, analysis: Analysis, check: Check) -> Iterator[Event]:
        check()
        compared = "change" in analysis.prompt.sections
        analysis.judged = self._score_alone(analysis, check) if compared else analysis.encoded
        scored = self.reader.score(analysis.judged)
        analysis.findings, analysis.fused = scored.findings, scored.fused
        population = population_notices(self.reader.manifest, scored.findings, analysis.facts)
        analysis.notices = analysis.imported + population
        yield events.FindingsScored(analysis.findings, analysis.notices)

    def weigh(self, analysis: Analysis, check: Check) -> Iterator[Event]:
        check()
        analysis.contributions = self.reader.weigh(analysis.judged)
        yield events.Contributed(analysis.contributions)

    def locate(self, analysis: Analysis, reads: Sequence[Read], check: Check) -> Iterator[Event]:
        """What is known of the same inputs from the last analysis is not worked out again."""
        scored = [item for item in analysis.judged if item.examination]
        if [id(item) for item in scored] != [id(item) for item in self._scored]:
            self._scored, self._located = scored, {}
        locator = Locator(self.reader, scored, analysis.findings, check, self._answered)
        for read, encoded in zip(reads, analysis.encoded, strict=True):
            check()
            place = [id(item) for item in analysis.case.inputs[read.modality]].index(id(read.item))
            key = *read.key, place
            if key not in self._located:
                found = locator.locate(encoded, read.pixels, read.waveform, place, read.key)
                self._located[key] = tuple(found)
            if self._located[key]:
                analysis.saliencies += self._located[key]
                yield events.Located(self._located[key])

    def sweep(self, analysis: Analysis, reads: Sequence[Read], check: Check) -> Iterator[Event]:
        images = analysis.case.inputs.get(Modality.IMAGE, ())
        for read in reads:
            if read.stack is not None and read.seen is not None and read.seen.frames > 1:
                place = [id(item) for item in images].index(id(read.item))
                for event in self._sweeper.sweep(read, place, self._window_for, check):
                    if event.done == read.seen.frames:
                        analysis.sweeps.append(event.sweep)
                    yield event

    def _window_for(self, tags: Mapping[str, str]) -> Window | None:
        """The window that the only examination which the tags allow is read through."""
        fits = fitting(self._pictured, tags)
        return Window(*fits[0].window) if len(fits) == 1 and fits[0].window else None

    def _score_alone(self, analysis: Analysis, check: Check) -> list[Encoded]:
        """Each picture by itself. Gives the inputs with the last picture of each examination alone: the
        scores of several together would be neither the first one's nor the last one's."""
        last: dict[str, Encoded] = {}
        for name, encoded in analysis.read:
            check()
            if encoded.modality == Modality.IMAGE and encoded.examination:
                findings = self.reader.score([encoded]).findings
                analysis.alone.setdefault(encoded.examination, []).append((name, findings))
                last[encoded.examination] = encoded
        others = [e for e in analysis.encoded if e.modality != Modality.IMAGE or not e.examination]
        return [*last.values(), *others]

    def write(self, analysis: Analysis, check: Check) -> Iterator[Event]:
        """All sentences are written side by side; each is said when those before it were."""
        wanted = list(sentences(analysis, self.reader.manifest))
        plans = [part for _, part in wanted if isinstance(part, SectionPlan)]
        stream = self.reader.write(analysis.fused.expand(len(plans), -1), plans, check)
        written: dict[int, tuple[Written, ...]] = {}
        planned = 0
        for section, part in wanted:
            if isinstance(part, Sentence):
                yield from _say(analysis, part)
                continue
            while planned not in written:
                written.update([next(stream)])
            for one in written.pop(planned):
                check()
                yield from _say(analysis, said(analysis, section, part, one))
            planned += 1

    def report(self, analysis: Analysis) -> Report:
        sections = []
        for name in analysis.prompt.sections:
            said = tuple(sentence for sentence in analysis.sentences if sentence.section == name)
            if said:
                sections.append(Section(name, analysis.asked.text or TITLES[name], said))
        spec = self.reader.manifest
        created = datetime.now(UTC).isoformat(timespec="seconds")
        provenance = Provenance(
            spec.name, spec.version, self.reader.sha256, created,
            tuple(analysis.sources), tuple(analysis.withheld),
        )  # fmt: skip
        return Report(
            analysis.case.id, analysis.asked.words, analysis.notices, analysis.findings, analysis.facts,
            tuple(sections), provenance, analysis.contributions, tuple(analysis.saliencies),
            tuple(analysis.sweeps),
        )  # fmt: skip


def _first_record(sources: Sequence[Source]) -> Source | None:
    return next((source for source in sources if source.modality == Modality.RECORD), None)


def _timed(stage: Stage, analysis: Analysis, work: Iterator[Event]) -> Iterator[Event]:
    analysis.stage = stage
    yield events.StageStarted(stage)
    start = time.perf_counter()
    yield from work
    yield events.StageFinished(stage, (time.perf_counter() - start) * 1000)


def population_notices(spec: Manifest, findings: Sequence[Finding], facts: Sequence[Fact]) -> tuple[str, ...]:
    """For each scored task, whether the person is like those it was made from."""
    ages = [fact.value for fact in facts if fact.name == "age" and isinstance(fact.value, float)]
    notices = []
    for name in dict.fromkeys(finding.task for finding in findings):
        population = spec.task(name).population
        title = name.capitalize()
        if population.age_from is None or population.age_to is None:
            notices.append(f"{title}: learned from {population.text}.")
        elif not ages:
            notices.append(f"{title}: the age is not known; learned from {population.text}.")
        elif not population.age_from <= ages[-1] < population.age_to:
            age = f"{ages[-1]:.3g} years"
            notices.append(f"{title}: outside its population, age {age}; learned from {population.text}.")
    return tuple(notices)


def _say(analysis: Analysis, sentence: Sentence) -> Iterator[Event]:
    """A sentence was read and found right: now it is shown, word by word."""
    follows = any(earlier.section == sentence.section for earlier in analysis.sentences)
    for word in re.findall(r"\s*\S+", (" " if follows else "") + sentence.text):
        yield events.TextDelta(sentence.section, word)
    analysis.sentences.append(sentence)
    yield events.SentenceWritten(sentence)
