"""Integrated gradients: against captum's, and on a score that looks at one place only."""

import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from mmdesk.model.image import ImageConfig, ImageEncoder
from mmdesk.model.saliency import CELLS, STEPS, blurred, integrated_gradients


@pytest.fixture(scope="module")
def encoder() -> ImageEncoder:
    torch.manual_seed(2)
    return ImageEncoder(ImageConfig(size=64, width=4, members=2), 3, 3).eval().requires_grad_(False)


def picture(seed: int = 0) -> Tensor:
    return torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(seed))


def test_they_are_captums(encoder: ImageEncoder) -> None:
    image = picture()

    def score(images: Tensor) -> Tensor:
        return encoder.heads(encoder(images))[1]

    maps = list(integrated_gradients(score, image))
    assert len(maps) == 3
    method = IntegratedGradients(lambda images, column: score(images)[:, column])
    for column, own in enumerate(maps):
        peer = method.attribute(
            image, blurred(image), additional_forward_args=column, n_steps=STEPS, method="riemann_middle"
        )
        side = 64 // CELLS
        summed = torch.nn.functional.avg_pool2d(peer, side, divisor_override=1)[0, 0]
        torch.testing.assert_close(own, summed, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 12), (15, 15)])
def test_what_is_looked_at_is_what_is_hot(row: int, column: int) -> None:
    side = 64 // CELLS
    window = (slice(None), 0, slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
    image = picture()
    (found,) = integrated_gradients(lambda images: images[window].square().mean((1, 2))[:, None], image)
    assert divmod(int(found.argmax()), CELLS) == (row, column)
    found[row, column] = 0
    assert not found.any()


def test_the_blur_keeps_what_is_even_and_spreads_what_is_not() -> None:
    torch.testing.assert_close(blurred(torch.full((1, 1, 64, 64), 0.3)), torch.full((1, 1, 64, 64), 0.3))
    dot = torch.zeros(1, 1, 64, 64)
    dot[0, 0, 32, 32] = 1
    spread = blurred(dot)[0, 0]
    assert divmod(int(spread.argmax()), 64) == (32, 32) and spread.max() < 0.01
    torch.testing.assert_close(spread.sum(), torch.tensor(1.0))


def test_it_works_where_gradients_are_off(encoder: ImageEncoder) -> None:
    with torch.no_grad():
        (first, *_) = integrated_gradients(lambda images: encoder.heads(encoder(images))[1], picture())
    assert first.shape == (CELLS, CELLS) and bool(first.any())
