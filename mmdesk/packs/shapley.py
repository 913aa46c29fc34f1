"""Shapley values: what each of several things adds to an outcome, over every order of adding them."""

from collections.abc import Callable
from math import factorial
from random import Random

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FEW, ORDERS = 5, 8


def subsets(players: int) -> Bools:
    """(2^players, players): row s holds the players whose bit is set in s; the first is empty."""
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)


def exact(worth: Floats) -> Floats:
    """worth (2^players, outcomes), in the order of `subsets` → (players, outcomes), which add up to the
    difference between all and none (Shapley 1953)."""
    players = len(worth).bit_length() - 1
    sets = subsets(players)
    sizes = sets.sum(1)
    order = factorial(players)
    weight = np.array([factorial(s) * factorial(max(players - s - 1, 0)) / order for s in sizes])
    shares = np.zeros((players, worth.shape[1]))
    for player in range(players):
        without = np.flatnonzero(~sets[:, player])
        gained = worth[without + 2**player] - worth[without]
        shares[player] = (weight[without, None] * gained).sum(0)
    return shares


def sampled(players: int, worth: Callable[[Bools], Floats], orders: int) -> Floats:
    """The same from `orders` random orders, each walked both ways; the sum stays exact. `worth` takes
    (sets, players) and gives (sets, outcomes) (Castro et al. 2009; antithetic, Mitchell et al. 2022)."""
    random = Random(0)
    walks = []
    for _ in range(orders):
        order = random.sample(range(players), players)
        walks += [order, order[::-1]]
    ranks = np.argsort(np.array(walks), 1)  # when each player comes
    steps = ranks[:, None, :] < np.arange(players + 1)[None, :, None]  # (walks, players + 1, players)
    values = worth(steps.reshape(-1, players)).reshape(len(walks), players + 1, -1)
    gained = np.diff(values, axis=1)
    shares: Floats = np.take_along_axis(gained, ranks[:, :, None], 1).mean(0)
    return shares


def shares_of(players: int, worth: Callable[[Bools], Floats]) -> Floats:
    """(players, outcomes), exact for up to FEW players, else from ORDERS orders."""
    return exact(worth(subsets(players))) if players <= FEW else sampled(players, worth, ORDERS)
