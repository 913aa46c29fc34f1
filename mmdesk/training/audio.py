"""Stage `audio`: murmurs of single clips, valve states of patients, and what kind of sound it is.

The valve patients are few, so the stage also trains one encoder a fold on the other folds' cases;
stage `fusion` measures with those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from rich.progress import track
from sklearn.model_selection import StratifiedGroupKFold
from torch import Tensor, nn

from mmdesk.media.audio import read_audio
from mmdesk.model.audio import POSITIONS, AudioConfig, AudioEncoder, Recordings, StatisticsHead
from mmdesk.model.sound import SAMPLE_RATE, log_mel, statistics
from mmdesk.training import sounds
from mmdesk.training.data import LABELS, rows_of
from mmdesk.training.linear import fit_penalised
from mmdesk.training.loop import Schedule, fit
from mmdesk.training.run import Run

VALVES = ("AS", "AR", "MR", "MS")
FOLDS = 5
CLIP, AUSCULTATION, NEITHER = range(3)


@dataclass(frozen=True, slots=True)
class AudioStage:
    """An epoch is `steps` batches of `clips` clips, `patients` patients with three recordings each and
    `others` sounds that are no heart. `murmur_penalty` and `valve_penalty` are the inverse strengths of
    the linear paths' weight penalty (as C in scikit-learn's LogisticRegression, a case). The murmurs' is
    also fitted on `altered` other versions of each clip, the valves' on `subsets` parts of each patient's
    recordings."""

    schedule: Schedule
    steps: int = 30
    clips: int = 24
    patients: int = 8
    others: int = 12
    span: int = 150
    murmur_penalty: float = 10.0
    valve_penalty: float = 30.0
    altered: int = 4
    subsets: int = 4


@dataclass(frozen=True, slots=True)
class Sounds:
    """log_mels (n) of (frames, 40); statistics (n, 338); rows: the manifest's."""

    log_mels: list[Tensor]
    statistics: Tensor
    rows: list[dict[str, str]]

    def only(self, chosen: Sequence[int] | NDArray[np.intp]) -> "Sounds":
        index = [int(i) for i in chosen]
        return Sounds(
            [self.log_mels[i] for i in index], self.statistics[index], [self.rows[i] for i in index]
        )

    def labels(self) -> NDArray[np.intp]:
        return np.array([LABELS["murmur"].index(row["label"]) for row in self.rows], dtype=np.intp)


def load_sounds(
    folder: Path, name: str, splits: Sequence[str], random: np.random.Generator | None = None
) -> Sounds:
    """The recordings, or with `random` an altered version of each."""
    rows = [row for row in rows_of(folder, name) if row["split"] in splits]
    log_mels, figures = [], []
    for row in track(rows, f"reading {name}", transient=True):
        path = folder / name / row["path"]
        waveform = read_audio(path.read_bytes(), path.name, SAMPLE_RATE)
        if random is not None:
            waveform = sounds.altered(waveform, random)
        log_mels.append(torch.from_numpy(log_mel(waveform)))
        figures.append(torch.from_numpy(statistics(waveform)))
    return Sounds(log_mels, torch.stack(figures), rows)


@dataclass(frozen=True, slots=True)
class Patients:
    """`recordings` lists a patient's rows in `sounds` in the order of POSITIONS; `valves` (n, 4) 0 or 1;
    `folds` (n,)."""

    sounds: Sounds
    names: list[str]
    recordings: list[list[int]]
    valves: NDArray[np.intp]
    folds: NDArray[np.intp]

    @property
    def states(self) -> NDArray[np.intp]:
        """(n,) the valves read as a binary number."""
        weights = 2 ** np.arange(len(VALVES) - 1, -1, -1)
        return np.asarray(self.valves @ weights, dtype=np.intp)

    def first(self, patient: int) -> dict[str, str]:
        return self.sounds.rows[self.recordings[patient][0]]


def patients_of(sounds_: Sounds) -> Patients:
    names = sorted({row["group"] for row in sounds_.rows})
    place = {(row["group"], row["position"]): i for i, row in enumerate(sounds_.rows)}
    recordings = [[place[name, p] for p in POSITIONS if (name, p) in place] for name in names]
    firsts = [sounds_.rows[own[0]] for own in recordings]
    valves = np.array([[int(row[valve]) for valve in VALVES] for row in firsts], dtype=np.intp)
    folds = np.array([int(row["fold"] or -1) for row in firsts], dtype=np.intp)
    return Patients(sounds_, names, recordings, valves, folds)


def train_audio(run: Run, config: AudioConfig, stage: AudioStage, folder: Path) -> None:
    clips = load_sounds(folder, "heart_sound", ("train", "val"))
    parts = clip_folds(clips.rows)
    patients = patients_of(load_sounds(folder, "heart_valve", ("train",)))
    random = np.random.default_rng(run.seed)
    altered = [
        load_sounds(folder, "heart_sound", ("train", "val"), random).statistics for _ in range(stage.altered)
    ]
    others = [torch.from_numpy(log_mel(sounds.sound(random))) for _ in range(150)]
    for fold in range(FOLDS):
        name = f"audio.fold{fold}"
        if not (run.resume and run.done(name)):
            chosen = np.flatnonzero(patients.folds != fold)
            kept = np.flatnonzero(parts != fold)
            versions = [statistics_[kept] for statistics_ in altered]
            _train_one(run, name, config, stage, clips.only(kept), versions, patients, chosen, others)
    everyone = np.arange(len(patients.names))
    _train_one(run, "audio", config, stage, clips, altered, patients, everyone, others)


def clip_folds(rows: list[dict[str, str]]) -> NDArray[np.intp]:
    """(n,) a fold for each clip; clips of one recording share it. `val` is too easy to calibrate on (one
    class comes from two recordings), so the clips are measured by cross-validation as well."""
    folds = np.zeros(len(rows), np.intp)
    labels = [LABELS["murmur"].index(row["label"]) for row in rows]
    groups = [row["group"] for row in rows]
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for fold, (_, held) in enumerate(split.split(rows, labels, groups)):
        folds[held] = fold
    return folds


def _train_one(
    run: Run, name: str, config: AudioConfig, stage: AudioStage, clips: Sounds, altered: list[Tensor],
    patients: Patients, chosen: NDArray[np.intp], others: list[Tensor],
) -> None:  # fmt: skip
    torch.manual_seed(1 + run.seed)
    encoder = AudioEncoder(config)
    feed = Feed(stage, clips, patients, chosen, others)
    fitted = fit(run, name, encoder, stage.schedule, feed.batches, stage.steps, audio_loss)
    assert isinstance(fitted, AudioEncoder)
    fitted.to("cpu")
    labels = torch.from_numpy(clips.labels())
    versions = [(alone(clips.statistics), labels, 1.0)]
    versions += [(alone(statistics_), labels, 1.0 / stage.altered) for statistics_ in altered]
    fit_linear(fitted.wide_murmur, versions, stage.murmur_penalty, balance=True)
    states = torch.from_numpy(patients.states[chosen])
    views = [(heard(patients, chosen, None), states, 1.0)]
    random = np.random.default_rng(2 + run.seed)
    for _ in range(stage.subsets):
        views.append((heard(patients, chosen, random), states, 1.0 / stage.subsets))
    fit_linear(fitted.wide_state, views, stage.valve_penalty, balance=False)
    run.save(name, fitted.state_dict())


def alone(statistics_: Tensor) -> Recordings:
    """Each recording a case of its own, from an unknown position."""
    cases = len(statistics_)
    return Recordings(torch.zeros(cases, 1), statistics_, torch.full((cases,), -1), torch.arange(cases))


def heard(patients: Patients, chosen: NDArray[np.intp], random: np.random.Generator | None) -> Recordings:
    """The chosen patients' statistics: all recordings, or with `random` a part of them, of half the
    patients without saying where they were recorded."""
    rows, positions, cases = [], [], []
    for case, patient in enumerate(chosen):
        own = list(patients.recordings[patient])
        if random is not None:
            own = list(random.choice(own, random.integers(1, len(own) + 1), replace=False))
        known = random is None or random.random() < 0.5
        rows += own
        cases += [case] * len(own)
        positions += [POSITIONS.index(patients.sounds.rows[i]["position"]) if known else -1 for i in own]
    return Recordings(
        torch.zeros(len(rows), 1),
        patients.sounds.statistics[rows],
        torch.tensor(positions),
        torch.tensor(cases),
    )


def fit_linear(
    head: StatisticsHead, views: list[tuple[Recordings, Tensor, float]], penalty: float, balance: bool
) -> None:
    """Penalised softmax regression by L-BFGS; `views` are (recordings, class (cases,), weight)."""
    head.standardise(views[0][0])
    cases = len(views[0][1])
    with torch.no_grad():
        x = torch.cat([(head.features(view) - head.centre) / head.scale for view, _, _ in views])
    y = torch.cat([target for _, target, _ in views])
    weight = torch.cat([torch.full((len(target),), share) for _, target, share in views])
    if balance:
        weight = weight / torch.bincount(y, minlength=head.linear.out_features)[y]
    weight = weight / weight.sum()

    def loss_of(logits: Tensor) -> Tensor:
        return (weight * F.cross_entropy(logits, y, reduction="none")).sum()

    fit_penalised(head.linear, x, loss_of, penalty * cases)


@dataclass(frozen=True, slots=True)
class Batch:
    """log_mels (clips + patients · 3 + others, span, 40); murmurs (clips,); states (patients,);
    positions (patients · 3,) index or -1."""

    log_mels: Tensor
    murmurs: Tensor
    states: Tensor
    positions: Tensor


class Feed:
    """Random crops; a clip counts by its class and by how few clips its recording gave."""

    def __init__(
        self, stage: AudioStage, clips: Sounds, patients: Patients, chosen: NDArray[np.intp],
        others: list[Tensor],
    ) -> None:  # fmt: skip
        self.stage, self.clips, self.patients = stage, clips, patients
        self.chosen, self.others = chosen, others
        self.labels = clips.labels()
        groups = [row["group"] for row in clips.rows]
        weight = np.array([groups.count(group) ** -0.5 for group in groups])
        for label in set(self.labels.tolist()):
            weight[self.labels == label] /= weight[self.labels == label].sum()
        self.weight = weight / weight.sum()

    def batches(self, epoch: int) -> Iterator[Batch]:
        random = np.random.default_rng(epoch)
        for _ in range(self.stage.steps):
            yield self._batch(random)

    def _batch(self, random: np.random.Generator) -> Batch:
        stage = self.stage
        clips = random.choice(len(self.labels), stage.clips, p=self.weight)
        patients = random.choice(self.chosen, stage.patients, replace=False)
        recordings = [
            i for p in patients for i in random.choice(self.patients.recordings[p], 3, replace=False)
        ]
        rows = self.patients.sounds.rows
        positions = [
            POSITIONS.index(rows[i]["position"]) if random.random() < 0.5 else -1 for i in recordings
        ]
        parts = [self.clips.log_mels[i] for i in clips]
        parts += [self.patients.sounds.log_mels[i] for i in recordings]
        parts += [self.others[i] for i in random.integers(0, len(self.others), stage.others)]
        return Batch(
            torch.stack([crop(part, stage.span, random) for part in parts]),
            torch.from_numpy(self.labels[clips]),
            torch.from_numpy(self.patients.states[patients]),
            torch.tensor(positions),
        )


def crop(log_mel_: Tensor, span: int, random: np.random.Generator) -> Tensor:
    """(frames, 40) → (span, 40) from anywhere; a short sound is repeated."""
    whole = log_mel_.repeat(-(-span // len(log_mel_)), 1)
    start = int(random.integers(0, len(whole) - span + 1))
    return whole[start : start + span]


def audio_loss(model: nn.Module, batch: object) -> Tensor:
    assert isinstance(model, AudioEncoder) and isinstance(batch, Batch)
    device = model.kind.weight.device
    embedding = model.dropout(model.recording(batch.log_mels.to(device)).float())
    clips, patients = len(batch.murmurs), len(batch.states)
    end = clips + 3 * patients
    case = torch.arange(patients, device=device).repeat_interleave(3)
    heard_ = Recordings(
        embedding[clips:end], torch.zeros(len(case), 1, device=device), batch.positions.to(device), case
    )
    kinds = torch.full((len(embedding),), NEITHER, device=device)
    kinds[:clips], kinds[clips:end] = CLIP, AUSCULTATION
    states = model.state(model.pool(heard_))
    loss = F.cross_entropy(model.murmur(embedding[:clips]), batch.murmurs.to(device), label_smoothing=0.05)
    loss = loss + F.cross_entropy(states, batch.states.to(device), label_smoothing=0.1)
    return loss + 0.5 * F.cross_entropy(model.kind(embedding), kinds, label_smoothing=0.02)


@torch.no_grad()
def embed_all(encoder: AudioEncoder, log_mels: list[Tensor]) -> Tensor:
    """(n, width)"""
    return torch.cat([encoder.embed(item[None]) for item in log_mels])
