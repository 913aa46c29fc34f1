"""Texts and sheets of one case through the tiny pack, and through the command line: what counts, what does
not, and what is said of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.sheets import bundle, observation, oru, pdf, xlsx
from typer.testing import CliRunner

from mmdesk import casefile, cli
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopToken
from mmdesk.engine.local import LocalEngine
from mmdesk.events import Encoded, FactsFound, FindingsScored, InputFailed, ReportReady
from mmdesk.packs import writer
from mmdesk.report import Report

RECORD = Modality.RECORD
LIVER = (
    "Albumin 41 g/L, ALP 80 U/L, ALT 30 U/L, AST 25 U/L, bilirubin 8 µmol/L, cholesterol 5.2 mmol/L, "
    "creatinine 70 µmol/L, GGT 20 U/L, protein 70 g/L, cholinesterase 8 kU/L."
)
SHEET = """Date,Test,Result,Unit
2026-01-31,Albumin,4.1,g/dL
2026-01-31,ALP,80,U/L
2026-01-31,ALT,30,U/L
2026-01-31,AST,25,U/L
2026-01-31,Bilirubin,8,umol/L
2026-01-31,Cholesterol,5.2,mmol/L
2026-01-31,Creatinine,0.07,mmol/L
2026-01-31,GGT,20,U/L
2026-01-31,Total protein,7.0,g/dL
2026-01-31,Cholinesterase,8000,U/L
"""
UNCONFIRMED = "imported values do not count until they are confirmed (in Record, or by --confirm-labs)."
PERSON = Input.from_text("40-year-old man.", "note.txt")
LABS = Input("labs.csv", data=SHEET.encode())
CONFIRMED = replace(LABS, confirmed=True)


@pytest.fixture(scope="module")
def loaded(tiny_pack: Path) -> LocalEngine:
    return LocalEngine(tiny_pack)


@pytest.fixture
def engine(loaded: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    monkeypatch.setattr(writer, "MOST_TOKENS", 8)
    loaded._pipeline._cache.clear()
    return loaded


def analysed(engine: LocalEngine, *items: Input) -> tuple[list[object], Report]:
    stream = list(engine.analyze(Case({RECORD: items}), StopToken()))
    last = stream[-1]
    assert isinstance(last, ReportReady)
    return list(stream), last.report


def record_of(report: Report) -> str:
    return " ".join(s.text for part in report.sections if part.name == "record" for s in part.sentences)


def test_unconfirmed_values_change_nothing_and_are_told_of(engine: LocalEngine) -> None:
    _, alone = analysed(engine, PERSON)
    stream, report = analysed(engine, PERSON, LABS)
    assert (report.findings, report.facts) == (alone.findings, alone.facts)
    notice = f"labs.csv: 10 {UNCONFIRMED}"
    assert report.notices[0] == notice and notice in report.to_markdown()
    assert [e.notices[0] for e in stream if isinstance(e, FindingsScored)] == [notice]
    assert "Albumin" not in record_of(report)


def test_a_sheet_alone_that_nobody_confirmed(engine: LocalEngine) -> None:
    _, report = analysed(engine, LABS)
    assert report.facts == () and report.findings == ()
    assert record_of(report) == "No value of the record counts."


def test_confirmed_values_are_the_same_as_typed_ones(engine: LocalEngine) -> None:
    """All records are one for the encoder; an average of two would be neither."""
    _, typed = analysed(engine, Input.from_text(f"40-year-old man. {LIVER}"))
    stream, report = analysed(engine, Input.from_text("40-year-old man. "), CONFIRMED)
    values = {fact.name: fact.value for fact in typed.facts}
    assert {fact.name: fact.value for fact in report.facts} == values and len(values) == 12
    assert {finding.task for finding in report.findings} == {"liver"}
    assert [f.name for f in report.findings] == [f.name for f in typed.findings]
    (encoded,) = [event for event in stream if isinstance(event, Encoded)]
    assert encoded.names == ("typed text", "labs.csv")
    (found,) = [event for event in stream if isinstance(event, FactsFound)]
    assert found.text == "40-year-old man. " and found.facts == report.facts


def test_facts_name_their_origin(engine: LocalEngine) -> None:
    _, report = analysed(engine, PERSON, CONFIRMED)
    albumin = next(fact for fact in report.facts if fact.name == "albumin")
    assert (albumin.value, albumin.unit, albumin.date) == (41.0, "g/L", "2026-01-31")
    assert albumin.origin == "labs.csv, row 2" and albumin.span == (0, 0)
    assert Report.from_json(report.to_json()) == report
    for text in (report.to_markdown(), report.to_text()):
        assert "albumin (labs.csv, row 2, 2026-01-31)" in text
    (saliency,) = {s.place: s for s in report.saliencies}.values()
    assert "albumin" in saliency.facts


def test_a_row_that_was_taken_out(engine: LocalEngine) -> None:
    _, report = analysed(engine, PERSON, replace(CONFIRMED, struck=(0, 2)))
    assert not {"albumin", "alt"} & {fact.name for fact in report.facts}
    assert "labs.csv" not in " ".join(report.notices)


def test_what_cannot_be_taken_is_named(engine: LocalEngine) -> None:
    rows = (
        "Test,Value,Unit\nCRP,<5,mg/L\nNa,1380,mmol/L\nTroponin,5,ng/L\nK,x,mmol/L\nCrea,5,nmol\nALT,a,U/L\n"
    )
    _, report = analysed(engine, PERSON, Input("a.csv", data=rows.encode(), confirmed=True))
    assert report.notices[0] == (
        "a.csv: not counted: CRP <5 (it is a bound, not a value), Na 1380 (1380 mmol/L is not possible), "
        "K x (it is no number), and 2 more"
    )


def test_the_cache_knows_what_counts(engine: LocalEngine) -> None:
    reports = [
        analysed(engine, PERSON, item)[1]
        for item in (LABS, CONFIRMED, replace(CONFIRMED, struck=(0,)), replace(CONFIRMED, name="b.csv"), LABS)
    ]
    assert [len(report.facts) for report in reports] == [2, 12, 11, 12, 2]
    assert reports[3].facts[-1].origin == "b.csv, row 11"


def test_a_text_that_looks_like_a_sheet_was_typed(engine: LocalEngine) -> None:
    _, report = analysed(engine, Input.from_text(SHEET))
    assert {"alp", "alt"} <= {fact.name for fact in report.facts}
    assert all(fact.origin is None for fact in report.facts)


FHIR = bundle(observation("CRP", "1988-5", 96, "mg/L"), {"resourceType": "Patient", "gender": "male"})
FILES = {
    "a.xlsx": (xlsx([["Test", "Value", "Unit"], ["CRP", 96, "mg/L"]]), "a.xlsx, row 2"),
    "a.json": (FHIR, "a.json, Observation 1"),
    "a.hl7": (oru("OBX|1|NM|1988-5^CRP^LN||96|mg/L"), "a.hl7, OBX 1"),
}


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_sheet(engine: LocalEngine, name: str) -> None:
    data, origin = FILES[name]
    _, report = analysed(engine, Input(name, data=data, confirmed=True))
    assert [(f.value, f.origin) for f in report.facts if f.name == "crp"] == [(96.0, origin)]


def test_a_pdf_is_read_as_text(engine: LocalEngine) -> None:
    stream, report = analysed(engine, Input("a.pdf", data=pdf("4-year-old boy.", "CRP 96 mg/L")))
    assert {fact.name for fact in report.facts} == {"age", "sex", "crp"}
    (found,) = [event for event in stream if isinstance(event, FactsFound)]
    assert found.text == "4-year-old boy.\n\nCRP 96 mg/L"


def test_one_broken_sheet_beside_a_text(engine: LocalEngine) -> None:
    stream, report = analysed(
        engine, PERSON, Input("a.xlsx", data=b"PK\x03\x04" + bytes(26) + b"xl/workbook")
    )
    (failed,) = [event for event in stream if isinstance(event, InputFailed)]
    assert (failed.name, failed.problem) == ("a.xlsx", "this file is damaged")
    assert len(report.facts) == 2


def test_a_case_keeps_what_was_confirmed(tmp_path: Path) -> None:
    case = Case({RECORD: (PERSON, replace(CONFIRMED, struck=(3, 4)))})
    casefile.save(tmp_path / "a.mmcase", case)
    assert casefile.load(tmp_path / "a.mmcase").case == case


def test_the_command_line_confirms(tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_TOKENS", 8)
    (tmp_path / "note.txt").write_text("40-year-old man.")
    (tmp_path / "labs.csv").write_text(SHEET)
    files = ["--record", str(tmp_path / "note.txt"), "--record", str(tmp_path / "labs.csv")]
    out = ["--pack", str(tiny_pack), "--out", str(tmp_path / "report.md")]
    runner = CliRunner()
    plain = runner.invoke(cli.app, ["analyze", *files, *out], catch_exceptions=False)
    assert plain.exit_code == 0 and f"! labs.csv: 10 {UNCONFIRMED}" in plain.stdout
    assert "albumin" not in (tmp_path / "report.md").read_text()
    confirmed = runner.invoke(cli.app, ["analyze", *files, *out, "--confirm-labs"], catch_exceptions=False)
    assert confirmed.exit_code == 0 and UNCONFIRMED not in confirmed.stdout
    assert "albumin 41 g/L (labs.csv, row 2; 2026-01-31)" in confirmed.stdout
    assert "albumin (labs.csv, row 2, 2026-01-31)" in (tmp_path / "report.md").read_text()
