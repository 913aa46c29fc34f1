"""Lookup tables of DICOM files, PS3.3, C.11.1.1, C.11.2.1.1 and C.7.6.3.1.5, as devices write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The values from `first` on have these `entries` (uint16) of `bits`; below and above, the outermost."""

    first: int
    entries: NDArray[np.uint16]
    bits: int

    def of(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        return self.entries[np.clip(values.astype(np.int64) - self.first, 0, len(self.entries) - 1)]


def table_of(item: Dataset, most: float, little: bool, kind: str = "LUT") -> Table:
    """The table in an item of a sequence, or of one colour of a palette, its `kind`. `most` is the greatest
    value that there is: a table that would begin beyond it begins below 0, written without its sign.
    `little`: the byte order of the file. Raises ValueError."""
    count, first, bits = item[f"{kind}Descriptor"].value
    count = count or 2**16
    data = item[f"{kind}Data"].value
    if isinstance(data, bytes):
        words = np.frombuffer(data + bytes(len(data) % 2), "<u2" if little else ">u2").astype(np.uint16)
    else:
        words = np.array(data if isinstance(data, Sequence) else [data]).astype(np.uint16)
    if len(words) < count:  # two entries of 8 bits in a word, the first one in its lower half
        words = words.astype("<u2").view(np.uint8).astype(np.uint16)
    if len(words) < count:
        raise ValueError("truncated table")
    return Table(first - 2**16 if first >= 2**15 and first > most else first, words[:count], bits)
