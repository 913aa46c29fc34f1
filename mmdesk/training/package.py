"""Stage `pack`: calibrate, put the stages' weights together, measure, and write the pack."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w
from safetensors.torch import save_file

from mmdesk import codec
from mmdesk.model.network import Configs, Layout, Network
from mmdesk.packs import files
from mmdesk.packs.build import packed, unpacked
from mmdesk.packs.manifest import Manifest, Measured, Task
from mmdesk.packs.reader import PackReader
from mmdesk.training.calibration import calibrate
from mmdesk.training.card import Count, count_cases, write_card
from mmdesk.training.evaluate import measure
from mmdesk.training.folds import cross_validated, read_tuning
from mmdesk.training.fusion import FusionStage
from mmdesk.training.language import ReportLearner
from mmdesk.training.novelty import fit_novelty
from mmdesk.training.run import Run
from mmdesk.training.scores import score_all
from mmdesk.training.study import fusion_study


def package(
    run: Run, spec: Manifest, toml: dict[str, Any], configs: Configs, layout: Layout, stage: FusionStage,
    data: Path,
) -> None:  # fmt: skip
    """Write run/pack. The test split is opened here, once, to be reported."""
    spec = replace(spec, tasks=tuple(_calibrated(run, task) for task in spec.tasks))
    counts = count_cases(spec, data)
    folder = run.folder / "pack"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    network = assemble(run, configs, layout)
    network.load_state_dict(unpacked(packed(network.state_dict())))  # novelty is that of the pack's own
    fit_novelty(network, spec, data)
    save_file(packed(network.state_dict()), folder / "weights.safetensors")
    shutil.copyfile(run.folder / "tokenizer.json", folder / "tokenizer.json")
    _write(folder, spec, toml, counts)
    measured = [
        *measure(score_all(PackReader(folder), data, "test")),
        *cross_validated(spec, run.folder, data),
        *fusion_study(run, spec, configs, layout, stage, data),
    ]
    _write(folder, replace(spec, measured=tuple(_rounded(item) for item in measured)), toml, counts)


def _calibrated(run: Run, task: Task) -> Task:
    tuning = read_tuning(run.folder, task)
    return calibrate(task, tuning["logits"], tuning["targets"], tuning["groups"])


def assemble(run: Run, configs: Configs, layout: Layout) -> Network:
    network = Network(configs, layout)
    run.load("image", network.image)
    run.load("audio", network.audio)
    run.load("record", network.record)
    run.load("fusion", network.mixer)
    learner = ReportLearner(network.decoder, network.mixer)
    run.load("report", learner)
    return network.eval()


def _write(folder: Path, spec: Manifest, toml: dict[str, Any], counts: list[Count]) -> None:
    fitted = {**toml, "tasks": [codec.encode(task) for task in spec.tasks]}
    fitted["measured"] = [codec.encode(item) for item in spec.measured]
    (folder / "pack.toml").write_text(tomli_w.dumps(fitted), encoding="utf-8")
    (folder / "CARD.md").write_text(write_card(spec, spec.measured, counts), encoding="utf-8")
    files.write_sums(folder)


def _rounded(item: Measured) -> Measured:
    return replace(item, value=round(item.value, 4), low=round(item.low, 4), high=round(item.high, 4))
