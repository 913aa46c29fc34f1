"""Plays recordings. The file is read and the device fed in a thread; the window's thread only looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media import portaudio
from mmdesk.media.portaudio import NoSound, Trouble

if TYPE_CHECKING:  # the player's thread imports what is heavy
    import numpy as np
    from numpy.typing import NDArray

LOOK = 33  # ms from one position to the next
CLOSING = 1.0  # seconds that a device gets to fall silent when the window closes


class Device(Protocol):
    """An output that is open and runs. `latency` is the time from write to ear in seconds. The methods
    raise NoSound."""

    rate: int
    channels: int
    latency: float

    def write(self, block: "NDArray[np.float32]") -> None:
        """(n, channels); waits until there is room for it."""

    def drain(self) -> None:
        """Waits until all was heard."""

    def close(self) -> None:
        """Silent at once."""


class Speaker:
    """The system's output through PortAudio, at its own rate, since many devices refuse 2 or 4 kHz.

    Written to and not called back: PortAudio's buffer then goes on while Python is busy elsewhere.
    """

    def __init__(self) -> None:
        sounddevice = portaudio.library()
        found = self._find(sounddevice)
        self.rate = int(found["default_samplerate"])
        self.channels = min(2, found["max_output_channels"])
        self._stream = portaudio.opened(
            lambda: sounddevice.OutputStream(self.rate, channels=self.channels, dtype="float32")
        )
        try:
            with portaudio.refusals():
                self._stream.start()
        except NoSound:
            self.close()
            raise
        self.latency = float(self._stream.latency)

    def _find(self, sounddevice: Any) -> dict[str, Any]:
        """The output that the system would choose."""
        try:
            with portaudio.refusals():
                found: dict[str, Any] = sounddevice.query_devices(kind="output")
        except NoSound:
            portaudio.look_again()
            try:
                with portaudio.refusals():
                    found = sounddevice.query_devices(kind="output")
            except NoSound as error:
                raise NoSound(Trouble.DEVICE) from error
        return found

    def write(self, block: "NDArray[np.float32]") -> None:
        with portaudio.refusals():
            self._stream.write(block)

    def drain(self) -> None:
        with portaudio.refusals():
            self._stream.stop()

    def close(self) -> None:
        portaudio.ended(self._stream)


class _Playback:
    """Plays once. `seconds` is where it is, `problem` what ended it early; the window reads both."""

    def __init__(self, item: Input, start: float, end: float) -> None:
        self.seconds = start
        self.problem: InputProblem | NoSound | None = None
        self.halt = Event()
        self.over = Event()
        self._item, self._start, self._end = item, start, end

    def run(self, open_device: Callable[[], Device]) -> None:
        try:
            if not self.halt.is_set():
                self._play(open_device)
        except (InputProblem, NoSound) as problem:
            self.problem = problem
        finally:
            self.over.set()

    def _play(self, open_device: Callable[[], Device]) -> None:
        written = 0
        with closing(open_device()) as device:
            for block in self._blocks(device.rate, device.channels):
                if self.halt.is_set():
                    return
                device.write(block)
                written += len(block)
                heard = max(0.0, written / device.rate - device.latency)
                self.seconds = min(self._start + heard, self._end)
            device.drain()
        self.seconds = self._end

    def _blocks(self, rate: int, channels: int) -> Iterator["NDArray[np.float32]"]:
        """What is played as (n, channels) float32 at `rate` Hz, some 20 ms each."""
        import numpy as np
        import soxr

        from mmdesk.media import audio

        with audio.opened(self._item) as sound:
            first = min(round(self._start * sound.samplerate), sound.frames)
            left = round(self._end * sound.samplerate) - first
            sound.seek(first)
            resampler = soxr.ResampleStream(sound.samplerate, rate, channels, dtype="float32")
            size = max(1, sound.samplerate // 50)
            while left > 0 and len(block := sound.read(min(left, size), dtype="float32", always_2d=True)):
                left -= len(block)
                if block.shape[1] != channels:
                    block = block.mean(axis=1, keepdims=True).repeat(channels, axis=1)
                yield resampler.resample_chunk(block)
            yield resampler.resample_chunk(np.empty((0, channels), np.float32), last=True)


def _serve(jobs: "SimpleQueue[_Playback | None]", open_device: Callable[[], Device]) -> None:
    """One playback after the other: some devices open only once, and PortAudio stays in one thread."""
    while (playback := jobs.get()) is not None:
        playback.run(open_device)


class Player(QObject):
    """One recording at a time; playing another one, or elsewhere, ends the one before."""

    position_changed = Signal(float)  # seconds from the recording's start
    finished = Signal()  # the end was heard
    failed = Signal(str, str)  # what is wrong, and what to do

    def __init__(self, parent: QObject | None = None, open_device: Callable[[], Device] = Speaker) -> None:
        super().__init__(parent)
        self._open_device = open_device
        self._playback: _Playback | None = None
        self._jobs: SimpleQueue[_Playback | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def playing(self) -> bool:
        return self._playback is not None

    def play(self, item: Input, start: float, end: float) -> None:
        """From `start` to `end` in seconds."""
        self.pause()
        if self._thread is None:  # a daemon: a device that hangs must not keep the program
            arguments = (self._jobs, self._open_device)
            self._thread = Thread(target=_serve, args=arguments, name="player", daemon=True)
            self._thread.start()
        self._playback = _Playback(item, start, end)
        self._jobs.put(self._playback)
        self._timer.start()

    def pause(self) -> None:
        """Silent soon; no signal comes after this."""
        if self._playback is not None:
            self._playback.halt.set()
            self._playback = None
            self._timer.stop()

    def close(self) -> None:
        """Before the program ends."""
        self.pause()
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(CLOSING)

    def _look(self) -> None:
        playback = self._playback
        if playback is None:
            return
        over = playback.over.is_set()  # asked before the position, which is the last one then
        self.position_changed.emit(playback.seconds)
        if over and playback is self._playback:  # a listener may have paused
            self.pause()
            if playback.problem is None:
                self.finished.emit()
            else:
                self.failed.emit(*self._words(playback.problem))

    def _words(self, problem: InputProblem | NoSound) -> tuple[str, str]:
        if isinstance(problem, InputProblem):
            return f"{problem.name}: {problem.problem}", problem.remedy
        if problem.trouble is Trouble.DEVICE:
            return (
                "There is nothing to play sound on.",
                "Connect headphones or loudspeakers and press Play again.",
            )
        if problem.trouble is Trouble.REFUSED:
            return (
                f"The sound device does not play: {problem.reason}",
                "Close programs that use it, or choose another one in the system's sound settings.",
            )
        what = "Sound cannot be played: PortAudio is missing."
        if sys.platform.startswith("linux"):
            remedy = (
                "Install the package libportaudio2 (Debian, Ubuntu) or portaudio (Fedora, Arch), then press"
                " Play again."
            )
        else:
            remedy = "Install mmdesk again: its package sounddevice brings PortAudio."
        return what, remedy
