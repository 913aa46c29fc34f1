"""mmdesk deidentify: files and folders in, neutral names out, one line each."""

import stat
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import BasicTextSRStorage
from support.dicoms import dicom_bytes
from typer.testing import CliRunner

from mmdesk.cli import app

GREY = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32)


def scan(number: int, **elements: object) -> bytes:
    person = {"PatientName": "Quillfeather^Ottoline", "SeriesInstanceUID": "1.2.3.4.55555"}
    return dicom_bytes(GREY, **(person | {"SOPInstanceUID": f"1.2.3.4.{number}"} | elements))


def run(*words: object) -> tuple[int, list[str], list[str]]:
    result = CliRunner().invoke(app, ["deidentify", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


@pytest.fixture
def series(tmp_path: Path) -> Path:
    folder = tmp_path / "Quillfeather"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "1").write_bytes(scan(1))
    (folder / "a.dcm").write_bytes(scan(2))
    return folder


def test_a_series_stays_one_and_names_are_neutral(series: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, complained = run(series, "--out", out)
    assert (code, complained) == (0, [])
    assert said == ["0001.dcm: a.dcm, patient details taken out", "0002.dcm: 1, patient details taken out"]
    assert sorted(path.name for path in out.iterdir()) == ["0001.dcm", "0002.dcm"]
    first, second = dcmread(out / "0001.dcm"), dcmread(out / "0002.dcm")
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != "1.2.3.4.55555"
    assert not any(b"Quillfeather" in path.read_bytes() for path in out.iterdir())
    assert stat.S_IMODE((out / "0001.dcm").stat().st_mode) == 0o600


def test_a_text_is_masked(tmp_path: Path) -> None:
    note = tmp_path / "jane.txt"
    text = "Patient: Jane Quillfeather, MRN 123456, 4-year-old, seen on 3 March 2021."
    note.write_text(text, encoding="utf-16")
    code, said, _ = run(note, "--out", tmp_path / "out")
    assert code == 0 and said[0] == "0001.txt: jane.txt, masked: name 1, date 1, number 1"
    assert "not all" in said[1]
    text = (tmp_path / "out" / "0001.txt").read_text(encoding="utf-8")
    assert text == "Patient: [name], MRN [number], 4-year-old, seen on [date]."


def test_what_is_refused_is_told_and_the_rest_is_done(series: Path, tmp_path: Path, tiny_png) -> None:
    (series / "c.png").write_bytes(tiny_png())
    (series / "d.dcm").write_bytes(scan(3, SOPClassUID=BasicTextSRStorage))
    (series / "e.dcm").write_bytes(scan(4)[:-700])
    code, said, complained = run(series, tmp_path / "gone.dcm", "--out", tmp_path / "out")
    assert code == 1 and [line.split(":")[0] for line in said] == ["0001.dcm", "0005.dcm"]
    assert complained == [
        "c.png: this is PNG. Only DICOM files and plain texts can be cleaned.",
        "d.dcm: this DICOM file holds a report or a document, whose text cannot be cleaned."
        " Leave it out, and pass on the pictures alone.",
        "e.dcm: the file ends before the picture does. Export or copy it again.",
        "gone.dcm: there is no such file. Check the name and the folder.",
    ]


def test_words_in_the_picture_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "us.dcm").write_bytes(scan(1, Modality="US"))
    code, said, complained = run(tmp_path / "us.dcm", "--out", tmp_path / "out")
    assert code == 0 and len(said) == 1
    assert complained == [
        "0001.dcm: the picture itself may show a name or a number. Look at it before you pass it on."
    ]


def test_nothing_is_overwritten(series: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(series, "--out", out)[0] == 0
    before = {path: path.read_bytes() for path in out.iterdir()}
    code, said, complained = run(series, "--out", out)
    assert code == 2 and said == []
    assert complained == ["out: this folder is not empty. Name a new one: nothing is overwritten."]
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_an_empty_folder_and_a_place_that_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, _, complained = run(tmp_path / "empty", "--out", tmp_path / "out")
    assert code == 2 and "there are no files in it" in complained[0]
    (tmp_path / "x.txt").write_text("Cough.")
    code, _, complained = run(tmp_path / "x.txt", "--out", tmp_path / "x.txt")
    assert code == 1 and complained[0].startswith("x.txt: it cannot be written")
