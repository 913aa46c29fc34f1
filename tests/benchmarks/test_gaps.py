"""The monitor itself: it must see a window that is blocked, also when the block never ends."""

import time

from PySide6.QtCore import QObject, QTimer

from benchmarks.gaps import GapMonitor, summary


class Blocker(QObject):
    """Holds the event loop for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.done = False

    def block(self) -> None:
        end = time.perf_counter() + self.seconds
        while time.perf_counter() < end:
            pass
        self.done = True


def test_a_blocked_window_is_seen(qtbot) -> None:
    monitor, blocker = GapMonitor(), Blocker(0.2)
    QTimer.singleShot(0, blocker.block)
    qtbot.waitUntil(lambda: blocker.done)
    qtbot.waitUntil(lambda: len(monitor.gaps()) > 2)
    assert 195 <= max(monitor.gaps()) < 2000


def test_a_gap_that_is_still_open_counts(qtbot) -> None:
    monitor = GapMonitor()
    qtbot.waitUntil(lambda: len(monitor.gaps()) > 2)
    monitor.restart()
    Blocker(0.2).block()
    assert len(monitor.gaps()) == 1
    assert monitor.gaps()[0] >= 195


def test_the_summary_names_the_worst() -> None:
    assert summary([0.0] * 98 + [5.0, 70.0]) == {"p99": 70.0, "max": 70.0}
    assert summary([1.0] * 999 + [70.0]) == {"p99": 1.0, "max": 70.0}
