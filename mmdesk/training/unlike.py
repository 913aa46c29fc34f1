"""Are inputs that are nothing a pack was made for told from those that are?

An input's `strangeness` is what the desk decides by: above 1 it is refused. `unlike_measures` asks it about
the sets that the data page names; `methods` compares others with it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from mmdesk.case import Modality
from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.image import image_tensor
from mmdesk.model.novelty import image_traits
from mmdesk.model.sound import SAMPLE_RATE, log_mel, statistics
from mmdesk.packs.manifest import Measured, Task
from mmdesk.packs.reader import PackReader
from mmdesk.training import strangers
from mmdesk.training.data import rows_of
from mmdesk.training.measures import auc, resampled
from mmdesk.training.scores import cases_of
from mmdesk.training.strangers import Stranger

TOPIC = "unlike"
KEPT = 0.95  # of the pack's own inputs, where the share of others that pass is stated
OWN = {Modality.IMAGE: ("chest", "brain"), Modality.AUDIO: ("murmur", "valve")}
NAMED = {Modality.IMAGE: strangers.IMAGES, Modality.AUDIO: strangers.SOUNDS}
FILMS = ("lateral chest films", "adult chest films")  # to be told from children's films, not from brains

Floats = NDArray[np.float64]
Method = Callable[["Seen"], Floats]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pack makes of n inputs: examination logits (n, kinds + 1) with `neither` last, traits of all
    depths (n, …) and of the last (n, …), strangeness (n,); and of whom or what each is (n,)."""

    logits: Floats
    traits: NDArray[np.float32]
    last: NDArray[np.float32]
    strangeness: Floats
    groups: NDArray[np.str_]


def unlike_measures(reader: PackReader, folder: Path, split: str) -> list[Measured]:
    """For each named set: AUROC against the pack's own inputs of `split`, the share that passes where 95%
    of those are kept, and the share that is refused; and what is refused of the pack's own. The valve
    recordings are those that the pack was fitted on, so that nothing is held against them. Speech needs
    espeak-ng."""
    measured = []
    for modality, tasks in OWN.items():
        own = {}
        for name in tasks:
            task = reader.manifest.task(name)
            known = split if cases_of(folder, task, split) else "train"
            own[name] = see(reader, modality, own_inputs(folder, task, known), name)
            title = reader.manifest.examination(task.examination or "").title
            measured.append(refused(modality, f"{title}, its own", own[name], known))
        for name, seen in named_sets(reader, modality, folder).items():
            inside = join([own[t] for t in (tasks[:1] if name in FILMS else tasks) if t != "valve"])
            measured += told_apart(modality, name, inside, seen, lambda s: s.strangeness, split)
            measured.append(refused(modality, name, seen, split))
    return measured


def told_apart(
    modality: Modality, name: str, inside: Seen, outside: Seen, score: Method, split: str
) -> list[Measured]:
    """AUROC, and the share of `outside` below what 95% of `inside` lie below; counted are the groups of
    `outside`."""
    scores = np.concatenate([score(inside), score(outside)])
    strange = np.repeat([False, True], [len(inside.groups), len(outside.groups)])
    groups = np.concatenate([np.char.add("own ", inside.groups), outside.groups])

    def passing(rows: NDArray[np.intp]) -> float:
        truth, said = strange[rows], scores[rows]
        if truth.all() or not truth.any():
            return float("nan")
        return float((said[truth] <= np.quantile(said[~truth], KEPT)).mean())

    metrics = {
        f"AUROC, {name}": lambda rows: auc(strange[rows], scores[rows]),
        f"FPR at 95% kept, {name}": passing,
    }
    own = len(np.unique(inside.groups))
    measured = []
    for metric, value in metrics.items():
        whole, low, high, count = resampled(groups, value)
        measured.append(Measured(modality.value, metric, whole, low, high, count - own, split, TOPIC))
    return measured


def refused(modality: Modality, name: str, seen: Seen, split: str) -> Measured:
    strange = seen.strangeness > 1
    share = resampled(seen.groups, lambda rows: float(strange[rows].mean()))
    return Measured(modality.value, f"refused, {name}", *share, split, TOPIC)


def join(parts: Sequence[Seen]) -> Seen:
    names = ("logits", "traits", "last", "strangeness", "groups")
    return Seen(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def named_sets(reader: PackReader, modality: Modality, folder: Path) -> dict[str, Seen]:
    return {
        name: see(reader, modality, maker(folder), name)
        for name, maker in NAMED[modality].items()
        if name != "speech" or strangers.can_speak()
    }


def own_inputs(folder: Path, task: Task, split: str) -> Iterator[Stranger]:
    for row in rows_of(folder, task.data):
        if row["split"] == split:
            path = folder / task.data / row["path"]
            data = path.read_bytes()
            if task.carriers[0] == Modality.IMAGE:
                yield Stranger(read_image(data, path.name).pixels, row["group"])
            else:
                yield Stranger(read_audio(data, path.name, SAMPLE_RATE), row["group"])


@torch.no_grad()
def see(reader: PackReader, modality: Modality, inputs: Iterable[Stranger], name: str) -> Seen:
    look = _look if modality == Modality.IMAGE else _listen
    rows: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []
    strangeness, groups = [], []
    for item in track(inputs, f"unlike: {name}", transient=True):
        rows.append(look(reader, item.array))
        logits, traits, _ = rows[-1]
        strangeness.append(reader.told(modality, logits, traits).strangeness)
        groups.append(item.group)
    logits_, traits_, last = (torch.cat(part).numpy() for part in zip(*rows, strict=True))
    return Seen(logits_.astype(np.float64), traits_, last, np.array(strangeness), np.array(groups))


def _look(reader: PackReader, pixels: NDArray[np.float32]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    encoder = reader.network.image
    image = image_tensor(torch.from_numpy(pixels), reader.configs.image.size)[None].to(reader.device)
    features, traits = image_traits(encoder, image)
    return encoder.heads(features)[0].cpu(), traits.cpu(), features.mean((2, 3)).cpu()


def _listen(reader: PackReader, wave: NDArray[np.float32]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    audio = reader.network.audio
    embedding = audio.embed(torch.from_numpy(log_mel(wave))[None].to(reader.device)).cpu()
    return audio.kind(embedding), torch.from_numpy(statistics(wave))[None], embedding
