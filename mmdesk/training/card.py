"""CARD.md: what a pack is, for whom, and what it is worth, section by section of what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.training.calibration import ALWAYS_DENIED, LEAST_STATED, MOST_DENIED
from mmdesk.training.scores import cases_of, targets_of

# Topic of the measured rows → heading, and what a reader must know of them
SECTIONS = {
    "result": (
        "Results",
        "Intervals are 95%, by resampling whole groups: a patient, a recording, near-duplicates. "
        "*5-fold* is out of fold, by a network a fold that has not seen the case's group. Where few groups "
        "have a finding (see Data), the interval is rather too narrow. Every case is scored, also one that "
        "the desk would refuse.",
    ),
    "baseline": ("What a simple model reaches", "Fitted on the same training cases, on the same rows."),
    "probe": (
        "Shortcuts",
        "Models that see nothing a finding could be seen by, fitted on the training cases, asked about the "
        "same rows. *Gained* is the pack's figure less the shortcut's, on the same resamples: the pack beats "
        "the shortcut where the whole interval lies above 0: those are bold.",
    ),
    "subgroup": (
        "Subgroups",
        "Parts of the people, where at least 20 cases are in them (then the number of groups is that of "
        "cases), and sounds of a single auscultation position. The chest, brain and heart_sound sets state "
        "neither sex nor age of a case.",
    ),
    "inputs": (
        "Every subset of inputs",
        "How far the probabilities of a case move at most, on average: 0 is what an input of somebody else "
        "should do. A task is not scored at all where its first input is missing. Each valve input alone is "
        "among the results.",
    ),
    "fusion": (
        "Four ways to fuse, against each input alone",
        "Valve patients, sound with age, sex and smoking of the same person, out of fold. *Gained* is a "
        "paired difference: fusing helps where the whole interval lies above 0, and is bold there. A mixer "
        "*fused by* a kind learned from valve patients alone, the pack's own from all tasks.",
    ),
    "pairs": (
        "Does fusion help where the pairs are real?",
        "Inputs of the same patients, out of fold by patient: *notes* are radiographs, nearly all of adults, "
        "with their clinical note, COVID-19 or another finding, the diagnosis masked in the note; no weight "
        "of the pack has learned from them. *On other websites* all that a website published is held out "
        "together, and patients are ranked among those of the same fold. *Gained* is over the better input "
        "alone, and is bold where the whole interval lies above 0. Models of the website, the border or the "
        "age say how much a shortcut tells.",
    ),
    "calibration": (
        "Calibration",
        "Expected calibration error over ten bins: of the likeliest finding where exactly one holds, of all "
        "findings else. So few cases never give 0: beside it stands what true probabilities would give. The "
        "risk-coverage curve shows the share of wrong answers when only the surest are given; its area is "
        "the mean over all shares. Out of fold, each case is calibrated on other groups.",
    ),
    "thresholds": (
        "Thresholds",
        "Below the lower one a finding counts as absent, from the upper one on as present, between them as "
        "not sure. They were set on `calib`, `val` or out of fold; this is what they keep elsewhere. "
        f"Whatever the stated shares would ask for: no disease likelier than {MOST_DENIED:.0%} counts as "
        f"absent, every one below {ALWAYS_DENIED:.0%} does, and none less likely than {LEAST_STATED:.0%} "
        "counts as present. A normal finding is absent as soon as a disease is present, and present only "
        "where all are absent.",
    ),
    "unlike": (
        "Unlike anything seen",
        "Are inputs that the pack was not made for told from its own? AUROC, the share that passes where 95% "
        "of its own inputs are kept, and the share that the desk refuses. Of sounds its own are the heart "
        "clips: it has learned from all auscultation recordings. Pages of text, noise and hum are not those "
        "that it was trained to refuse, but made in much the same way. The limit is taken from `val` and "
        "`calib` together since `calib` alone refused one in fourteen of the chest films of `test`, so the "
        "share of its own that is refused there is not quite held out.",
    ),
    "unlike by method": (
        "Ways to tell what is unlike anything seen",
        "Fitted on the same training inputs. The pack's was chosen on `val`, against altered and made-up "
        "inputs; the adult and lateral films and the sounds of `test` had been looked at before. Nearest "
        "neighbours would keep patients' features in the pack.",
    ),
    "where": (
        "Where a reading rests",
        "Parts of an input are taken away, hottest first, and the certainty of the reading is averaged over "
        "the share that is gone (deletion), or put into an empty input (insertion). *Gained* is over random "
        "order, bold where the whole interval lies above 0. A cell of a picture is taken away by blurring it "
        "or by plain grey, a cell of a sound by the typical level of its band or a quiet one, a fact by not "
        "stating it. The desk's maps blur, and take typical levels: the other filling is the stricter test. "
        "Of eight recordings of a patient only one is changed. Valve and liver cases are those that the "
        "weights have seen, for there are no others: what a reading rests on is asked, not how right it is. "
        "Against it stand the guesses of a sceptic who has not seen the model. With shuffled weights a map "
        "has to be another one: its rank correlation with the pack's should be near 0.",
    ),
    "where by method": (
        "Ways to find where a reading rests",
        "On `val`, where the pack's was chosen; measured as above.",
    ),
    "language": (
        "Language",
        "Reports on composed cases, read again by an extractor that knows negation, and the decoder against "
        "the template writer and one constant report; figures are a report's.",
    ),
}
CROSSED = (
    "baseline", "probe", "subgroup", "fusion", "pairs", "thresholds", "unlike", "where", "where by method",
)  # fmt: skip
SWAPPED = ("unlike by method", "language")
GAINED = "gained over"

LIMITS = """\
- No training case had an image, a sound and a record of the same person. Only the valve task learned
  from true pairs (sound with age, sex and smoking); everywhere else a case with several inputs is composed
  of different people. Composed cases show that the parts work together and that an input of somebody else
  changes nothing. They cannot show that inputs help each other, how often they would disagree in one
  person, or what a report on a real person is worth.
- A finding is a pattern match within its task. What the task does not name cannot be found, and a
  picture of something else may still fit a pattern.
- Normal heart sound clips come from very few recordings; nothing about *normal* is measured there.
- Valve, liver and murmur results out of fold are on small sets, and features and penalties were chosen on
  the same folds, so expect less on new cases: the murmurs' `test` shows how much less.
- The report says only what was scored and what the record states: no side, place, size or severity.
"""


DATA = (
    "Cases, and the groups that they come from: no group is in two splits. The weights learn from `train`, "
    "those of murmurs from `val` as well."
)


@dataclass(frozen=True, slots=True)
class Count:
    """Cases of one class in one split of a task's data."""

    task: str
    split: str
    finding: str
    cases: int
    groups: int


def count_cases(spec: Manifest, folder: Path) -> list[Count]:
    """Of every task, split and finding; where several may hold, also of none at all."""
    counts = []
    for task in spec.tasks:
        for split in ("train", "val", "calib", "test"):
            rows = [case[0] for case in cases_of(folder, task, split)]
            if not rows:
                continue
            targets, groups = targets_of(task, rows), np.array([row["group"] for row in rows])
            labels = [finding.label for finding in task.findings]
            if not task.exclusive:
                labels.append("none of them")
                targets = np.column_stack([targets, ~targets.any(1)])
            counts += [
                Count(task.name, split, label, int(here.sum()), len(set(groups[here])))
                for label, here in zip(labels, targets.T, strict=True)
            ]
    return counts


def write_card(
    spec: Manifest, measured: Sequence[Measured], counts: Sequence[Count], seeds: Sequence[Manifest] = ()
) -> str:
    """Markdown. `measured` may hold more than the pack's own rows; a section without rows is left out.
    `seeds` are packs of the same recipe that were trained from other seeds."""
    names = [task.name for task in spec.tasks]

    def order(task: str) -> int:
        return names.index(task) if task in names else len(names)

    lines = [f"# {spec.name} {spec.version}", "", f"{spec.title}.", ""]
    lines += [f"**{spec.intended_use}**", "", spec.licence, "", "## Tasks", ""]
    lines += _table(
        ("task", "question", "inputs", "learned from"),
        [(t.name, t.question, ", ".join(t.carriers), t.population.text) for t in spec.tasks],
    )
    lines += ["## Data", "", DATA, ""]
    lines += _table(
        ("task", "data", "split", "finding", "cases:", "groups:"),
        [(c.task, spec.task(c.task).data, c.split, c.finding, str(c.cases), str(c.groups)) for c in counts],
    )
    for topic, (heading, text) in SECTIONS.items():
        rows = sorted((item for item in measured if item.topic == topic), key=lambda item: order(item.task))
        if not rows:
            continue
        lines += [f"## {heading}", "", text, ""]
        if topic == "thresholds":
            lines += _table(
                ("task", "stated sensitivity at the lower", "stated specificity at the upper"),
                [(t.name, f"{t.sensitivity:.0%}", f"{t.specificity:.0%}") for t in spec.tasks],
            )
        lines += _verdict(rows) if topic == "probe" else []
        if topic in CROSSED + SWAPPED:
            lines += _crossed(rows, topic in SWAPPED)
        else:
            lines += _list(rows, seeds if topic == "result" else ())
    return "\n".join([*lines, "## Limits", "", LIMITS])


def _list(rows: Sequence[Measured], seeds: Sequence[Manifest]) -> list[str]:
    """A row a figure."""
    heading = ["task", "measure", "split", "value:", "95% interval", "groups:"]
    if seeds:
        heading += [f"mean of {len(seeds) + 1} seeds:", "range over seeds"]
    table = []
    for item in rows:
        interval = f"{item.low:.3f} to {item.high:.3f}"
        row = [item.task, item.metric, item.split, f"{item.value:.3f}", interval, str(item.groups)]
        table.append([*row, *_over_seeds(item, seeds)] if seeds else row)
    return _table(heading, table)


def _crossed(rows: Sequence[Measured], swapped: bool) -> list[str]:
    """A table a task and split: measures across, and down what follows a metric's last comma; `swapped`
    the other way round."""
    lines = []
    for task, split in dict.fromkeys((item.task, item.split) for item in rows):
        cells: dict[str, dict[str, str]] = {}
        for item in (item for item in rows if (item.task, item.split) == (task, split)):
            across, _, down = item.metric.rpartition(", ")
            if swapped:
                across, down = down, across
            bold = "**" if GAINED in item.metric and item.low > 0 else ""
            figures = f"{bold}{item.value:.3f}{bold} ({item.low:.3f} to {item.high:.3f})"
            cells.setdefault(down, {"groups": str(item.groups)})[across] = figures
        heading = list(dict.fromkeys(name for row in cells.values() for name in row))
        table = [[down, *(row.get(name, "") for name in heading)] for down, row in cells.items()]
        lines += [f"{task}, {split}:", "", *_table(["", *heading], table)]
    return lines


def _verdict(rows: Sequence[Measured]) -> list[str]:
    """What was not shown to beat a shortcut, in words."""
    gains = [item for item in rows if GAINED in item.metric]
    short = [f"{item.task}, {item.metric} ({item.split})" for item in gains if not item.low > 0]
    said = f"The pack beats the shortcut in {len(gains) - len(short)} of {len(gains)} comparisons."
    return [said, "", *(["Not shown to beat it:", "", *(f"- {name}" for name in short), ""] if short else [])]


def _over_seeds(item: Measured, seeds: Sequence[Manifest]) -> list[str]:
    """Mean and range of the figure over this pack and those of other seeds that measured the same."""
    same = [
        other.value
        for spec in seeds
        for other in spec.measured
        if (other.task, other.metric, other.split, other.topic)
        == (item.task, item.metric, item.split, item.topic)
    ]
    if len(same) < len(seeds):
        return ["", ""]
    values = [item.value, *same]
    return [f"{sum(values) / len(values):.3f}", f"{min(values):.3f} to {max(values):.3f}"]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Figures stand right where the heading ends in a colon."""
    rules = ["---:" if name.endswith(":") else "---" for name in heading]
    cells = [[name.rstrip(":") for name in heading], rules, *rows]
    return [*("| " + " | ".join(row) + " |" for row in cells), ""]
