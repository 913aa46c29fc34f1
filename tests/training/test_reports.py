"""Composed reports are read again: what is true counts as true, and what was tampered with does not."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmdesk.case import Case, Input, Modality
from mmdesk.packs.manifest import Measured
from mmdesk.packs.reader import PackReader
from mmdesk.pipeline import Analysis, Pipeline
from mmdesk.questions import choose_prompt
from mmdesk.report import Finding, Status
from mmdesk.training.extract import Statement
from mmdesk.training.grammar import Grammar
from mmdesk.training.judge import CONSTANT, DECODER, DRAFTS, FREE, GRAMMAR, judge
from mmdesk.training.reports import (
    COUNTS,
    FALSE,
    LEFT_OUT,
    check_reports,
    extractor_of,
    mean_row,
    read_again,
    texts_of,
    written,
)  # fmt: skip
from mmdesk.training.truth import Truth, rests_on, states, truth_of

RECIPES = Path(__file__).parents[2] / "recipes"
NOTE = "4-year-old boy. Presents with cough. Denies fever. Temp 38.9 C, CRP 96 mg/L, SpO2 97 %."
REPORTS = [
    ("normal", "The lungs are clear. No pleural effusion or pneumothorax."),
    ("Cardiomegaly/mild;Pleural Effusion/left", "Mild cardiomegaly with a small effusion. No consolidation."),
]


@pytest.fixture(scope="module")
def reader(tiny_pack: Path) -> PackReader:
    torch.set_num_threads(1)
    return PackReader(tiny_pack)


@pytest.fixture(scope="module")
def data(
    tmp_path_factory: pytest.TempPathFactory, tiny_png: Callable[..., bytes], tiny_wav: Callable[..., bytes]
) -> Path:
    """A data folder of a few made-up files."""
    folder = tmp_path_factory.mktemp("data")
    for name, suffix, make in (
        ("chest_xray", "png", tiny_png), ("brain_mri", "png", tiny_png), ("heart_sound", "wav", tiny_wav),
        ("heart_valve", "wav", tiny_wav),
    ):  # fmt: skip
        rows = [{"path": f"{seed}.{suffix}", "split": "test"} for seed in range(3)]
        write_rows(folder / name / "manifest.csv", rows)
        for seed, row in enumerate(rows):
            (folder / name / row["path"]).write_bytes(make(seed))
    write_rows(
        folder / "blood_tests" / "manifest.csv",
        [{"Age": "40", "Sex": "m", "ALB": "40", "ALP": "60", "ALT": "20", "AST": "25", "BIL": "9", "CHE": "8",
          "CHOL": "5", "CREA": "80", "GGT": "20", "PROT": "70"}],
    )  # fmt: skip
    texts = [{"split": "test", "mesh": m, "findings": t, "impression": ""} for m, t in REPORTS]
    write_rows(folder / "text" / "chest_reports.csv", texts)
    return folder


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def by_metric(rows: list[Measured]) -> dict[str, Measured]:
    assert len({row.metric for row in rows}) == len(rows)
    return {row.metric: row for row in rows}


@pytest.fixture
def unhurried(reader: PackReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drafts of random weights never end: few tokens are enough to see that."""
    monkeypatch.setattr("mmdesk.packs.writer.MOST_TOKENS", 3)
    monkeypatch.setattr("mmdesk.training.perplexity.SENTENCES", 5)


@pytest.mark.usefixtures("unhurried")
def test_every_prompt_of_a_whole_pack_is_read_as_true(reader: PackReader, data: Path) -> None:
    rows = by_metric(check_reports(reader, data, "test", 7 * len(reader.manifest.prompts)))
    for prompt in reader.manifest.prompts:
        assert rows[f"false, {prompt.title}"].value == 0
        assert rows[f"left out, {prompt.title}"].value == 0
        assert rows[f"false, {prompt.title}"].groups == 7
    for name in COUNTS:
        mistake = name in FALSE or name in LEFT_OUT
        assert (rows[f"{name}, all prompts"].value == 0) == (
            mistake or name == "drafts withheld"
        ) or not mistake
    assert rows["findings stated, all prompts"].value > 1
    assert rows["reasons stated, all prompts"].value > 0


@pytest.fixture(scope="module")
def told(reader: PackReader, tiny_png: Callable[..., bytes]) -> tuple[list[str], Truth]:
    inputs = {
        Modality.IMAGE: (Input("a.png", data=tiny_png(1)),), Modality.RECORD: (Input.from_text(NOTE),)
    }  # fmt: skip
    analysis = Analysis(Case(inputs), choose_prompt(reader.manifest, None))
    report = written(Pipeline(reader), analysis)
    return texts_of(report), truth_of(analysis, reader.manifest)


def counted(reader: PackReader, texts: list[str], truth: Truth) -> dict[str, int]:
    counts = read_again(texts, truth, extractor_of(reader.manifest))
    return {name: counts[name] for name in (*FALSE, *LEFT_OUT) if counts[name]}


def test_a_true_report_has_no_mistake(reader: PackReader, told: tuple[list[str], Truth]) -> None:
    texts, truth = told
    assert counted(reader, texts, truth) == {}
    assert {"temperature", "crp", "spo2", "cough", "fever", "age", "sex"} <= truth.wanted


@pytest.mark.parametrize(
    ("old", "new", "mistakes"),
    [
        ("38.9 °C", "36.9 °C", {"facts wrong": 1}),
        ("Denied: fever", "Reported: fever", {"facts wrong": 1}),
        ("Reported: cough.", "", {"facts omitted": 1}),
        ("Reported: cough.", "Reported: cough and wheeze.", {"facts hallucinated": 1}),
        ("Above range: CRP", "Below range: CRP", {"facts wrong": 1}),
        ("Reported: cough.", "Reported: cough. Findings fit glioma (90%).", {"findings hallucinated": 1}),
        ("Reported: cough.", "Reported: cough. A small effusion.", {"findings hallucinated": 1}),
        ("Reported: cough.", "Reported: cough. No effusion.", {"findings hallucinated": 1}),
    ],
)
def test_a_changed_report_has_its_mistake(
    reader: PackReader, told: tuple[list[str], Truth], old: str, new: str, mistakes: dict[str, int]
) -> None:
    texts, truth = told
    changed = [text.replace(old, new) for text in texts]
    assert changed != texts
    assert counted(reader, changed, truth) == mistakes


def test_a_turned_finding_is_wrong_wherever_it_stands(
    reader: PackReader, told: tuple[list[str], Truth]
) -> None:
    texts, truth = told
    words = {"present": "Findings fit", "absent": "No sign of", "not sure": "Not sure:"}
    for text in texts:
        for status, start in words.items():
            for other, turned in words.items():
                if start in text and other != status:
                    assert (
                        counted(reader, [*texts, text.replace(start, turned)], truth)["findings wrong"] >= 1
                    )


@pytest.mark.parametrize(
    ("said", "probability", "holds"),
    [
        ("(97%)", 0.972, True), ("(97%)", 0.961, False), (": 96.4%", 0.9641, True),
        (": 96.4%", 0.9652, False), ("(under 1%)", 0.004, True), ("(under 1%)", 0.02, False),
        ("(over 99%)", 0.995, True), ("(over 99%)", 0.98, False),
        ("(about 8 in 10)", 0.76, True), ("(about 8 in 10)", 0.7, False),
        ("(fewer than 1 in 20)", 0.03, True), ("(fewer than 1 in 20)", 0.06, False),
        ("(more than 19 in 20)", 0.96, True), ("(more than 19 in 20)", 0.9, False), ("", 0.5, True),
        ("(likely)", 0.9, False),
    ],
)  # fmt: skip
def test_figures(said: str, probability: float, holds: bool) -> None:
    assert states(said, probability) is holds


def finding(probability: float) -> Finding:
    return Finding("glioma", "glioma", "brain", probability, 0.2, 0.6, (Modality.IMAGE,))


@pytest.mark.parametrize(
    ("first", "last", "right"),
    [
        (0.1, 0.9, {"appeared", "more likely"}), (0.9, 0.1, {"gone", "less likely"}),
        (0.3, 0.5, {"more likely"}), (0.5, 0.3, {"less likely"}), (0.5, 0.55, {"unchanged"}),
        (0.19, 0.21, {"unchanged"}),
    ],
)  # fmt: skip
def test_the_direction_of_a_change(first: float, last: float, right: set[str]) -> None:
    truth = Truth({}, {}, {"glioma": (finding(first), finding(last))}, frozenset())
    value = f"(first {first:.0%}, last {last:.0%})"
    for status in ("appeared", "gone", "more likely", "less likely", "unchanged", None):
        mistake = truth.mistake(Statement("glioma", "change", status, value))
        assert mistake == (None if status in right else "wrong"), status
    swapped = Statement("glioma", "change", next(iter(right)), f"(first {last:.0%}, last {first:.0%})")
    assert truth.mistake(swapped) == "wrong"


def test_reasons_name_the_findings_own_thresholds_and_inputs() -> None:
    truth = Truth({"glioma": finding(0.7)}, {}, {}, frozenset())
    assert truth.reason_holds(
        "Glioma: 70% reaches the upper threshold of 60%, so it counts as present.", "glioma"
    )
    assert not truth.reason_holds("Glioma: 70% reaches the upper threshold of 61%, so …", "glioma")
    assert truth.reason_holds("Glioma: 70% lies between the thresholds of 20% and 60%.", "glioma")
    assert not truth.reason_holds("Glioma: 70% lies between the thresholds of 20% and 80%.", "glioma")
    assert rests_on("The answer rests on the image and the record.") == {Modality.IMAGE, Modality.RECORD}
    assert truth.findings["glioma"].status == Status.PRESENT


def test_calling_unknown_what_is_known_is_wrong() -> None:
    truth = Truth({"glioma": finding(0.7)}, {}, {}, frozenset())
    assert truth.mistake(Statement("glioma", "finding", "unsaid", "")) == "wrong"
    assert truth.mistake(Statement("meningioma", "finding", "unsaid", "")) is None
    assert truth.mistake(Statement("meningioma", "finding", "absent", "")) == "hallucinated"


def test_what_never_happened_may_still_happen() -> None:
    row = mean_row("x", "y", [0.0] * 1000, "test")
    assert (row.value, row.low, row.high) == (0.0, 0.0, 0.003)
    row = mean_row("x", "y", [0.0, 2.0] * 50, "test")
    assert row.value == 1.0 and 0.6 < row.low < 1.0 < row.high < 1.4


@pytest.mark.usefixtures("unhurried")
def test_the_judge_tells_the_writers_apart(reader: PackReader, data: Path) -> None:
    grammar = Grammar.load(RECIPES / "clinic.grammar.toml")
    rows = by_metric(judge(reader, data, "test", 7, grammar))
    for writer in (DECODER, DRAFTS, FREE, GRAMMAR):
        for name in ("findings wrong", "findings hallucinated", "facts wrong", "findings omitted"):
            assert rows[f"{name}, {writer}"].value == 0, (name, writer)
    assert rows[f"drafts withheld, {FREE}"].value > 0
    assert rows[f"sentences, {FREE}"].value >= rows[f"plain statements, {FREE}"].value > 0
    assert rows[f"findings hallucinated, {CONSTANT}"].value > 0
    assert rows[f"facts omitted, {CONSTANT}"].value == rows[f"facts stated, {GRAMMAR}"].value > 0
    # Plain statements stand in for what this decoder writes, so that the grammar words more.
    assert rows[f"distinct sentences, {GRAMMAR}"].value > rows[f"distinct sentences, {DECODER}"].value
    assert rows[f"perplexity, trained phrasings, {DECODER}"].value > 50
    assert rows["sentences misread, withheld of the grammar"].value == 0
    assert rows["reports misread, pleural effusion"].value == 0
    assert {row.topic for row in rows.values()} == {"language"}


def test_a_misread_report_is_counted(reader: PackReader, data: Path, tmp_path: Path) -> None:
    from mmdesk.training.judge import _coded_errors

    wrong = [{"split": "test", "mesh": "normal", "findings": "A large pneumothorax.", "impression": ""}]
    write_rows(tmp_path / "text" / "chest_reports.csv", wrong)
    assert [(row.metric, row.value) for row in _coded_errors(tmp_path)] == [
        ("reports misread, pneumothorax", 1.0)
    ]
    assert replace(_coded_errors(data)[0], groups=0).value == 0
