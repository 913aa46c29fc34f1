"""Times the sample case with the built-in pack, and the decoder against `transformers` on the same weights.

    python benchmarks/speed.py

Needs the `dev` extra. Prints medians; asserts nothing.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import StageFinished
from mmdesk.model.decoder import Cache, Decoder
from mmdesk.packs.files import find
from mmdesk.packs.reader import PackReader
from mmdesk.resources import sample_case

RUNS = 9
NEW_TOKENS = 128


def median(work: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def analysis_times() -> None:
    """A warm engine, nothing in the cache: a new engine a run, warmed on another case."""
    totals, stages = [], {}
    for _ in range(RUNS):
        engine = LocalEngine(find("clinic"))
        text = Case({Modality.RECORD: (Input.from_text("58-year-old man, ALT 60 U/L."),)})
        list(engine.analyze(text, StopToken()))
        start = time.perf_counter()
        for event in engine.analyze(sample_case(), StopToken()):
            if isinstance(event, StageFinished):
                stages.setdefault(event.stage, []).append(event.milliseconds)
        totals.append(time.perf_counter() - start)
    print(f"sample case, engine warm: {statistics.median(totals):.2f} s")
    for stage, times in stages.items():
        print(f"  {stage}: {statistics.median(times):.0f} ms")


def generate(decoder: Decoder, first: torch.Tensor) -> None:
    cache = Cache(decoder.config)
    logits = decoder.read(decoder.embed(first), cache)
    for _ in range(NEW_TOKENS - 1):
        logits = decoder.read(decoder.embed(logits.argmax().view(1, 1)), cache)


def decoder_times() -> None:
    decoder = PackReader(find("clinic")).network.decoder
    sizes = decoder.config
    peer = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=sizes.vocabulary, n_positions=sizes.context, n_embd=sizes.width,
            n_layer=sizes.layers, n_head=sizes.heads, bos_token_id=None, eos_token_id=None,
        )
    ).eval()  # fmt: skip
    peer.load_state_dict(decoder.state_dict(), strict=False)
    first = torch.randint(0, sizes.vocabulary, (1, 32))
    options = {"max_new_tokens": NEW_TOKENS, "do_sample": False, "pad_token_id": 0}
    mask = torch.ones_like(first)
    ours = NEW_TOKENS / median(lambda: generate(decoder, first))
    theirs = NEW_TOKENS / median(lambda: peer.generate(first, attention_mask=mask, **options))
    print(f"decoder: {ours:.0f} tokens/s, transformers generate: {theirs:.0f}, ratio {ours / theirs:.2f}")


def start_times() -> None:
    def run(*arguments: str) -> float:
        return median(lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True))

    help_, empty = run("-m", "mmdesk", "--help"), run("-c", "pass")
    print(f"mmdesk --help: {help_:.2f} s, an empty Python: {empty:.2f} s, ratio {help_ / empty:.1f}")


if __name__ == "__main__":
    start_times()
    analysis_times()
    decoder_times()
