"""Every slice of a stack, scored alone: where in it a finding stands out."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping

from mmdesk.case import Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Swept
from mmdesk.media.image import Image
from mmdesk.packs.reader import PackReader
from mmdesk.reading import Read, WindowFor, windowed
from mmdesk.refusal import refused
from mmdesk.report import Sweep

STEP = 0.2  # seconds between two answers
MOST_KEPT = 4096  # slices whose scores are remembered
AT_ONCE = 8  # slices that are encoded side by side; between them it can be stopped
Scores = dict[str, float]
Key = tuple[str, str, int]


class Sweeper:
    """Remembers the scores of slices by content, so that only new ones are encoded."""

    def __init__(self, reader: PackReader) -> None:
        self._reader = reader
        self._known: dict[Key, Scores] = {}

    def sweep(
        self, read: Read, place: int, window_for: WindowFor, check: Callable[[], None]
    ) -> Iterator[Swept]:
        """Swept events from the first score on, the last one with all slices. `check` is called for every
        slice, and ends the work by raising."""
        assert read.stack is not None and read.seen is not None  # who sweeps asked for a stack
        plane, count = read.seen.plane, read.seen.frames
        rows: list[Scores] = []
        told = time.perf_counter()
        for start in range(0, count, AT_ONCE):
            rows += self._scores(read, plane, range(start, min(start + AT_ONCE, count)), window_for, check)
            if any(rows) and len(rows) < count and time.perf_counter() - told >= STEP:
                told = time.perf_counter()
                yield Swept(_sweep(place, plane, rows, count), len(rows))
        yield Swept(_sweep(place, plane, rows, count), count)

    def _scores(
        self, read: Read, plane: str, slices: range, window_for: WindowFor, check: Callable[[], None]
    ) -> list[Scores]:
        """Of each slice by finding; none of one that is not scored."""
        keys: list[Key | None] = []  # None: of one slice that is empty, or damaged
        new: dict[Key, Image] = {}
        for index in slices:
            check()
            try:
                key = self._key(read, plane, index)
                if key not in self._known and key not in new:
                    new[key] = self._seen(read, plane, index, window_for)
                keys.append(key)
            except InputProblem:
                keys.append(None)
        found = {key: self._known[key] for key in keys if key is not None and key in self._known}
        found |= self._scored(read.item.name, new)
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        self._known |= found
        return [{} if key is None else found[key] for key in keys]

    def _key(self, read: Read, plane: str, index: int) -> Key:
        assert read.stack is not None
        digest = hashlib.sha256(read.stack.data(index)).hexdigest() if read.item.slices else read.sha256
        return digest, plane, index

    def _seen(self, read: Read, plane: str, index: int, window_for: WindowFor) -> Image:
        assert read.stack is not None
        return windowed(read.stack.frame(plane, index), read.item.name, window_for)[1]

    def _scored(self, name: str, images: Mapping[Key, Image]) -> dict[Key, Scores]:
        pictures = [self._reader.picture(image.pixels) for image in images.values()]
        scores: dict[Key, Scores] = {}
        for (key, image), encoded in zip(
            images.items(), self._reader.encode_pictures(pictures), strict=True
        ):
            out = refused(Modality.IMAGE, name, image.tags, encoded, self._reader.manifest)
            findings = () if out else self._reader.score([encoded]).findings
            scores[key] = {finding.name: finding.probability for finding in findings}
        return scores


def _sweep(place: int, plane: str, rows: list[Scores], count: int) -> Sweep:
    names = dict.fromkeys(name for row in rows for name in row)
    later: tuple[None, ...] = (None,) * (count - len(rows))
    columns = {name: (*(_short(row.get(name)) for row in rows), *later) for name in names}
    return Sweep(place, plane, columns)


def _short(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 4)
