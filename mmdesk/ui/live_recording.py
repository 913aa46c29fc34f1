"""What a recording gives the case: in live mode its last seconds while it goes on, in the end all of it."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from mmdesk.case import Input, Modality
from mmdesk.ui.desk import UNDER_WAY, Desk
from mmdesk.ui.recording import Phase, Recording

LAST = 10.0  # seconds that are read while it goes on
EVERY = 3.0  # seconds of sound between two readings, at least
FIRST = 1.0  # seconds of sound before the first one
LOOK = 250  # ms


class LiveRecording(QObject):
    """An analysis of the last seconds begins only once the one before has ended."""

    def __init__(self, desk: Desk, recording: Recording) -> None:
        super().__init__(desk)
        self._desk, self._model, self._recording = desk, desk.model, recording
        self._read = 0.0  # how long it was when it was read the last time
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)
        recording.changed.connect(self._changed)
        recording.finished.connect(self._finished)

    def _changed(self) -> None:
        if self._recording.phase is Phase.RUNNING:
            self._read = FIRST - EVERY
            self._timer.start()
        else:
            self._timer.stop()

    def _look(self) -> None:
        desk, seconds = self._desk, self._recording.seconds
        if desk.live and not desk.busy and seconds - self._read >= EVERY:
            self._read = seconds
            self._recording.read_last(LAST, self._take)

    def _take(self, wav: bytes) -> None:
        if wav and self._recording.phase is Phase.RUNNING:
            self._put(Input(UNDER_WAY, data=wav))

    def _finished(self, item: Input | None) -> None:
        self._put(item)

    def _put(self, item: Input | None) -> None:
        """In the place of what was read of it before, and from where on the chest that was."""
        before = self._model.inputs(Modality.AUDIO)
        positions = [one.position for one in before if one.name == UNDER_WAY]
        others = tuple(one for one in before if one.name != UNDER_WAY)
        if item is not None:
            others += (replace(item, position=positions[0]) if positions else item,)
        self._model.set_inputs(Modality.AUDIO, others)
