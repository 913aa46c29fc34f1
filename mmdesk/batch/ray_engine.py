"""The same chunks, read on the machines of a Ray cluster: the one that RAY_ADDRESS names, else this machine.
Ray is an extra; without it, importing this fails with ModuleNotFoundError."""

import contextlib
import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before it is imported: Ray would report home
if sys.modules.get("requests", os) is None:  # media hides it, Ray needs it
    del sys.modules["requests"]
import ray
import ray.data

from mmdesk import codec
from mmdesk.batch.events import Listed, Row
from mmdesk.batch.pool import Chunk, Pool, Rows
from mmdesk.batch.rows import Job
from mmdesk.engine import StopToken
from mmdesk.errors import UserProblem

_AHEAD = 8  # chunks that have come, and wait to be written
_POLL_S = 0.1

Cells = dict[str, Any]


class Actor:
    """A worker of the cluster. The cases are read in a process of its own, as on one machine: where they kill
    it, the actor lives on and finds the one that does. Where the actor or its machine dies, Ray gives its
    chunk to another one."""

    def __init__(self, job: Job) -> None:
        self._pool = Pool(job, 1)

    def __call__(self, batch: Cells) -> Cells:
        """A chunk, as `number` and `cases`, to `rows` or to the `problem` of all."""
        number, cases = int(batch["number"][0]), json.loads(batch["cases"][0])
        chunk = number, tuple(codec.decode(Listed, case) for case in cases)
        told: Cells = {"rows": [], "problem": []}
        try:
            for _, rows in self._pool.read([chunk], StopToken()):
                told["rows"] = list(map(codec.encode, rows))
        except UserProblem as problem:
            told["problem"] = [problem.name, problem.problem, problem.remedy]
        return {"number": [number], "told": [json.dumps(told)]}


def read(chunks: Sequence[Chunk], job: Job, workers: int | None, stop: StopToken) -> Generator[Rows]:
    """As pool.read, which see; without a number, there are as many workers as the cluster has cores."""
    if not chunks:
        return
    with _cluster():
        items = [
            {"number": number, "cases": json.dumps([codec.encode(listed) for listed in cases])}
            for number, cases in chunks
        ]
        most = workers or int(ray.cluster_resources().get("CPU", 1))
        compute = ray.data.ActorPoolStrategy(min_size=1, max_size=min(most, len(items)))
        data = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            Actor,
            batch_size=1,
            compute=compute,
            fn_constructor_args=(job,),
            num_cpus=1,
            num_gpus=1 if job.device == "cuda" else 0,
        )
        for cells in _arriving(data, stop):
            told = json.loads(cells["told"])
            if told["problem"]:
                raise UserProblem(*told["problem"])
            yield cells["number"], tuple(codec.decode(Row, row) for row in told["rows"])


def _arriving(data: "ray.data.Dataset", stop: StopToken) -> Iterator[Cells]:
    """What comes, until a stop. Ray waits for it in a thread: it does not hear of a stop."""
    came: queue.Queue[Cells | Exception | None] = queue.Queue(_AHEAD)

    def follow() -> None:
        try:
            for cells in data.iter_rows():
                came.put(cells)
        except Exception as error:  # handed to the other thread, which raises it
            came.put(error)
        else:
            came.put(None)

    thread = threading.Thread(target=follow, name="ray", daemon=True)
    thread.start()
    try:
        while not stop.stopped:
            with contextlib.suppress(queue.Empty):
                cells = came.get(timeout=_POLL_S)
                if cells is None:
                    return
                if isinstance(cells, Exception):
                    raise cells
                yield cells
    finally:
        ray.shutdown()
        while thread.is_alive():
            with contextlib.suppress(queue.Empty):
                came.get(timeout=_POLL_S)


@contextlib.contextmanager
def _cluster() -> Iterator[None]:
    """Quiet, and without the page that Ray serves."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        with _silence():
            ray.init(include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False)
    except ConnectionError as error:
        problem = f"the cluster cannot be reached ({' '.join(str(error).split())})"
        raise UserProblem("ray", problem, "Check the address in RAY_ADDRESS.") from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    try:
        yield
    finally:
        ray.shutdown()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Ray's native part says on stderr that it will say nothing."""
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)
