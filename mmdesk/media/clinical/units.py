"""Units as UCUM, laboratories and people write them, converted to the unit of a term.

A term's own `units` come first: they hold molar masses, and what a unit means for this test. What they do not
know is left to pint, where it is a matter of dimension alone.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mmdesk.media.quantities import unit_pattern
from mmdesk.vocabulary import Scale, Term

if TYPE_CHECKING:
    from pint import UnitRegistry

_MOST = 30  # characters of a unit
_ANNOTATION = re.compile(r"\{[^{}]{0,40}\}")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SPELLINGS = (
    (re.compile(r"mm ?\[?Hg\]?", re.IGNORECASE), "mm[Hg]"),
    (re.compile(r"°\s?C|℃|deg ?C|Celsius", re.IGNORECASE), "Cel"),
    (re.compile(r"°\s?F|℉|deg ?F|\[degF\]|Fahrenheit", re.IGNORECASE), "[degF]"),
    (re.compile(r"\[I?U\]", re.IGNORECASE), "[IU]"),
    (re.compile(r"\b([mµunk]?)IU\b(?!\])"), r"\1[IU]"),
    (re.compile(r"\bmcg\b"), "ug"),
    (re.compile(r"\bmcL\b|\bmm(?:\^?3|³)|\bcumm\b"), "uL"),
    (re.compile(r"\b(?:UI|IE)\b"), "[IU]"),  # French, German
    (re.compile(r"\bmval\b"), "mEq"),
    (re.compile(r"\bGiga(?=/L)", re.IGNORECASE), "10*9"),
    (re.compile(r"\bTsd\b\.?|\bthou(?:s(?:ands?)?)?\b\.?", re.IGNORECASE), "10*3"),
    (re.compile(r"(?<=10)\((\d)\)"), r"*\1"),
    (re.compile(r"\b(?:Zellen|Zell\.)(?=/)", re.IGNORECASE), ""),
    (re.compile(r"^(?:x|\*|·)[ ]?(?=10)", re.IGNORECASE), ""),
    (re.compile(r"(?<=10)(?:\*\*|\^|e|E|\*)?(?=-?[1-9](?:/|$))"), "*"),
    (re.compile(r"[ ]?\bper\b[ ]?", re.IGNORECASE), "/"),
)
_OF_PEOPLE = {"mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "[IU]": "IU", "[lb_av]": "lb"}
_COMPONENT = re.compile(
    r"(?P<divide>[/.])?(?:10\*(?P<power>-?\d{1,2})|(?P<number>[1-9]\d{0,3})"
    r"|(?P<atom>[A-Za-zµ%\[\]_]{1,12})(?P<exponent>-?[1-9])?)"
)
# UCUM → pint. [IU] is left out: what one is depends on the substance.
_ATOMS = {
    "Cel": "degC", "[degF]": "degF", "mm[Hg]": "mmHg", "%": "percent", "U": "enzyme_unit", "kat": "katal",
    "a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second",
    "L": "liter", "l": "liter", "g": "gram", "m": "meter", "mol": "mole", "Pa": "pascal", "K": "kelvin",
    "Hz": "hertz", "[lb_av]": "pound", "lb": "pound", "year": "year", "years": "year", "month": "month",
    "months": "month", "Jahr": "year", "Jahre": "year", "Monate": "month", "Wochen": "week", "Tage": "day",
    "ans": "year", "week": "week", "weeks": "week", "day": "day", "days": "day", "[oz_av]": "ounce",
}  # fmt: skip
_PREFIXES = {
    "k": "kilo", "d": "deci", "c": "centi", "m": "milli", "u": "micro", "µ": "micro", "n": "nano",
    "p": "pico", "f": "femto", "M": "mega", "G": "giga", "T": "tera",
}  # fmt: skip
_METRIC = ("kat", "mol", "Pa", "Hz", "L", "l", "g", "m", "U", "K", "s")


def to_term(number: float, unit: str, term: Term) -> float | None:
    """The number in the term's unit, rounded to its decimals where that is another one; None where it
    cannot be told."""
    if not term.unit:
        return None
    for spelling in _cleaned(unit):
        for scale, pattern in _patterns(term.unit, tuple(_scales(term).items())):
            if pattern.fullmatch(spelling):
                same = scale == Scale(1.0)
                return number if same else round(number * scale.factor + scale.offset, term.decimals)
    # From grams to moles by the term's own scale: 0.98 g/L of glucose are 98 mg/dL.
    scales = (pair for pair in _scales(term).items() if "/" in pair[0])
    for text, scale in ((term.unit, Scale(1.0)), *scales):
        if (converted := _by_dimension(number, unit, text)) is not None:
            return round(converted * scale.factor + scale.offset, term.decimals)
    return None


def _scales(term: Term) -> dict[str, Scale]:
    return {str(term.unit): Scale(1.0), **(term.units or {})}


@lru_cache(maxsize=256)
def _patterns(unit: str, scales: tuple[tuple[str, Scale], ...]) -> tuple[tuple[Scale, re.Pattern[str]], ...]:
    """Some laboratories print in capitals; no term has two units that differ in case alone."""
    spelled = sorted(scales, key=lambda pair: len(pair[0]), reverse=True)
    return tuple((scale, re.compile(unit_pattern(text), re.IGNORECASE)) for text, scale in spelled)


def _cleaned(unit: str) -> tuple[str, ...]:
    """As it is printed, without annotations; and as UCUM writes it, with the marks of people."""
    plain, people = _ANNOTATION.sub("", unit).strip(), _ucum(unit)
    for ucum, spelling in _OF_PEOPLE.items():
        people = people.replace(ucum, spelling)
    return plain, people


def _ucum(unit: str) -> str:
    text = _ANNOTATION.sub("", unit).strip().translate(_SUPERSCRIPTS).replace("μ", "µ")[:_MOST]
    for pattern, written in _SPELLINGS:
        text = pattern.sub(written, text)
    return text.replace(" ", "")


def _by_dimension(number: float, unit: str, target: str) -> float | None:
    import pint

    given, wanted = _pint_of(unit), _pint_of(target)
    if given is None or wanted is None:
        return None
    try:
        return float(_registry().Quantity(number * given[0], given[1]).to(wanted[1]).magnitude / wanted[0])
    except pint.PintError:  # of another dimension
        return None


@lru_cache(maxsize=512)
def _pint_of(unit: str) -> tuple[float, Any] | None:
    """A factor and pint's unit; None for what is none that is known. Only names of _ATOMS reach pint."""
    text, place = _ucum(unit), 0
    registry = _registry()
    factor, made = 1.0, registry.Unit("")
    alone = True
    while place < len(text):
        found = _COMPONENT.match(text, place)
        if found is None or (place > 0 and not found["divide"]):
            return None
        exponent = int(found["exponent"] or 1) * (-1 if found["divide"] == "/" else 1)
        if found["power"]:
            factor *= 10.0 ** (int(found["power"]) * exponent)
        elif found["number"]:
            factor *= float(found["number"]) ** exponent
        else:
            name = _pint_name(found["atom"])
            if name is None or (name in ("degC", "degF") and (place > 0 or found.end() < len(text))):
                return None
            made *= registry.Unit(name) ** exponent
        alone = False
        place = found.end()
    return None if alone or not 0 < factor < float("inf") else (factor, made)


def _pint_name(atom: str) -> str | None:
    if atom in _ATOMS:
        return _ATOMS[atom]
    for base in _METRIC:
        if atom.endswith(base) and (prefix := _PREFIXES.get(atom.removesuffix(base))):
            return prefix + _ATOMS[base]
    return None


@lru_cache(maxsize=1)
def _registry() -> "UnitRegistry[Any]":
    import pint  # a third of a second

    return pint.UnitRegistry()
