"""Stages `language` and `report`: the decoder learns English from reports and notes, then to write the
grammar's sentences from a plan and a fused vector."""

import csv
import random as random_module
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn

from mmdesk.case import Modality
from mmdesk.model.decoder import Decoder
from mmdesk.model.network import Configs, Layout, Mixer
from mmdesk.packs.manifest import Manifest
from mmdesk.packs.tokens import PAD, SPECIAL, TEXT, Tokens
from mmdesk.plan import MAX_SLOTS, SectionPlan, Slot
from mmdesk.training.fusion import read_fused
from mmdesk.training.grammar import SAYS, Grammar
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.run import Run
from mmdesk.vocabulary import Term

IGNORED = -100
# How often a plan is of which section, and of facts where a section has both.
SHARES = {
    "image": 4, "audio": 3, "record": 5, "impression": 3, "plain": 5, "answer": 4, "instead": 2, "change": 4,
}  # fmt: skip
SHARE_OF_FACTS = {"record": 0.85, "plain": 0.4, "answer": 0.35}


@dataclass(frozen=True, slots=True)
class LanguageStage:
    schedule: Schedule
    batch: int = 16
    length: int = 192
    steps: int = 150


@dataclass(frozen=True, slots=True)
class ReportStage:
    schedule: Schedule
    batch: int = 32
    steps: int = 300


def chest_reports(folder: Path, split: str) -> list[str]:
    """Those whose words were not masked."""
    with (folder / "text" / "chest_reports.csv").open(newline="", encoding="utf-8") as file:
        reports = [
            f"{row['findings']} {row['impression']}".strip()
            for row in csv.DictReader(file)
            if row["split"] == split and "XXXX" not in row["findings"] + row["impression"]
        ]
    return [text for text in reports if text]


def texts(folder: Path) -> list[str]:
    """Chest reports to learn from, and visit notes."""
    with (folder / "text" / "clinical_notes.csv").open(newline="", encoding="utf-8") as file:
        notes = [row["text"] for row in csv.DictReader(file)]
    return chest_reports(folder, "train") + [text for text in notes if text]


def train_tokenizer(run: Run, grammar: Grammar, folder: Path, vocabulary: int) -> Tokens:
    """Byte-level BPE on the texts and the grammar's own words."""
    path = run.folder / "tokenizer.json"
    if run.resume and path.exists():
        return Tokens.read(path)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    own = [phrasing.replace("{slots}", "") for kind in grammar.sentence for phrasing in kind.phrasings]
    tokenizer.train_from_iterator(texts(folder) + own * 20, trainer)
    run.folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return Tokens.read(path)


def train_language(run: Run, configs: Configs, tokens: Tokens, stage: LanguageStage, folder: Path) -> None:
    stream = torch.tensor([i for text in texts(folder) for i in tokens.encode(TEXT + text)])
    torch.manual_seed(8 + run.seed)
    decoder = Decoder(configs.decoder)

    def batches(epoch: int) -> Iterator[Tensor]:
        random = np.random.default_rng(epoch)
        for _ in range(stage.steps):
            starts = random.integers(0, len(stream) - stage.length - 1, stage.batch)
            yield torch.stack([stream[start : start + stage.length + 1] for start in starts])

    def loss_of(model: nn.Module, batch: object) -> Tensor:
        assert isinstance(model, Decoder) and isinstance(batch, Tensor)
        ids = batch.to(run.device)
        logits = model(model.embed(ids[:, :-1]))
        return F.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten())

    fitted = fit(run, "language", decoder, stage.schedule, batches, stage.steps, loss_of)
    run.save("language", fitted.state_dict())


class ReportLearner(nn.Module):
    """The decoder with the map from the fused vector to its prefix."""

    def __init__(self, decoder: Decoder, mixer: Mixer) -> None:
        super().__init__()
        self.decoder = decoder
        self.prefix = mixer.prefix
        self.prefix_shape = mixer.prefix_shape

    def forward(self, fused: Tensor, ids: Tensor) -> Tensor:
        """(batch, width), (batch, length) → logits of the positions of `ids` (batch, length, vocabulary)"""
        prefix = self.prefix(fused).view(-1, *self.prefix_shape)
        logits = self.decoder(torch.cat([prefix, self.decoder.embed(ids)], 1))
        written: Tensor = logits[:, prefix.shape[1] :]
        return written


@dataclass(frozen=True, slots=True)
class Batch:
    """ids (batch, length); targets: the same a place later, IGNORED in plan and padding; fused."""

    ids: Tensor
    targets: Tensor
    fused: Tensor


def train_report(
    run: Run, manifest: Manifest, configs: Configs, layout: Layout, tokens: Tokens, grammar: Grammar,
    stage: ReportStage,
) -> None:  # fmt: skip
    torch.manual_seed(9 + run.seed)
    decoder, mixer = Decoder(configs.decoder), Mixer(configs, layout)
    run.load("language", decoder)
    run.load("fusion", mixer)
    fused = read_fused(run)

    def batches(epoch: int) -> Iterator[Batch]:
        random = random_module.Random(epoch)
        for _ in range(stage.steps):
            yield _batch(random, manifest, tokens, grammar, fused, stage.batch)

    def loss_of(model: nn.Module, batch: object) -> Tensor:
        assert isinstance(model, ReportLearner) and isinstance(batch, Batch)
        logits = model(batch.fused.to(run.device), batch.ids.to(run.device))
        targets = batch.targets.to(run.device)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED)

    learner = ReportLearner(decoder, mixer)
    fitted = fit(run, "report", learner, stage.schedule, batches, stage.steps, loss_of)
    run.save("report", fitted.state_dict())


def _batch(
    random: random_module.Random,
    manifest: Manifest,
    tokens: Tokens,
    grammar: Grammar,
    fused: Tensor,
    size: int,
) -> Batch:
    rows: list[Tensor] = []
    targets: list[Tensor] = []
    for _ in range(size):
        plan = random_plan(random, manifest)
        read, written = tokens.plan(plan), tokens.sentence(grammar.one(plan, random))
        rows.append(torch.tensor((read + written)[:-1]))
        targets.append(torch.tensor([IGNORED] * (len(read) - 1) + written))
    chosen = torch.tensor([random.randrange(len(fused)) for _ in rows])
    pad = tokens.special[PAD]
    return Batch(
        nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad),
        nn.utils.rnn.pad_sequence(targets, batch_first=True, padding_value=IGNORED),
        fused[chosen],
    )


def random_plan(random: random_module.Random, manifest: Manifest) -> SectionPlan:
    """What one sentence lists: findings or facts of one status, in any numbering."""
    section = random.choices(tuple(SHARES), tuple(SHARES.values()))[0]
    carries = "change" if section == "change" else "finding"
    if random.random() < SHARE_OF_FACTS.get(section, 0.0):
        carries = "fact"
    status = random.choice(SAYS[carries][section])
    labels = _labels(manifest, section, carries, status)
    count = min(random.choice((1, 1, 2, 3, 4)), len(labels))
    numbers = sorted(random.sample(range(1, MAX_SLOTS + 1), count))
    slots = [
        Slot(f"<{carries}:{number}>", label, label, status, label)
        for number, label in zip(numbers, random.sample(labels, count), strict=True)
    ]
    return SectionPlan(section, section, tuple(slots))


def _labels(manifest: Manifest, section: str, carries: str, status: str) -> list[str]:
    """What such a sentence may list."""
    if carries == "fact":
        return [term.label for term in manifest.vocabulary.terms if _may_be(term, status)]
    tasks = [t for t in manifest.tasks if section not in tuple(Modality) or section == t.carriers[0]]
    labels = [f.label for t in tasks for f in t.findings if not (f.normal and status == "absent")]
    if section == "answer":
        labels += [task.abnormal.label for task in tasks if task.abnormal]
    return labels


def _may_be(term: Term, status: str) -> bool:
    if status in ("reported", "denied"):
        return term.kind == "complaint"
    if status == "stated":
        return term.kind != "complaint"
    return term.kind == "number" and bool(term.ranges)
