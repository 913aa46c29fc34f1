"""Times the sample case with the built-in pack, the decoder against `transformers` and the heat map against
captum on the same weights.

    python benchmarks/speed.py

Needs the `dev` extra. Prints medians; asserts nothing.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from captum.attr import IntegratedGradients
from transformers import GPT2Config, GPT2LMHeadModel

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import Located, StageFinished, StageStarted
from mmdesk.model.decoding import Loop
from mmdesk.model.saliency import STEPS, blurred, integrated_gradients
from mmdesk.packs.files import find
from mmdesk.packs.locate import Locator
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


def evidence_times() -> None:
    """From its start until each input's places are known, on a case that is new each time."""
    times: dict[str, list[float]] = {}
    for _ in range(RUNS):
        engine, start = LocalEngine(find("clinic")), 0.0
        for event in engine.analyze(sample_case(), StopToken()):
            if isinstance(event, StageStarted):
                start = time.perf_counter()
            elif isinstance(event, Located):
                modality = event.saliencies[0].modality
                times.setdefault(modality, []).append(time.perf_counter() - start)
                start = time.perf_counter()
    for modality, own in times.items():
        print(f"where in the {modality}: {1000 * statistics.median(own):.0f} ms")


def heat_map_times() -> None:
    """Of the three findings of a radiograph, as captum does it and as the engine does."""
    reader = PackReader(find("clinic"))
    torch.set_num_threads(1)  # as at the desk
    size = reader.configs.image.size
    image = torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(0))
    task = reader.manifest.task("chest")
    odds = Locator(reader, [], [], lambda: None).odds_of(task)
    peer = IntegratedGradients(lambda images, column: odds(images)[:, column])

    def theirs() -> None:
        for column in range(len(task.findings)):
            peer.attribute(
                image, blurred(image), additional_forward_args=column, n_steps=STEPS, method="riemann_middle"
            )

    ours, other = median(lambda: list(integrated_gradients(odds, image))), median(theirs)
    print(
        f"heat maps of 3 findings: {1000 * ours:.0f} ms, captum {1000 * other:.0f}, ratio {ours / other:.2f}"
    )


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
    loop = Loop(decoder)
    ours = NEW_TOKENS / median(lambda: loop.generate(first, NEW_TOKENS))
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
    evidence_times()
    heat_map_times()
