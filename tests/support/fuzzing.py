"""Readers fed with damaged files, in a process of their own that may hang, swell or die."""

import contextlib
import multiprocessing
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
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
_PATIENCE_S = 30.0  # in which a file is made and read; the reader's own seconds are measured


File = Callable[[], tuple[str, bytes]]  # the name of its reader, and its bytes


@dataclass(frozen=True)
class Outcome:
    """`failure` is "" where a value or a named error came; `said` is that error."""

    name: str
    failure: str
    said: str = ""
    seconds: float = 0.0
    memory: int = 0

    def __str__(self) -> str:
        return f"{self.name}: {self.failure}"


def damaged(seed: int, number: int) -> tuple[str, bytes]:
    name = list(READERS)[number % len(READERS)]
    random = Random(f"{seed} {number}")
    return name, mutated(random, random.choice(seeds_of(name)))


def damaged_files(seed: int, numbers: Iterable[int]) -> dict[str, File]:
    return {f"seed {seed}, file {number}": partial(damaged, seed, number) for number in numbers}


def outcomes(files: Mapping[str, File]) -> Iterator[Outcome]:
    """One for each file; a process that dies of one, or takes too long, is replaced."""
    left = list(files)
    context = multiprocessing.get_context("spawn")
    while left:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(theirs, {name: files[name] for name in left}))
        process.start()
        theirs.close()
        with ours:
            seconds = _START_S
            while left:
                outcome, failure = None, ""
                try:
                    if ours.poll(seconds):
                        outcome = ours.recv()
                    else:
                        failure = "took too long"
                except EOFError:
                    process.join()
                    failure = f"the process died, exit code {process.exitcode}"
                if failure:
                    process.kill()
                    yield Outcome(left.pop(0), failure)
                    break
                seconds = _PATIENCE_S
                if outcome is not None:
                    assert outcome.name == left.pop(0)
                    yield outcome
        process.join()


def _serve(answers: Connection, files: Mapping[str, File]) -> None:
    warnings.simplefilter("error")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff and mpg123 print what they find
    sys.stdout = sys.stderr = printed = StringIO()
    for name, reader in READERS.items():  # what is imported and started at the first file
        with contextlib.suppress(InputProblem):
            reader.read(seeds_of(name)[0])
    answers.send(None)
    for name, file in files.items():
        answers.send(_outcome(name, *file(), printed))
    sandbox.end()


def _outcome(name: str, reader: str, data: bytes, printed: StringIO) -> Outcome:
    before, start, failure, said = _memory("VmRSS"), time.monotonic(), "", ""
    try:
        READERS[reader].read(data)
    except InputProblem as problem:
        said = problem.problem
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
    return Outcome(name, failure and f"{reader}: {failure}", said, seconds, memory)


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
    count, worst, longest, refused = 0, 0, 0.0, 0
    for outcome in outcomes(damaged_files(seed, range(first, last[0]))):
        count, refused = count + 1, refused + bool(outcome.said)
        worst, longest = max(worst, outcome.memory), max(longest, outcome.seconds)
        if outcome.failure:
            print(outcome, flush=True)
    print(f"{count} files, {refused} of them refused; {longest:.1f} s and {worst / 2**20:.0f} MB at most")


if __name__ == "__main__":
    main()
