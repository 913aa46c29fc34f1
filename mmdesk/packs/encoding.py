"""Facts and words as numbers: the one way a record reaches the network, in training and after."""

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Fact
from mmdesk.vocabulary import Vocabulary


def fact_values(facts: Iterable[Fact], vocabulary: Vocabulary) -> NDArray[np.float32]:
    """(terms,) in the vocabulary's order and units, NaN where nothing is stated; the last mention
    counts. A category is its index over the number of the others: the first is 0, the last is 1."""
    order = {term.name: index for index, term in enumerate(vocabulary.terms)}
    values = np.full(len(order), np.nan, np.float32)
    for fact in facts:
        if isinstance(fact.value, str):
            names = list(vocabulary[fact.name].categories or {})
            values[order[fact.name]] = names.index(fact.value) / max(1, len(names) - 1)
        else:
            values[order[fact.name]] = float(fact.value)
    return values


def word_ids(words: Sequence[str], table: int, most: int = 256) -> NDArray[np.int64]:
    """(length ≥ 1,) hashed into 1 … table - 1; 0 pads."""
    ids = [1 + zlib.crc32(word.encode()) % (table - 1) for word in words[:most]]
    return np.array(ids or [0], np.int64)
