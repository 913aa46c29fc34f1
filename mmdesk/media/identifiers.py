"""What in a record tells who it is about: names, dates, numbers, ways to reach a person, great ages.

The usual forms in English and German are found, and not all of them: a text that was masked is to be read
before it is passed on. Of the eighteen kinds of HIPAA's safe harbour (45 CFR 164.514(b)(2)) places smaller
than a state are not looked for, but for postal addresses, nor are pictures and devices.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mmdesk.media.names import names_in
from mmdesk.media.text import matches

Span = tuple[int, int]


class Kind(StrEnum):
    NAME = "name"
    DATE = "date"
    NUMBER = "number"
    PHONE = "phone"
    EMAIL = "e-mail"
    LINK = "link"
    ADDRESS = "address"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Identifier:
    """`span` is the place in the text as (start, end) characters."""

    kind: Kind
    span: Span

    @property
    def mask(self) -> str:
        """What stands in its place. An age over 89 stays one, so that a pack reads 89."""
        return "over 89" if self.kind is Kind.AGE else f"[{self.kind}]"


def find_identifiers(text: str) -> tuple[Identifier, ...]:
    """In order of place; none overlaps another."""
    plain = text.translate(_PLAIN)
    taken = bytearray(len(text))
    found = []
    for kind, (start, end) in _candidates(plain):
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(Identifier(kind, (start, end)))
    return tuple(sorted(found, key=lambda item: item.span))


def masked(text: str, found: Iterable[Identifier]) -> str:
    parts, last = [], 0
    for item in found:
        parts += [text[last : item.span[0]], item.mask]
        last = item.span[1]
    return "".join((*parts, text[last:]))


def counted(found: Iterable[Identifier]) -> dict[Kind, int]:
    """How many of each kind there are, in the order of Kind; only kinds that are there."""
    counts = Counter(item.kind for item in found)
    return {kind: counts[kind] for kind in Kind if counts[kind]}


def _candidates(text: str) -> Iterator[tuple[Kind, Span]]:
    """The surest first: of what overlaps the first one counts."""
    for kind, pattern in _PATTERNS:
        for match in matches(pattern, text):
            yield kind, match.span("it")
    names = sorted(names_in(text), key=lambda span: (span[0] - span[1], span))
    yield from ((Kind.NAME, span) for span in names)
    yield from ((Kind.DATE, match.span("it")) for match in matches(_MONTH_ALONE, text))


# Character for character, so that places stay the same.
_PLAIN = str.maketrans(
    dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    | dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
    | {"\u2018": "'", "\u2019": "'"}
)

_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_YEAR, _SHORT_YEAR = r"(?:1[89]\d\d|20\d\d)", r"(?:'?\d\d)"
_MONTH_NAME = (
    r"(?:Jan(?:uary|uar|\.)?|JAN(?:UARY)?|Feb(?:ruary|ruar|\.)?|FEB(?:RUARY)?|Mar(?:ch|\.)?|MAR(?:CH)?|März|Mrz\.?"
    r"|Apr(?:il|\.)?|APR(?:IL)?|May|MAY|Mai|June?|JUNE?|Juni|July?|JULY?|Juli|Aug(?:ust|\.)?|AUG(?:UST)?"
    r"|Sept?(?:ember|\.)?|SEPT?(?:EMBER)?|Oct(?:ober|\.)?|OCT(?:OBER)?|Okt(?:ober|\.)|Nov(?:ember|\.)?"
    r"|NOV(?:EMBER)?|Dec(?:ember|\.)?|DEC(?:EMBER)?|Dez(?:ember|\.)|march|april|july|august|september|october"
    r"|november|december|january|february)"
)
_UNIT = r"(?![ ]?(?:mg|µg|mcg|g|kg|ml|mL|l|L|dl|mmol|mmHg|mEq|IU|units?|cm|mm|%|x|bpm|°|hours?|hrs?|min)\b|%)"
_FREE = r"(?<![\w./,:-])"
_CLOSED = r"(?![\w/-]|[.,:]\d)"
_ORDINAL = r"(?:st|nd|rd|th)"
_DATES = (
    rf"{_FREE}(?P<it>{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d)?)?)"
    r"(?![\w-])",
    rf"{_FREE}(?P<it>{_YEAR}([/.]){_MONTH}\2{_DAY}){_CLOSED}",
    rf"{_FREE}(?P<it>(?:{_DAY}([/.-]){_MONTH}|{_MONTH}([/.-]){_DAY})(?:\2|\3)(?:{_YEAR}|{_SHORT_YEAR}))"
    rf"{_CLOSED}{_UNIT}",
    rf"{_FREE}(?P<it>{_DAY}(?:{_ORDINAL}|\.)?[ -]?(?:of[ ])?{_MONTH_NAME},?[ -]{{0,2}}(?:{_YEAR}|'\d\d))"
    rf"{_CLOSED}",
    rf"{_FREE}(?P<it>{_DAY}[ -]?{_MONTH_NAME}[ -]?\d\d){_CLOSED}{_UNIT}",
    rf"(?<![\w-])(?P<it>{_MONTH_NAME}[ ]{_DAY}{_ORDINAL}?(?:[ ]?(?:-|to|and)[ ]?{_DAY}{_ORDINAL}?)?"
    rf",?[ ]{{1,2}}{_YEAR}){_CLOSED}",
    rf"(?<![\w-])(?P<it>{_MONTH_NAME}(?:,?[ ]|[ ]of[ ]|-){_YEAR}){_CLOSED}",
    rf"{_FREE}(?P<it>{_DAY}{_ORDINAL}[ ](?:of[ ])?{_MONTH_NAME})(?!\w)",
    rf"(?<=\b[Oo]n[ ])(?P<it>{_DAY}[ ]{_MONTH_NAME})(?!\w)",
    rf"(?<=\bam[ ])(?P<it>{_DAY}\.[ ]?(?:{_MONTH_NAME}(?!\w)|{_MONTH}\.(?!\d)))",
    rf"(?<![\w-])(?P<it>(?!May[ ]|MAY[ ]){_MONTH_NAME}[ ]{_DAY}{_ORDINAL}?){_CLOSED}{_UNIT}",
    rf"(?<![\w-])(?P<it>May[ ]{_DAY}{_ORDINAL})(?!\w)",
    rf"(?<=\b[Oo]n[ ])(?P<it>{_MONTH}/{_DAY}|May[ ]{_DAY})(?![\w/%]|\.\d)",
    rf"{_FREE}(?P<it>{_MONTH}/{_YEAR}){_CLOSED}{_UNIT}",
    r"(?i:\b(?:dob|d\.o\.b\.|date[ ]of[ ]birth|birth[ ]?date|born(?:[ ]on)?|geboren(?:[ ]am)?|geburtsdatum"
    rf"|geb\.?|dod|date)[ ]?[:=]?[ ]?)(?P<it>\d{{8}}|\d{{6}}"
    rf"|{_DAY}[ ]?[/.-][ ]?{_MONTH}[ ]?[/.-][ ]?\d{{2,4}}"
    rf"|{_MONTH}[ ]?[/.-][ ]?{_DAY}[ ]?[/.-][ ]?\d{{2,4}})(?![\w-])",
)
_MONTH_ALONE = re.compile(
    rf"\b(?:[Ii]n|[Ss]ince|[Ll]ast|[Uu]ntil|[Ee]arly|[Ll]ate|[Ii]m|[Ss]eit)[ -](?P<it>{_MONTH_NAME})(?![\w-])"
)

_CODE = r"(?:[A-Z]{1,5}[ -]?)?\d[A-Z\d]{0,20}(?:[-/. ]?[A-Z]{0,3}\d[A-Z\d]{0,12}){0,6}"
_NUMBERED = (
    r"(?:mrn|m\.r\.n\.|(?:medical|hospital|health|patient|chart|clinic)[ ]record|record|patient|pat\.?|chart"
    r"|case|hospital|encounter|visit|account|acct\.?|policy|member|subscriber|group|insurance|medicare|medicaid"
    r"|claim|accession|specimen|order|admission|passport|(?:driver'?s[ ])?licen[cs]e|nhs|ssn|npi|dea|serial"
    r"|social[ ]security|identification|reference|ref\.?|fall|patienten|aufnahme|auftrags|versicherungs"
    r"|versicherten|krankenversicherungs|sozialversicherungs|rentenversicherungs|personalausweis|pass|proben)"
)
_NAMED = r"(?:mrn|m\.r\.n\.|ssn|kvnr|acc(?:ession)?|iban|npi|upi|eid|pid|hicn|vin)"
_SIGN = r"(?:[ ]?-?(?:numbers?|nummer|no\.?|num\.?|nr\.?|id|code|\#))"
_NUMBERS = (
    rf"(?<![\w-])(?i:{_NUMBERED}{_SIGN}{{1,2}})[ ]?[:=\#]?[ ]?\#?(?P<it>{_CODE})(?!\w)",
    rf"(?<![\w-])(?i:{_NAMED})[ ]?[:=\#]?[ ]?\#?(?P<it>{_CODE})(?!\w)",
    r"(?<![\w-])(?P<it>\d{3}-\d{2}-\d{4})(?![\w-])",
    r"(?<![\w-])(?P<it>[A-Z]\d{9})(?!\w)",  # a German health insurance number
    r"(?<!\w)\#[ ]?(?P<it>\d{5,12})(?![\w.])",
    r"(?<![\w-])(?P<it>DE\d{2}(?:[ ]?\d{4}){4}[ ]?\d{2})(?!\w)",
)  # fmt: skip

_EXTENSION = r"(?:[ ]?(?:x|ext\.?)[ ]?\d{1,5})?"
_PHONES = (
    r"(?<![\w-])(?i:tel(?:efon|ephone)?|phone|fax|mobile|mobil|cell(?:ular)?|handy|pager|beeper|call|contact)\b"
    r"\.?[ ]?(?i:no\.?|nr\.?|number|nummer)?[ ]?[:=]?[ ]?(?P<it>\+?\(?\d[\d ()/.-]{4,18}\d)(?!\w)",
    r"(?<![\w-])(?P<it>(?:\+?1[ .-])?(?:\(\d{3}\)[ ]?|\d{3}[.-])\d{3}[.-]\d{4}"
    rf"{_EXTENSION})(?![\w-])",
    r"(?<![\w.])(?P<it>\+\d{1,3}[ .-]?(?:\(0\)[ ]?)?\(?\d{1,5}\)?(?:[ ./-]?\d{2,8}){1,4})(?!\w)",
    r"(?<![\w./-])(?P<it>0\d{2,4}[ ]?[/-][ ]?\d{4,9}|0\d{3,4}[ ]\d{5,8}|0\d{2,3}[ ]\d{3,4}[ ]\d{4})"
    r"(?![\w./])",
)
_EMAILS = (r"(?<![\w.+-])(?P<it>[\w.+-]{1,64}@[A-Za-z\d-]{1,63}(?:\.[A-Za-z\d-]{1,63}){1,4})",)
_LINKS = (r"(?P<it>(?:https?://|www\.)[^\s<>\"]{3,200}[^\s<>\".,;)])",)

_PROPER = r"[A-ZÀ-ÖØ-Þ][\w'-]{1,30}"
_CITY = rf"{_PROPER}(?:[ ]{_PROPER}){{0,2}}"
_POSTCODE = r"(?:[A-Z]{2}[ ]\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2})"
_TOWN = rf"(?:,?[ ](?:D-)?\d{{5}}[ ]{_CITY})?"
_ADDRESSES = (
    rf"(?<![\w.])(?P<it>\d{{1,5}}[A-Za-z]?[ ](?:[NSEW]\.?[ ])?(?:{_PROPER}[ ]){{1,3}}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace"
    r"|Close|Crescent|Gardens|Highway|Hwy|Parkway|Pkwy)\b\.?"
    r"(?:,?[ ](?:Apt|Apartment|Suite|Unit|Flat|\#)\.?[ ]?\w{1,5})?"
    rf"(?:,[ ]?{_CITY}(?:,?[ ]{_POSTCODE})?)?)",
    rf"(?<!\w)(?P<it>(?:{_PROPER}[ ]){{0,2}}[A-ZÄÖÜ][\wäöüß]{{1,20}}"
    rf"(?:straße|strasse|str\.|allee|gasse|platz|damm|ufer|weg)[ ]\d{{1,4}}[a-z]?(?!\w){_TOWN})",
    rf"(?<!\w)(?P<it>{_PROPER}(?:[ -]{_PROPER})?[ -](?:Straße|Str\.|Allee|Gasse|Platz|Weg)[ ]\d{{1,4}}[a-z]?"
    rf"(?!\w){_TOWN})",
    rf"(?<![\w,])(?P<it>{_CITY},[ ](?:[A-Z]{{2}}[ ]\d{{5}}(?:-\d{{4}})?))(?!\w)",
    r"(?i:(?<!\w)(?:(?:home|mailing|postal|street)[ ])?(?:address|anschrift|adresse|wohnhaft(?:[ ]in)?)[ ]?"
    r"[:=][ ]?)(?P<it>(?=[^\n;]{0,80}\d)[^\s;][^\n;]{3,80}?)"
    r"(?=[ ]*(?:$|[\n;]|\.(?:\s|$)|(?i:tel|phone|dob|mrn)\b))",
)

_GREAT = r"(?:9\d|1[0-2]\d)"
_AGES = (
    rf"(?<![\w.,/-])(?P<it>{_GREAT})(?=[ -]?(?i:years?[ -]old|yrs?[ -]old|y[./]?o\.?(?!\w)|years[ ]of[ ]age"
    r"|jährige?[rns]?\b|jahre[ ]alt))",
    rf"(?i:\b(?:aged?|alter|age[ ]of|at[ ]age)[ ]?[:=]?[ ]?)(?P<it>{_GREAT})(?![\w.,/%-]\d|\w)",
)

_PATTERNS = tuple(
    (kind, re.compile(pattern, re.MULTILINE))
    for kind, patterns in (
        (Kind.EMAIL, _EMAILS),
        (Kind.LINK, _LINKS),
        (Kind.ADDRESS, _ADDRESSES),
        (Kind.DATE, _DATES),
        (Kind.NUMBER, _NUMBERS),
        (Kind.PHONE, _PHONES),
        (Kind.AGE, _AGES),
    )
    for pattern in patterns
)
