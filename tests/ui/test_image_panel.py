"""The image panel with pictures made in memory."""

import subprocess
import sys
import threading

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from support.image_desk import ImageDesk, Upper
from support.pictures import image, noise, png
from support.slices import marked, multi_frame

from mmdesk.case import Case, Input, Modality
from mmdesk.events import Encoded, InputFailed, OutOfDistribution, Stage, Stopped
from mmdesk.media import picture
from mmdesk.ui import film_strip, pictures, theme
from mmdesk.ui.film_strip import SIDE

IMAGE = Modality.IMAGE
DAMAGED = Input("damaged.png", data=png(noise(40, 40))[:900])
PROBLEM = "damaged.png: the file ends before the picture does"


@pytest.fixture
def desk(qtbot):
    return ImageDesk(qtbot)


@pytest.fixture
def gate(monkeypatch):
    """Reading waits for it; `gate.read` are the names, in order."""
    return Gate(monkeypatch)


class Gate:
    def __init__(self, monkeypatch):
        self.read, self._free, self._real = [], threading.Semaphore(0), picture.read_picture
        monkeypatch.setattr(picture, "read_picture", self._slow)

    def _slow(self, item):
        self.read.append(item.name)
        assert threading.current_thread() is not threading.main_thread()
        assert self._free.acquire(timeout=5)
        return self._real(item)

    def let(self, count=1):
        self._free.release(count)


# ---- what it shows


def test_empty(desk):
    panel = desk.panel
    assert panel.target.isVisible() and not panel.content.isVisible()
    assert desk.chip == "empty" and "DICOM, NIfTI" in panel.target.words.text()
    assert not [b for b in panel.findChildren(QPushButton) if b.isVisible() and b.parent() is panel]
    browse, paste = panel.target.findChildren(QPushButton)
    with desk.qtbot.waitSignal(panel.browse_asked):
        browse.click()
    with desk.qtbot.waitSignal(panel.paste_asked):
        paste.click()


def test_the_panel_imports_nothing_heavy():
    heavy = ("numpy", "PIL", "pydicom", "pyqtgraph")
    script = f"import sys, mmdesk.ui.image_panel; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_image_is_shown(desk):
    desk.add(image())
    panel = desk.panel
    assert (desk.shown, desk.chip) == ("chest.png", "ready")
    assert panel.view.isVisible() and not panel.target.isVisible() and not panel.note.isVisible()
    assert not panel.strip.isVisible()
    desk.model.clear()
    assert panel.target.isVisible() and desk.chip == "empty" and desk.shown is None


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_a_volume_is_shown(desk, dtype):
    """Its slices do not lie row by row in the file, which a picture on screen has to."""
    values = np.arange(40 * 30 * 20).reshape(40, 30, 20) % 200
    data = nibabel.Nifti1Image(values.astype(dtype), np.diag([-1, 1, 2, 1])).to_bytes()
    desk.add(Input("head.nii", data=data))
    assert (desk.shown, desk.chip) == ("head.nii", "ready")
    assert desk.panel.grab().size() == desk.panel.size()


def test_buttons(desk):
    desk.add(image())
    panel = desk.panel
    panel.view.zoom(3)
    panel._invert.click()
    assert panel.view.inverted
    panel._menu.aboutToShow.emit()
    usual = next(action for action in panel._menu.actions() if action.data() == "9")
    usual.trigger()
    assert panel.view.width_ < 65535
    panel._fit.click()
    assert (panel.view.width_, panel.view.inverted) == (65535, False)
    with desk.qtbot.waitSignal(panel.browse_asked):
        panel._add.click()
    panel._remove_button.click()
    assert desk.model.inputs(IMAGE) == ()


# ---- reading takes a while


def test_what_is_there_stays_for_a_moment_and_then_it_says_that_it_reads(desk, gate):
    panel = desk.panel
    desk.model.add(IMAGE, image())
    assert panel.target.isVisible() and desk.chip == "ready"  # nothing flashes
    desk.qtbot.waitUntil(lambda: desk.chip == "reading…")
    assert panel.note.isVisible() and panel.note.text() == "Reading…" and not panel.target.isVisible()
    gate.let()
    desk.settle()
    assert desk.shown == "chest.png" and desk.chip == "ready" and not panel.note.isVisible()
    desk.model.add(IMAGE, image("next.png", seed=1))
    assert desk.shown == "chest.png" and desk.chip == "ready"
    desk.qtbot.waitUntil(lambda: desk.chip == "reading…")
    assert desk.shown is None and panel.note.isVisible()
    gate.let()
    desk.settle()
    assert desk.shown == "next.png"


def test_the_chosen_image_is_read_before_the_others(desk, gate):
    items = [image(f"{n}.png", seed=n) for n in range(5)]
    desk.model.set_inputs(IMAGE, tuple(items))
    desk.qtbot.waitUntil(lambda: gate.read == ["0.png"])
    desk.panel.strip.setCurrentRow(3)
    gate.let(2)
    desk.qtbot.waitUntil(lambda: desk.shown == "3.png")
    gate.let(3)
    desk.settle()
    assert gate.read == ["0.png", "3.png", "1.png", "2.png", "4.png"]
    assert desk.shown == "3.png"


def test_what_was_removed_is_never_read(desk, gate):
    desk.model.set_inputs(IMAGE, tuple(image(f"{n}.png", seed=n) for n in range(9)))
    desk.qtbot.waitUntil(lambda: len(gate.read) == 1)
    desk.model.clear()
    gate.let(9)
    desk.add(image("next.png"))
    assert gate.read == ["0.png", "next.png"] and desk.shown == "next.png"


def test_thumbnails_are_made_once(desk, monkeypatch):
    made, framed = [], film_strip._framed
    monkeypatch.setattr(film_strip, "_framed", lambda frame: made.append(frame.name) or framed(frame))
    desk.add(image("a.png", seed=1), image("b.png", seed=2))
    made.clear()
    for _ in range(3):
        QTest.keyClick(desk.panel.view, Qt.Key.Key_PageDown)
        QTest.keyClick(desk.panel.view, Qt.Key.Key_PageUp)
    assert made == []
    desk.add(image("c.png", seed=3))
    assert set(made) == {"c.png"}


# ---- room


@pytest.mark.parametrize(("room", "kept"), [(0, ["0"]), (9600, ["0", "2"]), (10**9, ["0", "1", "2"])])
def test_the_chosen_one_stays_and_the_others_while_there_is_room(desk, monkeypatch, room, kept):
    monkeypatch.setattr(pictures, "ROOM", room)
    desk.add(*(image(str(n), seed=n) for n in range(3)))  # 60 × 80 pixels of two bytes
    held = desk.panel._pictures
    assert sorted(read.name for read in held._pictures.values()) == kept
    assert all(held.thumbnail(item) is not None for item in desk.model.inputs(IMAGE))
    QTest.keyClick(desk.panel.view, Qt.Key.Key_PageDown)
    desk.settle()
    assert desk.shown == "1" and held.picture(desk.model.inputs(IMAGE)[1]) is desk.panel.view.picture


def test_the_one_not_looked_at_for_longest_goes_first(desk, monkeypatch):
    for n in range(3):
        desk.add(image(str(n), seed=n))
    QTest.keyClick(desk.panel.view, Qt.Key.Key_Home)
    monkeypatch.setattr(pictures, "ROOM", 9600)
    desk.add(image("3", seed=3))
    assert [read.name for read in desk.panel._pictures._pictures.values()] == ["0", "3"]


# ---- several


def test_two_images_and_the_keys(desk):
    panel = desk.panel
    desk.add(image("a.png", seed=1), image("b.png", seed=2))
    assert panel.strip.isVisible() and panel.strip.count() == 2 and desk.shown == "a.png"
    panel.view.setFocus()
    for key, name in (("PageDown", "b.png"), ("PageDown", "b.png"), ("Home", "a.png"), ("End", "b.png"),
                      ("PageUp", "a.png"), ("PageUp", "a.png")):  # fmt: skip
        QTest.keyClick(panel.view, getattr(Qt.Key, f"Key_{key}"))
        assert desk.shown == name and panel.strip.currentRow() == (name == "b.png")
    QTest.mouseClick(
        panel.strip.viewport(), Qt.MouseButton.LeftButton,
        pos=panel.strip.visualItemRect(panel.strip.item(1)).center(),
    )  # fmt: skip
    assert desk.shown == "b.png"
    QTest.keyClick(panel.strip, Qt.Key.Key_Left)
    assert desk.shown == "a.png"
    QTest.keyClick(panel.strip, Qt.Key.Key_Delete)
    assert [item.name for item in desk.model.inputs(IMAGE)] == ["b.png"] and desk.shown == "b.png"
    assert not panel.strip.isVisible()


def test_what_is_added_is_shown_and_what_is_removed_moves_nothing(desk):
    first, second, third = (image(f"{n}.png", seed=n) for n in range(3))
    desk.add(first)
    desk.add(second, third)
    assert desk.shown == "2.png"
    desk.panel.view.set_window(9000, 9000)
    desk.model.remove(IMAGE, first)
    assert desk.shown == "2.png" and desk.panel.strip.currentRow() == 1
    assert desk.panel.view.width_ == 9000
    desk.model.set_inputs(IMAGE, (first, second, third))
    QTest.keyClick(desk.panel.view, Qt.Key.Key_PageUp)
    assert desk.shown == "1.png"
    desk.model.remove(IMAGE, first)
    assert desk.shown == "1.png" and desk.panel.strip.currentRow() == 0
    desk.model.remove(IMAGE, second)
    assert desk.shown == "2.png"


def test_the_whole_path_by_keyboard(desk):
    panel = desk.panel
    desk.add(image("a.png", seed=1), image("b.png", seed=2))
    panel.activateWindow()
    panel.view.setFocus()
    path = [panel.view, panel.strip, panel._fit, panel._invert, panel._window, panel._add]
    for widget in (*path, panel._remove_button):
        desk.qtbot.waitUntil(widget.hasFocus)
        assert widget.accessibleName()
        QTest.keyClick(widget, Qt.Key.Key_Tab)


# ---- damaged


def stack(count, path=None):
    """The slices 0 to `count`; of two, the first is read."""
    data = multi_frame([marked(number) for number in range(count)])
    if path is None:
        return Input("stack", data=data)
    path.write_bytes(data)
    return Input.from_path(path)


def test_a_stack_that_is_added_again_begins_anew(desk, tmp_path):
    item = stack(9, tmp_path / "stack.dcm")
    desk.add(item)
    desk.panel._browser.step("last")
    assert desk.panel._browser.place == ("", 8)
    desk.model.set_inputs(IMAGE, ())
    desk.settle()
    desk.add(item)
    assert desk.panel._browser.place == ("", 4)


def test_a_stack_that_has_fewer_slices_by_now(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "ROOM", 0)
    desk.add(stack(9, tmp_path / "stack.dcm"), image())
    desk.panel._choose(0)
    desk.settle()
    desk.panel._browser.step("last")
    desk.panel._choose(1)
    desk.settle()
    stack(3, tmp_path / "stack.dcm")
    desk.panel._choose(0)
    desk.settle()
    assert desk.panel._browser.place == ("", 1) and desk.panel.view.picture.index == 1
    assert desk.panel.slices.place.text() == "2 / 3"


def test_a_damaged_file_has_a_card_that_goes_with_it(desk):
    panel = desk.panel
    desk.add(image(), DAMAGED)
    assert panel.cards() == [PROBLEM] and desk.chip == "problem" and desk.shown == "chest.png"
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_End)
    assert desk.shown is None and panel.note.text() == "There is nothing to show." and panel.note.isVisible()
    assert panel.strip.item(1).data(Qt.ItemDataRole.AccessibleTextRole) == "damaged.png: cannot be shown"
    QTest.keyClick(panel.view, Qt.Key.Key_Home)  # the keys still reach it
    assert desk.shown == "chest.png"
    desk.model.remove(IMAGE, DAMAGED)
    assert panel.cards() == [] and desk.chip == "ready" and not panel.strip.isVisible()


def test_a_card_put_away_stays_away_until_the_next_analysis(desk):
    desk.add(DAMAGED)
    desk.panel._card_widgets()[0].dismissed.emit()
    desk.qtbot.waitUntil(lambda: desk.panel.cards() == [])
    desk.add(image())
    assert desk.panel.cards() == [] and desk.chip == "problem"
    desk.panel.begin()
    assert desk.panel.cards() == [PROBLEM]


def test_of_two_damaged_files_of_a_name_the_card_stays_with_the_second(desk):
    twin = Input("damaged.png", data=DAMAGED.data[:-1])
    desk.add(DAMAGED, twin)
    desk.model.remove(IMAGE, DAMAGED)
    assert desk.panel.cards() == [PROBLEM]
    desk.model.remove(IMAGE, twin)
    assert desk.panel.cards() == []


# ---- another case


def test_another_case_leaves_nothing_of_the_last(desk, gate):
    gate.let(2)
    desk.add(image("last.png"), DAMAGED)
    QTest.keyClick(desk.panel.view, Qt.Key.Key_Home)
    assert desk.shown == "last.png" and desk.panel.cards()
    items = tuple(image(f"next {n}.png", seed=n + 5) for n in range(3))
    desk.model.load(Case({IMAGE: items}))
    assert desk.shown is None and desk.panel.cards() == []  # at once, whoever it was
    gate.let(3)
    desk.settle()
    assert desk.shown == "next 0.png" and desk.panel.strip.currentRow() == 0


def test_late_answers_of_the_last_case_are_dropped(desk, gate):
    desk.model.add(IMAGE, DAMAGED)
    desk.qtbot.waitUntil(lambda: gate.read == ["damaged.png"])
    desk.model.load(Case({IMAGE: (image("next.png"),)}))
    gate.let(2)
    desk.settle()
    assert desk.shown == "next.png" and desk.panel.cards() == []


# ---- an analysis


def encoded(name, milliseconds=38.0, reused=False, examination="chest radiograph"):
    return Encoded(IMAGE, (name,), examination, milliseconds, reused)


def test_the_chip_tells_how_it_goes(desk):
    panel = desk.panel
    panel.begin()
    assert desk.chip == "empty"
    desk.add(image())
    panel.begin()
    assert desk.chip == "working…"
    panel.show_event(encoded("chest.png"))
    assert desk.chip == "chest radiograph · 38 ms"
    panel.begin()
    panel.show_event(encoded("chest.png", reused=True))
    assert desk.chip == "chest radiograph · reused"
    panel.show_event(encoded("b.png", 4.0))
    assert desk.chip == "images: 2 · 42 ms"
    panel.begin()
    panel.show_event(Stopped(Stage.READ))
    assert desk.chip == "ready"
    panel.begin()
    desk.add(image("b.png", seed=1))
    assert desk.chip == "ready"  # the results are of what was there before


def test_cards_of_an_analysis_go_with_their_image_or_the_next_one(desk):
    panel = desk.panel
    desk.add(image("a.png", seed=1), image("b.png", seed=2))
    panel.begin()
    panel.show_event(OutOfDistribution(IMAGE, "a.png", "a photograph"))
    assert desk.chip == "not scored"
    panel.show_event(InputFailed(IMAGE, "b.png", "too dark", "Export it again."))
    panel.show_event(InputFailed(Modality.AUDIO, "c.wav", "silent", ""))
    assert desk.chip == "problem"
    unlike = "a.png: not scored"
    assert panel.cards() == [unlike, "b.png: too dark"]
    desk.model.remove(IMAGE, desk.model.inputs(IMAGE)[1])
    assert panel.cards() == [unlike] and desk.chip == "ready"
    panel.begin()
    assert panel.cards() == []


# ---- theme and language


def on_thumbnail(panel, row, y):
    """The colour in its middle column, which is the same where it is chosen."""
    modes = (QIcon.Mode.Normal, QIcon.Mode.Selected)
    shown = [panel.strip.item(row).icon().pixmap(QSize(SIDE, SIDE), mode).toImage() for mode in modes]
    assert shown[0] == shown[1]
    return shown[0].pixelColor(SIDE // 2, y).name().upper()


def test_a_change_of_theme(desk, qapp):
    panel = desk.panel
    target = panel.target.findChild(type(panel.target.layout().itemAt(1).widget()))

    def inks():
        shown = target.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        side = range(shown.width())
        return {shown.pixelColor(x, y).name().upper() for x in side for y in side}

    try:
        for look in ("light", "dark"):
            theme.apply(qapp, look)
            assert theme.THEMES[look].muted in inks()
        desk.add(image("a.png", 20, 80), image("b.png", 20, 80, 1))
        for look in ("light", "dark"):
            theme.apply(qapp, look)
            assert on_thumbnail(panel, 0, 2) == theme.THEMES[look].ground
            assert on_thumbnail(panel, 1, SIDE // 2) != theme.THEMES[look].ground
    finally:
        theme.apply(qapp, "dark")


def test_a_change_of_language(desk, qapp):
    panel = desk.panel
    desk.add(image(), DAMAGED)
    translator = Upper()
    qapp.installTranslator(translator)
    QApplication.processEvents()
    try:
        assert panel.title.text() == "IMAGE" and panel.accessibleName() == "IMAGE"
        assert desk.chip == "PROBLEM" and panel._fit.text() == "FIT"
        assert panel.target._browse.text() == "BROWSE…" and panel.view.accessibleName() == "THE CHOSEN IMAGE"
        assert panel.strip.item(1).toolTip().endswith("CANNOT BE SHOWN")
        QTest.keyClick(panel.view, Qt.Key.Key_End)
        assert panel.note.text() == "THERE IS NOTHING TO SHOW."
    finally:
        qapp.removeTranslator(translator)
        QApplication.processEvents()
    assert desk.chip == "problem" and panel.target._browse.text() == "Browse…"
