"""Submit, stop, go on, switch and close in any order: no late event, one last event, nothing left."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QThread, QTimer, Slot
from support import leftovers
from support.scripted import open_gate

from mmdesk.case import Case, Input, Modality
from mmdesk.events import LAST, Event, TextDelta
from mmdesk.ui.worker import Worker

TIMEOUT_S = 60
KINDS = ("process", "thread")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < end, "it never came"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)


class Ear(QObject):
    """Holds every batch against what may come now."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.cases: dict[int, Case] = {}
        self.events: dict[int, list[Event]] = {}
        self.awaited = 0  # the only job that may be heard of
        self.closed = 0
        self.wrong: list[str] = []  # an assertion in a slot would not reach the test
        worker.arrived.connect(self._arrived)
        worker.closed.connect(self._closed)

    @Slot(int, object)
    def _arrived(self, job: int, events: tuple[Event, ...]) -> None:
        if job != self.awaited:
            self.wrong.append(f"job {job} was heard, {self.awaited} was awaited")
        texts = {event.text for event in events if isinstance(event, TextDelta)}
        if not texts <= {self.cases[job].id}:
            self.wrong.append("an event of another case")
        self.events[job].extend(events)
        if any(isinstance(event, LAST) for event in events):
            self.awaited = 0
        if any(isinstance(event, LAST) for event in self.events[job][:-1]):
            self.wrong.append(f"an event after the last one of job {job}")

    @Slot()
    def _closed(self) -> None:
        self.closed += 1

    def ended(self, job: int) -> bool:
        return bool(self.events[job]) and isinstance(self.events[job][-1], LAST)


class Machine(RuleBasedStateMachine):
    kind = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.worker = Worker(self.kind, factory="support.scripted:EchoEngine")
        self.ear = Ear(self.worker)
        self.worker.start(self.folder)
        self.closing = False

    @rule(deaf=st.booleans())
    def submit(self, deaf: bool) -> None:
        case = Case({Modality.RECORD: (Input.from_text("4-year-old boy"),)}, "deaf" if deaf else None)
        job = self.worker.analyze(case)
        self.ear.cases[job], self.ear.events[job] = case, []
        self.ear.awaited = 0 if self.closing else job

    @rule()
    def stop(self) -> None:
        self.worker.stop()

    # Whether a job waits is a matter of time: no precondition may ask for it, or runs could not be repeated.

    @rule()
    def stop_and_wait(self) -> None:
        """Though a deaf engine may stand at a gate that is shut."""
        job = self.ear.awaited
        self.worker.stop()
        until(lambda: not job or self.ear.ended(job))

    @rule()
    def hear_the_first(self) -> None:
        """What runs before it has to end."""
        job = self.ear.awaited
        self._open(lambda other: other < job)
        until(lambda: not job or bool(self.ear.events[job]))

    @rule()
    def go_on_to_the_end(self) -> None:
        job = self.ear.awaited
        self._open(lambda other: other <= job)
        until(lambda: not job or self.ear.ended(job))

    @rule()
    def open_the_gates(self) -> None:
        self._open(lambda other: True)

    @rule(kind=st.sampled_from(KINDS))
    def switch(self, kind: str) -> None:
        self.worker.switch(self.folder, kind)

    @rule()
    def look_at_the_window(self) -> None:
        QCoreApplication.processEvents()

    @precondition(lambda self: len(self.ear.cases) > 3)  # else most runs were over at once
    @rule()
    def close(self) -> None:
        self.worker.close()
        self.closing = True
        self.ear.awaited = 0

    def _open(self, chosen: Callable[[int], bool]) -> None:
        for job, case in self.ear.cases.items():
            if chosen(job):
                open_gate(self.folder, case.id)

    def teardown(self) -> None:
        self.stop_and_wait()
        self.open_the_gates()
        self.worker.close()
        until(lambda: self.ear.closed > 0)
        QCoreApplication.processEvents()
        assert self.ear.wrong == []
        assert self.ear.closed == 1
        assert not self.worker.findChild(QThread).isRunning()
        assert leftovers.engine_processes() == []
        assert leftovers.engine_threads() == []
        shutil.rmtree(self.folder)
        assert all(not timer.isActive() for timer in self.worker.findChildren(QTimer))
        for item in (self.worker, self.ear):  # here and now, and not by a collection in another thread
            item.deleteLater()
            QCoreApplication.sendPostedEvents(item, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("kind", KINDS)
def test_in_any_order(qapp, kind: str) -> None:
    class Started(Machine):
        pass

    Started.kind = kind
    run_state_machine_as_test(
        Started,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
