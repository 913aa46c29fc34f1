"""The windows that a picture offers, by the keys that the list of shortcuts names."""

import numpy as np
import pytest

from mmdesk.media.picture import Picture
from mmdesk.media.voi import Curve, Window
from mmdesk.ui.windows import by_key, reach

LEVELS = (np.arange(600, dtype=np.uint16).reshape(20, 30),)


def picture(**changed):
    given = {"usual": (-980.0, -500.0), "low": -1000.0, "range": (-1000.0, -401.0), "unit": "HU"}
    return Picture("a.dcm", LEVELS, tags={}, **{**given, **changed})


def named(found):
    return {key: name for key, (name, _) in found.items()}


def test_of_a_ct():
    found = by_key(picture(shown=(Window(40, 400, "LINEAR"), Window(-600, 1500, "LINEAR", "LUNG"))))
    assert named(found) == {
        "1": "own", "2": "LUNG", "3": "brain", "4": "abdomen", "5": "mediastinum", "6": "bone", "7": "lung",
        "8": "whole", "9": "usual",
    }  # fmt: skip
    shown = {key: (window.center, window.width) for key, (_, window) in found.items()}
    assert shown["1"] == (40, 400) and shown["2"] == (-600, 1500)
    # Center and width as radiologists set them, in Hounsfield units.
    assert [shown[key] for key in "34567"] == [(35, 110), (50, 320), (80, 400), (350, 2000), (-500, 1500)]
    assert shown["8"] == (-700.5, 599) and shown["9"] == (-740, 480)


@pytest.mark.parametrize("unit", ["", "%", "BQML"])
def test_of_anything_else(unit):
    found = by_key(picture(unit=unit, shown=(Curve(0.0, np.array([0.0, 1.0]), "NEGATIVE"),)))
    assert named(found) == {"1": "NEGATIVE", "8": "whole", "9": "usual"}


def test_a_picture_of_one_grey_has_windows_of_some_width():
    found = by_key(picture(usual=(7.0, 7.0), range=(7.0, 7.0)))
    assert all(window.width > 0 for _, window in found.values())


def test_a_window_may_be_dragged_over_all_values_and_of_ct_over_all_there_can_be():
    assert reach(picture(unit="")) == (-1000, -401)
    assert reach(picture()) == (-1024, 3071)
    assert reach(picture(range=(-2000.0, 9000.0))) == (-2000, 9000)
    assert reach(picture(unit="", range=(7.0, 7.0))) == (7, 8)
