"""Jobs in, batches of events out, with the engine in a child process and in the window's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from support import leftovers
from support.scripted import FLOOD, Gate, open_gate, reached, sample_events, sample_report, write_script

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import process
from mmdesk.engine.state import EngineState, Phase
from mmdesk.events import LAST, Event, Failed, Located, ReportReady, Stage, StageStarted, Stopped, TextDelta
from mmdesk.ui import worker as module
from mmdesk.ui.worker import Worker

BOTH = pytest.mark.parametrize("kind", ["process", "thread"])
TIMEOUT_MS = 60_000
ENCODING = StageStarted(Stage.ENCODE)


def case(text: str = "4-year-old boy") -> Case:
    return Case({Modality.RECORD: (Input.from_text(text),)})


class Ear(QObject):
    """What a window hears of a worker."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.batches: list[tuple[int, tuple[Event, ...]]] = []
        self.states: list[EngineState] = []
        self.threads: set[QThread] = set()
        self.worker = worker
        worker.arrived.connect(self._arrived)
        worker.state_changed.connect(self._state)

    @Slot(int, object)
    def _arrived(self, job: int, events: tuple[Event, ...]) -> None:
        assert job == self.worker.job or isinstance(events[-1], LAST)
        self.threads.add(QThread.currentThread())
        self.batches.append((job, events))

    @Slot(object)
    def _state(self, state: EngineState) -> None:
        assert state == self.worker.state
        self.states.append(state)

    @property
    def events(self) -> list[Event]:
        return [event for _, events in self.batches for event in events]

    def of(self, job: int) -> list[Event]:
        return [event for number, events in self.batches if number == job for event in events]

    def ended(self, job: int) -> bool:
        return any(isinstance(event, LAST) for event in self.of(job))

    @property
    def phases(self) -> list[Phase]:
        """The phases gone through, without those in which only the memory changed."""
        phases = [state.phase for state in self.states]
        return [phase for n, phase in enumerate(phases) if phases[n - 1 : n] != [phase]]


class Desk:
    """A worker, what it says, and what a test does with it."""

    def __init__(self, qtbot, folder: Path, kind: str, factory: str) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.worker = Worker(kind, factory=f"support.scripted:{factory}")
        self.ear = Ear(self.worker)
        self.worker.start(folder)

    def until(self, true: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(true, timeout=TIMEOUT_MS)

    def until_phase(self, phase: Phase) -> None:
        self.until(lambda: self.worker.state.phase == phase)

    def until_at(self, gate: str) -> None:
        self.until(lambda: reached(self.folder, gate))

    def until_heard(self, event: Event) -> None:
        self.until(lambda: event in self.ear.events)

    def run(self) -> list[Event]:
        job = self.worker.analyze(case())
        self.until(lambda: self.ear.ended(job))
        return self.ear.of(job)

    def close(self) -> None:
        """And look for what was left."""
        for gate in ("load", "block", "shut"):  # a thread cannot be killed
            open_gate(self.folder, gate)
        with self.qtbot.waitSignal(self.worker.closed, timeout=TIMEOUT_MS):
            self.worker.close()
        assert not self.worker.findChild(QThread).isRunning()
        assert leftovers.engine_processes() == []
        assert leftovers.engine_threads() == []


@pytest.fixture
def desk(qtbot, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(kind: str, factory: str = "ScriptedEngine") -> Desk:
        made.append(Desk(qtbot, tmp_path, kind, factory))
        return made[-1]

    yield make
    for item in made:
        if item.worker.findChild(QThread).isRunning():
            item.close()


@BOTH
def test_all_events_of_a_job_arrive_in_order_in_the_windows_thread(desk, kind: str) -> None:
    one = desk(kind)
    given = case()
    job = one.worker.analyze(given)  # while the engine loads: the job waits for it
    assert one.worker.job == job
    one.until(lambda: one.ear.ended(job))
    assert one.ear.of(job) == sample_events(given)
    assert one.worker.job == 0
    assert one.ear.threads == {QThread.currentThread()}
    one.until_phase(Phase.READY)
    assert one.ear.phases[-3:] == [Phase.READY, Phase.WORKING, Phase.READY]
    assert one.worker.state.memory is not None


@BOTH
def test_a_flood_comes_in_few_batches_and_loses_nothing(desk, kind: str, monkeypatch) -> None:
    one = desk(kind, "FloodEngine")
    one.until_phase(Phase.READY)
    monkeypatch.setattr(module, "BATCH_MS", 500)
    events = one.run()
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert texts == [f" {number}" for number in range(FLOOD)]
    assert isinstance(events[-1], ReportReady)
    assert len(one.ear.batches) < 10


@BOTH
def test_nothing_of_a_job_arrives_after_its_last_event(desk, kind: str) -> None:
    one = desk(kind, "TalkativeEngine")
    for _ in range(3):
        assert len([event for event in one.run() if isinstance(event, LAST)]) == 1
    assert len([event for event in one.ear.events if isinstance(event, LAST)]) == 3


@BOTH
def test_what_came_before_a_pause_is_shown_during_the_pause(desk, kind: str, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, TextDelta("image", "a"), TextDelta("image", "b"), Gate("shut"))
    one = desk(kind)
    one.worker.analyze(case())
    one.until_heard(TextDelta("image", "b"))
    one.worker.stop()
    one.until(lambda: not one.worker.job)


@BOTH
@pytest.mark.parametrize("deaf", [False, True])
def test_stop_is_answered_though_the_engine_is_at_a_gate(desk, kind, deaf, tmp_path: Path) -> None:
    """The gate does not open; a deaf engine does not hear of the stop, so the worker lets go of it."""
    write_script(tmp_path, ENCODING, Gate("shut", deaf), TextDelta("image", "late"))
    one = desk(kind)
    job = one.worker.analyze(case())
    one.until_heard(ENCODING)
    one.worker.stop()
    one.until(lambda: not one.worker.job)
    assert one.ear.of(job) == [ENCODING, Stopped(Stage.ENCODE)]


@BOTH
def test_a_written_report_survives_a_deaf_engine(desk, kind, tmp_path: Path) -> None:
    whole = Case({Modality.IMAGE: (Input("chest.png", data=b"x"),)})
    events = sample_events(whole)
    until = 1 + next(n for n, event in enumerate(events) if isinstance(event, Located))
    write_script(tmp_path, *events[:until], Gate("shut", deaf=True))
    one = desk(kind)
    job = one.worker.analyze(whole)
    one.until_heard(events[until - 1])
    one.until_at("shut")
    one.worker.stop()
    one.until(lambda: not one.worker.job)
    last = one.ear.of(job)[-1]
    assert isinstance(last, ReportReady) and last.report.saliencies == events[until - 1].saliencies


@BOTH
def test_what_a_deaf_engine_says_late_is_dropped(desk, kind: str) -> None:
    one = desk(kind, "BlockedEngine")
    one.worker.analyze(case())
    one.until_heard(ENCODING)
    one.worker.stop()
    one.until(lambda: not one.worker.job)
    open_gate(one.folder, "block")
    events = one.run()
    assert len([event for event in events if isinstance(event, TextDelta)]) == 1
    assert len([event for event in one.ear.events if isinstance(event, TextDelta)]) == 1


@BOTH
def test_stop_while_the_pack_loads(desk, kind: str) -> None:
    one = desk(kind, "late_engine")
    job = one.worker.analyze(case())
    one.until_at("load")
    one.worker.stop()
    one.until(lambda: not one.worker.job)
    assert one.ear.of(job) == [Stopped(Stage.READ)]
    open_gate(one.folder, "load")
    assert isinstance(one.run()[-1], ReportReady)


@BOTH
def test_stop_without_a_job_does_nothing(desk, kind: str) -> None:
    one = desk(kind)
    one.worker.stop()
    assert isinstance(one.run()[-1], ReportReady)
    one.worker.stop()
    assert isinstance(one.run()[-1], ReportReady)


@BOTH
def test_a_new_job_supersedes_the_one_under_way(desk, kind: str, tmp_path: Path) -> None:
    one = desk(kind, "EchoEngine")
    old, new = case(), case()
    first = one.worker.analyze(old)
    one.until_heard(TextDelta("image", old.id))
    second = one.worker.analyze(new)
    third = one.worker.analyze(newest := case())
    assert first < second < third == one.worker.job
    open_gate(tmp_path, newest.id)
    one.until(lambda: one.ear.ended(third))
    assert not one.ear.ended(first) and one.ear.of(second) == []
    assert [e.text for e in one.ear.of(third) if isinstance(e, TextDelta)] == [newest.id] * 2


@BOTH
def test_switch_stops_the_job_and_loads_the_other_pack(desk, kind: str, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    other = tmp_path / "other"
    other.mkdir()
    one = desk(kind)
    job = one.worker.analyze(case())
    one.until_heard(ENCODING)
    before = leftovers.engine_processes()
    one.worker.switch(other, kind)
    assert one.worker.state.phase == Phase.LOADING
    one.until(lambda: one.ear.ended(job))
    assert one.ear.of(job)[-1] == Stopped(Stage.ENCODE)
    one.until_phase(Phase.READY)
    assert isinstance(one.run()[-1], ReportReady)
    assert not any(old.is_running() for old in before)


@BOTH
def test_what_the_old_engine_still_says_is_not_taken_for_the_new_one(desk, kind: str, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    open_gate(tmp_path, "load")
    other = tmp_path / "other"
    other.mkdir()
    one = desk(kind, "late_engine")
    one.worker.analyze(case())
    one.until_heard(ENCODING)
    one.ear.states.clear()
    one.worker.switch(other, kind)  # the old engine ends its job, and is ready once more
    one.until(lambda: reached(other, "load"))
    one.qtbot.wait(0)
    assert one.ear.phases == [Phase.LOADING]
    open_gate(other, "load")
    assert isinstance(one.run()[-1], ReportReady)


def test_switch_moves_the_engine_into_the_windows_process_and_back(desk, tmp_path: Path) -> None:
    one = desk("process")
    one.until_phase(Phase.READY)
    one.worker.switch(tmp_path, "thread")
    one.until_phase(Phase.READY)
    assert leftovers.engine_processes() == []
    assert isinstance(one.run()[-1], ReportReady)
    one.worker.switch(tmp_path, "process")
    one.until_phase(Phase.READY)
    assert len(leftovers.engine_processes()) == 1
    assert isinstance(one.run()[-1], ReportReady)


def test_switch_away_from_a_pack_that_never_loads(desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    open_gate(other, "load")
    one = desk("process", "late_engine")
    one.until_at("load")
    one.worker.switch(other, "process")
    assert isinstance(one.run()[-1], ReportReady)


@BOTH
def test_a_pack_that_cannot_be_loaded(desk, kind: str) -> None:
    one = desk(kind, "broken_pack")
    one.until_phase(Phase.FAILED)
    state = one.worker.state
    assert "SHA256SUMS" in state.problem and state.remedy == "Get the pack again."
    assert one.run() == [Failed(None, state.problem, state.remedy)]


@BOTH
def test_a_prompt_that_the_pack_cannot_answer(desk, kind: str) -> None:
    assert desk(kind, "picky_engine").run() == [
        Failed(None, '"why?": not trained to answer this', "Ask less.")
    ]


def test_a_job_without_a_pack(qtbot, tmp_path: Path) -> None:
    worker = Worker()
    ear = Ear(worker)
    job = worker.analyze(case())
    qtbot.waitUntil(lambda: ear.ended(job), timeout=TIMEOUT_MS)
    assert ear.events == [Failed(None, "no pack is loaded", "Choose a pack.")]
    with qtbot.waitSignal(worker.closed, timeout=TIMEOUT_MS):
        worker.close()


def test_a_child_that_is_killed_fails_the_job_and_another_one_is_started(desk) -> None:
    one = desk("process", "DyingEngine")
    *_, last = one.run()
    assert isinstance(last, Failed) and last.problem == "the engine ended unexpectedly (signal 9)"
    one.until(lambda: Phase.DIED in one.ear.phases)
    one.until_phase(Phase.READY)
    assert one.ear.phases[-4:] == [Phase.WORKING, Phase.DIED, Phase.LOADING, Phase.READY]
    assert isinstance(one.run()[-1], ReportReady)


def test_a_job_that_waits_while_the_child_is_killed_runs_in_the_next_one(desk, monkeypatch) -> None:
    monkeypatch.setattr(process, "GRACE_S", TIMEOUT_MS / 1000)
    one = desk("process", "BlockedEngine")
    one.worker.analyze(case())
    one.until_at("block")
    job = one.worker.analyze(case())
    leftovers.engine_processes()[0].kill()
    open_gate(one.folder, "block")
    one.until(lambda: one.ear.ended(job))
    assert isinstance(one.ear.of(job)[-1], ReportReady)


def test_an_idle_child_that_is_killed_is_started_again(desk) -> None:
    one = desk("process")
    one.until_phase(Phase.READY)
    leftovers.engine_processes()[0].kill()
    one.until(lambda: Phase.DIED in one.ear.phases)
    one.until_phase(Phase.READY)
    assert isinstance(one.run()[-1], ReportReady)


def test_an_engine_that_dies_all_the_time_is_given_up_until_a_pack_is_chosen(desk, tmp_path) -> None:
    one = desk("process", "dies_loading")
    one.until_phase(Phase.FAILED)
    assert one.ear.phases.count(Phase.DIED) == 3
    problem = "the engine ended unexpectedly (exit code 3), three times within a minute"
    assert one.worker.state.problem == problem and "choose the pack again" in one.worker.state.remedy
    assert one.run() == [Failed(None, problem, one.worker.state.remedy)]
    one.worker.start(tmp_path)
    one.until_phase(Phase.FAILED)
    assert one.ear.phases.count(Phase.DIED) == 6


def test_a_mistake_of_an_engine_in_the_thread_is_loud_and_ends_the_job(desk, qtbot) -> None:
    one = desk("thread", "FaultyEngine")
    with qtbot.captureExceptions() as raised:
        events = one.run()
        one.until(lambda: bool(raised))
    assert events[0] == StageStarted(Stage.SCORE)
    assert isinstance(events[1], Failed) and events[1].problem == "the engine made a mistake (ValueError)"
    assert "shapes do not fit" in events[1].detail
    assert [str(error) for _, error, _ in raised] == ["shapes do not fit"]
    assert one.worker.state.phase == Phase.READY


def test_a_mistake_while_the_thread_loads_is_loud_and_leaves_a_failed_engine(desk, qtbot) -> None:
    with qtbot.captureExceptions() as raised:
        one = desk("thread", "faulty_load")
        one.until(lambda: bool(raised))
    assert one.worker.state.phase == Phase.FAILED
    assert "ImportError: no network library" in one.worker.state.problem
    assert one.run() == [Failed(None, one.worker.state.problem, one.worker.state.remedy)]


@BOTH
@pytest.mark.parametrize("when", ["at once", "loading", "idle", "working", "stopping", "failed"])
def test_close_leaves_nothing_and_says_nothing_more(desk, kind: str, when: str, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    factories = {"loading": "late_engine", "failed": "broken_pack"}
    one = desk(kind, factories.get(when, "ScriptedEngine"))
    if when == "loading":
        one.until_at("load")
        one.worker.analyze(case())
    if when == "idle":
        one.until_phase(Phase.READY)
    if when in ("working", "stopping"):
        one.worker.analyze(case())
        one.until_heard(ENCODING)
    if when == "stopping":
        one.worker.stop()
    if when == "failed":
        one.until_phase(Phase.FAILED)
    heard = len(one.ear.events)
    one.close()
    assert len(one.ear.events) == heard
    assert one.worker.analyze(case()) > 0 and not one.worker.job  # nobody will answer


@pytest.mark.parametrize("factory", ["late_engine", "BlockedEngine"])
def test_close_kills_a_child_that_answers_to_nothing(desk, qtbot, factory: str) -> None:
    """No gate opens here."""
    one = desk("process", factory)
    one.worker.analyze(case())
    one.until_at("load" if factory == "late_engine" else "block")
    with qtbot.waitSignal(one.worker.closed, timeout=TIMEOUT_MS):
        one.worker.close()
    assert leftovers.engine_processes() == []


def test_close_comes_back_once_and_before_anything_ended(desk, qtbot) -> None:
    one = desk("process", "BlockedEngine")
    one.worker.analyze(case())
    one.until_at("block")
    closed: list[bool] = []

    class Listener(QObject):
        @Slot()
        def heard(self) -> None:
            closed.append(True)

    listener = Listener()
    one.worker.closed.connect(listener.heard)
    one.worker.close()
    one.worker.close()
    assert one.worker.findChild(QThread).isRunning() and closed == []
    one.until(lambda: not one.worker.findChild(QThread).isRunning() and bool(closed))
    assert closed == [True]


def test_what_was_written_until_a_stop_survives_the_way(desk, monkeypatch) -> None:
    monkeypatch.setattr(process, "GRACE_S", TIMEOUT_MS / 1000)
    monkeypatch.setattr(module, "DETACH_MS", TIMEOUT_MS)
    one = desk("process", "EchoEngine")
    given = case()
    job = one.worker.analyze(given)
    one.until_heard(TextDelta("image", given.id))
    one.worker.stop()
    one.until(lambda: one.ear.ended(job))
    assert one.ear.of(job)[-1] == Stopped(Stage.READ, sample_report(given))


@BOTH
def test_the_engine_says_where_it_runs(desk: Callable[..., Desk], kind: str, tmp_path: Path) -> None:
    own = desk(kind, "PlacedEngine")
    own.until_phase(Phase.READY)
    assert own.worker.state.device == "cpu"
    own.worker.switch(tmp_path, kind, "cuda")
    own.until_phase(Phase.READY)
    assert own.worker.state.device == "cuda"
