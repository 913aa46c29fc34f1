"""What the files are that came into the window, told by their content. No Qt, no window's thread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from mmdesk.case import Input, Modality
from mmdesk.casefile import is_case
from mmdesk.errors import InputProblem
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.files import MAX_BYTES, expect, identify, modality_of, read_bytes, read_head, too_large

MAX_FILES = 64  # at once


@dataclass(frozen=True, slots=True)
class Survey:
    """`problems` name the panel they belong to, where one is known. `skipped` counts the files of
    folders that are nothing mmdesk reads, `beyond` is whether there were more than MAX_FILES."""

    taken: tuple[tuple[Modality, Input], ...] = ()
    cases: tuple[Path, ...] = ()
    problems: tuple[tuple[Modality | None, InputProblem], ...] = ()
    skipped: int = 0
    beyond: bool = False


def survey(paths: Sequence[Path], target: Modality | None) -> Survey:
    """Look at the first bytes of each file and of the files of each folder, not deeper."""
    taken: list[tuple[Modality, Input]] = []
    cases: list[Path] = []
    problems: list[tuple[Modality | None, InputProblem]] = []
    skipped = 0
    files = _files(paths)
    for path, from_folder in islice(files, MAX_FILES):
        try:
            modality = _modality(path, target)
        except InputProblem as problem:
            if from_folder:
                skipped += 1
            else:
                problems.append((target, problem))
            continue
        if modality is not None:
            taken.append((modality, Input.from_path(path)))
        elif from_folder:  # a case is opened by itself, not with what lies beside it
            skipped += 1
        else:
            cases.append(path)
    beyond = next(files, None) is not None
    return Survey(tuple(taken), tuple(cases), tuple(problems), skipped, beyond)


def with_texts(found: Survey) -> Survey:
    """Records are read now, so that the record is one text whatever becomes of the files. A sheet of values
    is kept as the bytes that it was confirmed for."""
    taken: list[tuple[Modality, Input]] = []
    problems = list(found.problems)
    for modality, item in found.taken:
        try:
            if modality is Modality.RECORD:
                data = read_bytes(item)
                read = read_record(data, item.name, identify(data, item.name))
                text = read if isinstance(read, str) else None
                item = Input(item.name, data=data) if text is None else Input.from_text(text, item.name)
            taken.append((modality, item))
        except InputProblem as problem:
            problems.append((modality, problem))
    return replace(found, taken=tuple(taken), problems=tuple(problems))


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it comes from a folder."""
    for path in paths:
        try:
            inside = sorted(path.iterdir(), key=lambda file: file.name)
        except (
            OSError,
            ValueError,
        ):  # a file, or nothing that can be opened: looking at it says what is wrong
            yield path, False
            continue
        for file in inside:
            if not file.name.startswith(".") and not file.is_dir():
                yield file, True


def _modality(path: Path, target: Modality | None) -> Modality | None:
    """None is a case. Raises InputProblem where it is nothing for mmdesk, in the words for `target`."""
    head = read_head(Input.from_path(path))
    if is_case(head):
        return None
    if _size(path) > MAX_BYTES:
        raise too_large(path.name)
    try:
        return modality_of(identify(head, path.name))
    except InputProblem:
        if target is not None:
            expect(head, path.name, target)
        raise


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since its head was read; reading it will say so
        return 0
