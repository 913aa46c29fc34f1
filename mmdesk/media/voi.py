"""How values become greys: windows and curves, DICOM PS3.3, C.11.2 and C.11.8."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """Values around `center` become greys, `width` of them; `function` is LINEAR, LINEAR_EXACT or SIGMOID
    (C.11.2.1.2 and .3), `title` what a file calls it."""

    center: float
    width: float
    function: str = "LINEAR_EXACT"
    title: str = ""

    def shown(self, values: NDArray[Any]) -> Floats:
        """Values to [0, 1]."""
        values = values.astype(np.float64)
        with np.errstate(over="ignore"):  # of a window next to nothing wide
            if self.function == "SIGMOID":
                return 1 / (1 + np.exp(np.clip(-4 * (values - self.center) / self.width, -500, 500)))
            if self.function == "LINEAR":
                return np.clip((values - (self.center - 0.5)) / max(self.width - 1, 1e-9) + 0.5, 0, 1)
            low = self.center - self.width / 2
            return np.clip((values - low) / self.width, 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A VOI LUT: the values from `first` on have the `greys` in [0, 1]; below and above, the outermost."""

    first: float
    greys: Floats
    title: str = ""

    @property
    def center(self) -> float:
        return self.first + self.width / 2

    @property
    def width(self) -> float:
        return float(len(self.greys))

    def shown(self, values: NDArray[Any]) -> Floats:
        """Values to [0, 1]."""
        places = np.clip(values.astype(np.float64) - self.first, 0, len(self.greys) - 1)
        greys: Floats = self.greys[places.astype(np.intp)]
        return greys


Shown = Window | Curve


def whole(low: float, high: float) -> Window:
    """From least to most."""
    return Window((low + high) / 2, max(high - low, float(np.finfo(np.float64).tiny)))
