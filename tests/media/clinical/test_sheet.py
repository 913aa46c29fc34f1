"""Laboratory sheets in every layout: the same values come out."""

import csv
import io
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sheets import xlsx

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.sheet import read_csv, read_xlsx
from mmdesk.media.clinical.values import POINT, TWO_DATES, LabValue
from mmdesk.media.files import Format, sniff

LONG = """Labor Muster GmbH
Datum;Untersuchung;Wert;Einheit;Referenzbereich;Bewertung
30.01.2026;CRP;96,5;mg/L;< 5;H
31.01.2026;Leukozyten;14,2;10^9/L;4,0 - 10,0;H
31.01.2026;Albumin;<4,1;g/dL;;
;Hämatologie;;;;
"""
WANTED = [
    LabValue(
        "CRP", "96,5", 96.5, unit="mg/L", high=5.0, flag="H", date="2026-01-30", place="row 3"
    ),
    LabValue(
        "Leukozyten", "14,2", 14.2, unit="10^9/L", low=4.0, high=10.0, flag="H", date="2026-01-31",
        place="row 4",
    ),
    LabValue("Albumin", "<4,1", 4.1, "<", unit="g/dL", date="2026-01-31", place="row 5"),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_a_long_sheet(encoding: str, line: str) -> None:
    data = LONG.replace("\n", line).encode(encoding)
    assert sniff(data) is Format.CSV
    assert list(read_csv(data, "labor.csv")) == WANTED


def said(values: tuple[LabValue, ...]) -> list[tuple[object, ...]]:
    return [(v.test, v.number, v.unit, v.date, v.low, v.high) for v in values]


WIDE = [
    ("CRP", 96.5, "mg/L", "2026-01-30", None, 5.0),
    ("Na", 138.0, "mmol/L", "2026-01-30", 135.0, 145.0),
    ("CRP", 12.0, "mg/L", "2026-01-31", None, 5.0),
]


def test_a_column_for_each_test() -> None:
    sheet = "Date,CRP (mg/L),Na [mmol/L],Comment\n2026-01-30,96.5,138,\n2026-01-31,12,,\n"
    assert sniff(sheet.encode()) is Format.CSV
    values = read_csv(sheet.encode(), "a.csv")
    assert [one[:4] for one in said(values)] == [one[:4] for one in WIDE]
    assert [value.place for value in values] == ["row 2, column B", "row 2, column C", "row 3, column B"]


def test_units_and_ranges_in_rows_of_their_own() -> None:
    sheet = "Date,CRP,Na\nUnit,mg/L,mmol/L\nRange,<5,135-145\n2026-01-30,96.5,138\n2026-01-31,12,-\n"
    assert sniff(sheet.encode()) is Format.CSV
    assert said(read_csv(sheet.encode(), "a.csv")) == WIDE


def test_a_column_for_each_date() -> None:
    sheet = "Test,Unit,Ref. range,2026-01-30,2026-01-31\nCRP,mg/L,<5,96.5,12\nNa,mmol/L,135-145,138,\n"
    assert sniff(sheet.encode()) is Format.CSV
    assert sorted(map(str, said(read_csv(sheet.encode(), "a.csv")))) == sorted(map(str, WIDE))


def test_bounds_code_and_time_in_columns_of_their_own() -> None:
    sheet = "LOINC\tTest name\tResult\tUnits\tLow\tHigh\tDate\tTime\n"
    sheet += "1988-5\tCRP\t96\tmg/L\t0\t5\t31/01/2026\t08:15\n"
    assert read_csv(sheet.encode(), "a.csv") == (
        LabValue("CRP", "96", 96.0, "", "1988-5", "mg/L", 0.0, 5.0, "", "2026-01-31T08:15", "row 2"),
    )


def test_the_date_above_the_columns() -> None:
    sheet = "Report;\nDate:;31.01.2026\nTest;Result\nCRP;96\nNa;138\n"
    assert [value.date for value in read_csv(sheet.encode(), "a.csv")] == ["2026-01-31"] * 2


def test_a_test_beside_the_name_of_the_patient() -> None:
    sheet = "Name,Test,Value\nMuster,CRP,96\nMuster,Na,138\n"
    assert [value.test for value in read_csv(sheet.encode(), "a.csv")] == ["CRP", "Na"]


def test_dates_that_could_be_read_two_ways() -> None:
    sheet = "Date,Test,Value\n02/03/2026,CRP,96\n03/02/2026,CRP,12\n"
    assert [value.doubt for value in read_csv(sheet.encode(), "a.csv")] == [TWO_DATES] * 2
    more = sheet + "31/03/2026,CRP,5\n"
    assert [value.date for value in read_csv(more.encode(), "a.csv")] == [
        "2026-03-02",
        "2026-02-03",
        "2026-03-31",
    ]


def test_cells_of_more_lines_and_quotes() -> None:
    sheet = 'Test,Value,Unit\n"CRP\nhigh sensitivity","96,5",mg/L\n'
    (value,) = read_csv(sheet.encode(), "a.csv")
    assert value.test == "CRP\nhigh sensitivity" and value.number == 96.5


# ---- sheets of laboratories


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_french_sheet(encoding: str) -> None:
    sheet = "Laboratoire;;;;\nAnalyse;Résultat;Unité;Valeurs de référence;Date de prélèvement\n"
    sheet += "Créatinine;84,5;µmol/L;59,0 à 104,0;14/01/2026\n"
    assert sniff(sheet.encode(encoding)) is Format.CSV
    assert said(read_csv(sheet.encode(encoding), "a.csv")) == [
        ("Créatinine", 84.5, "µmol/L", "2026-01-14", 59.0, 104.0)
    ]


CORNERS = ["Befund;Einheit;Normalbereich", ";Einheit;Normalbereich", "Leistung;Einheit;Normalbereich"]


@pytest.mark.parametrize("corner", CORNERS)
def test_a_column_of_tests_of_another_name_or_of_none(corner: str) -> None:
    sheet = f"{corner};12.01.26;14.01.26\nCRP;mg/l;bis 5,0;12,1;96 +\n"
    assert sniff(sheet.encode()) is Format.CSV
    values = read_csv(sheet.encode(), "a.csv")
    assert [(v.test, v.number, v.flag, v.high, v.date) for v in values] == [
        ("CRP", 12.1, "", 5.0, "2026-01-12"), ("CRP", 96.0, "+", 5.0, "2026-01-14"),
    ]  # fmt: skip


def test_a_column_that_says_what_a_test_was_made_of() -> None:
    sheet = "Test,Specimen,Result,Unit\nGlucose,Urine,55,mmol/L\nGlucose,Serum,5.5,mmol/L\n"
    assert [value.test for value in read_csv(sheet.encode(), "a.csv")] == ["Glucose (Urine)", "Glucose"]


@pytest.mark.parametrize("header", ["Test;Wert", "Test;12.01.2026"])
def test_a_title_that_says_what_tests_were_made_of(header: str) -> None:
    sheet = f"{header}\nSerum;\nGlukose;5,5\n;\nUrinstatus;\nGlukose;55,1\nHämatologie;\nHb;14,2\n"
    names = [value.test for value in read_csv(sheet.encode(), "a.csv")]
    assert names == ["Glukose", "Glukose (Urinstatus)", "Hb"]


def test_units_beside_the_names_of_tests() -> None:
    wide = read_csv(b"Date,CRP mg/L,\"Na, mmol/L\"\n2026-01-30,96.5,138\n", "a.csv")
    long = read_csv(b"Test,Result\nCRP [mg/L],96.5\nNa in mmol/L,138\nAlbumin/Globulin,2\n", "a.csv")
    assert [(v.test, v.unit) for v in wide] == [("CRP", "mg/L"), ("Na", "mmol/L")]
    assert [(v.test, v.unit) for v in long] == [("CRP", "mg/L"), ("Na", "mmol/L"), ("Albumin/Globulin", "")]


@pytest.mark.parametrize(
    ("sheet", "number", "doubt"),
    [
        ("Test;Wert;Einheit\nThrombozyten;1.250;/nl\nNatrium;138;mmol/l\n", None, POINT),
        ("Test;Wert;Einheit\nThrombozyten;1.250;/nl\nCRP;9,6;mg/l\n", 1250.0, ""),
        ("Test;Wert;Einheit\nThrombozyten;1.250;/nl\nCRP;9.6;mg/l\n", 1.25, ""),
        ("Test,Result,Unit\nCreatinine,1.250,mg/dL\nSodium,138,mmol/L\n", 1.25, ""),
        ('Test,Result,Unit\nWBC,"12,400",/uL\nSodium,138,mmol/L\n', 12400.0, ""),
    ],
)
def test_tenths_or_thousands(sheet: str, number: float | None, doubt: str) -> None:
    value = read_csv(sheet.encode(), "a.csv")[0]
    assert (value.number, value.doubt) == (number, doubt)


NOTES = [
    "Fever, cough\nTest results pending, CRP 96",
    "Seen today, date of birth known, test value normal.\nCRP 96, Na 138, K 4.",
    "Name, date, value: all of it is in the letter.\nNothing else, really.",
    "Date: 2026-01-31, CRP 96 mg/L, Na 138\nWell, no fever, no cough",
    "Test\nCRP, 96, high",
    "Patient was seen.\nHb 12, WBC 5; platelets, normal",
    "Medication; dose; result unclear; later\nAspirin; 100; none; no",
]


@pytest.mark.parametrize("note", NOTES)
def test_a_note_with_commas_stays_a_text(note: str) -> None:
    assert sniff(note.encode()) is Format.TEXT


@pytest.mark.parametrize(
    ("sheet", "problem"),
    [
        ("a;b\nc;2\n", "no values were found in this sheet"),
        ("Test,Value\n", "no values were found in this sheet"),
        ("Patient ID,Test,Value\n1,CRP,96\n2,CRP,12\n", "it holds values of several patients"),
        ("Test,Value\n" + "CRP,96\n" * 5001, "it holds more than 5,000 values"),
        ("Test,Value\n" + ",\n" * 20_001, "it has more than 20,000 rows"),
        ("Test,Value\nCRP," + "9" * 200_000, "this file is damaged"),
    ],
)
def test_what_is_no_sheet(sheet: str, problem: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read_csv(sheet.encode(), "a.csv")
    assert (caught.value.name, caught.value.problem) == ("a.csv", problem) and caught.value.remedy


def test_a_workbook_keeps_what_its_cells_are() -> None:
    rows = [
        ["Laboratory", None],
        ["Date", "Test", "Result", "Unit", "Reference range"],
        [datetime(2026, 1, 31, 8, 15), "CRP", 96.5, "mg/L", "0-5"],
        [date(2026, 1, 30), "SpO2", "94%", None, None],
        [datetime(2026, 1, 29), "Na", 138, "mmol/L", None],
        [None, None, None, None, None],
        [date(2026, 1, 28), "Cough", True, None, None],
        [date(2026, 1, 28), "K", "#N/A", None, None],
    ]
    other = [["Date", "Hb [g/dL]", "PLT [10^9/L]"], [date(2026, 1, 1), 14.1, 250]]
    values = read_xlsx(xlsx(rows, other, names=("January", "Blood")), "a.xlsx")
    assert [(v.test, v.text, v.number, v.unit, v.date, v.place) for v in values] == [
        ("CRP", "96.5", 96.5, "mg/L", "2026-01-31T08:15", "January, row 3"),
        ("SpO2", "94%", 94.0, "%", "2026-01-30", "January, row 4"),
        ("Na", "138", 138.0, "mmol/L", "2026-01-29", "January, row 5"),
        ("Cough", "yes", None, "", "2026-01-28", "January, row 7"),
        ("K", "#N/A", None, "", "2026-01-28", "January, row 8"),
        ("Hb", "14.1", 14.1, "g/dL", "2026-01-01", "Blood, row 2, column B"),
        ("PLT", "250", 250.0, "10^9/L", "2026-01-01", "Blood, row 2, column C"),
    ]


def test_a_workbook_of_bare_names_and_numbers() -> None:
    values = read_xlsx(xlsx([["Albumin", "ALT", "AST"], [41, 30.5, 25]]), "a.xlsx")
    assert [(v.test, v.number, v.place) for v in values] == [
        ("Albumin", 41.0, "row 2, column A"),
        ("ALT", 30.5, "row 2, column B"),
        ("AST", 25.0, "row 2, column C"),
    ]


def test_a_cell_in_percent() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Test", "Value"], ["SpO2", 0.94]):
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    file = io.BytesIO()
    book.save(file)
    (value,) = read_xlsx(file.getvalue(), "a.xlsx")
    assert (value.number, value.unit) == (94.0, "%")


def workbook(fill) -> bytes:  # type: ignore[no-untyped-def]
    import openpyxl

    book = openpyxl.Workbook()
    fill(book, book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_sheet_that_is_hidden_is_none() -> None:
    def fill(book, sheet) -> None:  # type: ignore[no-untyped-def]
        sheet.append(["Test", "Value"])
        sheet.append(["CRP", 96])
        template = book.create_sheet("Template")
        template.append(["Test", "Value"])
        template.append(["CRP", 1])
        template.sheet_state = "hidden"

    assert [value.number for value in read_xlsx(workbook(fill), "a.xlsx")] == [96.0]


def test_names_of_columns_over_merged_cells() -> None:
    rows = [
        ["Kumulativbefund", None, None, None, None, None],
        ["Parameter", "Einheit", "Referenzbereich", None, "Ergebnisse", None],
        [None, None, "von", "bis", "12.01.2026", "13.01.2026"],
        ["CRP", "mg/l", 0, 5, 12.1, 96.4],
    ]
    assert said(read_xlsx(xlsx(rows), "a.xlsx")) == [
        ("CRP", 12.1, "mg/l", "2026-01-12", 0.0, 5.0), ("CRP", 96.4, "mg/l", "2026-01-13", 0.0, 5.0),
    ]  # fmt: skip


def test_a_day_that_is_kept_as_a_number() -> None:
    rows = [["Date", "Test", "Value"], [46036, "CRP", 96], [46036.5, "CRP", 97], [460, "CRP", 98]]
    values = read_xlsx(xlsx(rows), "a.xlsx")
    assert [value.date for value in values] == ["2026-01-14", "2026-01-14T12:00", "460"]


def test_numbers_beside_texts_with_decimal_commas() -> None:
    rows = [["Test", "Wert"], ["CRP", "14,2"], ["Kreatinin", 1.125], ["Na", 138.5], ["PLT", "1.250"]]
    values = read_xlsx(xlsx(rows), "a.xlsx")
    assert [value.number for value in values] == [14.2, 1.125, 138.5, 1250.0]


# Whatever the layout, the same values come back

DAYS = st.dates(date(2000, 1, 1), date.today() - timedelta(days=1))
TESTS = ["CRP", "Hb", "Na", "Troponin T", "Glucose"]
UNITS = ["mg/L", "g/dL", "mmol/L", "ng/L", "%"]
NUMBERS = st.integers(1, 99_999).map(lambda n: n / 100)
TABLES = st.dictionaries(
    DAYS, st.dictionaries(st.sampled_from(range(5)), NUMBERS, min_size=1), min_size=1, max_size=4
)


def cells_of(table: dict[date, dict[int, float]], layout: str, mark: str, german: bool) -> list[list[str]]:
    def printed(number: float) -> str:
        return f"{number:.2f}".replace(".", mark)

    def day(when: date) -> str:
        return f"{when:%d.%m.%Y}" if german else when.isoformat()

    names = ("Datum", "Parameter", "Wert", "Einheit") if german else ("Date", "Test", "Result", "Unit")
    if layout == "long":
        rows = [
            [day(when), TESTS[n], printed(value), UNITS[n]]
            for when, own in table.items()
            for n, value in own.items()
        ]
        return [list(names), *rows]
    if layout == "wide":
        head = [names[0], *(f"{test} [{unit}]" for test, unit in zip(TESTS, UNITS, strict=True))]
        rows = [
            [day(w), *(printed(own[n]) if n in own else "" for n in range(5))] for w, own in table.items()
        ]
        return [head, *rows]
    head = [names[1], names[3], *map(day, table)]
    rows = [
        [TESTS[n], UNITS[n], *(printed(own[n]) if n in own else "" for own in table.values())]
        for n in range(5)
    ]
    return [head, *rows]


@given(
    TABLES, st.sampled_from(["long", "wide", "cumulative"]), st.booleans(), st.sampled_from(";,\t|"),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.integers(0, 3),
)  # fmt: skip
def test_any_layout_gives_the_same_values(table, layout, german, delimiter, encoding, titles) -> None:
    cells = [["A title"]] * titles + cells_of(table, layout, "," if german else ".", german)
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(cells)
    data = file.getvalue().encode(encoding)
    assert sniff(data) is Format.CSV
    assert_same(read_csv(data, "a.csv"), table)


@given(TABLES, st.sampled_from(["long", "wide", "cumulative"]), st.booleans())
@settings(max_examples=20, deadline=None)
def test_any_workbook_gives_the_same_values(table, layout, german) -> None:
    cells = cells_of(table, layout, "," if german else ".", german)
    assert_same(read_xlsx(xlsx(cells), "a.xlsx"), table)


def assert_same(values: tuple[LabValue, ...], table: dict[date, dict[int, float]]) -> None:
    found = sorted((v.date, v.test, v.number, v.unit, v.doubt) for v in values)
    assert found == sorted(
        (when.isoformat(), TESTS[n], value, UNITS[n], "")
        for when, own in table.items()
        for n, value in own.items()
    )


@given(st.text(max_size=300))
def test_whatever_is_in_a_sheet(text: str) -> None:
    with suppress(InputProblem):
        read_csv(b"Test,Value,Unit,Range,Date\n" + text.encode("utf-8", "replace"), "a.csv")
