"""NIfTI volumes, cut in three planes as radiologists look at them: the patient's right on the left."""

import logging
import math
import zlib
from io import BytesIO
from typing import Any

import nibabel
import numpy as np
from nibabel.orientations import apply_orientation, io_orientation
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError
from numpy.typing import NDArray

from mmdesk.errors import InputProblem
from mmdesk.media.checks import MIN_SIDE, check_size
from mmdesk.media.files import MAX_BYTES, inflated
from mmdesk.media.frame import Frame, Marks
from mmdesk.media.voi import Window, whole

# The axis that a plane lies across, of x to the right, y to the front, z up; then its edges, left, right, top
# and bottom.
_PLANES = {
    "axial": (2, ("R", "L", "A", "P")),
    "coronal": (1, ("R", "L", "H", "F")),
    "sagittal": (0, ("A", "P", "H", "F")),
}
_MILLIMETRES = {1: 1000.0, 3: 0.001}  # of a metre and a micrometre, by the code that a header has for them
_MOST = 1e300  # so that the widest range of values is a number, too
_SILENT = logging.Logger("NIfTI", logging.CRITICAL + 1)  # nibabel's prints what is mended in a header
_SAMPLE = 2**21  # values that a window is taken from


class NiftiFile:
    """The first volume of a file. It is shown as its header says (cal_min, cal_max), else without the outer
    half percent of its values; what is no number counts as the least. To be used within `damage_told`."""

    def __init__(self, data: bytes, name: str) -> None:
        data = _unpacked(data, name)
        header = _header(data)
        stored = _volume(data, header, name)
        # Right, front and up, as nearly as the voxels lie.
        turn = io_orientation(header.get_best_affine())
        turn = turn if np.isfinite(turn).all() else io_orientation(np.eye(4))
        self._volume = apply_orientation(stored, turn)
        scale = _MILLIMETRES.get(int(header["xyzt_units"]) & 7, 1.0)
        zooms = [abs(float(size)) * scale or 1.0 for size in (*header.get_zooms()[:3], 1.0, 1.0)[:3]]
        self._zooms = [zooms[int(axis)] for axis in np.argsort(turn[:, 0])]
        slope, inter = header.get_slope_inter()
        self._slope, self._inter = float(slope or 1.0), float(inter or 0.0)
        self._low, self._high, self._window = self._range(header, name)
        self._sizes = {
            plane: count
            for plane, (axis, _) in _PLANES.items()
            if (count := self._volume.shape[axis]) and min(self._sides(axis)) >= MIN_SIDE
        }
        if not self._sizes:
            check_size(*self._sides(2), name)

    @property
    def planes(self) -> dict[str, int]:
        """How many slices each plane has; one that would show too narrow a strip is left out."""
        return self._sizes

    def frame(self, plane: str, index: int) -> Frame:
        axis, edges = _PLANES[plane]
        across, down = (other for other in range(3) if other != axis)
        # From the patient's right or from the front, and from above or from the front. A view, then a copy of
        # that alone: np.take would first copy the whole volume.
        cut = np.ascontiguousarray(np.moveaxis(self._volume, axis, 0)[index].T[::-1, ::-1])

        def part(rows: slice) -> NDArray[np.float64]:
            return self._numbers(cut[rows])

        return Frame(
            shape=(cut.shape[0], cut.shape[1]),
            values=part,
            shown=(self._window,),
            stored=cut if cut.dtype.kind in "iu" and cut.itemsize <= 2 else None,
            slope=self._slope,
            intercept=self._inter,
            marks=Marks(
                edges=edges,
                spacing=(self._zooms[down], self._zooms[across]),
                thickness=self._zooms[axis],
                place=index * self._zooms[axis],
            ),
        )

    def _sides(self, axis: int) -> tuple[int, int]:
        across, down = (size for other, size in enumerate(self._volume.shape) if other != axis)
        return across, down

    def _numbers(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", over="ignore"):
            values = stored.astype(np.float64) * self._slope + self._inter
        return np.nan_to_num(values, nan=self._low, posinf=self._high, neginf=self._low).clip(-_MOST, _MOST)

    def _range(self, header: Any, name: str) -> tuple[float, float, Window]:
        """The least and the greatest of a fair part of the values, and the window that shows them."""
        step = math.ceil((self._volume.size / _SAMPLE) ** (1 / 3))
        with np.errstate(invalid="ignore", over="ignore"):
            values = self._volume[::step, ::step, ::step].astype(np.float64) * self._slope + self._inter
        values = values[np.abs(values) < _MOST]
        if not values.size:
            raise InputProblem(name, "the volume holds no numbers", "Export it again.")
        low, high = float(values.min()), float(values.max())
        least, most = (float(header[key]) for key in ("cal_min", "cal_max"))
        if np.isfinite(least + most) and least < most:
            return low, high, whole(least, most)
        least, most = (float(value) for value in np.percentile(values, (0.5, 99.5)))
        return low, high, whole(least, most) if least < most else whole(low, high)


def _unpacked(data: bytes, name: str) -> bytes:
    """What gzip holds, in one part or in several, of MAX_BYTES at most."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    parts, size = [], 0
    for piece in inflated(data, 16 + zlib.MAX_WBITS):
        parts.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise InputProblem(name, f"unpacked, the file is larger than {limit} MB", "Export it smaller.")
    return b"".join(parts)


def _header(data: bytes) -> Any:
    second = data[:4] in (b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")
    kind = nibabel.Nifti2Header if second else nibabel.Nifti1Header
    try:
        header = kind.from_fileobj(BytesIO(data), check=False)
        header.check_fix(_SILENT)
        header.get_slope_inter()  # raises where one of them is no number
        return header
    except (HeaderDataError, WrapStructError) as error:
        raise ValueError("damaged head") from error


def _volume(data: bytes, header: Any, name: str) -> NDArray[Any]:
    """The first volume (x, y, z) as it is stored, not copied. Raises InputProblem for colours and complex
    numbers, and where the data lie in another file."""
    if bytes(header["magic"]).startswith((b"ni1", b"ni2")):
        problem = "this is one half of a volume, of which the other lies in another file"
        raise InputProblem(name, problem, "Save it as one file, .nii.")
    dtype = np.dtype(header.get_data_dtype())
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise InputProblem(name, "its values are colours or complex numbers", "Export grey values.")
    shape = [*map(int, header.get_data_shape()[:3]), 1, 1][:3]
    if min(shape) < 1:
        raise ValueError("no voxels")
    count = int(np.prod(shape, dtype=object))
    start = int(header.get_data_offset())
    if count * dtype.itemsize > len(data) - start:
        raise EOFError
    return np.frombuffer(data, dtype, count, start).reshape(shape, order="F")
