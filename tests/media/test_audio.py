from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mmdesk.errors import InputProblem
from mmdesk.media import audio
from mmdesk.media.audio import read_audio

RATE = 8000


def tone(seconds: float = 1.0, frequency: float = 200.0, rate: int = RATE) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate))


def saved(wave: NDArray[Any], format: str = "WAV", rate: int = RATE, **options: Any) -> bytes:
    file = BytesIO()
    soundfile.write(file, wave, rate, format=format, **options)
    return file.getvalue()


def problem_of(data: bytes) -> str:
    with pytest.raises(InputProblem) as caught:
        read_audio(data, "a", 4000)
    problem = caught.value
    assert problem.name == "a"
    assert problem.remedy.endswith(".")
    assert not problem.problem.endswith(".")
    return problem.problem


@pytest.mark.parametrize(("format", "error"), [("WAV", 1e-4), ("FLAC", 1e-4), ("OGG", 0.1), ("MP3", 0.1)])
def test_formats(format: str, error: float) -> None:
    wave = read_audio(saved(tone(2), format), "a", RATE)
    assert wave.dtype == np.float32
    assert wave.ndim == 1
    assert abs(len(wave) - 2 * RATE) < 2000  # MP3 pads its frames
    assert abs(float(wave.std()) - 0.5 / np.sqrt(2)) < error


def test_long_files_are_the_same_in_blocks() -> None:
    data = saved(np.random.default_rng(0).uniform(-0.5, 0.5, 3 * audio._BLOCK + 5), "FLAC")
    whole, _ = soundfile.read(BytesIO(data))
    assert np.allclose(read_audio(data, "a", RATE), whole - whole.mean(), atol=1e-6)


@pytest.mark.parametrize("rate", [2000, 4000, 11025, 16000, 44100, 48000])
def test_resampling_keeps_the_tone(rate: int) -> None:
    wave = read_audio(saved(tone(2, rate=rate), rate=rate), "a", 4000)
    assert abs(len(wave) - 8000) <= 1
    inner = slice(1000, 7000)  # resampling rings at the ends
    assert np.allclose(wave[inner], tone(2, rate=4000)[inner], atol=2e-3)


def test_channels_are_averaged_and_the_mean_is_removed() -> None:
    wave = read_audio(saved(np.stack([tone(), np.zeros(RATE)], 1) + 0.25), "a", RATE)
    assert np.allclose(wave, tone() / 2, atol=1e-4)


def test_what_goes_beyond_the_range_is_scaled() -> None:
    wave = read_audio(saved(tone() * 60000, subtype="FLOAT"), "a", RATE)
    assert np.allclose(wave, tone() * 2, atol=1e-4)
    huge = read_audio(saved(np.sign(tone()) * 3e38, subtype="FLOAT"), "a", 4000)
    assert np.abs(huge).max() == 1


def test_lengths() -> None:
    assert problem_of(saved(np.empty(0))) == "the recording holds no sound"
    assert problem_of(saved(tone(0.49))) == "the recording is shorter than 0.5 seconds"
    assert len(read_audio(saved(tone(0.5)), "a", 4000)) == 2000
    assert problem_of(saved(tone(601, rate=1000), rate=1000)) == "the recording is longer than 10 minutes"


@pytest.mark.parametrize("wave", [np.zeros(RATE), np.full(RATE, 0.3), tone() * 1e-4])
def test_silence(wave: NDArray[np.float64]) -> None:
    assert problem_of(saved(wave, subtype="FLOAT")) == "the recording is silent"


def test_a_tone_too_high_to_keep_is_silence() -> None:
    assert (
        problem_of(saved(np.hanning(88200) * tone(2, 15000, 44100), rate=44100)) == "the recording is silent"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_numbers(value: float) -> None:
    wave = tone()
    wave[77] = value
    assert problem_of(saved(wave, subtype="FLOAT")) == "the recording contains values that are not numbers"


def test_what_is_no_recording() -> None:
    assert problem_of(b"heart sound, no murmur") == "this is a text file, not a recording"
    assert problem_of(b"OggS" + bytes(100)) == "the recording is damaged"


FILES = {format: saved(tone(), format) for format in ("WAV", "FLAC", "OGG", "MP3")}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damage_is_a_recording_or_a_problem(format: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[format])
    if data.draw(st.booleans(), "cut"):
        del damaged[data.draw(st.integers(0, len(damaged) - 1)) :]
    else:
        damaged[data.draw(st.integers(0, min(len(damaged), 300) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        wave = read_audio(bytes(damaged), "a", 4000)
    except InputProblem:
        return
    else:
        assert wave.dtype == np.float32
        assert np.abs(wave).max() <= 1
