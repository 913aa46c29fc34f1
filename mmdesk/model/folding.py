"""Networks made ready to read: what only training needs goes into the weights."""

from itertools import pairwise

import torch
from torch import channels_last, nn


@torch.no_grad()
def fold(network: nn.Module) -> None:
    """In place: each batch norm that follows a convolution in the order of a module's parts becomes part of
    it, and weights of convolutions lie channels last, as oneDNN reads them quickest. In evaluation the
    outputs stay the same but for rounding; the network can no longer be trained."""
    for module in network.modules():
        for (_, convolution), (name, norm) in pairwise(module.named_children()):
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                _fold(convolution, norm)
                setattr(module, name, nn.Identity())
    network.to(memory_format=channels_last)


def _fold(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None and norm.running_var is not None and convolution.bias is None
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    convolution.weight.mul_(scale[:, None, None, None])
    convolution.bias = nn.Parameter(norm.bias - norm.running_mean * scale)
