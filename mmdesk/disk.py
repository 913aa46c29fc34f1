"""Private folders, and files that are replaced whole or not at all."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PART = ".mmdesk-*.part"  # the name says nothing of what is in it

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def make_private(folder: Path) -> None:
    """The folder, and what is missing above it, for its owner alone (0700). Raises OSError."""
    for path in (*reversed(folder.parents), folder):
        if not path.is_dir():
            path.mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends well, mode 0600.

    Until then, and after an error or a crash, `path` is what it was. A crash may leave the part that
    was written beside it, under a name like PART. A link is followed. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    prefix, suffix = PART.split("*")
    handle, part = tempfile.mkstemp(suffix, prefix, path.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def why(error: OSError) -> tuple[str, str]:
    """What kept a file from being written, and what to do."""
    remedy = "Look after the disk, or choose another folder."
    if error.errno in _FULL:
        remedy = "Make room on the disk."
    elif error.errno in _FORBIDDEN:
        remedy = "Ask for the right to write there, or choose another folder."
    return f"it cannot be written ({error.strerror or 'the disk gave an error'})", remedy


def _sync_folder(folder: Path) -> None:
    """So that the new name, too, outlives a power cut. Windows has no such call, nor have some shares."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
