"""The whole network: three encoders, fusion, finding scores, and the prefix of the decoder."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmdesk.model.audio import AudioConfig, AudioEncoder
from mmdesk.model.decoder import Decoder, DecoderConfig
from mmdesk.model.fusion import Fusion, FusionConfig
from mmdesk.model.image import ImageConfig, ImageEncoder
from mmdesk.model.novelty import Novelty, image_traits_size
from mmdesk.model.record import RecordConfig, RecordEncoder
from mmdesk.model.sound import STATISTICS

# How many directions of its own a kind of input has: few where the recordings are few.
IMAGE_DIRECTIONS, AUDIO_DIRECTIONS = 64, 8
IMAGE, AUDIO, RECORD = range(3)  # the order of modalities in the network


@dataclass(frozen=True, slots=True)
class Layout:
    """What the network is asked: `findings` in all; `image`, `audio` and `record` list the columns
    each encoder scores itself; `examinations` counts the kinds of image without `neither`;
    `task_facts` holds for each task of the record encoder the facts (indices of terms) it may see."""

    findings: int
    image: tuple[int, ...]
    audio: tuple[int, ...]
    record: tuple[tuple[int, ...], ...]
    examinations: int
    terms: int
    task_facts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Configs:
    image: ImageConfig
    audio: AudioConfig
    record: RecordConfig
    fusion: FusionConfig
    decoder: DecoderConfig


def record_encoder(config: RecordConfig, layout: Layout) -> RecordEncoder:
    allowed = torch.zeros(len(layout.task_facts), layout.terms, dtype=torch.bool)
    for row, facts in zip(allowed, layout.task_facts, strict=True):
        row[list(facts)] = True
    return RecordEncoder(config, allowed, [len(columns) for columns in layout.record])


class Mixer(nn.Module):
    """Projections, fusion, the fused correction of the scores, and the decoder's prefix."""

    prior: Tensor

    def __init__(self, configs: Configs, layout: Layout) -> None:
        super().__init__()
        width = configs.fusion.width
        sizes = (configs.image.features, configs.audio.width, configs.record.width)
        self.project = nn.ModuleList(nn.Linear(size, width) for size in sizes)
        self.fusion = Fusion(configs.fusion, len(sizes))
        self.correction = nn.Linear(width, layout.findings)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)
        self.register_buffer("prior", torch.zeros(layout.findings))
        self.prefix = nn.Linear(width, configs.decoder.prefix * configs.decoder.width)
        self.prefix_shape = (configs.decoder.prefix, configs.decoder.width)

    def fuse(self, tokens: list[Tensor], given: Tensor) -> Tensor:
        """tokens: per modality (batch, n_m, its width); given (batch, 3) bool → (batch, width)"""
        parts = [project(part) for project, part in zip(self.project, tokens, strict=True)]
        fused: Tensor = self.fusion(parts, given)
        return fused

    def score(self, fused: Tensor, evidence: Tensor, given: Tensor) -> Tensor:
        """Prior, plus what each given encoder's own logits say beyond it, plus a fused correction where
        there are several to fuse: one input alone is best read by its own encoder.

        evidence (batch, 3, findings): logits minus prior, zero where an encoder has none; given
        (batch, 3): the inputs which may carry these findings and are there.
        """
        said = (evidence * given[:, :, None]).sum(1)
        several = (given.sum(1) > 1)[:, None]
        logits: Tensor = self.prior + said + several * self.correction(fused)
        return logits

    def prefixes(self, fused: Tensor) -> Tensor:
        """(batch, width) → (batch, prefix, decoder width)"""
        prefixes: Tensor = self.prefix(fused).view(-1, *self.prefix_shape)
        return prefixes


class Network(nn.Module):
    def __init__(self, configs: Configs, layout: Layout) -> None:
        super().__init__()
        self.image = ImageEncoder(configs.image, layout.examinations + 1, len(layout.image))
        self.audio = AudioEncoder(configs.audio)
        self.record = record_encoder(configs.record, layout)
        self.mixer = Mixer(configs, layout)
        self.decoder = Decoder(configs.decoder)
        self.novelty = nn.ModuleDict(
            {
                "image": Novelty(layout.examinations, image_traits_size(configs.image), IMAGE_DIRECTIONS),
                "audio": Novelty(configs.audio.kinds - 1, sum(STATISTICS), AUDIO_DIRECTIONS),
            }
        )
