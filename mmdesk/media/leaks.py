"""Reads a DICOM file that was de-identified as a stranger would: is anything of the patient left in it?

Independent of how it was made: what the original said of the patient is looked for in every attribute and
in every byte of the result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pydicom import DataElement, Dataset, dcmread
from pydicom.datadict import keyword_for_tag

from mmdesk.media.confidentiality import DATES, Action, action_of

_SHORTEST = 6  # characters of a word that is looked for in the bytes; shorter ones come up by chance
_VARIED = 4  # different characters in it: "000000" is a grey as well
_NAMED = 3  # characters of a name that is looked for in attributes of free text
_NUMBERS = frozenset({
    "PatientID", "OtherPatientIDs", "AccessionNumber", "AdmissionID", "MedicalRecordLocator",
    "PatientAddress", "PatientTelephoneNumbers", "InsurancePlanIdentification", "RequestedProcedureID",
    "ServiceEpisodeID", "PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest",
})  # fmt: skip
_CHARSETS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "shift_jis", "euc_kr", "gb18030", "iso8859-5")
_ADDED = "dicom ps3.15 basic application confidentiality profile removed 19000101000000"  # in every result
_PIECE = 2**20  # bytes
_PARTS = re.compile(r"[\^=\\\s,]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file says of people: `words` of names, numbers and dates, and `values` by attribute; `uids`
    are those of its own."""

    words: frozenset[str]
    values: frozenset[tuple[int, str]]
    uids: frozenset[str]

    @classmethod
    def of(cls, dataset: Dataset) -> "Identity":
        words: set[str] = set()
        values: set[tuple[int, str]] = set()
        uids: set[str] = set()
        for element in _all(dataset):
            action = action_of(element.tag, element.VR, element.value if element.VR == "UI" else None)
            texts = _texts(element)
            if action is Action.MAP:
                uids.update(texts)
            elif action is not Action.KEEP and element.VR != "SQ":
                values.update((int(element.tag), text) for text in texts)
                if element.VR == "PN" or element.keyword in _NUMBERS:
                    words.update(part for text in texts for part in (text, *_PARTS.split(text)))
                elif element.VR in DATES - {"TM"}:
                    words.update(text[:8] for text in texts)
        return cls(frozenset(words - {""}), frozenset(values), frozenset(uids))

    def named_in(self, value: object) -> bool:
        """Whether a text that may stay has a word of a name, a number or a date in it."""
        inside = {part.lower() for part in re.split(r"[\W_]+", str(value))}
        text = str(value).lower()
        return any(
            word.lower() in inside or (len(word) >= _SHORTEST and word.lower() in text)
            for word in self.words
            if len(word) >= _NAMED
        )


def left_in(data: bytes, before: Identity) -> str | None:
    """The keyword of an attribute in which something of the original is left, "bytes" where it lies in the
    pixels or in another value of bytes; None where there is nothing."""
    dataset = dcmread(BytesIO(data))
    if any(data[:128]):
        return "preamble"
    for element in _all(dataset):
        action = action_of(element.tag, element.VR, element.value if element.VR == "UI" else None)
        if action is Action.REMOVE or (action is Action.EMPTY and element.value):
            return keyword_for_tag(element.tag) or str(element.tag)
        texts = _texts(element)
        same = any((int(element.tag), text) in before.values for text in texts) and not _is_dummy(element)
        if (action is Action.REPLACE and same) or (element.VR == "UI" and before.uids.intersection(texts)):
            return str(element.keyword)
    return _in_bytes(data, before)


def _in_bytes(data: bytes, before: Identity) -> str | None:
    long = {word for word in before.words if len(word) >= _SHORTEST and len(set(word)) >= _VARIED}
    long |= {uid for uid in before.uids if len(uid) > 2 * _SHORTEST}
    long = {word for word in long if word.lower() not in _ADDED}
    spelled = {_encoded(word, charset) for word in long for charset in _CHARSETS}
    for spelling in spelled - {b""}:
        for place in _places(data, spelling):
            around = data[place - 1 : place] + data[place + len(spelling) : place + len(spelling) + 1]
            if not re.search(rb"[\w.]", around):
                return "bytes"
    return None


def _places(data: bytes, spelling: bytes) -> Iterator[int]:
    """A piece at a time: a search holds Python's lock, and the window waits meanwhile."""
    for start in range(0, len(data), _PIECE):
        end = start + _PIECE + len(spelling) - 1
        place = data.find(spelling, start, end)
        while place >= 0:
            yield place
            place = data.find(spelling, place + 1, end)


def _encoded(word: str, charset: str) -> bytes:
    try:
        return word.encode(charset)
    except UnicodeEncodeError:
        return b""


def _is_dummy(element: DataElement) -> bool:
    """An original may have held the very dummy, as a file does that was cleaned before."""
    return str(element.value) in ("REMOVED", "19000101", "000000", "19000101000000", "000D", "0", "0.0")


def _texts(element: DataElement) -> list[str]:
    if element.VR == "SQ" or isinstance(element.value, bytes) or element.value is None:
        return []
    values = element.value if element.VM > 1 else [element.value]
    return [text for value in values if (text := str(value).strip("\0 "))]


def _all(dataset: Dataset) -> Iterator[DataElement]:
    for element in dataset:
        yield element
        for item in element.value or () if element.VR == "SQ" else ():
            yield from _all(item)
