"""The card holds every section that was measured, and the figures are those it was given."""

from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk.packs import manifest
from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.training.card import LIMITS, SECTIONS, Count, write_card

COUNTS = [Count("chest", "train", "normal radiograph", 1171, 871)]
RESULT = Measured("chest", "balanced accuracy", 0.8123, 0.7561, 0.9012, 168, "test")
AGE = "AUC, aortic stenosis, {}age only"


@pytest.fixture
def spec(tiny_pack: Path) -> Manifest:
    return manifest.read(tiny_pack)


def row(topic: str, metric: str = "AUC, aortic stenosis, women", value: float = 0.5) -> Measured:
    return Measured("valve", metric, value, value - 0.125, value + 0.125, 75, "5-fold", topic)


def test_every_topic_has_its_section_in_order(spec: Manifest) -> None:
    card = write_card(spec, [row(topic) for topic in reversed(SECTIONS)], COUNTS)
    places = [card.index(f"## {heading}\n") for heading, _ in SECTIONS.values()]
    assert places == sorted(places)
    assert card.endswith(LIMITS)
    assert "| chest | chest_xray | train | normal radiograph | 1171 | 871 |" in card
    assert spec.intended_use in card


def test_a_section_without_rows_is_left_out(spec: Manifest) -> None:
    card = write_card(spec, [RESULT], COUNTS)
    headings = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert headings == ["Tasks", "Data", "Results", "Limits"]


def test_figures_are_those_given(spec: Manifest) -> None:
    card = write_card(spec, [RESULT, row("subgroup", value=0.625)], COUNTS)
    assert "| chest | balanced accuracy | test | 0.812 | 0.756 to 0.901 | 168 |" in card
    assert "| women | 75 | 0.625 (0.500 to 0.750) |" in card


def test_other_seeds_are_averaged_where_they_measured_the_same(spec: Manifest) -> None:
    other = [replace(spec, measured=(replace(RESULT, value=value),)) for value in (0.7, 0.9)]
    lone = replace(RESULT, metric="accuracy, normal or not")
    card = write_card(spec, [RESULT, lone], COUNTS, other)
    assert "| value | 95% interval | groups | mean of 3 seeds | range over seeds |" in card
    assert "| 0.812 | 0.756 to 0.901 | 168 | 0.804 | 0.700 to 0.900 |" in card
    assert "| chest | accuracy, normal or not | test | 0.812 | 0.756 to 0.901 | 168 |  |  |" in card


def test_a_shortcut_that_is_not_beaten_is_named(spec: Manifest) -> None:
    beaten = [row("probe", AGE.format("gained over "), value) for value in (0.25, 0.1)]
    card = write_card(spec, [row("probe", AGE.format("")), beaten[0]], COUNTS)
    assert "beats the shortcut in 1 of 1 comparisons" in card
    assert "**0.250** (0.125 to 0.375)" in card
    assert "Not shown" not in card
    card = write_card(spec, [row("probe", AGE.format("")), beaten[1]], COUNTS)
    assert "beats the shortcut in 0 of 1 comparisons" in card
    assert "- valve, AUC, aortic stenosis, gained over age only (5-fold)" in card


def test_the_stated_sensitivity_stands_by_the_thresholds(spec: Manifest) -> None:
    tasks = tuple(replace(task, sensitivity=0.9, specificity=0.85) for task in spec.tasks)
    measured = [row("thresholds", "sensitivity at low, aortic stenosis", 0.75)]
    card = write_card(replace(spec, tasks=tasks), measured, COUNTS)
    assert "| valve | 90% | 85% |" in card
    assert "| aortic stenosis | 75 | 0.750 (0.625 to 0.875) |" in card
