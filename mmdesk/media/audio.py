"""Recordings: WAV, FLAC, OGG, MP3 and DICOM waveforms become one channel at the sample rate asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.files import Format, expect, read_bytes, read_head, sniff

MIN_SECONDS = 0.5
MAX_SECONDS = 600
SILENCE = 1e-4  # -80 dB of full scale: below the noise of any microphone
_BLOCK = 1 << 17  # samples, of all channels together
_MOST_HERTZ = 1_000_000  # beyond what any device gives
_AGAIN = "Export or copy it again."


def read_audio(data: bytes, name: str, sample_rate: int) -> NDArray[np.float32]:
    """The recording as (n,) float32 in [-1, 1] at sample_rate Hz: channels averaged, mean removed.

    A recording that goes beyond [-1, 1] is scaled down, not clipped. Raises InputProblem for anything
    but WAV, FLAC, OGG, MP3 and DICOM, a damaged file, less than 0.5 s, more than 10 minutes, silence,
    and samples that are not numbers.
    """
    expect(data, name, Modality.AUDIO)
    with opened(Input(name, data=data)) as sound:
        rate = int(sound.samplerate)
        wave = _read_mono(sound, name)
    wave = _within_one(wave - wave.mean())  # before resampling: soxr computes in single precision
    resampled: NDArray[np.float64] = soxr.resample(wave, rate, sample_rate, quality="HQ")
    if np.abs(resampled).max() < SILENCE:
        raise InputProblem(name, "the recording is silent", "Check the microphone and record it again.")
    return _within_one(resampled).astype(np.float32)  # resampling overshoots at steps


@contextmanager
def opened(item: Input) -> Iterator[soundfile.SoundFile]:
    """A recording of any format. Raises InputProblem where it, or what is read of it, is damaged."""
    damaged = InputProblem(item.name, "the recording is damaged", _AGAIN)
    try:
        with _sound_file(item) as sound:
            if not 0 < sound.samplerate <= _MOST_HERTZ:
                raise damaged
            yield sound
    except soundfile.SoundFileError as error:
        raise damaged from error


def _sound_file(item: Input) -> soundfile.SoundFile:
    if sniff(read_head(item)) is not Format.WAVEFORM:
        return soundfile.SoundFile(BytesIO(item.data) if item.data is not None else str(item.path))
    from mmdesk.media.curve import read_curve  # imports pydicom

    return read_curve(read_bytes(item), item.name).opened()


def mono_blocks(sound: soundfile.SoundFile, name: str) -> Iterator[NDArray[np.float32]]:
    """Channels averaged, block by block, since a damaged header may promise any length."""
    small = sound.subtype == "PCM_16"  # numpy makes floats of these six times faster than libsndfile does
    size, kind = max(1, _BLOCK // sound.channels), "int16" if small else "float32"
    shares = np.full(sound.channels, 1 / sound.channels, np.float32)
    if small:
        shares /= 1 << 15
    while len(block := sound.read(size, dtype=kind, always_2d=True)):
        with np.errstate(invalid="ignore"):
            wave: NDArray[np.float32] = block.astype(np.float32, copy=False) @ shares
            finite = np.isfinite(wave.sum(dtype=np.float64))  # float32 alone cannot overflow it
        if not finite:
            raise InputProblem(name, "the recording contains values that are not numbers", _AGAIN)
        yield wave


def length_problem(frames: int, rate: int, name: str) -> InputProblem | None:
    """Why a recording of so many frames at `rate` Hz is not read, None where it is."""
    if not frames:
        return InputProblem(name, "the recording holds no sound", "Record or export it again.")
    if frames < MIN_SECONDS * rate:
        return InputProblem(name, f"the recording is shorter than {MIN_SECONDS} seconds", "Record it again.")
    if frames > MAX_SECONDS * rate:
        problem = f"the recording is longer than {MAX_SECONDS // 60} minutes"
        return InputProblem(name, problem, "Cut out the part that matters.")
    return None


def _within_one(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    return wave / max(float(np.abs(wave).max()), 1.0)


def _read_mono(sound: soundfile.SoundFile, name: str) -> NDArray[np.float64]:
    """All frames. Raises InputProblem where they are too few or too many."""
    blocks = [np.empty(0, np.float32)]
    frames = 0
    for block in mono_blocks(sound, name):
        blocks.append(block)
        frames += len(block)
        if frames > MAX_SECONDS * sound.samplerate:
            break
    if problem := length_problem(frames, sound.samplerate, name):
        raise problem
    return np.concatenate(blocks).astype(np.float64)
