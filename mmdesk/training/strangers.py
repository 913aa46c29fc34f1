"""Inputs unlike anything a pack was made for, the sets that the data page names, made when they are needed.

Nothing is trained or chosen on them, though pages, noise and hum resemble training negatives.
"""

import csv
import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data
import soundfile
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_images

from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.sound import SAMPLE_RATE
from mmdesk.training.data import rows_of

Array = NDArray[np.float32]
ADULT = 18  # years
RATE = 16000  # of the sounds made here, Hz; they are brought to the pack's rate as any file is
# Photographs that scikit-image carries in its own package; `stereo_motorcycle` gives two.
PHOTOGRAPHS = (
    "astronaut", "brick", "camera", "cat", "clock", "coffee", "coins", "grass", "gravel",
    "hubble_deep_field", "immunohistochemistry", "moon", "retina", "rocket", "stereo_motorcycle",
)  # fmt: skip
VOICES = ("en", "en-us+f3", "en-gb+m4", "de", "fr+f2", "es", "it+m2", "pt+f4", "pl", "hi", "cmn", "sv+m5")


@dataclass(frozen=True, slots=True)
class Stranger:
    """An input (height, width) or (n,) at 2 kHz, and the photograph, patient or voice that it is of."""

    array: Array
    group: str


Maker = Callable[[Path], Iterator[Stranger]]


def photographs(_: Path) -> Iterator[Stranger]:
    """Each photograph whole, and 11 crops of it from a quarter of its sides up."""
    random = np.random.default_rng(0)
    for name, picture in _photographs():
        height, width = picture.shape
        yield Stranger(picture, name)
        for _crop in range(11):
            share = random.uniform(0.25, 0.9)
            rows, columns = int(height * share), int(width * share)
            top, left = random.integers(0, height - rows), random.integers(0, width - columns)
            yield Stranger(picture[top : top + rows, left : left + columns], name)


def _photographs() -> Iterator[tuple[str, Array]]:
    named = list(zip(("china", "flower"), load_sample_images().images, strict=True))
    for name in PHOTOGRAPHS:
        picture = getattr(skimage.data, name)()
        named.append((name, picture[0] if isinstance(picture, tuple) else picture))
    for name, picture in named:
        yield name, _unit(Image.fromarray(picture).convert("L"))


def _unit(picture: Image.Image) -> Array:
    return np.asarray(picture, np.float32) / np.float32(255)


def pages(folder: Path) -> Iterator[Stranger]:
    """Pages of the questions and answers, in sizes, margins and inks of their own; some of white on black."""
    random = np.random.default_rng(1)
    texts = _sentences(folder)
    for number in range(150):
        text = " ".join(texts[i] for i in random.integers(0, len(texts), 60))
        page = Image.new("L", (int(random.integers(500, 900)), int(random.integers(600, 1100))), 255)
        size = float(random.uniform(9, 34))
        font = ImageFont.load_default(size)
        draw, margin, top = ImageDraw.Draw(page), int(random.integers(10, 90)), int(random.integers(10, 90))
        step = size * random.uniform(1.2, 2.0)
        letters = int((page.width - 2 * margin) / (0.5 * size))
        while top < page.height * random.uniform(0.6, 1.1):
            if random.random() < 0.9:
                draw.text((margin, top), text[:letters], int(random.integers(0, 90)), font)
            text, top = text[letters:], int(top + step)
        grey = _unit(page)
        yield Stranger(1 - grey if number % 5 == 0 else grey, str(number))


def lateral_films(folder: Path) -> Iterator[Stranger]:
    return _films(folder, lambda row: row["view"] == "L")


def adult_films(folder: Path) -> Iterator[Stranger]:
    """Frontal films of people whose age is stated, 18 years or more."""
    return _films(folder, lambda row: row["view"] != "L" and float(row["age"] or 0) >= ADULT)


def _films(folder: Path, wanted: Callable[[dict[str, str]], bool]) -> Iterator[Stranger]:
    for row in filter(wanted, rows_of(folder, "chest_xray_notes")):
        path = folder / "chest_xray_notes" / row["path"]
        yield Stranger(read_image(path.read_bytes(), path.name).pixels, row["group"])


def can_speak() -> bool:
    return shutil.which("espeak-ng") is not None


def speech(folder: Path) -> Iterator[Stranger]:
    """Sentences read by espeak-ng, which has to be installed, in 12 voices."""
    random = np.random.default_rng(2)
    texts = _sentences(folder)
    for number in range(144):
        voice = VOICES[number % len(VOICES)]
        text = texts[random.integers(len(texts))][:200]
        speed, pitch = random.integers(120, 200), random.integers(20, 80)
        command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", "--", text]
        said = subprocess.run(command, check=True, capture_output=True).stdout
        wave, rate = soundfile.read(io.BytesIO(_whole(said)), dtype="float32")
        yield _sound(wave[: 12 * rate], rate, voice)


def _sentences(folder: Path) -> list[str]:
    """The answers of the questions and answers, without line breaks."""
    with (folder / "text" / "medical_qa.csv").open(newline="", encoding="utf-8") as file:
        return [" ".join(row["answer"].split()) for row in csv.DictReader(file) if row["answer"].strip()]


def _whole(wav: bytes) -> bytes:
    """A WAV written to a pipe does not know its length: its head is given it."""
    size, body = (len(wav) - 8).to_bytes(4, "little"), (len(wav) - 44).to_bytes(4, "little")
    return wav[:4] + size + wav[8:40] + body + wav[44:]


def music(_: Path) -> Iterator[Stranger]:
    """A tune over a bass and a drum, played on instruments of their own."""
    random = np.random.default_rng(3)
    for number in range(120):
        yield _sound(_piece(random), RATE, str(number))


def _piece(random: np.random.Generator) -> Array:
    wave = np.zeros(int(random.uniform(4, 12) * RATE))
    beat = 60 / random.uniform(60, 160)
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12) * 2 ** (random.integers(0, 12) / 12)
    harmonics = random.random(8) / np.arange(1, 9)
    fade = random.uniform(1, 8)
    for start in np.arange(0, len(wave) / RATE, beat / random.integers(1, 3)):
        note = float(random.choice(scale))
        _add(wave, start, _note(note, harmonics, fade, random.uniform(0.1, 1.0)))
        if random.random() < 0.5:
            _add(wave, start, 0.6 * _note(note * 2 ** (4 / 12), harmonics, fade, 0.5))
    for start in np.arange(0, len(wave) / RATE, 2 * beat):
        _add(wave, start, 0.8 * _note(float(random.choice(scale)) / 4, harmonics, 2, 2 * beat))
    if random.random() < 0.5:
        for start in np.arange(0, len(wave) / RATE, beat):
            _add(wave, start, 0.5 * random.normal(size=2000) * np.exp(-np.arange(2000) / 300))
    return wave.astype(np.float32)


def _note(hertz: float, harmonics: NDArray[np.float64], fade: float, seconds: float) -> NDArray[np.float64]:
    time = np.arange(int(seconds * RATE)) / RATE
    tones = np.sin(2 * np.pi * hertz * np.outer(np.arange(1, len(harmonics) + 1), time))
    note: NDArray[np.float64] = harmonics @ tones * np.exp(-fade * time) * np.minimum(1, 100 * time)
    return note


def _add(wave: NDArray[np.float64], start: float, part: NDArray[np.float64]) -> None:
    place = wave[int(start * RATE) :][: len(part)]
    place += part[: len(place)]


def noise(_: Path) -> Iterator[Stranger]:
    """Noise of every colour from violet to brown."""
    random = np.random.default_rng(4)
    for number in range(120):
        white = np.fft.rfft(random.normal(size=int(random.uniform(2, 12) * RATE)))
        frequency = np.fft.rfftfreq(2 * len(white) - 2, 1 / RATE) + 1.0
        yield _sound(np.fft.irfft(white * frequency ** random.uniform(-1.2, 1)), RATE, str(number))


def hum(_: Path) -> Iterator[Stranger]:
    """A microphone that hears nothing: hiss and the mains, very soft."""
    random = np.random.default_rng(5)
    for number in range(120):
        time = np.arange(int(random.uniform(2, 12) * RATE)) / RATE
        mains = random.choice([50, 60]) * np.arange(1, 6)
        tones = random.random(5) / np.arange(1, 6) @ np.sin(2 * np.pi * np.outer(mains, time))
        hiss = random.uniform(0.05, 1) * random.normal(size=len(time))
        yield _sound(0.003 * (tones + hiss), RATE, str(number))


def _sound(wave: NDArray[np.float32] | NDArray[np.float64], rate: int, group: str) -> Stranger:
    file = io.BytesIO()
    soundfile.write(file, wave.astype(np.float32), rate, format="WAV", subtype="FLOAT")
    return Stranger(read_audio(file.getvalue(), f"{group}.wav", SAMPLE_RATE), group)


IMAGES: dict[str, Maker] = {
    "photographs": photographs,
    "pages of text": pages,
    "lateral chest films": lateral_films,
    "adult chest films": adult_films,
}
SOUNDS: dict[str, Maker] = {"speech": speech, "music": music, "noise": noise, "hum": hum}
