"""Devices on a simulated sounddevice."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from mmdesk.errors import UserProblem
from mmdesk.media import microphone as module
from mmdesk.media import portaudio
from mmdesk.media.microphone import Microphone, devices, named, why
from mmdesk.media.portaudio import NoSound, Trouble


def device(name, inputs=1, interface=0, rate=44100.0):
    return {
        "name": name, "max_input_channels": inputs, "hostapi": interface, "default_samplerate": rate,
    }  # fmt: skip


class PortAudio:
    """sounddevice as far as a microphone uses it. Streams of more or fewer than `channels` do not open."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *known, default=0, channels=1, starts=True):
        self.known, self.default = list(known), default
        self.channels, self.starts, self.calls = channels, starts, []

    def query_devices(self):
        return tuple(self.known)

    def query_hostapis(self):
        return ({"default_input_device": -1}, {"default_input_device": self.default})

    def _terminate(self):
        self.calls.append("terminate")

    def _initialize(self):
        self.calls.append("initialize")

    def InputStream(self, rate, device, channels, dtype, callback, finished_callback):  # noqa: N802
        if channels != self.channels:
            raise self.PortAudioError("Invalid number of channels")
        self.asked = rate, device, dtype
        self.callback, self.finished = callback, finished_callback
        return SimpleNamespace(
            start=self._start,
            abort=lambda ignore_errors: self.calls.append("abort"),
            close=lambda ignore_errors: self.calls.append("close"),
        )

    def _start(self):
        self.calls.append("start")
        if not self.starts:
            raise self.PortAudioError("Device unavailable")

    def give(self, frames, begins, overflow=False):
        block = np.full((frames, self.channels), frames, np.int16)
        times = SimpleNamespace(inputBufferAdcTime=begins)
        self.callback(block, frames, times, SimpleNamespace(input_overflow=overflow))
        block[:] = 0  # PortAudio writes into it again


@pytest.fixture
def library(monkeypatch):
    def use(*known, **options):
        made = PortAudio(*known, **options)
        monkeypatch.setitem(sys.modules, "sounddevice", made)
        return made

    yield use
    assert portaudio._open == 0


SPEAKER, MICROPHONE, STETHOSCOPE = device("Speaker", 0), device("Built-in"), device("Steth USB", 2, 0, 4000.0)


def test_the_default_comes_first(library):
    library(SPEAKER, MICROPHONE, STETHOSCOPE, device("Steth USB", 2, 1), default=2)
    assert [(one.number, one.name, one.rate) for one in devices()] == [
        (2, "Steth USB", 4000),
        (1, "Built-in", 44100),
    ]


def test_without_a_default_there_may_be_devices(library):
    library(SPEAKER, MICROPHONE, default=-1)
    assert [one.name for one in devices()] == ["Built-in"]


def test_without_a_device(library):
    library(SPEAKER, default=-1)
    with pytest.raises(NoSound) as refused:
        devices()
    assert refused.value.trouble is Trouble.DEVICE


def test_what_was_plugged_in_since_is_found(library):
    used = library(MICROPHONE)
    devices()
    assert used.calls == ["terminate", "initialize"]


def test_looking_again_ends_no_recording(library):
    used = library(MICROPHONE)
    (found,) = devices()
    microphone = Microphone(found)
    used.calls.clear()
    devices()
    assert used.calls == []
    microphone.close()
    devices()
    assert used.calls == ["abort", "close", "terminate", "initialize"]


@pytest.mark.parametrize(
    ("name", "found"), [(None, "Built-in"), ("Steth USB", "Steth USB"), ("steth usb 2", "Steth USB 2"),
                        ("BUILT", "Built-in")]
)  # fmt: skip
def test_by_name(library, name, found):
    library(SPEAKER, MICROPHONE, STETHOSCOPE, device("Steth USB 2"), default=1)
    assert named(name).name == found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Steth", "several devices are called so. Name one of these: Steth USB; Steth USB 2."),
        ("Speaker", "no such device records here. Name one of these: Built-in; Steth USB; Steth USB 2."),
    ],
)
def test_by_a_name_that_does_not_fit(library, name, words):
    library(SPEAKER, MICROPHONE, STETHOSCOPE, device("Steth USB 2"), default=1)
    with pytest.raises(UserProblem) as refused:
        named(name)
    assert str(refused.value) == f"{name}: {words}"


def test_blocks_and_what_was_lost_between_them(library):
    used = library(STETHOSCOPE)
    microphone, heard = Microphone(named(None)), []
    assert used.asked == (4000, 0, "int16") and microphone.channels == 1
    microphone.start(lambda block, lost: heard.append((block.copy(), lost)), lambda: None)
    used.give(80, 1.0)
    used.give(40, 1.02)
    used.give(40, 1.05, overflow=True)
    used.give(40, 1.0601, overflow=True)  # a clock that shows no gap
    assert [(len(block), int(block[0, 0]), lost) for block, lost in heard] == [
        (80, 80, 0), (40, 40, 0), (40, 40, 80), (40, 40, 1),
    ]  # fmt: skip
    microphone.close()


def test_the_block_is_the_recorders_own(library):
    used = library(MICROPHONE)
    microphone, heard = Microphone(named(None)), []
    microphone.start(lambda block, lost: heard.append(block), lambda: None)
    used.give(80, 1.0)
    assert (heard[0] == 80).all()
    microphone.close()


def test_a_device_that_insists_on_two_channels(library):
    library(STETHOSCOPE, channels=2)
    microphone = Microphone(named(None))
    assert microphone.channels == 2
    microphone.close()


def test_a_device_that_does_not_open(library):
    library(STETHOSCOPE, channels=7)
    with pytest.raises(NoSound) as refused:
        Microphone(named(None))
    assert refused.value.args == (Trouble.REFUSED, "Invalid number of channels")


def test_a_device_that_does_not_start(library):
    library(STETHOSCOPE, starts=False)
    microphone = Microphone(named(None))
    with pytest.raises(NoSound) as refused:
        microphone.start(lambda block, lost: None, lambda: None)
    assert refused.value.args == (Trouble.REFUSED, "Device unavailable")
    microphone.close()


def test_a_device_that_goes_says_so_once_it_is_not_closed(library):
    used, gone = library(MICROPHONE), []
    microphone = Microphone(named(None))
    microphone.start(lambda block, lost: None, lambda: gone.append(True))
    used.finished()
    assert gone == [True]
    microphone.close()
    used.finished()
    assert gone == [True]


@pytest.mark.parametrize(
    ("problem", "platform", "what", "remedy"),
    [
        (NoSound(Trouble.DEVICE), "linux", "There is no microphone", "Connect one"),
        (NoSound(Trouble.REFUSED, "in use"), "linux", "The device does not record: in use", "Close programs"),
        (NoSound(Trouble.LIBRARY), "linux", "PortAudio is missing.", "libportaudio2"),
        (NoSound(Trouble.LIBRARY), "win32", "PortAudio is missing.", "Install mmdesk again"),
    ],
)
def test_why(monkeypatch, problem, platform, what, remedy):
    monkeypatch.setattr(module.sys, "platform", platform)
    said = why(problem)
    assert what in said[0] and remedy in said[1]


def test_without_portaudio(monkeypatch, tmp_path):
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(NoSound) as refused:
        devices()
    assert refused.value.trouble is Trouble.LIBRARY
