"""Plain words, "is there …?" and "what changed?" through the tiny pack, whose sentences are all plain."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mmdesk import plan
from mmdesk.answers import NO_DIAGNOSIS, SCORES_ONLY, against_thresholds
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine, stream
from mmdesk.errors import PromptProblem
from mmdesk.events import ReportReady
from mmdesk.packs import writer
from mmdesk.pipeline import Analysis
from mmdesk.plan import SLOT, SectionPlan
from mmdesk.proofread import read_status
from mmdesk.questions import choose_prompt
from mmdesk.report import Finding, Origin, Report, Status
from mmdesk.sections import parts

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
TEXT = "4-year-old boy. Fever and cough. Denies chest pain. Temp 38.9 C, SpO2 94 %, HR 110 /min."
Inputs = dict[Modality, tuple[Input, ...]]
ASKS = ("plain words", "is there pneumonia?", "is there viral pneumonia, fever, cough or chest pain?",
        "is there valve disease?", "what changed?")  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tiny_pack: Path) -> LocalEngine:
    return LocalEngine(tiny_pack)


@pytest.fixture
def engine(loaded: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    monkeypatch.setattr(writer, "MOST_TOKENS", 8)  # its nonsense is cut short: none of it is shown
    return loaded


@pytest.fixture
def inputs(tiny_png: Callable[..., bytes], tiny_wav: Callable[..., bytes]) -> Inputs:
    return {
        IMAGE: (Input("old.png", data=tiny_png(1)), Input("new.png", data=tiny_png(5))),
        AUDIO: (Input("heart.wav", data=tiny_wav(1)),),
        RECORD: (Input.from_text(TEXT, "record.txt"),),
    }


def analysed(engine: LocalEngine, inputs: Inputs, prompt: str) -> tuple[Analysis, Report]:
    pipeline = engine._pipeline
    analysis = Analysis(Case(inputs, prompt), choose_prompt(pipeline.reader.manifest, prompt))
    last = list(stream(pipeline, analysis, StopToken()))[-1]
    assert isinstance(last, ReportReady), last
    return analysis, last.report


def said(engine: LocalEngine, inputs: Inputs, prompt: str) -> list[str]:
    (section,) = analysed(engine, inputs, prompt)[1].sections
    return [sentence.text for sentence in section.sentences]


def only(inputs: Inputs, *modalities: Modality) -> Inputs:
    return {modality: inputs[modality] for modality in modalities}


# What holds for every prompt


@pytest.mark.parametrize("prompt", ASKS)
def test_every_planned_slot_is_stated_once_with_its_status(
    engine: LocalEngine, inputs: Inputs, prompt: str
) -> None:
    analysis, report = analysed(engine, inputs, prompt)
    (section,) = report.sections
    plans = [
        part
        for part in parts(section.name, analysis, engine._pipeline.reader.manifest)
        if isinstance(part, SectionPlan)
    ]
    slots = {slot.text.lower(): slot for plan in plans for slot in plan.slots}
    assert slots and len(slots) == sum(len(plan.slots) for plan in plans)
    stated = []
    for sentence in section.sentences:
        template = sentence.text.lower()
        for text, slot in sorted(slots.items(), key=lambda item: -len(item[0])):
            template = template.replace(text, slot.token)
        tokens = SLOT.findall(template)
        if sentence.origin == Origin.FIXED:
            assert not tokens
            continue
        stated += tokens
        (token,) = tokens
        assert read_status(template) == next(s.status for s in slots.values() if s.token == token)
    assert len(stated) == len(slots)
    assert all(set(sentence.inputs) <= set(inputs) for sentence in section.sentences)


@pytest.mark.parametrize("prompt", ASKS)
def test_no_number_stands_that_was_not_scored_or_recorded(
    engine: LocalEngine, inputs: Inputs, prompt: str
) -> None:
    analysis, report = analysed(engine, inputs, prompt)
    manifest = engine._pipeline.reader.manifest
    known = " ".join(
        slot.text
        for part in parts(report.sections[0].name, analysis, manifest)
        if isinstance(part, SectionPlan)
        for slot in part.slots
    )
    known += " 10% 60% 40% 90%"  # the thresholds of the tiny pack, and of what is together
    for sentence in report.sections[0].sentences:
        for number in re.findall(r"\d+(?:\.\d+)?", sentence.text):
            assert number in known, sentence.text


# Plain words


def test_plain_words_end_with_the_same_sentence(engine: LocalEngine, inputs: Inputs) -> None:
    texts = said(engine, inputs, "plain words")
    assert texts[-1] == NO_DIAGNOSIS
    assert "Higher than usual: temperature 38.9 °C." in texts
    assert "Lower than usual: oxygen in the blood (SpO2) 94 %." in texts
    assert any(re.fullmatch(r"The program saw signs of a lung infection \(.* in \d+\)\.", t) for t in texts)
    assert not any("%" in text for text in texts if "SpO2" not in text)
    assert not any("bacterial pneumonia" in text or "radiograph" in text for text in texts)
    assert "The program learned from people of another age, so it may be wrong more often here." in texts


def test_plain_words_say_what_is_missing(engine: LocalEngine, inputs: Inputs) -> None:
    broken = {IMAGE: (*inputs[IMAGE], Input("cut.png", data=b"no picture"))}
    texts = said(engine, broken, "plain")
    assert texts[0] == "The program was not given a heart sound or a record."
    assert texts[1] == "cut.png could not be read and was left out."
    assert "The program was not told the age, and it may be wrong more often at some ages." in texts


def test_plain_words_for_nothing_that_was_scored(engine: LocalEngine) -> None:
    texts = said(engine, {RECORD: (Input.from_text("Seen today."),)}, "plain")
    assert texts[-2:] == ["There was nothing here that the program could judge.", NO_DIAGNOSIS]


# Is there …?


def test_an_answer_says_yes_no_or_not_sure_and_why(engine: LocalEngine, inputs: Inputs) -> None:
    analysis, report = analysed(engine, inputs, "Is there pneumonia?")
    texts = [sentence.text for sentence in report.sections[0].sentences]
    assert texts[0].startswith("Yes, the findings fit pneumonia (")
    assert "reaches the upper threshold of 90%, so it counts as present." in texts[1]
    assert texts[2] == "The answer rests on the image."
    assert report.sections[0].sentences[0].findings == ("bacterial_pneumonia", "viral_pneumonia")
    assert report.prompt == report.sections[0].title == "Is there pneumonia?"
    assert f"## {report.prompt}" in report.to_markdown() and "IS THERE PNEUMONIA?" in report.to_text()
    kinds = [f for f in analysis.findings if f.task == "chest" and not f.normal and f.status != Status.ABSENT]
    assert [s.findings for s in report.sections[0].sentences[3:]] == [(f.name,) for f in kinds]


def test_what_fits_better_is_likelier(engine: LocalEngine, inputs: Inputs) -> None:
    analysis, report = analysed(engine, inputs, "is there viral pneumonia?")
    chances = {f.name: f.probability for f in analysis.findings}
    better = [s for s in report.sections[0].sentences if "better fit" in s.text]
    assert better
    for sentence in better:
        assert all(chances[name] > chances["viral_pneumonia"] for name in sentence.findings)


def test_all_valves_may_be_diseased_at_once(engine: LocalEngine, inputs: Inputs) -> None:
    """Where findings do not exclude each other, a likelier one is no argument against one that is there."""
    analysis, report = analysed(engine, inputs, "is there aortic stenosis?")
    scores = {f.name: f for f in analysis.findings}
    assert scores["aortic_stenosis"].status == Status.PRESENT
    assert scores["mitral_regurgitation"].probability > scores["aortic_stenosis"].probability
    texts = [sentence.text for sentence in report.sections[0].sentences]
    assert len(texts) == 3 and texts[-1] == "The answer rests on the heart sound and the record."


@pytest.mark.parametrize(
    ("asked", "given", "text"),
    [
        ("is there a tumour?", (IMAGE,),
         "Nothing can be said about tumour: no brain MRI slice was given; "
         "old.png was read as chest radiograph."),
        ("is there a murmur?", (AUDIO,),
         "Nothing can be said about murmur: no heart sound clip was given; "
         "heart.wav was read as auscultation recording."),
        ("is there pneumonia?", (AUDIO,),
         "Nothing can be said about pneumonia: no chest radiograph was given."),
        ("any fever?", (IMAGE,), "Nothing can be said about fever: no record was given."),
        ("any wheeze?", (RECORD,),
         "The record does not state wheeze, neither that it is there nor that it is not."),
        ("is there liver disease?", (RECORD,),
         "Nothing can be said about liver disease: the record states 2 of the values it takes, "
         "and 8 are needed."),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_not_guessed(
    engine: LocalEngine, inputs: Inputs, asked: str, given: tuple[Modality, ...], text: str
) -> None:
    assert said(engine, only(inputs, *given), asked) == [text]


def test_an_input_that_could_not_be_read_is_named(engine: LocalEngine, inputs: Inputs) -> None:
    broken = {**inputs, IMAGE: (Input("cut.png", data=b"no picture"),)}
    text = "Nothing can be said about pneumonia: cut.png could not be read and was left out."
    assert said(engine, broken, "is there pneumonia?") == [text]


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        ("is there fever?", ["Yes, reported: fever.", "Above range: temperature 38.9 °C."]),
        ("any chest pain", ["No, denied: chest pain."]),
        ("is there a cough?", ["Yes, reported: cough."]),
    ],
)
def test_the_record_answers_for_itself(
    engine: LocalEngine, inputs: Inputs, asked: str, texts: list[str]
) -> None:
    assert said(engine, inputs, asked) == texts


def test_a_question_that_is_not_understood_is_refused_before_anything_is_read(
    engine: LocalEngine, inputs: Inputs
) -> None:
    with pytest.raises(PromptProblem):
        engine.analyze(Case(inputs, "is there severe pneumonia?"), StopToken())


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.72, "Glioma: 72% reaches the upper threshold of 50%, so it counts as present."),
        (0.12, "Glioma: 12% is below the lower threshold of 20%, so it counts as absent."),
        (0.3, "Glioma: 30% lies between the thresholds of 20% and 50%."),
        (0.4996, "Glioma: 49.96% lies between the thresholds of 20.00% and 50.00%."),
    ],
)
def test_a_score_beside_its_thresholds(probability: float, text: str) -> None:
    finding = Finding("glioma", "glioma", "brain", probability, 0.2, 0.5, (IMAGE,))
    assert against_thresholds(finding) == text


def test_together_is_what_the_normal_finding_leaves(engine: LocalEngine, inputs: Inputs) -> None:
    """Two kinds that each stay below their thresholds may together be well above: the answer is theirs."""
    analysis, _ = analysed(engine, inputs, "is there pneumonia?")
    parted = {"chest_normal": 0.05, "bacterial_pneumonia": 0.475, "viral_pneumonia": 0.475}
    analysis.findings = tuple(
        replace(f, probability=parted.get(f.name, f.probability)) for f in analysis.findings
    )
    first = next(parts("answer", analysis, engine._pipeline.reader.manifest))
    assert isinstance(first, SectionPlan)
    assert [(slot.text, slot.status) for slot in first.slots] == [("pneumonia (95%)", "present")]


# What changed?


def test_the_first_and_the_last_picture_are_compared(engine: LocalEngine, inputs: Inputs) -> None:
    report = analysed(engine, inputs, "what changed?")[1]
    texts = [sentence.text for sentence in report.sections[0].sentences]
    assert texts[0] == "The first and the last that were given are compared, old.png and new.png."
    assert texts[-1] == SCORES_ONLY
    alone = [analysed(engine, {IMAGE: (picture,)}, "full")[0].findings for picture in inputs[IMAGE]]
    for finding, other in zip(*alone, strict=True):
        both = f"(first {finding.probability:.0%}, last {other.probability:.0%})"
        assert any(both in text for text in texts) == (not finding.normal), both


def test_the_scores_beside_are_those_of_the_last_picture(engine: LocalEngine, inputs: Inputs) -> None:
    analysis, _ = analysed(engine, inputs, "what changed?")
    last, _ = analysed(engine, {**inputs, IMAGE: inputs[IMAGE][1:]}, "full")
    assert analysis.findings == last.findings


def test_of_three_pictures_the_middle_one_is_left_out(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes]
) -> None:
    first, last = inputs[IMAGE]
    texts = said(engine, {IMAGE: (first, Input("between.png", data=tiny_png(9)), last)}, "what changed?")
    assert texts[0] == (
        "Of 3 radiographs, the first and the last that were given are compared, old.png and new.png."
    )
    assert texts[1:] == said(engine, only(inputs, IMAGE), "what changed?")[1:]


def test_the_same_picture_twice_is_unchanged(engine: LocalEngine, inputs: Inputs) -> None:
    picture = inputs[IMAGE][0]
    texts = said(engine, {IMAGE: (picture, replace(picture, name="again.png"))}, "what changed?")
    assert len(texts) == 4 and all(text.startswith("Unchanged: ") for text in texts[1:-1])


def test_pictures_the_other_way_round_change_the_other_way(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny pack's scores differ little: here the least difference counts."""
    monkeypatch.setattr(plan, "SAME_WITHIN", 0.0)
    pairs = inputs[IMAGE], inputs[IMAGE][::-1]
    there, back = (said(engine, {IMAGE: pair}, "what changed?")[1:-1] for pair in pairs)
    words = {text.split(":")[0] for text in there}
    assert words == {text.split(":")[0] for text in back} == {"More likely", "Less likely"}
    assert not set(there) & set(back)


@pytest.mark.parametrize("given", [(IMAGE,), (AUDIO, RECORD)])
def test_one_picture_is_nothing_to_compare(
    engine: LocalEngine, inputs: Inputs, given: tuple[Modality, ...]
) -> None:
    few = only(inputs, *given)
    if IMAGE in few:
        few[IMAGE] = (few[IMAGE][0], Input("cut.png", data=b"no picture"))
    texts = said(engine, few, "what changed?")
    assert texts[-1] == "There are no two pictures of one examination here to compare."
    assert ("cut.png could not be read and was left out." in texts) == (IMAGE in few)
