"""Demo mode: the sample cases one after the other, for people who pass by."""

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk import resources
from mmdesk.ui.desk import Desk
from mmdesk.ui.filing import Filing

PAUSE = 8000  # ms a finished sample stays before the next one


class Demo(QObject):
    """What lay on the desk before is put away and can be brought back after; nothing of a demo is kept,
    and nobody's recent cases are shown."""

    switched = Signal()  # on or off

    def __init__(self, desk: Desk, filing: Filing) -> None:
        super().__init__(desk)
        self._desk, self._filing = desk, filing
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._play)
        desk.ended.connect(self._wait)
        desk.model.changed.connect(self._go_on)

    def switch(self, on: bool) -> None:
        self._number = 0
        self._filing.hides_recent = on
        self._desk.new()
        self._desk.demo = on
        self.stop()
        self.switched.emit()
        if on:
            self._play()
        else:
            self._filing.offer_back()

    def stop(self) -> None:
        self._timer.stop()

    def _wait(self) -> None:
        if self._desk.demo:
            self._timer.start()

    def _go_on(self) -> None:
        """Whatever is done to a demo, it goes on."""
        if not self._desk.working:
            self._wait()

    def _play(self) -> None:
        names = list(resources.samples())
        self._desk.show_sample(names[self._number % len(names)])
        self._number += 1
