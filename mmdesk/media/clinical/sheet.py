"""Laboratory sheets, CSV and XLSX, as rows of cells."""

import csv
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.columns import DELIMITERS, TITLES, cells_of, is_header
from mmdesk.media.clinical.table import MAX_COLUMNS, MAX_ROWS, read_rows
from mmdesk.media.clinical.values import MAX_VALUES, LabValue, decimal_mark, is_date, too_many
from mmdesk.media.text import decode

MAX_BYTES = 16 * 2**20  # of a sheet
_MAX_UNPACKED = 48 * 2**20  # of all parts of an XLSX file
_MAX_PARTS = 500
_MAX_DIRECTORY = 2**18
# Markup, of all parts of a kind: what a reader builds an object for, however small it is packed.
_MAX_MARKUP = (
    (re.compile(r"worksheets/[^/]+\.xml$", re.IGNORECASE), 400_000),
    (re.compile(r"sharedStrings", re.IGNORECASE), 250_000),
    (re.compile(r"styles|workbook|docProps|\.rels$|Content_Types", re.IGNORECASE), 60_000),
)
_MAX_SHEETS = 20
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    NotImplementedError, RuntimeError, OverflowError, SyntaxError, OSError,
)  # fmt: skip
_NAME_COLUMNS = "Name its columns: date, test, value, unit, reference range."


def read_csv(data: bytes, name: str) -> tuple[LabValue, ...]:
    """UTF-8, UTF-16 with its mark, or Windows-1252; any of four delimiters. Raises InputProblem."""
    check_size(data, name)
    try:
        text = decode(data)
    except UnicodeDecodeError:
        raise damaged(name) from None
    text = text.replace("\0", "")
    delimiter = delimiter_of(text)
    try:
        rows = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), name))
    except csv.Error:
        raise damaged(name) from None
    # Who separates cells by commas writes no decimal commas.
    return _known(read_rows(rows, name, tenths="." if delimiter == "," else ""), name)


def delimiter_of(text: str) -> str:
    """The one by which a line names the columns, else the one that is there most often."""
    lines = text.splitlines()[:TITLES]
    for line in lines:
        for delimiter in DELIMITERS:
            if delimiter in line and is_header(cells_of(line, delimiter)):
                return delimiter
    return max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))


def read_xlsx(data: bytes, name: str) -> tuple[LabValue, ...]:
    """All sheets of a workbook, formulas by their last result. Raises InputProblem."""
    check_size(data, name)
    try:
        with zipfile.ZipFile(_checked(data, name)) as archive:
            _check_parts(archive, name)
        values = _workbook(data, name)
    except InputProblem:
        raise
    except _DAMAGE as error:
        raise damaged(name) from error
    return _known(values, name)


def _workbook(data: bytes, name: str) -> list[LabValue]:
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that are nothing to us
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            # What is hidden, its author does not show: templates, older states.
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            values: list[LabValue] = []
            for sheet in sheets[:_MAX_SHEETS]:
                sheet.reset_dimensions()  # what a file says of its own size may be anything
                rows = list(_numbered(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), name))
                texts = (cell.value for _, row in rows for cell in row if isinstance(cell.value, str))
                mark = decimal_mark(text for text in texts if not is_date(text)) or "."
                where = sheet.title if len(sheets) > 1 else ""
                values += read_rows([(number, _cells(row, mark)) for number, row in rows], name, where)
                if len(values) > MAX_VALUES:
                    raise too_many(name)
            return values
        finally:
            book.close()


def _cells(row: Sequence[Any], mark: str) -> list[str]:
    return [_text_of(cell.value, getattr(cell, "number_format", ""), mark) for cell in row]


def _text_of(value: object, shown: str, mark: str) -> str:
    """A cell as it would be printed: 0.98 in a column of percents is 98%. `mark` stands before the tenths of
    a number, as in the texts beside it; never before three digits, which might be thousands."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return str(value)
        printed = f"{value * 100:.10g}%" if shown.endswith("%") else f"{value:.15g}"
        return re.sub(r"(\.\d{3})(?!\d)", r"\g<1>0", printed).replace(".", mark)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _numbered(rows: Iterator[Sequence[Any]], name: str) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, cells in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise InputProblem(name, f"it has more than {MAX_ROWS:,} rows", "Give the part that matters.")
        yield number, cells[:MAX_COLUMNS]


def _checked(data: bytes, name: str) -> io.BytesIO:
    """Before zipfile builds an object for each line of it, the table of contents must be small."""
    end = data.rfind(b"PK\x05\x06")
    if end < 0:
        raise damaged(name)
    if int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_DIRECTORY:
        raise bomb(name)
    return io.BytesIO(data)


def _check_parts(archive: zipfile.ZipFile, name: str) -> None:
    """What unpacks to more than a sheet needs is not handed on. zipfile reads no more of a part than its
    length says."""
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise bomb(name)
    if any(part.flag_bits & 1 for part in parts):
        raise InputProblem(name, "it is protected by a password", "Save it without one.")
    for pattern, most in _MAX_MARKUP:
        own = [part for part in parts if pattern.search(part.filename)]
        if sum(archive.read(part).count(b"<") for part in own) > most:
            raise bomb(name)


def check_size(data: bytes, name: str, most: int = MAX_BYTES) -> None:
    if len(data) > most:
        problem = f"the file is larger than {most // 2**20} MB"
        raise InputProblem(name, problem, "Give the part that matters.")


def damaged(name: str) -> InputProblem:
    return InputProblem(name, "this file is damaged", "Export or copy it again.")


def bomb(name: str) -> InputProblem:
    return InputProblem(name, "unpacked, it is larger than a sheet of values can be", "Export it again.")


def _known(values: Sequence[LabValue], name: str) -> tuple[LabValue, ...]:
    if not values:
        raise InputProblem(name, "no values were found in this sheet", _NAME_COLUMNS)
    return tuple(values)
