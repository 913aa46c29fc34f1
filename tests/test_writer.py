"""The decoder at work with the built-in pack: what is planned is stated, whatever the plan."""

import random

import pytest
import torch

from mmdesk.engine import StopRequested
from mmdesk.packs.files import find
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.reader import PackReader
from mmdesk.packs.writer import Written, plain_statement
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
    return list(reader.write(torch.zeros(1, reader.configs.fusion.width), plan, lambda: None))


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
        if next(calls) > 20:
            raise StopRequested

    plan = a_plan(reader.manifest, "record", 4)
    with pytest.raises(StopRequested):
        list(reader.write(torch.zeros(1, reader.configs.fusion.width), plan, check))
    assert next(calls) == 22


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_plain_statement_says_its_status(section: str, status: str) -> None:
    kind = "finding" if status in ("present", "not sure", "absent") else "fact"
    slot = Slot(f"<{'change' if status in CHANGES else kind}:1>", "x", "glioma", status, "glioma")
    plan = SectionPlan(section, "record", (slot,))
    assert fault(plain_statement(section, slot), plan) is None
