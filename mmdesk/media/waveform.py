"""A recording as it is drawn: peaks and a spectrogram of bounded size, however long it is.

Read in blocks, with channels averaged and the mean removed: what is drawn is what a model hears. Where
more columns come than are kept, pairs of them become one, so neither memory nor the picture depends on
the length that a file's header promises.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media import audio
from mmdesk.media.files import Format, expect, read_bytes, read_head

Floats = NDArray[np.float32]

PEAKS = 8192  # columns at most, at least half as many in a long recording
FRAMES = 2048
# What a stethoscope hears of valves lies below 1 kHz, and models read heart sounds at 2 kHz.
SAMPLE_RATE = 2000
WINDOW, HOP, FFT = 128, 20, 256  # at 2 kHz 64 ms, 10 ms, 7.8 Hz
LARGEST = 1e9  # of a file of floats beyond [-1, 1]: the square must fit float32
RANGE = 60.0  # dB from the loudest to black; murmurs lie 20 to 40 dB below the first heart sound


@dataclass(frozen=True, slots=True)
class Sound:
    """`peaks` (columns, 2) float32 least and largest value, a column `peak_step` seconds wide.
    `spectrogram` (FFT / 2, frames) uint8, 0 to `top_hertz` from the first row on, the loudest 255 and
    RANGE dB below it 0, a frame `frame_step` seconds wide, the first from `frame_start` on. `refusal` is
    why a model will not read it."""

    sample_rate: int
    channels: int
    seconds: float
    peaks: Floats
    peak_step: float
    spectrogram: NDArray[np.uint8]
    frame_start: float
    frame_step: float
    top_hertz: float
    refusal: InputProblem | None


def read_sound(item: Input, stop: Event | None = None) -> Sound:
    """The preview of a recording of any length; once `stop` is set, of what was read by then.

    Raises InputProblem as media.files.read_bytes and media.audio.read_audio do, except for recordings
    that can be drawn though they are too short, too long or silent.
    """
    format = expect(read_head(item), item.name, Modality.AUDIO)
    with audio.opened(item) as sound:
        rate, channels = int(sound.samplerate), int(sound.channels)
        lowest, highest = _Columns(PEAKS, (), np.min), _Columns(PEAKS, (), np.max)
        spectrum = _Spectrum(rate)
        frames, total, offset = 0, 0.0, np.float32(0)
        for block in audio.mono_blocks(sound, item.name):
            wave = block.clip(-LARGEST, LARGEST)
            lowest.add(wave)
            highest.add(wave)
            if not frames:
                offset = wave.mean()  # left in, it would be a step at either end
            spectrum.add(wave - offset)
            frames += len(block)
            total += float(wave.sum(dtype=np.float64))
            if stop is not None and stop.is_set():
                break
    refusal = audio.length_problem(frames, rate, item.name)
    if not frames and refusal is not None:
        raise refusal
    if format is Format.WAVEFORM:
        refusal = _no_sound(item) or refusal
    powers = spectrum.finish()
    return Sound(
        sample_rate=rate,
        channels=channels,
        seconds=frames / rate,
        peaks=np.stack([lowest.finish(), highest.finish()], 1) - np.float32(total / frames),
        peak_step=lowest.step / rate,
        spectrogram=_as_bytes(powers),
        frame_start=-HOP / 2 / spectrum.rate,  # a frame's middle is its time
        frame_step=spectrum.columns.step * HOP / spectrum.rate,
        top_hertz=spectrum.rate / 2,
        refusal=refusal,
    )


def _no_sound(item: Input) -> InputProblem | None:
    """Where a DICOM waveform is an electrocardiogram or another curve: what is drawn of it."""
    from mmdesk.media.curve import read_curve

    shown = read_curve(read_bytes(item), item.name).shown
    if shown is None:
        return None
    problem = f"this DICOM waveform is no sound; its channel {shown} is shown"
    return InputProblem(item.name, problem, "Packs that read sound do not score it.")


class _Columns:
    """At most `most` (an even number of) columns of rows of one shape that keep coming; a column stands
    for `step` rows. `reduce` takes an axis of rows away, as np.max does."""

    def __init__(self, most: int, shape: tuple[int, ...], reduce: Callable[..., Any]) -> None:
        self.step = 1
        self._most, self._shape, self._reduce = most, shape, reduce
        self._columns = np.empty((most, *shape), np.float32)
        self._count = 0
        self._rest = np.empty((0, *shape), np.float32)

    def add(self, rows: Floats) -> None:
        rows = np.concatenate([self._rest, rows])
        while len(rows) >= self.step:
            count = min(len(rows) // self.step, self._most - self._count)
            used = rows[: count * self.step].reshape(count, self.step, *self._shape)
            self._columns[self._count : self._count + count] = self._reduce(used, axis=1)
            self._count += count
            rows = rows[count * self.step :]
            if self._count == self._most:
                self._count //= 2
                pairs = self._columns.reshape(self._count, 2, *self._shape)
                self._columns[: self._count] = self._reduce(pairs, axis=1)
                self.step *= 2
        self._rest = rows

    def finish(self) -> Floats:
        """(columns, *shape); the last column may stand for fewer rows."""
        last = [self._reduce(self._rest[None], axis=1)] if len(self._rest) else []
        return np.concatenate([self._columns[: self._count], *last])


class _Spectrum:
    """Power spectra of frames of a wave that keeps coming, a frame's middle every HOP samples."""

    def __init__(self, rate: int) -> None:
        self.rate = min(rate, SAMPLE_RATE)
        self.columns = _Columns(FRAMES, (FFT // 2,), np.mean)
        self._resampler: Any = None
        if rate != self.rate:
            self._resampler = soxr.ResampleStream(rate, self.rate, 1, dtype="float32", quality="MQ")
        self._rest = np.zeros(WINDOW // 2, np.float32)
        self._taper = np.hanning(WINDOW).astype(np.float32)

    def add(self, wave: Floats) -> None:
        self._frame(wave if self._resampler is None else self._resampler.resample_chunk(wave))

    def finish(self) -> Floats:
        """(frames, FFT / 2)"""
        if self._resampler is not None:
            self._frame(self._resampler.resample_chunk(np.empty(0, np.float32), last=True))
        self._frame(np.zeros(WINDOW // 2, np.float32))
        return self.columns.finish()

    def _frame(self, wave: Floats) -> None:
        wave = np.concatenate([self._rest, wave])
        count = max(0, (len(wave) - WINDOW) // HOP + 1)
        self._rest = wave[count * HOP :]
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP]
            frames = (frames - frames.mean(1, keepdims=True)) * self._taper
            bins = np.fft.rfft(frames, FFT)[:, : FFT // 2]
            self.columns.add(np.square(bins.real, dtype=np.float32) + np.square(bins.imag, dtype=np.float32))


def _as_bytes(powers: Floats) -> NDArray[np.uint8]:
    """(frames, bins) → (bins, frames); what is silent is black."""
    silence = (audio.SILENCE * WINDOW / 4) ** 2  # the power of a tone of that amplitude
    loudest = 10 * np.log10(max(float(powers.max()), silence))
    decibel = 10 * np.log10(powers.T + silence * 1e-9)
    shades: NDArray[np.uint8] = np.rint(((decibel - loudest) / RANGE + 1).clip(0, 1) * 255).astype(np.uint8)
    return shades
