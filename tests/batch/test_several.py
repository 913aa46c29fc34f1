from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support.slices import ct_series, ct_slice, directory, laid, zipped

from mmdesk import casefile
from mmdesk.batch.several import LOOSE, list_of
from mmdesk.case import Case, Input, Modality

PNG, WAV, TEXT = b"\x89PNG\r\n\x1a\n", b"RIFF\x24\0\0\0WAVEfmt ", b"Fever for 4 days."


def case_file(folder: Path) -> bytes:
    path = folder / "made.mmcase"
    casefile.save(path, Case({Modality.RECORD: (Input.from_text("Fever."),)}))
    data = path.read_bytes()
    path.unlink()
    return data


def of_person(person: str, count: int = 3, **elements: str) -> dict[str, bytes]:
    return ct_series(count, PatientID=person, **elements)


def inside(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


LISTS: dict[str, Callable[[Path], dict[str, bytes]]] = {
    "folders with notes": lambda _: {"1/a.txt": TEXT, "2/a.txt": TEXT},
    "folders with all kinds": lambda _: {f"{n}/{name}": data for n in (1, 2) for name, data in KINDS.items()},
    "folders of persons": lambda _: inside("1", of_person("Ann")) | inside("2", of_person("Bea")),
    "folders of a person and of a picture": lambda _: inside("1", of_person("Ann")) | {"2/a.png": PNG},
    "many pictures": lambda _: {f"{n}.png": PNG for n in range(LOOSE + 1)},
    "many sounds and a note": lambda _: {f"{n}.wav": WAV for n in range(LOOSE + 1)} | {"note.txt": TEXT},
    "many DICOM files of persons": lambda _: {
        f"{n}.dcm": ct_slice(n, n, PatientID=f"P{n}") for n in range(LOOSE + 1)
    },
    "case files": lambda folder: dict.fromkeys(("a.mmcase", "b.mmcase"), case_file(folder)),
    "archives": lambda _: dict.fromkeys(("a.zip", "b.zip"), zipped({"a.png": PNG})),
}
KINDS = {"scan.png": PNG, "heart.wav": WAV, "note.txt": TEXT}
CASES: dict[str, Callable[[Path], dict[str, bytes]]] = {
    "nothing": lambda _: {},
    "one of each kind": lambda _: KINDS,
    "a folder": lambda _: inside("1", KINDS),
    "a folder and an empty one": lambda _: inside("1", KINDS) | {"2/.hidden": b""},
    "a folder of each kind": lambda _: {"images/a.png": PNG, "sounds/a.wav": WAV, "notes/a.txt": TEXT},
    "a series": lambda _: of_person("Ann", 20),
    "a study of two series": lambda _: (
        inside("1", of_person("Ann")) | inside("2", of_person("Ann", SeriesInstanceUID="1.2.8"))
    ),
    "a study of nobody": lambda _: (
        inside("1", ct_series(2, StudyInstanceUID="1.2"))
        | inside("2", ct_series(2, StudyInstanceUID="1.2"))
    ),
    "a disc": lambda _: {
        "DICOMDIR": directory(["IM0000"]),
        **inside("1", of_person("Ann")), **inside("2", of_person("Bea")),
    },
    "some pictures": lambda _: {f"{n}.png": PNG for n in range(LOOSE)},
    "many notes": lambda _: {f"{n}.txt": TEXT for n in range(40)},
    "a case file": lambda folder: {"a.mmcase": case_file(folder), "note.txt": TEXT},
    "empty files": lambda _: {f"{n}.png": b"" for n in range(40)},
}  # fmt: skip


@pytest.mark.parametrize("what", LISTS)
def test_folders_that_are_lists(tmp_path: Path, what: str) -> None:
    folder = laid(tmp_path / "folder", LISTS[what](tmp_path))
    assert list_of(folder) == folder


@pytest.mark.parametrize("what", CASES)
def test_folders_that_are_cases(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    assert list_of(laid(tmp_path / "folder", CASES[what](tmp_path))) is None


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ("case,image\na,b.png\n", True),
        ("Case;Record;prompt\na;b.txt;\n", True),
        ("case\tsex\na\tmale\n", False),  # that column is no list's
        ("case,prompt\na,b\n", False),
        ("Date,Test,Result\n2030-01-31,CRP,96\n", False),
        ("file,label,split\na.png,1,train\n", False),
        ("", False),
    ],
)
def test_manifests_are_told_by_their_columns(tmp_path: Path, text: str, is_list: bool) -> None:
    folder = laid(tmp_path / "folder", {"manifest.csv": text.encode(), "b.png": PNG})
    manifest = folder / "manifest.csv"
    assert list_of(manifest) == (manifest if is_list else None)
    assert list_of(folder) == (manifest if is_list else None)


def test_what_cannot_be_looked_at_is_no_list(tmp_path: Path) -> None:
    assert list_of(tmp_path / "gone") is None
    (tmp_path / "a.png").write_bytes(PNG)
    assert list_of(tmp_path / "a.png") is None
