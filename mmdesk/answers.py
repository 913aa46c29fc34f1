"""The sections that answer: plain words for a patient, "is there …?", and "what changed?".

Each is a row of parts, fixed sentences and plans for the decoder, in the order in which they are read. What
they state was scored, or is in the record; where it was not, a fixed sentence says so and why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mmdesk.case import Modality
from mmdesk.packs.manifest import Examination, Manifest, Task
from mmdesk.plan import SectionPlan, Slot, chances, change_slots, finding_slots, section_of
from mmdesk.questions import Named
from mmdesk.report import Finding, Origin, Sentence, Status, percent

if TYPE_CHECKING:
    from mmdesk.pipeline import Analysis

Part = Sentence | SectionPlan
PLAIN_NOUNS = {Modality.IMAGE: "picture", Modality.AUDIO: "heart sound", Modality.RECORD: "record"}
NO_DIAGNOSIS = (
    "This is no diagnosis: a computer program wrote it, and it can be wrong. Please talk to your doctor or "
    "nurse about it."
)
SCORES_ONLY = (
    "This compares what the model made of two pictures, in the order in which they were given; whose they "
    "are and when they were taken is not checked. Position, exposure and chance move its scores, too."
)


class Answers:
    """The parts of these sections, for one analysis that was scored. `facts` are the record's slots."""

    def __init__(self, analysis: "Analysis", spec: Manifest, facts: Mapping[str, Slot]) -> None:
        self.analysis, self.spec, self.facts = analysis, spec, facts
        self.findings = {finding.name: finding for finding in analysis.findings}
        self.slots = finding_slots(analysis.findings)

    def parts(self, section: str) -> Iterator[Part]:
        return {"plain": self._plain, "answer": self._answer, "change": self._change}[section]()

    # ---- findings

    def _scored(self, task: Task) -> bool:
        return task.findings[0].name in self.findings

    def _together(self, task: Task) -> tuple[Finding, Slot] | None:
        """What the task's findings without the normal one are together: it holds where that does not."""
        normal = next((self.findings.get(spec.name) for spec in task.findings if spec.normal), None)
        if task.abnormal is None or normal is None:
            return None
        finding = Finding(
            task.abnormal.label, task.abnormal.label, task.name, 1 - normal.probability,
            1 - normal.high, 1 - normal.low, normal.inputs,
        )  # fmt: skip
        number = len(self.analysis.findings) + 1 + self.spec.tasks.index(task)
        members = tuple(spec.name for spec in task.findings if not spec.normal)
        text = f"{finding.label} ({percent(finding.probability)})"
        token = f"<finding:{number}>"
        return finding, Slot(token, finding.name, finding.label, str(finding.status), text, members)

    def _noun(self, task: Task) -> str:
        if task.examination is None:
            return "record"
        return noun_of(self.spec.examination(task.examination), self.analysis)

    # ---- plain words

    def _plain(self) -> Iterator[Part]:
        for text in self._plain_notices():
            yield Sentence(text, "plain", Origin.FIXED)
        for task in self.spec.tasks:
            if self._scored(task):
                exam = self.spec.examination(task.examination).plain if task.examination else "record"
                yield SectionPlan("plain", exam, tuple(self._plain_slots(task)))
        values = tuple(s for s in self.facts.values() if s.status in ("high", "low", "normal"))
        if values:
            yield SectionPlan("plain", "record", tuple(self._value_in_plain_words(s) for s in values))
        if not values and not self.findings:
            yield Sentence("There was nothing here that the program could judge.", "plain", Origin.FIXED)
        yield Sentence(NO_DIAGNOSIS, "plain", Origin.FIXED)

    def _value_in_plain_words(self, slot: Slot) -> Slot:
        words = self.spec.vocabulary[slot.name].plain or slot.label
        return replace(slot, text=words + slot.text.removeprefix(slot.label))

    def _plain_notices(self) -> Iterator[str]:
        """What was not given, not read, not known, and who the program learned from."""
        missing = [PLAIN_NOUNS[m] for m in Modality if m not in self.analysis.case.inputs]
        if missing:
            yield f"The program was not given a {' or a '.join(missing)}."
        yield from left_out(self.analysis, Modality)
        ages = [fact.value for fact in self.analysis.facts if fact.name == "age"]
        asks_age = [task.population for task in self.spec.tasks if self._scored(task)]
        bounds = [(p.age_from, p.age_to) for p in asks_age if p.age_from is not None and p.age_to is not None]
        if bounds and not ages:
            yield "The program was not told the age, and it may be wrong more often at some ages."
        elif any(not low <= float(ages[-1]) < high for low, high in bounds):
            yield "The program learned from people of another age, so it may be wrong more often here."

    def _plain_slots(self, task: Task) -> Iterator[Slot]:
        """The task's findings in a patient's words. Where the normal one has an opposite, that is told in
        its place, and the kinds of it unless there is no sign of any."""
        together = self._together(task)
        if together is not None and task.abnormal is not None:
            finding, slot = together
            yield _in_plain_words(slot, task.abnormal.plain, finding)
            if finding.status == Status.ABSENT:
                return
        for spec in task.findings:
            if spec.name in self.slots and not (together and spec.normal):
                yield _in_plain_words(self.slots[spec.name], spec.plain, self.findings[spec.name])

    # ---- is there …?

    def _answer(self) -> Iterator[Part]:
        for named in self.analysis.asked.about:
            if named.tasks or named.findings:
                yield from self._answer_by_scores(named)
            if named.facts:
                yield from self._answer_by_record(named)

    def _answer_by_scores(self, named: Named) -> Iterator[Part]:
        tasks = [
            task
            for task in self.spec.tasks
            if task.name in named.tasks or any(spec.name in named.findings for spec in task.findings)
        ]
        scored = [task for task in tasks if self._scored(task)]
        for task in scored:
            yield from self._answer_by_task(task, named)
        if not scored:
            reasons = dict.fromkeys(self._why_not(task) for task in tasks)
            text = f"Nothing can be said about {named.name}: {'; '.join(reasons)}."
            yield Sentence(text, "answer", Origin.FIXED)

    def _answer_by_task(self, task: Task, named: Named) -> Iterator[Part]:
        """Yes, no or not sure; why; and what fits better, or which kind it is."""
        together = self._together(task) if task.name in named.tasks else None
        asked = {together[0].name: together} if together else {}
        for spec in task.findings:
            if spec.name in named.findings:
                finding = self.findings[spec.name]
                asked[spec.name] = finding, self._slot(finding)
        exam = self._noun(task)
        if len(asked) > 1:
            text = f"“{named.name}” names {len(asked)} findings, each with its own answer."
            yield Sentence(text, "answer", Origin.FIXED)
        yield SectionPlan("answer", exam, tuple(slot for _, slot in asked.values()))
        findings = [finding for finding, _ in asked.values()]
        stated = {finding.name: slot.findings or (finding.name,) for finding, slot in asked.values()}
        for finding in findings:
            yield self._because(against_thresholds(finding), finding, stated[finding.name])
        given = " and the ".join(PLAIN_NOUNS[m].replace("picture", "image") for m in findings[0].inputs)
        every = tuple(dict.fromkeys(name for names in stated.values() for name in names))
        yield self._because(f"The answer rests on the {given}.", findings[0], every)
        for text in left_out(self.analysis, task.carriers):
            yield Sentence(text, "answer", Origin.FIXED)
        others = [self.findings[spec.name] for spec in task.findings if spec.name not in asked]
        if together and together[0].status != Status.ABSENT:
            kinds = [f for f in others if not f.normal and f.status != Status.ABSENT]
            yield from _plan(section_of(task.carriers), exam, [self._slot(f) for f in kinds])
            others = [f for f in others if f.normal]
        if task.exclusive or all(finding.status != Status.PRESENT for finding in findings):
            most = max(finding.probability for finding in findings)
            better = [f for f in others if f.probability > most and f.status != Status.ABSENT]
            if task.exclusive:
                better = sorted(better, key=lambda f: f.probability)[-1:]
            yield from _plan("instead", exam, [self._slot(f) for f in better])

    def _slot(self, finding: Finding) -> Slot:
        """Also of a normal finding that is absent, which a report leaves out unless it is asked for."""
        if finding.name in self.slots:
            return self.slots[finding.name]
        number = self.analysis.findings.index(finding) + 1
        text = f"{finding.label} ({percent(finding.probability)})"
        return Slot(f"<finding:{number}>", finding.name, finding.label, str(finding.status), text)

    def _because(self, text: str, finding: Finding, names: tuple[str, ...]) -> Sentence:
        return Sentence(text, "answer", Origin.FIXED, names, inputs=finding.inputs)

    def _why_not(self, task: Task) -> str:
        """Why the task was not scored."""
        needed = task.carriers[0]
        reasons = list(left_out(self.analysis, [needed]))
        if reasons:
            return reasons[0].removesuffix(".")
        if needed == Modality.RECORD and needed in self.analysis.case.inputs:
            stated = len({fact.name for fact in self.analysis.facts} & set(task.facts))
            return f"the record states {stated} of the values it takes, and {task.facts_needed} are needed"
        kind = self.spec.examination(task.examination).title if task.examination else "record"
        for name, encoded in self.analysis.read:
            if encoded.modality == needed and encoded.examination:
                other = self.spec.examination(encoded.examination).title
                return f"no {kind} was given; {name} was read as {other}"
        return f"no {kind} was given"

    def _answer_by_record(self, named: Named) -> Iterator[Part]:
        """What the record reports or denies, and the values that belong to it."""
        stated = [self.facts[name] for name in named.facts if name in self.facts]
        told = [slot for slot in stated if slot.status in ("reported", "denied")]
        values = [slot for slot in stated if slot not in told]
        if not stated:
            yield Sentence(self._unstated(named), "answer", Origin.FIXED)
        yield from _plan("answer", "record", told)
        yield from _plan("record", "record", values)
        denied = [slot for slot in told if slot.status == "denied"]
        outside = [slot for slot in values if slot.status in ("high", "low")]
        if denied and outside:
            text = f"The record denies {denied[0].label}, but its {outside[0].label} is out of range."
            yield Sentence(text, "answer", Origin.FIXED)

    def _unstated(self, named: Named) -> str:
        terms = [self.spec.vocabulary[name] for name in named.facts]
        term = next((term for term in terms if term.kind == "complaint"), terms[0])
        record = [s for s in self.analysis.sources if s.modality == Modality.RECORD]
        if not record:
            return f"Nothing can be said about {term.label}: no record was given."
        if all(source.problem for source in record):
            return f"Nothing can be said about {term.label}: {record[0].name} could not be read."
        if term.kind == "complaint":
            return f"The record does not state {term.label}, neither that it is there nor that it is not."
        return f"The record does not state {term.label}."

    # ---- what changed?

    def _change(self) -> Iterator[Part]:
        """The first and the last picture of each examination, in the order they were given."""
        for text in left_out(self.analysis, [Modality.IMAGE]):
            yield Sentence(text, "change", Origin.FIXED)
        compared = False
        for examination in self.spec.examinations_of(Modality.IMAGE):
            alone = self.analysis.alone.get(examination.name, [])
            if len(alone) > 1:
                yield from self._compare(examination, alone)
                compared = True
        text = SCORES_ONLY if compared else "There are no two pictures of one examination here to compare."
        yield Sentence(text, "change", Origin.FIXED)

    def _compare(
        self, examination: Examination, alone: Sequence[tuple[str, tuple[Finding, ...]]]
    ) -> Iterator[Part]:
        (first, before), (last, after) = alone[0], alone[-1]
        of = f"Of {len(alone)} {examination.plural}, the" if len(alone) > 2 else "The"
        text = f"{of} first and the last that were given are compared, {first} and {last}."
        yield Sentence(text, "change", Origin.FIXED, inputs=(Modality.IMAGE,))
        yield from _plan("change", examination.noun, list(change_slots(before, after).values()))


def left_out(analysis: "Analysis", modalities: Iterable[Modality]) -> Iterator[str]:
    """A sentence for each input of these kinds that could not be read or was not scored, and why."""
    for modality in modalities:
        for source in analysis.sources:
            if source.modality == modality and source.problem:
                yield f"{source.name} could not be read and was left out."
        for refusal in analysis.refused:
            if refusal.modality == modality:
                yield f"{refusal.sentence}."


def noun_of(examination: Examination, analysis: "Analysis") -> str:
    count = sum(item.examination == examination.name for item in analysis.encoded)
    return examination.plural if count > 1 else examination.noun


def against_thresholds(finding: Finding) -> str:
    """A finding's probability beside the thresholds that its status comes from."""
    score, low, high = _apart(finding.probability, finding.low, finding.high)
    name = finding.label[:1].upper() + finding.label[1:]
    match finding.status:
        case Status.PRESENT:
            return f"{name}: {score} reaches the upper threshold of {high}, so it counts as present."
        case Status.ABSENT:
            return f"{name}: {score} is below the lower threshold of {low}, so it counts as absent."
        case Status.UNSURE:
            return f"{name}: {score} lies between the thresholds of {low} and {high}."


def _apart(*probabilities: float) -> tuple[str, ...]:
    """In percent, with as many decimals as it takes that different ones look different."""
    texts = tuple(percent(p) for p in probabilities)
    for digits in (1, 2, 3):
        if len(set(texts)) == len(set(probabilities)):
            break
        texts = tuple(f"{p:.{digits}%}" for p in probabilities)
    return texts


def _in_plain_words(slot: Slot, words: str, finding: Finding) -> Slot:
    text = f"{words or slot.label} ({chances(finding.probability)})"
    return replace(slot, text=text)


def _plan(section: str, exam: str, slots: Sequence[Slot]) -> Iterator[SectionPlan]:
    if slots:
        yield SectionPlan(section, exam, tuple(slots))
