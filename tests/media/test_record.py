import math
import re
import time
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mmdesk import codec
from mmdesk.case import Fact, Flag
from mmdesk.errors import InputProblem
from mmdesk.media.record import find_facts, words
from mmdesk.media.text import MAX_CHARACTERS, read_text
from mmdesk.vocabulary import Scale, Term, Vocabulary

RECIPE = Path(__file__).parents[2] / "recipes" / "clinic.vocabulary.toml"
VOCABULARY = codec.decode(Vocabulary, {"terms": tomllib.loads(RECIPE.read_text(encoding="utf-8"))["term"]})
NUMBERS = [term for term in VOCABULARY.terms if term.kind == "number"]


def stated(text: str) -> list[tuple[str, object]]:
    return [(fact.name, fact.value) for fact in find_facts(text, VOCABULARY)]


def only(text: str) -> Fact:
    (fact,) = find_facts(text, VOCABULARY)
    return fact


# The vocabulary


def test_the_vocabulary_fits_the_slots_of_a_report() -> None:
    assert len(VOCABULARY.terms) <= 48
    assert len({term.name for term in VOCABULARY.terms}) == len(VOCABULARY.terms)


@pytest.mark.parametrize("term", NUMBERS, ids=lambda term: term.name)
def test_limits_hold_the_ranges_and_the_bare_numbers(term: Term) -> None:
    assert term.limits is not None and term.unit is not None
    low, high = term.limits
    for bounds in [*((item.low, item.high) for item in term.ranges), term.unitless or ()]:
        assert all(low <= bound <= high for bound in bounds if bound is not None)
    assert term.pair is None or VOCABULARY[term.pair].kind == "number"


@pytest.mark.parametrize(
    ("name", "sex", "age", "expected"),
    [
        ("heart_rate", None, 4, (65, 131)),
        ("heart_rate", None, 40, (60, 100)),
        ("heart_rate", None, None, None),
        ("respiratory_rate", "male", 1.2, (21, 53)),
        ("white_cells", None, 4, (5.5, 15.5)),
        ("white_cells", None, 40, (4, 10)),
        ("creatinine", "female", 40, (44, 80)),
        ("creatinine", None, 40, None),
        ("creatinine", None, 4, (27, 42)),
        ("alp", "female", 3, (156, 369)),
        ("temperature", None, None, (36, 37.4)),
    ],
)
def test_ranges_by_sex_and_age(
    name: str, sex: str | None, age: float | None, expected: tuple[float, float] | None
) -> None:
    found = VOCABULARY[name].range_for(sex, age)
    assert (found and (found.low, found.high)) == expected


# Numbers

ONE_NUMBER = [
    # temperature
    ("Temp 38.9 C", "temperature", 38.9),
    ("T 38.9°C", "temperature", 38.9),
    ("T 37 C", "temperature", 37),
    ("Temp: 38,9 °C", "temperature", 38.9),
    ("temperature was 101.2 F", "temperature", 38.4),
    ("temperature 101.2", "temperature", 38.4),
    ("Body temperature: 97.9 degrees F", "temperature", 36.6),
    ("a temperature of 39·2°C", "temperature", 39.2),
    ("Tmax 38.9 ℃", "temperature", 38.9),
    ("temperature 37.3 ?C", "temperature", 37.3),
    # other vital signs
    ("HR 128", "heart_rate", 128),
    ("HR87", "heart_rate", 87),
    ("heart rate of 128 bpm", "heart_rate", 128),
    ("heart rate of\n128 bpm", "heart_rate", 128),
    ("pulse of 100 beats per min", "heart_rate", 100),
    ("RR 34/min", "respiratory_rate", 34),
    ("respiratory rate, 20 breaths/min", "respiratory_rate", 20),
    ("SpO2 95 % on room air", "spo2", 95),
    ("95% on room air", "spo2", 95),
    ("sats 95%", "spo2", 95),
    ("O2Sat: 93% at room air", "spo2", 93),
    ("O2 saturation was initially 58% on room air", "spo2", 58),
    ("pulse ox 97%", "spo2", 97),
    ("weight 14.2 kg", "weight", 14.2),
    ("weighs 174 pounds", "weight", 78.9),
    ("systolic BP of 116", "systolic_bp", 116),
    ("diastolic 80 mmHg", "diastolic_bp", 80),
    # laboratory
    ("WBC 14.2 x10^9/L (4.0-10.0) H", "white_cells", 14.2),
    ("WBC 14.2 10*9/L", "white_cells", 14.2),
    ("WBC 14.2 ×10⁹/L", "white_cells", 14.2),
    ("WBC 14.2 × 109 per L", "white_cells", 14.2),
    ("WBC 14.2 G/L", "white_cells", 14.2),
    ("WBC 14.2 K/µL", "white_cells", 14.2),
    ("WBC 14.2k", "white_cells", 14.2),
    ("WBC 12.6 1000/uL", "white_cells", 12.6),
    ("WBC 14.2 10^3/μL", "white_cells", 14.2),
    ("WBC (10^9/L): 14.2", "white_cells", 14.2),
    ("white blood cell count (WBC): 5.1×109/l", "white_cells", 5.1),
    ("white-cell count was 3770/mm3", "white_cells", 3.77),
    ("white-cell count was 3770 per cubic millimeter", "white_cells", 3.77),
    ("WBC 3770/mm³", "white_cells", 3.77),
    ("WBC 14.2 10³/µL", "white_cells", 14.2),
    ("Leukocytes 14,2", "white_cells", 14.2),
    ("Leukocytes 14,200 /µL", "white_cells", 14.2),
    ("Leukocytes 14.200/µL", "white_cells", 14.2),
    ("Leukocytes 14 200 /µL", "white_cells", 14.2),
    ("Leukocytes 14200", "white_cells", 14.2),
    ("lymphocytes 0,762 G/L", "lymphocytes", 0.762),
    ("platelets 245 000 /µL", "platelets", 245),
    ("CRP: 96 mg/L [ref <5]", "crp", 96),
    ("C-reactive protein (7.9 mg/dL)", "crp", 79),
    ("CRP levels rose to 300mg/l", "crp", 300),
    ("ALT 45 U/L", "alt", 45),
    ("alt 45 IU/l", "alt", 45),
    ("ALT 0.75 µkat/L", "alt", 45),
    ("ALT | 45 | U/L | 10-49 | ", "alt", 45),
    ("ALT\t45\tU/L", "alt", 45),
    ("ALT     45   H  U/L    10 - 49", "alt", 45),
    ("ALT;45;U/L", "alt", 45),
    ("ALT,45,U/L", "alt", 45),
    ("Bilirubin 1.2 mg/dL", "bilirubin", 20.5),
    ("Hb 9.8G / dl", "haemoglobin", 98),
    ("hemoglobin 10.7", "haemoglobin", 107),
    ("serum creatinine (1.3 mg/dL)", "creatinine", 115),
    ("creatinine 1.3", "creatinine", 115),
    ("creatinine 81 ?mol/L", "creatinine", 81),
    ("Glucose 162", "glucose", 9.0),
    ("K 4.1 mmol/L", "potassium", 4.1),
    ("Na+ 138 mEq/L", "sodium", 138),
    ("CHE 7200 U/L", "cholinesterase", 7.2),
    ("albumin 3.8", "albumin", 38),
    ("total cholesterol 200 mg/dL", "cholesterol", 5.17),
    # age
    ("age 54", "age", 54),
    ("Age: 54 years", "age", 54),
    ("aged 54", "age", 54),
    ("54 years of age", "age", 54),
    ("54 y/o", "age", 54),
    ("18-month-old", "age", 1.5),
    ("3 weeks old", "age", 0.06),
    ("3 years 4 months old", "age", 3.33),
]


@pytest.mark.parametrize(("text", "name", "value"), ONE_NUMBER)
def test_a_number(text: str, name: str, value: float) -> None:
    fact = only(text)
    assert (fact.name, fact.value, fact.unit) == (name, value, VOCABULARY[name].unit)


@pytest.mark.parametrize(
    "text",
    [
        "alternative 45",
        "temperature normal",
        "temperature within normal limits",
        "T 12 vertebra",
        "K 4",
        "vitamin K 4.1 mmol/L",
        "ALT 45 foo/L",
        "ALT | 45 | foo | 10-49",
        "ALT | | U/L\n45 U/L",
        "neutrophils 70%",
        "neutrophils 70",
        "hemoglobin A1c 6.5",
        "HbA1c 6.5",
        "HR 120-130",
        "HR in the 120s",
        "CRP <5 mg/L",
        "CRP 12/03/2020",
        "CRP 2 days later",
        "CRP, 12 patients",
        "glucose 3 times a day",
        "potassium 20 mEq daily",
        "BP goal less than 130/80",
        "birth weight 3.2 kg",
        "weight: 5 lb increase since last visit",
        "temperature 4 °C",
        "HR 900",
        "bilirubin 12",  # µmol/L and mg/dL are both likely
        "creatinine 8.5",
        "weight 183",
        "10F Foley, 18F-FDG PET",
        "diagnosed 5 years ago",
        "at 12 years of age he broke a leg",
        "at the age of 12 he broke a leg",
        "mild cough medicine",
        "x2cough",
        "Mr",
        "",
    ],
)
def test_no_number_is_invented(text: str) -> None:
    assert not [fact for fact in find_facts(text, VOCABULARY) if isinstance(fact.value, float)]


@pytest.mark.parametrize(
    "text", ["BP 120/80 mmHg", "BP119/63", "blood pressure, 139/63 mm Hg", "BP: 128 over 72"]
)
def test_blood_pressure_is_two_numbers(text: str) -> None:
    systolic, diastolic = (int(number) for number in re.findall(r"\d+", text))
    assert stated(text) == [("systolic_bp", systolic), ("diastolic_bp", diastolic)]


def test_a_line_of_vital_signs() -> None:
    assert stated("O/E T39.1 HR87 BP119/63 RR38 SpO2 90% on RA.") == [
        ("temperature", 39.1),
        ("heart_rate", 87),
        ("systolic_bp", 119),
        ("diastolic_bp", 63),
        ("respiratory_rate", 38),
        ("spo2", 90),
    ]


def test_a_table() -> None:
    text = (
        "Test | Result | Unit | Reference\nALT | 45 | U/L | 10-49\nAST | 60 | U/L | <35\nGGT | | U/L | <60\n"
    )
    assert [(f.name, f.value, f.range, f.flag) for f in find_facts(text, VOCABULARY)] == [
        ("alt", 45, (10, 49), Flag.NORMAL),
        ("ast", 60, (None, 35), Flag.HIGH),
    ]


@pytest.mark.parametrize(
    ("text", "expected", "flag"),
    [
        ("WBC 14.2 x10^9/L (4.0-10.0) H", (4, 10), Flag.HIGH),
        ("CRP 3 mg/L [ref <5]", (None, 5), Flag.NORMAL),
        ("CRP (106.3mg/l; normal range <5mg/l)", (None, 5), Flag.HIGH),
        ("CRP 106.93 (limit 5)", (None, 5), Flag.HIGH),
        ("Hb 10 g/dL (12-16)", (120, 160), Flag.LOW),
        ("WBC 12,600 /µL (reference range 4.0 - 10.0 K/µL)", (4, 10), Flag.HIGH),
        ("SpO2 93 % (>95)", (95, None), Flag.LOW),
        ("ALT 45 U/L", None, None),
        ("ALT 45 U/L (4-6 days)", None, None),
        ("age 40. HR 58 (2020-2021)", (60, 100), Flag.LOW),
    ],
)
def test_a_printed_range_comes_first(
    text: str, expected: tuple[float, float] | None, flag: Flag | None
) -> None:
    fact = find_facts(text, VOCABULARY)[-1]
    assert (fact.range, fact.flag) == (expected, flag)


def test_the_patient_decides_the_range() -> None:
    assert find_facts("4-year-old boy, HR 128", VOCABULARY)[-1].flag is Flag.NORMAL
    assert find_facts("HR 128 in a man of 40 years of age", VOCABULARY)[0].flag is Flag.HIGH
    assert find_facts("HR 128", VOCABULARY)[0].flag is None


def test_a_span_covers_name_to_unit() -> None:
    text = "today: CRP was 96 mg/L, well"
    fact = only(text)
    assert text[slice(*fact.span)] == "CRP was 96 mg/L"


# Age and sex


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("4-year-old boy", 4, "male"),
        ("A 4 year old boy with cough", 4, "male"),
        ("4 yo M", 4, "male"),
        ("4 y/o F", 4, "female"),
        ("58M", 58, "male"),
        ("58M with SOB", 58, "male"),
        ("F/61", 61, "female"),
        ("Female, 54 years", 54, "female"),
        ("Age 54 Sex M", 54, "male"),
        ("sex: f\nage: 54", 54, "female"),
        ("18-month-old girl", 1.5, "female"),
        ("65-year-old Chinese gentleman; his wife, a 60-year-old woman, is well", 65, "male"),
        ("Seen by a male nurse. 54-year-old woman", 54, "female"),
        ("His 7-year-old son has a cough. Patient is a 40-year-old man", 40, "male"),
        ("Temperature: 101 F. 30-year-old man", 30, "male"),
    ],
)
def test_age_and_sex_of_the_patient(text: str, age: float, sex: str) -> None:
    facts = [fact for fact in stated(text) if fact[0] in ("age", "sex")]
    assert sorted(facts) == [("age", age), ("sex", sex)]


def test_letters_and_common_words_have_no_sex() -> None:
    assert stated("Mitral regurgitation (MR), 5 m walk, Dr. M, M and F, mandatory") == []


# Complaints and categories


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cough and fever for 4 days", {"cough": True, "fever": True}),
        ("denies chest pain, no cough or fever", {"chest_pain": False, "cough": False, "fever": False}),
        ("No cough, but fever", {"cough": False, "fever": True}),
        ("No rash and he has fever", {"fever": True}),
        ("No fever, productive cough for 3 days", {"fever": False, "cough": True, "sputum": True}),
        ("no fever. Cough.", {"fever": False, "cough": True}),
        ("No fever\nCough", {"fever": False, "cough": True}),
        ("denies chest\npain, cough,\nor fever", {"chest_pain": False, "cough": False, "fever": False}),
        (
            "She is not reporting palpitations, tremors, or vomiting",
            {"palpitations": False, "vomiting": False},
        ),
        ("has not had any headache, nausea or vomiting", {"headache": False, "vomiting": False}),
        ("doesn’t have a cough", {"cough": False}),
        ("without any wheeze", {"wheeze": False}),
        ("Negative for fever, chest pain", {"fever": False, "chest_pain": False}),
        ("no change in cough", {"cough": True}),
        ("cough: yes\nfever: no", {"cough": True, "fever": False}),
        ("cough | no\nfever | yes", {"cough": False, "fever": True}),
        ("cough (-), fever (+)", {"cough": False, "fever": True}),
        ("jaundice was absent", {"jaundice": False}),
        ("afebrile", {"fever": False}),
        ("became afebrile, anicteric", {"fever": False, "jaundice": False}),
        ("not afebrile", {}),
        ("fever has resolved", {}),
        ("mother has a cough", {}),
        ("Family history: seizures", {}),
        ("migraine on the maternal side", {}),
        ("Mother has noticed a fever", {"fever": True}),
        ("Mother reports that he has a cough", {"cough": True}),
        ("return for fever", {}),
        ("call us if fever or seizures occur", {}),
        ("hay fever; weight loss program; sputum culture", {}),
        ("non-productive cough", {"cough": True}),
        ("nonproductive cough", {"cough": True}),
        ("SOB on exertion", {"dyspnoea": True}),
        ("eats little, lost weight", {"poor_feeding": True, "weight_loss": True}),
    ],
)
def test_complaints(text: str, expected: dict[str, bool]) -> None:
    facts = stated(text)
    assert dict(facts) == expected and len(facts) == len(expected)


def test_a_fever_with_its_number_is_both() -> None:
    assert stated("fever of 38.9 °C for 4 days") == [("fever", True), ("temperature", 38.9)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no history of smoking", "non-smoker"),
        ("never smoked", "non-smoker"),
        ("non-smoker", "non-smoker"),
        ("nonsmoker", "non-smoker"),
        ("does not smoke", "non-smoker"),
        ("denies alcohol, tobacco", "non-smoker"),
        ("not a smoker", "non-smoker"),
        ("Smoking: no", "non-smoker"),
        ("smoker: no", "non-smoker"),
        ("no alcohol, non-smoker", "non-smoker"),
        ("ex-smoker", "former smoker"),
        ("quit smoking in 1972", "former smoker"),
        ("smoking status: former", "former smoker"),
        ("smokes 10 cigarettes a day", "smoker"),
        ("no alcohol, smoker", "smoker"),
        ("Tobacco: current", "smoker"),
        ("father smokes", None),
        ("advised to quit smoking", None),
        ("smoking cessation", None),
    ],
)
def test_smoking(text: str, expected: str | None) -> None:
    assert stated(text) == ([("smoking", expected)] if expected else [])


def test_facts_come_in_order_of_place() -> None:
    text = "Cough. CRP 96 mg/L. 4-year-old boy, T 38.9 °C, no wheeze"
    facts = find_facts(text, VOCABULARY)
    assert [fact.name for fact in facts] == ["cough", "crp", "age", "sex", "temperature", "wheeze"]
    assert [fact.span for fact in facts] == sorted(fact.span for fact in facts)


def test_a_vocabulary_without_people() -> None:
    credit = Vocabulary((Term("income", "income", "number", ("income",), "EUR", limits=(0, 1e6)),))
    assert [(f.name, f.value, f.flag) for f in find_facts("Income: 2,400 EUR, 40-year-old man", credit)] == [
        ("income", 2400, None)
    ]


# Bytes and words


@pytest.mark.parametrize(
    "data",
    [
        "Fièvre 38.9 °C\n".encode(),
        "Fièvre 38.9 °C\n".encode("utf-8-sig"),
        "Fièvre 38.9 °C\n".encode("utf-16"),
        b"\xfe\xff" + "Fièvre 38.9 °C\n".encode("utf-16-be"),
        "Fièvre 38.9 °C\n".encode("cp1252"),
        "Fièvre 38.9 °C\r\n".encode(),
        "Fièvre 38.9 °C\r".encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    assert read_text(data, "note.txt") == "Fièvre 38.9 °C\n"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "the record is empty"),
        (b" \r\n\t", "the record is empty"),
        (b"\xef\xbb\xbf", "the record is empty"),
        (b"note\0", "the record is not plain text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "the record is not plain text"),
        (b"\xff\xfea", "the record is not plain text"),
        (b"\x81\x8d", "the record is not plain text"),
        (b"a" * (MAX_CHARACTERS + 1), "the record is longer than 200,000 characters"),
        (b"a" * 5_000_000, "the record is longer than 200,000 characters"),
    ],
)
def test_what_is_no_record(data: bytes, problem: str) -> None:
    with pytest.raises(InputProblem) as raised:
        read_text(data, "note.txt")
    assert (raised.value.name, raised.value.problem) == ("note.txt", problem)
    assert raised.value.remedy.endswith(".") and "\n" not in str(raised.value)


def test_the_longest_record_is_read() -> None:
    text = "é" * MAX_CHARACTERS
    assert read_text(text.encode(), "note.txt") == text


def test_words() -> None:
    assert words("4-year-old Boy, T 38.9°C; SpO2 95%") == [
        *("<number>", "year", "old", "boy", "t", "<number>", "c", "spo2", "<number>")
    ]


# Any text

PIECES = sorted(
    {
        word
        for term in VOCABULARY.terms
        for word in (*term.words, *term.unlike, *(term.units or {}), *(term.after or {}))
    }
    | set("|\t\n.,;:()[]<>-/+%°µ× MFKT")
    | {
        "no",
        "not",
        "denies",
        "of",
        "was",
        "year-old",
        "boy",
        "mother has",
        "ref",
        "H",
        "10^9/L",
        "10-49",
        "yes",
        "–",
    }
)
PIECE = st.sampled_from(PIECES) | st.integers(0, 20000).map(str) | st.floats(0, 500).map(lambda x: f"{x:.2f}")
TEXTS = (
    st.text()
    | st.lists(PIECE | st.text(max_size=4), max_size=30).map(" ".join)
    | st.lists(PIECE).map("".join)
)


def possible(printed: str, term: Term) -> set[float]:
    """Every value of the term that the digits of a text may stand for."""
    numbers = set()
    for digits in re.findall(r"\d+(?:[^\w\n]\d+)*", printed):
        parts = [int(part) for part in re.findall(r"\d+", digits)]
        numbers |= {float(part) for part in parts} | {float(re.sub(r"\D", "", digits))}
        runs = re.findall(r"\d+", digits)
        numbers |= {float(f"{whole}.{part}") for whole, part in pairwise(runs)}
    scales = [Scale(1), *(term.units or {}).values(), *(term.after or {}).values()]
    values = {number * scale.factor + scale.offset for number in numbers for scale in scales}
    return values | {first + second for first in values for second in values}


@given(TEXTS)
def test_any_text_gives_facts_that_stand_in_it(text: str) -> None:
    facts = find_facts(text, VOCABULARY)
    assert facts == find_facts(text, VOCABULARY)
    for fact in facts:
        start, end = fact.span
        term = VOCABULARY[fact.name]
        assert 0 <= start < end <= len(text)
        if isinstance(fact.value, float):
            assert term.limits is not None and term.limits[0] <= fact.value <= term.limits[1]
            close = 0.51 * 10**-term.decimals
            assert any(math.isclose(fact.value, v, abs_tol=close) for v in possible(text[start:end], term))
            assert (fact.flag is None) == (fact.range is None)
    words(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_problem(data: bytes) -> None:
    try:
        text = read_text(data, "note.txt")
    except InputProblem:
        return
    assert text.strip() and "\r" not in text


FORMS = [
    "{name} {number} {unit}",
    "{name}: {number}{gap}{unit}",
    "{name} was {number} {unit}.",
    "{name} of {number}{gap}{unit}, stable",
    "{name}\t{number}\t{unit}",
    "| {name} | {number} | {unit} |",
    "{name}   {number}   {unit}\n",
]


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, float]:
    """A text, and the name and value of the one fact that it states."""
    term = draw(st.sampled_from(NUMBERS))
    unit, scale = draw(st.sampled_from([(term.unit or "", Scale(1)), *(term.units or {}).items()]))
    low, high = term.limits or (0, 1)
    number = round(
        draw(st.floats((low - scale.offset) / scale.factor, (high - scale.offset) / scale.factor)), 2
    )
    value = number if scale == Scale(1) else round(number * scale.factor + scale.offset, term.decimals)
    name = draw(st.sampled_from([word for word in term.words if word not in ("fever", "febrile")]))
    gap = "" if unit[:1].isalpha() or unit[:1] in "%°µ/" else " "
    text = draw(st.sampled_from(FORMS)).format(name=name, number=f"{number:.10g}", unit=unit, gap=gap)
    assume(low <= value <= high)  # rounding may step over a limit
    return text, term.name, value


@given(written())
def test_what_is_written_is_found_again(case: tuple[str, str, float]) -> None:
    text, name, value = case
    assert stated(text) == [(name, value)]


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a ",
            "cough ",
            "no cough, ",
            "ALT of ",
            "ALT\t",
            "BP 120/",
            "4 year ",
            "1234567",
            "((((",
            " ",
            ". 5 M",
        ),
        *("smoking          ", "ALT 45          ", "mother's ", "not "),
    ],
)
def test_no_text_is_slow(piece: str) -> None:
    find_facts("", VOCABULARY)
    text = (piece * (MAX_CHARACTERS // len(piece) + 1))[:MAX_CHARACTERS]
    start = time.process_time()
    find_facts(text, VOCABULARY)
    assert time.process_time() - start < 2.0  # a quarter of that on the machine this was written on
