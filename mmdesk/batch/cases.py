"""A list of cases: what lies in a folder, or what a manifest names."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from mmdesk import casefile
from mmdesk.batch import manifest
from mmdesk.batch.events import Listed
from mmdesk.batch.manifest import by_modality, case_of, free
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import InputProblem, UserProblem
from mmdesk.media.files import Format, modality_of, read_head, sniff
from mmdesk.survey import MAX_FILES, survey

PART = ".part"  # behind the name of results: the folder of a run that was cut off
_ABOUT = ("readme", "license", "licence", "manifest")  # texts that lie beside cases, and are none


@dataclass(frozen=True, slots=True)
class Listing:
    """`left_out` names files that are no case, nor in one."""

    cases: tuple[Listed, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A case with all of its inputs. `problems` are lines about inputs that were left out; `skipped` counts
    files of its folder that are nothing mmdesk reads."""

    case: Case
    problems: tuple[str, ...] = ()
    skipped: int = 0


def listed(path: Path) -> tuple[Listed, ...]:
    """The cases of `look`."""
    return look(path).cases


def look(path: Path, results: Path | None = None) -> Listing:
    """Of a folder: each subfolder, archive and .mmcase file is a case, and so is each loose image and sound,
    in natural order. Loose texts and sheets are cases where nothing else is; beside others they are about
    these. Hidden files are passed over, and so are the `results` of a run. A file is a manifest, whose lines
    are cases. Of a loose file the first bytes are read, of a folder nothing. Raises UserProblem where there
    is no case."""
    path = path.absolute()
    listing = _in_folder(path, results) if path.is_dir() else Listing(tuple(manifest.read(path)))
    if not listing.cases:
        remedy = "Name a folder with images, sounds or folders of them, or a manifest.csv."
        raise UserProblem(path.name, "there is no case in it", remedy)
    return listing


def opened(listed: Listed) -> Opened:
    """A case that can be read, with what its folder, archive or .mmcase file holds. Raises UserProblem."""
    assert listed.case is not None
    if listed.path is None:
        return _with_series(listed.case)
    path = Path(listed.path)
    if not path.is_dir() and casefile.is_case(read_head(Input.from_path(path))):
        return Opened(casefile.load(path).case)
    found = survey((path,), None)
    for _, problem in found.problems:
        raise problem
    if found.beyond:
        much = f"it holds more than {MAX_FILES} inputs"
        raise InputProblem(path.name, much, "Give each case a folder of its own.")
    if not found.taken:
        raise InputProblem(path.name, "there is nothing in it that mmdesk reads", "Look into it.")
    return Opened(replace(listed.case, inputs=by_modality(found.taken)), skipped=found.skipped)


def _with_series(case: Case) -> Opened:
    """Folders and archives among its images become the series in them."""
    from mmdesk.media.holdings import images_of, is_holder  # these import pydicom

    items: list[tuple[Modality, Input]] = []
    problems: list[str] = []
    for modality, given in case.inputs.items():
        for item in given:
            holds = False
            if modality is Modality.IMAGE and item.path is not None:
                with suppress(InputProblem):  # reading it will say what is wrong
                    holds = is_holder(Path(item.path))
            try:
                inside = images_of(Path(str(item.path))) if holds else [item]
                items += [(modality, image) for image in inside]
            except InputProblem as problem:
                problems.append(f"{problem.name}: {problem.problem}")
    return Opened(replace(case, inputs=by_modality(items)), tuple(problems))


def _in_folder(folder: Path, results: Path | None) -> Listing:
    cases: list[Listed] = []
    records: list[Listed] = []
    left_out: list[str] = []
    names: set[str] = set()
    for path in _entries(folder, results):
        name = free(os.fsencode(path.name).decode(errors="replace"), names)  # it may be of any bytes
        try:
            held, modality = _kind(path)
        except InputProblem as problem:
            cases.append(Listed(name, None, f"{problem.problem}. {problem.remedy}"))
            continue
        if held:
            cases.append(Listed(name, case_of({}, folder, name), path=str(path)))
        elif modality is None or (modality is Modality.RECORD and path.stem.lower() in _ABOUT):
            left_out.append(name)
        else:
            alone = Listed(name, case_of({modality: (Input.from_path(path),)}, folder, name))
            (records if modality is Modality.RECORD else cases).append(alone)
    if cases:
        return Listing(tuple(cases), (*left_out, *(record.name for record in records)))
    return Listing(tuple(records), tuple(left_out))


def _kind(path: Path) -> tuple[bool, Modality | None]:
    """Whether it holds a case, and else what it is an input of. Raises InputProblem where that cannot be
    told."""
    from mmdesk.media.holdings import files_below  # these import pydicom
    from mmdesk.media.series import is_directory

    if path.is_dir():
        return any(files_below(path)), None
    head = read_head(Input.from_path(path))
    format = sniff(head)
    if casefile.is_case(head) or format is Format.ZIP:
        return True, None
    return False, None if format is None or is_directory(head) else modality_of(format)


def _entries(folder: Path, results: Path | None) -> list[Path]:
    """What lies in it, in natural order."""
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        reason = error.strerror or "the disk gave an error"
        raise UserProblem(folder.name, f"it cannot be read ({reason})", "Name another.") from error
    seen = (path for path in paths if path.name[0] != "." and path.suffix != PART and path != results)
    return sorted(seen, key=_natural)


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """x9 before x10."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return [(int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts)], path.name
