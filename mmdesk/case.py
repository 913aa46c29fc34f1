"""Case: what the user put in. Fact: what the record states. Immutable, with a JSON round trip."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from mmdesk import codec


class Modality(StrEnum):
    IMAGE = "image"
    AUDIO = "audio"
    RECORD = "record"


class Flag(StrEnum):
    """Where a value lies against its range."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Input:
    """One file, folder of slices or pasted content. `name` is shown to people; exactly one of path and data
    is set. What a person chose of it:

    `position` says where on the chest a heart sound was recorded, where known. Where `path` is a folder or
    the content is an archive, `slices` are the files in it that make up one series, in order of place. Of a
    stack of slices, `plane` is how a volume is cut (axial, coronal or sagittal) and `frame` the slice that is
    read, from 0, None for the one in the middle; with `every` all others are scored as well. The values of a
    laboratory sheet count once they are `confirmed`, all but the rows that are `struck`. Text that was
    `typed` is read as it stands, even where it looks like a sheet.
    """

    name: str
    path: str | None = None
    data: bytes | None = None
    position: str | None = None
    slices: tuple[str, ...] = ()
    plane: str | None = None
    frame: int | None = None
    every: bool = False
    confirmed: bool = False
    struck: tuple[int, ...] = ()
    typed: bool = False

    def __post_init__(self) -> None:
        if (self.path is None) == (self.data is None):
            raise ValueError("an input has either a path or data")

    @classmethod
    def from_path(cls, path: str | Path, position: str | None = None) -> Self:
        return cls(name=Path(path).name, path=str(path), position=position)

    @classmethod
    def from_text(cls, text: str, name: str = "typed text") -> Self:
        return cls(name=name, data=text.encode(), typed=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the record states.

    `name` is a term of the pack's vocabulary. `value` is a number in `unit`, a category, or for a
    complaint whether it is there (True) or denied (False). `range` is (low, high), None where
    open; `span` is the place in the text as (start, end) characters. A fact that was imported has none: it
    has an `origin`, the file and the place in it, and a `date` where the file says one, ISO 8601.
    """

    name: str
    value: float | bool | str
    unit: str | None = None
    range: tuple[float | None, float | None] | None = None
    flag: Flag | None = None
    span: tuple[int, int] = (0, 0)
    date: str | None = None
    origin: str | None = None


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Case:
    """Inputs by modality (an absent modality is an absent key) and what is asked of them."""

    inputs: Mapping[Modality, tuple[Input, ...]]
    prompt: str | None = None
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if any(not items for items in self.inputs.values()):
            raise ValueError("a modality without inputs is left out, not empty")

    def to_json(self) -> dict[str, Any]:
        encoded: dict[str, Any] = codec.encode(self)
        return encoded

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        case: Self = codec.decode(cls, value)
        return case
