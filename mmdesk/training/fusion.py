"""Stage `fusion`: with the encoders fixed, the fused vector learns to correct their scores.

A task only ever sees the inputs that can carry it, and either of two carriers may be missing. Where
data are few, a mixer a fold gives the out-of-fold scores that calibrate and measure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mmdesk.case import Modality
from mmdesk.model.audio import POSITIONS, AudioConfig, AudioEncoder, Recordings
from mmdesk.model.image import ImageEncoder
from mmdesk.model.network import AUDIO, IMAGE, RECORD, Configs, Layout, Mixer, record_encoder
from mmdesk.packs.manifest import Manifest, Task
from mmdesk.training.audio import FOLDS, Patients, Sounds, clip_folds, embed_all, load_sounds, patients_of
from mmdesk.training.data import Images, from_bytes, load_images
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.record import Records, load_records
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


@dataclass(frozen=True, slots=True)
class Bank:
    """The encoded cases of one task: tokens per modality (n, m, width), empty where it carries nothing;
    evidence (n, 3, findings of the task) raw logits; targets (n, findings); `given` (3,) the
    carriers; groups (n,) names, splits (n,)."""

    tokens: list[Tensor]
    evidence: Tensor
    targets: Tensor
    given: Tensor
    groups: NDArray[np.str_]
    splits: NDArray[np.str_]

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Bank":
        index = torch.from_numpy(np.flatnonzero(chosen) if chosen.dtype == bool else chosen)
        places = index.numpy()
        return Bank(
            [part[index] for part in self.tokens], self.evidence[index], self.targets[index], self.given,
            self.groups[places], self.splits[places],
        )  # fmt: skip


def task_logits(mixer: Mixer, manifest: Manifest, task: Task, bank: Bank, given: Tensor) -> Tensor:
    """given (n, 3) → (n, findings of the task) logits before calibration."""
    columns = manifest.columns(task)
    evidence = torch.zeros(len(given), 3, len(mixer.prior), device=given.device)
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


@dataclass(frozen=True, slots=True)
class Loaded:
    images: dict[str, Images]
    clips: Sounds
    patients: Patients
    records: Records

    @classmethod
    def read(cls, manifest: Manifest, configs: Configs, folder: Path, splits: tuple[str, ...]) -> "Loaded":
        size = configs.image.size
        images = {name: load_images(folder, manifest.task(name), size, splits) for name in IMAGE_TASKS}
        return cls(
            images,
            load_sounds(folder, "heart_sound", splits),
            patients_of(load_sounds(folder, "heart_valve", splits)),
            load_records(folder, manifest.vocabulary, splits),
        )

    def folds(self) -> dict[str, NDArray[np.intp]]:
        liver = ~np.isnan(self.records.targets[:, -1])
        clips = clip_folds(self.clips.rows)
        return {"valve": self.patients.folds, "liver": self.records.folds[liver], "murmur": clips}


@torch.no_grad()
def encode(
    run: Run, suffix: str, manifest: Manifest, configs: Configs, layout: Layout, data: Loaded,
    tasks: tuple[str, ...] | list[str],
) -> dict[str, Bank]:  # fmt: skip
    """The banks of `tasks`, from the encoders that stages image, audio and record left in the run."""
    audio = AudioEncoder(configs.audio)
    run.load(f"audio{suffix}", audio)
    record = record_encoder(configs.record, layout)
    run.load(f"record{suffix}", record)
    empty = _Empty(configs)
    values = torch.from_numpy(data.records.values)
    record_tokens, record_logits = record.eval()(values, torch.zeros(len(values), 1, dtype=torch.long))
    liver = ~np.isnan(data.records.targets[:, -1])
    banks = {}
    if "valve" in tasks:
        banks["valve"] = _valve_bank(audio.eval(), data, empty, record_tokens, record_logits)
    if "liver" in tasks:
        chosen = torch.from_numpy(liver)
        tokens = [empty.image(int(liver.sum())), empty.audio(int(liver.sum())), record_tokens[chosen]]
        targets = torch.from_numpy(data.records.targets[liver, -1:])
        splits = np.full(int(liver.sum()), "train")
        banks["liver"] = _bank(
            tokens, RECORD, record_logits[chosen, -1:], targets, data.records.groups[liver], splits
        )
    if "murmur" in tasks:
        banks["murmur"] = _murmur_bank(audio.eval(), configs.audio, data.clips, empty)
    image = ImageEncoder(configs.image, layout.examinations + 1, len(layout.image))
    for name in IMAGE_TASKS:
        if name in tasks:
            run.load("image", image)
            banks[name] = _image_bank(image.eval(), manifest, name, data.images[name], empty)
    return banks


class _Empty:
    """Tokens of a modality that is not there: never looked at, but of the right width."""

    def __init__(self, configs: Configs) -> None:
        self.widths = (configs.image.features, configs.audio.width, configs.record.width)

    def image(self, cases: int) -> Tensor:
        return torch.zeros(cases, 1, self.widths[IMAGE])

    def audio(self, cases: int) -> Tensor:
        return torch.zeros(cases, 1, self.widths[AUDIO])

    def record(self, cases: int) -> Tensor:
        return torch.zeros(cases, 1, self.widths[RECORD])


def _bank(
    tokens: list[Tensor], modality: int, logits: Tensor, targets: Tensor,
    groups: NDArray[np.str_], splits: NDArray[np.str_],
) -> Bank:  # fmt: skip
    evidence = torch.zeros(len(logits), 3, logits.shape[1])
    evidence[:, modality] = logits
    given = torch.zeros(3, dtype=torch.bool)
    given[modality] = True
    return Bank(tokens, evidence, targets.float(), given, groups, splits)


def _image_bank(encoder: ImageEncoder, manifest: Manifest, name: str, images: Images, empty: _Empty) -> Bank:
    device = next(encoder.parameters()).device
    tokens, logits = [], []
    start = sum(len(manifest.task(other).findings) for other in IMAGE_TASKS[: IMAGE_TASKS.index(name)])
    size = len(manifest.task(name).findings)
    for pixels in images.pixels.split(64):
        features = encoder(from_bytes(pixels).to(device))
        tokens.append(features.flatten(2).transpose(1, 2).cpu())
        logits.append(encoder.heads(features)[1][:, start : start + size].cpu())
    targets = F.one_hot(images.labels, size)
    cases = len(images.labels)
    parts = [torch.cat(tokens), empty.audio(cases), empty.record(cases)]
    return _bank(parts, IMAGE, torch.cat(logits), targets, images.groups, images.splits)


def _murmur_bank(encoder: AudioEncoder, config: AudioConfig, clips: Sounds, empty: _Empty) -> Bank:
    cases = len(clips.rows)
    heard = Recordings(
        embed_all(encoder, clips.log_mels), clips.statistics, torch.full((cases,), -1), torch.arange(cases)
    )
    pooled, logits = encoder.heads(heard)
    targets = F.one_hot(torch.from_numpy(clips.labels()), config.murmurs)
    groups = np.array([row["group"] for row in clips.rows])
    splits = np.array([row["split"] for row in clips.rows])
    tokens = [empty.image(cases), pooled[:, None], empty.record(cases)]
    return _bank(tokens, AUDIO, logits[:, : config.murmurs], targets, groups, splits)


def _valve_bank(
    encoder: AudioEncoder, data: Loaded, empty: _Empty, record_tokens: Tensor, record_logits: Tensor
) -> Bank:
    patients = data.patients
    rows = [row for own in patients.recordings for row in own]
    case = torch.tensor([index for index, own in enumerate(patients.recordings) for _ in own])
    positions = torch.tensor([POSITIONS.index(patients.sounds.rows[row]["position"]) for row in rows])
    embedded = embed_all(encoder, [patients.sounds.log_mels[row] for row in rows])
    pooled, logits = encoder.heads(Recordings(embedded, patients.sounds.statistics[rows], positions, case))
    places = [int(np.flatnonzero(data.records.groups == name)[0]) for name in patients.names]
    valves = patients.valves.shape[1]
    targets = torch.from_numpy(patients.valves)
    splits = np.full(len(places), "train")
    tokens = [empty.image(len(places)), pooled[:, None], record_tokens[places]]
    bank = _bank(tokens, AUDIO, logits[:, -valves:], targets, np.array(patients.names), splits)
    bank.evidence[:, RECORD] = record_logits[places, :valves]
    bank.given[RECORD] = True
    return bank


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

    fitted = fit(run, name, mixer, stage.schedule, batches, stage.steps, loss_of)
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
