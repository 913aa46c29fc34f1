"""Does fusion help where the pairs are real?

    python recipes/real_pairs.py [--run FOLDER]… [--seeds 5] [--out study.json]

`heart_valve`: the sound, the record (age, sex, smoking) and both of the same 75 patients; with --run the
out-of-fold scores that stage `fusion` left in a run's folder, one run a seed, else small models fitted
here. `chest_xray_notes`: the radiograph, the note and both of the same patients, COVID-19 or another
finding, with the diagnosis masked in the note; nothing of it is shipped. Beside both stand models that
look at what tells nothing of the disease. All scores are out of fold by patient, or by the website that
published the image; AUCs are of patients and means over seeds, intervals the middle 95% over resamples of
patients or of websites, and differences are paired.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import torch
from masking import mask
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mmdesk import codec
from mmdesk.media.audio import read_audio
from mmdesk.media.image import read_image
from mmdesk.model.image import image_tensor
from mmdesk.model.sound import SAMPLE_RATE, log_mel
from mmdesk.packs.files import find
from mmdesk.packs.manifest import Measured
from mmdesk.packs.reader import PackReader
from mmdesk.training.data import data_folder, rows_of
from mmdesk.training.measures import auc

FOLDS, RESAMPLES = 5, 1000
VALVES = {"AS": "aortic stenosis", "AR": "aortic regurgitation", "MR": "mitral regurgitation",
          "MS": "mitral stenosis"}  # fmt: skip
SPLIT = "5-fold"
SINGLES = ("image", "note")
Floats = NDArray[np.float64]

# --- Scores out of fold ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pairs:
    """truth and groups (n,): rows to be told apart, and whose they are; `inputs` (n, …) by name, with the
    model that reads each."""

    truth: NDArray[np.bool_]
    groups: NDArray[np.str_]
    inputs: dict[str, tuple[NDArray[np.generic], Callable[[], BaseEstimator]]]


def out_of_fold(pairs: Pairs, names: Sequence[str], seed: int) -> dict[str, Floats]:
    """Input → logits (n,) of models that have not seen the group. Under "fused", those of a logistic
    regression on the inputs' logits, which were out of fold within its training folds."""
    scores = {name: np.zeros(len(pairs.truth)) for name in (*names, "fused")}
    for learn, test in _folds(pairs.truth, pairs.groups, seed):
        inner = {name: np.zeros(len(learn)) for name in names}
        for fit, held in _folds(pairs.truth[learn], pairs.groups[learn], seed):
            for name in names:
                inner[name][held] = _fitted(pairs, name, learn[fit])(learn[held])
        for name in names:
            scores[name][test] = _fitted(pairs, name, learn)(test)
        fusion = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
        fusion.fit(np.stack([inner[name] for name in names], 1), pairs.truth[learn])
        own = np.stack([scores[name][test] for name in names], 1)
        scores["fused"][test] = fusion.decision_function(own)
    return scores


def _folds(
    truth: NDArray[np.bool_], groups: NDArray[np.str_], seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(truth)), truth, groups))


def _fitted(pairs: Pairs, name: str, rows: NDArray[np.intp]) -> Callable[[NDArray[np.intp]], Floats]:
    values, model = pairs.inputs[name]
    fitted = model().fit(values[rows], pairs.truth[rows])
    return lambda chosen: np.asarray(fitted.decision_function(values[chosen]))


def linear(strength: float) -> Callable[[], BaseEstimator]:
    """Logistic regression on standardised values; a missing one is the mean."""
    return lambda: make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=strength, class_weight="balanced", max_iter=2000),
    )


# --- AUC and differences, by patient --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """truth (patients,); name → scores (seeds, patients); units (patients,) are resampled as a whole. Where
    `parts` (seeds, patients) is given, patients are only ranked among those of the same part."""

    truth: NDArray[np.bool_]
    scores: dict[str, Floats]
    units: NDArray[np.intp]
    parts: NDArray[np.intp] | None = None

    def aucs(self, rows: NDArray[np.intp]) -> Floats:
        """(names,) means over seeds of the AUC among `rows`, NaN where a class is missing."""
        means = []
        for own in self.scores.values():
            parts = np.zeros(own.shape, np.intp) if self.parts is None else self.parts
            each = [_auc_within(self.truth[rows], s[rows], p[rows]) for s, p in zip(own, parts, strict=True)]
            means.append(np.mean(each))
        return np.array(means)

    def drawn(self, random: np.random.Generator) -> NDArray[np.intp]:
        """Rows of as many units as there are, with replacement."""
        count = self.units.max() + 1
        chosen = random.integers(0, count, count)
        return np.concatenate([np.flatnonzero(self.units == unit) for unit in chosen])


def _auc_within(truth: NDArray[np.bool_], scores: Floats, parts: NDArray[np.intp]) -> float:
    """Of pairs within a part, the share that is ranked rightly: each part's AUC by its number of pairs."""
    pairs = right = 0.0
    for part in np.unique(parts):
        own = parts == part
        count = float(truth[own].sum() * (~truth[own]).sum())
        if count:
            pairs, right = pairs + count, right + count * auc(truth[own], scores[own])
    return right / pairs if pairs else float("nan")


def by_patient(groups: NDArray[np.str_], scores: Floats) -> Floats:
    """The mean score of a patient's rows, in the order of names."""
    names, places = np.unique(groups, return_inverse=True)
    return np.bincount(places, scores, len(names)) / np.bincount(places)


def compare(task: str, results: dict[str, Result], singles: Sequence[str]) -> list[Measured]:
    """AUC of every input, and what "fused" gains over the best of `singles`; of several results also the
    mean. All from the same resamples."""
    first = next(iter(results.values()))
    names, n = list(first.scores), len(first.truth)
    random = np.random.default_rng(0)
    places = [first.drawn(random) for _ in range(RESAMPLES)]
    whole = {what: result.aucs(np.arange(n)) for what, result in results.items()}
    drawn = {what: np.stack([result.aucs(rows) for rows in places]) for what, result in results.items()}
    if len(results) > 1:
        average = f"mean of {len(results)}"
        whole[average], drawn[average] = np.mean(list(whole.values()), 0), np.mean(list(drawn.values()), 0)
    rows = []
    for what in whole:
        figures = dict(zip(names, zip(whole[what], drawn[what].T, strict=True), strict=True))
        best = max(singles, key=lambda name, f=figures: f[name][0])  # type: ignore[misc]
        figures[f"fused gained over {best}"] = (
            figures["fused"][0] - figures[best][0], figures["fused"][1] - figures[best][1],
        )  # fmt: skip
        rows += [_row(task, f"AUC, {what}, {name}", *figure, n) for name, figure in figures.items()]
    return rows


def _row(task: str, metric: str, value: float, drawn: Floats, n: int) -> Measured:
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Measured(task, metric, float(value), float(low), float(high), n, SPLIT, "pairs")


# --- Heart sounds with age, sex and smoking -------------------------------------------------------------


def valve_of_runs(runs: Sequence[Path]) -> dict[str, Result]:
    """From the pack's own encoders and fusion: stage `fusion` scores every patient out of fold."""
    stored = [dict(np.load(run / "tuning.valve.npz", allow_pickle=False)) for run in runs]
    orders = [np.argsort(arrays["groups"]) for arrays in stored]
    keys = {"sound": "audio alone", "record": "record alone", "fused": "logits"}
    results = {}
    for column, what in enumerate(VALVES.values()):
        scores = {
            name: np.stack([a[key][o, column] for a, o in zip(stored, orders, strict=True)])
            for name, key in keys.items()
        }
        truth = stored[0]["targets"][orders[0], column] > 0.5
        results[what] = Result(truth, scores, np.arange(len(truth)))
    return results


def valve_light(folder: Path, seeds: int) -> dict[str, Result]:
    """Small models on the same patients: log-mel means over time, averaged over positions."""
    by_group: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(folder, "heart_valve"):
        by_group[row["group"]].append(row)
    patients = sorted(by_group)
    firsts = [by_group[name][0] for name in patients]
    heard = [
        np.mean([_spectrum(folder / "heart_valve" / row["path"]) for row in by_group[name]], 0)
        for name in track(patients, "reading heart_valve", transient=True)
    ]
    record = np.array([[float(r["age"]), r["sex"] == "M", r["smoker"] == "1"] for r in firsts], float)
    inputs = {"sound": (np.array(heard), linear(0.01)), "record": (record, linear(1.0))}
    results = {}
    for valve, what in VALVES.items():
        pairs = Pairs(np.array([row[valve] == "1" for row in firsts]), np.array(patients), inputs)
        every = [out_of_fold(pairs, ("sound", "record"), seed) for seed in range(seeds)]
        scores = {name: np.stack([e[name] for e in every]) for name in every[0]}
        results[what] = Result(pairs.truth, scores, np.arange(len(patients)))
    return results


def _spectrum(path: Path) -> Floats:
    energies = log_mel(read_audio(path.read_bytes(), path.name, SAMPLE_RATE))
    return np.concatenate([energies.mean(0), energies.std(0)])


# --- Radiographs with notes -----------------------------------------------------------------------------


def frontal(folder: Path) -> list[dict[str, str]]:
    """Rows of frontal radiographs with a finding. "No Finding" is left out: most of those are early
    pictures of people with COVID-19, and their notes say so."""
    rows = rows_of(folder, "chest_xray_notes")
    return [row for row in rows if row["view"] != "L" and row["label"] != "No Finding"]


def notes_pairs(folder: Path, rows: list[dict[str, str]], pack: str) -> Pairs:
    features, rings, shapes = _pictures(folder, rows, PackReader(find(pack)))
    notes = [row["notes"] for row in rows]
    person = np.array([[_number(row["age"]), {"M": 1.0, "F": 0.0}.get(row["sex"], np.nan)] for row in rows])
    return Pairs(
        np.array([row["label"].startswith("COVID-19") for row in rows]),
        np.array([row["group"] for row in rows]),
        {
            "image": (features, linear(0.001)),
            "note": (np.array([mask(note, True) for note in notes]), words),
            "note with places and dates": (np.array([mask(note, False) for note in notes]), words),
            "note with nothing masked": (np.array(notes), words),
            "age and sex": (person, linear(1.0)),
            "website it came from": (sites_of(rows)[:, None], _one_hot),
            "border ring of the image": (rings, linear(0.001)),
            "height and width of the image": (shapes, linear(1.0)),
            "length of the note": (np.array([[len(note)] for note in notes], float), linear(1.0)),
        },
    )


def sites_of(rows: list[dict[str, str]]) -> NDArray[np.str_]:
    return np.array([urlsplit(row["url"]).netloc for row in rows])


def words() -> BaseEstimator:
    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=3, token_pattern=r"(?u)\b[^\W\d]\w+\b"),
        LogisticRegression(C=10, class_weight="balanced", max_iter=2000),
    )


def _one_hot() -> BaseEstimator:
    encoder = ColumnTransformer([("site", OneHotEncoder(handle_unknown="ignore"), [0])])
    return make_pipeline(encoder, LogisticRegression(class_weight="balanced"))


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def _pictures(folder: Path, rows: list[dict[str, str]], reader: PackReader) -> tuple[Floats, Floats, Floats]:
    """The pack's image features averaged over places; the outer tenth of the image at 32 px; its size."""
    inside = np.zeros((32, 32), bool)
    inside[3:-3, 3:-3] = True
    features, rings, shapes = [], [], []
    for row in track(rows, "reading chest_xray_notes", transient=True):
        path = folder / "chest_xray_notes" / row["path"]
        pixels = read_image(path.read_bytes(), path.name).pixels
        tokens = reader.encode_image(pixels).tokens
        assert tokens is not None
        features.append(tokens[0].mean(0).numpy())
        rings.append(image_tensor(torch.from_numpy(pixels), 32)[0].numpy()[~inside])
        shapes.append(np.log(pixels.shape))
    return np.array(features, float), np.array(rings, float), np.array(shapes, float)


def notes_results(pairs: Pairs, sites: NDArray[np.str_], seeds: int) -> dict[str, Result]:
    """Patients left out; and as a harder question, all that a website published left out together. The
    folds of websites hold COVID-19 in very different shares: scores of two folds' models cannot be ranked
    against each other there."""
    truth = by_patient(pairs.groups, pairs.truth.astype(float)) > 0.5
    _, firsts = np.unique(pairs.groups, return_index=True)
    _, site_of = np.unique(sites[firsts], return_inverse=True)
    others = [name for name in pairs.inputs if name not in SINGLES]
    results = {}
    for what, held in (("COVID-19", pairs.groups), ("COVID-19 on other websites", sites)):
        own = replace(pairs, groups=held)
        every = [
            out_of_fold(own, SINGLES, seed) | _alone(own, others, seed)
            for seed in track(range(seeds), "fitting", transient=True)
        ]
        scores = {n: np.stack([by_patient(pairs.groups, e[n]) for e in every]) for n in every[0]}
        if held is sites:
            parts = np.stack([fold_of(own, seed)[firsts] for seed in range(seeds)])
            results[what] = Result(truth, scores, site_of, parts)
        else:
            results[what] = Result(truth, scores, np.arange(len(truth)))
    return results


def fold_of(pairs: Pairs, seed: int) -> NDArray[np.intp]:
    """(n,) the fold in which a row is held out."""
    folds = np.zeros(len(pairs.truth), np.intp)
    for number, (_, test) in enumerate(_folds(pairs.truth, pairs.groups, seed)):
        folds[test] = number
    return folds


def _alone(pairs: Pairs, names: Sequence[str], seed: int) -> dict[str, Floats]:
    scores = {name: np.zeros(len(pairs.truth)) for name in names}
    for learn, test in _folds(pairs.truth, pairs.groups, seed):
        for name in names:
            scores[name][test] = _fitted(pairs, name, learn)(test)
    return scores


def heaviest(pairs: Pairs, name: str, count: int = 15) -> tuple[list[str], list[str]]:
    """The words that speak most for COVID-19, and most against it, to a model of all notes."""
    texts, model = pairs.inputs[name]
    fitted = model().fit(texts, pairs.truth)
    order = fitted[-1].coef_[0].argsort()
    known = fitted[0].get_feature_names_out()
    return [str(known[i]) for i in order[::-1][:count]], [str(known[i]) for i in order[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, action="append", default=[], help="folder of a training run")
    parser.add_argument("--seeds", type=int, default=5, help="how often the folds are drawn")
    parser.add_argument("--pack", default="clinic", help="whose image encoder reads the radiographs")
    parser.add_argument("--out", type=Path, help="write the rows as JSON")
    asked = parser.parse_args()
    folder, console = data_folder(), Console(width=110)
    torch.set_num_threads(1)
    valve = valve_of_runs(asked.run) if asked.run else valve_light(folder, asked.seeds)
    shown = frontal(folder)
    pairs = notes_pairs(folder, shown, asked.pack)
    rows = compare("valve", valve, ("sound", "record"))
    for what, result in notes_results(pairs, sites_of(shown), asked.seeds).items():
        rows += compare("notes", {what: result}, SINGLES)
    table = Table("task", "measure", "value", "95% interval", "patients")
    for row in rows:
        interval = f"{row.low:.3f} to {row.high:.3f}"
        table.add_row(row.task, row.metric, f"{row.value:.3f}", interval, str(row.groups))
    console.print(table)
    for name in pairs.inputs:
        if name.startswith("note"):
            more, less = heaviest(pairs, name)
            console.print(f"{name}: for {', '.join(more)}; against {', '.join(less)}")
    if asked.out:
        asked.out.write_text(json.dumps([codec.encode(row) for row in rows], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
