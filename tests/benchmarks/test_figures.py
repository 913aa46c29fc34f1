"""Medians, quartiles, ratios and goals, and how they are said."""

from typing import Literal

import pytest

from benchmarks.figures import Goal, Spread, Table, figure, lines, number, ratio


def test_a_spread_is_the_median_between_quartiles() -> None:
    assert Spread.of([5.0, 1.0, 2.0, 4.0, 3.0]) == Spread(3.0, 2.0, 4.0, 5)
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 7.0, 1)


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine that turns twice as slow changes nothing."""
    assert ratio("", [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]).spread == Spread(2.0, 2.0, 2.0, 3)
    with pytest.raises(ValueError, match="shorter"):
        ratio("", [1.0, 2.0], [1.0])


@pytest.mark.parametrize(("sense", "value", "met"), [("≥", 4.0, True), ("≥", 3.9, False), ("≤", 4.0, True)])
def test_a_goal_is_reached_at_its_value(sense: Literal["≥", "≤"], value: float, met: bool) -> None:
    assert Goal(sense, 4.0).is_met(value) is met


def test_a_table_says_each_figure_with_its_spread_and_goal() -> None:
    rows = (
        figure("decode", "tokens/s", 1000.0, 1234.0, 1500.0, note="as it is"),
        figure("a longer name", "s", 0.25, goal=Goal("≤", 0.2)),
        ratio("ours ÷ theirs", [6.0, 6.0], [1.0, 1.0], Goal("≥", 6.0)),
    )
    said = lines(Table("speed", rows, ("llama.cpp: not installed",)))
    assert said == [
        "speed",
        "  decode           1,234 tokens/s (1,117 to 1,367)     as it is",
        "  a longer name     0.25 s                             goal ≤ 0.2, missed",
        "  ours ÷ theirs        6 ×        (6 to 6)             goal ≥ 6, reached",
        "  llama.cpp: not installed",
    ]


@pytest.mark.parametrize(("value", "said"), [(12345.6, "12,346"), (99.96, "100"), (0.04567, "0.0457")])
def test_three_digits_are_said(value: float, said: str) -> None:
    assert number(value) == said
