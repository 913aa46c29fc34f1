"""The rows of a run that goes on, a file for each chunk, in a folder beside the results."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mmdesk import disk, running
from mmdesk.batch.cases import PART
from mmdesk.batch.events import Row, State
from mmdesk.batch.results import Results
from mmdesk.engine import StopToken
from mmdesk.errors import UserProblem

_RUN, _OPEN, _ALL = "run.json", "open", "all"
_PART = re.compile(r"([0-9]{6,})\.parquet")
_CHECKED = {"write_page_checksum": True, "write_statistics": False}  # of text, it would be the text again
_AGAIN = "read all cases again with --restart"


class Parts:
    """Of the results `out`. `what` the run reads, and how, must be what it was when it was cut off: words for
    people → value; `restart` begins it anew. Until it is closed, no other process may write there. Raises
    UserProblem."""

    def __init__(self, out: Path, results: Results, what: Mapping[str, str], restart: bool) -> None:
        self.folder = out.with_name(out.name + PART)
        self.failed: dict[int, int] = {}  # by chunk, of those that are there
        self._out, self._results = out, results
        if out.exists() and not self.folder.exists() and not restart:
            raise UserProblem(out.name, "there are results already", f"Name another file, or {_AGAIN}.")
        with _writing(self.folder):
            disk.make_private(self.folder)
            self._take()
            if restart:
                self._empty()
            self._find()
            self._compare(what)

    def close(self) -> None:
        """Another process may go on; where there is nothing to go on with, the folder goes."""
        if self.folder.exists() and not self.failed:
            self._empty()
        (self.folder / _OPEN).unlink(missing_ok=True)
        with suppress(OSError):  # there is something in it
            self.folder.rmdir()

    def write(self, chunk: int, rows: Sequence[Row]) -> None:
        """Raises UserProblem."""
        with _writing(self._out), disk.replacing(self._path(chunk)) as file:
            table = self._results.table(rows)
            pq.write_table(table, file, compression="zstd", **_CHECKED)
        self.failed[chunk] = sum(row.state is State.FAILED for row in rows)

    def rows(self) -> Iterator[Row]:
        """All that are there, in order. Raises UserProblem."""
        for table in self._tables():
            yield from self._results.rows(table)

    def join(self, stop: StopToken) -> None:
        """Parts become the results, and go. Raises StopRequested, and UserProblem."""
        stop.check()  # also where there is no part yet
        with _writing(self._out):
            joined = self.folder / f"{_ALL}{self._out.suffix}"  # what a crash leaves of it lies here
            self._results.write(joined, self._until(stop, self._tables()))
            joined.replace(self._out)
            self._empty()

    def _until(self, stop: StopToken, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            stop.check()
            yield table

    def _tables(self) -> Iterator[pa.Table]:
        for chunk in sorted(self.failed):
            try:
                yield _read(self._path(chunk))
            except _Damaged as error:
                self._path(chunk).unlink()
                del self.failed[chunk]
                problem = f"{self._path(chunk).name} is damaged"
                raise UserProblem(self.folder.name, problem, "Run the same command again.") from error

    def _take(self) -> None:
        marker = self.folder / _OPEN
        with suppress(OSError, ValueError):  # there is none
            process, then = marker.read_text(encoding="ascii").split()
            if int(process) != os.getpid() and running.lives(int(process), float(then)):
                problem = f"another mmdesk writes it now, process {process}"
                raise UserProblem(self._out.name, problem, "Wait for it, or name another file.")
        with disk.replacing(marker) as file:
            file.write(f"{os.getpid()} {running.started(os.getpid())}".encode())

    def _compare(self, what: Mapping[str, str]) -> None:
        path = self.folder / _RUN
        if not self.failed:
            with disk.replacing(path) as file:
                file.write(json.dumps(what).encode())
            return
        before = json.loads(path.read_text(encoding="utf-8"))
        if other := [words for words in what if before.get(words) != what[words]]:
            self.close()
            problem = f"a run that was cut off had {' and '.join(other)} other than this one"
            raise UserProblem(self._out.name, problem, f"Take the same, name another file, or {_AGAIN}.")

    def _find(self) -> None:
        """A part that is damaged is read again."""
        for path in self.folder.iterdir():
            if match := _PART.fullmatch(path.name):
                try:
                    states = _read(path, ["state"])["state"].to_pylist()
                except _Damaged:
                    path.unlink()
                else:
                    self.failed[int(match[1])] = states.count(State.FAILED.value)

    def _empty(self) -> None:
        """But for what is not a run's."""
        for path in list(self.folder.iterdir()):
            if path.name == _RUN or path.stem == _ALL or _PART.fullmatch(path.name) or path.match(disk.PART):
                path.unlink()

    def _path(self, chunk: int) -> Path:
        return self.folder / f"{chunk:06}.parquet"


class _Damaged(Exception):
    """A part is not what was written."""


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return file.read(columns, use_threads=False)
    except (pa.ArrowException, OSError) as error:  # OSError: for some damage, too
        raise _Damaged from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserProblem(path.name, *disk.why(error)) from error
