"""Record → tokens: its facts and its words, each through an LSTM, and per task a score of the facts."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


@dataclass(frozen=True, slots=True)
class RecordConfig:
    """`words` is the size of the word table (hashed, 0 pads); `bins` the pieces a value is cut in."""

    width: int = 96
    words: int = 2048
    bins: int = 12
    dropout: float = 0.3


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

    def forward(self, values: Tensor) -> Tensor:
        """(batch, terms, width)"""
        embedded = torch.einsum("btk,tkw->btw", self.filled(values), self.weight) + self.bias
        return torch.where(values.isnan()[..., None], self.missing, embedded)


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
        self.wide = nn.ModuleList(nn.Linear(terms * config.bins + terms, size) for size in outputs)
        for parameter in self.wide.parameters():
            nn.init.zeros_(parameter)

    def forward(self, values: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """values (batch, terms) NaN where not stated; words (batch, length) ids, 0 pads.

        → tokens (batch, tasks + 1, width): the facts each task may see, and the words; and logits
        (batch, all outputs).
        """
        tokens, logits = [], []
        for number, allowed in enumerate(self.task_facts):
            seen = torch.where(allowed, values, torch.nan)
            _, (state, _) = self.fact_lstm(self.facts(seen))
            tokens.append(state[-1])
            filled = torch.cat([self.facts.filled(seen).flatten(1), seen.isnan().float()], 1)
            logits.append(self.deep[number](self.dropout(state[-1])) + self.wide[number](filled))
        tokens.append(self.read_words(words))
        return torch.stack(tokens, 1), torch.cat(logits, 1)

    def read_words(self, words: Tensor) -> Tensor:
        """(batch, length) ids → (batch, width)"""
        lengths = (words > 0).sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(self.words(words), lengths, batch_first=True, enforce_sorted=False)
        _, (state, _) = self.word_lstm(packed)
        last: Tensor = state[-1]
        return last
