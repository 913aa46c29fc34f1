"""What a folder or a manifest is as a list of cases, and what of it is read."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.dicoms import dicom_bytes

from mmdesk import casefile
from mmdesk.batch import cases
from mmdesk.batch.cases import listed, look, opened
from mmdesk.batch.events import Listed
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import InputProblem, UserProblem
from mmdesk.survey import MAX_FILES

IMAGE, AUDIO, RECORD = Modality
Png = Callable[..., bytes]
NOTE = "4-year-old boy. Fever.\n"


def names(found: tuple[Listed, ...]) -> list[str]:
    return [item.name for item in found]


def inputs(item: Listed) -> dict[Modality, list[str]]:
    """Names of the inputs, once the case is opened."""
    return {kind: [one.name for one in some] for kind, some in opened(item).case.inputs.items()}


def write(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_loose_files_are_cases_by_their_content_in_natural_order(
    tmp_path: Path, tiny_png: Png, tiny_wav: Png
) -> None:
    for name in ("x10.png", "x9.png", "X1"):
        write(tmp_path / name, tiny_png())
    write(tmp_path / "beat.txt", tiny_wav())
    found = listed(tmp_path)
    assert names(found) == ["beat.txt", "X1", "x9.png", "x10.png"]
    assert inputs(found[0]) == {AUDIO: ["beat.txt"]} and inputs(found[1]) == {IMAGE: ["X1"]}


def test_a_subfolder_is_a_case(tmp_path: Path, tiny_png: Png, tiny_wav: Png) -> None:
    write(tmp_path / "p1" / "chest.png", tiny_png())
    write(tmp_path / "p1" / "deep" / "heart.wav", tiny_wav())
    write(tmp_path / "p1" / "note.txt", NOTE)
    write(tmp_path / "p1" / "letter.docx", b"PK\x03\x04" + bytes(26) + b"word/document.xml")
    (tmp_path / "p2").mkdir()
    listing = look(tmp_path)
    (case,) = listing.cases
    assert inputs(case) == {IMAGE: ["chest.png"], AUDIO: ["heart.wav"], RECORD: ["note.txt"]}
    assert opened(case).skipped == 1
    assert listing.left_out == ("p2",)


def test_a_series_in_a_subfolder_is_one_image(tmp_path: Path) -> None:
    for number in range(3):
        pixels = np.full((8, 8), number, np.uint16)
        place = [0, 0, number]
        data = dicom_bytes(
            pixels, Modality="MR", SeriesInstanceUID="1.2", SOPInstanceUID=f"1.2.{number}",
            ImagePositionPatient=place, ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )  # fmt: skip
        write(tmp_path / "study" / f"{number}.dcm", data)
    (case,) = listed(tmp_path)
    (image,) = opened(case).case.inputs[IMAGE]
    assert len(image.slices) == 3


def test_a_case_file_is_the_case_that_it_holds(tmp_path: Path, tiny_png: Png) -> None:
    held = Case({IMAGE: (Input("chest.png", data=tiny_png()),)}, "impression only")
    casefile.save(tmp_path / "one.mmcase", held)
    (case,) = listed(tmp_path)
    assert opened(case).case == held
    assert case.case is not None and not case.case.inputs  # not before it is opened


def test_an_archive_is_a_case(tmp_path: Path, tiny_png: Png) -> None:
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        archive.writestr("a.png", tiny_png())
        archive.writestr("note.txt", NOTE)
    (case,) = listed(tmp_path)
    assert inputs(case) == {IMAGE: ["a.png"], RECORD: ["note.txt"]}


def test_texts_are_cases_where_nothing_else_is(tmp_path: Path) -> None:
    for name in ("1.txt", "2.txt", "README.txt", "manifest.csv"):
        write(tmp_path / name, NOTE)
    listing = look(tmp_path)
    assert names(listing.cases) == ["1.txt", "2.txt"]
    assert listing.left_out == ("manifest.csv", "README.txt")


def test_what_is_no_case_is_left_out_and_named(tmp_path: Path, tiny_png: Png) -> None:
    write(tmp_path / "a.png", tiny_png())
    write(tmp_path / "notes.txt", NOTE)
    write(tmp_path / "b.gif", b"GIF89a" + bytes(20))
    write(tmp_path / ".hidden.png", tiny_png())
    write(tmp_path / "out.csv.part" / "000000.parquet", b"PAR1")
    write(tmp_path / "out.csv", "case,state\na.png,read\n")
    listing = look(tmp_path, results=tmp_path / "out.csv")
    assert names(listing.cases) == ["a.png"]
    assert listing.left_out == ("b.gif", "notes.txt")


def test_a_file_that_cannot_be_looked_at_is_a_case_with_a_problem(tmp_path: Path, tiny_png: Png) -> None:
    write(tmp_path / "a.png", tiny_png())
    write(tmp_path / "b.png", b"")
    problem = "this is empty. Choose another file, or export it again."
    assert listed(tmp_path)[1] == Listed("b.png", None, problem)


def test_a_name_that_is_no_text(tmp_path: Path, tiny_png: Png) -> None:
    for name in (b"\xff.png", b"\xfe.png"):
        write(tmp_path / os.fsdecode(name), tiny_png())
    assert names(listed(tmp_path)) == ["\ufffd.png", "\ufffd.png (2)"]


def test_the_same_list_has_the_same_cases(tmp_path: Path, tiny_png: Png) -> None:
    write(tmp_path / "a.png", tiny_png())
    write(tmp_path / "p" / "a.png", tiny_png())
    assert listed(tmp_path) == listed(tmp_path)
    assert len({item.case.id for item in listed(tmp_path) if item.case}) == 2


def test_a_listing_reads_the_first_bytes_alone(
    tmp_path: Path, tiny_png: Png, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        write(tmp_path / f"{number}.png", tiny_png() + bytes(2**20))
    write(tmp_path / "p" / "a.png", tiny_png())
    looked: list[str] = []

    def read_head(item: Input) -> bytes:
        looked.append(item.name)
        return head(item)

    head = cases.read_head
    monkeypatch.setattr(cases, "read_head", read_head)
    monkeypatch.setattr("mmdesk.media.files.read_bytes", None)
    assert len(listed(tmp_path)) == 21
    assert len(looked) == 20  # of the folder, none


def test_a_folder_of_too_much(tmp_path: Path, tiny_png: Png) -> None:
    for number in range(MAX_FILES + 1):
        write(tmp_path / "p" / f"{number}.png", tiny_png())
    (case,) = listed(tmp_path)
    with pytest.raises(InputProblem, match="it holds more than 64 inputs"):
        opened(case)


def test_a_folder_of_nothing_that_can_be_read(tmp_path: Path) -> None:
    write(tmp_path / "p" / "a.gif", b"GIF89a" + bytes(20))
    (case,) = listed(tmp_path)
    with pytest.raises(InputProblem, match="nothing in it that mmdesk reads"):
        opened(case)


@pytest.mark.parametrize("made", ["", "empty", "a.png"])
def test_no_list(tmp_path: Path, tiny_png: Png, made: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "a.png", tiny_png())
    path = tmp_path / (made or "nowhere")
    with pytest.raises(UserProblem) as caught:
        listed(path)
    assert caught.value.name == path.name and "\n" not in str(caught.value)


@given(st.lists(st.text(st.sampled_from("aB1209.-"), min_size=1, max_size=12), min_size=2, unique=True))
def test_the_order_is_natural_and_the_same_whatever_comes_first(made: list[str]) -> None:
    paths = [Path("/x") / name for name in made if name not in (".", "..")]
    turned = paths[::-1]
    ordered = sorted(paths, key=cases._natural)
    assert ordered == sorted(turned, key=cases._natural)
    numbers = [int(path.name) for path in ordered if re.fullmatch("[0-9]+", path.name)]
    assert numbers == sorted(numbers)
