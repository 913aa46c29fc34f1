"""The inputs of a record as one text and sheets of values; in a background thread, no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.clinical.parts import Part, Whole
from mmdesk.media.clinical.values import LabValue
from mmdesk.media.files import Format, identify, read_bytes
from mmdesk.media.text import MAX_CHARACTERS, too_long
from mmdesk.vocabulary import Vocabulary

TYPED = "typed text"
Values = Mapping[bytes, tuple[LabValue, ...]]  # of sheets by their bytes


@dataclass(frozen=True, slots=True)
class Read:
    """The text of a record and its name, its sheets and their values, and why others could not be read."""

    text: str = ""
    name: str = TYPED
    sheets: tuple[Input, ...] = ()
    values: Values = field(default_factory=dict)
    problems: tuple[InputProblem, ...] = ()


def read_all(items: tuple[Input, ...], known: Values) -> Read:
    """All that can be read, texts as one, and why the others cannot."""
    texts: list[str] = []
    names: list[str] = []
    sheets: list[Input] = []
    problems: list[InputProblem] = []
    values: dict[bytes, tuple[LabValue, ...]] = {}
    for item in items:
        try:
            data = read_bytes(item)
            read = known[data] if data in known and not item.typed else _read(item, data)
        except InputProblem as problem:
            problems.append(problem)
            continue
        if isinstance(read, str):
            texts.append(read)
            names.append(item.name)
        else:
            values[data] = read
            sheets.append(replace(item, path=None, data=data))
    text, name = "\n\n".join(texts), ", ".join(names) or TYPED
    if len(text) > MAX_CHARACTERS:
        return Read("", TYPED, tuple(sheets), values, (*problems, too_long(name)))
    return Read(text, name, tuple(sheets), values, tuple(problems))


def _read(item: Input, data: bytes) -> str | tuple[LabValue, ...]:
    return read_record(data, item.name, Format.TEXT if item.typed else identify(data, item.name))


def whole_of(text: str, sheets: tuple[Part, ...], vocabulary: Vocabulary) -> tuple[str, Whole]:
    """What the record states, and the text that was asked about."""
    from mmdesk.media.clinical.whole import together  # its patterns take a moment to compile

    return text, together((Part(TYPED, text), *sheets), vocabulary)
