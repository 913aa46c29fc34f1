"""Readers fed with damaged files, in a process of their own that may hang, swell or die."""

import contextlib
import multiprocessing
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox
from support.mutations import mutated
from support.readers import READERS, seeds_of

SECONDS = 5.0
MEMORY = 2**30
_START_S = 120.0


@dataclass(frozen=True)
class Outcome:
    """`failure` is "" where a value or a named error came."""

    number: int
    reader: str
    failure: str
    seconds: float = 0.0
    memory: int = 0
    read: bool = False

    def __str__(self) -> str:
        return f"{self.reader} {self.number}: {self.failure}"


def damaged(seed: int, number: int) -> tuple[str, bytes]:
    """The name of the reader, and the file."""
    name = list(READERS)[number % len(READERS)]
    random = Random(f"{seed} {number}")
    return name, mutated(random, random.choice(seeds_of(name)))


def outcomes(seed: int, numbers: Iterable[int]) -> Iterator[Outcome]:
    """One for each number; what dies or takes too long is replaced by a new process."""
    left = list(numbers)
    context = multiprocessing.get_context("spawn")
    while left:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(theirs, seed, left))
        process.start()
        theirs.close()
        with ours:
            seconds = _START_S
            while left:
                failure, outcome = "", None
                if not ours.poll(seconds):
                    failure = f"took longer than {SECONDS:.0f} s"
                else:
                    try:
                        outcome = ours.recv()
                    except EOFError:
                        process.join()
                        failure = f"the process died, {process.exitcode}"
                if failure:
                    process.kill()
                    number = left.pop(0)
                    yield Outcome(number, damaged(seed, number)[0], failure)
                    break
                seconds = SECONDS + 2.0  # for the process: it measures the reader's own
                if outcome is not None:
                    assert outcome.number == left.pop(0)
                    yield outcome
        process.join()


def _serve(answers: Connection, seed: int, numbers: list[int]) -> None:
    warnings.simplefilter("error")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff and mpg123 print what they find
    sys.stdout = sys.stderr = printed = StringIO()
    for name, reader in READERS.items():  # what is imported and started at the first file
        with contextlib.suppress(InputProblem):
            reader.read(seeds_of(name)[0])
    answers.send(None)
    for number in numbers:
        answers.send(_outcome(seed, number, printed))
    sandbox.end()


def _outcome(seed: int, number: int, printed: StringIO) -> Outcome:
    name, data = damaged(seed, number)
    before, start, failure, read = _memory("VmRSS"), time.monotonic(), "", True
    try:
        READERS[name].read(data)
    except InputProblem as problem:
        read = False
        if "\n" in str(problem):
            failure = "its words are no line"
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        failure = f"{type(error).__name__}: {str(error)[:100]} at {Path(place.filename).name}:{place.lineno}"
    seconds, memory = time.monotonic() - start, _memory("VmHWM") - before
    if not failure and seconds > SECONDS:
        failure = f"took {seconds:.1f} s"
    if not failure and memory > MEMORY:
        failure = f"took {memory / 2**30:.1f} GB"
    if words := printed.getvalue():
        failure = failure or f"printed {words[:200]!r}"
        printed.seek(0)
        printed.truncate()
    return Outcome(number, name, failure, seconds, memory, read)


def _memory(which: str) -> int:
    """Bytes that this process holds (VmRSS), or held at most since it was last asked that (VmHWM); Linux."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if which == "VmRSS":
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(rf"{which}:\s*(\d+) kB", status.read_text())
    return int(found[1]) * 1024 if found else 0


def main() -> None:
    """SEED FIRST LAST prints what fails of many files; SEED NUMBER reads one of them in this process."""
    seed, first, *last = map(int, sys.argv[1:])
    if not last:
        name, data = damaged(seed, first)
        print(f"{name}, {len(data)} bytes: /tmp/damaged")
        Path("/tmp/damaged").write_bytes(data)
        READERS[name].read(data)
        return
    count, worst, longest, read = 0, 0, 0.0, 0
    for outcome in outcomes(seed, range(first, last[0])):
        count, read = count + 1, read + outcome.read
        worst, longest = max(worst, outcome.memory), max(longest, outcome.seconds)
        if outcome.failure:
            print(outcome, flush=True)
    print(f"{count} files, {read} read all the same; at most {longest:.1f} s and {worst / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
