"""Case, facts, events and report: JSON round trips, refusals, and the report as Markdown."""

import contextlib
import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmdesk import codec, events
from mmdesk.case import Case, Fact, Flag, Input, Modality
from mmdesk.events import Event
from mmdesk.report import (
    RESEARCH_USE,
    STOPPED_NOTICE,
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
    Status,
    percent,
)

KINDS: tuple[type, ...] = Event.__args__  # type: ignore[attr-defined]
FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    float: FINITE,
    bool: st.booleans(),
    int: st.integers(),
    bytes: st.binary(max_size=12),
    types.NoneType: st.none(),
}
INPUTS = st.one_of(
    st.builds(Input, name=PLAIN[str], path=PLAIN[str], position=st.none() | PLAIN[str]),
    st.builds(Input, name=PLAIN[str], data=PLAIN[bytes], position=st.none() | PLAIN[str]),
)
CASES = st.builds(
    Case,
    inputs=st.dictionaries(st.sampled_from(Modality), st.lists(INPUTS, min_size=1, max_size=3).map(tuple)),
    prompt=st.none() | PLAIN[str],
    id=PLAIN[str],
)


GRIDS = st.binary(min_size=1, max_size=6).map(lambda values: Grid(1, len(values), values))


SALIENCIES = st.builds(
    Saliency, PLAIN[str], st.sampled_from(Modality), st.integers(0, 9), GRIDS, GRIDS,
    st.floats(0, 9), st.floats(0, 9), st.dictionaries(PLAIN[str], FINITE, max_size=2),
)  # fmt: skip


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of this type may hold."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values_of, arguments))
    if origin is Mapping:
        return st.dictionaries(*map(values_of, arguments), max_size=2)
    if kind is Grid:
        return GRIDS
    if kind is Saliency:
        return SALIENCIES
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(kind)})


def through_json(value: Any) -> Any:
    """As another process or a file would hand it back; NaN and Infinity are no JSON."""
    return json.loads(json.dumps(value, allow_nan=False))


@given(CASES)
def test_a_case_comes_back_as_it_was(case: Case) -> None:
    assert Case.from_json(through_json(case.to_json())) == case


@given(values_of(Fact))
def test_a_fact_comes_back_as_it_was(fact: Fact) -> None:
    back = codec.decode(Fact, through_json(codec.encode(fact)))
    assert back == fact
    assert type(back.value) is type(fact.value)  # 1.0 == True: equality alone would not tell


@pytest.mark.parametrize("value", [True, False, 0.0, 1.0, -2.5, "1", "true", "", "male"])
@pytest.mark.parametrize("range_", [None, (None, 1.0), (0.5, None), (None, None), (1.0, 2.0)])
def test_every_kind_of_value_keeps_its_kind(
    value: float | bool | str, range_: tuple[float | None, float | None] | None
) -> None:
    fact = Fact("x", value, range=range_, flag=Flag.HIGH, span=(3, 9))
    back = codec.decode(Fact, through_json(codec.encode(fact)))
    assert back == fact and type(back.value) is type(value)


def test_a_grid_is_filled() -> None:
    with pytest.raises(ValueError, match="3 values do not fill 2 × 2"):
        Grid(2, 2, b"123")


def test_a_place_in_a_picture_or_a_sound_has_its_grids() -> None:
    with pytest.raises(ValueError, match="a place in image without a grid"):
        Saliency("x", Modality.IMAGE, 0)
    with pytest.raises(ValueError, match="without a curve"):
        Saliency("x", Modality.AUDIO, 0, Grid(1, 1, b"1"))


def test_a_whole_number_in_json_is_read_as_a_number() -> None:
    back = codec.decode(Fact, {"name": "age", "value": 4, "range": [1, 5]})
    assert back == Fact("age", 4.0, range=(1.0, 5.0)) and type(back.value) is float


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    event = data.draw(values_of(kind))
    value = through_json(events.to_json(event))
    assert value["event"] == kind.__name__
    assert events.from_json(value) == event
    assert value["event"] == kind.__name__  # reading took nothing from it


@settings(max_examples=40)
@given(values_of(Report))
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    assert Report.from_json(through_json(report.to_json())) == report


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
@pytest.mark.parametrize("kind", [Case, Fact, Report, *KINDS], ids=lambda kind: kind.__name__)
@settings(max_examples=15)
def test_what_does_not_fit_is_refused(kind: type, value: Any) -> None:
    try:
        codec.decode(kind, value)
    except (TypeError, ValueError, KeyError):
        return
    assert isinstance(value, Mapping)  # a few kinds take an object without keys, none anything else


@given(CASES, st.data())
def test_a_case_with_one_value_swapped_is_refused_or_another_case(case: Case, data: st.DataObject) -> None:
    value = through_json(case.to_json())
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(JSON)
    with contextlib.suppress(TypeError, ValueError, KeyError):
        assert isinstance(Case.from_json(value), Case)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"inputs": []},
        {"inputs": {"scent": []}},
        {"inputs": {"image": []}},
        {"inputs": {"image": [{}]}},
        {"inputs": {"image": [{"name": "a"}]}},
        {"inputs": {"image": [{"name": "a", "path": "a", "data": ""}]}},
        {"inputs": {"image": [{"name": "a", "data": "not base64!"}]}},
        {"inputs": {"image": [{"name": "a", "path": 3}]}},
        {"inputs": {"image": {"name": "a", "path": "a"}}},
        {"inputs": {}, "prompt": 3},
        {"inputs": {}, "colour": "red"},
        None,
        [],
        "case",
    ],
)
def test_a_broken_case_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        Case.from_json(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"event": "Exploded"},
        {"event": "StageStarted"},
        {"event": "StageStarted", "stage": "dream"},
        {"event": "StageStarted", "stage": "read", "more": 1},
        {"event": "StageFinished", "stage": "read", "milliseconds": True},
        {"event": "TextDelta", "section": "image", "text": None},
        {"event": "ReportReady", "report": {}},
    ],
)
def test_a_broken_event_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        events.from_json(value)


@pytest.mark.parametrize(
    "span", [[1], [1, 2, 3], [1.5, 2], ["1", "2"], [True, False], "12", {"0": 1, "1": 2}]
)
def test_a_span_is_two_whole_numbers(span: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        codec.decode(Fact, {"name": "x", "value": 1.0, "span": span})


def test_an_input_is_a_path_or_data_never_both_or_neither(tmp_path: Any) -> None:
    for extra in ({}, {"path": "a", "data": b""}, {"path": "", "data": b"x"}):
        with pytest.raises(ValueError, match="path or data"):
            Input("a", **extra)
    assert Input("a", data=b"").data == b""
    path = tmp_path / "b.png"
    assert Input.from_path(path) == Input("b.png", path=str(path))
    assert Input.from_text("38.9 °C").data == "38.9 °C".encode()


def test_a_modality_without_inputs_is_left_out() -> None:
    with pytest.raises(ValueError, match="left out"):
        Case({Modality.IMAGE: (Input("a", path="a"),), Modality.AUDIO: ()})
    assert Case({}).inputs == {}


def test_two_cases_have_two_ids() -> None:
    assert Case({}).id != Case({}).id


@pytest.mark.parametrize(
    ("probability", "status"),
    [
        (0.0, Status.ABSENT),
        (0.2999, Status.ABSENT),
        (0.3, Status.UNSURE),
        (0.6999, Status.UNSURE),
        (0.7, Status.PRESENT),
        (1.0, Status.PRESENT),
    ],
)
def test_the_status_of_a_finding(probability: float, status: Status) -> None:
    assert Finding("x", "x", "t", probability, 0.3, 0.7, (Modality.IMAGE,)).status is status


def test_where_the_thresholds_meet_nothing_is_unsure() -> None:
    found = [Finding("x", "x", "t", p / 100, 0.4, 0.4, ()).status for p in range(101)]
    assert set(found) == {Status.ABSENT, Status.PRESENT} and found.index(Status.PRESENT) == 40


REPORT = Report(
    "id",
    "full",
    ("Chest: the age is not known.", "Brain: learned from slices."),
    (Finding("effusion", "pleural effusion", "chest", 0.874, 0.2, 0.8, (Modality.IMAGE,)),),
    (Fact("age", 4.0, "years"),),
    (
        Section(
            "image",
            "Image",
            (
                Sentence("broken.png could not be read and was left out.", "image", Origin.FIXED),
                Sentence("The radiograph fits pleural effusion (87%).", "image", Origin.DECODER),
            ),
        ),
        Section("record", "Record", (Sentence("Größe 1,2 m.", "record", Origin.PLAIN),)),
    ),
    Provenance(
        "clinic",
        "1.2.3",
        "abcdef0123456789" * 4,
        "2026-01-01T00:00:00+00:00",
        (
            Source("whole.png", Modality.IMAGE, sha256="0" * 64),
            Source("broken.png", Modality.IMAGE, problem="the picture is cut off"),
        ),
    ),
)


def test_the_markdown_holds_all_that_matters() -> None:
    text = REPORT.to_markdown()
    assert RESEARCH_USE in text
    assert text.index(RESEARCH_USE) < text.index("> Chest: the age") < text.index("## Image")
    for notice in REPORT.notices:
        assert f"> {notice}\n" in text
    for section in REPORT.sections:
        assert f"## {section.title}\n" in text
        for sentence in section.sentences:
            assert sentence.text in text
    assert "| pleural effusion | 87% | present | image |" in text
    assert "Left out: broken.png: the picture is cut off" in text
    assert "Left out: whole.png" not in text
    assert "clinic 1.2.3, abcdef012345;" in text
    assert text.endswith("\n")


def test_the_plain_text_holds_all_that_matters() -> None:
    assert (
        REPORT.to_text()
        == """\
Research use only, not for diagnosis.

! Chest: the age is not known.

! Brain: learned from slices.

IMAGE
broken.png could not be read and was left out. The radiograph fits pleural effusion (87%).

RECORD
Größe 1,2 m.

SCORES
pleural effusion       87%  present   from image

Pack clinic 1.2.3, abcdef012345; 2026-01-01T00:00:00+00:00.
Left out: broken.png: the picture is cut off
"""
    )


def test_a_report_of_nothing_is_still_marked() -> None:
    report = Report("id", "full", (), (), (), (), Provenance("p", "1", "0" * 64, "now", ()))
    assert RESEARCH_USE in report.to_markdown() and "## Scores" not in report.to_markdown()
    assert RESEARCH_USE in report.to_text() and "SCORES" not in report.to_text()


def test_a_stopped_report_says_so_first() -> None:
    stopped = REPORT.stopped()
    assert stopped.notices == (STOPPED_NOTICE, *REPORT.notices) and stopped.sections == REPORT.sections
    assert stopped.to_text().index(STOPPED_NOTICE) < stopped.to_text().index("IMAGE")


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "under 1%"), (0.0099, "under 1%"), (0.01, "1%"), (0.5, "50%"), (0.99, "99%"), (1.0, "over 99%")],
)
def test_a_percentage_never_claims_certainty(probability: float, text: str) -> None:
    assert percent(probability) == text
    sure = dataclasses.replace(REPORT.findings[0], probability=probability)
    report = dataclasses.replace(REPORT, findings=(sure,))
    assert f"| {text} |" in report.to_markdown() and f" {text}  " in report.to_text()


def test_a_number_too_large_is_refused_like_any_other() -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        codec.decode(Fact, json.loads('{"name": "age", "value": 1' + "0" * 400 + "}"))


SHARE = st.floats(0, 1)


@given(SHARE, SHARE, SHARE, st.booleans())
def test_points_lead_from_the_start_to_the_end_as_both_are_written(
    prior: float, middle: float, probability: float, idle: bool
) -> None:
    shares = {Modality.IMAGE: middle - prior, Modality.AUDIO: probability - middle, Modality.RECORD: 0.0}
    if idle:
        shares = {Modality.IMAGE: probability - prior, Modality.AUDIO: 0.0}
    points = Contribution("effusion", prior, shares).points(probability)
    figures = {"under 1%": 0, "over 99%": 100} | {f"{whole}%": whole for whole in range(1, 100)}
    start, end = figures[percent(prior)], figures[percent(probability)]
    assert start + sum(points.values()) == end
    assert all(abs(points[m] - share * 100) < 2 for m, share in shares.items())
    assert all(points[m] * share >= 0 for m, share in shares.items()) and points[list(shares)[-1]] == 0


def test_points_of_shares_that_do_not_add_up_keep_their_sign() -> None:
    idle = Contribution("effusion", 0.2, {Modality.IMAGE: 0.0, Modality.AUDIO: -0.1})
    assert idle.points(0.9) == {Modality.IMAGE: 0, Modality.AUDIO: 0}
