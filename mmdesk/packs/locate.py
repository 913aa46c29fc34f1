"""Where in an input the findings of a case rest: cells of a picture, seconds and pitches of a sound, facts.

A picture is asked by gradients. A sound is asked by what is lost without a part of it, since most of what
is read in it are statistics of the whole. A record is asked by what is lost without a fact. The ways were
chosen by recipes/ways_to_locate.py.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mmdesk.case import Fact, Modality
from mmdesk.model.audio import Recordings
from mmdesk.model.saliency import integrated_gradients
from mmdesk.model.sound import SAMPLE_RATE, log_mel
from mmdesk.packs.encoding import fact_values
from mmdesk.packs.listening import BANDS, COLUMNS, MEDIAN, even_rows, figures_of, parts, silenced
from mmdesk.packs.manifest import Task
from mmdesk.packs.reader import Carried, Encoded, PackReader, given_of
from mmdesk.packs.shapley import Bools, Floats, shares_of
from mmdesk.report import Finding, Grid, Saliency, Status

MOST_ANSWERED = 32  # pictures and sounds whose answers are remembered, some 0.3 MB each
AT_ONCE = 25  # versions of a sound; between them it can be stopped
LEAST = 1e-3  # of log odds: a map with nothing above it is rounding


class Answered:
    """What pictures and sounds answered when they were asked alone, by a key of their content: most of the
    work, and no other input of a case changes it. Of a picture and a task the maps of its findings, before
    their sign; of a sound what `Locator.listen` gives."""

    def __init__(self) -> None:
        self.maps: dict[Hashable, list[NDArray[np.float32]]] = {}
        self.heard: dict[Hashable, tuple[Tensor, Tensor]] = {}

    def forget(self) -> None:
        """All but the last ones."""
        while len(self.maps) > MOST_ANSWERED:
            del self.maps[next(iter(self.maps))]
        while len(self.heard) > MOST_ANSWERED:
            del self.heard[next(iter(self.heard))]


class Locator:
    """Where the inputs of one case speak. `encoded` are all that `findings` were scored from; `check` is
    called now and then, and ends the work by raising; `answered` is what is remembered of earlier cases."""

    def __init__(
        self,
        reader: PackReader,
        encoded: Sequence[Encoded],
        findings: Sequence[Finding],
        check: Callable[[], None],
        answered: Answered | None = None,
    ) -> None:
        self.reader, self.encoded, self.check = reader, encoded, check
        self.answered = answered or Answered()
        self.findings = {finding.name: finding for finding in findings}

    def locate(
        self,
        item: Encoded,
        pixels: NDArray[np.float32] | None,
        waveform: NDArray[np.float32] | None,
        place: int,
        key: Hashable,
    ) -> Iterator[Saliency]:
        """Of an input and the pixels or the waveform that it was encoded from; nothing of one that was not
        scored. `place` is its place among those of its modality, `key` stands for its content."""
        if pixels is not None:
            return self.image(item, pixels, place, key)
        return self.record(item, place) if waveform is None else self.sound(item, waveform, place, key)

    def image(
        self, item: Encoded, pixels: NDArray[np.float32], place: int, key: Hashable
    ) -> Iterator[Saliency]:
        """One finding after the other, of pixels (size, size) as the encoder took them. The picture is asked
        alone: what other inputs of the case say does not change where this one speaks."""
        for task, _ in self.tasks(item):
            for spec, added in zip(task.findings, self._maps(task, pixels, key), strict=True):
                grid = grid_of(self._for_or_against(spec.name, added))
                yield Saliency(spec.name, Modality.IMAGE, place, grid)

    def _maps(
        self, task: Task, pixels: NDArray[np.float32], key: Hashable
    ) -> list[NDArray[np.float32]]:
        """What each cell adds to each finding of the task."""
        if (key, task.name) not in self.answered.maps:
            picture = torch.from_numpy(pixels)[None, None].to(self.reader.device)
            maps = []
            for added in integrated_gradients(self.odds_of(task), picture):
                self.check()
                maps.append(added.cpu().numpy())
            self.answered.maps[key, task.name] = maps
        return self.answered.maps[key, task.name]

    @torch.no_grad()
    def sound(
        self, item: Encoded, waveform: NDArray[np.float32], place: int, key: Hashable
    ) -> Iterator[Saliency]:
        """All findings at once, of waveform (n,) at 2 kHz: what their log odds lose without each column of
        the sound, and without each column of a band."""
        tasks = list(self.tasks(item))
        if not tasks:
            return
        if key not in self.answered.heard:
            self.answered.heard[key] = self.listen(waveform, parts())
        listened = self.answered.heard[key]
        seconds = max(len(waveform) / SAMPLE_RATE, 1.0)  # a shorter one is padded
        for task, carried in tasks:
            odds = self.heard(task, carried, item, listened)
            for spec, own in zip(task.findings, (odds[0] - odds[1:]).T, strict=True):
                weights = self._for_or_against(spec.name, own)
                curve = grid_of(weights[None, :COLUMNS])
                grid = grid_of(even_rows(weights[COLUMNS:].reshape(BANDS, COLUMNS)))
                hertz = SAMPLE_RATE / 2
                yield Saliency(spec.name, Modality.AUDIO, place, grid, curve, seconds=seconds, hertz=hertz)

    @torch.no_grad()
    def record(self, item: Encoded, place: int) -> Iterator[Saliency]:
        """What each stated fact adds to a probability, the other inputs given: Shapley values over the facts
        that the task may see, beginning with the record as it is without them."""
        for task, carried in self.tasks(item):
            latest = {fact.name: fact for fact in item.facts if fact.name in task.facts}
            if not latest:  # of two records, one may state nothing of it
                continue
            shares = shares_of(len(latest), partial(self.stated, task, carried, item, tuple(latest.values())))
            for spec, own in zip(task.findings, shares.T, strict=True):
                facts = dict(zip(latest, map(float, own), strict=True))
                yield Saliency(spec.name, Modality.RECORD, place, facts=facts)

    def tasks(self, item: Encoded) -> Iterator[tuple[Task, Carried]]:
        """Those that were scored from this input, too, each with all inputs that it was scored from."""
        for task in self.reader.manifest.tasks:
            fits = item.modality == Modality.RECORD or item.examination == task.examination
            if task.findings[0].name in self.findings and fits and any(item is e for e in self.encoded):
                carried = self.reader.carried(task, self.encoded)
                if item.modality in carried:
                    yield task, carried

    def odds_of(self, task: Task) -> Callable[[Tensor], Tensor]:
        """Pictures (n, 1, size, size) → log odds (n, findings) as the image encoder alone reads them."""
        encoder = self.reader.network.image

        def odds(images: Tensor) -> Tensor:
            return log_odds(task, self.reader.own(task, Modality.IMAGE, encoder.heads(encoder(images))[1]))

        return odds

    @torch.no_grad()
    def listen(
        self, waveform: NDArray[np.float32], sets: Bools, level: float = MEDIAN
    ) -> tuple[Tensor, Tensor]:
        """Embeddings (sets, width) and statistics (sets, 338) of the sound without each set of cells."""
        energies = log_mel(waveform)
        embeddings, figures = [], []
        for some in np.array_split(sets, -(-len(sets) // AT_ONCE)):
            self.check()
            versions = silenced(energies, some, level)
            whole_first = torch.from_numpy(np.concatenate([energies[None], versions])).to(self.reader.device)
            embeddings.append(self.reader.network.audio.embed(whole_first)[1:].cpu())
            figures.append(torch.from_numpy(figures_of(versions, waveform)))
        return torch.cat(embeddings), torch.cat(figures)

    @torch.no_grad()
    def heard(self, task: Task, carried: Carried, item: Encoded, listened: tuple[Tensor, Tensor]) -> Floats:
        """(versions, findings) log odds, with each version of this recording that was listened to."""
        count = len(listened[0])
        items = [e for e in self.encoded if e.examination == task.examination]
        rows = [
            listened
            if other is item
            else (_all(other.embedding).expand(count, -1), _all(other.statistics).expand(count, -1))
            for other in items
        ]
        heard = Recordings(
            torch.stack([row[0] for row in rows], 1).flatten(0, 1),
            torch.stack([row[1] for row in rows], 1).flatten(0, 1),
            torch.tensor([other.position for other in items]).repeat(count),
            torch.arange(count).repeat_interleave(len(items)),
        )
        pooled, said = self.reader.network.audio.heads(heard)
        inputs = {**carried, Modality.AUDIO: (pooled[:, None], said)}
        odds: Floats = log_odds(
            task, self.reader.logits(task, inputs, given_of([inputs] * count)).double()
        ).numpy()
        return odds

    @torch.no_grad()
    def stated(
        self, task: Task, carried: Carried, item: Encoded, facts: Sequence[Fact], sets: Bools
    ) -> Floats:
        """(sets, findings) probabilities where of `facts` only those of each set (sets, facts) are stated."""
        tokens, logits = self._read_again(item, facts, sets)
        others = [e for e in self.encoded if e.modality == Modality.RECORD and e is not item]
        for other in others:
            tokens, logits = tokens + _all(other.tokens), logits + _all(other.logits)
        count = 1 + len(others)
        read = {**carried, Modality.RECORD: (tokens / count, logits / count)}
        return self.reader.probabilities(task, read, given_of([read] * len(sets)))

    def _read_again(self, item: Encoded, facts: Sequence[Fact], sets: Bools) -> tuple[Tensor, Tensor]:
        """Tokens and logits of the record with each set of facts; its words are kept."""
        spec, network = self.reader.manifest, self.reader.network
        terms = {term.name: number for number, term in enumerate(spec.vocabulary.terms)}
        values = torch.from_numpy(fact_values(item.facts, spec.vocabulary)).repeat(len(sets), 1)
        columns = [terms[fact.name] for fact in facts]
        values[:, columns] = torch.where(torch.from_numpy(sets), values[:, columns], torch.nan)
        tokens, logits = network.record(values, torch.zeros(len(sets), 1, dtype=torch.long))
        tokens[:, -1] = _all(item.tokens)[:, -1]
        return tokens, logits

    def _for_or_against(self, name: str, added: NDArray[np.floating]) -> NDArray[np.floating]:
        """What speaks for a finding, or against it where it is read as absent, is positive."""
        return -added if self.findings[name].status == Status.ABSENT else added


def log_odds(task: Task, logits: Tensor) -> Tensor:
    """(n, findings) calibrated: of each finding against the others together where exactly one holds."""
    temperature = logits.new_tensor([spec.temperature for spec in task.findings])
    scaled = logits / temperature + logits.new_tensor([spec.bias for spec in task.findings])
    if not task.exclusive:
        return scaled
    others = scaled[:, None].expand(-1, scaled.shape[1], -1)
    own = torch.eye(scaled.shape[1], dtype=torch.bool, device=logits.device)
    return scaled - others.masked_fill(own, -torch.inf).logsumexp(2)


def grid_of(weights: NDArray[np.floating]) -> Grid:
    """What is positive of log odds (rows, columns), over the largest; nothing where none reaches LEAST."""
    positive = np.maximum(weights, 0)
    largest = float(positive.max())
    shares = np.round(255 * positive / largest if largest >= LEAST else 0 * positive).astype(np.uint8)
    rows, columns = weights.shape
    return Grid(rows, columns, shares.tobytes())


def _all(part: Tensor | None) -> Tensor:
    """Of an input that was encoded: what its modality has is there."""
    assert part is not None
    return part
