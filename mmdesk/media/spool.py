"""A recording on the disk while it goes on, so that nothing is lost whatever ends the program.

It is a sound file of the AU format, 16 bit, whose head says that its length is not known: at any moment,
what is there is a recording, and other programs open it, too. A part of a sample at its end, as a kill may
leave it, does not count.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.int16]  # (frames, channels)

# The head of an AU file: mark, where the samples begin, how many bytes they are, coding, rate, channels.
_HEAD = struct.Struct(">4s5I")
_MARK, _UNKNOWN, _PCM_16 = b".snd", 0xFFFFFFFF, 3
_START = 32  # _HEAD, and a note that must not be missing
_BLOCK = 1 << 16  # frames
_MOST_HERTZ, _MOST_CHANNELS = 655_350, 8  # what FLAC holds


class Spool:
    """A new file that is written to, for its owner alone. The methods raise OSError."""

    def __init__(self, path: Path, rate: int, channels: int) -> None:
        self.path, self.rate, self.channels = path, rate, channels
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)
        self._put(_HEAD.pack(_MARK, _START, _UNKNOWN, _PCM_16, rate, channels).ljust(_START, b"\0"))

    def write(self, samples: Samples) -> None:
        self._put(samples.astype(">i2").tobytes())

    def sync(self) -> None:
        """What was written outlives a power cut."""
        os.fsync(self._file)

    def close(self) -> None:
        try:
            self.sync()
        finally:
            os.close(self._file)

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]


@dataclass(frozen=True, slots=True)
class Spooled:
    """What is in a spool now; `frames` are whole."""

    path: Path
    rate: int
    channels: int
    frames: int

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def blocks(self, first: int = 0) -> Iterator[Samples]:
        """From a frame on. Raises OSError."""
        size = 2 * self.channels
        with self.path.open("rb") as file:
            file.seek(_START + first * size)
            left = self.frames - first
            while left > 0 and (data := file.read(min(left, _BLOCK) * size)):
                whole = len(data) // size
                left -= whole
                samples = np.frombuffer(data, ">i2", whole * self.channels)
                yield samples.astype(np.int16).reshape(whole, self.channels)

    def write(self, out: BinaryIO, format: str, seconds: float | None = None) -> None:
        """All of it, or the last seconds, bit by bit, in a format of soundfile's. Raises OSError."""
        first = 0 if seconds is None else max(0, self.frames - round(seconds * self.rate))
        guarded = _Guarded(out)
        try:
            with soundfile.SoundFile(guarded, "w", self.rate, self.channels, "PCM_16", format=format) as file:
                for samples in self.blocks(first):
                    file.write(samples)
        except soundfile.SoundFileError as error:
            guarded.check()
            raise OSError(str(error)) from error
        guarded.check()


class _Guarded:
    """A file for libsndfile, which drops what is raised while it writes: kept, to be raised after it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._error: OSError | None = None
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self._error = error
            return len(data)

    def check(self) -> None:
        if self._error is not None:
            raise self._error


def look_at(path: Path) -> Spooled | None:
    """None where it is no spool, or holds no whole frame. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_START)
        size = file.seek(0, os.SEEK_END) - _START
    if len(head) < _START:
        return None
    mark, start, _, coding, rate, channels = _HEAD.unpack(head[: _HEAD.size])
    if (mark, start, coding) != (_MARK, _START, _PCM_16):
        return None
    if not 0 < rate <= _MOST_HERTZ or not 0 < channels <= _MOST_CHANNELS or size < 2 * channels:
        return None
    return Spooled(path, rate, channels, size // (2 * channels))
