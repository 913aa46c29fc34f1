"""What each input adds to a finding: words, bars to both sides, and one line where there is no room."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from mmdesk.case import Modality
from mmdesk.report import Contribution, Finding
from mmdesk.ui import theme
from mmdesk.ui.contribution_view import ContributionView

IMAGE, AUDIO, RECORD = Modality
GLIOMA = Finding("glioma", "glioma", "brain", 0.87, 0.25, 0.75, (IMAGE,))
ADDED = Contribution("glioma", 0.25, {RECORD: -0.08, IMAGE: 0.7, AUDIO: 0.0})
NAMES = ("image", "audio", "record")


@pytest.fixture
def view(qtbot):
    """At the bottom of a window that can be made narrow, as in the panel."""
    window = QWidget()
    qtbot.addWidget(window)
    view = ContributionView()
    column = QVBoxLayout(window)
    column.addStretch(1)
    column.addWidget(view)
    window.resize(520, 240)
    window.show()
    yield view
    theme.apply(QApplication.instance(), "dark")


def show(view, prior=0.25, probability=None, **shares: float) -> None:
    end = prior + sum(shares.values()) if probability is None else probability
    given = {Modality(name): share for name, share in shares.items()}
    view.show_contribution(replace(GLIOMA, probability=end), Contribution("glioma", prior, given))


def painted(view) -> QImage:
    QApplication.processEvents()
    return view.grab().toImage()


def longest(image: QImage, token: str, line: int) -> tuple[int, int]:
    """From and to of the longest run of the colour on this line; it is short where there are only words."""
    wanted, start, best = theme.color(token).rgb(), 0, (0, 0)
    for x in range(image.width()):
        if image.pixel(x, line) != wanted:
            start = x + 1
        elif x - start > best[1] - best[0]:
            best = start, x
    return best


def bars(view, token: str) -> list[tuple[int, int]]:
    """From and to of the bars of this colour, from the top; the mark at zero cuts off a pixel of each."""
    image, step = painted(view), view._line()
    runs = [longest(image, token, 4 + step * row + step // 2) for row in range(1, 1 + len(view.rows()))]
    return [(start, end) for start, end in runs if end - start > 5]


@pytest.mark.parametrize(
    ("shares", "figures"),
    [
        ({"image": 0.62, "audio": 0.0, "record": -0.08}, ["+62 points", "changed nothing", "−8 points"]),
        ({"image": 0.61, "record": 0.01}, ["+61 points", "+1 point"]),
        ({"image": 0.003, "record": -0.01}, ["under 1 point", "−1 point"]),
        ({"record": 0.0}, ["changed nothing"]),
    ],
)
def test_each_given_input_has_a_row_in_words(view, shares, figures):
    show(view, **shares)
    assert [row.figure for row in view.rows()] == figures
    assert [row.name for row in view.rows()] == [name for name in NAMES if name in shares]


def test_the_figures_lead_from_start_to_end_as_they_are_written(view):
    show(view, prior=0.254, image=0.614)  # 25% to 87%
    assert view.rows()[0].figure == "+62 points"


def test_a_screen_reader_gets_all_of_it(view):
    view.show_contribution(GLIOMA, ADDED)
    told = (
        "What each input adds: Glioma: image +70 points, audio changed nothing, record minus 8 points. "
        "Starts at 25%, the share in the training data; ends at 87%."
    )
    assert QAccessible.queryAccessibleInterface(view).text(QAccessible.Text.Name) == told
    assert view.toolTip() == told


def test_an_end_near_nothing_is_said_so(view):
    show(view, prior=0.995, image=-0.99)
    assert view.accessibleName().endswith(
        "Starts at over 99%, the share in the training data; ends at under 1%."
    )


def test_it_is_there_only_with_something_to_show(view):
    assert not view.isVisible()
    view.show_contribution(GLIOMA, ADDED)
    assert view.isVisible()
    view.show_contribution(None, None)
    assert not view.isVisible() and view.accessibleName() == "" and view.toolTip() == ""


@pytest.mark.parametrize("name", ["dark", "light"])
def test_bars_go_to_both_sides_of_zero_on_one_scale(view, name):
    theme.apply(QApplication.instance(), name)
    show(view, prior=0.3, image=0.6, audio=-0.3, record=0.2)
    (image, record), (audio,) = bars(view, "accent"), bars(view, "muted")
    assert abs(image[0] - record[0]) <= 1 and audio[1] < image[0]  # right adds, left takes away
    long, short, left = (end - start for start, end in (image, record, audio))
    assert long / short == pytest.approx(3, rel=0.1) and long / left == pytest.approx(2, rel=0.1)


def test_the_whole_of_a_hundred_points_fills_its_side(view):
    show(view, prior=0.0, image=1.0, audio=0.0)
    ((start, end),) = bars(view, "accent")
    names, words, _ = view._measures()
    track = view.width() - 8 - names - words
    assert end == pytest.approx(4 + names + track, abs=2) and end - start == pytest.approx(track / 2, abs=3)


def test_what_changed_nothing_has_no_bar(view):
    show(view, image=0.0, audio=0.0)
    assert bars(view, "accent") == bars(view, "muted") == []


def test_a_small_change_is_seen_as_one(view):
    show(view, image=0.0, audio=0.004)
    still = painted(view)
    show(view, image=0.0, audio=-0.004)
    assert painted(view) != still  # to the other side


def test_muted_it_stays_but_fades(view):
    view.show_contribution(GLIOMA, ADDED)
    assert bars(view, "accent")
    view.set_muted(True)
    assert view.isVisible() and not bars(view, "accent")


# ---- room, dress and language


def test_it_is_four_lines_high(view):
    view.show_contribution(GLIOMA, ADDED)
    painted(view)
    assert not view.folded() and view.height() < 5 * view.fontMetrics().height()


def test_where_it_may_not_be_so_high_it_is_one_line(view):
    view.show_contribution(GLIOMA, ADDED)
    painted(view)
    high = view.height()
    view.limit(high - 1)
    painted(view)
    assert view.folded() and view.height() < high / 2
    assert "audio changed nothing" in view.accessibleName()  # the words stay
    view.limit(high)
    painted(view)
    assert not view.folded() and view.height() == high


@pytest.mark.parametrize("size", [100, 200])
def test_where_it_is_narrow_words_go_over_the_bars_and_then_into_one_line(view, size):
    theme.apply(QApplication.instance(), "dark", size)
    view.show_contribution(GLIOMA, ADDED)
    QApplication.processEvents()
    names, words, _ = view._measures()
    for width, folded in ((names + words + 30, False), (names + words - 8, True)):
        view.window().resize(int(width) + view.window().width() - view.width(), 400)
        painted(view)
        assert view.folded() == folded
        assert view.height() == view.sizeHint().height()


def test_it_follows_the_size_of_the_text(view):
    view.show_contribution(GLIOMA, ADDED)
    painted(view)
    small = view.height()
    theme.apply(QApplication.instance(), "dark", 150)
    painted(view)
    assert view.height() > small


def test_a_long_name_gives_way_to_the_ends(view):
    long = replace(GLIOMA, label="a very long name of a finding " * 4)
    view.show_contribution(long, ADDED)
    right = painted(view).copy(view.width() - 70, 4, 70, view._line())
    view.show_contribution(GLIOMA, ADDED)
    view.window().resize(300, 240)
    assert painted(view).copy(view.width() - 70, 4, 70, view._line()) == right


def test_the_language_can_change_at_any_time(view, monkeypatch):
    view.show_contribution(GLIOMA, ADDED)
    before = painted(view)
    monkeypatch.setattr(ContributionView, "tr", lambda self, text: f"«{text}»")
    view.retranslate()
    assert view.rows()[1].figure == "«changed nothing»" and view.rows()[0].name == "«image»"
    assert "«What each input adds: Glioma»" in view.accessibleName() and painted(view) != before
