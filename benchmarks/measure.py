"""How figures are taken: by turns, and each contender in a process of its own."""

import multiprocessing
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self, TypeVar

Name = TypeVar("Name", bound=Hashable)
REST_S = 0.25  # in which threads of the one before stop waiting for more work


@dataclass(frozen=True, slots=True)
class Asked:
    """How often each figure is taken, of how many cases a long batch is, and with which pack."""

    pack: Path
    rounds: int = 5
    cases: int = 1000


def by_turns(
    works: Mapping[Name, Callable[[], float]], rounds: int, rest: float = 0.0
) -> dict[Name, list[float]]:
    """The figure of each work, once a round, so that a machine that slows down slows all of them; the round
    before the first does not count."""
    taken: dict[Name, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            time.sleep(rest)
            value = work()
            if turn:
                taken[name].append(value)
    return taken


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Held:
    """What `make(*args)` gives, a function, held ready in a process of its own: its threads, its memory and
    the libraries it loads are nobody else's."""

    def __init__(self, make: Callable[..., Callable[..., Any]], *args: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make, args), daemon=True)
        with theirs:
            self._process.start()

    def __call__(self, *args: object) -> tuple[float, Any]:
        """Seconds in its process, and what it gave. Raises EOFError where the process died."""
        self._pipe.send(args)
        taken: tuple[float, Any] = self._pipe.recv()
        return taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join()


def _serve(pipe: Connection, make: Callable[..., Callable[..., Any]], args: tuple[object, ...]) -> None:
    work = make(*args)
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        begun = time.perf_counter()
        result = work(*asked)
        pipe.send((time.perf_counter() - begun, result))
