"""A picture to look at: its values at several sizes, so that any part of it is drawn quickly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.checks import check_contrast
from mmdesk.media.frame import PERCENT, Frame, Marks
from mmdesk.media.rows import extent, filled
from mmdesk.media.stack import Stack, open_stack, read_place
from mmdesk.media.voi import Shown, Window

TOP = 65535
SMALL = 512 * 512  # pixels of a level that needs no smaller one
BAND = 2**22  # pixels that are halved at once
TRIES = 9  # slices that are tried until one is whole
SAMPLE = 2**16  # pixels that tell the usual range
WHOLE = Window(TOP / 2, TOP)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """levels: (height, width) uint16 arrays, or (height, width, 3) uint8 of a picture in colours, the first
    as in the file, each other half as large as the one before. A level's value is low + level × step, in the
    file's own `unit`; where that is PERCENT, 0 is black and TOP white, also of colours. `usual`: the values
    below and above which 0.5% of the pixels lie; `range`: the least and the greatest. It is shown by the
    first of `shown` and then, for `inverted`, turned round. tags, marks, warning: as in media.frame.
    `planes`, `plane` and `index`: of which stack it is which slice, as in media.stack."""

    name: str
    levels: tuple[NDArray[Any], ...]
    usual: tuple[float, float]
    tags: Mapping[str, str]
    low: float = 0.0
    step: float = 1.0
    range: tuple[float, float] = (0, TOP)
    shown: tuple[Shown, ...] = (WHOLE,)
    inverted: bool = False
    unit: str = PERCENT
    marks: Marks = field(default_factory=Marks)
    warning: str = ""
    planes: Mapping[str, int] = field(default_factory=dict)
    plane: str = ""
    index: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)"""
        height, width = self.levels[0].shape[:2]
        return width, height

    @property
    def aspect(self) -> float:
        """How high a pixel is for its width."""
        rows, columns = self.marks.spacing or (self.marks.aspect, 1.0)
        return rows / columns

    @property
    def nbytes(self) -> int:
        return sum(level.nbytes for level in self.levels)

    def table(self, window: Shown, inverted: bool = False) -> NDArray[np.uint8]:
        """The grey of 0 to 255 for every level, by a window of values; `inverted` turns it round."""
        count = 256 if self.levels[0].dtype == np.uint8 else TOP + 1
        greys = np.rint(window.shown(self.low + self.step * np.arange(count)) * 255).astype(np.uint8)
        return 255 - greys if inverted != self.inverted else greys


def read_picture(item: Input) -> Picture:
    """The slice that is read of an input; where that is damaged, one near it, so that the others can be
    looked at. Raises InputProblem as media.image.read_image does."""
    stack = open_stack(item)
    planes = stack.planes
    frame, plane, index = _nearest(stack, *read_place(item, planes))
    del stack  # the file: the picture may be as large as the memory that is left
    several = sum(planes.values()) > 1
    return replace(picture_of(frame, item.name, not several), planes=planes, plane=plane, index=index)


def _nearest(stack: Stack, plane: str, wanted: int) -> tuple[Frame, str, int]:
    first: InputProblem | None = None
    for index in sorted(range(stack.planes[plane]), key=lambda index: abs(index - wanted))[:TRIES]:
        try:
            return stack.frame(plane, index), plane, index
        except InputProblem as problem:
            first = first or problem
    assert first is not None  # a plane has one slice at least
    raise first


def slice_of(stack: Stack, plane: str, index: int) -> Picture:
    """A slice among others: it may be empty. Raises InputProblem where it is damaged."""
    picture = picture_of(stack.frame(plane, index), stack.name, alone=False)
    return replace(picture, planes=stack.planes, plane=plane, index=index)


def picture_of(frame: Frame, name: str, alone: bool = True) -> Picture:
    """Raises InputProblem for a picture without contrast, where it is no slice among others."""
    if frame.unit == PERCENT:
        return _percent(frame, name, alone)
    first, low, step = _exact(frame) if frame.stored is not None else _stepped(frame)
    high = low + step * int(first.max())
    if alone:
        check_contrast(low, high, name)
    levels = _levels(first)
    return Picture(
        name, levels, _usual(levels[-1], low, step), frame.tags, low, step, (low, high), frame.shown,
        frame.inverted, frame.unit, frame.marks, frame.warning,
    )  # fmt: skip


def _exact(frame: Frame) -> tuple[NDArray[np.uint16], float, float]:
    """Levels that are the stored values from the least one on; the least value and the step between two."""
    stored = frame.stored
    assert stored is not None
    least = int(stored.min())
    # Counted round: what is negative comes out right. In rows, as Qt wants them: a cut of a volume is not.
    levels: NDArray[np.uint16] = stored.astype(np.uint16, order="C")
    levels -= np.uint16(least % 2**16)
    low = least * frame.slope + frame.intercept
    if frame.slope > 0:
        return levels, low, frame.slope
    most = int(levels.max())
    return np.uint16(most) - levels, low + most * frame.slope, -frame.slope


def _stepped(frame: Frame) -> tuple[NDArray[np.uint16], float, float]:
    """The same of values of any kind, in as many steps as there are levels: they are off by half a step at
    most."""
    low, high = extent(frame.shape, frame.values)
    step = (high - low) / TOP or 1.0
    return filled(frame.shape, lambda rows: np.rint((frame.values(rows) - low) / step), np.uint16), low, step


def _percent(frame: Frame, name: str, alone: bool) -> Picture:
    """Stretched as the file wants it shown, or in its colours."""
    if alone:
        check_contrast(*extent(frame.shape, frame.values), name)
    if frame.colours is None:
        pixels = frame.pixels()
        pixels *= TOP  # overwritten: it may be as large as the memory that is left
        pixels += 0.5
        levels = _levels(pixels.astype(np.uint16))
        step = 1.0
    else:
        levels = _levels(filled(frame.shape, frame.colours, np.uint8, channels=3))
        step = TOP / 255
    usual = _usual(levels[-1], 0.0, step)
    return Picture(name, levels, usual, frame.tags, step=step, marks=frame.marks, warning=frame.warning)


def _usual(level: NDArray[Any], low: float, step: float) -> tuple[float, float]:
    values = level.ravel()
    values = values[:: max(1, values.size // SAMPLE)]
    rank = round(0.005 * (len(values) - 1))  # np.percentile sorts them all
    least, most = np.partition(values, (rank, -1 - rank))[[rank, -1 - rank]]
    return low + step * int(least), low + step * int(most)


def _levels(first: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    levels = [first]
    while np.prod(levels[-1].shape[:2]) > SMALL and min(levels[-1].shape[:2]) >= 2:
        levels.append(_halved(levels[-1]))
    return tuple(levels)


def _halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Means of 2 × 2 pixels; an odd last row or column goes."""
    height, width = (side // 2 for side in pixels.shape[:2])
    half = np.empty((height, width, *pixels.shape[2:]), pixels.dtype)
    step = max(1, BAND // pixels.shape[1])
    for top in range(0, height, step):
        even = pixels[2 * top : 2 * min(top + step, height), : 2 * width]
        rows = even[::2].astype(np.uint32) + even[1::2]
        half[top : top + step] = (rows[:, ::2] + rows[:, 1::2] + 2) // 4
    return half
