"""A list of cases is read by worker processes; what comes out is written chunk by chunk, and kept."""

from collections.abc import Iterator
from pathlib import Path

from mmdesk.batch.events import BatchEvent
from mmdesk.engine import StopToken

SIZE = 32  # cases that a worker reads together


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
) -> Iterator[BatchEvent]:
    """Read the cases of `path`, a folder or a manifest.csv, into the table `out`: .parquet, .csv or .jsonl.

    `prompt` is asked of the cases that name none; `confirmed`: the values of sheets count. Begun comes when
    the cases are listed, Ended when `out` is written. Goes on where an earlier run was cut off, unless
    `restart`. For any thread; ends within a second of a stop. Raises UserProblem, before Begun or, where the
    pack cannot be loaded or the disk is full, later: what was read by then is kept.
    """
    raise NotImplementedError
