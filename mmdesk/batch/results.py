"""The table of results: a row for each case, in parts while a run goes on, then in one file."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from mmdesk import disk
from mmdesk.batch.events import Row, State
from mmdesk.errors import PackProblem, UserProblem
from mmdesk.packs.manifest import Manifest
from mmdesk.report import Report

SUFFIXES = (".parquet", ".csv", ".jsonl")
READING = "_reading"  # behind a finding's name: present, absent or not sure
GROUP = 1024  # rows that are written at once

Write = Callable[[pa.Table], None]


class Results:
    """Rows as tables, for the findings of one pack: `sha256` is the pack's. Raises PackProblem where a
    finding is called as another column."""

    def __init__(self, pack: Manifest, sha256: str) -> None:
        self._pack = {"pack": pack.name, "version": pack.version, "pack_sha256": sha256}
        text, number = pa.string(), pa.float64()
        columns = [("case", text), ("state", text), ("problem", text), ("prompt", text)]
        for finding in pack.findings:
            columns += [(finding.name, number), (finding.name + READING, text)]
        columns += [(name, text) for name in ("notices", "report", "report_json", *self._pack, "created")]
        self.schema = pa.schema(columns)
        names = self.schema.names
        if twice := next((name for name in names if names.count(name) > 1), ""):
            problem = f"two columns of the results would be called {twice}"
            raise PackProblem(pack.name, problem, "Give its finding another name in pack.toml.")

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """A line for each row; what a case has not is null."""
        return pa.Table.from_pylist([self._cells(row) for row in rows], self.schema)

    def rows(self, table: pa.Table) -> Iterator[Row]:
        """What `table` was made of."""
        for line in table.select(["case", "state", "problem", "report_json"]).to_pylist():
            written = line["report_json"]
            report = None if written is None else Report.from_json(json.loads(written))
            yield Row(line["case"], State(line["state"]), line["problem"], report)

    def write(self, out: Path, tables: Iterator[pa.Table]) -> None:
        """All of them into one file, whole or not at all; few rows are in memory at once. Raises OSError."""
        with disk.replacing(out) as file, _writer(out.suffix.lower(), file, self.schema) as write:
            for table in _grouped(tables):
                write(table)

    def _cells(self, row: Row) -> dict[str, Any]:
        cells: dict[str, Any] = {"case": row.name, "state": row.state.value, "problem": row.problem}
        if row.report is not None:
            cells |= _reported(row.report)
        return {name: _clean(cell) for name, cell in (cells | self._pack).items()}


def check(out: Path) -> None:
    """Raises UserProblem where no results can be written there."""
    if out.suffix.lower() not in SUFFIXES:
        raise UserProblem(out.name, "results become a .parquet, .csv or .jsonl file", "Name one with --out.")
    if not out.parent.is_dir():
        raise UserProblem(out.name, f"there is no folder {out.parent}", "Make it, or name another.")
    if out.is_dir():
        raise UserProblem(out.name, "this is a folder", "Name a file.")


def _reported(report: Report) -> dict[str, Any]:
    cells: dict[str, Any] = {"prompt": report.prompt, "created": report.provenance.created}
    for finding in report.findings:
        cells[finding.name] = finding.probability
        cells[finding.name + READING] = finding.status.value
    cells["notices"] = "\n".join(report.notices)
    cells["report"] = "\n\n".join(
        f"{section.title}: {' '.join(sentence.text for sentence in section.sentences)}"
        for section in report.sections
    )
    cells["report_json"] = json.dumps(report.to_json(), ensure_ascii=False)
    return cells


def _clean(cell: Any) -> Any:
    """The name of a file may hold what no text can."""
    return cell.encode(errors="replace").decode() if isinstance(cell, str) else cell


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    some: list[pa.Table] = []
    for table in tables:
        some.append(table)
        if sum(map(len, some)) >= GROUP:
            yield pa.concat_tables(some)
            some = []
    if some:
        yield pa.concat_tables(some)


@contextmanager
def _writer(suffix: str, file: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    if suffix == ".parquet":
        with pq.ParquetWriter(file, schema, compression="zstd") as parquet:
            yield parquet.write_table
    elif suffix == ".csv":
        with pa.csv.CSVWriter(file, schema) as sheet:
            yield sheet.write_table
    else:
        yield lambda table: file.writelines(map(_as_line, table.to_pylist()))


def _as_line(cells: dict[str, Any]) -> bytes:
    """The report as it is, not as a text in a text."""
    given = {name: cell for name, cell in cells.items() if cell is not None}
    if "report_json" in given:
        given["report_json"] = json.loads(given["report_json"])
    return json.dumps(given, ensure_ascii=False).encode() + b"\n"
