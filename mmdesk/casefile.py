"""A case in one file (.mmcase): its inputs' bytes, what is asked, the report and where all came from.

The file is a ZIP without compression. Its first member, mmcase.json, describes the case and holds the
SHA-256 of every other member: inputs/0001 and so on (their names are in mmcase.json alone), and with a
report facts.json, report.json and report.md. No name in a file is ever used as a path.
"""

import hashlib
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import mmdesk
from mmdesk import codec, disk
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import CaseProblem, InputProblem
from mmdesk.media import files
from mmdesk.passing_on import PassingOn
from mmdesk.report import Report

FORMAT = 2  # 1 knew neither slices nor sheets; what it wrote is read as it is
SUFFIX = ".mmcase"
MAX_BYTES = 2 * 10**9  # of a file; below 2 GiB a ZIP needs no 64-bit fields
_FIRST = "mmcase.json"
_REPORT = ("facts.json", "report.json", "report.md")
_MAX_INPUTS = 9999
_MAX_JSON = 16 * 2**20  # of mmcase.json
_MAX_DIRECTORY = 2**20  # of the ZIP's table of contents; all members together need less
_ID = re.compile(r"[0-9a-f]{32}")
_INPUT = re.compile(r"inputs/[0-9]{4}")
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
# What zipfile, json and codec raise for bytes that are no case; RuntimeError: encrypted, nested without end.
_DAMAGE = (zipfile.BadZipFile, struct.error, EOFError, RuntimeError, ValueError, TypeError, LookupError)


@dataclass(frozen=True, slots=True)
class CaseFile:
    case: Case
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An input in mmcase.json. `member` holds its bytes; without them `path` says where they were.

    `origin` is the SHA-256 of the path that the bytes came from: the path itself may name a person. The rest
    is what a person chose of it, as in Input; of a series, `member` is an archive of its `slices`, which are
    numbers there.
    """

    name: str
    position: str | None = None
    member: str | None = None
    origin: str | None = None
    path: str | None = None
    slices: tuple[str, ...] = ()
    plane: str | None = None
    frame: int | None = None
    every: bool = False
    confirmed: bool = False
    struck: tuple[int, ...] = ()
    typed: bool = False


_CHOSEN = ("position", "slices", "plane", "frame", "every", "confirmed", "struck", "typed")
Entries = Mapping[Modality, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack that wrote the report."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """mmcase.json. `mmdesk` is the version that wrote the file, `created` when, ISO 8601 in UTC."""

    format: int
    mmdesk: str
    created: str
    id: str
    inputs: Entries
    sha256: Mapping[str, str]
    prompt: str | None = None
    pack: Pack | None = None


def is_case(head: bytes) -> bool:
    """Whether a file that begins so (41 bytes are enough) is a case file, whole or not."""
    return head[:4] == b"PK\x03\x04" and head[26:28] == b"\x0b\x00" and head[30:41] == _FIRST.encode()


def save(
    path: Path,
    case: Case,
    report: Report | None = None,
    earlier: Path | None = None,
    largest: int = files.MAX_BYTES,
) -> tuple[str, ...]:
    """Write a case file whole or not at all, for its owner alone; the names of inputs that it lacks.

    Files are read as they are now. For one that is gone, the bytes are taken from an `earlier` file of
    the case, or from `path` itself, where they are there; else the input is kept by its path alone, and so
    is one that is too large, or a series of more than `largest` bytes. Raises CaseProblem.
    """
    return _save(path, case, report, earlier, None, largest)


def pass_on(
    path: Path, case: Case, report: Report | None = None, earlier: Path | None = None
) -> tuple[tuple[str, ...], PassingOn]:
    """As `save`, without patient details in DICOM files and without paths; what was done comes second. Raises
    CaseProblem for a file that cannot be cleaned, too."""
    before = tuple(place for place in (earlier, path) if place is not None)
    clean = PassingOn(case, lambda item: _bytes_of(item, case.id, before))
    return _save(path, clean.case, report, earlier, clean), clean


def _save(
    path: Path,
    case: Case,
    report: Report | None,
    earlier: Path | None,
    clean: PassingOn | None,
    largest: int = files.MAX_BYTES,
) -> tuple[str, ...]:
    check_id(case.id)
    before = tuple(place for place in (earlier, path) if place is not None)
    try:
        with disk.replacing(path) as file:
            return _write(file, path.name, case, report, before, clean, largest)
    except OSError as error:
        raise CaseProblem(path.name, *disk.why(error)) from error


def load(path: Path) -> CaseFile:
    """The case with its inputs' bytes, and the report if there is one. Raises CaseProblem."""
    with _opened(path) as (archive, contents):
        data = {member: archive.read(member) for member in contents.sha256}
        for member, digest in contents.sha256.items():
            if hashlib.sha256(data[member]).hexdigest() != digest:
                raise ValueError(f"{member} is not what it was")
        inputs = {
            modality: tuple(
                # Input refuses what has both bytes and a path, or neither; pop, what is used twice.
                Input(item.name, item.path, data.pop(item.member) if item.member else None, **_chosen(item))
                for item in entries
            )
            for modality, entries in contents.inputs.items()
        }
        if contents.format == 1 and Modality.RECORD in inputs:  # it held texts alone, whatever they look like
            inputs[Modality.RECORD] = tuple(replace(item, typed=True) for item in inputs[Modality.RECORD])
        if data and set(data) != set(_REPORT):
            raise ValueError("there are members that nothing names")
        report = Report.from_json(json.loads(data["report.json"])) if data else None
        return CaseFile(Case(inputs, contents.prompt, contents.id), report)


def read_contents(path: Path) -> Contents:
    """mmcase.json alone; the members it names are neither read nor checked. Raises CaseProblem."""
    with _opened(path) as (_, contents):
        return contents


def check_id(id: str) -> None:
    """Raises ValueError for what is no id of a case: 32 hexadecimal digits, as `case.new_id` gives."""
    if not _ID.fullmatch(id):
        raise ValueError("the id of a case is 32 hexadecimal digits")


def _write(
    file: BinaryIO,
    name: str,
    case: Case,
    report: Report | None,
    before: tuple[Path, ...],
    clean: PassingOn | None,
    largest: int,
) -> tuple[str, ...]:
    """The sums are known only when all is written, and stand in the first member: it is written last,
    into the room that was left for it."""
    room = _room(case, report)
    if room > _MAX_JSON or sum(map(len, case.inputs.values())) > _MAX_INPUTS:
        raise _too_large(name)
    sums: dict[str, str] = {}
    missing: list[str] = []
    numbers = count(1)

    def add(member: str, data: bytes) -> None:
        if file.tell() + len(data) > MAX_BYTES - _MAX_DIRECTORY:
            raise _too_large(name)
        archive.writestr(_info(member), data)
        sums[member] = hashlib.sha256(data).hexdigest()

    def keep(item: Input) -> Entry:
        held = _with_bytes(item, case.id, before, largest)
        if held is None or held.data is None:
            missing.append(item.name)
            gone = clean.gone(item) if clean else item
            return Entry(gone.name, path=gone.path, **_chosen(gone))
        member = f"inputs/{next(numbers):04}"
        add(member, clean.clean(item, held.data) if clean else held.data)
        return Entry(item.name, member=member, origin=_origin(item), **_chosen(held))

    with zipfile.ZipFile(file, "w") as archive:
        first = _info(_FIRST)
        archive.writestr(first, bytes(room))
        inputs = {modality: tuple(map(keep, items)) for modality, items in case.inputs.items()}
        if report is not None:
            report = clean.report(report) if clean else report
            add("facts.json", _json(list(map(codec.encode, report.facts))))
            add("report.json", _json(report.to_json()))
            add("report.md", report.to_markdown().encode(errors="replace"))
        described = _json(codec.encode(_contents(case, report, inputs, sums))).ljust(room)
        first.CRC = zlib.crc32(described)
        file.seek(0)
        file.write(first.FileHeader() + described)
    return tuple(missing)


def _contents(case: Case, report: Report | None, inputs: Entries, sums: Mapping[str, str]) -> Contents:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = report.provenance if report else None
    pack = Pack(made.pack, made.version, made.pack_sha256) if made else None
    return Contents(FORMAT, mmdesk.__version__, now, case.id, inputs, sums, case.prompt, pack)


def _room(case: Case, report: Report | None) -> int:
    """Bytes that mmcase.json needs at most: as if every input had both its bytes and its path, and every
    slice both its name and its number."""
    digest = "0" * 64

    def largest(item: Input) -> Entry:
        numbered = replace(item, slices=tuple(f"{name}{n}" for n, name in enumerate(item.slices, 1)))
        return Entry(item.name, member="inputs/0000", origin=digest, path=item.path, **_chosen(numbered))

    entries = {modality: tuple(map(largest, items)) for modality, items in case.inputs.items()}
    members = (*(f"inputs/{number:04}" for number in range(sum(map(len, entries.values())))), *_REPORT)
    return len(_json(codec.encode(_contents(case, report, entries, dict.fromkeys(members, digest)))))


def _chosen(item: Input | Entry) -> dict[str, Any]:
    """What a person chose of an input."""
    return {name: getattr(item, name) for name in _CHOSEN}


def _with_bytes(
    item: Input, id: str, before: tuple[Path, ...], largest: int = files.MAX_BYTES
) -> Input | None:
    """The input with its bytes in place of its path; None where they are nowhere."""
    if item.data is not None:
        return item
    try:
        return _packed(item, largest) if item.slices else _holding(item, files.read_bytes(item), ())
    except InputProblem:
        return next(filter(None, (_find(path, id, item) for path in before)), None)


def _bytes_of(item: Input, id: str, before: tuple[Path, ...]) -> bytes | None:
    held = _with_bytes(item, id, before)
    return held.data if held is not None else None


def _packed(item: Input, most: int) -> Input:
    """A series as an archive of its slices alone. Raises InputProblem where they are more than `most` bytes,
    and where one of them is not there."""
    from mmdesk.media.archives import packed
    from mmdesk.media.stack import open_stack  # imports pydicom

    count = len(item.slices)
    data = packed(map(open_stack(item).data, range(count)), item.name, most)
    return _holding(item, data, tuple(str(number) for number in range(1, count + 1)))


def _holding(item: Input, data: bytes, slices: tuple[str, ...]) -> Input:
    return replace(item, path=None, data=data, slices=slices)


def _find(path: Path, id: str, item: Input) -> Input | None:
    """The input with its bytes from an earlier file of its case."""
    try:
        with _opened(path) as (archive, contents):
            for entries in contents.inputs.values() if contents.id == id else ():
                for entry in entries:
                    if entry.member and entry.origin == _origin(item):
                        data = archive.read(entry.member)
                        whole = hashlib.sha256(data).hexdigest() == contents.sha256[entry.member]
                        return _holding(item, data, entry.slices) if whole else None
    except CaseProblem:
        pass
    return None


def _origin(item: Input) -> str | None:
    """Of a series, of its slices as well: a folder may hold several."""
    if item.path is None:
        return None
    text = "\0".join((item.path, *item.slices))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _info(member: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member)
    info.external_attr = 0o600 << 16
    return info


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """The archive, and what mmcase.json says. What is raised of _DAMAGE, also in the block, is damage."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe or a device may never end
            raise CaseProblem(path.name, "this is not a file", "Choose a case file.")
        with path.open("rb") as file:
            if not is_case(file.read(64)):
                raise CaseProblem(path.name, "this is no case of mmdesk", f"Choose a {SUFFIX} file.")
            if status.st_size > MAX_BYTES:
                raise _too_large(path.name)
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                yield archive, _read_contents(archive, path.name, status.st_size)
    except OSError as error:
        reason = error.strerror or "the disk gave an error"
        raise CaseProblem(path.name, f"it cannot be read ({reason})", "Copy it to another folder.") from error
    except _DAMAGE as error:
        raise CaseProblem(path.name, "this case is damaged", "Take an earlier copy of it.") from error


def _check_directory(file: BinaryIO) -> None:
    """Before zipfile builds an object for each line of it, the table of contents must be small."""
    file.seek(-_END.size, 2)
    mark, *_, size, _, comment = _END.unpack(file.read(_END.size))
    file.seek(-_END.size - 20, 2)
    if mark != b"PK\x05\x06" or comment or size > _MAX_DIRECTORY or file.read(4) == b"PK\x06\x07":
        raise ValueError("an end of the archive that mmdesk does not write")


def _read_contents(archive: zipfile.ZipFile, name: str, size: int) -> Contents:
    """Raises CaseProblem for a newer format, ValueError and others for what does not fit."""
    infos = archive.infolist()
    if infos[0].filename != _FIRST or infos[0].header_offset or infos[0].file_size > _MAX_JSON:
        raise ValueError("mmcase.json is not where it belongs")
    # Nothing is compressed and nothing overlaps: no more can be read than the file is long.
    if sum(info.file_size for info in infos) > size or any(
        info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size for info in infos
    ):
        raise ValueError("members larger than the file")
    value = json.loads(archive.read(infos[0]))
    if type(value["format"]) is int and value["format"] > FORMAT:
        raise CaseProblem(name, "a newer mmdesk wrote this case", "Update mmdesk.")
    contents: Contents = codec.decode(Contents, value)
    check_id(contents.id)
    members = [info.filename for info in infos[1:]]
    if contents.format not in (1, FORMAT) or sorted(members) != sorted(contents.sha256):
        raise ValueError("members that mmcase.json does not name, or the other way round")
    if not all(member in _REPORT or _INPUT.fullmatch(member) for member in members):
        raise ValueError("a member's name is none of the names that there may be")
    return contents


def _too_large(name: str) -> CaseProblem:
    return CaseProblem(
        name, f"the case is larger than {MAX_BYTES // 10**9} GB", "Take out what does not matter."
    )
