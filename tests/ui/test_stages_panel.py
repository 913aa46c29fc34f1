"""Stages: figures that change in their place, inputs below encode, and who runs late."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from support.sample import sample_events

from mmdesk.case import Case, Input, Modality
from mmdesk.events import Encoded, Failed, Stage, StageFinished, StageStarted, Stopped
from mmdesk.ui import theme
from mmdesk.ui.stages_panel import StagesPanel

EVENTS = sample_events(Case({modality: (Input(f"{modality}.x", data=b"x"),) for modality in Modality}))
NOTHING = ["read –", "encode –", "score –", "weigh –", "write –", "locate –"]
WHOLE = [
    "read 8 ms", "encode 94 ms", "image.x 38 ms", "audio.x 38 ms", "record.x 38 ms", "score 11 ms",
    "weigh 3 ms", "write 328 ms", "locate 210 ms",
]  # fmt: skip
SECOND = Encoded(Modality.IMAGE, ("second.png",), "chest radiograph", 20.4, reused=False)


@pytest.fixture
def panel(qtbot):
    panel = StagesPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 240)
    panel.show()
    return panel


@pytest.fixture
def large_text(qapp):
    theme.apply(qapp, "dark", 200)
    yield
    theme.apply(qapp, "dark")


def analyse(panel: StagesPanel, *events) -> None:
    panel.begin()
    for event in events or EVENTS:
        panel.show_event(event)


def lines(panel: StagesPanel) -> list:
    """From the top; hidden ones are not there."""
    found = [*panel._stages.values(), *panel._inputs]
    return sorted((line for line in found if line.isVisible()), key=panel._column.indexOf)


def shown(panel: StagesPanel) -> list[str]:
    return [f"{line.name.text()} {line.figure.text()}" for line in lines(panel)]


def tones(panel: StagesPanel) -> list[str]:
    return [line.figure.property("tone") for line in lines(panel)]


def over(timer) -> None:
    """Its 300 ms are over."""
    assert timer.isActive() and timer.interval() == 300
    timer.stop()
    timer.timeout.emit()


def test_every_stage_and_every_input_has_its_time(panel):
    assert shown(panel) == NOTHING and panel.chip.text() == ""
    analyse(panel)
    assert shown(panel) == WHOLE
    assert panel.chip.text() == "0.65 s"  # the sum of the stages


def test_an_input_that_was_in_the_cache_is_reused(panel):
    analyse(panel, *(replace(e, reused=True) if isinstance(e, Encoded) else e for e in EVENTS))
    assert shown(panel)[2:5] == ["image.x reused", "audio.x reused", "record.x reused"]


def test_under_a_millisecond_and_over_ten_seconds(panel):
    analyse(panel, StageFinished(Stage.READ, 0.3), StageFinished(Stage.WRITE, 12_345.6), Stopped(Stage.WRITE))
    assert shown(panel) == ["read < 1 ms", *NOTHING[1:4], "write 12.3 s", "locate –"]
    assert panel.chip.text() == "12.3 s"


def test_old_figures_stay_muted_until_their_own_new_one_comes(panel):
    analyse(panel)
    assert tones(panel)[0] == "" and panel.chip.property("tone") == "muted"
    panel.begin()
    assert shown(panel) == WHOLE and set(tones(panel)) == {"muted"}
    panel.show_event(StageStarted(Stage.READ))
    panel.show_event(StageFinished(Stage.READ, 5.0))
    assert shown(panel) == ["read 5 ms", *WHOLE[1:]]
    assert tones(panel)[0] == "" and set(tones(panel)[1:]) == {"muted"}


def test_after_300_ms_nothing_old_is_shown(panel):
    analyse(panel)
    analyse(panel, *EVENTS[:4])
    assert len(shown(panel)) == len(WHOLE)
    over(panel.late)
    assert shown(panel) == ["read 8 ms", "encode –", "image.x 38 ms", *NOTHING[2:]]
    assert panel.chip.text() == ""


def test_a_late_stage_is_marked_until_it_is_done(panel):
    analyse(panel, StageStarted(Stage.READ), StageFinished(Stage.READ, 9.0), StageStarted(Stage.ENCODE))
    assert shown(panel)[1] == "encode –"
    over(panel._slow)
    assert shown(panel)[1] == "encode running…" and tones(panel)[1] == "accent"
    panel.show_event(StageFinished(Stage.ENCODE, 900.0))
    assert shown(panel)[1] == "encode 900 ms" and tones(panel)[1] == ""


def test_each_stage_has_300_ms_of_its_own(panel):
    analyse(panel, StageStarted(Stage.READ), StageFinished(Stage.READ, 9.0))
    assert not panel._slow.isActive()
    panel.show_event(StageStarted(Stage.ENCODE))
    assert panel._slow.isActive()


@pytest.mark.parametrize(
    "end", [Stopped(Stage.ENCODE), Failed(Stage.ENCODE, "a", "b")], ids=["stopped", "failed"]
)
@pytest.mark.parametrize("late", [True, False])
def test_a_stage_that_was_cut_off_has_no_time(panel, end, late):
    analyse(panel)
    analyse(panel, *EVENTS[:3])
    if late:
        over(panel._slow)
    panel.show_event(end)
    assert shown(panel) == ["read 8 ms", *NOTHING[1:]]
    assert panel.chip.text() == "0.01 s"
    assert not panel._slow.isActive() and not panel.late.isActive()


def test_inputs_come_and_go_with_the_case(panel):
    analyse(panel)
    analyse(panel, *EVENTS[:7], SECOND, *EVENTS[7:])
    assert shown(panel) == [*WHOLE[:5], "second.png 20 ms", *WHOLE[5:]]
    analyse(panel, *(event for event in EVENTS if not isinstance(event, Encoded)))
    assert shown(panel) == [*WHOLE[:2], *WHOLE[5:]]
    panel.clear()
    assert shown(panel) == NOTHING and panel.chip.text() == ""


def test_a_case_put_away_at_work_is_quiet(panel):
    analyse(panel, StageStarted(Stage.READ))
    panel.clear()
    assert shown(panel) == NOTHING
    assert not panel._slow.isActive() and not panel.late.isActive()


def test_a_long_name_gives_way_to_its_figure(panel, large_text):
    long = "a" * 200 + ".dcm"
    analyse(panel, replace(SECOND, names=(long,)))
    line = lines(panel)[2]
    panel.grab()
    assert panel.minimumSizeHint().width() <= 300
    panel.resize(panel.minimumSizeHint().width(), 240)
    assert all(item.name.width() >= item.name.sizeHint().width() for item in panel._stages.values())
    assert line.figure.width() >= line.figure.sizeHint().width()
    assert line.geometry().right() <= line.parentWidget().width()
    assert line.name.toolTip() == long


def test_a_long_name_is_cut_in_its_middle(panel):
    analyse(panel, replace(SECOND, names=("b" * 200 + ".dcm",)))
    name = lines(panel)[2].name
    shown_as = name.grab().toImage()
    name.setText(name.fontMetrics().elidedText(name.text(), Qt.TextElideMode.ElideMiddle, name.width()))
    assert name.grab().toImage() == shown_as


def test_what_a_screen_reader_says(panel):
    analyse(panel)
    assert panel.accessibleName() == "Stages"
    assert [line.accessibleName() for line in lines(panel)] == WHOLE


def test_the_language_can_change_at_any_time(panel, monkeypatch):
    analyse(panel, *EVENTS[:3])
    over(panel._slow)
    monkeypatch.setattr(StagesPanel, "tr", lambda self, text: f"«{text}»")
    QApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
    assert panel.title.text() == "«STAGES»"
    later = [f"«{line[:-2]}» –" for line in NOTHING[2:]]
    assert shown(panel) == ["«read» 8 ms", "«encode» «running…»", *later]
    assert panel._stages[Stage.ENCODE].accessibleName() == "«encode» «running…»"


def test_more_inputs_than_fit_are_reached_with_the_keyboard(panel, qtbot):
    many = [replace(SECOND, names=(f"{number}.png",)) for number in range(20)]
    analyse(panel, *EVENTS[:3], *many)
    scroll = panel._scroll
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    scroll.clearFocus()
    before = panel.grab().toImage()
    scroll.setFocus()
    assert panel.grab().toImage() != before  # the focus is seen
    qtbot.keyClick(scroll, Qt.Key.Key_PageDown)
    assert scroll.verticalScrollBar().value() > 0
