"""GPT-2 (Radford et al. 2019) in plain torch, fed by prefix embeddings: as it is trained. How it writes is
in decoding.py.

Parameter names are those of `transformers.GPT2LMHeadModel` (its Conv1D weights are (in, out)), so
that class loads the weights as they are; a test compares the logits.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """`context` counts prefix and tokens together; `prefix` embeddings come from the fused vector."""

    vocabulary: int = 2048
    layers: int = 4
    heads: int = 4
    width: int = 256
    context: int = 512
    prefix: int = 4
    dropout: float = 0.1


class Conv1D(nn.Module):
    """A linear layer with its weight stored (in, out), as GPT-2 was published."""

    def __init__(self, size_in: int, size_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size_in, size_out) * 0.02)
        self.bias = nn.Parameter(torch.zeros(size_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.c_attn = Conv1D(config.width, 3 * config.width)
        self.c_proj = Conv1D(config.width, config.width)
        self.dropout = config.dropout

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        parts = self.c_attn(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (batch, heads, length, width / heads)
        dropout = self.dropout if self.training else 0.0
        out = F.scaled_dot_product_attention(query, key, value, is_causal=True, dropout_p=dropout)
        mixed: Tensor = self.c_proj(out.transpose(1, 2).reshape(batch, length, width))
        return mixed


class MLP(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = Conv1D(width, 4 * width)
        self.c_proj = Conv1D(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))
        return out


class Layer(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width)
        self.attn = Attention(config)
        self.ln_2 = nn.LayerNorm(config.width)
        self.mlp = MLP(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attn(self.ln_1(x)))
        out: Tensor = x + self.dropout(self.mlp(self.ln_2(x)))
        return out


class Transformer(nn.Module):
    """The published names: token and position tables, layers, last norm."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.wte = nn.Embedding(config.vocabulary, config.width)
        self.wpe = nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(config.width)


class Decoder(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = Transformer(config)
        self.dropout = nn.Dropout(config.dropout)
        for embedding in (self.transformer.wte, self.transformer.wpe):
            nn.init.normal_(embedding.weight, std=0.02)
        for name, parameter in self.transformer.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * config.layers))

    def embed(self, tokens: Tensor) -> Tensor:
        """(batch, length) ids → (batch, length, width), before positions."""
        embedded: Tensor = self.transformer.wte(tokens)
        return embedded

    def forward(self, embedded: Tensor) -> Tensor:
        """(batch, length, width) prefix and token embeddings → (batch, length, vocabulary) logits."""
        places = torch.arange(embedded.shape[1], device=embedded.device)
        x = self.dropout(embedded + self.transformer.wpe(places))
        for layer in self.transformer.h:
            x = layer(x)
        return F.linear(self.transformer.ln_f(x), self.transformer.wte.weight)
