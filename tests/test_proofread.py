"""The proofreader reads every phrasing, trained on or withheld, and refuses what was tampered with."""

import re
from itertools import product
from pathlib import Path

import pytest

from mmdesk.plan import CHANGES, SLOT, STATUSES, SectionPlan, Slot
from mmdesk.proofread import MAX_WORDS, NEGATION, fault, read_status
from mmdesk.training.grammar import Grammar, Kind, join

GRAMMAR = Grammar.load(Path(__file__).parents[1] / "recipes" / "clinic.grammar.toml")
KINDS = pytest.mark.parametrize("kind", GRAMMAR.sentence, ids=lambda kind: kind.name)
LABELS = {"finding": "bacterial pneumonia", "fact": "temperature", "change": "viral pneumonia"}


def plan_of(*statuses: str, carries: str, name: str = "impression") -> SectionPlan:
    """A section with one slot a status, numbered from 1."""
    label = LABELS[carries]
    slots = [
        Slot(f"<{carries}:{number}>", f"{carries}_{number}", label, status, f"{label} text {number}")
        for number, status in enumerate(statuses, start=1)
    ]
    return SectionPlan(name, "recordings", tuple(slots))


def templates(kind: Kind, count: int = 1) -> list[str]:
    slots = join([f"<{kind.carries}:{number}>" for number in range(1, count + 1)], kind.joiner)
    return [phrasing.replace("{slots}", slots) for phrasing in kind.phrasings + kind.withheld]


def presence(status: str) -> SectionPlan:
    return plan_of(status, carries="finding", name="image")


def record(status: str) -> SectionPlan:
    return plan_of(status, carries="fact", name="record")


def changed(status: str) -> SectionPlan:
    return plan_of(status, carries="change", name="change")


@KINDS
def test_every_phrasing_is_read_right_with_every_number_of_slots(kind: Kind) -> None:
    for section, count in product(kind.sections, range(1, kind.most + 1)):
        plan = plan_of(*[kind.status] * count, carries=kind.carries, name=section)
        for template in templates(kind, count):
            assert read_status(template) == kind.status, template
            assert fault(template, plan) is None, template


@KINDS
def test_the_same_words_are_a_fault_for_every_other_status(kind: Kind) -> None:
    said = {"finding": STATUSES[:3], "fact": STATUSES[3:9], "change": CHANGES}
    others = [s for s in said[kind.carries] if s != kind.status]
    for template, other in product(templates(kind), others):
        assert fault(template, plan_of(other, carries=kind.carries)), (template, other)


@KINDS
def test_dropping_a_negation_is_a_fault(kind: Kind) -> None:
    plan = plan_of(kind.status, carries=kind.carries)
    for template in templates(kind):
        for found in NEGATION.finditer(template):
            without = template[: found.start()] + template[found.end() :]
            assert fault(" ".join(without.split()), plan), without


@KINDS
def test_adding_a_negation_anywhere_is_a_fault(kind: Kind) -> None:
    plan = plan_of(kind.status, carries=kind.carries)
    for template in templates(kind):
        for place in [0, *(found.end() for found in re.finditer(r"[\w>](?=[ .:])", template))]:
            changed = f"{template[:place]} not{template[place:]}" if place else f"Not {template}"
            assert fault(changed, plan), changed


@KINDS
def test_a_slot_of_another_status_is_a_fault(kind: Kind) -> None:
    other = next(s for s in STATUSES if s != kind.status)
    plan = plan_of(kind.status, other, carries=kind.carries)
    for template in templates(kind):
        assert fault(template.replace(":1>", ":2>"), plan), template
    for template in templates(kind, 2):
        assert fault(template, plan) == "slots of different status in one sentence", template


@KINDS
def test_truncated_anywhere_is_a_fault(kind: Kind) -> None:
    plan = plan_of(kind.status, carries=kind.carries)
    for template in templates(kind):
        assert all(fault(template[:end], plan) for end in range(len(template))), template


@KINDS
@pytest.mark.parametrize(
    "added",
    ["left", "Right", "bilateral", "upper lobe", "mild", "severe", "large", "acute", "chronic", "3", "two",
     "38.9 °C", "97%", "p0", "radiograph", "MRI", "X-ray", "recording", "CT", "pneumonia", "glioma",
     "cardiomyopathy", "bacterial pneumonia", "age", "temperature", "diagnosis", "unchanged", "treatment",
     "very very very", "<finding:1", "<fact:99>", "<exams>", "{slots}", "?", "Yes."],
)  # fmt: skip
def test_a_word_without_a_label_behind_it_is_a_fault(kind: Kind, added: str) -> None:
    plan = plan_of(kind.status, carries=kind.carries)
    for template in templates(kind):
        assert fault(f"{template[:-1]} {added}.", plan), added
        assert fault(f"{added} {template}", plan), added


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ("<finding:1> can be confirmed.", "present"),
        ("<finding:1> cannot be confirmed.", "not sure"),
        ("<finding:1> cannot be excluded.", "not sure"),
        ("A sign of <finding:1> was found in the <exam>.", "present"),
        ("No sign of <finding:1> in the <exam>.", "absent"),
        ("<finding:1> is likely.", "present"),
        ("<finding:1> is unlikely.", "absent"),
        ("<finding:1> is not unlikely.", None),
        ("Nothing but <finding:1> fits the <exam>.", None),
        ("Nothing fits the <exam> other than <finding:1>.", None),
        ("The findings fit <finding:1>, not the <exam>.", None),
        ("The findings do not fit the <exam>, which supports <finding:1>.", None),
        ("The features argue for <finding:1>.", "present"),
        ("The features argue against <finding:1>.", "absent"),
        ("No lack of support for <finding:1>.", None),
        ("If anything, the findings fit <finding:1>.", None),
        ("The <exam> and <finding:1>.", None),
        ("No words.", None),
        ("Above the upper limit: <fact:1>.", "high"),
        ("Above the lower limit: <fact:1>.", None),
        ("Not above range: <fact:1>.", None),
        ("Neither low nor high: <fact:1>.", "normal"),
        ("Possibly above range: <fact:1>.", None),
        ("Outside the range: <fact:1>.", None),
        ("Not recorded as denied: <fact:1>.", None),
        ("The patient did not deny <fact:1>.", None),
        ("The patient reports <fact:1>.", "reported"),
        ("The patient reports no <fact:1>.", "denied"),
        ("Reported above range: <fact:1>.", None),
        ("Little answer on <finding:1>.", None),
        ("Findings that fit speak against <finding:1>.", None),
        ("Support for <finding:1> is lacking.", "absent"),
        ("Not recorded: <fact:1>.", None),
        ("Nothing given: <fact:1>.", None),
        ("No record of <fact:1>.", None),
        ("Recorded out of range: <fact:1>.", None),
        ("No complaint in the limits: <fact:1>.", None),
        ("Yes, the findings fit <finding:1>.", "present"),
        ("Yes, the findings do not fit <finding:1>.", None),
        ("No, the findings fit <finding:1>.", None),
        ("No, the findings do not fit <finding:1>.", "absent"),
        ("Yes, <finding:1> may fit.", None),
        ("Yes, the patient denies <fact:1>.", None),
        ("No, the patient reports <fact:1>.", None),
        ("Yes, above range: <fact:1>.", None),
        ("Appeared: <change:1>.", "appeared"),
        ("Disappeared: <change:1>.", "gone"),
        ("No longer found: <change:1>.", "gone"),
        ("Not gone: <change:1>.", None),
        ("No longer gone: <change:1>.", None),
        ("Gone, which is new: <change:1>.", None),
        ("More likely: <change:1>.", "more likely"),
        ("Not more likely: <change:1>.", None),
        ("More likely, and less likely: <change:1>.", None),
        ("Perhaps more likely: <change:1>.", None),
        ("Unchanged: <change:1>.", "unchanged"),
        ("Not unchanged: <change:1>.", None),
        ("No change, and higher: <change:1>.", None),
        ("Change: <change:1>.", None),
    ],
)
def test_polarity(template: str, status: str | None) -> None:
    assert read_status(template) == status


@pytest.mark.parametrize(
    ("template", "section", "why"),
    [
        ("No sign of <finding:1>.", presence("present"), "reads as absent, but its slots are present"),
        ("The findings fit.", presence("present"), "states nothing: no slots"),
        ("Fits <finding:2>.", presence("present"), "<finding:2> is not in this section"),
        ("Fits <finding:1> and <finding:1>.", presence("present"), "states a slot twice"),
        ("Fits <finding:>.", presence("present"), "a slot is broken"),
        ("Fits <finding:1>", presence("present"), "no final period"),
        ("Fits <finding:1> ,.", presence("present"), "broken punctuation or capitals"),
        ("A normal fit: <finding:1>.", presence("present"), "states a finding outside its slots: 'normal'"),
        ("Scans fit <finding:1>.", presence("present"), "states an examination outside its slots: 'Scans'"),
        ("Record: <finding:1>.", presence("present"), "states an examination outside its slots: 'Record'"),
        ("Raised bacterial <fact:1>.", record("high"), "states a finding outside its slots: 'bacterial'"),
        (f"Fits {'a b ' * MAX_WORDS}<finding:1>.", presence("present"), f"longer than {MAX_WORDS} words"),
        ("Above: range: <fact:1>.", record("high"), "broken punctuation or capitals"),
        ("In the Above range: <fact:1>.", record("high"), "broken punctuation or capitals"),
        ("Fits the the <finding:1>.", presence("present"), "a word twice in a row"),
        ("New, fits <finding:1>.", presence("present"), "states a course outside its slots: 'New'"),
        ("Improved, so gone: <change:1>.", changed("gone"), "states a course outside its slots: 'Improved'"),
        ("The film, gone: <change:1>.", changed("gone"), "states an examination outside its slots: 'film'"),
        ("Gone: <change:1>.", changed("unchanged"), "reads as gone, but its slots are unchanged"),
        ("Fits the the the <finding:1>.", presence("present"), "a word twice in a row"),
    ],
)  # fmt: skip
def test_reasons(template: str, section: SectionPlan, why: str) -> None:
    assert fault(template, section) == why


def test_findings_and_facts_do_not_share_a_sentence() -> None:
    slots = (*record("high").slots, *presence("present").slots)
    mixed = SectionPlan("impression", "case", slots)
    assert fault("Raised, which fits: <fact:1> and <finding:1>.", mixed)


def test_a_list_is_joined_by_the_word_its_status_needs() -> None:
    assert fault("Fits <finding:1> or <finding:2>.", plan_of("present", "present", carries="finding"))
    assert fault("No sign of <finding:1> and <finding:2>.", plan_of("absent", "absent", carries="finding"))
    assert fault("Fits <finding:1> if <finding:2>.", plan_of("present", "present", carries="finding"))


def test_the_label_of_a_slot_is_not_spelled_out() -> None:
    odd = SectionPlan("image", "radiograph", (Slot("<finding:1>", "x", "widget", "present", "widget (91%)"),))
    assert fault("The widget pattern fits <finding:1>.", odd) == "states 'widget' outside its slot"


def test_slots_are_found_as_the_plan_finds_them() -> None:
    assert SLOT.findall("<finding:1>, <fact:12>") == ["<finding:1>", "<fact:12>"]
