"""Heart sounds as another device and another heart rate would give them; and sounds that are no heart:
noise of several colours, tones, chords, sweeps, speech-like, clicks."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mmdesk.model.sound import SAMPLE_RATE

Wave = NDArray[np.float32]
Maker = Callable[[np.random.Generator, NDArray[np.float64]], NDArray[np.float64]]


def altered(waveform: Wave, random: np.random.Generator) -> Wave:
    """(n,) at 2 kHz → (m,): played up to 10% slower or faster, through a smooth filter of about 4 dB, half
    of them in noise 24 to 60 dB below, most of them cut to 70% or more. Clips of one class come from few
    devices, so neither colour nor rate may decide."""
    rate = np.exp(random.uniform(-0.1, 0.1))
    made = np.interp(np.arange(int(len(waveform) / rate)) * rate, np.arange(len(waveform)), waveform)
    frequency = np.fft.rfftfreq(len(made), 1 / SAMPLE_RATE) + 1.0
    gains = np.interp(np.log(frequency), np.log(np.geomspace(20, 1000, 6)), 0.5 * random.normal(size=6))
    made = np.fft.irfft(np.fft.rfft(made - made.mean()) * np.exp(gains), len(made))
    if random.random() < 0.5:
        spectrum = np.fft.rfft(random.normal(size=len(made)))
        noise = np.fft.irfft(spectrum * (frequency + 4.0) ** random.uniform(-1, 0.3), len(made))
        made += made.std() / noise.std() * 10 ** random.uniform(-3, -1.2) * noise
    if random.random() < 0.7:
        length = int(len(made) * random.uniform(0.7, 1))
        start = random.integers(0, len(made) - length + 1)
        made = made[start : start + length]
    wave: Wave = made.astype(np.float32)
    return wave


def sound(random: np.random.Generator) -> Wave:
    """(n,) float32 of 2 to 12 s at 2 kHz."""
    seconds = np.arange(int(random.uniform(2, 12) * SAMPLE_RATE)) / SAMPLE_RATE
    made = MAKERS[random.integers(len(MAKERS))](random, seconds)
    hiss = random.uniform(0, 0.1) * made.std() * random.normal(size=len(made))
    wave: Wave = (made + hiss).astype(np.float32)
    return wave


def _noise(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(random.normal(size=len(seconds)))
    frequency = np.fft.rfftfreq(len(seconds), 1 / SAMPLE_RATE) + 1.0
    return np.fft.irfft(spectrum * frequency ** random.uniform(-1.5, 1), len(seconds))


def _tone(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    swell = 1 + random.uniform(0, 1) * np.sin(2 * np.pi * random.uniform(0.2, 8) * seconds)
    tone: NDArray[np.float64] = np.sin(2 * np.pi * random.uniform(40, 950) * seconds) * swell
    return tone


def _chords(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    made = np.zeros(len(seconds))
    step = int(random.uniform(0.15, 1.2) * SAMPLE_RATE)
    for start in range(0, len(seconds), step):
        part = seconds[: min(step, len(seconds) - start)]
        root = 110 * 2 ** (random.integers(0, 24) / 12)
        tones = np.sin(2 * np.pi * root * np.outer((1, 1.26, 1.5, 2), part)).sum(0)
        made[start : start + len(part)] = tones * np.exp(-part * random.uniform(0.5, 6))
    return made


def _sweep(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = random.uniform(30, 900, 2)
    period = random.uniform(0.5, 6)
    frequency = low + (high - low) * (seconds % period) / period
    return np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)


def _speech(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """A buzzing source through two formants, in syllables with pauses."""
    tune = np.sin(2 * np.pi * random.uniform(0.3, 2) * seconds + random.uniform(0, 6))
    pitch = random.uniform(80, 250) * (1 + 0.15 * tune)
    source = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE)) * 0.5
    source += 0.3 * random.normal(size=len(seconds))
    made, start = np.zeros(len(seconds)), 0
    while start < len(seconds):
        end = min(len(seconds), start + int(random.uniform(0.08, 0.3) * SAMPLE_RATE))
        frequency = np.fft.rfftfreq(end - start, 1 / SAMPLE_RATE)
        formants = np.array([random.uniform(250, 800), random.uniform(600, 1000)])
        shape = np.exp(-(((frequency - formants[:, None]) / 90) ** 2)).sum(0) + 0.02
        syllable = np.fft.irfft(np.fft.rfft(source[start:end]) * shape, end - start)
        made[start:end] = syllable * np.hanning(end - start) * (random.random() > 0.2)
        start = end
    return made


def _clicks(random: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    made = np.zeros(len(seconds))
    count = max(2, int(random.uniform(0.5, 20) * len(seconds) / SAMPLE_RATE))
    made[random.integers(0, len(seconds), count)] = random.normal(size=count)
    ring = np.exp(-np.arange(200) / random.uniform(1, 60)) * np.sin(np.arange(200) * random.uniform(0.05, 3))
    return np.convolve(made, ring, "same")


MAKERS: tuple[Maker, ...] = (_noise, _tone, _chords, _sweep, _speech, _clicks)
