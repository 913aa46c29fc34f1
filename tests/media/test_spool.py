"""What is on the disk of a recording, whatever ended the writing."""

import stat
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from support.recording import counted

from mmdesk.media.spool import Spool, look_at

RATE = 4000


def spooled(path: Path, *sizes: int, channels: int = 2) -> bytes:
    spool, first = Spool(path, RATE, channels), 0
    for size in sizes:
        spool.write(counted(first, size, channels))
        first += size
    spool.close()
    return path.read_bytes()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=4), st.integers(1, 2), st.data())
def test_whatever_is_left_is_a_recording(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], channels: int, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("spool") / "a"
    whole = spooled(path, *sizes, channels=channels)
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    frames = max(0, cut - 32) // (2 * channels)
    left = look_at(path)
    if not frames:
        assert left is None
        return
    assert left is not None
    assert (left.rate, left.channels, left.frames) == (RATE, channels, frames)
    expected = counted(0, frames, channels)
    assert (np.concatenate(list(left.blocks())) == expected).all()
    flac = BytesIO()
    left.write(flac, "FLAC")
    samples, rate = soundfile.read(BytesIO(flac.getvalue()), dtype="int16", always_2d=True)
    assert rate == RATE and (samples == expected).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 31), st.integers(0, 7))
def test_a_damaged_head_is_no_recording_or_one_of_bounded_size(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    path = tmp_path_factory.mktemp("spool") / "a"
    data = bytearray(spooled(path, 100))
    data[place] ^= 1 << bit
    path.write_bytes(data)
    left = look_at(path)
    assert left is None or sum(len(block) for block in left.blocks()) <= 200


class Full(BytesIO):
    """A disk that takes so many bytes."""

    room = 0

    def write(self, data) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 10, 1000, 5000])
@pytest.mark.parametrize("format", ["WAV", "FLAC"])
def test_a_disk_that_fills_up_is_told_of(tmp_path: Path, room: int, format: str) -> None:
    spooled(tmp_path / "a", 100_000)
    left, out = look_at(tmp_path / "a"), Full()
    out.room = room
    assert left is not None
    with pytest.raises(OSError, match="No space left"):
        left.write(out, format)


def test_other_programs_open_it(tmp_path: Path) -> None:
    spooled(tmp_path / "a.au", 1000)
    samples, rate = soundfile.read(tmp_path / "a.au", dtype="int16")
    assert rate == RATE and (samples == counted(0, 1000)).all()


@pytest.mark.parametrize(("seconds", "frames"), [(0.1, 400), (0.25, 1000), (9, 1000)])
def test_the_last_seconds(tmp_path: Path, seconds: float, frames: int) -> None:
    spooled(tmp_path / "a", 700, 300)
    left = look_at(tmp_path / "a")
    assert left is not None
    wav = BytesIO()
    left.write(wav, "WAV", seconds)
    samples, _ = soundfile.read(BytesIO(wav.getvalue()), dtype="int16")
    assert (samples == counted(1000 - frames, frames)).all()


@pytest.mark.skipif(not hasattr(stat, "S_IRWXG"), reason="this system has no such permissions")
def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    spooled(tmp_path / "a", 1)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    spooled(tmp_path / "a", 1)
    with pytest.raises(FileExistsError):
        Spool(tmp_path / "a", RATE, 1)
