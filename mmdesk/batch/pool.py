"""Worker processes that read chunks of cases. A chunk whose worker died is read again."""

import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import wait

import psutil

from mmdesk.batch.child import Answer, Crashed, Read, Ready, Unloadable, serve
from mmdesk.batch.events import Listed, Row, State
from mmdesk.batch.rows import Job
from mmdesk.engine import StopToken, spawned
from mmdesk.errors import UserProblem

DEATHS = 2  # of workers with the same cases: then these are split
LOADS = 3  # workers that die one after the other while they load
MOST = 60 if sys.platform == "win32" else 1024  # Windows waits for no more pipes at once
BYTES = 800 * 10**6  # of memory, for a worker
_POLL_S = 0.1  # how often the stop token is looked at

Chunk = tuple[int, tuple[Listed, ...]]
Rows = tuple[int, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Cases of a chunk from its place `start` on, which `deaths` workers died with."""

    chunk: int
    cases: tuple[Listed, ...]
    start: int = 0
    deaths: int = 0

    def halves(self) -> tuple["_Piece", "_Piece"]:
        """One of them may kill the next worker, so each has one chance."""
        middle = len(self.cases) // 2
        first = replace(self, cases=self.cases[:middle], deaths=DEATHS - 1)
        return first, replace(first, cases=self.cases[middle:], start=self.start + middle)


@dataclass(slots=True)
class _Under:
    """A chunk under way: how many of its cases have no row yet, and the rows by place."""

    missing: int
    rows: dict[int, tuple[Row, ...]] = field(default_factory=dict)


class _Worker:
    def __init__(self, job: Job) -> None:
        context = get_context("spawn")
        their_commands, self._commands = context.Pipe(duplex=False)
        self.answers, their_answers = context.Pipe(duplex=False)
        self.process = context.Process(
            target=serve, args=(their_commands, their_answers, job), name="mmdesk worker", daemon=True
        )
        with their_commands, their_answers:
            try:
                with _deaf():
                    spawned.start(self.process)
            except OSError as error:
                problem = f"no worker can be started ({error.strerror or error})"
                raise UserProblem("mmdesk batch", problem, "Close other programs.") from error
        self.ready = False
        self.piece: _Piece | None = None
        self.crash = ""

    def give(self, piece: _Piece) -> None:
        self.piece = piece
        with contextlib.suppress(OSError):  # of a process that has died: its end will be seen
            self._commands.send(piece.cases)

    def said(self) -> Answer | None:
        """None where its process has ended."""
        try:
            answer: Answer = self.answers.recv()
        except (EOFError, OSError):
            return None
        return answer

    def end(self) -> str:
        """What became of its process."""
        how = spawned.end(self.process)
        self._commands.close()
        self.answers.close()
        return self.crash or how


def read(chunks: Sequence[Chunk], job: Job, workers: int | None, stop: StopToken) -> Generator[Rows]:
    """The rows of each chunk, as they are read; a chunk is given out when a worker is there for it. Without
    a number, there are as many workers as cores, where there is memory for them. Ends early on a stop. Raises
    UserProblem where the workers cannot load the pack, or die of it."""
    if not chunks:  # an earlier run was cut off between the last one and the table
        return
    pool = Pool(job, min(workers or _fitting(), len(chunks), MOST))
    try:
        yield from pool.read(chunks, stop)
    finally:
        pool.end()


class Pool:
    """`count` workers, and what was given to them."""

    def __init__(self, job: Job, count: int) -> None:
        self._job, self._count = job, count
        self._workers: list[_Worker] = []
        self._again: deque[_Piece] = deque()
        self._under: dict[int, _Under] = {}
        self._failed_loads = 0

    def read(self, chunks: Iterable[Chunk], stop: StopToken) -> Iterator[Rows]:
        """As the function `read`; the workers wait for more when it has ended."""
        new = iter(chunks)
        more = True
        while not stop.stopped:
            while len(self._workers) < self._count and (more or self._again):
                self._workers.append(_Worker(self._job))
            more = self._give(new)
            if not more and not self._under:
                return
            heard = wait([worker.answers for worker in self._workers], _POLL_S)
            for worker in [worker for worker in self._workers if worker.answers in heard]:
                rows = self._hear(worker)
                self._give(new)  # while these rows are written
                if rows is not None:
                    yield rows

    def end(self) -> None:
        """All workers at once, whatever they do."""
        for worker in self._workers:
            worker.process.kill()
        while self._workers:
            self._workers.pop().end()

    def _give(self, new: Iterator[Chunk]) -> bool:
        """To workers without work; whether there is more of it."""
        for worker in self._workers:
            if worker.ready and worker.piece is None:
                piece = self._next(new)
                if piece is None:
                    return False
                worker.give(piece)
        return True

    def _next(self, new: Iterator[Chunk]) -> _Piece | None:
        if self._again:
            return self._again.popleft()
        chunk = next(new, None)
        if chunk is None:
            return None
        number, cases = chunk
        self._under[number] = _Under(len(cases))
        return _Piece(number, cases)

    def _hear(self, worker: _Worker) -> Rows | None:
        """The rows of a chunk if this was the last of it."""
        match worker.said():
            case Ready():
                worker.ready = True
                self._failed_loads = 0
            case Read(rows):
                piece, worker.piece = worker.piece, None
                assert piece is not None
                return self._put(piece, rows)
            case Unloadable(name, problem, remedy):
                raise UserProblem(name, problem, remedy)
            case Crashed(kind):
                worker.crash = f"{kind}, a mistake of the program"
            case None:
                return self._died(worker)
        return None

    def _died(self, worker: _Worker) -> Rows | None:
        self._workers.remove(worker)
        how = worker.end()
        if not worker.ready:
            self._failed_loads += 1
            if self._failed_loads >= LOADS:
                problem = f"its workers die while they load the pack ({how})"
                raise UserProblem("mmdesk batch", problem, "Give fewer --workers, or free memory.")
        if worker.piece is None:
            return None
        piece = replace(worker.piece, deaths=worker.piece.deaths + 1)
        if piece.deaths < DEATHS:
            self._again.append(piece)
        elif len(piece.cases) > 1:
            self._again.extend(piece.halves())
        else:
            problem = f"its worker died of it ({how})"
            return self._put(piece, (Row(piece.cases[0].name, State.FAILED, problem),))
        return None

    def _put(self, piece: _Piece, rows: tuple[Row, ...]) -> Rows | None:
        under = self._under[piece.chunk]
        under.rows[piece.start] = rows
        under.missing -= len(rows)
        if under.missing:
            return None
        del self._under[piece.chunk]
        return piece.chunk, tuple(row for start in sorted(under.rows) for row in under.rows[start])


def _fitting() -> int:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    free: int = psutil.virtual_memory().available
    return max(1, min(cores, free // BYTES))


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """A process that is started meanwhile hears no Ctrl+C before it can say that it ignores it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
