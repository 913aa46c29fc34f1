"""Rows on the disk while a run goes on: what a cut leaves, and who may go on with it."""

import multiprocessing
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support.sample import sample_report

from mmdesk import running
from mmdesk.batch.events import Row, State
from mmdesk.batch.parts import Parts
from mmdesk.batch.results import Results
from mmdesk.case import Case, Input, Modality
from mmdesk.engine import StopRequested, StopToken
from mmdesk.errors import UserProblem
from mmdesk.packs import manifest

REPORT = sample_report(Case({Modality.IMAGE: (Input("a.png", data=b"x"),)}))
WHAT = {"cases": "1", "a --size": "32"}
FIRST = (Row("a", State.READ, "", REPORT), Row("b", State.FAILED, "this is empty"))
SECOND = (Row("c", State.READ, "", REPORT),)


@pytest.fixture(scope="module")
def table(tiny_pack: Path) -> Results:
    return Results(manifest.read(tiny_pack), "f" * 64)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "r.jsonl"


def cut_off(out: Path, table: Results) -> Path:
    """A run after its second chunk; gives its folder."""
    parts = Parts(out, table, WHAT, restart=False)
    parts.write(1, SECOND)
    parts.close()
    return parts.folder


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir())


def test_parts_become_the_results_in_the_order_of_the_list(out: Path, table: Results) -> None:
    cut_off(out, table)
    parts = Parts(out, table, WHAT, restart=False)
    assert parts.failed == {1: 0} and tuple(parts.rows()) == SECOND
    parts.write(0, FIRST)
    assert parts.failed == {1: 0, 0: 1} and tuple(parts.rows()) == FIRST + SECOND
    assert not out.exists()
    parts.join(StopToken())
    parts.close()
    assert names(out) == ["r.jsonl"]
    cases = [line.partition(",")[0] for line in out.read_text().splitlines()]
    assert cases == ['{"case": "a"', '{"case": "b"', '{"case": "c"']


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"cases": "2", "a --size": "32"}, "had cases other than this one"),
        ({"cases": "2", "a --size": "8"}, "had cases and a --size other than this one"),
    ],
)
def test_another_run_may_not_go_on(out: Path, table: Results, what: dict[str, str], told: str) -> None:
    cut_off(out, table)
    with pytest.raises(UserProblem) as caught:
        Parts(out, table, what, restart=False)
    assert caught.value.problem.endswith(told) and "--restart" in caught.value.remedy
    parts = Parts(out, table, what, restart=True)
    assert not parts.failed
    parts.close()


def test_results_that_are_there_are_not_read_again_unasked(out: Path, table: Results) -> None:
    out.write_text("old")
    with pytest.raises(UserProblem, match="there are results already"):
        Parts(out, table, WHAT, restart=False)
    parts = Parts(out, table, WHAT, restart=True)
    assert out.read_text() == "old"
    parts.close()
    assert names(out) == ["r.jsonl"]


def test_a_run_that_read_nothing_leaves_nothing(out: Path, table: Results) -> None:
    Parts(out, table, WHAT, restart=False).close()
    assert names(out) == []


def test_a_stop_while_parts_are_joined_keeps_them(out: Path, table: Results) -> None:
    stop = StopToken()
    stop.stop()
    cut_off(out, table)
    parts = Parts(out, table, WHAT, restart=False)
    with pytest.raises(StopRequested):
        parts.join(stop)
    parts.close()
    assert names(out) == ["r.jsonl.part"]
    assert Parts(out, table, WHAT, restart=False).failed == {1: 0}


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_damaged_part_is_read_again(out: Path, table: Results, data: bytes) -> None:
    folder = cut_off(out, table)
    (folder / "000000.parquet").write_bytes(data)
    parts = Parts(out, table, WHAT, restart=False)
    assert parts.failed == {1: 0}
    parts.close()


def test_a_part_whose_rows_are_damaged(out: Path, table: Results) -> None:
    folder = cut_off(out, table)
    (path,) = folder.glob("*.parquet")
    column = pq.read_metadata(path).row_group(0).column(table.schema.names.index("report_json"))
    data = bytearray(path.read_bytes())
    data[column.dictionary_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(data)
    parts = Parts(out, table, WHAT, restart=False)
    assert parts.failed == {1: 0}  # its states can be read
    with pytest.raises(UserProblem, match=r"000001\.parquet is damaged"):
        parts.join(StopToken())
    parts.close()
    assert names(out) == []


def test_two_do_not_write_the_same(out: Path, table: Results) -> None:
    parts = Parts(out, table, WHAT, restart=False)
    parts.write(0, FIRST)
    marker = parts.folder / "open"
    other = multiprocessing.get_context("spawn").Process(target=input, daemon=True)
    other.start()
    assert other.pid is not None
    marker.write_text(f"{other.pid} {running.started(other.pid)}")
    with pytest.raises(UserProblem, match=f"another mmdesk writes it now, process {other.pid}"):
        Parts(out, table, WHAT, restart=True)
    other.kill()
    other.join()
    Parts(out, table, WHAT, restart=False).close()
    assert not marker.exists()


def test_what_a_kill_left_half_written_goes_and_what_is_not_mmdesks_stays(out: Path, table: Results) -> None:
    folder = cut_off(out, table)
    (folder / ".mmdesk-1.part").write_bytes(b"x")
    (folder / "all.jsonl").write_bytes(b"x")
    (folder / "mine.txt").write_bytes(b"x")
    parts = Parts(out, table, WHAT, restart=False)
    parts.join(StopToken())
    parts.close()
    assert names(out) == ["r.jsonl", "r.jsonl.part"]
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_file_that_lies_where_the_parts_would(out: Path, table: Results) -> None:
    out.with_name(f"{out.name}.part").write_bytes(b"x")
    with pytest.raises(UserProblem, match=r"^r\.jsonl\.part: "):
        Parts(out, table, WHAT, restart=False)
