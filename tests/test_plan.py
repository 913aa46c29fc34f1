"""What slots say: chances in words, and what became of a finding between two pictures."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.case import Modality
from mmdesk.plan import CHANGES, SAME_WITHIN, chances, change_slots, change_status, finding_slots
from mmdesk.report import Finding, Status

CHANCE = st.floats(0, 1)
TURNED = {"unchanged": "unchanged", "appeared": "gone", "more likely": "less likely"}
TURNED |= {value: key for key, value in TURNED.items()}


def finding(probability: float, low: float = 0.3, high: float = 0.6, normal: bool = False) -> Finding:
    return Finding("x", "glioma", "brain", probability, low, high, (Modality.IMAGE,), normal)


@given(CHANCE)
def test_chances_are_near_the_truth_and_never_certain(probability: float) -> None:
    words = chances(probability)
    how, part, whole = re.fullmatch(r"(about|fewer than|more than) (\d+) in (\d+)", words).groups()  # type: ignore[union-attr]
    said = int(part) / int(whole)
    assert 0 < said < 1
    match how:
        case "about":
            assert abs(said - probability) <= 0.05 + 1e-9
        case "fewer than":
            assert probability < said
        case _:
            assert probability > said


@given(CHANCE, CHANCE, CHANCE, CHANCE)
def test_the_change_rule(first: float, last: float, one: float, two: float) -> None:
    low, high = sorted((one, two))
    before, after = finding(first, low, high), finding(last, low, high)
    status = change_status(before, after)
    assert status in CHANGES
    assert (status == "unchanged") == (abs(last - first) <= SAME_WITHIN)
    if status == "appeared":
        assert (before.status, after.status) == (Status.ABSENT, Status.PRESENT)
    if status in ("appeared", "more likely"):
        assert last > first
    if status in ("gone", "less likely"):
        assert last < first
    if abs(last - first) > SAME_WITHIN and (before.status, after.status) == (Status.PRESENT, Status.ABSENT):
        assert status == "gone"
    assert change_status(after, before) == TURNED[status]


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        (0.1, 0.9, "appeared"), (0.9, 0.1, "gone"), (0.1, 0.4, "more likely"), (0.4, 0.1, "less likely"),
        (0.65, 0.9, "more likely"), (0.62, 0.65, "unchanged"), (0.59, 0.61, "unchanged"),
        (0.05, 0.2, "more likely"), (0.5, 0.5, "unchanged"),
    ],
)  # fmt: skip
def test_changes(first: float, last: float, status: str) -> None:
    assert change_status(finding(first), finding(last)) == status


def test_a_barely_crossed_threshold_is_no_appearance() -> None:
    """Where there is no room between the thresholds, two scores of the same picture may lie beside them."""
    assert change_status(finding(0.49, 0.5, 0.5), finding(0.51, 0.5, 0.5)) == "unchanged"


@pytest.mark.parametrize(("disease", "said"), [(0.4, True), (0.7, False)])
def test_a_normal_finding_that_is_absent_is_left_to_what_is_present(disease: float, said: bool) -> None:
    normal = replace(finding(0.2, normal=True), name="normal")
    assert ("normal" in finding_slots([finding(disease), normal])) == said


def test_a_slot_holds_both_probabilities_and_normal_ones_have_none() -> None:
    normal = replace(finding(0.2, normal=True), name="y")
    slots = change_slots([finding(0.12), normal], [finding(0.88), normal])
    assert [slot.text for slot in slots.values()] == ["glioma (first 12%, last 88%)"]
