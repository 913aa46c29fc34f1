"""A picture to look at: 16-bit grey at several sizes, so that any part of it is drawn quickly."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.media.files import read_bytes
from mmdesk.media.image import read_image

MAX_SHOWN = 40_000_000  # pixels; a larger picture is shown with every second, third, … one
SMALLEST = 256  # the shorter side of the last level, in pixels
TOP = 65535


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """levels: (height, width) uint16 arrays, 0 black and 65535 white, each half as large as the last;
    size: (width, height) of the file; step: pixels of the file, in each direction, to one of the first
    level; usual: the levels below and above which 0.5% of the pixels lie; tags: as in media.image."""

    name: str
    levels: tuple[NDArray[np.uint16], ...]
    size: tuple[int, int]
    step: int
    usual: tuple[int, int]
    tags: Mapping[str, str]


def read_picture(item: Input) -> Picture:
    """Raises InputProblem as media.image.read_image does."""
    image = read_image(read_bytes(item), item.name)
    height, width = image.pixels.shape
    step = 1
    while (height // step) * (width // step) > MAX_SHOWN:
        step += 1
    first = (image.pixels[::step, ::step] * TOP + 0.5).astype(np.uint16)
    levels = [first]
    while min(levels[-1].shape) >= 2 * SMALLEST:
        levels.append(_halved(levels[-1]))
    low, high = np.percentile(levels[-1], (0.5, 99.5))
    return Picture(item.name, tuple(levels), (width, height), step, (int(low), int(high)), image.tags)


def _halved(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Means of 2 × 2 pixels; an odd last row or column goes."""
    height, width = (side // 2 * 2 for side in pixels.shape)
    even = pixels[:height, :width]
    rows = even[::2].astype(np.uint32) + even[1::2]
    return ((rows[:, ::2] + rows[:, 1::2] + 2) // 4).astype(np.uint16)
