"""Recordings in the folder of kept cases: those under way, those that a crash left, and those that ended.

A spool is named CASE.NUMBER.PROCESS.START.spool: the process that writes it, and when that started, tell what
a crash left. When it ends it becomes CASE.NUMBER.flac. No name says anything of a person.
"""

import os
import re
import secrets
import time
from collections.abc import Container
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from mmdesk import casefile, disk, running
from mmdesk.errors import CaseProblem

if TYPE_CHECKING:  # numpy and soundfile are imported where a recording is
    from mmdesk.media.recorder import Source
    from mmdesk.media.spool import Spool

STALLED = 5.0  # seconds without a sample after which a device is no longer there
_SPOOL = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{8})\.([0-9]{1,10})\.([0-9]{1,12})\.spool")
_SOUND = re.compile(r"([0-9a-f]{32})\.[0-9a-f]{8}\.flac")


class Session:
    """A recording of a case under way. `case` need not be kept. Raises CaseProblem, and what the source
    raises where it does not start; the source is closed then."""

    def __init__(self, source: "Source", folder: Path, case: str) -> None:
        from mmdesk.media.recorder import Recorder

        self.source = source
        self._gone = False
        try:
            self.recorder = Recorder(begin(folder, case, source.rate, source.channels))
        except CaseProblem:
            source.close()
            raise
        try:
            source.start(self.recorder.take, self._went)
        except BaseException:
            source.close()
            self.recorder.stop()
            self.recorder.spool.path.unlink()
            raise
        self._heard = 0, time.monotonic()  # frames, and when there were fewer

    @property
    def path(self) -> Path:
        return self.recorder.spool.path

    @property
    def over(self) -> bool:
        """Whether the device ended it, or has given nothing for a while, or the disk takes no more."""
        now, (frames, since) = time.monotonic(), self._heard
        if self.recorder.received != frames:
            self._heard = self.recorder.received, now
        elif now - since > STALLED:
            self._gone = True
        return self._gone or self.recorder.problem is not None

    def last(self, seconds: float) -> bytes:
        """The end of what is on the disk, as a WAV file; empty where there is nothing yet. Raises OSError."""
        from mmdesk.media.spool import look_at

        out, spooled = BytesIO(), look_at(self.path)
        if spooled is not None:
            spooled.write(out, "WAV", seconds)
        return out.getvalue()

    def stop(self) -> Path:
        """The spool, with all that came."""
        self.source.close()
        self.recorder.stop()
        return self.path

    def _went(self) -> None:
        self._gone = True


def begin(folder: Path, case: str, rate: int, channels: int) -> "Spool":
    """A spool for a recording of a case. Raises CaseProblem."""
    from mmdesk.media.spool import Spool

    casefile.check_id(case)
    start = running.started(os.getpid()) or 0.0
    path = folder / f"{case}.{secrets.token_hex(4)}.{os.getpid()}.{round(start)}.spool"
    try:
        disk.make_private(folder)
        return Spool(path, rate, channels)
    except OSError as error:
        raise CaseProblem("recording", *disk.why(error)) from error


def left(folder: Path) -> list[Path]:
    """Spools whose process lives no more, the oldest first; one without sound is deleted."""
    found = []
    for path in folder.glob("*.spool"):
        match = _SPOOL.fullmatch(path.name)
        if match and not running.lives(int(match[3]), float(match[4])):
            from mmdesk.media.spool import look_at

            try:
                if look_at(path) is None:
                    path.unlink()
                else:
                    found.append((path.stat().st_mtime, path))
            except OSError:  # taken away just now, or not to be read
                continue
    return [path for _, path in sorted(found)]


def release(path: Path) -> Path:
    """The spool as one that no process writes: it is offered, and may be deleted. Raises CaseProblem."""
    case, number, *_ = path.name.split(".")
    try:
        return path.rename(path.with_name(f"{case}.{number}.0.0.spool"))
    except OSError as error:
        raise CaseProblem("recording", *disk.why(error)) from error


def finish(path: Path) -> Path | None:
    """The spool becomes a FLAC file beside it, as `save` does."""
    target = path.with_name(f"{'.'.join(path.name.split('.')[:2])}.flac")
    return target if save(path, target) else None


def adopt(path: Path, case: str) -> Path | None:
    """What was recorded for a case that was put away, as the FLAC file of another one, with which it is kept
    and deleted; None where it is gone or held no sound. Raises CaseProblem."""
    target = path.with_name(f"{case}.{path.name.split('.')[1]}.flac")
    if path.suffix == ".spool":
        return target if save(path, target) else None
    try:
        return path.replace(target)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CaseProblem("recording", *disk.why(error)) from error


def save(path: Path, target: Path) -> bool:
    """The spool becomes a WAV or FLAC file, and is deleted once that is whole; False where it held no sound
    or is gone. Raises CaseProblem, and the spool stays."""
    from mmdesk.media.spool import look_at

    try:
        spooled = look_at(path)
        if spooled is not None:
            with disk.replacing(target) as file:
                spooled.write(file, target.suffix[1:].upper())
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CaseProblem("recording", *disk.why(error)) from error
    return spooled is not None


def unused(folder: Path, cases: Container[str]) -> list[Path]:
    """Recordings that ended and belong to none of these cases, and what crashes left."""
    ended = [(path, _SOUND.fullmatch(path.name)) for path in folder.glob("*.flac")]
    return [path for path, match in ended if match and match[1] not in cases] + left(folder)
