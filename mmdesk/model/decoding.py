"""The decoder at work: an own loop over GPT-2's weights, for several rows at once.

What `transformers.generate` spends on every token beside its arithmetic is left out: keys and values lie in
memory that is set aside once, the norms' gains are folded into the layers behind them, prompts of different
lengths are read in one go, and weights are int8 with a scale for each output.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmdesk.model.decoder import Decoder, Layer

FEW = 4  # rows up to which the kernel for int8 weights wins over one for matrices
STEP = 32  # places by which attention sees more of a memory
MULTIPLE = 32  # of which that kernel takes widths
KINDS = ("int8", "float32")
Linear = Callable[[Tensor], Tensor]


class Rows:
    """Texts that are read side by side, the ends of their prompts aligned. `memory` (layers, 2, rows, heads,
    room, width / heads) holds keys and values of the first `length` places; row r begins at place
    `begins[r]`; `hidden` (rows, heads, 1, room) is minus infinity at places that hold nothing of it, else 0.
    """

    def __init__(self, memory: Tensor, begins: Tensor, length: int) -> None:
        self.memory, self.begins, self.length = memory, begins, length
        place = torch.arange(memory.shape[4])
        empty = (place < begins[:, None, None, None]) | (place >= length)
        hidden = torch.zeros(empty.shape).masked_fill(empty, -torch.inf)
        self.hidden = hidden.repeat(1, memory.shape[3], 1, 1)
        self._cut()

    def keep(self, rows: Sequence[int]) -> None:
        """Forget all but these rows."""
        chosen = torch.tensor(rows)
        self.memory, self.begins = self.memory[:, :, chosen], self.begins[chosen]
        self.hidden = self.hidden[chosen]
        self._cut()

    def open(self) -> int:
        """The next place, which holds something from now on."""
        place = self.length
        self.length += 1
        if self.length > self.masks.shape[2]:
            self._cut()
        self.hidden[..., place] = 0.0
        return place

    def _cut(self) -> None:
        """The views that a token needs, good for the next tokens as well: masks of all heads, and of each
        layer its memory, keys (rows · heads, size, places) and values (rows · heads, places, size)."""
        places = (self.length + STEP - 1) // STEP * STEP
        self.masks = self.hidden[..., :places].flatten(0, 1)
        parts = self.memory[..., :places, :].flatten(2, 3)
        self.layers = [
            (own, keys.transpose(1, 2), values)
            for own, (keys, values) in zip(self.memory, parts, strict=True)
        ]


class Loop:
    """Reads with the weights of `decoder`, of which it keeps copies of its own: "float32" as they are,
    "int8" rounded to 255 steps an output, with activations in bfloat16. There many rows go through the same
    rounded weights in bfloat16, or in float32 where the processor has no arithmetic for it."""

    def __init__(self, decoder: Decoder, kind: str = "int8") -> None:
        if kind not in KINDS:
            raise ValueError(f"a loop is one of {', '.join(KINDS)}, not {kind!r}")
        self.config = decoder.config
        exact = kind == "float32" or self.config.width % MULTIPLE != 0
        self._type = torch.float32 if exact else _type_of_many()
        self._few_type = torch.float32 if exact else torch.bfloat16
        self._few: list[Linear] = []
        self._many: list[Linear] = []
        for linear in _linears(decoder):
            few = _Plain(linear) if exact else _Int8(linear)
            self._few.append(few)
            self._many.append(few if isinstance(few, _Plain) else few.wide(self._type))
        weights = decoder.transformer
        self._tokens = weights.wte.weight.detach().to(self._type, copy=True)
        self._places = weights.wpe.weight.detach().to(self._type, copy=True)

    def embed(self, ids: Sequence[int]) -> Tensor:
        """(n,) ids → (n, width), before places."""
        return self._tokens[torch.tensor(ids)]

    @torch.inference_mode()
    def start(self, prompts: Sequence[Tensor], room: int) -> tuple[Rows, Tensor]:
        """Prompts of embeddings (n, width) each, read together → rows with room for as many more tokens, and
        the logits (rows, vocabulary) of what follows."""
        config, longest = self.config, max(map(len, prompts))
        size = config.width // config.heads
        memory = torch.zeros(config.layers, 2, len(prompts), config.heads, longest + room, size)
        x, begins = self._read_all(prompts, memory)
        ends = torch.tensor([len(prompt) for prompt in prompts]).cumsum(0) - 1
        return Rows(memory, begins, longest), self._logits(x[ends], iter(self._many[-1:]))

    @torch.inference_mode()
    def foresee(self, texts: Sequence[Tensor], last: Sequence[int]) -> list[Tensor]:
        """Texts of embeddings (n, width) each, read together → of each the logits (last, vocabulary) of what
        follows its last places; nothing is kept."""
        x, _ = self._read_all(texts, None)
        parts = x.split([len(text) for text in texts])
        wanted = torch.cat([part[-count:] for part, count in zip(parts, last, strict=True)])
        return list(self._logits(wanted, iter(self._many[-1:])).split(list(last)))

    def _read_all(self, texts: Sequence[Tensor], memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """All places of the texts, one text after the other, (places, width) before the last norm, and where
        each begins if their ends are aligned; keys and values go into `memory`. Only attention sees them
        aligned: what fills up the shorter ones is not read."""
        lengths = torch.tensor([len(text) for text in texts])
        count, longest, width = len(texts), int(lengths.max()), self.config.width
        begins = longest - lengths
        place = torch.arange(longest)
        before = place < begins[:, None]
        real = (~before).flatten().nonzero()[:, 0]
        x = torch.cat(list(texts)) + self._places[(place - begins[:, None])[~before]]
        # what lies before a row sees itself, or its softmax would be of nothing
        unseen = before[:, None, None] | (place > place[:, None])
        unseen &= ~torch.eye(longest, dtype=torch.bool)
        mask = torch.zeros(unseen.shape).masked_fill(unseen, -torch.inf)
        aligned = torch.zeros(count * longest, 3 * width)
        linears = iter(self._many)
        for layer in range(self.config.layers):
            aligned[real] = next(linears)(torch.layer_norm(x, (width,))).float()
            query, key, value = aligned.view(count, longest, 3, self.config.heads, -1).permute(2, 0, 3, 1, 4)
            if memory is not None:
                memory[layer, 0, :, :, :longest], memory[layer, 1, :, :, :longest] = key, value
            y = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=1.0)
            x = self._after(x, y.transpose(1, 2).reshape(-1, width)[real].to(self._type), linears)
        return x, begins

    @torch.inference_mode()
    def read(self, tokens: Tensor, rows: Rows) -> Tensor:
        """A token more for each row, (rows,) ids → the logits (rows, vocabulary) of what follows. Attention
        is in float32, which a CPU does quicker than bfloat16 for so few places."""
        at, size = rows.open(), (self.config.width,)
        few = len(tokens) <= FEW
        kind, linears = (self._few_type, iter(self._few)) if few else (self._type, iter(self._many))
        x = (torch.embedding(self._tokens, tokens) + self._places[at - rows.begins]).to(kind)
        shape = (len(tokens), 3, self.config.heads, -1)
        for own, keys, values in rows.layers:
            y = next(linears)(torch.layer_norm(x, size)).float().view(shape).transpose(0, 1)
            own[:, :, :, at] = y[1:]
            weights = torch.baddbmm(rows.masks, y[0].reshape(len(keys), 1, -1), keys).softmax(2)
            x = self._after(x, torch.bmm(weights, values).view(x.shape).to(kind), linears)
        return self._logits(x, linears)

    def _after(self, x: Tensor, seen: Tensor, linears: Iterator[Linear]) -> Tensor:
        """What a layer does with (n, width) beside what was seen by its attention (n, width)."""
        x = x + next(linears)(seen)
        y = next(linears)(torch.layer_norm(x, (self.config.width,)))
        return x + next(linears)(y)

    def _logits(self, x: Tensor, linears: Iterator[Linear]) -> Tensor:
        logits: Tensor = next(linears)(torch.layer_norm(x, (self.config.width,)))
        return logits.float()

    def generate(self, ids: Tensor, new: int) -> Tensor:
        """(rows, length) ids → the likeliest that follow, (rows, new)."""
        rows, logits = self.start([torch.embedding(self._tokens, row) for row in ids], new)
        found = [logits.argmax(1)]
        for _ in range(new - 1):
            found.append(self.read(found[-1], rows).argmax(1))
        return torch.stack(found, 1)


@dataclass(frozen=True, slots=True)
class _Linear:
    """A layer of the loop, weight (out, in), with what comes before it folded in: the gain and the shift of
    the norm, the scale of the queries. With `gelu` that follows."""

    weight: Tensor
    bias: Tensor
    gelu: bool = False


@torch.no_grad()
def _linears(decoder: Decoder) -> Iterator[_Linear]:
    """In the order in which a token goes through them."""
    config, weights = decoder.config, decoder.transformer
    scale = torch.ones(3 * config.width)
    scale[: config.width] = (config.width // config.heads) ** -0.5
    for layer in weights.h:
        assert isinstance(layer, Layer)
        joint = _behind(layer.ln_1, layer.attn.c_attn.weight.T, layer.attn.c_attn.bias)
        yield _Linear(joint.weight * scale[:, None], joint.bias * scale)
        yield _Linear(layer.attn.c_proj.weight.T, layer.attn.c_proj.bias)
        yield replace(_behind(layer.ln_2, layer.mlp.c_fc.weight.T, layer.mlp.c_fc.bias), gelu=True)
        yield _Linear(layer.mlp.c_proj.weight.T, layer.mlp.c_proj.bias)
    yield _behind(weights.ln_f, weights.wte.weight, torch.zeros(config.vocabulary))


def _behind(norm: nn.LayerNorm, weight: Tensor, bias: Tensor) -> _Linear:
    """What the layer reads is normed, which leaves the norm's own gain and shift to it."""
    return _Linear(weight * norm.weight, bias + weight @ norm.bias)


class _Plain:
    """x (n, in) → (n, out)"""

    def __init__(self, linear: _Linear) -> None:
        self.weight, self.bias, self.gelu = linear.weight.contiguous(), linear.bias, linear.gelu

    def __call__(self, x: Tensor) -> Tensor:
        out = F.linear(x, self.weight, self.bias)
        return F.gelu(out, approximate="tanh") if self.gelu else out


class _Int8:
    """The same with each output's weights in steps of 1/127 of its largest; x in bfloat16."""

    def __init__(self, linear: _Linear) -> None:
        self.scale = (linear.weight.abs().amax(1) / 127).clamp_min(1e-12).bfloat16()
        steps = (linear.weight / self.scale.float()[:, None]).round().clamp(-127, 127)
        self.weight, self.bias = steps.to(torch.int8).contiguous(), linear.bias.bfloat16()
        self.gelu = linear.gelu

    def __call__(self, x: Tensor) -> Tensor:
        out = torch._weight_int8pack_mm(x, self.weight, self.scale) + self.bias
        return F.gelu(out, approximate="tanh") if self.gelu else out

    def wide(self, kind: torch.dtype) -> Linear:
        """The same weights for many rows."""
        weight = (self.weight * self.scale.float()[:, None]).to(kind)
        linear = _Linear(weight, self.bias.to(kind), self.gelu)
        return _Packed(linear) if torch.backends.mkldnn.is_available() else _Plain(linear)


class _Packed:
    """The same by oneDNN, which keeps the weights in the order in which it reads them."""

    def __init__(self, linear: _Linear) -> None:
        self.weight, self.bias = torch.ops.mkldnn._reorder_linear_weight(linear.weight, None), linear.bias
        self.after = ("gelu", "tanh") if linear.gelu else ("none", "")

    def __call__(self, x: Tensor) -> Tensor:
        name, way = self.after
        out: Tensor = torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, name, [], way)
        return out


def _type_of_many() -> torch.dtype:
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32
