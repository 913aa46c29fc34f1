"""Turns, and work that is held in a process of its own."""

import os
from collections.abc import Callable

import pytest

from benchmarks import limit
from benchmarks.measure import Held, by_turns


def adder(start: int) -> Callable[[int], tuple[int, int]]:
    return lambda number: (os.getpid(), start + number)


def dying() -> Callable[[], None]:
    return lambda: os._exit(1)


def test_works_take_turns_and_the_first_round_does_not_count() -> None:
    asked: list[str] = []

    def work(name: str) -> Callable[[], float]:
        def done() -> float:
            asked.append(name)
            return float(len(asked))

        return done

    assert by_turns({"ours": work("ours"), "peer": work("peer")}, 2) == {
        "ours": [3.0, 5.0],
        "peer": [4.0, 6.0],
    }
    assert asked == ["ours", "peer"] * 3


def test_work_is_held_in_another_process() -> None:
    with Held(adder, 40) as held:
        first, second = held(2)[1], held(3)[1]
    assert (first[1], second[1]) == (42, 43)
    assert first[0] == second[0] != os.getpid()


def test_a_process_that_dies_is_no_figure() -> None:
    with Held(dying) as held, pytest.raises(EOFError):
        held()


def test_the_memory_is_read() -> None:
    with Held(limit.reading) as reading:
        assert reading(2, 2**20)[1] > 0
