"""The rows below a stack: slider, strip of scores, planes, and what they ask for."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.image_desk import Upper

from mmdesk.ui import theme
from mmdesk.ui.slice_bar import SliceBar

LABELS = {"normal": "normal slice", "tumour": "glioma"}
SWEEP = {"tumour": (0.1, None, 0.93, 0.5), "normal": (0.9, None, 0.07, 0.5)}
PLANES = {"axial": 4, "coronal": 6, "sagittal": 5}
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot):
    bar = SliceBar()
    qtbot.addWidget(bar)
    bar.resize(500, 160)
    bar.show_stack({"": 4}, "", 1, ("", 1))
    bar.show_sweep({}, {}, "", False)
    bar.show_loading(4, False)
    bar.show()
    qtbot.waitExposed(bar)
    return bar


def swept(bar, name="tumour", seen=1):
    bar.show_stack({"": 4}, "", seen, ("", 1))
    bar.show_sweep(SWEEP, LABELS, name, True)


def test_a_stack(bar):
    assert (bar.slider.minimum(), bar.slider.maximum(), bar.slider.value()) == (0, 3, 1)
    assert bar.place.text() == "2 / 4"
    assert not any(w.isVisible() for w in (bar.plane, bar.strip, bar.finding, bar.progress, bar.cancel))
    assert not bar.read.isEnabled()  # it is the one that is read
    bar.show_stack({"": 4}, "", 3, ("", 1))
    assert bar.read.isEnabled() and bar.place.text() == "4 / 4"


def test_showing_asks_for_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.slice_chosen), qtbot.assertNotEmitted(bar.plane_chosen):
        bar.show_stack(PLANES, "coronal", 5, ("axial", 1))
        bar.show_stack({"": 2}, "", 1, ("", 1))
        swept(bar)


def test_the_slider(bar, qtbot):
    bar.show_stack({"": 200}, "", 100, ("", 100))
    bar.slider.setFocus()
    for key, place in ((Qt.Key.Key_Right, 101), (Qt.Key.Key_Left, 100), (Qt.Key.Key_PageUp, 120),
                       (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 199)):  # fmt: skip
        with qtbot.waitSignal(bar.slice_chosen) as chosen:
            QTest.keyClick(bar.slider, key)
        assert chosen.args == [place]


def test_planes(bar, qtbot):
    bar.show_stack(PLANES, "axial", 1, ("axial", 1))
    assert bar.plane.isVisible() and bar.plane.currentText() == "axial" and not bar.read.isEnabled()
    assert [bar.plane.itemText(n) for n in range(3)] == ["axial", "coronal", "sagittal"]
    with qtbot.waitSignal(bar.plane_chosen) as chosen:
        QTest.keyClick(bar.plane, Qt.Key.Key_Down)
    assert chosen.args == ["coronal"]
    bar.show_stack(PLANES, "coronal", 1, ("axial", 1))
    assert bar.slider.maximum() == 5 and bar.read.isEnabled()  # the same number in another plane


def test_buttons(bar, qtbot):
    bar.show_stack({"": 4}, "", 3, ("", 1))
    for button, signal, said in (
        (bar.read, bar.read_asked, []), (bar.every, bar.every_asked, [True]),
        (bar.every, bar.every_asked, [False]),
    ):  # fmt: skip
        with qtbot.waitSignal(signal) as asked:
            QTest.mouseClick(button, LEFT)
        assert asked.args == said


def test_progress_and_cancel(bar, qtbot):
    bar.show_loading(3, True)
    assert bar.progress.isVisible() and bar.progress.text() == "3 of 4 decoded"
    with qtbot.waitSignal(bar.cancelled):
        QTest.mouseClick(bar.cancel, LEFT)
    bar.show_loading(4, False)
    assert not bar.progress.isVisible() and not bar.cancel.isVisible()


def test_scores(bar, qtbot):
    swept(bar)
    assert bar.strip.isVisible() and bar.every.isChecked() and bar.finding.isVisible()
    assert bar.finding.currentText() == "glioma" and bar.place.text() == "2 / 4 · not scored"
    swept(bar, seen=2)
    assert bar.place.text() == "3 / 4 · 93%" == bar.slider.accessibleDescription()
    with qtbot.waitSignal(bar.finding_chosen) as chosen:
        bar.finding.setCurrentIndex(1)
        bar.finding.activated.emit(1)
    assert chosen.args == ["normal"] and bar.place.text() == "3 / 4 · 7%"
    bar.show_sweep({}, LABELS, "", False)
    assert not bar.strip.isVisible() and not bar.finding.isVisible() and not bar.every.isChecked()
    assert bar.place.text() == "3 / 4"


def test_a_finding_without_a_label_goes_by_its_name(bar):
    bar.show_sweep(SWEEP, {}, "normal", True)
    assert bar.finding.currentText() == "normal"


def colours_of(bar):
    """Of each slice's column, at its foot and at its top."""
    shown = bar.strip.grab().toImage()
    ground, step = shown.height() - theme.GRID, shown.width() / 4
    middles = [int((n + 0.25) * step) for n in range(4)]
    return [[shown.pixelColor(x, y).name() for x in middles] for y in (ground - 2, 3)]


def test_the_strip_is_as_high_as_the_probability(bar):
    swept(bar)
    evidence, track = theme.color("evidence").name(), theme.color("track").name()
    foot, top = colours_of(bar)
    assert foot[0] == foot[2] == foot[3] == evidence
    assert top[0] == top[3] == track and top[2] == evidence
    assert foot[1] == top[1] and foot[1] not in (evidence, track)  # not scored


def test_the_strip_stands_slice_over_slice(bar, qtbot):
    swept(bar)
    assert bar.strip.geometry().left() == bar.slider.geometry().left()
    assert bar.strip.width() == bar.slider.width()
    for share, place in ((0.01, 0), (0.3, 1), (0.6, 2), (0.99, 3)):
        with qtbot.waitSignal(bar.strip.chosen) as chosen:
            QTest.mouseClick(bar.strip, LEFT, pos=QPoint(int(share * bar.strip.width()), 5))
        assert chosen.args == [place]
    with qtbot.waitSignal(bar.slice_chosen) as chosen:
        QTest.mousePress(bar.strip, LEFT, pos=QPoint(1, 5))
        QTest.mouseMove(bar.strip, QPoint(bar.strip.width() + 50, 5))  # beyond it: the last one
    with qtbot.waitSignal(bar.slice_chosen, check_params_cb=lambda place: place == 3):
        QTest.mouseMove(bar.strip, QPoint(bar.strip.width() + 60, 5))


def test_all_can_be_reached_and_is_named(bar, qtbot):
    bar.show_stack(PLANES, "axial", 2, ("axial", 1))
    bar.show_sweep(SWEEP, LABELS, "tumour", True)
    bar.show_loading(2, True)
    bar.activateWindow()
    path = [bar.plane, bar.slider, bar.read, bar.every, bar.finding, bar.cancel]
    path[0].setFocus()
    for widget in path:
        qtbot.waitUntil(widget.hasFocus)
        assert widget.accessibleName()
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert bar.read.text() == "Read this slice" and bar.every.text() == "Score all slices"


def test_a_change_of_language(bar, qapp):
    bar.show_stack(PLANES, "axial", 2, ("axial", 1))
    bar.show_sweep(SWEEP, LABELS, "tumour", True)
    translator = Upper()
    qapp.installTranslator(translator)
    QApplication.processEvents()
    try:
        assert bar.read.text() == "READ THIS SLICE" and bar.plane.itemText(1) == "CORONAL"
        assert bar.slider.accessibleName() == "SLICE" and bar.plane.itemData(1) == "coronal"
    finally:
        qapp.removeTranslator(translator)
        QApplication.processEvents()
    assert bar.read.text() == "Read this slice"
