"""The record: bytes to text."""

import codecs
import re
from collections.abc import Iterator

from mmdesk.errors import InputProblem

MAX_CHARACTERS = 200_000
PIECE, REACH = 8192, 1024  # characters

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SAVE_AS_TEXT = "Save the record as plain text (UTF-8) and open it again."


def read_text(data: bytes, name: str) -> str:
    """The text of a record in UTF-8, UTF-16 with its mark, or else Windows-1252; lines end in a newline.

    Raises InputProblem where the bytes are no text, the text is empty or longer than MAX_CHARACTERS.
    """
    try:
        text = decode(data[: 4 * MAX_CHARACTERS + 4])
    except UnicodeDecodeError:
        raise InputProblem(name, "the record is not plain text", _SAVE_AS_TEXT) from None
    if "\0" in text or len(_CONTROL.findall(text)) * 100 > len(text):
        raise InputProblem(name, "the record is not plain text", _SAVE_AS_TEXT)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputProblem(name, "the record is empty", "Type or open a record with some text.")
    if len(text) > MAX_CHARACTERS:
        raise too_long(name)
    return text


def too_long(name: str) -> InputProblem:
    problem = f"the record is longer than {MAX_CHARACTERS:,} characters"
    return InputProblem(name, problem, "Open only the part that belongs to this case.")


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or else Windows-1252. Raises UnicodeDecodeError."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """As pattern.finditer, a piece of the text at a time: a search holds Python's lock until it finds
    something, and the window waits meanwhile. A match, with what the pattern looks at behind it, is no longer
    than REACH."""
    start = 0
    for end in range(PIECE, len(text) + PIECE, PIECE):
        for found in pattern.finditer(text, start, end + REACH):
            if found.start() >= end:
                break
            start = found.end()
            yield found
        start = max(start, end)
