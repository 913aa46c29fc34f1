"""A device whose clock is the test's: it gives what it is told to, as fast as that is taken."""

import threading

import numpy as np

from mmdesk.media.recorder import Recorder


def counted(first: int, frames: int, channels: int = 2):
    """(frames, channels) int16: each frame holds its own number, in two halves."""
    numbers = np.arange(first, first + frames)
    halves = [(numbers & 0xFFFF).astype(np.uint16), (numbers >> 16).astype(np.uint16)]
    return np.stack(halves[:channels], 1).view(np.int16)


class Source:
    """A recorder.Source for the window. What is given before the start is lost, as with a device."""

    def __init__(self, rate=4000, channels=1, fails=None):
        self.rate, self.channels = rate, channels
        self.started, self.closed = threading.Event(), threading.Event()
        self._fails = fails

    def start(self, take, gone):
        if self._fails is not None:
            raise self._fails
        self.take, self.gone = take, gone
        self.started.set()

    def give(self, wave, lost=0):
        """(frames,) within [-1, 1], in blocks of 20 ms."""
        assert self.started.is_set() and not self.closed.is_set()
        samples = np.clip(np.rint(np.asarray(wave) * 32768), -32768, 32767).astype(np.int16)
        step = max(1, self.rate // 50)
        for start in range(0, len(samples), step):
            block = samples[start : start + step, None]
            self.take(np.repeat(block, self.channels, 1), lost if start == 0 else 0)

    def close(self):
        self.closed.set()


def all_of_it(recorder: Recorder, frames: int, sizes, channels: int = 2) -> None:
    """Push counted frames in blocks of these sizes, no faster than the disk takes them."""
    first = 0
    pause = threading.Event()
    while first < frames:
        size = min(int(next(sizes)), frames - first)
        while recorder.received - recorder.written > 1 << 22:
            pause.wait(0.001)
        recorder.take(counted(first, size, channels))
        first += size
