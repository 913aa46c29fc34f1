import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, Qt, QUrl
from PySide6.QtGui import QImage, QTextCursor

from mmdesk import resources
from mmdesk.case import Case, Input, Modality
from mmdesk.events import Encoded, Failed, InputFailed, OutOfDistribution
from mmdesk.media.text import MAX_CHARACTERS
from mmdesk.packs import manifest
from mmdesk.ui import theme
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.fact_table import FACT, FLAG, LABEL, RANGE, UNIT, VALUE, range_text
from mmdesk.ui.record_panel import RecordPanel

RECORD = Modality.RECORD
SAMPLE = resources.folder() / "samples" / "sample" / "record.txt"
VOCABULARY = manifest.read(resources.folder() / "packs" / "clinic").vocabulary
TOO_LONG = "the record is longer than 200,000 characters"


@pytest.fixture
def model():
    return CaseModel()


@pytest.fixture
def panel(qtbot, model):
    background = Background()
    panel = RecordPanel(model, background)
    qtbot.addWidget(panel)
    panel.set_vocabulary(VOCABULARY)
    panel.resize(360, 320)
    panel.show()
    yield panel
    background.close()


def held(model: CaseModel) -> str:
    return "\n---\n".join((item.data or b"not read yet").decode() for item in model.inputs(RECORD))


def figures(panel: RecordPanel) -> list[tuple[str, ...]]:
    items = panel.facts.table.items
    return [
        tuple(items.item(row, column).text() for column in (LABEL, VALUE, UNIT, RANGE, FLAG))
        for row in range(items.rowCount())
    ]


def statements(panel: RecordPanel) -> list[str]:
    items = panel.facts.statements.items
    return [items.item(row).text() for row in range(items.rowCount())]


def show(qtbot, panel: RecordPanel, text: str, facts: int) -> None:
    panel.editor.setPlainText(text)
    panel.flush()
    qtbot.waitUntil(lambda: len(panel.facts.facts) == facts)


def marked(panel: RecordPanel) -> list[str]:
    return [selection.cursor.selectedText() for selection in panel.editor.extraSelections()]


def ground(panel: RecordPanel):
    selection = panel.editor.extraSelections()[0]
    return selection.format.background().color()


def test_facts_follow_what_is_typed(qtbot, panel, model):
    assert panel.chip.text() == "empty" and not panel.facts.isVisible()
    qtbot.keyClicks(
        panel.editor, "4-year-old boy. Fever. Denies chest pain. Temp 38.9 C, CRP 96 mg/L, WBC 5.6"
    )
    assert held(model) == ""  # not before a pause
    qtbot.waitUntil(lambda: panel.chip.text() == "7 facts")
    assert held(model) == panel.editor.toPlainText()
    assert model.inputs(RECORD)[0].name == "typed text"
    assert figures(panel) == [
        ("Temperature", "38.9", "°C", "36–37.4", "high"),
        ("CRP", "96", "mg/L", "≤ 5", "high"),
        ("White cells", "5.6", "10⁹/L", "5.5–15.5", "in range"),
    ]
    assert statements(panel) == ["age: 4 years", "sex: male", "fever: reported", "chest pain: denied"]
    assert panel.facts.isVisible()


def test_a_late_answer_is_dropped(qtbot, panel, monkeypatch):
    shown = []
    monkeypatch.setattr(panel, "_show_chip", lambda: shown.append(len(panel.facts.facts)))
    panel.editor.setPlainText("Fever. CRP 96 mg/L. " * 2000)
    panel.flush()
    show(qtbot, panel, "Cough.", 1)
    assert statements(panel) == ["cough: reported"] and max(shown) == 1


def test_flush_takes_the_text_at_once(panel, model):
    panel.editor.setPlainText("Fever")
    panel.flush()
    assert held(model) == "Fever"
    panel.editor.setPlainText("Fever and cough")
    model.typing_ended.emit()
    assert held(model) == "Fever and cough"


def test_the_shortest_range():
    assert [range_text(limits) for limits in ((1, 2.5), (None, 5), (95, None), None)] == [
        "1–2.5", "≤ 5", "≥ 95", "",
    ]  # fmt: skip


@pytest.mark.parametrize("before", ["", "😀 ", "🫀🩻\n\n𝔉 "])
def test_a_chosen_fact_selects_its_words(qtbot, panel, before):
    show(qtbot, panel, f"{before}Fever. Temp 38.9 C, CRP 96 mg/L.", 3)
    panel.facts.table.selectRow(0)
    assert panel.editor.textCursor().selectedText() == "Temp 38.9 C"
    qtbot.keyClick(panel.facts.table, Qt.Key.Key_Down)
    assert panel.editor.textCursor().selectedText() == "CRP 96 mg/L"
    statements = panel.facts.statements
    place = statements.visualRect(statements.items.index(0, 0)).center()
    qtbot.mouseClick(statements.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.editor.textCursor().selectedText() == "Fever"
    panel.editor.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.mouseClick(statements.viewport(), Qt.MouseButton.LeftButton, pos=place)  # though it is chosen
    assert panel.editor.textCursor().selectedText() == "Fever"


def test_a_chosen_fact_scrolls_into_view(qtbot, panel):
    show(qtbot, panel, "Well.\n" * 300 + "CRP 96 mg/L\n" + "Well.\n" * 300, 1)
    panel.facts.table.selectRow(0)
    bar = panel.editor.verticalScrollBar()
    assert bar.value() <= 300 < bar.value() + bar.pageStep()


def test_facts_of_an_older_text_select_nothing(qtbot, panel):
    show(qtbot, panel, "CRP 96 mg/L", 1)
    panel.editor.setPlainText("The patient is well today.")
    panel.facts.table.selectRow(0)
    assert panel.editor.textCursor().selectedText() == ""


def test_the_words_a_sentence_rests_on_are_marked(qtbot, panel):
    show(qtbot, panel, "🫀 Fever. CRP 12 mg/L, then CRP 96 mg/L.", 3)
    panel.mark_facts(dict.fromkeys(("crp", "fever", "albumin")))
    assert marked(panel) == ["CRP 96 mg/L", "Fever"]  # of two the last counts, as in the report
    before = ground(panel)
    theme._active = theme.LIGHT
    QCoreApplication.sendEvent(panel, QEvent(QEvent.Type.StyleChange))
    theme._active = theme.DARK
    assert ground(panel) != before
    panel.mark_facts({})
    assert marked(panel) == []


def test_what_adds_more_is_marked_more_strongly(qtbot, panel):
    """And with its points, so that colour is not the only sign; what adds next to nothing is not marked."""
    show(qtbot, panel, "Fever. Cough. CRP 96 mg/L. White cells 17.8.", 4)
    panel.mark_facts({"crp": 0.12, "white_cells": -0.06, "fever": 0.001})
    assert sorted(marked(panel)) == ["CRP 96 mg/L", "White cells 17.8"]
    alphas = [s.format.background().color().alphaF() for s in panel.editor.extraSelections()]
    assert alphas[0] == pytest.approx(2 * alphas[1], abs=0.01)
    table = panel.facts.table
    told = {table.items.item(row).data(FACT).name: table.items.item(row).toolTip() for row in range(2)}
    assert told == {"crp": "moves the finding by +12 points", "white_cells": "moves the finding by −6 points"}
    panel.mark_facts({})
    assert not any(table.items.item(row).toolTip() for row in range(2))


def test_marks_leave_the_cursor_and_scroll(qtbot, panel):
    show(qtbot, panel, "Well.\n" * 300 + "CRP 96 mg/L", 1)
    panel.mark_facts({"crp": None})
    assert panel.editor.textCursor().position() == 0
    assert panel.editor.verticalScrollBar().value() > 200
    panel.editor.verticalScrollBar().setValue(0)
    qtbot.keyClicks(panel.editor, "Fever. ")
    qtbot.waitUntil(lambda: len(panel.facts.facts) == 2)
    assert marked(panel) == ["CRP 96 mg/L"]
    assert panel.editor.verticalScrollBar().value() == 0  # while one types, nothing scrolls away


def test_a_file_of_the_case_becomes_its_text(qtbot, panel, model):
    model.load(Case({RECORD: (Input.from_path(SAMPLE),)}))
    qtbot.waitUntil(lambda: panel.chip.text() == "13 facts")
    assert panel.editor.toPlainText() == SAMPLE.read_text()
    assert model.inputs(RECORD) == (Input.from_text(SAMPLE.read_text(), "record.txt"),)
    assert not panel.editor.isReadOnly()
    panel.editor.undo()  # an opened case has nothing before it
    assert panel.editor.toPlainText() == SAMPLE.read_text()


def test_a_file_that_is_read_late_leaves_the_analysis_alone(qtbot, panel, model):
    model.load(Case({RECORD: (Input.from_path(SAMPLE),)}))
    assert panel.chip.text() == "working…" and panel.editor.isReadOnly()
    panel.begin()
    panel.show_event(Encoded(RECORD, ("record.txt",), None, 12.4, False))
    qtbot.waitUntil(lambda: panel.chip.text() == "13 facts · 12 ms")


def test_several_records_become_one(qtbot, panel, model, tmp_path):
    (tmp_path / "b.txt").write_bytes("Größe 1,80 m\r\nCRP 9".encode("utf-16"))
    model.load(Case({RECORD: (Input.from_text("Fever", "a.txt"), Input.from_path(tmp_path / "b.txt"))}))
    qtbot.waitUntil(lambda: held(model) == "Fever\n\nGröße 1,80 m\nCRP 9")
    assert model.inputs(RECORD)[0].name == "a.txt, b.txt"


def test_bytes_in_another_encoding_become_text(panel, model):
    model.set_inputs(RECORD, (Input("a.txt", data="Fieber 39 °C".encode("latin-1")),))
    assert panel.editor.toPlainText() == "Fieber 39 °C"
    assert held(model) == "Fieber 39 °C"


def test_a_record_that_cannot_be_read_is_a_card(qtbot, panel, model, tmp_path):
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 9)
    model.load(Case({RECORD: (Input.from_path(tmp_path / "x.bin"), Input.from_path(tmp_path / "gone.txt"))}))
    qtbot.waitUntil(lambda: panel.chip.text() == "problem")
    assert panel.cards() == [
        "x.bin: this is of a kind that mmdesk does not know",
        "gone.txt: there is no such file",
    ]
    assert model.inputs(RECORD) == () and not panel.editor.isReadOnly()
    qtbot.keyClicks(panel.editor, "Fever")
    qtbot.waitUntil(lambda: panel.chip.text() == "1 fact")


def test_a_change_from_elsewhere_keeps_the_cursor(qtbot, panel, model):
    show(qtbot, panel, "Fever. CRP 96 mg/L", 2)
    panel.editor.moveCursor(QTextCursor.MoveOperation.WordRight)
    place = panel.editor.textCursor().position()
    model.set_record("Fever. CRP 96 mg/L", "notes.txt")
    assert panel.editor.textCursor().position() == place
    model.set_record("Fever. CRP 96 mg/L\n\nCough", "notes.txt")
    assert panel.editor.textCursor().position() == place
    assert panel.editor.toPlainText().endswith("\n\nCough")
    panel.editor.undo()
    assert panel.editor.toPlainText() == "Fever. CRP 96 mg/L"


def test_a_no_break_space_is_no_other_text(qtbot, panel, model):
    model.set_inputs(RECORD, (Input.from_text("CRP\u00a096 mg/L"),))
    panel.editor.moveCursor(QTextCursor.MoveOperation.Right)
    model.set_inputs(RECORD, (Input.from_text("CRP\u00a096 mg/L", "other name"),))
    assert panel.editor.textCursor().position() == 1
    assert held(model) == "CRP\u00a096 mg/L"


def test_blank_lines_stay_while_one_types(qtbot, panel, model):
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return)
    panel.flush()
    assert panel.editor.toPlainText() == "\n" and model.inputs(RECORD) == ()


def test_another_case_leaves_nothing_of_the_last_one(qtbot, panel, model):
    show(qtbot, panel, "Fever", 1)
    panel.editor.insertPlainText("Not yet taken")
    panel.show_card("A problem")
    panel.mark_facts({"fever": None})
    model.load(Case({}))
    panel.clear()
    assert not panel._quiet.isActive()  # or it would empty a record that is still being read
    assert panel.editor.toPlainText() == "" and panel.cards() == [] and panel.chip.text() == "empty"
    panel.editor.undo()
    assert panel.editor.toPlainText() == "" and model.inputs(RECORD) == () and not panel.facts.facts
    model.load(Case({RECORD: (Input.from_text("Cough"),)}))
    panel.editor.undo()
    assert panel.editor.toPlainText() == "Cough"


def test_clear_can_be_undone(qtbot, panel, model):
    assert not panel.clear_button.isEnabled()
    show(qtbot, panel, "Fever", 1)
    qtbot.mouseClick(panel.clear_button, Qt.MouseButton.LeftButton)
    panel.flush()
    assert model.inputs(RECORD) == () and panel.chip.text() == "empty"
    qtbot.keyClick(panel.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    panel.flush()
    assert held(model) == "Fever"


def test_too_much_is_refused_and_the_text_stays(qtbot, panel, model):
    full = "🫀" + "a" * 97 + "\n" + ("a" * 99 + "\n") * (MAX_CHARACTERS // 100 - 1)
    panel.editor.setPlainText(full)
    mime = QMimeData()
    mime.setText("bb")
    panel.editor.insertFromMimeData(mime)
    assert panel.editor.toPlainText() == full
    assert panel.cards() == [f"typed text: {TOO_LONG}"]
    panel.clear_cards()
    qtbot.keyClick(panel.editor, "c")  # the last that fits, a heart is one character
    assert panel.cards() == []
    qtbot.keyClick(panel.editor, "d")
    qtbot.keyClick(panel.editor, Qt.Key.Key_Return)
    assert panel.editor.toPlainText() == "c" + full
    assert panel.cards() == [f"typed text: {TOO_LONG}"]
    qtbot.keyClick(panel.editor, Qt.Key.Key_Delete)
    assert panel.editor.toPlainText() == "c" + full[1:]
    panel.editor.selectAll()
    panel.editor.insertFromMimeData(mime)
    assert panel.editor.toPlainText() == "bb"
    panel.flush()
    model.set_inputs(RECORD, (Input.from_text("e" * (MAX_CHARACTERS + 1), "long.txt"),))
    assert panel.editor.toPlainText() == held(model) == "bb"
    assert panel.cards()[-1] == f"long.txt: {TOO_LONG}"


def test_files_and_pictures_are_pasted_by_the_window(qtbot, panel, tmp_path):
    files, picture, text = QMimeData(), QMimeData(), QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    picture.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    text.setText("Fever")
    text.setHtml("<b>Fever</b>")
    for mime in (files, picture):
        assert panel.editor.canInsertFromMimeData(mime)
        with qtbot.waitSignal(panel.paste_asked):
            panel.editor.insertFromMimeData(mime)
        assert panel.editor.toPlainText() == ""
    assert not panel.editor.acceptDrops()
    with qtbot.assertNotEmitted(panel.paste_asked):
        panel.editor.insertFromMimeData(text)
    assert panel.editor.toPlainText() == "Fever"


def test_chip_and_cards_of_an_analysis(qtbot, panel):
    panel.begin()
    assert panel.chip.text() == "empty"
    show(qtbot, panel, "Fever. Cough.", 2)
    panel.begin()
    assert panel.chip.text() == "working…"
    panel.show_event(Encoded(Modality.IMAGE, ("a.png",), "chest_radiograph", 40.0, False))
    assert panel.chip.text() == "working…"
    panel.show_event(Encoded(RECORD, ("typed text",), None, 12.4, False))
    assert panel.chip.text() == "2 facts · 12 ms"
    panel.show_event(Encoded(RECORD, ("typed text",), None, 0.1, True))
    assert panel.chip.text() == "2 facts · reused"
    show(qtbot, panel, "Fever.", 1)
    assert panel.chip.text() == "1 fact"
    panel.show_event(InputFailed(RECORD, "typed text", "the record is empty", "Type a record."))
    assert panel.chip.text() == "problem" and panel.cards() == ["typed text: the record is empty"]
    panel.show_event(OutOfDistribution(RECORD, "typed text", "it states nothing the model knows"))
    assert len(panel.cards()) == 2 and panel.chip.text() == "1 fact"
    panel.begin()
    assert panel.cards() == [] and panel.chip.text() == "working…"
    panel.show_event(Failed(None, "The engine ended", "Analyse again."))
    assert panel.chip.text() == "1 fact"


def test_actions_ask_the_window(qtbot, panel):
    for button, signal in ((panel.paste_button, panel.paste_asked), (panel.open_button, panel.browse_asked)):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_a_screen_reader_says(qtbot, panel):
    show(qtbot, panel, "4-year-old. Temp 38.9 C", 2)
    index = panel.facts.table.items.index(0, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "temperature 38.9 °C, high, 36–37.4"
    for widget in (panel.editor, panel.facts.table, panel.facts.statements, panel.clear_button):
        assert widget.accessibleName()


def test_the_notice_about_english(panel):
    assert not panel.notice.isVisible()
    panel.set_english_notice(True)
    assert panel.notice.isVisible() and "English only" in panel.notice.text()


def test_so_many_figures_that_only_the_last_are_shown(qtbot, panel):
    show(qtbot, panel, "CRP 96 mg/L\n" * 510, 510)
    assert len(figures(panel)) == 500
    assert panel.facts.cut.isVisible() and panel.facts.cut.text() == "The last 500 of 510 figures are shown."


@pytest.mark.parametrize("name", ["dark", "light"])
def test_high_is_said_by_a_sign_too(qtbot, panel, qapp, name):
    panel.resize(400, 700)
    show(qtbot, panel, SAMPLE.read_text(), 13)
    table = panel.facts.table

    def colours() -> set[str]:
        cell, picture = table.visualRect(table.items.index(0, FLAG)), table.viewport().grab().toImage()
        places = [(cell.x() + x, cell.y() + y) for x in range(12) for y in range(cell.height())]
        return {picture.pixelColor(x, y).name() for x, y in places}

    theme.apply(qapp, name)
    try:
        qtbot.waitUntil(lambda: theme.color("warning").name() in colours())
    finally:
        theme.apply(qapp, "dark")
