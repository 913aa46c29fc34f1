"""Files made to harm: that unpack to gigabytes, lie about what they hold, or never end."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import nibabel
import numpy as np
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from support.dicoms import dicom_bytes, dicom_of, written
from support.sheets import pdf, pdf_of

_GREY = np.random.default_rng(0).integers(0, 255, (24, 20), dtype=np.uint8)
_EMPTY = bytes(2**20)


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def _gzip(head: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    packed = [packer.compress(head), *(packer.compress(_EMPTY) for _ in range(megabytes)), packer.flush()]
    return b"".join(packed)


def zip_of_zeros() -> bytes:
    """Pictures of 400 MB, a hundredth of that packed."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(4):
            with archive.open(f"{number}.dcm", "w") as member:
                member.write(dicom_bytes(_GREY))
                for _ in range(400):
                    member.write(_EMPTY)
    return file.getvalue()


def zip_of_texts() -> bytes:
    """Records, which are taken out of an archive, of 1.9 GB together."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(5):
            with archive.open(f"{number}.txt", "w") as member:
                for _ in range(380):
                    member.write(b"a" * 2**20)
    return file.getvalue()


def zip_that_overlaps() -> bytes:
    """Fifield 2019: many lines of the table name the same bytes."""
    one = _zip(("0.dcm", dicom_bytes(_GREY) + _EMPTY * 8))
    table = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    line = one[table:end]
    lines = b"".join(line.replace(b"0.dcm", f"{number}.dcm".encode()) for number in range(10))
    lines += b"".join(line.replace(b"0.dcm", b"0.txt") for _ in range(3000))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3010, 3010, len(lines), table, 0)
    return one[:table] + lines + tail


def zip_whose_sizes_lie() -> bytes:
    """The table says 100 bytes, the member unpacks to 700 MB."""
    file = BytesIO()
    archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with archive, archive.open("0.dcm", "w") as member:
        member.write(dicom_bytes(_GREY))
        for _ in range(700):
            member.write(_EMPTY)
    data = bytearray(file.getvalue())
    table = data.index(b"PK\x01\x02")
    data[table + 24 : table + 28] = struct.pack("<L", 100)
    return bytes(data)


def zip_of_many() -> bytes:
    return _zip(*((f"{number}.txt", b"") for number in range(60_000)), method=zipfile.ZIP_STORED)


def zip_in_zip() -> bytes:
    inner = _zip(("0.dcm", dicom_bytes(_GREY)))
    for _ in range(50):
        inner = _zip(("inner.zip", inner), method=zipfile.ZIP_STORED)
    return inner


def zip_encrypted() -> bytes:
    data = bytearray(_zip(("0.dcm", dicom_bytes(_GREY))))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zip_outside(name: str) -> Callable[[], bytes]:
    return lambda: _zip((name, dicom_bytes(_GREY)))


def zip_of_deflated() -> bytes:
    data = deflated_dicom()
    return _zip(("0.dcm", data), ("1.dcm", data))


def deflated_dicom() -> bytes:
    dataset = dicom_of(_GREY)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = written(dataset)
    start = 144 + int.from_bytes(data[140:144], "little")
    content = zlib.decompress(data[start:], -zlib.MAX_WBITS)
    packer = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + b"".join(packer.compress(_EMPTY) for _ in range(600)) + packer.flush()
    return data[:start] + packed


def dicom_without_end(depth: int) -> bytes:
    """Sequences in sequences, none of which ends."""
    item = b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    data = dicom_bytes(_GREY)
    place = data.index(b"\x28\x00\x02\x00")
    return data[:place] + item * depth + data[place:]


def dicom_of_lies(**elements: Any) -> Callable[[], bytes]:
    return lambda: dicom_bytes(_GREY, **elements)


def dicom_of_nan() -> bytes:
    data = dicom_bytes(_GREY, RescaleSlope="1.5", RescaleIntercept="2.5")
    return data.replace(b"1.5 ", b"NaN ").replace(b"2.5 ", b"-inf")


def compressed(frame: bytes, syntax: str, **elements: Any) -> bytes:
    dataset = dicom_of(_GREY, **elements)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    return written(dataset)


def rle_bomb() -> bytes:
    """Two bytes become 128, a million times, for a picture of 480 pixels."""
    frame = struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\x00" * 4_000_000
    return compressed(frame, RLELossless)


def jpeg_ls_bomb() -> bytes:
    """A frame of 8000 × 8000 and no content, and a head that says the same."""
    head = b"\xff\xd8\xff\xf7\x00\x0b\x08" + struct.pack(">HH", 8000, 8000) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00" + bytes(100) + b"\xff\xd9"
    return compressed(head + scan, JPEGLSLossless, Rows=8000, Columns=8000)


def _volume(values: np.ndarray[Any, Any], **fields: Any) -> bytes:
    image = nibabel.Nifti1Image(values, np.eye(4), dtype=values.dtype)
    for key, value in fields.items():
        image.header[key] = value
    return image.to_bytes()


def nifti_bomb() -> bytes:
    return _gzip(_volume(np.zeros((16, 16, 16), np.int16)), 600)


def nifti_of_lies(*dim: int) -> Callable[[], bytes]:
    def make() -> bytes:
        data = bytearray(_volume(np.zeros((16, 16, 16), np.int16)))
        data[40:56] = struct.pack("<8h", *dim)
        return bytes(data)

    return make


def nifti_of(value: float, share: float) -> Callable[[], bytes]:
    def make() -> bytes:
        values = np.random.default_rng(0).random((20, 18, 17)).astype(np.float32)
        values[np.random.default_rng(1).random(values.shape) < share] = value
        return _volume(values)

    return make


def tiff_of_pages() -> bytes:
    """A page that says of itself that it is the next one."""
    file = BytesIO()
    Image.fromarray(_GREY).save(file, "TIFF")
    data = bytearray(file.getvalue())
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    data[start + 2 + 12 * count :][:4] = struct.pack("<L", start)
    place = start + 2 + 12 * count
    data[place : place + 4] = struct.pack("<L", start)
    return bytes(data)


def tiff_of_many_pages() -> bytes:
    """A hundred thousand pages, one behind the other."""
    file = BytesIO()
    Image.fromarray(_GREY).save(file, "TIFF")
    data = bytearray(file.getvalue())
    start = int.from_bytes(data[4:8], "little")
    size = 2 + 12 * int.from_bytes(data[start : start + 2], "little")
    entry = bytes(data[start : start + size])
    first = len(data)
    data[4:8] = struct.pack("<L", first)
    for number in range(100_000):
        data += entry + struct.pack("<L", first + (number + 1) * (size + 4))
    return bytes(data)


def tiff_of_tiles() -> bytes:
    """8000 × 8000 in one tile of deflated zeros."""
    file = BytesIO()
    Image.new("I;16", (8000, 8000)).save(file, "TIFF", compression="tiff_adobe_deflate")
    return file.getvalue()


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def png_text(kind: bytes, head: bytes) -> Callable[[], bytes]:
    """A text that unpacks to 300 MB."""

    def make() -> bytes:
        packer = zlib.compressobj(1)
        text = b"".join(packer.compress(_EMPTY) for _ in range(300)) + packer.flush()
        rows = b"".join(b"\0" + row.tobytes() for row in _GREY)
        size = struct.pack(">IIBBBBB", 20, 24, 8, 0, 0, 0, 0)
        return _png((b"IHDR", size), (kind, head + text), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))

    return make


def png_bomb() -> bytes:
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return _png((b"IHDR", size), (b"IDAT", zlib.compress(bytes(10**6))), (b"IEND", b""))


def wav(frames: int = 4000, **lies: int) -> Callable[[], bytes]:
    """A WAV whose head says something else."""

    def make() -> bytes:
        said = {"riff": 36 + 2 * frames, "channels": 1, "rate": 2000, "bits": 16, "size": 2 * frames, **lies}
        rate, align = said["rate"], said["channels"] * said["bits"] // 8 % 2**16
        head = struct.pack("<4sL4s", b"RIFF", said["riff"] % 2**32, b"WAVE")
        head += struct.pack("<4sLHHL", b"fmt ", 16, 1, said["channels"], rate)
        head += struct.pack("<LHH", rate * align % 2**32, align, said["bits"])
        head += struct.pack("<4sL", b"data", said["size"] % 2**32)
        noise = np.random.default_rng(0).integers(-9000, 9000, frames, dtype=np.int16)
        return head + noise.tobytes()

    return make


def flac_of_hours() -> bytes:
    """A head that promises 2**36 - 1 samples, and a quarter of a second of them."""
    import soundfile

    file = BytesIO()
    soundfile.write(file, np.random.default_rng(0).normal(0, 0.1, 4000), 2000, format="FLAC")
    data = bytearray(file.getvalue())
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    return bytes(data)


def ogg_of_hours() -> bytes:
    """The last page says that it ends in the year 3000."""
    import soundfile

    file = BytesIO()
    soundfile.write(file, np.random.default_rng(0).normal(0, 0.1, 16000), 16000, "VORBIS", format="OGG")
    data = bytearray(file.getvalue())
    place = data.rindex(b"OggS")
    data[place + 6 : place + 14] = struct.pack("<q", 2**60)
    return bytes(data)


def directory_outside() -> bytes:
    from support.readers import PACKAGED

    data = (PACKAGED / "dicomdirtests" / "DICOMDIR").read_bytes()
    return data.replace(b"77654033\\CR1", b"..\\..\\..\\etc")


def sheet_of_columns() -> bytes:
    return b"Test,Result" + b",x" * 10**6 + b"\nCRP,96" + b",1" * 10**6


def json_deep(kind: bytes) -> Callable[[], bytes]:
    return lambda: b'{"resourceType": "Bundle", "entry": ' + kind * 100_000


def pdf_in_a_circle() -> bytes:
    """Pages that are their own parents and children."""
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 4 /Parent 3 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 4 /Parent 2 0 R >>",
        ]
    )


def pdf_of_pages() -> bytes:
    """A page tree that says it has two thousand million pages."""
    return pdf("CRP 96 mg/L").replace(b"/Count 1 ", b"/Count 2147483647 ")


# Reader, file, and what is said of it; "" where it is read, None where either will do.
DAMAGED = "the picture in it is damaged"
CUT = "the file ends before the picture does"
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str | None]] = {
    "ZIP of zeros": ("archive", zip_of_zeros, "unpacked, its files are larger than 512 MB"),
    "ZIP of texts": ("archive", zip_of_texts, "unpacked, its files are larger than 512 MB"),
    "ZIP that overlaps": ("archive", zip_that_overlaps, "unpacked, the archive is larger than 2 GB"),
    "ZIP whose sizes lie": ("archive", zip_whose_sizes_lie, "the archive is damaged"),
    "ZIP of 60,000 files": ("archive", zip_of_many, "the archive holds more than 20,000 files"),
    "ZIP of deflated DICOM": ("archive", zip_of_deflated, "unpacked, the file is larger than 512 MB"),
    "ZIPs in ZIPs": ("archive", zip_in_zip, ""),
    "ZIP, encrypted": ("archive", zip_encrypted, "the archive is encrypted"),
    "ZIP, ../": ("archive", zip_outside("../../../tmp/outside.dcm"), ""),
    "ZIP, absolute": ("archive", zip_outside("/tmp/outside.dcm"), ""),
    "ZIP, a drive": ("archive", zip_outside("C:\\outside.dcm"), ""),
    "DICOM, deflated": ("DICOM", deflated_dicom, "unpacked, the file is larger than 512 MB"),
    "DICOM, 10,000 deep": ("DICOM", lambda: dicom_without_end(10_000), DAMAGED),
    "DICOM, without an end": ("DICOM", lambda: dicom_without_end(1), DAMAGED),
    "DICOM, wide": ("DICOM", dicom_of_lies(Rows=60_000, Columns=60_000), "the picture has more than"),
    "DICOM, longer than it is": ("DICOM", dicom_of_lies(Rows=2400), CUT),
    "DICOM, frames": ("DICOM", dicom_of_lies(NumberOfFrames=9_999), CUT),
    "DICOM, endless frames": ("DICOM", dicom_of_lies(NumberOfFrames=2**31 - 1), "the file has more than"),
    "DICOM, NaN": ("DICOM", dicom_of_nan, ""),
    "DICOM, RLE": ("compressed DICOM", rle_bomb, "the picture has no contrast"),
    "DICOM, JPEG-LS": ("compressed DICOM", jpeg_ls_bomb, DAMAGED),
    "DICOMDIR, ../": ("DICOMDIR", directory_outside, ""),
    "NIfTI, gzip": ("NIfTI", nifti_bomb, "unpacked, the file is larger than 512 MB"),
    "NIfTI, wide": ("NIfTI", nifti_of_lies(3, 32767, 32767, 32767, 1, 1, 1, 1), CUT),
    "NIfTI, negative": ("NIfTI", nifti_of_lies(3, -5, 16, 16, 1, 1, 1, 1), DAMAGED),
    "NIfTI, 32 dimensions": ("NIfTI", nifti_of_lies(32, 16, 16, 16, 1, 1, 1, 1), DAMAGED),
    "NIfTI, some NaN": ("NIfTI", nifti_of(np.nan, 0.3), ""),
    "NIfTI, some Inf": ("NIfTI", nifti_of(np.inf, 0.3), ""),
    "NIfTI, NaN alone": ("NIfTI", nifti_of(np.nan, 1.1), "the volume holds no numbers"),
    "TIFF, in a circle": ("pictures", tiff_of_pages, ""),
    "TIFF, 100,000 pages": ("pictures", tiff_of_many_pages, "the file has more than 10,000 pages"),
    "TIFF, one large strip": ("pictures", tiff_of_tiles, "the picture has no contrast"),
    "PNG, 60,000 wide": ("pictures", png_bomb, "the picture has more than"),
    "PNG, zTXt": ("pictures", png_text(b"zTXt", b"a\0\0"), DAMAGED),
    "PNG, iTXt": ("pictures", png_text(b"iTXt", b"a\0\1\0\0\0"), DAMAGED),
    "PNG, iCCP": ("pictures", png_text(b"iCCP", b"a\0\0"), DAMAGED),
    "WAV, 4 GB": ("sound", wav(size=-1, riff=-1), ""),
    "WAV, no size": ("sound", wav(size=0, riff=0), None),
    "WAV, 65,535 channels": ("sound", wav(channels=65_535), "the recording is damaged"),
    "WAV, no channel": ("sound", wav(channels=0), "the recording is damaged"),
    "WAV, no rate": ("sound", wav(rate=0), "the recording is damaged"),
    "WAV, 4 GHz": ("sound", wav(rate=2**32 - 1), None),
    "WAV, 1 Hz": ("sound", wav(rate=1), "the recording is longer than 10 minutes"),
    "WAV, 0 bits": ("sound", wav(bits=0), None),
    "FLAC of a year": ("sound", flac_of_hours, None),
    "OGG of ages": ("sound", ogg_of_hours, None),
    "CSV, a million columns": ("sheet", sheet_of_columns, None),
    "JSON, lists 100,000 deep": ("message", json_deep(b"["), "this file is damaged"),
    "JSON, objects 100,000 deep": ("message", json_deep(b'{"a":'), "this file is damaged"),
    "PDF, pages in a circle": ("PDF", pdf_in_a_circle, None),
    "PDF, 2,147,483,647 pages": ("PDF", pdf_of_pages, None),
    "gzip of gzip": ("kind", lambda: gzip.compress(gzip.compress(_EMPTY)), "this is a compressed file"),
}


def hostile(name: str) -> tuple[str, bytes]:
    """The name of the reader, and the file."""
    reader, make, _ = HOSTILE[name]
    return reader, make()
