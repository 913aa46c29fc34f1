"""A made-up analysis of any case: the stream a window test shows, without a model."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mmdesk.case import Case, Fact, Flag, Modality
from mmdesk.events import (
    Contributed,
    Encoded,
    Event,
    FactsFound,
    FindingsScored,
    Located,
    ReportReady,
    ReportWritten,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    TextDelta,
)
from mmdesk.report import (
    Contribution,
    Finding,
    Grid,
    Origin,
    Provenance,
    Report,
    Saliency,
    Section,
    Sentence,
    Source,
)

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
TITLES = {"image": "Image", "audio": "Heart sound", "record": "Record", "impression": "Impression"}
EXAMINATIONS = {IMAGE: "chest radiograph", AUDIO: "heart sound clip", RECORD: None}
TEXT = "4-year-old boy. Fever for 4 days. Denies chest pain.\nTemp 38.9 C, SpO2 94 %, CRP 96 mg/L.\n"
FACTS = (
    Fact("age", 4.0, "years", span=(0, 10)),
    Fact("sex", "male", span=(11, 14)),
    Fact("fever", True, span=(16, 21)),
    Fact("chest_pain", False, span=(41, 51)),
    Fact("temperature", 38.9, "°C", (36.0, 37.5), Flag.HIGH, (53, 64)),
    Fact("spo2", 94.0, "%", (95.0, None), Flag.LOW, (66, 75)),
    Fact("crp", 96.0, "mg/L", (None, 5.0), Flag.HIGH, (77, 88)),
)
CHEST = (
    Finding("chest_normal", "normal radiograph", "chest", 0.03, 0.09, 0.5, (IMAGE,), normal=True),
    Finding("bacterial_pneumonia", "bacterial pneumonia", "chest", 0.88, 0.37, 0.5, (IMAGE,)),
    Finding("viral_pneumonia", "viral pneumonia", "chest", 0.09, 0.47, 0.53, (IMAGE,)),
)
MURMUR = (
    Finding("murmur_normal", "normal heart sound", "murmur", 0.02, 0.12, 0.5, (AUDIO,), normal=True),
    Finding("murmur_aortic_stenosis", "aortic stenosis murmur", "murmur", 0.82, 0.18, 0.5, (AUDIO,)),
    Finding("murmur_mitral_stenosis", "mitral stenosis murmur", "murmur", 0.004, 0.32, 0.5, (AUDIO,)),
    Finding(
        "murmur_mitral_regurgitation", "mitral regurgitation murmur", "murmur", 0.17, 0.02, 0.5, (AUDIO,)
    ),
    Finding("murmur_valve_prolapse", "mitral valve prolapse murmur", "murmur", 0.006, 0.39, 0.5, (AUDIO,)),
)
PRIORS = dict(
    zip((f.name for f in CHEST + MURMUR), (0.44, 0.31, 0.25, 0.21, 0.2, 0.2, 0.2, 0.19), strict=True)
)
NOTICE = "Murmur: learned from teaching recordings of 1 to 4 seconds; ages unknown."
DECODER = Origin.DECODER
PNEUMONIA, MURMURS = ("bacterial_pneumonia",), ("murmur_aortic_stenosis",)
SENTENCES = {
    "image": (
        Sentence("The radiograph fits bacterial pneumonia (88%).", "image", DECODER, PNEUMONIA, (), (IMAGE,)),
        Sentence(
            "It does not fit viral pneumonia (9%).", "image", DECODER, ("viral_pneumonia",), (), (IMAGE,)
        ),
    ),
    "audio": (
        Sentence(
            "The heart sound clip fits aortic stenosis murmur (82%).", "audio", DECODER, MURMURS, (), (AUDIO,)
        ),
        Sentence(
            "Mitral regurgitation murmur stays open (17%).",
            "audio", DECODER, ("murmur_mitral_regurgitation",), (), (AUDIO,),
        ),
    ),
    "record": (
        Sentence(
            "The record states age 4 years and sex male.",
            "record", DECODER, (), ("age", "sex"), (RECORD,),
        ),
        Sentence(
            "Above the range: temperature 38.9 °C and CRP 96 mg/L.",
            "record", DECODER, (), ("temperature", "crp"), (RECORD,),
        ),
        Sentence("Below the range: SpO2 94 %.", "record", Origin.PLAIN, (), ("spo2",), (RECORD,)),
    ),
    "impression": (
        Sentence(
            "The case reads as bacterial pneumonia (88%) and aortic stenosis murmur (82%).",
            "impression", DECODER, PNEUMONIA + MURMURS, (), (IMAGE, AUDIO),
        ),
    ),
}  # fmt: skip
ABSENT = {
    "image": "No image was given.",
    "audio": "No heart sound was given.",
    "record": "No record was given.",
}


def sample_report(case: Case) -> Report:
    """The report that `sample_events` ends with."""
    sections = tuple(Section(name, title, _sentences(name, case.inputs)) for name, title in TITLES.items())
    sources = tuple(
        Source(item.name, modality, sha256=f"{number:064x}")
        for modality, items in case.inputs.items()
        for number, item in enumerate(items)
    )
    provenance = Provenance("clinic", "0.1.0", "ab" * 32, "2030-01-02T03:04:05+00:00", sources)
    notices = (NOTICE,) if AUDIO in case.inputs else ()
    facts = FACTS if RECORD in case.inputs else ()
    findings = _findings(case.inputs)
    return Report(
        case.id, case.prompt or "full", notices, findings, facts, sections, provenance,
        contributions=tuple(_contribution(finding, case.inputs) for finding in findings),
        saliencies=tuple(_saliency(number, finding) for number, finding in enumerate(findings)),
    )  # fmt: skip


def _saliency(number: int, finding: Finding) -> Saliency:
    """Each finding is hot in one cell of its own, all the way round a picture and along a sound."""
    (modality,) = finding.inputs
    cells = bytearray(64)
    cells[9 * (number % 8)] = 255
    if modality == IMAGE:
        return Saliency(finding.name, modality, 0, Grid(8, 8, bytes(cells)))
    grid, curve = Grid(8, 8, bytes(cells)), Grid(1, 8, bytes(255 * (n == number % 8) for n in range(8)))
    return Saliency(finding.name, modality, 0, grid, curve, seconds=3.0, hertz=1000.0)


def sample_events(case: Case) -> list[Event]:
    """All stages but the last and ReportReady, as the clinic pack would send them for the inputs of the
    case: bacterial pneumonia where there is an image, a murmur where there is a sound."""
    report = sample_report(case)
    return [
        *_stage(Stage.READ, 8.1),
        *_stage(Stage.ENCODE, 94.2, *_encoded(case)),
        *_stage(Stage.SCORE, 11.4, FindingsScored(report.findings, report.notices)),
        *_stage(Stage.WEIGH, 2.6, Contributed(report.contributions)),
        *_stage(Stage.WRITE, 327.6, *_written(report)),
        ReportWritten(replace(report, saliencies=())),
        *_stage(Stage.LOCATE, 210.3, *_located(report)),
        ReportReady(report),
    ]


def _located(report: Report) -> Iterator[Event]:
    for modality in (IMAGE, AUDIO):
        if own := tuple(s for s in report.saliencies if s.modality == modality):
            yield Located(own)


def _stage(stage: Stage, milliseconds: float, *events: Event) -> list[Event]:
    return [StageStarted(stage), *events, StageFinished(stage, milliseconds)]


def _encoded(case: Case) -> Iterator[Event]:
    for modality, items in case.inputs.items():
        for item in items:
            if modality == RECORD:
                yield FactsFound(TEXT, FACTS)
            yield Encoded(modality, (item.name,), EXAMINATIONS[modality], 38.2, False)


def _written(report: Report) -> Iterator[Event]:
    for section in report.sections:
        for number, sentence in enumerate(section.sentences):
            text = f" {sentence.text}" if number else sentence.text
            for word in re.findall(r"\s*\S+", text):
                yield TextDelta(section.name, word)
            yield SentenceWritten(sentence)


def _findings(given: Mapping[Modality, object]) -> tuple[Finding, ...]:
    return (CHEST if IMAGE in given else ()) + (MURMUR if AUDIO in given else ())


def _contribution(finding: Finding, given: Mapping[Modality, object]) -> Contribution:
    """A finding rests on the one input that it was scored from; the others change nothing."""
    prior = PRIORS[finding.name]
    gained = finding.probability - prior
    return Contribution(finding.name, prior, {m: gained if m in finding.inputs else 0.0 for m in given})


def _sentences(section: str, given: Mapping[Modality, object]) -> tuple[Sentence, ...]:
    if section in ABSENT and section not in given:
        return (Sentence(ABSENT[section], section, Origin.FIXED),)
    if section == "impression" and not (IMAGE in given and AUDIO in given):
        return (Sentence("Nothing here could be scored.", section, Origin.FIXED),)
    return SENTENCES[section]
