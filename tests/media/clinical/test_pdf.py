import random
import zlib

import pytest
from support.sheets import pdf, pdf_of

from mmdesk.errors import InputProblem
from mmdesk.media.clinical import pdf as module
from mmdesk.media.clinical.pdf import read_pdf
from mmdesk.media.files import Format, sniff
from mmdesk.media.text import MAX_CHARACTERS

# An empty page behind a password: RC4 of 40 bits, made once with the password "x".
PASSWORD = (
    b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Encrypt 5 0 R",
    b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >>",
)
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>"
TREE = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE]


def stream(data: bytes, entries: bytes = b"/Filter /FlateDecode") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def problem_of(data: bytes) -> str:
    with pytest.raises(InputProblem) as caught:
        read_pdf(data, "a.pdf")
    assert caught.value.name == "a.pdf" and caught.value.remedy
    return caught.value.problem


def test_pages_are_apart() -> None:
    data = pdf("4-year-old boy.\nTemp 38.9 °C (high)", "", "CRP 96 mg/L")
    assert sniff(data) is Format.PDF
    assert read_pdf(data, "a.pdf") == "4-year-old boy.\nTemp 38.9 °C (high)\n\nCRP 96 mg/L"


def test_a_scan_says_that_it_is_one() -> None:
    assert problem_of(pdf("", "")) == "this PDF has no text in it, it is a scan"


def test_a_password() -> None:
    data = pdf_of([*TREE, stream(b"", b""), PASSWORD[1]], PASSWORD[0])
    assert problem_of(data) == "it is protected by a password"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", pdf("Fever")[:200], b"%PDF-" + bytes(range(256)) * 20])
def test_damaged(data: bytes) -> None:
    assert problem_of(data) == "this file is damaged"


def test_too_many_pages_and_too_much_text() -> None:
    assert problem_of(pdf(*["Fever"] * 301)) == "it has more than 300 pages"
    page = "\n".join(["x" * 99] * 40)
    assert problem_of(pdf(*[page] * (MAX_CHARACTERS // 4000 + 2))).startswith("the record is longer than")


FLATE, IMAGE = b"/Filter /FlateDecode", b"/Subtype /Image /Filter /FlateDecode"
NOISE = random.Random(0).randbytes(2**16)


@pytest.mark.parametrize(
    "packed",
    [
        stream(zlib.compress(bytes(2**20) * 65, 9), FLATE),
        stream(zlib.compress(bytes(2**20) * 65, 1), FLATE),
        stream(zlib.compress(NOISE * 3 + bytes(2**20) * 33, 1), FLATE),
        stream(zlib.compress(bytes(2**20) * 65, 9), IMAGE),
        stream(zlib.compress(zlib.compress(bytes(2**20), 9), 9), b"/Filter [/FlateDecode /FlateDecode]"),
        stream(bytes(2**20), b"/Filter /RunLengthDecode"),
        stream(b"(a) Tj " * (5 * 2**20), b""),
    ],
)
def test_a_page_that_unpacks_to_too_much(packed: bytes) -> None:
    assert problem_of(pdf_of([*TREE, packed])) == "unpacked, it is larger than a record can be"


def test_a_large_picture_in_a_pdf_is_no_page() -> None:
    data = pdf_of([*TREE, stream(b"", b""), stream(zlib.compress(bytes(2**20) * 40, 9), IMAGE)])
    assert problem_of(data) == "this PDF has no text in it, it is a scan"


def test_pages_that_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_SECONDS", 0.0)
    assert problem_of(pdf("Fever")) == "reading it takes too long"


def test_the_largest_file() -> None:
    assert problem_of(b"%PDF-1.7\n" + bytes(2**26)) == "the file is larger than 64 MB"
