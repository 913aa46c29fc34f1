"""The engine as the window has it, in a process of its own, and the moments of an analysis."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

from mmdesk.case import Case
from mmdesk.engine import LOCAL, StopToken
from mmdesk.engine.process import ProcessEngine
from mmdesk.engine.state import EngineState, Phase
from mmdesk.events import (
    Failed,
    InputFailed,
    Located,
    OutOfDistribution,
    ReportWritten,
    StageFinished,
    Stopped,
    TextDelta,
)

Moments = dict[str, float]  # in seconds from the start


@contextmanager
def ready(pack: Path) -> Iterator[ProcessEngine]:
    """Started, and loaded when it is given."""
    settled = Flag()

    def on_state(state: EngineState) -> None:
        if state.phase is not Phase.LOADING:
            settled.set()

    engine = ProcessEngine(LOCAL, pack, on_state=on_state)
    engine.start()
    try:
        settled.wait()
        if engine.state.phase is not Phase.READY:
            raise RuntimeError(engine.state.problem)
        yield engine
    finally:
        engine.close()


def moments(engine: ProcessEngine, case: Case, maps: bool = True) -> Moments:
    """First token, last word and, with `maps`, last map and end; without, it is stopped at the last word.
    "in …" are the seconds of each stage."""
    stop, seen, begun = StopToken(), Moments(), time.perf_counter()
    for event in engine.analyze(case, stop):
        now = time.perf_counter() - begun
        match event:
            case TextDelta():
                seen.setdefault("first token", now)
            case ReportWritten():
                seen["last word"] = now
                if not maps:
                    stop.stop()
            case Located():
                seen["last map"] = now
            case StageFinished(stage, milliseconds):
                seen[f"in {stage}"] = milliseconds / 1000
            case Failed() | InputFailed() | OutOfDistribution() | Stopped():
                raise RuntimeError(f"the sample case was not read whole: {event}")
    return seen | {"end": time.perf_counter() - begun}
