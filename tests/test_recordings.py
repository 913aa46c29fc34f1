"""Recordings that a kill left, and what becomes of them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile
from support.recording import counted

from mmdesk import casefile, disk, recordings
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality, new_id
from mmdesk.errors import CaseProblem
from mmdesk.media import spool as spools
from mmdesk.media.recorder import Recorder

RATE = 48000
RECORDER = """
import sys
from pathlib import Path
from mmdesk import recordings
from mmdesk.media.recorder import Recorder
from support.recording import counted

recorder, first = Recorder(recordings.begin(Path(sys.argv[1]), sys.argv[2], 48000, 2)), 0
while True:  # ahead of the disk by a tenth of a second at most
    recorder.take(counted(first, 480))
    first += 480
    while recorder.received - recorder.written > 4800:
        pass
    print(recorder.written, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "cases"


def spooled(folder: Path, frames: int = 1000, case: str | None = None, crashed: bool = True) -> Path:
    recorder = Recorder(recordings.begin(folder, case or new_id(), RATE, 2))
    recorder.take(counted(0, frames))
    recorder.stop()
    return recordings.release(recorder.spool.path) if crashed else recorder.spool.path


def test_killed_in_the_middle(folder: Path) -> None:
    """Nothing is lost but what was not written yet: a tenth of a second here."""
    command = [sys.executable, "-c", RECORDER, str(folder), new_id()]
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=here) as child:
        assert child.stdout is not None
        written = 0
        try:
            while written < 3 * RATE:
                written = int(child.stdout.readline())
            assert recordings.left(folder) == []  # it lives
        finally:
            child.kill()
            child.wait()
        lines = child.stdout.read().split("\n")
        written = int(([str(written), *lines[:-1]])[-1])
    (left,) = recordings.left(folder)
    found = spools.look_at(left)
    assert found is not None and found.frames >= written
    flac = recordings.finish(left)
    assert flac is not None and recordings.left(folder) == [] and not left.exists()
    samples, rate = soundfile.read(flac, dtype="int16")
    assert rate == RATE and (samples == counted(0, found.frames)).all()


def test_names_say_nothing_and_the_files_are_their_owners(folder: Path) -> None:
    case = new_id()
    path = spooled(folder, case=case, crashed=False)
    assert path.name.startswith(case) and path.name.endswith(".spool")
    flac = recordings.finish(path)
    assert flac is not None and [file.name for file in folder.iterdir()] == [flac.name]
    if sys.platform != "win32":
        assert flac.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700


def test_what_is_under_way_is_not_offered(folder: Path) -> None:
    path = spooled(folder, crashed=False)
    assert recordings.left(folder) == []
    released = recordings.release(path)
    assert recordings.left(folder) == [released]


def test_a_spool_without_sound_is_no_recording(folder: Path) -> None:
    spooled(folder, 0)
    (folder / "a.spool").write_bytes(b"of another program")
    assert recordings.left(folder) == []
    assert [file.name for file in folder.iterdir()] == ["a.spool"]


def test_one_that_is_gone_gives_nothing(folder: Path) -> None:
    path = spooled(folder)
    path.unlink()
    assert recordings.finish(path) is None


def test_a_full_disk_keeps_the_spool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = spooled(folder)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "replacing", full)
    with pytest.raises(CaseProblem, match="No space left"):
        recordings.finish(path)
    assert recordings.left(folder) == [path]
    with pytest.raises(CaseProblem, match="recording: it cannot be written"):
        recordings.begin(path, new_id(), RATE, 1)  # no folder


def ended(folder: Path, case: str | None = None) -> Path:
    path = recordings.finish(spooled(folder, case=case))
    assert path is not None
    return path


def age(path: Path, days: float) -> Path:
    then = time.time() - days * 86400
    os.utime(path, (then, then))
    return path


def test_they_go_with_the_kept_cases(folder: Path) -> None:
    archive, case = Archive(folder), new_id()
    old, older = age(ended(folder), 29), age(ended(folder), 31)
    left, lost = age(spooled(folder), 29), age(spooled(folder), 31)
    mine = age(ended(folder, case), 31)
    archive.mark_open(case)
    foreign = age(folder / "voice.flac", 0) if (folder / "voice.flac").touch() else folder / "voice.flac"
    archive.expire(30)
    assert [path.exists() for path in (old, older, left, lost, mine)] == [True, False, True, False, True]
    under_way = spooled(folder, crashed=False)
    assert archive.purge() == 0
    assert [path.exists() for path in (old, left, mine, under_way)] == [False, False, True, True]
    archive.mark_closed(case)
    archive.purge()
    assert not mine.exists() and foreign.exists()


def test_a_case_keeps_the_bytes(folder: Path) -> None:
    case = new_id()
    path = ended(folder, case)
    archive = Archive(folder)
    kept = archive.keep(Case({Modality.AUDIO: (Input("recording.flac", str(path)),)}, id=case))
    assert kept is not None
    data = path.read_bytes()
    path.unlink()
    assert casefile.load(kept).case.inputs[Modality.AUDIO] == (Input("recording.flac", data=data),)
