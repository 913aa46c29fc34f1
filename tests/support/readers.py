"""Every reader of files that mmdesk has, and files that it reads, made here or of pydicom's packaged ones."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import soundfile
from PIL import Image
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from mmdesk import resources
from mmdesk.case import Input, Modality
from mmdesk.media.audio import read_audio
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.clinical.whole import Part, together
from mmdesk.media.files import expect, identify
from mmdesk.media.holdings import look_into
from mmdesk.media.image import read_image
from mmdesk.media.picture import read_picture
from mmdesk.media.series import listed
from mmdesk.media.waveform import read_sound
from mmdesk.packs import manifest
from mmdesk.vocabulary import Vocabulary
from support.dicoms import dicom_bytes, dicom_of, written
from support.sheets import bundle, concept, observation, oru, pdf, xlsx
from support.waveforms import waveform_bytes

PACKAGED = Path(pydicom.__file__).parent / "data" / "test_files"
_RANDOM = np.random.default_rng(0)
_GREY = _RANDOM.integers(0, 255, (24, 20), dtype=np.uint8)


@dataclass(frozen=True)
class Reader:
    """`read` takes the bytes of a file; `seeds` are files that it reads."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


def _image(data: bytes) -> None:
    """As a model reads it, and as the window draws it."""
    read_image(data, "a")
    read_picture(Input("a", data=data))


def _audio(data: bytes) -> None:
    read_sound(Input("a", data=data))
    read_audio(data, "a", 2000)


def _record(data: bytes) -> None:
    """To the facts that the built-in pack takes from it."""
    record = read_record(data, "a", expect(data, "a", Modality.RECORD))
    text, values = (record, ()) if isinstance(record, str) else ("", record)
    together([Part("a", text, values, confirmed=True)], _vocabulary())


@cache
def _vocabulary() -> Vocabulary:
    return manifest.read(resources.folder() / "packs" / "clinic").vocabulary


def _archive(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        path.write_bytes(data)
        for modality, item in look_into(path).inputs[:5]:
            if modality is Modality.IMAGE:
                read_picture(item)


def _saved(format: str, picture: Image.Image | None = None, **options: object) -> bytes:
    file = BytesIO()
    (picture or Image.fromarray(_GREY)).save(file, format, **options)
    return file.getvalue()


def _pictures() -> list[bytes]:
    colours = Image.fromarray(_RANDOM.integers(0, 255, (24, 20, 4), dtype=np.uint8), "RGBA")
    deep = Image.fromarray(_GREY.astype(np.uint16) * 100)
    return [
        _saved("PNG"),
        _saved("PNG", colours),
        _saved("PNG", deep),
        _saved("PNG", colours.convert("P")),
        _saved("JPEG"),
        _saved("JPEG", colours.convert("RGB"), progressive=True),
        _saved("JPEG", colours.convert("CMYK")),
        _saved("TIFF"),
        _saved("TIFF", deep),
        _saved("TIFF", deep, compression="tiff_lzw"),
        _saved("TIFF", colours.convert("RGB"), compression="tiff_deflate"),
        _saved("TIFF", colours.convert("RGB"), compression="jpeg"),
        _saved("TIFF", Image.fromarray(_GREY.astype(np.float32))),
        _saved("TIFF", save_all=True, append_images=[Image.fromarray(_GREY)] * 3, big_tiff=True),
        _saved("TIFF", Image.fromarray(_GREY > 99), compression="group4"),
    ]


def _dicoms() -> list[bytes]:
    values = _RANDOM.integers(0, 4000, (24, 20), dtype=np.uint16)
    rest = {"WindowCenter": [40, 50], "WindowWidth": [400, 50], "RescaleSlope": "1", "RescaleIntercept": "-9"}
    syntaxes = []
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        dataset = dicom_of(values, Modality="CT", **rest)
        dataset.file_meta.TransferSyntaxUID = syntax
        syntaxes.append(written(dataset))
    names = ("CT_small.dcm", "ExplVR_BigEnd.dcm", "MR_small.dcm", "MR_small_expb.dcm", "liver_1frame.dcm",
             "SC_ybr_full_422_uncompressed.dcm", "image_dfl.dcm", "rtdose.dcm", "reportsi.dcm", "test-SR.dcm",
             "dicomdirtests/77654033/CR1/6154", "dicomdirtests/98892003/MR2/5641")  # fmt: skip
    packaged = [(PACKAGED / name).read_bytes() for name in names if (PACKAGED / name).exists()]
    return [
        dicom_bytes(values, Modality="CT", **rest),
        dicom_bytes(np.tile(_GREY[..., None], 3)),
        dicom_bytes(_GREY, NumberOfFrames=3, PixelData=_GREY.tobytes() * 3),
        *syntaxes,
        *packaged,
    ]


def _compressed() -> list[bytes]:
    """One frame or more, by every decoder."""
    names = sorted(path.name for path in PACKAGED.glob("*.dcm") if path.stat().st_size < 12_000)
    files = [(PACKAGED / name).read_bytes() for name in names]
    return [data for data in files if re.search(rb"1\.2\.840\.10008\.1\.2\.(?:4\.|5)", data[:1000])]


def _nifti() -> list[bytes]:
    import gzip

    import nibabel

    files = []
    for values in (
        _RANDOM.integers(0, 900, (20, 18, 17), dtype=np.int16),
        _RANDOM.random((17, 16, 18, 2), np.float32),
    ):
        for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image):
            files.append(kind(values, np.diag([-1.0, 2, 3, 1]), dtype=values.dtype).to_bytes())
    return [*files, gzip.compress(files[0])]


def _archives() -> list[bytes]:
    import zipfile

    files = []
    slices = [
        dicom_bytes(
            _GREY,
            SeriesInstanceUID="1.2",
            ImagePositionPatient=[0, 0, z],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )
        for z in range(3)
    ]
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for number, data in enumerate(slices):
                archive.writestr(f"series/{number}.dcm", data)
        files.append(file.getvalue())
    return files


def _directories() -> list[bytes]:
    return [path.read_bytes() for path in sorted((PACKAGED / "dicomdirtests").glob("DICOMDIR*"))]


def _sounds() -> list[bytes]:
    wave = _RANDOM.normal(0, 0.1, (3000, 2))
    kinds = ("WAV PCM_16", "WAV PCM_24", "WAV FLOAT", "WAV ULAW", "WAV MS_ADPCM", "WAVEX PCM_16",
             "RF64 PCM_16", "FLAC PCM_16", "FLAC PCM_24", "OGG VORBIS", "OGG OPUS",
             "MP3 MPEG_LAYER_III")  # fmt: skip
    files = []
    for format, subtype in map(str.split, kinds):
        file = BytesIO()
        soundfile.write(file, np.tile(wave, (3, 1)), 16000, subtype, format=format)
        files.append(file.getvalue())
    return files


def _texts() -> list[bytes]:
    note = "Age: 63\nBlood pressure 120/80 mmHg, Kreatinin 1,2 mg/dl, no fever. ÄÖÜ µg\n"
    return [note.encode(), note.encode("utf-16"), note.encode("cp1252"), note.encode("utf-8-sig")]


def _waveforms() -> list[bytes]:
    wave = _RANDOM.normal(0, 3000, (5000, 2)).astype(np.int16)
    return [
        waveform_bytes(wave),
        waveform_bytes(wave, sound=False),
        waveform_bytes((wave >> 8).astype(np.uint8), code="UB"),
        waveform_bytes(wave[:, :1].astype(np.int32) << 16),
    ]


_ROWS = [
    ["Test", "Result", "Unit", "Reference range", "Flag", "Date"],
    ["CRP", "96.5", "mg/L", "0 - 5", "H", "2026-01-31"],
    ["Creatinine", "<1.2", "mg/dl", "0.7-1.3", "", "31.01.2026"],
    ["Troponin", "0,04", "ng/mL", "< 0.04", "", "2026-01-31"],
]


def _sheets() -> list[bytes]:
    lines = ["\n".join(mark.join(row) for row in _ROWS) for mark in (",", ";", "\t")]
    numbers = [[float(cell) if cell == "96.5" else cell for cell in row] for row in _ROWS]
    return [
        lines[0].encode(),
        lines[1].encode("cp1252"),
        lines[2].encode("utf-16"),
        xlsx(numbers),
        xlsx(numbers, [["nothing"]]),
    ]


def _messages() -> list[bytes]:
    return [
        bundle(
            {"resourceType": "Patient", "id": "1", "birthDate": "1960-02-03", "gender": "female"},
            observation("CRP", "1988-5", 96.5, "mg/L", referenceRange=[{"low": {"value": 0}}]),
            observation("Creatinine", "2160-0", 1.2, "mg/dL", component=[{"code": concept("x")}]),
        ),
        oru(
            "PID|1||1||Doe^Jane||19600203|F",
            "OBR|1|||1988-5^CRP^LN|||20260131",
            "OBX|1|NM|1988-5^CRP^LN||96.5|mg/L|0-5|H|||F|||20260131",
            "OBX|2|SN|2160-0^Creatinine^LN||<^1.2|mg/dL|0.7-1.3||||F",
        ),
    ]


def _documents() -> list[bytes]:
    return [pdf("CRP 96 mg/L\nCreatinine 1.2 mg/dl", "no fever"), pdf("Age: 63")]


def _all() -> list[bytes]:
    return [data for name, reader in READERS.items() if name != "kind" for data in reader.seeds()]


READERS = {
    "pictures": Reader(_image, _pictures),
    "DICOM": Reader(_image, _dicoms),
    "compressed DICOM": Reader(_image, _compressed),
    "NIfTI": Reader(_image, _nifti),
    "archive": Reader(_archive, _archives),
    "DICOMDIR": Reader(lambda data: listed(data, "a"), _directories),
    "sound": Reader(_audio, _sounds),
    "waveform": Reader(_audio, _waveforms),
    "text": Reader(_record, _texts),
    "sheet": Reader(_record, _sheets),
    "message": Reader(_record, _messages),
    "PDF": Reader(_record, _documents),
    "kind": Reader(lambda data: identify(data, "a"), _all),
}


@cache
def seeds_of(name: str) -> list[bytes]:
    return READERS[name].seeds()
