"""Pictures to learn from: what is mixed into one is said with it."""

import numpy as np
import pytest
import torch

from mmdesk.training.data import Images
from mmdesk.training.image import Batch, Feed, ImageStage
from mmdesk.training.loop import Schedule

SIZE = 32


def pictures(count: int, seed: int) -> Images:
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (count, 1, SIZE, SIZE), generator=generator, dtype=torch.uint8)
    names = np.arange(count).astype(str)
    return Images(pixels, torch.arange(count) % 3, names, np.full(count, "train"))


def feed(cutmix: float) -> Feed:
    stage = ImageStage(Schedule(1, 1e-3), batch=16, cutmix=(cutmix, cutmix), repeat=(1.0, 1.0))
    return Feed([pictures(24, 0), pictures(24, 1)], stage, SIZE)


def test_an_epoch_is_the_same_each_time() -> None:
    """A resumed run must see what an unbroken one would have seen."""
    for first, again in zip(drawn(feed(0.5), 7), drawn(feed(0.5), 7), strict=True):
        assert torch.equal(first.images, again.images)
        assert torch.equal(first.labels, again.labels)


def drawn(source: Feed, epoch: int) -> list[Batch]:
    torch.manual_seed(epoch)
    return list(source.batches(epoch))


def test_partners_are_of_the_same_examination() -> None:
    for batch in drawn(feed(0.5), 0):
        assert torch.equal(batch.examinations, batch.examinations[batch.partner])


@pytest.mark.parametrize("seed", range(5))
def test_a_pasted_square_is_as_large_as_its_share_says(seed: int) -> None:
    images = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, SIZE, SIZE)
    other = np.array([1, 0, 3, 2])
    mixed, share = feed(1.0)._mixed(np.random.default_rng(seed), images, other, 1.0)
    own = (mixed == images).float().mean((1, 2, 3))
    assert own.tolist() == pytest.approx(share.tolist())
    assert ((mixed == images) | (mixed == images[other])).all()


def test_blended_pictures_keep_the_larger_part_of_their_own() -> None:
    images = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, SIZE, SIZE)
    other = np.array([1, 0, 3, 2])
    mixed, share = feed(0.0)._mixed(np.random.default_rng(0), images, other, 0.0)
    assert (share >= 0.5).all()
    expected = share.view(-1, 1, 1, 1) * images + (1 - share.view(-1, 1, 1, 1)) * images[other]
    assert torch.allclose(mixed, expected)
