"""Analyse, stop, change, put away, bring back, open, play and close in any order, on the desk: what is
shown is of the case that lies there, every analysis ends once at most, and nothing is left."""

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
from support.scripted import open_gate, sample_report

from mmdesk import casefile
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality
from mmdesk.events import LAST, Event, TextDelta
from mmdesk.ui import desk as module
from mmdesk.ui.desk import Desk
from mmdesk.ui.worker import Worker

TIMEOUT_S = 20
TEXTS = ("Fever.", "Cough.", "Chest pain.")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < end, "it never came"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)


class Ear(QObject):
    """What a window would show, held against what it may show now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.asked: Case | None = None  # the case of the analysis that may be heard of
        self.began = self.ended = 0
        self.wrong: list[str] = []  # an assertion in a slot would not reach the test
        desk.began.connect(self._began)
        desk.arrived.connect(self._arrived)
        desk.ended.connect(self._ended)
        desk.model.replaced.connect(self._replaced)

    @Slot()
    def _began(self) -> None:
        self.began += 1
        self.asked = self.desk.model.case(self.desk.prompt)
        if not self.desk.working or self.desk.report is not None:
            self.wrong.append("it began, and does not work, or has a report already")

    @Slot(object)
    def _arrived(self, events: tuple[Event, ...]) -> None:
        if self.asked is None:
            self.wrong.append("an event of an analysis that nobody waits for")
            return
        said = {event.text for event in events if isinstance(event, TextDelta)}
        if not said <= {words(self.asked)}:
            self.wrong.append(f"{said} was shown, {words(self.asked)!r} was asked for")
        if any(isinstance(event, LAST) for event in events[:-1]):
            self.wrong.append("an event after the last one")

    @Slot(object)
    def _ended(self, last: Event) -> None:
        self.ended += 1
        if self.asked is None or self.desk.working:
            self.wrong.append("an end of nothing, or one after which it still works")
            return
        report, now = self.desk.report, self.desk.model.case(self.desk.prompt)
        if report is not None and (report.case_id != now.id or self.asked.inputs != now.inputs):
            self.wrong.append("a report of another case, or of what the case was before")
        self.asked = None

    @Slot()
    def _replaced(self) -> None:
        self.asked = None
        if self.desk.working:
            self.wrong.append("another case lies there, and the old one is still worked on")


def words(case: Case) -> str:
    """What support.scripted's WordsEngine says of a case."""
    return f"{case.id} {(case.inputs[Modality.RECORD][0].data or b'').decode()} {case.prompt}"


opened = precondition(lambda self: not self.closed)


class Machine(RuleBasedStateMachine):
    kind = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.worker = Worker(self.kind, factory="support.scripted:WordsEngine")
        self.desk = Desk(self.worker, Archive(self.folder / "cases"))
        self.ear = Ear(self.desk)
        self.worker.start(self.folder)
        self.steps = 0
        self.closed = False

    # ---- what a person does

    @opened
    @rule()
    def analyse(self) -> None:
        self.desk.analyse()
        self._check()

    @opened
    @rule(prompt=st.sampled_from(["full", "impression"]))
    def ask(self, prompt: str) -> None:
        self.desk.ask(prompt)
        self._check()

    @opened
    @rule()
    def stop(self) -> None:
        self.desk.stop()
        self._check()

    @opened
    @rule(text=st.sampled_from(TEXTS))
    def change(self, text: str) -> None:
        before = self.desk.model.inputs(Modality.RECORD)
        self.desk.model.set_record(text)
        assert self.desk.report is None or before == self.desk.model.inputs(Modality.RECORD)
        self._check()

    @opened
    @rule()
    def empty(self) -> None:
        self.desk.model.set_record("")
        self._check()

    @opened
    @rule()
    def new(self) -> None:
        before, report = self.desk.model.case(self.desk.prompt), self.desk.report
        self.desk.new()
        assert self.desk.model.is_empty() and not self.desk.working and self.desk.report is None
        if before.inputs:
            assert self.desk._before == (before, report)
        self._check()

    @opened
    @rule()
    def bring_back(self) -> None:
        before = self.desk._before
        self.desk.bring_back()
        if before is not None:
            assert (self.desk.model.case(self.desk.prompt).inputs, self.desk.report) == (
                before[0].inputs, before[1],
            )  # fmt: skip
        self._check()

    @opened
    @rule(name=st.sampled_from(["liver"]))
    def show_sample(self, name: str) -> None:
        self.desk.show_sample(name)
        assert self.desk.working
        self._check()

    @opened
    @rule(read=st.booleans(), wait=st.booleans())
    def open(self, read: bool, wait: bool) -> None:
        case = Case({Modality.RECORD: (Input.from_text(TEXTS[0]),)})
        path = self.folder / f"{case.id}.mmcase"
        casefile.save(path, case, sample_report(case) if read else None)
        self.desk.open(path)
        if wait:
            until(lambda: self.desk.model.id == case.id)
            assert (self.desk.report is not None) == read and not self.desk.working
        self._check()

    @opened
    @rule(on=st.booleans())
    def live(self, on: bool) -> None:
        self.desk.set_live(on)
        self._check()

    # ---- what goes on meanwhile; whether something waits is a matter of time: no precondition asks for it

    @rule()
    def look(self) -> None:
        QCoreApplication.processEvents()
        self._check()

    @opened
    @rule()
    def let_it_end(self) -> None:
        """Every gate is open: what is asked for comes to its end."""
        open_gate(self.folder, "all")
        until(lambda: not self.desk.working)
        (self.folder / "all.open").unlink()
        self._check()

    @opened
    @rule()
    def stop_and_wait(self) -> None:
        self.desk.stop()
        until(lambda: not self.desk.working)
        self._check()

    @opened
    @rule()
    def let_live_come(self) -> None:
        """The time of quiet goes by."""
        until(lambda: not self.desk._quiet.isActive())
        self._check()

    @precondition(lambda self: self.steps > 8)  # else most runs were over at once
    @rule()
    def close(self) -> None:
        self._close()
        self._check()

    def _close(self) -> None:
        if not self.closed:
            self.closed, self.ear.asked = True, None
            self.worker.close()
            self.desk.close()

    def _check(self) -> None:
        self.steps += 1
        assert self.ear.wrong == []
        assert self.ear.ended <= self.ear.began
        assert self.desk.working == (self.ear.asked is not None)
        if self.desk.working:
            assert self.desk.report is None

    def teardown(self) -> None:
        open_gate(self.folder, "all")
        thread = self.worker.findChild(QThread)
        self._close()
        until(thread.isFinished)
        QCoreApplication.processEvents()
        assert self.ear.wrong == []
        assert leftovers.engine_processes() == []
        assert leftovers.engine_threads() == []
        timers = [*self.worker.findChildren(QTimer), *self.desk.findChildren(QTimer)]
        assert not any(timer.isActive() for timer in timers)
        for item in (self.worker, self.ear, self.desk):  # here and now, and not in another thread
            item.deleteLater()
            QCoreApplication.sendPostedEvents(item, QEvent.Type.DeferredDelete)
        shutil.rmtree(self.folder)


@pytest.mark.parametrize(("kind", "runs"), [("thread", 40), ("process", 12)])
def test_in_any_order(qapp, monkeypatch, kind: str, runs: int) -> None:
    monkeypatch.setattr(module, "LIVE_DELAY", 5)

    class Started(Machine):
        pass

    Started.kind = kind
    run_state_machine_as_test(
        Started,
        settings=settings(
            max_examples=runs,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
