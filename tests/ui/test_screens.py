"""A picture of every state of the window, dark and light, in English and Chinese, to be looked at.

They are written to the folder that MMDESK_SCREENS names, else to pytest's own.
"""

import json
import math
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
from support.scripted_run import ScriptedRun, row
from support.slices import ct_slice, laid
from support.sound import RATE, beats

from mmdesk import codec, events, resources
from mmdesk.batch import run as batch
from mmdesk.batch.events import Row, State
from mmdesk.case import Case, Input, Modality
from mmdesk.doctor import LAST, NOTE, OK, PROBLEM, Check
from mmdesk.engine.state import Phase
from mmdesk.events import (
    Encoded,
    Event,
    InputFailed,
    ReportReady,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    Swept,
)
from mmdesk.media.holdings import images_of
from mmdesk.media.microphone import Device
from mmdesk.media.recorder import Look
from mmdesk.packs import manifest
from mmdesk.report import Seen, Sweep
from mmdesk.settings import Settings
from mmdesk.ui import doctor_dialog, theme
from mmdesk.ui.app import Application
from mmdesk.ui.batch_bar import Phase as BatchPhase
from mmdesk.ui.readings import WORST
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


SLICES = 24


def head(folder: Path) -> Input:
    """A CT series of a head that nobody has, one slice of it damaged."""
    y, x = np.mgrid[-1:1:192j, -1:1:192j]
    files = {}
    for number in range(SLICES):
        size = 0.9 - 0.4 * abs(number / SLICES - 0.45)
        inside = (x / size) ** 2 + (y / size / 1.15) ** 2
        values = np.select([inside > 1, inside > 0.86], [-1000, 900], 32 + 6 * np.sin(9 * x) * np.cos(7 * y))
        values[np.hypot(x, y - 0.1) < 0.18 - 0.02 * abs(number - 12)] = 8  # a ventricle
        marks = {"SeriesDescription": "HEAD 5.0", "RescaleType": "HU", "BodyPartExamined": "HEAD"}
        sized = {"PixelSpacing": [0.9, 0.9], "SliceThickness": 5.0, "WindowWidth": "80"}
        lossy = {"LossyImageCompression": "01", "LossyImageCompressionRatio": 12.0}
        data = ct_slice(number, 5.0 * number - 60, values.astype(np.int16), **marks, **sized, **lossy)
        files[f"IM{number:03}"] = data if number != 3 else data[:9000]
    (item,) = (one for one in images_of(laid(folder / "HEAD 5.0", files)) if one.slices)
    return item


def swept(case: Case) -> list[Event]:
    """The sample's analysis of a stack of which all slices are scored."""
    found: list[Event] = []
    size = Seen(11, SLICES, 192, 192, "", 40.0, 80.0, "HU")
    columns = {
        name: tuple(
            None if n in (3, 4) else top * math.exp(-(((n - place) / wide) ** 2)) for n in range(SLICES)
        )
        for name, top, place, wide in (
            ("chest_normal", 0.9, 22, 6), ("bacterial_pneumonia", 0.93, 13, 4),
            ("viral_pneumonia", 0.4, 8, 3),
        )
    }  # fmt: skip
    sweep = Sweep(0, "", columns)
    for event in sample_events(case):
        match event:
            case Encoded(modality=Modality.IMAGE):
                found.append(replace(event, seen=size))
            case ReportReady(report):
                scored = [StageStarted(Stage.SWEEP), Swept(sweep, SLICES), StageFinished(Stage.SWEEP, 412.0)]
                found += [*scored, ReportReady(replace(report, sweeps=(sweep,)))]
            case _:
                found.append(event)
    return found


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
@pytest.mark.parametrize("done", [False, True])
def test_stack(shot, qtbot, done: bool, size: tuple[int, int], tmp_path: Path) -> None:
    desk, script, take = shot
    desk.window.resize(*size)
    case = sample()
    stack = replace(head(tmp_path), every=done)
    case = replace(case, inputs={**case.inputs, Modality.IMAGE: (stack,)})
    desk.window.desk.model.load(case)
    if done:
        run(qtbot, desk, script, *swept(case))
        qtbot.keyClick(desk.window.report.text, Qt.Key.Key_Down)
    take(f"8-stack-{'done' if done else 'ready'}-{size[0]}")


def test_stack_on_a_slice_that_is_not_read(shot, qtbot, tmp_path: Path) -> None:
    desk, script, take = shot
    case = Case({Modality.IMAGE: (replace(head(tmp_path), every=True),)})
    desk.window.desk.model.load(case)
    run(qtbot, desk, script, *swept(case))
    qtbot.waitUntil(lambda: desk.window.image.view.picture is not None)
    for _ in range(4):
        qtbot.keyClick(desk.window.image.view, Qt.Key.Key_Down)
    take("8-stack-elsewhere")


def cohort(folder: Path) -> Path:
    """Forty cases of nobody."""
    for number in range(1, 41):
        case = folder / "cohort" / f"P-{number:04}"
        case.mkdir(parents=True)
        (case / "radiograph.png").write_bytes(Path(sample().inputs[Modality.IMAGE][0].path).read_bytes())
        (case / "note.txt").write_text(TEXT)
    return folder / "cohort"


def outcomes(count: int) -> list[Row]:
    """Of the first cases: each fourth one is sick, some are doubtful, two failed, one lacks a file."""
    made = []
    for number in range(1, count + 1):
        name, sick = f"P-{number:04}", (0.97 - number / 90 if number % 4 == 2 else 0.02 + number % 7 / 50)
        scores = {"bacterial_pneumonia": sick, "viral_pneumonia": 0.3 if number % 9 == 4 else 0.05}
        scores["chest_normal"] = 0.9 - sick
        if number in (5, 19):
            problem = "radiograph.png: the file ends before the picture does. Export or copy it again."
            made.append(row(name, State.FAILED, problem))
        elif number == 7:
            made.append(row(name, State.PARTLY, "heart.wav: this is empty", **scores))
        else:
            made.append(row(name, **scores))
    return made


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700)])
@pytest.mark.parametrize("state", ["new", "reading", "stopped", "done", "none fits"])
def test_work_list(
    shot, qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, state: str, size: tuple[int, int]
) -> None:
    desk, script, take = shot
    window, work, played = desk.window, desk.window.desktop.work, ScriptedRun()
    window.resize(*size)
    monkeypatch.setattr(batch, "run", played)
    window.rounds.open(cohort(tmp_path))
    qtbot.waitUntil(work.isVisible)
    if state != "new":
        write_script(script, *sample_events(sample()))
        desk.worker.start(script)
        window.rounds.reading._read_to(str(tmp_path / "cohort results.parquet"))
        work.list.rows.order = WORST
        work.retranslate()
        rows = outcomes(40 if state == "done" else 26)
        played.begin(40)
        played.read(*rows, rate=4.1)
        qtbot.waitUntil(lambda: work.list.rows.find("P-0010").reading is not None)
        work._arrange()
        window.rounds.choose("P-0010")
        qtbot.waitUntil(lambda: work.list.on_desk == "P-0010" and not window.desk.working)
    if state == "done":
        played.end()
        qtbot.waitUntil(lambda: work.batch.phase is BatchPhase.DONE)
    elif state == "stopped":
        work.batch.button.click()
        qtbot.waitUntil(lambda: work.batch.phase is BatchPhase.STOPPED)
    elif state == "none fits":
        work.field.setText("sarcoidosis")
        qtbot.waitUntil(lambda: not work.list.isVisible())
    take(f"9-list-{state.replace(' ', '-')}-{size[0]}")


def test_a_list_is_offered(shot, qtbot, tmp_path: Path) -> None:
    desk, _, take = shot
    desk.window.desk.model.load(sample())
    desk.window.desk.intake.take_paths([cohort(tmp_path)])
    qtbot.waitUntil(desk.window.notice.isVisible)
    take("9-list-offered")


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
