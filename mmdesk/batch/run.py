"""A list of cases is read by worker processes; what comes out is written chunk by chunk, and kept."""

import hashlib
import os
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import mmdesk
from mmdesk.batch import SIZE
from mmdesk.batch.cases import look
from mmdesk.batch.events import BatchEvent, Begun, Ended, Listed, Progress, RowsRead
from mmdesk.batch.rows import WORKER, Job
from mmdesk.engine import StopRequested, StopToken
from mmdesk.packs import files, manifest
from mmdesk.questions import choose_prompt

if TYPE_CHECKING:  # it imports pyarrow
    from mmdesk.batch.parts import Parts
    from mmdesk.batch.pool import Chunk, Rows

LATE_S, MARKS = 30.0, 8  # the rate is of this time, or of so many chunks where they take longer
Engine = Literal["local", "ray"]


def run(
    path: Path,
    out: Path,
    *,
    pack: Path,
    stop: StopToken,
    device: str = "auto",
    workers: int | None = None,
    size: int = SIZE,
    prompt: str | None = None,
    confirmed: bool = False,
    restart: bool = False,
    engine: Engine = "local",
    factory: str = WORKER,
) -> Iterator[BatchEvent]:
    """Read the cases of `path`, a folder or a manifest.csv, into the table `out`: .parquet, .csv or .jsonl.

    `prompt` is asked of the cases that name none; `confirmed`: the values of sheets count. Begun comes when
    the cases are listed, Ended when `out` is written. Goes on where an earlier run was cut off, unless
    `restart`. For any thread; ends within a second of a stop. `factory` is that of a Job. Raises UserProblem
    before Begun, or later where the pack cannot be loaded or the disk is full: what was read then is kept.
    """
    from mmdesk.batch import results
    from mmdesk.batch.parts import Parts

    read = _reading(engine)
    out = Path(os.path.realpath(out))
    results.check(out)
    files.check(pack)
    known, sha256 = manifest.read(pack), files.pack_hash(pack)
    choose_prompt(known, prompt)
    listing = look(path, results=out)
    what = {
        "cases": _digest(listing.cases),
        "a pack": sha256,
        "a --size": str(size),
        "a --prompt": str(prompt),
        "--confirm-labs": str(confirmed),
        "a version of mmdesk": mmdesk.__version__,
    }
    parts = Parts(out, results.Results(known, sha256), what, restart)
    try:
        cases = listing.cases
        chunks = [(place // size, cases[place : place + size]) for place in range(0, len(cases), size)]
        left = [chunk for chunk in chunks if chunk[0] not in parts.failed]
        pace = _Pace(len(cases), len(cases) - sum(len(some) for _, some in left))
        yield Begun(pace.progress(parts), parts.rows(), listing.left_out)
        job = Job(pack, device, prompt, confirmed, factory)
        with closing(read(left, job, workers, stop)) as coming:
            for chunk, rows in coming:
                parts.write(chunk, rows)
                yield RowsRead(rows, pace.progress(parts, len(rows)))
        try:
            parts.join(stop)
        except StopRequested:
            yield Ended(pace.progress(parts), stopped=True)
        else:
            yield Ended(pace.progress(parts))
    finally:
        parts.close()


class _Read(Protocol):
    """Of pool.read, and of ray_engine.read."""

    def __call__(
        self, chunks: "Sequence[Chunk]", job: Job, workers: int | None, stop: StopToken
    ) -> "Generator[Rows]": ...


def _reading(engine: Engine) -> _Read:
    if engine == "ray":
        from mmdesk.batch import ray_engine

        return ray_engine.read
    from mmdesk.batch import pool

    return pool.read


def _digest(cases: Sequence[Listed]) -> str:
    """The same where the lists are."""
    digest = hashlib.sha256()
    for listed in cases:
        digest.update(repr(listed).encode(errors="surrogatepass"))
    return digest.hexdigest()


class _Pace:
    """How a run goes on; `done` are the cases of an earlier one."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self._marks = deque([(time.monotonic(), done)])

    def progress(self, parts: "Parts", more: int = 0) -> Progress:
        """With `more` cases done."""
        failed = sum(parts.failed.values())
        if not more:
            return Progress(self._done, self._total, failed)
        self._done += more
        now = time.monotonic()
        while len(self._marks) > MARKS and self._marks[0][0] < now - LATE_S:
            self._marks.popleft()
        then, before = self._marks[0]
        self._marks.append((now, self._done))
        rate = (self._done - before) / max(now - then, 1e-6)
        return Progress(self._done, self._total, failed, rate, (self._total - self._done) / rate)
