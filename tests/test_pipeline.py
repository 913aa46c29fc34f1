"""A case through the tiny pack: the stream of events, the report, broken inputs, stops, the cache."""

import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from support.dicoms import dicom_bytes
from support.streams import of, report_of

from mmdesk import events, pipeline
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.errors import PackProblem, PromptProblem
from mmdesk.events import (
    Encoded,
    Event,
    FactsFound,
    Failed,
    FindingsScored,
    InputFailed,
    OutOfDistribution,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.packs import writer
from mmdesk.packs.reader import PackReader
from mmdesk.plan import fact_slots, finding_slots
from mmdesk.report import Origin, Report, Status

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
SUBSETS = [set(s) for n in (1, 2, 3) for s in itertools.combinations(Modality, n)]
NOT_GIVEN = {
    IMAGE: "No image was given.",
    AUDIO: "No heart sound was given.",
    RECORD: "No record was given.",
}
TEXT = "4-year-old boy. Fever and cough for 4 days. Denies chest pain. Temp 38.9 C, HR 128 /min."
LIVER = (
    "Albumin 41 g/L, ALP 80 U/L, ALT 30 U/L, AST 25 U/L, bilirubin 8 µmol/L, cholesterol 5.2 mmol/L, "
    "creatinine 70 µmol/L, GGT 20 U/L, protein 70 g/L."
)
Inputs = dict[Modality, tuple[Input, ...]]


@pytest.fixture(scope="module")
def loaded(tiny_pack: Path) -> LocalEngine:
    return LocalEngine(tiny_pack)


@pytest.fixture
def engine(loaded: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    """With an empty cache. Its nonsense is cut short: none of it is shown."""
    monkeypatch.setattr(writer, "MOST_TOKENS", 8)
    loaded._pipeline._cache.clear()
    return loaded


@pytest.fixture
def inputs(tiny_png: Callable[..., bytes], tiny_wav: Callable[..., bytes]) -> Inputs:
    return {
        IMAGE: (Input("chest.png", data=tiny_png(1)),),
        AUDIO: (Input("heart.wav", data=tiny_wav(1)),),
        RECORD: (Input.from_text(TEXT, "record.txt"),),
    }


def analysed(engine: LocalEngine, case: Case, stop: StopToken | None = None) -> list[Event]:
    """The events; whatever the case, they keep to the rules of a stream."""
    stream = list(engine.analyze(case, stop or StopToken()))
    assert [isinstance(event, events.LAST) for event in stream] == [False] * (len(stream) - 1) + [True]
    for event in stream:
        assert events.from_json(json.loads(json.dumps(events.to_json(event), allow_nan=False))) == event
    stages = [event.stage for event in stream if isinstance(event, StageStarted)]
    assert stages == list(Stage)[: len(stages)]
    finished = [event.stage for event in stream if isinstance(event, StageFinished)]
    assert finished == stages[: len(finished)] and len(finished) >= len(stages) - 1
    assert not any(isinstance(event, Failed) and event.detail for event in stream), stream[-1]
    return stream


def section(report: Report, name: str) -> str:
    return " ".join(s.text for part in report.sections if part.name == name for s in part.sentences)


def written(engine: LocalEngine, inputs: Inputs, prompt: str | None = None) -> Report:
    return report_of(analysed(engine, Case(inputs, prompt)))


# The stream and what it says


def test_the_stream_of_a_whole_case(engine: LocalEngine, inputs: Inputs) -> None:
    stream = analysed(engine, Case(inputs))
    assert of(StageFinished, stream)[-1].stage == Stage.LOCATE
    assert all(event.milliseconds >= 0 for event in of(StageFinished, stream))
    assert [event.modality for event in of(Encoded, stream)] == list(Modality)
    assert [event.examination for event in of(Encoded, stream)][:2] == [
        "chest radiograph",
        "auscultation recording",
    ]
    assert not of(InputFailed, stream) and not of(OutOfDistribution, stream)
    report = report_of(stream)
    (scored,) = of(FindingsScored, stream)
    (found,) = of(FactsFound, stream)
    assert report.findings == scored.findings and report.notices == scored.notices
    assert report.facts == found.facts and found.text == TEXT
    assert {finding.task for finding in report.findings} == {"chest", "valve"}
    assert all(0 <= finding.probability <= 1 for finding in report.findings)


def test_the_text_is_the_sentences(engine: LocalEngine, inputs: Inputs) -> None:
    stream = analysed(engine, Case(inputs))
    report = report_of(stream)
    said = [event.sentence for event in of(SentenceWritten, stream)]
    assert said == [sentence for part in report.sections for sentence in part.sentences]
    for part in report.sections:
        assert "".join(e.text for e in of(TextDelta, stream) if e.section == part.name) == section(
            report, part.name
        )
    assert [part.name for part in report.sections] == ["image", "audio", "record", "impression"]


@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(sorted(given)))
def test_every_subset_of_inputs(engine: LocalEngine, inputs: Inputs, given: set[Modality]) -> None:
    report = written(engine, {m: items for m, items in inputs.items() if m in given})
    for modality in Modality:
        assert (section(report, modality) == NOT_GIVEN[modality]) == (modality not in given)
        assert (NOT_GIVEN[modality] in report.to_markdown()) == (modality not in given)
    assert bool(report.facts) == (RECORD in given)
    assert {m for finding in report.findings for m in finding.inputs} <= given
    assert {m for part in report.sections for s in part.sentences for m in s.inputs} <= given
    assert [source.modality for source in report.provenance.sources] == [m for m in Modality if m in given]


def test_a_case_without_inputs_fails(engine: LocalEngine) -> None:
    (last,) = of(Failed, analysed(engine, Case({})))
    assert last.problem and last.remedy and last.stage == Stage.READ


def test_facts_and_findings_are_stated_and_no_others(engine: LocalEngine, inputs: Inputs) -> None:
    record = Input.from_text(f"{TEXT} Never smoker. {LIVER}", "record.txt")
    report = written(engine, {**inputs, RECORD: (record,)})
    vocabulary = engine._pipeline.reader.manifest.vocabulary
    slots = fact_slots(report.facts, vocabulary)
    assert len(slots) >= 14
    stated = [s for part in report.sections for s in part.sentences if part.name == "record"]
    assert sorted(n for s in stated for n in s.facts) == sorted(slots)
    for sentence in stated:
        for name in sentence.facts:
            assert slots[name].text in sentence.text
    for text in ("temperature 38.9 °C", "heart rate 128", "chest pain", "sex male", "age 4 years"):
        assert text in section(report, "record")
    assert not any(s.facts for part in report.sections if part.name != "record" for s in part.sentences)


def test_findings_are_stated_where_they_belong(engine: LocalEngine, inputs: Inputs) -> None:
    report = written(engine, {**inputs, RECORD: (Input.from_text(f"60-year-old man. {LIVER}"),)})
    status = {finding.name: finding.status for finding in report.findings}
    assert Status.PRESENT in status.values() and Status.UNSURE in status.values()
    texts = finding_slots(report.findings)
    home = {"chest": "image", "valve": "audio", "liver": "record"}
    for name in ("image", "audio", "record"):
        sentences = [s for part in report.sections if part.name == name for s in part.sentences]
        said = [n for s in sentences for n in s.findings]
        due = [f.name for f in report.findings if home[f.task] == name and f.name in texts]
        assert sorted(said) == sorted(due)
    (impression,) = (part for part in report.sections if part.name == "impression")
    said = [name for sentence in impression.sentences for name in sentence.findings]
    assert sorted(said) == sorted(n for n, s in status.items() if s != Status.ABSENT)
    for part in report.sections:
        for sentence in part.sentences:
            assert len({status[name] for name in sentence.findings}) <= 1
            assert all(texts[name].text in sentence.text for name in sentence.findings)
            named = {n for n, slot in texts.items() if slot.text in sentence.text}
            assert named == set(sentence.findings)


def test_plain_statements_say_the_status(engine: LocalEngine, inputs: Inputs) -> None:
    """The tiny decoder writes nonsense: it is withheld, and kept for whoever wants to see it."""
    report = written(engine, inputs)
    plain = [s for part in report.sections for s in part.sentences if s.origin == Origin.PLAIN]
    assert plain and report.provenance.withheld
    begins = {
        Status.PRESENT: "Findings fit ",
        Status.UNSURE: "Not sure: ",
        Status.ABSENT: "No sign of ",
    }
    status = {finding.name: finding.status for finding in report.findings}
    for sentence in plain:
        assert len(sentence.findings) + len(sentence.facts) == 1
        for name in sentence.findings:
            assert sentence.text.startswith(begins[status[name]])


def test_the_evidence_of_a_sentence(engine: LocalEngine, inputs: Inputs) -> None:
    report = written(engine, inputs)
    carried = {finding.name: set(finding.inputs) for finding in report.findings}
    assert carried["aortic_stenosis"] == {AUDIO, RECORD} and carried["viral_pneumonia"] == {IMAGE}
    for sentence in (s for part in report.sections for s in part.sentences):
        rests = set().union(*(carried[name] for name in sentence.findings)) | (
            {RECORD} if sentence.facts else set()
        )
        assert set(sentence.inputs) == rests


def test_another_image_changes_only_what_rests_on_it(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes]
) -> None:
    one = written(engine, inputs)
    other = written(engine, {**inputs, IMAGE: (Input("chest.png", data=tiny_png(7)),)})
    assert section(one, "image") != section(other, "image")
    assert section(one, "audio") == section(other, "audio")
    assert section(one, "record") == section(other, "record")
    changed = [a.name for a, b in zip(one.findings, other.findings, strict=True) if a != b]
    assert changed and {f.task for f in one.findings if f.name in changed} == {"chest"}


def test_the_same_case_twice_is_the_same_report(engine: LocalEngine, inputs: Inputs) -> None:
    one, two = written(engine, inputs), written(engine, inputs)
    assert (one.findings, one.sections, one.facts) == (two.findings, two.sections, two.facts)


def test_several_images_and_sounds(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes], tiny_wav: Callable[..., bytes]
) -> None:
    images = tuple(Input(f"{n}.png", data=tiny_png(n)) for n in range(2))
    sounds = tuple(
        Input(f"{place}.wav", data=tiny_wav(n)) for n, place in enumerate(("sup_Mit", "sup_Aor", "noted"))
    )
    case = {IMAGE: images, AUDIO: sounds, RECORD: inputs[RECORD]}
    report = written(engine, case)
    assert len([f for f in report.findings if f.task == "chest"]) == 3
    assert len([f for f in report.findings if f.task == "valve"]) == 4
    turned = written(engine, {**case, IMAGE: images[::-1], AUDIO: sounds[::-1]})
    for a, b in zip(report.findings, turned.findings, strict=True):
        assert (a.name, a.status) == (b.name, b.status)
        assert a.probability == pytest.approx(b.probability, abs=1e-5)
    alone = written(engine, {**case, AUDIO: sounds[:1]})
    assert [f.probability for f in alone.findings] != [f.probability for f in report.findings]


def test_the_position_of_a_sound_counts(engine: LocalEngine, inputs: Inputs) -> None:
    (sound,) = inputs[AUDIO]
    reports = [
        written(engine, {AUDIO: (replace(sound, name=name, position=position),)})
        for name, position in (("a.wav", None), ("a.wav", "sup_Mit"), ("sup_Mit.wav", None))
    ]
    assert reports[0].findings != reports[1].findings == reports[2].findings


# Bad input


def jpeg(size: int = 200) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(3).integers(0, 255, (size, size), np.uint8)
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def wav(samples: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, 4000, format="WAV")
    return file.getvalue()


BROKEN = {
    "truncated JPEG": (IMAGE, Input("cut.jpg", data=jpeg()[:3000])),
    "text named .png": (IMAGE, Input("note.png", data=b"this is only a note")),
    "missing file": (IMAGE, Input.from_path("/nowhere/gone.png")),
    "folder": (IMAGE, Input.from_path(Path(__file__).parent)),
    "empty image": (IMAGE, Input("empty.png", data=b"")),
    "empty WAV": (AUDIO, Input("empty.wav", data=wav(np.zeros(0)))),
    "two seconds of silence": (AUDIO, Input("silence.wav", data=wav(np.zeros(8000)))),
    "image as sound": (AUDIO, Input("picture.wav", data=jpeg())),
    "0-byte record": (RECORD, Input("empty.txt", data=b"")),
    "zeros as record": (RECORD, Input("zeros.txt", data=b"\0" * 64)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_input_is_left_out_and_the_rest_is_analysed(
    engine: LocalEngine, inputs: Inputs, name: str
) -> None:
    modality, broken = BROKEN[name]
    stream = analysed(engine, Case({**inputs, modality: (broken,)}))
    (failed,) = of(InputFailed, stream)
    assert (failed.modality, failed.name) == (modality, broken.name)
    for line in (failed.problem, failed.remedy):
        assert line and "\n" not in line and "Traceback" not in line
    assert len(of(Encoded, stream)) == 2
    report = report_of(stream)
    assert section(report, modality) == f"{broken.name} could not be read and was left out."
    assert NOT_GIVEN[modality] not in report.to_markdown()
    assert f"Left out: {broken.name}: {failed.problem}" in report.to_markdown()
    kept = {task for task, needs in (("chest", IMAGE), ("valve", AUDIO)) if needs != modality}
    assert {finding.task for finding in report.findings} == kept
    assert {finding.name for finding in report.findings} <= {
        name for part in report.sections for s in part.sentences for name in s.findings
    } | {f.name for f in report.findings if f.normal and f.status == Status.ABSENT}


def test_a_broken_input_beside_a_whole_one_of_its_kind(engine: LocalEngine, inputs: Inputs) -> None:
    images = (Input("cut.jpg", data=jpeg()[:3000]), *inputs[IMAGE])
    report = written(engine, {**inputs, IMAGE: images})
    assert section(report, "image").startswith("cut.jpg could not be read and was left out. ")
    alone = written(engine, inputs)
    assert report.findings == alone.findings


def test_all_broken_fails(engine: LocalEngine) -> None:
    case = Case({m: (next(item for kind, item in BROKEN.values() if kind == m),) for m in Modality})
    stream = analysed(engine, case)
    assert len(of(InputFailed, stream)) == 3 and not of(StageStarted, stream)[1:]
    (failed,) = of(Failed, stream)
    assert failed.stage == Stage.READ and failed.detail is None and failed.problem and failed.remedy


def test_what_the_pack_does_not_know_is_not_scored(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = engine._pipeline.reader
    strict = replace(reader.manifest, refuse_below={IMAGE: 1.1, AUDIO: 0.0})
    monkeypatch.setattr(reader, "manifest", strict)
    stream = analysed(engine, Case(inputs))
    (refused,) = of(OutOfDistribution, stream)
    assert refused.name == "chest.png" and "chest radiograph nor brain MRI slice" in refused.reason
    report = report_of(stream)
    assert {finding.task for finding in report.findings} == {"valve"}
    assert section(report, "image") == f"chest.png was not scored: {refused.reason}."


def test_what_is_too_unlike_is_not_scored(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    novelty = engine._pipeline.reader.network.novelty
    for modality in (IMAGE, AUDIO):
        part = novelty[modality.value]
        monkeypatch.setitem(part._buffers, "limit", torch.full_like(part.limit, 1e-6))
    stream = analysed(engine, Case(inputs))
    chest, heart = (event.reason for event in of(OutOfDistribution, stream))
    too_unlike = "but it is too unlike those that the pack learned from"
    assert chest == f"the nearest is chest radiograph, {too_unlike}"
    assert heart == f"the nearest is auscultation recording, {too_unlike}"
    report = report_of(stream)
    assert not report.findings
    assert section(report, "image") == f"chest.png was not scored: {chest}."
    assert section(report, "audio") == f"heart.wav was not scored: {heart}."


def dicom(**tags: str) -> Input:
    values = np.random.default_rng(0).integers(0, 4000, (60, 50)).astype(np.uint16)
    return Input("a.dcm", data=dicom_bytes(values, **tags))


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"Modality": "CT", "BodyPartExamined": "ABDOMEN"}, "CT, abdomen"),
        ({"Modality": "DX", "BodyPartExamined": "HAND"}, "digital radiography, hand"),
        (
            {"Modality": "CR", "BodyPartExamined": "CHEST", "ViewPosition": "LL"},
            "computed radiography, chest, LL",
        ),
    ],
)
def test_another_examination_by_its_tags_never_reaches_the_network(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, tags: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(engine._pipeline.reader, "encode_pictures", None)
    stream = analysed(engine, Case({IMAGE: (dicom(**tags),)}))
    (refused,) = of(OutOfDistribution, stream)
    assert refused.reason == f"the file says that it is {said}"
    report = report_of(stream)
    assert section(report, "image") == f"a.dcm was not scored: the file says that it is {said}."
    assert section(report, "impression") == "Nothing here could be scored."
    assert not report.findings


def test_tags_and_network_must_agree(engine: LocalEngine) -> None:
    """The tiny network takes every picture for a chest radiograph."""
    for _ in range(2):  # the second time from the cache
        stream = analysed(engine, Case({IMAGE: (dicom(Modality="MR", BodyPartExamined="BRAIN"),)}))
        (refused,) = of(OutOfDistribution, stream)
        assert refused.reason == "the file says that it is MRI, brain, but it looks like chest radiograph"
        assert section(report_of(stream), "image") == f"a.dcm was not scored: {refused.reason}."
        assert not report_of(stream).findings and of(Encoded, stream)[0].examination is None


@pytest.mark.parametrize("tags", [{"Modality": "OT"}, {"Modality": "DX", "ViewPosition": "PA"}])
def test_tags_that_say_nothing_or_the_right_thing(engine: LocalEngine, tags: dict[str, str]) -> None:
    stream = analysed(engine, Case({IMAGE: (dicom(**tags),)}))
    assert not of(OutOfDistribution, stream) and report_of(stream).findings


def test_a_record_that_states_nothing(engine: LocalEngine) -> None:
    report = written(engine, {RECORD: (Input.from_text("Lorem ipsum dolor sit amet."),)})
    assert section(report, "record") == "The record states nothing that this pack knows."
    assert section(report, "impression") == "Nothing here could be scored."
    assert not report.findings and not report.facts


# Reuse


def test_a_second_analysis_encodes_nothing_again(engine: LocalEngine, inputs: Inputs) -> None:
    first = analysed(engine, Case(inputs))
    assert [event.reused for event in of(Encoded, first)] == [False] * 3
    second = analysed(engine, Case(inputs))
    assert [event.reused for event in of(Encoded, second)] == [True] * 3
    assert report_of(first).sections == report_of(second).sections


@pytest.mark.parametrize("changed", list(Modality))
def test_one_changed_input_is_the_only_one_encoded(
    engine: LocalEngine,
    inputs: Inputs,
    tiny_png: Callable[..., bytes],
    tiny_wav: Callable[..., bytes],
    changed: Modality,
) -> None:
    analysed(engine, Case(inputs))
    other = {
        IMAGE: Input("chest.png", data=tiny_png(5)),
        AUDIO: Input("heart.wav", data=tiny_wav(5)),
        RECORD: Input.from_text("70-year-old woman.", "record.txt"),
    }
    stream = analysed(engine, Case({**inputs, changed: (other[changed],)}))
    assert {event.modality for event in of(Encoded, stream) if not event.reused} == {changed}


def test_reuse_goes_by_content_not_by_name(engine: LocalEngine, inputs: Inputs) -> None:
    analysed(engine, Case(inputs))
    (image,) = inputs[IMAGE]
    stream = analysed(engine, Case({IMAGE: (replace(image, name="renamed.png"),)}))
    (encoded,) = of(Encoded, stream)
    assert encoded.reused and encoded.names == ("renamed.png",)


def test_the_inputs_used_longest_ago_are_forgotten(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_CACHED", 2)
    for text, reused in (("cough", False), ("fever", False), ("cough", True), ("chill", False),
                         ("cough", True), ("fever", False)):  # fmt: skip
        (encoded,) = of(Encoded, analysed(engine, Case({RECORD: (Input.from_text(text),)})))
        assert encoded.reused is reused, text


# Stops


def test_a_stop_before_the_start(engine: LocalEngine, inputs: Inputs) -> None:
    stop = StopToken()
    stop.stop()
    stream = analysed(engine, Case(inputs), stop)
    assert stream == [StageStarted(Stage.READ), Stopped(Stage.READ, None)]


def stopped_at(engine: LocalEngine, case: Case, when: Callable[[Event], bool]) -> list[Event]:
    stop = StopToken()
    stream = []
    for event in engine.analyze(case, stop):
        stream.append(event)
        if when(event):
            stop.stop()
    assert isinstance(stream[-1], Stopped)
    return stream


@pytest.mark.parametrize("stage", [Stage.READ, Stage.ENCODE, Stage.SCORE])
def test_a_stop_between_stages(engine: LocalEngine, inputs: Inputs, stage: Stage) -> None:
    stream = stopped_at(engine, Case(inputs), lambda e: isinstance(e, StageFinished) and e.stage == stage)
    order = list(Stage)
    last = stream[-1]
    assert isinstance(last, Stopped) and last.stage == order[order.index(stage) + 1]
    assert last.report is not None and len(last.report.provenance.sources) == 3
    assert bool(last.report.findings) == (stage == Stage.SCORE)
    assert not of(SentenceWritten, stream)


def test_a_stop_while_writing_keeps_what_was_written(engine: LocalEngine, inputs: Inputs) -> None:
    case = Case(inputs)
    stream = stopped_at(engine, case, lambda e: isinstance(e, SentenceWritten))
    said = [event.sentence for event in of(SentenceWritten, stream)]
    last = stream[-1]
    assert isinstance(last, Stopped) and last.stage == Stage.WRITE and last.report is not None
    assert len(said) == 1 and last.report.case_id == case.id
    assert [s for part in last.report.sections for s in part.sentences] == said
    assert said[0].text in last.report.to_markdown()
    assert events.from_json(json.loads(json.dumps(events.to_json(last)))) == last


def test_a_stop_answers_within_a_token(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopToken()
    loop = engine._pipeline.reader.writer.loop
    read, after = loop.read, []

    def counting(*arguments: Any) -> Any:
        if len(after) == 4:
            stop.stop()
        after.append(stop.stopped)
        return read(*arguments)

    monkeypatch.setattr(loop, "read", counting)
    engine._pipeline.reader.writer.forget()
    stream = analysed(engine, Case(inputs), stop)
    assert isinstance(stream[-1], Stopped) and sum(after) == 1


def test_a_stopped_case_can_be_analysed_again(engine: LocalEngine, inputs: Inputs) -> None:
    case = Case(inputs)
    stopped_at(engine, case, lambda e: isinstance(e, SentenceWritten))
    report_of(analysed(engine, case))


def test_a_stream_that_is_left_does_no_harm(engine: LocalEngine, inputs: Inputs) -> None:
    stream = engine.analyze(Case(inputs), StopToken())
    next(stream)
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]
    report_of(analysed(engine, Case(inputs)))


# Prompts and population


def test_an_unknown_prompt_is_refused_before_anything_is_read(engine: LocalEngine, inputs: Inputs) -> None:
    with pytest.raises(PromptProblem) as caught:
        engine.analyze(Case(inputs, "Will it rain tomorrow?"), StopToken())
    line = str(caught.value)
    assert "Will it rain tomorrow?" in line and "\n" not in line
    assert '"full report"' in line and '"impression only"' in line


@pytest.mark.parametrize("asked", ["impression only", "Impression only.", " IMPRESSION ", "summary?"])
def test_the_impression_only(engine: LocalEngine, inputs: Inputs, asked: str) -> None:
    report = written(engine, inputs, asked)
    assert [part.name for part in report.sections] == ["impression"]
    assert report.prompt == "impression" and report.findings


@pytest.mark.parametrize("asked", [None, "full report", "Report"])
def test_the_full_report(engine: LocalEngine, inputs: Inputs, asked: str | None) -> None:
    assert len(written(engine, inputs, asked).sections) == 4


@pytest.mark.parametrize(
    ("text", "chest", "valve"),
    [
        ("Cough.", "not known", "not known"),
        ("4-year-old boy.", None, "outside its population, age 4 years"),
        ("45-year-old man.", "outside its population, age 45 years", None),
        ("12-year-old boy.", "age 12 years", "age 12 years"),
        ("Age: 1 year.", None, "age 1 years"),
        ("6-year-old girl.", "age 6 years", "age 6 years"),
        ("18-year-old woman.", "age 18 years", None),
    ],
)
def test_population(
    engine: LocalEngine, inputs: Inputs, text: str, chest: str | None, valve: str | None
) -> None:
    report = written(engine, {**inputs, RECORD: (Input.from_text(text),)})
    for title, expected in (("Chest:", chest), ("Valve:", valve)):
        told = [notice for notice in report.notices if notice.startswith(title)]
        assert len(told) == (expected is not None)
        assert expected is None or (expected in told[0] and "learned from" in told[0])
    markdown = report.to_markdown()
    assert all(f"> {notice}" in markdown.split("## ")[0] for notice in report.notices)


def test_the_age_is_not_known_without_a_record(engine: LocalEngine, inputs: Inputs) -> None:
    (notice,) = written(engine, {IMAGE: inputs[IMAGE]}).notices
    assert notice.startswith("Chest: the age is not known;")


def test_liver_needs_enough_facts(engine: LocalEngine) -> None:
    few = written(engine, {RECORD: (Input.from_text("40-year-old man. Albumin 41 g/L, ALT 30 U/L."),)})
    assert not few.findings
    many = written(engine, {RECORD: (Input.from_text(f"40-year-old man. {LIVER}"),)})
    assert [f.name for f in many.findings] == ["liver_disease"] and not many.notices


# Mistakes of the program


@pytest.mark.parametrize(
    ("method", "stage"), [("encode_pictures", Stage.ENCODE), ("score", Stage.SCORE), ("write", Stage.WRITE)]
)
def test_a_mistake_becomes_failed(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch, method: str, stage: Stage
) -> None:
    def broken(self: PackReader, *arguments: Any) -> Any:
        return 1 // 0

    monkeypatch.setattr(PackReader, method, broken)
    stream = list(engine.analyze(Case(inputs), StopToken()))
    assert [isinstance(event, events.LAST) for event in stream].count(True) == 1
    last = stream[-1]
    assert isinstance(last, Failed) and last.stage == stage
    assert str(stage) in last.problem and "ZeroDivisionError" in last.problem and "\n" not in last.problem
    assert last.detail is not None and "1 // 0" in last.detail and "Traceback" in last.detail
    assert last.remedy


def test_a_mistake_spoils_nothing(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(PackReader, "encode_sounds", lambda *arguments: 1 // 0)
        assert isinstance(list(engine.analyze(Case(inputs), StopToken()))[-1], Failed)
    assert report_of(analysed(engine, Case(inputs))).findings


def test_a_folder_that_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackProblem):
        LocalEngine(tmp_path)
