"""What a report says, section by section: fixed sentences, and plans of sentences for the decoder."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmdesk.answers import Answers, Part, left_out, noun_of
from mmdesk.case import Modality
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.writer import Written, sentences_of
from mmdesk.plan import SectionPlan, Slot, fact_slots, finding_slots, render, section_of
from mmdesk.report import Origin, Sentence, Status

if TYPE_CHECKING:
    from mmdesk.pipeline import Analysis

NOUNS = {Modality.IMAGE: "image", Modality.AUDIO: "heart sound", Modality.RECORD: "record"}


def sentences(analysis: "Analysis", spec: Manifest) -> Iterator[tuple[str, Part]]:
    """What the report says, by section: fixed sentences, and plans of a sentence each."""
    for section in analysis.prompt.sections:
        for part in parts(section, analysis, spec):
            for piece in [part] if isinstance(part, Sentence) else sentences_of(part):
                yield section, piece


def said(analysis: "Analysis", section: str, plan: SectionPlan, written: Written) -> Sentence:
    """What the writer made of a plan; what it withheld is kept."""
    analysis.withheld += written.withheld
    origin = Origin.PLAIN if written.plain else Origin.DECODER
    text = render(written.template, written.slots, plan.exam)
    return _evidence(text, section, origin, written.slots, analysis)


def parts(section: str, analysis: "Analysis", spec: Manifest) -> Iterator[Part]:
    """What a section says: fixed sentences, and plans of which the decoder states every slot once."""
    facts = fact_slots(analysis.facts, spec.vocabulary)
    if section in ("plain", "answer", "change"):
        yield from Answers(analysis, spec, facts).parts(section)
        return
    for text in fixed_sentences(section, analysis):
        yield Sentence(text, section, Origin.FIXED)
    yield from section_plans(section, analysis, spec, finding_slots(analysis.findings), facts)


def fixed_sentences(section: str, analysis: "Analysis") -> list[str]:
    """What the pipeline says itself: what was not given, not read, not known, or not there."""
    if section == "impression":
        return _fixed_impression(analysis)
    modality = Modality(section)
    if modality not in analysis.case.inputs:
        return [f"No {NOUNS[modality]} was given."]
    texts = list(left_out(analysis, [modality]))
    read = any(s.modality == modality and s.sha256 for s in analysis.sources)
    if modality == Modality.RECORD and read and not analysis.facts:
        nothing = "The record states nothing that this pack knows."
        texts.append("No value of the record counts." if analysis.imported else nothing)
    return texts


def _fixed_impression(analysis: "Analysis") -> list[str]:
    """What was left out is said here where no section of its own says it."""
    texts = list(left_out(analysis, [m for m in Modality if m not in analysis.prompt.sections]))
    if not analysis.findings:
        return [*texts, "Nothing here could be scored."]
    if all(f.status == Status.ABSENT for f in analysis.findings):
        return [*texts, "None of the scored findings is present."]
    return texts


def section_plans(
    section: str, analysis: "Analysis", spec: Manifest, findings: dict[str, Slot], facts: dict[str, Slot]
) -> list[SectionPlan]:
    """What the decoder has to state: a plan for each examination of the section."""
    scored = [f for f in analysis.findings if f.name in findings]
    if section == "impression":
        chosen = [f for f in scored if f.status != Status.ABSENT]
        return [_plan(section, "case", [findings[f.name] for f in chosen])] if chosen else []
    own = [f for f in scored if section_of(spec.task(f.task).carriers) == section]
    if section == Modality.RECORD:
        slots = [*facts.values(), *(findings[f.name] for f in own)]
        return [_plan(section, "record", slots)] if slots else []
    plans = []
    for examination in spec.examinations_of(Modality(section)):
        slots = [findings[f.name] for f in own if spec.task(f.task).examination == examination.name]
        if slots:
            plans.append(_plan(section, noun_of(examination, analysis), slots))
    return plans


def _plan(section: str, exam: str, slots: Sequence[Slot]) -> SectionPlan:
    return SectionPlan(section, exam, tuple(slots))


def _evidence(
    text: str, section: str, origin: Origin, slots: Sequence[Slot], analysis: "Analysis"
) -> Sentence:
    inputs = {f.name: f.inputs for f in analysis.findings}
    findings = tuple(
        name for slot in slots if not slot.token.startswith("<fact") for name in slot.findings or (slot.name,)
    )
    facts = tuple(slot.name for slot in slots if slot.token.startswith("<fact"))
    rests = {modality for name in findings for modality in inputs[name]} | (
        {Modality.RECORD} if facts else set()
    )
    return Sentence(text, section, origin, findings, facts, tuple(m for m in Modality if m in rests))
