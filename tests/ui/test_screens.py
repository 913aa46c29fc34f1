"""A picture of every state of the window, dark and light, in English and Chinese, to be looked at.

They are written to the folder that MMDESK_SCREENS names, else to pytest's own.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QWidget
from support.recording import Source
from support.sample import TEXT
from support.scripted import Gate, open_gate, reached, sample_events, write_script
from support.sound import RATE, beats

from mmdesk import codec, events, resources
from mmdesk.case import Case, Input, Modality
from mmdesk.doctor import LAST, NOTE, OK, PROBLEM, Check
from mmdesk.engine.state import Phase
from mmdesk.events import Event, InputFailed, SentenceWritten
from mmdesk.media.microphone import Device
from mmdesk.media.recorder import Look
from mmdesk.packs import manifest
from mmdesk.settings import Settings
from mmdesk.ui import doctor_dialog, theme
from mmdesk.ui.app import Application
from mmdesk.ui.recording import Phase as RecordingPhase
from mmdesk.ui.worker import Worker

LOOKS = {
    "dark": Settings(theme="dark", language="en"),
    "light": Settings(theme="light", language="en"),
    "dark-zh": Settings(theme="dark", language="zh_CN"),
    "light-zh": Settings(theme="light", language="zh_CN"),
    "large": Settings(theme="dark", language="en", text_size=200),
}


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("MMDESK_SCREENS") or tmp_path_factory.mktemp("screens"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(params=LOOKS)
def shot(
    request: pytest.FixtureRequest, qtbot, qapp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, album: Path
):
    """(application, script folder, a function that takes the picture of a name)."""
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "home"))
    desk = Application(
        qapp, replace(LOOKS[request.param], engine="thread"), None,
        Worker("thread", factory="support.scripted:ScriptedEngine"),
    )  # fmt: skip
    script = tmp_path / "script"
    script.mkdir()
    desk.window.resize(1440, 900)
    desk.window.show()
    qtbot.waitExposed(desk.window)

    def take(name: str, of: QWidget = desk.window) -> None:
        qtbot.waitUntil(lambda: not (desk.window.desk.decoding.busy or desk.window.desk.reading.busy))
        qapp.processEvents()
        picture = of.grab()
        assert picture.save(str(album / f"{name}-{request.param}.png"))

    yield desk, script, take
    with qtbot.waitSignal(desk.window.gone):
        desk.window.close()
    desk._speaker.speak("en")
    theme.apply(qapp, "dark")
    desk.window.deleteLater()
    desk.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def sample() -> Case:
    inputs = dict(resources.sample_case().inputs)
    inputs[Modality.RECORD] = (Input.from_text(TEXT, "record.txt"),)
    return Case(inputs)


def run(qtbot, desk: Application, script: Path, *items: Event | Gate) -> None:
    """Analyse the sample by a script, to its end or to its first gate."""
    write_script(script, *items)
    desk.worker.start(script)
    qtbot.waitUntil(lambda: desk.worker.state.phase is Phase.READY)
    desk.window.desk.analyse()
    gates = [item.name for item in items if isinstance(item, Gate)]
    if gates:
        qtbot.waitUntil(lambda: reached(script, gates[0]))
    else:
        qtbot.waitUntil(lambda: not desk.window.desk.working)


def test_empty(shot) -> None:
    _, _, take = shot
    take("1-empty")


def test_ready(shot) -> None:
    desk, _, take = shot
    desk.window.desk.model.load(sample())
    take("2-ready")


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_sheet_of_values(shot, confirmed: bool) -> None:
    desk, _, take = shot
    rows = "Date,Test,Result,Unit,Range\n2026-01-30,CRP,96,mg/L,0-5\n2026-01-31,Leukocytes,14200,/uL,\n"
    rows += "2026-01-31,Troponin,12,ng/L,\n2026-01-31,Albumin,<4.1,g/dL,\n2026-01-31,Sodium,138,mmol/L,\n"
    sheet = Input("labs.csv", data=rows.encode(), confirmed=confirmed)
    case = sample()
    record = (*case.inputs[Modality.RECORD], sheet)
    desk.window.record.set_vocabulary(manifest.read(resources.folder() / "packs" / "clinic").vocabulary)
    desk.window.desk.model.load(replace(case, inputs={**case.inputs, Modality.RECORD: record}))
    take(f"8-sheet-{'confirmed' if confirmed else 'imported'}")


def test_working(shot, qtbot) -> None:
    desk, script, take = shot
    desk.window.desk.model.load(sample())
    all_ = sample_events(desk.window.desk.model.case())
    written = [place for place, event in enumerate(all_) if isinstance(event, SentenceWritten)]
    run(qtbot, desk, script, *all_[: written[2] - 2], Gate("middle"))
    qtbot.waitUntil(lambda: not desk.window.report.late.isActive())
    qtbot.waitUntil(lambda: len(desk.window.report.text.sentences()) == 2)
    take("3-working")
    open_gate(script, "middle")


def test_done_with_a_sentence_chosen(shot, qtbot) -> None:
    desk, script, take = shot
    desk.window.desk.model.load(sample())
    run(qtbot, desk, script, *sample_events(desk.window.desk.model.case()))
    qtbot.keyClick(desk.window.report.text, Qt.Key.Key_Down)
    take("4-done")


def test_problem(shot, qtbot) -> None:
    desk, script, take = shot
    case = sample()
    broken = Input("scan.png", data=b"\x89PNG\r\n\x1a\n")
    desk.window.desk.model.load(replace(case, inputs={**case.inputs, Modality.IMAGE: (broken,)}))
    failed = InputFailed(
        Modality.IMAGE, "scan.png", "the file ends before the picture does", "Export or copy it again."
    )
    problem = events.Failed(events.Stage.ENCODE, "the engine ended unexpectedly (signal 9)", "Analyse again.")
    run(qtbot, desk, script, *sample_events(case)[:2], failed, problem)
    take("5-problem")


@pytest.mark.parametrize("file", ["chest.png", "notes.zip"])
def test_dragged_over(shot, qtbot, file: str, tmp_path: Path, tiny_png: Callable[..., bytes]) -> None:
    desk, _, take = shot
    path = tmp_path / file
    path.write_bytes(tiny_png() if file.endswith("png") else b"PK\x03\x04" + bytes(60))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entered = QDragEnterEvent(QPoint(300, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(desk.window.desk.intake.verdict):
        QCoreApplication.sendEvent(desk.window, entered)
    take(f"6-drag-{path.suffix[1:]}")


def test_doctor(shot, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, _, take = shot
    found = (
        Check("display", OK, "X11, screen :0"),
        Check("sound", NOTE, "no sound device was found", "Plug one in and check again."),
        Check("memory", PROBLEM, "0.4 of 1.0 GB are free", "Use a computer with more memory."),
        Check(LAST, OK, "the sample case was read in 1.0 s on the CPU"),
    )
    lines = "\n".join(json.dumps(codec.encode(check)) for check in found)
    monkeypatch.setattr(doctor_dialog, "own_command", lambda: [sys.executable, "-c", f"print({lines!r})"])
    desk.window.actions_["doctor"].trigger()
    (dialog,) = desk.window.findChildren(doctor_dialog.DoctorDialog)
    qtbot.waitUntil(dialog._copy.isEnabled)
    take("7-doctor", dialog)


@pytest.mark.parametrize("state", ["offered", "under way", "too loud"])
def test_recording(shot, qtbot, state: str) -> None:
    desk, _, take = shot
    panel, recording, source = desk.window.audio, desk.window.audio.recording, Source(RATE)
    recording._find = lambda: [Device(0, "Built-in Audio Analog Stereo", 44100, 2)]
    recording._open = lambda device: source
    panel.record.click()
    qtbot.waitUntil(panel.recorder.go.isEnabled)
    if state != "offered":
        recording.looked.disconnect()  # the levels below are the picture's
        panel.recorder.go.click()
        qtbot.waitUntil(lambda: recording.phase is RecordingPhase.RUNNING)
        for peak in np.abs(beats(9)[:: RATE // 30]):
            panel._show_look(Look(9.0, float(peak), float(peak) / 3, 0, 0.0, 0, None))
        panel._show_look(Look(9.0, 1.0 if "loud" in state else 0.2, 0.1, int("loud" in state), 0.0, 0, None))
    take(f"8-recording-{state.replace(' ', '-')}")
    recording.stop()
    qtbot.waitUntil(lambda: not recording.active)
