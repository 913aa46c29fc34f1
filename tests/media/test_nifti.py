"""NIfTI volumes: every voxel comes out where it lies in the patient, with its value."""

import gzip
import itertools
import tracemalloc
from io import BytesIO
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.errors import InputProblem
from mmdesk.media.frame import Frame
from mmdesk.media.picture import read_picture
from mmdesk.media.stack import Stack, stack_of

ALL = slice(None)
SHAPE = (17, 20, 23)
# Of each plane, the axes that its edges lie along, left to right and top to bottom, and their letters.
LETTERS = {"axial": ("RL", "AP"), "coronal": ("RL", "HF"), "sagittal": ("AP", "HF")}
TOWARDS = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "H": (2, 1), "F": (2, -1)}  # of RAS+


def nifti(
    values: NDArray[Any], affine: NDArray[Any] | None = None, kind: type = nibabel.Nifti1Image, **head: Any
) -> bytes:
    image = kind(values, np.eye(4) if affine is None else affine, dtype=values.dtype)
    for key, value in head.items():
        image.header[key] = value
    return image.to_bytes()


def ramp(shape: tuple[int, ...] = SHAPE, dtype: Any = np.int16) -> NDArray[Any]:
    return (np.arange(np.prod(shape)) % 250).reshape(shape).astype(dtype)


def volume_of(stack: Stack) -> dict[str, NDArray[Any]]:
    """All slices of each plane."""
    return {
        plane: np.stack([stack.frame(plane, n).values(ALL) for n in range(count)])
        for plane, count in stack.planes.items()
    }


def axial(data: bytes, index: int = 0) -> Frame:
    return stack_of(data, "brain.nii").frame("axial", index)


# ---- orientation

FLIPS = list(itertools.product((1, -1), repeat=3))
TURNS = list(itertools.permutations(range(3)))


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(TURNS), st.sampled_from(FLIPS), st.tuples(*(st.integers(0, size - 1) for size in SHAPE)),
    st.tuples(*[st.floats(0.3, 4)] * 3), st.tuples(*[st.floats(-0.2, 0.2)] * 3),
)  # fmt: skip
def test_a_voxel_lies_where_its_affine_says(
    turn: tuple[int, ...], flip: tuple[int, ...], voxel: tuple[int, ...], zooms: tuple[float, ...],
    tilt: tuple[float, ...],
) -> None:  # fmt: skip
    """The only bright voxel is as far from each edge of a slice as it is from the side of the volume that
    the edge's letter names."""
    affine = np.zeros((4, 4))
    for axis in range(3):
        affine[turn[axis], axis] = flip[axis] * zooms[axis]
        affine[turn[axis - 1], axis] = tilt[axis] * zooms[axis]  # as scanners tilt: less than 45 degrees
    affine[:3, 3], affine[3, 3] = (11, -7, 5), 1
    values = np.zeros(SHAPE, np.int16)
    values[voxel] = 500
    stack = stack_of(nifti(values, affine), "brain.nii")
    # Along the patient's axes, how many voxels lie below it and above.
    below, above, zoom = [0] * 3, [0] * 3, [0.0] * 3
    for axis in range(3):
        ends = voxel[axis], SHAPE[axis] - 1 - voxel[axis]
        below[turn[axis]], above[turn[axis]] = ends if flip[axis] > 0 else ends[::-1]
        zoom[turn[axis]] = float(np.linalg.norm(affine[:3, axis]))
    for plane, (across, down) in LETTERS.items():
        (through,) = {0, 1, 2} - {TOWARDS[across[0]][0], TOWARDS[down[0]][0]}
        assert stack.planes[plane] == below[through] + above[through] + 1
        frame = stack.frame(plane, below[through])
        assert frame.marks.edges == (*across, *down)
        (place,) = np.argwhere(frame.values(ALL) == 500)
        for letter, distance in zip((down[0], across[0]), place, strict=True):
            axis, way = TOWARDS[letter]
            assert distance == (above if way > 0 else below)[axis]
        assert frame.marks.spacing == pytest.approx((zoom[TOWARDS[down[0]][0]], zoom[TOWARDS[across[0]][0]]))
        assert frame.marks.thickness == pytest.approx(zoom[through])
        others = [n for n in (below[through] - 1, below[through] + 1) if 0 <= n < stack.planes[plane]]
        assert not any((stack.frame(plane, n).values(ALL) == 500).any() for n in others)


def test_all_planes_hold_all_voxels() -> None:
    values = ramp()
    for volume in volume_of(stack_of(nifti(values), "a")).values():
        assert np.array_equal(np.sort(volume.ravel()), np.sort(values.ravel()))


@pytest.mark.parametrize("head", [{}, {"qform_code": 1, "sform_code": 0}, {"qform_code": 0, "sform_code": 2}])
def test_by_whichever_form_the_header_has(head: dict[str, int]) -> None:
    affine = np.diag([-2.0, -2.0, 3.0, 1.0])  # as DICOM lies: left, back, up
    image = nibabel.Nifti1Image(ramp(), affine, dtype=np.int16)
    image.set_qform(affine, head.get("qform_code", 1))
    image.set_sform(affine, head.get("sform_code", 1))
    frame = axial(image.to_bytes())
    assert frame.marks.spacing == (2, 2) and frame.marks.thickness == 3
    assert np.array_equal(frame.values(ALL), ramp()[:, :, 0].T)  # x to the left, y to the back


def test_a_header_that_tells_no_place() -> None:
    image = nibabel.Nifti1Image(ramp(), None, dtype=np.int16)
    assert axial(image.to_bytes()).shape == (20, 17)
    broken = nifti(ramp(), srow_x=[np.nan] * 4, sform_code=1, qform_code=0)
    assert axial(broken).shape == (20, 17)


# ---- values

KINDS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", KINDS)
def test_values_of_every_kind(kind: str, order: str) -> None:
    values = ramp(dtype=kind) // (2 if kind == "i1" else 1)
    values = (values - 60).astype(kind) if kind[0] != "u" else values
    image = nibabel.Nifti1Image(values, np.diag([-1.0, -1, 1, 1]), dtype=values.dtype)
    head = image.header.as_byteswapped(order)
    swapped = nibabel.Nifti1Image(values, image.affine, head, dtype=values.dtype)
    data = swapped.to_bytes()
    assert data[:2] == (b"\x5c\x01" if order == "<" else b"\x00\x00")
    frame = axial(data, 3)
    assert np.array_equal(frame.values(ALL), values[:, :, 3].T.astype(np.float64))
    small = np.dtype(kind).itemsize <= 2 and kind[0] != "f"
    assert (frame.stored is not None) == small
    picture = read_picture(Input("a", data=data, frame=3))
    assert picture.levels[0].flags.c_contiguous  # Qt draws rows
    shown = picture.low + picture.step * picture.levels[0].astype(np.float64)
    assert np.allclose(shown, frame.values(ALL), atol=0 if small else picture.step / 2 + 1e-9)


@pytest.mark.parametrize(("slope", "inter"), [(2.0, -1024.0), (-0.5, 7.0), (0.001, 0.0), (1.0, 3.0)])
def test_slope_and_intercept(slope: float, inter: float) -> None:
    image = nibabel.Nifti1Image(ramp(), np.diag([-1.0, -1, 1, 1]), dtype=np.int16)
    data = bytearray(image.to_bytes())
    data[112:120] = np.array([slope, inter], "<f4").tobytes()  # what nibabel would not write as it is
    frame = axial(bytes(data), 2)
    assert np.allclose(frame.values(ALL), ramp()[:, :, 2].T * np.float32(slope) + np.float32(inter))
    picture = read_picture(Input("a", data=bytes(data), frame=2))
    shown = picture.low + picture.step * picture.levels[0].astype(np.float64)
    assert np.allclose(shown, frame.values(ALL), atol=1e-9) and picture.step > 0


@pytest.mark.parametrize("slope", [0.0, np.nan, np.inf])
def test_a_slope_that_is_none_is_one(slope: float) -> None:
    data = bytearray(nifti(ramp()))
    data[112:116] = np.array([slope], "<f4").tobytes()
    volume = volume_of(stack_of(bytes(data), "a"))["axial"]
    assert np.array_equal(np.sort(volume.ravel()), np.sort(ramp().ravel()))


def test_what_is_no_number_counts_as_the_least() -> None:
    values = ramp(dtype=np.float32)
    values[0, 0, 0], values[1, 0, 0], values[2, 0, 0] = np.nan, np.inf, -np.inf
    frame = axial(nifti(values, np.diag([-1.0, -1, 1, 1])))
    assert list(frame.values(ALL)[0, :4]) == [0, 249, 0, values[3, 0, 0]]
    with pytest.raises(InputProblem, match="the volume holds no numbers"):
        stack_of(nifti(np.full(SHAPE, np.nan, np.float32)), "a")


def test_the_window_is_the_header_s_or_leaves_the_outermost_out() -> None:
    values = ramp()
    values[0, 0, 0] = 30_000
    (window,) = axial(nifti(values, cal_min=20, cal_max=80)).shown
    assert (window.center, window.width) == (50, 60)
    for head in ({}, {"cal_min": 80, "cal_max": 20}, {"cal_min": np.nan, "cal_max": 20}):
        (window,) = axial(nifti(values, **head)).shown
        assert window.center + window.width / 2 < 260


@pytest.mark.parametrize(("unit", "size"), [("mm", 2.0), ("meter", 2000.0), ("micron", 0.002), (None, 2.0)])
def test_spacing_is_in_millimetres(unit: str | None, size: float) -> None:
    volume = nibabel.Nifti1Image(ramp(), np.diag([2.0, 2, 2, 1]))
    volume.header.set_xyzt_units(unit)
    assert axial(volume.to_bytes()).marks.spacing == pytest.approx((size, size))


# ---- shapes and files


def test_compressed_and_nifti_2() -> None:
    plain = axial(nifti(ramp()), 4).values(ALL)
    for data in (
        gzip.compress(nifti(ramp())), nifti(ramp(), kind=nibabel.Nifti2Image),
        gzip.compress(nifti(ramp(), kind=nibabel.Nifti2Image)),
        gzip.compress(nifti(ramp())[:2000]) + gzip.compress(nifti(ramp())[2000:]),
        gzip.compress(nifti(ramp())) + bytes(100),
    ):  # fmt: skip
        assert np.array_equal(axial(data, 4).values(ALL), plain)


def test_of_four_dimensions_the_first_volume() -> None:
    values = np.stack([ramp(), ramp() + 1000], -1)
    assert np.array_equal(axial(nifti(values), 5).values(ALL), axial(nifti(ramp()), 5).values(ALL))
    planes = stack_of(nifti(ramp()[..., None, None]), "a").planes
    assert planes == {"axial": 23, "coronal": 20, "sagittal": 17}


def test_one_slice() -> None:
    for values in (ramp((20, 30)), ramp((20, 30, 1))):
        stack = stack_of(nifti(values, np.diag([-1.0, -1, 1, 1])), "a")
        assert stack.planes == {"axial": 1}
        assert np.array_equal(stack.frame("axial", 0).values(ALL), values.reshape(20, 30).T)


def test_a_thin_volume_has_only_planes_that_can_be_looked_at() -> None:
    assert stack_of(nifti(ramp((40, 30, 5))), "a").planes == {"axial": 5}
    turned = np.array([[0, 0, 5.0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])  # sagittal slices
    assert stack_of(nifti(ramp((40, 30, 5)), turned), "a").planes == {"sagittal": 5}
    with pytest.raises(InputProblem, match="the picture is only"):
        stack_of(nifti(ramp((5, 6, 7))), "a")


def test_what_is_refused() -> None:
    pair = nibabel.Nifti1Pair(ramp(), np.eye(4), dtype=np.int16)
    pair.file_map["header"].fileobj, pair.file_map["image"].fileobj = head, _ = BytesIO(), BytesIO()
    pair.to_file_map()
    with pytest.raises(InputProblem, match="one half of a volume"):
        stack_of(head.getvalue() + bytes(400), "a.hdr")
    with pytest.raises(InputProblem, match="colours or complex numbers"):
        stack_of(nifti(ramp(dtype=np.complex64)), "a")
    with pytest.raises(InputProblem, match="the file ends before the picture does"):
        stack_of(nifti(ramp())[:-1], "a")


@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_a_slice_takes_no_copy_of_the_volume(kind: type) -> None:
    """np.take would, and a volume of usual size took a tenth of a second for each slice."""
    volume = ramp((100, 110, 120), kind)
    stack = stack_of(nifti(volume), "a")
    tracemalloc.start()
    try:
        for plane in stack.planes:
            stack.frame(plane, 50)
        assert tracemalloc.get_traced_memory()[1] < volume.nbytes / 10
    finally:
        tracemalloc.stop()
