"""DICOM files as real devices and archives write them: with tables of any width, windows in other words, bits
beside the value, and elements that are missing."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, JPEGBaseline8Bit
from support.dicoms import dicom_of, written

from mmdesk.errors import InputProblem
from mmdesk.media.image import read_image
from mmdesk.media.stack import FLAT, stack_of

SIDE = (20, 24)
RAMP8 = np.linspace(0, 255, 20 * 24).astype(np.uint8).reshape(SIDE)
RAMP10 = np.linspace(0, 1023, 20 * 24).astype(np.uint16).reshape(SIDE)
RAMP12 = np.linspace(0, 4095, 20 * 24).astype(np.uint16).reshape(SIDE)
ALL = slice(None)


def greys(dataset: Dataset) -> NDArray[np.float32]:
    return read_image(written(dataset), "a").pixels


def table(count: int, first: int, bits: int, data: NDArray[Any] | list[int]) -> Dataset:
    """The item of a sequence, its data in words (VR OW) or as numbers (VR US)."""
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [count, first, bits])
    words = isinstance(data, np.ndarray)
    item.add_new("LUTData", "OW" if words else "US", data.tobytes() if isinstance(data, np.ndarray) else data)
    return item


def big_endian(dataset: Dataset) -> bytes:
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dataset["PixelData"].VR = "OW"
    file = BytesIO()
    dataset.save_as(file, implicit_vr=False, little_endian=False, enforce_file_format=True)
    return file.getvalue()


# ---- tables


DARK = (np.linspace(0, 1, 4096) ** 2 * 255).astype(np.uint8)


@pytest.mark.parametrize(
    "data", [DARK, DARK.astype("<u2"), DARK.tolist()], ids=["two in a word", "words", "numbers"]
)
def test_a_curve_of_more_entries_than_its_bits_count(data: Any) -> None:
    made = dicom_of(RAMP12, BitsStored=12, HighBit=11, VOILUTSequence=[table(4096, 0, 8, data)])
    assert np.allclose(greys(made), DARK[RAMP12] / 255, atol=1e-6)


def test_a_curve_in_big_endian() -> None:
    made = dicom_of(RAMP12, VOILUTSequence=[table(4096, 0, 8, DARK.astype(">u2"))])
    made.PixelData = RAMP12.astype(">u2").tobytes()
    assert np.allclose(read_image(big_endian(made), "a").pixels, DARK[RAMP12] / 255, atol=1e-6)


@pytest.mark.parametrize("first", [-1024, 2**16 - 1024])
def test_a_curve_that_begins_below_0(first: int) -> None:
    """Its first value is one without a sign where pixels have none, whatever the rescaled values are."""
    item = table(4096, 0, 8, DARK.tolist())
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [4096, first, 8])
    made = dicom_of(RAMP12, RescaleSlope=1, RescaleIntercept=-1024, VOILUTSequence=[item])
    assert np.allclose(greys(made), DARK[RAMP12] / 255, atol=1e-6)


def test_a_table_of_values() -> None:
    values = np.arange(1024) * 3 + 5
    for bits in (12, 16):  # pydicom's own reading knows no 12
        item = table(1024, 0, bits, values.astype("<u2"))
        item.ModalityLUTType = "OD"
        made = dicom_of(RAMP10, BitsStored=10, HighBit=9, ModalityLUTSequence=[item])
        frame = stack_of(written(made), "a").frame(FLAT, 0)
        assert np.array_equal(frame.values(ALL), values[RAMP10])


def test_a_table_that_is_cut() -> None:
    made = dicom_of(RAMP12, VOILUTSequence=[table(4096, 0, 16, DARK[:100].astype("<u2"))])
    with pytest.raises(InputProblem, match="the file ends before the picture does"):
        greys(made)


def palette(bits: int, data: NDArray[Any], first: int = 0, values: NDArray[Any] = RAMP8) -> Dataset:
    made = dicom_of(values, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        made.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [256, first, bits])
        made.add_new(f"{colour}PaletteColorLookupTableData", "OW", data.tobytes())
    return made


BACK = np.arange(255, -1, -1)
WORDS = BACK.astype("<u2")


@pytest.mark.parametrize(
    ("bits", "data"),
    [(16, WORDS * 257), (16, WORDS), (8, WORDS), (8, BACK.astype(np.uint8))],
    ids=["16", "8 of 16", "8 in words", "8"],
)
def test_palettes(bits: int, data: NDArray[Any]) -> None:
    assert np.allclose(greys(palette(bits, data)), BACK[RAMP8] / 255, atol=1e-6)


def test_a_palette_from_another_value_on() -> None:
    made = palette(16, BACK.astype("<u2") * 257, 1000, RAMP8.astype(np.uint16) + 1000)
    assert np.allclose(greys(made), BACK[RAMP8] / 255, atol=1e-6)


def test_a_palette_in_segments() -> None:
    made = dicom_of(RAMP8, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        made.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        line = np.array([0, 1, 0, 1, 255, 65535], "<u2")  # one entry, then straight to the last one
        made.add_new(f"Segmented{colour}PaletteColorLookupTableData", "OW", line.tobytes())
    assert np.allclose(greys(made), RAMP8 / 255, atol=1e-2)


# ---- how it is shown


@pytest.mark.parametrize(
    ("kind", "shape", "inverted"),
    [
        ("MONOCHROME1", None, True), ("MONOCHROME1", "INVERSE", True), ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False), ("MONOCHROME2", None, False),
    ],
)  # fmt: skip
def test_white_is_the_least_value_by_either_element(kind: str, shape: str | None, inverted: bool) -> None:
    made = dicom_of(RAMP12, PhotometricInterpretation=kind, PresentationLUTShape=shape)
    assert np.allclose(greys(made), np.abs(inverted - RAMP12 / 4095), atol=1e-6)


@pytest.mark.parametrize(
    ("center", "width"), [("2000,5", "3001,0"), ("2000.5\\", "3001\\"), (" 2000.5", "3001 ")]
)
def test_windows_in_other_words(center: str, width: str) -> None:
    made = written(dicom_of(RAMP12, WindowCenter="1" * len(center), WindowWidth="2" * len(width)))
    made = made.replace(b"1" * len(center), center.encode()).replace(b"2" * len(width), width.encode())
    assert np.allclose(
        read_image(made, "a").pixels, np.clip((RAMP12 - 2000.0) / 3000 + 0.5, 0, 1), atol=1e-6
    )


@pytest.mark.parametrize(
    ("scale", "slope", "intercept"),
    [
        ({"RescaleIntercept": "-1024"}, 1, -1024), ({"RescaleSlope": "2.5"}, 2.5, 0),
        ({"RescaleSlope": "0", "RescaleIntercept": "-1024"}, 1, -1024),
        ({"RescaleSlope": None, "RescaleIntercept": None}, 1, 0),
    ],
)  # fmt: skip
def test_half_a_scale(scale: dict[str, Any], slope: float, intercept: float) -> None:
    frame = stack_of(written(dicom_of(RAMP12, Modality="CT", **scale)), "a").frame(FLAT, 0)
    assert np.array_equal(frame.values(ALL), RAMP12 * float(slope) + intercept)
    assert (frame.slope, frame.intercept) == (slope, intercept)
    assert frame.unit == ("HU" if any(scale.values()) else "")


@pytest.mark.parametrize("padding", [-2000, 2**16 - 2000])
def test_what_was_not_measured_does_not_darken_the_rest(padding: int) -> None:
    values = RAMP10.astype(np.int16)
    values[:5] = -2000
    made = dicom_of(values)
    made.add_new("PixelPaddingValue", "SS" if padding < 0 else "US", padding)
    least = float(values[5:].min())
    assert np.allclose(greys(made), np.clip((values - least) / (1023 - least), 0, 1), atol=1e-6)


def test_a_range_of_what_was_not_measured() -> None:
    values = RAMP10 + 500
    values[:3], values[3:5] = 0, 9
    made = dicom_of(values, PixelPaddingValue=10, PixelPaddingRangeLimit=0)
    least = float(values[5:].min())
    assert np.allclose(greys(made), np.clip((values - least) / (1523 - least), 0, 1), atol=1e-6)
    assert greys(dicom_of(RAMP10, PixelPaddingValue=0, PixelPaddingRangeLimit=2000)).max() == 1  # all of it


# ---- bits and bytes


def test_a_value_in_the_upper_bits() -> None:
    made = dicom_of(RAMP12 << 4, BitsStored=12, HighBit=15)
    assert np.array_equal(stack_of(written(made), "a").frame(FLAT, 0).values(ALL), RAMP12)
    signed = (RAMP12.astype(np.int16) - 2048).astype(np.int16)
    made = dicom_of((signed << 4).astype(np.int16), BitsStored=12, HighBit=15)
    assert np.array_equal(stack_of(written(made), "a").frame(FLAT, 0).values(ALL), signed)
    made = dicom_of(RAMP12, BitsStored=12, HighBit=15)  # which is not true
    assert np.array_equal(stack_of(written(made), "a").frame(FLAT, 0).values(ALL), RAMP12)


@pytest.mark.parametrize("signed", [False, True])
def test_overlays_above_the_value(signed: bool) -> None:
    values = RAMP12.astype(np.int16) - 2048 * signed
    stored = (values.astype(np.int16).view(np.uint16) & 0x0FFF) | 0x8000  # without its sign's bits
    made = dicom_of(stored, BitsStored=12, HighBit=11, PixelRepresentation=int(signed))
    assert np.array_equal(stack_of(written(made), "a").frame(FLAT, 0).values(ALL), values)


@pytest.mark.parametrize(
    "keyword", ["BitsStored", "SamplesPerPixel", "PixelRepresentation", "PhotometricInterpretation"]
)
def test_without_an_element_that_should_be_there(keyword: str) -> None:
    made = dicom_of(RAMP8)
    delattr(made, keyword)
    assert np.allclose(greys(made), RAMP8 / 255, atol=1e-6)


def test_colours_that_do_not_say_how_they_lie() -> None:
    made = dicom_of(np.stack([RAMP8, RAMP8, RAMP8], axis=-1))
    del made.PlanarConfiguration
    assert np.allclose(greys(made), RAMP8 / 255, atol=1e-6)


def test_compressed_colours_that_say_they_lie_apart() -> None:
    colours = np.stack([RAMP8, RAMP8[::-1], RAMP8], axis=-1)
    file = BytesIO()
    Pillow.fromarray(colours).save(file, "JPEG", quality=100, subsampling=0)
    made = dicom_of(colours, PlanarConfiguration=1, PhotometricInterpretation="YBR_FULL")
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.PixelData = encapsulate([file.getvalue()])
    made["PixelData"].VR = "OB"
    frame = stack_of(written(made), "a").frame(FLAT, 0)
    assert frame.colours is not None
    assert np.abs(frame.colours(ALL).astype(int) - colours).max() < 12


def test_the_head_of_a_file_without_a_preamble() -> None:
    assert np.allclose(read_image(written(dicom_of(RAMP12))[132:], "a").pixels, RAMP12 / 4095)


def test_private_groups_of_an_enhanced_file_say_nothing_of_its_frames() -> None:
    def item(**elements: Any) -> Dataset:
        made = Dataset()
        for keyword, value in elements.items():
            setattr(made, keyword, value)
        return made

    scale = item(RescaleSlope=2, RescaleIntercept=1, RescaleType="US")
    group = item(PixelValueTransformationSequence=[scale])
    group.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
    group.add_new(0x2005140F, "SQ", [item(RescaleSlope=7, RescaleIntercept=3, WindowCenter=5, WindowWidth=9)])
    made = dicom_of(RAMP10, NumberOfFrames=1, PerFrameFunctionalGroupsSequence=[group])
    frame = stack_of(written(dcmread(BytesIO(written(made)))), "a").frame(FLAT, 0)
    assert np.array_equal(frame.values(ALL), RAMP10 * 2 + 1)
    assert frame.shown[0].width == 2 * 1023
