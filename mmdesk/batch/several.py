"""Whether a path is a list of cases or a case: told from little, before any of it is opened."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from mmdesk import casefile
from mmdesk.batch.manifest import CASE, COLUMNS
from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.clinical.columns import DELIMITERS, cells_of
from mmdesk.media.files import Format, modality_of, read_head, sniff
from mmdesk.media.text import decode

MANIFEST = "manifest.csv"
LOOSE = 12  # pictures and sounds side by side: a case has some views, and sounds from eight places
SAMPLED = 8  # folders or files that are looked into


def list_of(path: Path) -> Path | None:
    """The list that a path stands for: itself, or the manifest.csv in it. None where it is a case or an input
    of one: a picture, a study with its series, the studies of one patient, a few loose files."""
    try:
        if not path.is_dir():
            return path if _is_manifest(path) else None
        manifest = path / MANIFEST
        if manifest.is_file() and _is_manifest(manifest):
            return manifest
        return path if _holds_several(path) else None
    except (OSError, InputProblem):  # opening it will say why
        return None


def _is_manifest(path: Path) -> bool:
    head = read_head(Input.from_path(path))
    if sniff(head) not in (Format.TEXT, Format.CSV):
        return False
    first = decode(head).partition("\n")[0]
    titles = ({title.lower() for title in cells_of(first, mark)} for mark in DELIMITERS)
    return any(CASE in some and some & set(Modality) and some <= set(COLUMNS) for some in titles)


def _holds_several(folder: Path) -> bool:
    paths = sorted(path for path in folder.iterdir() if path.name[0] != ".")
    if any(path.name.upper() == "DICOMDIR" for path in paths):
        return False  # a disc, as a rule of one person
    some = (files for path in paths if path.is_dir() and (files := _some_below(path)))
    folders = list(islice(some, SAMPLED))
    if len(folders) > 1:
        return not _is_one_case(folders)
    files = [path for path in paths if path.is_file()]
    if sum(map(_is_whole, files[:LOOSE])) > 1:
        return True
    loose = list(islice(_pictures_and_sounds(files), LOOSE + 1))
    if len(loose) <= LOOSE:
        return False
    formats = {format for _, format in loose}
    return formats != {Format.DICOM} or not _of_one_person(files[:: len(files) // SAMPLED])


def _some_below(folder: Path) -> list[Path]:
    from mmdesk.media.holdings import files_below  # imports pydicom

    return [folder / name for name in islice(files_below(folder), SAMPLED)]


def _is_one_case(folders: Sequence[Sequence[Path]]) -> bool:
    """Of one person, or a folder for images, one for sounds, and one for records."""
    if _of_one_person([files[0] for files in folders]):
        return True
    kinds = [{_modality(file) for file in files} for files in folders]
    return all(len(kind) == 1 for kind in kinds) and len(set().union(*kinds)) == len(kinds)


def _of_one_person(files: Sequence[Path]) -> bool:
    persons = {_person(file) for file in files}
    return len(persons) == 1 and None not in persons


def _person(file: Path) -> str | None:
    """Whom a DICOM file is of: the patient's number, else the study's. None where it says neither."""
    from pydicom import dcmread  # here, for importing it takes a while

    from mmdesk.media.checks import damage_told, is_deflated

    head = _head(file)
    if sniff(head) is not Format.DICOM or is_deflated(head):  # whose header is not read without the rest
        return None
    with damage_told(file.name):
        tags = ["PatientID", "StudyInstanceUID"]
        header = dcmread(file, force=True, stop_before_pixels=True, specific_tags=tags)
        return str(header.get("PatientID") or header.get("StudyInstanceUID") or "") or None


def _pictures_and_sounds(files: Sequence[Path]) -> Iterator[tuple[Path, Format]]:
    for file in files:
        format = sniff(_head(file))
        if format and format is not Format.ZIP and modality_of(format) is not Modality.RECORD:
            yield file, format


def _modality(file: Path) -> Modality | None:
    format = sniff(_head(file))
    return modality_of(format) if format and format is not Format.ZIP else None


def _is_whole(file: Path) -> bool:
    """Whether it is a case by itself."""
    head = _head(file)
    return casefile.is_case(head) or sniff(head) is Format.ZIP


def _head(file: Path) -> bytes:
    """b"" where it is empty or cannot be read: it is not looked into then."""
    try:
        return read_head(Input.from_path(file))
    except InputProblem:
        return b""
