"""Where in an image a score rests: integrated gradients (Sundararajan et al. 2017) on the way from the
blurred picture to the picture (Xu et al. 2020).

Of the ways compared by recipes/ways_to_locate.py its hottest cells are those whose blurring lowers the
score most, it costs a gradient or two, and it forgets its picture when the weights are shuffled.
"""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

STEPS = 2
CELLS = 16  # of a side
BLUR = 10 / 128  # of a side, the deviation


def blurred(images: Tensor) -> Tensor:
    """(n, 1, size, size) → the same through a Gaussian, mirrored at the border"""
    size = images.shape[-1]
    deviation = BLUR * size
    reach = min(round(3 * deviation), size - 1)
    places = torch.arange(-reach, reach + 1, device=images.device)
    kernel = torch.exp(-(places**2) / (2 * deviation**2))
    kernel = kernel / kernel.sum()
    padded = F.pad(images, (reach, reach, reach, reach), mode="reflect")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def integrated_gradients(score: Callable[[Tensor], Tensor], image: Tensor) -> Iterator[Tensor]:
    """score: (n, 1, size, size) → (n, outcomes), differentiable; image (1, 1, size, size). For each
    outcome what every cell adds to it beyond the blurred picture, (CELLS, CELLS), signed."""
    area = image[0, 0].numel() / CELLS**2
    start = blurred(image)
    shares = ((torch.arange(STEPS, device=image.device) + 0.5) / STEPS).view(-1, 1, 1, 1)
    with torch.enable_grad():
        path = (start + shares * (image - start)).requires_grad_()
        scores = score(path)
        for outcome in scores.sum(0).unbind():
            (gradient,) = torch.autograd.grad(outcome, path, retain_graph=True)
            added = gradient.mean(0, keepdim=True) * (image - start)
            yield area * F.adaptive_avg_pool2d(added, CELLS)[0, 0]
