"""What a panel says of itself: whole, however many cards there are and however long their words."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QLabel

from mmdesk.ui import icons
from mmdesk.ui.panel import EmptyTarget, Panel

LONG = "unlike anything the model has seen, not scored, and what it saw before is named here"
HINT = "Look at the recording, and record it again where it is quiet."


@pytest.fixture
def panel(qtbot):
    made = Panel("Audio")
    made.body.addStretch(1)
    qtbot.addWidget(made)
    made.resize(260, 600)
    made.show()
    return made


def cut(panel) -> list[str]:
    """The words that have less room than they need."""
    labels = [words for card in panel._card_widgets() for words in card.findChildren(QLabel)]
    return [one.text() for one in labels if one.height() < one.heightForWidth(one.width())]


def test_no_card_is_cut(qtbot, panel) -> None:
    for number in range(6):
        panel.show_card(f"{number}: {LONG}", HINT)
        qtbot.waitUntil(lambda: panel._stack.height() > 40)
        qtbot.waitUntil(lambda: cut(panel) == [])
    assert panel._stack.height() <= 200  # a third: the rest is scrolled
    panel.resize(260, 300)
    qtbot.waitUntil(lambda: panel._stack.height() <= 100)
    qtbot.waitUntil(lambda: cut(panel) == [])


def test_one_card_takes_no_more_than_it_needs(qtbot, panel) -> None:
    panel.show_card("short", "")
    qtbot.waitUntil(lambda: 0 < panel._stack.height() < 60)
    assert panel._stack.verticalScrollBar().maximum() == 0
    panel.clear_cards()
    qtbot.waitUntil(lambda: panel._stack.isHidden())


def test_a_long_name_without_a_space_is_seen_to_its_end(qtbot, panel) -> None:
    panel.show_card(f"{'a_long_name_' * 12}.png: {LONG}")
    qtbot.waitUntil(lambda: panel._stack.height() > 40)
    card = panel._card_widgets()[0]
    assert panel.width() == 260
    qtbot.waitUntil(lambda: card.width() <= panel._stack.viewport().width())
    qtbot.waitUntil(lambda: cut(panel) == [])


def test_a_card_that_has_the_focus_is_in_sight(qtbot, panel) -> None:
    for number in range(6):
        panel.show_card(f"{number}: {LONG}", HINT)
    last = panel._card_widgets()[-1]._close
    qtbot.waitUntil(lambda: panel._stack.verticalScrollBar().maximum() > 0)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    last.setFocus()
    view = panel._stack.viewport()

    def in_sight() -> bool:
        return QRect(QPoint(), view.size()).contains(last.mapTo(view, last.rect().center()))

    qtbot.waitUntil(in_sight)


def test_an_empty_target_that_is_small_gives_up_its_symbol_before_its_words(qtbot) -> None:
    target = EmptyTarget("Drop heart sounds here:\nWAV, FLAC, OGG or MP3.", icons.icon("audio", "muted"))
    qtbot.addWidget(target)
    target.resize(200, 300)
    target.show()
    assert not target._symbol.isHidden()
    target.resize(200, 120)
    qtbot.waitUntil(target._symbol.isHidden)
    words = target.words
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))


def test_cards_leave_what_is_below_them_its_room(qtbot, panel) -> None:
    below = QLabel("below")
    below.setMinimumHeight(440)
    panel.body.addWidget(below)
    panel.show_card(f"one: {LONG}", HINT)
    panel.show_card(f"two: {LONG}", HINT)
    qtbot.waitUntil(lambda: 64 <= panel._stack.height() < 130)
    qtbot.waitUntil(lambda: cut(panel) == [] and below.geometry().top() > panel._stack.geometry().bottom())
