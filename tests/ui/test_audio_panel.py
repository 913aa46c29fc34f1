"""The audio panel with sounds made in memory and a simulated device."""

import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTranslator
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from support.recording import Source
from support.sound import RATE, Device, beats, saved

from mmdesk.case import Case, Input, Modality
from mmdesk.events import Encoded, InputFailed, OutOfDistribution, Stage, Stopped
from mmdesk.media import audio, waveform
from mmdesk.media.auscultation import POSITIONS, UNKNOWN
from mmdesk.ui import theme
from mmdesk.ui.audio_panel import AudioPanel
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.player import NoSound, Player, Trouble
from mmdesk.ui.recording import Recording

AUDIO = Modality.AUDIO
DAMAGED = Input("hum.ogg", data=b"OggS" + bytes(99))


def sound(name="heart.wav", seconds=2.0, seed=0):
    return Input(name, data=saved(beats(seconds, seed=seed)))


def microphone(name):
    return SimpleNamespace(name=name)


class Desk:
    """A panel with what it stands on. `device` is opened at the next play."""

    def __init__(self, qtbot, folder):
        self.qtbot = qtbot
        self.model, self.background = CaseModel(), Background()
        self.device = Device(gated=True)
        self.source = Source()
        self.devices = [microphone("Built-in"), microphone("Steth USB")]
        self.recording = Recording(folder, find=self._find, open=self._source)
        player = Player(open_device=self._open)
        self.panel = AudioPanel(self.model, self.background, self.recording, player)
        qtbot.addWidget(self.panel, before_close_func=self.close)
        self.panel.resize(400, 320)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def _open(self):
        if isinstance(self.device, Exception):
            raise self.device
        return self.device

    def _find(self):
        if isinstance(self.devices, Exception):
            raise self.devices
        return self.devices

    def _source(self, device):
        self.chosen = device.name
        if isinstance(self.source, Exception):
            raise self.source
        return self.source

    def close(self, _):
        self.panel.release()
        self.background.close()

    def add(self, *items):
        for item in items:
            self.model.add(AUDIO, item)
        self.settle()
        return self.panel.view

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.background.busy)

    @property
    def chip(self):
        return self.panel.chip.text()

    @property
    def time(self):
        return self.panel.actions_.time.text()


@pytest.fixture
def desk(qtbot, tmp_path):
    return Desk(qtbot, tmp_path / "cases")


# ---- what it shows


def test_empty(desk):
    panel = desk.panel
    assert panel.target.isVisible() and not panel.content.isVisible() and not panel.actions_.isVisible()
    assert desk.chip == "empty"
    assert "WAV, FLAC, OGG or MP3" in panel.target.words.text()
    with desk.qtbot.waitSignal(panel.browse_asked), desk.qtbot.waitSignal(panel.paste_asked):
        panel.target.browse_asked.emit()
        panel.target.paste_asked.emit()


def test_the_panel_imports_nothing_heavy():
    heavy = ("numpy", "pyqtgraph", "soundfile", "soxr", "sounddevice")
    script = f"import sys, mmdesk.ui.audio_panel; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_recording_is_shown(desk):
    view = desk.add(sound())
    assert desk.panel.content.isVisible() and view.isVisible() and not desk.panel.target.isVisible()
    assert (desk.chip, desk.time) == ("ready", "0.0 / 2.0 s")
    assert view.visible() == (0.0, 2.0)
    assert desk.panel.bar.recordings.currentText() == "heart.wav"
    desk.model.clear()
    assert desk.panel.target.isVisible() and desk.chip == "empty"


def test_reading_is_off_the_windows_thread(desk, monkeypatch):
    threads, read = [], waveform.read_sound

    def noted(item, stop):
        threads.append(threading.current_thread())
        return read(item, stop)

    monkeypatch.setattr(waveform, "read_sound", noted)
    desk.add(sound())
    assert threads and threading.main_thread() not in threads


def test_a_slow_file_says_so_and_is_given_up(desk, monkeypatch):
    stops, goes_on = [], threading.Event()

    def slow(item, stop):
        stops.append(stop)
        assert goes_on.wait(5)

    desk.add(sound())
    monkeypatch.setattr(waveform, "read_sound", slow)
    desk.model.add(AUDIO, sound("long.wav", seed=1))
    assert desk.panel.view.isVisible() and desk.chip == "ready"  # nothing flashes
    assert not desk.panel.actions_.play.isEnabled()
    desk.qtbot.waitUntil(lambda: desk.chip == "reading…")
    assert not desk.panel.view.isVisible() and desk.panel.note.text() == "Reading…"
    desk.panel.actions_.remove.click()
    assert stops[0].is_set()
    assert desk.chip == "ready" and desk.panel.view.isVisible() and desk.panel.actions_.play.isEnabled()
    goes_on.set()


def test_a_damaged_file_gets_a_card(desk):
    desk.add(sound())
    desk.add(DAMAGED)
    panel = desk.panel
    assert panel.cards() == ["hum.ogg: the recording is damaged"]
    assert desk.chip == "problem"
    assert panel.note.text() == "There is nothing to show." and not panel.view.isVisible()
    assert not panel.actions_.play.isEnabled()
    panel.begin()  # the engine will say the same
    panel.show_event(InputFailed(AUDIO, "hum.ogg", "the recording is damaged", "Export or copy it again."))
    assert panel.cards() == ["hum.ogg: the recording is damaged"]
    panel.actions_.remove.click()
    assert panel.cards() == [] and desk.chip == "ready" and panel.view.isVisible()


def test_a_damaged_file_alone(desk):
    desk.add(DAMAGED)
    assert desk.panel.view is None and desk.panel.note.isVisible() and desk.chip == "problem"


def test_a_long_recording_is_shown_with_a_notice(desk, monkeypatch):
    monkeypatch.setattr(audio, "MAX_SECONDS", 60)
    view = desk.add(sound(seconds=61))
    assert view.isVisible() and desk.chip == "ready"
    assert desk.panel.cards() == ["heart.wav: the recording is longer than 1 minutes"]
    assert desk.time == "0:00 / 1:01"


@pytest.mark.parametrize(
    ("seconds", "first", "last", "ticks"),
    [
        (2, 0, 2, ["0.0 s", "0.5 s", "1.0 s", "1.5 s", "2.0 s"]),
        (2, 1.0, 1.1, ["1.00 s", "1.02 s", "1.04 s", "1.06 s", "1.08 s", "1.10 s"]),
        (200, 0, 200, ["0:00", "1:00", "2:00", "3:00"]),
        (200, 90, 100, ["1:30", "1:32", "1:34", "1:36", "1:38", "1:40"]),
    ],
)
def test_times_are_round(desk, seconds, first, last, ticks):
    view = desk.add(sound(seconds=seconds))
    view._waveform.setXRange(first, last)
    levels = view._time.tickValues(first, last, 345)
    said = [text for step, values in levels for text in view._time.tickStrings(values, 1, step)]
    assert set(ticks) <= set(said)
    assert len(said) == len(set(said))


# ---- several recordings and their positions


def test_several_recordings(desk):
    desk.add(sound("sup_Mit.wav"), sound("sit_Aor.wav", 3.0, 1))
    bar = desk.panel.bar
    assert [bar.recordings.itemText(row) for row in range(2)] == ["sup_Mit.wav", "sit_Aor.wav"]
    assert (bar.recordings.currentIndex(), desk.time) == (1, "0.0 / 3.0 s")  # what was added is shown
    assert bar.position.currentText() == "aortic, sitting"
    bar.recordings.setFocus()
    QTest.keyClick(bar.recordings, Qt.Key.Key_Up)
    assert desk.time == "0.0 / 2.0 s"
    assert bar.position.currentText() == "mitral, lying"
    desk.panel.actions_.remove.click()
    assert [item.name for item in desk.model.inputs(AUDIO)] == ["sit_Aor.wav"]
    assert desk.time == "0.0 / 3.0 s"


def test_another_case_shows_its_first_recording(desk):
    desk.add(sound(), DAMAGED)
    desk.model.load(Case({AUDIO: (sound("a.wav"), sound("b.wav", seed=1))}))
    desk.settle()
    assert desk.panel.bar.recordings.currentText() == "a.wav"
    assert desk.panel.cards() == []


def choose(desk, words):
    position = desk.panel.bar.position
    position.setCurrentIndex(position.findText(words))
    position.activated.emit(position.currentIndex())


def test_choosing_a_position(desk):
    first, second = sound("a.wav"), sound("sup_Mit.wav", seed=1)
    desk.add(first, second)
    choose(desk, "tricuspid, sitting")
    assert desk.model.inputs(AUDIO) == (first, Input(second.name, data=second.data, position="sit_Tri"))
    assert desk.panel.bar.position.currentText() == "tricuspid, sitting"
    assert not desk.background.busy  # nothing is read again
    choose(desk, "position unknown")
    assert desk.model.inputs(AUDIO)[1].position == UNKNOWN  # the name says one, the person says no
    desk.panel.bar.chosen.emit(0)
    choose(desk, "mitral, lying")
    choose(desk, "position unknown")
    assert desk.model.inputs(AUDIO)[0] == first


def test_every_position_can_be_chosen(desk):
    position = desk.panel.bar.position
    assert [position.itemData(row) for row in range(position.count())] == [None, *POSITIONS]


# ---- an analysis


def test_chips(desk):
    desk.add(sound())
    panel = desk.panel
    panel.begin()
    assert desk.chip == "working…"
    panel.show_event(Encoded(Modality.IMAGE, ("a.png",), "chest radiograph", 38.0, False))
    assert desk.chip == "working…"
    panel.show_event(Encoded(AUDIO, ("heart.wav",), "heart sound clip", 18.4, False))
    assert (desk.chip, panel.chip.property("tone")) == ("heart sound clip · 18 ms", "good")
    panel.begin()
    panel.show_event(Encoded(AUDIO, ("heart.wav",), "heart sound clip", 0.1, True))
    assert desk.chip == "heart sound clip · reused"
    panel.show_event(Encoded(AUDIO, ("b.wav",), "heart sound clip", 20.0, False))
    assert desk.chip == "recordings: 2 · 20 ms"
    panel.begin()
    panel.show_event(Encoded(AUDIO, ("heart.wav",), None, 18.4, False))
    panel.show_event(OutOfDistribution(AUDIO, "heart.wav", "it looks like nothing known"))
    assert (desk.chip, panel.chip.property("tone")) == ("not scored", "warning")
    assert panel.cards() == ["heart.wav: not scored"]
    panel.begin()
    assert panel.cards() == []
    panel.show_event(Stopped(Stage.READ))
    assert desk.chip == "ready"
    panel.show_event(InputFailed(AUDIO, "heart.wav", "the recording is silent", "Record it again."))
    assert (desk.chip, panel.cards()) == ("problem", ["heart.wav: the recording is silent"])
    desk.add(sound("b.wav", seed=1))
    assert desk.chip == "ready"


# ---- playing


def test_play_and_pause(desk):
    view, play = desk.add(sound()), desk.panel.actions_.play
    assert play.text() == "Play"
    play.click()
    assert play.text() == "Pause"
    desk.device.let(10)
    desk.qtbot.waitUntil(lambda: desk.time == "0.2 / 2.0 s")
    assert abs(view.cursor - 0.2) < 1e-6
    play.click()
    assert play.text() == "Play"
    desk.device.let(1)
    desk.qtbot.waitUntil(desk.device.closed.is_set)
    desk.device = Device()
    with desk.qtbot.waitSignal(desk.panel.player.finished):
        play.click()
    assert abs(len(desk.device.heard) - 1.8 * RATE) < 2  # from where it was paused
    assert (play.text(), desk.time) == ("Play", "2.0 / 2.0 s")
    desk.device = Device()
    with desk.qtbot.waitSignal(desk.panel.player.finished):
        play.click()
    assert len(desk.device.heard) == 2 * RATE  # from the start again


def test_the_selection_is_played(desk):
    view = desk.add(sound())
    view.set_region(0.5, 1.0)
    assert desk.time == "0.50–1.00 s"
    desk.device = Device()
    with desk.qtbot.waitSignal(desk.panel.player.finished):
        QTest.keyClick(view, Qt.Key.Key_Space)
    assert np.allclose(desk.device.heard[:, 0], beats()[2000:4000], atol=1e-3)
    desk.panel.actions_.clear.click()
    assert view.region() is None and desk.time == "1.0 / 2.0 s"
    assert not desk.panel.actions_.clear.isVisible()


def test_moving_the_cursor_goes_on_from_there(desk):
    view = desk.add(sound())
    desk.panel.actions_.play.click()
    desk.device.let(1)
    first = desk.device
    desk.qtbot.waitUntil(lambda: len(first.blocks) == 1)
    desk.device = Device()
    with desk.qtbot.waitSignal(desk.panel.player.finished):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 1.5))
        start = view.cursor
        first.let(1)
    assert np.allclose(desk.device.heard[:, 0], beats()[round(start * RATE) :], atol=1e-3)


def test_moving_the_cursor_to_the_end_ends_playing(desk):
    view = desk.add(sound())
    desk.panel.actions_.play.click()
    QTest.keyClick(view, Qt.Key.Key_End)
    assert not desk.panel.player.playing and desk.panel.actions_.play.text() == "Play"
    desk.device.let(9)


def test_another_recording_ends_playing(desk):
    desk.add(sound("a.wav"), sound("b.wav", seed=1))
    desk.panel.actions_.play.click()
    desk.panel.bar.chosen.emit(0)
    assert not desk.panel.player.playing and desk.panel.actions_.play.text() == "Play"
    desk.device.let(9)


def test_without_a_device_a_notice_says_what_to_do(desk):
    desk.add(sound())
    desk.device = NoSound(Trouble.DEVICE)
    with desk.qtbot.waitSignal(desk.panel.player.failed):
        desk.panel.actions_.play.click()
    assert desk.panel.cards() == ["There is nothing to play sound on."]
    assert desk.panel.actions_.play.isEnabled() and desk.panel.actions_.play.text() == "Play"
    desk.device = Device()
    with desk.qtbot.waitSignal(desk.panel.player.finished):
        desk.panel.actions_.play.click()
    assert desk.panel.cards() == []


# ---- hands


def place(view, seconds, box=None):
    """Where a time lies in the view's pixels."""
    box = box or view._waveform
    scene = box.mapViewToScene(QPointF(seconds, sum(box.viewRange()[1]) / 2))
    return view.mapFromScene(scene)


@pytest.mark.parametrize("box", ["_waveform", "_spectrum"])
def test_mouse(desk, box):
    view = desk.add(sound())
    box, port, left = getattr(view, box), view.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(port, left, pos=place(view, 0.5, box))
    assert abs(view.cursor - 0.5) < 0.02
    QTest.mousePress(port, left, pos=place(view, 0.6, box))
    for seconds in (0.8, 1.0, 1.2):
        QTest.mouseMove(port, place(view, seconds, box))
    QTest.mouseRelease(port, left, pos=place(view, 1.2, box))
    assert np.allclose(view.region(), (0.6, 1.2), atol=0.03)
    turned = QPointF(place(view, 1.0, box))
    wheel = QWheelEvent(
        turned, port.mapToGlobal(turned), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    heights = [box.viewRange()[1] for box in view._boxes]
    QApplication.sendEvent(port, wheel)
    first, last = view.visible()
    assert 0 < first < 1 < last < 2
    assert [box.viewRange()[1] for box in view._boxes] == heights
    assert view._spectrum.viewRange()[0] == view._waveform.viewRange()[0]
    QTest.mouseDClick(port, left, pos=place(view, 1.0, box))
    QTest.mouseRelease(port, left, pos=place(view, 1.0, box))
    assert view.visible() == (0.0, 2.0)


def test_keys(desk):
    view = desk.add(sound())
    for key, cursor in (
        (Qt.Key.Key_Right, 0.02),
        (Qt.Key.Key_End, 2.0),
        (Qt.Key.Key_Left, 1.98),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_Left, 0.0),
    ):
        QTest.keyClick(view, key)
        assert abs(view.cursor - cursor) < 1e-9
    assert view.region() is None
    view.set_cursor(1.0)
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert np.allclose(view.region(), (1.0, 1.06))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.region() is None
    view.set_cursor(1.0)
    QTest.keyClicks(view, "+")
    first, last = view.visible()
    assert np.allclose((first, last), (1 - 2 / 3, 1 + 2 / 3))
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.visible()[1] == 2.0  # the view follows the cursor
    QTest.keyClicks(view, "0")
    assert view.visible() == (0.0, 2.0)


def test_escape_is_the_windows_while_nothing_is_selected(desk):
    view = desk.add(sound())
    window = QWidget()
    desk.qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(desk.panel)
    pressed = []
    window.keyPressEvent = lambda event: pressed.append(event.key())
    view.set_region(0.5, 1.0)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert pressed == []
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert pressed == [Qt.Key.Key_Escape]
    desk.panel.setParent(None)


def test_all_of_it_is_reached_by_tab(desk):
    view = desk.add(sound())
    view.set_region(0.5, 1.0)
    panel, seen = desk.panel, []
    panel.activateWindow()
    panel.bar.recordings.setFocus()
    for _ in range(8):
        seen.append(panel.focusWidget())
        QTest.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
    bar, row = panel.bar, panel.actions_
    assert seen == [bar.recordings, bar.position, view, row.play, row.add, row.record, row.remove, row.clear]
    for widget in seen:
        assert widget.accessibleName()
    for button in (row.add, row.record, row.remove, row.clear):
        assert button.toolTip()


# ---- looks and language


def test_the_theme_can_change(desk, qapp):
    view = desk.add(sound())
    try:
        theme.apply(qapp, "light")
        assert view._curve.opts["pen"].color() == theme.color("accent")
        assert view.backgroundBrush().color() == theme.color("panel")
        assert view._time.pen().color() == theme.color("line")
    finally:
        theme.apply(qapp, "dark")
    assert view.backgroundBrush().color() == theme.color("panel")


class Shouting(QTranslator):
    def translate(self, context, source, disambiguation=None, n=-1):
        return f"«{source}»"

    def isEmpty(self):  # noqa: N802
        return False


def test_the_language_can_change(desk, qapp):
    view = desk.add(sound("sup_Mit.wav"))
    view.set_region(0.5, 1.0)
    shouting = Shouting()
    qapp.installTranslator(shouting)
    try:
        panel = desk.panel
        desk.qtbot.waitUntil(lambda: desk.chip == "«ready»")
        assert panel.title.text() == "«AUDIO»"
        assert panel.bar.position.currentText() == "«mitral, lying»"
        assert panel.actions_.play.text() == "«Play»"
        assert panel.actions_.clear.toolTip() == "«Clear selection (Esc)»"
        assert desk.time == "«0.50–1.00 s»"
        assert view.accessibleName() == "«Waveform and spectrogram»"
        assert panel.target.words.text().startswith("«Drop")
        desk.device = NoSound(Trouble.DEVICE)
        with desk.qtbot.waitSignal(panel.player.failed):
            panel.actions_.play.click()
        assert panel.cards() == ["There is nothing to play sound on."]  # a card translates what it is given
    finally:
        qapp.removeTranslator(shouting)
    desk.qtbot.waitUntil(lambda: desk.chip == "ready")
    assert desk.panel.bar.position.currentText() == "mitral, lying"
    assert desk.panel.actions_.play.text() == "Play"
