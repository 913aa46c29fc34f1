"""The decoder is a GPT-2: transformers loads its weights and gives the same logits."""

import pytest
import torch
from support.decoders import loud
from transformers import GPT2Config, GPT2LMHeadModel

from mmdesk.model.decoder import Decoder, DecoderConfig
from mmdesk.model.decoding import Loop

CONFIG = DecoderConfig(vocabulary=97, layers=3, heads=4, width=32, context=64)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return loud(CONFIG)


@pytest.fixture(scope="module")
def peer(decoder: Decoder) -> GPT2LMHeadModel:
    made = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=97,
            n_positions=64,
            n_embd=32,
            n_layer=3,
            n_head=4,
            bos_token_id=None,
            eos_token_id=None,
        )
    ).eval()
    missing, unexpected = made.load_state_dict(decoder.state_dict(), strict=False)
    assert set(missing) <= {"lm_head.weight"}  # tied to the token table
    assert not unexpected
    made.tie_weights()
    return made


def test_transformers_gives_the_same_logits(decoder: Decoder, peer: GPT2LMHeadModel) -> None:
    ids = torch.randint(0, 97, (2, 40))
    with torch.no_grad():
        torch.testing.assert_close(decoder(decoder.embed(ids)), peer(ids).logits, atol=1e-4, rtol=0)


def test_transformers_generates_the_same_tokens(decoder: Decoder, peer: GPT2LMHeadModel) -> None:
    ids = torch.randint(0, 97, (5, 20), generator=torch.Generator().manual_seed(1))
    theirs = peer.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False, pad_token_id=0
    )
    assert torch.equal(Loop(decoder, "float32").generate(ids, 40), theirs[:, 20:])


def test_what_comes_later_changes_nothing_before(decoder: Decoder) -> None:
    embedded = torch.randn(1, 12, 32)
    changed = embedded.clone()
    changed[:, 8:] += 1
    with torch.no_grad():
        torch.testing.assert_close(decoder(embedded)[:, :8], decoder(changed)[:, :8])
