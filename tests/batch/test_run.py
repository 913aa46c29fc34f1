"""A run over a list of cases, with readers that run no model: every way it can go on, be cut off and end."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import batches, leftovers
from support.scripted import open_gate, wait_for_player

from mmdesk.batch import pool
from mmdesk.batch.events import BatchEvent, Begun, Ended, Row, RowsRead, State
from mmdesk.batch.run import run
from mmdesk.engine import StopToken
from mmdesk.errors import PackProblem, PromptProblem, UserProblem

Run = Callable[..., Iterator[BatchEvent]]
PATIENCE_S = 60.0


@pytest.fixture
def start(tmp_path: Path, tiny_pack: Path) -> Iterator[Run]:
    """A run over cases that say these words, into r.parquet; two workers, chunks of two."""
    begun: list[Iterator[BatchEvent]] = []

    def begin(*words: str, reader: str = "Obedient", **given: object) -> object:
        write(tmp_path / "cases", *words)
        options = {"workers": 2, "size": 2, "pack": tiny_pack, "stop": StopToken(), **given}
        events = run(
            tmp_path / "cases", tmp_path / "r.parquet", factory=f"support.batches:{reader}", **options
        )
        begun.append(events)
        return events

    yield begin  # type: ignore[misc]
    for events in begun:
        events.close()  # type: ignore[attr-defined]
    assert leftovers.engine_processes() == []


def write(folder: Path, *words: str) -> None:
    folder.mkdir(exist_ok=True)
    for number, said in enumerate(words):
        (folder / f"{number}.txt").write_text(said, encoding="utf-8")


def table(folder: Path) -> list[dict[str, object]]:
    """The results without the time of each."""
    found: pa.Table = pq.read_table(folder / "r.parquet")
    return found.drop_columns(["created"]).to_pylist()


def problems(events: Iterator[BatchEvent]) -> dict[str, str]:
    """Of the cases that failed, when all are done."""
    rows = [row for event in events if isinstance(event, RowsRead) for row in event.rows]
    return {row.name: row.problem for row in rows if row.state is State.FAILED}


def test_a_row_for_each_case_in_the_order_of_the_list(start: Run, tmp_path: Path) -> None:
    begun, *read, ended = start("well", "well", "well", "fail", "well")
    assert isinstance(begun, Begun) and (begun.progress.done, begun.progress.total) == (0, 5)
    assert all(isinstance(event, RowsRead) for event in read) and len(read) == 3
    assert [event.progress.done for event in read] in ([2, 4, 5], [2, 3, 5], [1, 3, 5])
    assert read[0].progress.left_s is not None and read[0].progress.rate > 0
    assert isinstance(ended, Ended) and not ended.stopped
    assert (ended.progress.done, ended.progress.failed) == (5, 1)
    rows = table(tmp_path)
    assert [row["case"] for row in rows] == [f"{number}.txt" for number in range(5)]
    assert rows[3]["problem"] == "none of the inputs could be read. Mend one."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases", "r.parquet"]


def test_the_rows_do_not_depend_on_the_number_of_workers(start: Run, tmp_path: Path) -> None:
    words = ["well", "fail", "well", "well", "well"]
    list(start(*words, workers=1))
    alone = table(tmp_path)
    list(start(*words, workers=3, restart=True))
    assert table(tmp_path) == alone


def test_a_worker_that_is_killed_loses_nothing(start: Run, tmp_path: Path) -> None:
    events = start("well", "gate a", "well", "well", "well")
    next(events)
    killer = threading.Thread(target=_kill_at_gate, args=(tmp_path,))
    killer.start()
    assert problems(events) == {}
    killer.join()
    assert len(table(tmp_path)) == 5


def _kill_at_gate(folder: Path) -> None:
    """All workers, once one of them stands at the gate; the next ones find it open."""
    wait_for_player(folder, "a")
    open_gate(folder, "a")
    for process in leftovers.engine_processes():
        process.kill()


def test_a_case_that_always_kills_its_worker_is_found(start: Run, tmp_path: Path) -> None:
    words = ["well"] * 11
    words[6] = "die"
    assert problems(start(*words, size=8)) == {"6.txt": "its worker died of it (signal 9)"}
    assert [row["state"] for row in table(tmp_path)].count("read") == 10


def test_a_case_that_kills_one_worker_is_read(start: Run) -> None:
    assert problems(start("well", "die once", "well")) == {}


def test_a_mistake_of_the_program_costs_one_case(start: Run, capfd: pytest.CaptureFixture[str]) -> None:
    told = "its worker died of it (ValueError, a mistake of the program)"
    assert problems(start("well", "well", "mistake")) == {"2.txt": told}
    assert "shapes do not fit" in capfd.readouterr().err


def test_a_stop_keeps_what_was_read_and_the_next_run_goes_on(start: Run, tmp_path: Path) -> None:
    words = ["well", "well", "gate a", "well", "gate b", "well"]
    stop = StopToken()
    events = start(*words, stop=stop, workers=1)
    assert isinstance(next(events), Begun) and isinstance(next(events), RowsRead)
    wait_for_player(tmp_path, "a")
    stop.stop()
    began = time.monotonic()
    (ended,) = events
    assert time.monotonic() - began < PATIENCE_S / 2  # the gate is shut
    assert isinstance(ended, Ended) and ended.stopped and ended.progress.done == 2
    assert not (tmp_path / "r.parquet").exists()

    for name in "ab":
        open_gate(tmp_path, name)
    events = start(*words)
    begun = next(events)
    assert isinstance(begun, Begun) and begun.progress.done == 2
    assert [row.name for row in begun.kept] == ["0.txt", "1.txt"]
    *read, ended = events
    assert len(read) == 2 and isinstance(ended, Ended) and ended.progress.done == 6
    assert [row["state"] for row in table(tmp_path)] == ["read"] * 6


def test_who_leaves_a_run_ends_its_workers(start: Run, tmp_path: Path) -> None:
    events = start("well", "gate a", "well")
    next(events)
    wait_for = threading.Thread(target=wait_for_player, args=(tmp_path, "a"))
    wait_for.start()
    next(events)
    wait_for.join()
    events.close()  # type: ignore[attr-defined]
    assert leftovers.engine_processes() == []


def test_another_list_does_not_go_on(start: Run, tmp_path: Path) -> None:
    stop = StopToken()
    events = start("well", "well", "well", stop=stop)
    next(events), next(events)
    stop.stop()
    list(events)
    for given, told in (({"size": 3}, "a --size"), ({"prompt": "plain words"}, "a --prompt")):
        with pytest.raises(UserProblem, match=told):
            next(start("well", "well", "well", **given))
    with pytest.raises(UserProblem, match="had cases other than this one"):
        next(start("well", "well", "well", "well"))


def test_what_keeps_a_run_from_beginning(start: Run, tmp_path: Path) -> None:
    with pytest.raises(PromptProblem, match="was not trained to answer this"):
        next(start("well", prompt="why?"))
    with pytest.raises(PackProblem):
        next(start("well", pack=tmp_path))


def test_a_pack_that_cannot_be_loaded(start: Run) -> None:
    events = start("well", reader="broken_pack")
    next(events)
    with pytest.raises(UserProblem, match="the weights do not match SHA256SUMS"):
        next(events)


def test_workers_that_die_while_they_load_are_not_replaced_for_ever(start: Run) -> None:
    events = start("well", "well", "well", reader="dies_loading")
    next(events)
    with pytest.raises(UserProblem, match=r"its workers die while they load the pack \(exit code 3\)"):
        next(events)


def test_what_is_asked_and_confirmed_reaches_the_reader(start: Run, tmp_path: Path) -> None:
    list(start("well", reader="Telling", prompt="plain words", confirmed=True))
    assert [row["prompt"] for row in table(tmp_path)] == ["plain words True"]


def test_rows_are_written_and_not_held(start: Run) -> None:
    """When a chunk's rows are let go of, none are left of it; few more are under way."""
    def rows() -> int:
        gc.collect()
        return sum(type(item) is Row for item in gc.get_objects())

    events = start(*["well"] * 40)
    next(events)
    before, most = rows(), 0  # those of other tests
    for event in events:
        del event
        most = max(most, rows() - before)
    assert most <= 2


def test_no_more_chunks_are_given_out_than_there_are_workers(
    start: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    give = pool._Worker.give

    def count(worker: pool._Worker, piece: pool._Piece) -> None:
        given.append(piece.chunk)
        give(worker, piece)

    monkeypatch.setattr(pool._Worker, "give", count)
    events = start("gate a", "well", "gate a", *["well"] * 9)
    next(events)
    thread = threading.Thread(target=list, args=(events,))
    thread.start()
    wait_for_player(tmp_path, "a")
    while len(given) < 2:
        time.sleep(0.01)
    assert given == [0, 1]
    open_gate(tmp_path, "a")
    thread.join()
    assert sorted(given) == [0, 1, 2, 3, 4, 5]


SCRIPT = """
import sys
from pathlib import Path
from mmdesk.batch.run import run
from mmdesk.engine import StopToken

if __name__ == "__main__":
    cases, out, pack = map(Path, sys.argv[1:])
    events = run(
        cases, out, pack=pack, stop=StopToken(), workers=2, size=2, factory="support.batches:Slow"
    )
    for event in events:
        print(event.progress.done, flush=True)
"""


def outside(tmp_path: Path, pack: Path) -> "subprocess.Popen[str]":
    """The run in a process of its own."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    arguments = [str(script), str(tmp_path / "cases"), str(tmp_path / "r.parquet"), str(pack)]
    support = str(Path(batches.__file__).parent.parent)
    paths = os.pathsep.join([support, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_run_that_was_cut_off_before_its_table_was_written_writes_it(
    start: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):
        pass

    def cut(*_: object) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr("mmdesk.batch.parts.Parts.join", cut)
        with pytest.raises(Cut):
            list(start("well", "well", "well"))
    begun, ended = start("well", "well", "well")
    assert isinstance(begun, Begun) and begun.progress.done == 3 and isinstance(ended, Ended)
    assert len(table(tmp_path)) == 3


def ended(process: psutil.Process) -> bool:
    """Also one that nobody has asked for what became of it."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("seed", range(2))
def test_a_run_that_is_killed_goes_on_and_gives_the_same_rows(
    tmp_path: Path, tiny_pack: Path, seed: int
) -> None:
    write(tmp_path / "cases", *["well", "fail", "well"] * 8)
    with outside(tmp_path, tiny_pack) as whole:
        assert whole.stdout is not None and whole.stdout.readlines()[-1] == "24\n"
    expected = table(tmp_path)
    (tmp_path / "r.parquet").unlink()
    chance = random.Random(seed)
    last = 0
    for _ in range(2):
        with outside(tmp_path, tiny_pack) as cut:
            assert cut.stdout is not None
            for _ in range(chance.randint(1, 4)):
                told = int(cut.stdout.readline())
                assert told >= last
                last = told
            time.sleep(chance.uniform(0, 0.1))
            workers = psutil.Process(cut.pid).children(recursive=True)
            for process in [psutil.Process(cut.pid), *workers] if chance.random() < 0.5 else [cut]:
                process.kill()
        patience = time.monotonic() + PATIENCE_S
        while not all(map(ended, workers)):  # a worker ends with its run
            assert time.monotonic() < patience
            time.sleep(0.02)
    with outside(tmp_path, tiny_pack) as again:
        assert again.stdout is not None
        first, *_, final = map(int, again.stdout)
        assert first >= last and final == 24
    assert table(tmp_path) == expected
    assert again.returncode == 0


def test_a_listener_that_is_interrupted_leaves_the_workers_to_the_run(start: Run, tmp_path: Path) -> None:
    """Ctrl+C reaches every process of a terminal."""
    events = start("well", "gate a", "well", "well")
    next(events)

    def interrupt() -> None:
        wait_for_player(tmp_path, "a")
        for process in leftovers.engine_processes():
            process.send_signal(signal.SIGINT)
        open_gate(tmp_path, "a")

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert problems(events) == {}
    thread.join()
