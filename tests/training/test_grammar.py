"""The grammar states a plan exactly: every slot once, one status a sentence, the same for a seed."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.errors import UserProblem
from mmdesk.plan import CHANGES, SECTIONS, SLOT, SectionPlan, Slot, render
from mmdesk.proofread import fault
from mmdesk.training.grammar import (
    FACT_ORDER,
    FEWEST,
    FEWEST_WITHHELD,
    FINDING_ORDER,
    SAYS,
    Grammar,
    GrammarProblem,
    Kind,
    check,
    join,
)

FILE = Path(__file__).parents[2] / "recipes" / "clinic.grammar.toml"
GRAMMAR = Grammar.load(FILE)
SEEDS = st.integers(0, 2**32)


@st.composite
def plans(draw: st.DrawFn) -> SectionPlan:
    name = draw(st.sampled_from(SECTIONS))
    exam = draw(st.sampled_from(("radiograph", "MRI slice", "recording", "recordings", "record")))
    findings, facts, changes = (draw(statuses(carries, name)) for carries in ("finding", "fact", "change"))
    slots = [
        Slot(f"<finding:{n}>", f"f{n}", f"term q{n}", s, f"term q{n} (7{n}%)")
        for n, s in enumerate(findings, 1)
    ]
    slots += [
        Slot(f"<fact:{n}>", f"v{n}", f"term w{n}", s, f"term w{n} 3{n} mg") for n, s in enumerate(facts, 1)
    ]
    slots += [
        Slot(f"<change:{n}>", f"f{n}", f"term q{n}", s, f"term q{n} (first 7{n}%, last 8{n}%)")
        for n, s in enumerate(changes, 1)
    ]
    return SectionPlan(name, exam, tuple(draw(st.permutations(slots))))


def statuses(carries: str, section: str) -> st.SearchStrategy[list[str]]:
    """What may be said there."""
    says = SAYS[carries].get(section)
    return st.lists(st.sampled_from(says), max_size=12) if says else st.just([])


@given(plans(), SEEDS, st.booleans())
def test_every_slot_is_stated_once_and_proofread_clean(plan: SectionPlan, seed: int, withheld: bool) -> None:
    written = GRAMMAR.write(plan, Random(seed), withheld)
    stated = [token for template in written for token in SLOT.findall(template)]
    assert sorted(stated) == sorted(slot.token for slot in plan.slots)
    assert [fault(template, plan) for template in written] == [None] * len(written)
    for template in written:
        text = render(template, plan.slots, plan.exam)
        assert not re.search(r"[<>{}]", text)
        assert text[0] == text[0].upper()


@given(plans(), SEEDS, st.booleans())
def test_the_same_random_writes_the_same(plan: SectionPlan, seed: int, withheld: bool) -> None:
    assert GRAMMAR.write(plan, Random(seed), withheld) == GRAMMAR.write(plan, Random(seed), withheld)


@given(plans(), SEEDS)
def test_statuses_come_in_order(plan: SectionPlan, seed: int) -> None:
    findings_last = (*FACT_ORDER, *FINDING_ORDER)
    order = findings_last if plan.name == "record" else (*FINDING_ORDER, *FACT_ORDER, *CHANGES)
    written = GRAMMAR.write(plan, Random(seed))
    places = [order.index(plan.slot(SLOT.findall(template)[0]).status) for template in written]
    assert places == sorted(places)


def one_slot(kind: Kind) -> SectionPlan:
    token = f"<{kind.carries}:1>"
    return SectionPlan(kind.sections[0], "recording", (Slot(token, "x", "x", kind.status, "x"),))


@pytest.mark.parametrize("kind", GRAMMAR.sentence, ids=lambda kind: kind.name)
def test_withheld_phrasings_are_used_only_when_asked_for(kind: Kind) -> None:
    token = f"<{kind.carries}:1>"
    for withheld, allowed in ((False, kind.phrasings), (True, kind.withheld)):
        written = {GRAMMAR.write(one_slot(kind), Random(seed), withheld)[0] for seed in range(400)}
        assert written == {phrasing.replace("{slots}", token) for phrasing in allowed}


@pytest.mark.parametrize("kind", GRAMMAR.sentence, ids=lambda kind: kind.name)
def test_words_suit_one_examination_and_several(kind: Kind) -> None:
    for phrasing in kind.phrasings + kind.withheld:
        before = re.findall(r"(\w+) <exam>", phrasing, re.IGNORECASE)
        assert {word.lower() for word in before} <= {"the"}, phrasing
        # Subject of a verb: "the <exam> did" suits both, "the <exam> does" only one.
        assert not re.search(
            r"(?:^|[.,:] )[Tt]he <exam> (is|are|was|were|has|have|do|does|\w+[^s]s)\b", phrasing
        ), phrasing
        assert not re.search(r"^[a-z]", phrasing), phrasing
        if kind.joiner == "and":  # "a and b is", "a are"; with "or" the verb is singular for any number
            assert not re.search(r"(?:^|[.,:] )\{slots\} (is|are|was|were|has|have|\w+[^s]s)\b", phrasing), (
                phrasing
            )


def test_a_section_does_not_repeat_a_phrasing_before_it_has_used_all() -> None:
    slots = [Slot(f"<fact:{n}>", f"v{n}", f"v{n}", "high", "x") for n in range(1, 25)]
    plan = SectionPlan("record", "record", tuple(slots))
    for seed in range(50):
        words = [re.sub(r"<fact.*>", "@", template) for template in GRAMMAR.write(plan, Random(seed))]
        assert len(set(words)) == len(words)


def test_lists() -> None:
    assert join(["a"], "or") == "a"
    assert join(["a", "b"], "or") == "a or b"
    assert join(["a", "b", "c"], "and") == "a, b and c"


def test_a_fact_has_no_sentence_in_an_image_section() -> None:
    plan = SectionPlan("image", "radiograph", (Slot("<fact:1>", "x", "x", "high", "x"),))
    with pytest.raises(GrammarProblem, match="image: no sentence says that a fact is high"):
        GRAMMAR.write(plan, Random(0))


KIND = GRAMMAR.sentence[0]
FINDING, FACT = FEWEST["finding"], FEWEST["fact"]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (replace(KIND, phrasings=KIND.phrasings[: FINDING - 1]), "fewer than 24"),
        (replace(KIND, withheld=KIND.withheld[: FEWEST_WITHHELD - 1]), "or than 4 withheld"),
        (replace(KIND, phrasings=(*KIND.phrasings, "Fits it.")), "needs {slots} once"),
        (replace(KIND, phrasings=(*KIND.phrasings, "Fits {slots} {slots}.")), "needs {slots} once"),
        (replace(KIND, phrasings=(*KIND.phrasings, "Fits {slots} {more}.")), "needs {slots} once"),
        (replace(KIND, phrasings=(*KIND.phrasings, "Fits {slots}")), "final period"),
        (replace(KIND, phrasings=(*KIND.phrasings, KIND.phrasings[0].upper())), "stands twice"),
        (replace(KIND, phrasings=(*KIND.phrasings, KIND.phrasings[3])), "stands twice"),
        (
            replace(KIND, withheld=(*KIND.withheld, KIND.phrasings[3].replace("Features", "FEATURES"))),
            "twice",
        ),
        (replace(KIND, joiner="nor"), "without a meaning"),
        (replace(KIND, carries="value"), "without a meaning"),
        (replace(KIND, most=0), "without a meaning"),
        (replace(KIND, sections=("image",)), "audio: no sentence says that a finding is present"),
        (replace(KIND, status="absent"), "another kind says the same"),
    ],
)
def test_a_broken_kind_is_refused(broken: Kind, problem: str) -> None:
    with pytest.raises(GrammarProblem, match=re.escape(problem)):
        check(replace(GRAMMAR, sentence=(broken, *GRAMMAR.sentence[1:])))


def test_a_missing_fact_kind_is_refused() -> None:
    kinds = [kind for kind in GRAMMAR.sentence if kind.name != "fact normal"]
    with pytest.raises(GrammarProblem, match="record: no sentence says that a fact is normal"):
        check(Grammar(tuple(kinds)))


@pytest.mark.parametrize("carries", ["fact", "change"])
def test_twenty_phrasings_do_for_facts_and_changes(carries: str) -> None:
    kind = next(kind for kind in GRAMMAR.sentence if kind.carries == carries)
    others = [other for other in GRAMMAR.sentence if other != kind]
    check(Grammar((*others, replace(kind, phrasings=kind.phrasings[:FACT]))))


@pytest.mark.parametrize("text", ["sentence = 3", "[[sentence]]\nname = 'x'", "[[", "[[sentence]]\nodd = 1"])
def test_a_file_that_is_no_grammar_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.grammar.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GrammarProblem, match=r"odd\.grammar\.toml: not a grammar") as caught:
        Grammar.load(path)
    assert isinstance(caught.value, UserProblem)
    assert isinstance(caught.value, ValueError)
