"""Shapley values, exact and from sampled orders."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmdesk.packs.shapley import exact, sampled, subsets

GAMES = st.integers(1, 4).flatmap(
    lambda n: arrays(np.float64, (2**n, 2), elements=st.floats(-1, 1, allow_subnormal=False))
)


def by_all_orders(worth: np.ndarray) -> np.ndarray:
    """As Shapley defined them: the mean gain over every order of joining."""
    players = len(worth).bit_length() - 1
    orders = list(permutations(range(players)))
    shares = np.zeros((players, worth.shape[1]))
    for order in orders:
        there = 0
        for player in order:
            shares[player] += worth[there | 1 << player] - worth[there]
            there |= 1 << player
    return shares / len(orders)


def test_every_subset_comes_once_and_the_empty_one_first() -> None:
    sets = subsets(3)
    assert sets.shape == (8, 3) and not sets[0].any() and sets[-1].all()
    assert sets[5].tolist() == [True, False, True]
    assert len({tuple(row) for row in sets.tolist()}) == 8


@given(GAMES)
def test_they_are_the_mean_over_all_orders(worth: np.ndarray) -> None:
    np.testing.assert_allclose(exact(worth), by_all_orders(worth), atol=1e-12)


@given(GAMES)
def test_they_add_up(worth: np.ndarray) -> None:
    np.testing.assert_allclose(exact(worth).sum(0), worth[-1] - worth[0], atol=1e-12)


@given(GAMES)
def test_who_changes_nothing_gets_nothing(worth: np.ndarray) -> None:
    twice = np.concatenate([worth, worth])  # one player more, whose coming changes no worth
    shares = exact(twice)
    assert np.all(shares[-1] == 0.0)
    np.testing.assert_allclose(shares[:-1], exact(worth), atol=1e-12)


@settings(max_examples=30)
@given(GAMES, st.integers(1, 4))
def test_sampled_ones_add_up_too(worth: np.ndarray, orders: int) -> None:
    players = len(worth).bit_length() - 1
    shares = sampled(players, lambda sets: worth[(sets << np.arange(players)).sum(1)], orders)
    np.testing.assert_allclose(shares.sum(0), worth[-1] - worth[0], atol=1e-12)


def test_sampled_ones_come_close() -> None:
    worth = np.random.default_rng(3).random((2**5, 3))
    shares = sampled(5, lambda sets: worth[(sets << np.arange(5)).sum(1)], 2000)
    np.testing.assert_allclose(shares, exact(worth), atol=0.02)


@pytest.mark.parametrize("orders", [1, 8])
def test_an_order_and_its_reverse_are_exact_where_pairs_are_all_that_interact(orders: int) -> None:
    worth = np.array([[sum(s) + 3.0 * (s[0] and s[1])] for s in subsets(3).tolist()])
    shares = sampled(3, lambda sets: worth[(sets << np.arange(3)).sum(1)], orders)
    np.testing.assert_allclose(shares[:, 0], [2.5, 2.5, 1.0])
