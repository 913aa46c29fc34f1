"""Tokens a second of one text, against peers on the same weights: at the pack's size, and with random weights
at 14 M parameters and at those of GPT-2 small."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import torch

from benchmarks import limit
from benchmarks.contenders import PROMPT, Setting, present, write
from benchmarks.figures import Figure, Goal, Spread, Table, figure, ratio
from benchmarks.measure import REST_S, Asked, Held, by_turns
from mmdesk.model.decoder import Decoder, DecoderConfig
from mmdesk.packs.reader import PackReader

NEW, FEW = 128, 8  # tokens
SIZES = {
    "14 M": DecoderConfig(vocabulary=8192, layers=6, heads=6, width=384),
    "124 M": DecoderConfig(vocabulary=50257, layers=12, heads=12, width=768, context=1024),
}
OF_GENERATE = {"the pack": 6.0, "14 M": 4.0, "124 M": 4.0}
OF_LLAMA = {"the pack": 1.0}
BYTES = {"int8": 1, "float32": 4}

Run = tuple[Setting, int]  # with so many threads
Rates = dict[Run, list[float]]  # tokens a second, by round


def measured(asked: Asked) -> Iterator[Table]:
    settings, missing = present()
    yield _of_size("the pack", PackReader(asked.pack, "cpu").network.decoder, settings, asked.rounds, missing)
    for name, config in SIZES.items():
        torch.manual_seed(0)
        yield _of_size(name, Decoder(config).eval(), settings, asked.rounds)


def _of_size(
    name: str, decoder: Decoder, settings: Sequence[Setting], rounds: int, notes: Sequence[str] = ()
) -> Table:
    config, weights = decoder.config, decoder.transformer
    read = sum(p.numel() for p in weights.parameters()) - weights.wpe.weight.numel()  # for every token
    with TemporaryDirectory() as place, ExitStack() as stack:
        write(decoder, Path(place), {setting.peer for setting in settings})
        del decoder, weights
        held = {own: stack.enter_context(Held(own.make, Path(place), own.kind)) for own in settings}
        said = {own: held[own](1, NEW)[1] for own in settings}
        whole, first = _taken(held, rounds)
    figures = [*_rates(whole, said), *_firsts(first, whole)]
    figures += [*_ratios(name, whole), *_limits(whole, read)]
    title = (
        f"decode, {name}: {config.layers} layers of {config.width}, {config.vocabulary:,} tokens; "
        f"{PROMPT} tokens read, {NEW} written"
    )
    return Table(title, tuple(figures), tuple(notes))


def threads_of(setting: Setting) -> list[int]:
    """One, two and all cores; compiled code is made for the first number that it meets."""
    cores = psutil.cpu_count(logical=False) or 1
    return [1] if setting.kind == "compiled" else sorted({1, min(2, cores), cores})


def _taken(held: dict[Setting, Held], rounds: int) -> tuple[Rates, Rates]:
    """Tokens a second, and of the prompt and the first token alone the milliseconds."""

    def work(run: Run, new: int) -> float:
        setting, threads = run
        held[setting](threads, FEW)  # what lay in the processor's memory was another's
        return held[setting](threads, new)[0]

    runs = [(setting, threads) for setting in held for threads in threads_of(setting)]
    works = {(run, new): partial(work, run, new) for run in runs for new in (NEW, 1)}
    taken = by_turns(works, rounds, REST_S)
    whole = {run: [NEW / seconds for seconds in taken[run, NEW]] for run in runs}
    return whole, {run: [1000 * seconds for seconds in taken[run, 1]] for run in runs}


def _rates(rates: Rates, said: dict[Setting, list[int]]) -> Iterator[Figure]:
    """With how many of the tokens, from the first on, are those of generate in float32."""
    truth = next((ids for own, ids in said.items() if (own.peer, own.kind) == ("generate", "float32")), None)
    for (setting, threads), values in rates.items():
        note = f"{same(said[setting], truth)} of {NEW} tokens as generate's" if truth else ""
        yield figure(_called((setting, threads)), "tokens/s", *values, note=note)


def same(ids: Sequence[int], truth: Sequence[int]) -> int:
    """How many, from the first on."""
    return next((n for n, (own, other) in enumerate(zip(ids, truth, strict=True)) if own != other), len(ids))


def _firsts(first: Rates, rates: Rates) -> Iterator[Figure]:
    """Of each peer in the setting that writes quickest."""
    for peer in dict.fromkeys(setting.peer for setting, _ in rates):
        run = _best(rates, peer)
        assert run is not None
        yield figure(f"first token, {_called(run)}", "ms", *first[run])


def _ratios(name: str, rates: Rates) -> Iterator[Figure]:
    """Each with one thread, then each at its best. Compiled code has no goal: it needs a compiler where it
    runs, and half a minute before the first token."""
    least, llama = OF_GENERATE[name], OF_LLAMA.get(name)
    rivals = (
        ("generate", ("float32",), Goal("≥", least)),
        ("generate", ("bfloat16",), Goal("≥", least)),
        ("generate", ("compiled",), None),
        ("CTranslate2", ("float32", "int8"), None),
        ("llama.cpp", ("Q8_0",), Goal("≥", llama) if llama else None),
        ("llama.cpp", ("F32", "BF16"), None),
    )
    pairs = {
        (_best(rates, "ours", threads=threads), _best(rates, peer, kinds, threads)): goal
        for threads in (1, None)
        for peer, kinds, goal in rivals
    }
    for (own, other), goal in pairs.items():
        if own and other:
            yield ratio(f"{_called(own)} ÷ {_called(other)}", rates[own], rates[other], goal)


def _best(
    rates: Rates, peer: str, kinds: Sequence[str] | None = None, threads: int | None = None
) -> Run | None:
    runs = [
        run for run in rates
        if run[0].peer == peer and (kinds is None or run[0].kind in kinds) and threads in (None, run[1])
    ]  # fmt: skip
    return max(runs, key=lambda run: Spread.of(rates[run]).median, default=None)


def _limits(rates: Rates, read: int) -> Iterator[Figure]:
    """What the memory allows: bytes a second by the bytes of weights that a token needs."""
    with Held(limit.reading) as reading:
        for kind, size in BYTES.items():
            own = _best(rates, "ours", (kind,))
            assert own is not None
            _, speed = reading(own[1], read * size)
            note = f"{speed / 1e9:.0f} GB/s, {read * size / 1e6:.3g} MB of weights"
            yield figure(f"limit, {_called(own)}", "tokens/s", speed / (read * size), note=note)
            share = [rate * read * size / speed for rate in rates[own]]
            yield figure(f"of the limit, {_called(own)}", "×", *share)


def _called(run: Run) -> str:
    setting, threads = run
    return f"{setting}, {threads} thread{'s' if threads > 1 else ''}"
