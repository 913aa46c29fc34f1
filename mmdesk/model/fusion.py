"""Tokens of several modalities → one vector, with a learned token for each that is missing."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

KINDS = ("concat", "weighted_sum", "gated", "attention")


@dataclass(frozen=True, slots=True)
class FusionConfig:
    kind: str = "gated"
    width: int = 128
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fusion is one of {', '.join(KINDS)}, not {self.kind!r}")


class Fusion(nn.Module):
    """`tokens` maps a modality to (batch, n, width); `given` (batch, modalities) says which are there.

    concat: F = W [F_I, F_A, F_T]; weighted_sum: Σ softmax(w)_m F_m over the given; gated: a gate a
    modality and channel from all of them (Arevalo et al. 2017); attention: a learned query over all
    tokens.
    """

    def __init__(self, config: FusionConfig, modalities: int) -> None:
        super().__init__()
        self.kind = config.kind
        width = config.width
        self.missing = nn.Parameter(torch.randn(modalities, width) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)
        if config.kind == "concat":
            self.mix = nn.Linear(modalities * width, width)
        elif config.kind == "weighted_sum":
            self.weights = nn.Parameter(torch.zeros(modalities))
        elif config.kind == "gated":
            self.gate = nn.Linear(modalities * width, modalities * width)
        else:
            self.query = nn.Parameter(torch.randn(1, 1, width) * 0.02)
            self.attention = nn.MultiheadAttention(width, 4, batch_first=True)

    def forward(self, tokens: list[Tensor], given: Tensor) -> Tensor:
        """tokens: one (batch, n_m, width) a modality, any content where not given → (batch, width)"""
        filled = [
            torch.where(given[:, m, None, None], part, self.missing[m].expand_as(part))
            for m, part in enumerate(tokens)
        ]
        pooled = torch.stack([part.mean(1) for part in filled], 1)  # (batch, modalities, width)
        if self.kind == "concat":
            fused = self.mix(pooled.flatten(1))
        elif self.kind == "weighted_sum":
            fused = self._weighted(pooled, given)
        elif self.kind == "gated":
            gate = torch.sigmoid(self.gate(pooled.flatten(1))).view_as(pooled)
            fused = (gate * pooled).sum(1)
        else:
            everything = torch.cat(filled, 1)
            query = self.query.expand(len(everything), -1, -1)
            fused = self.attention(query, everything, everything, need_weights=False)[0][:, 0]
        out: Tensor = self.dropout(self.norm(fused))
        return out

    def _weighted(self, pooled: Tensor, given: Tensor) -> Tensor:
        """A missing modality's token stands in with its own weight, as the given ones do."""
        return (torch.softmax(self.weights, 0)[:, None] * pooled).sum(1)
