"""Stage `fusion`: with the encoders fixed, the fused vector learns to correct their scores.

A task only ever sees the inputs that can carry it, and either of two carriers may be missing. Where
data are few, a mixer a fold gives the out-of-fold scores that calibrate and measure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mmdesk.case import Modality
from mmdesk.model.network import Configs, Layout, Mixer
from mmdesk.packs.manifest import Manifest, Task
from mmdesk.training.audio import FOLDS
from mmdesk.training.banks import Bank, Loaded, encode
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.run import Run

SMALL = ("valve", "liver", "murmur")  # measured and calibrated out of fold
ORDER = (Modality.IMAGE, Modality.AUDIO, Modality.RECORD)


@dataclass(frozen=True, slots=True)
class FusionStage:
    """`missing` is the chance that one of two carriers is left out of a batch's case."""

    schedule: Schedule
    steps: int = 40
    batch: int = 32
    missing: float = 0.4


def task_logits(mixer: Mixer, manifest: Manifest, task: Task, bank: Bank, given: Tensor) -> Tensor:
    """given (n, 3) → (n, findings of the task) logits before calibration."""
    columns = manifest.columns(task)
    evidence = torch.zeros(len(given), 3, len(mixer.prior))
    evidence[:, :, columns] = bank.evidence - mixer.prior[columns]
    return mixer.score(mixer.fuse(bank.tokens, given), evidence, given)[:, columns]


def task_loss(task: Task, logits: Tensor, targets: Tensor) -> Tensor:
    if task.exclusive:
        return F.cross_entropy(logits.float(), targets.argmax(1))
    return F.binary_cross_entropy_with_logits(logits.float(), targets)


def train_fusion(
    run: Run, manifest: Manifest, configs: Configs, layout: Layout, stage: FusionStage, folder: Path
) -> None:
    data = Loaded.read(manifest, configs, folder, ("train", "val", "calib"))
    out_of_fold = []
    for fold in range(FOLDS):
        banks = encode(run, f".fold{fold}", manifest, configs, layout, data, SMALL)
        folds = data.folds()
        learn = {name: bank.rows(folds[name] != fold) for name, bank in banks.items()}
        mixer = train_mixer(run, f"fusion.fold{fold}", manifest, configs, layout, stage, learn)
        held = {name: bank.rows(folds[name] == fold) for name, bank in banks.items()}
        out_of_fold.append(score_banks(mixer, manifest, held))
    banks = encode(run, "", manifest, configs, layout, data, [task.name for task in manifest.tasks])
    learn = {n: b.rows((b.splits == "train") | (n == "murmur")) for n, b in banks.items()}
    mixer = train_mixer(run, "fusion", manifest, configs, layout, stage, learn)
    tune = {n: b.rows(b.splits != "train") for n, b in banks.items() if (b.splits != "train").any()}
    scored = score_banks(mixer, manifest, tune)
    for name in SMALL:
        parts = [fold[name] for fold in out_of_fold]
        scored[name] = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        scored[name]["splits"] = np.full(len(scored[name]["targets"]), "folds")
    run.folder.mkdir(parents=True, exist_ok=True)
    for name, arrays in scored.items():
        np.savez_compressed(run.folder / f"tuning.{name}.npz", allow_pickle=False, **arrays)
    keep_fused(run, mixer, manifest, learn)
    run.save("fusion", mixer.state_dict())


@torch.no_grad()
def score_banks(
    mixer: Mixer, manifest: Manifest, banks: dict[str, Bank]
) -> dict[str, dict[str, NDArray[np.generic]]]:
    """Task → logits with all carriers, and with each alone where there are two; targets; groups; splits."""
    scored = {}
    for name, bank in banks.items():
        task = manifest.task(name)
        given = bank.given.expand(len(bank.targets), 3)
        arrays: dict[str, NDArray[np.generic]] = {
            "logits": task_logits(mixer, manifest, task, bank, given).numpy(),
            "targets": bank.targets.numpy(), "groups": bank.groups, "splits": bank.splits,
        }  # fmt: skip
        if int(bank.given.sum()) > 1:
            for modality in torch.nonzero(bank.given)[:, 0].tolist():
                alone = torch.zeros_like(given)
                alone[:, modality] = True
                arrays[f"{ORDER[modality]} alone"] = task_logits(mixer, manifest, task, bank, alone).numpy()
        scored[name] = arrays
    return scored


def keep_fused(run: Run, mixer: Mixer, manifest: Manifest, banks: dict[str, Bank]) -> None:
    """Fused vectors of composed cases (different people) for the report stage: with each subset of
    inputs, 400 of each."""
    random = np.random.default_rng(5)
    vectors = []
    for subset in range(8):
        given = torch.tensor([bool(subset >> m & 1) for m in range(3)])
        tokens = []
        for modality in range(3):
            having = [bank.tokens[modality] for bank in banks.values() if bank.given[modality]]
            chosen = having[int(random.integers(len(having)))]
            tokens.append(chosen[torch.from_numpy(random.integers(0, len(chosen), 400))])
        with torch.no_grad():
            vectors.append(mixer.fuse(tokens, given.expand(400, 3)))
    save_file({"fused": torch.cat(vectors).contiguous()}, run.folder / "composed.safetensors")


def read_fused(run: Run) -> Tensor:
    """(3200, fusion width)"""
    return load_file(run.folder / "composed.safetensors")["fused"]


def train_mixer(
    run: Run, name: str, manifest: Manifest, configs: Configs, layout: Layout, stage: FusionStage,
    banks: dict[str, Bank],
) -> Mixer:  # fmt: skip
    torch.manual_seed(6 + run.seed)
    mixer = Mixer(configs, layout)
    for task_name, bank in banks.items():
        task = manifest.task(task_name)
        share = bank.targets.mean(0).clamp(0.01, 0.99)
        mixer.prior[manifest.columns(task)] = share.log() if task.exclusive else torch.logit(share)

    def batches(epoch: int) -> Iterator[int]:
        yield from range(epoch * stage.steps, (epoch + 1) * stage.steps)

    def loss_of(model: nn.Module, batch: object) -> Tensor:
        assert isinstance(model, Mixer) and isinstance(batch, int)
        random = np.random.default_rng(batch)
        losses = []
        for task_name, bank in banks.items():
            part = bank.rows(random.integers(0, len(bank.targets), stage.batch))
            given = _leave_out(random, bank.given, stage)
            logits = task_logits(model, manifest, manifest.task(task_name), part, given)
            losses.append(task_loss(manifest.task(task_name), logits, part.targets))
        return torch.stack(losses).mean()

    # Small, and its banks lie in main memory: nothing for a graphics card.
    on_cpu = replace(run, device=torch.device("cpu"))
    fitted = fit(on_cpu, name, mixer, stage.schedule, batches, stage.steps, loss_of)
    assert isinstance(fitted, Mixer)
    return fitted


def _leave_out(random: np.random.Generator, carriers: Tensor, stage: FusionStage) -> Tensor:
    """(batch, 3): the carriers, and in a share of the cases only one of them."""
    given = carriers.repeat(stage.batch, 1)
    places = np.flatnonzero(carriers.numpy())
    if len(places) > 1:
        for row in np.flatnonzero(random.random(stage.batch) < stage.missing):
            given[row] = False
            given[row, int(random.choice(places))] = True
    return given
