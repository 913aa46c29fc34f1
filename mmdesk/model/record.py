"""Record → tokens: its facts and its words, each through an LSTM, and per task a score of the facts.

The score is mostly a kernel machine's: the sets are small, and it keeps no patient's values.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


@dataclass(frozen=True, slots=True)
class RecordConfig:
    """`words` is the size of the word table (hashed, 0 pads); `bins` the pieces a value is cut in;
    `features` those of the kernel score; `deep` the share of the LSTM in the logits."""

    width: int = 96
    words: int = 2048
    bins: int = 32
    dropout: float = 0.3
    features: int = 512
    deep: float = 0.1


class FactEmbedding(nn.Module):
    """A value as how far it fills each of its term's quantile bins (piecewise linear encoding,
    Gorishniy et al. 2022), then a linear map of its term's own.

    edges: (terms, bins + 1) increasing; values (batch, terms), NaN where the record states nothing.
    """

    edges: Tensor

    def __init__(self, terms: int, bins: int, width: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.linspace(0, 1, bins + 1).repeat(terms, 1))
        self.weight = nn.Parameter(torch.randn(terms, bins, width) / bins**0.5)
        self.bias = nn.Parameter(torch.randn(terms, width) * 0.1)
        self.missing = nn.Parameter(torch.randn(terms, width) * 0.1)

    def filled(self, values: Tensor) -> Tensor:
        """(batch, terms) → (batch, terms, bins) in [0, 1]; zeros where missing."""
        low, high = self.edges[:, :-1], self.edges[:, 1:]
        parts = (values[..., None] - low) / (high - low).clamp_min(1e-6)
        return parts.clamp(0, 1).nan_to_num(0.0)

    def normal_scores(self, values: Tensor) -> Tensor:
        """(batch, terms) → the same in [-2.9, 2.9]: the normal quantile of a value's rank among those the
        edges were taken from; NaN where missing."""
        scores = torch.special.ndtri(self.filled(values).mean(2).clamp(0.002, 0.998))
        return torch.where(values.isnan(), torch.nan, scores)

    def forward(self, values: Tensor) -> Tensor:
        """(batch, terms, width)"""
        embedded = torch.einsum("btk,tkw->btw", self.filled(values), self.weight) + self.bias
        return torch.where(values.isnan()[..., None], self.missing, embedded)


class KernelScore(nn.Module):
    """Logistic regression on random Fourier features (Rahimi and Recht 2007): close to a machine with the
    kernel exp(-|a - b|² / reach²) on standardised normal scores; the frequencies drawn here are those of
    reach 1. A missing fact is taken as average.

    allowed: (terms,) bool, the facts it may see.
    """

    mean: Tensor
    std: Tensor
    frequencies: Tensor
    phases: Tensor

    def __init__(self, allowed: Tensor, features: int, outputs: int) -> None:
        super().__init__()
        terms = len(allowed)
        self.register_buffer("mean", torch.zeros(terms))
        self.register_buffer("std", torch.ones(terms))
        frequencies = torch.randn(terms, features) * 2**0.5 * allowed[:, None]
        self.register_buffer("frequencies", frequencies)
        self.register_buffer("phases", torch.rand(features) * 2 * torch.pi)
        self.linear = nn.Linear(features, outputs)

    def standard(self, scores: Tensor) -> Tensor:
        """(batch, terms) normal scores, NaN where missing → the same, standardised, 0 where missing."""
        return ((scores - self.mean) / self.std).nan_to_num(0.0)

    def features(self, standard: Tensor) -> Tensor:
        """(batch, terms) → (batch, features)"""
        angles = standard @ self.frequencies + self.phases
        waves: Tensor = torch.cos(angles) * (2 / len(self.phases)) ** 0.5
        return waves

    def forward(self, scores: Tensor) -> Tensor:
        """(batch, terms) normal scores → (batch, outputs)"""
        logits: Tensor = self.linear(self.features(self.standard(scores)))
        return logits


class RecordEncoder(nn.Module):
    """`task_facts` (tasks, terms) bool says which facts may reach a task's scores, `task_of` for each
    of the record's findings which task it belongs to."""

    task_facts: Tensor

    def __init__(self, config: RecordConfig, task_facts: Tensor, outputs: list[int]) -> None:
        super().__init__()
        terms = task_facts.shape[1]
        width = config.width
        self.outputs = outputs
        self.register_buffer("task_facts", task_facts)
        self.facts = FactEmbedding(terms, config.bins, width)
        self.fact_lstm = nn.LSTM(width, width, batch_first=True)
        self.words = nn.Embedding(config.words, width, padding_idx=0)
        self.word_lstm = nn.LSTM(width, width, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.deep = nn.ModuleList(nn.Linear(width, size) for size in outputs)
        self.share = config.deep
        self.kernel = nn.ModuleList(
            KernelScore(allowed, config.features, size)
            for allowed, size in zip(task_facts, outputs, strict=True)
        )

    def forward(self, values: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """values (batch, terms) NaN where not stated; words (batch, length) ids, 0 pads.

        → tokens (batch, tasks + 1, width): the facts each task may see, and the words; and logits
        (batch, all outputs).
        """
        tokens, logits = [], []
        scores = self.facts.normal_scores(values)
        for number, (token, deep) in enumerate(self.read_facts(values)):
            tokens.append(token)
            logits.append(self.share * deep + (1 - self.share) * self.kernel[number](scores))
        tokens.append(self.read_words(words))
        return torch.stack(tokens, 1), torch.cat(logits, 1)

    def read_facts(self, values: Tensor) -> list[tuple[Tensor, Tensor]]:
        """(batch, terms) → per task the LSTM's token (batch, width) and its logits (batch, outputs)."""
        read = []
        for allowed, head in zip(self.task_facts, self.deep, strict=True):
            _, (state, _) = self.fact_lstm(self.facts(torch.where(allowed, values, torch.nan)))
            read.append((state[-1], head(self.dropout(state[-1]))))
        return read

    def read_words(self, words: Tensor) -> Tensor:
        """(batch, length) ids → (batch, width)"""
        lengths = (words > 0).sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(self.words(words), lengths, batch_first=True, enforce_sorted=False)
        _, (state, _) = self.word_lstm(packed)
        last: Tensor = state[-1]
        return last
