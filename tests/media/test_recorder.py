"""A simulated device and an accelerated clock: what came is what is on the disk, sample by sample."""

import errno
import itertools
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.recording import all_of_it, counted

from mmdesk.media import recorder as module
from mmdesk.media.recorder import Recorder
from mmdesk.media.spool import Spool, look_at

RATE = 4000


def recording(path: Path, rate: int = RATE, channels: int = 2) -> Recorder:
    return Recorder(Spool(path, rate, channels))


def test_half_an_hour_at_48_khz_without_a_sample_lost(tmp_path: Path) -> None:
    recorder = recording(tmp_path / "a", 48000)
    frames = 30 * 60 * 48000
    sizes = np.random.default_rng(0).integers(1, 4096, 1 << 16)
    all_of_it(recorder, frames, itertools.cycle(sizes))
    recorder.stop()
    assert (recorder.received, recorder.written, recorder.lost) == (frames, frames, 0)
    assert recorder.look().seconds == 1800
    spooled = look_at(tmp_path / "a")
    assert spooled is not None and spooled.frames == frames
    first = 0
    for block in spooled.blocks():
        assert (block == counted(first, len(block))).all()
        first += len(block)
    assert first == frames


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=20), st.sampled_from([1, 2]))
def test_blocks_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], channels: int
) -> None:
    path = tmp_path_factory.mktemp("spool") / "a"
    recorder, first = recording(path, channels=channels), 0
    for size in sizes:
        recorder.take(counted(first, size, channels))
        first += size
    recorder.stop()
    assert recorder.received == recorder.written == first
    spooled = look_at(path)
    assert (spooled is None) == (first == 0)
    if spooled is not None:
        assert (np.concatenate(list(spooled.blocks())) == counted(0, first, channels)).all()


class Slow(Spool):
    """A disk that does nothing until it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, RATE, 1)
        self.lets = threading.Event()

    def write(self, samples: module.Samples) -> None:
        assert self.lets.wait(5)
        super().write(samples)


def test_a_disk_that_is_too_slow_never_holds_the_device_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACKLOG", 2 * 1000)
    spool = Slow(tmp_path / "a")
    recorder = Recorder(spool)
    for first in range(0, 5000, 100):
        recorder.take(counted(first, 100, 1))
    assert (recorder.received, recorder.lost) == (5000, 4000)
    spool.lets.set()
    recorder.stop()
    assert (recorder.written, recorder.lost) == (1000, 4000)
    spooled = look_at(tmp_path / "a")
    assert spooled is not None and (np.concatenate(list(spooled.blocks())) == counted(0, 1000, 1)).all()


def test_what_the_device_lost_is_counted(tmp_path: Path) -> None:
    recorder = recording(tmp_path / "a")
    recorder.take(counted(0, 10))
    recorder.take(counted(10, 10), 441)
    recorder.stop()
    assert (recorder.received, recorder.written, recorder.lost) == (20, 20, 441)
    assert recorder.look().lost == 441


class Full(Spool):
    """A disk with room for so many frames, and a part of one."""

    room = 1000

    def _put(self, data: bytes) -> None:
        size = self.path.stat().st_size
        super()._put(data[: 32 + 2 * self.room + 1 - size])
        if size + len(data) > 32 + 2 * self.room + 1:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_it_and_keeps_what_there_is(tmp_path: Path) -> None:
    recorder = Recorder(Full(tmp_path / "a", RATE, 1))
    for first in range(0, 5000, 100):
        recorder.take(counted(first, 100, 1))
    recorder.stop()
    look = recorder.look()
    assert isinstance(look.problem, OSError) and look.problem.errno == errno.ENOSPC
    assert recorder.written + recorder.lost == recorder.received == 5000
    spooled = look_at(tmp_path / "a")
    assert spooled is not None and spooled.frames == 1000
    assert (np.concatenate(list(spooled.blocks())) == counted(0, 1000, 1)).all()


def level(*waves: np.ndarray, path: Path) -> module.Look:
    recorder = recording(path, channels=1)
    for wave in waves:
        recorder.take(np.rint(wave * 32767).astype(np.int16)[:, None])
    recorder.stop()
    return recorder.look()


TONE = np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE)


def test_peak_and_rms(tmp_path: Path) -> None:
    look = level(0.5 * TONE, path=tmp_path / "a")
    assert abs(look.peak - 0.5) < 1e-3 and abs(look.rms - 0.5 / np.sqrt(2)) < 1e-3
    assert look.clipped == 0 and look.silent == 0
    look = level(0.25 * TONE + 0.5, path=tmp_path / "b")  # the mean is no sound
    assert abs(look.peak - 0.75) < 1e-3 and abs(look.rms - 0.25 / np.sqrt(2)) < 1e-3


def test_a_look_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    recorder = recording(tmp_path / "a", channels=1)
    recorder.take(np.full((100, 1), 20000, np.int16))
    recorder.stop()
    assert recorder.look().peak > 0.6
    assert recorder.look().peak == 0.0


def test_samples_at_full_scale_are_counted(tmp_path: Path) -> None:
    wave = np.zeros((100, 2), np.int16)
    wave[3:5, 0], wave[7, 1], wave[9, 0], wave[11, 0] = 32767, -32768, 32766, -32767
    recorder = recording(tmp_path / "a")
    recorder.take(wave)
    recorder.stop()
    assert recorder.look().clipped == 3


@pytest.mark.parametrize("block", [1, 7, 400, 8000])
def test_silence(tmp_path: Path, block: int) -> None:
    quiet = 5e-5 * np.sin(2 * np.pi * 50 * np.arange(3 * RATE) / RATE) + 0.25
    wave = np.concatenate([0.5 * TONE, quiet])
    blocks = [wave[start : start + block] for start in range(0, len(wave), block)]
    look = level(*blocks, path=tmp_path / "a")
    assert 2.8 <= look.silent <= 3
    assert level(quiet, 2e-3 * TONE, path=tmp_path / "b").silent == 0
