"""What is like the training data, and how far from it an input may lie: fitted through the finished
encoders, on no one's input in particular."""

from collections.abc import Sequence
from pathlib import Path

import torch
from sklearn.model_selection import GroupKFold
from torch import Tensor

from mmdesk.case import Modality
from mmdesk.model.image import ImageEncoder
from mmdesk.model.network import Network
from mmdesk.model.novelty import Novelty, image_traits
from mmdesk.packs.build import configs_of, packed, unpacked
from mmdesk.packs.manifest import Manifest
from mmdesk.training.audio import load_sounds
from mmdesk.training.data import from_bytes, load_images
from mmdesk.training.image import IMAGE_TASKS

KEPT = 0.98  # of inputs of the kind that were not fitted on; the limit is set there
FOLDS = 5
SOUND_TASKS = {"murmur": ("train", "val"), "valve": ("train",)}  # what each may be fitted on


def fit_novelty(network: Network, spec: Manifest, folder: Path) -> None:
    """Of pictures, fitted on `train`, with the limit from `val` and `calib`. Of sounds, fitted on all that
    are not `test`, with the limit from folds of whole groups."""
    with torch.no_grad():
        _fit_images(network, spec, folder)
        _fit_sounds(network, spec, folder)


def _fit_images(network: Network, spec: Manifest, folder: Path) -> None:
    novelty = _part(network, Modality.IMAGE)
    for name in IMAGE_TASKS:
        kind = _kind(spec, name)
        images = load_images(folder, spec.task(name), configs_of(spec).image.size, ("train", "val", "calib"))
        held = images.where("val", "calib")
        novelty.fit(kind, traits_of(network.image, images.where("train").pixels))
        _as_packed(novelty)
        _set_limit(novelty, kind, novelty.distance(kind, traits_of(network.image, held.pixels)))


def _fit_sounds(network: Network, spec: Manifest, folder: Path) -> None:
    novelty = _part(network, Modality.AUDIO)
    for name, splits in SOUND_TASKS.items():
        kind = _kind(spec, name)
        sounds = load_sounds(folder, spec.task(name).data, splits)
        held = out_of_fold(novelty, kind, sounds.statistics, [row["group"] for row in sounds.rows])
        novelty.fit(kind, sounds.statistics)
        _as_packed(novelty)
        _set_limit(novelty, kind, held)


def traits_of(encoder: ImageEncoder, pixels: Tensor) -> Tensor:
    """(n, 1, size, size) uint8 → (n, traits)"""
    device = next(encoder.parameters()).device
    parts = [image_traits(encoder, from_bytes(part).to(device))[1].cpu() for part in pixels.split(64)]
    return torch.cat(parts)


def out_of_fold(novelty: Novelty, kind: int, traits: Tensor, groups: Sequence[str]) -> Tensor:
    """(n,) squared distances, each by a fit on the other folds' groups. The fit is left changed."""
    distances = torch.zeros(len(traits))
    for fitted, held in GroupKFold(FOLDS).split(traits, groups=groups):
        novelty.fit(kind, traits[fitted])
        distances[held] = novelty.distance(kind, traits[held])
    return distances


def _set_limit(novelty: Novelty, kind: int, held: Tensor) -> None:
    novelty.limit[kind] = held.quantile(KEPT)


def _as_packed(novelty: Novelty) -> None:
    """In the precision of a pack, so that the limit is that of the distances it will see."""
    novelty.load_state_dict(unpacked(packed(novelty.state_dict())))


def _part(network: Network, modality: Modality) -> Novelty:
    part = network.novelty[modality.value]
    assert isinstance(part, Novelty)
    return part


def _kind(spec: Manifest, task: str) -> int:
    examination = spec.examination(spec.task(task).examination or "")
    return spec.examinations_of(examination.modality).index(examination)
