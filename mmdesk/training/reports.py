"""Are reports true? Composed cases go through the whole pipeline, and each report is read again."""

import random as random_module
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.progress import track

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import stream
from mmdesk.events import Event, FactsFound, FindingsScored, ReportReady
from mmdesk.media.record import find_facts
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline, choose_prompt
from mmdesk.plan import Slot, fact_slots, finding_slots
from mmdesk.proofread import read_status
from mmdesk.report import Origin, Report, Sentence
from mmdesk.training.data import rows_of
from mmdesk.training.records import blood_values, made_up, write_record

SETS = {Modality.IMAGE: ("chest_xray", "brain_mri"), Modality.AUDIO: ("heart_sound",)}
COUNTS = (
    "cases", "sentences", "drafts withheld", "plain statements",
    "findings stated", "findings wrong", "findings left out",
    "facts stated", "facts wrong", "facts left out", "missing inputs not said",
)  # fmt: skip


def check_reports(reader: PackReader, folder: Path, split: str, cases: int) -> Counter[str]:
    """The COUNTS over `cases` composed of different people, every subset of inputs alike often."""
    random = random_module.Random(11)
    pipeline = Pipeline(reader)
    files = {
        modality: [path for name in sets for path in _paths(folder, name, split)]
        for modality, sets in SETS.items()
    }
    blood = rows_of(folder, "blood_tests")
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    for number in track(range(cases), "writing reports", transient=True):
        subset = 1 + number % 7
        inputs = {
            modality: (Input.from_path(random.choice(paths)),)
            for bit, (modality, paths) in enumerate(files.items())
            if subset >> bit & 1
        }
        if subset & 4:
            inputs[Modality.RECORD] = (_note(random, reader, blood),)
        case = Case(inputs)
        analysis = Analysis(case, choose_prompt(reader.manifest, None))
        counts += Counter(_read_again(list(stream(pipeline, analysis, StopToken())), case, reader))
    return Counter({name: counts[name] for name in COUNTS})


def _paths(folder: Path, name: str, split: str) -> list[Path]:
    return [folder / name / row["path"] for row in rows_of(folder, name) if row["split"] == split]


def _note(random: random_module.Random, reader: PackReader, blood: Sequence[dict[str, str]]) -> Input:
    values = made_up(random, reader.manifest.vocabulary)
    if random.random() < 0.5:
        values |= blood_values(random.choice(blood))
    elif random.random() < 0.8:
        values |= {"age": float(random.randint(1, 90)), "sex": random.choice(("male", "female"))}
    return Input.from_text(write_record(random, values, reader.manifest.vocabulary) or "Seen today.")


def _read_again(stream_: list[Event], case: Case, reader: PackReader) -> dict[str, int]:
    last = stream_[-1]
    if not isinstance(last, ReportReady):
        raise RuntimeError(f"a composed case ended with {last}")
    report = last.report
    findings = next(e.findings for e in stream_ if isinstance(e, FindingsScored))
    texts = [e.text for e in stream_ if isinstance(e, FactsFound)]
    facts = [fact for text in texts for fact in find_facts(text, reader.manifest.vocabulary)]
    told = {s.name: s for s in finding_slots(findings).values()}
    known = {s.name: s for s in fact_slots(facts, reader.manifest.vocabulary).values()}
    sentences = [s for section in report.sections for s in section.sentences]
    counts = {
        "cases": 1,
        "sentences": len(sentences),
        "drafts withheld": len(report.provenance.withheld),
        "plain statements": sum(s.origin == Origin.PLAIN for s in sentences),
        "missing inputs not said": sum(_unsaid(m, case, report) for m in Modality),
    }
    return counts | _told("findings", sentences, told) | _told("facts", sentences, known)


def _told(kind: str, sentences: Sequence[Sentence], slots: dict[str, Slot]) -> dict[str, int]:
    """What the sentences say of the slots, by their words and not by what the writer claims."""
    stated = [(sentence, name) for sentence in sentences for name in getattr(sentence, kind)]
    wrong = sum(not _right(sentence, name, kind, slots) for sentence, name in stated)
    left_out = len(set(slots) - {name for _, name in stated})
    return {f"{kind} stated": len(stated), f"{kind} wrong": wrong, f"{kind} left out": left_out}


def _right(sentence: Sentence, name: str, kind: str, slots: dict[str, Slot]) -> bool:
    """The slot's own words stand in the sentence, and the words around the list say its status."""
    template = sentence.text
    listed = [slots[other] for other in getattr(sentence, kind) if other in slots]
    for slot in sorted(listed, key=lambda slot: -len(slot.text)):
        template = re.sub(re.escape(slot.text), slot.token, template, flags=re.IGNORECASE)
    return name in slots and slots[name].token in template and read_status(template) == slots[name].status


def _unsaid(modality: Modality, case: Case, report: Report) -> bool:
    if modality in case.inputs:
        return False
    texts = [s.text for section in report.sections if section.name == modality for s in section.sentences]
    return not any(text.startswith("No ") and text.endswith("was given.") for text in texts)
