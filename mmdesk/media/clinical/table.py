"""A laboratory sheet as rows of cells, in any of three layouts → values.

Long: a row for each value, with columns for test, value and so on. Wide: a row for each date and a column
for each test. Cumulative: a row for each test and a column for each date.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from mmdesk.errors import InputProblem
from mmdesk.media.clinical import columns
from mmdesk.media.clinical.columns import (
    CODE,
    DATE,
    FLAG,
    HIGH,
    LOW,
    MATERIAL,
    PATIENT,
    RANGE,
    TEST,
    TIME,
    UNIT,
    VALUE,
)  # fmt: skip
from mmdesk.media.clinical.values import (
    MAX_VALUES,
    LabValue,
    cut,
    day_order,
    decimal_mark,
    is_date,
    other_material,
    read_date,
    read_number,
    read_range,
    too_many,
)  # fmt: skip

MAX_ROWS = 20_000
MAX_COLUMNS = 256
_NOTHING = re.compile(r"[-–—./ ]*|n/?a|null|none|nan|k\.?\s?a\.?|n\.?\s?d\.?", re.IGNORECASE)
_IN_BRACKETS = re.compile(
    r"(?P<name>.{1,60}?)[ ]?(?:\((?P<round>[^()]{1,20})\)|\[(?P<square>[^\[\]]{1,20})\])"
)
_BEHIND = re.compile(r"(?P<name>.{1,60}?)(?:,|:| in)? (?P<unit>[^\s,]{0,15}/[^\s,]{1,8}|%)")
_SERIAL = re.compile(r"(?:2[5-9]|[3-6]\d)\d{3}(?:\.\d{1,12})?")  # days of a spreadsheet, 1968 to 2091
_FIRST_DAY = datetime(1899, 12, 30)
_UNIT = re.compile(r".*[/%°].*|[mkµu]?g|mm ?\[?Hg\]?|bpm|fl|pg|s|sec|min|years?|a|kg|lbs?|C|F", re.IGNORECASE)
_LOINC = re.compile(r"\d{1,5}-\d")

Cells = Sequence[str]
Roles = dict[str, int]
Row = tuple[int, Cells]  # its number in the file, from 1, and its cells


@dataclass(frozen=True, slots=True)
class Marks:
    """How a file writes numbers and dates."""

    tenths: str
    order: str
    date: str = ""  # of the whole sheet, as printed above its columns


def read_rows(rows: Sequence[Row], name: str, where: str = "", tenths: str = "") -> list[LabValue]:
    """The values of one sheet; [] where no row names its columns. `where` comes before "row 4"; `tenths` is
    what stands before them where the numbers do not tell. Raises InputProblem for a sheet of several
    patients, or of too many values."""
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    start = next((n for n, (_, cells) in enumerate(rows[: columns.TITLES]) if columns.is_header(cells)), None)
    if start is None:
        pairs = zip(rows[: columns.TITLES], rows[1:], strict=False)
        start = next((n for n, ((_, a), (_, b)) in enumerate(pairs) if _is_bare(a, b)), None)
    if start is None:
        rows = _joined(rows)
        start = next((n for n, (_, cells) in enumerate(rows) if columns.is_header(cells)), None)
    if start is None:
        return []
    header, body = rows[start][1], rows[start + 1 :]
    roles = columns.roles_of(header)
    _check_one_patient(roles, body, name)
    marks = _marks(header, body, rows[:start], tenths)
    if TEST in roles and VALUE in roles:
        found = _long(header, roles, body, marks)
    elif TEST in roles:
        found = _cumulative(header, roles, body, marks)
    else:
        found = _wide(header, roles, body, marks)
    values: list[LabValue] = []
    for value in found:
        if len(values) == MAX_VALUES:
            raise too_many(name)
        values.append(value)
    return [replace(value, place=f"{where}, {value.place}") for value in values] if where else values


def _joined(rows: list[Row]) -> list[Row]:
    """Where two rows together name the columns, as over merged cells, one row of both."""
    for n, ((_, above), (number, below)) in enumerate(zip(rows[: columns.TITLES], rows[1:], strict=False)):
        cells = [low or high for high, low in zip_longest(above, below, fillvalue="")]
        if columns.is_header(cells):
            return [*rows[:n], (number, cells), *rows[n + 2 :]]
    return []


def _is_bare(cells: Cells, below: Cells) -> bool:
    """Names of tests alone, and numbers in the row below them."""
    pairs = [(a, b) for a, b in zip(cells, below, strict=False) if a]
    return (
        len(pairs) >= 2
        and all(re.match(r"[^\W\d_]", a) for a, _ in pairs)
        and 2 * sum(read_number(b).number is not None for _, b in pairs) > len(pairs)
    )


def _check_one_patient(roles: Roles, body: Sequence[Row], name: str) -> None:
    if PATIENT in roles and len({_cell(cells, roles, PATIENT) for _, cells in body} - {""}) > 1:
        raise several_patients(name)


def several_patients(name: str) -> InputProblem:
    return InputProblem(name, "it holds values of several patients", "Give those of one patient alone.")


def _marks(header: Cells, body: Sequence[Row], titles: Sequence[Row], tenths: str) -> Marks:
    cells = [cell for _, row in body for cell in row]
    dates = [cell for cell in (*header, *cells) if is_date(cell)]
    date = ""
    for _, row in titles:
        for cell, behind in zip(row, [*row[1:], ""], strict=True):
            label, _, rest = cell.partition(":")
            printed = rest.strip() or behind
            if columns.role_of(label) == DATE and is_date(printed):
                date = printed
    tenths = decimal_mark(cell for cell in cells if not is_date(cell)) or tenths
    return Marks(tenths, day_order(dates), date)


def _long(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    of_all = _name_and_unit(header[roles[VALUE]])[1]
    section = ""
    for number, cells in body:
        test, text = _cell(cells, roles, TEST), _cell(cells, roles, VALUE)
        section = _section(cells, section)
        if not test or _NOTHING.fullmatch(text) or columns.is_header(cells):
            continue
        low, high = _limits(cells, roles, marks)
        code, unit = _cell(cells, roles, CODE), _cell(cells, roles, UNIT) or of_all
        test, unit = (test, unit) if unit else _name_and_unit(test)
        yield _value(
            marks, _of(test, _cell(cells, roles, MATERIAL) or section), text, unit, f"row {number}",
            _date(cells, roles), low, high, _cell(cells, roles, FLAG), code if _LOINC.fullmatch(code) else "",
        )  # fmt: skip


def _limits(cells: Cells, roles: Roles, marks: Marks) -> tuple[float | None, float | None]:
    low, high = read_range(_cell(cells, roles, RANGE), marks.tenths)
    if low is None:
        low = read_number(_cell(cells, roles, LOW), marks.tenths).number
    if high is None:
        high = read_number(_cell(cells, roles, HIGH), marks.tenths).number
    return low, high


def _section(cells: Cells, now: str) -> str:
    """The title that the rows from here on stand under: a row of one cell."""
    filled = [cell for cell in cells if cell]
    return filled[0] if len(filled) == 1 else now


def _of(test: str, material: str) -> str:
    """The name of a test, and what it was made of where that is no blood."""
    other = other_material(material)
    return f"{test} ({other})" if other else test


def _date(cells: Cells, roles: Roles) -> str:
    """As it is printed, but for the number that a spreadsheet keeps for a day."""
    day = _cell(cells, roles, DATE)
    if _SERIAL.fullmatch(day):
        when = _FIRST_DAY + timedelta(days=round(float(day) * 1440) / 1440)
        day = when.isoformat(" ", timespec="minutes") if "." in day else when.date().isoformat()
    return " ".join(filter(None, (day, _cell(cells, roles, TIME))))


def _cumulative(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    dates = [place for place, cell in enumerate(header) if cell and is_date(cell)]
    section = ""
    for number, cells in body:
        test = _cell(cells, roles, TEST)
        section = _section(cells, section)
        unit = _cell(cells, roles, UNIT)
        test, unit = (test, unit) if unit else _name_and_unit(test)
        test = _of(test, _cell(cells, roles, MATERIAL) or section)
        low, high = _limits(cells, roles, marks)
        for place in dates:
            text = cells[place] if place < len(cells) else ""
            if test and not _NOTHING.fullmatch(text):
                where = f"row {number}, column {_letters(place)}"
                yield _value(marks, test, text, unit, where, header[place], low, high)


def _wide(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    own = set(roles.values())
    tests = [(place, *_name_and_unit(cell)) for place, cell in enumerate(header) if cell and place not in own]
    units: dict[int, str] = {}
    ranges: dict[int, tuple[float | None, float | None]] = {}
    for number, cells in body:
        places = [place for place, _, _ in tests if place < len(cells)]
        filled = [place for place in places if not _NOTHING.fullmatch(cells[place])]
        if filled and DATE in roles and not is_date(_date(cells, roles)):
            read = {place: read_range(cells[place], marks.tenths) for place in filled}
            if all(limits != (None, None) for limits in read.values()):
                ranges |= read
                continue
            if all(read_number(cells[place], marks.tenths).number is None for place in filled):
                units |= {place: cells[place] for place in filled}
                continue
        date = _date(cells, roles)
        for place, test, unit in tests:
            if place in filled:
                where = f"row {number}, column {_letters(place)}"
                low, high = ranges.get(place, (None, None))
                yield _value(marks, test, cells[place], unit or units.get(place, ""), where, date, low, high)


def _value(
    marks: Marks, test: str, text: str, unit: str, place: str, date: str,
    low: float | None = None, high: float | None = None, flag: str = "", code: str = "",
) -> LabValue:  # fmt: skip
    printed = read_number(text, marks.tenths)
    when, doubt = read_date(date or marks.date, marks.order)
    return LabValue(
        cut(test), cut(text), printed.number, printed.sign, code, unit or printed.unit, low, high,
        flag or printed.flag, when, place, printed.doubt or doubt,
    )  # fmt: skip


def _name_and_unit(cell: str) -> tuple[str, str]:
    """ "CRP (mg/L)" or "CRP, mg/L" → its name and its unit."""
    if found := _IN_BRACKETS.fullmatch(cell):
        unit = (found["round"] or found["square"]).strip()
        return (found["name"].strip(), unit) if _UNIT.fullmatch(unit) else (cell, "")
    found = _BEHIND.fullmatch(cell)
    return (found["name"].strip(), found["unit"]) if found else (cell, "")


def _cell(cells: Cells, roles: Roles, role: str) -> str:
    place = roles.get(role, len(cells))
    return cells[place] if place < len(cells) else ""


def _letters(place: int) -> str:
    """A column as a spreadsheet names it: A, B, … AA."""
    letters = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
