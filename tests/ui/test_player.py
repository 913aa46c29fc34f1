"""Playing on a simulated device: its clock is the test's, so nothing waits for real time."""

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QThread, Slot
from support.sound import RATE, Device, beats, saved

from mmdesk.case import Input
from mmdesk.ui import player as module
from mmdesk.ui.player import NoSound, Player, Speaker, Trouble


class Listener(QObject):
    def __init__(self, player):
        super().__init__()
        self.positions, self.threads = [], set()
        player.position_changed.connect(self.moved)

    @Slot(float)
    def moved(self, seconds):
        self.positions.append(seconds)
        self.threads.add(QThread.currentThread())


@pytest.fixture
def playing(qapp):
    """device → a player on it; ended with the test."""
    players = []

    def make(*devices):
        left = list(devices)

        def opened():
            device = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(device, Exception):
                raise device
            return device

        players.append(Player(open_device=opened))
        return players[-1]

    yield make
    for player in players:
        player.close()


def item(wave=None, rate=RATE, **options):
    return Input("a.wav", data=saved(beats() if wave is None else wave, rate, **options))


def test_all_of_it_is_heard(playing, qtbot):
    device = Device()
    player = playing(device)
    listener = Listener(player)
    with qtbot.waitSignal(player.finished):
        player.play(item(), 0.0, 2.0)
        assert player.playing
    assert not player.playing
    assert device.closed.is_set()
    assert np.allclose(device.heard[:, 0], beats(), atol=1e-3)
    assert listener.positions[-1] == 2.0
    assert listener.threads == {QThread.currentThread()}


def test_at_the_rate_of_the_device(playing, qtbot, tmp_path):
    (tmp_path / "a.flac").write_bytes(saved(beats(), format="FLAC"))
    device = Device(rate=48000)
    player = playing(device)
    with qtbot.waitSignal(player.finished):
        player.play(Input.from_path(tmp_path / "a.flac"), 0.0, 2.0)
    assert abs(len(device.heard) - 96000) < 100
    inner = device.heard[: 96000 - 200 : 12, 0]
    assert np.allclose(inner, beats()[: len(inner)], atol=0.02)


def test_a_region(playing, qtbot):
    device = Device()
    player = playing(device)
    listener = Listener(player)
    with qtbot.waitSignal(player.finished):
        player.play(item(), 0.5, 1.25)
    assert np.allclose(device.heard[:, 0], beats()[2000:5000], atol=1e-3)
    assert min(listener.positions) >= 0.5
    assert listener.positions[-1] == 1.25


def test_an_end_beyond_the_recording(playing, qtbot):
    device = Device()
    with qtbot.waitSignal((player := playing(device)).finished):
        player.play(item(), 1.9, 99.0)
    assert abs(len(device.heard) - 400) <= 1


def test_the_position_follows_what_is_heard(playing, qtbot):
    device = Device(latency=0.1, gated=True)
    player = playing(device)
    listener = Listener(player)
    player.play(item(), 0.5, 2.0)
    device.let(4)
    qtbot.waitUntil(lambda: len(device.blocks) == 4)
    qtbot.waitUntil(lambda: len(listener.positions) > 1)
    assert set(listener.positions) == {0.5}  # 80 ms are written, and none of it is heard yet
    device.let(16)
    qtbot.waitUntil(lambda: listener.positions[-1] > 0.79)
    assert abs(listener.positions[-1] - 0.8) < 1e-6
    assert listener.positions == sorted(listener.positions)
    player.pause()
    device.let(99)


def test_pause(playing, qtbot):
    device = Device(gated=True)
    player = playing(device)
    listener = Listener(player)
    player.play(item(), 0.0, 2.0)
    device.let(5)
    qtbot.waitUntil(lambda: listener.positions[-1:] == [0.1])
    player.pause()
    assert not player.playing
    heard = len(listener.positions)
    device.let(99)
    assert device.closed.wait(5)
    assert len(device.heard) <= 6 * RATE // 50  # the block that waited may still go
    with qtbot.assertNotEmitted(player.finished, wait=100):
        pass
    assert len(listener.positions) == heard


def test_playing_elsewhere_ends_the_one_before(playing, qtbot):
    first, second = Device(gated=True), Device()
    player = playing(first, second)
    player.play(item(), 0.0, 2.0)
    first.let(1)
    qtbot.waitUntil(lambda: len(first.blocks) == 1)
    with qtbot.waitSignal(player.finished):
        player.play(item(), 1.0, 2.0)
        first.let(1)
    assert first.closed.is_set()
    assert len(first.blocks) <= 2
    assert len(second.heard) == RATE


def test_opening_is_not_waited_for(qtbot):
    """A device that takes its time holds neither the window nor the pause."""
    ready, device = threading.Event(), Device()

    def slow():
        assert ready.wait(5)
        return device

    player = Player(open_device=slow)
    player.play(item(), 0.0, 2.0)
    player.pause()
    ready.set()
    player.close()
    assert not device.blocks


@pytest.mark.parametrize(("given", "device", "heard"), [(1, 2, [1, 1]), (2, 2, [1, 0.5]), (2, 1, [0.75])])
def test_channels(playing, qtbot, given, device, heard):
    wave = np.stack([beats(), beats() / 2], 1)[:, :given]
    device = Device(channels=device)
    with qtbot.waitSignal((player := playing(device)).finished):
        player.play(item(wave), 0.0, 2.0)
    assert np.allclose(device.heard, beats()[:, None] * heard, atol=1e-3)


def refusal(player, qtbot, sound):
    with qtbot.waitSignal(player.failed) as refused:
        player.play(sound, 0.0, 2.0)
    assert not player.playing
    return refused.args


def test_without_a_device(playing, qtbot):
    device = Device()
    player = playing(NoSound(Trouble.DEVICE), device)
    text, remedy = refusal(player, qtbot, item())
    assert text == "There is nothing to play sound on."
    assert remedy == "Connect headphones or loudspeakers and press Play again."
    with qtbot.waitSignal(player.finished):
        player.play(item(), 0.0, 2.0)
    assert len(device.heard) == 2 * RATE


@pytest.mark.parametrize(
    ("platform", "words"), [("linux", "libportaudio2"), ("win32", "Install mmdesk again")]
)
def test_without_portaudio(playing, qtbot, monkeypatch, platform, words):
    monkeypatch.setattr(module.sys, "platform", platform)
    text, remedy = refusal(playing(NoSound(Trouble.LIBRARY)), qtbot, item())
    assert text == "Sound cannot be played: PortAudio is missing."
    assert words in remedy


def test_a_device_that_goes(playing, qtbot):
    class Unplugged(Device):
        def write(self, block):
            raise NoSound(Trouble.REFUSED, "unplugged")

    device = Unplugged()
    text, _ = refusal(playing(device), qtbot, item())
    assert text == "The sound device does not play: unplugged"
    assert device.closed.is_set()


def test_a_file_that_cannot_be_read(playing, qtbot, tmp_path):
    player = playing(Device())
    text, remedy = refusal(player, qtbot, Input("a.ogg", data=b"OggS" + bytes(99)))
    assert (text, remedy) == ("a.ogg: the recording is damaged", "Export or copy it again.")
    text, _ = refusal(player, qtbot, Input.from_path(tmp_path / "gone.wav"))
    assert text == "gone.wav: there is no such file"


class PortAudio:
    """sounddevice as far as Speaker uses it. `found` is what it finds on each look."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *found, starts=True):
        self.found, self.starts, self.calls = list(found), starts, []

    def query_devices(self, kind):
        assert kind == "output"
        if (device := self.found.pop(0)) is None:
            raise self.PortAudioError("Error querying device -1")
        return device

    def _terminate(self):
        self.calls.append("terminate")

    def _initialize(self):
        self.calls.append("initialize")

    def OutputStream(self, rate, channels, dtype):  # noqa: N802
        assert (rate, channels, dtype) == (48000, 2, "float32")
        return SimpleNamespace(
            latency=0.02,
            start=self._start,
            write=self._fail,
            stop=lambda: self.calls.append("stop"),
            abort=lambda ignore_errors: self.calls.append("abort"),
            close=lambda ignore_errors: self.calls.append("close"),
        )

    def _start(self):
        self.calls.append("start")
        if not self.starts:
            self._fail()

    def _fail(self, *_):
        raise self.PortAudioError("Device unavailable")


FOUND = {"default_samplerate": 48000.0, "max_output_channels": 6}


def test_the_speaker_asks_the_system(monkeypatch):
    library = PortAudio(FOUND)
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    speaker = Speaker()
    assert (speaker.rate, speaker.channels, speaker.latency) == (48000, 2, 0.02)
    speaker.drain()
    with pytest.raises(NoSound) as refused:
        speaker.write(np.zeros((10, 2), np.float32))
    assert refused.value.args == (Trouble.REFUSED, "Device unavailable")
    speaker.close()
    assert library.calls == ["start", "stop", "abort", "close"]


def test_headphones_that_were_plugged_in_later_are_found(monkeypatch):
    library = PortAudio(None, FOUND)
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    speaker = Speaker()
    assert speaker.rate == 48000
    speaker.close()
    assert library.calls == ["terminate", "initialize", "start", "abort", "close"]


@pytest.mark.parametrize(
    ("library", "trouble", "last"),
    [
        (PortAudio(None, None), Trouble.DEVICE, "initialize"),
        (PortAudio(FOUND, starts=False), Trouble.REFUSED, "close"),
    ],
)
def test_a_speaker_that_does_not_open(monkeypatch, library, trouble, last):
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    with pytest.raises(NoSound) as refused:
        Speaker()
    assert refused.value.trouble is trouble
    assert library.calls[-1] == last


@pytest.mark.parametrize(
    ("module", "trouble"),
    [
        ("raise OSError('PortAudio library not found')\n", Trouble.LIBRARY),
        ("class PortAudioError(Exception): pass\nraise PortAudioError('Host error')\n", Trouble.REFUSED),
    ],
)
def test_a_speaker_without_portaudio(monkeypatch, tmp_path, module, trouble):
    (tmp_path / "sounddevice.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(NoSound) as refused:
        Speaker()
    assert refused.value.trouble is trouble
