"""Stage `record`: valve disease from age, sex and smoking, liver disease from blood tests, and words.

Both sets are small, so one encoder a fold is trained as well; stage `fusion` measures with those.
"""

import random as random_module
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from mmdesk.case import Fact
from mmdesk.media.record import words
from mmdesk.model.network import Layout, record_encoder
from mmdesk.model.record import KernelScore, RecordConfig, RecordEncoder
from mmdesk.packs.encoding import fact_values, word_ids
from mmdesk.training.audio import FOLDS, VALVES
from mmdesk.training.data import rows_of
from mmdesk.training.linear import fit_penalised
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.records import blood_values, made_up, valve_values, write_record
from mmdesk.training.run import Run
from mmdesk.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RecordStage:
    """`drop` is the chance that a fact is left out of a batch; `noise` is relative to a value.

    The kernel scores are fitted on `copies` of each case with facts left out and `jitter` (in standard
    deviations) added; the penalties are inverse strengths (as C in scikit-learn), a case; a reach is how
    far apart, in standard deviations, two cases still tell of each other."""

    schedule: Schedule
    steps: int = 20
    batch: int = 96
    drop: float = 0.1
    noise: float = 0.05
    notes: int = 2000
    copies: int = 4
    jitter: float = 0.3
    valve_penalty: float = 3.0
    valve_reach: float = 1.0
    liver_penalty: float = 10.0
    liver_reach: float = 3.5


@dataclass(frozen=True, slots=True)
class Records:
    """values (n, terms); targets (n, findings of the record), NaN where unknown; folds (n,)."""

    values: NDArray[np.float32]
    targets: NDArray[np.float32]
    folds: NDArray[np.intp]
    groups: NDArray[np.str_]

    def where(self, chosen: NDArray[np.bool_]) -> "Records":
        return Records(self.values[chosen], self.targets[chosen], self.folds[chosen], self.groups[chosen])


def load_records(folder: Path, vocabulary: Vocabulary, splits: tuple[str, ...] = ("train",)) -> Records:
    """Valve patients and blood tests; a suspect donor's liver is unknown and is left out."""
    values, targets, folds, groups = [], [], [], []
    seen: set[str] = set()
    for row in rows_of(folder, "heart_valve"):
        if row["group"] not in seen and row["split"] in splits:
            seen.add(row["group"])
            values.append(_values(valve_values(row), vocabulary))
            targets.append([float(row[valve]) for valve in VALVES] + [np.nan])
            folds.append(int(row.get("fold") or -1))
            groups.append(row["group"])
    for row in rows_of(folder, "blood_tests"):
        if not row["Category"].startswith("0s") and row["split"] in splits:
            values.append(_values(blood_values(row), vocabulary))
            targets.append([np.nan] * len(VALVES) + [float(not row["Category"].startswith("0="))])
            folds.append(int(row.get("fold") or -1))
            groups.append(row["group"])
    if not values:
        nothing = np.zeros((0, len(vocabulary.terms)), np.float32)
        return Records(nothing, np.zeros((0, 5), np.float32), np.zeros(0, np.intp), np.zeros(0, np.str_))
    return Records(np.stack(values), np.array(targets, np.float32), np.array(folds), np.array(groups))


def _values(values: dict[str, float | bool | str], vocabulary: Vocabulary) -> NDArray[np.float32]:
    return fact_values([Fact(name, value) for name, value in values.items()], vocabulary)


class RecordLearner(nn.Module):
    """The encoder with what only training needs: words must tell which facts a note states."""

    def __init__(self, encoder: RecordEncoder, terms: int, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.stated = nn.Linear(width, terms)


@dataclass(frozen=True, slots=True)
class Batch:
    values: Tensor
    targets: Tensor
    words: Tensor
    stated: Tensor


def train_record(
    run: Run, vocabulary: Vocabulary, layout: Layout, config: RecordConfig, stage: RecordStage, folder: Path
) -> None:
    records = load_records(folder, vocabulary)
    notes = write_notes(vocabulary, config, stage.notes)
    for fold in [*range(FOLDS), None]:
        name = "record" if fold is None else f"record.fold{fold}"
        if fold is not None and run.resume and run.done(name):
            continue
        own = records if fold is None else records.where(records.folds != fold)
        torch.manual_seed(3 + run.seed)
        encoder = record_encoder(config, layout)
        encoder.facts.edges.copy_(quantile_edges(own.values, config.bins))
        learner = RecordLearner(encoder, len(vocabulary.terms), config.width)
        feed = Feed(stage, own, notes)
        fitted = fit(run, name, learner, stage.schedule, feed.batches, stage.steps, record_loss)
        assert isinstance(fitted, RecordLearner)
        fit_kernels(fitted.encoder.to("cpu"), own, stage, np.random.default_rng(8 + run.seed))
        run.save(name, fitted.encoder.state_dict())


def quantile_edges(values: NDArray[np.float32], bins: int) -> Tensor:
    """(terms, bins + 1): quantiles where a term takes many values, else equal steps over [0, 1]."""
    steps = np.linspace(0, 1, bins + 1)
    edges = np.tile(steps, (values.shape[1], 1))
    for term, column in enumerate(values.T):
        known = column[~np.isnan(column)]
        if len(np.unique(known)) > bins:
            edges[term] = np.maximum.accumulate(np.quantile(known, steps) + steps * 1e-4)
    return torch.from_numpy(edges).float()


def fit_kernels(
    encoder: RecordEncoder, records: Records, stage: RecordStage, random: np.random.Generator
) -> None:
    """Fit the kernel score of the valve findings and of the liver's."""
    valves = len(VALVES)
    parts = (
        (slice(0, valves), stage.valve_penalty, stage.valve_reach),
        (slice(valves, None), stage.liver_penalty, stage.liver_reach),
    )
    for kernel, (columns, penalty, reach) in zip(encoder.kernel, parts, strict=True):
        assert isinstance(kernel, KernelScore)
        kernel.frequencies /= reach
        known = ~np.isnan(records.targets[:, columns]).any(1)
        targets = torch.from_numpy(records.targets[known, columns]).repeat(stage.copies, 1)
        scores = encoder.facts.normal_scores(torch.from_numpy(records.values[known]))
        kernel.mean.copy_(scores.nanmean(0).nan_to_num(0.0))
        kernel.std.copy_((scores - kernel.mean).square().nanmean(0).sqrt().nan_to_num(1.0).clamp_min(0.1))
        standard = kernel.standard(scores).repeat(stage.copies, 1)
        standard += stage.jitter * torch.from_numpy(random.normal(size=standard.shape)).float()
        standard *= torch.from_numpy(random.random(standard.shape) >= stage.drop)
        fit_penalised(
            kernel.linear,
            kernel.features(standard),
            partial(_mean_loss, targets=targets),
            penalty * int(known.sum()),
        )


def _mean_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Summed over the findings, mean over the cases."""
    return F.binary_cross_entropy_with_logits(logits, targets) * targets.shape[1]


def write_notes(vocabulary: Vocabulary, config: RecordConfig, count: int) -> list[tuple[Tensor, Tensor]]:
    """(word ids (length,), which terms are stated (terms,)) of made-up notes."""
    random = random_module.Random(4)
    notes = []
    for _ in range(count):
        values = made_up(random, vocabulary)
        if random.random() < 0.7:
            values |= {"age": float(random.randint(1, 90)), "sex": random.choice(["male", "female"])}
        text = write_record(random, values, vocabulary)
        stated = torch.tensor([float(term.name in values) for term in vocabulary.terms])
        notes.append((torch.from_numpy(word_ids(words(text), config.words)), stated))
    return notes


class Feed:
    """Half of a batch are valve patients, half blood tests, diseased and healthy alike."""

    def __init__(self, stage: RecordStage, records: Records, notes: list[tuple[Tensor, Tensor]]) -> None:
        self.stage, self.records, self.notes = stage, records, notes
        liver = records.targets[:, -1]
        self.pools = [np.flatnonzero(np.isnan(liver)), np.flatnonzero(liver == 1), np.flatnonzero(liver == 0)]

    def batches(self, epoch: int) -> Iterator[Batch]:
        random = np.random.default_rng(epoch)
        shares = (self.stage.batch // 3, self.stage.batch // 6, self.stage.batch // 2)
        for _ in range(self.stage.steps):
            rows = np.concatenate([random.choice(p, n) for p, n in zip(self.pools, shares, strict=True)])
            values = self.records.values[rows]
            values = values * (1 + self.stage.noise * random.normal(size=values.shape))
            values = np.where(random.random(values.shape) < self.stage.drop, np.nan, values)
            notes = [self.notes[i] for i in random.integers(0, len(self.notes), 32)]
            yield Batch(
                torch.from_numpy(values.astype(np.float32)),
                torch.from_numpy(self.records.targets[rows]),
                nn.utils.rnn.pad_sequence([ids for ids, _ in notes], batch_first=True),
                torch.stack([stated for _, stated in notes]),
            )


def record_loss(model: nn.Module, batch: object) -> Tensor:
    assert isinstance(model, RecordLearner) and isinstance(batch, Batch)
    device = model.stated.weight.device
    targets = batch.targets.to(device)
    deep = model.encoder.read_facts(batch.values.to(device))
    logits = torch.cat([part for _, part in deep], 1)
    known = ~targets.isnan()
    loss = F.binary_cross_entropy_with_logits(logits[known].float(), targets[known])
    read = model.encoder.read_words(batch.words.to(device))
    return loss + F.binary_cross_entropy_with_logits(model.stated(read).float(), batch.stated.to(device))
