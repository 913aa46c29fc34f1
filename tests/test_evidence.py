"""What each input adds, and where in it the findings rest, through the tiny pack."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import (
    Contributed,
    Event,
    FindingsScored,
    Located,
    ReportReady,
    Stage,
    StageStarted,
    TextDelta,
)
from mmdesk.model.image import image_tensor
from mmdesk.model.saliency import blurred
from mmdesk.model.sound import SAMPLE_RATE
from mmdesk.packs import locate, writer
from mmdesk.packs.listening import BANDS, COLUMNS
from mmdesk.packs.locate import Answered, Locator, grid_of, log_odds
from mmdesk.packs.reader import PackReader, calibrated
from mmdesk.reading import read_input
from mmdesk.report import Report, Saliency, Status

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
SUBSETS = [set(s) for n in (1, 2, 3) for s in itertools.combinations(Modality, n)]
TEXT = (
    "54-year-old man, smoker. Albumin 41 g/L, ALP 80 U/L, ALT 30 U/L, AST 25 U/L, bilirubin 8 µmol/L, "
    "cholesterol 5.2 mmol/L, creatinine 70 µmol/L, GGT 20 U/L, protein 70 g/L."
)
Inputs = dict[Modality, tuple[Input, ...]]


@pytest.fixture(scope="module")
def engine(tiny_pack: Path) -> LocalEngine:
    return LocalEngine(tiny_pack)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny decoder's nonsense is cut short: none of it is shown."""
    monkeypatch.setattr(writer, "MOST_TOKENS", 8)


@pytest.fixture
def inputs(tiny_png: Callable[..., bytes], tiny_wav: Callable[..., bytes]) -> Inputs:
    return {
        IMAGE: (Input("chest.png", data=tiny_png(1)),),
        AUDIO: (
            Input("sup_Mit.wav", data=tiny_wav(1)),
            Input("sup_Aor.wav", data=tiny_wav(2, seconds=5.0)),
        ),
        RECORD: (Input.from_text(TEXT, "record.txt"),),
    }


def analysed(engine: LocalEngine, case: Case) -> list[Event]:
    return list(engine.analyze(case, StopToken()))


def reported(engine: LocalEngine, inputs: Inputs) -> Report:
    last = analysed(engine, Case(inputs))[-1]
    assert isinstance(last, ReportReady)
    return last.report


# What each input adds


@pytest.mark.parametrize("given", SUBSETS, ids=lambda s: "+".join(sorted(s)))
def test_contributions_add_up_to_the_difference_from_no_input(
    engine: LocalEngine, inputs: Inputs, given: set[Modality]
) -> None:
    report = reported(engine, {m: items for m, items in inputs.items() if m in given})
    assert [c.finding for c in report.contributions] == [f.name for f in report.findings]
    for finding, contribution in zip(report.findings, report.contributions, strict=True):
        assert set(contribution.shares) == given
        total = contribution.prior + sum(contribution.shares.values())
        assert total == pytest.approx(finding.probability, abs=1e-5)


def test_an_input_that_cannot_carry_a_finding_changes_exactly_nothing(
    engine: LocalEngine, inputs: Inputs
) -> None:
    report = reported(engine, inputs)
    inputs_of = {finding.name: finding.inputs for finding in report.findings}
    for contribution in report.contributions:
        for modality, share in contribution.shares.items():
            assert (share == 0.0) == (modality not in inputs_of[contribution.finding])


def test_contributions_are_shapleys_over_every_subset(engine: LocalEngine, inputs: Inputs) -> None:
    """Of sound and record, from the scores of the cases that have only some of them."""
    both = reported(engine, {m: inputs[m] for m in (AUDIO, RECORD)})
    sound = reported(engine, {AUDIO: inputs[AUDIO]})
    alone = {finding.name: finding.probability for finding in sound.findings}
    priors = {f.name: f.prior for f in engine._pipeline.reader.manifest.task("valve").findings}
    assert len(alone) == 4
    for finding, contribution in zip(both.findings, both.contributions, strict=True):
        if finding.task == "valve":
            prior, heard, all_ = priors[finding.name], alone[finding.name], finding.probability
            assert contribution.prior == prior
            assert contribution.shares[AUDIO] == pytest.approx(
                ((heard - prior) + (all_ - prior)) / 2, abs=1e-5
            )
            assert contribution.shares[RECORD] == pytest.approx((all_ - heard) / 2, abs=1e-5)


def test_contributions_come_behind_the_scores_and_before_the_text(
    engine: LocalEngine, inputs: Inputs
) -> None:
    kinds = [type(event) for event in analysed(engine, Case(inputs))]
    assert kinds.index(FindingsScored) < kinds.index(Contributed) < kinds.index(TextDelta)


# Where


def test_places_are_told_after_all_of_the_text(engine: LocalEngine, inputs: Inputs) -> None:
    stream = analysed(engine, Case(inputs))
    last_word = max(n for n, event in enumerate(stream) if isinstance(event, TextDelta))
    told = [(n, event) for n, event in enumerate(stream) if isinstance(event, Located)]
    assert told[0][0] > last_word
    where = [(event.saliencies[0].modality, event.saliencies[0].place) for _, event in told]
    assert where == [(IMAGE, 0), (AUDIO, 0), (AUDIO, 1), (RECORD, 0)]
    report = stream[-1].report  # type: ignore[union-attr]
    assert report.saliencies == tuple(s for _, event in told for s in event.saliencies)


def test_every_finding_has_its_places_in_the_inputs_that_it_was_scored_from(
    engine: LocalEngine, inputs: Inputs
) -> None:
    report = reported(engine, inputs)
    for finding in report.findings:
        own = [s for s in report.saliencies if s.finding == finding.name]
        expected = [m for m in finding.inputs for _ in inputs[m]]
        assert sorted(s.modality for s in own) == sorted(expected)
    sound = next(s for s in report.saliencies if s.modality == AUDIO and s.place == 1)
    assert sound.seconds == pytest.approx(5.0, abs=0.01) and sound.hertz == SAMPLE_RATE / 2
    assert sound.curve is not None and (sound.curve.rows, sound.curve.columns) == (1, COLUMNS)


def test_what_was_told_of_the_same_inputs_is_not_worked_out_again(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reported(engine, inputs)
    monkeypatch.setattr(Locator, "locate", lambda *arguments: pytest.fail("worked out again"))
    again = analysed(engine, Case(inputs, "impression only"))[-1]
    assert isinstance(again, ReportReady) and again.report.saliencies == first.saliencies


def test_other_inputs_are_asked_anew(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes]
) -> None:
    first = reported(engine, inputs)
    other = reported(engine, inputs | {IMAGE: (Input("chest.png", data=tiny_png(2)),)})

    def maps(report: Report) -> list[Saliency]:
        return [s for s in report.saliencies if s.modality == IMAGE]

    assert len(maps(first)) == len(maps(other)) and maps(first) != maps(other)


def test_pictures_and_sounds_are_not_asked_again_when_the_record_changes(
    engine: LocalEngine, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine._pipeline._answered = Answered()
    monkeypatch.setattr(locate, "integrated_gradients", counting := Counting(locate.integrated_gradients))
    first = reported(engine, inputs)
    asked = counting.calls
    text = TEXT.replace(", GGT 20 U/L", "")
    monkeypatch.setattr(Locator, "listen", None)
    other = reported(engine, inputs | {RECORD: (Input.from_text(text, "record.txt"),)})
    assert asked and counting.calls == asked

    def maps(report: Report, modality: Modality) -> list[Saliency]:
        return [s for s in report.saliencies if s.modality == modality]

    assert maps(first, IMAGE) == maps(other, IMAGE)
    assert len(maps(first, AUDIO)) == len(maps(other, AUDIO)) > 0
    assert maps(first, RECORD) != maps(other, RECORD)


class Counting:
    def __init__(self, work: Callable[..., Any]) -> None:
        self.work, self.calls = work, 0

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        return self.work(*arguments)


def test_a_stop_after_the_text_leaves_the_report_whole(engine: LocalEngine, inputs: Inputs) -> None:
    stop, stream = StopToken(), []
    case = Case({**inputs, RECORD: (Input.from_text(TEXT + " ", "record.txt"),)})
    for event in engine.analyze(case, stop):
        stream.append(event)
        if isinstance(event, StageStarted) and event.stage == Stage.LOCATE:
            stop.stop()
    assert isinstance(stream[-1], ReportReady)
    assert stream[-1].report.sections and not stream[-1].report.saliencies


def test_an_input_that_is_refused_or_broken_has_no_places(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes], tmp_path: Path
) -> None:
    broken = Input("broken.png", data=b"\x89PNG\r\n\x1a\nno picture")
    report = reported(engine, {IMAGE: (broken, Input("chest.png", data=tiny_png(3)))})
    assert {s.place for s in report.saliencies} == {1}


# The ways themselves


def locator(engine: LocalEngine, inputs: Inputs) -> tuple[Locator, Report]:
    report = reported(engine, inputs)
    return Locator(engine._pipeline.reader, engine._pipeline._scored, report.findings, lambda: None), report


def test_a_picture_is_hot_where_its_score_rests(engine: LocalEngine, inputs: Inputs) -> None:
    """Blurring the hottest cells costs the finding more than blurring the coldest."""
    where, report = locator(engine, {IMAGE: inputs[IMAGE]})
    reader = engine._pipeline.reader
    task = reader.manifest.task("chest")
    finding = max(report.findings, key=lambda f: f.probability)
    saliency = next(s for s in report.saliencies if s.finding == finding.name)
    assert saliency.grid is not None
    order = np.argsort(np.frombuffer(saliency.grid.values, np.uint8).astype(int), kind="stable")
    picture = Image.open(io.BytesIO(inputs[IMAGE][0].data or b""))
    size = reader.configs.image.size
    image = image_tensor(torch.from_numpy(np.asarray(picture, np.float32)), size)[None]

    def without(cells: np.ndarray) -> float:
        mask = torch.zeros(1, 1, saliency.grid.rows * saliency.grid.columns)  # type: ignore[union-attr]
        mask[..., torch.from_numpy(cells.copy())] = 1
        mask = torch.nn.functional.interpolate(mask.view(1, 1, 16, 16), (size, size))
        with torch.no_grad():
            odds = where.odds_of(task)(image + mask * (blurred(image) - image))
        return float(odds[0, report.findings.index(finding)])

    assert without(order[-40:]) < without(order[:40])


def test_a_sound_is_asked_by_leaving_out(engine: LocalEngine, inputs: Inputs) -> None:
    """What the curve says of a column is what the log odds lose without it."""
    where, report = locator(engine, {AUDIO: inputs[AUDIO]})
    waveform = read_input(inputs[AUDIO][0], AUDIO).waveform
    assert waveform is not None
    item = where.encoded[0]
    ((task, carried),) = where.tasks(item)
    sets = np.zeros((1 + COLUMNS, BANDS, COLUMNS), bool)
    for column in range(COLUMNS):
        sets[1 + column, :, column] = True
    odds = where.heard(task, carried, item, where.listen(waveform, sets))
    np.testing.assert_allclose(
        odds[0], [np.log(f.probability / (1 - f.probability)) for f in report.findings], atol=1e-4
    )
    for number, finding in enumerate(report.findings):
        saliency = next(s for s in report.saliencies if s.finding == finding.name and s.place == 0)
        lost = odds[0, number] - odds[1:, number]
        lost = -lost if finding.status == Status.ABSENT else lost
        assert saliency.curve == grid_of(lost[None])


def test_facts_add_up_to_the_difference_from_the_record_without_them(
    engine: LocalEngine, inputs: Inputs
) -> None:
    where, report = locator(engine, {RECORD: inputs[RECORD]})
    (finding,), (saliency,) = report.findings, report.saliencies
    assert finding.name == "liver_disease"
    assert {"age", "sex", "ggt"} <= set(saliency.facts) and "smoking" not in saliency.facts
    (item,) = where.encoded
    ((task, carried),) = where.tasks(item)
    facts = [fact for fact in item.facts if fact.name in task.facts]
    sets = np.array([[True] * len(facts), [False] * len(facts)])
    whole, without = where.stated(task, carried, item, facts, sets)[:, 0]
    assert whole == pytest.approx(finding.probability, abs=1e-6)
    assert sum(saliency.facts.values()) == pytest.approx(whole - without, abs=1e-6)


def test_a_record_that_states_nothing_of_a_task_leaves_the_other_its_facts(
    engine: LocalEngine, inputs: Inputs
) -> None:
    two = (*inputs[RECORD], Input.from_text("Denies fever.", "note.txt"))
    report = reported(engine, {RECORD: two})
    assert [s.place for s in report.saliencies] == [0] and report.findings


def test_places_follow_their_input(
    engine: LocalEngine, inputs: Inputs, tiny_png: Callable[..., bytes]
) -> None:
    """A map belongs to a picture, not to its place among the others, nor to another question."""
    a, b = (Input(f"{n}.png", data=tiny_png(n)) for n in (7, 8))
    broken = Input("broken.png", data=b"no picture")

    def maps(*items: Input, prompt: str | None = None) -> list[tuple[int, object]]:
        last = analysed(engine, Case({IMAGE: items}, prompt))[-1]
        assert isinstance(last, ReportReady)
        return [(s.place, s.grid) for s in last.report.saliencies if s.finding == "bacterial_pneumonia"]

    ((_, grid),) = maps(b)
    assert maps(a, b, prompt="what changed?") == [(1, grid)]  # of the last picture alone
    assert maps(b) == [(0, grid)]
    both = dict(maps(broken, a, b))
    assert maps(a, b) == [(place - 1, own) for place, own in both.items()]


def test_log_odds_are_those_of_the_calibrated_probabilities(tiny_pack: Path) -> None:
    reader = PackReader(tiny_pack)
    for task in reader.manifest.tasks:
        logits = torch.randn(3, len(task.findings), generator=torch.Generator().manual_seed(1))
        probabilities = calibrated(task, logits.numpy())
        np.testing.assert_allclose(
            log_odds(task, logits).numpy(), np.log(probabilities / (1 - probabilities)), atol=1e-4
        )


def test_a_grid_keeps_what_is_positive_over_the_largest() -> None:
    grid = grid_of(np.array([[-1.0, 0.0], [2.0, 4.0]]))
    assert (grid.rows, grid.columns, list(grid.values)) == (2, 2, [0, 0, 128, 255])
    assert not any(grid_of(-np.ones((2, 3))).values)
