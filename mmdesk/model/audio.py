"""Heart sounds → tokens: log-mel CNN + LSTM over each recording, pooled over the recordings of a case.

Beside it a linear path reads statistics of the sound. With 75 patients it carries most of the valve
scores; the two are mixed in log space.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmdesk.model.sound import N_MELS, STATISTICS

POSITIONS = ("sup_Mit", "sup_Tri", "sup_Pul", "sup_Aor", "sit_Mit", "sit_Tri", "sit_Pul", "sit_Aor")
SPAN = 200  # frames that go through the LSTM at once: 4 s
FRAMES_AT_ONCE = 1000  # that go through the CNN
PIECE = 20  # frames of a span that are read again where one of them was changed
REACH = 6  # frames on either side of its own that a step hears
HEARD = PIECE + 2 * REACH
BEGINS = [min(max(start - REACH, 0), SPAN - HEARD) for start in range(0, SPAN, PIECE)]


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """`deep_murmur` and `deep_valve` are the shares of the CNN + LSTM in the mixed log probabilities."""

    width: int = 64
    channels: int = 16
    dropout: float = 0.3
    murmurs: int = 5
    valves: int = 4
    kinds: int = 3
    deep_murmur: float = 0.05
    deep_valve: float = 0.2


@dataclass(frozen=True, slots=True)
class Recordings:
    """What was heard, a row a recording: `embedding` (n, width), `statistics` (n, 338), `position` (n,)
    index in POSITIONS or -1, `case` (n,) index of the case it belongs to."""

    embedding: Tensor
    statistics: Tensor
    position: Tensor
    case: Tensor

    @property
    def cases(self) -> int:
        return int(self.case.max()) + 1


class RecordingEncoder(nn.Module):
    """log_mel (n, frames, 40) → (n, width)"""

    def __init__(self, config: AudioConfig) -> None:
        super().__init__()
        channels, width = config.channels, config.width
        self.cnn = nn.Sequential(
            nn.Conv2d(1, channels, 5, 2, 2, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, 2 * channels, 3, 1, 1, bias=False), nn.BatchNorm2d(2 * channels), nn.ReLU(),
            nn.MaxPool2d((1, 2)),
            nn.Conv2d(2 * channels, 2 * channels, 3, 1, 1, bias=False), nn.BatchNorm2d(2 * channels),
            nn.ReLU(),
            nn.MaxPool2d((1, 2)),
        )  # fmt: skip
        self.squeeze = nn.Linear(2 * channels * (N_MELS // 8), width)
        self.lstm = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)
        self.out = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, log_mel: Tensor) -> Tensor:
        return self.listen(self.steps(log_mel))

    def steps(self, log_mel: Tensor) -> Tensor:
        """(n, frames, 40) → (n, frames / 2, width), each from its own two frames and REACH around them."""
        x = self.cnn(((log_mel + 4.0) / 4.0)[:, None])  # (n, 2 channels, frames / 2, 5)
        steps: Tensor = self.dropout(F.relu(self.squeeze(x.permute(0, 2, 1, 3).flatten(2))))
        return steps

    def listen(self, steps: Tensor) -> Tensor:
        """(n, time, width) → (n, width)"""
        x = torch.cat([steps, self.lstm(steps)[0]], 2)
        pooled = torch.cat([x.mean(1), deviation(x)], 1)  # (n, 4 width)
        return torch.tanh(self.out(self.dropout(pooled)))


class StatisticsHead(nn.Module):
    """A linear softmax over standardised statistics, averaged over a case's recordings; with
    `positions`, a recording of known position speaks in that position's own place as well."""

    mean: Tensor
    std: Tensor
    centre: Tensor
    scale: Tensor
    share: Tensor

    def __init__(self, classes: int, positions: int, shares: tuple[float, float, float, float]) -> None:
        super().__init__()
        size = sum(STATISTICS)
        self.positions = positions
        share = torch.tensor(shares).repeat_interleave(torch.tensor(STATISTICS), output_size=size)
        self.register_buffer("share", share)
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))
        self.register_buffer("centre", torch.zeros((1 + positions) * size))
        self.register_buffer("scale", torch.ones(()))
        self.linear = nn.Linear((1 + positions) * size, classes)

    def features(self, heard: Recordings) -> Tensor:
        """(cases, (1 + positions) · 338)"""
        z = ((heard.statistics - self.mean) / self.std).clamp(-4, 4) * self.share
        parts = [1.5 * z]
        if self.positions:
            known = (heard.position >= 0)[:, None]
            place = F.one_hot(heard.position.clamp_min(0), self.positions) * known
            parts.append((place[:, :, None] * z[:, None]).flatten(1) * self.positions**0.5)
        return mean_by_case(torch.cat(parts, 1), heard)

    def standardise(self, heard: Recordings) -> None:
        """Set the buffers from the training recordings."""
        self.mean.copy_(heard.statistics.mean(0))
        self.std.copy_(heard.statistics.std(0) + 1e-5)
        features = self.features(heard)
        self.centre.copy_(features.mean(0))
        self.scale.copy_((features - self.centre).square().sum(1).mean().sqrt())

    def forward(self, heard: Recordings) -> Tensor:
        logits: Tensor = self.linear((self.features(heard) - self.centre) / self.scale)
        return logits


class Pool(nn.Module):
    """Recordings of a case → one embedding: their mean and their attention-weighted mean."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)
        self.position = nn.Embedding(len(POSITIONS) + 1, width)  # the first is for unknown
        nn.init.zeros_(self.position.weight)

    def forward(self, heard: Recordings) -> Tensor:
        z = heard.embedding + self.position(heard.position + 1)
        weight = torch.exp(self.score(z).clamp(-5, 5))
        attended = mean_by_case(z * weight, heard) / mean_by_case(weight, heard).clamp_min(1e-6)
        return mean_by_case(z, heard) + attended


def joint_states(findings: int, like: Tensor) -> Tensor:
    """(2^findings, findings), the first finding first: 1 where it holds."""
    bits = torch.arange(2**findings)[:, None] >> torch.arange(findings - 1, -1, -1)
    return (bits & 1).to(like)


def spans(log_mel: Tensor) -> Tensor:
    """(n, frames, 40) → (n, spans, SPAN, 40): what goes through the LSTM at once; short ones repeated."""
    frames = log_mel.shape[1]
    whole = log_mel.repeat(1, -(-SPAN // frames), 1)[:, : max(SPAN, frames) // SPAN * SPAN]
    return whole.reshape(len(log_mel), -1, SPAN, N_MELS)


def pieces(parts: Tensor) -> Tensor:
    """(n, spans, SPAN, 40) → (n, spans, SPAN / PIECE, HEARD, 40): each piece with what its steps hear around
    it; at the ends of a span, with as much of what lies further inside."""
    return parts.unfold(2, HEARD, 1)[:, :, BEGINS].transpose(3, 4)


def own_steps(steps: Tensor, piece: Tensor) -> Tensor:
    """Of the steps (n, HEARD / 2, width) of what is heard with a piece, those of the piece itself
    (n, PIECE / 2, width); piece: (n,) its place in the span."""
    before = (PIECE * piece - torch.tensor(BEGINS, device=piece.device)[piece]) // 2
    return steps.unfold(1, PIECE // 2, 1)[torch.arange(len(steps)), before].transpose(1, 2)


def deviation(x: Tensor) -> Tensor:
    """(n, time, d) → (n, d), the standard deviation over time: eighteen times as quick as torch.std along an
    axis that is not the last. No less than 1e-6, so that what is constant has a gradient."""
    squares = (x - x.mean(1, keepdim=True)).square().sum(1)
    return (squares / (x.shape[1] - 1)).clamp_min(1e-12).sqrt()


def mean_by_case(x: Tensor, heard: Recordings) -> Tensor:
    """(n, d) → (cases, d)"""
    total = x.new_zeros(heard.cases, x.shape[1]).index_add(0, heard.case, x)
    return total / torch.bincount(heard.case, minlength=heard.cases)[:, None]


class AudioEncoder(nn.Module):
    """`state` scores the 2^valves joint states of the valve findings: diseases come together, and a softmax
    over states learns that from few patients."""

    def __init__(self, config: AudioConfig) -> None:
        super().__init__()
        self.config = config
        states = 2**config.valves
        self.recording = RecordingEncoder(config)
        self.pool = Pool(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.kind = nn.Linear(config.width, config.kinds)
        self.murmur = nn.Linear(config.width, config.murmurs)
        self.state = nn.Linear(config.width, states)
        self.wide_murmur = StatisticsHead(config.murmurs, 0, (1.0, 1.0, 1.0, 1.0))
        self.wide_state = StatisticsHead(states, len(POSITIONS), (1.0, 1.5, 1.0, 3.0))

    def embed(self, log_mel: Tensor) -> Tensor:
        """Recordings of one length (n, frames, 40) → (n, width): the mean over their spans. Of recordings
        that are versions of the first one, a piece that does not differ from its is read once."""
        parts = spans(log_mel)
        first = self._steps(parts[0])
        embedded: Tensor = self.recording.listen(first).repeat(len(parts), 1, 1)
        heard = pieces(parts)
        differs = (heard != heard[0]).flatten(3).any(3)  # (n, spans, pieces)
        if differs.any():
            steps = first.unflatten(1, (-1, PIECE // 2)).repeat(len(parts), 1, 1, 1, 1)
            steps[differs] = own_steps(self._steps(heard[differs]), differs.nonzero()[:, 2])
            changed = differs.any(2)
            embedded[changed] = self.recording.listen(steps[changed].flatten(1, 2))
        return embedded.mean(1)

    def _steps(self, log_mel: Tensor) -> Tensor:
        """Those of the recording, a few at a time: what a convolution gives stays in the cache."""
        few = log_mel.split(max(1, FRAMES_AT_ONCE // log_mel.shape[1]))
        return torch.cat([self.recording.steps(some) for some in few])

    def heads(self, heard: Recordings) -> tuple[Tensor, Tensor]:
        """→ pooled (cases, width) and finding logits (cases, murmurs + valves): the murmurs' are log
        probabilities, the valves' are log odds."""
        pooled = self.pool(heard)
        murmur = _mix(
            self.wide_murmur(heard),
            self.murmur(mean_by_case(heard.embedding, heard)),
            self.config.deep_murmur,
        )
        state = _mix(self.wide_state(heard), self.state(pooled), self.config.deep_valve)
        valve = state.softmax(1) @ joint_states(self.config.valves, state)
        valve = torch.logit(valve.clamp(1e-5, 1 - 1e-5))
        return pooled, torch.cat([murmur, valve], 1)


def _mix(wide: Tensor, deep: Tensor, share: float) -> Tensor:
    return (1 - share) * wide.log_softmax(1) + share * deep.log_softmax(1)
