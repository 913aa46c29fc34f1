"""Which DICOM files make up a series, and in which order: by where they lie, not by their names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from pydicom import Dataset, dcmread
from pydicom.config import IGNORE
from pydicom.tag import Tag
from pydicom.uid import UID, RLELossless

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox
from mmdesk.media.archives import is_below
from mmdesk.media.checks import check_inflated, damage_told, is_deflated
from mmdesk.media.files import HEAD
from mmdesk.media.geometry import normal_of, numbers, place_of

_READ = [
    Tag(keyword)  # here and not for each file
    for keyword in (
        "SOPClassUID", "SeriesInstanceUID", "SeriesDescription", "SeriesNumber", "Modality",
        "InstanceNumber", "AcquisitionTime", "AcquisitionNumber", "TemporalPositionIdentifier", "EchoNumbers",
        "ImageOrientationPatient", "ImagePositionPatient", "SliceLocation", "NumberOfFrames", "Rows",
        "Columns", "SOPInstanceUID",
    )
]  # fmt: skip
_LATER = "EchoNumbers", "TemporalPositionIdentifier", "AcquisitionNumber", "AcquisitionTime"
_DICOMDIR = "1.2.840.10008.1.3.10"
_JPEG = "1.2.840.10008.1.2.4."  # how the transfer syntaxes of all its kinds begin
# Documents, contours, plans and states of a display, which lie beside the pictures. PS3.3, C.7.3.1.1.1
_NO_PICTURES = (
    "DOC", "FID", "KO", "PLAN", "PR", "REG", "RTPLAN", "RTRECORD", "RTSTRUCT", "RWV", "SMR", "SR",
)  # fmt: skip
_VIEWS = "CR", "DX", "IO", "MG", "PX", "RG"
Opener = Callable[[str], BinaryIO]


@dataclass(frozen=True, slots=True)
class Series:
    """`title` is what the file calls it; `files` in order of place. One file may be a picture by itself."""

    title: str
    files: tuple[str, ...]


def series_of(names: Iterable[str], open_: Opener) -> tuple[list[Series], list[str]]:
    """The series that files make up, in order of their numbers, and the files that hold no picture, such as
    reports; `open_` opens one of them, of which the header is read. A file of several frames is by itself,
    and so is what cannot be read: reading it will say why. A copy of a slice counts once."""
    found: dict[tuple[str, ...], list[_Slice]] = {}
    headers: dict[tuple[str, ...], Dataset] = {}
    known: set[tuple[tuple[str, ...], str, _Slice]] = set()
    others: list[str] = []
    begun = False
    for name in names:
        header = _header(open_, name)
        if header is not None and _is_no_picture(header):
            others.append(name)
            continue
        if not begun and header is not None and _is_compressed(header):
            sandbox.begin()  # it starts while the other headers are read
            begun = True
        key = (name,) if header is None else _key(header, name)
        header = header or Dataset()
        slice_ = _Slice.of(header)
        uid = str(header.get("SOPInstanceUID") or "")
        if uid and len(key) > 1 and (key, uid, slice_) in known:
            continue
        known.add((key, uid, slice_))
        headers.setdefault(key, header)
        found.setdefault(key, []).append(replace(slice_, name=name))
    series = []
    for key, files in found.items():
        header = headers[key]
        title = str(header.get("SeriesDescription") or header.get("Modality") or "").strip()
        series.append((_number(header), Series(title, _in_order(files))))
    return [one for _, one in sorted(series, key=lambda pair: pair[0])], others


def is_directory(data: bytes) -> bool:
    """Whether these are the first bytes of a DICOMDIR."""
    return data.startswith(b"DICM", 128) and _DICOMDIR.encode() in data[:512]


def listed(data: bytes, name: str) -> list[str]:
    """The files that a DICOMDIR names, as paths below its folder. Raises InputProblem."""
    with damage_told(name):
        directory = dcmread(BytesIO(data), force=True)
        found = []
        for record in directory.get("DirectoryRecordSequence") or ():
            parts = record.get("ReferencedFileID")
            if parts:
                parts = [parts] if isinstance(parts, str) else list(parts)
                found.append(str(PurePosixPath(*map(str, parts))))
    inside = [path for path in dict.fromkeys(found) if is_below(path)]
    if not inside:
        raise InputProblem(name, "this directory names no files", "Give the folder with the images.")
    return inside


def _header(open_: Opener, name: str) -> Dataset | None:
    try:
        with damage_told(name):
            with open_(name) as file:
                head = file.read(HEAD)
                if is_deflated(head):  # then it is read whole
                    check_inflated(head + file.read(), name)
                file.seek(0)
                header = dcmread(file, force=True, stop_before_pixels=True, specific_tags=_READ)
            for element in (*header.file_meta, *header):
                element.value  # noqa: B018 (decoded now, where damage is told)
            return header
    except InputProblem:
        return None


def _is_no_picture(header: Dataset) -> bool:
    """By its modality, or by its class where pydicom knows that (PS3.4, table B.5-1)."""
    kind = UID(str(header.get("SOPClassUID") or ""), IGNORE)
    known = kind.name != kind and "Image" not in kind.name
    return "Rows" not in header and (known or str(header.get("Modality") or "").strip() in _NO_PICTURES)


def _is_compressed(header: Dataset) -> bool:
    syntax = str(header.file_meta.get("TransferSyntaxUID") or "")
    return syntax.startswith(_JPEG) or syntax == RLELossless


def _key(header: Dataset, name: str) -> tuple[str, ...]:
    """Slices of one key lie in one stack: of one series, size and direction; the views of a radiograph, which
    have no place in space, in none."""
    uid = str(header.get("SeriesInstanceUID") or "")
    view = str(header.get("Modality") or "").strip() in _VIEWS and place_of(header) is None
    if view or not uid or (numbers(header, "NumberOfFrames", 1) or (1.0,))[0] > 1:
        return (name,)
    normal = normal_of(header)
    direction = "" if normal is None else str([round(part, 1) + 0.0 for part in normal])
    return uid, str(header.get("Rows")), str(header.get("Columns")), direction


@dataclass(frozen=True, slots=True)
class _Slice:
    """Where a file says that it lies, in mm, and by which number; `later` tells slices of one place apart."""

    place: float | None
    location: float | None
    later: tuple[float, ...]
    number: float
    name: str = ""

    @classmethod
    def of(cls, header: Dataset) -> "_Slice":
        place = place_of(header)
        location = next(iter(numbers(header, "SliceLocation", 1) or ()), None)
        later = tuple(next(iter(numbers(header, keyword, None) or ()), 0.0) for keyword in _LATER)
        number = (numbers(header, "InstanceNumber", 1) or (0.0,))[0]
        return cls(None if place is None else round(place, 3), location, later, number)


def _in_order(files: Sequence[_Slice]) -> tuple[str, ...]:
    """By place, those of one place by echo and by time; where one has no place, by number."""
    placed = all(file.place is not None for file in files)
    located = not placed and all(file.location is not None for file in files)

    def order(file: _Slice) -> tuple[object, ...]:
        if placed or located:
            return file.place if placed else file.location, *file.later, file.number, file.name
        return file.number, *file.later, file.name

    return tuple(file.name for file in sorted(files, key=order))


def _number(header: Dataset) -> float:
    return (numbers(header, "SeriesNumber", 1) or (0.0,))[0]
