"""Workbooks made to hang or to fill the memory: each is refused by name, quickly."""

import io
import time
import tracemalloc
import zipfile

import pytest
from support.sheets import repacked, xlsx

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.sheet import read_xlsx
from mmdesk.media.files import Format, sniff

PLAIN = xlsx([["Test", "Value"], ["CRP", 96]])
XMLNS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = b"<worksheet " + XMLNS + b"><sheetData>%s</sheetData></worksheet>"
ENTITIES = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 9) for n in range(1, 9))
BOMB = "unpacked, it is larger than a sheet of values can be"


def damaged() -> bytes:
    return PLAIN[: len(PLAIN) // 2]


def encrypted() -> bytes:
    data = bytearray(PLAIN)
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 8] |= 1
        place += 4
    return bytes(data)


def many_parts() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", b"")
        for number in range(600):
            archive.writestr(f"xl/{number}.xml", b"")
    return file.getvalue()


ROW = b"<row>" + b"<c/>" * 10**6 + b"</row>"
EXPANDED = b'<!DOCTYPE x [<!ENTITY a0 "x">' + ENTITIES + b"]>" + SHEET % b"<row><c><v>&a8;</v></c></row>"
CASES = {
    "half of a file": (damaged, "this file is damaged"),
    "no workbook in it": (lambda: bare(), "this file is damaged"),
    "a sheet of a gigabyte": (lambda: repacked(PLAIN, sheet=SHEET % (b" " * 2**20 * 60)), BOMB),
    "a row of a million cells": (lambda: repacked(PLAIN, sheet=SHEET % ROW), BOMB),
    "a million styles": (lambda: repacked(PLAIN, styles=b"<styleSheet><cellXfs>" + b"<xf/>" * 10**6), BOMB),
    "a million strings": (lambda: repacked(PLAIN, strings=b"<sst>" + b"<si/>" * 10**6), BOMB),
    "many parts": (many_parts, BOMB),
    "entities": (lambda: repacked(PLAIN, sheet=EXPANDED), "this file is damaged"),
    "a row far down": (
        lambda: repacked(PLAIN, sheet=SHEET % b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "it has more than 20,000 rows",
    ),
    "a password": (encrypted, "it is protected by a password"),
    "too many values": (
        lambda: xlsx([["Test", "Value"], *[["CRP", 96]] * 5001]), "it holds more than 5,000 values",
    ),
    "no values": (lambda: xlsx([["a", None], ["b", None]]), "no values were found in this sheet"),
}  # fmt: skip


def bare() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
    return file.getvalue()


@pytest.mark.parametrize("name", CASES)
def test_refused_by_name(name: str) -> None:
    make, problem = CASES[name]
    data = make()
    assert sniff(data) is Format.XLSX
    start = time.monotonic()
    with pytest.raises(InputProblem) as caught:
        read_xlsx(data, "a.xlsx")
    assert (caught.value.name, caught.value.problem) == ("a.xlsx", problem) and caught.value.remedy
    assert time.monotonic() - start < 5


def test_a_sheet_as_large_as_may_be_is_read() -> None:
    rows = [["Date", "Test", "Result", "Unit", "Low", "High", "Flag", "Comment"]]
    rows += [["2026-01-31", "CRP", 96.5, "mg/L", 0, 5, "H", f"a comment {n}"] for n in range(5000)]
    assert len(read_xlsx(xlsx(rows), "a.xlsx")) == 5000


def test_strings_that_cells_share() -> None:
    """As Excel keeps them."""
    cells = b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    cells += b'<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>96.5</v></c></row>'
    texts = b"".join(b"<si><t>%s</t></si>" % text for text in (b"Test", b"Value", b"CRP"))
    strings = b"<sst " + XMLNS + b">%s</sst>" % texts
    (value,) = read_xlsx(repacked(PLAIN, sheet=SHEET % cells, strings=strings), "a.xlsx")
    assert (value.test, value.number) == ("CRP", 96.5)


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    wide = SHEET.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    cell = b'<c t="inlineStr"><is><t>%s</t></is></c>'
    cells = b"".join(b"<row>%s</row>" % (cell * 2 % pair) for pair in ((b"Test", b"Value"), (b"CRP", b"96")))
    data = repacked(PLAIN, sheet=wide % cells)
    tracemalloc.start()
    try:
        (value,) = read_xlsx(data, "a.xlsx")
        assert value.number == 96.0 and tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()
