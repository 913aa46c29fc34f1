"""How far an input lies from those an encoder learned from: a Gaussian for each kind of examination.

The distance is Mahalanobis' (Lee et al. 2018), on channels of every depth and not only on the last ones:
what is foreign about a film shows in its texture, too. The covariance is that of probabilistic principal
components (Tipping and Bishop 1999): few directions with a spread of their own, one spread for the rest.
It keeps means and directions of hundreds of inputs, of no one's.
"""

import torch
from torch import Tensor, nn

from mmdesk.model.image import ImageConfig, ImageEncoder, Member

FLOOR = 1e-2  # of a channel's mean, before its logarithm
REST_FLOOR = 1e-2  # of a trait's variance: half precision leaves no less


def image_traits(encoder: ImageEncoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """images (batch, 1, size, size) → the encoder's feature map, and (batch, traits): the logarithm of
    every channel's mean after the stem and after each block."""
    maps, traits = [], []
    for member in encoder.members:
        assert isinstance(member, Member)
        x = member.stem(images)
        traits.append(x.mean((2, 3)))
        for block in member.blocks:
            x = block(x)
            traits.append(x.mean((2, 3)))
        maps.append(x)
    return torch.cat(maps, 1), torch.log(torch.cat(traits, 1).float() + FLOOR)


def image_traits_size(config: ImageConfig) -> int:
    """The stem, and two blocks of each of 1, 2, 4 and 8 times its channels."""
    return config.members * config.width * 31


class Novelty(nn.Module):
    """Unfitted it finds nothing unlike: `limit`, the distance that is still accepted, is infinite."""

    mean: Tensor
    scale: Tensor
    basis: Tensor
    spread: Tensor
    rest: Tensor
    limit: Tensor

    def __init__(self, kinds: int, traits: int, directions: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(kinds, traits))
        self.register_buffer("scale", torch.ones(kinds, traits))
        self.register_buffer("basis", torch.zeros(kinds, directions, traits))
        self.register_buffer("spread", torch.ones(kinds, directions))
        self.register_buffer("rest", torch.ones(kinds))
        self.register_buffer("limit", torch.full((kinds,), torch.inf))

    def forward(self, traits: Tensor) -> Tensor:
        """(n, traits) → (n, kinds): distance over what is accepted, so above 1 is unlike."""
        return torch.stack([self.distance(kind, traits) for kind in range(len(self.mean))], 1) / self.limit

    def distance(self, kind: int, traits: Tensor) -> Tensor:
        """(n, traits) → (n,) squared Mahalanobis distance, a trait: about 1 for what it was fitted on."""
        z = (traits - self.mean[kind]) / self.scale[kind]
        along = z @ self.basis[kind].T
        beside = (z.square().sum(1) - along.square().sum(1)).clamp_min(0) / self.rest[kind]
        return ((along.square() / self.spread[kind]).sum(1) + beside) / traits.shape[1]

    @torch.no_grad()
    def fit(self, kind: int, traits: Tensor) -> None:
        """Mean, directions and spreads of (n, traits); `limit` is set by inputs that are not among them."""
        self.mean[kind] = traits.mean(0)
        self.scale[kind] = traits.std(0).clamp_min(1e-3)
        z = (traits - self.mean[kind]) / self.scale[kind]
        most = self.basis.shape[1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(kind)  # the directions are found by random projections
            _, sizes, directions = torch.svd_lowrank(z, min(most + 16, *z.shape), niter=4)
        found = min(most, len(z) - 1)
        variances = sizes[:found].square() / len(z)
        self.basis[kind].zero_()
        self.basis[kind, :found] = directions[:, :found].T
        self.spread[kind].fill_(1).narrow(0, 0, found).copy_(variances)
        left = z.square().sum() / len(z) - variances.sum()
        self.rest[kind] = (left / (z.shape[1] - found)).clamp_min(REST_FLOOR)
