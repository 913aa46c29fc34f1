"""The loop reads as the decoder does: token by token, several rows at once, of whatever lengths."""

import pytest
import torch
from support.decoders import loud
from torch import Tensor

from mmdesk.model.decoder import Decoder, DecoderConfig
from mmdesk.model.decoding import FEW, STEP, Loop

CONFIG = DecoderConfig(vocabulary=97, layers=3, heads=4, width=64, context=128)
LENGTHS = (5, 17, 1, 30, 17)
NEW = STEP + 5  # so that attention has to see more of its memory on the way


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return loud(CONFIG)


def texts(lengths: tuple[int, ...]) -> list[Tensor]:
    return [torch.randint(0, 97, (n + NEW,), generator=torch.Generator().manual_seed(n)) for n in lengths]


def whole(decoder: Decoder, text: Tensor) -> Tensor:
    """(places, vocabulary) logits of all at once."""
    logits: Tensor = decoder(decoder.embed(text[None]))[0]
    return logits


@pytest.mark.parametrize("rows", [1, FEW, len(LENGTHS)])
def test_token_by_token_is_the_same_as_all_at_once(decoder: Decoder, rows: int) -> None:
    loop, given = Loop(decoder, "float32"), texts(LENGTHS[:rows])
    prompts = [loop.embed(text[:-NEW].tolist()) for text in given]
    state, logits = loop.start(prompts, NEW)
    found = [logits]
    for step in range(NEW):
        found.append(loop.read(torch.stack([text[step - NEW] for text in given]), state))
    for row, text in enumerate(given):
        expected = whole(decoder, text)[-NEW - 1 :]
        torch.testing.assert_close(torch.stack(found)[:, row], expected, atol=1e-4, rtol=0)


def test_rows_that_are_kept_go_on_as_they_were(decoder: Decoder) -> None:
    loop, given = Loop(decoder, "float32"), texts(LENGTHS)
    state, _ = loop.start([loop.embed(text[:-NEW].tolist()) for text in given], NEW)
    loop.read(torch.stack([text[-NEW] for text in given]), state)
    state.keep([1, 3])
    logits = loop.read(torch.stack([given[row][1 - NEW] for row in (1, 3)]), state)
    for row, own in zip((1, 3), logits, strict=True):
        torch.testing.assert_close(own, whole(decoder, given[row])[1 - NEW], atol=1e-4, rtol=0)


def test_what_is_foreseen_of_texts_is_what_follows_them(decoder: Decoder) -> None:
    loop, given = Loop(decoder, "float32"), texts(LENGTHS)
    last = [3, 1, 7, 2, 40]
    found = loop.foresee([loop.embed(text.tolist()) for text in given], last)
    for text, count, own in zip(given, last, found, strict=True):
        torch.testing.assert_close(own, whole(decoder, text)[-count:], atol=1e-4, rtol=0)


@pytest.mark.parametrize("rows", [1, len(LENGTHS)])
def test_rounded_weights_change_logits_little(decoder: Decoder, rows: int) -> None:
    given = texts(LENGTHS[:rows])
    (exact, _), (rounded, _) = (
        (logits, state)
        for loop in (Loop(decoder, "float32"), Loop(decoder, "int8"))
        for state, logits in [loop.start([loop.embed(text.tolist()) for text in given], 1)]
    )
    off = (rounded - exact).norm(dim=1) / exact.norm(dim=1)
    assert 0 < float(off.max()) < 0.03


def test_few_and_many_rows_read_the_same_rounded_weights(decoder: Decoder) -> None:
    loop = Loop(decoder, "int8")
    prompts = [loop.embed([1, 2, 3])] * (FEW + 1)
    many, few = loop.start(prompts, 1)[0], loop.start(prompts[:1], 1)[0]
    of_many, of_few = loop.read(torch.tensor([4] * (FEW + 1)), many)[0], loop.read(torch.tensor([4]), few)[0]
    assert float((of_many - of_few).norm() / of_few.norm()) < 0.02


def test_a_width_that_the_kernel_does_not_take_stays_as_it_is() -> None:
    torch.manual_seed(0)
    odd = Decoder(DecoderConfig(vocabulary=97, layers=1, heads=4, width=40, context=32)).eval()
    ids = torch.randint(0, 97, (1, 8))
    assert torch.equal(Loop(odd, "int8").generate(ids, 4), Loop(odd, "float32").generate(ids, 4))


def test_there_is_no_other_kind(decoder: Decoder) -> None:
    with pytest.raises(ValueError, match="float32"):
        Loop(decoder, "int4")
