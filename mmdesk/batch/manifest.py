"""A manifest: a CSV file that names a case on each line. And how a case of a list is put together."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from mmdesk.batch.events import Listed
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import UserProblem
from mmdesk.media.clinical.columns import DELIMITERS, cells_of
from mmdesk.media.files import Format, read_bytes, sniff
from mmdesk.media.text import decode

CASE, TEXT, PROMPT = "case", "text", "prompt"
COLUMNS = (CASE, *Modality, TEXT, PROMPT)
BETWEEN = ";"  # several files in one cell
_LONGEST = 2**20  # characters of a cell; Python's own limit is shorter than a record may be
_REMEDY = f"Its first line names columns: {', '.join(COLUMNS)}."


def read(path: Path) -> Iterator[Listed]:
    """Its lines, in their order. A line that says something wrong, or a file that is not there, is the
    problem of its case. Raises UserProblem for a file that is no manifest, and for columns that are not
    COLUMNS."""
    data = read_bytes(Input.from_path(path))
    if sniff(data) not in (Format.TEXT, Format.CSV):
        raise UserProblem(
            path.name, "this is neither a folder nor a manifest", "Name a folder, or a CSV file."
        )
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        raise UserProblem(path.name, "it is not plain text", "Save it as CSV (UTF-8).") from error
    first, _, _ = text.partition("\n")
    delimiter = next((mark for mark in DELIMITERS if CASE in _titles(cells_of(first, mark))), ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = csv.field_size_limit(_LONGEST)
    try:
        columns = _checked(_titles(next(rows, [])), path.name)
        names: set[str] = set()
        for cells in rows:
            if any(map(str.strip, cells)):
                yield _listed(path, columns, cells, rows.line_num, names)
    except csv.Error as error:
        raise UserProblem(path.name, f"line {rows.line_num} cannot be read ({error})", "Mend it.") from error
    finally:
        csv.field_size_limit(before)


def by_modality(items: Iterable[tuple[Modality, Input]]) -> dict[Modality, tuple[Input, ...]]:
    """As a case holds its inputs."""
    given: dict[Modality, list[Input]] = {modality: [] for modality in Modality}
    for modality, item in items:
        given[modality].append(item)
    return {modality: tuple(some) for modality, some in given.items() if some}


def case_of(
    inputs: dict[Modality, tuple[Input, ...]], path: Path, name: str, prompt: str | None = None
) -> Case:
    """Of the list at `path`; its id is the same whenever the list is read."""
    digest = hashlib.sha256(f"{path}\0{name}".encode(errors="surrogatepass"))
    return Case(inputs, prompt, digest.hexdigest()[:32])


def free(name: str, names: set[str]) -> str:
    """The name, or with a number where it is one of `names`, which then holds it, too."""
    number, free = 1, name
    while free in names:
        number += 1
        free = f"{name} ({number})"
    names.add(free)
    return free


def _titles(cells: list[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _checked(columns: list[str], name: str) -> list[str]:
    if unknown := [column for column in columns if column not in COLUMNS]:
        problem = f"it has columns that mmdesk does not know: {', '.join(unknown) or 'one without a name'}"
        raise UserProblem(name, problem, _REMEDY)
    if twice := [column for column, count in Counter(columns).items() if count > 1]:
        raise UserProblem(name, f"it has two columns {twice[0]}", _REMEDY)
    if CASE not in columns:
        raise UserProblem(name, f"it has no column {CASE}", _REMEDY)
    return columns


def _listed(path: Path, columns: list[str], cells: list[str], line: int, names: set[str]) -> Listed:
    """`names` are those that were there before."""
    given = dict(zip(columns, map(str.strip, cells), strict=False))
    name = free(given[CASE] or f"line {line}", names)
    if given[CASE] and name != given[CASE]:
        return Listed(name, None, f"line {line}: a line before it has this name, too")
    if len(cells) > len(columns):
        return Listed(name, None, f"line {line}: it has more cells than there are columns")
    items: list[tuple[Modality, Input]] = []
    for modality in Modality:
        for file in filter(None, map(str.strip, given.get(modality, "").split(BETWEEN))):
            place = path.parent / file
            if not place.exists():
                return Listed(name, None, f"line {line}: there is no file {file}")
            items.append((modality, Input.from_path(place)))
    if text := given.get(TEXT):
        items.append((Modality.RECORD, Input.from_text(text, TEXT)))
    if not items:
        return Listed(name, None, f"line {line}: it names no file")
    return Listed(name, case_of(by_modality(items), path, name, given.get(PROMPT) or None))
