"""What files are that become a case, told by their content: for the window, and for lists of cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mmdesk.case import Input, Modality
from mmdesk.casefile import is_case
from mmdesk.errors import InputProblem
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.files import (
    MAX_BYTES,
    expect,
    identify,
    modality_of,
    read_bytes,
    read_head,
    sniff,
    too_large,
)

MAX_FILES = 64  # inputs at once; a series is one


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
    """Look at the first bytes of each file, and of the files of each folder and archive."""
    from mmdesk.media.holdings import is_holder, look_into  # these import pydicom

    taken: list[tuple[Modality, Input]] = []
    cases: list[Path] = []
    problems: list[tuple[Modality | None, InputProblem]] = []
    skipped, beyond = 0, False
    for path in paths:
        try:
            if is_holder(path):
                held = look_into(path)
                taken += held.inputs
                skipped += len(held.skipped)
                beyond = beyond or held.beyond
            elif (modality := _modality(path, target)) is None:
                cases.append(path)
            else:
                taken.append((modality, Input.from_path(path)))
        except InputProblem as problem:
            problems.append((target, problem))
        if len(taken) > MAX_FILES:
            break
    beyond = beyond or len(taken) > MAX_FILES
    return Survey(tuple(taken[:MAX_FILES]), tuple(cases), tuple(problems), skipped, beyond)


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


def _modality(path: Path, target: Modality | None) -> Modality | None:
    """None is a case. Raises InputProblem where it is nothing for mmdesk, in the words for `target`."""
    head = read_head(Input.from_path(path))
    if is_case(head):
        return None
    if _size(path) > MAX_BYTES and not _is_sound(head):  # sound is drawn block by block
        raise too_large(path.name)
    try:
        return modality_of(identify(head, path.name))
    except InputProblem:
        if target is not None:
            expect(head, path.name, target)
        raise


def _is_sound(head: bytes) -> bool:
    format = sniff(head)
    return format is not None and modality_of(format) is Modality.AUDIO


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since its head was read; reading it will say so
        return 0
