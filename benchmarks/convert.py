"""The same weights as each peer reads them, written from a decoder."""

import ctypes
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from mmdesk.model.decoder import Decoder, DecoderConfig

EPSILON = 1e-5  # of torch's LayerNorm and of GPT-2's
LAYER = {  # llama.cpp's names of a layer's parts, and GPT-2's
    "attn_norm": "ln_1",
    "attn_qkv": "attn.c_attn",
    "attn_output": "attn.c_proj",
    "ffn_norm": "ln_2",
    "ffn_up": "mlp.c_fc",
    "ffn_down": "mlp.c_proj",
}
FILE_TYPES = {"BF16": 32, "Q8_0": 7}  # llama.h: LLAMA_FTYPE_MOSTLY_…


def save(decoder: Decoder, folder: Path) -> None:
    save_file(decoder.state_dict(), folder / "weights.safetensors")
    (folder / "config.json").write_text(json.dumps(asdict(decoder.config)), encoding="utf-8")


def config_of(folder: Path) -> DecoderConfig:
    return DecoderConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))


def load(folder: Path) -> Decoder:
    decoder = Decoder(config_of(folder))
    decoder.load_state_dict(load_file(folder / "weights.safetensors"))
    return decoder.eval()


def to_transformers(decoder: Decoder, dtype: torch.dtype = torch.float32) -> Any:
    """A GPT2LMHeadModel."""
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = decoder.config
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=sizes.vocabulary, n_positions=sizes.context, n_embd=sizes.width,
            n_layer=sizes.layers, n_head=sizes.heads, bos_token_id=None, eos_token_id=None,
        )
    ).eval()  # fmt: skip
    left = model.load_state_dict(decoder.state_dict(), strict=False)
    if left.unexpected_keys or left.missing_keys != ["lm_head.weight"]:  # which is tied to wte
        raise ValueError(f"these are not GPT-2's weights: {left}")
    return model.to(dtype)


def to_ctranslate2(decoder: Decoder, folder: Path) -> None:
    """In float32; what is asked for at loading rounds it. Tokens are named by their ids."""
    from ctranslate2.converters.transformers import GPT2Loader

    spec = GPT2Loader().get_model_spec(to_transformers(decoder))
    spec.register_vocabulary([str(number) for number in range(decoder.config.vocabulary)])
    spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = "0"
    spec.validate()
    spec.optimize()
    folder.mkdir()
    spec.save(str(folder))


def to_gguf(decoder: Decoder, path: Path) -> None:
    """In float32, without a tokenizer."""
    import gguf

    sizes = decoder.config
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_block_count(sizes.layers)
    writer.add_context_length(sizes.context)
    writer.add_embedding_length(sizes.width)
    writer.add_feed_forward_length(4 * sizes.width)
    writer.add_head_count(sizes.heads)
    writer.add_layer_norm_eps(EPSILON)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(sizes.vocabulary)
    for name, values in gguf_tensors(decoder):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_tensors(decoder: Decoder) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """By llama.cpp's names; weights of layers as (out, in)."""
    weights = decoder.state_dict()
    yield "token_embd.weight", weights["transformer.wte.weight"].numpy()
    yield "position_embd.weight", weights["transformer.wpe.weight"].numpy()
    for kind in ("weight", "bias"):
        yield f"output_norm.{kind}", weights[f"transformer.ln_f.{kind}"].numpy()
        for number in range(decoder.config.layers):
            for theirs, own in LAYER.items():
                values: Tensor = weights[f"transformer.h.{number}.{own}.{kind}"]
                yield f"blk.{number}.{theirs}.{kind}", np.ascontiguousarray(values.numpy().T)


def rounded(path: Path, kind: str) -> None:
    """Beside a GGUF file in float32 the same in another of FILE_TYPES, by llama.cpp itself."""
    import llama_cpp

    quiet()
    asked = llama_cpp.llama_model_quantize_default_params()
    asked.ftype = FILE_TYPES[kind]
    out = str(path.with_name(f"{kind}.gguf")).encode()
    if llama_cpp.llama_model_quantize(str(path).encode(), out, ctypes.byref(asked)):
        raise RuntimeError(f"llama.cpp could not write {kind}")


@cache
def quiet() -> object:
    """llama.cpp says nothing. What is given must be kept, for llama.cpp calls it."""
    import llama_cpp

    silent = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(silent, None)
    return silent
