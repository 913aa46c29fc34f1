"""Cases that no cache knows: the sample case with each of its inputs changed a little, from a seed."""

import re
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from mmdesk.case import Case, Input, Modality
from mmdesk.resources import sample_case

MOST = 0.02  # by which a number of the record is lowered: high stays high and low stays low
NUMBER = re.compile(r"(?<![\w.^])\d+(?:\.\d+)?(?!\^)\b")
FILES = {Modality.IMAGE: "radiograph.png", Modality.AUDIO: "heart_sound.wav", Modality.RECORD: "record.txt"}


def case(seed: int) -> Case:
    """Another one for every seed."""
    return Case({modality: (changed(modality, seed),) for modality in Modality})


def with_another(case: Case, modality: Modality, seed: int) -> Case:
    return replace(case, inputs={**case.inputs, modality: (changed(modality, seed),)})


def changed(modality: Modality, seed: int) -> Input:
    random = np.random.default_rng(seed)
    work = {Modality.IMAGE: _image, Modality.AUDIO: _sound, Modality.RECORD: _record}[modality]
    return Input(FILES[modality], data=work(random), typed=modality is Modality.RECORD)


def write(folder: Path, count: int) -> None:
    """So many cases, each in a folder of its own."""
    for seed in range(count):
        own = folder / f"case-{seed:05}"
        own.mkdir(parents=True)
        for modality, name in FILES.items():
            (own / name).write_bytes(changed(modality, seed).data or b"")


@cache
def _sample() -> tuple[NDArray[np.uint8], NDArray[np.int16], int, str]:
    """Pixels, samples and their rate, text."""
    image, sound, record = (items[0] for items in sample_case().inputs.values())
    with Image.open(image.path or "") as file:
        pixels = np.asarray(file)
    samples, rate = soundfile.read(sound.path, dtype="int16")
    return pixels, samples, rate, (record.data or b"").decode()


def _image(random: np.random.Generator) -> bytes:
    """Moved by some pixels, with noise of two grey values."""
    pixels = _sample()[0]
    moved = np.roll(pixels, random.integers(-4, 5, 2), (0, 1)) + random.integers(-2, 3, pixels.shape)
    file = BytesIO()
    Image.fromarray(moved.clip(0, 255).astype(np.uint8)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _sound(random: np.random.Generator) -> bytes:
    """Moved by some hundredths of a second, with noise 60 dB below its peak."""
    _, samples, rate, _ = _sample()
    moved = np.roll(samples, random.integers(-200, 201)) + random.integers(-20, 21, samples.shape)
    file = BytesIO()
    soundfile.write(
        file, moved.clip(-(2**15), 2**15 - 1).astype(np.int16), rate, format="WAV", subtype="PCM_16"
    )
    return file.getvalue()


def _record(random: np.random.Generator) -> bytes:
    def other(found: re.Match[str]) -> str:
        digits = len(found[0].partition(".")[2])
        return f"{float(found[0]) * (1 - random.uniform(0, MOST)):.{digits}f}"

    return f"{NUMBER.sub(other, _sample()[3])}Visit {random.integers(10**6)}.\n".encode()
