"""Cases kept as they change, one case file each, and which of them are open in an application."""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from mmdesk import casefile, disk, recordings, running
from mmdesk.case import Case, Modality
from mmdesk.casefile import SUFFIX
from mmdesk.errors import CaseProblem
from mmdesk.report import Report

LARGEST = 64 * 2**20
_ID = re.compile(r"[0-9a-f]{32}")
_MARKER = re.compile(r"([0-9a-f]{32})\.([0-9]{1,10})\.open")
_STALE = 3600.0  # seconds after which a file's part was left by a crash, and is no save under way


@dataclass(frozen=True, slots=True)
class Kept:
    """A case in the archive. `saved` is in UTC; `counts` says how many inputs it has of each kind."""

    id: str
    path: Path
    saved: datetime
    counts: Mapping[Modality, int]


@dataclass(frozen=True, slots=True)
class _Marker:
    path: Path
    id: str
    process: int

    def lives(self) -> bool:
        """Whether the process that wrote it still runs; its number may be another's by now."""
        try:
            then = float(self.path.read_text(encoding="ascii"))
        except (OSError, ValueError):  # taken away just now; broken
            return False
        return running.lives(self.process, then)


class Archive:
    """The cases in `folder`, which other running applications may share.

    An application that has a case open leaves a marker beside it, ID.PROCESS.open, that holds the
    process's start time: a marker whose process no longer lives tells of a crash.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: set[str] = set()
        self._last: tuple[Case, Report | None, list[tuple[int, int] | None]] | None = None

    def path(self, id: str) -> Path:
        """Where the case is if it is kept."""
        casefile.check_id(id)
        return self.folder / f"{id}{SUFFIX}"

    def keep(self, case: Case, report: Report | None = None) -> Path | None:
        """Write the case unless it lies there just so already; one without inputs is taken out. A series of
        more than LARGEST bytes is kept by its path: it would be written again at every change.

        Returns the case file, None where there is nothing to keep. Raises CaseProblem.
        """
        path = self.path(case.id)
        if not case.inputs:
            with _changing(path):
                path.unlink(missing_ok=True)
            return None
        now = (case, report, _stamps(case))
        if now != self._last or not path.exists():
            with _changing(path):
                disk.make_private(self.folder)
            casefile.save(path, case, report, largest=LARGEST)
            self._last = now
        return path

    def mark_open(self, id: str) -> None:
        """This application has the case open; what a crash left of it is taken over. Raises CaseProblem."""
        casefile.check_id(id)
        if id in self._open:
            return
        marker = self.folder / f"{id}.{os.getpid()}.open"
        with _changing(marker):
            disk.make_private(self.folder)
            with disk.replacing(marker) as file:
                file.write(repr(running.started(os.getpid())).encode())
            self._open.add(id)
            self._unmark(id)

    def mark_closed(self, id: str) -> None:
        """This application put the case away, or its user does not want what a crash left of it.
        Raises CaseProblem."""
        casefile.check_id(id)
        with _changing(self.folder / id):
            self._open.discard(id)
            self._unmark(id)

    def unfinished(self) -> list[Kept]:
        """Cases that were open in an application that lives no more, and are in none; newest first."""
        left = {marker.id for marker in self._markers()} - self._in_use()
        return list(_read(path for path in self._files() if path.stem in left))

    def recent(self, limit: int) -> list[Kept]:
        """The cases kept last, newest first; a file that is no whole case is passed over."""
        return list(islice(_read(self._files()), limit))

    def expire(self, days: int) -> None:
        """Delete cases kept longer ago, but none that is open, and what a crash left half written.
        What cannot be deleted now waits for the next time."""
        for part in self.folder.glob(disk.PART):
            if _time_of(part) < time.time() - _STALE:
                with contextlib.suppress(OSError):
                    part.unlink()
        for path in self._files():
            if _time_of(path) < time.time() - days * 86400 and path.stem not in self._in_use():
                with contextlib.suppress(OSError):
                    self._delete(path)
        for path in recordings.unused(self.folder, self._in_use()):
            if _time_of(path) < time.time() - days * 86400:
                with contextlib.suppress(OSError):
                    path.unlink()

    def purge(self) -> int:
        """Delete all cases but those that are open, and recordings that belong to none of these; returns how
        many cases. Raises CaseProblem."""
        paths = [path for path in self._files() if path.stem not in self._in_use()]
        for path in paths:
            with _changing(path):
                self._delete(path)
        for path in recordings.unused(self.folder, self._in_use()):
            with _changing(path):
                path.unlink(missing_ok=True)
        return len(paths)

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._unmark(path.stem)

    def _files(self) -> list[Path]:
        """All case files, newest first."""
        files = (path for path in self.folder.glob(f"*{SUFFIX}") if _ID.fullmatch(path.stem))
        return sorted(files, key=_time_of, reverse=True)

    def _markers(self) -> Iterator[_Marker]:
        for path in self.folder.glob("*.open"):
            if match := _MARKER.fullmatch(path.name):
                yield _Marker(path, match[1], int(match[2]))

    def _in_use(self) -> set[str]:
        """Ids of the cases that are open in any application."""
        return self._open | {marker.id for marker in self._markers() if marker.lives()}

    def _unmark(self, id: str) -> None:
        """Take away what crashes left, and this application's own marker if it has the case open no more."""
        for marker in self._markers():
            own = marker.process == os.getpid()
            if marker.id == id and (id not in self._open if own else not marker.lives()):
                marker.path.unlink(missing_ok=True)


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CaseProblem(path.name, *disk.why(error)) from error


def _read(paths: Iterable[Path]) -> Iterator[Kept]:
    for path in paths:
        try:
            contents = casefile.read_contents(path)
        except CaseProblem:  # damaged, or deleted by another application just now
            continue
        if contents.id != path.stem:  # laid here by hand under another name
            continue
        counts = {modality: len(entries) for modality, entries in contents.inputs.items()}
        yield Kept(contents.id, path, datetime.fromtimestamp(_time_of(path), UTC), counts)


def _time_of(path: Path) -> float:
    """When the file was written, in seconds since 1970; 0 if it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _stamps(case: Case) -> list[tuple[int, int] | None]:
    """What tells that a file was changed under the same name."""
    return [_stamp(item.path) for items in case.inputs.values() for item in items if item.path is not None]


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):  # gone; a NUL in it
        return None
    return status.st_mtime_ns, status.st_size
