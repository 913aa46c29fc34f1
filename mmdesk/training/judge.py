"""The report writer against simpler ones on the same composed cases: the decoder as shipped, its drafts
before the proofreader saw them, the grammar itself, and one constant report.

A strange reader (training/extract.py) says what each report states; here stands how often that is right,
how the wording varies, and how well the decoder foresees words it has not been trained on.
"""

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from mmdesk.packs.manifest import Manifest, Measured
from mmdesk.packs.reader import PackReader
from mmdesk.packs.writer import Draft, Writer, Written
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.plan import EXAM, SLOT, SectionPlan
from mmdesk.questions import choose_prompt
from mmdesk.training.extract import SENTENCE, Extractor, Words
from mmdesk.training.grammar import PLACEHOLDER, Grammar, Kind, join
from mmdesk.training.language import ReportLearner
from mmdesk.training.perplexity import phrasing_rows, text_row
from mmdesk.training.reports import (
    MISTAKES,
    TOPIC,
    compose,
    extractor_of,
    form_of,
    mean_row,
    read_again,
    texts_of,
    written,
)  # fmt: skip
from mmdesk.training.truth import Truth, truth_of

FORM = ("sentences", "drafts withheld", "plain statements")
COMPARED = 1000  # sentences among which distinct ones are counted, as many of every writer
DECODER, DRAFTS, FREE, GRAMMAR, CONSTANT = (
    "decoder",
    "decoder before proofreading",
    "decoder without the constraint",
    "template writer",
    "constant report",
)
# MeSH headings, and what radiologists call them
CODED = {
    "Pneumothorax": ("pneumothorax", "pneumothoraces"),
    "Pleural Effusion": ("pleural effusion", "pleural effusions", "effusion", "effusions"),
    "Cardiomegaly": ("cardiomegaly", "enlarged heart", "heart is enlarged"),
    "Consolidation": ("consolidation", "consolidations"),
}
Said = Iterator[tuple[int, tuple[Written, ...]]]
Write = Callable[[Tensor, Sequence[SectionPlan], Callable[[], None]], Said]


class Rewritten(PackReader):
    """A reader whose sentences come from elsewhere."""

    def __init__(self, reader: PackReader, write: Write) -> None:
        self.__dict__.update(reader.__dict__)
        self._write = write

    def write(self, fused: Tensor, plans: Sequence[SectionPlan], check: Callable[[], None]) -> Said:
        return self._write(self.network.mixer.prefixes(fused), plans, check)


class Unconstrained(Writer):
    """Writes whatever token is likeliest, also a slot that the plan does not hold; what the proofreader
    then withholds is what the constraint spares it."""

    def begin(
        self, number: int, plan: SectionPlan, prefix: Tensor, withheld: tuple[str, ...] = ()
    ) -> Draft:
        draft = super().begin(number, plan, prefix, withheld)
        return replace(draft, waiting=set(), allowed=torch.zeros_like(draft.allowed))


def template_writer(grammar: Grammar) -> Write:
    random = Random(0)

    def write(prefixes: Tensor, plans: Sequence[SectionPlan], check: Callable[[], None]) -> Said:
        for number, plan in enumerate(plans):
            texts = grammar.write(plan, random)
            yield number, tuple(Written(t, tuple(map(plan.slot, SLOT.findall(t))), False, ()) for t in texts)

    return write


def judge(reader: PackReader, folder: Path, split: str, cases: int, grammar: Grammar) -> list[Measured]:
    """Rows of topic `language`: a report's statements and mistakes, distinct wording and perplexity of every
    writer, and how often the strange reader itself errs."""
    extractor = extractor_of(reader.manifest)
    texts, truths, fused, forms = _write_all(reader, folder, split, cases, grammar)
    texts[CONSTANT] = [constant_report(truths, reader.manifest)] * cases
    rows: list[Measured] = []
    for writer, reports in texts.items():
        counts = [read_again(r, t, extractor) for r, t in zip(reports, truths, strict=True)]
        rows += _mistakes(writer, counts, split)
        rows += _variety(writer, reports, extractor, split)
    for writer in (DECODER, FREE):
        rows += [
            mean_row("writers", f"{name}, {writer}", [n[name] for n in forms[writer]], split) for name in FORM
        ]
    learner, tokens = ReportLearner(reader.network.decoder, reader.network.mixer), reader.writer.tokens
    rows += phrasing_rows(DECODER, learner, tokens, reader.manifest, grammar, torch.cat(fused))
    rows.append(text_row(DECODER, learner.decoder, tokens, folder))
    return [*rows, *reading_errors(extractor, grammar, reader.manifest, folder)]


def _write_all(
    reader: PackReader, folder: Path, split: str, cases: int, grammar: Grammar
) -> tuple[dict[str, list[list[str]]], list[Truth], list[Tensor], dict[str, list[Counter[str]]]]:
    """Writer → sections of each case's full report, the cases' truths, their fused vectors, and writer →
    what the proofreader did to each report."""
    unread = Writer(reader.writer.loop, reader.writer.tokens, lambda template, plan: None)
    readers = {
        DECODER: reader,
        DRAFTS: Rewritten(reader, unread.write),
        FREE: Rewritten(reader, Unconstrained(reader.writer.loop, reader.writer.tokens).write),
        GRAMMAR: Rewritten(reader, template_writer(grammar)),
    }
    pipeline = Pipeline(reader)  # one for all: it encodes a case once
    texts: dict[str, list[list[str]]] = {writer: [] for writer in readers}
    forms: dict[str, list[Counter[str]]] = {writer: [] for writer in readers}
    truths: list[Truth] = []
    fused: list[Tensor] = []
    full = reader.manifest.prompts[:1]
    for case in compose(reader, folder, split, cases, full):
        for writer, own in readers.items():
            pipeline.reader = own
            analysis = Analysis(case, choose_prompt(reader.manifest, case.prompt))
            report = written(pipeline, analysis)
            texts[writer].append(texts_of(report))
            forms[writer].append(form_of(report, analysis))
        truths.append(truth_of(analysis, reader.manifest))
        fused.append(analysis.fused)
    return texts, truths, fused, forms


def constant_report(truths: Sequence[Truth], manifest: Manifest) -> list[str]:
    """Every finding in its commonest status, chosen with the judged cases in sight: no constant that says
    as much could be more right."""
    words = {"present": "Findings fit {}.", "not sure": "Not sure: {}.", "absent": "No sign of {}."}
    sentences = []
    for finding in manifest.findings:
        said = [
            str(truth.findings[finding.name].status) for truth in truths if finding.name in truth.findings
        ]
        if said:
            ((status, _),) = Counter(said).most_common(1)
            sentences.append(words[status].format(finding.label))
    return [" ".join(sentences)]


def _mistakes(writer: str, counts: Sequence[Counter[str]], split: str) -> list[Measured]:
    """A report."""
    names = ("findings stated", "facts stated", *MISTAKES)
    return [
        mean_row("writers", f"{name}, {writer}", [count[name] for count in counts], split) for name in names
    ]


def _variety(
    writer: str, reports: Sequence[Sequence[str]], extractor: Extractor, split: str
) -> list[Measured]:
    """Of the first COMPARED sentences, names and figures aside: the share of different ones, and of
    different words and pairs of words (Li et al. 2016)."""
    masked = [extractor.mask(text) for report in reports for text in report]
    sentences = [s for text in masked for s in SENTENCE.split(text)][:COMPARED]
    words = [sentence.lower().split() for sentence in sentences]
    shares: dict[str, list[object]] = {
        "distinct sentences": list(sentences),
        "distinct words": [word for each in words for word in each],
        "distinct pairs of words": [pair for each in words for pair in itertools.pairwise(each)],
    }
    return [
        _plain(f"{name}, {writer}", len(set(items)) / len(items), len(sentences), split)
        for name, items in shares.items()
        if items
    ]


def _plain(metric: str, value: float, n: int, split: str) -> Measured:
    return Measured("writers", metric, value, value, value, n, split, TOPIC)


def reading_errors(
    extractor: Extractor, grammar: Grammar, manifest: Manifest, folder: Path
) -> list[Measured]:
    """How often the strange reader is wrong: on phrasings whose status is known, and on reports that
    radiologists wrote, against their MeSH codes."""
    rows = []
    for name in ("phrasings", "withheld"):
        wrong = [
            float([s.status for s in extractor.read(text)] != [kind.status] * count)
            for kind in grammar.sentence
            for phrasing in getattr(kind, name)
            for count in range(1, kind.most + 1)
            for text in (filled(kind, phrasing, count, manifest),)
        ]
        rows.append(mean_row("extractor", f"sentences misread, {name} of the grammar", wrong, name))
    return [*rows, *_coded_errors(folder)]


def filled(kind: Kind, phrasing: str, count: int, manifest: Manifest) -> str:
    """The phrasing with `count` names that its status may be said of."""
    compared = " (first 20%, last 97%)" if kind.carries == "change" else ""
    names = [f"{finding.label}{compared}" for finding in manifest.findings]
    if kind.carries == "fact":
        kinds = {"reported": ("complaint",), "denied": ("complaint",), "stated": ("category", "number")}
        own = kinds.get(kind.status, ("number",))
        names = [term.label for term in manifest.vocabulary.terms if term.kind in own]
    text = phrasing.replace(PLACEHOLDER, join(names[:count], kind.joiner)).replace(EXAM, "recording")
    return text[:1].upper() + text[1:]


def _coded_errors(folder: Path) -> list[Measured]:
    """Reports of split `test` that name the finding and do not leave it open."""
    extractor = Extractor([Words(name, "finding", words, "(?!)") for name, words in CODED.items()])
    with (folder / "text" / "chest_reports.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "test"]
    wrong: dict[str, list[float]] = {name: [] for name in CODED}
    for row in rows:
        read: dict[str, set[str | None]] = {}
        for statement in extractor.read(f"{row['findings']} {row['impression']}"):
            read.setdefault(statement.name, set()).add(statement.status)
        for name, statuses in read.items():
            if "present" in statuses or "not sure" not in statuses:
                coded = name.lower() in row["mesh"].lower()
                wrong[name].append(float(("present" in statuses) != coded))
    return [
        mean_row("extractor", f"reports misread, {name.lower()}", values, "test")
        for name, values in wrong.items()
        if values
    ]
