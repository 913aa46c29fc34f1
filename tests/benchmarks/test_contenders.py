"""The same weights in everybody's hands: each one writes the tokens that our own loop writes in float32."""

import importlib.util
from pathlib import Path

import pytest
import torch

from benchmarks import contenders, convert, decode
from benchmarks.contenders import Setting
from mmdesk.model.decoder import Decoder, DecoderConfig

NEW = 24
TINY = DecoderConfig(vocabulary=96, layers=2, heads=2, width=64, context=192)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    """With biases, norms and places that count, and many tokens that it writes."""
    torch.manual_seed(5)
    decoder = Decoder(TINY).eval()
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter += 0.3 * torch.randn(parameter.shape)
    return decoder


@pytest.fixture(scope="module")
def truth(decoder: Decoder) -> list[int]:
    """By the network itself, without a memory of what was read."""
    ids = contenders.prompt(TINY.vocabulary)
    for _ in range(NEW):
        with torch.no_grad():
            ids.append(int(decoder(decoder.embed(torch.tensor([ids])))[0, -1].argmax()))
    new = ids[contenders.PROMPT :]
    assert len(set(new)) > 4
    return new


def named(peer: str, kind: str) -> Setting:
    return next(own for own in contenders.SETTINGS if (own.peer, own.kind) == (peer, kind))


@pytest.mark.parametrize(("peer", "kind"), [("ours", "float32"), ("generate", "float32")])
def test_ours_and_generate_write_the_same(
    peer: str, kind: str, decoder: Decoder, truth: list[int], tmp_path: Path
) -> None:
    contenders.write(decoder, tmp_path, set())
    assert named(peer, kind).make(tmp_path, kind)(1, NEW) == truth


@pytest.mark.peers
@pytest.mark.parametrize(("peer", "kind"), [("CTranslate2", "float32"), ("llama.cpp", "F32")])
@pytest.mark.parametrize("threads", [1, 2])
def test_peers_write_the_same(
    peer: str, kind: str, threads: int, decoder: Decoder, truth: list[int], tmp_path: Path
) -> None:
    contenders.write(decoder, tmp_path, {peer})
    work = named(peer, kind).make(tmp_path, kind)
    assert work(threads, NEW) == truth
    assert work(threads, NEW) == truth  # nothing is left of the first time
    assert work(threads, 1) == truth[:1]


@pytest.mark.peers
@pytest.mark.parametrize(
    ("peer", "kind"), [("CTranslate2", "int8"), ("llama.cpp", "BF16"), ("llama.cpp", "Q8_0")]
)
def test_peers_write_with_rounded_weights(peer: str, kind: str, decoder: Decoder, tmp_path: Path) -> None:
    contenders.write(decoder, tmp_path, {peer})
    assert len(named(peer, kind).make(tmp_path, kind)(1, NEW)) == NEW


def test_every_weight_goes_into_the_gguf_file_by_its_name(decoder: Decoder) -> None:
    tensors = dict(convert.gguf_tensors(decoder))
    assert len(tensors) == len(decoder.state_dict())
    assert tensors["blk.1.attn_qkv.weight"].shape == (3 * TINY.width, TINY.width)  # (out, in)
    own = decoder.transformer.h[1].attn.c_attn.weight.detach().numpy()
    assert (tensors["blk.1.attn_qkv.weight"] == own.T).all()


def test_a_network_that_is_not_gpt2_is_not_compared(decoder: Decoder) -> None:
    decoder = Decoder(TINY)
    decoder.head = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"head\.weight"):
        convert.to_transformers(decoder)


def test_a_peer_that_is_missing_is_named_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "llama_cpp" else find(name))
    settings, missing = contenders.present()
    assert "llama.cpp: not installed; pip install llama-cpp-python gguf" in missing
    assert {"ours", "generate"} <= {setting.peer for setting in settings}
    assert "llama.cpp" not in {setting.peer for setting in settings}


def test_a_table_of_what_is_there(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """From weights to figures, in processes; no figure is judged."""
    monkeypatch.setattr(decode, "NEW", NEW)
    monkeypatch.setattr(decode, "REST_S", 0.0)
    settings = [named("ours", "int8"), named("ours", "float32"), named("generate", "float32")]
    table = decode._of_size("14 M", decoder, settings, 1, ("llama.cpp: not installed",))
    rows = {row.name: row for row in table.figures}
    assert rows["ours, float32, 1 thread"].note == rows["generate, float32, 1 thread"].note
    assert rows["ours, float32, 1 thread"].note == f"{NEW} of {NEW} tokens as generate's"
    (of_generate, *_) = [row for row in table.figures if row.unit == "×" and "generate" in row.name]
    assert of_generate.goal is not None and of_generate.goal.value == 4.0
    assert table.notes == ("llama.cpp: not installed",)
    assert not any("llama" in name for name in rows)


def test_tokens_are_the_same_up_to_the_first_that_is_not() -> None:
    assert decode.same([1, 2, 3], [1, 2, 3]) == 3
    assert decode.same([1, 2, 3], [1, 5, 3]) == 1
