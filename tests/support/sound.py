"""Sounds made in memory, and a device to play them on whose clock is the test's."""

import threading
from io import BytesIO

import numpy as np
import soundfile

RATE = 4000
WAIT = 5.0  # seconds after which a device that a test forgot gives up


def beats(seconds=2.0, rate=RATE, seed=0):
    """(n,) like a heart: two thuds a beat, 75 beats a minute, and some noise."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.random.default_rng(seed).normal(0, 0.01, len(time))
    for start, size in ((0.05, 0.5), (0.35, 0.3)):
        wave += size * np.exp(-(((time % 0.8 - start) / 0.03) ** 2)) * np.sin(2 * np.pi * 60 * time)
    return wave


def saved(wave, rate=RATE, format="WAV", **options):
    file = BytesIO()
    soundfile.write(file, wave, rate, format=format, **options)
    return file.getvalue()


class Device:
    """What was played is in `heard`. Takes all at once, or with `gated` what `let` allows."""

    def __init__(self, rate=RATE, channels=1, latency=0.0, gated=False):
        self.rate, self.channels, self.latency = rate, channels, latency
        self.blocks = []
        self.closed = threading.Event()
        self._gate = threading.Semaphore(0) if gated else None

    def let(self, blocks):
        """So many blocks of 20 ms more may be written."""
        self._gate.release(blocks)

    @property
    def heard(self):
        return np.concatenate([np.empty((0, self.channels)), *self.blocks])

    def write(self, block):
        if self._gate is not None:
            assert self._gate.acquire(timeout=WAIT)
        assert not self.closed.is_set()
        assert block.dtype == np.float32
        self.blocks.append(block)

    def drain(self):
        pass

    def close(self):
        self.closed.set()
