"""Stage `pack`: calibrate, put the stages' weights together, measure, and write the pack."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray
from safetensors.torch import save_file

from mmdesk import codec
from mmdesk.model.network import Configs, Layout, Network
from mmdesk.packs import files
from mmdesk.packs.build import packed
from mmdesk.packs.manifest import Manifest, Measured, Task
from mmdesk.packs.reader import PackReader, calibrated
from mmdesk.training.calibration import calibrate
from mmdesk.training.card import write_card
from mmdesk.training.evaluate import CROSS_VALIDATED, Scores, measure, murmur_measures, sigmoid_measures
from mmdesk.training.fusion import SMALL
from mmdesk.training.language import ReportLearner
from mmdesk.training.run import Run

Tuning = dict[str, NDArray[Any]]


def package(
    run: Run, spec: Manifest, toml: dict[str, Any], configs: Configs, layout: Layout, data: Path
) -> None:
    """Write run/pack. The test split is opened here, once, to be reported."""
    tuning = {task.name: _tuning(run, task) for task in spec.tasks}
    tasks = tuple(calibrate(t, tuning[t.name]["logits"], tuning[t.name]["targets"]) for t in spec.tasks)
    folder = run.folder / "pack"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    weights = assemble(run, configs, layout).state_dict()
    save_file(packed(weights), folder / "weights.safetensors")
    shutil.copyfile(run.folder / "tokenizer.json", folder / "tokenizer.json")
    _write(folder, replace(spec, tasks=tasks), toml, [])
    reader = PackReader(folder)
    measured = [*measure(reader, data, "test"), *cross_validated(reader, tuning)]
    _write(folder, replace(spec, tasks=tasks, measured=tuple(measured)), toml, measured)


def assemble(run: Run, configs: Configs, layout: Layout) -> Network:
    network = Network(configs, layout)
    run.load("image", network.image)
    run.load("audio", network.audio)
    run.load("record", network.record)
    run.load("fusion", network.mixer)
    learner = ReportLearner(network.decoder, network.mixer)
    run.load("report", learner)
    return network.eval()


def _tuning(run: Run, task: Task) -> Tuning:
    """What calibrates the task: its `calib` split where there is one, `val` else, or out-of-fold scores
    of all."""
    with np.load(run.folder / f"tuning.{task.name}.npz", allow_pickle=False) as stored:
        arrays = dict(stored)
    splits = arrays["splits"]
    for split in ("calib", "val"):
        if (splits == split).any():
            return {name: values[splits == split] for name, values in arrays.items()}
    return arrays


def cross_validated(reader: PackReader, tuning: dict[str, Tuning]) -> list[Measured]:
    """Out-of-fold results of the small sets, all carriers and each alone. Calibration was fitted on the
    same scores, so its error is not reported."""
    measured = []
    for name in SMALL:
        task, arrays = reader.manifest.task(name), tuning[name]
        for key, logits in arrays.items():
            if key != "logits" and not key.endswith(" alone"):
                continue
            truth = arrays["targets"] > 0.5
            scores = Scores(calibrated(task, logits), truth, arrays["groups"], np.ones(len(truth), bool))
            if task.exclusive:
                rows = murmur_measures(scores, CROSS_VALIDATED)
            else:
                rows = sigmoid_measures(reader, name, scores, CROSS_VALIDATED)
            kept = [row for row in rows if "AUC" in row.metric or "accuracy" in row.metric]
            note = "" if key == "logits" else f", {key}"
            measured += [replace(row, metric=row.metric + note) for row in kept]
    return measured


def _write(folder: Path, spec: Manifest, toml: dict[str, Any], measured: list[Measured]) -> None:
    fitted = {**toml, "tasks": [codec.encode(task) for task in spec.tasks]}
    if measured:
        fitted["measured"] = [codec.encode(_rounded(item)) for item in measured]
    text = tomli_w.dumps(fitted)
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    (folder / "CARD.md").write_text(write_card(spec), encoding="utf-8")
    files.write_sums(folder)


def _rounded(item: Measured) -> Measured:
    return replace(item, value=round(item.value, 4), low=round(item.low, 4), high=round(item.high, 4))
