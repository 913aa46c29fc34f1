"""Garbage is collected in the window's thread only.

Python collects in whichever thread happens to allocate. A timer or a widget in a reference cycle that is
destroyed in the engine's thread leaves Qt with a dangling timer: the program crashes at its next tick.
"""

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

SLOW_S = 0.01
INTERVAL_MS = 100  # little by little: what a second leaves takes longer to look through than a frame


class Collector(QObject):
    """From now on garbage is collected here, with Python's own thresholds, until `close`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what was imported until now stays, and need not be looked through each time
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(INTERVAL_MS)

    def close(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        due = [n for n, limit in enumerate(gc.get_threshold()) if gc.get_count()[n] > limit]
        if due:
            begun = time.perf_counter()
            gc.collect(due[-1])
            if time.perf_counter() - begun > SLOW_S:
                gc.freeze()  # a library came in: it, too, is not looked through again
