"""Recording at the desk, with an engine that plays a script: what the case gets, while it goes on and in the
end, and what a crash leaves."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.recording import Source, counted
from support.sound import RATE, beats

from mmdesk import casefile, recordings
from mmdesk.case import Case, Input, Modality, new_id
from mmdesk.events import ReportReady
from mmdesk.media.microphone import Device
from mmdesk.media.recorder import Recorder
from mmdesk.ui import live_recording
from mmdesk.ui.desk import UNDER_WAY
from mmdesk.ui.recording import Phase

AUDIO = Modality.AUDIO
STETHOSCOPE = Device(3, "Steth USB", RATE, 1)
CARD = "This is read from the last seconds of a recording under way."


class Recorded:
    """A window that records from `source`."""

    def __init__(self, opened):
        self.opened = opened
        self.window, self.model, self.desk = opened.window, opened.model, opened.desk
        self.recording = opened.window.audio.recording
        self.recording._find = lambda: [STETHOSCOPE]
        self.recording._open = lambda device: self.source
        self.until = opened.until
        opened.until(lambda: opened.worker.state.phase.name == "READY")

    def start(self):
        self.source = Source(RATE)
        self.recording.start(STETHOSCOPE, self.model.id)
        self.until(lambda: self.recording.phase is Phase.RUNNING)

    def give(self, seconds):
        before = self.recording.seconds
        self.source.give(beats(seconds, seed=round(before)))
        self.until(lambda: self.recording.seconds >= before + seconds - 0.01)

    def stop(self):
        self.recording.stop()
        self.until(lambda: not self.recording.active)

    @property
    def names(self):
        return [item.name for item in self.model.inputs(AUDIO)]


@pytest.fixture
def at(open_window, monkeypatch):
    monkeypatch.setattr(live_recording, "LOOK", 10)
    return lambda **options: Recorded(open_window(**options))


def test_a_recording_is_in_the_case(at):
    desk = at()
    desk.model.set_record("Fever.")
    desk.start()
    desk.give(2)
    assert desk.names == []  # live mode is off
    desk.stop()
    (item,) = desk.model.inputs(AUDIO)
    assert item.name.startswith("recording ") and item.path is not None
    desk.until(lambda: desk.window.audio.bar.recordings.currentText() == item.name)
    assert desk.opened.began == 0
    desk.opened.until_quiet()
    loaded = desk.desk.archive.recent(1)[0]
    assert loaded.counts[AUDIO] == 1


def test_live_the_last_seconds_are_read_while_it_goes_on(at):
    desk = at(live=True)
    desk.start()
    desk.give(0.5)
    assert desk.names == []
    desk.give(14)
    desk.until(lambda: desk.names == [UNDER_WAY])
    first = desk.model.inputs(AUDIO)[0]
    desk.opened.until_ended(1)
    assert desk.window.report.cards() == [CARD]
    assert desk.window.audio.chip.text() == "recording"
    desk.give(1)
    desk.give(2.5)
    desk.opened.until_ended(2)
    second = desk.model.inputs(AUDIO)[0]
    assert second.name == UNDER_WAY and second.data != first.data
    for item in (first, second):
        (path := desk.opened.pack / "part.wav").write_bytes(item.data)
        assert soundfile.info(path).frames == 10 * RATE
    assert isinstance(desk.opened.lasts[-1], ReportReady)
    desk.stop()
    desk.opened.until_ended(3)
    (whole,) = desk.model.inputs(AUDIO)
    assert whole.name != UNDER_WAY and soundfile.info(whole.path).frames == 18 * RATE
    assert CARD not in desk.window.report.cards()


def test_analyses_never_queue_up(at):
    """The next one begins only when the one before has ended, however long that takes."""
    desk = at(factory="BlockedEngine", live=True)
    desk.start()
    for _ in range(3):
        desk.give(4)
    desk.until(lambda: desk.opened.began == 1)
    first = desk.model.inputs(AUDIO)[0]
    for _ in range(3):
        desk.give(4)
    assert desk.opened.began == 1 and desk.model.inputs(AUDIO)[0] is first
    desk.opened.open_gate("block")
    desk.until(lambda: desk.opened.began == 2)
    assert desk.model.inputs(AUDIO)[0] is not first
    desk.stop()


def test_live_mode_may_begin_in_the_middle(at):
    desk = at()
    desk.start()
    desk.give(4)
    desk.opened.do["live"].trigger()
    desk.until(lambda: desk.names == [UNDER_WAY])
    desk.stop()
    assert len(desk.names) == 1 and UNDER_WAY not in desk.names


def test_a_position_that_is_chosen_meanwhile_stays(at):
    desk = at(live=True)
    desk.start()
    desk.give(4)
    desk.opened.until_ended(1)
    position = desk.window.audio.bar.position
    position.setCurrentIndex(position.findData("sit_Aor"))
    position.activated.emit(position.currentIndex())
    desk.give(4)
    desk.opened.until_ended(2)
    assert desk.model.inputs(AUDIO)[0].position == "sit_Aor"
    desk.stop()
    assert desk.model.inputs(AUDIO)[0].position == "sit_Aor"


def test_a_recording_that_came_to_nothing_leaves_nothing(at, monkeypatch):
    desk = at(live=True)
    desk.start()
    desk.give(4)
    desk.opened.until_ended(1)
    monkeypatch.setattr(recordings, "finish", lambda path: None)
    desk.stop()
    assert desk.names == []


def test_a_case_that_is_put_away_leaves_its_recording_to_be_had(at):
    desk = at()
    desk.model.set_record("Fever.")
    desk.start()
    desk.give(2)
    desk.opened.do["new"].trigger()
    words = "A recording was under way when its case was put away. It was kept."
    desk.until(lambda: desk.window.notice.text == words)
    desk.window.notice._button.click()
    desk.until(lambda: desk.names)
    (item,) = desk.model.inputs(AUDIO)
    assert np.abs(soundfile.read(item.path)[0] - beats()).max() < 1e-4


def put_away(at):
    """A desk whose recording was put away with its case, and is offered."""
    desk = at()
    desk.model.set_record("Fever.")
    desk.start()
    desk.give(2)
    desk.opened.do["new"].trigger()
    desk.until(lambda: desk.window.notice.text.startswith("A recording was under way"))
    return desk


def test_a_recording_of_another_case_stays_with_the_one_that_it_was_put_into(at):
    desk = put_away(at)
    desk.window.notice._button.click()
    desk.until(lambda: desk.names)
    desk.opened.until_quiet()
    desk.desk.archive.purge()
    (item,) = desk.model.inputs(AUDIO)
    assert Path(item.path).name.startswith(desk.model.id) and len(soundfile.read(item.path)[0]) == 2 * RATE


def test_of_two_cases_a_recording_reaches_none_unasked(at):
    desk = put_away(at)
    desk.window.notice._button.click()
    desk.model.load(Case({}))  # before the recording came
    words = "A recording was under way when mmdesk ended. It was kept."
    desk.until(lambda: desk.window.notice.text == words)
    assert desk.names == []
    desk.window.notice._button.click()
    desk.until(lambda: desk.names)


def test_a_demo_offers_nobodys_recording(at, tmp_path):
    spool = left(tmp_path / "home" / "cases")
    desk = at()
    desk.until(lambda: desk.window.notice.text)
    desk.window.notice._close.click()
    desk.window.filing.hides_recent = True
    desk.desk.look_back(30)
    desk.opened.until_quiet()
    assert not desk.window.notice.text and spool.exists()


def left(folder: Path, frames: int = 8000) -> Path:
    recorder = Recorder(recordings.begin(folder, new_id(), RATE, 2))
    recorder.take(counted(0, frames))
    recorder.stop()
    return recordings.release(recorder.spool.path)


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_crash_left_is_offered_at_the_next_start(at, tmp_path, count):
    folder = tmp_path / "home" / "cases"
    spools = [left(folder) for _ in range(count)]
    desk = at()
    words = {
        1: "A recording was under way when mmdesk ended. It was kept.",
        2: "Recordings that were under way when mmdesk ended were kept: 2.",
    }
    desk.until(lambda: desk.window.notice.text == words[count])
    desk.model.load(Case({AUDIO: (Input(UNDER_WAY, data=b"RIFF"), Input("other.wav", data=b"RIFF"))}))
    desk.window.notice._button.click()
    desk.until(lambda: desk.names == ["other.wav"] + ["recovered recording"] * count)
    for item in desk.model.inputs(AUDIO)[1:]:
        assert (soundfile.read(item.path, dtype="int16")[0] == counted(0, 8000)).all()
    assert not any(spool.exists() for spool in spools)


def test_what_is_not_wanted_now_is_offered_again(at, tmp_path):
    folder = tmp_path / "home" / "cases"
    spool = left(folder)
    desk = at()
    desk.until(lambda: desk.window.notice.text)
    desk.window.notice._close.click()
    assert desk.names == [] and recordings.left(folder) == [spool]


def test_one_that_was_deleted_meanwhile_gives_nothing(at, tmp_path):
    left(tmp_path / "home" / "cases")
    desk = at()
    desk.until(lambda: desk.window.notice.text)
    desk.desk.archive.purge()
    desk.window.notice._button.click()
    desk.opened.until_quiet()
    assert desk.names == [] and not desk.window.notice.text


def test_where_cases_are_not_kept_the_recording_stays_in_memory(at, tmp_path):
    desk = at(autosave=False)
    desk.start()
    desk.give(2)
    desk.stop()
    (item,) = desk.model.inputs(AUDIO)
    assert item.path is None and list((tmp_path / "home" / "cases").glob("*.flac")) == []


def test_the_window_closes_while_it_goes_on(at, tmp_path):
    desk = at()
    desk.start()
    desk.give(2)
    desk.opened.close()
    (spool,) = (tmp_path / "home" / "cases").glob("*.spool")
    assert recordings.finish(spool) is not None


def test_the_window_closes_while_a_recording_is_written(at):
    """It was ended: it is in its case."""
    desk = at()
    desk.start()
    desk.give(2)
    desk.recording.stop()
    assert desk.recording.phase is Phase.ENDING
    desk.opened.close()
    kept = casefile.load(desk.desk.archive.path(desk.model.id)).case
    (item,) = kept.inputs[AUDIO]
    assert np.abs(soundfile.read(BytesIO(item.data))[0] - beats()).max() < 1e-4
