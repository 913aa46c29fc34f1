"""A heart sound with parts of it silenced: each column of time, and each column of each band.

What is silenced is filled with the typical level of its band, so that nothing but the event is missing.
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

COLUMNS, BANDS = 16, 8  # a band holds as many mel bands as another
ROWS = 20  # of what is shown, of equal width in Hz


def versions(energies: Floats) -> Floats:
    """(frames, 40) → (1 + COLUMNS + BANDS · COLUMNS, frames, 40): as it is, then without each column over
    all bands, then without each column of the lowest band, of the next, …"""
    column, band = columns_of(len(energies)), np.arange(N_MELS) * BANDS // N_MELS
    times = column == np.arange(COLUMNS)[:, None]  # (COLUMNS, frames)
    pitches = band == np.arange(BANDS)[:, None]  # (BANDS, 40)
    cells = times[None, :, :, None] & pitches[:, None, None, :]
    silenced = np.concatenate(
        [
            np.zeros((1, *energies.shape), bool),
            np.broadcast_to(times[:, :, None], (COLUMNS, *energies.shape)),
            cells.reshape(-1, *energies.shape),
        ]
    )
    return np.where(silenced, np.median(energies, 0), energies)


def columns_of(frames: int) -> NDArray[np.intp]:
    """The column that the middle of each frame lies in; columns share out the whole recording."""
    middle = (np.arange(frames) + WINDOW / SAMPLE_RATE * FRAME_RATE / 2) / FRAME_RATE
    seconds = (frames - 1) / FRAME_RATE + WINDOW / SAMPLE_RATE
    columns: NDArray[np.intp] = np.minimum(middle / seconds * COLUMNS, COLUMNS - 1).astype(np.intp)
    return columns


def figures_of(energies: Floats, waveform: Floats) -> Floats:
    """Statistics (n, 338) of versions (n, frames, 40) of a waveform at 2 kHz; its rhythm is that of all."""
    period, beating = rhythm(waveform)
    return np.stack([statistics_of(version, period, beating) for version in energies])


def even_rows(weights: NDArray[np.floating]) -> NDArray[np.floating]:
    """(BANDS, columns) → (ROWS, columns): the band that lies at the middle of each row, in Hz."""
    edges = mel_edges()
    borders = (edges[:-1] + edges[1:])[:: N_MELS // BANDS][1:-1] / 2  # between a band and the next
    middles = (np.arange(ROWS) + 0.5) * (SAMPLE_RATE / 2 / ROWS)
    shown: NDArray[np.floating] = weights[np.searchsorted(borders, middles)]
    return shown
