"""A pack as a reader of cases: inputs → features → calibrated findings → sentences."""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import is_
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mmdesk.case import Fact, Modality
from mmdesk.model.audio import Recordings
from mmdesk.model.decoding import Loop
from mmdesk.model.image import image_tensor
from mmdesk.model.network import AUDIO, IMAGE, RECORD
from mmdesk.model.novelty import image_traits
from mmdesk.model.sound import SAMPLE_RATE, log_mel, rhythm, statistics_of
from mmdesk.packs import files, manifest
from mmdesk.packs.build import build, configs_of, layout_of, pick_device
from mmdesk.packs.encoding import fact_values, word_ids
from mmdesk.packs.manifest import Task
from mmdesk.packs.shapley import exact, subsets
from mmdesk.packs.tokens import Tokens
from mmdesk.packs.writer import Writer, Written
from mmdesk.plan import SectionPlan
from mmdesk.report import Contribution, Finding

AT_ONCE = 16  # pictures
ORDER = {Modality.IMAGE: IMAGE, Modality.AUDIO: AUDIO, Modality.RECORD: RECORD}
Carried = Mapping[Modality, tuple[Tensor, Tensor]]  # tokens and logits of the inputs that may speak


@dataclass(frozen=True, slots=True)
class Encoded:
    """One input's features. `examination` is what it is, None for nothing that the pack knows; `nearest`
    what it is likeliest to be of what the pack knows, `certainty` how likely, and `strangeness` above 1
    that it is too unlike; `tokens` (1, n, width) and `logits` (1, findings of
    the encoder) for image and record; a recording keeps `embedding` (1, width), `statistics` and its
    `position` instead, because recordings are pooled first."""

    modality: Modality
    examination: str | None
    certainty: float
    nearest: str = ""
    strangeness: float = 0.0
    tokens: Tensor | None = None
    logits: Tensor | None = None
    embedding: Tensor | None = None
    statistics: Tensor | None = None
    position: int = -1
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """Findings, and the fused vector (1, width) of all inputs that the report is written from."""

    findings: tuple[Finding, ...]
    fused: Tensor


class PackReader:
    """Raises PackProblem where the pack is not whole, UserProblem where the device is not there.

    The encoders of images and sounds run on the device. Fusion, scores and a decoder of this size are
    quicker where they are: a GPU would spend its time on being asked.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        files.check(folder)
        self.manifest = manifest.read(folder)
        self.sha256 = files.pack_hash(folder)
        self.configs = configs_of(self.manifest)
        self.layout = layout_of(self.manifest)
        self.device = pick_device(device)
        self.network = build(folder, self.manifest)
        self.network.image.to(self.device)
        self.network.audio.recording.to(self.device)
        self._gathered: deque[tuple[Sequence[Encoded], tuple[Tensor, Tensor]]] = deque(maxlen=8)
        self.writer = Writer(Loop(self.network.decoder), Tokens.read(folder / "tokenizer.json"))

    def let_go_of_training(self) -> None:
        """Forget the decoder as it was trained: writing has weights of its own."""
        del self.network.decoder

    def warm(self) -> Iterator[None]:
        """Step by step, what the first case would have to wait for: kernels are made and pages are read when
        they are first needed."""
        noise = np.random.default_rng(0).standard_normal((2, 4 * SAMPLE_RATE), np.float32)
        self.encode_image(noise[:, :256].repeat(128, 0))
        yield
        self.encode_audio(noise[0], -1)
        yield
        self.encode_record((), ["seen"])
        yield
        loop = self.writer.loop
        for count in (1, 2, 4, 11):  # sentences of a report, as they end
            rows, _ = loop.start([loop.embed([0] * 16)] * count, 1)
            loop.read(torch.zeros(count, dtype=torch.long), rows)
            yield

    def encode_image(self, pixels: NDArray[np.float32]) -> Encoded:
        """pixels (height, width)"""
        return self.encode_pictures([self.picture(pixels)])[0]

    def picture(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """pixels (height, width) → (size, size), as the encoder takes them"""
        picture: NDArray[np.float32] = image_tensor(
            torch.from_numpy(pixels), self.configs.image.size
        )[0].numpy()
        return picture

    @torch.no_grad()
    def encode_pictures(self, pictures: Sequence[NDArray[np.float32]]) -> list[Encoded]:
        """pictures (size, size), as `picture` gives them"""
        encoded = []
        for start in range(0, len(pictures), AT_ONCE):
            images = torch.from_numpy(np.stack(pictures[start : start + AT_ONCE]))[:, None]
            features, traits = image_traits(self.network.image, images.to(self.device))
            examination, logits = (part.cpu() for part in self.network.image.heads(features))
            tokens, traits = features.cpu().flatten(2).transpose(1, 2), traits.cpu()
            for n in range(len(images)):
                told = self.told(Modality.IMAGE, examination[n : n + 1], traits[n : n + 1])
                own = tokens[n : n + 1].clone()  # not a view: it is kept for long
                encoded.append(replace(told, tokens=own, logits=logits[n : n + 1].clone()))
        return encoded

    def encode_audio(self, waveform: NDArray[np.float32], position: int) -> Encoded:
        """waveform (n,) at 2 kHz; position: index in POSITIONS or -1"""
        return self.encode_sounds([(waveform, position)])[0]

    @torch.no_grad()
    def encode_sounds(self, sounds: Sequence[tuple[NDArray[np.float32], int]]) -> list[Encoded]:
        """Each a waveform (n,) at 2 kHz, and its position: index in POSITIONS or -1"""
        encoded = []
        for waveform, position in sounds:
            energies = log_mel(waveform)
            embedding = self.network.audio.embed(torch.from_numpy(energies)[None].to(self.device)).cpu()
            figures = torch.from_numpy(statistics_of(energies[None], *rhythm(waveform)))
            told = self.told(Modality.AUDIO, self.network.audio.kind(embedding), figures)
            encoded.append(replace(told, embedding=embedding, statistics=figures, position=position))
        return encoded

    def encode_record(self, facts: tuple[Fact, ...], words: Sequence[str]) -> Encoded:
        return self.encode_records([(facts, words)])[0]

    @torch.no_grad()
    def encode_records(self, records: Sequence[tuple[tuple[Fact, ...], Sequence[str]]]) -> list[Encoded]:
        """Each the facts and the words of one"""
        if not records:
            return []
        values = [torch.from_numpy(fact_values(facts, self.manifest.vocabulary)) for facts, _ in records]
        ids = [torch.from_numpy(word_ids(words, self.configs.record.words)) for _, words in records]
        tokens, logits = self.network.record(torch.stack(values), pad_sequence(ids, batch_first=True))
        return [
            Encoded(Modality.RECORD, "record", 1.0, tokens=own[None].clone(), logits=said[None], facts=facts)
            for own, said, (facts, _) in zip(tokens, logits, records, strict=True)
        ]

    def told(self, modality: Modality, logits: Tensor, traits: Tensor) -> Encoded:
        """What an input is, by the logits (1, examinations) of which the last is `neither`, and by how far
        its traits (1, …) lie from those of the likeliest examination."""
        known = self.manifest.examinations_of(modality)
        probabilities = logits[0].softmax(0)[: len(known)]
        best = int(probabilities.argmax())
        certainty = float(probabilities[best])
        doubt = (1 - certainty) / max(1 - self.manifest.refuse_below[modality], 1e-6)
        strangeness = max(doubt, float(self.network.novelty[modality.value](traits)[0, best]))
        name = known[best].name
        return Encoded(modality, None if strangeness > 1 else name, certainty, name, strangeness)

    @torch.no_grad()
    def score(self, encoded: Sequence[Encoded]) -> Scored:
        """Only tasks whose needed input is there are scored, each from the inputs that can carry it."""
        findings: list[Finding] = []
        for task, carried in self._scored(encoded):
            probabilities = self.probabilities(task, carried, given_of([carried]))[0]
            findings += [
                Finding(f.name, f.label, task.name, float(p), f.low, f.high, tuple(carried), f.normal)
                for f, p in zip(task.findings, probabilities, strict=True)
            ]
        everything = {
            m: self.gather(m, [e for e in encoded if e.modality == m and e.examination]) for m in Modality
        }
        there = {m: part for m, part in everything.items() if part is not None}
        return Scored(tuple(findings), self._fuse(there, given_of([there])))

    @torch.no_grad()
    def weigh(self, encoded: Sequence[Encoded]) -> tuple[Contribution, ...]:
        """What each input that could be read adds to each finding that `score` gives. A set without the
        input that a task needs leaves a finding at its prior; all sets of a task are scored as one batch."""
        players = [m for m in Modality if any(item.modality == m for item in encoded)]
        sets = [[m for m, there in zip(players, row, strict=True) if there] for row in subsets(len(players))]
        contributions = []
        for task, carried in self._scored(encoded):
            speaking = [frozenset(carried).intersection(own) for own in sets]
            different = list(dict.fromkeys(speaking))  # who cannot speak must change exactly nothing
            worth = self.probabilities(task, carried, given_of(different))
            prior = [spec.prior for spec in task.findings]
            worth[[task.carriers[0] not in own for own in different]] = prior
            shares = exact(worth[[different.index(own) for own in speaking]])
            contributions += [
                Contribution(spec.name, spec.prior, dict(zip(players, map(float, own), strict=True)))
                for spec, own in zip(task.findings, shares.T, strict=True)
            ]
        return tuple(contributions)

    def _scored(self, encoded: Sequence[Encoded]) -> Iterator[tuple[Task, Carried]]:
        for task in self.manifest.tasks:
            carried = self.carried(task, encoded)
            if task.carriers[0] in carried:
                yield task, carried

    def carried(self, task: Task, encoded: Sequence[Encoded]) -> Carried:
        """Modality → (tokens, logits) of the inputs that may speak in this task."""
        carried = {}
        for modality in task.carriers:
            mine = [item for item in encoded if item.modality == modality]
            if modality == Modality.RECORD:
                stated = {fact.name for item in mine for fact in item.facts}
                enough = len(stated & set(task.facts)) >= max(1, task.facts_needed)
                mine = mine if enough else []
            else:
                mine = [item for item in mine if item.examination == task.examination]
            gathered = self.gather(modality, mine)
            if gathered is not None:
                carried[modality] = gathered
        return carried

    def gather(self, modality: Modality, items: Sequence[Encoded]) -> tuple[Tensor, Tensor] | None:
        """Tokens (1, n, width) and logits (1, findings) of several inputs as one: pictures and records
        are averaged, recordings go through their pooling. Scores, weights and places of a case ask for the
        same inputs again and again: the last answers are kept."""
        if not items:
            return None
        for known, together in self._gathered:
            if len(known) == len(items) and all(map(is_, known, items)):
                return together
        together = self._together(modality, items)
        self._gathered.append((items, together))
        return together

    def _together(self, modality: Modality, items: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
        if modality == Modality.AUDIO:
            heard = Recordings(
                torch.cat([item.embedding for item in items if item.embedding is not None]),
                torch.cat([item.statistics for item in items if item.statistics is not None]),
                torch.tensor([item.position for item in items]),
                torch.zeros(len(items), dtype=torch.long),
            )
            pooled, logits = self.network.audio.heads(heard)
            return pooled[:, None], logits
        tokens = torch.stack([item.tokens for item in items if item.tokens is not None]).mean(0)
        return tokens, torch.stack([item.logits for item in items if item.logits is not None]).mean(0)

    def _fuse(self, parts: Carried, given: Tensor) -> Tensor:
        """parts: tokens (n or 1, …) by modality; given (n, 3) → (n, width)"""
        config = self.configs
        widths = (config.image.features, config.audio.width, config.record.width)
        tokens = [
            parts[m][0] if m in parts else torch.zeros(1, 1, width)
            for m, width in zip(ORDER, widths, strict=True)
        ]
        return self.network.mixer.fuse([t.expand(len(given), -1, -1) for t in tokens], given)

    def probabilities(self, task: Task, carried: Carried, given: Tensor) -> NDArray[np.float64]:
        """Of the task's findings (n, findings), calibrated; else as `logits`."""
        return calibrated(task, self.logits(task, carried, given).numpy())

    def logits(self, task: Task, carried: Carried, given: Tensor) -> Tensor:
        """Of the task's findings (n, findings), for each row of given (n, 3): which of the carried inputs
        are there. Tokens and logits of an input have n rows or one for all."""
        columns = self.manifest.columns(task)
        mixer = self.network.mixer
        evidence = torch.zeros(len(given), 3, self.layout.findings)
        for modality, (_, said) in carried.items():
            evidence[:, ORDER[modality], columns] = self.own(task, modality, said) - mixer.prior[columns]
        logits: Tensor = mixer.score(self._fuse(carried, given), evidence, given)[:, columns]
        return logits

    def own(self, task: Task, modality: Modality, logits: Tensor) -> Tensor:
        """The task's part (n, findings) of an encoder's logits (n, its findings)."""
        columns = self.manifest.columns(task)
        own: Sequence[int]
        if modality == Modality.RECORD:
            own = [column for part in self.layout.record for column in part]
        else:
            own = self.layout.image if modality == Modality.IMAGE else self.layout.audio
        start = list(own).index(columns.start)
        return logits[:, start : start + columns.stop - columns.start]

    @torch.no_grad()
    def write(
        self, fused: Tensor, plans: Sequence[SectionPlan], check: Callable[[], None]
    ) -> Iterator[tuple[int, tuple[Written, ...]]]:
        """As the writer does, each plan of its own fused vector, (plans, width)."""
        return self.writer.write(self.network.mixer.prefixes(fused), plans, check)


def given_of(sets: Iterable[Collection[Modality]]) -> Tensor:
    """(sets, 3) bool in the network's order."""
    return torch.tensor([[m in own for m in ORDER] for own in sets])


def calibrated(task: Task, logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """(…, findings) logits → probabilities: softmax or sigmoid of logit / temperature + bias."""
    temperature = np.array([spec.temperature for spec in task.findings])
    scaled = logits / temperature + np.array([spec.bias for spec in task.findings])
    if task.exclusive:
        exponent = np.exp(scaled - scaled.max(-1, keepdims=True))
        shares: NDArray[np.float64] = exponent / exponent.sum(-1, keepdims=True)
        return shares
    return np.asarray(1 / (1 + np.exp(-np.clip(scaled, -math.log(1e9), math.log(1e9)))))
