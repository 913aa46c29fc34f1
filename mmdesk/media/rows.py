"""A picture worked on in bands of its rows, so that what is made on the way stays small."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

BAND = 2**20  # pixels

Shape = tuple[int, int]  # height, width
Part = Callable[[slice], NDArray[Any]]  # some rows of a picture → (rows, width)


def filled(shape: Shape, part: Part, dtype: DTypeLike = np.float32, channels: int = 0) -> NDArray[Any]:
    """The whole picture, put together of its parts; with `channels` colours, or without that axis."""
    pixels = np.empty((*shape, channels) if channels else shape, dtype)
    for rows in _bands(shape):
        pixels[rows] = part(rows)
    return pixels


def extent(shape: Shape, part: Part) -> tuple[float, float]:
    """The least and the greatest value of the picture."""
    ends = [(float(values.min()), float(values.max())) for values in map(part, _bands(shape))]
    low, high = np.array(ends).T
    return float(low.min()), float(high.max())  # numpy's, for which NaN is less and greater than all


def unit(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Unsigned integers to [0, 1] by the whole range of their type."""
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _bands(shape: Shape) -> Iterator[slice]:
    height, width = shape
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
