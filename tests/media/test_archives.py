"""ZIP archives that are as they should be; tests/test_hostile.py has the others."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from support.slices import zipped

from mmdesk.errors import InputProblem
from mmdesk.media import archives
from mmdesk.media.archives import Archive, is_below, packed
from mmdesk.media.files import HEAD

FILES = {"a.txt": b"one", "deep/er/b": bytes(range(256)) * 64, "empty": b""}


def read_all(data: str | bytes) -> dict[str, bytes]:
    with Archive(data, "scans.zip") as archive:
        return {name: archive.read(name) for name in archive.names}


def problem_of(data: bytes) -> str:
    with pytest.raises(InputProblem) as caught:
        read_all(data)
    assert caught.value.name == "scans.zip" and caught.value.remedy.endswith(".")
    return caught.value.problem


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_files_by_name(compression: int, tmp_path: Path) -> None:
    data = zipped(FILES, compression)
    path = tmp_path / "scans.zip"
    path.write_bytes(data)
    for source in (data, str(path)):
        assert read_all(source) == FILES
        with Archive(source, "scans.zip") as archive:
            assert archive.head("deep/er/b") == FILES["deep/er/b"][:HEAD]
    path.unlink()  # on Windows an open file would stay


def test_what_is_left_out() -> None:
    with zipfile.ZipFile(file := BytesIO(), "w") as made:
        made.mkdir("folder")
        for name in ("folder/a", ".DS_Store", "__MACOSX/folder/._a", "folder/.hidden", ".git/config"):
            made.writestr(name, b"x")
    assert Archive(file.getvalue(), "a").names == ["folder/a"]


def test_an_archive_that_is_encrypted_or_damaged() -> None:
    data = bytearray(zipped({"a": b"secret"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    assert problem_of(bytes(data)) == "the archive is encrypted"
    assert problem_of(zipped(FILES)[:-10]) == "the archive is damaged"
    assert problem_of(zipped({"a": b"x" * 100}, zipfile.ZIP_STORED).replace(b"xxx", b"yyy", 1)) == (
        "the archive is damaged"
    )
    with pytest.raises(InputProblem, match="a file that belongs to it is not there"):
        Archive(zipped(FILES), "a").read("c")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    assert problem_of(zipped(FILES)) == "the archive holds more than 2 files"
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    monkeypatch.setattr(archives, "MAX_BYTES", 2**13)
    assert problem_of(zipped(FILES)) == "a file in it is larger than 0 MB"
    monkeypatch.setattr(archives, "MAX_UNPACKED", 2**14)
    assert problem_of(zipped(FILES)).startswith("unpacked, the archive is larger than")


def test_what_is_packed_is_read_again() -> None:
    files = [b"one", b"", bytes(range(256)) * 64]
    data = packed(iter(files), "head")
    assert data == packed(files, "head")
    with Archive(data, "head") as archive:
        assert archive.names == ["1", "2", "3"] and [archive.read(name) for name in "123"] == files
    assert len(data) < sum(map(len, files)) + 1000 and files[2] in data  # not compressed


def test_what_is_packed_has_a_limit() -> None:
    assert packed([bytes(60)], "head", 100)
    with pytest.raises(InputProblem, match="head: the file is larger than"):
        packed([bytes(60), bytes(60)], "head", 100)


def test_the_table_of_contents_must_be_small_not_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"a": bytes(5000), "b": bytes(5000)}, zipfile.ZIP_STORED)
    monkeypatch.setattr(archives, "_MAX_DIRECTORY", 200)
    assert list(read_all(data)) == ["a", "b"]
    monkeypatch.setattr(archives, "_MAX_DIRECTORY", 60)
    assert problem_of(data) == "the archive is damaged"


@pytest.mark.parametrize("path", ["a", "a/b", "a\\b", "..a/b", "a..", ".a"])
def test_paths_below(path: str) -> None:
    assert is_below(path)


@pytest.mark.parametrize("path", ["", "/a", "..", "a/../../b", "..\\a", "C:\\a", "C:a", "\\\\host\\a", "."])
def test_paths_elsewhere(path: str) -> None:
    assert not is_below(path)
