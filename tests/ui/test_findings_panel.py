from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QLabel
from support.sample import CHEST, MURMUR
from support.scripted import sample_events, sample_report

from mmdesk import resources
from mmdesk.case import Case, Input, Modality
from mmdesk.events import Contributed, Failed, FindingsScored, Stage, StageStarted, Stopped, TextDelta
from mmdesk.packs import manifest
from mmdesk.ui import theme
from mmdesk.ui.contribution_view import ContributionView
from mmdesk.ui.findings_list import BAR, FindingsList
from mmdesk.ui.findings_model import FindingsModel, Group
from mmdesk.ui.findings_panel import FindingsPanel

CASE = Case({modality: (Input(f"{modality}.x", data=b"x"),) for modality in Modality})
REPORT = sample_report(CASE)
EVENTS = sample_events(CASE)
PACK = manifest.read(resources.folder() / "packs" / "clinic")
QUESTIONS = ["Which pattern does the chest radiograph fit?", "Which pattern does the heart sound clip fit?"]
NORMAL, PNEUMONIA, _ = CHEST
UNSURE = MURMUR[3]
FULL = replace(CHEST[1], name="full", probability=1.0)


@pytest.fixture
def panel(qtbot):
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.set_pack(PACK)
    panel.resize(720, 380)
    panel.show()
    return panel


@pytest.fixture
def dressed_again(qapp):
    """Dress the application in another theme; the usual one comes back."""
    yield lambda name, size=100: theme.apply(qapp, name, size)
    theme.apply(qapp, "dark")


def analyse(panel: FindingsPanel, *events) -> None:
    panel.begin()
    for event in events or EVENTS:
        panel.show_event(event)


def score(panel: FindingsPanel, *findings) -> None:
    analyse(panel, FindingsScored(findings, ()))


def take_long(panel: FindingsPanel) -> None:
    """The 300 ms are over."""
    assert panel.late.isActive() and panel.late.interval() == 300
    panel.late.stop()
    panel.late.timeout.emit()


def rows(panel: FindingsPanel) -> list[str]:
    """Questions and names, where the list is what is seen."""
    if not panel.list.isVisible():
        return []
    return [row.question if isinstance(row, Group) else row.name for row in panel.list.findings.rows]


def notes(panel: FindingsPanel) -> list[str]:
    return [
        item.text()
        for item in panel.findChildren(QLabel)
        if item.isVisible() and item.text() and item not in (panel.title, panel.chip)
    ]


def box(panel: FindingsPanel, name: str) -> QRect:
    number = panel.list.findings.row_of(name)
    assert number is not None
    return panel.list.visualRect(panel.list.findings.index(number))


def picture(panel: FindingsPanel, name: str) -> QImage:
    panel.list.doItemsLayout()
    panel.list.scrollTo(panel.list.findings.index(panel.list.findings.row_of(name)))
    return panel.list.viewport().grab(box(panel, name)).toImage()


def pixels(image: QImage, name: str) -> list[QPoint]:
    wanted = theme.color(name).rgb()
    points = (QPoint(x, y) for x in range(image.width()) for y in range(image.height()))
    return [point for point in points if image.pixel(point) == wanted]


def across(image: QImage, name: str, above: int = 0) -> list[int]:
    """Where the colour is on the line through the middle of a row, or `above` it."""
    return sorted(p.x() for p in pixels(image, name) if p.y() == image.height() // 2 - above)


def ends(panel: FindingsPanel) -> tuple[int, int]:
    """Of a full bar; behind it, after a gap, stand the words."""
    filled = across(picture(panel, FULL.name), "accent")
    gaps = (x for x, following in zip(filled, filled[1:], strict=False) if following - x > 8)
    return filled[0], next(gaps, filled[-1])


def spoken(panel: FindingsPanel, name: str) -> str:
    number = panel.list.findings.row_of(name)
    assert number is not None
    return panel.list.findings.index(number).data(Qt.ItemDataRole.AccessibleTextRole)


# ---- rows


def test_findings_stand_below_the_question_that_they_answer(panel):
    analyse(panel)
    assert rows(panel) == [QUESTIONS[0], *(f.name for f in CHEST), QUESTIONS[1], *(f.name for f in MURMUR)]
    assert notes(panel) == []


def test_a_task_scored_from_other_inputs_has_a_heading_of_its_own(panel):
    with_record = replace(MURMUR[1], name="again", inputs=(Modality.AUDIO, Modality.RECORD))
    score(panel, MURMUR[1], with_record)
    assert rows(panel) == [QUESTIONS[1], MURMUR[1].name, QUESTIONS[1], "again"]
    headings = [row for row in panel.list.findings.rows if isinstance(row, Group)]
    assert headings[1].inputs == (Modality.AUDIO, Modality.RECORD)
    told = panel.list.findings.index(2).data(Qt.ItemDataRole.ToolTipRole)
    assert told == f"{QUESTIONS[1]} Scored from audio, record"


def test_a_task_without_a_pack_is_headed_by_its_name(qtbot):
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.show()
    score(panel, PNEUMONIA)
    assert rows(panel) == ["Chest", PNEUMONIA.name]
    panel.set_pack(PACK)
    assert rows(panel) == [QUESTIONS[0], PNEUMONIA.name]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (NORMAL, "Normal radiograph 3 percent, absent, from image"),
        (PNEUMONIA, "Bacterial pneumonia 88 percent, present, from image"),
        (UNSURE, "Mitral regurgitation murmur 17 percent, not sure, from audio"),
        (MURMUR[2], "Mitral stenosis murmur under 1 percent, absent, from audio"),
        (replace(PNEUMONIA, probability=1.0), "Bacterial pneumonia over 99 percent, present, from image"),
    ],
)
def test_a_row_is_said_in_words(panel, finding, words):
    score(panel, finding)
    assert spoken(panel, finding.name) == words
    number = panel.list.findings.row_of(finding.name)
    tip = panel.list.findings.index(number).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith(words)
    limits = f"Absent below {finding.low:.0%}, present from {finding.high:.0%} on."
    assert tip.endswith(limits)


def test_a_screen_reader_gets_the_rows_and_the_question_of_each(panel):
    score(panel, PNEUMONIA)
    reader = QAccessible.queryAccessibleInterface(panel.list)
    assert reader.text(QAccessible.Text.Name) == "Findings" and reader.childCount() == 2
    assert reader.child(1).text(QAccessible.Text.Name) == spoken(panel, PNEUMONIA.name)
    assert reader.child(1).text(QAccessible.Text.Description) == QUESTIONS[0]


# ---- bars


@pytest.mark.parametrize(
    ("finding", "tone"),
    [
        (PNEUMONIA, "accent"),
        (UNSURE, "warning"),
        (CHEST[2], "muted"),
        (replace(NORMAL, probability=0.9), "good"),
        (NORMAL, "muted"),
    ],
)
def test_the_bar_is_as_long_as_the_finding_is_probable(panel, finding, tone):
    score(panel, FULL, finding)
    left, right = ends(panel)
    image = picture(panel, finding.name)
    filled = [x for x in across(image, tone) if left <= x <= right]
    assert (max(filled) - left) / (right - left) == pytest.approx(finding.probability, abs=0.02)


def test_the_marks_stand_at_the_thresholds(panel):
    score(panel, FULL, replace(CHEST[2], low=0.25, high=0.75))
    left, right = ends(panel)
    image = picture(panel, CHEST[2].name)
    marks = across(image, "text", above=6)  # two pixels each
    places = [(x - left) / (right - left) for x in marks]
    assert places == pytest.approx([0.25, 0.25, 0.75, 0.75], abs=0.01)


def test_where_the_thresholds_meet_there_is_one_mark(panel):
    score(panel, replace(CHEST[2], low=0.5, high=0.5))
    image = picture(panel, CHEST[2].name)
    assert len(across(image, "text", above=6)) == 2


# ---- marks and hands


def test_marked_rows_stand_out_and_come_into_view(panel):
    panel.resize(720, 160)
    analyse(panel)
    last = MURMUR[-1].name
    panel.list.doItemsLayout()
    assert not panel.list.viewport().rect().contains(box(panel, last))
    panel.mark((last, "nothing like it"))
    assert panel.list.viewport().rect().contains(box(panel, last))
    assert pixels(picture(panel, last), "marked")
    panel.mark(())
    assert not pixels(picture(panel, last), "marked")


def test_names_that_are_not_scored_mark_nothing(panel):
    score(panel, PNEUMONIA)
    panel.mark(("valve_disease",))
    assert not pixels(picture(panel, PNEUMONIA.name), "marked")


def test_a_click_chooses_a_finding_and_a_heading_is_none(qtbot, panel):
    analyse(panel)
    panel.list.doItemsLayout()
    found: list[str] = []
    panel.finding_chosen.connect(found.append)
    view = panel.list.viewport()
    heading = panel.list.visualRect(panel.list.findings.index(0)).center()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=heading)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=box(panel, PNEUMONIA.name).center())
    assert found == [PNEUMONIA.name] and panel.list.marked == (PNEUMONIA.name,)


def test_keys_go_from_finding_to_finding_and_enter_chooses(qtbot, panel):
    analyse(panel)
    panel.list.doItemsLayout()
    found: list[str] = []
    panel.finding_chosen.connect(found.append)
    panel.activateWindow()
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(2):
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
        qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)  # over the heading between
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert found == [CHEST[0].name, CHEST[1].name, MURMUR[0].name, CHEST[2].name]
    qtbot.keyClick(panel.list, Qt.Key.Key_End)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.keyClick(panel.list, Qt.Key.Key_Home)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert found[4:] == [MURMUR[-1].name, CHEST[0].name]


def test_tab_comes_to_the_list_once_and_the_row_with_the_focus_is_seen(qtbot, panel):
    analyse(panel)
    before = picture(panel, CHEST[0].name)
    panel.activateWindow()
    assert panel.list.focusPolicy() & Qt.FocusPolicy.TabFocus and not panel.list.tabKeyNavigation()
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.list.hasFocus()
    assert len(pixels(picture(panel, CHEST[0].name), "accent")) > len(pixels(before, "accent"))


def test_the_row_with_the_focus_and_the_marks_stay_in_the_next_analysis(panel):
    analyse(panel)
    panel.list.setCurrentIndex(panel.list.findings.index(panel.list.findings.row_of(UNSURE.name)))
    panel.mark((PNEUMONIA.name,))
    score(panel, PNEUMONIA, UNSURE, MURMUR[4])
    current = panel.list.currentIndex()
    assert current.isValid() and panel.list.findings.rows[current.row()] == UNSURE
    assert pixels(picture(panel, PNEUMONIA.name), "marked")


# ---- an analysis


def test_what_there_is_before_the_first(panel):
    assert rows(panel) == [] and notes(panel) == ["Probabilities appear here when a case is analysed."]
    assert panel.chip.text() == ""


def test_notes_stand_at_the_top_like_rows(panel):
    note = next(item for item in panel.findChildren(QLabel) if item.text().startswith("Probabilities"))
    assert note.alignment() == Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def test_the_last_findings_stay_muted_until_new_ones_come(panel):
    analyse(panel)
    panel.begin()
    panel.show_event(StageStarted(Stage.SCORE))
    panel.show_event(TextDelta("image", "word"))
    assert rows(panel)[1] == NORMAL.name and not pixels(picture(panel, PNEUMONIA.name), "accent")
    panel.show_event(FindingsScored((PNEUMONIA,), ()))
    assert rows(panel)[1:] == [PNEUMONIA.name] and pixels(picture(panel, PNEUMONIA.name), "accent")
    assert not panel.late.isActive()
    panel.show_event(EVENTS[-1])
    assert rows(panel)[1:] == [PNEUMONIA.name]


def test_a_slow_analysis_takes_the_last_findings_away(panel):
    analyse(panel)
    panel.begin()
    take_long(panel)
    assert rows(panel) == [] and notes(panel) == []
    assert panel.chip.text() == "working…" and panel.chip.property("tone") == "accent"
    panel.show_event(FindingsScored((PNEUMONIA,), ()))
    assert "calibrated" in panel.chip.text() and panel.chip.property("tone") == "muted"


@pytest.mark.parametrize("last", [Stopped(Stage.READ), Failed(Stage.READ, "no", "never mind")])
@pytest.mark.parametrize("slow", [False, True])
def test_an_end_without_findings_leaves_none(panel, last, slow):
    analyse(panel)
    panel.begin()
    if slow:
        take_long(panel)
    panel.show_event(last)
    assert rows(panel) == [] and panel.chip.text() == "" and not panel.late.isActive()
    assert notes(panel) == ["Probabilities appear here when a case is analysed."]


def test_a_stop_after_the_scores_keeps_them(panel):
    score(panel, PNEUMONIA)
    panel.show_event(Stopped(Stage.WRITE))
    assert rows(panel)[1:] == [PNEUMONIA.name]


@pytest.mark.parametrize("slow", [False, True])
def test_findings_that_come_only_with_the_report_are_shown(panel, slow):
    score(panel, UNSURE)
    panel.begin()
    if slow:
        take_long(panel)
    panel.show_event(EVENTS[-1])
    assert rows(panel)[1] == NORMAL.name and "calibrated" in panel.chip.text()


def test_nothing_scored_is_said(panel):
    score(panel)
    assert rows(panel) == [] and panel.chip.text() == ""
    assert notes(panel) == ["Nothing here could be scored. The report says what was missing."]


def test_a_saved_report_and_a_new_case(panel):
    panel.begin()
    panel.show_report(REPORT)
    assert rows(panel)[1] == NORMAL.name and not panel.late.isActive()
    panel.clear()
    assert rows(panel) == [] and notes(panel) == ["Probabilities appear here when a case is analysed."]


# ---- what each input adds


def added(panel: FindingsPanel) -> str:
    """The finding whose contributions are shown."""
    words = panel.contribution.accessibleName() if panel.contribution.isVisible() else ""
    return words.removeprefix("What each input adds: ").partition(":")[0]


ADDED = Contributed(REPORT.contributions)


def test_it_is_shown_for_the_likeliest_disease_that_is_present(panel):
    unsure, absent = replace(PNEUMONIA, probability=0.4), replace(CHEST[2], probability=0.3)
    normal = replace(NORMAL, probability=0.95)
    for findings, shown in (
        (CHEST + MURMUR, "Bacterial pneumonia"),
        ((normal, *MURMUR), "Aortic stenosis murmur"),
        ((normal, unsure, absent), "Normal radiograph"),
        ((unsure, absent), "Bacterial pneumonia"),
    ):
        analyse(panel, FindingsScored(findings, ()), ADDED)
        assert added(panel) == shown


def test_it_is_shown_for_the_first_marked_finding_that_was_scored(panel):
    analyse(panel)
    panel.mark((MURMUR[3].name, PNEUMONIA.name))
    assert added(panel) == "Mitral regurgitation murmur"
    panel.mark(("nothing like it",))
    assert added(panel) == "Bacterial pneumonia"
    panel.mark(())
    assert added(panel) == "Bacterial pneumonia"


def test_it_is_shown_for_the_chosen_finding_also_in_the_next_analysis(qtbot, panel):
    analyse(panel)
    panel.list.doItemsLayout()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box(panel, NORMAL.name).center())
    assert added(panel) == "Normal radiograph"
    analyse(panel)
    assert added(panel) == "Normal radiograph"


def test_the_last_contributions_stay_muted_until_the_new_ones_come(panel):
    analyse(panel)
    panel.begin()
    assert added(panel) and panel.contribution.muted
    panel.show_event(FindingsScored((replace(PNEUMONIA, probability=0.6), NORMAL), ()))
    panel.mark((NORMAL.name,))  # nothing new is known of it yet
    assert added(panel) == "Bacterial pneumonia" and panel.contribution.muted and not panel.list.muted
    panel.show_event(ADDED)
    assert added(panel) == "Normal radiograph" and not panel.contribution.muted


@pytest.mark.parametrize("last", [Stopped(Stage.SCORE), Failed(Stage.SCORE, "no", "never mind")])
def test_an_end_without_contributions_leaves_none(panel, last):
    analyse(panel)
    panel.begin()
    panel.show_event(FindingsScored(CHEST, ()))
    panel.show_event(last)
    assert rows(panel) and added(panel) == ""


def test_a_stop_after_the_contributions_keeps_them(panel):
    analyse(panel, FindingsScored(CHEST, ()), ADDED, Stopped(Stage.WRITE))
    assert added(panel) == "Bacterial pneumonia" and not panel.contribution.muted


def test_a_slow_analysis_takes_the_last_contributions_away(panel):
    analyse(panel)
    panel.begin()
    take_long(panel)
    assert added(panel) == ""


@pytest.mark.parametrize("slow", [False, True])
def test_contributions_that_come_only_with_the_report_are_shown(panel, slow):
    analyse(panel)
    panel.begin()
    if slow:
        take_long(panel)
    panel.show_event(FindingsScored(CHEST, ()))
    panel.show_event(EVENTS[-1])
    assert added(panel) == "Bacterial pneumonia" and not panel.contribution.muted


def test_what_came_before_the_report_is_not_shown_again(panel):
    nothing = replace(REPORT, contributions=())
    analyse(panel, FindingsScored(CHEST, ()), ADDED, replace(EVENTS[-1], report=nothing))
    assert added(panel) == "Bacterial pneumonia"


def test_a_saved_report_says_it_if_it_knows(panel):
    panel.show_report(REPORT)
    assert added(panel) == "Bacterial pneumonia" and not panel.contribution.muted
    panel.show_report(replace(REPORT, contributions=()))  # of an earlier version
    assert rows(panel) and added(panel) == ""
    panel.show_report(REPORT)
    panel.clear()
    assert added(panel) == ""


@pytest.mark.parametrize(("height", "size"), [(250, 100), (260, 150), (320, 200)])
def test_the_list_keeps_most_of_the_room(panel, dressed_again, height, size):
    dressed_again("dark", size)
    analyse(panel)
    panel.resize(720, height)
    QApplication.processEvents()
    assert panel.height() == height and panel.contribution.height() <= height // 3
    assert panel.list.height() > panel.contribution.height()


# ---- room, dress and language


@pytest.mark.parametrize(("width", "size"), [(720, 100), (420, 100), (420, 200)])
def test_nothing_lies_outside_or_over_something_else(panel, dressed_again, width, size):
    dressed_again("dark", size)
    analyse(panel)
    panel.resize(width, 500)
    panel.list.doItemsLayout()
    assert panel.width() == width  # neither chip nor names widen it
    view = panel.list.viewport().rect()
    boxes = [
        panel.list.visualRect(panel.list.findings.index(n)) for n in range(len(panel.list.findings.rows))
    ]
    assert all(box.left() >= 0 and box.right() <= view.right() for box in boxes)
    assert all(upper.bottom() < lower.top() for upper, lower in zip(boxes, boxes[1:], strict=False))
    line = panel.list.fontMetrics().height()
    assert all(box.height() >= line for box in boxes)


def test_where_it_is_narrow_the_names_stand_above_the_bars(panel):
    analyse(panel)
    panel.list.doItemsLayout()
    wide = box(panel, PNEUMONIA.name).height()
    panel.resize(420, 380)
    panel.list.doItemsLayout()
    assert box(panel, PNEUMONIA.name).height() > wide * 3 // 2


def test_where_it_is_narrower_still_the_bars_stand_below_their_figures(panel, dressed_again):
    dressed_again("dark", 200)
    analyse(panel)
    panel.resize(310, 380)
    longest = picture(panel, PNEUMONIA.name)
    lowest = [point.x() for point in pixels(longest, "accent") if point.y() > longest.height() - 2 * BAR]
    assert max(lowest) - min(lowest) > longest.width() * 3 // 4  # 88%, and no figures in the way


def test_the_rows_follow_a_new_width_by_themselves(qtbot, panel):
    analyse(panel)
    panel.list.doItemsLayout()
    wide = box(panel, PNEUMONIA.name).height()
    panel.resize(420, 380)
    qtbot.waitUntil(lambda: box(panel, PNEUMONIA.name).height() > wide)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_rows_follow_theme_and_text_size(qtbot, panel, dressed_again, name):
    dressed_again("light" if name == "dark" else "dark")
    analyse(panel)
    panel.list.doItemsLayout()
    small = box(panel, PNEUMONIA.name).height()
    dressed_again(name, 200)
    qtbot.waitUntil(lambda: box(panel, PNEUMONIA.name).height() > small)
    image = picture(panel, PNEUMONIA.name)
    assert all(pixels(image, token) for token in ("text", "accent", "track"))


def test_the_language_can_change_at_any_time(qtbot, panel, monkeypatch):
    analyse(panel)

    def translated(self, text, *rest):
        return f"«{text}»"

    before = picture(panel, PNEUMONIA.name)
    for kind in (FindingsPanel, FindingsModel, ContributionView):
        monkeypatch.setattr(kind, "tr", translated)
    QApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
    assert panel.title.text() == "«FINDINGS»" and panel.chip.text().startswith("«calibrated")
    assert "«present»" in spoken(panel, PNEUMONIA.name)
    assert panel.list.findings.share(MURMUR[2]) == "«under 1%»"
    assert panel.contribution.accessibleName().startswith("«What each input adds: ")
    assert picture(panel, PNEUMONIA.name) != before
    panel.clear()
    assert notes(panel) == ["«Probabilities appear here when a case is analysed.»"]


def test_the_words_of_a_new_language_get_their_room(qtbot, panel, monkeypatch):
    score(panel, PNEUMONIA)
    panel.list.doItemsLayout()
    beside = box(panel, PNEUMONIA.name).height()
    monkeypatch.setattr(FindingsModel, "tr", lambda self, text, *rest: f"{text}{', with many words' * 4}")
    QApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
    qtbot.waitUntil(lambda: box(panel, PNEUMONIA.name).height() > beside)


def test_the_list_is_all_that_the_panel_gives_to_the_keyboard(panel):
    analyse(panel)
    assert isinstance(panel.list, FindingsList) and panel.accessibleName() == "Findings"
    assert panel.list.accessibleName() == "Findings"
