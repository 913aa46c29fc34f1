"""HL7 version 2: observation results (ORU), one message or a batch → values. Chapters 2 and 7 of the
standard, versions 2.3 to 2.8."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.fhir import age_at
from mmdesk.media.clinical.sheet import check_size, damaged
from mmdesk.media.clinical.table import several_patients
from mmdesk.media.clinical.values import (
    MAX_VALUES,
    NOT_FINAL,
    LabValue,
    cut,
    decimal_mark,
    is_iso,
    other_material,
    read_date,
    read_number,
    read_range,
    too_many,
)  # fmt: skip

MAX_BYTES = 8 * 2**20
_SEX = "46098-0"
_SEXES = {"M": "male", "F": "female"}
_WRONG, _EARLY = ("D", "W", "X", "N"), ("I", "P", "R", "S", "O")
_CHARSETS = {"UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "8859/1": "cp1252", "8859/15": "iso8859-15"}
_TEXTS = ("TX", "FT")
_READ = ("NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "CF", "IS", "ID", "DT", "TS", "DTM", "TM")
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters that a message separates its parts with."""

    field: str
    component: str
    repetition: str
    escape: str
    part: str


def read_hl7(data: bytes, name: str) -> tuple[LabValue, ...]:
    """Raises InputProblem."""
    check_size(data, name, MAX_BYTES)
    text = _decoded(data, name)
    segments = [line.strip("\x0b\x1c ") for line in re.split(r"[\r\n]+", text)]
    values: list[LabValue] = []
    people: set[str] = set()
    results = False
    for message in _messages(segments):
        marks = _marks(message[0], name)
        header = message[0].split(marks.field)
        if not _at(header, 8).startswith("ORU"):  # MSH-1 is the separator itself
            continue
        results = True
        people |= {_at(s.split(marks.field), 3) for s in message if s.startswith("PID")} - {""}
        for value in _message(message, marks):
            if len(values) == MAX_VALUES:
                raise too_many(name)
            values.append(value)
    if len({_first_id(person) for person in people}) > 1:
        raise several_patients(name)
    if not results:
        raise InputProblem(name, "this message holds no results", "Export the results as ORU^R01.")
    if not values:
        raise InputProblem(name, "no values were found in it", "Export the observations of the patient.")
    return tuple(values)


def _first_id(field: str) -> str:
    return re.split(r"[^\w.-]", field)[0]


def _decoded(data: bytes, name: str) -> str:
    """As the first message says in MSH-18, else UTF-8, else Windows-1252."""
    start = data.find(b"MSH")
    end = min((n for n in (data.find(b"\r", start), data.find(b"\n", start)) if n >= 0), default=len(data))
    header = data[start:end].decode("latin-1")
    fields = header.split(header[3:4]) if len(header) > 3 else []
    named = _CHARSETS.get(_at(fields, 17).split("~")[0].strip().upper())
    for charset in filter(None, (named, "utf-8-sig", "cp1252")):
        try:
            return data.decode(charset).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise damaged(name)


def _messages(segments: Sequence[str]) -> Iterator[list[str]]:
    message: list[str] = []
    for segment in segments:
        if segment.startswith("MSH"):
            if message:
                yield message
            message = [segment]
        elif message and segment[:3] not in ("FHS", "BHS", "BTS", "FTS"):
            message.append(segment)
    if message:
        yield message


def _marks(header: str, name: str) -> Marks:
    if len(header) < 8:
        raise damaged(name)
    field = header[3]
    encoding = header[4:].split(field)[0]
    component, repetition, escape, part = (*encoding[:4], *"^~\\&"[len(encoding[:4]) :])
    return Marks(field, component, repetition, escape, part)


def _message(message: Sequence[str], marks: Marks) -> Iterator[LabValue]:
    values = list(_observations(message, marks))
    newest = max((value.date for value in values if is_iso(value.date)), default="")
    yield from values
    for segment in message:
        fields = segment.split(marks.field)
        if fields[0] == "PID":
            sex = _at(fields, 8).split(marks.component)[0].upper()
            if sex:
                yield LabValue("sex", _SEXES.get(sex, sex), code=_SEX, place="PID")
            yield from age_at(_day(_at(fields, 7)), newest, "PID")


def _day(field: str) -> str:
    """A birth date as ISO 8601, or its year alone."""
    digits = re.match(r"\d{4,8}", field)
    if digits is None or len(digits[0]) == 4:
        return digits[0] if digits else ""
    return f"{digits[0][:4]}-{digits[0][4:6]}" if len(digits[0]) < 8 else read_date(digits[0])[0]


def _observations(message: Sequence[str], marks: Marks) -> Iterator[LabValue]:
    """OBX segments; the lines of one text are put together."""
    drawn, material, number = "", "", 0
    tenths = _tenths(message, marks)
    materials = _materials(message, marks)
    lines: list[LabValue] = []
    for segment in message:
        fields = segment.split(marks.field, _MOST_FIELDS)
        if fields[0] == "OBR":
            drawn = _at(fields, 7) or _at(fields, 22)
            material = next(materials)
        if fields[0] != "OBX":
            continue
        number += 1
        value = _observation(fields, marks, tenths, drawn, f"OBX {number}")
        if value is not None and material:
            value = replace(value, test=f"{value.test} ({material})")
        if lines and (value is None or not value.note or value.test != lines[0].test):
            yield _joined(lines)
            lines = []
        if value is not None and value.note:
            lines.append(value)
        elif value is not None:
            yield value
    if lines:
        yield _joined(lines)


def _tenths(message: Sequence[str], marks: Marks) -> str:
    """What stands before the tenths of its numbers: a point, as the standard says, or what they show."""
    fields = (segment.split(marks.field, _MOST_FIELDS) for segment in message if segment.startswith("OBX"))
    return decimal_mark(_at(own, 5) for own in fields if _at(own, 2) in ("NM", "ST", "SN")) or "."


def _materials(message: Sequence[str], marks: Marks) -> Iterator[str]:
    """Of each OBR, in order, what its results were made of where that is no blood: by its own fields, or by
    the SPM that follows it."""
    found: list[str] = []
    for segment in message:
        fields = segment.split(marks.field)
        if fields[0] == "OBR":
            named = (_at(fields, 15), _at(fields, 4))
            found.append(next(filter(None, (_other(field, marks) for field in named)), ""))
        elif fields[0] == "SPM" and found:
            found[-1] = _other(_at(fields, 4), marks) or found[-1]
    yield from found


def _other(field: str, marks: Marks) -> str:
    words = (other_material(_unescaped(part, marks)) for part in reversed(field.split(marks.component)))
    return next(filter(None, words), "")


def _joined(lines: Sequence[LabValue]) -> LabValue:
    return replace(lines[0], text=cut("\n".join(line.text for line in lines)))


def _observation(
    fields: Sequence[str], marks: Marks, tenths: str, drawn: str, place: str
) -> LabValue | None:
    kind, status = _at(fields, 2), _at(fields, 11)
    if status in _WRONG or kind not in _READ:
        return None
    parts = [part for part in _at(fields, 5).split(marks.repetition) if part]
    texts = [_value_of(part, kind, marks) for part in parts]
    text = ("\n" if kind in _TEXTS else ", ").join(filter(None, texts)).strip()
    if not text or text == '""':  # which deletes what was there
        return None
    test, code = _named(_at(fields, 3), marks)
    printed = read_number(text, tenths)
    unit = _unescaped(_at(fields, 6).split(marks.component)[0], marks).strip()
    low, high = read_range(_unescaped(_at(fields, 7).split(marks.component)[0], marks), tenths)
    when, doubt = read_date(_at(fields, 14) or drawn)
    return LabValue(
        test, cut(text), printed.number, printed.sign, code, unit or printed.unit, low, high,
        _at(fields, 8).split(marks.repetition)[0].split(marks.component)[0] or printed.flag, when, place,
        printed.doubt or doubt or (NOT_FINAL if status in _EARLY else ""),
        note=kind in _TEXTS and printed.number is None,
    )  # fmt: skip


def _value_of(part: str, kind: str, marks: Marks) -> str:
    components = [_unescaped(component, marks).strip() for component in part.split(marks.component)]
    if kind == "SN":  # comparator, number, separator, number
        return "".join(components[:4])
    if kind in ("CE", "CWE", "CNE", "CF"):
        return next(filter(None, (*components[1:2], components[0])), "")
    return _unescaped(part, marks)


def _named(field: str, marks: Marks) -> tuple[str, str]:
    """What OBX-3 calls the test, and its LOINC code, which may be the alternate one."""
    first = field.split(marks.repetition)[0].split(marks.component)
    parts = [_unescaped(part, marks).strip() for part in first]
    triplets = [parts[n : n + 3] + [""] * (3 - len(parts[n : n + 3])) for n in (0, 3)]
    code = next((code for code, _, system in triplets if system.upper() in ("LN", "LOINC")), "")
    words = [triplets[0][1], triplets[1][1], triplets[0][0]]
    return cut(next(filter(None, words), "value")), code


def _unescaped(text: str, marks: Marks) -> str:
    if not marks.escape or marks.escape not in text:
        return text
    mark = re.escape(marks.escape)
    own = (marks.field, marks.component, marks.part, marks.repetition, marks.escape)
    letters = dict(zip("FSTRE", own, strict=True))

    def plain(found: re.Match[str]) -> str:
        code = found[1]
        if code in letters:
            return letters[code]
        if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", code):
            data = bytes.fromhex(code[1:])
            try:
                return data.decode()
            except UnicodeDecodeError:
                return data.decode("cp1252", "replace")
        return "\n" if code.lower().startswith((".br", ".sp")) else ""

    return re.sub(rf"{mark}([^\r\n]{{1,40}}?){mark}", plain, text)


def _at(fields: Sequence[str], place: int) -> str:
    return fields[place].strip() if place < len(fields) else ""
