"""Stacks: frames, pages and series, their order, and the slice that is read."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, RLELossless
from support.dicoms import written
from support.pictures import noise, png
from support.slices import ct_series, enhanced, laid, marked, multi_frame, number_of, zipped

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.frame import Frame
from mmdesk.media.holdings import images_of
from mmdesk.media.picture import picture_of, read_picture, slice_of
from mmdesk.media.stack import FLAT, Stack, open_stack, read_place, stack_of

ALL = slice(None)


def frames_of(stack: Stack) -> list[Frame]:
    return [stack.frame(FLAT, index) for index in range(stack.planes[FLAT])]


def numbers(stack: Stack) -> list[int]:
    return [number_of(frame.values(ALL)) for frame in frames_of(stack)]


# ---- one file of several


def test_frames_as_they_lie() -> None:
    values = [marked(n) for n in range(5)]
    stack = stack_of(multi_frame(values), "cine")
    assert stack.planes == {FLAT: 5}
    for frame, expected in zip(frames_of(stack), values, strict=True):
        assert np.array_equal(frame.values(ALL), expected) and np.array_equal(frame.stored, expected)
    values = [noise(20, 24, np.uint8, n) for n in range(3)]
    for frame, expected in zip(frames_of(stack_of(multi_frame(values), "cine")), values, strict=True):
        assert np.array_equal(frame.values(ALL), expected)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_frames_are_those_of_the_plain_file(syntax: str) -> None:
    dataset = dcmread(BytesIO(multi_frame([marked(n, 40) for n in range(4)])))
    dataset.compress(syntax)
    assert numbers(stack_of(written(dataset), "cine")) == [0, 1, 2, 3]


def test_frames_in_colours() -> None:
    colours = [np.repeat(noise(20, 24, np.uint8, n)[..., None], 3, 2) for n in range(3)]
    colours[1][..., 0] = 0
    for frame, expected in zip(frames_of(stack_of(multi_frame(colours), "doppler")), colours, strict=True):
        assert frame.colours is not None and np.array_equal(frame.colours(ALL), expected)


def placed(height: float, **others: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"PlanePositionSequence": {"ImagePositionPatient": [0.0, 0.0, height]}, **others}


def test_frames_of_an_enhanced_file_are_in_order_of_place() -> None:
    stack = stack_of(enhanced([marked(n) for n in (2, 0, 3, 1)], [placed(h) for h in (5, 1, 7, 3)]), "mr")
    assert numbers(stack) == [0, 1, 2, 3]
    assert [frame.marks.place for frame in frames_of(stack)] == [1, 3, 5, 7]
    assert frames_of(stack)[0].marks.edges == ("R", "L", "A", "P")  # what all frames share


def test_frames_that_share_a_place_stay_as_they_lie() -> None:
    heights = (5, 1, 5, 1)  # two cycles
    assert numbers(stack_of(enhanced([marked(n) for n in range(4)], [placed(h) for h in heights]), "mr")) == [
        0, 1, 2, 3,
    ]  # fmt: skip


def test_each_frame_of_an_enhanced_file_has_its_own_scale_window_and_marks() -> None:
    groups = [
        placed(
            n,
            PixelValueTransformationSequence={
                "RescaleSlope": 0.5 + n, "RescaleIntercept": -10.0 * n, "RescaleType": "US",
            },
            FrameVOILUTSequence={"WindowCenter": 100.0 + n, "WindowWidth": 50.0 + n},
            PixelMeasuresSequence={"PixelSpacing": [1.0 + n, 2.0], "SliceThickness": 3.0 + n},
            FrameAnatomySequence={"FrameLaterality": "LR"[n % 2]},
        )
        for n in range(3)
    ]  # fmt: skip
    values = [marked(n) for n in range(3)]
    for n, frame in enumerate(frames_of(stack_of(enhanced(values, groups), "mr"))):
        assert np.allclose(frame.values(ALL), values[n] * (0.5 + n) - 10 * n)
        assert (frame.slope, frame.intercept) == (0.5 + n, -10 * n)
        assert (frame.shown[0].center, frame.shown[0].width) == (100 + n, 50 + n)
        assert (frame.marks.spacing, frame.marks.thickness) == ((1 + n, 2), 3 + n)
        assert frame.marks.laterality == "LR"[n % 2]


def test_fewer_groups_than_frames() -> None:
    """A file that is cut or wrong in its head: its frames are read by what all of them share."""
    stack = stack_of(enhanced([marked(n) for n in range(4)], [placed(n) for n in (3, 2)]), "mr")
    assert numbers(stack) == [0, 1, 2, 3]


def tiff(pages: list[NDArray[Any]], **options: Any) -> bytes:
    first, *others = map(Image.fromarray, pages)
    file = BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others, **options)
    return file.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pages_of_a_tiff(dtype: type) -> None:
    pages = [noise(20, 24 + n, dtype, n) for n in range(4)]  # pages may differ in size
    stack = stack_of(tiff(pages), "stack.tif")
    assert stack.planes == {FLAT: 4}
    for n in (3, 0, 2, 1):
        assert np.array_equal(stack.frame(FLAT, n).values(ALL), pages[n])
    picture = read_picture(Input("stack.tif", data=tiff(pages)))
    assert (picture.index, picture.planes, picture.size) == (1, {FLAT: 4}, (25, 20))


def test_a_page_that_is_damaged_is_so_alone() -> None:
    pages = [noise(40, 40, np.uint8, n) for n in range(3)]
    data = bytearray(tiff(pages, compression="tiff_lzw"))
    with Image.open(BytesIO(bytes(data))) as image:
        image.seek(1)
        (start, *_) = image.tag_v2[273]  # StripOffsets
    data[start : start + 200] = b"\xff" * 200
    stack = stack_of(bytes(data), "stack.tif")
    assert np.array_equal(stack.frame(FLAT, 2).values(ALL), pages[2])
    with pytest.raises(InputProblem, match="the picture in it is damaged"):
        stack.frame(FLAT, 1)


def test_one_picture_is_a_stack_of_one() -> None:
    stack = stack_of(png(noise(20, 24)), "a.png")
    assert stack.planes == {FLAT: 1} and np.array_equal(stack.frame(FLAT, 0).values(ALL), noise(20, 24))


# ---- series


def test_a_folder_and_its_archive_give_the_same_pictures(tmp_path: Path) -> None:
    files = ct_series(6)
    packed = tmp_path / "head.zip"
    packed.write_bytes(zipped(files))
    (folder,), (archive,) = images_of(laid(tmp_path / "head", files)), images_of(packed)
    in_memory = Input("head", data=packed.read_bytes(), slices=archive.slices)
    stacks = [open_stack(item) for item in (folder, archive, in_memory)]
    for index in range(6):
        pictures = [slice_of(stack, FLAT, index) for stack in stacks]
        for picture in pictures:
            assert number_of(picture.low + picture.step * picture.levels[0].astype(float)) == index
            assert np.array_equal(picture.levels[0], pictures[0].levels[0])
            assert picture.marks == pictures[0].marks and picture.marks.place == 2.5 * index
        assert len({stack.data(index) for stack in stacks}) == 1
    with pytest.raises(InputProblem, match="this archive is no picture"):
        open_stack(Input("head.zip", data=packed.read_bytes()))


def test_a_slice_that_is_gone_is_gone_alone(tmp_path: Path) -> None:
    (item,) = images_of(laid(tmp_path / "head", ct_series(3)))
    (tmp_path / "head" / item.slices[1]).unlink()
    stack = open_stack(item)
    assert number_of(stack.frame(FLAT, 2).values(ALL)) == 2
    with pytest.raises(InputProblem, match="head: there is no such file"):
        stack.frame(FLAT, 1)


def test_slices_elsewhere_are_not_read(tmp_path: Path) -> None:
    laid(tmp_path, ct_series(2) | {"head/x": b""})
    for name in ("../IM0000", str(tmp_path / "IM0000")):
        with pytest.raises(InputProblem, match="its slices do not lie in it"):
            open_stack(Input("head", str(tmp_path / "head"), slices=("x", name)))


# ---- which slice is read


@pytest.mark.parametrize(
    ("frame", "place"),
    [(None, 4), (0, 0), (9, 9), (10, 9), (5000, 9), (-3, 0)],
)
def test_the_middle_or_the_one_that_was_chosen(frame: int | None, place: int) -> None:
    assert read_place(Input("a", data=b"x", frame=frame), {FLAT: 10}) == (FLAT, place)


def test_of_planes_the_first_or_the_one_that_was_chosen() -> None:
    planes = {"axial": 7, "coronal": 4, "sagittal": 1}
    item = Input("a", data=b"x")
    assert read_place(item, planes) == ("axial", 3)
    assert read_place(replace(item, plane="coronal"), planes) == ("coronal", 1)
    assert read_place(replace(item, plane="sagittal", frame=3), planes) == ("sagittal", 0)
    assert read_place(replace(item, plane="oblique", frame=6), planes) == ("axial", 6)
    assert read_place(replace(item, plane="coronal"), {FLAT: 3}) == (FLAT, 1)


def test_a_slice_among_others_may_be_empty_but_not_one_alone() -> None:
    empty = np.full((20, 20), 7, np.int16)
    stack = stack_of(multi_frame([empty, marked(1)]), "a")
    assert slice_of(stack, FLAT, 0).range == (7, 7)
    assert read_picture(Input("a", data=multi_frame([empty, marked(1)]))).index == 0
    with pytest.raises(InputProblem, match="no contrast"):
        picture_of(stack.frame(FLAT, 0), "a")
