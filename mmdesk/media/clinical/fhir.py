"""FHIR R4: a Bundle or a single resource as JSON (hl7.org/fhir/R4) → values. Read are Patient (sex and age),
Observation, Condition and DiagnosticReport; what else there is, is passed over."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
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
    read_date,
    read_number,
    too_many,
)  # fmt: skip
from mmdesk.media.text import decode

Json = Mapping[str, Any]
MAX_BYTES = 8 * 2**20
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
        # Numbers stay as they are printed, and are read as those of sheets are.
        root = json.loads(decode(data), parse_float=str, parse_int=str, parse_constant=str)
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


def _resources(root: object) -> Iterator[Json]:
    resource = _object(root)
    if resource.get("resourceType") != "Bundle":
        if isinstance(resource.get("resourceType"), str):
            yield resource
        return
    for entry in _list(resource.get("entry")):
        inner = _object(_object(entry).get("resource"))
        if isinstance(inner.get("resourceType"), str):
            yield inner


def _check_one_patient(resources: list[Json], name: str) -> None:
    patients = [resource for resource in resources if resource["resourceType"] == "Patient"]
    ids = {_text(_object(r.get("subject")).get("reference")).rpartition("/")[2] for r in resources} - {""}
    ids |= {_text(patient.get("id")) for patient in patients} - {""}
    ids = {identity.removeprefix("urn:uuid:") for identity in ids}
    if len(patients) > 1 or len(ids) > 1:
        raise several_patients(name)


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
    for part in (resource, *map(_object, _list(resource.get("component")))):
        text, unit, sign = _value_of(part)
        if not text:
            continue
        test, code = _concept(part.get("code"))
        printed = read_number(text)
        low, high = _range(part)
        yield LabValue(
            test or "value", cut(text), printed.number, sign or printed.sign, code, unit or printed.unit,
            low, high, _flag(part), when, place, printed.doubt or doubt, note=not test,
        )  # fmt: skip


def _value_of(part: Json) -> tuple[str, str, str]:
    """The value as text, its unit in UCUM if it has one, and its comparator."""
    quantity = _object(part.get("valueQuantity"))
    if quantity:
        sign = _text(quantity.get("comparator"))
        number = _text(quantity.get("value"))
        unit = _text(quantity.get("code")) or _text(quantity.get("unit"))
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


def _range(part: Json) -> tuple[float | None, float | None]:
    """The first range that is no range of therapy or of another kind."""
    for item in map(_object, _list(part.get("referenceRange"))):
        if _code(item.get("type")) in ("", "normal"):
            low, high = (_text(_object(item.get(side)).get("value")) for side in ("low", "high"))
            return read_number(low).number, read_number(high).number
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
