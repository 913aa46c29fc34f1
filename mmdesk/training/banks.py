"""Cases as the finished encoders leave them: tokens, evidence and targets of each task, for fusion to learn
from."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from mmdesk.model.audio import POSITIONS, AudioConfig, AudioEncoder, Recordings
from mmdesk.model.image import ImageEncoder
from mmdesk.model.network import AUDIO, IMAGE, RECORD, Configs, Layout, record_encoder
from mmdesk.packs.manifest import Manifest
from mmdesk.training.audio import Patients, Sounds, clip_folds, embed_all, load_sounds, patients_of
from mmdesk.training.data import Images, from_bytes, load_images
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.record import Records, load_records
from mmdesk.training.run import Run


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
