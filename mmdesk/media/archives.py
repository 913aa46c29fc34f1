"""ZIP archives, read in memory: no name in one is ever used as a path."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from weakref import finalize

from mmdesk.errors import InputProblem
from mmdesk.media.files import HEAD, MAX_BYTES, too_large

MAX_MEMBERS = 20_000
MAX_UNPACKED = 2 * 2**30  # of all members together
_DAMAGE = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_MAX_DIRECTORY = 16 * 2**20  # bytes


class Archive:
    """The files of a ZIP by name. Those that are folders, hidden or encrypted are left out."""

    def __init__(self, source: str | bytes, name: str) -> None:
        """Raises InputProblem for a damaged archive, and one that unpacks to too much."""
        self.name = name
        with _damage_told(name):
            file: BinaryIO = BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb")  # noqa: SIM115
            self._close = finalize(self, file.close)  # at the end of its last slice, where nobody leaves it
            _check_directory(file)
            self._zip = zipfile.ZipFile(file)
        infos = [info for info in self._zip.infolist() if _is_wanted(info)]
        if len(infos) > MAX_MEMBERS:
            problem = f"the archive holds more than {MAX_MEMBERS:,} files"
            raise InputProblem(name, problem, "Unpack it and give the files that matter.")
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            problem = f"unpacked, the archive is larger than {MAX_UNPACKED // 2**30} GB"
            raise InputProblem(name, problem, "Unpack it and give the files that matter.")
        if not infos and any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise InputProblem(name, "the archive is encrypted", "Unpack it and give the files in it.")
        self._infos = {info.filename: info for info in infos}

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def names(self) -> list[str]:
        return list(self._infos)

    def head(self, member: str) -> bytes:
        return self._read(member, HEAD)

    def read(self, member: str) -> bytes:
        """All of it. Raises InputProblem where that is more than MAX_BYTES, or there is no such member."""
        data = self._read(member, MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            problem = f"a file in it is larger than {MAX_BYTES // 2**20} MB"
            raise InputProblem(self.name, problem, "Unpack it and give the part that matters.")
        return data

    def open(self, member: str) -> BinaryIO:
        """To be read from the front, within `damage_told` of media.checks."""
        with _damage_told(self.name):
            return cast(BinaryIO, self._zip.open(self._infos[member]))

    def size(self, member: str) -> int:
        """What it says that it unpacks to: no more than that is read."""
        return self._infos[member].file_size

    def _read(self, member: str, most: int) -> bytes:
        """No more than `most` bytes, whatever the archive says."""
        if member not in self._infos:
            raise InputProblem(self.name, "a file that belongs to it is not there", "Add it again.")
        with _damage_told(self.name), self._zip.open(self._infos[member]) as file:
            return file.read(most)


def packed(files: Iterable[bytes], name: str, most: int = MAX_BYTES) -> bytes:
    """An archive of files called 1, 2 and so on, not compressed; the same for the same files. Raises
    InputProblem where they are more than `most` bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, data in enumerate(files, 1):
            if file.tell() + len(data) > most:
                raise too_large(name)
            archive.writestr(zipfile.ZipInfo(str(number)), data)
    return file.getvalue()


def is_below(path: str) -> bool:
    """Whether a path leads to a place below the folder that it starts from."""
    pure = PurePosixPath(path.replace("\\", "/"))
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts and ":" not in pure.parts[0]


def _check_directory(file: BinaryIO) -> None:
    """Before zipfile builds an object for each line of it, the table of contents must be small."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END.size - 0xFFFF))
    end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) - place < _END.size:
        raise zipfile.BadZipFile
    *_, size, _, _ = _END.unpack_from(end, place)
    if size > _MAX_DIRECTORY:
        raise zipfile.BadZipFile
    file.seek(0)


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in info.filename.split("/"))
    return bool(info.filename) and not info.is_dir() and not hidden and not info.flag_bits & 1


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise InputProblem(name, "the archive is damaged", "Export or copy it again.") from error
