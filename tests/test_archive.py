"""The archive: what is kept, what a crash leaves, and two applications beside each other."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.scripted import sample_report
from support.slices import ct_series, laid

from mmdesk import archive as archives
from mmdesk import casefile, disk
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality, new_id
from mmdesk.casefile import CaseFile
from mmdesk.errors import CaseProblem
from mmdesk.media.holdings import images_of

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
OTHER = """
import sys
from pathlib import Path
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality

archive, ids = Archive(Path(sys.argv[1])), sys.argv[2:]
for id in ids:
    archive.mark_open(id)
    archive.keep(Case({Modality.RECORD: (Input.from_text("of another application"),)}, id=id))
print("open", flush=True)
sys.stdin.read()
for id in ids:
    archive.mark_closed(id)
"""
SAVER = """
import itertools
import sys
from pathlib import Path
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality

archive = Archive(Path(sys.argv[1]))
archive.mark_open(sys.argv[2])
for letter in itertools.cycle("ABCDEFGH"):
    picture, text = Input("x.png", data=letter.encode() * 300_000), Input.from_text(letter)
    archive.keep(Case({Modality.IMAGE: (picture,), Modality.RECORD: (text,)}, id=sys.argv[2]))
    print(letter, flush=True)
"""


def record(text: str = "fever", id: str | None = None) -> Case:
    return Case({RECORD: (Input.from_text(text),)}, id=id or new_id())


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "data" / "cases")


@contextmanager
def another_application(archive: Archive, *ids: str) -> Iterator[subprocess.Popen[str]]:
    """It has the cases open until the block ends, and then closes them unless it was killed."""
    command = [sys.executable, "-c", OTHER, str(archive.folder), *ids]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        yield process


def names(archive: Archive) -> list[str]:
    return sorted(path.name for path in archive.folder.iterdir())


def age(archive: Archive, id: str, days: float) -> None:
    then = time.time() - days * 86400
    os.utime(archive.path(id), (then, then))


def test_a_case_is_kept_with_its_report(archive: Archive) -> None:
    case = record()
    report = sample_report(case)
    path = archive.keep(case, report)
    assert path == archive.path(case.id) and path is not None
    assert casefile.load(path) == CaseFile(case, report)
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
        assert archive.folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_case_is_not_kept_and_an_emptied_one_no_longer(archive: Archive) -> None:
    assert archive.keep(Case({}, "full")) is None
    assert not archive.folder.exists()
    case = record()
    archive.keep(case)
    assert archive.keep(Case({}, id=case.id)) is None
    assert names(archive) == []


def test_only_what_changed_is_written(archive: Archive, tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    picture.write_bytes(b"one")
    case = Case({IMAGE: (Input.from_path(picture),)})
    path = archive.keep(case)
    assert path is not None
    written = path.stat().st_mtime_ns
    assert archive.keep(Case(case.inputs, id=case.id)) == path
    assert path.stat().st_mtime_ns == written

    def kept() -> CaseFile:
        archive.keep(case)
        return casefile.load(path)

    picture.write_bytes(b"other")
    assert kept().case.inputs[IMAGE][0].data == b"other"
    archive.keep(case, sample_report(case))
    assert casefile.load(path).report is not None
    assert kept().report is None
    path.unlink()
    assert kept().case.inputs[IMAGE][0].data == b"other"


@pytest.mark.parametrize("large", [True, False])
def test_a_series_is_kept_with_its_slices_where_it_is_not_large(
    archive: Archive, tmp_path: Path, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = images_of(laid(tmp_path / "head", ct_series(4)))
    monkeypatch.setattr(archives, "LARGEST", 3000 if large else 30_000)
    kept = archive.keep(Case({IMAGE: (item,)}))
    assert kept is not None
    (loaded,) = casefile.load(kept).case.inputs[IMAGE]
    assert (loaded == item) if large else (loaded.data is not None and len(loaded.slices) == 4)


def test_a_failed_write_is_tried_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    case = record("first")
    path = archive.keep(case)
    later = record("second", case.id)
    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(CaseProblem, match="full"):
            archive.keep(later)
    assert path is not None and casefile.load(path).case == case
    archive.keep(later)
    assert casefile.load(path).case == later


def test_a_folder_that_cannot_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    archive = Archive(tmp_path / "data" / "cases")
    for change in (lambda: archive.keep(record()), lambda: archive.mark_open(new_id())):
        with pytest.raises(CaseProblem, match="cannot be written"):
            change()
    assert archive.recent(5) == archive.unfinished() == []


def test_the_newest_come_first_and_say_nothing_of_a_person(archive: Archive) -> None:
    empty = Input("Ada Lovelace", data=b"1")
    full = Case({IMAGE: (empty,), AUDIO: (empty, Input("x", data=b"2")), RECORD: (empty,)})
    cases = [full, Case({IMAGE: (empty, Input("x", data=b"2"))}), record(), Case({AUDIO: (empty,)})]
    for number, case in enumerate(cases):
        archive.keep(case)
        age(archive, case.id, number)
    (archive.folder / f"{new_id()}.mmcase").write_bytes(b"PK\x03\x04 damaged")
    (archive.folder / "letter.mmcase").write_bytes(archive.path(full.id).read_bytes())
    (archive.folder / f"{new_id()}.mmcase").write_bytes(archive.path(full.id).read_bytes())
    kept = archive.recent(10)
    assert [item.id for item in kept] == [case.id for case in cases]
    assert [item.counts for item in kept] == [
        {IMAGE: 1, AUDIO: 2, RECORD: 1},
        {IMAGE: 2},
        {RECORD: 1},
        {AUDIO: 1},
    ]
    assert abs(kept[1].saved - (datetime.now(UTC) - timedelta(days=1))) < timedelta(minutes=1)
    assert kept[0].path == archive.path(full.id)
    assert [item.id for item in archive.recent(2)] == [case.id for case in cases[:2]]
    assert "Ada" not in repr(kept)


def test_a_case_that_was_closed_is_finished(archive: Archive) -> None:
    case = record()
    archive.mark_open(case.id)
    archive.mark_open(case.id)
    archive.keep(case)
    assert len(names(archive)) == 2 and archive.unfinished() == []
    archive.mark_closed(case.id)
    assert names(archive) == [f"{case.id}.mmcase"] and archive.unfinished() == []


def test_a_crash_leaves_an_unfinished_case(archive: Archive) -> None:
    old, new, never = new_id(), new_id(), new_id()
    with another_application(archive, old, new) as process:
        assert archive.unfinished() == []
        process.kill()
        process.wait()
    age(archive, old, 1)
    (archive.folder / f"{never}.{process.pid}.open").write_text("1.0")  # it died before it wrote the case
    assert [kept.id for kept in archive.unfinished()] == [new, old]
    archive.mark_open(new)
    assert [kept.id for kept in archive.unfinished()] == [old]
    archive.mark_closed(new)
    archive.mark_closed(old)  # not wanted
    assert archive.unfinished() == [] and len(archive.recent(5)) == 2


def test_a_process_of_the_same_number_is_not_the_one_that_crashed(archive: Archive) -> None:
    case = record()
    archive.keep(case)
    marker = archive.folder / f"{case.id}.{os.getpid()}.open"
    marker.write_text(repr(time.time() - 86400))
    assert [kept.id for kept in archive.unfinished()] == [case.id]
    marker.write_text("broken")
    assert [kept.id for kept in archive.unfinished()] == [case.id]
    archive.mark_open(case.id)
    assert archive.unfinished() == []


def test_two_applications_do_not_disturb_each_other(archive: Archive) -> None:
    mine, shared = record(), record()
    theirs = new_id()
    for case in (mine, shared):
        archive.mark_open(case.id)
        archive.keep(case)
    with another_application(archive, theirs, shared.id) as process:
        for id in (theirs, shared.id):
            age(archive, id, 99)
        archive.mark_closed(shared.id)
        archive.mark_closed(theirs)  # theirs to close
        assert archive.unfinished() == []
        archive.expire(30)
        assert archive.purge() == 0
        assert len(archive.recent(5)) == 3
        process.communicate("")
    assert process.returncode == 0 and archive.unfinished() == []
    archive.expire(30)
    assert [kept.id for kept in archive.recent(5)] == [mine.id]


def test_old_cases_expire_but_none_that_is_open(archive: Archive) -> None:
    old, new, in_use = record(), record(), record()
    for case in (old, new, in_use):
        archive.keep(case)
    archive.mark_open(in_use.id)
    (archive.folder / f"{old.id}.{2**22 + 1}.open").write_text("1.0")
    age(archive, old.id, 31)
    age(archive, new.id, 29)
    age(archive, in_use.id, 999)
    left, under_way = (archive.folder / f".mmdesk-{name}.part" for name in ("left", "under-way"))
    for part in (left, under_way):
        part.touch()
    os.utime(left, (0, 0))
    archive.expire(30)
    assert {kept.id for kept in archive.recent(5)} == {new.id, in_use.id}
    assert not left.exists() and under_way.exists()
    assert [name for name in names(archive) if old.id in name] == []


def test_all_but_the_open_one_can_be_deleted(archive: Archive) -> None:
    cases = [record() for _ in range(4)]
    for case in cases:
        archive.keep(case)
    archive.mark_open(cases[2].id)
    (archive.folder / f"{new_id()}.mmcase").write_bytes(b"damaged")
    (archive.folder / "mine.txt").touch()
    assert archive.purge() == 4
    assert [kept.id for kept in archive.recent(5)] == [cases[2].id]
    assert (archive.folder / "mine.txt").exists()


def test_killed_at_any_moment_a_whole_case_is_left(archive: Archive) -> None:
    """What is read after the kill is the case that was last said to be written, or the one after it."""
    chance = random.Random(7)
    halves = 0
    for _ in range(25):
        id = new_id()
        command = [sys.executable, "-c", SAVER, str(archive.folder), id]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.readline().strip()
            for _ in range(chance.randrange(4)):
                said = process.stdout.readline().strip()
            try:
                process.wait(chance.random() / 100)
            except subprocess.TimeoutExpired:
                process.kill()
            said = (said + process.stdout.read().replace("\n", ""))[-1]
        case = casefile.load(archive.path(id)).case
        letter = (case.inputs[RECORD][0].data or b"").decode()
        assert letter in (said, chr(ord(said) + 1) if said < "H" else "A")
        assert case.inputs[IMAGE][0].data == letter.encode() * 300_000
        halves += len(list(archive.folder.glob(disk.PART))) > halves
        assert archive.unfinished()[0].id == id
        archive.mark_closed(id)
    assert halves > 0  # some were killed in the middle of a save: the test is one
