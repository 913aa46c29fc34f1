import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media import audio, waveform
from mmdesk.media.waveform import FRAMES, PEAKS, Sound, read_sound

RATE = 4000


def saved(wave: NDArray[Any], rate: int = RATE, format: str = "WAV", **options: Any) -> bytes:
    file = BytesIO()
    soundfile.write(file, wave, rate, format=format, **options)
    return file.getvalue()


def read(wave: NDArray[Any], rate: int = RATE, **options: Any) -> Sound:
    return read_sound(Input("a", data=saved(wave, rate, **options)))


def tone(frequency: float, seconds: float = 2.0, rate: int = RATE) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate))


@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG", "MP3"])
def test_what_it_is(format: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(saved(np.stack([tone(200, 3, 44100)] * 2, 1), 44100, format))
    sound = read_sound(Input.from_path(path))
    assert (sound.sample_rate, sound.channels) == (44100, 2)
    assert abs(sound.seconds - 3) < 0.1  # MP3 pads its frames
    assert sound.refusal is None
    assert abs(len(sound.peaks) * sound.peak_step - sound.seconds) <= sound.peak_step
    assert abs(sound.peaks.max() - 0.5) < 0.1 and abs(sound.peaks.min() + 0.5) < 0.1


def test_an_event_stands_where_it_was() -> None:
    wave = np.zeros(60 * RATE)
    wave[round(41.5 * RATE)] = -0.8
    sound = read(wave)
    assert abs(sound.peaks[:, 0].argmin() * sound.peak_step - 41.5) <= sound.peak_step
    loudest = sound.spectrogram.sum(0, dtype=int).argmax()
    assert abs(sound.frame_start + (loudest + 0.5) * sound.frame_step - 41.5) <= sound.frame_step + 0.032


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3 * PEAKS), st.integers(1, 900))
def test_peaks_are_the_outermost_values_of_each_column(frames: int, block: int) -> None:
    wave = np.random.default_rng(frames).normal(0, 1, frames).astype(np.float32)
    lowest, highest = waveform._Columns(64, (), np.min), waveform._Columns(64, (), np.max)
    for start in range(0, frames, block):
        lowest.add(wave[start : start + block])
        highest.add(wave[start : start + block])
    peaks = np.stack([lowest.finish(), highest.finish()], 1)
    assert len(peaks) == -(-frames // lowest.step) <= 64
    assert frames < 64 or len(peaks) >= 32
    for index, (low, high) in enumerate(peaks):
        part = wave[index * lowest.step : (index + 1) * lowest.step]
        assert (low, high) == (part.min(), part.max())


@pytest.mark.parametrize(("rate", "seconds"), [(4000, 2), (44100, 2), (8000, 90), (1000, 2), (2000, 2)])
@pytest.mark.parametrize("frequency", [60, 200, 430])
def test_a_tone_is_bright_at_its_frequency(rate: int, seconds: int, frequency: int) -> None:
    sound = read(tone(frequency, seconds, rate), rate)
    assert sound.top_hertz == min(1000, rate / 2)
    rows, frames = sound.spectrogram.shape
    assert rows == 128
    assert frames <= FRAMES
    brightest = sound.spectrogram[:, frames // 2].argmax() * sound.top_hertz / rows
    assert abs(brightest - frequency) < 10
    assert sound.spectrogram[:, frames // 2].max() == 255
    assert abs(frames * sound.frame_step - seconds) < 2 * sound.frame_step


def test_a_murmur_30_db_below_is_half_as_bright() -> None:
    wave = tone(60) + tone(400) * 10 ** (-30 / 20)
    sound = read(wave, subtype="FLOAT")
    middle = sound.spectrogram[:, sound.spectrogram.shape[1] // 2]
    assert abs(int(middle[round(400 / 1000 * 128)]) - 128) < 8


def test_channels_are_averaged_and_the_mean_is_removed() -> None:
    sound = read(np.stack([tone(200), np.zeros(2 * RATE)], 1) + 0.25)
    assert abs(sound.peaks.max() - 0.25) < 1e-3 and abs(sound.peaks.min() + 0.25) < 1e-3
    assert sound.spectrogram[0, 8:-8].max() < 100  # no line at 0 Hz


def test_silence_is_black() -> None:
    assert not read(np.full(RATE, 0.25)).spectrogram.any()
    assert not read(tone(200) * 1e-4 * 2e-3, subtype="FLOAT").spectrogram.any()


def test_what_is_drawn_though_no_model_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    short = read(tone(200, 0.4))
    assert short.refusal is not None and short.refusal.problem == "the recording is shorter than 0.5 seconds"
    monkeypatch.setattr(audio, "MAX_SECONDS", 60)
    long = read(tone(200, 61))
    assert str(long.refusal) == "a: the recording is longer than 1 minutes. Cut out the part that matters."
    assert long.seconds == 61


def test_one_sample_is_a_recording() -> None:
    sound = read(np.ones(1))
    assert sound.peaks.shape == (1, 2)
    assert sound.spectrogram.shape == (128, 1)


def test_huge_values_are_drawn() -> None:
    sound = read(np.sign(tone(200)) * 3e38, subtype="FLOAT")
    assert np.isfinite(sound.peaks).all()
    assert sound.spectrogram.max() == 255


def problem_of(item: Input) -> str:
    with pytest.raises(InputProblem) as caught:
        read_sound(item)
    assert caught.value.name == item.name
    return caught.value.problem


def test_problems_are_worded_as_the_model_would(tmp_path: Path) -> None:
    wave = tone(200)
    wave[77] = np.nan
    broken = {
        "there is no such file": Input.from_path(tmp_path / "none.wav"),
        "this is a folder": Input.from_path(tmp_path),
        "this is empty": Input("a", data=b""),
        "this is a text file, not a recording": Input("a", data=b"lub dub"),
        "this is an MP4, M4A or MOV file, not a recording": Input(
            "a", data=b"\0\0\0\x20ftypM4A " + bytes(99)
        ),
        "the recording is damaged": Input("a", data=b"OggS" + bytes(99)),
        "the recording holds no sound": Input("a", data=saved(np.empty(0))),
        "the recording contains values that are not numbers": Input("a", data=saved(wave, subtype="FLOAT")),
    }
    assert {problem_of(item): item for item in broken.values()} == broken


FILES = {format: saved(tone(200, 1, 8000), 8000, format) for format in ("WAV", "FLAC", "OGG", "MP3")}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damage_is_drawn_or_a_problem(format: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[format])
    if data.draw(st.booleans(), "cut"):
        del damaged[data.draw(st.integers(0, len(damaged) - 1)) :]
    else:
        damaged[data.draw(st.integers(0, min(len(damaged), 300) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        sound = read_sound(Input("a", data=bytes(damaged)))
    except InputProblem:
        return
    else:
        assert len(sound.peaks) <= PEAKS + 1
        assert sound.spectrogram.shape[1] <= FRAMES + 1


def test_reading_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "_BLOCK", RATE)
    stop = threading.Event()
    stop.set()
    assert read_sound(Input("a", data=saved(tone(200, 5))), stop).seconds == 1


PEAK_MEMORY = """
import sys
from mmdesk.case import Input
from mmdesk.media.waveform import read_sound

def peak():
    if sys.platform == "win32":
        import psutil
        return psutil.Process().memory_info().peak_wset / 2**20
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

read_sound(Input.from_path(sys.argv[1]))
before = peak()
sound = read_sound(Input.from_path(sys.argv[2]))
print(sound.seconds, sound.refusal.problem, peak() - before, sep="|")
"""


def test_an_hour_needs_little_memory(tmp_path: Path) -> None:
    """As samples alone the hour would take 115 MB."""
    rate = 8000
    minute = np.random.default_rng(0).normal(0, 0.001, 60 * rate).astype(np.float32)
    for name, minutes in (("short.flac", 1), ("hour.flac", 60)):
        with soundfile.SoundFile(tmp_path / name, "w", rate, 1) as file:
            for _ in range(minutes):
                file.write(minute)
    command = [sys.executable, "-c", PEAK_MEMORY, str(tmp_path / "short.flac"), str(tmp_path / "hour.flac")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, problem, megabytes = done.stdout.split("|")
    assert float(seconds) == 3600
    assert problem == "the recording is longer than 10 minutes"
    assert float(megabytes) < 30
