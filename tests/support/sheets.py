"""Clinical files made in memory."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime

import openpyxl

LOINC = "http://loinc.org"


def xlsx(*sheets: Sequence[Sequence[object]], names: Sequence[str] = ()) -> bytes:
    """A workbook with a sheet for each list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
    book.properties.created = book.properties.modified = datetime(2026, 1, 31)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PLACES = {"sheet": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml", "strings": "xl/sharedStrings.xml"}
STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The workbook with other parts, which are named in PLACES."""
    others = {PLACES[name]: part for name, part in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys((*old.namelist(), *others)):
            part = others.get(name) or old.read(name)
            if name == "[Content_Types].xml" and "strings" in parts:
                part = part.replace(b"</Types>", STRINGS)
            new.writestr(name, part)
    return file.getvalue()


def concept(text: str, code: str = "", system: str = LOINC) -> dict[str, object]:
    return {"coding": [{"system": system, "code": code, "display": text}]} if code else {"text": text}


def observation(
    text: str, code: str, value: float, unit: str, day: str = "2026-01-31", **more: object
) -> dict:
    return {
        "resourceType": "Observation", "status": "final", "code": concept(text, code),
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "code": unit, "system": "http://unitsofmeasure.org"}, **more,
    }  # fmt: skip


def bundle(*resources: dict) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def oru(*segments: str, header: str = "MSH|^~\\&|LAB|H|EHR|H|20260131||ORU^R01|1|P|2.5.1") -> bytes:
    return "\r".join((header, *segments)).encode() + b"\r"


def pdf(*pages: str) -> bytes:
    """Pages of lines, in Helvetica."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        lines = b"".join(b"(%s) Tj T* " % _escaped(line) for line in page.splitlines())
        content = b"BT /F1 12 Tf 14 TL 72 720 Td " + lines + b"ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return pdf_of(objects)


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return data + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, trailer, start,
    )  # fmt: skip


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
