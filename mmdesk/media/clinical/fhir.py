"""FHIR R4: a Bundle, a single resource or several, one a line, as JSON (hl7.org/fhir/R4) → values. Read are
Patient (sex and age), Observation, Condition and DiagnosticReport; what else there is, is passed over."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.sheet import check_size, damaged
from mmdesk.media.clinical.table import several_patients
from mmdesk.media.clinical.values import (
    MAX_VALUES,
    NOT_FINAL,
    OVER,
    REFUTED,
    LabValue,
    cut,
    is_iso,
    other_material,
    read_date,
    read_number,
    read_range,
    too_many,
)  # fmt: skip
from mmdesk.media.text import decode

Json = Mapping[str, Any]
MAX_BYTES = 8 * 2**20
_UCUM = "http://unitsofmeasure.org"
_URL = "fullUrl"
LOINC = "http://loinc.org"
YEAR_ONLY = "only the year of birth is known"
_SEX, _AGE = "46098-0", "30525-0"
_WRONG = ("entered-in-error", "cancelled", "registered")
_LEFT_OUT = "entered-in-error"
_OVER = ("inactive", "remission", "resolved")
_TAG = re.compile(r"<[^<>]{0,500}>")
_SIGNS = {"<", "<=", ">", ">="}


def read_fhir(data: bytes, name: str) -> tuple[LabValue, ...]:
    """Raises InputProblem."""
    check_size(data, name, MAX_BYTES)
    try:
        root = _parsed(decode(data))
    except (ValueError, RecursionError):  # a bracket missing; too deep
        raise damaged(name) from None
    resources = list(_resources(root))
    if not resources:
        raise InputProblem(name, "this is no FHIR resource", "Export it as FHIR R4, JSON.")
    _check_one_patient(resources, name)
    values: list[LabValue] = []
    for value in _values(resources):
        if len(values) == MAX_VALUES:
            raise too_many(name)
        values.append(value)
    values += _person(resources, max((value.date for value in values if is_iso(value.date)), default=""))
    if not values:
        raise InputProblem(name, "no values were found in it", "Export the observations of the patient.")
    return tuple(values)


def _parsed(text: str) -> object:
    """Numbers stay as they are printed, and are read as those of sheets are."""
    load = partial(json.loads, parse_float=str, parse_int=str, parse_constant=str)
    try:
        return load(text)
    except ValueError:
        return [load(line) for line in text.splitlines() if line.strip()]


def _resources(root: object) -> Iterator[Json]:
    """With those that they contain. Of an entry of a bundle, its `fullUrl` is a name of its resource, too."""
    for one in map(_object, root if isinstance(root, list) else [root]):
        found = [one]
        if one.get("resourceType") == "Bundle":
            entries = map(_object, _list(one.get("entry")))
            found = [{**_object(entry.get("resource")), _URL: entry.get(_URL)} for entry in entries]
        for resource in found:
            inner = map(_object, _list(resource.get("contained")))
            yield from (part for part in (resource, *inner) if isinstance(part.get("resourceType"), str))


def _check_one_patient(resources: list[Json], name: str) -> None:
    """Patients, and those that others speak of, by any of their names."""
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    named = [{_last(_text(patient.get(key))) for key in ("id", _URL)} - {""} for patient in patients]
    said = {_patient(resource) for resource in resources} - {""}
    apart = any(names != named[0] for names in named) or (len(named) > 1 and not named[0])
    if apart or (len(said) > 1 if not named or not named[0] else said - named[0]):
        raise several_patients(name)


def _patient(resource: Json) -> str:
    """The name of the patient that a resource is about, "" where it is about something else."""
    reference = _text(_object(resource.get("subject") or resource.get("patient")).get("reference"))
    kind = re.search(r"(\w+)/[^/]+$", re.sub(r"/_history/.*", "", reference))
    return _last(reference) if kind is None or kind[1] == "Patient" else ""


def _last(reference: str) -> str:
    """Of a reference, relative, absolute or of another kind, what names the resource."""
    plain = re.sub(r"/_history/.*", "", reference)
    return re.split(r"[/#:]", plain)[-1]


def _values(resources: list[Json]) -> Iterator[LabValue]:
    counts: dict[str, int] = {}
    for resource in resources:
        kind = resource["resourceType"]
        counts[kind] = counts.get(kind, 0) + 1
        place = f"{kind} {counts[kind]}"
        if kind == "Observation":
            yield from _observation(resource, place)
        elif kind == "Condition":
            yield from _condition(resource, place)
        elif kind == "DiagnosticReport":
            yield from _report(resource, place)


def _observation(resource: Json, place: str) -> Iterator[LabValue]:
    """Its own value, and that of each component."""
    status = _text(resource.get("status"))
    if status in _WRONG:
        return
    when, doubt = _when(resource)
    doubt = doubt or (NOT_FINAL if status == "preliminary" else "")
    material = other_material(_text(_object(resource.get("specimen")).get("display")))
    for part in (resource, *map(_object, _list(resource.get("component")))):
        text, unit, sign = _value_of(part)
        if not text:
            continue
        test, code = _concept(part.get("code"))
        printed = read_number(text)
        low, high = _range(part, unit)
        of = f"{test} ({material})" if material else test
        yield LabValue(
            of or "value", cut(text), printed.number, sign or printed.sign, code, unit or printed.unit,
            low, high, _flag(part), when, place, printed.doubt or doubt, note=not test,
        )  # fmt: skip


def _value_of(part: Json) -> tuple[str, str, str]:
    """The value as text, its unit in UCUM if it has one, and its comparator."""
    quantity = _object(part.get("valueQuantity"))
    if quantity:
        sign = _text(quantity.get("comparator"))
        number = _text(quantity.get("value"))
        unit = _unit_of(quantity)
        sign = sign if sign in _SIGNS else ""
        return (sign + number if number else ""), unit, sign
    if "valueCodeableConcept" in part:
        return _concept(part["valueCodeableConcept"])[0], "", ""
    if isinstance(part.get("valueBoolean"), bool):
        return "yes" if part["valueBoolean"] else "no", "", ""
    if "valueRatio" in part:
        ratio = _object(part["valueRatio"])
        sides = [_text(_object(ratio.get(side)).get("value")) for side in ("numerator", "denominator")]
        return ":".join(sides) if all(sides) else "", "", ""
    for key in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
        if text := _text(part.get(key)):
            return text, "", ""
    return "", "", ""


def _unit_of(quantity: Json) -> str:
    """In UCUM, else in words: codes of other systems are numbers."""
    coded = _text(quantity.get("system")) in ("", _UCUM)
    return (_text(quantity.get("code")) if coded else "") or _text(quantity.get("unit"))


def _condition(resource: Json, place: str) -> Iterator[LabValue]:
    """A diagnosis or a complaint, and its clinical status."""
    verified = _code(resource.get("verificationStatus"))
    test, code = _concept(resource.get("code"))
    if verified == _LEFT_OUT or not test:
        return
    status = _code(resource.get("clinicalStatus")) or "active"
    when, _ = read_date(_text(resource.get("onsetDateTime")) or _text(resource.get("recordedDate")))
    doubt = REFUTED if verified == "refuted" else OVER if status in _OVER else ""
    doubt = doubt or (NOT_FINAL if verified in ("unconfirmed", "provisional", "differential") else "")
    text = "refuted" if verified == "refuted" else status
    yield LabValue(test, text, code=code, date=when, place=place, doubt=doubt)


def _report(resource: Json, place: str) -> Iterator[LabValue]:
    """Its conclusion and its text, as notes."""
    status = _text(resource.get("status"))
    if status in _WRONG:
        return
    when, doubt = _when(resource)
    doubt = doubt or (NOT_FINAL if status in ("preliminary", "partial") else "")
    test, code = _concept(resource.get("code"))
    narrative = _TAG.sub(" ", _text(_object(resource.get("text")).get("div")))
    concluded = [_text(resource.get("conclusion")), " ".join(narrative.split())]
    concluded += [_concept(part)[0] for part in _list(resource.get("conclusionCode"))]
    for text in dict.fromkeys(filter(None, concluded)):
        yield LabValue(test or "report", cut(text), code=code, date=when, place=place, doubt=doubt, note=True)


def _person(resources: list[Json], newest: str) -> Iterator[LabValue]:
    """Sex, and the age on the day of the newest value: on the day of reading, it would change from day to
    day. Without a dated value the age is not told."""
    for patient in (r for r in resources if r["resourceType"] == "Patient"):
        if sex := _text(patient.get("gender")):
            yield LabValue("sex", sex, code=_SEX, place="Patient")
        yield from age_at(_text(patient.get("birthDate")), newest, "Patient")


def age_at(born: str, day: str, place: str) -> Iterator[LabValue]:
    """The age in years on a day, both ISO 8601; nothing where either is unknown."""
    if day and re.fullmatch(r"\d{4}", born):
        yield LabValue("age", f"born {born}", code=_AGE, date=day, place=place, doubt=YEAR_ONLY)
        return
    born, doubt = read_date(f"{born}-15" if len(born) == 7 else born)
    if day and born and not doubt:
        days = (date.fromisoformat(day[:10]) - date.fromisoformat(born[:10])).days
        years = round(days / 365.25, 2)
        yield LabValue("age", f"{years:g}", years, "", _AGE, "a", date=day, place=place)


def _when(resource: Json) -> tuple[str, str]:
    period = _object(resource.get("effectivePeriod"))
    for text in (
        resource.get("effectiveDateTime"), resource.get("effectiveInstant"), period.get("end"),
        period.get("start"), resource.get("issued"),
    ):  # fmt: skip
        if printed := _text(text):
            if re.fullmatch(r"\d{4}(?:-\d{2})?", printed):  # a year or a month, which is no day
                return printed, ""
            return read_date(printed)
    return "", ""


def _range(part: Json, unit: str) -> tuple[float | None, float | None]:
    """The first range that is no range of therapy or of another kind, where it has the unit of the value."""
    for item in map(_object, _list(part.get("referenceRange"))):
        if _code(item.get("type")) in ("", "normal"):
            sides = [_object(item.get(side)) for side in ("low", "high")]
            low, high = (read_number(_text(side.get("value"))).number for side in sides)
            if low is None and high is None:
                return read_range(_text(item.get("text")))
            units = {_unit_of(side).lower() for side in sides} - {""}
            return (low, high) if units <= {unit.lower()} else (None, None)
    return None, None


def _flag(part: Json) -> str:
    return next(filter(None, map(_code, _list(part.get("interpretation")))), "")


def _concept(concept: object) -> tuple[str, str]:
    """The words of a CodeableConcept, and its LOINC code."""
    known = _object(concept)
    codings = [_object(coding) for coding in _list(known.get("coding"))]
    words = [_text(known.get("text")), *(_text(coding.get("display")) for coding in codings)]
    words += [_text(coding.get("code")) for coding in codings]
    code = next((_text(coding.get("code")) for coding in codings if coding.get("system") == LOINC), "")
    return cut(next(filter(None, words), "")), code


def _code(concept: object) -> str:
    known = _object(concept)
    codes = (_text(_object(coding).get("code")) for coding in _list(known.get("coding")))
    return next(filter(None, codes), _text(known.get("text")))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
