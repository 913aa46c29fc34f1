"""Encoders and fusion: any subset of inputs, any number of recordings, and no leak between tasks."""

import numpy as np
import pytest
import torch

from mmdesk.model.audio import AudioConfig, AudioEncoder, Recordings
from mmdesk.model.fusion import KINDS, Fusion, FusionConfig
from mmdesk.model.image import ImageConfig, ImageEncoder, image_tensor
from mmdesk.model.record import RecordConfig, RecordEncoder
from mmdesk.model.sound import SAMPLE_RATE, STATISTICS, log_mel, statistics

SUBSETS = [[bool(n >> m & 1) for m in range(3)] for n in range(8)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subset", SUBSETS)
def test_what_is_not_given_does_not_matter(kind: str, subset: list[bool]) -> None:
    torch.manual_seed(0)
    fusion = Fusion(FusionConfig(kind, 16), 3).eval()
    given = torch.tensor([subset])
    tokens = [torch.randn(1, n, 16) for n in (16, 1, 3)]
    others = [
        part if there else torch.randn_like(part) * 9 for part, there in zip(tokens, subset, strict=True)
    ]
    fused = fusion(tokens, given)
    assert fused.isfinite().all()
    torch.testing.assert_close(fused, fusion(others, given))
    if any(subset):
        assert not torch.equal(fused, fusion([part + torch.randn(16) for part in tokens], given))


@pytest.mark.parametrize("kind", KINDS)
def test_the_missing_token_learns(kind: str) -> None:
    fusion = Fusion(FusionConfig(kind, 16), 3)
    target = torch.randn(1, 16)
    (fusion([torch.randn(1, 2, 16)] * 3, torch.tensor([[True, False, True]])) * target).sum().backward()
    assert fusion.missing.grad is not None
    assert fusion.missing.grad[1].abs().sum() > 0
    assert fusion.missing.grad[0].abs().sum() == 0


def test_an_unknown_fusion_is_named() -> None:
    with pytest.raises(ValueError, match="'stack'"):
        FusionConfig("stack")


@pytest.mark.parametrize("shape", [(16, 900), (333, 128), (128, 128)])
def test_an_image_is_the_same_at_any_scale_of_its_values(shape: tuple[int, int]) -> None:
    pixels = torch.rand(shape)
    made = image_tensor(pixels, 128)
    assert made.shape == (1, 128, 128)
    assert made.min() == -1
    assert made.max() == 1
    torch.testing.assert_close(image_tensor(pixels * 4095 - 1000, 128), made, atol=1e-3, rtol=0)


def test_members_of_the_ensemble_are_heard_alike_and_alone() -> None:
    torch.manual_seed(0)
    encoder = ImageEncoder(ImageConfig(size=64, width=4, members=3), 3, 7).eval()
    images = torch.randn(2, 1, 64, 64)
    features = encoder(images)
    assert features.shape == (2, encoder.members[0].findings.in_features * 3, 2, 2)
    examinations, findings = encoder.each(features)
    for member, examination, finding in zip(encoder.members, examinations, findings, strict=True):
        torch.testing.assert_close((examination, finding), member.heads(member(images)))
    torch.testing.assert_close(encoder.heads(features), (examinations.mean(0), findings.mean(0)))
    assert not torch.equal(findings[0], findings[1])


def test_a_fact_reaches_only_the_tasks_that_may_see_it() -> None:
    torch.manual_seed(0)
    allowed = torch.tensor([[True, True, False, False], [False, True, True, False]])
    encoder = RecordEncoder(RecordConfig(width=8), allowed, [2, 1]).eval()
    values = torch.tensor([[0.3, 0.5, torch.nan, 0.2]])
    words = torch.ones(1, 3, dtype=torch.long)
    _, before = encoder(values, words)
    values[0, 0], values[0, 3] = 0.9, 0.9
    _, after = encoder(values, words)
    assert not torch.equal(before[:, :2], after[:, :2])
    assert torch.equal(before[:, 2:], after[:, 2:])


def test_a_fact_far_out_of_its_range_and_a_missing_one_are_scored() -> None:
    torch.manual_seed(0)
    encoder = RecordEncoder(RecordConfig(width=8), torch.tensor([[True, True, False]]), [1]).eval()
    values = torch.tensor([[0.0, 0.5, 0.5], [-1e9, 0.5, 0.5], [torch.nan, 0.5, 0.5]])
    tokens, logits = encoder(values, torch.ones(3, 3, dtype=torch.long))
    assert tokens.shape == (3, 2, 8)
    assert logits.isfinite().all()
    torch.testing.assert_close(logits[0], logits[1])  # below the lowest is as the lowest
    scores = encoder.facts.normal_scores(values)
    torch.testing.assert_close(scores[0], torch.tensor([-2.878, 0.0, 0.0]), atol=1e-3, rtol=0)
    assert scores[2, 0].isnan()
    standard = encoder.kernel[0].standard(scores)
    assert standard[2, 0] == 0


def recordings(count: int, cases: list[int]) -> Recordings:
    positions = torch.arange(count) % 9 - 1
    return Recordings(
        torch.randn(count, 64), torch.randn(count, sum(STATISTICS)), positions, torch.tensor(cases)
    )


def test_recordings_of_a_case_have_no_order_and_cases_no_part_in_each_other() -> None:
    torch.manual_seed(0)
    encoder = AudioEncoder(AudioConfig()).eval()
    heard = recordings(5, [0, 0, 0, 1, 1])
    order = torch.tensor([4, 2, 0, 1, 3])
    turned = Recordings(
        heard.embedding[order], heard.statistics[order], heard.position[order], heard.case[order]
    )
    torch.testing.assert_close(encoder.heads(heard)[1], encoder.heads(turned)[1], atol=1e-5, rtol=1e-5)
    first = Recordings(heard.embedding[:3], heard.statistics[:3], heard.position[:3], heard.case[:3])
    torch.testing.assert_close(encoder.heads(heard)[1][:1], encoder.heads(first)[1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0, 12.0])
@pytest.mark.parametrize("kind", ["noise", "tone", "click"])
def test_any_sound_has_finite_features(seconds: float, kind: str) -> None:
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = {
        "noise": np.random.default_rng(0).normal(size=len(t)),
        "tone": np.sin(600 * t),
        "click": t == t[9],
    }
    wave = waves[kind].astype(np.float32)
    energies, figures = log_mel(wave), statistics(wave)
    assert energies.shape[1] == 40
    assert figures.shape == (sum(STATISTICS),)
    assert np.isfinite(energies).all()
    assert np.isfinite(figures).all()
    encoder = AudioEncoder(AudioConfig()).eval()
    assert encoder.embed(torch.from_numpy(energies)[None]).isfinite().all()


def test_loudness_does_not_matter() -> None:
    wave = np.random.default_rng(0).normal(size=4000).astype(np.float32)
    np.testing.assert_allclose(log_mel(wave), log_mel(wave * 0.01), atol=1e-2)
