"""Stage `image`: one trunk learns which examination a picture is and, for those, its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import balanced_accuracy_score
from torch import Tensor, nn
from torchvision.transforms import v2

from mmdesk.case import Modality
from mmdesk.model.image import ImageConfig, ImageEncoder
from mmdesk.packs.manifest import Manifest
from mmdesk.training import negatives
from mmdesk.training.data import Images, from_bytes, load_images
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.run import Run

IMAGE_TASKS = ("chest", "brain")


@dataclass(frozen=True, slots=True)
class ImageStage:
    """`mixup` is the parameter of the Beta distribution (Zhang et al. 2018); `cutmix`, a task, the share of
    batches in which a square of one picture is pasted into another instead (Yun et al. 2019); `negatives`
    the share of pictures that are no examination; `repeat`, a task, how often an epoch takes its pictures."""

    schedule: Schedule
    batch: int = 32
    mixup: float = 0.2
    cutmix: tuple[float, ...] = (0.5, 0.0)
    smoothing: float = 0.05
    negatives: float = 0.1
    repeat: tuple[float, ...] = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Batch:
    """images (batch, 1, size, size); examinations (batch,), the last index is `neither`; labels
    (batch,) index within the task; partner and share (batch,) say what was mixed in."""

    images: Tensor
    examinations: Tensor
    labels: Tensor
    partner: Tensor
    share: Tensor


def train_image(run: Run, manifest: Manifest, config: ImageConfig, stage: ImageStage, folder: Path) -> None:
    sets = [load_images(folder, manifest.task(name), config.size, ("train", "val")) for name in IMAGE_TASKS]
    training = [images.where("train") for images in sets]
    validation = [images.where("val") for images in sets]
    sizes = [len(manifest.task(name).findings) for name in IMAGE_TASKS]
    examinations = len(manifest.examinations_of(Modality.IMAGE)) + 1
    torch.manual_seed(run.seed)
    encoder = ImageEncoder(config, examinations, sum(sizes)).to(memory_format=torch.channels_last)
    weights = [_class_weights(images.labels, size) for images, size in zip(training, sizes, strict=True)]
    feed = Feed(training, stage, config.size)

    def loss_of(model: nn.Module, batch: object) -> Tensor:
        assert isinstance(batch, Batch) and isinstance(model, ImageEncoder)
        return image_loss(model, batch, sizes, weights, stage.smoothing, run.device)

    def validate(model: nn.Module) -> Mapping[str, float]:
        assert isinstance(model, ImageEncoder)
        return {
            f"{name}_balanced": balanced_accuracy_score(images.labels, predict(model, images, part))
            for name, images, part in zip(IMAGE_TASKS, validation, slices(sizes), strict=True)
        }

    fitted = fit(run, "image", encoder, stage.schedule, feed.batches, feed.steps, loss_of, validate)
    run.save("image", fitted.state_dict())


def slices(sizes: list[int]) -> list[slice]:
    starts = np.cumsum([0, *sizes])
    return [slice(int(a), int(b)) for a, b in zip(starts, starts[1:], strict=False)]


def image_loss(
    model: ImageEncoder,
    batch: Batch,
    sizes: list[int],
    weights: list[Tensor],
    smoothing: float,
    device: torch.device,
) -> Tensor:
    """Cross entropy of the examination, and of the finding where there is one to know; the mean over
    the members, each of which learns alone."""
    images = batch.images.to(device, memory_format=torch.channels_last)
    truth, label = batch.examinations.to(device), batch.labels.to(device)
    other, share = batch.partner.to(device), batch.share.to(device)
    losses = []
    for examination, findings in zip(*model.each(model(images)), strict=True):
        loss = F.cross_entropy(examination.float(), truth, reduction="none")
        for index, (part, weight) in enumerate(zip(slices(sizes), weights, strict=True)):
            mine = truth == index
            if not mine.any():
                continue
            wrong = partial(
                F.cross_entropy, findings[mine, part].float(), weight=weight.to(device),
                label_smoothing=smoothing, reduction="none",
            )  # fmt: skip
            mixed = share[mine] * wrong(label[mine]) + (1 - share[mine]) * wrong(label[other[mine]])
            loss = loss.index_add(0, mine.nonzero()[:, 0], mixed)
        losses.append(loss.mean())
    return torch.stack(losses).mean()


def _class_weights(labels: Tensor, classes: int) -> Tensor:
    """Inverse square root of the class's share, mean 1 over the pictures."""
    counts = torch.bincount(labels, minlength=classes).clamp_min(1).float()
    weights = counts.rsqrt()
    return weights * counts.sum() / (weights * counts).sum()


@torch.no_grad()
def predict(model: ImageEncoder, images: Images, part: slice) -> Tensor:
    """(n,) index of the best finding of one task."""
    device = next(model.parameters()).device
    outputs = [
        model.heads(model(from_bytes(pixels).to(device, memory_format=torch.channels_last)))[1][:, part]
        for pixels in images.pixels.split(64)
    ]
    return torch.cat(outputs).argmax(1).cpu()


class Feed:
    """Batches of augmented pictures; the same for the same epoch."""

    def __init__(self, sets: list[Images], stage: ImageStage, size: int) -> None:
        self.sets = sets
        self.stage = stage
        self.size = size
        examples = torch.cat([images.pixels[:200, 0] for images in sets])
        self.examples = from_bytes(examples).numpy()
        counts = [int(len(s.labels) * r) for s, r in zip(sets, stage.repeat, strict=True)]
        self.counts = [*counts, int(sum(counts) * stage.negatives)]
        self.steps = sum(self.counts) // stage.batch

        def moved(turn: float, zoom: tuple[float, float]) -> nn.Module:
            shift, shear, way = (0.08, 0.08), 5, v2.InterpolationMode.BILINEAR
            affine: nn.Module = v2.RandomAffine(turn, shift, zoom, shear, way, fill=[-1.0])
            return affine

        erased = v2.RandomErasing(0.25, (0.02, 0.12), value=0.0)
        blurred = v2.RandomApply([v2.GaussianBlur(5, (0.3, 1.2))], 0.2)
        noisy = v2.RandomApply([v2.GaussianNoise(0.0, 0.06, clip=False)], 0.3)
        # The heart lies on one side of a chest; a brain slice may be seen from either. Brain slices are of
        # few people and gain by stronger changes; on chests these left the `val` loss higher.
        self.augment = [
            v2.Compose([moved(10, (0.88, 1.12)), erased]),
            v2.Compose([v2.RandomHorizontalFlip(), moved(20, (0.75, 1.3)), blurred, noisy, erased]),
        ]

    def batches(self, epoch: int) -> Iterator[Batch]:
        random = np.random.default_rng(epoch)
        order = self._order(random)
        for step in range(self.steps):
            chosen = order[step * self.stage.batch : (step + 1) * self.stage.batch]
            # Pictures of one examination stand together, so that each finds its partner for mixup.
            yield self._batch(random, chosen[np.argsort(chosen[:, 0], kind="stable")])

    def _order(self, random: np.random.Generator) -> np.ndarray:
        parts = []
        for index, count in enumerate(self.counts):
            available = len(self.sets[index].labels) if index < len(self.sets) else count
            picks = np.concatenate([random.permutation(available) for _ in range(-(-count // available))])
            parts.append(np.stack([np.full(count, index), picks[:count]], 1))
        return random.permutation(np.concatenate(parts))

    def _batch(self, random: np.random.Generator, chosen: np.ndarray) -> Batch:
        kinds = chosen[:, 0]
        partner = np.arange(len(kinds))
        images, labels, shares = [], [], []
        for kind in np.unique(kinds):
            mine = np.flatnonzero(kinds == kind)
            pictures, own = self._pictures(random, int(kind), chosen[mine, 1])
            share = torch.ones(len(mine))
            if kind < len(self.sets):
                order = random.permutation(len(mine))
                partner[mine] = mine[order]
                pictures, share = self._mixed(random, pictures, order, self.stage.cutmix[kind])
            images.append(pictures)
            labels.append(own)
            shares.append(share)
        others = torch.from_numpy(partner)
        return Batch(torch.cat(images), torch.from_numpy(kinds), torch.cat(labels), others, torch.cat(shares))

    def _mixed(
        self, random: np.random.Generator, images: Tensor, other: np.ndarray, cutmix: float
    ) -> tuple[Tensor, Tensor]:
        """Each picture with its partner in it, and the share (batch,) that is its own."""
        if random.random() < cutmix:
            side = int(self.size * random.random() ** 0.5)
            top, left = random.integers(0, self.size - side, 2, endpoint=True)
            box = (..., slice(top, top + side), slice(left, left + side))
            mixed = images.clone()
            mixed[box] = images[other][box]
            return mixed, torch.full((len(images),), 1 - (side / self.size) ** 2)
        share = torch.from_numpy(random.beta(self.stage.mixup, self.stage.mixup, len(images))).float()
        share = torch.maximum(share, 1 - share)
        weight = share.view(-1, 1, 1, 1)
        return weight * images + (1 - weight) * images[other], share

    def _pictures(self, random: np.random.Generator, kind: int, items: np.ndarray) -> tuple[Tensor, Tensor]:
        """(n, 1, size, size) and labels (n,); the last kind is made up and has no finding."""
        if kind == len(self.sets):
            made = [negatives.picture(random, self.size, self.examples) for _ in items]
            return torch.from_numpy(np.stack(made))[:, None], torch.zeros(len(items), dtype=torch.long)
        pictures = [
            self._lit(random, self.augment[kind](p)) for p in from_bytes(self.sets[kind].pixels[items])
        ]
        return torch.stack(pictures), self.sets[kind].labels[items]

    @staticmethod
    def _lit(random: np.random.Generator, image: Tensor) -> Tensor:
        """Another exposure: gamma, contrast and brightness."""
        gamma, contrast = float(np.exp(random.uniform(-0.25, 0.25))), random.uniform(0.8, 1.2)
        bent = ((image + 1) / 2).clamp(1e-4, 1) ** gamma * 2 - 1
        return (bent * contrast + random.uniform(-0.15, 0.15)).clamp(-1, 1)
