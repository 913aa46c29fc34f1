"""A run of many cases that a test plays, in place of mmdesk.batch.run.run."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mmdesk.batch.events import BatchEvent, Begun, Ended, Progress, Row, RowsRead, State
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.errors import UserProblem
from mmdesk.report import Finding, Report
from support.sample import sample_report

LOOK_S = 0.002  # how often a player that waits looks at its stop token
PATIENCE_S = 60.0
CASE = Case({Modality.RECORD: (Input.from_text("4-year-old boy"),)})


class ScriptedRun:
    """Tells of `give` and `read`; ends when it is stopped, unless it is `deaf`, or by `end` and `fail`."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []  # with what it was begun, each time
        self.running = threading.Event()
        self.deaf = False
        self._given: queue.SimpleQueue[BatchEvent | UserProblem] = queue.SimpleQueue()
        self._progress = Progress(0, 0, 0)

    def __call__(self, path: Path, out: Path, *, stop: StopToken, **others: object) -> Iterator[BatchEvent]:
        self.asked.append({"path": path, "out": out, **others})
        self.running.set()
        try:
            while True:
                match self._next(stop):
                    case None:
                        yield Ended(self._progress, stopped=True)
                        return
                    case UserProblem() as problem:
                        raise problem
                    case event:
                        self._progress = event.progress
                        yield event
                        if isinstance(event, Ended):
                            return
        finally:
            self.running.clear()

    def begin(self, total: int, *kept: Row) -> None:
        self._given.put(Begun(Progress(len(kept), total, _failed(kept)), kept))
        self._progress = Progress(len(kept), total, _failed(kept))

    def read(self, *rows: Row, rate: float = 2.0) -> None:
        now = self._progress
        done, failed = now.done + len(rows), now.failed + _failed(rows)
        self._progress = Progress(done, now.total, failed, rate, (now.total - done) / rate)
        self._given.put(RowsRead(rows, self._progress))

    def end(self) -> None:
        self._given.put(Ended(self._progress))

    def fail(self, problem: UserProblem) -> None:
        self._given.put(problem)

    def _next(self, stop: StopToken) -> BatchEvent | UserProblem | None:
        for _ in range(round(PATIENCE_S / LOOK_S)):
            if stop.stopped and not self.deaf:
                return None
            try:
                return self._given.get(timeout=LOOK_S)
            except queue.Empty:
                continue
        raise TimeoutError("nothing was told")


def row(name: str, state: State = State.READ, problem: str = "", **probabilities: float) -> Row:
    """Of a case that was read; findings by the names of `finding`."""
    if state is State.FAILED:
        return Row(name, state, problem)
    return Row(name, state, problem, report(**probabilities))


def report(**probabilities: float) -> Report:
    return replace(sample_report(CASE), findings=tuple(finding(*one) for one in probabilities.items()))


def finding(name: str, probability: float) -> Finding:
    """Absent below 0.2, present from 0.6 on; one called …normal is of health."""
    label = name.replace("_", " ")
    return Finding(name, label, "chest", probability, 0.2, 0.6, (Modality.IMAGE,), "normal" in name)


def _failed(rows: tuple[Row, ...]) -> int:
    return sum(one.state is State.FAILED for one in rows)
