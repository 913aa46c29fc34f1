"""How long the window's event loop leaves a person waiting: a tick every 4 ms, and the gaps between."""

import time

from PySide6.QtCore import QObject, Qt, QTimer

TICK = 4  # ms


class GapMonitor(QObject):
    """Milliseconds by which ticks came late. The gap that is still open when it is asked counts."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._late: list[float] = []
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._last = time.perf_counter()
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._late.append(max(0.0, (now - self._last) * 1000 - TICK))
        self._last = now

    def gaps(self) -> list[float]:
        """Of all ticks since the start or the last `restart`, the open one last."""
        open_gap = max(0.0, (time.perf_counter() - self._last) * 1000 - TICK)
        return [*self._late, open_gap]

    def restart(self) -> None:
        self._late.clear()
        self._last = time.perf_counter()


def summary(gaps: list[float]) -> dict[str, float]:
    """The 99th percentile by number of ticks, and the longest, in ms."""
    ordered = sorted(gaps)
    return {"p99": ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], "max": ordered[-1]}
