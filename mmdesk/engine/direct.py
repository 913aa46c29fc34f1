"""The engine in the calling thread, with the face of the one in a child process."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil

from mmdesk.case import Case
from mmdesk.engine import Engine, StopToken
from mmdesk.engine.state import EngineState, Phase
from mmdesk.errors import UserProblem
from mmdesk.events import Event, Failed

OnState = Callable[[EngineState], None]


def make(factory: str, args: tuple[object, ...]) -> Engine:
    """The engine that "module:callable" makes of `args`. What it imports, it imports here and now."""
    module, name = factory.split(":")
    engine: Engine = getattr(importlib.import_module(module), name)(*args)
    return engine


def device_of(engine: Engine) -> str:
    """Where it computes; an engine that does not say so has nothing but the CPU."""
    device: str = getattr(engine, "device", "cpu")
    return device


def warm(engine: Engine) -> Iterator[None]:
    """What an engine does best before there is a case, step by step; some do nothing."""
    steps: Callable[[], Iterator[None]] | None = getattr(engine, "warm", None)
    if steps is not None:
        yield from steps()


def events_of(engine: Engine, case: Case, stop: StopToken) -> Iterator[Event]:
    """The events of one analysis; what a person can mend ends them as a Failed."""
    try:
        yield from engine.analyze(case, stop)
    except UserProblem as problem:
        yield Failed(None, f"{problem.name}: {problem.problem}", problem.remedy)


class DirectEngine:
    """`on_state` is told every change of `state`, in the thread that calls."""

    def __init__(self, factory: str, *args: object, on_state: OnState) -> None:
        self._factory, self._args, self._on_state = factory, args, on_state
        self._engine: Engine | None = None
        self.state = EngineState(Phase.LOADING)

    def start(self) -> None:
        """Load; returns when the engine is ready or its pack cannot be loaded. Raises what the factory
        raises, unless a person can mend it; the state is FAILED then, too."""
        self._tell(EngineState(Phase.LOADING))
        try:
            self._engine = make(self._factory, self._args)
        except UserProblem as error:
            self._tell(EngineState(Phase.FAILED, f"{error.name}: {error.problem}", error.remedy))
        except Exception as error:
            problem = f"the engine cannot be started ({type(error).__name__}: {error})"
            self._tell(EngineState(Phase.FAILED, problem, "Install mmdesk again."))
            raise
        else:
            self._tell(EngineState(Phase.READY, device=device_of(self._engine)))

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        """Raises what the engine raises, unless a person can mend it."""
        if self._engine is None:
            yield Failed(None, self.state.problem or "the engine was not started", self.state.remedy or "")
            return
        self._tell(replace(self.state, phase=Phase.WORKING))
        try:
            yield from events_of(self._engine, case, stop)
        finally:
            self._tell(replace(self.state, phase=Phase.READY))

    def close(self) -> None:
        """Let go of the network."""
        self._engine = None

    def _tell(self, state: EngineState) -> None:
        self.state = replace(state, memory=psutil.Process().memory_info().rss)
        self._on_state(self.state)
