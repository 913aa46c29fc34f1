"""How to find where a reading rests: ways compared by deletion and insertion on `val`.

    python recipes/ways_to_locate.py --out rows.json

Prints what each way gains over random order; `mmdesk evaluate --card --rows rows.json` puts the table into
the card.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import InputXGradient, IntegratedGradients, LayerGradCam, LayerGradientXActivation, Occlusion
from rich.console import Console
from rich.table import Table
from torch import Tensor

from mmdesk import codec
from mmdesk.case import Modality
from mmdesk.model.image import Member
from mmdesk.model.saliency import CELLS, blurred
from mmdesk.packs.files import find
from mmdesk.packs.locate import log_odds
from mmdesk.packs.manifest import Task
from mmdesk.packs.reader import PackReader
from mmdesk.packs.shapley import Bools, Floats
from mmdesk.training.asked import Subject, pooled
from mmdesk.training.card import GAINED
from mmdesk.training.data import data_folder
from mmdesk.training.where import where_measures

WINDOW, STRIDE = 24, 12  # pixels of an occlusion
SETS = 128


def ways(reader: PackReader, task: Task, subject: Subject) -> Mapping[str, Callable[[], Floats]]:
    """Those that only ask for the certainty without some parts, and of a picture those that look inside."""
    return {
        **black_boxes(subject),
        **(looks_inside(reader, task, subject) if subject.picture is not None else {}),
    }


def black_boxes(subject: Subject) -> Mapping[str, Callable[[], Floats]]:
    parts = int(np.prod(subject.shape))

    certainty = next(iter(subject.certainty.values()))

    def odds(sets: Bools) -> Floats:
        sure = certainty(sets.reshape(-1, *subject.shape)).clip(1e-9, 1 - 1e-9)
        return np.asarray(np.log(sure / (1 - sure)), np.float64)

    def alone() -> Floats:
        lost: Floats = odds(np.zeros((1, parts), bool)) - odds(np.eye(parts, dtype=bool))
        return lost

    def at_random() -> Floats:
        """The slope of a part's absence over random sets and their opposites."""
        half = np.random.default_rng(1).random((SETS // 2, parts)) < 0.5
        sets = np.concatenate([half, ~half])
        slopes: Floats = -((sets - 0.5) * odds(sets)[:, None]).mean(0)
        return slopes

    def apart() -> Floats:
        """The sum of what is lost without the part's row and without its column."""
        rows, columns = subject.shape
        row = np.repeat(np.eye(rows, dtype=bool)[:, :, None], columns, 2)
        column = np.repeat(np.eye(columns, dtype=bool)[:, None], rows, 1)
        lost = odds(np.zeros((1, parts), bool)) - odds(np.concatenate([row, column]))
        both: Floats = lost[:rows, None] / columns + lost[None, rows:] / rows
        return both

    shaped = {"its row and its column": apart} if len(subject.shape) > 1 else {}
    return {"each part alone": alone, f"{SETS} random sets": at_random, **shaped}


def looks_inside(reader: PackReader, task: Task, subject: Subject) -> Mapping[str, Callable[[], Floats]]:
    assert subject.picture is not None
    image = subject.picture
    encoder = reader.network.image

    def odds(images: Tensor) -> Tensor:
        logits = reader.own(task, Modality.IMAGE, encoder.heads(encoder(images))[1])
        return log_odds(task, logits)[:, subject.column]

    def signed(attribution: Tensor) -> Floats:
        return subject.sign * pooled(attribution.detach())

    def layers(method: Callable[..., Tensor], block: int) -> Floats:
        maps = []
        for member in encoder.members:
            assert isinstance(member, Member)
            own = method(odds, member.blocks[block]).attribute(image.clone().requires_grad_())
            maps.append(own.detach().sum(1, keepdim=True))
        size = (CELLS, CELLS)
        return signed(F.interpolate(torch.stack(maps).sum(0), size, mode="bilinear", antialias=True))

    def integrated(baseline: Tensor, steps: int) -> Floats:
        method = IntegratedGradients(odds)
        return signed(method.attribute(image, baseline, n_steps=steps, method="riemann_middle"))

    def occluded() -> Floats:
        with torch.no_grad():
            window, stride = (1, WINDOW, WINDOW), (1, STRIDE, STRIDE)
            return signed(Occlusion(odds).attribute(image, window, stride, baselines=blurred(image)))

    depths = {1: 4, 3: 8, 5: 16, 7: 32}  # block → pixels to a cell
    grey = image.mean().expand_as(image)
    return {
        "integrated gradients from blurred in 8 steps": partial(integrated, blurred(image), 8),
        "integrated gradients from grey in 8 steps": partial(integrated, grey, 8),
        "input × gradient": lambda: signed(InputXGradient(odds).attribute(image.clone().requires_grad_())),
        **{
            f"Grad-CAM in cells of {px}": partial(layers, LayerGradCam, block) for block, px in depths.items()
        },
        **{
            f"HiResCAM in cells of {px}": partial(layers, LayerGradientXActivation, block)
            for block, px in depths.items()
        },
        f"occlusion by windows of {WINDOW}": occluded,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", default="clinic")
    parser.add_argument("--items", type=int, default=60, help="cases of each task")
    parser.add_argument("--out", type=Path, help="write the rows as JSON")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    reader = PackReader(find(asked.pack))
    rows = where_measures(reader, data_folder(None), "val", asked.items, partial(ways, reader))
    rows = [replace(row, topic="where by method") for row in rows if GAINED in row.metric]
    table = Table("task", "measure", "value", "95% interval", "groups")
    for row in rows:
        figures = (f"{row.value:.3f}", f"{row.low:.3f} to {row.high:.3f}", str(row.groups))
        table.add_row(row.task, row.metric, *figures)
    Console(width=120).print(table)
    if asked.out:
        asked.out.write_text(json.dumps([codec.encode(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
