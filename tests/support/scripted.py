"""Engines that play a script instead of running a model, in the window's process or in a child.

The folder that a real engine takes for a pack holds the script here, so that both kinds of engine
find it. A gate is a file in that folder: the player waits at it until the test opens it.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from mmdesk import events
from mmdesk.case import Case, Modality
from mmdesk.engine import StopRequested, StopToken
from mmdesk.errors import PackProblem, PromptProblem
from mmdesk.events import Event, ReportReady, Stage, StageFinished, StageStarted, Stopped, TextDelta
from support.sample import sample_events, sample_report

__all__ = ["Gate", "ScriptedEngine", "open_gate", "reached", "sample_events", "sample_report", "write_script"]

SCRIPT = "script.json"
FLOOD = 2000
LOOK_S = 0.002  # a file is all that the test and a child process share
PATIENCE_S = 60.0  # a gate that a failed test never opened must not keep a thread for ever


@dataclass(frozen=True, slots=True)
class Gate:
    """The player waits here until `open_gate(folder, name)`; a deaf one does not hear a stop either,
    like a call of native code."""

    name: str
    deaf: bool = False


def write_script(folder: Path, *items: Event | Gate) -> Path:
    """The script that ScriptedEngine plays for every case from now on; gives the folder."""
    lines = [
        {"gate": item.name, "deaf": item.deaf} if isinstance(item, Gate) else events.to_json(item)
        for item in items
    ]
    (folder / SCRIPT).write_text(json.dumps(lines), encoding="utf-8")
    return folder


def open_gate(folder: Path, name: str) -> None:
    (folder / f"{name}.open").touch()


def reached(folder: Path, name: str) -> bool:
    """Whether a player stands, or stood, at the gate: `qtbot.waitUntil(lambda: reached(…))`."""
    return (folder / f"{name}.reached").exists()


def wait_for_player(folder: Path, name: str) -> None:
    """Returns when a player stands at the gate; for tests without a window."""
    _wait_for(folder / f"{name}.reached", _nothing)


def pass_gate(folder: Path, name: str, check: Callable[[], None]) -> None:
    """Wait at the gate. `check` is called meanwhile; what it raises ends the wait."""
    (folder / f"{name}.reached").touch()
    _wait_for(folder / f"{name}.open", check)


def _wait_for(file: Path, check: Callable[[], None]) -> None:
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / LOOK_S)):
        check()
        if file.exists():
            return
        pause.wait(LOOK_S)
    raise TimeoutError(f"{file.name} never came")


class ScriptedEngine:
    """Plays the folder's script, or the sample analysis where there is none. Stops at once."""

    def __init__(self, pack: Path) -> None:
        self._folder = pack

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        stage = Stage.READ
        try:
            for item in self._script(case):
                stop.check()
                if isinstance(item, Gate):
                    pass_gate(self._folder, item.name, _nothing if item.deaf else stop.check)
                    continue
                if isinstance(item, StageStarted):
                    stage = item.stage
                yield item
        except StopRequested:
            yield Stopped(stage)

    def _script(self, case: Case) -> list[Event | Gate]:
        script = self._folder / SCRIPT
        if not script.exists():
            return list(sample_events(case))
        return [_item(line) for line in json.loads(script.read_text(encoding="utf-8"))]


def _item(line: dict[str, object]) -> Event | Gate:
    if "gate" in line:
        return Gate(str(line["gate"]), bool(line["deaf"]))
    return events.from_json(line)


def _nothing() -> None:
    """What a deaf gate does instead of hearing a stop."""


class EchoEngine:
    """Says the case's id before and after a gate of the case's own, so that a test sees whose events
    arrive: StageStarted, TextDelta("image", id), the gate, TextDelta again, ReportReady. Asked with the
    prompt "deaf", it does not hear a stop at its gate."""

    def __init__(self, pack: Path) -> None:
        self._folder = pack

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        try:
            yield StageStarted(Stage.READ)
            yield TextDelta("image", case.id)
            pass_gate(self._folder, case.id, _nothing if case.prompt == "deaf" else stop.check)
            yield TextDelta("image", case.id)
            yield StageFinished(Stage.READ, 1.0)
            yield ReportReady(sample_report(case))
        except StopRequested:
            yield Stopped(Stage.READ, sample_report(case))


class WordsEngine:
    """Says a case's id, record and prompt as one text, before and after the gate "all"."""

    def __init__(self, pack: Path) -> None:
        self._folder = pack

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        words = f"{case.id} {(case.inputs[Modality.RECORD][0].data or b'').decode()} {case.prompt}"
        try:
            yield TextDelta("record", words)
            pass_gate(self._folder, "all", stop.check)
            yield TextDelta("record", words)
            yield ReportReady(sample_report(case))
        except StopRequested:
            yield Stopped(Stage.READ, sample_report(case))


def late_engine(pack: Path) -> ScriptedEngine:
    """Loads until the gate "load" opens, which need never be."""
    pass_gate(pack, "load", _nothing)
    return ScriptedEngine(pack)


def broken_pack(pack: Path) -> ScriptedEngine:
    raise PackProblem(pack.name, "the weights do not match SHA256SUMS", "Get the pack again.")


def faulty_load(pack: Path) -> ScriptedEngine:
    raise ImportError("no network library")


def dies_loading(pack: Path) -> ScriptedEngine:
    os._exit(3)


class BlockedEngine:
    """Blocks in a call, deaf to a stop, until the gate "block" opens, which need never be."""

    def __init__(self, pack: Path) -> None:
        self._folder = pack

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield StageStarted(Stage.READ)
        yield StageFinished(Stage.READ, 1.0)
        yield StageStarted(Stage.ENCODE)
        pass_gate(self._folder, "block", _nothing)
        yield TextDelta("image", "late")
        yield ReportReady(sample_report(case))


class FloodEngine:
    """2,000 events as fast as they go, then the report."""

    def __init__(self, pack: Path) -> None:
        pass

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield StageStarted(Stage.WRITE)
        for number in range(FLOOD):
            yield TextDelta("image", f" {number}")
        yield ReportReady(sample_report(case))


class TalkativeEngine:
    """Does not know when to end: two reports, one after the other."""

    def __init__(self, pack: Path) -> None:
        pass

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield from sample_events(case)
        yield ReportReady(sample_report(case))


class DyingEngine:
    """Kills its own process in the middle of a stage, once: after a restart it plays the sample."""

    def __init__(self, pack: Path) -> None:
        self._died = pack / "died"

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        if self._died.exists():
            yield from sample_events(case)
            return
        self._died.touch()
        yield StageStarted(Stage.READ)
        yield StageFinished(Stage.READ, 1.0)
        yield StageStarted(Stage.ENCODE)
        os.kill(os.getpid(), signal.SIGKILL)


class _PickyEngine:
    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        raise PromptProblem('"why?"', "not trained to answer this", "Ask less.")


def picky_engine(pack: Path) -> _PickyEngine:
    """Refuses every prompt, before the first event."""
    return _PickyEngine()


class RevealingEngine:
    """Tells of the process that it runs in: the offline switches and the niceness, as text."""

    def __init__(self, pack: Path) -> None:
        pass

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield TextDelta("image", os.environ["HF_HUB_OFFLINE"] + os.environ["TRANSFORMERS_OFFLINE"])
        yield TextDelta("image", str(psutil.Process().nice()))
        yield ReportReady(sample_report(case))


class FaultyEngine:
    """Raises what no engine should raise."""

    def __init__(self, pack: Path) -> None:
        pass

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield StageStarted(Stage.SCORE)
        raise ValueError("shapes do not fit")


class PlacedEngine(ScriptedEngine):
    """Says that it runs where it was asked to, on the CPU unless it was."""

    def __init__(self, pack: Path, device: str = "cpu") -> None:
        super().__init__(pack)
        self.device = device
