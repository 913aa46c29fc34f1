"""How events look in a terminal: order, bars, wrapping, and sentences that came without text."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mmdesk import bars
from mmdesk.bars import MARK
from mmdesk.case import Fact, Flag, Modality
from mmdesk.events import (
    Contributed,
    Encoded,
    Event,
    FactsFound,
    FindingsScored,
    Located,
    OutOfDistribution,
    ReportReady,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.report import RESEARCH_USE, Contribution, Finding, Origin, Provenance, Report, Sentence
from mmdesk.terminal import Prose, Terminal

FINDING = Finding("effusion", "pleural effusion", "chest", 0.87, 0.25, 0.75, (Modality.IMAGE,))
IMAGE, AUDIO, RECORD = Modality
LOUD = Finding("murmur", "murmur", "heart", 0.74, 0.25, 0.75, (AUDIO, RECORD))
QUIET = replace(LOUD, name="normal", label="normal sound", probability=0.004)
ADDED = (
    Contribution("effusion", 0.25, {IMAGE: 0.62, AUDIO: 0.0, RECORD: 0.0}),
    Contribution("murmur", 0.21, {IMAGE: 0.0, AUDIO: 0.61, RECORD: -0.08}),
    Contribution("normal", 0.81, {IMAGE: 0.0, AUDIO: -0.803, RECORD: -0.003}),
)
REPORT = Report("id", "full", (), (FINDING,), (), (), Provenance("clinic", "0.1.0", "0" * 64, "2026", ()))


def shown(*events: Event, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    terminal = Terminal(console)
    for event in events:
        terminal.show(event)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_inputs_say_what_they_were_taken_for_and_whether_they_were_reused() -> None:
    image = Encoded(Modality.IMAGE, ("a.png", "b.png"), "chest_radiograph", 34.4, reused=False)
    record = Encoded(Modality.RECORD, ("c.txt",), None, 1.0, reused=True)
    assert shown(image, record) == "a.png, b.png: chest radiograph, 34 ms\nc.txt: record, reused\n"


def test_stages_show_their_time() -> None:
    output = shown(StageStarted(Stage.READ), *(StageFinished(stage, 12.3) for stage in Stage))
    assert [line.split() for line in output.splitlines()] == [[stage, "12", "ms"] for stage in Stage]
    assert len({len(line) for line in output.splitlines()}) == 1


def test_facts_are_listed_with_unit_and_flag() -> None:
    facts = (
        Fact("age", 63.0, "years"),
        Fact("alanine_aminotransferase", 88.5, "U/L", flag=Flag.HIGH),
        Fact("chest_pain", True),
        Fact("fever", False),
        Fact("sex", "female", flag=Flag.NORMAL),
    )
    assert shown(FactsFound("", facts)) == (
        "The record states: age 63 years; alanine aminotransferase 88.5 U/L (high); chest pain; no fever; "
        "sex female\n"
    )


def test_notices_stand_above_the_findings() -> None:
    output = shown(FindingsScored((FINDING,), ("Ages below 18 were not trained on.",)))
    assert output.startswith("! Ages below 18")
    assert output.index("Ages below 18") < output.index("Findings") < output.index("pleural effusion")


def test_a_finding_shows_bar_percent_and_status() -> None:
    unsure = replace(FINDING, probability=0.5)
    absent = replace(FINDING, probability=0.1)
    findings = (FINDING, unsure, absent)
    lines = shown(FindingsScored(findings, ())).splitlines()[-3:]
    assert [line.split(maxsplit=3)[3] for line in lines] == ["87%  present", "50%  not sure", "10%  absent"]
    assert all(bars.of_probability(f) in line for f, line in zip(findings, lines, strict=True))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_bar_has_24_cells_and_a_mark_at_each_threshold(probability: float, a: float, b: float) -> None:
    cells = bars.of_probability(replace(FINDING, probability=probability, low=min(a, b), high=max(a, b)))
    assert len(cells) == 24
    assert cells.count(MARK) in (1, 2)


def added(*contributions: Contribution, width: int = 80) -> list[str]:
    scored = FindingsScored((FINDING, LOUD, QUIET), ())
    output = shown(scored, Contributed(contributions), width=width)
    return output.partition("What each input adds")[2].splitlines()[1:]


def test_what_each_input_adds_leads_from_the_start_to_the_probability() -> None:
    assert added(*ADDED) == [
        "pleural effusion  25%  image +62 ███████     = 87%",
        "  audio, record: changed nothing",
        "murmur            21%  audio +61 ███████     record  −8 ░           = 74%",
        "normal sound      81%  audio −81 ░░░░░░░░░   record  <1 ░           = under 1%",
        "  image: changed nothing",
    ]


def test_where_a_neighbour_changed_nothing_it_says_none() -> None:
    still = replace(ADDED[2], shares={IMAGE: 0.0, AUDIO: -0.806, RECORD: 0.0})
    assert added(ADDED[1], still)[1].split()[-5:] == ["record", "0", "=", "under", "1%"]


@pytest.mark.parametrize("width", [50, 60, 70, 80, 100, 120])
def test_bars_give_way_where_it_is_narrow(width: int) -> None:
    lines = added(*ADDED, width=width)
    assert all(len(line) <= max(width, 58) for line in lines)
    assert "".join(lines).count("█") == {50: 0, 60: 0, 70: 8}.get(width, 14)


def test_findings_that_no_input_changed_stay_at_their_start() -> None:
    idle = replace(LOUD, probability=0.21)
    output = shown(
        FindingsScored((idle,), ()), Contributed((Contribution("murmur", 0.21, {AUDIO: 0.0, RECORD: 0.0}),))
    )
    assert output.splitlines()[-2:] == ["murmur  21%  = 21%", "  audio, record: changed nothing"]


def test_without_contributions_there_is_no_word_of_them() -> None:
    assert "What each" not in shown(FindingsScored((FINDING,), ()), Contributed(()))
    assert "What each" not in shown(FindingsScored((), ()), Contributed(ADDED))


def test_where_it_rests_is_for_the_window() -> None:
    delta = TextDelta("image", "The heart is large. And")
    assert shown(delta, Located(())) == shown(delta)


def test_an_input_unlike_the_training_data_is_named() -> None:
    assert shown(OutOfDistribution(Modality.IMAGE, "cat.png", "it is no chest radiograph")) == (
        "! cat.png is not scored: it is no chest radiograph\n"
    )


def sentence(text: str, section: str = "image") -> Event:
    return SentenceWritten(Sentence(text, section, Origin.DECODER))


def test_sections_have_titles_and_text_is_not_repeated() -> None:
    output = shown(
        TextDelta("image", "The heart "),
        TextDelta("image", "is la"),
        TextDelta("image", "rge."),
        sentence("The heart is large."),
        TextDelta("record", "No fever."),
        sentence("No fever.", "record"),
    )
    assert output == "\nImage\nThe heart is large.\n\nRecord\nNo fever."[: len(output)]
    assert output.endswith("\nRecord\nNo")  # the last word is still being written


@pytest.mark.parametrize("text", ["No recording was given.", "The heart is large."])
def test_a_sentence_without_text_is_written(text: str) -> None:
    output = shown(
        TextDelta("image", "The heart is large."), sentence(text, "audio"), StageFinished(Stage.WRITE, 1)
    )
    assert f"Heart sound\n{text}\n" in output


def test_a_withheld_sentence_is_named_at_the_end() -> None:
    report = replace(REPORT, provenance=replace(REPORT.provenance, withheld=("A tumour.",)))
    output = shown(TextDelta("image", "A tumour."), sentence("Effusion is present."), ReportReady(report))
    assert "A tumour. Effusion is present.\n" in output
    assert "! Withheld, it failed its check: A tumour." in output


@pytest.mark.parametrize("last", [ReportReady(REPORT), Stopped(Stage.WRITE, REPORT), Stopped(Stage.READ)])
def test_the_last_line_says_what_it_is_for(last: Event) -> None:
    output = shown(TextDelta("image", "The heart"), last)
    assert "The heart\n" in output
    assert output.splitlines()[-1] == RESEARCH_USE
    assert ("Stopped." in output) == isinstance(last, Stopped)


@given(st.lists(st.text("ab [/]\n", max_size=9), max_size=30), st.integers(10, 40))
def test_prose_keeps_every_word_however_it_is_cut(pieces: list[str], width: int) -> None:
    console = Console(file=io.StringIO(), width=width)
    prose = Prose(console)
    for piece in pieces:
        prose.write(piece)
    prose.end()
    assert isinstance(console.file, io.StringIO)
    written = console.file.getvalue()
    assert written.split() == "".join(pieces).split()
    assert all(len(line) <= width or " " not in line for line in written.splitlines())
