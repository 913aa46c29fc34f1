"""Records what a device gives: counted, measured, and on the disk before anything else is done with it.

A device calls `take` in a thread of its own, which must never wait; a thread of the recorder writes. So the
two counts, of what came and of what was written, agree when it has stopped, or `lost` says by how much not.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

import numpy as np

from mmdesk.media.audio import SILENCE
from mmdesk.media.spool import Samples, Spool

SYNC = 1.0  # seconds from one flush to the next: what a power cut may take
BACKLOG = 64 * 2**20  # bytes that wait for a slow disk, 11 minutes of 48 kHz; what comes beyond is lost
FULL = 32767  # and -32768 below: samples that may have been more
_BATCH = 1 << 18  # frames that are written at once
_SCALE = 1 / 32768
_MOMENT = 0.1  # seconds over which sound is told from silence


class Source(Protocol):
    """A device that is open. Between `start` and `close` it calls `take` with blocks of (frames, channels),
    and how many frames it knows it lost before them; `gone`, where it ends by itself."""

    rate: int
    channels: int

    def start(self, take: Callable[[Samples, int], None], gone: Callable[[], None]) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Look:
    """`peak` and `rms` since the look before, 1 is full scale; `clipped` samples at full scale since then.
    `silent` is for how many seconds there has been silence. `lost` are frames since the start. `problem` is
    what ended the writing early."""

    seconds: float
    peak: float
    rms: float
    clipped: int
    silent: float
    lost: int
    problem: OSError | None


class Recorder:
    """`received`, `written` and `lost` count frames: those that came, those on the disk, and those that the
    device lost, a disk was too slow for or could not hold. Each count has one thread that changes it."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.received = self.written = 0
        self.problem: OSError | None = None
        self._missed = self._dropped = self._failed = 0
        self._queued = self._handled = 0
        self._most = BACKLOG // (2 * spool.channels)
        self._queue: SimpleQueue[Samples | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._level = _Level(spool.rate)
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._thread.start()

    @property
    def lost(self) -> int:
        return self._missed + self._dropped + self._failed

    def take(self, samples: Samples, lost: int = 0) -> None:
        """For one thread. `samples` must not be changed after this."""
        self._missed += lost
        self.received += len(samples)
        if self.problem is not None or self._queued - self._handled + len(samples) > self._most:
            self._dropped += len(samples)
        else:
            self._queued += len(samples)
            self._queue.put(samples)

    def stop(self) -> None:
        """All that was taken is on the disk, unless there is a problem. `take` must not be called again."""
        self._queue.put(None)
        self._thread.join()

    def look(self) -> Look:
        with self._lock:
            peak, rms, clipped, silent = self._level.read()
        seconds = self.written / self.spool.rate
        return Look(seconds, peak, rms, clipped, silent, self.lost, self.problem)

    def _run(self) -> None:
        synced, goes_on = time.monotonic(), True
        while goes_on:
            blocks, goes_on = self._waiting()
            if blocks:
                self._write(blocks)
            if self.problem is None and time.monotonic() - synced >= SYNC:
                self._try(self.spool.sync)
                synced = time.monotonic()
        self._try(self.spool.close)

    def _waiting(self) -> tuple[list[Samples], bool]:
        """What came, after a moment at most; False once it is the end."""
        blocks: list[Samples] = []
        frames = 0
        try:
            block = self._queue.get(timeout=SYNC)
            while block is not None:
                blocks.append(block)
                frames += len(block)
                if frames >= _BATCH:
                    return blocks, True
                block = self._queue.get_nowait()
        except Empty:
            return blocks, True
        return blocks, False

    def _write(self, blocks: list[Samples]) -> None:
        samples = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        if self.problem is None:
            self._try(lambda: self.spool.write(samples))
        if self.problem is None:
            self.written += len(samples)
            with self._lock:
                self._level.add(samples)
        else:
            self._failed += len(samples)
        self._handled += len(samples)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            self.problem = self.problem or error


class _Level:
    """Of all channels together."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._whole = max(1, round(_MOMENT * rate))  # frames of a moment
        self._silent = 0  # frames
        self._begin_moment()
        self._begin()

    def _begin_moment(self) -> None:
        self._frames, self._least, self._largest = 0, FULL, -FULL - 1

    def _begin(self) -> None:
        self._count, self._clipped = 0, 0
        self._low, self._high = 0, 0
        self._sum = self._squares = 0.0

    def add(self, samples: Samples) -> None:
        while len(samples):
            part, samples = np.split(samples, [self._whole - self._frames])
            self._add(part)

    def _add(self, part: Samples) -> None:
        """No more than the moment has room for."""
        low, high = int(part.min()), int(part.max())
        if low < -FULL or high >= FULL:
            self._clipped += int(np.count_nonzero((part >= FULL) | (part < -FULL)))
        self._low, self._high = min(low, self._low), max(high, self._high)
        wave = part.ravel().astype(np.float32)
        self._count += len(wave)
        self._sum += float(wave.sum(dtype=np.float64))
        self._squares += float(wave @ wave)
        self._frames += len(part)
        self._least, self._largest = min(low, self._least), max(high, self._largest)
        if self._frames == self._whole:
            still = (self._largest - self._least) / 2 * _SCALE < SILENCE
            self._silent = self._silent + self._frames if still else 0
            self._begin_moment()

    def read(self) -> tuple[float, float, int, float]:
        """Peak, root of the mean square without the mean, samples at full scale, seconds of silence."""
        mean = self._sum / max(self._count, 1)
        square = self._squares / max(self._count, 1) - mean**2
        peak = max(self._high, -self._low) * _SCALE
        found = peak, max(square, 0.0) ** 0.5 * _SCALE, self._clipped, self._silent / self._rate
        self._begin()
        return found
