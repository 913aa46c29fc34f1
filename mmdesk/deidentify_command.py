"""The command that takes patient details out of DICOM files and texts."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from mmdesk import disk
from mmdesk.case import Input
from mmdesk.errors import InputProblem, UserProblem
from mmdesk.media.files import Format, is_dicom, read_bytes, sniff
from mmdesk.plainly import FAILED, UsageProblem, complain, plainly

READ_IT = (
    "In texts the usual forms of names, dates and numbers are masked, not all: "
    "read them before you pass them on."
)


def deidentify(
    paths: Annotated[list[Path], typer.Argument(metavar="FILES_OR_FOLDERS…", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="A new or empty folder for the results.")],
) -> None:
    """Take patient details out of DICOM files (PS3.15 basic profile), and mask names in texts.

    Results are called 0001.dcm, 0002.txt and so on; a series stays one. What a picture itself shows stays.
    """
    with plainly():
        files = list(_files(paths))
        if not files:
            raise UsageProblem(paths[0].name, "there are no files in it", "Name DICOM files or texts.")
        _make(out)
        refused = texts = 0
        clean = _cleaner()
        for number, path in enumerate(files, 1):
            try:
                suffix, data, told, warning = clean(Input.from_path(path))
                name = f"{number:0{max(4, len(str(len(files))))}}{suffix}"
                _write(out / name, data)
            except UserProblem as problem:
                complain(str(problem))
                refused += 1
                continue
            texts += suffix == ".txt"
            typer.echo(f"{name}: {path.name}, {told}")
            if warning:
                complain(f"{name}: {warning}")
        if texts:
            typer.echo(READ_IT)
        raise typer.Exit(FAILED if refused else 0)


def _files(paths: list[Path]) -> Iterator[Path]:
    """Files as they were named, and all that lie in folders, sorted; links to folders are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names))


def _make(folder: Path) -> None:
    try:
        disk.make_private(folder)
        filled = next(folder.iterdir(), None) is not None
    except OSError as error:
        raise UserProblem(folder.name, *disk.why(error)) from error
    if filled:
        raise UsageProblem(folder.name, "this folder is not empty", "Name a new one: nothing is overwritten.")


def _cleaner() -> Callable[[Input], tuple[str, bytes, str, str | None]]:
    """A function that gives a result's suffix and bytes, what was done, and what to look at. It raises
    InputProblem for what cannot be cleaned."""
    from mmdesk.media.burned_in import LOOK, burned_in_file  # they import pydicom
    from mmdesk.media.deidentify import Pseudonyms, deidentify
    from mmdesk.media.identifiers import counted, find_identifiers, masked
    from mmdesk.media.text import read_text

    names = Pseudonyms()

    def clean(item: Input) -> tuple[str, bytes, str, str | None]:
        data = read_bytes(item)
        if is_dicom(data):
            result = deidentify(data, item.name, names)
            reason = burned_in_file(data, item.name)
            return ".dcm", result, "patient details taken out", f"{reason}. {LOOK}" if reason else None
        format = sniff(data)
        if format is not Format.TEXT:
            kind = f"this is {format}" if format else "this is of a kind that mmdesk does not know"
            raise InputProblem(item.name, kind, "Only DICOM files and plain texts can be cleaned.")
        text = read_text(data, item.name)
        found = find_identifiers(text)
        told = ", ".join(f"{kind} {count}" for kind, count in counted(found).items())
        return ".txt", masked(text, found).encode(), f"masked: {told or 'nothing'}", None

    return clean


def _write(path: Path, data: bytes) -> None:
    """A new file, for its owner alone."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise UserProblem(path.name, *disk.why(error)) from error
