"""Numbers with units as clinicians write them: in sentences, in laboratory printouts, in table columns.

Every repetition in the patterns is bounded or possessive, so no text makes them slow.
"""

import re
from dataclasses import dataclass

from mmdesk.vocabulary import Scale, Term

# What may stand between a name and its number: "temperature was 38.9", "CRP rose to 96".
_FILLERS = (
    "of|is|was|were|are|at|to|be|been|now|today|then|found|measured|recorded|noted|reading|levels?|counts?|"
    "values?|concentrations?|results?|initially|currently|around|about|approximately|approx|only|has|had|"
    "elevated|raised|increased?|increasing|decreased?|decreasing|reduced|rose|fell|dropped|low|high|normal|"
    "mildly|slightly|moderately|markedly|peak|maximum|rate|"
    "on (?:admission|arrival|presentation|examination|exam|room air|RA|air)|(?:in|at) room air|room air"
)
_SEPARATOR = r"[ \t:=|()\[\],;~≈-]{0,24}+"
_JOINT = re.compile(rf"{_SEPARATOR}(?:(?:{_FILLERS})\b\n?{_SEPARATOR}){{0,6}}+", re.IGNORECASE)
_POINT = "[.,·∙•\ufffd]"
# Not a part of a range, a date, a fraction, a power, a grade or a longer number.
_ALONE = rf"(?![\d^+]|{_POINT}\d|[ \t]?/[ \t]?\d|[ \t]?(?:-|to\b)[ \t]?\d)"
_DIGITS = rf"(?:\d{{1,3}}(?:,\d{{3}}){{2}}|\d{{1,7}}(?:{_POINT}\d{{1,5}})?)"
_NUMBER = re.compile(_DIGITS + _ALONE)
_SPACED = re.compile(rf"\d{{1,3}}(?: \d{{3}}){{1,2}}{_ALONE}")
_PAIR = re.compile(r"(\d{2,3})[ \t]?(?:/|\bover\b)[ \t]?(\d{2,3})(?![\d/]|[.,]\d|[ \t]?-[ \t]?\d)")
_FLAG = r"(?:HH?|LL?|N|\*{1,2}|↑|↓|high|low)"
_GAP = re.compile(rf"[ \t]{{0,30}}+(?:[|;][ \t]{{0,30}}+|,(?=\S))?(?:{_FLAG}(?=[ \t|])[ \t|]{{1,30}}+)?")
# The number says how much it changed: "weight: 5 lb increase".
_CHANGE = re.compile(
    r"[ \t](?:increase|decrease|gain|loss|rise|drop|fall|more|less|higher|lower|above|below)\b", re.I
)
# What follows a number whose unit the term does not know, or that counts something else.
_UNKNOWN_UNIT = re.compile(
    r"[^\W\d_]|[ \t]?(?:%|‰|/[ \t]?[^\W\d_]|[µ?]|[x*][ \t]?10|[^\W\d_]{1,12}/[^\W\d_]"
    r"|(?:[munp]?mol|m?eq|k?g|gm|mc?g|ml|d?l|[cm]m|kpa|mmhg|i?u|units?|lbs?|pounds?|percent|points?|times?|x"
    r"|doses?|tablets?|sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|yrs?|st|nd|rd|th)\b)"
    rf"|[ \t]{{0,30}}+[|\t][ \t]{{0,30}}+(?!{_FLAG}[ \t|])[^\W\d_]\S{{0,15}}+[ \t]{{0,30}}+(?:[|\t\n]|$)",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?P<column>[ \t|;,*]{{0,30}}+)(?:{_FLAG}(?=[ \t|;,(\[])[ \t|;,]{{0,30}}+)?(?P<open>[(\[])?[ \t]?"
    r"(?P<word>(?:ref(?:erence)?|normal|limit)s?(?:[. ]{1,2}(?:range|interval|values?|limits?))?|range|norm)?"
    rf"[.:= \t]{{0,6}}(?:(?P<low>{_DIGITS})[ \t]?(?:-|to\b)[ \t]?(?P<high>{_DIGITS})"
    rf"|(?P<side><|≤|>|≥)?=?[ \t]?(?P<bound>{_DIGITS}))",
    re.IGNORECASE,
)
_OPENING = re.compile(r"[ \t]?[(\[]")
_CELL_END = re.compile(r"[ \t]*+(?:[|;,\t\n]|$)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value in the term's unit and the range printed with it, if any; `end` is where its unit ends.

    `sure` is False for a bare integer, which needs a name that cannot mean anything else.
    """

    value: float
    range: tuple[float | None, float | None] | None
    end: int
    sure: bool


class NumberReader:
    """Reads the numbers of one term."""

    def __init__(self, term: Term) -> None:
        self._term = term
        scales = {**(term.units or {}), **({term.unit: Scale(1.0)} if term.unit else {})}
        spellings = sorted(scales, key=len, reverse=True)
        self._units = [(re.compile(unit_pattern(text), re.IGNORECASE), scales[text]) for text in spellings]

    def behind(self, text: str, start: int) -> Quantity | None:
        """The quantity that follows a name ending at `start`."""
        header = self._header(text, start)
        scale, start = header or (None, start)
        joint = _joint(text, start)
        return self.at(text, joint.end(), scale, loose="," not in joint.group() and ";" not in joint.group())

    def at(self, text: str, start: int, header: Scale | None = None, loose: bool = True) -> Quantity | None:
        """The quantity that begins at `start`; `header` is its unit where that came before it."""
        for shape in (_SPACED, _NUMBER):
            number = shape.match(text, start)
            unit = self._unit(text, number.end()) if number else None
            if number is None or (unit is None and shape is _SPACED):
                continue
            scale, end = unit or (header, number.end())
            if _CHANGE.match(text, end) or (scale is None and _UNKNOWN_UNIT.match(text, end)):
                return None
            fitted = self._fit(_readings(number.group()), scale)
            sure = scale is not None or re.search(_POINT, number.group()) is not None
            if fitted is None or not (sure or loose):
                return None
            value, used = fitted
            return Quantity(value, self._printed_range(text, end, used), end, sure)
        return None

    def pair(self, text: str, start: int) -> tuple[float, float, int] | None:
        """The numbers of "120/80 mmHg" behind a name ending at `start`, and where their unit ends."""
        found = _PAIR.match(text, _joint(text, start).end())
        if found is None:
            return None
        unit = self._unit(text, found.end())
        if unit is None and _UNKNOWN_UNIT.match(text, found.end()):
            return None
        return float(found[1]), float(found[2]), unit[1] if unit else found.end()

    def _unit(self, text: str, start: int) -> tuple[Scale, int] | None:
        gap = _GAP.match(text, start)
        begin = gap.end() if gap else start
        for pattern, scale in self._units:
            if found := pattern.match(text, begin):
                return scale, found.end()
        return None

    def _header(self, text: str, start: int) -> tuple[Scale, int] | None:
        """The unit of "WBC (10^9/L): 14.2"."""
        opening = _OPENING.match(text, start)
        unit = self._unit(text, opening.end()) if opening else None
        return unit if unit and text[unit[1] : unit[1] + 1] in (")", "]") else None

    def _fit(self, readings: tuple[float, ...], scale: Scale | None) -> tuple[float, Scale] | None:
        """The first reading within the limits, and the scale it was read in."""
        for number in readings:
            if scale is not None:
                if self._allowed(value := self._convert(number, scale)):
                    return value, scale
            elif self._allowed(number):
                low, high = self._term.unitless or (number, number)
                return (number, Scale(1.0)) if low <= number <= high else None
            elif other := self._only_other(number):
                return other
        return None

    def _only_other(self, number: float) -> tuple[float, Scale] | None:
        """The value in the one other unit that makes a bare number possible: 101.2 is in °F."""
        scales = {(scale.factor, scale.offset): scale for _, scale in self._units}
        values = [(self._convert(number, scale), scale) for scale in scales.values()]
        possible = [pair for pair in values if self._allowed(pair[0])]
        return possible[0] if len(possible) == 1 else None

    def _allowed(self, value: float) -> bool:
        low, high = self._term.limits or (value, value)
        return low <= value <= high

    def _below_limit(self, bound: float) -> bool:
        return self._term.limits is None or bound <= self._term.limits[1]

    def _convert(self, number: float, scale: Scale) -> float:
        if scale.factor == 1.0 and scale.offset == 0.0:
            return number
        return round(number * scale.factor + scale.offset, self._term.decimals)

    def _printed_range(self, text: str, start: int, scale: Scale) -> tuple[float | None, float | None] | None:
        found = _RANGE.match(text, start)
        if found is None:
            return None
        unit = self._unit(text, found.end())
        used, end = unit or (scale, found.end())
        word = (found["word"] or "").lower()
        bracket = found["open"] is not None and text[end : end + 2].lstrip()[:1] in (")", "]")
        cell = re.search(r"[|\t;]|  ", found["column"]) is not None and _CELL_END.match(text, end) is not None
        if not (bracket or cell or word.startswith(("ref", "norm", "limit"))):
            return None
        if found["bound"] is None:
            low, high = (self._convert(_readings(found[side])[0], used) for side in ("low", "high"))
            return (low, high) if low < high and self._below_limit(high) else None
        bound = self._convert(_readings(found["bound"])[0], used)
        if not self._below_limit(bound):
            return None
        if found["side"] in (">", "≥"):
            return bound, None
        return (None, bound) if found["side"] or word.startswith("limit") else None


def _joint(text: str, start: int) -> re.Match[str]:
    joint = _JOINT.match(text, start)
    assert joint is not None  # every part of the pattern may be empty
    return joint


def _readings(printed: str) -> tuple[float, ...]:
    """What a printed number may mean, the likeliest first: "14,200" is a thousand's comma, "14,2" is not."""
    digits = printed.replace(" ", "")
    if digits.count(",") == 2:
        return (float(digits.replace(",", "")),)
    parts = re.split(_POINT, digits)
    if len(parts) == 1:
        return (float(digits),)
    whole, part = parts
    decimal, thousands = float(f"{whole}.{part}"), float(whole + part)
    if len(part) != 3 or whole == "0":
        return (decimal,)
    return (thousands, decimal) if "," in digits else (decimal, thousands)


_UNIT_PARTS = re.compile(r"10(?:\^\d|⁹)|/(?:dL|mL|nL|µL|L)\b|/min\b|mm3|[ /µ°]|.", re.DOTALL)
_SLASH = r"(?:[ \t]?/[ \t]?|[ \t]per[ \t])"
_UNIT_FORMS = {
    " ": r"[ \t-]?",
    "/": _SLASH,
    "µ": "(?:[µu?\ufffd]|mc)",
    "°": "(?:(?:[°?\ufffd]|deg(?:rees?)?)[ \t]?)?",
    "/L": rf"{_SLASH}(?:L|lit(?:er|re))",
    "/dL": rf"{_SLASH}(?:dL|deciliter|decilitre)",
    "/µL": rf"{_SLASH}(?:[µu?\ufffd]L|mcL|microliter|microlitre)",
    "mm3": r"(?:mm(?:\^?3|³)|cubic millimet(?:er|re))",
    "/min": rf"{_SLASH}min(?:ute)?",
}


def unit_pattern(spelling: str) -> str:
    """A pattern for a unit as people write it: "10^9/L" also matches "x 10⁹ per L" and "x109/l"."""
    parts = []
    for part in _UNIT_PARTS.findall(spelling):
        if part.startswith("10") and len(part) > 2:
            power = "9⁹" if part[-1] in "9⁹" else f"{part[-1]}³"
            parts.append(rf"(?:[x*·?\ufffd][ \t]?)?(?:10[ \t]?(?:\^|\*\*?|e)?[ \t]?[{power}]|E[{power}])")
        else:
            parts.append(_UNIT_FORMS.get(part) or re.escape(part))
    return "".join(parts) + r"(?![\w^%/])"
