"""One picture as a file holds it: its values, how it wants them shown, and what lies where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdesk.media.rows import Part, Shape, filled
from mmdesk.media.voi import Shown

PERCENT = "%"  # the unit of a picture whose values mean nothing but light


@dataclass(frozen=True, slots=True)
class Marks:
    """What a reader looks for in the corners and at the edges.

    `edges`: where the left, right, upper and lower edge point in the patient, in letters of DICOM PS3.3
    C.7.6.1.1.1 (R, L, A, P, H, F); `spacing`: mm between rows and between columns; `at_detector`: that was
    measured at the detector, not in the patient; `aspect`: how high a pixel is for its width where no spacing
    says so; `thickness`: of the slice, in mm; `place`: along the
    stack, in mm; `laterality`: L, R or B; `lossy`: the compression lost something, `ratio` how much it
    saved."""

    edges: tuple[str, str, str, str] | None = None
    spacing: tuple[float, float] | None = None
    at_detector: bool = False
    aspect: float = 1.0
    thickness: float | None = None
    place: float | None = None
    laterality: str = ""
    lossy: bool = False
    ratio: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """`values` gives some rows (rows, width) in the file's own `unit`. They are shown by the first of `shown`
    and then, for `inverted`, turned round. Where they are whole numbers of 16 bits at most times `slope`,
    plus `intercept`, these are `stored`. `colours` gives rows (rows, width, 3) uint8 of a picture that has
    colours. `tags` are what a DICOM file says of the picture by keyword, never of the patient; `warning` is
    what should be looked at before it is passed on."""

    shape: Shape
    values: Part
    shown: tuple[Shown, ...]
    inverted: bool = False
    unit: str = ""
    stored: NDArray[Any] | None = None
    slope: float = 1.0
    intercept: float = 0.0
    colours: Part | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    warning: str = ""

    def pixels(self, window: Shown | None = None) -> NDArray[np.float32]:
        """(height, width) in [0, 1], 0 black: as the file wants it shown, or by another window."""
        shown = window or self.shown[0]

        def part(rows: slice) -> NDArray[Any]:
            greys = shown.shown(self.values(rows))
            return 1 - greys if self.inverted else greys

        return filled(self.shape, part)
