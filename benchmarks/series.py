"""Times a CT series in the window: from the drop to the first slice on screen and to all slices decoded,
beside plain pydicom.

    python benchmarks/series.py

Needs a display, or QT_QPA_PLATFORM=offscreen. Prints medians, as JSON, of a series as scanners write it and
of one in lossless JPEG 2000; asserts no time.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

RUNS = 5
SIDE = 512
COUNTS = {"uncompressed": 500, "JPEG 2000": 200}
ROOT = Path(__file__).parent.parent

PEER = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from pydicom import dcmread
imported = time.perf_counter()
held = [dcmread(path).pixel_array for path in sorted(Path(sys.argv[1]).iterdir())]
ended = time.perf_counter()
print(json.dumps({"import s": imported - begun, "all s": ended - imported}))
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


def figures_of(command: list[str]) -> dict[str, float]:
    """What a process of its own says of itself."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, check=True,
            env={**os.environ, "MMDESK_HOME": home}, cwd=ROOT,
        )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}


def main() -> None:
    for kind, count in COUNTS.items():
        with tempfile.TemporaryDirectory() as place:
            make(Path(place), count, compressed=kind != "uncompressed")
            pairs = [
                (figures_of(["-m", "benchmarks.series_run", place]), figures_of(["-c", PEER, place]))
                for _ in range(RUNS)
            ]
        ours, peer = zip(*pairs, strict=True)
        said = {"series": kind, "slices": count, "window": medians(ours), "pydicom alone": medians(peer)}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
