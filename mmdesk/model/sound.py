"""Heart sound → log-mel energies and statistics of its spectrum, its modulation and its heart cycle.

Sounds are read at 2 kHz: what a stethoscope hears of valves lies below 1 kHz.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SAMPLE_RATE = 2000
WINDOW, HOP, FFT = 128, 40, 256  # 64 ms, 20 ms: 50 frames a second
N_MELS = 40
FRAME_RATE = SAMPLE_RATE / HOP
PHASES = 16
LEVELS = np.array([0.1, 0.5, 0.9])
MODULATION_EDGES = (0.5, 1, 2, 3, 4.5, 6.5, 9, 13, 18)  # Hz
# Level quantiles of each mel band, 8 modulation rates × 10 bands, the mean cycle in 8 bands with its
# spread, and the rhythm.
STATISTICS = (3 * N_MELS, 80, 8 * PHASES + 2, 8)


def normalised(waveform: Floats) -> Floats:
    """Zero mean and unit deviation, padded with silence to a second."""
    centred = waveform - waveform.mean()
    scaled: Floats = centred / (centred.std() + 1e-6)
    return np.pad(scaled, (0, max(0, SAMPLE_RATE - len(scaled))))


def log_mel(waveform: Floats) -> Floats:
    """waveform (n,) at 2 kHz → (frames, 40) natural log of mel energies, of a sound of unit power."""
    energies: Floats = np.log(_power(normalised(waveform), HOP) @ _mel_bank() + 1e-7)
    return energies


def statistics(waveform: Floats) -> Floats:
    """waveform (n,) at 2 kHz → (338,), in the order of STATISTICS."""
    own: Floats = statistics_of(log_mel(waveform)[None], *rhythm(waveform))[0]
    return own


def statistics_of(energies: Floats, period: int, beating: list[float]) -> Floats:
    """The same of log-mel energies (n, frames, 40) and what `rhythm` gives for all of them → (n, 338)."""
    count = len(energies)
    # np.percentile gives the same, and takes ten times as long.
    levels = _at(np.sort(energies, 1), LEVELS * (energies.shape[1] - 1)).reshape(count, -1)
    parts = [levels, _modulation(energies), _cycle(energies, period), np.tile(beating, (count, 1))]
    return np.concatenate(parts, 1).astype(np.float32)


@cache
def mel_edges() -> NDArray[np.float64]:
    """(42,) Hz: band k rises from edge k to k + 1 and falls to k + 2; mel = 2595 log10(1 + Hz / 700)."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    bottom = 2595 * np.log10(1 + 20 / 700)
    edges: NDArray[np.float64] = 700 * (10 ** (np.linspace(bottom, top, N_MELS + 2) / 2595) - 1)
    return edges


@cache
def _mel_bank() -> Floats:
    """(bins, 40) triangles from 20 Hz up, each of unit sum."""
    edges = mel_edges()
    hertz = np.fft.rfftfreq(FFT, 1 / SAMPLE_RATE)[None]
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(0, np.minimum(rising, falling))
    shares: Floats = (bank / np.maximum(bank.sum(1, keepdims=True), 1e-6)).T.astype(np.float32)
    return shares


def _power(waveform: Floats, hop: int) -> Floats:
    """(n,) → (frames, bins) power of Hann windows."""
    frames = np.lib.stride_tricks.sliding_window_view(waveform, WINDOW)[::hop]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), FFT)
    return (np.abs(spectrum) ** 2 / WINDOW).astype(np.float32)


def rhythm(waveform: Floats) -> tuple[int, list[float]]:
    """The heart period in steps of 10 ms, and eight figures on how regular it is, from the
    autocorrelation of the envelope of 23 to 156 Hz."""
    envelope = np.sqrt(_power(normalised(waveform), HOP // 2)[:, 3:21].sum(1))
    envelope = np.log(np.clip(envelope, 1e-4, max(1e-4, float(np.percentile(envelope, 98)))))
    envelope = envelope - envelope.mean()
    length = len(envelope)
    power = np.abs(np.fft.rfft(envelope, 2 * length)) ** 2
    correlation = np.fft.irfft(power)[:length] / np.arange(length, 0, -1)
    correlation = correlation / max(float(correlation[0]), 1e-9)
    period = _period(correlation)

    def repeated(times: int, slack: int) -> float:
        if times * period + slack >= 0.8 * length:
            return float(correlation[period])
        return float(correlation[times * period - slack : times * period + slack + 1].max())

    at_period, two, four = float(correlation[period]), repeated(2, 8), repeated(4, 12)
    within = correlation[15:40]
    return period, [
        period / 100, at_period, two, four, at_period - four,
        float(within.max()), float(within.min()), float(correlation[period // 2]),
    ]  # fmt: skip


def _period(correlation: NDArray[np.float64]) -> int:
    """The lag of the highest peak between 0.4 and 1.5 s; 0.8 s where there is none."""
    low, high = 40, min(150, int(len(correlation) * 0.7))
    part = correlation[low:high]
    peaks = [i for i in range(1, len(part) - 1) if part[i] >= part[i - 1] and part[i] >= part[i + 1]]
    best = max(peaks, key=lambda i: part[i]) if peaks else 40
    return min(low + best, len(correlation) - 1)


def _modulation(energies: Floats) -> NDArray[np.float64]:
    """(n, frames, 40) → (n, 80): log power of 8 modulation rates of 10 groups of bands."""
    count, frames, _ = energies.shape
    bands = energies.reshape(count, frames, 10, 4).mean(3).transpose(0, 2, 1)
    bands = (bands - bands.mean(2, keepdims=True)) * np.hanning(frames)
    length = max(frames, 600)  # padded with zeros, so that every rate has bins
    power = np.abs(np.fft.rfft(bands, length)) ** 2 / frames * 600
    rates = np.fft.rfftfreq(length, 1 / FRAME_RATE)
    pairs = zip(MODULATION_EDGES, MODULATION_EDGES[1:], strict=False)
    rows = [power[..., (rates >= low) & (rates < high)].mean(2) for low, high in pairs]
    modulation: NDArray[np.float64] = np.log(np.stack(rows, 1) + 1e-6).reshape(count, -1)
    return modulation


def _cycle(energies: Floats, period: int) -> NDArray[np.float64]:
    """(n, frames, 40) → (n, 130): the mean heart cycle, first sound first, 8 groups of bands × 16 phases, and
    its spread (2)."""
    count, length, _ = energies.shape
    bands = energies.reshape(count, length, 8, 5).mean(3)
    bands = bands - bands.mean(1, keepdims=True)
    size = max(8, min(round(period / 2), length))
    starts = _beats(bands[:, :, :3].mean(2), size)
    beats = bands[np.arange(count)[:, None], np.maximum(starts, 0)[..., None] + np.arange(size)]
    there = (starts >= 0)[..., None, None]  # (beats, n, 1, 1)
    mean = _at(beats.mean(0, where=there), np.linspace(0, size - 1, PHASES)).transpose(0, 2, 1)
    second = 3 + mean[:, :3].mean(1)[:, 3 : PHASES - 3].argmax(1)
    # Where the longer gap comes first, it is diastole: the fold started at the second sound.
    turned = np.arange(PHASES) + np.where(second > PHASES / 2, second, 0)[:, None]
    mean = np.take_along_axis(mean, (turned % PHASES)[:, None], 2)
    spread = beats.std(0, where=there)
    spreads = [spread[..., :3].mean((1, 2)), spread[..., 3:].mean((1, 2))]
    return np.concatenate([mean.reshape(count, -1), np.stack(spreads, 1)], 1)


def _at(rows: Floats, place: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, rows, d) at places (k,) from 0 to rows - 1 → (n, k, d), on straight lines between the rows."""
    before = np.minimum(place.astype(int), rows.shape[1] - 2)
    share = (place - before)[:, None]
    between: NDArray[np.float64] = rows[:, before] * (1 - share) + rows[:, before + 1] * share
    return between


def _beats(low: Floats, size: int) -> NDArray[np.intp]:
    """The low bands' level (n, length) → (beats, n) where beats start, -1 where one has no more: the loudest
    phase starts the first, and each starts within 80 ms of where it is expected after the last."""
    last = low.shape[1] - size
    place = np.stack([low[:, phase::size].mean(1) for phase in range(size)], 1).argmax(1)
    starts = [np.where(place > last, 0, -1)]  # where not even one fits
    while (place <= last).any():
        near = place[:, None] + np.arange(-4, 6)
        levels = np.take_along_axis(low, near.clip(0, last), 1)
        loudest = np.where((near >= 0) & (near <= last), levels, -np.inf).argmax(1)
        starts.append(np.where(place <= last, place - 4 + loudest, -1))
        place = np.where(place <= last, place - 4 + loudest, place) + size
    return np.stack(starts)
