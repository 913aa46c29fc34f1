"""The table of results: what a row becomes and comes back as, and the files that it is written to."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample import sample_report

from mmdesk.batch import results
from mmdesk.batch.events import Row, State
from mmdesk.batch.results import GROUP, Results
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import PackProblem, UserProblem
from mmdesk.packs import manifest
from mmdesk.packs.manifest import Manifest

REPORT = sample_report(Case({Modality.IMAGE: (Input("a.png", data=b"x"),)}, id="0" * 32))
ROWS = (
    Row("a.png", State.READ, "", REPORT),
    Row("b", State.PARTLY, "b.wav: this is empty", replace(REPORT, notices=("One.", "Two."))),
    Row("c", State.FAILED, 'this is "empty",\nof course'),
)


@pytest.fixture(scope="module")
def spec(tiny_pack: Path) -> Manifest:
    return manifest.read(tiny_pack)


@pytest.fixture(scope="module")
def made(spec: Manifest) -> Results:
    return Results(spec, "f" * 64)


def test_a_row_has_a_column_for_all_that_is_asked_of_it(made: Results, spec: Manifest) -> None:
    first, second, third = made.table(ROWS).to_pylist()
    assert (first["case"], first["state"], first["problem"]) == ("a.png", "read", "")
    finding = REPORT.findings[0]
    assert first[finding.name] == finding.probability
    assert first[finding.name + "_reading"] == finding.status
    assert first["glioma"] is None and first["glioma_reading"] is None
    assert all(sentence.text in first["report"] for part in REPORT.sections for sentence in part.sentences)
    assert json.loads(first["report_json"]) == REPORT.to_json()
    assert second["notices"] == "One.\nTwo."
    assert third["report"] is None and third["created"] is None
    assert (third["pack"], third["version"], third["pack_sha256"]) == (spec.name, spec.version, "f" * 64)


def test_rows_come_back_from_a_table(made: Results) -> None:
    assert tuple(made.rows(made.table(ROWS))) == ROWS


@given(st.text(st.characters()), st.text(st.characters()))
def test_whatever_is_said_can_be_written(made: Results, name: str, problem: str) -> None:
    (row,) = made.rows(made.table([Row(name, State.FAILED, problem)]))
    assert row.name == name.encode(errors="replace").decode()


def test_parquet(made: Results, tmp_path: Path) -> None:
    made.write(tmp_path / "a.parquet", iter([made.table(ROWS[:2]), made.table(ROWS[2:])]))
    assert pq.read_table(tmp_path / "a.parquet").equals(made.table(ROWS))


def test_csv(made: Results, tmp_path: Path) -> None:
    made.write(tmp_path / "a.CSV", iter([made.table(ROWS)]))
    with (tmp_path / "a.CSV").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["case"] for line in lines] == ["a.png", "b", "c"]
    assert lines[2]["problem"] == ROWS[2].problem
    assert float(lines[0]["bacterial_pneumonia"]) == REPORT.findings[1].probability


def test_jsonl_holds_the_report_as_it_is(made: Results, tmp_path: Path) -> None:
    made.write(tmp_path / "a.jsonl", iter([made.table(ROWS)]))
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["report_json"] == REPORT.to_json()
    assert lines[2] == {
        "case": "c", "state": "failed", "problem": ROWS[2].problem,
        "pack": lines[0]["pack"], "version": lines[0]["version"], "pack_sha256": "f" * 64,
    }  # fmt: skip


def test_few_rows_are_in_memory_while_a_file_is_written(made: Results, tmp_path: Path) -> None:
    """Tables are asked for as the file grows, whatever their number."""
    small = made.table([Row("a", State.FAILED, "x")])
    grown: list[int] = []

    def tables() -> Iterator[pa.Table]:
        for _ in range(3 * GROUP):
            (part,) = tmp_path.iterdir()
            grown.append(part.stat().st_size)
            yield small

    made.write(tmp_path / "a.jsonl", tables())
    assert grown[0] < grown[GROUP + 1000] < grown[2 * GROUP + 1000]


def test_results_are_written_whole_or_not_at_all(made: Results, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")

    def tables() -> Iterator[pa.Table]:
        yield made.table(ROWS)
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        made.write(tmp_path / "a.csv", tables())
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_finding_that_is_called_as_a_column(spec: Manifest) -> None:
    task = spec.tasks[0]
    finding = replace(task.findings[0], name="report")
    broken = replace(spec, tasks=(replace(task, findings=(finding,)),))
    with pytest.raises(PackProblem, match="two columns of the results would be called report"):
        Results(broken, "")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a.txt", "results become a .parquet, .csv or .jsonl file"),
        ("none/a.csv", "there is no folder"),
        ("folder.csv", "this is a folder"),
    ],
)
def test_where_no_results_can_be(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserProblem, match=problem):
        results.check(tmp_path / name)
