"""A picture or a stack of them: what an image input holds, slice by slice, whatever its files are."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.archives import Archive, is_below
from mmdesk.media.checks import damage_told
from mmdesk.media.files import Format, expect, read_bytes
from mmdesk.media.frame import Frame

FLAT = ""  # the plane of a stack that is cut in one way alone


class Stack:
    """`planes` has the number of slices by plane: FLAT alone, or those of a volume. `data` are the bytes that
    a slice is read from."""

    def __init__(
        self,
        name: str,
        planes: Mapping[str, int],
        frame: Callable[[str, int], Frame],
        data: Callable[[int], bytes],
    ) -> None:
        self.name, self.planes = name, planes
        self._frame, self.data = frame, data

    def frame(self, plane: str, index: int) -> Frame:
        """Raises InputProblem where the slice is damaged."""
        with damage_told(self.name):
            return self._frame(plane, index)


def read_place(item: Input, planes: Mapping[str, int]) -> tuple[str, int]:
    """Plane and slice that are read: those that were chosen, else the first plane and the slice in its
    middle, of two the first."""
    plane = item.plane or FLAT
    plane = plane if plane in planes else next(iter(planes))
    count = planes[plane]
    return plane, (count - 1) // 2 if item.frame is None else max(0, min(item.frame, count - 1))


def open_stack(item: Input) -> Stack:
    """Reads what is needed to know how many slices there are, and of a single file all of it. Raises
    InputProblem."""
    if item.slices:
        return _series(item)
    data = read_bytes(item)
    return stack_of(data, item.name)


def stack_of(data: bytes, name: str) -> Stack:
    """The pages, frames or planes of one file. Raises InputProblem."""
    format = expect(data, name, Modality.IMAGE)
    if format is Format.ZIP:
        raise InputProblem(name, "this archive is no picture", "Open it, and choose a series in it.")
    with damage_told(name):
        if format is Format.NIFTI:
            from mmdesk.media.nifti import NiftiFile

            volume = NiftiFile(data, name)
            return Stack(name, volume.planes, volume.frame, lambda _: data)
        if format is Format.DICOM:
            from mmdesk.media.dicom import DicomFile

            file = DicomFile(data, name)
            return Stack(name, {FLAT: file.count}, lambda _, index: file.frame(index), lambda _: data)
        from mmdesk.media.raster import RasterFile

        pages = RasterFile(data, name, format)
        return Stack(name, {FLAT: pages.count}, lambda _, index: pages.frame(index), lambda _: data)


def _series(item: Input) -> Stack:
    """Files of a folder or an archive, a slice each."""
    if not all(map(is_below, item.slices)):
        raise InputProblem(item.name, "its slices do not lie in it", "Add it again.")
    archive = None
    if item.data is not None or Path(str(item.path)).is_file():
        archive = Archive(item.data if item.data is not None else str(item.path), item.name)

    def data(index: int) -> bytes:
        name = item.slices[index]
        if archive is not None:
            return archive.read(name)
        path = Path(str(item.path), name)
        return read_bytes(Input(item.name, path=str(path)))

    def frame(plane: str, index: int) -> Frame:
        return stack_of(data(index), item.name).frame(FLAT, 0)

    return Stack(item.name, {FLAT: len(item.slices)}, frame, data)
