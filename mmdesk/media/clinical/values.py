"""One value of a laboratory sheet, a FHIR resource or an HL7 message, as its file states it; numbers and
dates as they are printed."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mmdesk.errors import InputProblem

MAX_VALUES = 5_000
MAX_TEXT = 20_000  # characters of one value

UNKNOWN = "the pack does not know this test"
FUTURE = "its date lies in the future"
NO_DATE = "its date cannot be read"
TWO_DATES = "its date can be read two ways"
TWO_NUMBERS = "its comma may mean tenths or thousands"
POINT = "its point may mean tenths or thousands"
NOT_FINAL = "it is not final"
REFUTED = "it was refuted"
OVER = "it is over"

# What is no blood: a test of it is another one, whatever its name is.
_OTHER_MATERIAL = re.compile(
    r"urine?s?|\w*urin|ur|urn|ua|harn|urinalysis|urinstatus|liquor|csf|cerebrospinal|lcr|stuhl|stool|fa?eces"
    r"|selles|speichel|saliva|sputum|punktat\w*|pleura\w*|as[cz]it\w*|perito\w*|dialysa\w*|synovia\w*"
    r"|fruchtwasser|amniotic|sweat|schweiß",
    re.IGNORECASE,
)

_LONGEST = 40  # characters of a number or a date
_OLDEST = date(1900, 1, 1)
_BLANKS = re.compile(r"[ \t\u00a0\u2009\u202f]")
_NUMBER = re.compile(
    r"(?:(?P<before>\*{1,3}|!{1,2}|[↑↓]{1,3}|(?:HH?|LL?)(?=[ \t]))[ \t]{0,3})?"
    r"(?P<sign><=|>=|<|>|≤|≥|~|≈)?[ \t]{0,9}(?P<number>[+\-−]?\d[\d.,' \u00a0\u2009\u202f]{0,29}"
    r"(?:[eE][+-]?\d{1,3}(?![\d/]))?)[ \t]{0,9}(?P<rest>[-+]{1,3}$|(?![-–:/.,]\s?\d)[^\d\s].{0,40})?",
    re.DOTALL,
)
_SIGNS = {"≤": "<=", "≥": ">=", "≈": "~"}
_FLAG = re.compile(r"\(?(?:HH?|LL?|N|A|\++|-+|\*{1,3}|!{1,2}|↑+|↓+|high|low|normal|abnormal)\)?", re.I)
_TENTHS = re.compile(r"[+\-−]?(?:0\d*|\d+)(?P<mark>[.,])(?P<digits>\d+)")
_GROUPED = re.compile(r"[+\-−]?\d{1,3}(?:(?P<mark>[.,' ])\d{3})(?:(?P=mark)\d{3})*(?:(?P<tenths>[.,])\d+)?")


@dataclass(frozen=True, slots=True)
class LabValue:
    """`number` is finite, None where the value is none that can be read; `sign` is <, <=, >, >= or ~ before
    it. `code` is a LOINC code. `date` is ISO 8601, or as printed where it is no date. `place` is where in the
    file it stands, `doubt` why it cannot count as it stands. A `note` is free text, of no test."""

    test: str
    text: str
    number: float | None = None
    sign: str = ""
    code: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    flag: str = ""
    date: str = ""
    place: str = ""
    doubt: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A number and what is printed beside it."""

    number: float | None
    sign: str = ""
    unit: str = ""
    flag: str = ""
    doubt: str = ""


def decimal_mark(texts: Iterable[str]) -> str:
    """What stands before the tenths in a file's numbers: "." or ",", "" where they do not tell."""
    marks = set()
    for text in (text for text in texts if len(text) <= _LONGEST):
        for found in _TENTHS.finditer(_BLANKS.sub(" ", text)):
            if len(found["digits"]) != 3 or found.group().lstrip("+-−").startswith("0"):
                marks.add(found["mark"])
        if (grouped := _GROUPED.fullmatch(text.strip())) and grouped["tenths"]:
            marks.add(grouped["tenths"])
    return marks.pop() if len(marks) == 1 else ""


def read_number(text: str, mark: str = ".") -> Printed:
    """A printed value: "14.2", "< 0,5 mg/L", "96 H". `mark` is that of decimal_mark. `number` is None where
    it is none, or none that is finite."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return Printed(None)
    rest = (found["rest"] or "").strip()
    unit, _, last = rest.rpartition(" ")
    if "/" in unit and _FLAG.fullmatch(last):  # "5.2 mmol/L H"
        rest = last
    else:
        unit = ""
    flag = rest if _FLAG.fullmatch(rest) else ""
    unit = unit.strip() if flag else rest
    number, doubt = _number(_BLANKS.sub(" ", found["number"]).strip(), mark)
    if number is None and not doubt:
        return Printed(None)
    sign = _SIGNS.get(found["sign"] or "", found["sign"] or "")
    return Printed(number, sign, unit, flag or found["before"] or "", doubt)


def _number(digits: str, mark: str) -> tuple[float | None, str]:
    """The number, or why it is none."""
    plain = re.sub(r"(?<=\d)[ '](?=\d{3}(?!\d))", "", digits.replace("−", "-"))
    marks = [char for char in plain if char in ".,"]
    if len(set(marks)) == 2:  # the last one stands before the tenths
        group, tenths = marks[0], marks[-1]
    elif len(marks) > 1:
        group, tenths = marks[0], ""
    elif marks and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", plain):
        if not mark:
            return None, TWO_NUMBERS if marks == [","] else POINT
        group, tenths = ("", marks[0]) if marks[0] == mark else (marks[0], "")
    else:
        group, tenths = "", "".join(marks)
    if group and not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:[.,]\d+)?", plain):
        return None, ""
    plain = plain.replace(group, "") if group else plain
    try:
        number = float(plain.replace(tenths, ".") if tenths else plain)
    except ValueError:
        return None, ""
    return (number, "") if math.isfinite(number) else (None, "")


_RANGE = re.compile(
    r"(?P<low>[^\s–—]{1,20}?)\s*(?:-|–|—|;|\.\.\.?|\bto\b|\bbis\b|\bà\b)\s*(?P<high>\S{1,20})(?:\s.{0,40})?"
)
_BOUND = re.compile(
    r"(?P<sign><=?|>=?|≤|≥|bis|up to|unter|über|below|above|from|ab)\s*(?P<bound>\S{1,20})(?:\s.{0,40})?",
    re.I,
)
_AT_MOST = ("<", "<=", "≤", "bis", "up to", "unter", "below")


def read_range(text: str, mark: str = ".") -> tuple[float | None, float | None]:
    """A printed reference range: "3.5 - 5.0", "< 5", ">= 95", "[0,5;1,2]"; (None, None) where it is none."""
    text = text.strip().rstrip("*").strip("()[] ")
    if bound := _BOUND.fullmatch(text):
        value = _number(bound["bound"], mark)[0]
        return (None, value) if bound["sign"].lower() in _AT_MOST else (value, None)
    if both := _RANGE.fullmatch(text):
        low, high = _number(both["low"], mark)[0], _number(both["high"], mark)[0]
        if low is not None and high is not None and low < high:
            return low, high
    return None, None


_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})?(?:\d{2}(?:\.\d+)?)?)?(?:[+-]\d{4})?")
_TIME = r"(?:,?[T ]\s?(\d{1,2}):(\d{2})(?::\d{2})?(?: ?(AM|PM))?(?: Uhr)?)?"
_POINTS = re.compile(rf"(\d{{1,2}})\.\s?(\d{{1,2}})\.\s?(\d{{4}}|\d{{2}}){_TIME}", re.I)
_SLASHES = re.compile(rf"(\d{{1,2}})[/-](\d{{1,2}})[/-](\d{{4}}){_TIME}", re.I)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){_TIME}", re.I)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january jänner", "feb februar february", "mar mär mrz märz march", "apr april",
         "mai may", "jun juni june", "jul juli july", "aug august", "sep sept september",
         "okt oct oktober october",
         "nov november", "dez dec dezember december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_NAMED = re.compile(rf"(\d{{1,2}})\.?[ -]([A-Za-zÄä]{{3,9}})\.?,?[ -](\d{{4}}){_TIME}", re.I)
_NAMED_US = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_TIME}", re.I)
MONTH_FIRST, DAY_FIRST = "month first", "day first"


def day_order(texts: Iterable[str]) -> str:
    """MONTH_FIRST or DAY_FIRST as the dates with slashes of one file tell; "" where they do not."""
    orders = set()
    for text in texts:
        if found := _SLASHES.fullmatch(text.strip()):
            first, second = int(found[1]), int(found[2])
            orders |= ({DAY_FIRST} if first > 12 else set()) | ({MONTH_FIRST} if second > 12 else set())
    return orders.pop() if len(orders) == 1 else ""


def is_date(text: str) -> bool:
    return read_date(text)[1] != NO_DATE


def read_date(text: str, order: str = "") -> tuple[str, str]:
    """A date, perhaps with hours and minutes, as (ISO 8601, ""); else as it is printed, and why it is none.
    `order` is that of day_order."""
    text = text.strip()
    if not text:
        return "", ""
    if len(text) > _LONGEST:
        return text[:_LONGEST], NO_DATE
    parts = _parts(text, order)
    if parts is None:
        return text, NO_DATE
    if not parts:
        return text, TWO_DATES
    year, month, day, hour, minute = parts
    try:
        when = datetime(year, month, day, hour or 0, minute or 0)
    except ValueError:
        return text, NO_DATE
    if when.date() < _OLDEST:
        return text, NO_DATE
    # A day more, for a file from a place where it is tomorrow already.
    if when.date() > date.today() + timedelta(days=1):
        return text, FUTURE
    return when.isoformat(timespec="minutes") if hour is not None else when.date().isoformat(), ""


def is_iso(text: str) -> bool:
    """Whether a LabValue's date is one, and of a day that there is."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?", text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


Parts = tuple[int, int, int, int | None, int | None] | tuple[()]


def _parts(text: str, order: str) -> Parts | None:
    """Year, month, day, hour, minute; () where day and month could change places."""
    for pattern in (_ISO, _PACKED):
        if found := pattern.fullmatch(text):
            year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
            return _known(year), _known(month), _known(day), hour, minute
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]), *_hour(found)
    if found := _POINTS.fullmatch(text):
        year = int(found[3])
        century = 100 * (date.today().year // 100)
        if year < 100:
            year += century if year <= date.today().year - century + 1 else century - 100
        return year, int(found[2]), int(found[1]), *_hour(found)
    if found := _NAMED.fullmatch(text):
        return _named(found, found[2], found[1])
    if found := _NAMED_US.fullmatch(text):
        return _named(found, found[1], found[2])
    if found := _SLASHES.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if first > 12 or (order == DAY_FIRST and second <= 12) or first == second:
            return year, second, first, *_hour(found)
        if second > 12 or order == MONTH_FIRST:
            return year, first, second, *_hour(found)
        return ()
    return None


def _named(found: re.Match[str], month: str, day: str) -> Parts | None:
    number = _MONTHS.get(month.lower())
    return None if number is None else (int(found[3]), number, int(day), *_hour(found))


def _hour(found: re.Match[str]) -> tuple[int | None, int | None]:
    hour, minute, half = found[4], found[5], (found[6] or "").upper()
    if hour is None:
        return None, None
    return int(hour) % 12 + 12 * (half == "PM") if half else int(hour), int(minute)


def _known(part: int | None) -> int:
    assert part is not None  # the pattern asks for it
    return part


def other_material(text: str) -> str:
    """What a test was made of as the file says it, "" where that is blood or nothing is said."""
    words = re.split(r"[^\w]+", text[:_LONGEST])
    return text.strip()[:_LONGEST] if any(map(_OTHER_MATERIAL.fullmatch, words)) else ""


def cut(text: str) -> str:
    """A value's text, without what would be a document."""
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"


def too_many(name: str) -> InputProblem:
    return InputProblem(name, f"it holds more than {MAX_VALUES:,} values", "Give the part that matters.")
