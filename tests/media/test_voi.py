"""Windows and curves against the formulas of DICOM PS3.3, C.11.2, written out once more."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmdesk.media.voi import Curve, Window, whole

centers = st.floats(-5000, 5000)
widths = st.floats(1.5, 10_000)
VALUES = np.concatenate([np.arange(-6000, 6000, 37.0), [-40.5, -0.5, 0.0, 0.5, 39.5]])


def linear(x: float, c: float, w: float) -> float:
    """C.11.2.1.2.1, for an output of 0 to 1."""
    if x <= c - 0.5 - (w - 1) / 2:
        return 0.0
    if x > c - 0.5 + (w - 1) / 2:
        return 1.0
    return (x - (c - 0.5)) / (w - 1) + 0.5


def linear_exact(x: float, c: float, w: float) -> float:
    """C.11.2.1.3.2"""
    if x <= c - w / 2:
        return 0.0
    if x > c + w / 2:
        return 1.0
    return (x - c) / w + 0.5


def sigmoid(x: float, c: float, w: float) -> float:
    """C.11.2.1.3.1"""
    power = -4 * (x - c) / w
    return 0.0 if power > 700 else 1 / (1 + math.exp(power))


FUNCTIONS = {"LINEAR": linear, "LINEAR_EXACT": linear_exact, "SIGMOID": sigmoid}


@pytest.mark.parametrize("function", FUNCTIONS)
@given(centers, widths)
def test_functions_are_those_of_the_standard(function: str, center: float, width: float) -> None:
    expected = [FUNCTIONS[function](value, center, width) for value in VALUES]
    assert np.allclose(Window(center, width, function).shown(VALUES), expected, atol=1e-9)


def test_the_standard_s_own_example() -> None:
    """C.11.2.1.2.1, note 4: center 2048 and width 4096 show 0 to 4095 from end to end; c 40, w 400 is -160
    to 239."""
    assert list(Window(2048, 4096, "LINEAR").shown(np.array([0, 4095]))) == [0, 1]
    low, under, over, high = Window(40, 400, "LINEAR").shown(np.array([-160, -159, 238, 239]))
    assert (low, high) == (0, 1) and low < under < over < high


def test_a_window_of_one_is_a_threshold() -> None:
    assert list(Window(100, 1, "LINEAR").shown(np.array([98, 99, 100, 101]))) == [0, 0, 1, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.float32, np.float64])
def test_values_of_any_kind_give_the_same_greys(dtype: type) -> None:
    values = np.arange(0, 120, 7).astype(dtype)
    assert np.array_equal(Window(50, 80).shown(values), Window(50, 80).shown(values.astype(np.float64)))


@given(centers, widths, st.sampled_from(sorted(FUNCTIONS)))
def test_greys_rise_with_values_within_0_and_1(center: float, width: float, function: str) -> None:
    greys = Window(center, width, function).shown(np.sort(VALUES))
    assert greys.min() >= 0 and greys.max() <= 1 and (np.diff(greys) >= 0).all()


def test_from_least_to_most() -> None:
    assert list(whole(-1024, 3071).shown(np.array([-1024, 1023.5, 3071]))) == [0, 0.5, 1]
    flat = whole(7, 7)  # of a picture without contrast
    assert flat.width > 0 and np.isfinite(flat.shown(np.array([6.0, 7.0, 8.0]))).all()


def test_a_curve_holds_its_ends() -> None:
    curve = Curve(-10, np.array([0.1, 0.9, 0.4]), "bone")
    assert list(curve.shown(np.array([-5000, -10, -9, -8, 5000]))) == [0.1, 0.1, 0.9, 0.4, 0.4]
    assert (curve.center, curve.width, curve.title) == (-8.5, 3.0, "bone")
