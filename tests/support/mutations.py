"""Files damaged on purpose: the same seed gives the same damage."""

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Literal

from pydicom.uid import DeflatedExplicitVRLittleEndian

_BYTES = (0, 1, 0x20, 0x7F, 0x80, 0xFE, 0xFF)
_NUMBERS = (0, 1, 2, 7, *(2**bits + more for bits in (7, 8, 15, 16, 31, 32, 63, 64) for more in (-2, -1, 0)))
_DIGITS = ("-1", "0", "1e999", "NaN", "Infinity", "9" * 20, "1" * 5000, "0.0000001", "", "-0", "1e-400")
_VRS = b"AE AS CS DA DS DT FD FL IS LO OB OF OW PN SH SL SQ SS ST TM UC UI UL UN US XX \x00\x00".split(b" ")
_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"iCCP", b"zTXt", b"iTXt", b"eXIf", b"acTL", b"fcTL")
_MARKUP = (
    b"[" * 3000, b'{"a":' * 3000, b"<<" * 300, b"<a>" * 300, b"," * 2000, b"\n" * 500, b"|" * 500, b"&" * 50,
    b'"', b"\\", b"\0", b"\xff", b"\r\n\r\n", b"\xef\xbb\xbf", "\U0001f600\u202e".encode(),
    b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>&d;',
)  # fmt: skip

Mutator = Callable[[Random, bytearray], None]


def mutated(random: Random, data: bytes) -> bytes:
    """Damaged in one to five ways, of which some know the format; of one in four, what is packed in it."""
    if random.random() < 0.25 and (inside := _inside(random, data)) is not None:
        return inside
    mutators = [*_ANY, *_ANY, *_KNOWING]
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        damaged = bytearray(data)
        if not damaged:
            return data
        random.choice(mutators)(random, damaged)
        data = bytes(damaged)
    return data


def _place(random: Random, data: bytearray) -> int:
    """Heads and tails, where files say what they are, more often than the middle."""
    kind, end = random.random(), len(data)
    if kind < 0.35:
        return random.randrange(min(end, 400))
    if kind < 0.5:
        return random.randrange(max(0, end - 200), end)
    return random.randrange(end)


def _number(random: Random, width: int) -> bytes:
    value = random.choice((*_NUMBERS, random.getrandbits(8 * width))) & (256**width - 1)
    return value.to_bytes(width, random.choice(("big", "little")))


def _flip(random: Random, data: bytearray) -> None:
    data[_place(random, data)] ^= 1 << random.randrange(8)


def _set(random: Random, data: bytearray) -> None:
    data[_place(random, data)] = random.choice(_BYTES)


def _write_number(random: Random, data: bytearray) -> None:
    place, width = _place(random, data), random.choice((2, 4, 4, 8))
    data[place : place + width] = _number(random, width)


def _cut(random: Random, data: bytearray) -> None:
    del data[_place(random, data) :]


def _remove(random: Random, data: bytearray) -> None:
    place = _place(random, data)
    del data[place : place + random.choice((1, 2, 3, 4, 16, 100, 1000))]


def _insert(random: Random, data: bytearray) -> None:
    place = _place(random, data)
    data[place:place] = random.choice((random.randbytes(random.randrange(1, 64)), bytes(64), b"\xff" * 64))


def _repeat(random: Random, data: bytearray) -> None:
    place, length = _place(random, data), random.choice((4, 16, 64, 300, 2000))
    data[place:place] = bytes(data[place : place + length]) * random.choice((1, 1, 2, 50))


def _swap(random: Random, data: bytearray) -> None:
    first, second, length = _place(random, data), _place(random, data), random.choice((4, 16, 64, 300))
    one, other = bytes(data[first : first + length]), bytes(data[second : second + length])
    data[first : first + len(one)] = other
    data[second : second + len(other)] = one


def _dicom_element(random: Random, data: bytearray) -> None:
    """The VR, the length or the value of an element, more often of one that is about pixels."""
    pattern = rb"[\x28\xe0]\x7f?\x00..[A-Z]{2}" if random.random() < 0.6 else rb".\x00..[A-Z]{2}"
    found = [match.end() for match in re.finditer(pattern, data, re.DOTALL)]
    if not found:
        _dicom_implicit(random, data)
        return
    end = random.choice(found)
    what = random.random()
    if what < 0.25:
        data[end - 2 : end] = random.choice(_VRS)
    elif what < 0.55:
        data[end : end + 2] = _number(random, 2)
    elif what < 0.65:
        data[end + 2 : end + 6] = _number(random, 4)
    else:
        data[end + 2 : end + 4] = _number(random, 2)


def _dicom_implicit(random: Random, data: bytearray) -> None:
    pattern = rb"[\x08\x18\x20\x28]\x00.[\x00\x10\x11]"
    found = [match.start() for match in re.finditer(pattern, data, re.DOTALL)]
    if found:
        place = random.choice(found) + random.choice((4, 8))
        data[place : place + 4] = _number(random, 4)


def _dicom_nested(random: Random, data: bytearray) -> None:
    """Items in items, at the end of the head, without an end."""
    place = data.find(b"\x28\x00")
    if place > 0:
        item = b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
        data[place:place] = item * random.choice((1, 5, 300))


def _codestream(random: Random, data: bytearray) -> None:
    """A marker of JPEG or JPEG 2000, or what stands behind it."""
    found = [match.start() for match in re.finditer(rb"\xff[\x01-\xfe]", data)]
    if found:
        place = random.choice(found[:80]) + random.choice((1, 2, 3, 4, 5, 6, 7, 8))
        data[place : place + 1] = bytes([random.choice((*_BYTES, random.randrange(256)))])


def _png_chunk(random: Random, data: bytearray) -> None:
    """The kind or the content of a chunk, with the checksum that belongs to it; doubled; lengthened."""
    if not data.startswith(b"\x89PNG"):
        _codestream(random, data)
        return
    chunks, place = [], 8
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4])
        chunks.append((bytes(data[place + 4 : place + 8]), bytearray(data[place + 8 : place + 8 + size])))
        place += 12 + size
    if not chunks:
        return
    index = random.randrange(len(chunks))
    kind, content = chunks[index]
    what = random.random()
    if what < 0.2:
        kind = random.choice(_CHUNKS)
    elif what < 0.3:
        chunks.insert(index, (kind, content))
    elif what < 0.4:
        content += zlib.compress(bytes(10**6))
    elif content:
        _write_number(random, content) if what < 0.7 else _flip(random, content)
    chunks[index] = kind, content
    data[8:] = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def _tiff_entry(random: Random, data: bytearray) -> None:
    """The tag, type, count or value of an entry of the first directory."""
    if data[:2] not in (b"II", b"MM"):
        _write_number(random, data)
        return
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    start = int.from_bytes(data[4:8], order)
    count = int.from_bytes(data[start : start + 2], order)
    place = start + 2 + 12 * random.randrange(max(1, min(count, 40)))
    offset, width = random.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 4)))
    data[place + offset : place + offset + width] = _number(random, width)


def _chunk_size(random: Random, data: bytearray) -> None:
    """RIFF, AIFF and FLAC: the size behind a name in four letters, or what follows."""
    found = [match.end() for match in re.finditer(rb"[A-Za-z]{3}[A-Za-z ]", data[:4000])]
    if found:
        place = random.choice(found) + random.choice((0, 0, 4, 6, 8, 12, 14))
        width = random.choice((2, 4))
        data[place : place + width] = _number(random, width)


def _zip_field(random: Random, data: bytearray) -> None:
    found = [match.start() for match in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06)", data)]
    if found:
        place = random.choice(found) + random.randrange(4, 46, 2)
        width = random.choice((2, 4))
        data[place : place + width] = _number(random, width)


def _inside(random: Random, data: bytes) -> bytes | None:
    """What is packed in a ZIP, a gzip or a deflated DICOM is damaged, and packed again."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(mutated(random, gzip.decompress(data)), 1)
    if data.startswith(b"PK\x03\x04"):
        return _other_member(random, data)
    if DeflatedExplicitVRLittleEndian.encode() in data[:1000]:
        start = 144 + int.from_bytes(data[140:144], "little")
        packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
        content = mutated(random, zlib.decompress(data[start:], -zlib.MAX_WBITS))
        return data[:start] + packer.compress(content) + packer.flush()
    return None


def _other_member(random: Random, data: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = random.choice(names)
        for name in names:
            content, called = old.read(name), name
            if name == chosen:
                content = mutated(random, content)
                if random.random() < 0.1:
                    called = random.choice(("../" + name, "/etc/" + name, "C:\\" + name, name * 100))
            new.writestr(called, content)
    return file.getvalue()


def _digits(random: Random, data: bytearray) -> None:
    """A number in a text: JSON, CSV, XML, HL7, PDF."""
    found = list(re.finditer(rb"-?\d[\d.]*", data))
    if found:
        match = random.choice(found)
        data[match.start() : match.end()] = random.choice(_DIGITS).encode()


def _brackets(random: Random, data: bytearray) -> None:
    """Nested deeply, or entities in entities."""
    found = [match.start() for match in re.finditer(rb"[\[{<\"|^&,;:]", data)]
    if found:
        place = random.choice(found)
        data[place:place] = random.choice(_MARKUP)


_ANY: tuple[Mutator, ...] = (_flip, _set, _write_number, _cut, _remove, _insert, _repeat, _swap)
_KNOWING: tuple[Mutator, ...] = (
    _dicom_element, _dicom_element, _dicom_nested, _codestream, _png_chunk, _tiff_entry, _chunk_size,
    _zip_field, _digits, _brackets,
)  # fmt: skip
