"""The plan of a report: which slots each section has to state, and what a slot reads as.

The decoder never writes a finding, a fact, a number or an examination itself. It writes slots
(`<finding:2>`, `<fact:5>`, `<change:1>`, `<exam>`), and rendering puts in the finding's own label and
probability, the record's own value, or both probabilities of a finding that two pictures were scored
for. The same plan conditions the decoder, steers the training grammar and
tells the proofreader what a sentence may say.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mmdesk.case import Fact, Flag, Modality
from mmdesk.report import Finding, Status, percent
from mmdesk.vocabulary import Term, Vocabulary

MAX_SLOTS = 48
EXAM = "<exam>"
SLOT = re.compile(r"<(?:finding|fact|change):\d+>")
CHANGES = ("appeared", "gone", "more likely", "less likely", "unchanged")
STATUSES = (
    "present", "not sure", "absent", "high", "low", "normal", "stated", "reported", "denied", *CHANGES,
)  # fmt: skip
# Facts before what was made of them; what is there before what is not.
ORDER = (
    "stated", "reported", "denied", "high", "low", "normal", "present", "not sure", "absent", *CHANGES,
)  # fmt: skip
TITLES = {
    "image": "Image", "audio": "Heart sound", "record": "Record", "impression": "Impression",
    "plain": "In plain words", "answer": "Answer", "change": "What changed",
}  # fmt: skip
# What the decoder is told that it writes: an answer also says what fits better than what was asked.
SECTIONS = (*TITLES, "instead")
# Two calibrated scores of the same picture may differ by this much: each may be off by 0.05, the error
# of calibration that a task of a pack may have. A smaller difference is no change.
SAME_WITHIN = 0.1


@dataclass(frozen=True, slots=True)
class Slot:
    """`status` is one of STATUSES; `text` is what the slot is rendered as; `findings` are those it
    stands for where its name is not one's own."""

    token: str
    name: str
    label: str
    status: str
    text: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """`exam` is the noun for what was read, such as "radiograph"; every slot has to be stated once."""

    name: str
    exam: str
    slots: tuple[Slot, ...]

    def slot(self, token: str) -> Slot:
        return next(slot for slot in self.slots if slot.token == token)


def finding_slots(findings: Sequence[Finding]) -> dict[str, Slot]:
    """Finding name → slot. A normal finding that is absent is said by what is present instead."""
    slots = {}
    present = {finding.task for finding in findings if finding.status == "present"}
    for number, finding in enumerate(findings[:MAX_SLOTS], start=1):
        if finding.normal and finding.status == "absent" and finding.task in present:
            continue
        text = f"{finding.label} ({percent(finding.probability)})"
        slots[finding.name] = Slot(
            f"<finding:{number}>", finding.name, finding.label, str(finding.status), text
        )
    return slots


def fact_slots(facts: Sequence[Fact], vocabulary: Vocabulary) -> dict[str, Slot]:
    """Fact name → slot; where a record states a thing more than once, the last one counts."""
    latest = {fact.name: fact for fact in facts}
    slots = {}
    for number, fact in enumerate(list(latest.values())[:MAX_SLOTS], start=1):
        term = vocabulary[fact.name]
        token = f"<fact:{number}>"
        slots[fact.name] = Slot(token, fact.name, term.label, _fact_status(fact), fact_text(fact, term))
    return slots


def _fact_status(fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return "reported" if fact.value else "denied"
    return str(fact.flag) if fact.flag in tuple(Flag) else "stated"


def fact_text(fact: Fact, term: Term) -> str:
    """The record's own value and unit behind the term's label: "temperature 38.9 °C"."""
    if isinstance(fact.value, bool):
        return term.label
    value = fact.value if isinstance(fact.value, str) else number_text(fact.value)
    unit = f" {fact.unit}" if fact.unit else ""
    return f"{term.label} {value}{unit}"


def number_text(value: float) -> str:
    """The shortest decimal that reads back as the same number to six digits: 38.9, 14, 0.25."""
    return f"{value:.6g}"


def render(template: str, slots: Iterable[Slot], exam: str) -> str:
    """A sentence with its slots filled in; the first letter is a capital."""
    by_token = {slot.token: slot.text for slot in slots}
    text = SLOT.sub(lambda match: by_token[match.group()], template).replace(EXAM, exam)
    return text[:1].upper() + text[1:]


def chances(probability: float) -> str:
    """A probability as people say it, within 0.05 of the truth and never certain: "about 8 in 10"."""
    if probability < 0.05:
        return "fewer than 1 in 100" if probability < 0.01 else "fewer than 1 in 20"
    if probability > 0.95:
        return "more than 99 in 100" if probability > 0.99 else "more than 19 in 20"
    return f"about {min(max(round(10 * probability), 1), 9)} in 10"


def change_slots(first: Sequence[Finding], last: Sequence[Finding]) -> dict[str, Slot]:
    """Finding name → slot with both probabilities, of two pictures that were scored alone. Normal
    findings are left out: the others say it, and "no tumour is gone" says nothing that one can read."""
    later = {finding.name: finding for finding in last}
    slots = {}
    for number, finding in enumerate(first, start=1):
        other = later[finding.name]
        if not finding.normal:
            both = f"first {percent(finding.probability)}, last {percent(other.probability)}"
            text = f"{finding.label} ({both})"
            status = change_status(finding, other)
            slots[finding.name] = Slot(f"<change:{number}>", finding.name, finding.label, status, text)
    return slots


def change_status(first: Finding, last: Finding) -> str:
    """One of CHANGES: what became of a finding from the first picture to the last."""
    rise = last.probability - first.probability
    if abs(rise) <= SAME_WITHIN:
        return "unchanged"
    if (first.status, last.status) == (Status.ABSENT, Status.PRESENT):
        return "appeared"
    if (first.status, last.status) == (Status.PRESENT, Status.ABSENT):
        return "gone"
    return "more likely" if rise > 0 else "less likely"


def section_of(carriers: Sequence[Modality]) -> str:
    """The section a finding is stated in: that of the first input which can carry it."""
    return str(carriers[0])
