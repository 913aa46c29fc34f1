"""The heads of the small sets: fitted to their optimum, on versions that teach what must not decide."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from mmdesk.model.record import RecordConfig, RecordEncoder
from mmdesk.model.sound import SAMPLE_RATE, log_mel
from mmdesk.training.linear import fit_penalised
from mmdesk.training.loop import Schedule
from mmdesk.training.record import Records, RecordStage, fit_kernels, quantile_edges
from mmdesk.training.sounds import altered


def test_the_fit_is_the_optimum_of_the_penalised_loss() -> None:
    torch.manual_seed(0)
    x = torch.randn(200, 3)
    y = (x[:, 0] + torch.randn(200) > 0).float()[:, None]
    linear = nn.Linear(3, 1)

    def loss_of(logits: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(logits, y)

    fit_penalised(linear, x, loss_of, 2.0)
    loss = loss_of(linear(x)) + linear.weight.square().sum() / 4
    slopes = torch.autograd.grad(loss, [linear.weight, linear.bias])
    assert max(float(slope.abs().max()) for slope in slopes) < 1e-3
    assert linear.weight[0, 0] > 0.1


def people(count: int) -> Records:
    """Half with a liver that is ill where the third fact is far out on either side."""
    random = np.random.default_rng(0)
    values = random.normal(size=(count, 4)).astype(np.float32)
    values[random.random(values.shape) < 0.05] = np.nan
    targets = np.full((count, 5), np.nan, np.float32)
    liver = np.arange(count) % 2 == 0
    targets[liver, 4] = np.abs(np.nan_to_num(values[liver, 2])) > 1
    targets[~liver, :4] = random.random((int((~liver).sum()), 4)) < 0.4
    return Records(values, targets, np.zeros(count, np.intp), np.arange(count).astype(str))


def test_the_kernel_score_tells_both_ends_of_a_range_from_its_middle() -> None:
    torch.manual_seed(0)
    allowed = torch.tensor([[True, True, False, False], [False, False, True, True]])
    encoder = RecordEncoder(RecordConfig(width=8), allowed, [4, 1]).eval()
    records = people(400)
    encoder.facts.edges.copy_(quantile_edges(records.values, 32))
    fit_kernels(encoder, records, RecordStage(Schedule(1, 1e-3)), np.random.default_rng(0))
    values = torch.tensor([[0.0, 0.0, end, 0.0] for end in (-2.0, 0.0, 2.0)])
    low, middle, high = encoder.kernel[1](encoder.facts.normal_scores(values))[:, 0].tolist()
    assert min(low, high) > 1.0 > -1.0 > middle


def test_an_altered_sound_is_another_of_about_the_same_length() -> None:
    random = np.random.default_rng(0)
    wave = random.normal(size=2 * SAMPLE_RATE).astype(np.float32)
    versions = [altered(wave, random) for _ in range(20)]
    lengths = np.array([len(version) for version in versions]) / len(wave)
    assert lengths.min() > 0.6
    assert lengths.max() < 1.15
    assert lengths.std() > 0.05
    colours = np.stack([log_mel(version).mean(0) for version in versions])
    assert np.isfinite(colours).all()
    assert 0.3 < colours.std(0).mean() < 3.0  # natural log of energy
