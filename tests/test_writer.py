"""The decoder at work with the built-in pack: what is planned is stated, whatever the plan."""

import random
from collections.abc import Callable

import pytest
import torch

from mmdesk.engine import StopRequested
from mmdesk.model.decoding import Loop
from mmdesk.packs.files import find
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.reader import PackReader
from mmdesk.packs.writer import DRAWS, Writer, Written, plain_statement, sentences_of
from mmdesk.plan import CHANGES, SECTIONS, STATUSES, SectionPlan, Slot
from mmdesk.proofread import fault, read_status


@pytest.fixture(scope="module")
def reader() -> PackReader:
    return PackReader(find("clinic"))


def a_plan(spec: Manifest, section: str, seed: int) -> SectionPlan:
    """Findings and facts of any status, more of one than a sentence lists."""
    choose = random.Random(seed)
    slots = []
    for number, term in enumerate(choose.sample(spec.vocabulary.terms, 12), start=1):
        status = choose.choice(
            ("reported", "denied") if term.kind == "complaint" else ("high", "low", "normal")
        )
        slots.append(Slot(f"<fact:{number}>", term.name, term.label, status, term.label))
    for number, finding in enumerate(spec.findings[:5], start=1):
        status = choose.choice(("present", "not sure", "absent"))
        slots.append(Slot(f"<finding:{number}>", finding.name, finding.label, status, finding.label))
    kept = slots if section == "record" else [slot for slot in slots if slot.token.startswith("<finding")]
    return SectionPlan(section, "record", tuple(kept))


def written(reader: PackReader, plan: SectionPlan) -> list[Written]:
    return written_of(reader, plan, lambda: None)


def written_of(reader: PackReader, plan: SectionPlan, check: Callable[[], None]) -> list[Written]:
    plans = list(sentences_of(plan))
    found = dict(reader.write(torch.zeros(len(plans), reader.configs.fusion.width), plans, check))
    return [one for number in range(len(plans)) for one in found[number]]


@pytest.mark.parametrize("section", ["image", "record", "impression"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_slot_is_stated_once_and_rightly(reader: PackReader, section: str, seed: int) -> None:
    plan = a_plan(reader.manifest, section, seed)
    sentences = written(reader, plan)
    stated = [slot.token for sentence in sentences for slot in sentence.slots]
    assert sorted(stated) == sorted(slot.token for slot in plan.slots)
    for sentence in sentences:
        assert {slot.status for slot in sentence.slots} == {read_status(sentence.template)}


def test_the_same_plan_is_worded_the_same(reader: PackReader) -> None:
    plan = a_plan(reader.manifest, "record", 3)
    assert written(reader, plan) == written(reader, plan)


def test_a_check_that_raises_ends_the_writing(reader: PackReader) -> None:
    calls = iter(range(1000))

    def check() -> None:
        if next(calls) > 5:
            raise StopRequested

    reader.writer.forget()
    plan = a_plan(reader.manifest, "record", 4)
    with pytest.raises(StopRequested):
        written_of(reader, plan, check)
    assert next(calls) == 7


def test_sentences_written_side_by_side_are_those_written_one_by_one(reader: PackReader) -> None:
    plans = [
        plan for seed in (5, 6, 7) for plan in sentences_of(a_plan(reader.manifest, "record", seed))
    ]
    fused = torch.randn(len(plans), reader.configs.fusion.width, generator=torch.Generator().manual_seed(0))
    exact = Writer(Loop(reader.network.decoder, "float32"), reader.writer.tokens)
    prefixes = reader.network.mixer.prefixes(fused)
    together = dict(exact.write(prefixes, plans, lambda: None))
    exact.forget()
    for number, plan in enumerate(plans):
        assert list(exact.write(prefixes[number][None], [plan], lambda: None)) == [(0, together[number])]
        exact.forget()


def test_a_sentence_that_was_written_before_is_only_taken_where_it_is_the_likeliest(
    reader: PackReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = next(sentences_of(a_plan(reader.manifest, "image", 8)))
    zeros, writer = torch.zeros(1, reader.configs.fusion.width), reader.writer
    writer.forget()
    ((_, first),) = reader.write(zeros, [plan], lambda: None)
    (said,) = writer._known
    right = list(writer._known[said])
    steps = []
    read = writer.loop.read
    monkeypatch.setattr(writer.loop, "read", lambda *given: steps.append(1) or read(*given))
    assert list(reader.write(zeros, [plan], lambda: None)) == [(0, first)] and not steps
    writer._known[said] = [*right[:3], *right[4:]]
    assert list(reader.write(zeros, [plan], lambda: None)) == [(0, first)] and steps


def test_where_no_draft_may_stand_each_slot_is_stated_plainly(reader: PackReader) -> None:
    plan = next(p for p in sentences_of(a_plan(reader.manifest, "record", 9)) if len(p.slots) > 1)
    writer = Writer(reader.writer.loop, reader.writer.tokens, lambda template, plan: "wrong")
    prefixes = reader.network.mixer.prefixes(torch.zeros(1, reader.configs.fusion.width))
    ((_, found),) = writer.write(prefixes, [plan], lambda: None)
    assert [one.slots for one in found] == [(slot,) for slot in plan.slots]
    assert all(one.plain and len(one.withheld) == DRAWS for one in found)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_plain_statement_says_its_status(section: str, status: str) -> None:
    kind = "finding" if status in ("present", "not sure", "absent") else "fact"
    slot = Slot(f"<{'change' if status in CHANGES else kind}:1>", "x", "glioma", status, "glioma")
    plan = SectionPlan(section, "record", (slot,))
    assert fault(plain_statement(section, slot), plan) is None
