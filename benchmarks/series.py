"""A CT series in the window: from the drop to the first slice on screen and to all slices decoded, beside
plain pydicom; as scanners write it, and in lossless JPEG 2000.

Needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

from benchmarks.figures import Figure, Table, figure, ratio
from benchmarks.measure import Asked
from benchmarks.programs import run

RUNS = 5
SIDE = 512
COUNTS = {"uncompressed": 500, "JPEG 2000": 200}

PEER = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from pydicom import dcmread
imported = time.perf_counter()
held = [dcmread(path).pixel_array for path in sorted(Path(sys.argv[1]).iterdir())]
ended = time.perf_counter()
print(json.dumps({"import s": imported - begun, "all slices s": ended - imported}))
"""


def make(folder: Path, count: int, compressed: bool) -> None:
    """A head of soft noise, in files whose names tell nothing of their order."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    uid = generate_uid()
    for number in range(count):
        radius = 0.75 - 0.2 * abs(number / count - 0.5)
        inside = x**2 + y**2 < radius**2
        skull = inside & (x**2 + y**2 > (radius - 0.06) ** 2)
        values = np.where(inside, 40, -1000) + np.where(skull, 900, 0) + random.normal(0, 8, inside.shape)
        slice_ = _slice(values.astype(np.int16), number, uid)
        if compressed:
            slice_.compress(JPEG2000Lossless)
        slice_.save_as(folder / f"{random.integers(10**9):09}", enforce_file_format=True)


def _slice(values: np.ndarray, number: int, uid: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.StudyInstanceUID = dataset.SeriesInstanceUID = uid
    dataset.Modality, dataset.SeriesDescription, dataset.InstanceNumber = "CT", "HEAD 1.25", number + 1
    dataset.PatientName, dataset.PatientID, dataset.StudyDate = "Doe^Jane", "1", "20300102"
    dataset.ImageOrientationPatient, dataset.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 1.25 * number]
    dataset.PixelSpacing, dataset.SliceThickness = [0.45, 0.45], 1.25
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "0"
    dataset.WindowCenter, dataset.WindowWidth = "40", "80"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = SIDE, SIDE, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.PixelData = values.tobytes()
    return dataset


def measured(asked: Asked) -> Iterator[Table]:
    for kind, count in COUNTS.items():
        with tempfile.TemporaryDirectory() as place:
            make(Path(place), count, compressed=kind != "uncompressed")
            ours, peer = ("-m", "benchmarks.series_run", place), ("-c", PEER, place)
            runs = [{"window": run(*ours), "pydicom": run(*peer)} for _ in range(RUNS)]
        yield Table(f"a series of {count} slices, {kind}", tuple(_figures(runs)))


def _figures(runs: list[dict[str, dict[str, float]]]) -> Iterator[Figure]:
    for who, first in runs[0].items():
        for name in first:
            what, _, unit = name.rpartition(" ")
            yield figure(f"{who}, {what}", unit, *(one[who][name] for one in runs))
    ours, theirs = ([one[who]["all slices s"] for one in runs] for who in ("window", "pydicom"))
    yield ratio("window ÷ pydicom, all slices", ours, theirs)
