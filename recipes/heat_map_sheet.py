"""Forty heat maps of `test` on one sheet, to be looked at: each picture beside the same with its map.

    python recipes/heat_map_sheet.py --task brain --out sheet.png

Above each stands what the picture is, and what it is read as. Pictures of a normal finding are left out:
there is no place where that is to be seen.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot as plt

from mmdesk.media.image import read_image
from mmdesk.packs.files import find
from mmdesk.packs.locate import Locator
from mmdesk.packs.manifest import Task
from mmdesk.packs.reader import PackReader
from mmdesk.training.data import LABELS, data_folder
from mmdesk.training.scores import Rows, cases_of

MAPS, ACROSS = 40, 8


def draw(axes: np.ndarray, reader: PackReader, folder: Path, task: Task, case: Rows) -> None:
    """axes: (2,) for the picture and its map"""
    path = folder / task.data / case[0]["path"]
    pixels = reader.picture(read_image(path.read_bytes(), path.name).pixels)
    encoded = reader.encode_pictures([pixels])
    findings = reader.score(encoded).findings
    for one in axes:
        one.imshow(pixels, cmap="gray")
        one.axis("off")
    axes[0].set_title(case[0]["label"], fontsize=7)
    if not findings:
        axes[1].set_title("refused", fontsize=7)
        return
    likeliest = max(findings, key=lambda finding: finding.probability)
    locator = Locator(reader, encoded, findings, lambda: None)
    grid = next(s.grid for s in locator.image(encoded[0], pixels, 0, path) if s.finding == likeliest.name)
    assert grid is not None
    weights = np.frombuffer(grid.values, np.uint8).reshape(grid.rows, grid.columns) / 255
    height, width = pixels.shape
    axes[1].imshow(
        weights, cmap="inferno", alpha=np.clip(weights, 0, 0.7), extent=(0, width, height, 0),
        interpolation="bilinear",
    )  # fmt: skip
    axes[1].set_title(f"read: {likeliest.label} {likeliest.probability:.0%}", fontsize=7)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", default="clinic")
    parser.add_argument("--task", default="brain", choices=sorted(LABELS.keys() - {"murmur"}))
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    mpl.use("Agg")
    torch.set_num_threads(1)
    reader, folder = PackReader(find(asked.pack)), data_folder(None)
    task = reader.manifest.task(asked.task)
    normal = LABELS[asked.task][[spec.normal for spec in task.findings].index(True)]
    cases = [case for case in cases_of(folder, task, "test") if case[0]["label"] != normal]
    chosen = [cases[n] for n in np.linspace(0, len(cases) - 1, MAPS).astype(int)]
    sheet, axes = plt.subplots(MAPS // ACROSS, 2 * ACROSS, figsize=(2 * ACROSS * 1.5, MAPS / ACROSS * 1.7))
    for place, case in enumerate(chosen):
        row, column = divmod(place, ACROSS)
        draw(axes[row, 2 * column : 2 * column + 2], reader, folder, task, case)
    sheet.tight_layout(pad=0.3)
    sheet.savefig(asked.out, dpi=110)


if __name__ == "__main__":
    main()
