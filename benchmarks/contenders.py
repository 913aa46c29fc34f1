"""Who decodes: mmdesk and its peers, each in its quickest way to write the likeliest tokens of one text."""

import ctypes
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from benchmarks import convert
from mmdesk.model.decoder import Decoder
from mmdesk.model.decoding import Loop

PROMPT = 32  # tokens
Work = Callable[[int, int], list[int]]  # threads and how many tokens → the tokens that follow the prompt


@dataclass(frozen=True, slots=True)
class Setting:
    """`make(folder, kind)` gives the Work, of weights that convert wrote to the folder."""

    peer: str
    kind: str
    make: Callable[[Path, str], Work]

    def __str__(self) -> str:
        return f"{self.peer}, {self.kind}"


def prompt(vocabulary: int) -> list[int]:
    return Random(0).choices(range(vocabulary), k=PROMPT)


def ours(folder: Path, kind: str) -> Work:
    loop = Loop(convert.load(folder), kind)
    ids = torch.tensor([prompt(loop.config.vocabulary)])

    def work(threads: int, new: int) -> list[int]:
        torch.set_num_threads(threads)
        found: list[int] = loop.generate(ids, new)[0].tolist()
        return found

    return work


def generate(folder: Path, kind: str) -> Work:
    """transformers' generate, as it is called by everybody; "compiled" with its static cache."""
    compiled = kind == "compiled"
    model = convert.to_transformers(convert.load(folder), torch.float32 if compiled else getattr(torch, kind))
    ids = torch.tensor([prompt(model.config.vocab_size)])
    options: dict[str, Any] = {"attention_mask": torch.ones_like(ids), "do_sample": False, "pad_token_id": 0}
    if compiled:
        model.forward = torch.compile(model.forward)
        options["cache_implementation"] = "static"

    @torch.inference_mode()
    def work(threads: int, new: int) -> list[int]:
        torch.set_num_threads(threads)
        found: list[int] = model.generate(ids, max_new_tokens=new, **options)[0, PROMPT:].tolist()
        return found

    return work


def ctranslate2(folder: Path, kind: str) -> Work:
    if torch.backends.cpu.get_cpu_capability() == "AVX512":  # else it takes AVX2 where the CPU is not Intel's
        os.environ.setdefault("CT2_FORCE_CPU_ISA", "AVX512")
    from ctranslate2 import Generator

    words = [str(number) for number in prompt(convert.config_of(folder).vocabulary)]

    @cache
    def loaded(threads: int) -> Generator:
        place = str(folder / "ctranslate2")
        return Generator(place, compute_type=kind, inter_threads=1, intra_threads=threads)

    def work(threads: int, new: int) -> list[int]:
        results = loaded(threads).generate_batch(
            [words], max_length=new, sampling_topk=1, end_token=[], include_prompt_in_result=False
        )
        found: list[int] = results[0].sequences_ids[0]
        return found

    return work


def llama_cpp(folder: Path, kind: str) -> Work:
    """The loop of its C interface, with flash attention, and no more room than is needed. The likeliest token
    is looked for by numpy, which is quicker than its own sampler."""
    import llama_cpp as llama

    convert.quiet()
    ids = prompt(convert.config_of(folder).vocabulary)
    path = str(folder / f"{kind}.gguf").encode()
    model = llama.llama_model_load_from_file(path, llama.llama_model_default_params())
    asked = llama.llama_context_default_params()
    asked.n_ctx, asked.n_batch, asked.no_perf = 256, 64, True
    asked.flash_attn_type = 1
    context = llama.llama_init_from_model(model, asked)
    vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    said = (ctypes.c_int32 * PROMPT)(*ids)
    last = (ctypes.c_int32 * 1)()

    def likeliest() -> int:
        logits = llama.llama_get_logits_ith(context, -1)
        return int(np.ctypeslib.as_array(logits, shape=(vocabulary,)).argmax())

    def work(threads: int, new: int) -> list[int]:
        llama.llama_set_n_threads(context, threads, threads)
        llama.llama_memory_clear(llama.llama_get_memory(context), False)
        found: list[int] = []
        batch = llama.llama_batch_get_one(said, PROMPT)
        while len(found) < new:
            if llama.llama_decode(context, batch):
                raise RuntimeError("llama.cpp could not decode")
            last[0] = likeliest()
            found.append(last[0])
            batch = llama.llama_batch_get_one(last, 1)
        return found

    return work


SETTINGS = (
    Setting("ours", "int8", ours),
    Setting("ours", "float32", ours),
    Setting("generate", "float32", generate),
    Setting("generate", "bfloat16", generate),
    Setting("generate", "compiled", generate),
    Setting("CTranslate2", "float32", ctranslate2),
    Setting("CTranslate2", "int8", ctranslate2),
    Setting("llama.cpp", "F32", llama_cpp),
    Setting("llama.cpp", "BF16", llama_cpp),
    Setting("llama.cpp", "Q8_0", llama_cpp),
)
NEEDS = {  # modules, and how to get them
    "generate": (("transformers",), "pip install -e '.[dev]'"),
    "CTranslate2": (("ctranslate2", "transformers"), "pip install ctranslate2, and '.[dev]'"),
    "llama.cpp": (("llama_cpp", "gguf"), "pip install llama-cpp-python gguf"),
}


def present() -> tuple[list[Setting], list[str]]:
    """The settings that can be tried here, and a line on each peer that is not installed."""
    missing = {
        peer: f"{peer}: not installed; {remedy}"
        for peer, (modules, remedy) in NEEDS.items()
        if not all(importlib.util.find_spec(module) for module in modules)
    }
    found = [setting for setting in SETTINGS if setting.peer not in missing]
    if shutil.which("c++") is None:
        found = [setting for setting in found if setting.kind != "compiled"]
        missing["compiled"] = "generate, compiled: there is no C++ compiler"
    return found, list(missing.values())


def write(decoder: Decoder, folder: Path, peers: set[str]) -> None:
    """The weights as each of the peers reads them."""
    convert.save(decoder, folder)
    if "CTranslate2" in peers:
        convert.to_ctranslate2(decoder, folder / "ctranslate2")
    if "llama.cpp" in peers:
        convert.to_gguf(decoder, folder / "F32.gguf")
        for kind in convert.FILE_TYPES:
            convert.rounded(folder / "F32.gguf", kind)
