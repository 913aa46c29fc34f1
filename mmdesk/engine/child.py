"""The engine's own process: what runs in it, and the messages that go through its two pipes."""

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

import psutil

from mmdesk.case import Case
from mmdesk.engine import StopToken
from mmdesk.engine.direct import device_of, events_of, make, warm
from mmdesk.errors import UserProblem
from mmdesk.events import Event

BEAT_S = 1.0
NICENESS = 5  # the window goes first; at 10, a busy desk would starve the engine


@dataclass(frozen=True, slots=True)
class Analyze:
    job: int
    case: Case


@dataclass(frozen=True, slots=True)
class Stop:
    job: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine is loaded, and its encoders run on `device`."""

    device: str


@dataclass(frozen=True, slots=True)
class Unloadable:
    """The pack cannot be loaded; the process ends after this."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Beat:
    """The process lives; `memory` is its resident set in bytes."""

    memory: int


@dataclass(frozen=True, slots=True)
class Said:
    job: int
    event: Event


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake of the program, as a traceback; the process ends after this."""

    detail: str


Command = Analyze | Stop
Answer = Ready | Unloadable | Beat | Said | Crashed


class _Line:
    """The child's end of the pipes. Without a window there is nothing to live for: when the pipe of
    the commands is closed, the process ends at once, whatever native code is doing."""

    def __init__(self, commands: Connection, answers: Connection) -> None:
        self.jobs: queue.SimpleQueue[Analyze] = queue.SimpleQueue()
        self.stops: dict[int, StopToken] = {}
        self._commands, self._answers = commands, answers
        self._sending = threading.Lock()

    def send(self, answer: Answer) -> None:
        try:
            with self._sending:
                self._answers.send(answer)
        except OSError:
            os._exit(0)

    def listen(self) -> None:
        while True:
            try:
                command: Command = self._commands.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(command, Analyze):
                self.stops[command.job] = StopToken()
                self.jobs.put(command)
            elif token := self.stops.get(command.job):
                token.stop()

    def beat(self) -> None:
        process = psutil.Process()
        while True:
            self.send(Beat(process.memory_info().rss))
            time.sleep(BEAT_S)


def serve(commands: Connection, answers: Connection, factory: str, args: tuple[object, ...]) -> None:
    """Load the engine, then run one job after the other until the window is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the window decides
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICENESS)
    line = _Line(commands, answers)
    for work in (line.listen, line.beat):
        threading.Thread(target=work, name=f"engine {work.__name__}", daemon=True).start()
    try:
        _run(line, factory, args)
    except UserProblem as problem:
        line.send(Unloadable(f"{problem.name}: {problem.problem}", problem.remedy))
    except Exception:
        line.send(Crashed(traceback.format_exc()))
        raise


def _run(line: _Line, factory: str, args: tuple[object, ...]) -> None:
    engine = make(factory, args)
    line.send(Ready(device_of(engine)))
    for _ in warm(engine):
        if not line.jobs.empty():
            break
    while True:
        command = line.jobs.get()
        for event in events_of(engine, command.case, line.stops[command.job]):
            line.send(Said(command.job, event))
        del line.stops[command.job]
        if line.jobs.empty():
            _give_back()


def _give_back() -> None:
    """What is free goes back to the system; glibc would keep it."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another library than glibc
            ctypes.CDLL(None).malloc_trim(0)
