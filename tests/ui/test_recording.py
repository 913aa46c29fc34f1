"""Recording in the panel, from simulated devices whose clock is the test's."""

import errno
import itertools

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.recording import Source
from support.sound import RATE, beats, saved

from mmdesk import recordings
from mmdesk.case import Case, Input, Modality
from mmdesk.media import spool as spools
from mmdesk.media.microphone import Device
from mmdesk.media.portaudio import NoSound, Trouble
from mmdesk.media.recorder import Look
from mmdesk.ui import recorder_bar
from mmdesk.ui.audio_panel import AudioPanel
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.level_meter import FLOOR, LevelMeter
from mmdesk.ui.recorder_bar import RecorderBar
from mmdesk.ui.recording import Phase, Recording

AUDIO = Modality.AUDIO
BUILT_IN, STETHOSCOPE = Device(0, "Built-in", 44100, 2), Device(3, "Steth USB", RATE, 1)


class Desk:
    """A panel. `devices` are found, or the problem there is; `source` is opened next."""

    def __init__(self, qtbot, folder):
        self.qtbot, self.folder = qtbot, folder
        self.devices, self.source, self.opened = [BUILT_IN, STETHOSCOPE], Source(RATE), []
        self.recording = Recording(folder, find=self._find, open=self._open)
        self.model, self.background = CaseModel(), Background()
        self.panel = AudioPanel(self.model, self.background, self.recording)
        self.finished, self.left = [], []
        self.recording.finished.connect(self.finished.append)
        self.recording.left.connect(self.left.append)
        qtbot.addWidget(self.panel, before_close_func=self.close)
        self.panel.resize(400, 320)
        self.panel.show()
        qtbot.waitExposed(self.panel)
        self.bar = self.panel.recorder

    def _find(self):
        if isinstance(self.devices, Exception):
            raise self.devices
        return self.devices

    def _open(self, device):
        self.opened.append(device)
        if isinstance(self.source, Exception):
            raise self.source
        return self.source

    def close(self, _=None):
        self.panel.release()
        self.background.close()

    def until(self, true):
        self.qtbot.waitUntil(lambda: bool(true()))

    def settle(self):
        self.until(lambda: not self.background.busy and not self.recording._background.busy)

    def open(self):
        self.panel.record.click()
        self.settle()

    def start(self):
        self.open()
        self.bar.go.click()
        self.until(lambda: self.recording.phase is Phase.RUNNING)

    def stop(self):
        self.bar.go.click()
        self.until(lambda: self.recording.phase is Phase.IDLE)

    @property
    def spools(self):
        return list(self.folder.glob("*.spool"))


@pytest.fixture
def desk(qtbot, tmp_path):
    return Desk(qtbot, tmp_path / "cases")


# ---- devices


def test_the_devices_are_offered_the_default_first(desk):
    assert not desk.bar.isVisible() and desk.panel.record.text() == "Record…"
    desk.panel.record.click()
    assert desk.bar.isVisible() and not desk.bar.go.isEnabled()
    assert desk.bar.warning.text() == "Looking for devices…"
    desk.settle()
    assert [desk.bar.devices.itemText(row) for row in range(2)] == ["Built-in", "Steth USB"]
    assert desk.bar.devices.currentIndex() == 0 and desk.bar.go.isEnabled() and not desk.bar.warning.text()
    assert desk.opened == []
    desk.bar.close_.click()
    assert not desk.bar.isVisible() and desk.panel.record.isVisible()


def test_the_chosen_device_is_opened_and_stays_chosen(desk):
    desk.open()
    QTest.keyClick(desk.bar.devices, Qt.Key.Key_Down)
    desk.bar.go.click()
    desk.until(lambda: desk.recording.phase is Phase.RUNNING)
    assert desk.opened == [STETHOSCOPE] and not desk.bar.devices.isEnabled()
    desk.stop()
    desk.devices = [BUILT_IN, Device(1, "Other", 8000, 1), STETHOSCOPE]
    desk.open()
    assert desk.bar.devices.currentText() == "Steth USB"


@pytest.mark.parametrize(
    ("trouble", "text"),
    [
        (Trouble.LIBRARY, "Sound cannot be recorded: PortAudio is missing."),
        (Trouble.DEVICE, "There is no microphone or stethoscope to record from."),
    ],
)
def test_without_devices_a_card_says_what_to_do(desk, trouble, text):
    desk.devices = NoSound(trouble)
    desk.open()
    assert desk.panel.cards() == [text]
    assert not desk.bar.isVisible() and desk.panel.record.isVisible()
    desk.devices = [STETHOSCOPE]
    desk.open()
    assert desk.panel.cards() == [] and desk.bar.go.isEnabled()


def test_a_device_that_does_not_open(desk):
    desk.source = NoSound(Trouble.REFUSED, "in use")
    desk.open()
    desk.bar.go.click()
    desk.settle()
    assert desk.panel.cards() == ["The device does not record: in use"]
    assert desk.bar.isVisible() and desk.bar.go.isEnabled() and desk.spools == []


def test_a_device_that_does_not_start(desk):
    desk.source = Source(RATE, fails=NoSound(Trouble.REFUSED, "gone"))
    desk.open()
    desk.bar.go.click()
    desk.settle()
    assert desk.panel.cards() == ["The device does not record: gone"]
    assert desk.source.closed.is_set() and desk.spools == []


# ---- recording


def test_a_recording_is_on_the_disk_and_then_given(desk):
    desk.start()
    assert desk.panel.chip.text() == "recording" and desk.bar.go.text() == "Stop"
    assert desk.panel.trace.isVisible() and not desk.panel.target.isVisible()
    desk.source.give(beats())
    desk.until(lambda: desk.bar.warning.text() == "On the disk: 2 s")
    (spool,) = desk.spools
    found = spools.look_at(spool)
    assert found is not None and found.frames == 2 * RATE
    assert desk.bar.time.text() == "0:02"
    desk.stop()
    (item,) = desk.finished
    samples, rate = soundfile.read(item.path)
    assert rate == RATE and np.abs(samples - beats()).max() < 1e-4
    assert desk.spools == [] and desk.source.closed.is_set()
    assert not desk.bar.isVisible() and not desk.panel.trace.isVisible() and desk.panel.target.isVisible()


def test_two_recordings_after_each_other(desk):
    for seed in (0, 1):
        desk.source = Source(RATE)
        desk.start()
        desk.source.give(beats(seed=seed))
        desk.stop()
    assert len({item.path for item in desk.finished}) == 2
    for seed, item in enumerate(desk.finished):
        assert np.abs(soundfile.read(item.path)[0] - beats(seed=seed)).max() < 1e-4


def test_where_cases_are_not_kept_nothing_stays_on_the_disk(desk):
    desk.recording.keeps = False
    desk.start()
    desk.source.give(beats())
    desk.stop()
    (item,) = desk.finished
    assert item.path is None and item.data[:4] == b"fLaC"
    assert list(desk.folder.iterdir()) == []


def test_nothing_came(desk):
    desk.start()
    desk.stop()
    assert desk.finished == [None] and list(desk.folder.iterdir()) == []
    assert desk.bar.isVisible()  # to be tried again


def test_two_channels_stay_two(desk):
    desk.source = Source(RATE, channels=2)
    desk.start()
    desk.source.give(beats())
    desk.stop()
    assert soundfile.info(desk.finished[0].path).channels == 2


# ---- warnings


def test_too_loud_and_silent(desk, monkeypatch):
    monkeypatch.setattr(recorder_bar, "LOUD", 50)
    desk.start()
    desk.source.give(np.ones(400))
    desk.until(lambda: desk.bar.warning.text() == "Too loud: parts of the sound are cut off")
    assert desk.bar.warning.property("tone") == "warning"
    desk.until(lambda: desk.bar.warning.text().startswith("On the disk"))
    desk.source.give(np.zeros(int(2.5 * RATE)))
    desk.until(lambda: desk.bar.warning.text() == "Silence: is the device switched on?")
    desk.source.give(beats())
    desk.until(lambda: desk.bar.warning.text().startswith("On the disk"))
    desk.source.give(beats(), lost=441)
    desk.until(lambda: desk.bar.warning.text() == "Samples were lost: 441")
    assert desk.bar.warning.property("tone") == "problem"


def test_a_device_that_goes_leaves_what_came(desk):
    desk.start()
    desk.source.give(beats())
    desk.source.gone()
    desk.until(lambda: desk.finished)
    assert desk.panel.cards() == ["The device gives no sound any more; what came until then is kept."]
    assert len(soundfile.read(desk.finished[0].path)[0]) == 2 * RATE


def test_a_device_that_falls_still_is_gone(desk, monkeypatch):
    monkeypatch.setattr(recordings, "STALLED", 0.2)
    desk.start()
    desk.source.give(beats())
    desk.until(lambda: desk.finished)
    assert "The device gives no sound any more" in desk.panel.cards()[0]


def test_a_full_disk_leaves_what_came(desk, monkeypatch):
    writes = itertools.count()
    write = spools.Spool.write

    def full(self, samples):
        if next(writes):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, samples)

    monkeypatch.setattr(spools.Spool, "write", full)
    desk.start()
    desk.source.give(beats()[:80])
    desk.until(lambda: desk.recording.seconds > 0)
    desk.source.give(beats())
    desk.until(lambda: desk.finished)
    assert desk.panel.cards() == [
        "The disk took no more (No space left on device); what came until then is kept."
    ]
    assert len(soundfile.read(desk.finished[0].path)[0]) == 80


def test_a_spool_that_cannot_become_a_file_stays(desk, monkeypatch):
    def full(self, out, format, seconds=None):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spools.Spooled, "write", full)
    desk.start()
    desk.source.give(beats())
    desk.stop()
    assert desk.finished == [None] and len(desk.spools) == 1
    words = "The recording could not be kept: it cannot be written (No space left on device)."
    assert desk.panel.cards() == [words]


# ---- the case goes, or the window


def test_another_case_leaves_the_recording(desk):
    desk.start()
    desk.source.give(beats())
    desk.model.load(Case({}))
    assert not desk.recording.active and not desk.bar.isVisible()
    desk.until(lambda: desk.left)
    assert desk.finished == [] and desk.source.closed.is_set()
    assert recordings.left(desk.folder) == desk.spools == [recordings.Path(desk.left[0].path)]
    desk.source = Source(RATE)
    desk.start()  # another one, at once
    desk.stop()


def test_another_case_while_a_recording_is_written(desk):
    desk.start()
    desk.source.give(beats())
    desk.bar.go.click()
    desk.model.load(Case({}))
    desk.until(lambda: desk.left)
    assert desk.finished == [] and desk.left[0].path.endswith(".flac")


def test_another_case_while_the_device_is_opened(desk):
    desk.open()
    desk.bar.go.click()
    desk.model.load(Case({}))
    desk.settle()
    assert desk.left == desk.finished == [] and desk.spools == [] and desk.source.closed.is_set()


def test_the_window_closes(desk):
    desk.start()
    desk.source.give(beats())
    desk.recording.close()
    assert desk.source.closed.is_set()
    (spool,) = desk.spools
    found = spools.look_at(spool)
    assert found is not None and found.frames == 2 * RATE


def test_playing_waits(desk):
    desk.model.add(AUDIO, Input("a.wav", data=saved(beats())))
    desk.settle()
    panel = desk.panel
    assert panel.actions_.play.isEnabled()
    panel.actions_.record.click()
    desk.settle()
    desk.bar.go.click()
    desk.until(lambda: desk.recording.phase is Phase.RUNNING)
    assert not panel.actions_.play.isEnabled() and not panel.actions_.record.isEnabled()
    assert panel.view.isVisible() and not panel.trace.isVisible()
    desk.stop()
    assert panel.actions_.play.isEnabled() and panel.actions_.record.isEnabled()


# ---- the meter


def test_the_meter_rises_at_once_and_falls_slowly(qtbot):
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.show_level(1.0, 0.1)
    assert abs(meter.level + 20) < 1e-6 and meter.held == 0
    meter.show_level(0.0, 0.0)
    assert -23 < meter.level < -20 and meter.held == 0  # it stays for a while
    for _ in range(60):
        meter.show_level(0.0, 0.0)
    assert meter.level == FLOOR


def test_all_of_it_is_reached_by_tab(desk):
    desk.open()
    desk.panel.activateWindow()
    desk.bar.devices.setFocus()
    seen = []
    for _ in range(3):
        seen.append(desk.panel.focusWidget())
        QTest.keyClick(desk.panel.focusWidget(), Qt.Key.Key_Tab)
    assert seen == [desk.bar.devices, desk.bar.go, desk.bar.close_]
    assert desk.bar.devices.accessibleName() and desk.bar.close_.accessibleName()
    assert desk.bar.meter.accessibleName()


def test_words_of_a_long_recording(qtbot):
    bar = RecorderBar()
    qtbot.addWidget(bar)
    bar.show_phase(Phase.RUNNING)
    bar.show_look(Look(671.5, 0.5, 0.1, 0, 0.0, 0, None))
    assert bar.time.text() == "11:11" and bar.level.text() == "−6 dB"
    bar.show_look(Look(671.5, 0.99, 0.1, 0, 0.0, 0, None))
    assert bar.level.text() == "0 dB"
