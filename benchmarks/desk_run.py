"""One run of the window in a process of its own, measured from inside; see window.py.

python -m benchmarks.desk_run real|flood|endless|stop
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.gaps import GapMonitor, summary
from mmdesk.case import Case, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.state import Phase
from mmdesk.events import Event, ReportReady, SentenceWritten, Stage, StageStarted, TextDelta
from mmdesk.report import Origin, Provenance, Report, Sentence
from mmdesk.ui import app as application
from mmdesk.ui.desk import Desk
from mmdesk.ui.worker import Worker

FLOOD_RATE, FLOOD_S = 2000, 5
ANALYSES = 10

Figures = list[tuple[str, str, list[float]]]  # name, unit, values


class FloodEngine:
    """Says 2,000 words a second for five seconds, in sentences of `length` words."""

    length = 20

    def __init__(self, pack: Path) -> None:
        pass

    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        yield StageStarted(Stage.WRITE)
        begun = time.perf_counter()
        for number in range(FLOOD_RATE * FLOOD_S):
            while time.perf_counter() < begun + number / FLOOD_RATE:
                time.sleep(0.0002)
            yield TextDelta("image", f" word{number}")
            if number % self.length == self.length - 1:
                words = " ".join(f"word{n}" for n in range(number + 1 - self.length, number + 1))
                yield SentenceWritten(Sentence(words, "image", Origin.DECODER))
        yield ReportReady(Report(case.id, "full", (), (), (), (), Provenance("flood", "1", "0" * 64, "", ())))


class EndlessEngine(FloodEngine):
    """The same words in one sentence, which no decoder writes: the text is laid out again and again."""

    length = FLOOD_RATE * FLOOD_S


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Run the event loop, as the program does, until the condition holds; asked every 5 ms."""
    loop, asking, patience = QEventLoop(), QTimer(interval=5), QTimer(singleShot=True)
    asking.timeout.connect(lambda: condition() and loop.quit())
    patience.timeout.connect(lambda: loop.exit(1))
    asking.start()
    patience.start(int(seconds * 1000))
    if not condition() and loop.exec():
        raise TimeoutError


def gaps(when: str, monitor: GapMonitor) -> Figures:
    found = summary(monitor.gaps())
    return [(f"gaps {when}, p99", "ms", [found["p99"]]), (f"gaps {when}, longest", "ms", [found["max"]])]


def real(desk: application.Application) -> Figures:
    """Gaps while the real pack loads, analyses and streams; memory of the window's process."""
    monitor = GapMonitor()
    until(lambda: desk.worker.state.phase is Phase.READY)
    figures = gaps("while the pack loads", monitor)
    case = desk.window.desk
    monitor.restart()
    times = [_seconds(case, case.show_sample, "sample")]
    text = case.model.inputs(Modality.RECORD)[0].data.decode()
    for number in range(ANALYSES):
        case.model.set_record(f"{text} Visit {number}.")
        times.append(_seconds(case, case.analyse))
    figures += gaps("while it analyses and writes", monitor)
    figures += [("sample case, at first", "s", times[:1]), ("with another record", "s", times[1:])]
    monitor.restart()
    for _ in range(ANALYSES):
        _seconds(case, case.show_sample, "sample")
    figures += gaps("while cases are opened one after the other", monitor)
    window, engine = psutil.Process().memory_info().rss / 2**20, desk.worker.state.memory / 2**20
    if "torch" in sys.modules:
        raise RuntimeError("torch is in the window's process")
    return [
        *figures,
        ("memory of the window's process", "MB", [window]),
        ("and its engine's", "MB", [engine]),
    ]


def _seconds(case: Desk, work: Callable[..., None], *arguments: str) -> float:
    begun = time.perf_counter()
    work(*arguments)
    until(lambda: not case.working)
    return time.perf_counter() - begun


def flood(desk: application.Application) -> Figures:
    desk.window.desk.model.set_record("58-year-old man")
    until(lambda: desk.worker.state.phase is Phase.READY)
    monitor = GapMonitor()
    desk.window.desk.analyse()
    until(lambda: not desk.window.desk.working)
    return gaps(f"at {FLOOD_RATE:,} events a second", monitor)


def endless(desk: application.Application) -> Figures:
    return [(f"{name}, in one sentence", unit, values) for name, unit, values in flood(desk)]


def stop(desk: application.Application) -> Figures:
    """From Esc to the last event, while the pack loads and while it writes."""
    case = desk.window.desk
    case.show_sample("sample")
    at_once = _stop_ms(desk)  # the window is not drawn yet
    case.analyse()
    until(lambda: not (case.decoding.busy or case.reading.busy))
    if desk.worker.state.phase is not Phase.LOADING:
        raise RuntimeError("the pack was loaded before it could be stopped")
    loading = _stop_ms(desk)
    until(lambda: desk.worker.state.phase is Phase.READY)
    writing = []
    for _ in range(ANALYSES):
        written: list[Event] = []
        case.arrived.connect(written.extend)
        case.analyse()
        until(lambda seen=written: any(isinstance(event, TextDelta) for event in seen))
        writing.append(_stop_ms(desk))
        case.arrived.disconnect(written.extend)
    return [
        ("stopped before the window is drawn", "ms", [at_once]),
        ("stopped while the pack loads", "ms", [loading]),
        ("stopped while it writes", "ms", writing),
        ("stopped while it writes, longest", "ms", [max(writing)]),
    ]


def _stop_ms(desk: application.Application) -> float:
    begun = time.perf_counter()
    desk.window.actions_["stop"].trigger()
    until(lambda: not desk.window.desk.working)
    return (time.perf_counter() - begun) * 1000


def main(part: str) -> None:
    sys.setswitchinterval(application.SWITCH_S)
    app = QApplication([])
    settings, warning = application.store.load()
    engine = {"flood": FloodEngine, "endless": EndlessEngine}.get(part)
    worker = Worker(settings.engine, factory=f"benchmarks.desk_run:{engine.__name__}") if engine else None
    desk = application.Application(app, settings, warning, worker)
    desk.start([], demo=False)
    figures = {"real": real, "flood": flood, "endless": endless, "stop": stop}[part](desk)
    desk.window.close()
    app.exec()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
