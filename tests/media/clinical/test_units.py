"""Conversions against figures worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk import resources
from mmdesk.media.clinical.units import to_term
from mmdesk.packs import manifest
from mmdesk.vocabulary import Term

VOCABULARY = manifest.read(resources.folder() / "packs" / "clinic").vocabulary


@pytest.mark.parametrize(
    ("term", "number", "unit", "expected"),
    [
        # cells: 14,200 in a microlitre are 14.2 × 10⁹ in a litre
        ("white_cells", 14.2, "10*9/L", 14.2),
        ("white_cells", 14.2, "10*3/uL", 14.2),
        ("white_cells", 14.2, "10^9/l", 14.2),
        ("white_cells", 14.2, "x10^9/L", 14.2),
        ("white_cells", 14.2, "10⁹/L", 14.2),
        ("white_cells", 14.2, "109/L", 14.2),
        ("white_cells", 14.2, "10E9/L", 14.2),
        ("white_cells", 14.2, "G/L", 14.2),
        ("white_cells", 14.2, "/nL", 14.2),
        ("white_cells", 14.2, "K/uL", 14.2),
        ("white_cells", 14200, "/uL", 14.2),
        ("white_cells", 14200, "{cells}/uL", 14.2),
        ("white_cells", 14200, "/mm3", 14.2),
        ("white_cells", 14.2e6, "/mL", 14.2),
        ("platelets", 0.25, "10*12/L", 250.0),
        ("white_cells", 14.2, "Tsd/µl", 14.2),
        ("white_cells", 14.2, "Tsd./µl", 14.2),
        ("white_cells", 14.2, "Thousand/uL", 14.2),
        ("white_cells", 14.2, "thou/uL", 14.2),
        ("white_cells", 14.2, "K/cumm", 14.2),
        ("white_cells", 14.2, "x10(3)/mcL", 14.2),
        ("white_cells", 14.2, "Giga/L", 14.2),
        ("white_cells", 14200, "Zellen/µl", 14.2),
        # mass: 1 g/dL is 10 g/L
        ("haemoglobin", 14.2, "g/dL", 142.0),
        ("haemoglobin", 14.2, "G/DL", 142.0),
        ("haemoglobin", 0.142, "g/mL", 142.0),
        ("albumin", 4100, "mg/dL", 41.0),
        ("crp", 9.6, "mg/dL", 96.0),
        ("crp", 96000, "ug/L", 96.0),
        ("crp", 0.096, "g/L", 96.0),
        # molar masses are the pack's: creatinine 113.12 g/mol, glucose 180.16 g/mol, bilirubin 584.7 g/mol
        ("creatinine", 1.0, "mg/dL", 88.0),
        ("creatinine", 0.088, "mmol/L", 88.0),
        ("creatinine", 10, "mg/L", 88.0),
        ("glucose", 180, "mg/dL", 10.0),
        ("glucose", 1.8, "g/L", 10.0),
        ("bilirubin", 1.0, "mg/dL", 17.1),
        ("bilirubin", 0.0171, "mmol/L", 17.1),
        ("cholesterol", 200, "mg/dL", 5.17),
        ("urea", 40, "mg/dL", 6.7),
        ("sodium", 140, "meq/L", 140.0),
        ("sodium", 0.14, "mol/L", 140.0),
        ("sodium", 140, "mval/l", 140.0),
        # enzymes: 1 µkat is 60 U
        ("alt", 30, "U/L", 30.0),
        ("alt", 30, "[IU]/L", 30.0),
        ("alt", 30, "IU/l", 30.0),
        ("alt", 30, "UI/L", 30.0),
        ("alt", 30, "IE/l", 30.0),
        ("alt", 0.5, "ukat/L", 30.0),
        ("alt", 0.5e-6, "kat/L", 30.0),
        ("alt", 0.03, "kU/L", 30.0),
        ("cholinesterase", 7000, "U/L", 7.0),
        # temperature: 101.3 °F are 38.5 °C, 311.65 K too
        ("temperature", 38.5, "Cel", 38.5),
        ("temperature", 38.5, "°C", 38.5),
        ("temperature", 101.3, "[degF]", 38.5),
        ("temperature", 311.65, "K", 38.5),
        ("systolic_bp", 120, "mm[Hg]", 120.0),
        ("systolic_bp", 16, "kPa", 120.0),  # 1 kPa = 7.50062 mmHg
        ("heart_rate", 80, "/min", 80.0),
        ("heart_rate", 80, "{beats}/min", 80.0),
        ("heart_rate", 80, "bpm", 80.0),
        ("heart_rate", 1.5, "Hz", 90.0),
        ("spo2", 98, "%", 98.0),
        ("weight", 154, "[lb_av]", 69.9),
        ("weight", 70000, "g", 70.0),
        ("age", 58, "a", 58.0),
        ("age", 58, "Jahre", 58.0),
        ("age", 6, "mo", 0.5),
        ("age", 10, "wk", 0.19),
    ],
)
def test_converted(term: str, number: float, unit: str, expected: float) -> None:
    assert to_term(number, unit, VOCABULARY[term]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("term", "unit"),
    [
        ("white_cells", "%"),
        ("white_cells", "/[HPF]"),
        ("white_cells", "{score}"),
        ("haemoglobin", "mmol/L"),
        ("crp", "nmol/L"),
        ("crp", "mmHg"),
        ("sodium", "mg/L"),
        ("sodium", ""),
        ("temperature", "Cel/min"),
        ("alt", "10**10**10"),
        ("alt", "__import__('os')"),
        ("alt", "U/L/"),
        ("alt", "U//L"),
        ("alt", "1" * 500),
    ],
)
def test_what_cannot_be_told_is_not_converted(term: str, unit: str) -> None:
    assert to_term(5.0, unit, VOCABULARY[term]) is None


def test_a_term_without_a_unit() -> None:
    assert to_term(5.0, "mg/L", Term("x", "x", "number")) is None


@given(st.text("mgdLl/µu10*^9.-UkatmoH[]{}%° ", max_size=12))
def test_whatever_is_printed_as_a_unit(unit: str) -> None:
    for name in ("white_cells", "temperature", "alt"):
        value = to_term(1.0, unit, VOCABULARY[name])
        assert value is None or abs(value) < float("inf")
