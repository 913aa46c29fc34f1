"""The engine in a child process: every way a stream can end, and nothing left afterwards."""

import itertools
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil
import pytest
from support import leftovers
from support.scripted import FLOOD, Gate, open_gate, sample_events, wait_for_player, write_script

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.process import ProcessEngine
from mmdesk.engine.state import EngineState, Phase
from mmdesk.events import Event, Failed, Located, ReportReady, Stage, StageStarted, Stopped, TextDelta

CASE = Case({Modality.RECORD: (Input.from_text("4-year-old boy"),)})
CASE_WITH_IMAGE = Case({Modality.IMAGE: (Input("chest.png", data=b"x"),)})
TIMEOUT_S = 60
ENCODING = StageStarted(Stage.ENCODE)


class Watched:
    """An engine, and the states that it goes through."""

    def __init__(self, factory: str, pack: Path) -> None:
        self.states: queue.SimpleQueue[EngineState] = queue.SimpleQueue()
        self.engine = ProcessEngine(f"support.scripted:{factory}", pack, on_state=self.states.put)
        self.engine.start()

    def until(self, phase: Phase) -> list[EngineState]:
        """The states up to the phase."""
        seen = [self.states.get(timeout=TIMEOUT_S)]
        while seen[-1].phase != phase:
            seen.append(self.states.get(timeout=TIMEOUT_S))
        return seen

    def run(self, stop: StopToken | None = None) -> list[Event]:
        return list(self.engine.analyze(CASE, stop or StopToken()))


Make = Callable[..., Watched]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Watched] = []

    def watched(factory: str = "ScriptedEngine") -> Watched:
        made.append(Watched(factory, tmp_path))
        return made[-1]

    yield watched
    for item in made:
        item.engine.close()
    assert leftovers.engine_processes() == []
    assert leftovers.engine_threads() == []


def child() -> psutil.Process:
    (process,) = leftovers.engine_processes()
    return process


def stopped() -> StopToken:
    token = StopToken()
    token.stop()
    return token


def test_the_events_come_in_order_and_the_states_follow(make: Make) -> None:
    watched = make()
    assert watched.run() == sample_events(CASE)
    states = watched.until(Phase.WORKING) + watched.until(Phase.READY)
    phases = [phase for phase, _ in itertools.groupby(state.phase for state in states)]
    assert phases == [Phase.LOADING, Phase.READY, Phase.WORKING, Phase.READY]


def test_a_flood_loses_nothing(make: Make) -> None:
    events = make("FloodEngine").run()
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert texts == [f" {number}" for number in range(FLOOD)]
    assert isinstance(events[-1], ReportReady)


def test_the_child_steps_back_and_stays_offline(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    switches, niceness, _ = make("RevealingEngine").run()
    assert isinstance(switches, TextDelta) and switches.text == "11"
    assert isinstance(niceness, TextDelta) and int(niceness.text) > psutil.Process().nice()


def test_the_child_tells_its_memory(make: Make) -> None:
    watched = make()
    watched.until(Phase.READY)
    while watched.engine.state.memory is None:
        watched.states.get(timeout=TIMEOUT_S)
    assert watched.engine.state.memory > 2**20


def test_an_interrupt_of_the_terminal_is_for_the_window_to_decide(make: Make) -> None:
    watched = make()
    watched.until(Phase.READY)
    child().send_signal(signal.SIGINT)
    assert watched.run() == sample_events(CASE)


def test_a_pack_that_cannot_be_loaded(make: Make) -> None:
    watched = make("broken_pack")
    state = watched.until(Phase.FAILED)[-1]
    assert state.problem is not None and state.problem.endswith("the weights do not match SHA256SUMS")
    assert state.remedy == "Get the pack again."
    assert watched.run() == [Failed(None, state.problem, state.remedy)]


def test_a_job_that_waits_for_a_broken_pack_fails(make: Make) -> None:
    (event,) = make("broken_pack").run()
    assert isinstance(event, Failed) and event.remedy == "Get the pack again."


def test_a_prompt_that_the_pack_cannot_answer(make: Make) -> None:
    assert make("picky_engine").run() == [Failed(None, '"why?": not trained to answer this', "Ask less.")]


def test_stop_while_the_pack_loads(make: Make) -> None:
    """The gate of the loading engine never opens."""
    assert make("late_engine").run(stopped()) == [Stopped(Stage.READ)]


def test_a_job_begun_while_the_pack_loads_waits_for_it(make: Make, tmp_path: Path) -> None:
    watched = make("late_engine")
    opener = threading.Thread(target=lambda: (wait_for_player(tmp_path, "load"), open_gate(tmp_path, "load")))
    opener.start()
    assert watched.run() == sample_events(CASE)
    opener.join()


def test_an_engine_that_hears_the_stop_ends_the_stream_itself(make: Make, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    token = StopToken()
    events = make().engine.analyze(CASE, token)
    assert next(events) == ENCODING
    token.stop()
    assert list(events) == [Stopped(Stage.ENCODE)]


def test_a_deaf_engine_is_left_to_itself(make: Make, tmp_path: Path) -> None:
    watched = make("BlockedEngine")
    token = StopToken()
    events = watched.engine.analyze(CASE, token)
    assert [next(events) for _ in range(3)][-1] == ENCODING
    token.stop()
    assert list(events) == [Stopped(Stage.ENCODE)]
    open_gate(tmp_path, "block")
    texts = [event for event in watched.run() if isinstance(event, TextDelta)]
    assert len(texts) == 1  # its own, and not the late one of the job that was stopped


def test_a_report_that_is_written_survives_a_stop(make: Make, tmp_path: Path) -> None:
    """Also where the engine does not hear it; with the places that were found until then."""
    events = sample_events(CASE_WITH_IMAGE)
    until = 1 + next(n for n, event in enumerate(events) if isinstance(event, Located))
    write_script(tmp_path, *events[:until], Gate("deaf", deaf=True))
    token, stream = StopToken(), []
    for event in make().engine.analyze(CASE_WITH_IMAGE, token):
        stream.append(event)
        if isinstance(event, Located):
            wait_for_player(tmp_path, "deaf")
            token.stop()
    open_gate(tmp_path, "deaf")
    last = stream[-1]
    assert isinstance(last, ReportReady)
    assert last.report.sections and last.report.saliencies == stream[-2].saliencies


def test_a_frozen_process_is_left_to_itself_and_killed_on_close(make: Make, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    watched = make()
    token = StopToken()
    events = watched.engine.analyze(CASE, token)
    assert next(events) == ENCODING
    child().suspend()
    token.stop()
    assert list(events) == [Stopped(Stage.ENCODE)]


def test_a_picture_larger_than_the_pipe_does_not_hold_up_a_stop_or_a_close(make: Make) -> None:
    watched = make()
    watched.until(Phase.READY)
    child().suspend()
    large = Case({Modality.IMAGE: (Input("pasted image", data=bytes(2**22)),)})
    assert list(watched.engine.analyze(large, stopped())) == [Stopped(Stage.READ)]
    watched.engine.close()
    assert leftovers.engine_processes() == []


def test_an_analysis_that_nobody_reads_on_is_stopped(make: Make, tmp_path: Path) -> None:
    write_script(tmp_path, ENCODING, Gate("shut"))
    watched = make()
    events = watched.engine.analyze(CASE, StopToken())
    assert next(events) == ENCODING
    events.close()  # type: ignore[attr-defined]
    write_script(tmp_path, TextDelta("image", "next"), *sample_events(CASE)[-1:])
    assert watched.run() == [TextDelta("image", "next"), sample_events(CASE)[-1]]


def test_a_killed_child_ends_the_stream_and_another_one_can_be_started(make: Make) -> None:
    watched = make("DyingEngine")
    *_, before, last = watched.run()
    problem = "the engine ended unexpectedly (signal 9)"
    assert before == ENCODING
    assert isinstance(last, Failed)
    assert (last.stage, last.problem) == (Stage.ENCODE, problem) and "Analyse again" in last.remedy
    assert watched.until(Phase.DIED)[-1].problem == problem
    assert watched.run() == [Failed(None, problem, last.remedy)]
    watched.engine.start()
    assert watched.run() == sample_events(CASE)


def test_a_mistake_of_the_program_ends_the_child_and_is_told(
    make: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    watched = make("FaultyEngine")
    started, last = watched.run()
    assert started == StageStarted(Stage.SCORE)
    assert isinstance(last, Failed) and last.problem == "the engine ended unexpectedly (exit code 1)"
    assert last.detail is not None and "ValueError: shapes do not fit" in last.detail
    assert "ValueError: shapes do not fit" in capfd.readouterr().err


def test_a_child_that_dies_while_it_loads_fails_the_waiting_job(make: Make) -> None:
    (event,) = make("dies_loading").run()
    assert isinstance(event, Failed) and event.problem == "the engine ended unexpectedly (exit code 3)"


def test_a_machine_that_has_no_room_for_a_child(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(process: SpawnProcess) -> None:
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(SpawnProcess, "start", full)
    watched = make()
    (event,) = watched.run()
    assert isinstance(event, Failed) and "could not be started, Cannot allocate memory" in event.problem
    assert watched.engine.state.phase == Phase.DIED


def test_a_dead_engine_that_was_given_up_says_why(make: Make) -> None:
    watched = make("dies_loading")
    watched.until(Phase.DIED)
    watched.engine.give_up("it dies all the time", "Take another pack.")
    assert watched.engine.state.phase == Phase.FAILED
    assert watched.run() == [Failed(None, "it dies all the time", "Take another pack.")]


@pytest.mark.parametrize("factory", ["late_engine", "BlockedEngine"])
def test_close_ends_an_analysis_that_waits_in_another_thread(make: Make, factory: str) -> None:
    watched = make(factory)
    events: list[Event] = []
    analysis = threading.Thread(target=lambda: events.extend(watched.run()))
    analysis.start()
    if factory == "BlockedEngine":
        watched.until(Phase.WORKING)
    watched.engine.close()
    analysis.join(TIMEOUT_S)
    assert isinstance(events[-1], Stopped)
    assert leftovers.engine_processes() == []
    assert watched.run() == [Stopped(Stage.READ)]  # a closed engine starts nothing


def test_close_right_after_the_start(make: Make) -> None:
    make().engine.close()
    assert leftovers.engine_processes() == []


PARENT = """
import sys, queue
from pathlib import Path
from mmdesk.case import Case
from mmdesk.engine import StopToken
from mmdesk.engine.process import ProcessEngine

sys.path.insert(0, sys.argv[1])
states = queue.SimpleQueue()
engine = ProcessEngine("support.scripted:BlockedEngine", Path(sys.argv[2]), on_state=states.put)
engine.start()
for event in engine.analyze(Case({}), StopToken()):
    print(type(event).__name__, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_the_child_of_a_window_that_was_killed_ends_though_its_engine_is_busy(tmp_path: Path) -> None:
    tests = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", PARENT, tests, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(tests).parent) as parent:
        assert parent.stdout is not None
        assert [parent.stdout.readline().strip() for _ in range(3)][-1] == "StageStarted"
        wait_for_player(tmp_path, "block")
        children = psutil.Process(parent.pid).children(recursive=True)
        assert any("spawn_main" in " ".join(process.cmdline()) for process in children)
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=TIMEOUT_S)
        assert alive == []


def test_the_windows_side_imports_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "transformers", "tokenizers", "safetensors", "PIL", "PySide6")
    code = f"import sys, mmdesk.engine.process; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
