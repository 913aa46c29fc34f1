"""How an engine stands, as the window shows it."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """FAILED: the pack cannot be loaded. DIED: the process ended; another one can be started."""

    LOADING = "loading"
    READY = "ready"
    WORKING = "working"
    DIED = "died"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EngineState:
    """`problem` and `remedy` are for people, set where the phase is DIED or FAILED; `memory` is what
    the process that runs the engine holds, in bytes, None where that is not known."""

    phase: Phase
    problem: str | None = None
    remedy: str | None = None
    memory: int | None = None
    device: str = "cpu"
