"""Ways to tell what is unlike anything seen, fitted on the same training inputs and compared.

Chosen on `val`, against altered inputs of the pack's own kinds and the made-up ones of its training: never
on the sets that the data page names, which are measured beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from mmdesk.case import Modality
from mmdesk.model.network import AUDIO_DIRECTIONS, IMAGE_DIRECTIONS
from mmdesk.model.novelty import Novelty
from mmdesk.packs.manifest import Measured, Task
from mmdesk.packs.reader import PackReader
from mmdesk.training import negatives, sounds
from mmdesk.training.data import rows_of
from mmdesk.training.strangers import Array, Stranger
from mmdesk.training.unlike import (
    FILMS,
    OWN,
    Floats,
    Method,
    Seen,
    join,
    named_sets,
    own_inputs,
    see,
    told_apart,
)

TOPIC = "unlike by method"
NEIGHBOURS = 10
MADE_UP = 200
DIRECTIONS = {Modality.IMAGE: IMAGE_DIRECTIONS, Modality.AUDIO: AUDIO_DIRECTIONS}


def method_measures(reader: PackReader, folder: Path, split: str) -> list[Measured]:
    """Every method, fitted on `train`: on `val` against altered and made-up inputs, which is where one was
    chosen, then on `split` against the named sets."""
    measured = []
    for modality, names in OWN.items():
        # Of the valve recordings, all are for training.
        tasks = [reader.manifest.task(name) for name in names if name != "valve"]
        asked = {"train", "val", split}
        if not all(asked <= {row["split"] for row in rows_of(folder, task.data)} for task in tasks):
            continue  # a folder of other cases has none to fit them on
        own = {
            at: [see(reader, modality, own_inputs(folder, task, at), f"{task.name}, {at}") for task in tasks]
            for at in ("train", "val", split)
        }
        methods = fit_methods(own["train"], DIRECTIONS[modality])
        others = {
            "val": chosen_on(reader, modality, folder, tasks),
            split: named_sets(reader, modality, folder),
        }
        for at, sets in others.items():
            for name, seen in sets.items():
                inside = own[at][0] if name in FILMS else join(own[at])
                for method, score in methods.items():
                    rows = told_apart(modality, f"{name}, {method}", inside, seen, score, at)
                    measured += [replace(row, topic=TOPIC) for row in rows]
    return measured


def fit_methods(own: Sequence[Seen], directions: int) -> dict[str, Method]:
    """`own` is one kind of examination each. Hendrycks and Gimpel 2017; Liu et al. 2020; Lee et al. 2018;
    Sun et al. 2022, which has to keep a vector of every training input and so could not be shipped."""
    neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(_unit(np.concatenate([s.last for s in own])))
    last, every = gaussians([s.last for s in own], directions), gaussians([s.traits for s in own], directions)
    return {
        "examination head": lambda seen: 1 - np.exp(seen.logits[:, :-1].max(1) - _log_sum(seen.logits)),
        "energy": lambda seen: -_log_sum(seen.logits[:, :-1]),
        "nearest neighbours": lambda seen: neighbours.kneighbors(_unit(seen.last))[0][:, -1],
        "Mahalanobis at the last depth": lambda seen: last(seen.last),
        "Mahalanobis at all depths": lambda seen: every(seen.traits),
    }


def gaussians(own: Sequence[NDArray[np.float32]], directions: int) -> Callable[[NDArray[np.float32]], Floats]:
    """The distance to the nearest kind, each in units of its own median."""
    novelty = Novelty(len(own), own[0].shape[1], directions)
    for kind, traits in enumerate(own):
        novelty.fit(kind, torch.from_numpy(traits))
        novelty.limit[kind] = novelty.distance(kind, torch.from_numpy(traits)).median()
    return lambda traits: novelty(torch.from_numpy(traits)).min(1).values.double().numpy()


def _log_sum(logits: Floats) -> Floats:
    total: Floats = np.logaddexp.reduce(logits, axis=1)
    return total


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def chosen_on(reader: PackReader, modality: Modality, folder: Path, tasks: Sequence[Task]) -> dict[str, Seen]:
    """Altered inputs of `val`, and made-up ones as in training but of another draw."""
    random = np.random.default_rng(6)
    own = [item for task in tasks for item in own_inputs(folder, task, "val")]
    alter, make = (altered_picture, _picture) if modality == Modality.IMAGE else (altered_sound, _sound)
    others = random.permutation(len(own))
    altered = (
        Stranger(alter(random, item.array, own[other].array), item.group)
        for item, other in zip(own, others, strict=True)
    )
    size = reader.configs.image.size
    made = (Stranger(make(random, size, own), str(number)) for number in range(MADE_UP))
    return {
        "altered inputs": see(reader, modality, altered, "altered inputs"),
        "made-up inputs": see(reader, modality, made, "made-up inputs"),
    }


def altered_picture(random: np.random.Generator, pixels: Array, other: Array) -> Array:
    """(height, width), turned by 90 or 270 degrees, a part of 40% of each side, in negative, or with
    another laid over it."""
    kind = random.integers(4)
    height, width = pixels.shape
    if kind == 0:
        return np.ascontiguousarray(np.rot90(pixels, random.choice([1, 3])))
    if kind == 1:
        top, left = int(random.uniform(0, 0.6) * height), int(random.uniform(0, 0.6) * width)
        return pixels[top : top + int(0.4 * height), left : left + int(0.4 * width)]
    if kind == 2:
        return 1 - pixels
    rows = np.arange(height) * other.shape[0] // height
    columns = np.arange(width) * other.shape[1] // width
    mixed: Array = (pixels + other[rows][:, columns]) / 2
    return mixed


def altered_sound(random: np.random.Generator, wave: Array, other: Array) -> Array:
    """(n,), at twice or half its speed, in pieces of 0.1 s out of order, deep in noise, or with another."""
    kind = random.integers(4)
    if kind == 0:
        places = np.arange(0, len(wave) - 1, random.choice([0.5, 2.0]))
        return np.interp(places, np.arange(len(wave)), wave).astype(np.float32)
    if kind == 1:
        pieces = wave[: len(wave) // 200 * 200].reshape(-1, 200)
        shuffled: Array = random.permutation(pieces).ravel()
        return shuffled
    if kind == 2:
        noisy: Array = (wave + 2 * wave.std() * random.normal(size=len(wave))).astype(np.float32)
        return noisy
    size = min(len(wave), len(other))
    both: Array = wave[:size] / wave.std() + other[:size] / other.std()
    return both


def _picture(random: np.random.Generator, size: int, own: Sequence[Stranger]) -> Array:
    lent = [own[i].array for i in random.integers(0, len(own), 2)]
    return negatives.picture(random, size, np.stack([_square(item, size) for item in lent]))


def _square(pixels: Array, size: int) -> Array:
    rows = np.arange(size) * pixels.shape[0] // size
    square: Array = pixels[rows][:, np.arange(size) * pixels.shape[1] // size] * 2 - 1
    return square


def _sound(random: np.random.Generator, _size: int, _own: Sequence[Stranger]) -> Array:
    return sounds.sound(random)
