"""Measures mmdesk beside its peers, in one run: prints tables, and keeps them as JSON with plots beside it.

    python -m benchmarks                # all, some twenty minutes
    python -m benchmarks decode start   # these parts

Needs the `dev` extra, the dependency group `peers` for the peers, and a display for window and series, or
QT_QPA_PLATFORM=offscreen. No figure is asserted.
"""

import argparse
import importlib
import importlib.util
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Table, lines
from benchmarks.machine import facts
from benchmarks.measure import Asked
from mmdesk.packs.files import find

PARTS = ("start", "memory", "decode", "case", "maps", "batch", "window", "series", "sound", "frozen")
RESULTS = Path("runs/benchmarks.json")


def main() -> None:
    told = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures mmdesk beside its peers, in one run."
    )
    told.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=", ".join(PARTS))
    told.add_argument("--rounds", type=int, default=5, help="how often each figure is taken (5)")
    told.add_argument("--cases", type=int, default=1000, help="how many a long batch has (1000)")
    told.add_argument("--out", type=Path, default=RESULTS, help=f"the JSON file ({RESULTS}); plots beside it")
    given = told.parse_args()
    asked = Asked(find("clinic"), given.rounds, given.cases)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    taken: dict[str, list[Table]] = {}
    for part in given.parts or PARTS:
        taken[part] = []
        for table in importlib.import_module(f"benchmarks.{part}").measured(asked):
            print(*lines(table), "", sep="\n", flush=True)
            taken[part].append(table)
            keep(taken, given.out)
        plot(part, taken[part], given.out)


def keep(taken: dict[str, list[Table]], path: Path) -> None:
    """All that is there by now."""
    whole = {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts(),
        "parts": {part: [asdict(table) for table in tables] for part, tables in taken.items()},
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def plot(part: str, tables: list[Table], beside: Path) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        print("plots: matplotlib is not installed; pip install -e '.[train]'\n")
        return
    from benchmarks.plots import draw

    draw(tables, beside.with_name(f"{beside.stem}-{part}.png"))


if __name__ == "__main__":
    main()
