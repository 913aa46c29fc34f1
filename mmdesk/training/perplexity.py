"""How well a decoder foresees sentences: of the phrasings it learned, of phrasings kept from it, and of
reports that its language stage did not read.

The grammar foresees its own phrasings, each alike likely, and gives others no chance at all: so does a
constant report. Their perplexity on withheld phrasings is infinite, and no row states it.
"""

import math
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from mmdesk.model.decoder import Decoder
from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.packs.tokens import TEXT, Tokens
from mmdesk.plan import SLOT, SectionPlan
from mmdesk.training.grammar import Grammar
from mmdesk.training.language import ReportLearner, chest_reports, random_plan
from mmdesk.training.reports import RESAMPLES, TOPIC

SENTENCES = 300  # of each sort
Losses = list[tuple[float, int]]  # sums of negative log likelihoods, and of how many tokens


def phrasing_rows(
    writer: str, learner: ReportLearner, tokens: Tokens, manifest: Manifest, grammar: Grammar, fused: Tensor
) -> list[Measured]:
    """Perplexity a token, a sentence's end included. fused (n, width): cases that sentences are about."""
    learner.eval()
    rows = []
    for name, withheld in (("trained", False), ("withheld", True)):
        random = Random(3)
        losses: Losses = []
        while len(losses) < SENTENCES:
            plan = random_plan(random, manifest)
            case = fused[random.randrange(len(fused))][None]
            for template in grammar.write(plan, random, withheld):
                listed = replace(plan, slots=tuple(map(plan.slot, SLOT.findall(template))))
                losses.append(_sentence_loss(learner, tokens, case, listed, template))
        rows.append(perplexity(f"perplexity, {name} phrasings, {writer}", losses, "grammar"))
    return rows


@torch.no_grad()
def _sentence_loss(
    learner: ReportLearner, tokens: Tokens, case: Tensor, plan: SectionPlan, template: str
) -> tuple[float, int]:
    read, said = tokens.plan(plan), tokens.sentence(template)
    ids = torch.tensor([read + said])
    logits = learner(case, ids[:, :-1])[0, len(read) - 1 :]
    return float(F.cross_entropy(logits, ids[0, len(read) :], reduction="sum")), len(said)


def text_row(writer: str, decoder: Decoder, tokens: Tokens, folder: Path) -> Measured:
    losses = [_text_loss(decoder.eval(), tokens, text) for text in chest_reports(folder, "test")]
    return perplexity(f"perplexity, chest reports, {writer}", losses, "test")


@torch.no_grad()
def _text_loss(decoder: Decoder, tokens: Tokens, text: str) -> tuple[float, int]:
    ids = torch.tensor([tokens.encode(TEXT + text)[: decoder.config.context]])
    logits = decoder(decoder.embed(ids[:, :-1]))[0]
    return float(F.cross_entropy(logits, ids[0, 1:], reduction="sum")), ids.shape[1] - 1


def perplexity(metric: str, losses: Losses, split: str) -> Measured:
    """With the middle 95% over resamples of the sentences or texts."""
    each: NDArray[np.float64] = np.array(losses, np.float64)
    random = np.random.default_rng(0)
    drawn = each[random.integers(0, len(each), (RESAMPLES, len(each)))].sum(1)
    low, high = np.quantile(np.exp(drawn[:, 0] / drawn[:, 1]), (0.025, 0.975))
    value = math.exp(each[:, 0].sum() / each[:, 1].sum())
    return Measured("decoder", metric, value, float(low), float(high), len(each), split, TOPIC)
