"""Names, dates and numbers in the record: marked, counted, masked at a click."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QMenu

from mmdesk.case import Case, Input, Modality
from mmdesk.media.identifiers import Kind
from mmdesk.media.text import MAX_CHARACTERS
from mmdesk.ui import private_line, theme
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.record_panel import RecordPanel

TEXT = "🫀 Patient: Jane Quillfeather, MRN 123456, seen on 3 March 2021.\n4-year-old girl, CRP 96 mg/L."
MASKED = "🫀 Patient: [name], MRN [number], seen on [date].\n4-year-old girl, CRP 96 mg/L."


@pytest.fixture
def model():
    return CaseModel()


@pytest.fixture
def panel(qtbot, model):
    background = Background()
    panel = RecordPanel(model, background)
    qtbot.addWidget(panel)
    panel.resize(420, 320)
    panel.show()
    yield panel
    panel.flush()  # its timer would run out in the next test
    background.close()


def shown(panel: RecordPanel) -> str:
    return panel.private.words.text() if panel.private.isVisible() else ""


def marked(panel: RecordPanel) -> list[str]:
    return [selection.cursor.selectedText() for selection in panel.editor.extraSelections()]


def write(qtbot, panel: RecordPanel, text: str, line: str) -> None:
    panel.editor.setPlainText(text)
    panel.flush()
    qtbot.waitUntil(lambda: shown(panel) == line)


def test_what_tells_of_a_person_is_marked_and_counted(qtbot, panel):
    assert shown(panel) == ""
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    assert marked(panel) == ["Jane Quillfeather", "123456", "3 March 2021"]
    assert "names: 1, dates: 1, numbers: 1." in panel.private.mask_button.toolTip()
    assert "not all" in panel.private.mask_button.toolTip()
    write(qtbot, panel, "MRN 123456", "1 name, date or number")
    write(qtbot, panel, "4-year-old girl, CRP 96 mg/L.", "")
    assert marked(panel) == []


def test_marks_are_no_evidence(qtbot, panel):
    """Another line as well as another colour, in both themes."""
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    forms = {}
    for tokens in (theme.LIGHT, theme.DARK):
        theme._active = tokens
        QCoreApplication.sendEvent(panel, QEvent(QEvent.Type.StyleChange))
        selection = panel.editor.extraSelections()[0]
        form = selection.format
        assert form.underlineStyle() == QTextCharFormat.UnderlineStyle.DashUnderline
        forms[tokens] = form.underlineColor().name()
    assert forms == {tokens: tokens.warning.lower() for tokens in (theme.LIGHT, theme.DARK)}


def test_mask_and_one_step_back(qtbot, panel, model):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    qtbot.mouseClick(panel.private.mask_button, Qt.MouseButton.LeftButton)
    assert panel.editor.toPlainText() == MASKED
    qtbot.waitUntil(lambda: shown(panel).startswith("Masked. Not all may be found"))
    assert model.inputs(Modality.RECORD)[0].data == MASKED.encode() and marked(panel) == []
    assert not panel.private.mask_button.isVisible()
    qtbot.keyClick(panel.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.editor.toPlainText() == TEXT
    qtbot.waitUntil(lambda: shown(panel) == "3 names, dates or numbers")
    assert marked(panel) == ["Jane Quillfeather", "123456", "3 March 2021"]


def test_another_case_is_not_called_masked(qtbot, panel, model):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    panel.private.mask_button.click()
    qtbot.waitUntil(lambda: shown(panel).startswith("Masked."))
    model.load(Case({Modality.RECORD: (Input.from_text("Cough and fever."),)}))
    assert shown(panel) == ""


def menu_at(panel: RecordPanel, character: int) -> list[QAction]:
    """The actions of the context menu, opened by its key at a place of the text."""
    cursor = QTextCursor(panel.editor.document())
    cursor.setPosition(character)
    panel.editor.setTextCursor(cursor)
    corner = QPoint(1, 1)
    by_key = QContextMenuEvent.Reason.Keyboard
    panel.editor.contextMenuEvent(QContextMenuEvent(by_key, corner, panel.editor.mapToGlobal(corner)))
    [menu] = panel.editor.findChildren(QMenu)
    actions = menu.actions()
    menu.close()
    return actions


def test_one_alone_by_the_context_menu(qtbot, panel):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    place = TEXT.index("123456") + 1  # the heart takes two
    actions = menu_at(panel, place + 2)
    assert actions[0].text() == "Mask “123456”"
    actions[0].trigger()
    assert panel.editor.toPlainText() == TEXT.replace("123456", "[number]")
    qtbot.waitUntil(lambda: shown(panel) == "2 names, dates or numbers")
    panel.editor.undo()
    assert panel.editor.toPlainText() == TEXT


def test_the_context_menu_elsewhere(qtbot, panel):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    assert not any("Mask" in action.text() for action in menu_at(panel, len(TEXT)))


def test_next_goes_round(qtbot, panel):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    chosen = []
    for _ in range(4):
        panel.private.next_button.click()
        chosen.append(panel.editor.textCursor().selectedText())
    assert chosen == ["Jane Quillfeather", "123456", "3 March 2021", "Jane Quillfeather"]


def test_while_the_text_is_another_nothing_is_masked(qtbot, panel):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    panel.editor.moveCursor(QTextCursor.MoveOperation.Start)
    panel.editor.insertPlainText("Dr. Brown. ")
    assert not panel.private.mask_button.isEnabled() and not panel.private.next_button.isEnabled()
    assert marked(panel) == ["Jane Quillfeather", "123456", "3 March 2021"]  # they go with the text
    panel.flush()
    qtbot.waitUntil(lambda: shown(panel) == "4 names, dates or numbers")
    assert panel.private.mask_button.isEnabled()


def test_marks_of_both_kinds_stand_side_by_side(qtbot, panel):
    write(qtbot, panel, TEXT, "3 names, dates or numbers")
    panel.editor.mark({(TEXT.index("CRP"), TEXT.index("CRP") + 3): 1.0})
    assert marked(panel) == ["Jane Quillfeather", "123456", "3 March 2021", "CRP"]


def test_a_mask_that_does_not_fit(qtbot, panel):
    text = "MRN 123\n" * 9
    text += ("x" * 99 + "\n") * (MAX_CHARACTERS // 100)
    text = text[:MAX_CHARACTERS]
    write(qtbot, panel, text, "9 names, dates or numbers")
    panel.private.mask_button.click()
    assert panel.editor.toPlainText() == text and "longer than" in panel.cards()[0]


def test_a_long_record_does_not_block(qtbot, panel):
    """It is looked at in the background; what is left for the window is to mark it."""
    write(qtbot, panel, (TEXT + "\n" + "Cough and fever. " * 60 + "\n") * 180, "540 names, dates or numbers")
    start = time.process_time()
    panel.private._show(panel.private._found)
    assert time.process_time() - start < 0.5 and len(marked(panel)) == 500
    panel.private.mask_button.click()
    assert "Quillfeather" not in panel.editor.toPlainText()


def test_every_kind_has_a_word() -> None:
    assert tuple(private_line.KINDS) == tuple(map(str, Kind))
