"""Where a slice lies in the patient (DICOM PS3.3, C.7.6.2), in mm: x to the left, y back, z to the head."""

from collections.abc import Sequence
from math import isfinite

from pydicom import Dataset

from mmdesk.media.frame import Marks

_LETTERS = ("LR", "PA", "HF")  # to which side an axis grows, and from which
_TURN = str.maketrans("LRPAHF", "RLAPFH")
_SLANT = 0.3  # a direction is named by every axis of which it has at least so much: 17 degrees


def marks_of(header: Dataset, lossy: bool) -> Marks:
    """`lossy`: whether the transfer syntax loses something."""
    spacing, at_detector = numbers(header, "PixelSpacing", 2), False
    if spacing is None:
        spacing = numbers(header, "ImagerPixelSpacing", 2)
        at_detector = spacing is not None
    shape = numbers(header, "PixelAspectRatio", 2)
    ratios = numbers(header, "LossyImageCompressionRatio", None)
    return Marks(
        edges=_edges(header),
        spacing=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 else None,
        at_detector=at_detector,
        aspect=shape[0] / shape[1] if shape and min(shape) > 0 else 1.0,
        thickness=next(iter(numbers(header, "SliceThickness", 1) or ()), None),
        place=place_of(header),
        laterality=_laterality(header),
        lossy=lossy or str(header.get("LossyImageCompression") or "") == "01",
        ratio=ratios[-1] if ratios else None,
    )


def place_of(header: Dataset) -> float | None:
    """How far along its normal a slice lies, in mm; None where the file does not say."""
    position, normal = numbers(header, "ImagePositionPatient", 3), normal_of(header)
    if position is None or normal is None:
        return None
    return sum(place * along for place, along in zip(position, normal, strict=True))


def normal_of(header: Dataset) -> tuple[float, ...] | None:
    """Of the plane that the slice lies in, towards the side that comes next in the cross product."""
    turned = numbers(header, "ImageOrientationPatient", 6)
    if turned is None:
        return None
    a, b, c, d, e, f = turned  # a header of a series is asked for each slice: numpy would take longer
    return b * f - c * e, c * d - a * f, a * e - b * d


def numbers(header: Dataset, keyword: str, count: int | None) -> tuple[float, ...] | None:
    """The finite numbers of an element that has `count` of them, None where it is not so. Some devices write
    a decimal comma, or a separator at the end."""
    value = header.get(keyword)
    try:
        items = [item for item in (value if _is_several(value) else [value]) if item not in (None, "")]
        found = tuple(float(item.replace(",", ".") if isinstance(item, str) else item) for item in items)
    except (TypeError, ValueError):
        return None
    return found if found and all(map(isfinite, found)) and count in (None, len(found)) else None


def _is_several(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _edges(header: Dataset) -> tuple[str, str, str, str] | None:
    """Left, right, top, bottom."""
    turned = numbers(header, "ImageOrientationPatient", 6)
    if turned is not None:
        right, bottom = _letters(turned[:3]), _letters(turned[3:])
    else:
        said = header.get("PatientOrientation")
        if not _is_several(said) or said is None or len(said) != 2:
            return None
        right, bottom = (str(part).upper().replace("S", "H").replace("I", "F") for part in said)
    known = set(right + bottom) <= set("LRPAHF") and right and bottom
    return (right.translate(_TURN), right, bottom.translate(_TURN), bottom) if known else None


def _letters(direction: Sequence[float]) -> str:
    """The axes that a direction goes along, the strongest first: "A", "AL"."""
    axes = sorted(range(3), key=lambda axis: -abs(direction[axis]))
    return "".join(
        _LETTERS[axis][direction[axis] < 0] for axis in axes if abs(direction[axis]) >= _SLANT
    )


def _laterality(header: Dataset) -> str:
    for keyword in ("FrameLaterality", "ImageLaterality", "Laterality"):
        said = str(header.get(keyword) or "").strip().upper()
        if said in ("L", "R", "B"):
            return said
    return ""
