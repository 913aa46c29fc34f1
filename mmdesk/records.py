"""The records of a case, texts and sheets, as the one record that the encoder reads."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from mmdesk.case import Modality
from mmdesk.media.clinical.parts import Part, Taken, Whole, counts
from mmdesk.media.clinical.values import UNKNOWN
from mmdesk.reading import Read

_MOST = 3  # values that are named in one line


def joined(reads: Sequence[Read]) -> list[Read]:
    """The same with all records as one, in the place of the first. What of it counts, and where it comes
    from, is a part of its hash."""
    records = [read for read in reads if read.modality == Modality.RECORD]
    parts = tuple(part for read in records for part in read.parts)
    if len(parts) < 2 and not any(part.values for part in parts):
        return list(reads)
    states = [(read.sha256, read.item.name, read.item.confirmed, read.item.struck) for read in records]
    sha256 = hashlib.sha256(repr(states).encode()).hexdigest()
    one = replace(records[0], sha256=sha256, parts=parts)
    return [one if read is records[0] else read for read in reads if read not in records[1:]]


def notices(parts: Sequence[Part], record: Whole) -> tuple[str, ...]:
    """For each sheet, in one line, what does not count: all of it until somebody confirms it, then the
    values of tests that the pack knows but cannot take."""
    found = []
    for part, taken in zip(parts, record.taken, strict=True):
        if part.values and not part.confirmed:
            found.append(_unconfirmed(part))
        elif left := _left_out(part, taken):
            found.append(f"{part.name}: not counted: {left}")
    return tuple(found)


def _unconfirmed(part: Part) -> str:
    how = "in Record, or by --confirm-labs"
    notice = f"{len(part.values)} imported values do not count until they are confirmed ({how})."
    return f"{part.name}: {notice}"


def _left_out(part: Part, taken: Sequence[Taken]) -> str:
    left = [
        f"{own.value.test} {own.value.text[:20]} ({own.reason})"
        for place, own in enumerate(taken)
        if place not in part.struck and not counts(part, place, own) and own.reason != UNKNOWN
    ]
    more = f", and {len(left) - _MOST} more" if len(left) > _MOST else ""
    return ", ".join(left[:_MOST]) + more
