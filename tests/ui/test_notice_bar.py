"""The line below the toolbar: the newest notice is shown, and none that still matters is lost."""

import pytest

from mmdesk.ui.notice_bar import NoticeBar


@pytest.fixture
def bar(qtbot) -> NoticeBar:
    made = NoticeBar()
    qtbot.addWidget(made)
    return made


def test_it_is_there_while_there_is_something_to_say(bar: NoticeBar) -> None:
    assert bar.isHidden() and bar.text == ""
    bar.say("saved", "Saved.")
    assert (bar.text, bar.accessibleName(), bar._button.isHidden()) == ("Saved.", "Saved.", True)
    bar.withdraw("other")
    assert bar.text == "Saved."
    bar.withdraw("saved")
    assert bar.isHidden()


def test_offers_and_problems_wait_behind_what_is_newer(qtbot, bar: NoticeBar) -> None:
    bar.say("back", "Put away.", "Bring it back")
    bar.say("saved", "Saved.")
    bar.say("engine", "It does not run.", tone="problem")
    bar.say("refused", "No.", tone="problem")
    with qtbot.waitSignal(bar.dismissed) as dismissed:
        bar._close.click()
    assert (dismissed.args, bar.text, bar.property("tone")) == (["refused"], "It does not run.", "problem")
    bar.withdraw("engine")
    assert (bar.text, bar.property("tone"), bar._button.text()) == ("Put away.", "notice", "Bring it back")
    with qtbot.waitSignal(bar.chosen) as chosen:
        bar._button.click()
    assert chosen.args == ["back"] and bar.isHidden()


def test_what_is_said_again_is_said_once_and_comes_first(bar: NoticeBar) -> None:
    bar.say("back", "Put away.", "Bring it back")
    bar.say("purge", "Delete all?", "Delete")
    bar.say("back", "Put away again.", "Bring it back")
    bar._close.click()
    bar._close.click()
    assert bar.isHidden()
