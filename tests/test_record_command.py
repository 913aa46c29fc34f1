"""mmdesk record, with a simulated device that gives all it has as soon as it is started."""

import os
import signal
import threading
from pathlib import Path

import pytest
import soundfile
from support.recording import Source
from support.sound import RATE, beats
from typer.testing import CliRunner, Result

from mmdesk import cli, record_command, recordings
from mmdesk.case import new_id
from mmdesk.media import microphone
from mmdesk.media.microphone import Device
from mmdesk.media.portaudio import NoSound, Trouble
from mmdesk.media.recorder import Look, Recorder
from mmdesk.media.spool import Spool


class Given(Source):
    """Gives its wave when it starts, then does what `then` says: "stay", "go", "interrupt"."""

    def __init__(self, wave, then="stay", lost=0):
        super().__init__(RATE)
        self._wave, self._then, self._lost = wave, then, lost

    def start(self, take, gone):
        super().start(take, gone)
        self.give(self._wave, self._lost)
        if self._then == "go":
            gone()
        elif self._then == "interrupt":
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
            signal.setitimer(signal.ITIMER_REAL, 0.2)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))

    def call(*arguments: str, source: Source | NoSound | None = None) -> Result:
        def opened(device: Device) -> Source:
            if isinstance(source, NoSound):
                raise source
            assert source is not None
            return source

        monkeypatch.setattr(microphone, "Microphone", opened)
        monkeypatch.setattr(microphone, "devices", lambda: [Device(3, "Steth USB", RATE, 1)])
        return CliRunner().invoke(cli.app, ["record", *arguments])

    return call


@pytest.mark.parametrize("name", ["a.wav", "a.FLAC"])
def test_into_a_file(run, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    done = run("--out", str(out), "--seconds", "2", "--device", "steth", source=Given(beats()))
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "Recording from Steth USB, 4000 Hz. Ctrl+C ends it.",
        f"{out}: 2.0 s, no sample was lost",
    ]
    samples, rate = soundfile.read(out)
    assert rate == RATE and abs(samples - beats()).max() < 1e-4
    assert list((tmp_path / "home" / "cases").iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_ctrl_c_ends_it_and_keeps_it(run, tmp_path: Path) -> None:
    done = run("--out", str(tmp_path / "a.wav"), source=Given(beats(), "interrupt"))
    assert done.exit_code == 0, done.output
    assert len(soundfile.read(tmp_path / "a.wav")[0]) == 2 * RATE


def test_a_device_that_goes(run, tmp_path: Path) -> None:
    done = run("--out", str(tmp_path / "a.wav"), source=Given(beats(), "go", lost=441))
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == f"{tmp_path / 'a.wav'}: 2.0 s, lost samples: 441"
    assert "The device gives no sound any more; what came until then is kept." in done.stderr


def test_a_device_that_gives_nothing(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "STALLED", 0.0)
    done = run("--out", str(tmp_path / "a.wav"), source=Given(beats()[:0]))
    assert done.exit_code == 1
    assert done.stderr == "a.wav: nothing was recorded. Check the microphone and record it again.\n"
    assert not (tmp_path / "a.wav").exists()


def test_a_full_disk(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Recorder) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spool, "sync", full)
    done = run("--out", str(tmp_path / "a.wav"), "--seconds", "2", source=Given(beats()))
    assert done.exit_code == 1
    assert "The disk took no more (No space left on device); what came until then is kept." in done.stderr
    assert len(soundfile.read(tmp_path / "a.wav")[0]) == 2 * RATE


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(Trouble.LIBRARY, "PortAudio is missing."), (Trouble.REFUSED, "The device does not record: in use.")],
)
def test_without_sound(run, tmp_path: Path, trouble: Trouble, words: str) -> None:
    done = run("--out", str(tmp_path / "a.wav"), source=NoSound(trouble, "in use"))
    assert done.exit_code == 1 and words in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list((tmp_path / "home").rglob("*.spool"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "mmdesk record: a recording becomes a .wav or a .flac file. Name one with --out."),
        (["--out", "a.mp3"], "a.mp3: a recording becomes a .wav or a .flac file. Name one with --out."),
        (["--out", "/none/a.wav"], "a.wav: there is no folder /none. Make it, or name another."),
    ],
)
def test_usage(run, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (2, f"{words}\n")


def test_the_devices(run) -> None:
    assert run("--list").stdout == "Steth USB  4000 Hz\n"
    done = run("--out", "a.wav", "--device", "other")
    assert done.stderr == "other: no such device records here. Name one of these: Steth USB.\n"


def test_what_was_cut_off_can_be_had(run, tmp_path: Path) -> None:
    assert run("--recover", "--out", str(tmp_path / "a.wav")).stdout == "No recording was cut off.\n"
    session = recordings.Session(Given(beats()), tmp_path / "home" / "cases", new_id())
    recordings.release(session.stop())
    done = run("--out", str(tmp_path / "b.wav"), "--seconds", "2", source=Given(beats()))
    assert done.stdout.startswith("Recordings that were cut off: 1. mmdesk record --recover --out FILE ")
    done = run("--recover", "--out", str(tmp_path / "a.wav"))
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'a.wav'}: 2.0 s\n")
    assert abs(soundfile.read(tmp_path / "a.wav")[0] - beats()).max() < 1e-4


@pytest.mark.parametrize(
    ("look", "line"),
    [
        (Look(7.9, 0.5, 0.1, 0, 0.0, 0, None), f"0:07 {'█' * 20}{'·' * 10}  −20 dB"),
        (Look(67, 1.0, 0.9, 3, 0.0, 0, None), f"1:07 {'█' * 30}   −1 dB  too loud"),
        (Look(9, 0.0, 0.0, 0, 2.5, 0, None), f"0:09 {'·' * 30}   −∞ dB  silence"),
        (Look(9, 0.1, 1e-5, 0, 0.0, 0, None), f"0:09 {'·' * 30} −100 dB"),
    ],
)
def test_the_meter(look: Look, line: str) -> None:
    assert record_command.meter(look) == line


def test_nothing_is_left_running() -> None:
    assert not [thread for thread in threading.enumerate() if thread.name == "recorder"]
