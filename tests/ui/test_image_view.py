"""The picture in its view: what is drawn of it, and the hands on it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem
from support.pictures import noise

from mmdesk.media.frame import Marks
from mmdesk.media.picture import TOP, WHOLE, Picture
from mmdesk.report import Seen
from mmdesk.ui import picture_marks, theme
from mmdesk.ui.image_view import LARGEST, ImageView
from mmdesk.ui.picture_item import PictureItem, level_for

NONE = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def picture_of(values, name="chest.png", tags=None, usual=(1000, 5000)):
    """With levels like those of media.picture."""
    levels = [values]
    while levels[-1].size > 512 * 512:
        levels.append(np.ascontiguousarray(levels[-1][::2, ::2]))
    return Picture(name, tuple(levels), usual, tags or {})


class Watched(np.ndarray):
    """Remembers what is cut out of it."""

    def __getitem__(self, key):
        part = super().__getitem__(key)
        self.touched = getattr(self, "touched", 0) + part.size
        return np.asarray(part)


@pytest.fixture
def view(qtbot):
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    view.show_picture(picture_of(noise(600, 1000)))
    return view


def greys_of(image):
    """Pixels of a grey QImage."""
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].copy()  # the image goes


def drawn(item, left, top, scale, width=40, height=30, density=1):
    """What a window of width × height shows that has the picture's (left, top) in its corner."""
    image = QImage(width * density, height * density, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(density)
    image.fill(0)
    option = QStyleOptionGraphicsItem()
    option.exposedRect = QRectF(left, top, width / scale, height / scale)
    painter = QPainter(image)
    painter.scale(scale, scale)
    painter.translate(-left, -top)
    item.paint(painter, option)
    painter.end()
    return greys_of(image)


def on_screen(view):
    return greys_of(view.viewport().grab().toImage())


def place_of(view, x, y):
    """The picture's point (x, y) in the viewport."""
    place = view.viewportTransform().map(QPointF(x, y))
    return place.x(), place.y()


def drag(view, start, end, button=LEFT):
    widget = view.viewport()
    for kind, place, buttons in (
        (QEvent.Type.MouseButtonPress, start, button),
        (QEvent.Type.MouseMove, end, button),
        (QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
        at = QPointF(*place)
        QApplication.sendEvent(widget, QMouseEvent(kind, at, widget.mapToGlobal(at), pressed, buttons, NONE))


def wheel(view, turned, held=NONE, place=(100, 100)):
    at = QPointF(*place)
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


# ---- what is drawn


def test_a_part_at_full_size_is_the_file_to_the_pixel(qapp):
    values = noise(500, 700)
    item = PictureItem()
    item.show_picture(picture_of(values))
    item.set_window(WHOLE, inverted=False)
    expected = np.rint(values * (255 / TOP)).astype(np.uint8)
    assert np.array_equal(drawn(item, 123, 45, 1.0), expected[45:75, 123:163])
    corner = drawn(item, 680, 480, 1.0)
    assert np.array_equal(corner[:20, :20], expected[480:, 680:])
    assert not corner[20:].any() and not corner[:, 20:].any()


def test_enlarged_each_pixel_is_a_square(qapp):
    values = noise(50, 70)
    item = PictureItem()
    item.show_picture(picture_of(values))
    item.set_window(WHOLE, inverted=False)
    expected = np.rint(values * (255 / TOP)).astype(np.uint8)
    shown = drawn(item, 10, 20, 4.0)
    assert np.array_equal(shown, np.repeat(np.repeat(expected, 4, 0), 4, 1)[80:110, 40:80])


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_part_of_a_smaller_level_lies_where_the_whole_does(qapp, level):
    """Against a plain rendering of that level alone."""
    values = noise(3000, 4000)
    item, plain = PictureItem(), PictureItem()
    item.show_picture(picture_of(values))
    plain.show_picture(Picture("a", (item.picture.levels[level],), (0, TOP), {}))
    for each in (item, plain):
        each.set_window(WHOLE, inverted=False)
    left, top = 96 * 2**level, 56 * 2**level
    assert np.array_equal(drawn(item, left, top, 0.5**level), drawn(plain, 96, 56, 1.0))


def test_the_level_fits_the_screen(qapp):
    picture = picture_of(noise(3000, 4000))
    assert len(picture.levels) == 4
    scales = {8: 0, 1: 0, 0.51: 0, 0.5: 1, 0.3: 1, 0.25: 2, 0.126: 2, 0.125: 3, 0.001: 3}
    assert {scale: level_for(picture, scale) for scale in scales} == scales


@pytest.mark.parametrize(("density", "level"), [(1, 2), (2, 1)])
def test_a_dense_screen_gets_the_detail_it_can_show(qapp, density, level):
    levels = tuple(np.full((1000 >> n, 1000 >> n), n * 10_000, np.uint16) for n in range(3))
    item = PictureItem()
    item.show_picture(Picture("a", levels, (0, TOP), {}))
    item.set_window(WHOLE, inverted=False)
    assert drawn(item, 100, 100, 0.25, density=density)[10, 10] == round(level * 10_000 * 255 / TOP)


@pytest.mark.parametrize("scale", [8.0, 1.0, 0.3, 0.05])
def test_of_a_picture_of_forty_megapixels_only_what_is_seen_is_touched(qapp, scale):
    values = np.zeros((5000, 8000), np.uint16)
    picture = picture_of(values)
    levels = tuple(level.view(Watched) for level in picture.levels)
    item = PictureItem()
    item.show_picture(Picture("a", levels, (0, TOP), {}))
    item.set_window(WHOLE, inverted=False)
    drawn(item, 0, 0, scale, 400, 300)
    touched = [getattr(level, "touched", 0) for level in levels]
    assert touched[level_for(picture, scale)] == sum(touched)
    assert 0 < sum(touched) <= 403 * 2 * 303 * 2


# ---- window and level


def test_a_drag_changes_what_is_shown_and_not_the_picture(view):
    before, values = on_screen(view), view.picture.levels[0].copy()
    drag(view, (100, 100), (60, 120))
    assert view.width_ == pytest.approx(TOP * 0.9) and view.center == pytest.approx(TOP * 0.55)
    after = on_screen(view)
    assert not np.array_equal(before, after)
    assert np.array_equal(view.picture.levels[0], values)
    view.choose_window("1")
    assert np.array_equal(on_screen(view), before)


def test_the_window_maps_greys_as_it_says(view):
    view.show_picture(picture_of(np.linspace(0, TOP, 200 * 200).reshape(200, 200).astype(np.uint16)))
    view.set_window(20_000, 10_000)
    values = view.picture.levels[0]
    shown = view._item._table[values]
    assert (shown[values <= 15_000] == 0).all() and (shown[values >= 25_000] == 255).all()
    middle = shown[np.abs(values.astype(int) - 20_000) < 3]
    assert set(middle) <= {127, 128}
    view.invert()
    assert np.abs(255 - view._item._table[values].astype(int) - shown).max() <= 1


def test_the_window_stays_within_bounds(view):
    view.set_window(-5, 0)
    assert view.center == 0 and 0 < view.width_ < TOP / 100
    view.set_window(TOP * 3, TOP * 9)
    assert view.center == TOP and view.width_ == 2 * TOP


def test_keys_of_the_window(view):
    QTest.keyClick(view, "9")
    assert (view.center, view.width_) == (3000, 4000)
    QTest.keyClick(view, "1")
    assert (view.center, view.width_) == (TOP / 2, TOP)
    QTest.keyClick(view, "i")
    assert view.inverted
    QTest.keyClick(view, Qt.Key.Key_Right, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL)
    assert view.width_ > TOP and view.center < TOP / 2
    QTest.keyClick(view, "+")
    QTest.keyClick(view, "0")
    assert (view.center, view.width_, view.inverted) == (TOP / 2, TOP, False)
    assert view.transform().m11() == pytest.approx(view._fitting(), rel=0.02)


def test_another_picture_is_shown_whole_in_its_whole_range(view):
    view.zoom(3)
    view.set_window(9, 99)
    view.invert()
    view.show_picture(picture_of(noise(50, 50)))
    assert (view.center, view.width_, view.inverted) == (TOP / 2, TOP, False)
    assert view.transform().m11() == pytest.approx(6, rel=0.03)


# ---- zoom and pan


def test_the_fit_follows_the_size_until_it_is_zoomed(view):
    for width, height in ((400, 300), (800, 300), (300, 300)):
        view.resize(width, height)
        fits = min(width / 1000, height / 600)
        assert view.transform().m11() == pytest.approx(fits, rel=0.03)
    view.zoom(2)
    zoomed = view.transform().m11()
    view.resize(500, 400)
    assert view.transform().m11() == zoomed
    QTest.mouseDClick(view.viewport(), LEFT)
    assert view.transform().m11() == pytest.approx(0.5, rel=0.03)
    view.resize(300, 300)
    assert view.transform().m11() == pytest.approx(0.3, rel=0.03)


def test_zoomed_the_middle_stays_when_the_view_is_resized(view):
    view.zoom(8)
    drag(view, (200, 150), (120, 100), MIDDLE)
    before = view.mapToScene(view.viewport().rect().center())
    view.resize(500, 400)
    after = view.mapToScene(view.viewport().rect().center())
    assert (after - before).manhattanLength() < 3


def test_the_wheel_keeps_what_is_under_the_mouse(view):
    view.zoom(4)
    for place in ((100, 80), (310, 200)):
        before = view.mapToScene(QPoint(*place))
        wheel(view, 120, CTRL, place)
        after = view.mapToScene(QPoint(*place))
        assert (after - before).manhattanLength() < 3
    zoomed = view.transform().m11()
    wheel(view, -240, CTRL)
    assert view.transform().m11() < zoomed


def test_keys_zoom_about_the_middle_within_bounds(view):
    QTest.keyClick(view, "+")
    assert view.transform().m11() == pytest.approx(0.4 * 1.25, rel=0.03)
    QTest.keyClick(view, "-")
    assert view.transform().m11() == pytest.approx(0.4, rel=0.03)
    for _ in range(40):
        QTest.keyClick(view, "+")
    assert view.transform().m11() == pytest.approx(LARGEST)
    middle = view.mapToScene(view.viewport().rect().center())
    assert (middle - QPointF(500, 300)).manhattanLength() < 20
    for _ in range(60):
        QTest.keyClick(view, "-")
    assert view.transform().m11() == pytest.approx(0.1, rel=0.03)


def test_a_tiny_picture_does_not_jump(view):
    view.resize(900, 800)
    view.show_picture(picture_of(noise(16, 16)))
    fits = view.transform().m11()
    assert fits > LARGEST
    view.zoom(1.25)
    assert view.transform().m11() == pytest.approx(fits, rel=0.03)


def test_panning(view):
    view.zoom(10)
    place = place_of(view, 500, 300)

    def moved():
        nonlocal place
        last, place = place, place_of(view, 500, 300)
        return round(place[0] - last[0]), round(place[1] - last[1])

    drag(view, (100, 100), (130, 80), MIDDLE)
    assert moved() == (30, -20)
    QTest.keyPress(view, Qt.Key.Key_Space)
    drag(view, (100, 100), (90, 110))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert moved() == (-10, 10)
    drag(view, (100, 100), (90, 110))
    assert moved() == (0, 0)  # without Space it is the window
    for key, way in (
        (Qt.Key.Key_Right, (-1, 0)), (Qt.Key.Key_Down, (0, -1)), (Qt.Key.Key_Left, (1, 0)),
        (Qt.Key.Key_Up, (0, 1)),
    ):  # fmt: skip
        QTest.keyClick(view, key, SHIFT)
        assert moved() == (
            way[0] * view.viewport().width() // 8,
            round(way[1] * view.viewport().height() / 8),
        )


# ---- the other pictures, and none


def test_keys_and_wheel_ask_for_other_pictures(view):
    asked = []
    view.stepped.connect(asked.append)
    for key in ("PageUp", "PageDown", "Up", "Down", "Home", "End"):
        QTest.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
    assert asked == ["previous", "next", "previous", "next", "first", "last"]
    asked.clear()
    wheel(view, 120)
    wheel(view, -120)
    assert asked == ["previous", "next"]


def test_a_touch_pad_does_not_rush(view):
    asked = []
    view.stepped.connect(asked.append)
    for turned in (-50, -50, 40, -50, -50):
        wheel(view, turned)
    assert asked == []
    wheel(view, -20)
    wheel(view, -60)
    assert asked == ["next"]


@pytest.mark.parametrize(("key", "held"), [("0", CTRL), ("i", CTRL), ("1", Qt.KeyboardModifier.AltModifier)])
def test_shortcuts_of_others_are_left_to_them(view, key, held):
    view.set_window(3000, 4000)
    view.zoom(2)
    QTest.keyClick(view, key, held)
    assert (view.center, view.width_, view.inverted) == (3000, 4000, False)


def test_without_a_picture_hands_do_nothing(view):
    view.show_picture(None)
    for key in "+-0i12":
        QTest.keyClick(view, key)
    wheel(view, 120, CTRL)
    drag(view, (100, 100), (60, 120))
    drag(view, (100, 100), (60, 120), MIDDLE)
    shades = on_screen(view)
    ground = theme.color("ground")
    assert abs(int(shades[150, 200]) - ground.lightness()) < 4


# ---- words and colours


def corner_lines(view, monkeypatch):
    said = {}

    def paint(painter, room, lines, corner, most):
        said[corner] = lines

    monkeypatch.setattr(picture_marks, "paint_words", paint)
    view.viewport().grab()
    corners = Qt.Corner.TopLeftCorner, Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner
    return [said.get(corner, []) for corner in corners]


def test_the_corners_say_what_it_is_and_nothing_of_the_patient(view, monkeypatch):
    tags = {"Modality": "CR", "ViewPosition": "PA", "PatientName": "Doe^Jane"}
    view.show_picture(picture_of(noise(600, 1000), "a.dcm", tags))
    left, right, below = corner_lines(view, monkeypatch)
    assert below == [] and left == ["a.dcm", "1000 × 600", "CR · PA"]
    assert right[0] == "C 50 %  W 100 %" and right[1] in ("zoom 39 %", "zoom 40 %")


EDGES = Marks(("R", "L", "A", "P"), spacing=(0.5, 0.5), thickness=2.5, place=-7.25, lossy=True, ratio=12.0)
SEEN = Seen(11, 24, 1000, 600, "", 40.0, 80.0, "HU")


@pytest.mark.parametrize("height", [300, 150, 90, 60, 40])
def test_in_a_small_view_words_give_way_to_those_that_matter(view, monkeypatch, height):
    view.setMinimumHeight(0)
    view.resize(400, height)
    view.show_picture(replace(picture_of(noise(600, 1000), "a.dcm", {"Modality": "CT"}), marks=EDGES))
    view.marks.slice_, view.marks.seen = (3, 24), SEEN
    letters = []
    monkeypatch.setattr(view.marks, "_edges", lambda painter, room, edges: letters.extend(edges))
    left, right, below = corner_lines(view, monkeypatch)
    line = QFontMetrics(theme.small_font(view.font())).height()
    fits = (height - 2 * theme.GRID) // line
    assert len(left) <= fits and len(right) + len(below) <= fits
    whole = ["lossy, 12 : 1", "read: slice 12 of 24", "C 40 W 80 HU · whole picture"]
    assert below == whole[: len(below)] and bool(below) == (fits > 0)
    assert bool(letters) == (fits >= 3)
    middle = (height - line) // 2
    assert not letters or theme.GRID // 2 + len(left) * line <= middle
    if height == 300:
        assert left == ["a.dcm", "1000 × 600 · 0.5 mm · slice 2.5 mm", "CT", "slice 3 of 24 · at −7.2 mm"]
        assert below == whole and len(right) == 2


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("grey", [0, 255])
def test_words_can_be_read_on_any_picture(look, grey):
    """WCAG 2.1: a contrast of 4.5 : 1, over the palest and the darkest picture."""
    tokens = theme.THEMES[look]
    ground, text = QColor(tokens.ground), QColor(tokens.text)
    over = [0.75 * channel + 0.25 * grey for channel in ground.getRgb()[:3]]

    def luminance(rgb):
        linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(over), luminance(text.getRgb()[:3])))
    assert (high + 0.05) / (low + 0.05) > 4.5


def test_it_follows_the_theme(qapp, view):
    view.show_picture(None)
    try:
        for look in ("light", "dark"):
            theme.apply(qapp, look)
            shown = view.viewport().grab().toImage().pixelColor(200, 150)
            assert shown.name().upper() == theme.THEMES[look].ground
    finally:
        theme.apply(qapp, "dark")


def test_the_focus_is_seen(qtbot, view):
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    edge = view.viewport().grab().toImage().pixelColor(150, 0)
    assert edge.name().upper() == theme.DARK.accent
    view.clearFocus()
    assert view.viewport().grab().toImage().pixelColor(150, 0).name().upper() != theme.DARK.accent
