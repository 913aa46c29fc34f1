"""A heart sound with parts of it silenced: each column of time, and each column of each band.

What is silenced takes its band's typical level, the median, so that nothing but the event is missing.
"""

import numpy as np
from numpy.typing import NDArray

from mmdesk.model.sound import (
    FRAME_RATE,
    N_MELS,
    SAMPLE_RATE,
    WINDOW,
    Floats,
    mel_edges,
    rhythm,
    statistics_of,
)
from mmdesk.packs.shapley import Bools

COLUMNS, BANDS = 16, 8  # a band holds as many mel bands as another
MEDIAN = 50
ROWS = 20  # of what is shown, of equal width in Hz


def parts() -> Bools:
    """(1 + COLUMNS + BANDS · COLUMNS, BANDS, COLUMNS), what is silenced: nothing, then each column over all
    bands, then each column of the lowest band, of the next, …"""
    cells = np.eye(BANDS * COLUMNS, dtype=bool).reshape(-1, BANDS, COLUMNS)
    times = np.repeat(np.eye(COLUMNS, dtype=bool)[:, None], BANDS, 1)
    return np.concatenate([np.zeros((1, BANDS, COLUMNS), bool), times, cells])


def silenced(energies: Floats, sets: Bools, level: float = MEDIAN) -> Floats:
    """energies (frames, 40) → (sets, frames, 40), each without its cells of sets (sets, BANDS, COLUMNS),
    which take the band's percentile `level`."""
    band = np.arange(N_MELS) * BANDS // N_MELS
    missing = sets[:, band[None, :], columns_of(len(energies))[:, None]]
    return np.where(missing, np.percentile(energies, level, axis=0).astype(np.float32), energies)


def columns_of(frames: int) -> NDArray[np.intp]:
    """The column that the middle of each frame lies in; columns share out what is framed, which is at most
    20 ms less than the recording."""
    middle = (np.arange(frames) + WINDOW / SAMPLE_RATE * FRAME_RATE / 2) / FRAME_RATE
    seconds = (frames - 1) / FRAME_RATE + WINDOW / SAMPLE_RATE
    columns: NDArray[np.intp] = np.minimum(middle / seconds * COLUMNS, COLUMNS - 1).astype(np.intp)
    return columns


def figures_of(energies: Floats, waveform: Floats) -> Floats:
    """Statistics (n, 338) of versions (n, frames, 40) of a waveform at 2 kHz; its rhythm is that of all."""
    return statistics_of(energies, *rhythm(waveform))


def even_rows(weights: NDArray[np.floating]) -> NDArray[np.floating]:
    """(BANDS, columns) → (ROWS, columns): the band that lies at the middle of each row, in Hz."""
    edges = mel_edges()
    borders = (edges[:-1] + edges[1:])[:: N_MELS // BANDS][1:-1] / 2  # between a band and the next
    middles = (np.arange(ROWS) + 0.5) * (SAMPLE_RATE / 2 / ROWS)
    shown: NDArray[np.floating] = weights[np.searchsorted(borders, middles)]
    return shown
