import codecs
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media import files
from mmdesk.media.files import Format, expect, identify, modality_of, read_bytes, sniff


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b"\x89PNG\r\n\x1a\n", Format.PNG),
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"II*\x00", Format.TIFF),
        (b"MM\x00*", Format.TIFF),
        (b"II+\x00", Format.TIFF),
        (b"\x00" * 128 + b"DICM", Format.DICOM),
        (b"\n" * 128 + b"DICM", Format.DICOM),
        (b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", Format.DICOM),
        (b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100", Format.DICOM),
        (b"RIFF\x10\n\x00\x00WAVEfmt ", Format.WAV),
        (b"RF64\xff\xff\xff\xffWAVE", Format.WAV),
        (b"fLaC", Format.FLAC),
        (b"OggS", Format.OGG),
        (b"ID3\x04", Format.MP3),
        (b"\xff\xfb\x90\x64", Format.MP3),
        (b"\xff\xf3\x90\x64", Format.MP3),
        (b"Potassium 4.1 mmol/L", Format.TEXT),
        ("Größe 1,80 m".encode(), Format.TEXT),
        ("Größe 1,80 m".encode("latin-1"), Format.TEXT),
        (codecs.BOM_UTF8 + b"Hb 12", Format.TEXT),
        (codecs.BOM_UTF16_LE + "Hb 12".encode("utf-16-le"), Format.TEXT),
        (codecs.BOM_UTF16_BE + "Hb 12".encode("utf-16-be"), Format.TEXT),
        (b"\x0bMSH|^~\\&|LAB\r\x1c\r", Format.HL7),
        (b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\rMSH|^~\\&|LAB\r", Format.HL7),
        (b"%PDF-1.7\n", Format.PDF),
        (b'\xef\xbb\xbf{ "id": "1", "resourceType": "Bundle"', Format.FHIR),
        (b"Test;Result;Unit\nCRP;96;mg/L\n", Format.CSV),
        (b"Fever, cough\nTest results pending, CRP 96", Format.TEXT),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", Format.XLSX),
        (b"PK\x03\x04" + b"\0" * 26 + b"IM0001", Format.ZIP),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml word/document.xml", None),
        (b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0", Format.NIFTI),
        (gzip.compress(b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0"), Format.NIFTI),
        (gzip.compress(b"Hb 12"), None),
        (b"\0" * 128 + b"DICM" + b"1.2.840.10008.5.1.4.1.1.9.1.1", Format.WAVEFORM),
        (b"", None),
        (b"\x00\x01\x02", None),
        (b"RIFF\x00\x00\x00\x00WEBP", None),
        (b"\xff\xfd\x90\x64", None),  # layer II
        (b"\xff\xeb\x90\x64", None),  # reserved version
        (b"\xff\xfb\xf0\x64", None),  # no such bit rate
        (b"\xff\xfb\x9c\x64", None),  # no such sample rate
    ],
)
def test_sniff_goes_by_content(head: bytes, format: Format | None) -> None:
    assert sniff(head) is format


@given(st.binary(max_size=200))
def test_sniff_never_raises(data: bytes) -> None:
    sniff(data)


@given(
    st.sampled_from([b"\xff\xfb", b"\xff\xfe", b"\xfe\xff", b"\x08\x00", b"RIFF", b"II"]),
    st.binary(max_size=9),
)
def test_sniff_never_raises_on_a_start_it_knows(start: bytes, rest: bytes) -> None:
    sniff(start + rest)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), st.integers(0, 3))
def test_text_may_be_cut_within_a_character(text: str, cut: int) -> None:
    data = b"Record: " + text.encode()
    assert sniff(data[: max(8, len(data) - cut)]) is Format.TEXT


def test_a_long_text_is_cut_within_a_character() -> None:
    assert sniff(b"x" + "ß".encode() * 3000) is Format.TEXT


def test_every_format_has_a_modality() -> None:
    kinds = [modality_of(format).value for format in Format]
    assert kinds == ["image"] * 6 + ["audio"] * 8 + ["record"] * 6


@pytest.mark.parametrize(
    ("data", "modality", "message"),
    [
        (
            b"Hb 12",
            Modality.IMAGE,
            "a: this is a text file, not an image. Give it as a record with --record.",
        ),
        (
            b"OggS",
            Modality.IMAGE,
            "a: this is a recording (OGG), not an image. Give it as a recording with --audio.",
        ),
        (
            b"\xff\xd8\xff",
            Modality.RECORD,
            "a: this is an image (JPEG), not a record. Give it as an image with --image.",
        ),
        (
            b"GIF8",
            Modality.RECORD,
            "a: this is a GIF picture, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            Modality.RECORD,
            "a: this is an office file, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
            Modality.RECORD,
            "a: this is an office file, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b" <!DOCTYPE html>\n<html>CRP 96</html>",
            Modality.RECORD,
            "a: this is a web page, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?><ClinicalDocument/>",
            Modality.RECORD,
            "a: this is an XML file, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b"{\\rtf1\\ansi CRP 96}",
            Modality.RECORD,
            "a: this is an RTF document, not a record. Save it as text, PDF, CSV or XLSX.",
        ),
        (
            b"\x00\x00\x00\x20ftypM4A ",
            Modality.AUDIO,
            "a: this is an MP4, M4A or MOV file, not a recording."
            " If it holds sound, convert it to WAV or FLAC.",
        ),
        (
            b"\x00\x01",
            Modality.AUDIO,
            "a: this is of a kind that mmdesk does not know, not a recording."
            " Save it as WAV, FLAC, OGG or MP3.",
        ),
    ],
)
def test_expect_says_what_the_file_is(data: bytes, modality: Modality, message: str) -> None:
    with pytest.raises(InputProblem) as caught:
        expect(data, "a", modality)
    assert str(caught.value) == message


def test_expect_gives_the_format() -> None:
    assert expect(b"fLaC", "a.png", Modality.AUDIO) is Format.FLAC


def test_bytes_come_from_a_path_or_the_input_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Hb 12")
    assert read_bytes(Input.from_path(path)) == read_bytes(Input.from_text("Hb 12")) == b"Hb 12"


def problem_of(item: Input) -> str:
    with pytest.raises(InputProblem) as caught:
        read_bytes(item)
    assert caught.value.name == item.name
    return caught.value.problem


def test_paths_that_give_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert problem_of(Input.from_path(tmp_path / "none.png")) == "there is no such file"
    assert problem_of(Input.from_path(tmp_path / "empty" / "none.png")) == "there is no such file"
    assert problem_of(Input.from_path("nul\0.png")) == "there is no such file"
    assert problem_of(Input.from_path(tmp_path / "empty")) == "this is empty"
    assert problem_of(Input.from_path(tmp_path)) == "this is a folder"
    assert problem_of(Input.from_path(tmp_path / ("x" * 999))).startswith("it cannot be read (")
    assert problem_of(Input.from_text("")) == "this is empty"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert problem_of(Input.from_path(tmp_path / "pipe")) == "this is a device or a pipe"


def test_identify_says_what_a_file_is_or_why_it_is_none() -> None:
    assert identify(b"fLaC", "a") is Format.FLAC
    with pytest.raises(InputProblem, match=r"a: this is a GIF picture\. Save it in a form that mmdesk reads"):
        identify(b"GIF8", "a")
    with pytest.raises(InputProblem, match="of a kind that mmdesk does not know"):
        identify(b"\x00\x01", "a")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"Hb 12")

    def refuse(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a test that runs as root may read everything
    assert problem_of(Input.from_path(tmp_path / "a")) == "you may not read this file"


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert problem_of(Input.from_path(tmp_path / "a")).startswith("the file is larger than")
    assert problem_of(Input.from_text("x" * 11)).startswith("the file is larger than")
