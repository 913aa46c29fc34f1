"""What a folder, an archive or a DICOMDIR holds, as inputs of a case."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import (
    BasicTextSRStorage,
    CTImageStorage,
    EncapsulatedPDFStorage,
    GrayscaleSoftcopyPresentationStateStorage,
)
from support.dicoms import dicom_bytes, dicom_of, written
from support.pictures import noise, png
from support.slices import ct_series, ct_slice, directory, laid, marked, multi_frame, number_of, zipped

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media import holdings
from mmdesk.media.holdings import images_of, is_holder, look_into
from mmdesk.media.stack import FLAT, open_stack

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
PICTURE, NOTE = png(noise(20, 30)), b"Fever for 4 days.\n"


def numbers(item: Input) -> list[int]:
    stack = open_stack(item)
    return [number_of(stack.frame(FLAT, n).values(slice(None))) for n in range(stack.planes[FLAT])]


@pytest.fixture(params=["folder", "archive"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    def make(files: dict[str, bytes]) -> Path:
        if request.param == "folder":
            return laid(tmp_path / "head", files)
        path = tmp_path / "head"  # no name has to end in anything
        path.write_bytes(zipped(files))
        return path

    return make


def test_a_series_is_one_image(made: Callable[..., Path]) -> None:
    path = made(ct_series(9))
    assert is_holder(path)
    holding = look_into(path)
    ((modality, item),) = holding.inputs
    assert (modality, item.name, item.path, len(item.slices)) == (IMAGE, "head", str(path), 9)
    assert numbers(item) == list(range(9)) and not holding.skipped and not holding.beyond


def test_several_series_by_their_titles(made: Callable[..., Path]) -> None:
    bone = ct_series(3, SeriesDescription="bone", SeriesNumber=3)
    soft = ct_series(4, SeriesInstanceUID="1.2.10", SeriesDescription="soft", SeriesNumber=1)
    again = ct_series(2, SeriesInstanceUID="1.2.11", SeriesDescription="bone", SeriesNumber=4)
    unnamed = ct_series(2, SeriesInstanceUID="1.2.12", Modality=None, SeriesNumber=5)
    files = {}
    for place, series in enumerate((bone, soft, again, unnamed)):
        files |= {f"{place}/{name}": data for name, data in series.items()}
    items = images_of(made(files))
    assert [(item.name, len(item.slices)) for item in items] == [
        ("soft", 4), ("bone", 3), ("bone (2)", 2), ("head", 2),
    ]  # fmt: skip
    assert numbers(items[0]) == [0, 1, 2, 3]


def test_all_kinds_of_files_by_content(made: Callable[..., Path]) -> None:
    files = {
        "IM1": ct_slice(0, 0), "IM2": ct_slice(1, 1), "cine": multi_frame([marked(n) for n in range(3)]),
        "lone": dicom_bytes(marked(7)), "chest.dat": PICTURE, "note": NOTE, "nothing": b"",
        "a.exe": b"MZ\x90\x00" + bytes(60), "inner.zip": zipped({"a": PICTURE}), ".hidden": PICTURE,
    }  # fmt: skip
    path = made(files)
    holding = look_into(path)
    names = {(modality, item.name, len(item.slices)) for modality, item in holding.inputs}
    assert names == {
        (IMAGE, "head", 2), (IMAGE, "cine", 0), (IMAGE, "lone", 0), (IMAGE, "chest.dat", 0),
        (RECORD, "note", 0),
    }  # fmt: skip
    assert sorted(holding.skipped) == ["a.exe", "inner.zip", "nothing"]
    assert holding.inputs[0][1].name != "chest.dat"  # series first
    by_name = {item.name: item for _, item in holding.inputs}
    assert numbers(by_name["cine"]) == [0, 1, 2]
    if path.is_dir():
        assert by_name["note"].path == str(path / "note")
    else:
        assert by_name["note"].data == NOTE


def without_pixels(kind: str) -> bytes:
    dataset = dicom_of(marked(0), SOPClassUID=kind, SeriesInstanceUID="1.2.9")
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(dataset, keyword)
    return written(dataset)


def test_reports_and_their_like_are_no_images(made: Callable[..., Path]) -> None:
    kinds = (BasicTextSRStorage, GrayscaleSoftcopyPresentationStateStorage, EncapsulatedPDFStorage)
    others = {f"0{n}": without_pixels(kind) for n, kind in enumerate(kinds)}
    holding = look_into(made(others | ct_series(3) | {"cut": without_pixels(CTImageStorage)}))
    assert [(item.name, len(item.slices)) for _, item in holding.inputs if item.slices] == [("head", 3)]
    assert sorted(holding.skipped) == ["00", "01", "02"]
    assert [item.name for _, item in holding.inputs if not item.slices] == ["cut"]  # reading it says why


def test_without_an_image(made: Callable[..., Path]) -> None:
    with pytest.raises(InputProblem, match="there is no image in it"):
        images_of(made({"note": NOTE}))


def test_one_file_stands_for_itself(tmp_path: Path) -> None:
    laid(tmp_path, {"a.png": PICTURE, "b": ct_slice(0, 0)})
    for name in ("a.png", "b"):
        assert images_of(tmp_path / name) == [Input.from_path(tmp_path / name)]
        assert not is_holder(tmp_path / name)


def test_folders_are_searched_deep_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "/".join("abcdefghij")
    laid(tmp_path, {"1/2/3/x": PICTURE, f"{deep}/y": PICTURE, ".git/z": PICTURE})
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [item.name for _, item in look_into(tmp_path).inputs] == ["x"]
    laid(tmp_path, {f"{n}.png": PICTURE for n in range(4)})
    monkeypatch.setattr(holdings, "MAX_FILES", 3)
    holding = look_into(tmp_path)
    assert holding.beyond and len(holding.inputs) == 3


def test_a_directory_gives_what_it_names(tmp_path: Path) -> None:
    files = {f"DICOM/{name}": data for name, data in ct_series(5).items()}
    laid(tmp_path, {**files, "other.png": PICTURE})
    path = tmp_path / "DICOMDIR"
    path.write_bytes(directory(*(name.split("/") for name in files), ["DICOM", "GONE"]))
    assert is_holder(path)
    ((_, item),) = look_into(path).inputs
    assert item.path == str(tmp_path) and numbers(item) == [0, 1, 2, 3, 4]
    inside = look_into(tmp_path)  # the folder itself: the directory is nothing of its own
    assert [len(item.slices) for _, item in inside.inputs] == [5]
    assert inside.skipped == ["DICOMDIR", "other.png"]


def test_of_a_disc_the_texts_and_pictures_of_its_viewer_are_left_out(made: Callable[..., Path]) -> None:
    viewer = {
        "AUTORUN.INF": b"[autorun]\r\nopen=viewer.exe\r\n", "viewer.exe": b"MZ\x90\x00" + bytes(60),
        "README.TXT": b"Start viewer.exe.\r\n", "help/index.html": b"<html>Help</html>", "icon.png": PICTURE,
    }  # fmt: skip
    disc = {**ct_series(3), **viewer, "report.pdf": b"%PDF-1.4\n", "DICOMDIR": directory(["IM0000"])}
    holding = look_into(made(disc))
    assert [(modality, len(item.slices)) for modality, item in holding.inputs] == [(IMAGE, 3), (RECORD, 0)]
    assert sorted(holding.skipped) == sorted([*viewer, "DICOMDIR"])


def test_reports_and_contours_beside_pictures_are_skipped(made: Callable[..., Path]) -> None:
    report = dcmread(BytesIO(ct_slice(7, 0, Modality="SR", SeriesInstanceUID="1.2.10")))
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(report, keyword)
    holding = look_into(made(ct_series(3) | {"report": written(report)}))
    assert [len(item.slices) for _, item in holding.inputs] == [3] and holding.skipped == ["report"]


def test_a_disc_that_was_copied_in_lower_case(tmp_path: Path) -> None:
    files = ct_series(4)
    laid(tmp_path, {f"dicom/{name.lower()}": data for name, data in files.items()})
    path = tmp_path / "dicomdir"
    path.write_bytes(directory(*(["DICOM", name] for name in files), ["DICOM", "GONE"]))
    ((_, item),) = look_into(path).inputs
    assert numbers(item) == [0, 1, 2, 3]


def test_a_directory_alone(tmp_path: Path) -> None:
    path = tmp_path / "DICOMDIR"
    path.write_bytes(directory(["DICOM", "IM1"]))
    with pytest.raises(InputProblem, match="the files that it names are not there"):
        look_into(path)
