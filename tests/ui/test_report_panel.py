from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from support.sample import NOTICE, SENTENCES
from support.scripted import sample_events, sample_report

from mmdesk.case import Case, Input, Modality
from mmdesk.events import (
    Failed,
    FindingsScored,
    ReportReady,
    ReportWritten,
    SentenceWritten,
    Stage,
    StageFinished,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.report import STOPPED_NOTICE, Origin, Sentence
from mmdesk.ui import theme
from mmdesk.ui.report_panel import ReportPanel

CASE = Case({modality: (Input(f"{modality}.x", data=b"x"),) for modality in Modality})
REPORT = sample_report(CASE)
EVENTS = sample_events(CASE)
# Until the report is written; after that its places are looked for.
WRITING = EVENTS[: next(n for n, event in enumerate(EVENTS) if isinstance(event, ReportWritten))]
WORDS = [event for event in EVENTS if isinstance(event, TextDelta)]
TEXT = f"""\
▲ {NOTICE}
Image
The radiograph fits bacterial pneumonia (88%).
It does not fit viral pneumonia (9%).
Heart sound
The heart sound clip fits aortic stenosis murmur (82%).
Mitral regurgitation murmur stays open (17%).
Record
The record states age 4 years and sex male.
Above the range: temperature 38.9 °C and CRP 96 mg/L.
Below the range: SpO2 94 %.
Impression
The case reads as bacterial pneumonia (88%) and aortic stenosis murmur (82%)."""
FIRST, SECOND = SENTENCES["image"]
FAILED = Failed(Stage.WRITE, "the model is out of memory", "Close other programs.", "Traceback: line 7")


@pytest.fixture
def panel(qtbot):
    panel = ReportPanel()
    qtbot.addWidget(panel)
    panel.resize(460, 300)
    panel.show()
    return panel


@pytest.fixture
def dressed_again(qapp):
    """Dress the application in another theme; the usual one comes back."""
    yield lambda name, size=100: theme.apply(qapp, name, size)
    theme.apply(qapp, "dark")


def send(panel: ReportPanel, *events) -> None:
    for event in events:
        panel.show_event(event)


def send_soon(qtbot, panel: ReportPanel, *events) -> None:
    """A batch, and what the panel makes of it a moment later."""
    before = panel.text.toPlainText()
    send(panel, *events)
    qtbot.waitUntil(lambda: panel.text.toPlainText() != before)


def analyse(panel: ReportPanel, *events) -> None:
    panel.begin()
    send(panel, *(events or EVENTS))


def take_long(panel: ReportPanel) -> None:
    """The 300 ms are over."""
    assert panel.late.isActive() and panel.late.interval() == 300
    panel.late.stop()
    panel.late.timeout.emit()


def said(panel: ReportPanel) -> str:
    return panel.text.toPlainText()


def button(panel: ReportPanel, text: str) -> QPushButton:
    return next(item for item in panel.findChildren(QPushButton) if item.text() == text)


def visible_buttons(panel: ReportPanel) -> set[str]:
    return {item.text() for item in panel.findChildren(QPushButton) if item.isVisible()}


def labels(panel: ReportPanel) -> list[str]:
    return [item.text() for item in panel.findChildren(QLabel) if item.isVisible()]


def chosen(panel: ReportPanel) -> list[Sentence | None]:
    found: list[Sentence | None] = []
    panel.sentence_chosen.connect(found.append)
    return found


def place_of(panel: ReportPanel, words: str) -> QPoint:
    """In the text's viewport."""
    cursor = panel.text.document().find(words)
    assert not cursor.isNull()
    cursor.setPosition(cursor.selectionStart() + 3)
    return panel.text.cursorRect(cursor).center()


def click(qtbot, panel: ReportPanel, words: str) -> None:
    qtbot.mouseClick(panel.text.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, words))


def pixels(panel: ReportPanel, name: str) -> int:
    """How many pixels of the text have this colour exactly."""
    image = panel.text.viewport().grab().toImage()
    wanted = theme.color(name).rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


# ---- the stream


def test_an_analysis_is_written_by_section(qtbot, panel):
    analyse(panel)
    assert said(panel) == TEXT
    assert panel.report == REPORT and panel.chip.text().startswith("done · ")
    assert panel.chip.property("tone") == "good"


def test_words_are_shown_as_they_come_and_a_sentence_is_complete_when_it_is_written(qtbot, panel):
    panel.begin()
    send(panel, StageStarted(Stage.WRITE))
    send_soon(qtbot, panel, TextDelta("image", "The"), TextDelta("image", " radiograph"))
    assert said(panel) == "Image\nThe radiograph" and panel.text.sentences() == ()
    send_soon(qtbot, panel, TextDelta("image", " fits bacterial pneumonia (88%)."), SentenceWritten(FIRST))
    send_soon(qtbot, panel, TextDelta("image", " It"))
    assert said(panel) == f"Image\n{FIRST.text}\nIt"
    assert panel.text.sentences() == (FIRST,) and not panel.text.is_complete()


def test_sentences_that_come_without_words_are_shown_all_the_same(qtbot, panel):
    panel.begin()
    fixed = Sentence("No image was given.", "image", Origin.FIXED)
    send_soon(qtbot, panel, SentenceWritten(fixed), SentenceWritten(replace(FIRST, section="audio")))
    assert said(panel) == f"Image\nNo image was given.\nHeart sound\n{FIRST.text}"


def test_what_a_sentence_says_counts_more_than_the_words_that_came(qtbot, panel):
    panel.begin()
    send_soon(qtbot, panel, TextDelta("image", "A tumour of the left lobe."), SentenceWritten(FIRST))
    send_soon(qtbot, panel, TextDelta("image", f"  {SECOND.text}\nNext"), SentenceWritten(SECOND))
    assert said(panel) == f"Image\n{FIRST.text}\n{SECOND.text}\nNext"


def test_a_section_that_begins_leaves_the_last_one_as_it_is(qtbot, panel):
    panel.begin()
    send_soon(qtbot, panel, TextDelta("image", "cut"), TextDelta("audio", "off"))
    assert said(panel) == "Image\ncut\nHeart sound\noff"


@pytest.mark.parametrize("odd", ["a\nb", "a\u2029b", "a\ufdd0b", "a\ufffcb", "a<b>b</b>"])
def test_odd_characters_start_no_paragraph_and_are_no_markup(qtbot, panel, odd):
    panel.begin()
    send_soon(qtbot, panel, TextDelta("image", odd), SentenceWritten(Sentence(odd, "image", Origin.DECODER)))
    shown = odd if "<" in odd else "a b"
    assert said(panel) == f"Image\n{shown}" and panel.text.is_complete()
    send_soon(qtbot, panel, SentenceWritten(Sentence(odd, "image", Origin.FIXED)))
    assert said(panel) == f"Image\n{shown}\n{shown}"


def test_words_that_were_lost_on_the_way_are_in_the_report_shown(panel):
    analyse(panel, FindingsScored((), (NOTICE,)), *WORDS[::2], SentenceWritten(SECOND), ReportReady(REPORT))
    assert said(panel) == TEXT


def test_two_thousand_events_are_one_change_of_the_text(qtbot, panel):
    panel.begin()
    changes: list[None] = []
    panel.text.document().contentsChanged.connect(lambda: changes.append(None))
    words = [TextDelta("image", f" {number}") for number in range(2000)]
    send_soon(qtbot, panel, *words)
    assert len(changes) == 2  # the old text goes, the new one comes
    assert said(panel) == "Image\n" + " ".join(map(str, range(2000)))


# ---- the last report stays until there is something new


def test_the_old_report_stays_muted_until_new_words_come(qtbot, panel):
    analyse(panel)
    bright = pixels(panel, "text")
    panel.begin()
    assert said(panel) == TEXT and panel.report is None
    assert bright and not pixels(panel, "text")
    assert panel.chip.text().startswith("done") and panel.chip.property("tone") == "muted"
    assert not button(panel, "Copy text").isEnabled()
    send(panel, StageStarted(Stage.READ), StageFinished(Stage.READ, 8.0), FindingsScored((), ("Late.",)))
    QCoreApplication.processEvents()
    assert said(panel) == TEXT  # a notice alone does not push it off
    send_soon(qtbot, panel, WORDS[0])
    assert said(panel) == "▲ Late.\nImage\nThe" and pixels(panel, "text")


def test_a_slow_analysis_says_that_it_works(qtbot, panel):
    analyse(panel)
    panel.begin()
    send(panel, FindingsScored((), ("Late.",)))
    take_long(panel)
    assert said(panel) == "▲ Late." and panel.chip.text() == "working…"
    assert panel.chip.property("tone") == "accent"


def test_300_ms_go_by_by_themselves(qtbot, panel):
    panel.begin()
    assert panel.chip.text() == ""
    qtbot.waitUntil(lambda: panel.chip.text() == "working…")


def test_a_quick_analysis_says_nothing_but_that_it_is_done(qtbot, panel):
    panel.begin()
    send_soon(qtbot, panel, *WORDS[:4])
    assert panel.chip.text() == ""
    send(panel, ReportReady(REPORT))
    assert panel.chip.text().startswith("done") and not panel.late.isActive()


def test_the_pace_is_told_when_it_means_something(qtbot, panel, monkeypatch):
    moment = 100.0
    monkeypatch.setattr("mmdesk.ui.report_panel.time.perf_counter", lambda: moment)
    panel.begin()
    send(panel, StageStarted(Stage.WRITE))
    moment += 0.6
    send_soon(qtbot, panel, *WORDS[:5])
    assert panel.chip.text() == ""
    take_long(panel)
    send_soon(qtbot, panel, *WORDS[5:10])
    assert panel.chip.text() == "writing…"
    moment += 1.4
    send_soon(qtbot, panel, *WORDS[10:20])
    assert panel.chip.text() == "writing · 10 words/s"
    moment += 0.4
    send_soon(qtbot, panel, *WORDS[20:30])
    assert panel.chip.text() == "writing · 10 words/s"  # figures that change faster cannot be read
    send(panel, ReportReady(REPORT))
    assert panel.chip.text() == "done · 2.40 s"


def test_words_of_an_analysis_that_was_given_up_do_not_come_into_the_next(qtbot, panel):
    panel.begin()
    send(panel, TextDelta("image", "old"))
    panel.begin()
    send_soon(qtbot, panel, TextDelta("image", "new"))
    assert said(panel) == "Image\nnew"


# ---- ends


def test_stopped_keeps_what_was_written(qtbot, panel):
    half = replace(REPORT, sections=REPORT.sections[:1])
    analyse(panel, FindingsScored((), (NOTICE,)), *EVENTS[-30:-20], Stopped(Stage.WRITE, half))
    assert said(panel).endswith(f"Image\n{FIRST.text}\n{SECOND.text}")
    assert panel.chip.text() == "stopped" and panel.chip.property("tone") == "warning"
    assert "Stopped on request; what was written until then is kept." in labels(panel)
    assert panel.report is not None and panel.report.notices[0] == STOPPED_NOTICE
    button(panel, "Copy text").click()
    assert STOPPED_NOTICE in QGuiApplication.clipboard().text()
    panel.begin()
    take_long(panel)
    assert not any("Stopped" in text for text in labels(panel))


def test_stopped_before_a_word(panel):
    analyse(panel)
    analyse(panel, Stopped(Stage.READ))
    assert said(panel) == "" and panel.report is None
    assert "Stopped on request; nothing was written yet." in labels(panel)
    assert not button(panel, "Copy text").isEnabled()


def test_failed_is_a_card_with_what_to_do_and_details_to_copy(qtbot, panel):
    panel.begin()
    send(panel, *EVENTS[:12], FAILED)
    assert panel.cards() == ["The analysis failed: the model is out of memory."]
    qtbot.waitUntil(lambda: "Close other programs." in labels(panel))
    assert panel.chip.text() == "failed" and panel.chip.property("tone") == "problem"
    button(panel, "Copy details").click()
    assert QGuiApplication.clipboard().text() == "Traceback: line 7"
    analyse(panel)
    assert panel.cards() == [] and "Copy details" not in visible_buttons(panel)


def test_failed_without_details_has_none_to_copy(panel):
    analyse(panel, replace(FAILED, detail=None))
    assert "Copy details" not in visible_buttons(panel)


def test_the_text_and_the_markdown_are_copied_as_a_report_writes_them(panel):
    analyse(panel)
    button(panel, "Copy text").click()
    assert QGuiApplication.clipboard().text() == REPORT.to_text()
    button(panel, "Copy Markdown").click()
    assert QGuiApplication.clipboard().text() == REPORT.to_markdown()


def test_withheld_sentences_open_below_the_text(panel):
    withheld = ("A tumour of the left lobe.", "Nothing <b>here</b>.")
    told = replace(REPORT, provenance=replace(REPORT.provenance, withheld=withheld))
    analyse(panel, *EVENTS[:-1], ReportReady(told))
    opener = button(panel, "Withheld sentences: 2")
    assert opener.isVisible() and not any("tumour" in text for text in labels(panel))
    opener.click()
    assert labels(panel)[-1].splitlines()[1:] == list(withheld)
    analyse(panel)
    assert not opener.isVisible() and not any("tumour" in text for text in labels(panel))


# ---- other ways to and from a report


def test_the_empty_page_offers_the_sample(qtbot, panel):
    assert visible_buttons(panel) == {"Try the sample case"}
    with qtbot.waitSignal(panel.sample_asked):
        button(panel, "Try the sample case").click()
    panel.set_case_empty(False)
    assert visible_buttons(panel) == set()
    assert "The report appears here when a case is analysed." in labels(panel)


def test_a_new_case_clears_the_panel(panel):
    analyse(panel, *EVENTS[:10], FAILED)
    panel.clear()
    assert "Try the sample case" in visible_buttons(panel) and panel.cards() == []
    assert (said(panel), panel.chip.text(), panel.report) == ("", "", None)


def test_a_case_put_away_while_it_is_read_leaves_nothing(qtbot, panel):
    panel.begin()
    send(panel, *WORDS[:4])
    panel.clear()
    assert not panel.late.isActive()
    QCoreApplication.processEvents()
    assert said(panel) == "" and "Try the sample case" in visible_buttons(panel)


def test_a_saved_report_is_there_at_once(panel):
    panel.show_report(REPORT)
    assert said(panel) == TEXT and panel.report == REPORT
    assert panel.chip.text().startswith("saved · ") and "30" in panel.chip.text()
    assert button(panel, "Copy text").isEnabled()
    analyse(panel)
    assert panel.chip.text().startswith("done")


# ---- a sentence is chosen


def test_a_click_chooses_a_sentence_and_another_one_lets_go(qtbot, panel):
    analyse(panel)
    found = chosen(panel)
    panel.resize(460, 600)
    click(qtbot, panel, FIRST.text)
    marked = pixels(panel, "marked")
    click(qtbot, panel, "Mitral regurgitation")
    click(qtbot, panel, "Mitral regurgitation")
    assert found == [FIRST, SENTENCES["audio"][1], None]
    assert marked and not pixels(panel, "marked")


@pytest.mark.parametrize("words", ["Murmur: learned", "Heart sound"])
def test_a_notice_and_a_title_are_no_sentence(qtbot, panel, words):
    panel.resize(460, 600)
    analyse(panel)
    click(qtbot, panel, FIRST.text)
    found = chosen(panel)
    click(qtbot, panel, words)
    assert found == [None]


def test_up_and_down_go_from_sentence_to_sentence(qtbot, panel):
    analyse(panel)
    found = chosen(panel)
    text = panel.text
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(text, key)
    assert found == [FIRST, SECOND, FIRST]
    for _ in range(20):
        qtbot.keyClick(text, Qt.Key.Key_Down)
    assert found[-1] == SENTENCES["impression"][0] and len(found) == 3 + 7
    assert text.viewport().rect().contains(place_of(panel, "The case reads as"))


def test_up_from_the_first_sentence_lets_go(qtbot, panel):
    analyse(panel)
    found = chosen(panel)
    qtbot.keyClick(panel.text, Qt.Key.Key_Down)
    qtbot.keyClick(panel.text, Qt.Key.Key_Up)
    assert found == [FIRST, None]


def test_a_sentence_can_be_chosen_while_the_next_is_being_written(qtbot, panel):
    panel.begin()
    send_soon(qtbot, panel, SentenceWritten(FIRST), TextDelta("image", "It does"))
    found = chosen(panel)
    qtbot.keyClick(panel.text, Qt.Key.Key_Up)
    send_soon(qtbot, panel, TextDelta("image", " not fit viral pneumonia (9%)."), SentenceWritten(SECOND))
    assert found == [FIRST] and said(panel) == f"Image\n{FIRST.text}\n{SECOND.text}"
    qtbot.keyClick(panel.text, Qt.Key.Key_Down)
    assert found == [FIRST, SECOND]


def test_a_new_report_has_no_sentence_chosen(qtbot, panel):
    analyse(panel)
    qtbot.keyClick(panel.text, Qt.Key.Key_Down)
    found = chosen(panel)
    analyse(panel)
    assert found == [None]


def test_a_double_click_selects_a_word_of_the_chosen_sentence(qtbot, panel):
    panel.resize(460, 600)
    analyse(panel)
    found = chosen(panel)
    click(qtbot, panel, FIRST.text)
    place = place_of(panel, "fits bacterial")
    qtbot.mouseDClick(panel.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseRelease(panel.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.text.textCursor().selectedText() == "fits" and found == [FIRST]


def test_a_drag_selects_and_chooses_nothing(qtbot, panel):
    panel.resize(460, 600)
    analyse(panel)
    found = chosen(panel)
    view, start = panel.text.viewport(), place_of(panel, FIRST.text)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(90, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(90, 0))
    assert panel.text.textCursor().hasSelection() and found == []


@pytest.mark.parametrize("way", ["key", "menu"])
def test_what_is_copied_from_the_text_is_plain(qtbot, panel, monkeypatch, way):
    analyse(panel)
    panel.text.selectAll()
    QGuiApplication.clipboard().clear()
    if way == "key":
        qtbot.keySequence(panel.text, QKeySequence.StandardKey.Copy)
    else:
        menus: list[QMenu] = []
        monkeypatch.setattr(QMenu, "popup", lambda menu, place: menus.append(menu))
        place = QPoint(9, 9)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, panel.text.mapToGlobal(place))
        QApplication.sendEvent(panel.text.viewport(), event)
        next(action for action in menus[0].actions() if action.objectName() == "edit-copy").trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == TEXT and not data.hasHtml()


def test_nothing_selected_leaves_the_clipboard_as_it_is(qtbot, panel):
    analyse(panel)
    QGuiApplication.clipboard().setText("something else")
    qtbot.keySequence(panel.text, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == "something else"


# ---- which part of the text is seen


def bar(panel: ReportPanel):
    return panel.text.verticalScrollBar()


def test_the_text_is_followed_while_it_is_written_and_read_from_its_start(qtbot, panel):
    panel.resize(300, 260)
    panel.begin()
    send_soon(qtbot, panel, *WRITING)
    assert bar(panel).value() == bar(panel).maximum() > 0
    send(panel, EVENTS[-1])
    assert bar(panel).value() == 0


def test_who_scrolled_meanwhile_stays_there(qtbot, panel):
    panel.resize(300, 260)
    panel.begin()
    send_soon(qtbot, panel, *WRITING[:-8])
    bar(panel).setValue(20)
    send_soon(qtbot, panel, *WRITING[-8:])
    assert bar(panel).value() == 20
    send(panel, EVENTS[-1])
    assert bar(panel).value() == 20


def test_who_scrolled_to_the_end_stays_there(qtbot, panel):
    panel.resize(300, 260)
    panel.begin()
    send_soon(qtbot, panel, *WRITING)
    bar(panel).setValue(20)
    bar(panel).setValue(bar(panel).maximum())
    send(panel, EVENTS[-1])
    assert bar(panel).value() == bar(panel).maximum()


def test_who_sits_at_a_sentence_stays_there(qtbot, panel):
    panel.resize(300, 260)
    panel.begin()
    send_soon(qtbot, panel, *WRITING)
    click(qtbot, panel, "The case reads as")
    before = bar(panel).value()
    send(panel, EVENTS[-1])
    assert bar(panel).value() == before > 0


def test_the_next_report_is_written_where_one_reads(qtbot, panel):
    panel.resize(300, 260)
    analyse(panel)
    bar(panel).setValue(30)
    analyse(panel)
    assert bar(panel).value() == 30


# ---- dress and language


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_text_follows_theme_and_text_size(qtbot, panel, dressed_again, name):
    dressed_again("light" if name == "dark" else "dark")
    analyse(panel)
    qtbot.keyClick(panel.text, Qt.Key.Key_Down)
    dressed_again(name, 200)
    panel.resize(460, 900)
    assert all(pixels(panel, token) for token in ("text", "warning", "muted", "marked"))
    cursor = panel.text.document().find("Image", options=panel.text.document().FindFlag.FindCaseSensitively)
    assert cursor.charFormat().font().pixelSize() == 22


def test_the_language_can_change_at_any_time(qtbot, panel, monkeypatch):
    def translated(self, text, *rest):
        return f"«{text}»"

    panel.begin()
    send(panel, *EVENTS[:-1], FAILED)
    monkeypatch.setattr(ReportPanel, "tr", translated)
    QApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
    assert panel.title.text() == "«REPORT»" and panel.chip.text() == "«failed»"
    assert visible_buttons(panel) == {"«Copy text»", "«Copy Markdown»", "«Copy details»"}
    panel.clear()
    assert "«Try the sample case»" in visible_buttons(panel)


def test_everything_has_a_name_for_a_screen_reader(panel):
    analyse(panel, *EVENTS[:10], FAILED)
    assert panel.accessibleName() == "Report" and panel.text.accessibleName() == "Text of the report"
    assert all(item.accessibleName() or item.text() for item in panel.findChildren(QPushButton))


def test_a_narrow_panel_with_large_text_is_not_widened(panel, dressed_again):
    dressed_again("dark", 200)
    analyse(panel, *EVENTS[:10], FAILED)
    assert panel.minimumSizeHint().width() <= 420


def test_the_chosen_sentence_is_where_the_cursor_is(qtbot, panel):
    analyse(panel)
    qtbot.keyClick(panel.text, Qt.Key.Key_Down)
    cursor = panel.text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    assert cursor.selectedText() == FIRST.text
