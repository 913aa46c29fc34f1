"""The engine in a child process: when it dies the window lives on, when it ends its memory is free."""

import contextlib
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from mmdesk.case import Case
from mmdesk.engine import StopToken, spawned
from mmdesk.engine.child import Analyze, Answer, Beat, Command, Crashed, Ready, Said, Stop, Unloadable, serve
from mmdesk.engine.direct import OnState
from mmdesk.engine.state import EngineState, Phase
from mmdesk.events import (
    LAST,
    Event,
    Failed,
    Located,
    ReportReady,
    ReportWritten,
    Stage,
    StageStarted,
    Stopped,
)
from mmdesk.report import Report

POLL_S = 0.01  # how often a waiting analysis looks at its stop token
GRACE_S = 0.06  # for the engine to end a stopped stream itself, with what was written until then
CLOSE_S = 1.0  # for the child to end by itself
DIED_REMEDY = "Analyse again. If it happens again, close other programs to free memory."


@dataclass(frozen=True, slots=True)
class _Ended:
    """Comes last from a child; `how` says what became of its process."""

    how: str


class _Child:
    """One child process, a thread that reads from it and sees it end, and a thread that writes to it,
    so that nobody else ever waits for a pipe."""

    def __init__(
        self, factory: str, args: tuple[object, ...], receive: Callable[[Answer | _Ended], None]
    ) -> None:
        self._factory, self._args, self._receive = factory, args, receive
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._process: SpawnProcess | None = None
        self._thread = threading.Thread(target=self._run, name="engine reader", daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        self._commands.put(command)

    def end(self) -> None:
        """Closing its pipe asks the child to end; a child that does not is killed. Returns when the
        process and both threads have ended."""
        self._commands.put(None)
        self._thread.join(CLOSE_S)
        while self._thread.is_alive():
            if self._process is not None:
                self._process.kill()
            self._thread.join(0.1)

    def _run(self) -> None:
        context = multiprocessing.get_context("spawn")
        their_commands, commands = context.Pipe(duplex=False)
        answers, their_answers = context.Pipe(duplex=False)
        with answers, commands:
            process = context.Process(
                target=serve,
                args=(their_commands, their_answers, self._factory, self._args),
                name="mmdesk engine",
                daemon=True,
            )
            with their_commands, their_answers:  # else a writer would wait for a reader that is dead
                try:
                    spawned.start(process)
                except OSError as error:
                    self._receive(_Ended(f"it could not be started, {error}"))
                    return
            self._process = process
            writer = threading.Thread(target=self._write, args=(commands,), name="engine writer", daemon=True)
            writer.start()
            self._read(answers, process.sentinel)
            self._commands.put(None)
            writer.join()
        self._receive(_Ended(spawned.end(process, CLOSE_S)))

    def _write(self, commands: Connection) -> None:
        with commands, contextlib.suppress(OSError):  # of a child that has ended: the reader sees it
            while (command := self._commands.get()) is not None:
                commands.send(command)

    def _read(self, answers: Connection, sentinel: int) -> None:
        """All that the child says, until it has ended."""
        while answers in wait([answers, sentinel]):
            try:
                answer: Answer = answers.recv()
            except (EOFError, OSError):  # the process ended, perhaps in the middle of a message
                return
            self._receive(answer)


@dataclass(slots=True, eq=False)
class _Job:
    """`sent` and `ended`: whether the child was given it, and has said its last event."""

    number: int
    case: Case
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    stage: Stage | None = None
    report: Report | None = None  # once it is written
    sent: bool = False
    ended: bool = False


class ProcessEngine:
    """The engine that `factory`, a "module:callable", makes of `args` in a child process.

    `on_state` is told every change of `state`, in threads of this object: it must not wait for anything.
    """

    def __init__(self, factory: str, *args: object, on_state: OnState) -> None:
        self._factory, self._args, self._on_state = factory, args, on_state
        self._lock = threading.RLock()  # for all below; told states keep their order through it
        self._child: _Child | None = None
        self._closed = False
        self._job: _Job | None = None
        self._number = 0
        self._crash: str | None = None
        self.state = EngineState(Phase.LOADING)

    def start(self) -> None:
        """Start a child, the first or after one that died; returns at once."""
        child = self._child
        if child is not None:
            child.end()
        with self._lock:
            if self._closed:
                return
            self._crash = None
            self._tell(EngineState(Phase.LOADING))
            self._child = _Child(self._factory, self._args, self._received)

    def give_up(self, problem: str, remedy: str) -> None:
        """A dead engine stays dead, and says why."""
        with self._lock:
            self._tell(EngineState(Phase.FAILED, problem, remedy))

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        """Waits for an engine that loads. Ends within 0.1 s of a stop, whatever the child does."""
        job = self._begin(case)
        deadline: float | None = None
        try:
            while True:
                if deadline is None and stop.stopped:
                    deadline = time.monotonic() + GRACE_S
                    self._stop(job)
                event = self._next(job, deadline)
                if event is None:
                    continue
                yield event
                if isinstance(event, LAST):
                    return
        finally:
            self._finish(job)

    def close(self) -> None:
        """End the child, and an analysis under way. From any thread; waits a second at most."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
            if self._job is not None:
                self._job.events.put(Stopped(self._job.stage or Stage.READ))
        if child is not None:
            child.end()

    def _next(self, job: _Job, deadline: float | None) -> Event | None:
        """The next event, None if there is none yet; the last one where the child is out of time."""
        if deadline is not None and time.monotonic() >= deadline:
            return ReportReady(job.report) if job.report else Stopped(job.stage or Stage.READ)
        with contextlib.suppress(queue.Empty):
            return job.events.get(timeout=POLL_S)
        return None

    def _begin(self, case: Case) -> _Job:
        with self._lock:
            self._number += 1
            job = self._job = _Job(self._number, case)
            if self._closed:
                job.events.put(Stopped(Stage.READ))
            elif self.state.phase in (Phase.DIED, Phase.FAILED):
                self._fail(job)
            elif self.state.phase == Phase.READY:
                self._send(job)
            return job

    def _stop(self, job: _Job) -> None:
        with self._lock:
            if job.sent and self._child is not None:
                self._child.send(Stop(job.number))
            elif self._job is job:
                self._job = None  # so that it is not sent when the engine is ready
                job.events.put(Stopped(Stage.READ))

    def _finish(self, job: _Job) -> None:
        with self._lock:
            if job.sent and not job.ended and self._child is not None:
                self._child.send(Stop(job.number))
            if self._job is job:
                self._job = None
            if self.state.phase == Phase.WORKING:
                self._tell(replace(self.state, phase=Phase.READY))

    def _received(self, answer: Answer | _Ended) -> None:
        with self._lock:
            if self._closed:
                return
            match answer:
                case Said(number, event):
                    self._said(number, event)
                case Beat(memory):
                    self._tell(replace(self.state, memory=memory))
                case Ready(device):
                    self._tell(replace(self.state, phase=Phase.READY, device=device))
                    if self._job is not None:
                        self._send(self._job)
                case Crashed(detail):
                    self._crash = detail
                case Unloadable(problem, remedy):
                    self._end(EngineState(Phase.FAILED, problem, remedy))
                case _Ended(how) if self.state.phase != Phase.FAILED:
                    problem = f"the engine ended unexpectedly ({how})"
                    self._end(EngineState(Phase.DIED, problem, DIED_REMEDY))

    def _said(self, number: int, event: Event) -> None:
        job = self._job
        if job is None or job.number != number:
            return  # of an analysis that nobody waits for any more
        if isinstance(event, StageStarted):
            job.stage = event.stage
        elif isinstance(event, ReportWritten):
            job.report = event.report
        elif isinstance(event, Located) and job.report is not None:
            job.report = job.report.located(event.saliencies)
        job.ended = isinstance(event, LAST)
        job.events.put(event)

    def _send(self, job: _Job) -> None:
        job.sent = True
        self._tell(replace(self.state, phase=Phase.WORKING))
        if self._child is not None:
            self._child.send(Analyze(job.number, job.case))

    def _end(self, state: EngineState) -> None:
        self._tell(state)
        if self._job is not None and not self._job.ended:
            self._fail(self._job)

    def _fail(self, job: _Job) -> None:
        job.ended = True
        problem = self.state.problem or ""
        job.events.put(Failed(job.stage, problem, self.state.remedy or "", self._crash))

    def _tell(self, state: EngineState) -> None:
        if not self._closed:
            self.state = state
            self._on_state(state)
