"""Pictures to look at, and the memory that reading takes."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from support.dicoms import dicom_bytes
from support.memory import peak_of
from support.pictures import noise, png

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media import checks, picture
from mmdesk.media.image import read_image
from mmdesk.media.picture import SMALL, read_picture


def read(values):
    return read_picture(Input("a.png", data=png(values)))


# ---- levels


def test_the_first_level_is_the_file_to_the_bit():
    values = noise(40, 60)
    shown = read(values)
    assert shown.levels[0].dtype == np.uint16
    assert np.array_equal(shown.levels[0], values)
    assert (shown.name, shown.size, len(shown.levels)) == ("a.png", (60, 40), 1)
    assert shown.nbytes == 2 * values.size


def test_eight_bits_reach_from_black_to_white():
    values = noise(40, 60, np.uint8)
    assert np.array_equal(read(values).levels[0], values.astype(np.uint16) * 257)


def test_what_lies_between_two_levels_is_rounded():
    values = noise(40, 60) // 16  # twelve bits, stretched to white
    assert np.abs(read(values).levels[0] - values * (65535 / 4095)).max() < 0.51


@pytest.mark.parametrize("band", [1, 5000, 2**22])
def test_each_level_is_the_mean_of_the_last(monkeypatch, band):
    monkeypatch.setattr(picture, "BAND", band)
    monkeypatch.setattr(picture, "SMALL", 1000)
    values = noise(301, 402)
    levels = read(values).levels
    assert [level.shape for level in levels] == [(301, 402), (150, 201), (75, 100), (37, 50), (18, 25)]
    for last, level in zip(levels, levels[1:], strict=False):
        even = last[: level.shape[0] * 2, : level.shape[1] * 2].astype(np.uint32)
        quarters = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
        assert np.array_equal(level, (quarters + 2) // 4)


def test_a_strip_ends_small_too():
    """Its smaller levels are what is drawn when all of it is seen, and the thumbnail."""
    assert read(noise(16, 90_000)).levels[-1].size <= SMALL


def test_the_usual_range_leaves_the_outliers_out():
    values = np.full((100, 100), 20_000, np.uint16)
    values[50:] = 40_000
    values[0, :40], values[-1, :40] = 0, 65_535
    assert read(values).usual == (20_000, 40_000)


def test_what_dicom_says_of_the_picture_is_kept(dicom):
    shown = read_picture(Input("a.dcm", data=dicom(noise(20, 30), BodyPartExamined="CHEST")))
    assert shown.tags["BodyPartExamined"] == "CHEST" and "PatientName" not in shown.tags


def test_problems_are_those_of_the_image():
    with pytest.raises(InputProblem, match="no contrast"):
        read(np.full((20, 30), 7, np.uint8))


# ---- values, windows and colours of clinical files


def dicom_picture(values, **elements):
    return read_picture(Input("a.dcm", data=dicom_bytes(values, **elements)))


def values_of(shown):
    return shown.low + shown.step * shown.levels[0].astype(np.float64)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16])
@given(
    st.data(), st.sampled_from([1.0, 2.0, 0.5, -1.0, -2.5, 0.0625]), st.sampled_from([0.0, -1024.0, 3.5, 1e6])
)  # exact as decimals and in binary
def test_levels_are_the_file_s_own_values_exactly(dtype, data, slope, intercept):
    ends = np.iinfo(dtype)
    values = noise(20, 24, np.uint8).astype(dtype)
    values[0, :4] = data.draw(st.lists(st.integers(ends.min, ends.max), min_size=4, max_size=4, unique=True))
    scale = {"RescaleSlope": str(slope), "RescaleIntercept": str(intercept)}
    shown = dicom_picture(values, **scale)
    expected = values.astype(np.float64) * slope + intercept
    assert np.array_equal(values_of(shown), expected) and shown.step > 0
    assert shown.range == (expected.min(), expected.max())
    assert shown.range[0] <= shown.usual[0] <= shown.usual[1] <= shown.range[1]


WINDOWS = [
    {"WindowCenter": "40", "WindowWidth": "400"},
    {"WindowCenter": "40", "WindowWidth": "400", "VOILUTFunction": "LINEAR_EXACT"},
    {"WindowCenter": "40", "WindowWidth": "400", "VOILUTFunction": "SIGMOID"},
    {"WindowCenter": "40", "WindowWidth": "1"},
    {},
]


@pytest.mark.parametrize("slope", ["1", "-2"])
@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("window", WINDOWS)
def test_what_is_drawn_is_what_the_window_says(window, kind, slope):
    """And what the model reads, to half a grey."""
    values = (noise(30, 40) % 2000).astype(np.int16) - 1000
    data = dicom_bytes(
        values, PhotometricInterpretation=kind, RescaleSlope=slope, RescaleIntercept="10", **window
    )
    shown = read_picture(Input("a.dcm", data=data))
    greys = np.rint(shown.shown[0].shown(values * float(slope) + 10) * 255)
    expected = 255 - greys if kind == "MONOCHROME1" else greys
    drawn = shown.table(shown.shown[0])[shown.levels[0]]
    assert np.array_equal(drawn, expected)
    assert np.array_equal(shown.table(shown.shown[0], inverted=True)[shown.levels[0]], 255 - expected)
    assert np.abs(read_image(data, "a").pixels * 255 - drawn).max() <= 0.51


def test_all_windows_of_a_file_with_their_names():
    values = (noise(30, 40) % 2000).astype(np.int16) - 1000
    names = {"WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1500"]}
    shown = dicom_picture(values, WindowCenterWidthExplanation=["SOFT", "LUNG"], **names)
    assert [(w.title, w.center, w.width) for w in shown.shown] == [("SOFT", 40, 400), ("LUNG", -600, 1500)]


def test_a_curve_of_the_file():
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [256, 100, 8])
    table.add_new("LUTData", "US", [255 - n for n in range(256)])
    table.LUTExplanation = "NEGATIVE"
    values = (noise(30, 40) % 400).astype(np.uint16)
    shown = dicom_picture(values, VOILUTSequence=[table])
    assert shown.shown[0].title == "NEGATIVE"
    drawn = shown.table(shown.shown[0])[shown.levels[0]]
    assert np.array_equal(drawn, 255 - np.clip(values.astype(int) - 100, 0, 255))


def test_colours_are_drawn_as_they_are():
    colours = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
    for shown in (dicom_picture(colours), read(colours)):
        assert shown.levels[0].dtype == np.uint8 and shown.levels[0].shape == (30, 40, 3)
        table = shown.table(shown.shown[0])
        assert table.shape == (256,) and np.array_equal(table[shown.levels[0]], colours)
    brightness = dicom_picture(np.repeat(noise(30, 40, np.uint8)[..., None], 3, 2))
    assert (brightness.unit, brightness.range, brightness.step) == ("%", (0, 65_535), 257)


def test_values_of_more_than_16_bits_are_off_by_half_a_step_at_most():
    values = noise(30, 40, np.uint32)
    shown = dicom_picture(values)
    assert np.abs(values_of(shown) - values).max() <= shown.step / 2 * (1 + 1e-9)
    assert shown.step == pytest.approx(2**32 / 65_535)


def test_hounsfield_units_are_those_of_a_rescaled_ct():
    values = noise(30, 40)
    scale = {"RescaleSlope": "1", "RescaleIntercept": "-1024"}
    for elements, unit in (
        ({"Modality": "CT", **scale}, "HU"), ({"Modality": "CT", "RescaleType": "US", **scale}, "HU"),
        ({"Modality": "CT"}, ""), ({"Modality": "MR", **scale}, ""),
        ({"Modality": "PT", "RescaleType": "BQML", **scale}, "BQML"),
    ):  # fmt: skip
        assert dicom_picture(values, **elements).unit == unit


def test_pixels_that_are_no_squares():
    assert dicom_picture(noise(20, 30), PixelSpacing=[2.0, 0.5]).aspect == 4
    assert dicom_picture(noise(20, 30), PixelAspectRatio=[2, 1]).aspect == 2
    assert dicom_picture(noise(20, 30)).aspect == 1


# ---- memory


@pytest.fixture(scope="module")
def dicom():
    def make(values, **elements):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID, dataset.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3"
        dataset.PatientName, dataset.Modality = "Doe^Jane", "CR"
        dataset.Rows, dataset.Columns = values.shape[:2]
        dataset.SamplesPerPixel = values.ndim if values.ndim == 3 else 1
        dataset.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
        if values.ndim == 3:
            dataset.PlanarConfiguration = 0
        dataset.BitsAllocated = dataset.BitsStored = 8 * values.itemsize
        dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
        dataset.PixelData = values.tobytes()
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        file = BytesIO()
        dataset.save_as(file, enforce_file_format=True)
        return file.getvalue()

    return make


def saved(made, format, **options):
    file = BytesIO()
    made.save(file, format, **options)
    return file.getvalue()


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: a quarter
    return exif


WINDOW = {"WindowCenter": "400", "WindowWidth": "800", "RescaleSlope": "2", "RescaleIntercept": "-1024"}
KINDS = {
    "grey": lambda side, dicom: png(ramp(side, np.uint8)),
    "RGB": lambda side, dicom: png(np.asarray(grey(side).convert("RGB"))),
    "RGBA": lambda side, dicom: png(np.asarray(grey(side).convert("RGBA"))),
    "palette": lambda side, dicom: saved(grey(side).convert("P"), "PNG", compress_level=1, transparency=0),
    "16 bit": lambda side, dicom: png(ramp(side, np.uint16)),
    "turned": lambda side, dicom: saved(grey(side).convert("RGB"), "PNG", compress_level=1, exif=turned()),
    "progressive JPEG": lambda side, dicom: saved(
        grey(side).convert("RGB"), "JPEG", progressive=True, subsampling=0
    ),
    "float TIFF": lambda side, dicom: saved(Image.fromarray(ramp(side, np.float32)), "TIFF"),
    "DICOM": lambda side, dicom: dicom(ramp(side, np.uint16)),
    "DICOM window": lambda side, dicom: dicom(ramp(side, np.uint16), **WINDOW),
    "DICOM RGB": lambda side, dicom: dicom(np.repeat(ramp(side, np.uint8)[..., None], 3, 2)),
}


def ramp(side, dtype):
    steps = np.arange(side, dtype=np.uint32)
    return ((steps[:, None] + steps) * (1 if dtype == np.uint8 else 5)).astype(dtype)


def grey(side):
    return Image.fromarray(ramp(side, np.uint8))


READ = """
import sys
from mmdesk.case import Input
from mmdesk.media.picture import read_picture
assert read_picture(Input.from_path(sys.argv[1])).size[0] == int(sys.argv[2])
"""


def peak_of_reading(kind, side, folder, dicom):
    path = folder / "picture"
    path.write_bytes(KINDS[kind](side, dicom))
    return peak_of(READ, str(path), str(side))


@pytest.mark.parametrize(("kind", "most"), [("RGBA", 18), ("DICOM window", 12)])
def test_reading_takes_a_bounded_number_of_bytes_a_pixel(kind, most, tmp_path, dicom):
    small, large = (peak_of_reading(kind, side, tmp_path, dicom) for side in (1024, 3072))
    assert (large - small) * 1e6 / (3072**2 - 1024**2) < most


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_picture_fits(kind, tmp_path, dicom):
    peak = peak_of_reading(kind, int(checks.MAX_PIXELS**0.5), tmp_path, dicom)
    print(f"\n{kind}: {peak:.0f} MB")
    assert peak < 1300
