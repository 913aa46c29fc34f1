"""Parts of a sound, and the sound without them."""

import numpy as np
import pytest

from mmdesk.model.sound import N_MELS, SAMPLE_RATE, log_mel, mel_edges, statistics
from mmdesk.packs.listening import (
    BANDS,
    COLUMNS,
    ROWS,
    columns_of,
    even_rows,
    figures_of,
    parts,
    silenced,
)

WAVE = np.random.default_rng(0).standard_normal(3 * SAMPLE_RATE).astype(np.float32)


def test_the_first_is_whole_and_every_cell_is_left_out_twice() -> None:
    sets = parts()
    assert sets.shape == (1 + COLUMNS + BANDS * COLUMNS, BANDS, COLUMNS)
    assert not sets[0].any()
    assert (sets[1 : 1 + COLUMNS].sum((1, 2)) == BANDS).all()
    assert (sets[1 + COLUMNS :].sum((1, 2)) == 1).all()
    assert (sets.sum(0) == 2).all()


def test_what_is_left_out_takes_the_typical_level_of_its_band() -> None:
    energies = log_mel(WAVE)
    sets = np.zeros((2, BANDS, COLUMNS), bool)
    sets[1, 2, 5] = True
    whole, without = silenced(energies, sets)
    assert (whole == energies).all()
    changed = without != energies
    band = slice(2 * N_MELS // BANDS, 3 * N_MELS // BANDS)
    assert not np.delete(changed, band, axis=1).any()
    assert not changed[columns_of(len(energies)) != 5].any() and changed.any()
    column = columns_of(len(energies)) == 5
    np.testing.assert_array_equal(
        without[column, band], np.tile(np.median(energies[:, band], 0), (column.sum(), 1))
    )


@pytest.mark.parametrize("seconds", [1.0, 2.6, 12.0])
def test_columns_share_out_the_seconds(seconds: float) -> None:
    """A click in the middle of a column is heard in that column."""
    for column in (0, 7, 15):
        wave = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        wave[round((column + 0.5) / COLUMNS * len(wave))] = 1
        loudest = int(log_mel(wave).sum(1).argmax())
        assert abs(columns_of(len(log_mel(wave)))[loudest] - column) <= (seconds < 1.5)


def test_the_figures_of_a_whole_sound_are_its_statistics() -> None:
    np.testing.assert_array_equal(figures_of(log_mel(WAVE)[None], WAVE)[0], statistics(WAVE))


def test_rows_are_even_in_hertz_and_the_lowest_comes_first() -> None:
    rows = even_rows(np.arange(BANDS)[:, None] * np.ones((1, 3)))
    assert rows.shape == (ROWS, 3) and (np.diff(rows[:, 0]) >= 0).all()
    assert rows[0, 0] == 0 and rows[-1, 0] == BANDS - 1
    edges = mel_edges()
    for row, band in enumerate(rows[:, 0].astype(int)):  # the middle of the row lies where the band rings
        middle = (row + 0.5) * SAMPLE_RATE / 2 / ROWS
        assert edges[band * N_MELS // BANDS] <= middle <= edges[(band + 1) * N_MELS // BANDS + 1]
