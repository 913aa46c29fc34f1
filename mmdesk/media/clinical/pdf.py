"""The text of a PDF, page after page."""

import contextlib
import re
import time
import zlib

from mmdesk.errors import InputProblem
from mmdesk.media.clinical.sheet import damaged
from mmdesk.media.files import inflated
from mmdesk.media.text import MAX_CHARACTERS, too_long

MAX_BYTES = 64 * 2**20
MAX_PAGES = 300
_MAX_UNPACKED = 32 * 2**20  # of all that is no picture: the reader takes 25 times as much memory
_RUNS = 64  # how many times shorter a run of one byte may be written
_MAX_SECONDS = 4.0
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_STREAM = re.compile(rb">>\s{0,4}stream\r?\n")


def read_pdf(data: bytes, name: str) -> str:
    """Pages are apart by a blank line. Raises InputProblem, also for a scan, which has no text."""
    import pypdfium2

    if len(data) > MAX_BYTES:
        raise InputProblem(
            name, f"the file is larger than {MAX_BYTES // 2**20} MB", "Give the part that matters."
        )
    end = time.monotonic() + _MAX_SECONDS
    _check_unpacked(data, name)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise InputProblem(name, "it is protected by a password", "Save it without one.") from None
        raise damaged(name) from None
    try:
        return _text_of(document, name, end)
    except pypdfium2.PdfiumError:
        raise damaged(name) from None
    finally:
        document.close()


def _text_of(document, name: str, end: float) -> str:  # type: ignore[no-untyped-def]  # of a lazy import
    if len(document) > MAX_PAGES:
        raise InputProblem(name, f"it has more than {MAX_PAGES} pages", "Give the pages that matter.")
    pages, length = [], 0
    for page in document:
        text_page = page.get_textpage()
        length += text_page.count_chars()
        if length > MAX_CHARACTERS:
            raise too_long(name)
        pages.append(_tidy(text_page.get_text_range()))
        text_page.close()
        page.close()
        if time.monotonic() > end:
            raise InputProblem(name, "reading it takes too long", "Give the pages that matter.")
    text = "\n\n".join(filter(None, pages))
    if not text:
        problem = "this PDF has no text in it, it is a scan"
        raise InputProblem(name, problem, "Type what matters, or open it as text.")
    return text


def _tidy(text: str) -> str:
    """Lines end in a newline; U+FFFE is how the reader marks a hyphen at the end of a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\0", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _check_unpacked(data: bytes, name: str) -> None:
    """A page of a few bytes may unpack to gigabytes. Pictures are not unpacked for their text."""
    left = _MAX_UNPACKED
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - 400) : found.start()]
        head = head[head.rfind(b" obj") :]
        picture = re.search(rb"/Subtype\s*/Image", head) is not None
        size = _size(data, found.end(), head)
        left -= 0 if picture else size
        if left < 0 or size > 2 * _MAX_UNPACKED:
            raise InputProblem(name, "unpacked, it is larger than a record can be", "Export it again.")


def _size(data: bytes, start: int, head: bytes) -> int:
    """How many bytes a stream unpacks to, as far as it matters."""
    filters = len(re.findall(rb"/(?:FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL)\b", head))
    if filters > 1:  # packed twice, as nobody does without a reason
        return 3 * _MAX_UNPACKED
    if re.search(rb"/Fl(?:ateDecode)?\b", head):
        return _unpacked(data, start, 2 * _MAX_UNPACKED)
    packed = max(data.find(b"endstream", start) - start, 0)
    return packed * (_RUNS if filters else 1)


def _unpacked(data: bytes, start: int, most: int) -> int:
    """Counted up to one more than `most`."""
    size = 0
    with contextlib.suppress(zlib.error):  # the reader passes over it as well
        for piece in inflated(data, zlib.MAX_WBITS, start):
            size += len(piece)
            if size > most:
                break
    return size
