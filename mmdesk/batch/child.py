"""A worker's own process: what runs in it, and the messages that go through its two pipes."""

import importlib
import os
import queue
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

import psutil

from mmdesk.batch.events import Listed, Row
from mmdesk.batch.rows import Job, Reader, rows_of
from mmdesk.errors import UserProblem

NICENESS = 10  # a window's engine, at 5, goes first


@dataclass(frozen=True, slots=True)
class Ready:
    """The pack is loaded."""


@dataclass(frozen=True, slots=True)
class Unloadable:
    """What a person can mend; the process ends after this."""

    name: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Read:
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake of the program, by its kind; the process ends after this."""

    kind: str


Answer = Ready | Unloadable | Read | Crashed


def serve(commands: Connection, answers: Connection, job: Job) -> None:
    """Load the pack, then read some cases after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; who started it decides
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICENESS)
    work: queue.SimpleQueue[tuple[Listed, ...]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands, work), name="worker listen", daemon=True).start()
    try:
        module, name = job.factory.split(":")
        reader: Reader = getattr(importlib.import_module(module), name)(job.pack, job.device)
        _send(answers, Ready())
        while True:
            _send(answers, Read(rows_of(reader, work.get(), job)))
    except UserProblem as problem:
        _send(answers, Unloadable(problem.name, problem.problem, problem.remedy))
    except Exception as error:
        traceback.print_exc()
        _send(answers, Crashed(type(error).__name__))


def _listen(commands: Connection, work: "queue.SimpleQueue[tuple[Listed, ...]]") -> None:
    """A worker without its run has nothing to live for: when the pipe is closed, the process ends at once,
    whatever native code is doing."""
    while True:
        try:
            work.put(commands.recv())
        except (EOFError, OSError):
            os._exit(0)


def _send(answers: Connection, answer: Answer) -> None:
    try:
        answers.send(answer)
    except OSError:
        os._exit(0)
