"""A case as it may leave the machine: DICOM files in it tell of nobody, not even by their names.

A file that cannot be cleaned keeps the case from being saved: leaving it out might lose the only copy, since
a case is saved over the file that it was opened from, and putting it in would tell of a person.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mmdesk.case import Case, Input, Modality
from mmdesk.errors import CaseProblem, InputProblem
from mmdesk.media.files import HEAD, is_dicom, read_head
from mmdesk.report import Origin, Report, Sentence

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.deidentify import Pseudonyms

_WORDS = {Modality.IMAGE: "image", Modality.AUDIO: "recording"}
_REMEDY = "Take it out of the case, or let details stay in (Settings)."


class PassingOn:
    """`case` is the case with neutral names for DICOM files, and `clean` gives their bytes as they may be
    stored. `cleaned` counts them, `look_at` says why their pictures are to be looked at: "" for no reason.
    `bytes_of` finds a copy of a file that is gone."""

    def __init__(self, case: Case, bytes_of: Callable[[Input], bytes | None]) -> None:
        self._kinds: dict[Input, str] = {}  # by the input with its new name
        self._named: dict[tuple[Modality, int], str] = {}  # new names by modality and place
        self._old: dict[str, str] = {}
        self._sums: dict[str, str] = {}  # SHA-256 of what is stored, by new name
        self._names: Pseudonyms | None = None
        self.cleaned, self.look_at = 0, ""
        self._bytes_of = bytes_of
        inputs = {
            modality: tuple(self._renamed(modality, place, item) for place, item in enumerate(items))
            for modality, items in case.inputs.items()
        }
        self.case = replace(case, inputs=inputs)

    def _renamed(self, modality: Modality, place: int, item: Input) -> Input:
        kind = _kind_of(item, self._bytes_of) if modality in _WORDS else None
        if kind is None:
            return item
        number = sum(known is modality for known, _ in self._named) + 1
        name = f"{_WORDS[modality]} {number}{kind}"
        self._named[modality, place] = name
        self._old.setdefault(item.name, name)
        new = replace(item, name=name)
        self._kinds[new] = item.name
        return new

    def clean(self, item: Input, data: bytes) -> bytes:
        """The bytes to be stored for an input of `case`. Raises CaseProblem."""
        old = self._kinds.get(item)
        if old is None:
            return data
        from mmdesk.media.burned_in import burned_in_file  # they import pydicom
        from mmdesk.media.deidentify import Pseudonyms, deidentify, deidentify_series

        self._names = self._names or Pseudonyms()
        try:
            result = (deidentify_series if item.slices else deidentify)(data, old, self._names)
        except InputProblem as problem:
            raise CaseProblem(old, problem.problem, _REMEDY) from problem
        self.cleaned += 1
        self.look_at = self.look_at or burned_in_file(_first(item, data), old) or ""
        self._sums[item.name] = hashlib.sha256(result).hexdigest()
        return result

    def gone(self, item: Input) -> Input:
        """What is stored of an input of `case` whose bytes are nowhere: not its folder, nor its slices, which
        may be named after a person."""
        return replace(item, path=item.name, slices=())

    def report(self, report: Report) -> Report:
        """The same report of the files as they were stored: to be asked for once they are."""
        places = dict.fromkeys(Modality, 0)
        sources = []
        for source in report.provenance.sources:
            name = self._named.get((source.modality, places[source.modality]), source.name)
            places[source.modality] += 1
            sha256 = self._sums.get(name, source.sha256) if source.sha256 else None
            sources.append(replace(source, name=name, sha256=sha256))
        sections = tuple(
            replace(section, sentences=tuple(map(self._sentence, section.sentences)))
            for section in report.sections
        )
        provenance = replace(report.provenance, sources=tuple(sources))
        return replace(report, sections=sections, provenance=provenance)

    def _sentence(self, sentence: Sentence) -> Sentence:
        """Only the pipeline's own words name files."""
        if sentence.origin is not Origin.FIXED or not self._old:
            return sentence
        return replace(sentence, text=_with_names(sentence.text, self._old))


def _first(item: Input, data: bytes) -> bytes:
    """Of a series, its first slice."""
    if not item.slices:
        return data
    from mmdesk.media.archives import Archive

    with Archive(data, item.name) as archive:
        return archive.read(archive.names[0])


def _with_names(text: str, names: Mapping[str, str]) -> str:
    """A file may be called "1": a name is one only where sentences name files (answers.py, refusal.py)."""
    old = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    place = rf"(?:(?<=^)|(?<=; )|(?<=, )|(?<=: )|(?<= and ))({old})(?= was | could not | and |\.$)"
    return re.sub(place, lambda found: names[found[1]], text)


def is_dicom_input(item: Input) -> bool:
    """Whether this is one DICOM file that is there."""
    return _kind_of(item, lambda _: None) == ".dcm"


def _kind_of(item: Input, bytes_of: Callable[[Input], bytes | None]) -> str | None:
    """How the neutral name of a DICOM file ends, "" that of a series, or of a file that nobody can look at;
    None for what is no DICOM. Of a file that is gone the copy counts."""
    if item.slices:
        return ""
    try:
        head = read_head(item)
    except InputProblem:
        head = (bytes_of(item) or b"")[:HEAD]
        if not head:
            return ""
    return ".dcm" if is_dicom(head) else None
