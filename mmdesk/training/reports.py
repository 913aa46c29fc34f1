"""Are reports true? Composed cases go through the whole pipeline, each asked one of the pack's prompts, and
every report is read again by a reader that knows names and English, and nothing of how it was written."""

import random as random_module
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import stream
from mmdesk.events import ReportWritten
from mmdesk.packs.manifest import Manifest, Measured, Prompt
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.questions import choose_prompt, questions
from mmdesk.report import Origin, Report
from mmdesk.training.data import rows_of
from mmdesk.training.extract import SENTENCE, Extractor, Statement, Words, words_of
from mmdesk.training.records import blood_values, made_up, write_record
from mmdesk.training.truth import Truth, rests_on, truth_of

TOPIC = "language"
RESAMPLES = 1000
SETS = {Modality.IMAGE: ("chest_xray", "brain_mri"), Modality.AUDIO: ("heart_sound", "heart_valve")}
MISTAKES = tuple(
    f"{kind} {what}" for kind in ("findings", "facts") for what in ("wrong", "hallucinated", "omitted")
)
LEFT_OUT = ("findings omitted", "facts omitted", "missing inputs not said")
FALSE = (*(name for name in MISTAKES if name not in LEFT_OUT), "reasons wrong")
STATED = ("findings stated", "facts stated", "reasons stated")
COUNTS = (*FALSE, *LEFT_OUT, *STATED, "sentences", "drafts withheld", "plain statements")
# What radiologists and cardiologists name, and a decoder that has read them might. A pack's own words that
# hold such a word are longer, and are read first.
FOREIGN = (
    "pneumonia", "pneumothorax", "consolidation", "opacity", "opacities", "atelectasis", "effusion",
    "effusions", "cardiomegaly", "emphysema", "nodule", "nodules", "mass", "masses", "infiltrate",
    "infiltrates", "edema", "oedema", "fracture", "fractures", "granuloma", "scoliosis", "calcification",
    "calcifications", "tumor", "tumors", "tumours", "cancer", "metastasis", "metastases", "lesion",
    "lesions", "infection", "stenosis", "regurgitation", "murmur", "murmurs", "hepatitis", "cirrhosis",
    "fibrosis", "hemorrhage", "haemorrhage", "infarction", "abscess", "diabetes", "hypertension", "asthma",
)  # fmt: skip


def compose(
    reader: PackReader, folder: Path, split: str, cases: int, prompts: Sequence[Prompt]
) -> Iterator[Case]:
    """Cases of different people, every subset of inputs alike often, with each of `prompts` in turn. Heart
    sounds of whole patients have no such split: what is read here is language, not how well they score."""
    random = random_module.Random(11)
    files = {modality: [_paths(folder, name, split) for name in sets] for modality, sets in SETS.items()}
    files = {modality: [paths for paths in sets if paths] for modality, sets in files.items()}
    blood, complaints = rows_of(folder, "blood_tests"), _complaints(reader.manifest)
    about = [q for q in questions(reader.manifest) if q not in complaints]
    for number in track(range(cases), "writing reports", transient=True):
        prompt, subset = prompts[number // 7 % len(prompts)], 1 + number % 7
        if prompt.is_question and random.random() < 0.5:
            subset = 7  # the more is given, the more can be answered
        inputs: dict[Modality, tuple[Input, ...]] = {}
        for bit, (modality, sets) in enumerate(files.items()):
            compared = modality == Modality.IMAGE and "change" in prompt.sections
            if subset >> bit & 1 or compared:
                paths = random.choice(sets)
                inputs[modality] = tuple(
                    Input.from_path(random.choice(paths)) for _ in range(2 if compared else 1)
                )
        note = ""
        if subset & 4:
            note = _note(random, reader.manifest, blood)
            inputs[Modality.RECORD] = (Input.from_text(note),)
        words = prompt.name
        if prompt.is_question:
            told = [question for question, label in complaints.items() if label in note.lower()]
            words = random.choice(random.choice((about, told or list(complaints))))
        yield Case(inputs, words)


def _complaints(manifest: Manifest) -> dict[str, str]:
    """Question about what a record may report or deny → its label."""
    labels = [term.label for term in manifest.vocabulary.terms if term.kind == "complaint"]
    return {q: label for q in questions(manifest) for label in labels if q.endswith(f" {label}?")}


def _paths(folder: Path, name: str, split: str) -> list[Path]:
    rows = rows_of(folder, name)
    return [folder / name / row["path"] for row in rows if row["split"] == split or row.get("fold")]


def _note(random: random_module.Random, manifest: Manifest, blood: Sequence[dict[str, str]]) -> str:
    values = made_up(random, manifest.vocabulary)
    if random.random() < 0.5:
        values |= blood_values(random.choice(blood))
    elif random.random() < 0.8:
        values |= {"age": float(random.randint(1, 90)), "sex": random.choice(("male", "female"))}
    return write_record(random, values, manifest.vocabulary) or "Seen today."


def check_reports(reader: PackReader, folder: Path, split: str, cases: int) -> list[Measured]:
    """Means a report: the COUNTS over all prompts of the pack, and what each prompt states falsely or leaves
    out."""
    pipeline, extractor = Pipeline(reader), extractor_of(reader.manifest)
    prompts = reader.manifest.prompts
    counts: dict[str, list[Counter[str]]] = {prompt.title: [] for prompt in prompts}
    for case in compose(reader, folder, split, cases, prompts):
        analysis = Analysis(case, choose_prompt(reader.manifest, case.prompt))
        report = written(pipeline, analysis)
        count = read_again(texts_of(report), truth_of(analysis, reader.manifest), extractor)
        counts[analysis.prompt.title].append(count + form_of(report, analysis))
    every = [count for own in counts.values() for count in own]
    rows = [
        mean_row("prompts", f"{name}, all prompts", [count[name] for count in every], split)
        for name in COUNTS
    ]
    for title, own in counts.items():
        for what, names in (("false", FALSE), ("left out", LEFT_OUT)):
            sums = [sum(count[name] for name in names) for count in own]
            rows += [mean_row("prompts", f"{what}, {title}", sums, split)] if own else []
    return rows


def form_of(report: Report, analysis: Analysis) -> Counter[str]:
    sentences = [s for section in report.sections for s in section.sentences]
    return Counter(
        {
            "sentences": len(sentences),
            "drafts withheld": len(report.provenance.withheld),
            "plain statements": sum(s.origin == Origin.PLAIN for s in sentences),
            "missing inputs not said": sum(_unsaid(modality, analysis, report) for modality in Modality),
        }
    )


def _unsaid(modality: Modality, analysis: Analysis, report: Report) -> bool:
    if modality in analysis.case.inputs or modality not in analysis.prompt.sections:
        return False
    texts = [s.text for section in report.sections if section.name == modality for s in section.sentences]
    return not any(text.startswith("No ") and text.endswith("was given.") for text in texts)


def mean_row(task: str, metric: str, values: Sequence[float], split: str) -> Measured:
    """The mean, with the middle 95% over resamples. What never happened in n reports may still happen in 3
    of n (Hanley and Lippman-Hand 1983)."""
    each: NDArray[np.float64] = np.array(values, np.float64)
    n = len(each)
    means = each[np.random.default_rng(0).integers(0, n, (RESAMPLES, n))].mean(1)
    low, high = np.quantile(means, (0.025, 0.975)) if each.any() else (0.0, 3 / n)
    return Measured(task, metric, float(each.mean()), float(low), float(high), n, split, TOPIC)


def written(pipeline: Pipeline, analysis: Analysis) -> Report:
    """The case's report as soon as it is written; what was found on the way stands in `analysis`."""
    for event in stream(pipeline, analysis, StopToken()):
        if isinstance(event, ReportWritten):
            return event.report
    raise RuntimeError(f"a composed case ended with {event}")


def texts_of(report: Report) -> list[str]:
    """Each section as one text."""
    return [" ".join(sentence.text for sentence in section.sentences) for section in report.sections]


def extractor_of(manifest: Manifest) -> Extractor:
    """Reads the pack's words, and FOREIGN ones as findings that no case has."""
    known = words_of(manifest)
    own = {text for words in known for text in words.texts}
    foreign = [Words(word, "finding", (word,), r"\([^)]*\)") for word in FOREIGN if word not in own]
    return Extractor([*known, *foreign])


def read_again(texts: Sequence[str], truth: Truth, extractor: Extractor) -> Counter[str]:
    """What `texts` say against the truth: MISTAKES, and how much they state. Omitted is what was wanted and
    is said nowhere."""
    counts: Counter[str] = Counter()
    stated = [s for text in texts for s in extractor.read(text) if not _only_named(s)]
    for statement in stated:
        kind = "facts" if statement.kind not in ("finding", "change") else "findings"
        mistake = truth.mistake(statement)
        counts[f"{kind} stated"] += statement.status != "unsaid"
        if mistake:
            counts[f"{kind} {mistake}"] += 1
    said = {statement.name for statement in stated}
    for name in truth.wanted - said:
        counts["facts omitted" if name in truth.facts else "findings omitted"] += 1
    return counts + _reasons(texts, truth, extractor)


def _only_named(statement: Statement) -> bool:
    """ "People of another age" states no age."""
    valued = statement.kind in ("number", "category")
    return valued and not statement.value and statement.status in ("stated", "unsaid", None)


def _reasons(texts: Sequence[str], truth: Truth, extractor: Extractor) -> Counter[str]:
    """Of answers: thresholds that a score is compared with, and the inputs that an answer rests on."""
    counts: Counter[str] = Counter()
    asked = ""
    for sentence in (sentence for text in texts for sentence in SENTENCE.split(text)):
        names = [s.name for s in extractor.read(sentence) if s.kind == "finding"]
        asked = names[0] if names else asked
        inputs = rests_on(sentence)
        if "threshold of" in sentence or "thresholds of" in sentence:
            holds = truth.reason_holds(sentence, asked)
        elif inputs is not None:
            holds = asked in truth.findings and inputs == set(truth.findings[asked].inputs)
        else:
            continue
        counts["reasons stated"] += 1
        counts["reasons wrong"] += not holds
    return counts
