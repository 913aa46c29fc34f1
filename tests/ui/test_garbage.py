"""A timer in a reference cycle must not be destroyed in a thread that is not its own."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer

from mmdesk.ui import garbage
from mmdesk.ui.garbage import Collector


class Knot(QTimer):
    """A timer that holds itself, and tells in which thread it goes."""

    def __init__(self, gone_in: list[threading.Thread]) -> None:
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: gone_in.append(threading.current_thread()))


@pytest.fixture
def collector(qapp, monkeypatch) -> Iterator[Collector]:
    monkeypatch.setattr(garbage, "INTERVAL_MS", 5)
    made = Collector()
    yield made
    made.close()
    assert gc.isenabled()


def allocate(kept: list[list[int]]) -> None:
    """Enough objects that stay for Python to collect, were it to."""
    for _ in range(20 * gc.get_threshold()[0]):
        kept.append([])


def test_only_the_windows_thread_collects(qtbot, collector: Collector) -> None:
    gone_in: list[threading.Thread] = []
    Knot(gone_in)
    kept: list[list[int]] = []
    thread = threading.Thread(target=allocate, args=(kept,))
    thread.start()
    thread.join()
    assert gone_in == []
    qtbot.waitUntil(lambda: bool(gone_in))
    assert gone_in == [threading.main_thread()]


def test_nothing_is_collected_before_it_is_worth_it(qtbot, collector: Collector, monkeypatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "get_threshold", lambda: (700, 10, 10))
    monkeypatch.setattr(gc, "collect", collected.append)
    for count in ((3, 0, 0), (800, 3, 0), (800, 11, 3), (800, 11, 11)):
        monkeypatch.setattr(gc, "get_count", lambda count=count: count)
        collector._collect()
    assert collected == [0, 1, 2]


def test_what_takes_long_to_look_through_stays(qtbot, collector: Collector, monkeypatch) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr(gc, "get_count", lambda: (10_000, 0, 0))
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    monkeypatch.setattr(garbage, "SLOW_S", 60.0)
    collector._collect()
    assert frozen == []
    monkeypatch.setattr(garbage, "SLOW_S", 0.0)
    collector._collect()
    assert frozen == [True]
