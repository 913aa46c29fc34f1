"""DICOM: the pictures of one file, their values and how they want to be shown."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
)

from mmdesk.errors import InputProblem
from mmdesk.media.burned_in import burned_in
from mmdesk.media.checks import check_inflated, check_size
from mmdesk.media.decoders import check_decodable, frame_of
from mmdesk.media.frame import PERCENT, Frame
from mmdesk.media.geometry import marks_of, numbers, place_of
from mmdesk.media.rows import extent, unit
from mmdesk.media.sequence import weighting_of
from mmdesk.media.tables import Table, table_of
from mmdesk.media.voi import Curve, Shown, Window, whole

MAX_FRAMES = 10_000
_TAGS = ("Modality", "BodyPartExamined", "ViewPosition", "PhotometricInterpretation")
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# What PS3.3 asks for and old or careless programs leave out, as it is everywhere else.
_USUAL = {"SamplesPerPixel": 1, "PixelRepresentation": 0, "PlanarConfiguration": 0}
_COLOURS = "Red", "Green", "Blue"
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in Pillow
_LOSSY = {
    f"1.2.840.10008.1.2.4.{number}" for number in ("50", "51", "81", "91", "203")
}  # PS3.5, 8.2: those that may lose something


class DicomFile:
    """The frames of one DICOM file, decoded one by one; where they lie in a row, in order of place. To be
    used within `damage_told`."""

    def __init__(self, data: bytes, name: str) -> None:
        """Raises InputProblem for a file without a picture, too large a one, and one that cannot be
        decoded here."""
        check_inflated(data, name)
        self.name = name
        self.dataset = dcmread(BytesIO(data), force=True)
        self.syntax = _check_dicom(self.dataset, name)
        self.count = _frames(self.dataset, name)
        self._order = self._by_place()

    def frame(self, index: int) -> Frame:
        stored = self._order[index]
        header = self._header(stored)
        tags, lossy = tags_of(header), self.syntax in _LOSSY
        values, header.PhotometricInterpretation = frame_of(self.dataset, stored, self.name)
        parts = _colours(header, values) or _greys(header, values)
        warning = burned_in(self.dataset) or ""
        return Frame(**parts, tags=tags, marks=marks_of(header, lossy), warning=warning)

    def _by_place(self) -> list[int]:
        """The frames of an enhanced file in order of place, where each has one of its own."""
        order = list(range(self.count))
        if self.count < 2 or "PerFrameFunctionalGroupsSequence" not in self.dataset:
            return order
        places = {index: place_of(self._header(index)) for index in order}
        known = {place for place in places.values() if place is not None}
        return sorted(order, key=lambda index: places[index] or 0.0) if len(known) == self.count else order

    def _header(self, index: int) -> Dataset:
        """What the file says of one frame: in enhanced files, by its functional groups (PS3.3, C.7.6.16)."""
        header = Dataset()
        groups = []
        for element in self.dataset:
            if element.keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
                place = 0 if element.keyword.startswith("Shared") else index
                groups += [element.value[place]] if place < len(element.value) else []
            elif element.keyword not in _PIXELS and not element.is_empty:
                header.add(element)
        for part in (part for group in groups for part in group if part.VR == "SQ" and part.value):
            if not part.tag.is_private:  # Philips repeats old elements there
                for element in part.value[0]:
                    if not element.is_empty:
                        header.add(element)
        header.file_meta = self.dataset.file_meta
        return header


def tags_of(header: Dataset) -> dict[str, str]:
    """What a file says of a picture, never of the patient, by keyword; Weighting is what it says of the
    sequence of an MRI."""
    tags = {key: str(header[key].value).strip() for key in _TAGS if header.get(key) not in (None, "")}
    if tags.get("Modality") == "MR" and (weighting := weighting_of(header)):
        tags["Weighting"] = weighting
    return tags


def _check_dicom(dataset: Dataset, name: str) -> UID:
    """Gives the transfer syntax."""
    if not any(keyword in dataset for keyword in _PIXELS):
        if "Rows" in dataset or not len(dataset):  # pydicom drops all it has read where frames are cut
            raise EOFError
        raise InputProblem(name, "this DICOM file holds no picture", "Choose the file with the image itself.")
    if "TransferSyntaxUID" not in dataset.file_meta:  # a file without a preamble
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    _complete(dataset)
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    bits = 32 if syntax in JPEG2000TransferSyntaxes else int(dataset.get("BitsAllocated") or 8)  # as decoded
    depth = bits * int(dataset.get("SamplesPerPixel") or 1)
    check_size(int(dataset.Columns), int(dataset.Rows), name, depth)
    check_decodable(dataset, name)
    return syntax


def _complete(dataset: Dataset) -> None:
    for keyword, value in _USUAL.items():
        if dataset.get(keyword) is None:
            setattr(dataset, keyword, value)
    if not dataset.get("PhotometricInterpretation"):
        dataset.PhotometricInterpretation = "MONOCHROME2" if dataset.SamplesPerPixel == 1 else "RGB"
    if dataset.get("BitsStored") is None and "BitsAllocated" in dataset:
        dataset.BitsStored = dataset.BitsAllocated


def _frames(dataset: Dataset, name: str) -> int:
    count = max(1, int(dataset.get("NumberOfFrames") or 1))
    if count > MAX_FRAMES:
        problem = f"the file has more than {MAX_FRAMES:,} frames"
        raise InputProblem(name, problem, "Export the part that matters.")
    return count


def _colours(header: Dataset, values: NDArray[Any]) -> dict[str, Any] | None:
    """Of a picture in colours (height, width, 3), or by a palette (height, width): luma and colours."""
    kind = header.PhotometricInterpretation
    if values.ndim == 2 and kind != "PALETTE COLOR":
        return None

    if kind != "PALETTE COLOR" and values.dtype.kind == "i":
        values = values.view(f"u{values.itemsize}")  # colours have no sign

    tables = _palette(header, float(values.max())) if kind == "PALETTE COLOR" else []
    is_small = all(table.entries.max() < 256 for table in tables)

    def rgb(rows: slice) -> NDArray[Any]:
        colours = values[rows]
        if tables:
            colours = np.stack([table.of(colours) for table in tables], axis=-1)
            # Of 16 bits as well, where the entries are none that are larger: all of it would be black.
            colours = colours.astype(np.uint8) if is_small else colours
        elif kind == "PALETTE COLOR":
            colours = apply_color_lut(colours, header)
        elif kind in ("YBR_FULL", "YBR_FULL_422"):
            colours = convert_color_space(colours, "YBR_FULL", "RGB")
        return colours[..., :3]

    def luma(rows: slice) -> NDArray[np.float32]:
        # The weights, rounded, may add up to a little more than 1.
        greys: NDArray[np.float32] = np.clip(unit(rgb(rows)) @ _LUMA, 0, 1)
        return greys

    def colours(rows: slice) -> NDArray[np.uint8]:
        found = rgb(rows)
        bytes_: NDArray[np.uint8] = (found >> 8 * (found.itemsize - 1)).astype(np.uint8)
        return bytes_

    shape = values.shape[0], values.shape[1]
    luma(slice(1))  # colours or a palette that do not fit are told here
    return {"shape": shape, "values": luma, "shown": (Window(0.5, 1.0),), "unit": PERCENT, "colours": colours}


def _palette(header: Dataset, most: float) -> list[Table]:
    """Red, green and blue; [] of a palette in segments."""
    kinds = [f"{colour}PaletteColorLookupTable" for colour in _COLOURS]
    whole = all(f"{kind}Data" in header for kind in kinds)
    return [table_of(header, most, _is_little(header), kind) for kind in kinds] if whole else []


def _is_little(header: Dataset) -> bool:
    return bool(header.file_meta.TransferSyntaxUID != ExplicitVRBigEndian)


def _greys(header: Dataset, values: NDArray[Any]) -> dict[str, Any]:
    """PS3.4, N.2: the modality LUT gives the values, VOI LUT or window shows them, MONOCHROME1 turns them."""
    shape = values.shape[0], values.shape[1]
    slope, intercept = (numbers(header, key, 1) for key in ("RescaleSlope", "RescaleIntercept"))
    items = header.get("ModalityLUTSequence")
    table = table_of(items[0], float(values.max()), _is_little(header)) if items else None
    rescaled = table is None and bool(slope or intercept)
    # One without the other is usual for neither; no scale makes all values one.
    scale = ((slope or (1.0,))[0] or 1.0, (intercept or (0.0,))[0]) if rescaled else (1.0, 0.0)

    def part(rows: slice) -> NDArray[Any]:
        if table is not None:
            return table.of(values[rows])
        return values[rows].astype(np.float64) * scale[0] + scale[1] if rescaled else values[rows]

    if table is not None or values.dtype.kind not in "iu" or values.itemsize > 2:
        stored: dict[str, Any] = {}
        low, high = extent(shape, part)
    else:
        stored = {"stored": values, "slope": scale[0], "intercept": scale[1]}
        low, high = sorted(end * scale[0] + scale[1] for end in _ends(header, values))
    return {
        "shape": shape,
        "values": part,
        "shown": _shown(header, low, high),
        "inverted": _is_inverted(header),
        "unit": _unit(header, rescaled),
        **stored,
    }


def _is_inverted(header: Dataset) -> bool:
    """PS3.3, C.8.11.3.1.2 and C.11.6.1.2: both ways to say it mean the same, and one is enough."""
    shape = str(header.get("PresentationLUTShape") or "").strip()
    return bool(header.PhotometricInterpretation == "MONOCHROME1") or shape == "INVERSE"


def _ends(header: Dataset, values: NDArray[Any]) -> tuple[float, float]:
    """The least and the greatest stored value, but for those that fill up what was not measured (PS3.3,
    C.7.5.1.1.2)."""
    first = numbers(header, "PixelPaddingValue", 1)
    last = numbers(header, "PixelPaddingRangeLimit", 1) or first
    if first is not None and last is not None:
        # Some devices write these with the wrong sign.
        low, high = sorted(int(np.int64(end[0]).astype(values.dtype)) for end in (first, last))
        inside = values[(values < low) | (values > high)]
        values = inside if inside.size and inside.min() < inside.max() else values
    return float(values.min()), float(values.max())


def _unit(header: Dataset, rescaled: bool) -> str:
    """PS3.3, C.11.1.1.2 and C.8.2.1: the values of a CT are Hounsfield units where nothing else is said."""
    said = str(header.get("RescaleType") or "").strip()
    if header.get("Modality") == "CT" and rescaled:
        return said if said and said != "US" else "HU"
    return "" if said in ("US", "HU") else said


def _shown(header: Dataset, low: float, high: float) -> tuple[Shown, ...]:
    """The file's own curves and windows; from the least value to the greatest where it has none, or the first
    one shows nothing."""
    if not np.isfinite([low + high, high - low]).all():
        raise ValueError("not finite")
    own: list[Shown] = [*_curves(header, high), *_windows(header)]
    if own:
        first = own[0].shown(np.array([low, high]))
        if isinstance(own[0], Curve) or first[0] < first[1]:
            return tuple(own)
    return (whole(low, high), *own[1:])


def _curves(header: Dataset, most: float) -> list[Curve]:
    curves = []
    for item in header.get("VOILUTSequence") or ():
        table = table_of(item, most, _is_little(header))
        greys = table.entries.astype(np.float64)
        full = float(2**table.bits - 1)
        # Some files use a smaller part of their range.
        low, high = (0.0, full) if full / 2 <= greys.max() <= full else (greys.min(), greys.max())
        if low < high:
            title = str(item.get("LUTExplanation") or "").strip()
            curves.append(Curve(float(table.first), (greys - low) / (high - low), title))
    return curves


def _windows(header: Dataset) -> list[Window]:
    centers, widths = (numbers(header, key, None) or () for key in ("WindowCenter", "WindowWidth"))
    titles = header.get("WindowCenterWidthExplanation") or ()
    titles = [titles] if isinstance(titles, str) else list(titles)
    function = str(header.get("VOILUTFunction") or "LINEAR").strip()
    function = function if function in ("LINEAR_EXACT", "SIGMOID") else "LINEAR"
    return [
        Window(center, width, function, str(titles[place]).strip() if place < len(titles) else "")
        for place, (center, width) in enumerate(zip(centers, widths, strict=False))
        if width > 0
    ]
