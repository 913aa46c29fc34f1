"""Four ways to fuse against each input alone, and what each auscultation position hears: valve patients
out of fold, with the encoders that the run's stages left a fold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mmdesk.case import Modality
from mmdesk.model.audio import POSITIONS
from mmdesk.model.fusion import KINDS
from mmdesk.model.network import Configs, Layout
from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.packs.reader import calibrated
from mmdesk.training.audio import FOLDS, Patients, Sounds, load_sounds, patients_of
from mmdesk.training.banks import Loaded, encode
from mmdesk.training.fusion import FusionStage, score_banks, train_mixer
from mmdesk.training.measures import CROSS_VALIDATED, Scores, difference, headline, interval
from mmdesk.training.record import load_records
from mmdesk.training.run import Run

Logits = dict[str, NDArray[Any]]
HEARD = f"{Modality.AUDIO} alone"


def fusion_study(
    run: Run, manifest: Manifest, configs: Configs, layout: Layout, stage: FusionStage, data: Path
) -> list[Measured]:
    """Every mixer is trained on the valve patients of the other folds alone, each the same way: so the
    pack's own kind, trained with the other tasks, may differ a little from its row here."""
    patients = patients_of(load_sounds(data, "heart_valve", ("train",)))
    loaded = Loaded({}, Sounds([], torch.zeros(0), []), patients, load_records(data, manifest.vocabulary))
    folds = [_fold(run, fold, manifest, configs, layout, stage, loaded) for fold in range(FOLDS)]
    logits = {name: np.concatenate([fold[name] for fold in folds]) for name in folds[0]}
    return _measures(manifest, logits)


def _fold(
    run: Run, fold: int, manifest: Manifest, configs: Configs, layout: Layout, stage: FusionStage,
    loaded: Loaded,
) -> Logits:  # fmt: skip
    """Name of what was read → logits (held patients, valves); their targets and groups."""
    patients = loaded.patients
    bank = encode(run, f".fold{fold}", manifest, configs, layout, loaded, ("valve",))["valve"]
    held = {"valve": bank.rows(patients.folds == fold)}
    logits: Logits = {}
    for kind in KINDS:
        own = replace(configs, fusion=replace(configs.fusion, kind=kind))
        name = f"study.{kind}.fold{fold}"
        learn = {"valve": bank.rows(patients.folds != fold)}
        mixer = train_mixer(run, name, manifest, own, layout, stage, learn)
        run.checkpoint_path(name).unlink(missing_ok=True)
        scored = score_banks(mixer, manifest, held)["valve"]
        logits[f"fused by {kind}"] = scored.pop("logits")
        logits |= scored  # each input alone is read by its own encoder: the same for every kind
    for position in POSITIONS:
        alone = replace(loaded, patients=_heard_at(patients, position, patients.folds == fold))
        part = encode(run, f".fold{fold}", manifest, configs, layout, alone, ("valve",))
        logits[f"heard at {position}"] = score_banks(mixer, manifest, part)["valve"][HEARD]
    return logits


def _heard_at(patients: Patients, position: str, chosen: NDArray[np.bool_]) -> Patients:
    """The chosen patients with the recording of one position."""
    places = np.flatnonzero(chosen)
    recordings = [
        [row for row in patients.recordings[p] if patients.sounds.rows[row]["position"] == position]
        for p in places
    ]
    names = [patients.names[p] for p in places]
    return Patients(patients.sounds, names, recordings, patients.valves[places], patients.folds[places])


def _measures(manifest: Manifest, logits: Logits) -> list[Measured]:
    """Topic `fusion`: the four kinds, and what each gains over the inputs alone; `subgroup`: positions."""
    task, targets, groups = manifest.task("valve"), logits["targets"] > 0.5, logits["groups"]
    read = {
        name: headline(task, calibrated(task, values), targets)
        for name, values in logits.items()
        if name not in ("targets", "groups", "splits")
    }
    nothing = np.zeros(targets.shape)
    scores = Scores(task, CROSS_VALIDATED, nothing, targets, nothing, nothing, groups, [])
    measured = []
    for name, metrics in read.items():
        topic = "subgroup" if name.startswith("heard at") else "fusion"
        measured += [interval(scores, f"{metric}, {name}", value, topic) for metric, value in metrics.items()]
    average = f"AUC, mean of {len(task.findings)}"
    for fused in (name for name in read if name.startswith("fused by")):
        for alone in (name for name in read if name.endswith(" alone")):
            label = f"{average}, {fused} gained over {alone}"
            measured.append(difference(scores, label, read[fused][average], read[alone][average], "fusion"))
    return measured
