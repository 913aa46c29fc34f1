"""Pictures that are no examination, made from nothing or from shuffled pieces: the `neither` class."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


def picture(random: np.random.Generator, size: int, examinations: NDArray[np.float32]) -> Pixels:
    """(size, size) float32 in [-1, 1]. `examinations` (n, size, size) lend pieces to be shuffled."""
    kind = random.integers(7)
    if kind < 2:
        source = examinations[random.integers(len(examinations))]
        made = _shuffled(random, source, int(random.choice([2, 4, 8])))
    elif kind == 2:
        made = _coloured_noise(random, size, float(random.uniform(0.0, 3.0)))
    elif kind == 3:
        made = _page_of_text(random, size)
    elif kind == 4:
        made = _shapes(random, size)
    elif kind == 5:
        made = _waves(random, size)
    else:
        made = _scene(random, size)
    made = made - made.min()
    scaled: Pixels = (made / max(float(made.max()), 1e-6) * 2 - 1).astype(np.float32)
    return -scaled if random.random() < 0.3 else scaled


def _shuffled(random: np.random.Generator, source: Pixels, pieces: int) -> Pixels:
    side = len(source) // pieces
    tiles = source[: side * pieces, : side * pieces].reshape(pieces, side, pieces, side).swapaxes(1, 2)
    tiles = tiles.reshape(-1, side, side)[random.permutation(pieces * pieces)]
    mixed = tiles.reshape(pieces, pieces, side, side).swapaxes(1, 2).reshape(side * pieces, -1)
    return np.pad(mixed, ((0, len(source) - len(mixed)),) * 2, mode="edge")


def _coloured_noise(random: np.random.Generator, size: int, slope: float) -> Pixels:
    """Noise whose amplitude falls with frequency to the power of `slope`: white at 0, clouds at 2."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1 / size
    spectrum = np.fft.rfft2(random.normal(size=(size, size))) / frequency**slope
    return np.fft.irfft2(spectrum, (size, size)).astype(np.float32)


def _page_of_text(random: np.random.Generator, size: int) -> Pixels:
    page = np.ones((size, size), np.float32)
    height, margin = int(random.integers(2, 6)), int(random.integers(2, size // 5))
    for top in range(margin, size - margin, height + int(random.integers(2, 6))):
        left = margin
        right = size - margin - int(random.integers(0, size // 4))
        while left < right:
            word = int(random.integers(3, 14))
            letters = random.random((height, word)) < 0.55
            patch = page[top : top + height, left : left + word]
            patch[letters[: patch.shape[0], : patch.shape[1]]] = 0
            left += word + int(random.integers(2, 4))
    return page


def _shapes(random: np.random.Generator, size: int) -> Pixels:
    canvas = np.full((size, size), random.random(), np.float32)
    y, x = np.mgrid[:size, :size]
    for _ in range(int(random.integers(2, 12))):
        cy, cx = random.uniform(0, size, 2)
        ry, rx = random.uniform(3, size / 3, 2)
        inside = np.hypot((y - cy) / ry, (x - cx) / rx) < 1
        if random.random() < 0.5:
            inside = (abs(y - cy) < ry) & (abs(x - cx) < rx)
        canvas[inside] = random.random()
    return canvas


def _waves(random: np.random.Generator, size: int) -> Pixels:
    y, x = np.mgrid[:size, :size] / size
    waves = [
        np.sin(2 * np.pi * (a * x + b * y) + c)
        for a, b, c in random.uniform(-12, 12, (int(random.integers(1, 5)), 3))
    ]
    canvas: Pixels = np.sum(waves, axis=0).astype(np.float32)
    return np.sign(canvas).astype(np.float32) if random.random() < 0.3 else canvas


def _scene(random: np.random.Generator, size: int) -> Pixels:
    """A horizon, light from one side and blobs: the coarse layout of a photograph."""
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    canvas = (y > random.uniform(0.2, 0.8)) * random.uniform(-1, 1) + x * random.uniform(-1, 1)
    canvas = canvas + _shapes(random, size) * random.uniform(0.3, 1.5)
    noise = _coloured_noise(random, size, 1.5)
    scene: Pixels = canvas + noise / max(float(noise.std()), 1e-6) * random.uniform(0.05, 0.4)
    return scene.astype(np.float32)
