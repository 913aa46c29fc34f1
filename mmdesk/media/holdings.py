"""What a folder, an archive or a DICOMDIR holds, as inputs of a case: DICOM files by series."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.archives import Archive
from mmdesk.media.files import MAX_BYTES, Format, modality_of, read_bytes, read_head, sniff
from mmdesk.media.series import Opener, is_directory, listed, series_of

MAX_FILES = 20_000  # that are looked at
_OF_VIEWERS = (Format.TEXT, Format.PNG, Format.JPEG, Format.TIFF)
_DEEP = 8  # folders within folders


@dataclass(slots=True)
class Holding:
    """`skipped` are the names of files that are nothing mmdesk reads; `beyond`: there were more files than
    are looked at."""

    inputs: list[tuple[Modality, Input]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    beyond: bool = False


def is_holder(path: Path) -> bool:
    """Whether it is a folder, a ZIP or a DICOMDIR. Raises InputProblem as `read_head` does."""
    if path.is_dir():
        return True
    head = read_head(Input.from_path(path))
    return sniff(head) is Format.ZIP or is_directory(head)


def images_of(path: Path) -> list[Input]:
    """What a path stands for among the images: itself, or the series and pictures that it holds. Raises
    InputProblem where that is none."""
    if not is_holder(path):
        return [Input.from_path(path)]
    found = [item for modality, item in look_into(path).inputs if modality is Modality.IMAGE]
    if not found:
        raise InputProblem(path.name, "there is no image in it", "Name a folder or an archive with images.")
    return found


def look_into(path: Path) -> Holding:
    """By content. Hidden files, links to folders and archives within archives are left out; of a disc, which
    has a DICOMDIR, so are the texts and pictures of its viewer. Raises InputProblem for an archive or a
    DICOMDIR that is damaged."""
    if path.is_dir():
        files = list(islice(files_below(path), MAX_FILES + 1))
        return _sorted_out(path, files[:MAX_FILES], beyond=len(files) > MAX_FILES)
    item = Input.from_path(path)
    if is_directory(read_head(item)):
        root = path.parent
        there = _there(root, listed(read_bytes(item), path.name))
        if not there:
            problem = "the files that it names are not there"
            raise InputProblem(path.name, problem, "Copy the whole disc or folder.")
        return _sorted_out(root, there[:MAX_FILES], beyond=len(there) > MAX_FILES)
    with Archive(str(path), path.name) as archive:
        return _unpacked(path, archive)


def files_below(root: Path) -> Iterator[str]:
    """Relative to it, sorted, folder by folder."""
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if name[0] != "." and len(inside.parts) < _DEEP)
        for name in sorted(files):
            if not name.startswith("."):
                yield (inside / name).as_posix()


def _there(root: Path, names: list[str]) -> list[str]:
    """Of files that a DICOMDIR names, those that are there; copying a disc may change their case."""
    if all((root / name).is_file() for name in names):
        return names
    found = {name.lower(): name for name in islice(files_below(root), MAX_FILES)}
    return [found[name.lower()] for name in names if name.lower() in found]


def _sorted_out(root: Path, names: Iterable[str], beyond: bool) -> Holding:
    holding = Holding(beyond=beyond)

    def head(name: str) -> bytes:
        try:
            return read_head(Input.from_path(root / name))
        except InputProblem:
            return b""

    def open_(name: str) -> BinaryIO:
        return (root / name).open("rb")

    def alone(name: str) -> Input:
        return Input.from_path(root / name)

    _fill(holding, root, ((name, head(name)) for name in names), open_, alone)
    return holding


def _unpacked(path: Path, archive: Archive) -> Holding:
    """The files of an archive that are no slices become inputs with their bytes, of MAX_BYTES together."""
    holding = Holding()
    held = 0

    def alone(name: str) -> Input:
        nonlocal held
        held += archive.size(name)
        if held > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            problem = f"unpacked, its files are larger than {limit} MB"
            raise InputProblem(archive.name, problem, "Unpack it and give the files that matter.")
        return Input(Path(name).name, data=archive.read(name))

    heads = ((name, archive.head(name)) for name in archive.names)
    _fill(holding, path, heads, archive.open, alone)
    return holding


def _fill(
    holding: Holding,
    root: Path,
    heads: Iterable[tuple[str, bytes]],
    open_: Opener,
    alone: Callable[[str], Input],
) -> None:
    """With files, by their first bytes; series come first."""
    formats: dict[str, Format | None] = {}
    disc = False
    for name, head in heads:
        disc = disc or is_directory(head)
        formats[name] = None if is_directory(head) else sniff(head)
    slices = []
    for name, format in formats.items():
        if format is Format.DICOM:
            slices.append(name)
        elif format is None or format is Format.ZIP or (disc and format in _OF_VIEWERS):
            holding.skipped.append(name)
        else:
            holding.inputs.append((modality_of(format), alone(name)))
    holding.inputs[:0] = _series(holding, root, slices, open_, alone)


def _series(
    holding: Holding, root: Path, names: list[str], open_: Opener, alone: Callable[[str], Input]
) -> list[tuple[Modality, Input]]:
    """A series of one file is that file. No two series have the same name."""
    found, others = series_of(names, open_) if names else ([], [])
    holding.skipped += others
    several = sum(len(series.files) > 1 for series in found) > 1
    inputs = []
    named: Counter[str] = Counter()
    for series in found:
        if len(series.files) == 1:
            inputs.append(alone(series.files[0]))
        else:
            name = series.title if several and series.title else root.name
            named[name] += 1
            again = f" ({named[name]})" if named[name] > 1 else ""
            inputs.append(Input(name + again, str(root), slices=series.files))
    return [(Modality.IMAGE, item) for item in inputs]
