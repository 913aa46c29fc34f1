"""Which files make up a series, and in which order they lie."""

import random
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import RLELossless
from support.dicoms import dicom_bytes, written
from support.slices import AXIAL, ct_series, ct_slice, directory, marked, multi_frame, number_of

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox
from mmdesk.media.series import Series, is_directory, listed, series_of


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """How often the process that unpacks pixels was started."""
    times: list[None] = []
    monkeypatch.setattr(sandbox, "begin", lambda: times.append(None))
    return times


def found(files: Mapping[str, bytes]) -> list[Series]:
    return series_of(files, lambda name: BytesIO(files[name]))[0]


def order(files: Mapping[str, bytes]) -> list[int]:
    """The slices of the only series, by what their pixels say."""
    (series,) = found(files)
    return [number_of(dcmread(BytesIO(files[name])).pixel_array) for name in series.files]


def in_names(slices: list[bytes]) -> dict[str, bytes]:
    """Under names that tell nothing."""
    names = [f"{n:02}.dcm" for n in range(len(slices))]
    random.Random(5).shuffle(names)
    return dict(zip(names, slices, strict=True))


# ---- order


@given(st.permutations(range(7)), st.sampled_from([2.5, -2.5, 0.3]))
def test_by_place_whatever_names_and_numbers_are(numbers: list[int], step: float) -> None:
    files = in_names([ct_slice(n, n * step, InstanceNumber=numbers[n] + 1) for n in range(7)])
    assert order(files) == (list(range(7)) if step > 0 else list(range(6, -1, -1)))


@pytest.mark.parametrize(
    ("turned", "way"),
    [
        (AXIAL, (0, 0, 1)),
        ([1, 0, 0, 0, 0, -1], (0, 1, 0)),  # coronal: the normal points back
        ([0, 1, 0, 0, 0, -1], (-1, 0, 0)),  # sagittal: to the right
        ([1, 0, 0, 0, 0.8, -0.6], (0, 0.6, 0.8)),  # tilted, as MRI of the spine is
    ],
)
def test_along_the_normal_of_any_plane(turned: list[float], way: tuple[float, float, float]) -> None:
    def slice_(number: int) -> bytes:
        position = list(map(float, np.array(way) * number * 3 + (10, -20, 30)))
        return ct_slice(number, 0, ImageOrientationPatient=turned, ImagePositionPatient=position)

    assert order(in_names([slice_(n) for n in range(6)])) == list(range(6))


def test_without_places_by_number_and_without_numbers_by_name() -> None:
    nowhere: dict[str, Any] = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    files = in_names([ct_slice(n, 0, InstanceNumber=n + 1, **nowhere) for n in range(12)])
    assert order(files) == list(range(12))  # not 1, 10, 11, 2
    times = [f"1200{59 - n}" for n in range(12)]  # slices that were taken from the last one on
    files = in_names(
        [ct_slice(n, 0, InstanceNumber=n + 1, AcquisitionTime=times[n], **nowhere) for n in range(12)]
    )
    assert order(files) == list(range(12))
    files = {f"{n:02}": ct_slice(n, 0, InstanceNumber=None, **nowhere) for n in range(4)}
    assert order(files) == list(range(4))


@pytest.mark.parametrize("keyword", ["EchoNumbers", "TemporalPositionIdentifier", "AcquisitionNumber"])
def test_slices_of_one_place_stand_side_by_side(keyword: str) -> None:
    slices = [
        ct_slice(2 * place + again, 4.0 * place, InstanceNumber=again * 4 + place + 1, **{keyword: again + 1})
        for place in range(4)
        for again in range(2)
    ]
    assert order(in_names(slices)) == list(range(8))


def test_where_one_has_no_place_by_what_all_have() -> None:
    gone: dict[str, Any] = {"ImagePositionPatient": None}
    slices = [ct_slice(n, 2.0 * n, InstanceNumber=9 - n, **(gone if n == 3 else {})) for n in range(6)]
    assert order(in_names(slices)) == [5, 4, 3, 2, 1, 0]
    # Odd slices are measured first.
    slices = [ct_slice(n, 0, AcquisitionTime=f"1000{n % 2}{n}", **gone) for n in range(6)]
    assert order(in_names(slices)) == list(range(6))
    slices = [ct_slice(n, 0, SliceLocation=20 - n, InstanceNumber=n, **gone) for n in range(6)]
    assert order(in_names(slices)) == [5, 4, 3, 2, 1, 0]


def test_a_slice_that_was_copied_counts_once() -> None:
    files = ct_series(5)
    assert order(files | {f"copy of {name}": data for name, data in files.items()}) == list(range(5))
    same = [ct_slice(n, n, SOPInstanceUID="1.2.3") for n in range(5)]  # careless programs give all one number
    assert order(in_names(same)) == list(range(5))


def test_places_that_differ_by_rounding_alone_are_one() -> None:
    """Two echoes of a slice whose places were written with other decimals."""
    slices = [ct_slice(0, 10.0002, EchoNumbers=1), ct_slice(1, 10.0, EchoNumbers=2)]
    assert order(in_names(slices)) == [0, 1]


# ---- what belongs together


def test_by_series_in_order_of_their_numbers() -> None:
    bone = ct_series(3, SeriesNumber=7, SeriesDescription="bone")
    files = {f"b{name}": data for name, data in bone.items()}
    other = ct_series(4, SeriesInstanceUID="1.2.10", SeriesNumber=3, SeriesDescription="soft")
    files |= {f"a{name}": data for name, data in other.items()}
    assert [(series.title, len(series.files)) for series in found(files)] == [("soft", 4), ("bone", 3)]


def test_a_localizer_of_three_planes_is_three_series() -> None:
    planes = [AXIAL, [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]]
    files = {str(n): ct_slice(n, 0, ImageOrientationPatient=turned) for n, turned in enumerate(planes)}
    assert [len(series.files) for series in found(files)] == [1, 1, 1]


def test_a_direction_that_wavers_by_rounding_is_one() -> None:
    files = {
        str(n): ct_slice(n, n, ImageOrientationPatient=[1, 0, 0, 0, 1 - n * 1e-5, n * 1e-4]) for n in range(5)
    }
    assert order(files) == list(range(5))


def test_slices_of_another_size_are_a_series_of_their_own() -> None:
    files = {"a": ct_slice(0, 0), "b": ct_slice(1, 1), "c": ct_slice(2, 2, marked(2, 30))}
    assert sorted(len(series.files) for series in found(files)) == [1, 2]


@pytest.mark.parametrize(("modality", "alone"), [("DX", True), ("MG", True), ("CT", False), ("US", False)])
def test_views_of_a_radiograph_are_no_stack(modality: str, alone: bool) -> None:
    gone: dict[str, Any] = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    files = {str(n): ct_slice(n, 0, Modality=modality, **gone) for n in range(2)}
    assert [len(series.files) for series in found(files)] == ([1, 1] if alone else [2])
    placed = {str(n): ct_slice(n, n, Modality=modality) for n in range(2)}  # of a tomosynthesis
    assert [len(series.files) for series in found(placed)] == [2]


def test_files_of_several_frames_and_those_without_a_series_are_by_themselves() -> None:
    frames = [marked(n) for n in range(3)]
    files = {
        "cine": multi_frame(frames, SeriesInstanceUID="1.2.9", Modality="US"),
        "cine 2": multi_frame(frames, SeriesInstanceUID="1.2.9", Modality="US"),
        "x": dicom_bytes(marked(0)),
        "y": dicom_bytes(marked(1)),
    }
    assert [series.files for series in found(files)] == [("cine",), ("cine 2",), ("x",), ("y",)]
    assert {series.title for series in found(files)} == {"US", "CR"}


def test_what_cannot_be_read_is_left_to_the_reader_to_tell() -> None:
    files = ct_series(3) | {"broken": ct_slice(9, 9)[:200], "empty": b""}
    assert sorted(len(series.files) for series in found(files)) == [1, 1, 3]


def test_what_unpacks_pixels_starts_with_the_first_compressed_header(begun: list[None]) -> None:
    files = ct_series(3)
    found(files)
    assert not begun
    for name, data in files.items():
        packed = dcmread(BytesIO(data))
        packed.compress(RLELossless)
        files[name] = written(packed)
    assert [len(series.files) for series in found(files)] == [3]
    assert len(begun) == 1


@pytest.mark.parametrize("modality", ["SR", "PR", "KO", "RTSTRUCT", "DOC"])
def test_what_lies_beside_pictures_is_none(modality: str) -> None:
    report = dcmread(BytesIO(ct_slice(7, 0, Modality=modality, SeriesInstanceUID="1.2.10")))
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(report, keyword)
    files = ct_series(3) | {"report": written(report)}
    series, others = series_of(files, lambda name: BytesIO(files[name]))
    assert [len(one.files) for one in series] == [3] and others == ["report"]


# ---- directories


def test_a_directory_names_files() -> None:
    data = directory(None, ["DICOM", "S1", "IM1"], "IM2", ["DICOM", "S1", "IM1"])
    assert is_directory(data) and is_directory(data[:4096])
    assert listed(data, "DICOMDIR") == ["DICOM/S1/IM1", "IM2"]
    assert not is_directory(ct_slice(0, 0)) and not is_directory(b"")


def test_a_directory_of_nothing() -> None:
    outside = directory(["XX", "SECRET"]).replace(b"XX", b"..")
    for data in (directory(), directory(None), outside):
        with pytest.raises(InputProblem, match="this directory names no files"):
            listed(data, "DICOMDIR")
