import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sheets import bundle, concept, observation

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.fhir import YEAR_ONLY, read_fhir
from mmdesk.media.clinical.values import FUTURE, NOT_FINAL, OVER, REFUTED, LabValue
from mmdesk.media.files import Format, sniff

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1967-07-31"}
STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
INTERPRETATION = [{"coding": [{"code": "H"}]}]
RANGE = [{"type": {"coding": [{"code": "treatment"}]}, "low": {"value": 1}}, {"high": {"value": 5.0}}]


def condition(text: str, clinical: str = "active", verified: str = "confirmed") -> dict:
    return {
        "resourceType": "Condition", "code": concept(text), "onsetDateTime": "2026-01-29",
        "clinicalStatus": concept("", clinical, STATUS), "verificationStatus": concept("", verified, STATUS),
    }  # fmt: skip


def test_a_bundle() -> None:
    pressure = {
        "resourceType": "Observation", "status": "final", "code": concept("Blood pressure", "85354-9"),
        "effectivePeriod": {"start": "2026-01-30T07:00:00Z"},
        "component": [
            {"code": concept("Systolic", "8480-6"), "valueQuantity": {"value": 120, "code": "mm[Hg]"}},
            {"code": concept("Diastolic", "8462-4"), "valueQuantity": {"value": 80, "code": "mm[Hg]"}},
        ],
    }  # fmt: skip
    smoking = {
        "resourceType": "Observation", "status": "final",
        "code": concept("Tobacco smoking status", "72166-2"),
        "valueCodeableConcept": concept("Never smoker"), "issued": "2026-01-31T10:00:00+01:00",
    }  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept("Chest X-ray"),
        "conclusion": "Pneumonia. No fever.", "effectiveDateTime": "2026-01-31",
        "text": {"div": "<div>Seen <b>today</b></div>"},
    }  # fmt: skip
    crp = observation(
        "C-reactive protein", "1988-5", 96.50, "mg/L", interpretation=INTERPRETATION, referenceRange=RANGE
    )
    data = bundle(PATIENT, crp, pressure, smoking, condition("Fever"), report, {"resourceType": "Device"})
    assert sniff(data) is Format.FHIR
    at, day = "Observation", "2026-01-31"
    assert read_fhir(data, "a.json") == (
        LabValue("C-reactive protein", "96.5", 96.5, "", "1988-5", "mg/L", None, 5.0, "H", day, f"{at} 1"),
        LabValue("Systolic", "120", 120.0, "", "8480-6", "mm[Hg]", date="2026-01-30T07:00", place=f"{at} 2"),
        LabValue("Diastolic", "80", 80.0, "", "8462-4", "mm[Hg]", date="2026-01-30T07:00", place=f"{at} 2"),
        LabValue(
            "Tobacco smoking status", "Never smoker", code="72166-2", date="2026-01-31T10:00", place=f"{at} 3"
        ),
        LabValue("Fever", "active", date="2026-01-29", place="Condition 1"),
        LabValue("Chest X-ray", "Pneumonia. No fever.", date=day, place="DiagnosticReport 1", note=True),
        LabValue("Chest X-ray", "Seen today", date=day, place="DiagnosticReport 1", note=True),
        LabValue("sex", "female", code="46098-0", place="Patient"),
        # 21,369 days of 365.25 from 31 July 1967 to 31 January 2026
        LabValue("age", "58.51", 58.51, "", "30525-0", "a", date="2026-01-31T10:00", place="Patient"),
    )


def test_a_single_resource() -> None:
    (value,) = read_fhir(json.dumps(observation("Na", "2951-2", 138, "mmol/L")).encode(), "a.json")
    assert (value.test, value.number, value.unit, value.place) == ("Na", 138.0, "mmol/L", "Observation 1")


@pytest.mark.parametrize(
    ("part", "text", "number", "sign"),
    [
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg/L"}}, "<5", 5.0, "<"),
        ({"valueString": "96 mg/L"}, "96 mg/L", 96.0, ""),
        ({"valueString": "positive"}, "positive", None, ""),
        ({"valueInteger": 12}, "12", 12.0, ""),
        ({"valueBoolean": True}, "yes", None, ""),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 80}}}, "1:80", None, ""),
        ({"valueQuantity": {"value": 1e400}}, None, None, ""),
        ({"valueQuantity": {}}, None, None, ""),
        ({"dataAbsentReason": {"text": "unknown"}}, None, None, ""),
        ({"valueQuantity": ["x"]}, None, None, ""),
    ],
)
def test_values_of_every_kind(part: dict, text: str | None, number: float | None, sign: str) -> None:
    one = {"resourceType": "Observation", "status": "final", "code": concept("X", "1988-5"), **part}
    values = read_fhir(bundle(one, observation("Na", "2951-2", 138, "mmol/L")), "a.json")[:-1]
    if text is None:
        assert all(value.number is None for value in values)
    else:
        assert [(v.text, v.number, v.sign) for v in values] == [(text, number, sign)]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_what_was_entered_in_error_is_left_out(status: str) -> None:
    wrong = {**observation("CRP", "1988-5", 96, "mg/L"), "status": status}
    values = read_fhir(
        bundle(
            wrong, observation("Na", "2951-2", 138, "mmol/L"), condition("Cough", verified="entered-in-error")
        ),
        "a.json",
    )
    assert [value.test for value in values] == ["Na"]


def test_doubts() -> None:
    early = {**observation("CRP", "1988-5", 96, "mg/L"), "status": "preliminary"}
    late = observation("CRP", "1988-5", 96, "mg/L", day="2999-01-01")
    values = read_fhir(
        bundle(
            early, late, condition("Fever", "resolved"), condition("Cough", verified="refuted"),
            condition("Wheeze", verified="provisional"),
        ),
        "a.json",
    )  # fmt: skip
    assert [value.doubt for value in values] == [NOT_FINAL, FUTURE, OVER, REFUTED, NOT_FINAL]


@pytest.mark.parametrize(
    ("born", "age"),
    [("1967-07-31", 58.51), ("1967-07", 58.55), ("1967", None), ("2999-01-01", None), ("nonsense", None)],
)
def test_the_age_is_that_of_the_newest_value(born: str, age: float | None) -> None:
    values = read_fhir(bundle({**PATIENT, "birthDate": born}, observation("Na", "", 1, "mmol/L")), "a.json")
    ages = [value for value in values if value.test == "age"]
    assert [value.number for value in ages if not value.doubt] == ([age] if age else [])
    assert [value.doubt for value in ages if value.doubt] == ([YEAR_ONLY] if born == "1967" else [])


def test_without_a_date_there_is_no_age() -> None:
    assert [value.test for value in read_fhir(bundle(PATIENT), "a.json")] == ["sex"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"resourceType": "Bundle"', "this file is damaged"),
        (b'{"resourceType": "Bundle", "a": ' + b"[" * 200_000, "this file is damaged"),
        (b'{"resourceType": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, "this file is damaged"),
        (b'{"resourceType": null}', "this is no FHIR resource"),
        (b'{"resourceType": "Bundle"}', "this is no FHIR resource"),
        (b'{"resourceType": "Device"}', "no values were found in it"),
        (bundle(PATIENT, {**PATIENT, "id": "p2"}), "it holds values of several patients"),
        (
            bundle(
                observation("Na", "", 1, "mmol/L", subject={"reference": "Patient/1"}),
                observation("Na", "", 1, "mmol/L", subject={"reference": "Patient/2"}),
            ),
            "it holds values of several patients",
        ),
        (bundle(*[observation("Na", "", 1, "mmol/L")] * 5001), "it holds more than 5,000 values"),
        (b'{"resourceType": "Bundle", "a": "' + b"x" * 2**23 + b'"}', "the file is larger than 8 MB"),
    ],
)
def test_what_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read_fhir(data, "a.json")
    assert (caught.value.name, caught.value.problem) == ("a.json", problem) and caught.value.remedy


def test_one_patient_under_the_names_of_a_bundle() -> None:
    entry = [
        {"fullUrl": "urn:uuid:p1", "resource": PATIENT},
        {"resource": observation("Na", "", 1, "mmol/L", subject={"reference": "urn:uuid:p1"})},
        {"resource": observation("K", "", 4, "mmol/L", subject={"reference": "Patient/p1"})},
    ]
    data = json.dumps({"resourceType": "Bundle", "entry": entry}).encode()
    assert [value.test for value in read_fhir(data, "a.json")] == ["Na", "K", "sex", "age"]


def test_one_patient_whose_entry_is_named_otherwise() -> None:
    about = ["urn:uuid:77", "https://x.org/fhir/Patient/p1/_history/3", "Device/d1"]
    entry: list[dict] = [{"fullUrl": "urn:uuid:77", "resource": PATIENT}]
    entry += [{"resource": observation("Na", "", 1, "mmol/L", subject={"reference": one})} for one in about]
    data = json.dumps({"resourceType": "Bundle", "entry": entry}).encode()
    assert [value.test for value in read_fhir(data, "a.json")] == ["Na", "Na", "Na", "sex", "age"]
    entry.append({"resource": observation("Na", "", 1, "mmol/L", subject={"reference": "Patient/p2"})})
    with pytest.raises(InputProblem, match="several patients"):
        read_fhir(json.dumps({"resourceType": "Bundle", "entry": entry}).encode(), "a.json")


def test_what_a_report_contains() -> None:
    inner = {**observation("CRP", "1988-5", 96, "mg/L", subject={"reference": "#p1"}), "id": "o1"}
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept("CRP"),
        "contained": [PATIENT, inner], "result": [{"reference": "#o1"}],
    }  # fmt: skip
    for data in (json.dumps(report).encode(), bundle(report)):
        assert [value.test for value in read_fhir(data, "a.json")] == ["CRP", "sex", "age"]


@pytest.mark.parametrize("form", ["a list", "lines"])
def test_resources_without_a_bundle(form: str) -> None:
    resources = [PATIENT, observation("CRP", "1988-5", 96, "mg/L")]
    text = json.dumps(resources) if form == "a list" else "\n".join(map(json.dumps, resources)) + "\n"
    assert sniff(text.encode()) is Format.FHIR
    assert [value.test for value in read_fhir(text.encode(), "a.json")] == ["CRP", "sex", "age"]


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"code": "mg/L", "unit": "mg per litre"}, "mg/L"),
        ({"code": "258796002", "system": "http://snomed.info/sct", "unit": "mg/L"}, "mg/L"),
        ({"unit": "mg/L"}, "mg/L"),
    ],
)
def test_units_in_ucum_else_in_words(quantity: dict, unit: str) -> None:
    made = {**observation("CRP", "1988-5", 1, ""), "valueQuantity": {"value": 96, **quantity}}
    assert read_fhir(bundle(made), "a.json")[0].unit == unit


@pytest.mark.parametrize(
    ("range_", "limits"),
    [
        ({"low": {"value": 0, "code": "mg/L"}, "high": {"value": 5, "code": "mg/L"}}, (None, None)),
        ({"low": {"value": 0.1}, "high": {"value": 0.5, "code": "mg/dL"}}, (0.1, 0.5)),
        ({"text": "< 0.5 mg/dL"}, (None, 0.5)),
        ({"text": "see report"}, (None, None)),
    ],
)
def test_ranges_in_the_unit_of_the_value(range_: dict, limits: tuple[float | None, float | None]) -> None:
    made = observation("CRP", "1988-5", 9.6, "mg/dL", referenceRange=[range_])
    (value,) = read_fhir(bundle(made), "a.json")
    assert (value.low, value.high) == limits


def test_what_was_made_of_no_blood_says_so() -> None:
    made = observation("Creatinine", "", 900, "umol/L", specimen={"display": "Urine"})
    assert read_fhir(bundle(made), "a.json")[0].test == "Creatinine (Urine)"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["value", "code", "coding", "text", "valueQuantity", "component", "referenceRange"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["code", "valueQuantity", "component", "status", "subject"]), JSON))
def test_whatever_is_in_an_observation(parts: dict) -> None:
    with suppress(InputProblem):
        read_fhir(bundle({**parts, "resourceType": "Observation"}), "a.json")
