"""Stacks in the image panel: looked at slice by slice, read, and scored."""

import threading
from dataclasses import replace

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.image_desk import ImageDesk
from support.pictures import image
from support.sample import CHEST
from support.slices import ct_series, ct_slice, laid, marked, multi_frame, number_of

from mmdesk.case import Case, Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Encoded, FindingsScored, Swept
from mmdesk.media import picture
from mmdesk.media.holdings import images_of
from mmdesk.report import Grid, Provenance, Report, Seen, Source, Sweep
from mmdesk.ui import browser, slices

IMAGE, COUNT = Modality.IMAGE, 7
LEFT = Qt.MouseButton.LeftButton
KEYS = Qt.Key
GRID = Grid(2, 2, bytes([255, 0, 0, 0]))
SWEEP = {"bacterial_pneumonia": tuple(n / 10 for n in range(COUNT)), "chest_normal": (0.95,) * COUNT}


def stack(name="ct.dcm", count=COUNT, **elements):
    return Input(name, data=multi_frame([marked(n) for n in range(count)], **elements))


def volume():
    values = np.arange(17 * 18 * 19, dtype=np.int16).reshape(17, 18, 19)
    return Input("brain.nii", data=nibabel.Nifti1Image(values, np.eye(4), dtype=np.int16).to_bytes())


class StackDesk(ImageDesk):
    """`asked` counts how often an analysis was asked for."""

    def __init__(self, qtbot):
        super().__init__(qtbot)
        self.asked = 0
        self.panel.analyse_asked.connect(self._count)

    def _count(self):
        self.asked += 1

    def key(self, *keys):
        for key in keys:
            QTest.keyClick(self.panel.view, key)
            self.settle()

    @property
    def bar(self):
        return self.panel.slices

    @property
    def number(self):
        """Of the slice that is seen, by its pixels."""
        seen = self.panel.view.picture
        return number_of(seen.low + seen.step * seen.levels[0].astype(float))

    @property
    def item(self):
        return self.model.inputs(IMAGE)[self.panel.index]

    def wheel(self, turned):
        at = QPointF(50, 50)
        view = self.panel.view
        event = QWheelEvent(
            at, view.mapToGlobal(at), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        self.settle()


@pytest.fixture
def desk(qtbot):
    return StackDesk(qtbot)


# ---- to look at


def test_the_middle_slice_comes_first(desk):
    desk.add(stack())
    assert desk.number == 3 and desk.panel.view.marks.slice_ == (4, COUNT)
    assert desk.bar.isVisible() and desk.bar.place.text() == "4 / 7" and not desk.bar.read.isEnabled()
    assert desk.chip == "ready" and desk.asked == 0


def test_one_picture_has_no_bar(desk):
    desk.add(image())
    assert not desk.bar.isVisible() and desk.panel.view.marks.slice_ is None
    desk.key(KEYS.Key_R)
    assert desk.asked == 0


def test_keys(desk):
    desk.add(stack())
    for key, number in (
        (KEYS.Key_Down, 4), (KEYS.Key_PageDown, 5), (KEYS.Key_Up, 4), (KEYS.Key_PageUp, 3),
        (KEYS.Key_Home, 0), (KEYS.Key_Up, 0), (KEYS.Key_End, 6), (KEYS.Key_Down, 6),
    ):  # fmt: skip
        desk.key(key)
        assert desk.number == number and desk.bar.slider.value() == number
    assert desk.model.inputs(IMAGE)[0].frame is None and desk.asked == 0  # looking changes nothing


def test_wheel_slider_and_strip(desk):
    desk.add(replace(stack(), every=True))
    desk.wheel(-120)
    assert desk.number == 4
    desk.wheel(120)
    desk.wheel(120)
    assert desk.number == 2
    desk.bar.slider.setValue(6)
    desk.settle()
    assert desk.number == 6 and desk.bar.place.text() == "7 / 7"
    desk.panel.show_event(Swept(Sweep(0, "", SWEEP), COUNT))
    QTest.mouseClick(desk.bar.strip, LEFT, pos=QPoint(1, 5))
    desk.settle()
    assert desk.number == 0


def test_the_view_stays_as_it_was_from_slice_to_slice(desk):
    desk.add(stack())
    view = desk.panel.view
    view.set_window(200, 300)
    view.zoom(4)
    view.invert()
    zoom, center = view.transform().m11(), view.mapToScene(view.viewport().rect().center())
    desk.key(KEYS.Key_Down)
    assert desk.number == 4 and (view.center, view.width_, view.inverted) == (200, 300, True)
    assert view.transform().m11() == zoom
    assert view.mapToScene(view.viewport().rect().center()) == center
    desk.add(stack("other.dcm"))  # another stack is looked at as its file wants it
    assert desk.shown == "other.dcm" and (view.width_, view.inverted) != (300, True)


def test_planes(desk):
    desk.add(volume())
    view = desk.panel.view
    assert desk.bar.plane.isVisible() and view.picture.plane == "axial" and view.marks.slice_ == (10, 19)
    view.set_window(2000, 100)
    for row, (plane, count) in enumerate((("axial", 19), ("coronal", 18), ("sagittal", 17))):
        desk.bar.plane.setCurrentIndex(row)
        desk.bar.plane.activated.emit(row)
        desk.settle()
        assert view.picture.plane == plane and view.marks.slice_ == ((count + 1) // 2, count)
        assert desk.bar.slider.maximum() == count - 1
        assert desk.bar.read.isEnabled() == (plane != "axial")
    desk.bar.read.click()
    assert (desk.item.plane, desk.item.frame, desk.asked) == ("sagittal", 8, 1)


def test_a_series_in_a_folder(desk, tmp_path):
    (item,) = images_of(laid(tmp_path / "head", ct_series(COUNT)))
    desk.add(item)
    assert desk.number == 3 and desk.panel.view.picture.marks.place == 7.5
    desk.key(KEYS.Key_Home)
    assert desk.number == 0


def test_a_damaged_slice_among_good_ones(desk, tmp_path):
    (item,) = images_of(laid(tmp_path / "head", ct_series(COUNT)))
    (tmp_path / "head" / item.slices[4]).write_bytes(ct_slice(4, 4)[:900])
    desk.add(item)
    assert desk.number == 3 and desk.panel.cards() == []
    desk.key(KEYS.Key_Down)
    assert desk.shown is None and desk.panel.note.isVisible()
    assert desk.panel.note.text() == "head: the file ends before the picture does"
    assert desk.bar.isVisible() and desk.bar.place.text() == "5 / 7"
    desk.key(KEYS.Key_Down)
    assert desk.number == 5 and not desk.panel.note.isVisible()
    assert desk.panel.cards() == [] and desk.chip == "ready"


def test_a_damaged_slice_leaves_window_and_zoom_to_the_next_one(desk, tmp_path):
    (item,) = images_of(laid(tmp_path / "head", ct_series(COUNT)))
    (tmp_path / "head" / item.slices[4]).write_bytes(ct_slice(4, 4)[:900])
    desk.add(item)
    view = desk.panel.view
    view.set_window(200, 300)
    view.zoom(4)
    zoom = view.transform().m11()
    desk.key(KEYS.Key_Down, KEYS.Key_Down)
    assert desk.number == 5 and (view.center, view.width_, view.transform().m11()) == (200, 300, zoom)
    desk.model.load(Case({IMAGE: (replace(item, name="next"),)}))  # another case does not have them
    desk.settle()
    assert desk.number == 3 and view.width_ == 400


def test_a_damaged_slice_in_the_middle(desk, tmp_path):
    """It is the one that would be read: the others can be looked at, and one of them read."""
    (item,) = images_of(laid(tmp_path / "head", ct_series(COUNT)))
    (tmp_path / "head" / item.slices[3]).write_bytes(ct_slice(3, 3)[:900])
    desk.add(item)
    assert desk.number == 2 and desk.bar.read.isEnabled() and desk.panel.cards() == []
    desk.key(KEYS.Key_Down)
    assert desk.panel.note.text() == "head: the file ends before the picture does"
    desk.key(KEYS.Key_Down, KEYS.Key_R)
    assert desk.number == 4 and desk.item.frame == 4
    for name in item.slices:
        (tmp_path / "head" / name).write_bytes(ct_slice(0, 0)[:900])
    desk.add(replace(item, name="all", slices=item.slices[::-1]))
    assert desk.panel.cards() == ["all: the file ends before the picture does"] and not desk.bar.isVisible()


def test_a_folder_that_goes(desk, tmp_path):
    (item,) = images_of(laid(tmp_path / "head", ct_series(COUNT)))
    desk.add(item)
    desk.panel._browser._slices._held.clear()  # as if there had been no room
    for path in (tmp_path / "head").iterdir():
        path.unlink()
    desk.key(KEYS.Key_Home)
    assert desk.shown is None and desk.panel.note.text() == "head: there is no such file"


# ---- to be read


def test_read_this_slice(desk):
    desk.add(stack())
    for key, number in ((KEYS.Key_Down, 4), (KEYS.Key_End, 6)):
        desk.key(key)
        assert desk.bar.read.isEnabled()
        desk.bar.read.click()
        desk.settle()
        assert desk.item.frame == number and not desk.bar.read.isEnabled()
        assert desk.number == number  # and it is still looked at
    assert desk.asked == 2
    desk.key(KEYS.Key_R)  # it is read already
    assert desk.asked == 2
    desk.key(KEYS.Key_Home, KEYS.Key_R)
    assert desk.item.frame == 0 and desk.asked == 3


def test_what_was_read_is_said_apart_from_what_is_seen(desk):
    desk.add(stack(), image("other.png"))
    desk.panel._choose(0)
    desk.settle()
    seen = Seen(3, COUNT, 20, 20, "", 40.0, 400.0, "HU")
    desk.panel.show_event(Encoded(IMAGE, ("ct.dcm",), "chest radiograph", 1.0, False, seen))
    desk.panel.view.set_window(900, 10)
    desk.key(KEYS.Key_Home)
    assert desk.panel.view.marks.seen == seen and desk.panel.view.marks.slice_ == (1, COUNT)
    desk.panel._choose(1)
    desk.settle()
    assert desk.panel.view.marks.seen is None
    desk.model.remove(IMAGE, desk.model.inputs(IMAGE)[0])
    desk.add(stack())  # another one of that name was not read
    assert desk.panel.view.marks.seen is None


def test_the_heat_map_lies_over_the_slice_that_was_read_alone(desk):
    desk.add(stack())
    view = desk.panel.view
    desk.panel.show_heat({0: GRID}, "Speaks for: x")
    assert view.has_heat and desk.panel.shown_place == 0
    desk.key(KEYS.Key_Down)
    assert not view.has_heat and desk.panel.shown_place is None
    desk.key(KEYS.Key_Up)
    assert view.has_heat
    desk.key(KEYS.Key_Home)
    desk.panel.show_heat({0: GRID}, "Speaks for: y")  # asked for: its slice is looked at again
    desk.settle()
    assert desk.number == 3 and view.has_heat
    desk.key(KEYS.Key_Home)
    desk.panel.show_heat({0: GRID}, "Speaks for: y", asked=False)
    assert desk.number == 0 and not view.has_heat


# ---- all slices


def test_score_all_slices(desk):
    desk.add(stack())
    desk.bar.every.click()
    desk.settle()
    assert desk.item.every and desk.asked == 1 and not desk.bar.strip.isVisible()
    desk.panel.show_event(FindingsScored(CHEST, ()))
    desk.panel.show_event(Swept(Sweep(0, "", SWEEP), COUNT))
    assert desk.bar.strip.isVisible() and desk.bar.place.text() == "4 / 7 · 30%"
    assert desk.bar.finding.currentText() == "bacterial pneumonia"  # rather than health
    desk.bar.finding.setCurrentIndex(1)
    desk.bar.finding.activated.emit(1)
    desk.key(KEYS.Key_Down)
    assert desk.bar.finding.currentText() == "normal radiograph" and desk.bar.place.text() == "5 / 7 · 95%"
    desk.bar.every.click()
    desk.settle()
    assert not desk.item.every and desk.asked == 2 and not desk.bar.strip.isVisible()


def test_scores_are_those_of_their_plane_and_stack(desk):
    desk.add(replace(volume(), every=True), replace(stack(), every=True))
    desk.panel.show_event(Swept(Sweep(1, "", SWEEP), COUNT))
    desk.panel._choose(1)
    desk.settle()
    assert desk.bar.strip.isVisible()
    desk.panel._choose(0)
    desk.settle()
    assert not desk.bar.strip.isVisible()
    desk.panel.show_event(Swept(Sweep(0, "axial", {"chest_normal": (0.5,) * 19}), 19))
    assert desk.bar.strip.isVisible()
    desk.bar.plane.setCurrentIndex(1)
    desk.bar.plane.activated.emit(1)
    desk.settle()
    assert not desk.bar.strip.isVisible()


def test_a_sweep_that_was_saved_with_its_case(desk):
    desk.add(replace(stack(), every=True))
    seen = Seen(3, COUNT, 20, 20)
    made = Provenance("clinic", "1", "0" * 64, "", (Source("ct.dcm", IMAGE, "0" * 64, seen=seen),))
    report = Report("id", "full", (), CHEST, (), (), made, sweeps=(Sweep(0, "", SWEEP), Sweep(9, "", SWEEP)))
    desk.panel.show_report(report)
    assert desk.bar.strip.isVisible() and desk.panel.view.marks.seen == seen


# ---- how it comes


class Gate:
    """Slices wait for it, but for the first one of a stack, which comes from elsewhere."""

    def __init__(self, monkeypatch):
        self._free, self._real = threading.Semaphore(0), picture.slice_of
        monkeypatch.setattr(picture, "slice_of", self._slow)
        monkeypatch.setattr(slices, "BATCH", 0.0)

    def _slow(self, stack, plane, index):
        assert self._free.acquire(timeout=5)
        return self._real(stack, plane, index)

    def let(self, count=99):
        self._free.release(count)


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch)


def test_progress_is_said_when_it_is_late_and_can_be_cancelled(desk, gate):
    desk.model.set_inputs(IMAGE, (stack(),))
    desk.qtbot.waitUntil(lambda: desk.shown == "ct.dcm")  # the first slice does not wait for the others
    assert desk.bar.isVisible() and not desk.bar.progress.isVisible()
    desk.qtbot.waitUntil(desk.bar.progress.isVisible)
    assert not desk.panel._browser._late.isActive() and desk.bar.progress.text() == "1 of 7 decoded"
    gate.let(2)
    desk.qtbot.waitUntil(lambda: desk.bar.progress.text() == "3 of 7 decoded")
    QTest.mouseClick(desk.bar.cancel, LEFT)
    assert not desk.bar.progress.isVisible() and not desk.bar.cancel.isVisible()
    gate.let()
    desk.settle()
    assert desk.panel._browser._slices.done == 4  # the one that was under way
    desk.key(KEYS.Key_End)
    assert desk.number == 6


def test_what_is_quick_shows_no_progress(desk):
    desk.add(stack())
    assert desk.panel._browser._late.isActive() and not desk.bar.progress.isVisible()
    desk.qtbot.waitUntil(lambda: not desk.panel._browser._late.isActive())
    assert not desk.bar.progress.isVisible() and browser.LATE == 300


def test_the_last_slice_stays_until_the_next_one_is_there(desk, gate):
    desk.model.set_inputs(IMAGE, (stack(),))
    desk.qtbot.waitUntil(lambda: desk.shown == "ct.dcm")
    QTest.keyClick(desk.panel.view, KEYS.Key_End)
    assert desk.number == 3 and not desk.panel.note.isVisible() and desk.bar.place.text() == "7 / 7"
    gate.let()
    desk.settle()
    assert desk.number == 6


def test_another_case_in_the_middle_leaves_nothing(desk, gate):
    desk.model.set_inputs(IMAGE, (replace(stack("last.dcm"), every=True),))
    desk.qtbot.waitUntil(lambda: desk.shown == "last.dcm")
    desk.panel.show_event(Swept(Sweep(0, "", SWEEP), COUNT))
    QTest.keyClick(desk.panel.view, KEYS.Key_End)
    desk.model.load(Case({IMAGE: (stack("next.dcm", 3),)}))
    assert desk.shown is None and not desk.bar.isVisible()
    gate.let()
    desk.settle()
    desk.qtbot.waitUntil(lambda: desk.shown == "next.dcm")
    assert desk.number == 1 and desk.panel.view.marks.slice_ == (2, 3) and not desk.bar.strip.isVisible()
    assert desk.panel._browser._slices.done == 3
    desk.model.clear()
    assert not desk.bar.isVisible() and desk.panel._browser._slices._held == {}


def test_a_stack_that_is_removed_and_added_again_begins_anew(desk):
    first = stack()
    desk.add(first)
    desk.key(KEYS.Key_Home)
    desk.model.remove(IMAGE, first)
    assert not desk.bar.isVisible()
    desk.add(replace(first, name="again.dcm", data=bytes(bytearray(first.data))))
    assert desk.shown == "again.dcm" and desk.number == 3


def test_a_stack_that_cannot_be_opened_again(desk, monkeypatch):
    def gone(item):
        raise InputProblem(item.name, "there is no such file", "Check the name and the folder.")

    monkeypatch.setattr("mmdesk.media.stack.open_stack", gone)  # as the slices open it
    desk.add(stack())
    assert desk.shown is None and desk.panel.note.text() == "ct.dcm: there is no such file"


def test_the_whole_path_by_keyboard(desk):
    panel = desk.panel
    desk.add(replace(stack(), every=True))
    panel.show_event(Swept(Sweep(0, "", SWEEP), COUNT))
    desk.key(KEYS.Key_Down)
    panel.activateWindow()
    panel.view.setFocus()
    bar = desk.bar
    for widget in (panel.view, bar.slider, bar.read, bar.every, bar.finding, panel._fit):
        desk.qtbot.waitUntil(widget.hasFocus)
        assert widget.accessibleName()
        QTest.keyClick(widget, KEYS.Key_Tab)


