"""What a file is, by its content and never by its name, and its bytes."""

import codecs
import re
import stat
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.clinical import columns

MAX_BYTES = 512 * 2**20
HEAD = 4096  # bytes that show what a file is
_PACKED, _PIECE = 2**16, 2**20  # bytes that are unpacked at once, and those that come of them at most


class Format(StrEnum):
    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"
    DICOM = "DICOM"
    NIFTI = "NIfTI"
    ZIP = "ZIP"
    WAV = "WAV"
    W64 = "W64"
    AIFF = "AIFF"
    AU = "AU"
    FLAC = "FLAC"
    OGG = "OGG"
    MP3 = "MP3"
    WAVEFORM = "DICOM waveform"
    PDF = "PDF"
    XLSX = "XLSX"
    CSV = "CSV"
    FHIR = "FHIR"
    HL7 = "HL7"
    TEXT = "text"


_SOUNDS = (
    Format.WAV, Format.W64, Format.AIFF, Format.AU, Format.FLAC, Format.OGG, Format.MP3, Format.WAVEFORM,
)  # fmt: skip
_SIGNATURES = (
    # PS3.4, table B.5-1: the classes of waveforms, named in the first lines of a file.
    (rb"(?=.{128}DICM|\x08\x00).{128,}?1\.2\.840\.10008\.5\.1\.4\.1\.1\.9\.", Format.WAVEFORM),
    (rb".{128}DICM", Format.DICOM),  # first: PS3.10, 7.1, the preamble may be the head of a TIFF
    (rb"\x89PNG\r\n\x1a\n", Format.PNG),
    (rb"\xff\xd8\xff", Format.JPEG),
    (rb"II[*+]\x00|MM\x00[*+]", Format.TIFF),  # + is BigTIFF
    (rb"\x02\x00\x00\x00UL\x04\x00", Format.DICOM),  # without a preamble, but with the head behind it
    # Without a preamble: group 0008, then an explicit VR or an implicit length below 256.
    (rb"\x08\x00.\x00(?:AE|CS|DA|LO|OB|PN|SH|SQ|TM|UI|UL|.\x00\x00\x00)", Format.DICOM),
    (rb"RI(?:FF|FX)....WAVE|RF64....WAVE", Format.WAV),
    (rb"riff\x2e\x91\xcf\x11\xa5\xd6", Format.W64),
    (rb"FORM....AIF[FC]", Format.AIFF),
    (rb"\.snd\x00", Format.AU),
    (rb"fLaC", Format.FLAC),
    (rb"OggS", Format.OGG),
    (rb"ID3[\x02-\x04]", Format.MP3),
    (rb"\x5c\x01\x00\x00.{340}n(?:\+1|i1)\x00|\x00\x00\x01\x5c.{340}n(?:\+1|i1)\x00", Format.NIFTI),
    (rb"....n(?:\+2|i2)\x00\r\n\x1a\n", Format.NIFTI),
    (rb"\s{0,64}%PDF-", Format.PDF),
    (rb"PK\x03\x04(?!.*(?:word|ppt)/)(?=.*(?:\[Content_Types\]\.xml|xl/|docProps/))", Format.XLSX),
    (rb"PK\x03\x04(?!.{26}(?:mmcase\.json|mimetype)|.*(?:word|ppt)/)", Format.ZIP),
    (rb"(?:\xef\xbb\xbf)?[\s\x0b]{0,64}(?:(?:FHS|BHS)\|[^\r\n]*[\s\x0b]+)*MSH\|", Format.HL7),
    (rb"(?:\xef\xbb\xbf)?\s{0,64}(?:\[\s{0,64})?\{.*\"resourceType\"\s*:", Format.FHIR),
)
# Common files that mmdesk does not read: naming them helps more than "unknown".
_FOREIGN = (
    (rb"GIF8", "a GIF picture"),
    (rb"BM.{4}\x00\x00\x00\x00", "a BMP picture"),
    (rb"RIFF....WEBP", "a WebP picture"),
    (rb"....ftyp(?:heic|heix|mif1|avif)", "a HEIC or AVIF picture"),
    (rb"....ftyp", "an MP4, M4A or MOV file"),
    (rb"PK\x03\x04.{26}mmcase\.json", "a case of mmdesk"),
    (rb"PK\x03\x04.*word/", "a Word document"),
    (rb"PK\x03\x04|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office file"),
    (rb"(?:\xef\xbb\xbf)?\s{0,64}<(?i:!doctype html|html)", "a web page"),
    (rb"(?:\xef\xbb\xbf)?\s{0,64}<\?xml", "an XML file"),
    (rb"\{\\rtf", "an RTF document"),
    (rb"\x1f\x8b", "a compressed file"),
)
# No decoder of AAC, which these hold, may be shipped with mmdesk.
_REMEDIES = {"an MP4, M4A or MOV file": "If it holds sound, convert it to WAV or FLAC."}
_READABLE = {
    Modality.IMAGE: "PNG, JPEG, TIFF, DICOM or NIfTI",
    Modality.AUDIO: "WAV, FLAC, OGG or MP3",
    Modality.RECORD: "text, PDF, CSV or XLSX",
}
_NOUN = {Modality.IMAGE: "an image", Modality.AUDIO: "a recording", Modality.RECORD: "a record"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Vertical tab and file separator frame HL7 version 2 messages.
_LAYOUT = frozenset("\t\n\v\f\r\x1c\x85")


def sniff(head: bytes) -> Format | None:
    """The format that a file's first bytes (HEAD are enough) show, None where unknown."""
    head = _opened(head[:HEAD])
    for pattern, format in _SIGNATURES:
        if re.match(pattern, head, re.DOTALL):
            return format
    if _foreign(head):
        return None
    if _is_text(head):
        return Format.CSV if _is_table(head) else Format.TEXT
    return Format.MP3 if _is_mp3_frame(head) else None


def is_dicom(head: bytes) -> bool:
    """Also where the preamble makes it a file of another kind as well."""
    return head.startswith(b"DICM", 128) or sniff(head) in (Format.DICOM, Format.WAVEFORM)


def modality_of(format: Format) -> Modality:
    if format in (Format.PNG, Format.JPEG, Format.TIFF, Format.DICOM, Format.NIFTI, Format.ZIP):
        return Modality.IMAGE
    if format in _SOUNDS:
        return Modality.AUDIO
    return Modality.RECORD


def read_bytes(item: Input) -> bytes:
    """All bytes of an input. Raises InputProblem where there are none, too many, or no way to them."""
    data = item.data if item.data is not None else _read_path(item.name, Path(str(item.path)))
    if not data:
        raise _empty(item.name)
    if len(data) > MAX_BYTES:
        raise too_large(item.name)
    return data


def read_head(item: Input) -> bytes:
    """The first HEAD bytes, of however large an input. Raises InputProblem as read_bytes does."""
    data = item.data if item.data is not None else _read_path(item.name, Path(str(item.path)), HEAD)
    if not data:
        raise _empty(item.name)
    return data[:HEAD]


def inflated(data: bytes, kind: int, start: int = 0) -> Iterator[bytes]:
    """What zlib unpacks, in small pieces: a few bytes may hold gigabytes. `kind` is zlib's wbits; gzip may
    come in several parts. Raises zlib.error."""
    inflater = zlib.decompressobj(kind)
    for place in range(start, len(data), _PACKED):
        packed = data[place : place + _PACKED]
        while packed:
            if inflater.eof:
                if kind < 16 or packed[0] != 0x1F:
                    return
                inflater = zlib.decompressobj(kind)
            yield inflater.decompress(packed, _PIECE)
            packed = inflater.unconsumed_tail or inflater.unused_data


def expect(data: bytes, name: str, modality: Modality) -> Format:
    """The format of data. Raises InputProblem that says what it is where it is not of that modality."""
    format = sniff(data)
    if format is not None and modality_of(format) is modality:
        return format
    if format is not None:
        actual = modality_of(format)
        kind = "a text file" if format is Format.TEXT else f"{_NOUN[actual]} ({format})"
        problem = f"this is {kind}, not {_NOUN[modality]}"
        raise InputProblem(name, problem, f"Give it as {_article(actual)} with --{actual}.")
    kind = _foreign(data[:HEAD]) or "of a kind that mmdesk does not know"
    remedy = f"Save it as {_READABLE[modality]}."
    raise InputProblem(name, f"this is {kind}, not {_NOUN[modality]}", _REMEDIES.get(kind, remedy))


def identify(head: bytes, name: str) -> Format:
    """The format of a file of any modality. Raises InputProblem that says what it is where there is none."""
    format = sniff(head)
    if format is None:
        kind = _foreign(head) or "of a kind that mmdesk does not know"
        remedy = f"Save it in a form that mmdesk reads: {'; '.join(_READABLE.values())}."
        raise InputProblem(name, f"this is {kind}", _REMEDIES.get(kind, remedy))
    return format


def _read_path(name: str, path: Path, most: int | None = None) -> bytes:
    """All of the file, at most MAX_BYTES, or its first bytes."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputProblem(name, "this is a folder", "Choose one file in it.")
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
            raise InputProblem(name, "this is a device or a pipe", "Choose a file.")
        if most is None and status.st_size > MAX_BYTES:
            raise too_large(name)
        with path.open("rb") as file:
            return file.read(most)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in the path
        raise InputProblem(name, "there is no such file", "Check the name and the folder.") from error
    except PermissionError as error:
        raise InputProblem(name, "you may not read this file", "Ask its owner or copy it.") from error
    except OSError as error:
        reason = error.strerror or "the disk gave an error"
        raise InputProblem(name, f"it cannot be read ({reason})", "Copy it to another folder.") from error


def _empty(name: str) -> InputProblem:
    return InputProblem(name, "this is empty", "Choose another file, or export it again.")


def too_large(name: str) -> InputProblem:
    problem = f"the file is larger than {MAX_BYTES // 2**20} MB"
    return InputProblem(name, problem, "Give the part that matters.")


def _article(modality: Modality) -> str:
    return {Modality.IMAGE: "an image", Modality.AUDIO: "a recording", Modality.RECORD: "a record"}[modality]


def _foreign(head: bytes) -> str | None:
    return next((kind for pattern, kind in _FOREIGN if re.match(pattern, head, re.DOTALL)), None)


def _is_text(head: bytes) -> bool:
    try:
        text = _decoded(head)
    except UnicodeDecodeError:
        text = head.decode("latin-1")
        if 2 * sum(byte < 0x80 for byte in head) < len(head):
            return False
    return bool(text) and all(char >= " " or char in _LAYOUT for char in text)


def _decoded(head: bytes) -> str:
    """An incremental decoder allows a character that is cut at the end."""
    encoding = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
    return codecs.getincrementaldecoder(encoding)().decode(head)


def _opened(head: bytes) -> bytes:
    """A NIfTI volume may be compressed with gzip: what its first bytes unpack to; other bytes as they are."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        inside = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
    except zlib.error:
        return head
    return inside if re.match(rb".{344}n[+i]1\x00|....n[+i]2\x00", inside, re.DOTALL) else head


def _is_table(head: bytes) -> bool:
    """Whether a text is a sheet: a line names its columns, and the next one has as many cells. A sentence
    has commas too, but its parts are not the names of columns."""
    try:
        text = _decoded(head)
    except UnicodeDecodeError:
        text = head.decode("cp1252", "replace")
    lines = [line for line in text.splitlines() if line.strip(" \t,;|")][: columns.TITLES + 1]
    for line, below in zip(lines, lines[1:], strict=False):
        for mark in columns.DELIMITERS:
            if mark in line and mark in below:
                cells, others = columns.cells_of(line, mark), columns.cells_of(below, mark)
                if columns.is_header(cells) and abs(len(cells) - len(others)) <= 1:
                    return True
    return False


def _is_mp3_frame(head: bytes) -> bool:
    """ISO 11172-3, 2.4.2.3: sync, a known version, layer III, a valid bit rate and sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and 0 < bitrate < 15 and rate != 3
