"""A picture to look at: 16-bit grey at several sizes, so that any part of it is drawn quickly."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.media.files import read_bytes
from mmdesk.media.image import Image, read_image

TOP = 65535
SMALL = 512 * 512  # pixels of a level that needs no smaller one
BAND = 2**22  # pixels that are halved at once


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """levels: (height, width) uint16 arrays, 0 black and 65535 white, the first as in the file, each
    other half as large as the one before; usual: the values below and above which 0.5% of the pixels
    lie; tags: as in media.image."""

    name: str
    levels: tuple[NDArray[np.uint16], ...]
    usual: tuple[int, int]
    tags: Mapping[str, str]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)"""
        height, width = self.levels[0].shape
        return width, height

    @property
    def nbytes(self) -> int:
        return sum(level.nbytes for level in self.levels)


def read_picture(item: Input) -> Picture:
    """Raises InputProblem as media.image.read_image does. The image it reads is not kept."""
    first, tags = _greys(read_image(read_bytes(item), item.name))
    levels = [first]
    while levels[-1].size > SMALL and min(levels[-1].shape) >= 2:
        levels.append(_halved(levels[-1]))
    low, high = np.percentile(levels[-1], (0.5, 99.5))
    return Picture(item.name, tuple(levels), (int(low), int(high)), tags)


def _greys(image: Image) -> tuple[NDArray[np.uint16], Mapping[str, str]]:
    """Its pixels are overwritten: they may be as large as the memory that is left."""
    pixels = image.pixels
    pixels *= TOP
    pixels += 0.5
    return pixels.astype(np.uint16), image.tags


def _halved(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Means of 2 × 2 pixels; an odd last row or column goes."""
    height, width = (side // 2 for side in pixels.shape)
    half = np.empty((height, width), np.uint16)
    step = max(1, BAND // pixels.shape[1])
    for top in range(0, height, step):
        even = pixels[2 * top : 2 * min(top + step, height), : 2 * width]
        rows = even[::2].astype(np.uint32) + even[1::2]
        half[top : top + step] = (rows[:, ::2] + rows[:, 1::2] + 2) // 4
    return half
