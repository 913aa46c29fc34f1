"""A training run on disk: stage weights, checkpoints, metrics. Nothing in it is a pickle."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Run:
    """`folder` holds NAME.safetensors for a finished stage, NAME.checkpoint.safetensors for one
    under way, and metrics.csv (stage, epoch, name, value). `seed` changes first weights, order and
    augmentation; the data and their splits stay."""

    folder: Path
    device: torch.device
    resume: bool
    seed: int = 0

    def weights_path(self, stage: str) -> Path:
        return self.folder / f"{stage}.safetensors"

    def save(self, stage: str, state: Mapping[str, Tensor]) -> None:
        write_tensors(self.weights_path(stage), state, {})
        self.checkpoint_path(stage).unlink(missing_ok=True)

    def load(self, stage: str, module: nn.Module) -> None:
        tensors, _ = read_tensors(self.weights_path(stage))
        module.load_state_dict(tensors)

    def done(self, stage: str) -> bool:
        return self.weights_path(stage).exists()

    def checkpoint_path(self, stage: str) -> Path:
        return self.folder / f"{stage}.checkpoint.safetensors"

    def log(self, stage: str, epoch: int, values: Mapping[str, float]) -> None:
        path = self.folder / "metrics.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["stage", "epoch", "name", "value"])
            writer.writerows([stage, epoch, name, f"{value:.6g}"] for name, value in values.items())

    def metrics(self) -> list[dict[str, str]]:
        path = self.folder / "metrics.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return list(csv.DictReader(file))


def write_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Safetensors in one step: a kill while writing leaves the old file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(flat, part, {name: json.dumps(value) for name, value in facts.items()})
    part.replace(path)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    with safe_open(path, "pt") as file:
        facts = {name: json.loads(value) for name, value in (file.metadata() or {}).items()}
        return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
