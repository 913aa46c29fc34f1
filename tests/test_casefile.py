"""Case files: the round trip, what is gone meanwhile, and files that somebody else made."""

import contextlib
import errno
import hashlib
import io
import json
import os
import random
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.scripted import sample_report
from support.slices import ct_series, laid, zipped

import mmdesk
from mmdesk import casefile
from mmdesk.case import Case, Input, Modality
from mmdesk.casefile import CaseFile
from mmdesk.errors import CaseProblem
from mmdesk.media.holdings import images_of
from mmdesk.media.stack import FLAT, open_stack
from mmdesk.report import Report

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
NAMES = st.text(max_size=12)
POSITIONS = st.none() | st.sampled_from(["mitral", "aortic"])
PASTED = st.builds(Input, name=NAMES, data=st.binary(max_size=40), position=POSITIONS)
GONE = st.builds(Input, name=NAMES, path=st.text(max_size=12).map("\0/".__add__), position=POSITIONS)


def cases(items: st.SearchStrategy[Input]) -> st.SearchStrategy[Case]:
    some = st.lists(items, min_size=1, max_size=3).map(tuple)
    return st.builds(
        Case,
        inputs=st.dictionaries(st.sampled_from(Modality), some),
        prompt=st.none() | st.text(max_size=12),
        id=st.uuids().map(lambda id: id.hex),
    )


def sample() -> tuple[Case, Report]:
    case = Case(
        {
            IMAGE: (Input("Ada.png", data=b"\x89PNG" + bytes(range(256)) * 4),),
            AUDIO: (Input("a.wav", data=b"RIFF" * 50, position="mitral"), Input("b.wav", data=b"")),
            RECORD: (Input.from_text("Fever for 4 days."),),
        },
        "impression",
    )
    return case, sample_report(case)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, CaseFile]:
    path = tmp_path / "case.mmcase"
    case, report = sample()
    assert casefile.save(path, case, report) == ()
    return path, CaseFile(case, report)


@settings(max_examples=60, deadline=None)
@given(cases(PASTED | GONE), st.booleans())
def test_a_case_comes_back_as_it_was(case: Case, with_report: bool) -> None:
    report = sample_report(case) if with_report else None
    gone = [item.name for items in case.inputs.values() for item in items if item.data is None]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.mmcase"
        assert sorted(casefile.save(path, case, report)) == sorted(gone)
        assert casefile.is_case(path.read_bytes()[:4096])
        assert casefile.load(path) == CaseFile(case, report)


def test_files_are_taken_in_whole(tmp_path: Path) -> None:
    picture = tmp_path / "Smith_John.png"
    picture.write_bytes(b"\x89PNG and so on")
    case = Case({IMAGE: (Input.from_path(picture),), AUDIO: (Input("x", data=b"x"),)})
    path = tmp_path / "x.mmcase"
    assert casefile.save(path, case) == ()
    assert casefile.load(path).case.inputs[IMAGE] == (Input(picture.name, data=b"\x89PNG and so on"),)
    assert str(tmp_path).encode() not in path.read_bytes()  # a folder may be named after a person


def test_the_file_says_what_is_in_it_and_where_it_came_from(saved: tuple[Path, CaseFile]) -> None:
    path, file = saved
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        said = json.loads(archive.read("mmcase.json"))
        assert file.report is not None
        assert archive.read("report.md").decode() == file.report.to_markdown()
        assert len(json.loads(archive.read("facts.json"))) == len(file.report.facts) > 0
        assert archive.testzip() is None
    inputs = [f"inputs/{number:04}" for number in (1, 2, 3, 4)]
    assert names == ["mmcase.json", *inputs, "facts.json", "report.json", "report.md"]
    assert said["format"] == 2 and said["mmdesk"] == mmdesk.__version__ and said["created"].endswith("+00:00")
    assert said["pack"] == {"name": "clinic", "version": "0.1.0", "sha256": "ab" * 32}
    chosen = {"slices": [], "every": False, "confirmed": False, "struck": [], "typed": False}
    one = {"name": "a.wav", "position": "mitral", "member": inputs[1], **chosen}
    assert said["inputs"]["audio"][0] == one
    assert said["sha256"][inputs[1]] == hashlib.sha256(b"RIFF" * 50).hexdigest()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
def test_the_file_is_its_owners_alone(saved: tuple[Path, CaseFile]) -> None:
    assert saved[0].stat().st_mode & 0o777 == 0o600


def test_a_file_that_vanished_is_named_and_keeps_its_place(tmp_path: Path) -> None:
    gone = Input.from_path(tmp_path / "gone.wav", position="aortic")
    case = Case({AUDIO: (gone, Input("here.wav", data=b"here")), IMAGE: (Input.from_path(tmp_path),)})
    path = tmp_path / "x.mmcase"
    assert casefile.save(path, case) == ("gone.wav", tmp_path.name)
    assert casefile.load(path).case == case


def test_what_was_kept_before_stands_in_for_a_file_that_vanished(tmp_path: Path) -> None:
    picture, path, other = (tmp_path / name for name in ("p.png", "x.mmcase", "other.mmcase"))
    picture.write_bytes(b"first")
    case = Case({IMAGE: (Input.from_path(picture),)})
    casefile.save(path, case)
    picture.write_bytes(b"changed since")
    casefile.save(path, case)
    picture.unlink()
    more = Case({**case.inputs, RECORD: (Input.from_text("typed later"),)}, id=case.id)
    assert casefile.save(path, more) == ()
    assert casefile.save(other, more, earlier=path) == ()
    for file in (path, other):
        assert casefile.load(file).case.inputs[IMAGE] == (Input("p.png", data=b"changed since"),)
    stranger = Case(case.inputs)
    assert casefile.save(tmp_path / "new.mmcase", stranger, earlier=path) == ("p.png",)


def series_in(folder: Path) -> tuple[Input, ...]:
    """Two series of one folder, of which one file's name is no Unicode."""
    files = {f"a{name}": data for name, data in ct_series(3).items()}
    files |= {f"b/{name}": data for name, data in ct_series(2, seed=3, SeriesInstanceUID="1.2.8").items()}
    laid(folder, files)
    with contextlib.suppress(OSError):  # not every file system has such names
        (folder / "aIM0000").rename(folder / "a\udcff")
    return tuple(images_of(folder))


def pictures_of(item: Input) -> list[bytes]:
    stack = open_stack(item)
    assert stack.planes == {FLAT: len(item.slices)}
    return [stack.data(index) for index in range(len(item.slices))]


def test_a_series_is_taken_in_slice_by_slice(tmp_path: Path) -> None:
    items = series_in(tmp_path / "Doe_Jane")
    files = [pictures_of(item) for item in items]
    assert [len(one) for one in files] == [3, 2]
    path, later = tmp_path / "x.mmcase", tmp_path / "later.mmcase"
    case = Case({IMAGE: tuple(replace(item, frame=1, every=True) for item in items)})
    assert casefile.save(path, case) == ()
    (tmp_path / "Doe_Jane").rename(tmp_path / "moved")
    loaded = casefile.load(path).case
    for item, before, data in zip(loaded.inputs[IMAGE], case.inputs[IMAGE], files, strict=True):
        assert pictures_of(item) == data
        assert (item.name, item.frame, item.every, item.path) == (before.name, 1, True, None)
        assert item.slices == tuple("123"[: len(data)])  # their names may be a person's
    assert b"Doe_Jane" not in path.read_bytes()
    # The folder is gone: what was kept stands in for it, and a case from a file is kept as it is.
    assert casefile.save(path, case) == () and casefile.load(path).case == loaded
    assert casefile.save(later, loaded) == () and casefile.load(later).case == loaded


def test_of_an_archive_only_the_series_is_taken_in(tmp_path: Path) -> None:
    packed = tmp_path / "disc.zip"
    packed.write_bytes(zipped(ct_series(3) | {"huge.bin": bytes(10**6)}, zipfile.ZIP_STORED))
    (item,) = images_of(packed)
    path = tmp_path / "x.mmcase"
    assert casefile.save(path, Case({IMAGE: (item,)})) == ()
    (loaded,) = casefile.load(path).case.inputs[IMAGE]
    assert pictures_of(loaded) == pictures_of(item) and path.stat().st_size < 20_000


@pytest.mark.parametrize("what", ["gone", "too large"])
def test_a_series_that_cannot_be_taken_in_is_named(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "head"
    case = Case({IMAGE: series_in(folder)})
    largest = 10**6
    if what == "gone":
        (folder / case.inputs[IMAGE][0].slices[1]).unlink()
    else:
        size = len(pictures_of(case.inputs[IMAGE][0])[0])
        largest = 3 * size
    path = tmp_path / "x.mmcase"
    assert casefile.save(path, case, largest=largest) == (case.inputs[IMAGE][0].name,)
    first, second = casefile.load(path).case.inputs[IMAGE]
    assert first == case.inputs[IMAGE][0] and len(pictures_of(second)) == 2


def test_names_shorter_than_their_numbers_leave_room(tmp_path: Path) -> None:
    files = dict(zip("abcdefghijklmnopqrstuvwxyz", ct_series(26).values(), strict=True))
    (item,) = images_of(laid(tmp_path / "head", files))
    path = tmp_path / "x.mmcase"
    assert casefile.save(path, Case({IMAGE: (replace(item, slices=item.slices * 40),)})) == ()
    assert len(casefile.load(path).case.inputs[IMAGE][0].slices) > 999


def test_a_full_disk_leaves_the_case_as_it_was(
    saved: tuple[Path, CaseFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = saved

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CaseProblem, match="No space left"):
            casefile.save(path, Case({}))
    assert casefile.load(path) == file
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(CaseProblem, match="cannot be written"):
        casefile.save(tmp_path / "no" / "x.mmcase", Case({}))
    with pytest.raises(CaseProblem, match="No such file"):
        casefile.load(tmp_path / "no" / "x.mmcase")


def test_a_case_has_a_size_that_may_not_be_passed(
    saved: tuple[Path, CaseFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = saved
    monkeypatch.setattr(casefile, "MAX_BYTES", casefile._MAX_DIRECTORY + 2000)
    with pytest.raises(CaseProblem, match="larger"):
        casefile.save(path.with_name("y.mmcase"), file.case, file.report)
    monkeypatch.setattr(casefile, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(CaseProblem, match="larger"):
        casefile.load(path)


def test_an_id_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 hexadecimal"):
        casefile.save(tmp_path / "x.mmcase", Case({}, id="../../x"))


@pytest.mark.parametrize("head", [b"", b"PK", b"PK\x03\x04" + bytes(60), b"%PDF-1.7" + bytes(60)])
def test_another_file_is_no_case(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "x.mmcase"
    path.write_bytes(head)
    assert not casefile.is_case(head)
    with pytest.raises(CaseProblem, match="no case"):
        casefile.load(path)


def test_a_folder_and_a_pipe_are_no_cases(tmp_path: Path) -> None:
    with pytest.raises(CaseProblem, match="not a file"):
        casefile.load(tmp_path)
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(CaseProblem, match="not a file"):
            casefile.load(tmp_path / "pipe")


def outcome(data: bytes) -> CaseFile | CaseProblem:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.mmcase"
        path.write_bytes(data)
        try:
            return casefile.load(path)
        except CaseProblem as problem:
            return problem


@pytest.fixture(scope="module")
def whole() -> tuple[bytes, CaseFile]:
    case, report = sample()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.mmcase"
        casefile.save(path, case, report)
        return path.read_bytes(), CaseFile(case, report)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_file_is_the_same_case_or_a_problem(
    whole: tuple[bytes, CaseFile], data: st.DataObject
) -> None:
    before, file = whole
    changed = bytearray(before)
    at_end = st.integers(0, 700).map(lambda back: len(before) - 1 - back)  # where the directory is
    for place in data.draw(st.lists(st.integers(0, len(before) - 1) | at_end, min_size=1, max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(before)))
    got = outcome(bytes(changed[:cut]))
    assert isinstance(got, CaseProblem) or got == file


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_forged_description_gives_a_case_or_a_problem(
    whole: tuple[bytes, CaseFile], data: st.DataObject
) -> None:
    """Here the sums of the ZIP are right: only mmcase.json itself can tell."""
    before, _ = whole

    def forge(text: bytes) -> bytes:
        changed = bytearray(text)
        for _ in range(data.draw(st.integers(1, 5))):
            start = data.draw(st.integers(0, len(changed) - 1))
            new = data.draw(st.binary(max_size=3) | st.sampled_from([b"null", b"{}", b"[]", b"1e999", b'"']))
            changed[start : start + data.draw(st.integers(0, 8))] = new
        return bytes(changed)

    assert isinstance(outcome(rebuilt(before, text=forge)), CaseFile | CaseProblem)


def rebuilt(
    before: bytes,
    text: Callable[[bytes], bytes] = bytes,
    members: Callable[[dict[str, bytes]], Any] = dict,
    said: Callable[[dict[str, Any]], Any] = dict,
    method: int = zipfile.ZIP_STORED,
) -> bytes:
    """The file made again from changed members and a changed mmcase.json, with sums that are right."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        old.write_bytes(before)
        with zipfile.ZipFile(old) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        value = json.loads(parts.pop("mmcase.json"))
        members(parts)
        value["sha256"] = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
        said(value)
        with zipfile.ZipFile(new, "w") as archive:
            archive.writestr("mmcase.json", text(json.dumps(value).encode()))
            for name, part in parts.items():
                archive.writestr(name, part, method)
        return new.read_bytes()


def first_input(value: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = value["inputs"]["image"][0]
    return entry


FORGERIES: dict[str, dict[str, Any]] = {
    "a member outside": {
        "members": lambda parts: parts.update({"../evil": parts.pop("inputs/0001")}),
        "said": lambda value: first_input(value).update(member="../evil"),
    },
    "a member too many": {"members": lambda parts: parts.update({"inputs/0009": b"?"})},
    "a foreign member": {"members": lambda parts: parts.update({"run.py": b"?"})},
    "half a report": {"members": lambda parts: parts.pop("facts.json")},
    "a report of another kind": {"members": lambda parts: parts.update({"report.json": b"[1]"})},
    "a report without end": {"members": lambda parts: parts.update({"report.json": b"[" * 200_000})},
    "a wrong sum": {"said": lambda value: value["sha256"].update({"inputs/0001": "0" * 64})},
    "a member without a sum": {
        "members": lambda parts: parts.update({"inputs/0009": b"?"}),
        "said": lambda value: value["sha256"].pop("inputs/0009"),
    },
    "a sum of nothing": {"said": lambda value: value["sha256"].update({"inputs/0009": "0" * 64})},
    "a member used twice": {"said": lambda value: first_input(value).update(member="inputs/0002")},
    "bytes and a path": {"said": lambda value: first_input(value).update(path="/etc/hosts")},
    "neither": {"said": lambda value: value["inputs"]["image"].append({"name": "x"})},
    "another kind of input": {"said": lambda value: value["inputs"].update(video=[])},
    "no inputs of a kind": {"said": lambda value: value["inputs"].update(image=[])},
    "an id that is a path": {"said": lambda value: value.update(id="../../../x")},
    "an older format": {"said": lambda value: value.update(format=0)},
    "a format of another kind": {"said": lambda value: value.update(format=True)},
    "no format": {"said": lambda value: value.pop("format")},
    "an unknown key": {"said": lambda value: value.update(run="x")},
    "no JSON": {"text": lambda text: text[:-1]},
    "JSON of another kind": {"text": lambda text: b"[]"},
    "JSON without end": {"text": lambda text: b"[" * 200_000},
    "compressed": {"method": zipfile.ZIP_DEFLATED},
    "a bomb": {
        "members": lambda parts: parts.update({"inputs/0001": bytes(20_000_000)}),
        "method": zipfile.ZIP_DEFLATED,
    },
}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_nothing_is_ever_unpacked(whole: tuple[bytes, CaseFile], method: int) -> None:
    """Here compression makes nothing smaller, so that sizes do not tell."""

    def noise(parts: dict[str, bytes]) -> None:
        for name in list(parts):
            parts[name] = random.Random(name).randbytes(4000)
            if not name.startswith("inputs/"):
                del parts[name]

    assert isinstance(outcome(rebuilt(whole[0], members=noise)), CaseFile)
    got = outcome(rebuilt(whole[0], members=noise, method=method))
    assert isinstance(got, CaseProblem) and "damaged" in got.problem


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_file_is_damaged(whole: tuple[bytes, CaseFile], forgery: str) -> None:
    got = outcome(rebuilt(whole[0], **FORGERIES[forgery]))
    assert isinstance(got, CaseProblem) and "damaged" in got.problem


def test_what_is_rebuilt_without_a_change_is_whole(whole: tuple[bytes, CaseFile]) -> None:
    assert outcome(rebuilt(whole[0])) == whole[1]


def test_a_newer_format_says_so(whole: tuple[bytes, CaseFile]) -> None:
    newer = rebuilt(whole[0], said=lambda value: value.update(format=3, shape="other"))
    got = outcome(newer)
    assert isinstance(got, CaseProblem) and "newer" in got.problem


def test_a_record_of_the_first_format_is_text_whatever_it_looks_like(tmp_path: Path) -> None:
    sheet = b"date,test,value,unit\n2030-01-02,Hb,14.2,g/dL\n"
    path = tmp_path / "x.mmcase"
    casefile.save(path, Case({RECORD: (Input("note.txt", data=sheet),), IMAGE: (Input("a", data=b"a"),)}))

    def as_before(value: dict[str, Any]) -> None:
        value["format"] = 1
        for items in value["inputs"].values():
            for key in ("slices", "plane", "frame", "every", "confirmed", "struck", "typed"):
                items[0].pop(key, None)

    path.write_bytes(rebuilt(path.read_bytes(), said=as_before))
    inputs = casefile.load(path).case.inputs
    assert inputs[RECORD] == (Input("note.txt", data=sheet, typed=True),)
    assert inputs[IMAGE] == (Input("a", data=b"a"),)


def test_two_members_of_one_name_are_damage(whole: tuple[bytes, CaseFile], tmp_path: Path) -> None:
    path = tmp_path / "x.mmcase"
    path.write_bytes(whole[0])
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("inputs/0001", b"another")
    got = outcome(path.read_bytes())
    assert isinstance(got, CaseProblem) and "damaged" in got.problem


def test_members_that_lie_in_each_other_are_damage(whole: tuple[bytes, CaseFile]) -> None:
    """The same bytes, read for many members, would be many times the file."""
    data = bytes(3000)
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("inputs/0009", data)
    inner, line = box.getvalue()[:3041], box.getvalue()[3041:-22]

    def describe(value: dict[str, Any]) -> None:
        value["sha256"]["inputs/0009"] = hashlib.sha256(data).hexdigest()
        value["inputs"]["image"].append({"name": "x", "member": "inputs/0009"})

    outer = rebuilt(whole[0], members=lambda parts: parts.update({"inputs/0001": inner}), said=describe)
    count, size, start = struct.unpack("<HLL", outer[-12:-2])
    line = line[:42] + struct.pack("<L", outer.index(inner)) + line[46:]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 1, count + 1, size + len(line), start, 0)
    got = outcome(outer[:-22] + line + end)
    assert isinstance(got, CaseProblem) and "damaged" in got.problem


def huge(data: bytes) -> bytes:
    return data[:-10] + struct.pack("<L", 2**20 + 1) + data[-6:]


def remarked(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", 1) + b"x"


def with_64_bit_end(data: bytes) -> bytes:
    return data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:]


@pytest.mark.parametrize("change", [huge, remarked, with_64_bit_end])
def test_a_table_of_contents_that_may_be_huge_is_not_read(
    whole: tuple[bytes, CaseFile], monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", lambda file: pytest.fail("it was read"))
    got = outcome(change(whole[0]))
    assert isinstance(got, CaseProblem) and "damaged" in got.problem


def test_a_description_has_a_size_that_may_not_be_passed(
    saved: tuple[Path, CaseFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, file = saved
    with monkeypatch.context() as patch:
        patch.setattr(casefile, "_MAX_JSON", 1000)
        with pytest.raises(CaseProblem, match="larger"):
            casefile.save(path.with_name("y.mmcase"), file.case, file.report)
        with pytest.raises(CaseProblem, match="damaged"):
            casefile.load(path)
    monkeypatch.setattr(casefile, "_MAX_INPUTS", 3)
    with pytest.raises(CaseProblem, match="larger"):
        casefile.save(path.with_name("y.mmcase"), file.case)


def test_a_description_can_be_read_alone(saved: tuple[Path, CaseFile]) -> None:
    contents = casefile.read_contents(saved[0])
    assert contents.id == saved[1].case.id and len(contents.inputs[AUDIO]) == 2
