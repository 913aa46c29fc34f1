"""Measures what is found in a record of a person: on made notes, and how much is marked in others.

    python benchmarks/identifiers.py [FILE.csv] [--seeds 400]

Of made notes: recall (of what stands there, how much is covered whole, by a span of any kind) and precision
(of what is marked, how much is one), by kind. Of a table with a column `text`: spans for every 1,000 words.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from itertools import chain
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests")]

from support.notes import note  # noqa: E402

from mmdesk.media.identifiers import Kind, counted, find_identifiers  # noqa: E402


def measured(seeds: range) -> dict[Kind, tuple[int, int, int, int]]:
    """Of each kind: there, covered, marked, right."""
    there, covered, marked, right = (Counter[Kind]() for _ in range(4))
    for seed in seeds:
        made = note(seed)
        found = find_identifiers(made.text)
        for kind, (start, end) in made.spans:
            there[kind] += 1
            left = set(range(start, end)).difference(*(range(*item.span) for item in found))
            covered[kind] += not any(made.text[place].isalnum() for place in left)
        for item in found:
            marked[item.kind] += 1
            right[item.kind] += any(
                span[0] < item.span[1] and item.span[0] < span[1] for _, span in made.spans
            )
    return {kind: (there[kind], covered[kind], marked[kind], right[kind]) for kind in Kind}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("file", type=Path, nargs="?")
    asked.add_argument("--seeds", type=int, default=400)
    given = asked.parse_args()
    print(f"{'kind':10}{'there':>7}{'recall':>9}{'marked':>9}{'precision':>11}")
    for kind, (there, covered, marked, right) in measured(range(given.seeds)).items():
        if there:
            print(f"{kind:10}{there:7}{covered / there:9.1%}{marked:9}{right / marked:11.1%}")
    if given.file:
        with given.file.open(encoding="utf-8", newline="") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        start = time.perf_counter()
        found = [find_identifiers(text) for text in texts]
        seconds = time.perf_counter() - start
        words, spans = sum(len(text.split()) for text in texts), sum(map(len, found))
        print(f"{spans} spans in {words:,} words, {1000 * spans / words:.2f} in 1,000; {seconds:.1f} s")
        print(", ".join(f"{kind} {count}" for kind, count in counted(chain(*found)).items()))


if __name__ == "__main__":
    main()
