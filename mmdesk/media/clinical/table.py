"""A laboratory sheet as rows of cells, in any of three layouts → values.

Long: a row for each value, with columns for test, value and so on. Wide: a row for each date and a column
for each test. Cumulative: a row for each test and a column for each date.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mmdesk.errors import InputProblem
from mmdesk.media.clinical import columns
from mmdesk.media.clinical.columns import (
    CODE,
    DATE,
    FLAG,
    HIGH,
    LOW,
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


def read_rows(rows: Sequence[Row], name: str, where: str = "") -> list[LabValue]:
    """The values of one sheet; [] where no row names its columns. `where` comes before "row 4". Raises
    InputProblem for a sheet of several patients, or of too many values."""
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in rows]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    start = next((n for n, (_, cells) in enumerate(rows[: columns.TITLES]) if columns.is_header(cells)), None)
    if start is None:
        pairs = zip(rows[: columns.TITLES], rows[1:], strict=False)
        start = next((n for n, ((_, a), (_, b)) in enumerate(pairs) if _is_bare(a, b)), None)
    if start is None:
        return []
    header, body = rows[start][1], rows[start + 1 :]
    roles = columns.roles_of(header)
    _check_one_patient(roles, body, name)
    marks = _marks(header, body, rows[:start])
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


def _marks(header: Cells, body: Sequence[Row], titles: Sequence[Row]) -> Marks:
    cells = [cell for _, row in body for cell in row]
    dates = [cell for cell in (*header, *cells) if is_date(cell)]
    date = ""
    for _, row in titles:
        for cell, behind in zip(row, [*row[1:], ""], strict=True):
            label, _, rest = cell.partition(":")
            printed = rest.strip() or behind
            if columns.role_of(label) == DATE and is_date(printed):
                date = printed
    return Marks(decimal_mark(cell for cell in cells if not is_date(cell)), day_order(dates), date)


def _long(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    of_all = _name_and_unit(header[roles[VALUE]])[1]
    for number, cells in body:
        test, text = _cell(cells, roles, TEST), _cell(cells, roles, VALUE)
        if not test or _NOTHING.fullmatch(text) or columns.is_header(cells):
            continue
        low, high = read_range(_cell(cells, roles, RANGE), marks.tenths)
        code = _cell(cells, roles, CODE)
        yield _value(
            marks, test, text, _cell(cells, roles, UNIT) or of_all, f"row {number}",
            " ".join(filter(None, (_cell(cells, roles, DATE), _cell(cells, roles, TIME)))),
            read_number(_cell(cells, roles, LOW), marks.tenths).number if low is None else low,
            read_number(_cell(cells, roles, HIGH), marks.tenths).number if high is None else high,
            _cell(cells, roles, FLAG), code if _LOINC.fullmatch(code) else "",
        )  # fmt: skip


def _cumulative(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    dates = [place for place, cell in enumerate(header) if is_date(cell)]
    for number, cells in body:
        test = _cell(cells, roles, TEST)
        low, high = read_range(_cell(cells, roles, RANGE), marks.tenths)
        for place in dates:
            text = cells[place] if place < len(cells) else ""
            if test and not _NOTHING.fullmatch(text):
                where = f"row {number}, column {_letters(place)}"
                unit = _cell(cells, roles, UNIT)
                yield _value(marks, test, text, unit, where, header[place], low, high)


def _wide(header: Cells, roles: Roles, body: Sequence[Row], marks: Marks) -> Iterator[LabValue]:
    own = set(roles.values())
    tests = [(place, *_name_and_unit(cell)) for place, cell in enumerate(header) if cell and place not in own]
    units: dict[int, str] = {}
    ranges: dict[int, tuple[float | None, float | None]] = {}
    for number, cells in body:
        places = [place for place, _, _ in tests if place < len(cells)]
        filled = [place for place in places if not _NOTHING.fullmatch(cells[place])]
        if filled and DATE in roles and not is_date(_cell(cells, roles, DATE)):
            read = {place: read_range(cells[place], marks.tenths) for place in filled}
            if all(limits != (None, None) for limits in read.values()):
                ranges |= read
                continue
            if all(read_number(cells[place], marks.tenths).number is None for place in filled):
                units |= {place: cells[place] for place in filled}
                continue
        date = " ".join(filter(None, (_cell(cells, roles, DATE), _cell(cells, roles, TIME))))
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
    """ "CRP (mg/L)" → its name and its unit."""
    found = _IN_BRACKETS.fullmatch(cell)
    unit = (found["round"] or found["square"]).strip() if found else ""
    return (found["name"].strip(), unit) if found and _UNIT.fullmatch(unit) else (cell, "")


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
