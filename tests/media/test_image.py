import os
import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
    RLELossless,
)
from support.dicoms import dicom_bytes, dicom_of, written

from mmdesk.errors import InputProblem
from mmdesk.media import checks
from mmdesk.media import rows as rows_module
from mmdesk.media.image import read_image
from mmdesk.media.stack import FLAT, stack_of

RAMP8 = np.linspace(0, 255, 20 * 24).astype(np.uint8).reshape(20, 24)
RAMP12 = np.linspace(0, 4095, 20 * 24).astype(np.uint16).reshape(20, 24)
RAMP = np.linspace(0, 1, 20 * 24, dtype=np.float32).reshape(20, 24)


def saved(picture: NDArray[Any] | Pillow.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    (Pillow.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(file, format, **options)
    return file.getvalue()


def dicom(values: NDArray[Any] = RAMP12, **elements: Any) -> bytes:
    return dicom_bytes(values, **elements)


def pixels_of(data: bytes) -> NDArray[np.float32]:
    pixels = read_image(data, "a").pixels
    assert pixels.dtype == np.float32
    assert pixels.ndim == 2
    assert pixels.flags.c_contiguous
    assert 0 <= pixels.min() < pixels.max() <= 1
    return pixels


def problem_of(data: bytes) -> str:
    with pytest.raises(InputProblem) as caught:
        read_image(data, "a")
    problem = caught.value
    assert problem.name == "a"
    assert problem.remedy.endswith(".")
    assert not problem.problem.endswith(".")
    assert "\n" not in str(problem)
    return problem.problem


def varied(values: NDArray[Any]) -> bool:
    return bool(values.min() < values.max())


@given(arrays(np.uint8, (17, 19)).filter(varied), st.sampled_from(["PNG", "TIFF"]))
def test_eight_bits_round_trip(values: NDArray[np.uint8], format: str) -> None:
    assert np.array_equal(np.rint(pixels_of(saved(values, format)) * 255), values)


@given(arrays(np.uint16, (17, 19)).filter(varied), st.sampled_from(["PNG", "TIFF"]))
def test_sixteen_bits_round_trip(values: NDArray[np.uint16], format: str) -> None:
    values[0, :2] = 0, 65535
    assert np.array_equal(np.rint(pixels_of(saved(values, format)) * 65535), values)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_that_hold_twelve_are_stretched(format: str) -> None:
    assert np.allclose(pixels_of(saved(RAMP12 + np.uint16(100), format)), RAMP12 / 4095, atol=1e-6)


def test_big_endian_tiff() -> None:
    big = Pillow.frombytes("I;16B", (24, 20), (RAMP12 * 16).astype(">u2").tobytes())
    data = saved(big, "TIFF")
    assert data.startswith(b"MM")
    assert np.allclose(pixels_of(data), RAMP12 * 16 / 65535)


def test_float_tiff() -> None:
    assert np.allclose(pixels_of(saved(RAMP, "TIFF")), RAMP)
    assert np.allclose(pixels_of(saved(RAMP * 3000 - 1000, "TIFF")), RAMP, atol=1e-6)
    broken = RAMP.copy()
    broken[0, 0] = np.nan
    assert problem_of(saved(broken, "TIFF")) == "the picture in it is damaged"


def tiff_of(data: bytes, bits: int, sample: int) -> bytes:
    """A TIFF of one strip; `sample` is its SampleFormat: 1 without a sign, 2 with one, 3 a float."""
    entries = [
        (256, 24), (257, 20), (258, bits), (259, 1), (262, 1), (273, 8), (277, 1), (278, 20),
        (279, len(data)), (339, sample),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    return head + data + struct.pack("<H", len(entries)) + table + bytes(4)


@pytest.mark.parametrize(
    ("values", "sample"),
    [
        ((RAMP12.astype(np.uint32) << 20) + 7, 1), ((RAMP12.astype(np.int32) - 2048) << 20, 2),
        ((RAMP8.astype(np.int16) - 128).astype(np.int8), 2), (RAMP8, 1),
    ],
)  # fmt: skip
def test_whole_numbers_of_any_width_with_a_sign_or_without(values: NDArray[Any], sample: int) -> None:
    data = tiff_of(values.tobytes(), 8 * values.itemsize, sample)
    assert np.allclose(pixels_of(data), RAMP12 / 4095 if values.itemsize > 1 else RAMP8 / 255, atol=1e-6)


def test_a_kind_of_tiff_that_cannot_be_read() -> None:
    assert problem_of(tiff_of(bytes(20 * 24 * 8), 64, 3)) == "this kind of TIFF cannot be read here"


def test_libraries_print_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(saved(RAMP8, "TIFF", compression="tiff_lzw"))
    data[20:200] = bytes(range(180))
    assert problem_of(bytes(data)) == "the picture in it is damaged"
    assert capfd.readouterr() == ("", "")
    os.write(2, b"as before")
    assert capfd.readouterr() == ("", "as before")


@pytest.mark.parametrize("values", [RAMP8, RAMP12 * 16])
def test_white_is_zero_in_a_tiff(values: NDArray[Any]) -> None:
    data = saved(values, "TIFF")
    entry = struct.pack("<HHI", 262, 3, 1)
    assert data.count(entry + b"\x01") == 1
    inverted = data.replace(entry + b"\x01", entry + b"\x00")
    assert np.allclose(pixels_of(inverted), 1 - pixels_of(data), atol=1e-6)


def test_jpeg() -> None:
    assert np.allclose(pixels_of(saved(RAMP8, "JPEG", quality=95)), RAMP8 / 255, atol=0.03)
    colour = Pillow.fromarray(RAMP8).convert("CMYK")
    assert np.allclose(pixels_of(saved(colour, "JPEG", quality=95)), RAMP8 / 255, atol=0.03)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "1"])
def test_colour_modes_become_grey(mode: str) -> None:
    black_and_white = Pillow.fromarray(np.where(RAMP8 > 127, 255, 0).astype(np.uint8))
    assert np.array_equal(pixels_of(saved(black_and_white.convert(mode), "PNG")), RAMP8 > 127)


def test_colours_weigh_as_the_eye_does() -> None:
    colours = np.zeros((20, 24, 3), np.uint8)
    colours[:, :8, 0] = colours[:, 8:16, 1] = colours[:, 16:, 2] = 255
    expected = [0.299, 0.587, 0.114]
    assert np.allclose(pixels_of(saved(colours, "PNG"))[0, ::8], expected, atol=0.003)
    assert np.allclose(pixels_of(dicom(colours))[0, ::8], expected, atol=0.003)


def test_what_is_transparent_is_black() -> None:
    values = np.full((20, 24, 4), 255, np.uint8)
    values[:, :12, 3] = 0
    assert np.array_equal(pixels_of(saved(values, "PNG"))[0], [0] * 12 + [1] * 12)
    palette = Pillow.fromarray(RAMP8).convert("P")
    assert pixels_of(saved(palette, "PNG", transparency=255))[-1, -1] == 0


def test_what_may_be_transparent_keeps_its_colours() -> None:
    values = np.stack([RAMP8, RAMP8[::-1], RAMP8, np.full_like(RAMP8, 128)], axis=-1)
    frame = stack_of(saved(values, "PNG"), "a").frame(FLAT, 0)
    assert frame.colours is not None
    assert np.array_equal(frame.colours(slice(None)), np.rint(values[..., :3] * (128 / 255)))
    plain = stack_of(saved(Pillow.fromarray(RAMP8), "PNG", transparency=255), "a").frame(FLAT, 0)
    assert plain.colours is None and plain.pixels()[-1, -1] == 0


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "corner"),
    # Where the picture's first row and first column meet after turning: EXIF 2.3, Orientation.
    [
        (1, (0, 0)),
        (2, (0, -1)),
        (3, (-1, -1)),
        (4, (-1, 0)),
        (5, (0, 0)),
        (6, (0, -1)),
        (7, (-1, -1)),
        (8, (-1, 0)),
    ],
)
def test_pictures_are_turned_upright(format: str, orientation: int, corner: tuple[int, int]) -> None:
    values = np.zeros((32, 48), np.uint8)
    values[:8, :16] = 255
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    pixels = pixels_of(saved(values, format, exif=exif))
    assert pixels.shape == ((32, 48) if orientation < 5 else (48, 32))
    assert pixels[corner] > 0.9
    assert np.count_nonzero(pixels > 0.5) == 8 * 16


def test_the_first_page_of_a_tiff() -> None:
    second = Pillow.fromarray(RAMP8[:, ::-1].copy())
    data = saved(RAMP8, "TIFF", save_all=True, append_images=[second])
    assert np.allclose(pixels_of(data), RAMP8 / 255)


def test_monochrome() -> None:
    image = read_image(dicom(BodyPartExamined="CHEST", ViewPosition=""), "a")
    assert np.allclose(image.pixels, RAMP12 / 4095)
    assert image.tags == {
        "Modality": "CR",
        "BodyPartExamined": "CHEST",
        "PhotometricInterpretation": "MONOCHROME2",
    }
    inverted = dicom(PhotometricInterpretation="MONOCHROME1")
    assert np.allclose(pixels_of(inverted), 1 - RAMP12 / 4095, atol=1e-6)


def test_signed_values_and_rescale() -> None:
    signed = (RAMP12.astype(np.int16) - 2048).astype(np.int16)
    assert np.allclose(pixels_of(dicom(signed)), RAMP12 / 4095, atol=1e-6)
    # Stored 0 to 4095 means -1024 to 3071: this window shows 0 to 400.
    pixels = pixels_of(
        dicom(
            RescaleSlope="1",
            RescaleIntercept="-1024",
            WindowCenter="200",
            WindowWidth="400",
            VOILUTFunction="LINEAR_EXACT",
        )
    )
    assert np.allclose(pixels, np.clip((RAMP12 - 1024.0) / 400, 0, 1), atol=1e-6)


def test_window_functions() -> None:
    values = RAMP12.astype(np.float64)
    window: dict[str, Any] = {"WindowCenter": [2048, 40], "WindowWidth": [1001, 400]}
    linear = np.clip((values - 2047.5) / 1000 + 0.5, 0, 1)
    assert np.allclose(pixels_of(dicom(**window)), linear, atol=1e-6)
    sigmoid = 1 / (1 + np.exp(-4 * (values - 2048) / 1001))
    assert np.allclose(pixels_of(dicom(**window, VOILUTFunction="SIGMOID")), sigmoid, atol=1e-6)
    inverted = pixels_of(dicom(**window, PhotometricInterpretation="MONOCHROME1"))
    assert np.allclose(inverted, 1 - linear, atol=1e-6)


@pytest.mark.parametrize(
    "elements",
    [
        {"WindowCenter": "", "WindowWidth": ""},
        {"WindowCenter": "40"},
        {"WindowCenter": "40", "WindowWidth": "0"},
        {"WindowCenter": "-9000", "WindowWidth": "10"},
        {"RescaleSlope": "", "RescaleIntercept": ""},
    ],
)
def test_without_a_usable_window_the_whole_range_is_shown(elements: dict[str, Any]) -> None:
    assert np.allclose(pixels_of(dicom(**elements)), RAMP12 / 4095, atol=1e-6)


def test_a_window_of_one_is_a_threshold() -> None:
    pixels = pixels_of(dicom(WindowCenter="2048", WindowWidth="1"))
    assert np.array_equal(pixels, RAMP12 > 2047.5)


def test_voi_lut_goes_before_the_window() -> None:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [4096, 0, 12])
    table.add_new("LUTData", "US", list(range(4095, -1, -1)))
    pixels = pixels_of(dicom(VOILUTSequence=[table], WindowCenter="40", WindowWidth="400"))
    assert np.allclose(pixels, 1 - RAMP12 / 4095, atol=1e-6)


def test_palette() -> None:
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        elements[f"{colour}PaletteColorLookupTableData"] = (np.arange(256, dtype="<u2") * 257).tobytes()
    dataset = dicom_of(RAMP8)
    for keyword, value in elements.items():
        if keyword.endswith("Descriptor"):
            dataset.add_new(keyword, "US", value)
        else:
            setattr(dataset, keyword, value)
    assert np.allclose(pixels_of(written(dataset)), RAMP8 / 255, atol=1e-6)


def test_colours_with_luma_apart() -> None:
    grey = np.stack([RAMP8, RAMP8 * 0 + 128, RAMP8 * 0 + 128], axis=-1)
    pixels = pixels_of(dicom(grey, PhotometricInterpretation="YBR_FULL"))
    assert np.allclose(pixels, RAMP8 / 255, atol=1e-6)


def test_a_deflated_file_that_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = dicom_of(RAMP12)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.add_new((0x0009, 0x0010), "LO", "mmdesk")
    dataset.add_new((0x0009, 0x1001), "OB", bytes(3_000_000))
    data = written(dataset)
    assert len(data) < 10_000
    assert np.allclose(pixels_of(data), RAMP12 / 4095)
    assert np.allclose(pixels_of(data + b"\0\0"), RAMP12 / 4095)  # padded to an even length
    monkeypatch.setattr(checks, "MAX_BYTES", 2 * 2**20)
    assert problem_of(data) == "unpacked, the file is larger than 2 MB"


def test_transfer_syntaxes() -> None:
    run_length = dicom_of(RAMP12)
    run_length.compress(RLELossless)
    assert np.allclose(pixels_of(written(run_length)), RAMP12 / 4095)
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        dataset = dicom_of(RAMP12)
        dataset.file_meta.TransferSyntaxUID = syntax
        assert np.allclose(pixels_of(written(dataset)), RAMP12 / 4095)


@pytest.mark.parametrize("implicit", [True, False])
def test_dicom_without_a_preamble(implicit: bool) -> None:
    file = BytesIO()
    dataset = dicom_of(RAMP12)
    del dataset.file_meta
    dataset.save_as(file, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
    assert np.allclose(pixels_of(file.getvalue()), RAMP12 / 4095)


def test_a_dicom_whose_preamble_is_the_head_of_a_tiff() -> None:
    both = dicom()
    assert np.allclose(pixels_of(b"II*\0" + both[4:]), RAMP12 / 4095)


def test_dicom_that_cannot_be_shown() -> None:
    assert problem_of(dicom(NumberOfFrames=20_000)) == "the file has more than 10,000 frames"
    report = dicom_of(RAMP12)
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(report, keyword)
    assert problem_of(written(report)) == "this DICOM file holds no picture"
    extended = dicom_of(RAMP12)
    extended.compress(RLELossless)
    extended.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    assert problem_of(written(extended)).startswith("its pixels are compressed as JPEG Extended")
    unknown = written(extended).replace(JPEGExtended12Bit.encode(), b"1.2.840.10008.1.2.4.99")
    assert problem_of(unknown).startswith("its pixels are compressed as something unknown")


def test_size_and_contrast(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem_of(saved(RAMP8[:15], "PNG")) == "the picture is only 24 by 15 pixels"
    assert problem_of(dicom(RAMP12[:, :15].copy())) == "the picture is only 15 by 20 pixels"
    for constant in (saved(RAMP8 * 0 + np.uint8(7), "PNG"), saved(RAMP12 * 0, "TIFF"), dicom(RAMP12 * 0)):
        assert problem_of(constant) == "the picture has no contrast, all of it is one grey"
    monkeypatch.setattr(checks, "MAX_PIXELS", 479)
    for large in (saved(RAMP8, "PNG"), dicom()):
        assert problem_of(large).startswith("the picture has more than")
    monkeypatch.setattr(checks, "MAX_PIXELS", 480)
    assert pixels_of(dicom()).shape == (20, 24)
    colours = np.stack([RAMP12] * 3, axis=-1)
    assert problem_of(dicom(colours)).startswith("the picture takes more than")


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("kind", ["L", "RGBA", "I;16", "DICOM", "DICOM window", "DICOM colour"])
def test_bands_leave_no_seams(kind: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies first and last in the picture decides its range; a band sees one of them at most."""
    files = {
        "L": saved(RAMP8, "PNG"),
        "RGBA": saved(Pillow.fromarray(RAMP8).convert("RGBA"), "PNG"),
        "I;16": saved(RAMP12, "TIFF"),
        "DICOM": dicom(),
        "DICOM window": dicom(WindowCenter="2048", WindowWidth="1000", VOILUTFunction="SIGMOID"),
        "DICOM colour": dicom(np.stack([RAMP8] * 3, axis=-1)),
    }
    whole = pixels_of(files[kind])
    monkeypatch.setattr(rows_module, "BAND", 24 * rows)
    assert np.array_equal(pixels_of(files[kind]), whole)


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    data = bytearray(saved(RAMP8, "TIFF"))
    for tag in (256, 257):
        at = data.index(struct.pack("<HHI", tag, 4, 1)) + 8
        data[at : at + 2] = b"\xff\xff"
    assert problem_of(bytes(data)) == "the picture has more than 67 megapixels"


NOISE = np.random.default_rng(0).integers(0, 255, (18, 18), dtype=np.uint8)
RUN_LENGTH = dicom_of(NOISE)
RUN_LENGTH.compress(RLELossless)
FILES = {
    "png": saved(NOISE, "PNG"),
    "jpeg": saved(NOISE, "JPEG"),
    "tiff": saved(NOISE, "TIFF"),
    "tiff packed": saved(NOISE, "TIFF", compression="packbits"),
    "dicom": dicom(NOISE, WindowCenter="100", WindowWidth="50"),
    "dicom packed": written(RUN_LENGTH),
}


def is_picture_or_problem(data: bytes) -> bool:
    try:
        return bool(pixels_of(data).size)
    except InputProblem as problem:
        return "\n" not in str(problem)


@pytest.mark.parametrize("kind", FILES)
def test_half_a_file_is_called_that(kind: str) -> None:
    data = FILES[kind]
    assert problem_of(data[: len(data) * 2 // 3]) == "the file ends before the picture does"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_cut_file_is_an_image_or_a_problem(kind: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(FILES[kind]) - 1))
    assert is_picture_or_problem(FILES[kind][:cut])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_flipped_bit_is_an_image_or_a_problem(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(FILES[kind])
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert is_picture_or_problem(bytes(damaged))
