"""What a picture must be to be read, and what is said where it is not."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from mmdesk.errors import InputProblem
from mmdesk.media.files import HEAD, MAX_BYTES, inflated

MAX_PIXELS = 64 * 2**20  # a radiograph has 20 megapixels, a mammogram 30; this many take 0.9 GB to read
MAX_DEPTH = 32  # bits of a pixel as the file is decoded; where it has more, the limit is lower
MIN_SIDE = 16

_DEFLATED = b"1.2.840.10008.1.2.1.99"  # PS3.5, A.5: the transfer syntax
_END = (EOFError, IndexError, TypeError, struct.error)  # of damage, what a read past the end gives
_AGAIN = "Export or copy it again."


def damage() -> tuple[type[Exception], ...]:
    """What Pillow and pydicom raise for damaged files, found by cutting and flipping bits. A function, since
    pictures that are no DICOM are read without pydicom, which takes 0.1 s to import and 30 MB."""
    from pydicom.errors import BytesLengthException

    return (
        AttributeError,
        BytesLengthException,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
        struct.error,
        zlib.error,
    )


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """What the libraries raise for a damaged file leaves as an InputProblem."""
    try:
        # Both libraries warn of what they mend. The filter is global to the process until Python 3.14.
        with warnings.catch_warnings(action="ignore"):
            yield
    except damage() as error:
        reason = str(error).lower()
        cut = isinstance(error.__cause__ or error, _END) or "truncated" in reason or "less than exp" in reason
        problem = "the file ends before the picture does" if cut else "the picture in it is damaged"
        raise InputProblem(name, problem, _AGAIN) from error


def check_contrast(low: float, high: float, name: str) -> None:
    if low == high:
        raise InputProblem(name, "the picture has no contrast, all of it is one grey", _AGAIN)


def check_size(width: int, height: int, name: str, depth: int = MAX_DEPTH) -> None:
    """By what the file's head says, before it is decoded; depth: bits of a pixel."""
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise InputProblem(name, f"the picture has more than {limit} megapixels", "Export it smaller.")
    if width * height * depth > MAX_PIXELS * MAX_DEPTH:
        limit = MAX_PIXELS * MAX_DEPTH // 8 // 2**20
        raise InputProblem(name, f"the picture takes more than {limit} MB", "Export it smaller.")
    if min(width, height) < MIN_SIDE:
        problem = f"the picture is only {width} by {height} pixels"
        raise InputProblem(name, problem, f"Export it with at least {MIN_SIDE} pixels on each side.")


def is_deflated(head: bytes) -> bool:
    """Whether these are the first bytes of a deflated DICOM file."""
    return head.startswith(b"DICM", 128) and _DEFLATED in head[:HEAD]


def check_inflated(data: bytes, name: str) -> None:
    """A deflated DICOM file is inflated whole when it is read: not where that is too much."""
    if not is_deflated(data):
        return
    start = 144 + int.from_bytes(data[140:144], "little")  # PS3.10, 7.1: the length of the file's head
    size = 0
    for piece in inflated(data, -zlib.MAX_WBITS, start):
        size += len(piece)
        if size > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise InputProblem(name, f"unpacked, the file is larger than {limit} MB", "Export it smaller.")
