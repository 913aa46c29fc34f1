"""The engine as the window sees it: jobs in, batches of events out. The only file that knows QThread."""

import math
import queue
import threading
import time
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from mmdesk.case import Case
from mmdesk.engine import LOCAL, StopToken
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

if TYPE_CHECKING:
    from mmdesk.engine.direct import DirectEngine
    from mmdesk.engine.process import ProcessEngine

BATCH_MS = 34  # at most 30 batches a second: more would starve the window
DETACH_MS = 65  # with a batch on its way, a stop is answered within 0.1 s
STACK_BYTES = 16 * 2**20  # threads have 512 KiB on macOS, too little for torch
MAX_DEATHS, DEATHS_S = 3, 60.0


@dataclass(frozen=True, slots=True)
class _Load:
    """`generation` counts the loads, so that what an earlier engine says is known as late."""

    generation: int
    pack: Path
    kind: str
    device: str


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    case: Case
    stop: StopToken


@dataclass(frozen=True, slots=True)
class _Died:
    """The engine's process ended; looked at when the thread is free."""


class _Thread(QThread):
    """Runs one command after the other; None ends it. Its events wait in a list that the window's
    thread empties when it likes."""

    state_changed = Signal(int, object)  # generation, EngineState
    waiting = Signal()  # there are events, after there were none
    crashed = Signal(object)  # a mistake of the program, as an exception

    def __init__(self, factory: str, parent: QObject) -> None:
        super().__init__(parent)
        self.setStackSize(STACK_BYTES)
        self.commands: queue.SimpleQueue[_Load | _Job | _Died | None] = queue.SimpleQueue()
        self._factory = factory
        self._engine: ProcessEngine | DirectEngine | None = None
        self._deaths: list[float] = []
        self._events: list[tuple[int, Event]] = []
        self._lock = threading.Lock()

    def take(self) -> list[tuple[int, Event]]:
        """All events that wait, each with its job."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def run(self) -> None:
        while (command := self.commands.get()) is not None:
            try:
                match command:
                    case _Load():
                        self._load(command)
                    case _Job():
                        self._analyze(command)
                    case _Died():
                        self._mend()
            except Exception as error:  # goes on in the window's thread, where it is raised again
                self.crashed.emit(error)
        self._drop()

    def _load(self, command: _Load) -> None:
        self._drop()
        self._deaths.clear()
        # Imported here, in this thread: the window is shown meanwhile.
        from mmdesk.engine.direct import DirectEngine
        from mmdesk.engine.process import ProcessEngine

        kind = ProcessEngine if command.kind == "process" else DirectEngine
        on_state = partial(self._told, command.generation)
        asked = () if command.device == "auto" else (command.device,)  # the engine's own choice
        self._engine = kind(self._factory, command.pack, *asked, on_state=on_state)
        self._engine.start()

    def _drop(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _told(self, generation: int, state: EngineState) -> None:
        """In any thread."""
        self.state_changed.emit(generation, state)
        if state.phase == Phase.DIED:
            self.commands.put(_Died())

    def _mend(self) -> None:
        """Start an engine that died, unless it does so all the time."""
        from mmdesk.engine.process import ProcessEngine

        engine = self._engine
        if not isinstance(engine, ProcessEngine) or engine.state.phase != Phase.DIED:
            return
        now = time.monotonic()
        self._deaths = [*(death for death in self._deaths if now - death < DEATHS_S), now]
        if len(self._deaths) < MAX_DEATHS:
            engine.start()
            return
        problem = f"{engine.state.problem}, three times within a minute"
        remedy = "Close other programs to free memory, then choose the pack again, or another one."
        engine.give_up(problem, remedy)

    def _analyze(self, job: _Job) -> None:
        if job.stop.stopped:  # before it came to its turn
            self._say(job, Stopped(Stage.READ))
            return
        self._mend()
        if self._engine is None:
            self._say(job, Failed(None, "no pack is loaded", "Choose a pack."))
            return
        try:
            for event in self._engine.analyze(job.case, job.stop):
                self._say(job, event)
        except Exception as error:
            problem = f"the engine made a mistake ({type(error).__name__})"
            remedy = "Please report it with its details."
            self._say(job, Failed(None, problem, remedy, traceback.format_exc()))
            raise

    def _say(self, job: _Job, event: Event) -> None:
        with self._lock:
            self._events.append((job.number, event))
            first = len(self._events) == 1
        if first:
            self.waiting.emit()


class Worker(QObject):
    """Runs one analysis at a time; lives in the window's thread and never makes it wait.

    A job's last event (ReportReady, Stopped or Failed) arrives once, unless the worker was closed or
    another job came before it: then its events are dropped. An engine that dies is started again.
    `kind` says where the engine runs: "process" or "thread". Whoever owns a worker calls `close`, and
    waits for `closed` before letting go of it.
    """

    state_changed = Signal(object)  # EngineState
    arrived = Signal(int, object)  # a job, and a tuple of its events
    closed = Signal()

    def __init__(self, kind: str = "process", parent: QObject | None = None, *, factory: str = LOCAL) -> None:
        super().__init__(parent)
        self._kind = kind
        self._state = EngineState(Phase.LOADING)
        self._generation = 0
        self._number = 0
        self._job: _Job | None = None
        self._stage = Stage.READ
        self._report: Report | None = None  # once it is written
        self._overdue = False
        self._closing = False
        self._last_batch = -math.inf
        self._pace = self._timer(self._drain)
        self._detach = self._timer(self._detached)
        self._thread = _Thread(factory, self)
        self._thread.state_changed.connect(self._set_state)
        self._thread.waiting.connect(self._schedule)
        self._thread.crashed.connect(self._crashed)
        self._thread.finished.connect(self._ended)
        self._thread.start()

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def job(self) -> int:
        """The job under way, 0 if there is none."""
        return self._job.number if self._job is not None else 0

    def start(self, pack: Path, device: str = "auto") -> None:
        """Load a pack; a job under way is stopped. device: auto, cpu or cuda."""
        self.switch(pack, self._kind, device)

    def switch(self, pack: Path, kind: str, device: str = "auto") -> None:
        """End this engine and start another one; a job under way is stopped."""
        if self._closing:
            return
        self.stop()
        self._kind = kind
        self._generation += 1
        self._thread.commands.put(_Load(self._generation, pack, kind, device))
        self._set_state(self._generation, EngineState(Phase.LOADING))

    def analyze(self, case: Case) -> int:
        """The id of the job; it begins when the one before it has ended and the pack is loaded."""
        self._number += 1
        if not self._closing:
            self._supersede()
            self._job = _Job(self._number, case, StopToken())
            self._thread.commands.put(self._job)
        return self._number

    def stop(self) -> None:
        """The job under way ends with Stopped within 0.1 s, or as it would have ended before that."""
        if self._job is not None and not self._job.stop.stopped:
            self._job.stop.stop()
            self._detach.start(DETACH_MS)

    def close(self) -> None:
        """Returns at once; `closed` comes when the thread and the process have ended."""
        if not self._closing:
            self._closing = True
            self._supersede()
            self._pace.stop()
            self._thread.commands.put(None)

    def _supersede(self) -> None:
        if self._job is not None:
            self._job.stop.stop()
        self._forget()

    def _forget(self) -> None:
        """Nobody waits for the job any more."""
        self._job = None
        self._stage, self._report, self._overdue = Stage.READ, None, False
        self._detach.stop()

    def _timer(self, slot) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        return timer

    @Slot()
    def _schedule(self) -> None:
        """Give out what waits, now or when the last batch is old enough; drop what nobody waits for."""
        due = self._last_batch + BATCH_MS / 1000 - time.monotonic()
        if due <= 0 or self._job is None:
            self._drain()
        elif not self._pace.isActive():
            self._pace.start(math.ceil(due * 1000))

    @Slot()
    def _detached(self) -> None:
        """The engine did not hear the stop in time: it is left to itself."""
        self._overdue = True
        self._schedule()

    @Slot()
    def _drain(self) -> None:
        taken = self._thread.take()
        job = self._job
        if job is None:
            return
        events: list[Event] = []
        for number, event in taken:
            ended = bool(events) and isinstance(events[-1], LAST)
            if number == job.number and not ended:
                events.append(event)
                if isinstance(event, StageStarted):
                    self._stage = event.stage
                elif isinstance(event, ReportWritten):
                    self._report = event.report
                elif isinstance(event, Located) and self._report is not None:
                    self._report = self._report.located(event.saliencies)
        if self._overdue and not (events and isinstance(events[-1], LAST)):
            events.append(ReportReady(self._report) if self._report else Stopped(self._stage))
        if not events:
            return
        self._last_batch = time.monotonic()
        if isinstance(events[-1], LAST):
            self._forget()
        self.arrived.emit(job.number, tuple(events))

    @Slot(int, object)
    def _set_state(self, generation: int, state: EngineState) -> None:
        if generation == self._generation and state != self._state and not self._closing:
            self._state = state
            self.state_changed.emit(state)

    @Slot()
    def _ended(self) -> None:
        self._thread.wait()  # it has said that it ends: now it has
        self.closed.emit()

    @Slot(object)
    def _crashed(self, error: Exception) -> None:
        raise error
