"""The windows that a picture can be looked at through: the file's own, those that readers of CT use, and
those that its values give."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imports numpy
    from mmdesk.media.picture import Picture
    from mmdesk.media.voi import Shown

# Center and width in Hounsfield units, by key.
CT_PRESETS = {
    "3": ("brain", 35.0, 110.0),
    "4": ("abdomen", 50.0, 320.0),
    "5": ("mediastinum", 80.0, 400.0),
    "6": ("bone", 350.0, 2000.0),
    "7": ("lung", -500.0, 1500.0),
}
CT_RANGE = -1024.0, 3071.0


def by_key(picture: "Picture") -> "dict[str, tuple[str, Shown]]":
    """Names and windows by the key that chooses them. A name is what the file calls its own window, else one
    of own, second, usual, whole and CT_PRESETS."""
    from mmdesk.media.voi import Window, whole

    found: dict[str, tuple[str, Shown]] = {"1": (picture.shown[0].title or "own", picture.shown[0])}
    if len(picture.shown) > 1:
        found["2"] = (picture.shown[1].title or "second", picture.shown[1])
    if picture.unit == "HU":
        for key, (name, center, width) in CT_PRESETS.items():
            found[key] = (name, Window(center, width))
    found["8"] = ("whole", whole(*picture.range))
    low, high = picture.usual
    found["9"] = ("usual", Window((low + high) / 2, max(high - low, picture.step)))
    return found


def reach(picture: "Picture") -> tuple[float, float]:
    """The values that a window may be dragged over: all there are, of CT all there can be."""
    low, high = picture.range
    if picture.unit == "HU":
        return min(low, CT_RANGE[0]), max(high, CT_RANGE[1])
    return (low, high) if low < high else (low, low + 1.0)
