"""What the clinic pack takes imported values for, and why not."""

from dataclasses import replace

import pytest

from mmdesk import resources
from mmdesk.case import Fact, Flag
from mmdesk.media.clinical import terms, values
from mmdesk.media.clinical.parts import Part, Whole
from mmdesk.media.clinical.terms import take
from mmdesk.media.clinical.values import LabValue
from mmdesk.media.clinical.whole import together
from mmdesk.packs import manifest
from mmdesk.vocabulary import Term, Vocabulary

VOCABULARY = manifest.read(resources.folder() / "packs" / "clinic").vocabulary
DAY = "2026-01-31"


def lab(test: str, text: str, unit: str = "", **more: object) -> LabValue:
    printed = values.read_number(text)
    made = LabValue(test, text, printed.number, printed.sign, unit=unit, place="row 4")
    return replace(made, **more)  # type: ignore[arg-type]


def facts_of(value: LabValue) -> list[tuple[str, object]]:
    return [(fact.name, fact.value) for fact in take(value, VOCABULARY, "labs.csv").facts]


def test_a_value_keeps_its_date_range_and_origin() -> None:
    value = lab("CRP", "9.6", "mg/dL", low=0.0, high=0.5, date=DAY)
    assert take(value, VOCABULARY, "labs.csv").facts == (
        Fact("crp", 96.0, "mg/L", (0.0, 5.0), Flag.HIGH, (0, 0), DAY, "labs.csv, row 4"),
    )


@pytest.mark.parametrize(
    ("value", "facts"),
    [
        (lab("C-reactive protein", "96", "mg/L"), [("crp", 96.0)]),
        (lab("c-reactive PROTEIN, serum", "96", "mg/L"), [("crp", 96.0)]),
        (lab("anything", "96", "mg/L", code="1988-5"), [("crp", 96.0)]),
        (lab("Leukocytes [#/volume] in Blood by Automated count", "5", "10*9/L"), [("white_cells", 5.0)]),
        (lab("Leukozyten", "5", "G/L"), [("white_cells", 5.0)]),
        (lab("Kreatinin", "1.0", "mg/dL"), [("creatinine", 88.0)]),
        (lab("Systolic blood pressure", "120", "mm[Hg]"), [("systolic_bp", 120.0)]),
        (lab("Blood pressure", "120/80", "mmHg"), [("systolic_bp", 120.0), ("diastolic_bp", 80.0)]),
        (lab("Blood pressure", "120/8", "mmHg"), []),
        (lab("Sodium", "138"), [("sodium", 138.0)]),
        (lab("Sex", "F"), [("sex", "female")]),
        (lab("Geschlecht", "male"), [("sex", "male")]),
        (lab("Geschlecht", "W"), [("sex", "female")]),
        (lab("Geschlecht", "männlich"), [("sex", "male")]),
        (lab("Smoking status", "Never smoker"), [("smoking", "non-smoker")]),
        (lab("x", "Former smoker", code="72166-2"), [("smoking", "former smoker")]),
        (lab("Cough", "yes"), [("cough", True)]),
        (lab("Cough", "Nein"), [("cough", False)]),
        (lab("Fever", "active"), [("fever", True)]),
        (
            lab("Report", "Fever, but no cough. CRP 96 mg/L", note=True),
            [("fever", True), ("cough", False), ("crp", 96.0)],
        ),
        (lab("Age", "58.51", "a", code="30525-0"), [("age", 58.51)]),
        (lab("BILIRUBIN, TOTAL", "1.0", "mg/dL"), [("bilirubin", 17.1)]),
        (lab("Bilirubin, gesamt", "1.0", "mg/dL"), [("bilirubin", 17.1)]),
        (lab("GPT (ALAT)", "45", "U/l"), [("alt", 45.0)]),
        (lab("ASAT (TGO)", "45", "UI/L"), [("ast", 45.0)]),
        (lab("White Blood Cells (WBC)", "5", "10*9/L"), [("white_cells", 5.0)]),
        (lab("ABSOLUTE NEUTROPHILS", "7812", "cells/uL"), [("neutrophils", 7.81)]),
        (lab("Neutrophile abs.", "4.2", "G/l"), [("neutrophils", 4.2)]),
        (lab("Ha\u0308moglobin", "14.2", "g/dl"), [("haemoglobin", 142.0)]),  # as macOS writes it
        (lab("Hémoglobine", "14.2", "g/dL"), [("haemoglobin", 142.0)]),
        (lab("Fever (finding)", "active"), [("fever", True)]),  # as SNOMED CT does
    ],
)
def test_taken(value: LabValue, facts: list[tuple[str, object]]) -> None:
    assert facts_of(value) == facts


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (lab("Troponin", "12", "ng/L"), values.UNKNOWN),
        (lab("Glucose in urine", "5", "mmol/L"), values.UNKNOWN),
        (lab("CSF protein", "0.4", "g/L"), values.UNKNOWN),
        (lab("Creatinine (urine)", "900", "umol/L"), values.UNKNOWN),
        (lab("Albumin (ALT)", "41", "g/L"), values.UNKNOWN),
        (lab("Neutrophils absolute", "65", "%"), "% cannot be converted to 10⁹/L"),
        (
            lab("Glucose", "5", "mmol/L", code="5792-7"),
            "its code 5792-7 is none that the pack knows for glucose",
        ),
        (lab("CRP", "<5", "mg/L"), terms.BOUND),
        (lab("CRP", "pending", "mg/L"), terms.TEXT),
        (lab("CRP", "1e999", "mg/L"), terms.TEXT),
        (lab("CRP", "NaN", "mg/L"), terms.TEXT),
        (lab("CRP", "96", "nmol/L"), "nmol/L cannot be converted to mg/L"),
        (lab("Neutrophils", "65", "%"), "% cannot be converted to 10⁹/L"),
        (lab("Creatinine", "1.0"), terms.NO_UNIT),
        (lab("Sodium", "1380", "mmol/L"), "1380 mmol/L is not possible"),
        (lab("CRP", "96", "mg/L", doubt=values.FUTURE), values.FUTURE),
        (lab("Cough", "unknown"), terms.NO_ANSWER),
        (lab("Sex", "other"), "“other” is no sex"),
        (lab("Report", "Seen today.", note=True), terms.NOTE),
    ],
)
def test_not_taken_and_why(value: LabValue, reason: str) -> None:
    taken = take(value, VOCABULARY, "labs.csv")
    assert (taken.facts, taken.reason) == ((), reason)


def test_a_pack_without_codes_goes_by_names() -> None:
    vocabulary = Vocabulary((Term("crp", "CRP", "number", ("CRP",), "mg/L"),))
    assert take(lab("CRP", "96", "mg/L", code="1988-5"), vocabulary, "a").facts


def test_every_code_has_the_check_digit_of_loinc() -> None:
    """Modulus 10 (LOINC Users' Guide, appendix C)."""
    codes = [code for term in VOCABULARY.terms for code in term.codes]
    assert len(set(codes)) == len(codes) > 40
    for code in (*codes, *terms._OTHER_NAMES.values()):
        number, _, check = code.partition("-")
        doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
        assert (10 - sum(n // 10 + n % 10 for n in doubled) % 10) % 10 == int(check), code
    assert set(terms._OTHER_NAMES.values()) <= set(codes)


# ---- texts and sheets as one record


def sheet(
    *rows: LabValue, name: str = "labs.csv", confirmed: bool = True, struck: tuple[int, ...] = ()
) -> Part:
    return Part(name, "", rows, confirmed, struck)


def whole(*parts: Part) -> Whole:
    return together(parts, VOCABULARY)


def latest(*parts: Part) -> dict[str, object]:
    return {fact.name: fact.value for fact in whole(*parts).facts}


OLD, NEW = lab("CRP", "96", "mg/L", date="2026-01-30"), lab("CRP", "12", "mg/L", date=DAY)
UNDATED = lab("CRP", "5", "mg/L")
TEXT = Part("note.txt", "58-year-old man. CRP 7 mg/L.")


def test_unconfirmed_and_struck_values_do_not_count() -> None:
    assert latest(sheet(OLD, NEW)) == {"crp": 12.0}
    assert latest(sheet(OLD, NEW, struck=(1,))) == {"crp": 96.0}
    assert latest(sheet(OLD, NEW, struck=(0, 1))) == latest(sheet(OLD, NEW, confirmed=False)) == {}
    assert len(whole(sheet(OLD, NEW, confirmed=False)).taken[0]) == 2


@pytest.mark.parametrize("rows", [(OLD, NEW, UNDATED), (NEW, UNDATED, OLD), (UNDATED, NEW, OLD)])
def test_of_several_dates_the_newest_counts(rows: tuple[LabValue, ...]) -> None:
    assert latest(sheet(*rows)) == {"crp": 12.0}


def test_the_newest_counts_whatever_sheet_it_is_from() -> None:
    new, old = sheet(NEW, name="new.csv"), sheet(OLD, name="old.csv")
    assert latest(new, old) == latest(old, new) == {"crp": 12.0}
    assert [fact.origin for fact in whole(new, old).facts] == ["old.csv, row 4", "new.csv, row 4"]


def test_of_a_text_and_a_sheet_the_one_given_last_counts() -> None:
    assert latest(TEXT, sheet(NEW))["crp"] == 12.0
    assert latest(sheet(NEW), TEXT)["crp"] == 7.0
    assert latest(sheet(NEW, name="new.csv"), TEXT, sheet(OLD))["crp"] == 12.0


def test_of_the_same_day_the_last_row_counts() -> None:
    again = lab("CRP", "13", "mg/L", date=DAY)
    assert latest(sheet(NEW, again)) == {"crp": 13.0}
    assert latest(sheet(again, NEW)) == {"crp": 12.0}


def test_texts_are_one_and_their_places_stay_right() -> None:
    made = whole(TEXT, sheet(NEW), Part("b.txt", "🫀 Fever."))
    assert made.text == "58-year-old man. CRP 7 mg/L.\n\n🫀 Fever."
    said = {fact.name: made.text[slice(*fact.span)] for fact in made.facts if fact.origin is None}
    assert said == {"age": "58-year-old", "sex": "man", "crp": "CRP 7 mg/L", "fever": "Fever"}


def test_the_person_of_the_text_gives_ranges_to_values_and_the_other_way_round() -> None:
    white = lab("WBC", "12", "10*9/L")
    person = (lab("age", "4", "a", code="30525-0"), lab("sex", "female", code="46098-0"))
    child, nobody = Part("a", "4-year-old boy."), whole(sheet(white)).facts[0]
    assert nobody.range is None and nobody.flag is None
    value = next(fact for fact in whole(child, sheet(white)).facts if fact.name == "white_cells")
    assert value.range == (5.5, 15.5) and value.flag is Flag.NORMAL
    text = next(f for f in whole(Part("a", "WBC 12 10^9/L"), sheet(*person)).facts if f.name == "white_cells")
    assert text.range == (5.5, 15.5)


def test_the_range_that_a_sheet_prints_comes_first() -> None:
    (fact,) = whole(sheet(lab("CRP", "7", "mg/L", high=10.0))).facts
    assert fact.range == (None, 10.0) and fact.flag is Flag.NORMAL
