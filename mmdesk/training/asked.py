"""One input of a case, asked for its parts: how certain the reading is without them, and what is said of
each. What it is compared with are the guesses of a sceptic who has not seen the model."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from mmdesk.case import Modality
from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.image import image_tensor
from mmdesk.model.saliency import CELLS, blurred, integrated_gradients
from mmdesk.model.sound import SAMPLE_RATE, log_mel
from mmdesk.packs.encoding import fact_values
from mmdesk.packs.listening import BANDS, COLUMNS, MEDIAN, columns_of, parts
from mmdesk.packs.locate import Locator
from mmdesk.packs.manifest import Task
from mmdesk.packs.reader import Encoded, PackReader, calibrated
from mmdesk.packs.shapley import Bools, Floats, shares_of
from mmdesk.report import Finding, Status
from mmdesk.training.scores import Rows, encode_case

OWN = "the pack"
QUIET = 10  # percentile
Way = Callable[[], Floats]


@dataclass(frozen=True, slots=True)
class Subject:
    """`certainty` of the reading without each set of parts (n, *shape), by how a part is filled; `ways`:
    a weight for each part, what speaks for the reading is positive; `own` is the pack's way, and `shuffled`
    the same with other weights. `picture` (1, 1, size, size), column and sign of the finding are for ways
    that look into the network."""

    group: str
    shape: tuple[int, ...]
    certainty: Mapping[str, Callable[[Bools], Floats]]
    own: Way
    shuffled: Way
    guesses: Mapping[str, Way]
    picture: Tensor | None = None
    column: int = 0
    sign: int = 1

    @property
    def ways(self) -> Mapping[str, Way]:
        return {OWN: self.own, **self.guesses}


def shuffled(reader: PackReader, pictures: Sequence[Path], seed: int) -> PackReader:
    """The same pack with first weights in place of the learned ones; what an image encoder standardises
    by is taken from `pictures`, else its maps would be empty."""
    other = copy.copy(reader)
    other.network = copy.deepcopy(reader.network)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        for module in other.network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear | nn.LSTM | nn.BatchNorm2d):
                module.reset_parameters()
        if pictures:
            norms = [m for m in other.network.image.modules() if isinstance(m, nn.BatchNorm2d)]
            for norm in norms:
                norm.train()
                norm.momentum = None  # the plain mean
            other.network.image(torch.cat([_picture(reader, path) for path in pictures]))
            for norm in norms:
                norm.eval()
    return other


def _picture(reader: PackReader, path: Path) -> Tensor:
    pixels = torch.from_numpy(read_image(path.read_bytes(), path.name).pixels)
    return image_tensor(pixels, reader.configs.image.size)[None]


def _judged(
    reader: PackReader, folder: Path, task: Task, case: Rows
) -> tuple[list[Encoded], tuple[Finding, ...], int]:
    """The case's inputs, taken for what the task reads; its findings; the column of the likeliest."""
    name, needed = task.examination, task.carriers[0]
    encoded = [
        replace(item, examination=name) if name and item.modality == needed else item
        for item in encode_case(reader, folder, task, case)
    ]
    findings = tuple(f for f in reader.score(encoded).findings if f.task == task.name)
    return encoded, findings, int(np.argmax([f.probability for f in findings]))


def _certain(finding: Finding, probabilities: Floats) -> Floats:
    """In what is read: that the finding is there, or that it is not."""
    return 1 - probabilities if finding.status == Status.ABSENT else probabilities


def _sign(finding: Finding) -> int:
    return -1 if finding.status == Status.ABSENT else 1


# ---- pictures


def picture_of(reader: PackReader, other: PackReader, folder: Path, task: Task, case: Rows) -> Subject:
    """Its parts are CELLS × CELLS cells; one is taken away by the blurred picture, or by plain grey."""
    image = _picture(reader, folder / task.data / case[0]["path"])
    encoded, findings, column = _judged(reader, folder, task, case)
    finding = findings[column]

    def certainty(sets: Bools, fill: Tensor) -> Floats:
        size = image.shape[-1]
        missing = F.interpolate(torch.from_numpy(sets)[:, None].float(), (size, size))
        with torch.no_grad():
            logits = [
                reader.network.image.heads(reader.network.image(image + some * (fill - image)))[1]
                for some in missing.split(16)
            ]
        probabilities = calibrated(task, reader.own(task, Modality.IMAGE, torch.cat(logits)).numpy())
        return _certain(finding, probabilities[:, column])

    def way(asked: PackReader) -> Floats:
        maps = integrated_gradients(Locator(asked, encoded, findings, _go_on).odds_of(task), image)
        return _sign(finding) * list(maps)[column].numpy().astype(np.float64)

    return Subject(
        case[0]["group"],
        (CELLS, CELLS),
        {
            "": lambda sets: certainty(sets, blurred(image)),
            " to grey": lambda sets: certainty(sets, image.mean().expand_as(image)),
        },
        lambda: way(reader),
        lambda: way(other),
        {"edges": lambda: _edges(image), "the middle": _middle},
        image,
        column,
        _sign(finding),
    )


def _edges(image: Tensor) -> Floats:
    """How much grey changes from pixel to pixel."""
    across = F.pad(image.diff(dim=3), (0, 1))
    down = F.pad(image.diff(dim=2), (0, 0, 0, 1))
    return pooled(torch.hypot(across, down))


def _middle() -> Floats:
    places = np.arange(CELLS) - (CELLS - 1) / 2
    nearness: Floats = -np.hypot(places[:, None], places[None])
    return nearness


def pooled(weights: Tensor) -> Floats:
    """(1, 1, size, size) → (CELLS, CELLS)"""
    return F.adaptive_avg_pool2d(weights, CELLS)[0, 0].numpy().astype(np.float64)


# ---- sounds


def sounds_of(
    reader: PackReader, other: PackReader, folder: Path, task: Task, case: Rows, place: int
) -> tuple[Subject, Subject]:
    """The recording at `place`, in BANDS × COLUMNS cells and in COLUMNS of seconds. A cell is taken away by
    its band's typical level, as the desk does it, or by its quiet one."""
    path = folder / task.data / case[place]["path"]
    waveform = read_audio(path.read_bytes(), path.name, SAMPLE_RATE)
    own_inputs, findings, column = _judged(reader, folder, task, case)
    inputs = {False: own_inputs, True: _judged(other, folder, task, case)[0]}
    finding = findings[column]

    def odds(asked: PackReader, sets: Bools, level: float = MEDIAN) -> Floats:
        encoded = inputs[asked is other]
        locator = Locator(asked, encoded, findings, _go_on)
        listened = locator.listen(waveform, sets, level)
        own: Floats = locator.heard(task, asked.carried(task, encoded), encoded[place], listened)[:, column]
        return own

    def certainty(sets: Bools, level: float = MEDIAN) -> Floats:
        return _certain(finding, 1 / (1 + np.exp(-odds(reader, sets, level))))

    def way(asked: PackReader, these: slice) -> Floats:
        without = _sign(finding) * odds(asked, np.concatenate([parts()[:1], parts()[these]]))
        lost: Floats = without[0] - without[1:]
        return lost

    def over_bands(sets: Bools) -> Bools:
        return np.repeat(sets, BANDS, 1)

    loud = _loud(log_mel(waveform))
    seconds, cells = slice(1, 1 + COLUMNS), slice(1 + COLUMNS, None)
    return (
        Subject(
            case[0]["group"],
            (BANDS, COLUMNS),
            {"": certainty, " to quiet": lambda sets: certainty(sets, QUIET)},
            lambda: way(reader, cells),
            lambda: way(other, cells),
            {"the loudest": lambda: loud},
        ),
        Subject(
            case[0]["group"],
            (1, COLUMNS),
            {
                " of seconds": lambda sets: certainty(over_bands(sets)),
                " of seconds to quiet": lambda sets: certainty(over_bands(sets), QUIET),
            },
            lambda: way(reader, seconds),
            lambda: way(other, seconds),
            {"the loudest": lambda: loud.mean(0)},
        ),
    )


def _loud(energies: NDArray[np.float32]) -> Floats:
    """(BANDS, COLUMNS) mean over the band's typical level"""
    above = (energies - np.median(energies, 0)).reshape(len(energies), BANDS, -1).mean(2)
    column = columns_of(len(energies))
    return np.stack([above[column == c].mean(0) for c in range(COLUMNS)], 1).astype(np.float64)


# ---- records


def record_of(reader: PackReader, other: PackReader, folder: Path, task: Task, case: Rows) -> Subject:
    """Its parts are the facts that the task may see; one is taken away by not stating it."""
    (item,), findings, column = _judged(reader, folder, task, case)
    finding = findings[column]
    facts = tuple(fact for fact in item.facts if fact.name in task.facts)

    def stated(asked: PackReader, sets: Bools) -> Floats:
        encoded, _, _ = _judged(asked, folder, task, case)
        locator = Locator(asked, encoded, findings, _go_on)
        return locator.stated(task, asked.carried(task, encoded), encoded[0], facts, sets)

    def way(asked: PackReader) -> Floats:
        return _sign(finding) * shares_of(len(facts), lambda sets: stated(asked, sets))[:, column]

    def rareness() -> Floats:
        """How far a value lies from the middle of those that the pack was made from."""
        values = torch.from_numpy(fact_values(item.facts, reader.manifest.vocabulary))[None]
        scores = reader.network.record.facts.normal_scores(values)[0].abs()
        terms = [term.name for term in reader.manifest.vocabulary.terms]
        unusual: Floats = scores[[terms.index(fact.name) for fact in facts]].double().numpy()
        return unusual

    return Subject(
        case[0]["group"],
        (len(facts),),
        {"": lambda sets: _certain(finding, stated(reader, ~sets)[:, column])},
        lambda: way(reader),
        lambda: way(other),
        {"the most unusual": rareness},
    )


def _go_on() -> None:
    """Nobody stops a measurement."""
