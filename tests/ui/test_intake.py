import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView, QLineEdit, QVBoxLayout, QWidget
from support.slices import ct_series, laid

from mmdesk.case import Case, Input, Modality
from mmdesk.media import files
from mmdesk.media.files import MAX_BYTES, Format, sniff
from mmdesk.media.text import MAX_CHARACTERS
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.drop_filter import DropFilter
from mmdesk.ui.intake import Intake
from mmdesk.ui.panel import Panel
from mmdesk.ui.record_panel import RecordPanel

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
GIF = b"GIF89a"
COPY, LEFT, PLAIN = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
READS = "mmdesk reads DICOM, NIfTI, PNG, JPEG, TIFF, WAV, FLAC, OGG, MP3, text, PDF, CSV, XLSX, FHIR, HL7."


class Desk:
    """An intake and what it said."""

    def __init__(self) -> None:
        self.model, self.background = CaseModel(), Background()
        self.intake = Intake(self.model, self.background)
        self.refused, self.moved, self.added, self.cases, self.verdicts = [], [], [], [], []
        self.intake.refused.connect(self.on_refused)
        self.intake.moved.connect(self.on_moved)
        self.model.changed.connect(self.added.append)
        self.intake.case_given.connect(self.cases.append)
        self.intake.verdict.connect(self.verdicts.append)

    def on_refused(self, *card) -> None:
        self.refused.append(card)

    def on_moved(self, *notice) -> None:
        self.moved.append(notice)

    def names(self, modality: Modality) -> list[str]:
        return [item.name for item in self.model.inputs(modality)]

    def record(self) -> str:
        (item,) = self.model.inputs(RECORD)
        return item.data.decode()


@pytest.fixture
def desk(qapp):
    desk = Desk()
    yield desk
    desk.background.close()


@pytest.fixture
def folder(tmp_path, tiny_png, tiny_wav) -> Path:
    """One file of each kind, under names that say something else."""
    for name, data in {
        "radiograph.txt": tiny_png(), "heart.dcm": tiny_wav(), "letter.png": b"Fever\r\nCRP 96 mg/L",
        "form.wav": GIF,
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
    return tmp_path


def settle(qtbot, desk: Desk) -> None:
    qtbot.waitUntil(lambda: not desk.background.busy)


def mime_of(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def picture() -> QImage:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


# ---- files


def test_each_file_finds_its_panel_by_its_content(qtbot, desk, folder):
    desk.intake.take_paths([folder / name for name in ("radiograph.txt", "heart.dcm", "letter.png")])
    settle(qtbot, desk)
    assert desk.model.inputs(IMAGE) == (Input.from_path(folder / "radiograph.txt"),)
    assert desk.model.inputs(AUDIO) == (Input.from_path(folder / "heart.dcm"),)
    assert desk.model.inputs(RECORD) == (Input.from_text("Fever\nCRP 96 mg/L", "letter.png"),)
    assert desk.added == [IMAGE, AUDIO, RECORD] and not desk.refused and not desk.moved


def test_no_file_is_touched_in_the_windows_thread(qtbot, desk, folder, monkeypatch):
    threads = []

    def look(name, path, most=None):
        threads.append(threading.current_thread())
        return read(name, path, most)

    read = files._read_path
    monkeypatch.setattr(files, "_read_path", look)
    desk.intake.offer(mime_of(folder / "letter.png"))
    desk.intake.take_mime(mime_of(folder / "letter.png"))
    settle(qtbot, desk)
    assert threads and threading.main_thread() not in threads


def test_at_most_four_kilobytes_tell_what_a_file_is(folder):
    (folder / "large.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100_000))
    assert len(files.read_head(Input.from_path(folder / "large.png"))) == 4096


def test_the_same_file_twice_is_there_once(qtbot, desk, folder):
    changes = []
    desk.model.changed.connect(changes.append)
    desk.intake.take_paths([folder / "heart.dcm", folder / "heart.dcm"])
    desk.intake.take_paths([folder / "heart.dcm"])
    settle(qtbot, desk)
    assert desk.names(AUDIO) == ["heart.dcm"] and changes == [AUDIO]


def test_what_was_chosen_of_a_file_does_not_make_it_another(qtbot, desk, folder):
    series = ct_series(3)
    laid(folder / "series", series)
    paths = [folder / "series", folder / "heart.dcm"]
    desk.intake.take_paths(paths)
    settle(qtbot, desk)
    (image,), (sound,) = desk.model.inputs(IMAGE), desk.model.inputs(AUDIO)
    assert len(image.slices) == 3
    chosen = replace(image, frame=0, every=True), replace(sound, position="sup_Mit")
    desk.model.set_inputs(IMAGE, chosen[:1])
    desk.model.set_inputs(AUDIO, chosen[1:])
    desk.intake.take_paths(paths)
    settle(qtbot, desk)
    assert (*desk.model.inputs(IMAGE), *desk.model.inputs(AUDIO)) == chosen


def test_on_the_wrong_panel_it_goes_to_the_right_one(qtbot, desk, folder):
    desk.intake.take_paths([folder / "heart.dcm"], IMAGE)
    settle(qtbot, desk)
    desk.intake.take_paths([folder / "letter.png"], AUDIO)
    settle(qtbot, desk)
    desk.intake.take_paths([folder / "radiograph.txt"], RECORD)
    settle(qtbot, desk)
    assert desk.moved == [
        (AUDIO, "heart.dcm is a recording: it was put into Audio."),
        (RECORD, "letter.png is for the record: it was put there."),
        (IMAGE, "radiograph.txt is an image: it was put into Image."),
    ]


def test_a_folder_gives_its_files(qtbot, desk, folder, tiny_png):
    for name, data in {".hidden.png": tiny_png(1), "b.png": tiny_png(2), "junk": bytes(9)}.items():
        (folder / name).write_bytes(data)
    (folder / "z").mkdir()
    (folder / "z" / "c.png").write_bytes(tiny_png(3))
    desk.intake.take_paths([folder], IMAGE)
    settle(qtbot, desk)
    assert desk.names(IMAGE) == ["b.png", "radiograph.txt", "c.png"] and desk.names(AUDIO) == ["heart.dcm"]
    assert desk.refused == [(IMAGE, "Files of a kind that mmdesk does not read were skipped: 2", READS)]


def test_an_empty_folder_and_one_of_junk(qtbot, desk, tmp_path):
    for name in ("empty", "junk"):
        (tmp_path / name).mkdir()
    (tmp_path / "junk" / "a").write_bytes(bytes(9))
    desk.intake.take_paths([tmp_path / "empty"])
    desk.intake.take_paths([tmp_path / "junk"])
    settle(qtbot, desk)
    assert [card[1] for card in desk.refused] == [
        "This folder holds no files",
        "Files of a kind that mmdesk does not read were skipped: 1",
    ]


@pytest.mark.parametrize(("count", "cards"), [(64, 0), (65, 1)])
def test_only_so_many_files_at_once(qtbot, desk, tmp_path, tiny_png, count, cards):
    for number in range(count):
        (tmp_path / f"{number:03}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    desk.intake.take_paths(sorted(tmp_path.iterdir()))
    settle(qtbot, desk)
    assert desk.names(IMAGE) == [f"{number:03}.png" for number in range(64)]
    assert [card[1] for card in desk.refused] == ["Only the first 64 files were taken"] * cards


def test_a_folder_of_many_cases_is_no_input(qtbot, desk, tmp_path):
    for name in ("case 1", "case 2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "note.txt").write_text("Fever")
    lists = []
    desk.intake.list_given.connect(lists.append)
    desk.intake.take_paths([tmp_path], IMAGE)
    settle(qtbot, desk)
    assert lists == [tmp_path] and desk.model.is_empty() and not desk.refused
    desk.intake.offer(mime_of(tmp_path))
    settle(qtbot, desk)
    assert desk.verdicts[-1].reason == f"{tmp_path.name} holds several cases: it can be a work list"
    assert not desk.verdicts[-1].refused
    desk.intake.take_paths([tmp_path / "case 1", tmp_path / "case 2"])  # these are one case's
    settle(qtbot, desk)
    assert lists == [tmp_path] and desk.record() == "Fever\n\nFever"


def test_what_cannot_be_read_says_why(qtbot, desk, folder):
    (folder / "none").write_bytes(b"")
    with (folder / "huge.dcm").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name, target in (("gone", IMAGE), ("none", AUDIO), ("huge.dcm", None), ("form.wav", RECORD)):
        desk.intake.take_paths([folder / name], target)
    desk.intake.take_paths([folder / "form.wav"])
    desk.intake.take_paths([Path("a\0b")])
    settle(qtbot, desk)
    assert [card[:2] for card in desk.refused] == [
        (IMAGE, "gone: there is no such file"),
        (AUDIO, "none: this is empty"),
        (None, "huge.dcm: the file is larger than 512 MB"),
        (RECORD, "form.wav: this is a GIF picture, not a record"),
        (None, "form.wav: this is a GIF picture"),
        (None, "a\0b: there is no such file"),
    ]
    assert desk.refused[3][2] == "Save it as text, PDF, CSV or XLSX."
    assert desk.model.is_empty()


def test_a_recording_may_be_larger_than_what_is_read_at_once(qtbot, desk, folder):
    """An hour at 48 kHz is: it is drawn block by block."""
    with (folder / "hour.wav").open("wb") as file:
        file.write(b"RIFF\xff\xff\xff\xffWAVEfmt ")
        file.truncate(MAX_BYTES + 1)
    desk.intake.take_paths([folder / "hour.wav"])
    settle(qtbot, desk)
    assert desk.names(AUDIO) == ["hour.wav"] and desk.refused == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(qtbot, desk, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    desk.intake.take_paths([tmp_path / "pipe", Path("/dev/zero")], RECORD)
    settle(qtbot, desk)
    assert [card[1] for card in desk.refused] == [
        "pipe: this is a device or a pipe",
        "zero: this is a device or a pipe",
    ]


def test_many_problems_are_one_card(qtbot, desk, tmp_path):
    desk.intake.take_paths([tmp_path / str(number) for number in range(4)], RECORD)
    settle(qtbot, desk)
    assert desk.refused == [(RECORD, "Files that cannot be read were left out: 4", READS)]


def test_a_case_is_opened_alone(qtbot, desk, folder):
    with zipfile.ZipFile(folder / "case.txt", "w") as archive:
        archive.writestr("mmcase.json", "{}")
    desk.intake.take_paths([folder / "case.txt"], IMAGE)
    settle(qtbot, desk)
    assert desk.cases == [folder / "case.txt"] and not desk.refused
    desk.intake.take_paths([folder / "heart.dcm", folder / "case.txt"])
    settle(qtbot, desk)
    assert len(desk.cases) == 2 and desk.model.is_empty()
    assert desk.refused[0][1] == "case.txt: a case is opened alone"


def test_files_of_the_last_case_do_not_reach_the_next(qtbot, desk, folder):
    desk.intake.take_paths([folder / "heart.dcm"])
    desk.model.load(Case({}))
    settle(qtbot, desk)
    assert desk.model.is_empty()


# ---- the record


@pytest.mark.parametrize("before", ["Cough", "Cough\n", "Cough\n\n"])
def test_text_is_added_below(qtbot, desk, folder, before):
    desk.model.set_record(before)
    desk.intake.take_paths([folder / "letter.png"], RECORD)
    settle(qtbot, desk)
    assert desk.record() == "Cough\n\nFever\nCRP 96 mg/L"
    assert desk.names(RECORD) == ["typed text, letter.png"]
    assert desk.moved == [(RECORD, "letter.png was added to the record.")]


def test_what_is_just_typed_is_not_lost(qtbot, desk, folder):
    panel = RecordPanel(desk.model, desk.background)
    qtbot.addWidget(panel)
    panel.editor.setPlainText("Typed a moment ago")
    desk.intake.take_paths([folder / "letter.png"])
    qtbot.waitUntil(lambda: bool(desk.moved))
    assert panel.editor.toPlainText() == desk.record() == "Typed a moment ago\n\nFever\nCRP 96 mg/L"
    settle(qtbot, desk)  # what is looked for in the record is answered to the panel


def test_more_than_a_record_may_hold(qtbot, desk, tmp_path):
    (tmp_path / "long.txt").write_text("a" * (MAX_CHARACTERS + 1))
    (tmp_path / "fits.txt").write_text("a" * MAX_CHARACTERS)
    desk.model.set_record("Fever")
    desk.intake.take_paths([tmp_path / "long.txt", tmp_path / "fits.txt"], IMAGE)
    settle(qtbot, desk)
    assert [card[:2] for card in desk.refused] == [
        (RECORD, "long.txt: the record is longer than 200,000 characters"),
        (RECORD, "fits.txt: the record is longer than 200,000 characters"),
    ]
    assert desk.record() == "Fever"


# ---- pastes


def test_pasted_text(qtbot, desk):
    mime = QMimeData()
    mime.setText("Fever\r\nCough 😀")
    desk.intake.take_mime(mime, RECORD)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (Input.from_text("Fever\nCough 😀", "pasted text"),)


def test_a_pasted_image_becomes_png(qtbot, desk):
    mime = QMimeData()
    mime.setImageData(picture())
    desk.intake.take_mime(mime)
    settle(qtbot, desk)
    (item,) = desk.model.inputs(IMAGE)
    assert item.name == "pasted image.png" and sniff(item.data) is Format.PNG
    assert QImage.fromData(item.data).pixelColor(0, 0) == picture().pixelColor(0, 0)


def test_a_pasted_png_stays_as_it_is(qtbot, desk, tiny_png):
    mime = QMimeData()
    mime.setImageData(picture())
    mime.setData("image/png", tiny_png())
    desk.intake.take_mime(mime)
    settle(qtbot, desk)
    assert desk.model.inputs(IMAGE) == (Input("pasted image.png", data=tiny_png()),)


def test_cells_of_a_spreadsheet_are_text_unless_the_image_panel_asks(qtbot, desk):
    mime = QMimeData()
    mime.setImageData(picture())
    mime.setText("CRP\t96")
    desk.intake.take_mime(mime)
    desk.intake.take_mime(mime, IMAGE)
    settle(qtbot, desk)
    assert desk.added == [RECORD, IMAGE]


def test_pasted_files_and_what_is_no_input(qtbot, desk, folder):
    link, other = QMimeData(), QMimeData()
    link.setUrls([QUrl("https://example.org/a.png")])
    other.setData("application/x-other", b"1")
    desk.intake.take_mime(mime_of(folder / "heart.dcm"), IMAGE)
    desk.intake.take_mime(link, IMAGE)
    desk.intake.take_mime(other)
    desk.intake.take_mime(QMimeData(), RECORD)
    settle(qtbot, desk)
    assert desk.names(AUDIO) == ["heart.dcm"]
    assert [card[:2] for card in desk.refused] == [
        (IMAGE, "This is a link, not a file on this computer"),
        (None, "mmdesk takes files, images and text"),
        (RECORD, "There is nothing to paste"),
    ]


def test_paste_takes_the_clipboard(qtbot, desk, qapp):
    qapp.clipboard().setText("Fever")
    desk.intake.paste(RECORD)
    settle(qtbot, desk)
    assert desk.record() == "Fever"
    qapp.clipboard().clear()


# ---- drags


@pytest.fixture
def window(qtbot, desk):
    """Three panels that hold what takes drops by itself, and a line that belongs to none."""
    window = QWidget()
    window.resize(600, 600)
    panels = {modality: Panel(str(modality)) for modality in (IMAGE, AUDIO)}
    panels[RECORD] = RecordPanel(desk.model, desk.background)
    window.view = QGraphicsView(QGraphicsScene(window))
    panels[IMAGE].body.addWidget(window.view)
    window.line = QLineEdit()
    column = QVBoxLayout(window)
    for widget in (*panels.values(), window.line):
        column.addWidget(widget)
    window.panels = panels
    window.drops = DropFilter(window, panels, desk.intake)
    window.reason = window.drops._reason
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def enter(widget: QWidget, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(widget.rect().center(), Qt.DropAction.MoveAction | COPY, mime, LEFT, PLAIN)
    event.setDropAction(Qt.DropAction.MoveAction)  # what a file manager may propose
    QApplication.sendEvent(widget, event)
    return event


def move(widget: QWidget, mime: QMimeData) -> QDragMoveEvent:
    place = widget.mapTo(widget.window(), widget.rect().center())
    event = QDragMoveEvent(place, COPY, mime, LEFT, PLAIN)
    QApplication.sendEvent(widget.window(), event)
    return event


def drop(widget: QWidget, mime: QMimeData) -> QDropEvent:
    place = widget.mapTo(widget.window(), widget.rect().center())
    event = QDropEvent(place, COPY, mime, LEFT, PLAIN)
    QApplication.sendEvent(widget.window(), event)
    return event


def shown(window: QWidget) -> list[str]:
    return [panel.property("drop") or "" for panel in window.panels.values()]


def test_the_panel_that_will_take_it_says_so_before_the_drop(qtbot, desk, window, folder):
    mime = mime_of(folder / "heart.dcm")
    event = enter(window.panels[RECORD].editor.viewport(), mime)
    assert event.isAccepted() and event.dropAction() == COPY
    assert shown(window) == ["", "", ""]  # not known yet
    qtbot.waitUntil(lambda: shown(window) == ["", "accept", ""])
    assert window.reason.isVisible()
    assert window.reason.words.text() == "heart.dcm is a recording: it goes to Audio"
    assert move(window.panels[AUDIO], mime).dropAction() == COPY
    assert drop(window.panels[AUDIO], mime).isAccepted()
    assert shown(window) == ["", "", ""] and not window.reason.isVisible()
    settle(qtbot, desk)
    assert desk.names(AUDIO) == ["heart.dcm"] and not desk.moved


@pytest.mark.parametrize("place", ["text", "view", "line"])
def test_a_drop_anywhere_reaches_the_intake(qtbot, desk, window, folder, place):
    widget = {
        "text": window.panels[RECORD].editor.viewport(),
        "view": window.view.viewport(),
        "line": window.line,
    }
    mime = mime_of(folder / "letter.png", folder / "heart.dcm", folder / "radiograph.txt")
    enter(widget[place], mime)
    qtbot.waitUntil(lambda: shown(window) == ["accept", "accept", "accept"])
    drop(widget[place], mime)
    settle(qtbot, desk)
    assert desk.added == [IMAGE, AUDIO, RECORD] and not desk.moved
    assert window.line.text() == ""
    assert window.panels[RECORD].editor.toPlainText() == "Fever\nCRP 96 mg/L"


def test_what_no_panel_takes_is_refused_with_the_reason(qtbot, desk, window, folder):
    mime = mime_of(folder / "form.wav")
    enter(window.view.viewport(), mime)
    assert move(window.panels[AUDIO], mime).dropAction() == COPY
    qtbot.waitUntil(lambda: shown(window) == ["", "refuse", ""])
    assert window.reason.words.text() == "form.wav: this is a GIF picture"
    event = move(window.panels[RECORD], mime)
    assert event.dropAction() == Qt.DropAction.IgnoreAction
    assert shown(window) == ["", "", "refuse"]
    assert window.panels[RECORD].geometry().contains(window.reason.geometry())
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert shown(window) == ["", "", ""] and not window.reason.isVisible()


def test_a_verdict_that_comes_after_the_drag_shows_nothing(qtbot, desk, window, folder):
    enter(window, mime_of(folder / "heart.dcm"))
    QApplication.sendEvent(window, QDragLeaveEvent())
    settle(qtbot, desk)
    assert shown(window) == ["", "", ""] and not desk.verdicts


def test_text_and_pictures_are_known_at_once(desk, window):
    text, image, other = QMimeData(), QMimeData(), QMimeData()
    text.setText("Fever")
    image.setImageData(picture())
    other.setData("application/x-other", b"1")
    for mime, panels in ((text, ["", "", "accept"]), (image, ["accept", "", ""])):
        assert enter(window, mime).dropAction() == COPY
        assert shown(window) == panels
        QApplication.sendEvent(window, QDragLeaveEvent())
    assert enter(window, other).dropAction() == Qt.DropAction.IgnoreAction


def test_verdicts_on_folders_and_cases(qtbot, desk, window, folder):
    with zipfile.ZipFile(folder / "case.txt", "w") as archive:
        archive.writestr("mmcase.json", "{}")
    (folder / "empty").mkdir()
    for name, reason in (
        ("case.txt", "case.txt is a case: it is opened"),
        ("", "Files that can be read: 3"),
        ("empty", "There is nothing here that mmdesk reads"),
    ):
        desk.intake.offer(mime_of(folder / name))
        settle(qtbot, desk)
        assert desk.verdicts[-1].reason == reason
    assert [verdict.refused for verdict in desk.verdicts] == [False, False, True]


def test_a_widget_made_later_takes_no_drop_of_its_own(qtbot, desk, window, folder):
    later = QLineEdit(window)
    later.show()
    assert later.acceptDrops()
    place = later.mapTo(window, QPoint(3, 3))
    mime = mime_of(folder / "heart.dcm")
    QApplication.sendEvent(window.windowHandle(), QDragEnterEvent(place, COPY, mime, LEFT, PLAIN))
    QApplication.sendEvent(window.windowHandle(), QDropEvent(place, COPY, mime, LEFT, PLAIN))
    settle(qtbot, desk)
    assert not later.acceptDrops() and desk.names(AUDIO) == ["heart.dcm"] and later.text() == ""


def test_a_word_dragged_about_in_the_window_is_no_input(desk, window, monkeypatch):
    monkeypatch.setattr(QDragEnterEvent, "source", lambda event: window.line, raising=False)
    mime = QMimeData()
    mime.setText("Fever")
    assert not enter(window, mime).isAccepted() and not desk.verdicts
