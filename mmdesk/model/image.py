"""Image → tokens. A residual CNN (He et al. 2016, basic blocks) on one grey channel."""

from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """`size` is the side in pixels that images are brought to; `width` the channels of a member's stem."""

    size: int = 128
    width: int = 32
    members: int = 1
    dropout: float = 0.2

    @property
    def features(self) -> int:
        return self.members * 8 * self.width


def image_tensor(pixels: Tensor, size: int) -> Tensor:
    """pixels: (height, width) float32, any scale → (1, size, size) float32.

    Stretched to a square, as the training data came; contrast from the 0.5th to the 99.5th
    percentile is brought to [-1, 1], so neither bit depth nor window decides.
    """
    shape = (1, 1, *pixels.shape)
    small = F.interpolate(pixels.reshape(shape), (size, size), mode="bilinear", antialias=True)[0]
    low, high = torch.quantile(small, torch.tensor([0.005, 0.995]))
    share: Tensor = ((small - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
    return share * 2 - 1


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            convolution = nn.Conv2d(channels_in, channels, 1, stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        out: Tensor = F.relu(y + self.shortcut(x))
        return out


class Member(nn.Module):
    """One network of the ensemble: (batch, 1, size, size) → feature map, and heads of its own."""

    def __init__(self, config: ImageConfig, examinations: int, findings: int) -> None:
        super().__init__()
        width = config.width
        self.stem = nn.Sequential(
            nn.Conv2d(1, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        blocks: list[nn.Module] = []
        channels = width
        for step in range(4):
            out = width * 2**step
            blocks += [Block(channels, out, 1 if step == 0 else 2), Block(out, out, 1)]
            channels = out
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(config.dropout)
        self.examination = nn.Linear(channels, examinations)
        self.findings = nn.Linear(channels, findings)

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.blocks(self.stem(images))
        return features

    def heads(self, features: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.dropout(features.mean((2, 3)))
        return self.examination(pooled), self.findings(pooled)


class ImageEncoder(nn.Module):
    """(batch, 1, size, size) → feature map (batch, config.features, size / 32, size / 32).

    Several small networks from different first weights (deep ensembles, Lakshminarayanan et al. 2017):
    their features lie side by side, their logits are averaged.
    """

    def __init__(self, config: ImageConfig, examinations: int, findings: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(Member(config, examinations, findings) for _ in range(config.members))

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([member(images) for member in self.members], 1)

    def each(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Feature map → every member's examination logits (members, batch, examinations) and finding
        logits (members, batch, findings)."""
        parts = features.chunk(len(self.members), 1)
        heads = [cast(Member, own).heads(part) for own, part in zip(self.members, parts, strict=True)]
        examinations, findings = zip(*heads, strict=True)
        return torch.stack(examinations), torch.stack(findings)

    def heads(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Feature map → examination logits (batch, examinations), finding logits (batch, findings)."""
        examination, findings = self.each(features)
        return examination.mean(0), findings.mean(0)
