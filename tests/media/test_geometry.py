"""Where a slice lies, which way its edges point, and how large its pixels are."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from mmdesk.media.geometry import marks_of, normal_of, numbers, place_of

AXIAL, CORONAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1], [0, 1, 0, 0, 0, -1]


def header_of(**elements: Any) -> Dataset:
    header = Dataset()
    with warnings.catch_warnings(action="ignore"):  # of what the standard does not allow
        for keyword, value in elements.items():
            setattr(header, keyword, value)
    return header


@pytest.mark.parametrize(
    ("turned", "edges"),
    [
        (AXIAL, ("R", "L", "A", "P")),
        (CORONAL, ("R", "L", "H", "F")),
        (SAGITTAL, ("A", "P", "H", "F")),
        ([-1, 0, 0, 0, 1, 0], ("L", "R", "A", "P")),  # from above, as neurosurgeons look
        ([1, 0, 0, 0, 0.866, -0.5], ("R", "L", "AH", "PF")),  # tilted by 30 degrees
        ([1, 0, 0, 0, 0.9848, -0.1736], ("R", "L", "A", "P")),  # by 10: not worth a letter
        ([0.577, 0.577, 0.577, -0.707, 0.707, 0], ("RAF", "LPH", "LA", "RP")),
    ],
)
def test_edges_by_orientation(turned: list[float], edges: tuple[str, ...]) -> None:
    assert marks_of(header_of(ImageOrientationPatient=turned), False).edges == edges


@pytest.mark.parametrize(
    ("said", "edges"),
    [
        (["L", "F"], ("R", "L", "H", "F")),  # a radiograph from the front
        (["P", "FR"], ("A", "P", "HL", "FR")),
        (["l", "f"], ("R", "L", "H", "F")),
        (["L", "I"], ("R", "L", "H", "F")),  # inferior: what some files write for F
        (["", ""], None),
        (["X", "Y"], None),
        ("L", None),
    ],
)
def test_edges_of_a_radiograph(said: object, edges: tuple[str, ...] | None) -> None:
    assert marks_of(header_of(PatientOrientation=said), False).edges == edges


def test_the_orientation_counts_more_than_the_letters() -> None:
    header = header_of(PatientOrientation=["L", "F"], ImageOrientationPatient=AXIAL)
    assert marks_of(header, False).edges == ("R", "L", "A", "P")


@given(st.tuples(*[st.floats(-500, 500)] * 3), st.floats(0, 6.28), st.floats(-1.5, 1.5), st.floats(-90, 90))
def test_the_place_grows_by_the_steps_along_the_normal(
    start: tuple[float, float, float], turn: float, tilt: float, step: float
) -> None:
    across = np.array([np.cos(turn), np.sin(turn), 0])
    down = np.cross([0, 0, 1], across) * np.cos(tilt) + np.array([0, 0, np.sin(tilt)])
    normal = np.cross(across, down)
    turned = [*across, *down]
    first = header_of(ImageOrientationPatient=turned, ImagePositionPatient=list(start))
    moved = np.array(start) + step * normal + 12 * across - 7 * down  # within its plane it does not matter
    second = header_of(ImageOrientationPatient=turned, ImagePositionPatient=list(moved))
    assert np.allclose(normal_of(first), normal, atol=1e-6)
    assert place_of(second) == pytest.approx(place_of(first) + step, abs=1e-3)


@pytest.mark.parametrize(
    "elements",
    [
        {"ImagePositionPatient": [0, 0, 1]},
        {"ImageOrientationPatient": AXIAL},
        {"ImageOrientationPatient": AXIAL, "ImagePositionPatient": [1, 2]},
        {"ImageOrientationPatient": AXIAL[:5], "ImagePositionPatient": [1, 2, 3]},
        {"ImageOrientationPatient": AXIAL, "ImagePositionPatient": None},
    ],
)
def test_no_place_where_the_file_does_not_say(elements: dict[str, Any]) -> None:
    assert place_of(header_of(**elements)) is None


def test_spacing() -> None:
    assert marks_of(header_of(PixelSpacing=[0.7, 0.5]), False).spacing == (0.7, 0.5)
    detector = marks_of(header_of(ImagerPixelSpacing=[0.2, 0.2]), False)
    assert detector.spacing == (0.2, 0.2) and detector.at_detector
    both = marks_of(header_of(PixelSpacing=[0.7, 0.5], ImagerPixelSpacing=[0.2, 0.2]), False)
    assert both.spacing == (0.7, 0.5) and not both.at_detector
    for wrong in ([0, 0.5], [-1, 1], [1], None):
        assert marks_of(header_of(PixelSpacing=wrong), False).spacing is None
    assert marks_of(header_of(PixelAspectRatio=[2, 1]), False).aspect == 2
    assert marks_of(header_of(PixelAspectRatio=[0, 1]), False).aspect == 1
    assert marks_of(header_of(SliceThickness="2.5"), False).thickness == 2.5


@pytest.mark.parametrize(
    ("elements", "side"),
    [
        ({"Laterality": "L"}, "L"),
        ({"ImageLaterality": "R", "Laterality": "L"}, "R"),
        ({"FrameLaterality": "b"}, "B"),
        ({"ImageLaterality": "U"}, ""),  # unpaired
        ({}, ""),
    ],
)
def test_laterality(elements: dict[str, Any], side: str) -> None:
    assert marks_of(header_of(**elements), False).laterality == side


def test_lossy_by_syntax_or_by_what_was_done_before() -> None:
    assert not marks_of(header_of(), False).lossy and marks_of(header_of(), True).lossy
    twice = marks_of(header_of(LossyImageCompression="01", LossyImageCompressionRatio=[5, 12.5]), False)
    assert twice.lossy and twice.ratio == 12.5
    never = marks_of(header_of(LossyImageCompression="00"), False)
    assert not never.lossy and never.ratio is None


def test_only_whole_and_finite_numbers_count() -> None:
    assert numbers(header_of(WindowCenter="40"), "WindowCenter", 1) == (40.0,)
    assert numbers(header_of(WindowCenter=["40", "50"]), "WindowCenter", None) == (40.0, 50.0)
    assert numbers(header_of(WindowCenter=["40", "50"]), "WindowCenter", 1) is None
    assert numbers(header_of(), "WindowCenter", None) is None
    assert numbers(header_of(FlipAngle=float("nan")), "FlipAngle", 1) is None
