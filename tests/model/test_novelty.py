"""Distances from what was learned: the right ones, half precision, and nothing refused before a fit."""

import pytest
import torch

from mmdesk.model.image import ImageConfig, ImageEncoder
from mmdesk.model.novelty import Novelty, image_traits, image_traits_size
from mmdesk.packs.build import packed, unpacked


@pytest.fixture(scope="module")
def learned() -> tuple[Novelty, torch.Tensor]:
    """40 traits of which 4 directions vary most; 400 inputs it was fitted on, at 60 and 3 of their own."""
    torch.manual_seed(0)
    novelty = Novelty(2, 40, 8)
    inputs = torch.randn(500, 4) @ torch.randn(4, 40) * 3 + torch.randn(500, 40)
    novelty.fit(0, inputs[:400])
    novelty.fit(1, inputs[:400] + 50)
    for kind, own in enumerate((inputs, inputs + 50)):
        novelty.limit[kind] = novelty.distance(kind, own[400:]).quantile(0.98)
    return novelty, inputs[400:]


def test_what_is_like_it_is_near_and_what_is_not_is_far(learned: tuple[Novelty, torch.Tensor]) -> None:
    novelty, own = learned
    assert novelty(own)[:, 0].le(1).float().mean() == pytest.approx(0.98, abs=0.011)
    assert novelty(own)[:, 1].gt(1).all() and novelty(own + 50)[:, 1].le(1).float().mean() > 0.95
    # As long, but in directions that never varied.
    assert novelty(own[:, torch.randperm(40)])[:, 0].gt(1).all()


def test_the_distance_is_mahalanobis(learned: tuple[Novelty, torch.Tensor]) -> None:
    novelty, own = learned
    covariance = torch.eye(40) * novelty.rest[0]
    for direction, spread in zip(novelty.basis[0], novelty.spread[0], strict=True):
        covariance += torch.outer(direction, direction) * (spread - novelty.rest[0])
    z = (own - novelty.mean[0]) / novelty.scale[0]
    expected = (z @ torch.linalg.inv(covariance) * z).sum(1) / 40
    torch.testing.assert_close(novelty.distance(0, own), expected, rtol=1e-2, atol=1e-2)


def test_a_pack_keeps_it(learned: tuple[Novelty, torch.Tensor]) -> None:
    novelty, own = learned
    kept = Novelty(2, 40, 8)
    kept.load_state_dict(unpacked(packed(novelty.state_dict())))
    torch.testing.assert_close(kept(own)[:, 0], novelty(own)[:, 0], rtol=0.05, atol=0.02)


def test_unfitted_nothing_is_unlike_and_a_pack_keeps_that_too() -> None:
    novelty = Novelty(2, 40, 8)
    novelty.load_state_dict(unpacked(packed(novelty.state_dict())))
    assert (novelty(torch.randn(5, 40) * 1000) == 0).all()


def test_fewer_inputs_than_directions() -> None:
    novelty = Novelty(1, 40, 8)
    few = torch.randn(5, 40)
    novelty.fit(0, few)
    assert novelty.distance(0, few).isfinite().all()
    assert (novelty.distance(0, few + 9) > novelty.distance(0, few)).all()


def test_traits_come_with_the_encoders_own_map() -> None:
    config = ImageConfig(size=64, width=4, members=2)
    encoder = ImageEncoder(config, 3, 7).eval()
    images = torch.randn(2, 1, 64, 64)
    features, traits = image_traits(encoder, images)
    torch.testing.assert_close(features, encoder(images))
    assert traits.shape == (2, image_traits_size(config))
    assert traits.isfinite().all() and not torch.equal(traits[0], traits[1])
