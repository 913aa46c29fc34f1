"""Every slice of a stack, scored alone: where in it a finding stands out."""

import hashlib
import time
from collections.abc import Callable, Iterator

from mmdesk.case import Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Swept
from mmdesk.packs.reader import PackReader
from mmdesk.reading import Read, WindowFor, windowed
from mmdesk.refusal import refused
from mmdesk.report import Sweep

STEP = 0.2  # seconds between two answers
MOST_KEPT = 4096  # slices whose scores are remembered
Scores = dict[str, float]


class Sweeper:
    """Remembers the scores of slices by content, so that only new ones are encoded."""

    def __init__(self, reader: PackReader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, str, int], Scores] = {}

    def sweep(
        self, read: Read, place: int, window_for: WindowFor, check: Callable[[], None]
    ) -> Iterator[Swept]:
        """Swept events from the first score on, the last one with all slices. `check` is called for every
        slice, and ends the work by raising."""
        assert read.stack is not None and read.seen is not None  # who sweeps asked for a stack
        plane, count = read.seen.plane, read.seen.frames
        rows: list[Scores] = []
        told = time.perf_counter()
        for index in range(count):
            check()
            rows.append(self._scores(read, plane, index, window_for))
            if any(rows) and len(rows) < count and time.perf_counter() - told >= STEP:
                told = time.perf_counter()
                yield Swept(_sweep(place, plane, rows, count), len(rows))
        yield Swept(_sweep(place, plane, rows, count), count)

    def _scores(self, read: Read, plane: str, index: int, window_for: WindowFor) -> Scores:
        """By finding; none of a slice that is not scored."""
        assert read.stack is not None
        try:
            digest = hashlib.sha256(read.stack.data(index)).hexdigest() if read.item.slices else read.sha256
            key = digest, plane, index
            if key not in self._known:
                if len(self._known) >= MOST_KEPT:
                    self._known.clear()
                self._known[key] = self._scored(read, plane, index, window_for)
            return self._known[key]
        except InputProblem:  # of one slice: it is empty, or damaged
            return {}

    def _scored(self, read: Read, plane: str, index: int, window_for: WindowFor) -> Scores:
        assert read.stack is not None
        _, image = windowed(read.stack.frame(plane, index), read.item.name, window_for)
        encoded = self._reader.encode_image(image.pixels)
        if refused(Modality.IMAGE, read.item.name, image.tags, encoded, self._reader.manifest):
            return {}
        return {finding.name: finding.probability for finding in self._reader.score([encoded]).findings}


def _sweep(place: int, plane: str, rows: list[Scores], count: int) -> Sweep:
    names = dict.fromkeys(name for row in rows for name in row)
    later: tuple[None, ...] = (None,) * (count - len(rows))
    columns = {name: (*(_short(row.get(name)) for row in rows), *later) for name in names}
    return Sweep(place, plane, columns)


def _short(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 4)
