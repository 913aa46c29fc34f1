"""Where in a sound a finding rests, as its view draws it, and the panel that puts it there."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from support.sound import Device, beats, saved

from mmdesk.case import Input, Modality
from mmdesk.media.waveform import Sound, read_sound
from mmdesk.report import Grid, Saliency
from mmdesk.ui import sound_marks, theme
from mmdesk.ui.audio_panel import AudioPanel
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.corner import paint_words
from mmdesk.ui.player import Player
from mmdesk.ui.recording import Recording
from mmdesk.ui.sound_view import SoundView

SECONDS, TOP, HERTZ = 4.0, 1000.0, 800.0
ROWS, COLUMNS = 8, 16


def saliency(row=2, column=5, hertz=HERTZ):
    """One cell weighs, and its moment."""
    values = np.zeros((ROWS, COLUMNS), np.uint8)
    values[row, column] = 255
    grid, curve = Grid(ROWS, COLUMNS, values.tobytes()), Grid(1, COLUMNS, values[row].tobytes())
    return Saliency("murmur", Modality.AUDIO, 0, grid, curve, SECONDS, hertz)


BLANK = Saliency(
    "murmur", Modality.AUDIO, 0, Grid(2, 2, bytes(4)), Grid(1, 2, bytes(2)), seconds=SECONDS, hertz=HERTZ
)


def sound(shade=160):
    """Silent but for a hum of all frequencies."""
    peaks = np.zeros((400, 2), np.float32)
    spectrogram = np.full((128, 400), shade, np.uint8)
    return Sound(
        sample_rate=2000, channels=1, seconds=SECONDS, peaks=peaks, peak_step=0.01, spectrogram=spectrogram,
        frame_start=0.0, frame_step=0.01, top_hertz=TOP, refusal=None,
    )  # fmt: skip


@pytest.fixture
def holder(qtbot):
    """Closed alone, pyqtgraph's view does not outlive a change of the theme."""
    holder = QWidget()
    QVBoxLayout(holder).setContentsMargins(0, 0, 0, 0)
    qtbot.addWidget(holder)
    holder.resize(700, 400)
    return holder


@pytest.fixture
def view(qtbot, holder):
    view = SoundView()
    holder.layout().addWidget(view)
    holder.show()
    qtbot.waitExposed(holder)
    view.show_sound(sound())
    view.set_cursor(SECONDS)  # out of the way
    return view


def on_screen(view):
    """(height, width, 3) of what it shows."""
    shown = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    return rows[:, : 3 * shown.width()].reshape(shown.height(), -1, 3).astype(int)


def box_of(view, box, inner=3):
    """(left, top, right, bottom) of the waveform's or the spectrogram's, without its edge."""
    rect = view.mapFromScene(box.sceneBoundingRect()).boundingRect()
    return rect.left() + inner, rect.top() + inner, rect.right() - inner, rect.bottom() - inner


def spectrum(view):
    left, top, right, bottom = box_of(view, view._spectrum)
    return on_screen(view)[top:bottom, left:right].sum(2), (left, top)


def brightest(view):
    """Seconds and hertz under the middle of the brightest pixels of the spectrogram."""
    light, (left, top) = spectrum(view)
    rows, columns = np.nonzero(light == light.max())
    place = QPointF(left + columns.mean() + 0.5, top + rows.mean() + 0.5)
    at = view._spectrum.mapSceneToView(place)
    return at.x(), at.y()


def swell(view):
    """(pixels,) how high the curve stands over each column of the waveform's box, and its left edge."""
    left, top, right, bottom = box_of(view, view._waveform)
    shown = on_screen(view)[top:bottom, left:right]
    before = view._marks._curve.isVisible()
    view._marks._curve.hide()
    changed = (shown != on_screen(view)[top:bottom, left:right]).any(2)
    view._marks._curve.setVisible(before)
    return changed.sum(0), left


# ---- the veil


def test_the_veil_leaves_alone_what_weighs_most(view):
    before, _ = spectrum(view)
    view.show_saliency(saliency())
    after, _ = spectrum(view)
    assert abs(after.max() - before.max()) <= 6
    seconds, hertz = brightest(view)
    pixel = SECONDS / before.shape[1], TOP / before.shape[0]
    assert abs(seconds - 5.5 * SECONDS / COLUMNS) <= max(pixel[0], 0.02 * SECONDS / COLUMNS)
    assert abs(hertz - 2.5 * HERTZ / ROWS) <= max(pixel[1], 0.02 * HERTZ / ROWS)


def test_zoomed_it_stays_with_its_moment(view):
    view.show_saliency(saliency())
    view._waveform.setXRange(1.0, 1.8)
    seconds, hertz = brightest(view)
    assert abs(seconds - 5.5 * SECONDS / COLUMNS) <= 0.02 * SECONDS / COLUMNS
    assert abs(hertz - 2.5 * HERTZ / ROWS) <= TOP / 150
    heights, left = swell(view)
    moment = view._waveform.mapSceneToView(QPointF(left + heights.argmax(), 0)).x()
    assert abs(moment - 5.5 * SECONDS / COLUMNS) <= 0.1 * SECONDS / COLUMNS


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("hertz", [HERTZ, TOP, 2 * TOP])
def test_where_nothing_weighs_and_above_it_is_dark_in_both_themes(qapp, request, look, hertz):
    try:
        theme.apply(qapp, look)
        view = request.getfixturevalue("view")
        plain, _ = spectrum(view)
        view.show_saliency(saliency(row=0, hertz=hertz))
        light, _ = spectrum(view)
        ground = sum(QColor(theme.DARK.ground).getRgb()[:3])
        expected = (1 - sound_marks.VEIL) * plain.max() + sound_marks.VEIL * ground
        far = light[: len(light) // 2]  # both where nothing weighs and above what was looked at
        assert np.abs(far - expected).max() <= 8
    finally:
        theme.apply(qapp, "dark")


def test_nothing_lasts_beyond_the_recording_and_its_frequencies(view):
    view.show_saliency(saliency(hertz=2 * TOP))
    assert view._spectrum.viewRange()[1] == pytest.approx([0, TOP])
    assert view.visible() == (0.0, SECONDS)


# ---- the curve


def test_the_curve_swells_where_its_moment_weighs(view):
    view.show_saliency(saliency())
    heights, left = swell(view)
    moments = np.flatnonzero(heights == heights.max())
    at = view._waveform.mapSceneToView(QPointF(left + moments.mean() + 0.5, 0)).x()
    assert abs(at - 5.5 * SECONDS / COLUMNS) <= 0.05 * SECONDS / COLUMNS
    _, top, _, bottom = box_of(view, view._waveform)
    assert heights.max() == pytest.approx(sound_marks.HEIGHT * (bottom - top), abs=5)
    lit = np.flatnonzero(heights > 4)
    ends = [view._waveform.mapSceneToView(QPointF(left + place, 0)).x() for place in (lit[0], lit[-1])]
    assert ends[0] > 4.5 * SECONDS / COLUMNS and ends[1] < 6.5 * SECONDS / COLUMNS


def test_the_curve_fills_its_first_and_last_moment(view):
    even, nothing = Grid(1, 3, b"\xff" * 3), Grid(1, 3, bytes(3))
    view.show_saliency(Saliency("m", Modality.AUDIO, 0, nothing, even, SECONDS, HERTZ))
    heights, _ = swell(view)
    assert heights.min() > 0.9 * heights.max()
    assert not view._marks._veil.isVisible() and not view._marks._above.isVisible()


@pytest.mark.parametrize("look", ["dark", "light"])
def test_its_colour_can_be_told_from_the_waves_and_the_cursors(look):
    """The outline against the panel: a contrast of 3 : 1 for what is no text, by WCAG 2.1."""
    tokens = theme.THEMES[look]

    def luminance(name):
        rgb = [channel / 255 for channel in QColor(name).getRgb()[:3]]
        linear = [c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(tokens.evidence), luminance(tokens.panel)))
    assert (high + 0.05) / (low + 0.05) >= 3
    hues = [QColor(name).hsvHue() for name in (tokens.accent, tokens.warning, tokens.evidence)]
    assert min(abs(hues[2] - hues[0]), abs(hues[2] - hues[1])) > 60


# ---- hands and words


def test_another_sound_or_none_takes_it_off(view):
    plain = on_screen(view)
    for takes_off in (partial(view.show_saliency, None), partial(view.show_sound, sound())):
        view.show_saliency(saliency(), "murmur: what speaks for it")
        assert not np.array_equal(on_screen(view), plain)
        takes_off()
        view.set_cursor(SECONDS)
        assert np.array_equal(on_screen(view), plain)


@pytest.mark.parametrize("height", [0.2, 0.8], ids=["above what was looked at", "within it"])
def test_the_mouse_still_selects_through_it(view, height):
    view.show_saliency(saliency(hertz=TOP / 2))
    left, top, right, bottom = box_of(view, view._spectrum)
    port, button, y = view.viewport(), Qt.MouseButton.LeftButton, round(top + height * (bottom - top))
    QTest.mousePress(port, button, pos=QPoint(left + 100, y))
    for moved in (150, 250, 300):
        QTest.mouseMove(port, QPoint(left + moved, y))
    QTest.mouseRelease(port, button, pos=QPoint(left + 300, y))
    start, end = view.region()
    assert end - start == pytest.approx(200 / (right - left) * SECONDS, rel=0.05)


@pytest.mark.parametrize("look", ["shown", "blank", "none", "wordless"])
def test_the_legend(view, monkeypatch, look):
    said = []

    def noted(painter, room, lines, *rest, **named):
        said.extend(lines)
        assert room == QRectF(view.mapFromScene(view._waveform.sceneBoundingRect()).boundingRect())
        return paint_words(painter, room, lines, *rest, **named)

    monkeypatch.setattr(sound_marks, "paint_words", noted)
    shown = {"shown": saliency(), "blank": BLANK, "none": None, "wordless": saliency()}[look]
    plain = on_screen(view)
    view.show_saliency(shown, "" if look == "wordless" else "murmur: what speaks for it")
    said.clear()
    after = on_screen(view)
    assert (
        said
        == {
            "shown": ["murmur: what speaks for it"],
            "blank": ["murmur: what speaks for it: no moment stands out"],
            "none": [],
            "wordless": [],
        }[look]
    )
    if look == "blank":  # no veil
        left, top, right, bottom = box_of(view, view._spectrum)
        assert np.array_equal(plain[top:bottom, left:right], after[top:bottom, left:right])


# ---- the panel


class Desk:
    def __init__(self, qtbot):
        self.qtbot, self.model, self.background = qtbot, CaseModel(), Background()
        player = Player(open_device=lambda: Device(gated=True))
        self.panel = AudioPanel(self.model, self.background, Recording(Path()), player)
        qtbot.addWidget(self.panel, before_close_func=self.close)
        self.panel.resize(400, 320)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def close(self, _):
        self.panel.release()
        self.background.close()

    def put(self, *items):
        self.model.set_inputs(Modality.AUDIO, items)

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.background.busy)

    @property
    def marked(self):
        return self.panel.view is not None and self.panel.view._marks._veil.isVisible()

    @property
    def shown(self):
        return self.panel.bar.recordings.currentText()


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


TWO = tuple(Input(f"{seed}.wav", data=saved(beats(SECONDS, seed=seed))) for seed in (1, 2))


def test_a_recording_that_is_still_read_waits_for_it(desk):
    desk.put(*TWO)
    desk.panel.show_saliency({1: saliency()}, "murmur")
    assert desk.panel.view is None  # pyqtgraph is not there yet
    desk.settle()
    assert desk.shown == "2.wav" and desk.marked


def test_one_that_stays_for_a_moment_is_not_marked(desk):
    desk.put(TWO[0])
    desk.settle()
    desk.put(*TWO)
    desk.panel.show_saliency({1: saliency()}, "murmur")
    assert desk.panel.view.isVisible() and not desk.marked
    desk.settle()
    assert desk.shown == "2.wav" and desk.marked


def test_it_belongs_to_its_recording(desk):
    panel = desk.panel
    desk.put(*TWO)
    desk.settle()
    panel.show_saliency({1: saliency()}, "murmur")
    assert desk.shown == "2.wav" and desk.marked
    panel._choose(0)
    assert desk.shown == "1.wav" and not desk.marked
    panel._choose(1)
    assert desk.marked
    panel._choose(0)
    panel.show_saliency({})
    assert desk.shown == "1.wav"  # taking it off chooses nothing
    panel._choose(1)
    assert not desk.marked


def test_another_case_takes_it_off(desk):
    desk.put(*TWO)
    desk.settle()
    desk.panel.show_saliency({0: saliency()}, "murmur")
    assert desk.marked
    desk.panel.clear()
    assert not desk.marked
    desk.put()
    desk.put(*TWO)
    desk.settle()
    assert not desk.marked


def test_a_real_recording_is_marked_over_all_of_its_seconds(view):
    real = read_sound(TWO[0])
    view.show_sound(real)
    view.show_saliency(saliency(), "murmur")
    assert view._marks._veil.mapRectToView(view._marks._veil.boundingRect()) == QRectF(0, 0, SECONDS, HERTZ)
    assert view._marks._above.rect() == QRectF(0, HERTZ, SECONDS, real.top_hertz - HERTZ)
