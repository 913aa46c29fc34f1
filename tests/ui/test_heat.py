"""The heat map over a picture: where it lies, what it leaves alone, and the hands on it."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.pictures import image, noise, png

from mmdesk.case import Input, Modality
from mmdesk.media.picture import Picture
from mmdesk.report import Grid
from mmdesk.ui import heat_item, image_view
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.corner import paint_words
from mmdesk.ui.heat_item import FINE, INFERNO, OPACITY, colored, interpolated
from mmdesk.ui.image_panel import ImagePanel
from mmdesk.ui.image_view import ImageView

WIDTH, HEIGHT = 900, 600
ROWS, COLUMNS = 12, 15
NOTHING = Qt.MouseButton.NoButton
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def hot(row, column, rows=ROWS, columns=COLUMNS):
    """One cell weighs."""
    values = np.zeros((rows, columns), np.uint8)
    values[row, column] = 255
    return Grid(rows, columns, values.tobytes())


BLANK = Grid(2, 3, bytes(6))


def picture(values):
    return Picture("chest.png", (values,), (1000, 5000), {})


@pytest.fixture
def view(qtbot):
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    view.show_picture(picture(np.zeros((HEIGHT, WIDTH), np.uint16)))
    return view


@pytest.fixture
def bare(view, monkeypatch):
    """Without the words in its corners."""
    monkeypatch.setattr(ImageView, "drawForeground", lambda *_: None)
    return view


def on_screen(view):
    """(height, width, 3) of what it shows."""
    shown = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    return rows[:, : 3 * shown.width()].reshape(shown.height(), -1, 3).astype(int)


def hottest(view):
    """Of a black picture, its point under the middle of the brightest screen pixels."""
    light = on_screen(view).sum(2)
    rows, columns = np.nonzero(light == light.max())
    assert light.max() > 100
    here = QPointF(columns.mean() + 0.5, rows.mean() + 0.5)
    return view.viewportTransform().inverted()[0].map(here)


def assert_at_the_cell(view, row, column):
    """Less than a pixel of the screen, and than 2% of a cell, besides half a pixel of rounding."""
    found, scale = hottest(view), view.transform().m11()
    for place, count, size in ((found.x(), COLUMNS, WIDTH), (found.y(), ROWS, HEIGHT)):
        middle = ((column if size == WIDTH else row) + 0.5) * size / count
        assert abs(place - middle) <= max(0.75 / scale, 0.02 * size / count)


def mouse(view, kind, place, button=NOTHING, held=NOTHING):
    widget, at = view.viewport(), QPointF(*place)
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, none))


def drag(view, start, end, button):
    mouse(view, QEvent.Type.MouseButtonPress, start, button, button)
    mouse(view, QEvent.Type.MouseMove, end, NOTHING, button)
    mouse(view, QEvent.Type.MouseButtonRelease, end, button)


def move(view, place):
    mouse(view, QEvent.Type.MouseMove, place)


# ---- what a grid becomes


def test_each_cells_middle_keeps_its_weight_and_edges_are_held(qapp):
    values = np.random.default_rng(3).integers(0, 256, (7, 9), np.uint8)
    fine = interpolated(Grid(7, 9, values.tobytes()))
    down, across = FINE // 7, FINE // 9
    assert fine.shape == (7 * down, 9 * across)
    middles = fine[down // 2 :: down, across // 2 :: across].astype(int)
    assert np.abs(middles - values).max() <= 1
    assert (fine[: down // 2] == fine[0]).all() and (fine[:, -(across // 2) :] == fine[:, -1:]).all()
    between = fine[down // 2, across // 2 : across // 2 + across + 1].astype(int)
    steps = np.diff(between) * np.sign(int(values[0, 1]) - int(values[0, 0]))
    assert (steps >= 0).all() and steps.max() <= 1.5 / across * steps.sum() + 1  # of a smooth step


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 5), (5, 1), (600, 2)])
def test_grids_of_any_shape(qapp, rows, columns):
    fine = interpolated(Grid(rows, columns, bytes([7] * rows * columns)))
    assert (fine == 7).all() and min(fine.shape) >= FINE // 2


def test_the_colours_are_infernos_and_as_opaque_as_they_weigh(qapp):
    image = colored(np.arange(256, dtype=np.uint8)[None])
    inferno = pg.colormap.get("inferno").getLookupTable(nPts=256)[:, :3].astype(int)
    last = 17 * (len(INFERNO) - 1)
    for weight in range(256):
        shown = image.pixelColor(weight, 0)
        assert shown.alpha() == weight
        if weight >= 32:  # below, eight bits times a small alpha say little of a colour
            near = inferno[round(weight * last / 255)]
            assert max(abs(a - b) for a, b in zip(shown.getRgb()[:3], near, strict=True)) <= 11


# ---- where it lies


@pytest.mark.parametrize(("row", "column"), [(1, 1), (5, 7), (10, 13), (3, 10)])
def test_whole_it_lies_where_the_cell_does(bare, row, column):
    bare.show_heat(hot(row, column))
    assert_at_the_cell(bare, row, column)


def test_zoomed_panned_and_resized_it_stays_there(bare):
    bare.show_heat(hot(5, 7))
    bare.zoom(4)
    assert_at_the_cell(bare, 5, 7)
    drag(bare, (200, 150), (143, 187), MIDDLE)
    assert_at_the_cell(bare, 5, 7)
    bare.resize(523, 391)
    assert_at_the_cell(bare, 5, 7)
    bare.fit()
    assert_at_the_cell(bare, 5, 7)
    bare.resize(300, 477)
    assert_at_the_cell(bare, 5, 7)


@pytest.mark.parametrize("place", [(1, 1), (10, 13)])
def test_enlarged_as_far_as_it_goes_it_is_exact(bare, place):
    """The cell's middle is put into the middle of the view."""
    bare.show_heat(hot(*place))
    bare.zoom(1000)
    row, column = place
    bare.centerOn((column + 0.5) * WIDTH / COLUMNS, (row + 0.5) * HEIGHT / ROWS)
    assert_at_the_cell(bare, row, column)


def test_the_heat_covers_the_whole_picture_and_no_more(bare):
    bare.show_heat(Grid(1, 1, b"\xff"))
    bare.zoom(0.5)
    lit = on_screen(bare).sum(2) > 150
    rows, columns = np.nonzero(lit)
    box = bare.viewportTransform().mapRect(QRectF(0, 0, WIDTH, HEIGHT))
    edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.subtract(edges, (box.left(), box.top(), box.right(), box.bottom()))).max() <= 1
    assert lit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all()


def test_where_nothing_weighs_the_picture_is_untouched(bare):
    bare.show_picture(picture(noise(HEIGHT, WIDTH)))
    for zoom in (1, 5):
        bare.zoom(zoom)
        bare.show_heat(None)
        before = on_screen(bare)
        bare.show_heat(BLANK)
        assert np.array_equal(on_screen(bare), before)
        bare.show_heat(hot(5, 7))
        changed = (on_screen(bare) != before).any(2)
        rows, columns = np.nonzero(changed)
        cell = bare.viewportTransform().mapRect(
            QRectF(6.5 * WIDTH / COLUMNS, 4.5 * HEIGHT / ROWS, 2 * WIDTH / COLUMNS, 2 * HEIGHT / ROWS)
        )
        assert len(rows)
        assert cell.adjusted(-1, -1, 1, 1).contains(
            QRectF(QPointF(columns.min(), rows.min()), QPointF(columns.max(), rows.max()))
        )


def test_it_stays_while_the_window_and_the_colours_change(bare):
    bare.show_heat(hot(5, 7), "pneumonia")
    drag(bare, (100, 100), (160, 120), LEFT)
    assert bare.has_heat
    assert_at_the_cell(bare, 5, 7)
    QTest.keyClick(bare, "i")
    assert bare.has_heat
    white = on_screen(bare)
    QTest.keyClick(bare, "h")
    heated = (on_screen(bare) != white).any(2)
    rows, columns = np.nonzero(heated)
    middle = bare.viewportTransform().inverted()[0].map(QPointF(columns.mean() + 0.5, rows.mean() + 0.5))
    assert abs(middle.x() - 7.5 * WIDTH / COLUMNS) < 3 and abs(middle.y() - 5.5 * HEIGHT / ROWS) < 3


# ---- hands


def test_h_hides_and_shows_it(bare):
    plain = on_screen(bare)
    QTest.keyClick(bare, "h")  # there is none
    bare.show_heat(hot(5, 7))
    heated = on_screen(bare)
    assert not np.array_equal(heated, plain)
    QTest.keyClick(bare, "h")
    assert bare.has_heat and np.array_equal(on_screen(bare), plain)
    QTest.keyClick(bare, "h")
    assert np.array_equal(on_screen(bare), heated)
    QTest.keyClick(bare, "h")
    bare.show_heat(None)
    bare.show_heat(hot(5, 7))  # another sentence: it stays hidden
    assert np.array_equal(on_screen(bare), plain)
    QTest.keyClick(bare, "h")
    assert np.array_equal(on_screen(bare), heated)


def test_the_opacity_is_that_of_what_weighs_most(bare):
    bare.show_heat(hot(5, 7))
    for share in (OPACITY, 1.0, 0.25):
        bare.set_heat_opacity(share)
        brightest = on_screen(bare)[..., :2].reshape(-1, 2).max(0)  # in blue, the ground is brighter
        assert np.abs(brightest - np.array(INFERNO[-1][:2]) * share).max() <= 3
    bare.set_heat_opacity(0)
    assert on_screen(bare).sum(2).max() < 60  # nothing but the ground
    QTest.keyClick(bare, "h")
    bare.set_heat_opacity(1)  # hidden, and yet asked for
    assert_at_the_cell(bare, 5, 7)


def test_the_mouse_tells_where_it_rests(view):
    told = []
    view.pointed.connect(told.append)
    middle, right = QPoint(200, 150), QPoint(250, 150)
    move(view, (200, 150))
    move(view, (200, 150))
    at = view.mapToScene(middle)
    assert len(told) == 1  # only what is new
    assert told[0].x() == pytest.approx(at.x() / WIDTH, abs=0.01)
    assert told[0].y() == pytest.approx(at.y() / HEIGHT, abs=0.01)
    move(view, (250, 150))
    assert told[1].x() - told[0].x() == pytest.approx((view.mapToScene(right).x() - at.x()) / WIDTH, abs=1e-6)
    move(view, (200, 1))  # above the picture
    move(view, (210, 2))
    assert told[2:] == [None]
    move(view, (200, 150))
    QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert told[4:] == [None]


def test_the_mouse_tells_nothing_while_it_drags(view):
    told = []
    move(view, (200, 150))
    view.pointed.connect(told.append)
    drag(view, (200, 150), (220, 160), LEFT)
    assert told[0] is None and len(told) == 2
    assert told[1].x() == pytest.approx(view.mapToScene(QPoint(220, 160)).x() / WIDTH, abs=0.01)


def test_another_picture_takes_the_heat_and_the_place_off(view):
    told = []
    view.show_heat(hot(5, 7))
    move(view, (200, 150))
    view.pointed.connect(told.append)
    view.show_picture(picture(noise(50, 50)))
    assert not view.has_heat and told == [None]
    view.show_picture(None)
    move(view, (200, 150))
    view.show_heat(hot(5, 7))
    assert not view.has_heat and told == [None]


# ---- words


@pytest.mark.parametrize("look", ["shown", "hidden", "blank", "none"])
def test_the_legend(view, monkeypatch, look):
    said = []

    def noted(painter, room, lines, corner, *rest, **named):
        said.extend(lines if corner == Qt.Corner.BottomLeftCorner else [])
        return paint_words(painter, room, lines, corner, *rest, **named)

    for module in (image_view, heat_item):
        monkeypatch.setattr(module, "paint_words", noted)
    if look != "none":
        view.show_heat(BLANK if look == "blank" else hot(5, 7), "pneumonia: what speaks for it")
    if look == "hidden":
        QTest.keyClick(view, "h")
    said.clear()
    view.viewport().grab()
    assert (
        said
        == {
            "shown": ["pneumonia: what speaks for it", ""],
            "hidden": ["Heat map hidden, H shows it"],
            "blank": ["pneumonia: what speaks for it: no place stands out"],
            "none": [],
        }[look]
    )
    assert view.has_heat == (look in ("shown", "hidden"))


def test_the_scale_runs_from_least_to_most(view):
    view.show_heat(hot(0, 14), "pneumonia")
    corner = on_screen(view)[-30:, :200]
    rows, columns = np.nonzero(np.abs(corner - np.array(INFERNO[-1])).max(2) < 12)
    assert len(rows)
    strip = corner[rows[0] : rows[-1] + 1, : columns.max() + 1].sum(2)
    dark = strip[len(strip) // 2, columns.max() - 60 : columns.max()]
    assert dark[-1] > dark[30] > dark[5]


# ---- the panel


class Desk:
    def __init__(self, qtbot):
        self.qtbot, self.model, self.background = qtbot, CaseModel(), Background()
        self.panel = ImagePanel(self.model, self.background)
        qtbot.addWidget(self.panel, before_close_func=lambda _: self.background.close())
        self.panel.resize(500, 400)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def put(self, *items):
        self.model.set_inputs(Modality.IMAGE, items)

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.background.busy)

    @property
    def shown(self):
        return self.panel.view.picture.name if self.panel.view.picture else None


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


TWO = (image("a.png", seed=1), image("b.png", seed=2))


def test_the_slider_is_there_while_there_is_heat(desk):
    panel = desk.panel
    desk.put(*TWO)
    desk.settle()
    assert not panel.opacity.isVisible()
    panel.show_heat({0: hot(5, 7)}, "pneumonia")
    assert desk.shown == "a.png" and panel.view.has_heat
    assert panel.opacity.isVisible() and panel.opacity.accessibleName() == "Opacity of the heat map"
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End):
        QTest.keyClick(panel.opacity, key)
    assert panel.view._heat.opacity() == 1.0
    panel.show_heat({0: BLANK}, "pneumonia")
    assert not panel.opacity.isVisible()
    panel.show_heat({0: hot(5, 7)}, "pneumonia")
    panel.show_heat({})
    assert not panel.view.has_heat and not panel.opacity.isVisible()


def test_the_slider_fits_into_the_row_of_the_smallest_window(desk):
    desk.put(*TWO)
    desk.settle()
    desk.panel.resize(534, 322)
    desk.panel.show_heat({0: hot(5, 7)}, "pneumonia")
    desk.qtbot.waitUntil(lambda: desk.panel.opacity.width() >= 64)
    assert desk.panel.minimumSizeHint().width() <= 534
    for button in (desk.panel._fit, desk.panel._window, desk.panel._remove_button):
        assert button.width() >= button.sizeHint().width()


def test_the_heat_of_an_image_that_is_still_read_waits_for_it(desk, monkeypatch):
    panel = desk.panel
    desk.put(TWO[1])
    desk.settle()
    big = Input("big.png", data=png(noise(900, 900)))
    desk.put(TWO[1], big)
    panel.show_heat({1: hot(5, 7)}, "pneumonia")
    assert desk.shown == "b.png" and not panel.view.has_heat  # another's picture, for a moment
    assert not panel.opacity.isVisible()
    desk.settle()
    assert desk.shown == "big.png" and panel.view.has_heat and panel.opacity.isVisible()


def test_it_belongs_to_its_image(desk):
    panel = desk.panel
    desk.put(*TWO)
    desk.settle()
    panel.show_heat({1: hot(5, 7)}, "pneumonia")
    desk.settle()
    assert desk.shown == "b.png" and panel.view.has_heat
    panel._step("first")
    desk.settle()
    assert desk.shown == "a.png" and not panel.view.has_heat and not panel.opacity.isVisible()
    panel._step("last")
    desk.settle()
    assert panel.view.has_heat
    panel._step("first")
    panel.show_heat({})
    assert panel.index == 0  # taking it off chooses nothing
    panel._step("last")
    desk.settle()
    assert not panel.view.has_heat


def test_another_case_takes_it_off(desk):
    desk.put(*TWO)
    desk.settle()
    desk.panel.show_heat({0: hot(5, 7)}, "pneumonia")
    desk.panel.clear()
    assert not desk.panel.view.has_heat and not desk.panel.opacity.isVisible()
    desk.put()
    desk.put(*TWO)
    desk.settle()
    assert not desk.panel.view.has_heat
