from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.media.clinical.values import (
    DAY_FIRST,
    FUTURE,
    MONTH_FIRST,
    NO_DATE,
    POINT,
    TWO_DATES,
    TWO_NUMBERS,
    Printed,
    day_order,
    decimal_mark,
    is_iso,
    other_material,
    read_date,
    read_number,
    read_range,
)


@pytest.mark.parametrize(
    ("text", "mark", "printed"),
    [
        ("96", ".", Printed(96.0)),
        ("14.2", ".", Printed(14.2)),
        ("14,2", ",", Printed(14.2)),
        ("14,2", "", Printed(14.2)),
        ("0,125", "", Printed(0.125)),
        ("14,200", ".", Printed(14200.0)),
        ("14,200", ",", Printed(14.2)),
        ("14,200", "", Printed(None, doubt=TWO_NUMBERS)),
        ("1.234", ",", Printed(1234.0)),
        ("1.234", "", Printed(None, doubt=POINT)),
        ("1.234", ".", Printed(1.234)),
        ("0.234", "", Printed(0.234)),
        ("1.234,5", "", Printed(1234.5)),
        ("1,234.5", "", Printed(1234.5)),
        ("1,234,567", "", Printed(1234567.0)),
        ("14 200", ".", Printed(14200.0)),
        ("14\u00a0200", ".", Printed(14200.0)),
        ("-2.5", ".", Printed(-2.5)),
        ("−2.5", ".", Printed(-2.5)),
        ("1.5e3", ".", Printed(1500.0)),
        ("< 0.5", ".", Printed(0.5, "<")),
        ("≥95", ".", Printed(95.0, ">=")),
        ("96 H", ".", Printed(96.0, flag="H")),
        ("96 (L)", ".", Printed(96.0, flag="(L)")),
        ("12.1 ↑", ".", Printed(12.1, flag="↑")),
        ("*8.2", ".", Printed(8.2, flag="*")),
        ("H 14.2", ".", Printed(14.2, flag="H")),
        ("↓ 3.1", ".", Printed(3.1, flag="↓")),
        ("!! < 3.1", ".", Printed(3.1, "<", flag="!!")),
        ("H14.2", ".", Printed(None)),
        ("5.2 mmol/L H", ".", Printed(5.2, unit="mmol/L", flag="H")),
        ("96 mg/L", ".", Printed(96.0, unit="mg/L")),
        ("98%", ".", Printed(98.0, unit="%")),
        ("5.1 x10^9/L", ".", Printed(5.1, unit="x10^9/L")),
        ("NaN", ".", Printed(None)),
        ("inf", ".", Printed(None)),
        ("1e999", ".", Printed(None)),
        ("9" * 40, ".", Printed(None)),
        ("pending", ".", Printed(None)),
        ("1:80", ".", Printed(None)),
        ("3-5", ".", Printed(None)),
        ("120/80", ".", Printed(None)),
        ("14200 /uL", ".", Printed(14200.0, unit="/uL")),
        ("96 ++", ".", Printed(96.0, flag="++")),
        ("", ".", Printed(None)),
    ],
)
def test_a_printed_number(text: str, mark: str, printed: Printed) -> None:
    assert read_number(text, mark) == printed


@given(st.text(max_size=60), st.sampled_from(["", ".", ","]))
def test_whatever_is_printed_is_a_finite_number_or_none(text: str, mark: str) -> None:
    number = read_number(text, mark).number
    assert number is None or abs(number) < float("inf")


@given(st.floats(0, 1e6).map(lambda x: round(x, 3)), st.sampled_from(".,"))
def test_a_number_comes_back(number: float, mark: str) -> None:
    assert read_number(f"{number:.3f}".replace(".", mark), mark).number == number


@given(st.integers(0, 10**9), st.sampled_from([".,", ",.", " ."]))
def test_thousands_come_back(number: int, marks: str) -> None:
    printed = f"{number:,}".replace(",", marks[0])
    assert read_number(printed, marks[1]).number == float(number)


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.5", "2", "13.25"], "."),
        (["1,5", "2"], ","),
        (["1,234.5"], "."),
        (["1.234,5"], ","),
        (["14,200", "5"], ""),
        (["1.5", "1,5"], ""),
        (["0,125"], ","),
        ([], ""),
    ],
)
def test_the_mark_before_the_tenths(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("3.5 - 5.0", (3.5, 5.0)),
        ("3.5–5.0", (3.5, 5.0)),
        ("[0.5 to 1.2]", (0.5, 1.2)),
        ("(4 bis 10)", (4.0, 10.0)),
        ("3.5-5.0 mmol/L", (3.5, 5.0)),
        ("< 5", (None, 5.0)),
        ("<=5.0 mg/L", (None, 5.0)),
        ("bis 5", (None, 5.0)),
        ("> 95", (95.0, None)),
        ("≥95", (95.0, None)),
        ("4,0 à 10,0", (4.0, 10.0)),
        ("[13,5;17,2]", (13.5, 17.2)),
        ("0,0-1,2*", (0.0, 1.2)),
        ("5 - 3", (None, None)),
        ("negative", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_printed_range(text: str, limits: tuple[float | None, float | None]) -> None:
    assert read_range(text) == limits


@pytest.mark.parametrize(
    ("text", "order", "read"),
    [
        ("2026-01-31", "", ("2026-01-31", "")),
        ("2026-01-31T08:15:00+01:00", "", ("2026-01-31T08:15", "")),
        ("2026-01-31 08:15", "", ("2026-01-31T08:15", "")),
        ("20260131", "", ("2026-01-31", "")),
        ("202601310815", "", ("2026-01-31T08:15", "")),
        ("20260131081559.123+0100", "", ("2026-01-31T08:15", "")),
        ("31.01.2026", "", ("2026-01-31", "")),
        ("31.1.26", "", ("2026-01-31", "")),
        ("31.01.99", "", ("1999-01-31", "")),
        ("31.01.2026, 08:15 Uhr", "", ("2026-01-31T08:15", "")),
        ("31/01/2026", "", ("2026-01-31", "")),
        ("01/31/2026", "", ("2026-01-31", "")),
        ("1/31/2026 8:15 PM", "", ("2026-01-31T20:15", "")),
        ("1/31/2026 12:15 AM", "", ("2026-01-31T00:15", "")),
        ("02/03/2026", "", ("02/03/2026", TWO_DATES)),
        ("02/03/2026", DAY_FIRST, ("2026-03-02", "")),
        ("02/03/2026", MONTH_FIRST, ("2026-02-03", "")),
        ("03/03/2026", "", ("2026-03-03", "")),
        ("31 Jan 2026", "", ("2026-01-31", "")),
        ("31. Januar 2026", "", ("2026-01-31", "")),
        ("January 31, 2026", "", ("2026-01-31", "")),
        ("2026/01/31", "", ("2026-01-31", "")),
        ("", "", ("", "")),
        ("2026-02-30", "", ("2026-02-30", NO_DATE)),
        ("1026-01-01", "", ("1026-01-01", NO_DATE)),
        ("soon", "", ("soon", NO_DATE)),
        ("96", "", ("96", NO_DATE)),
        ("9999-12-31", "", ("9999-12-31", FUTURE)),
    ],
)
def test_a_printed_date(text: str, order: str, read: tuple[str, str]) -> None:
    assert read_date(text, order) == read


def test_tomorrow_is_no_future_for_who_lives_further_east() -> None:
    tomorrow, later = (date.today() + timedelta(days=days) for days in (1, 2))
    assert read_date(tomorrow.isoformat()) == (tomorrow.isoformat(), "")
    assert read_date(later.isoformat()) == (later.isoformat(), FUTURE)


@given(st.text(max_size=60))
def test_whatever_is_printed_is_a_date_or_says_why_not(text: str) -> None:
    read, doubt = read_date(text)
    assert bool(doubt) != (is_iso(read) or not text.strip())


def test_the_order_of_day_and_month() -> None:
    assert day_order(["01/02/2026", "31/01/2026"]) == DAY_FIRST
    assert day_order(["01/02/2026", "01/31/2026"]) == MONTH_FIRST
    assert day_order(["01/02/2026"]) == day_order(["31/01/2026", "01/31/2026"]) == ""


@pytest.mark.parametrize("text", ["Urine", "UR", "24h-Sammelurin", "Pleural fluid", "Liquor", "Aszites"])
def test_what_is_no_blood(text: str) -> None:
    assert other_material(f" {text}") == text


@pytest.mark.parametrize("text", ["", "Serum", "EDTA-Blut", "Plasma", "Hämatologie", "Purine", "SER"])
def test_what_is_blood_or_not_told(text: str) -> None:
    assert other_material(text) == ""
