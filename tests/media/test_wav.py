"""WAV files of every coding, and those whose head does not tell the truth."""

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.memory import peak_of
from support.sound import RATE, beats

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.audio import read_audio
from mmdesk.media.files import Format, sniff
from mmdesk.media.waveform import read_sound

CODINGS = {  # and the largest error that it may make
    "PCM_U8": 0.01, "PCM_16": 1e-4, "PCM_24": 1e-6, "PCM_32": 1e-6, "FLOAT": 1e-6, "DOUBLE": 1e-6,
    "ALAW": 0.02, "ULAW": 0.02,
}  # fmt: skip
KINDS = {"PCM_U8": (1, 8), "PCM_16": (1, 16), "PCM_24": (1, 24), "FLOAT": (3, 32), "ALAW": (6, 8)}


def saved(wave: NDArray[Any], format: str = "WAV", **options: Any) -> bytes:
    file = BytesIO()
    soundfile.write(file, wave, RATE, format=format, **options)
    return file.getvalue()


def wav(
    body: bytes, kind: int = 1, bits: int = 16, rate: int = RATE, channels: int = 1,
    data_size: int | None = None, riff_size: int | None = None, mark: bytes = b"RIFF",
) -> bytes:  # fmt: skip
    """A WAV file by hand; its sizes may be lies."""
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", kind, channels, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits)
    size = len(body) if data_size is None else data_size
    chunks = b"fmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", size) + body
    whole = len(chunks) + 4 if riff_size is None else riff_size
    return mark + struct.pack("<I", whole) + b"WAVE" + chunks


BODY = (beats() * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("format", ["WAV", "WAVEX", "RF64"])
def test_codings_and_channels(coding: str, channels: int, format: str) -> None:
    wave = np.stack([beats(seed=seed) for seed in range(channels)], 1)
    data = saved(wave, format, subtype=coding)
    assert sniff(data) is Format.WAV
    expected = wave.mean(1)
    assert np.abs(read_audio(data, "a", RATE) - (expected - expected.mean())).max() < CODINGS[coding]
    sound = read_sound(Input("a", data=data))
    assert (sound.channels, sound.seconds, sound.refusal) == (channels, 2.0, None)


@pytest.mark.parametrize(("format", "known"), [("W64", Format.W64), ("AIFF", Format.AIFF), ("AU", Format.AU)])
def test_other_frames_of_the_same_samples(format: str, known: Format) -> None:
    data = saved(beats(), format)
    assert sniff(data) is known
    assert np.abs(read_audio(data, "a", RATE) - beats() + beats().mean()).max() < 1e-4


def test_more_channels_than_any_device_has() -> None:
    wave = np.repeat(beats(0.6)[:, None], 1000, 1)
    assert np.abs(read_audio(saved(wave), "a", RATE) - beats(0.6) + beats(0.6).mean()).max() < 1e-3


@pytest.mark.parametrize(
    ("sizes", "seconds"),
    [
        ({"data_size": 0, "riff_size": 0}, None),  # as a recorder leaves it that was switched off
        ({"data_size": 0xFFFFFFFF, "riff_size": 0xFFFFFFFF}, 2),  # as a pipe is written
        ({"data_size": 0x7FFFFFF0}, 2),
        ({"data_size": len(BODY) + 1}, 2),
        ({"data_size": len(BODY) // 2}, 1),
        ({"riff_size": 1}, 2),
    ],
)
def test_sizes_that_are_lies(sizes: dict[str, int], seconds: float | None) -> None:
    """What is there is read, no more; where the head says nothing is there, that is said."""
    item = Input("a", data=wav(BODY, **sizes))
    if seconds is None:
        with pytest.raises(InputProblem) as caught:
            read_sound(item)
        assert caught.value.problem in ("the recording holds no sound", "the recording is damaged")
    else:
        assert abs(read_sound(item).seconds - seconds) < 0.01
        assert abs(len(read_audio(item.data or b"", "a", RATE)) - seconds * RATE) < 40


@pytest.mark.parametrize("rate", [0, 0x7FFFFFFF, 0xFFFFFFFF, 2_000_000])
def test_absurd_rates_are_a_problem(rate: int) -> None:
    data = wav(BODY, rate=rate)
    for read in (lambda: read_sound(Input("a", data=data)), lambda: read_audio(data, "a", 2000)):
        with pytest.raises(InputProblem):
            read()


@pytest.mark.parametrize(("kind", "bits", "channels"), [(1, 0, 1), (1, 64, 1), (1, 16, 0), (99, 16, 1)])
def test_absurd_codings_are_a_problem(kind: int, bits: int, channels: int) -> None:
    with pytest.raises(InputProblem):
        read_sound(Input("a", data=wav(BODY, kind, bits, channels=channels)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("channels", [1, 2])
def test_values_that_are_no_numbers(value: float, channels: int) -> None:
    wave = np.stack([beats()] * channels, 1)
    wave[77, -1] = value
    for read in (read_sound, lambda item: read_audio(item.data or b"", "a", RATE)):
        with pytest.raises(InputProblem) as caught:
            read(Input("a", data=saved(wave, subtype="DOUBLE")))
        assert caught.value.problem == "the recording contains values that are not numbers"


def test_opposite_infinities_are_no_silence() -> None:
    wave = np.stack([beats()] * 2, 1)
    wave[77] = np.inf, -np.inf
    with pytest.raises(InputProblem, match="not numbers"):
        read_sound(Input("a", data=saved(wave, subtype="FLOAT")))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.data())
def test_any_head_is_a_recording_or_a_problem(coding: str, data_size: int, size: int, data: Any) -> None:
    kind, bits = KINDS[coding]
    channels = data.draw(st.sampled_from([0, 1, 2, 255, 1024, 1025, 65535]))
    rate = data.draw(st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 999, RATE, 2**31]))
    mark = data.draw(st.sampled_from([b"RIFF", b"RIFX", b"RF64"]))
    whole = wav(BODY[:2000], kind, bits, rate, channels, data_size, size, mark)
    try:
        assert len(read_sound(Input("a", data=whole)).peaks) <= 8193
    except InputProblem:
        return


def test_a_head_that_promises_hours_takes_no_memory(tmp_path: Any) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(BODY, channels=2, data_size=0xFFFFFFF0))
    work = """
import sys
from mmdesk.case import Input
from mmdesk.media.audio import read_audio
from mmdesk.media.waveform import read_sound
from pathlib import Path
"""
    read = "read_sound(Input.from_path(sys.argv[1])); read_audio(Path(sys.argv[1]).read_bytes(), 'a', 2000)\n"
    assert peak_of(work + read, str(path)) - peak_of(work, str(path)) < 40
