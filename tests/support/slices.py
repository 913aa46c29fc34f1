"""DICOM series, multi-frame files and NIfTI volumes made in memory."""

import random
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from support.dicoms import dicom_of, written

AXIAL = [1, 0, 0, 0, 1, 0]


def marked(number: int, side: int = 20) -> NDArray[np.int16]:
    """A slice that tells its number: by its first value; the rest is a slope."""
    values = np.add.outer(np.arange(side), np.arange(side)).astype(np.int16) * 10 - 200
    values[0, 0] = 1000 + number
    return values


def number_of(values: NDArray[Any]) -> int:
    """Of a slice of `marked`."""
    return round(float(values[0, 0])) - 1000


def ct_slice(number: int, place: float, values: NDArray[Any] | None = None, **elements: Any) -> bytes:
    """Slice `number` of a CT series, `place` mm up."""
    given: dict[str, Any] = {
        "SOPClassUID": CTImageStorage, "SOPInstanceUID": f"1.2.3.{number + 1}", "SeriesInstanceUID": "1.2.9",
        "Modality": "CT", "SeriesNumber": 2, "InstanceNumber": number + 1,
        "ImageOrientationPatient": AXIAL, "ImagePositionPatient": [-5.0, -7.0, place],
        "PixelSpacing": [0.5, 0.5], "SliceThickness": 2.5, "RescaleSlope": "1", "RescaleIntercept": "0",
        "WindowCenter": "40", "WindowWidth": "400",
    }  # fmt: skip
    made = dicom_of(marked(number) if values is None else values, **{**given, **elements})
    return written(made)


def ct_series(count: int, step: float = 2.5, seed: int = 1, **elements: Any) -> dict[str, bytes]:
    """Files by name, of which neither name nor number tells the order: that is by place."""
    names, numbers = list(range(count)), list(range(1, count + 1))
    random.Random(seed).shuffle(names)
    random.Random(seed + 1).shuffle(numbers)
    return {
        f"IM{name:04}": ct_slice(index, step * index, InstanceNumber=number, **elements)
        for index, (name, number) in enumerate(zip(names, numbers, strict=True))
    }


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files, written below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def multi_frame(frames: Sequence[NDArray[Any]], **elements: Any) -> bytes:
    values = np.stack(frames)
    made = dicom_of(values[0], NumberOfFrames=len(frames), **elements)
    made.PixelData = values.tobytes()
    return written(made)


def enhanced(frames: Sequence[NDArray[Any]], groups: Sequence[Mapping[str, Mapping[str, Any]]]) -> bytes:
    """An enhanced MR file: by frame, the elements of its functional groups by the sequence they lie in."""
    shared = Dataset()
    shared.PlaneOrientationSequence = [_item({"ImageOrientationPatient": AXIAL})]
    per_frame = []
    for own in groups:
        item = Dataset()
        for sequence, elements in own.items():
            setattr(item, sequence, [_item(elements)])
        per_frame.append(item)
    return multi_frame(
        frames, SOPClassUID=EnhancedMRImageStorage, Modality="MR",
        SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=per_frame,
    )  # fmt: skip


def directory(*paths: list[str] | str | None) -> bytes:
    """A DICOMDIR that names these files; None is a record that names none."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.SOPClassUID, dataset.SOPInstanceUID = MediaStorageDirectoryStorage, "1.2.3"
    dataset.DirectoryRecordSequence = []
    for path in paths:
        record = Dataset()
        record.DirectoryRecordType = "PATIENT" if path is None else "IMAGE"
        if path is not None:
            record.ReferencedFileID = path
        dataset.DirectoryRecordSequence.append(record)
    return written(dataset)


def _item(elements: Mapping[str, Any]) -> Dataset:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return item
