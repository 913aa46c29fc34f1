"""One series in the window, in a process of its own, measured from inside; see series.py.

python -m benchmarks.series_run FOLDER
"""

import json
import sys
import time
from pathlib import Path

import psutil
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from benchmarks.desk_run import until
from benchmarks.gaps import GapMonitor, summary
from mmdesk.engine.state import Phase
from mmdesk.ui import app as application


class FirstPaint(QObject):
    """When the view was first painted with a picture in it."""

    def __init__(self, view) -> None:
        super().__init__(view)
        self.seen: float | None = None
        self._view = view
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Paint and self._view.picture is not None and self.seen is None:
            watched.removeEventFilter(self)
            QApplication.sendEvent(watched, event)
            self.seen = time.perf_counter()
            return True
        return False


def measured(desk: application.Application, folder: Path) -> dict[str, float]:
    window = desk.window
    until(lambda: desk.worker.state.phase is Phase.READY)
    until(lambda: not (desk._settled.isActive() or window.desk.decoding.busy))
    empty = psutil.Process().memory_info().rss
    first, slices = FirstPaint(window.image.view), window.image._browser._slices
    monitor = GapMonitor()
    begun = time.perf_counter()
    window.desk.intake.take_paths([folder])
    until(lambda: first.seen is not None)
    until(lambda: slices.done > 1 and not slices.is_loading)
    ended = time.perf_counter()
    assert first.seen is not None
    return {
        "first slice s": first.seen - begun,
        "all slices s": ended - begun,
        "longest gap ms": summary(monitor.gaps())["max"],
        "memory MB": (psutil.Process().memory_info().rss - empty) / 2**20,
    }


def main(folder: str) -> None:
    sys.setswitchinterval(application.SWITCH_S)
    app = QApplication([])
    desk = application.Application(app, *application.store.load())
    desk.start([], demo=False)
    figures = measured(desk, Path(folder))
    desk.window.close()
    app.exec()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1])
