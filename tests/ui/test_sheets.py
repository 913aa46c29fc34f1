"""Sheets of values in the record panel: shown, confirmed, taken out row by row, removed."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from support.pieces import Pieces
from support.sheets import bundle, observation, pdf, xlsx

from mmdesk import resources
from mmdesk.case import Case, Input, Modality
from mmdesk.packs import manifest

RECORD = Modality.RECORD
VOCABULARY = manifest.read(resources.folder() / "packs" / "clinic").vocabulary
SHEET = (
    "Date,Test,Result,Unit,Range\n2026-01-30,CRP,96,mg/L,0-5\n2026-01-31,CRP,1.2,mg/dL,<0.5\n"
    "2026-01-31,Troponin,12,ng/L,\n2026-01-31,Albumin,<4.1,g/dL,\n"
)
LABS = Input("labs.csv", data=SHEET.encode())
NOTE = Input.from_text("58-year-old man. CRP 5 mg/L.", "note.txt")


@pytest.fixture
def desk(qtbot):
    desk = Pieces()
    for panel in desk.panels.values():
        qtbot.addWidget(panel)
    panel = desk.panels[RECORD]
    panel.set_vocabulary(VOCABULARY)
    panel.resize(360, 340)
    panel.show()
    qtbot.waitExposed(panel)
    yield desk
    desk.close()


@pytest.fixture
def panel(desk):
    return desk.panels[RECORD]


@pytest.fixture
def sheets(panel):
    return panel.pages.sheets


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.busy)


def lay(qtbot, desk, *items):
    desk.model.load(Case({RECORD: items}))
    settle(qtbot, desk)


def words(sheets):
    return [sheets.rows.words(row) for row in sheets.rows.rows]


def counting(panel):
    return {(fact.name, fact.value) for fact in panel._facts if fact.origin}


def click(qtbot, sheets, row, at=None):
    rect = sheets.list.visualRect(sheets.rows.index(row))
    place = rect.center() if at is None else rect.topLeft() + at
    qtbot.mouseClick(sheets.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_unconfirmed_values_are_shown_and_do_not_count(qtbot, desk, panel, sheets):
    lay(qtbot, desk, NOTE, LABS)
    assert sheets.isVisible() and not panel.editor.isVisible()
    assert panel.pages.sheets_chip.text() == "Imported: 4 · not confirmed"
    assert sheets.state.text() == "Not confirmed: 4 values do not count."
    assert sheets.state.property("tone") == "warning"
    assert words(sheets) == [
        ["CRP: 96 mg/L", "CRP 96 mg/L", "0–5 · 2026-01-30 · labs.csv, row 2"],
        ["CRP: 1.2 mg/dL", "CRP 12 mg/L", "≤ 0.5 · 2026-01-31 · labs.csv, row 3"],
        ["Troponin: 12 ng/L", "the pack does not know this test", "2026-01-31 · labs.csv, row 4"],
        ["Albumin: <4.1 g/dL", "it is a bound, not a value", "2026-01-31 · labs.csv, row 5"],
    ]
    assert counting(panel) == set() and panel.chip.text() == "3 facts"
    assert panel.editor.toPlainText() == "58-year-old man. CRP 5 mg/L."
    assert desk.model.inputs(RECORD) == (NOTE, LABS)


def test_confirmed_by_a_button_and_taken_back(qtbot, desk, panel, sheets):
    lay(qtbot, desk, NOTE, LABS)
    qtbot.mouseClick(sheets.confirm_button, Qt.MouseButton.LeftButton)
    assert desk.model.inputs(RECORD) == (NOTE, replace(LABS, confirmed=True))
    settle(qtbot, desk)
    assert counting(panel) == {("crp", 96.0), ("crp", 12.0)} and panel.chip.text() == "5 facts"
    assert (
        sheets.state.text() == "Confirmed: 2 of 4 values count." and sheets.state.property("tone") == "good"
    )
    assert panel.pages.sheets_chip.text() == "Imported: 4"
    assert not sheets.confirm_button.isVisible() and sheets.undo_button.hasFocus()
    qtbot.keyClick(sheets.undo_button, Qt.Key.Key_Space)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (NOTE, LABS) and counting(panel) == set()
    assert sheets.confirm_button.hasFocus() and not sheets.undo_button.isVisible()


def test_a_row_is_taken_out_by_mouse_and_by_key(qtbot, desk, panel, sheets):
    lay(qtbot, desk, replace(LABS, confirmed=True))
    box = QPoint(12, sheets.list.visualRect(sheets.rows.index(0)).height() // 2)
    click(qtbot, sheets, 1, box)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD)[0].struck == (1,) and counting(panel) == {("crp", 96.0)}
    assert words(sheets)[1][1] == "taken out: CRP 12 mg/L"
    sheets.list.setCurrentIndex(sheets.rows.index(0))
    qtbot.keyClick(sheets.list, Qt.Key.Key_Space)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD)[0].struck == (0, 1) and counting(panel) == set()
    qtbot.keyClick(sheets.list, Qt.Key.Key_Space)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD)[0].struck == (1,)
    assert sheets.list.currentIndex().row() == 0  # what is chosen stays so


def test_what_cannot_count_has_no_box_and_words_are_no_box(qtbot, desk, sheets):
    lay(qtbot, desk, LABS)
    box = QPoint(12, sheets.list.visualRect(sheets.rows.index(0)).height() // 2)
    click(qtbot, sheets, 2, box)
    click(qtbot, sheets, 0)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (LABS,)
    states = [sheets.rows.index(row).data(Qt.ItemDataRole.CheckStateRole) for row in range(4)]
    assert states == [Qt.CheckState.Checked, Qt.CheckState.Checked, None, None]


def test_a_sheet_is_removed(qtbot, desk, panel, sheets):
    other = Input("b.csv", data=b"Test,Value,Unit\nNa,138,mmol/L\n")
    lay(qtbot, desk, NOTE, LABS, other)
    assert sheets.remove_button.accessibleName() == "Remove sheet…"
    qtbot.mouseClick(sheets.remove_button, Qt.MouseButton.LeftButton)
    assert [action.text() for action in sheets.menu.actions()] == ["labs.csv", "b.csv"]
    sheets.menu.actions()[0].trigger()
    sheets.menu.close()
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (NOTE, other)
    qtbot.mouseClick(sheets.remove_button, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (NOTE,)
    assert panel.editor.isVisible() and not sheets.isVisible() and not panel.pages.sheets_chip.isVisible()


def test_typing_keeps_the_sheets_and_sheets_keep_the_text(qtbot, desk, panel):
    lay(qtbot, desk, LABS)
    panel.pages.show_text()
    qtbot.keyClicks(panel.editor, "Fever")
    panel.flush()
    settle(qtbot, desk)
    assert desk.model.inputs(RECORD) == (Input.from_text("Fever"), LABS)
    panel.editor.clear_text()
    panel.flush()
    assert desk.model.inputs(RECORD) == (LABS,)
    desk.model.set_record("Cough", "a.txt")
    assert desk.model.inputs(RECORD) == (Input.from_text("Cough", "a.txt"), LABS)
    assert panel.editor.toPlainText() == "Cough"


def test_a_typed_table_stays_a_text(qtbot, desk, panel):
    panel.editor.setPlainText("Test;Value\nCRP 96;mg/L\n")
    panel.flush()
    settle(qtbot, desk)
    assert not panel.pages.sheets_chip.isVisible() and panel.chip.text() == "1 fact"


def test_files_of_every_kind_find_their_side(qtbot, desk, panel, sheets, tmp_path):
    files = {
        "labs.csv": SHEET.encode(), "b.xlsx": xlsx([["Test", "Value"], ["Na", 138]]),
        "c.json": bundle(observation("K", "2823-3", 4.1, "mmol/L")), "d.pdf": pdf("Fever and cough."),
        "e.md": b"# Note\n\nWheezing",
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    desk.model.set_record("Headache.")
    desk.intake.take_paths([tmp_path / name for name in files])
    settle(qtbot, desk)
    items = desk.model.inputs(RECORD)
    assert [item.name for item in items] == ["typed text, d.pdf, e.md", "labs.csv", "b.xlsx", "c.json"]
    assert all(item.path is None and not item.confirmed for item in items)
    assert panel.editor.toPlainText() == "Headache.\n\nFever and cough.\n\n# Note\n\nWheezing"
    assert len(words(sheets)) == 6 and not desk.notices and desk.cards()[RECORD] == []
    sheets.confirm_asked.emit(True)
    desk.intake.take_paths([tmp_path / "labs.csv"])
    settle(qtbot, desk)
    assert len(desk.model.inputs(RECORD)) == 4  # it is there, and stays confirmed


def test_a_file_changed_on_the_disk_is_not_what_was_confirmed(qtbot, desk, panel, tmp_path):
    path = tmp_path / "labs.csv"
    path.write_bytes(SHEET.encode())
    desk.intake.take_paths([path])
    settle(qtbot, desk)
    path.write_bytes(SHEET.replace("96", "1").encode())
    panel.pages.sheets.confirm_asked.emit(True)
    settle(qtbot, desk)
    assert ("crp", 96.0) in counting(panel)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.xlsx", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "this file is damaged"),
        ("a.pdf", pdf(""), "this PDF has no text in it, it is a scan"),
        ("a.json", b'{"resourceType": "Bundle"', "this file is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_card(qtbot, desk, panel, tmp_path, name, data, problem):
    (tmp_path / name).write_bytes(data)
    desk.model.set_record("Fever")
    desk.intake.take_paths([tmp_path / name], RECORD)
    settle(qtbot, desk)
    assert panel.cards() == [f"{name}: {problem}"] and desk.model.inputs(RECORD) == (
        Input.from_text("Fever"),
    )


def test_a_case_with_a_broken_sheet_opens_with_the_rest(qtbot, desk, panel):
    lay(qtbot, desk, NOTE, Input("a.hl7", data=b"MSH|^~\\&|\r"), replace(LABS, confirmed=True))
    assert panel.cards() == ["a.hl7: this message holds no results"]
    assert desk.model.inputs(RECORD) == (NOTE, replace(LABS, confirmed=True))
    assert len(counting(panel)) == 2


def test_what_a_sentence_rests_on(qtbot, desk, panel, sheets):
    """The newest value of the sheet counts over the text, as in the report."""
    lay(qtbot, desk, NOTE, replace(LABS, confirmed=True))
    panel.pages.show_text()
    panel.mark_facts({"crp": 0.12})
    assert sheets.isVisible()
    assert [sheets.rows.share(row) for row in sheets.rows.rows] == [
        (False, 0.0), (True, 0.12), (False, 0.0), (False, 0.0),
    ]  # fmt: skip
    assert panel.editor.extraSelections() == []
    assert "moves the finding by +12 points" in sheets.rows.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    panel.mark_facts({"age": None})
    assert panel.editor.isVisible() and len(panel.editor.extraSelections()) == 1
    panel.mark_facts({})
    assert not sheets.rows.shares


def test_another_case_leaves_no_sheet(qtbot, desk, panel, sheets):
    lay(qtbot, desk, NOTE, LABS)
    desk.model.clear()
    settle(qtbot, desk)
    assert sheets.rows.rows == [] and panel.editor.isVisible() and panel.chip.text() == "empty"
    panel.editor.setPlainText("Fever")
    panel.flush()
    assert desk.model.inputs(RECORD) == (Input.from_text("Fever"),)


def test_a_screen_reader_hears_all_of_a_row(qtbot, desk, panel, sheets):
    lay(qtbot, desk, LABS)

    def spoken():
        role = Qt.ItemDataRole.AccessibleTextRole
        return [sheets.rows.index(row).data(role) for row in range(4)]

    first = "CRP: 96 mg/L, CRP 96 mg/L, 0–5 · 2026-01-30 · labs.csv, row 2"
    assert spoken()[0] == f"{first}, not confirmed"
    assert spoken()[2].endswith("row 4, does not count")
    sheets.confirm_asked.emit(True)
    settle(qtbot, desk)
    assert spoken()[0] == f"{first}, counts"
    for widget in (sheets.list, sheets.undo_button, sheets.remove_button, panel.pages.sheets_chip):
        assert widget.accessibleName()


def test_the_sides_are_reached_by_keys(qtbot, desk, panel, sheets):
    lay(qtbot, desk, NOTE, LABS)
    panel.pages.sheets_chip.setFocus()
    qtbot.keyClick(panel.pages.sheets_chip, Qt.Key.Key_Left)
    assert panel.editor.isVisible() and not sheets.isVisible()
    qtbot.keyClick(panel.pages.text_chip, Qt.Key.Key_Right)
    assert sheets.isVisible() and not panel.editor.isVisible()


@pytest.mark.parametrize("size", [(260, 240), (360, 340), (700, 500)])
def test_something_is_seen_in_any_size(qtbot, desk, panel, sheets, size):
    lay(qtbot, desk, NOTE, replace(LABS, confirmed=True))
    panel.resize(*size)
    qtbot.waitUntil(lambda: panel.size().width() >= size[0])
    panel.grab()
    row = sheets.list.visualRect(sheets.rows.index(0))
    assert sheets.list.viewport().height() >= row.height() and sheets.undo_button.isVisible()
    for button in (sheets.undo_button, sheets.remove_button):
        assert panel.rect().contains(button.mapTo(panel, button.rect().center()))


def test_five_thousand_values_do_not_stop_the_window(qtbot, desk, panel, sheets):
    rows = "".join(f"2026-01-31,CRP,{n % 90},mg/L,\n" for n in range(5000))
    lay(qtbot, desk, Input("labs.csv", data=f"Date,Test,Result,Unit,Range\n{rows}".encode(), confirmed=True))
    assert sheets.state.text() == "Confirmed: 5000 of 5000 values count."
    start = time.monotonic()
    sheets.confirm_asked.emit(False)
    QCoreApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
    assert time.monotonic() - start < 0.5
    settle(qtbot, desk)
    assert sheets.pending == 5000
