"""`mmdesk evaluate`: what a pack is worth on a split, through the same reader as at the desk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

from mmdesk import codec
from mmdesk.errors import TrainingProblem
from mmdesk.packs import files, manifest
from mmdesk.packs.manifest import Measured
from mmdesk.packs.reader import PackReader
from mmdesk.training.baselines import fold_baselines, split_baselines
from mmdesk.training.card import count_cases, write_card
from mmdesk.training.curves import write_curves
from mmdesk.training.data import data_folder, load_images
from mmdesk.training.folds import out_of_fold
from mmdesk.training.grammar import Grammar
from mmdesk.training.image import IMAGE_TASKS
from mmdesk.training.judge import judge
from mmdesk.training.measures import CROSS_VALIDATED, Scores, task_measures
from mmdesk.training.methods import method_measures
from mmdesk.training.probes import split_probes
from mmdesk.training.reports import check_reports
from mmdesk.training.scores import score_all
from mmdesk.training.subgroups import subgroup_measures
from mmdesk.training.subsets import subset_measures
from mmdesk.training.unlike import unlike_measures
from mmdesk.training.where import where_measures

SIDE = 64  # pixels that baselines and probes see of a picture


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to write besides the table: in `out` the results as JSON, or the card where it is Markdown; with
    `card` the model card, in the pack where `out` is no Markdown; curves in the folder `plots`. So many
    `reports` are written and read again, against the template writer where its `grammar` is given. `seeds`
    are packs of the same recipe from other seeds; `run` is the folder of the run that made the pack, with
    the scores of the cross-validated tasks. `rows` are files that a script of recipes/ has measured into."""

    out: Path | None = None
    card: bool = False
    plots: Path | None = None
    seeds: Sequence[Path] = ()
    run: Path | None = None
    reports: int = 0
    grammar: Path | None = None
    rows: Sequence[Path] = ()


def evaluate(pack: Path, data: Path | None, split: str, asked: Evidence) -> None:
    """Print the results on `split`, and write what is asked for. Raises PackProblem and TrainingProblem."""
    folder = data_folder(data)
    torch.set_num_threads(1)  # as at the desk: one case at a time gives a second thread nothing to do
    reader = PackReader(pack)
    spec = reader.manifest
    # All that is named is read before anything is measured: a wrong name costs no minutes.
    seeds = [manifest.read(seed) for seed in asked.seeds]
    grammar = Grammar.load(asked.grammar) if asked.grammar else None
    given = [row for path in asked.rows for row in _read_rows(path)]
    folds = out_of_fold(spec, asked.run, folder) if asked.run else []
    scored = score_all(reader, folder, split)
    measured = [*measure(scored), *compare(scored, folder, asked.card)]
    measured += [*fold_baselines(spec, folder), *(m for m in spec.measured if m.split == CROSS_VALIDATED)]
    if asked.card:
        measured += subset_measures(reader, folder, split)
        measured += [*unlike_measures(reader, folder, split), *method_measures(reader, folder, split)]
        measured += where_measures(reader, folder, split)
    if asked.reports:
        measured += check_reports(reader, folder, split, asked.reports)
        if grammar is not None:
            measured += judge(reader, folder, split, asked.reports, grammar)
    known = set(map(_name, measured))
    measured += [row for row in given if _name(row) not in known]
    _print(f"{spec.name} {spec.version} on {split}", measured)
    if asked.plots is not None:
        for path in write_curves(asked.plots, [*scored, *folds]):
            Console().print(str(path))
    written = asked.out
    if asked.card:
        card = write_card(spec, measured, count_cases(spec, folder), seeds)
        if written is not None and written.suffix == ".md":
            _write(written, card)
            written = None
        else:
            _write(pack / "CARD.md", card)
            files.write_sums(pack)
    if written is not None:
        _write(written, json.dumps([codec.encode(item) for item in measured], indent=1))


def _name(row: Measured) -> tuple[str, str, str, str]:
    """A row that was given may have been measured here, too."""
    return row.topic, row.task, row.metric, row.split


def _read_rows(path: Path) -> list[Measured]:
    try:
        return [codec.decode(Measured, row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        problem = f"the file holds no measured rows: {error}"
        raise TrainingProblem(str(path), problem, "Name what a script of recipes/ wrote.") from error


def measure(scored: Sequence[Scores]) -> list[Measured]:
    """Of every scored task: results, calibration, thresholds, subgroups."""
    return [row for scores in scored for row in (*task_measures(scores), *subgroup_measures(scores))]


def compare(scored: Sequence[Scores], folder: Path, shortcuts: bool) -> list[Measured]:
    """The sceptic's models on the same rows, and with `shortcuts` those that see no finding."""
    measured = []
    for scores in scored:
        if scores.split == "train":
            continue
        pictures = None
        if scores.task.name in IMAGE_TASKS:
            pictures = load_images(folder, scores.task, SIDE, ("train", scores.split))
        measured += split_baselines(scores, folder, pictures)
        if shortcuts:
            measured += split_probes(scores, folder, pictures)
    return measured


def _print(title: str, measured: Sequence[Measured]) -> None:
    table = Table(title=title)
    for heading in ("topic", "task", "measure", "value", "95% interval", "groups", "split"):
        table.add_column(heading)
    for item in measured:
        interval = f"{item.low:.3f} – {item.high:.3f}"
        figures = (f"{item.value:.3f}", interval, str(item.groups), item.split)
        table.add_row(item.topic, item.task, item.metric, *figures)
    Console().print(table)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = f"the file cannot be written: {error.strerror}"
        raise TrainingProblem(str(path), problem, "Name another with --out.") from error
