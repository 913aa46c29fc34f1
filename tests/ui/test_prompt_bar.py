"""Prompts: chips, the field for those who type, and what is said to what the pack cannot write."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from mmdesk import resources
from mmdesk.packs import manifest
from mmdesk.packs.manifest import Prompt
from mmdesk.questions import questions
from mmdesk.ui import prompt_bar, theme
from mmdesk.ui.prompt_bar import PromptBar

CLINIC = manifest.read(resources.folder() / "packs" / "clinic")
PACK = replace(CLINIC, prompts=CLINIC.prompts[:2])
PLAIN = Prompt("plain", "In plain words for the patient", ("image",), ("patient words",))
BIG = replace(PACK, name="big", prompts=(*PACK.prompts, PLAIN, Prompt("there", "Is there …?", ("image",))))


@pytest.fixture
def bar(qtbot):
    bar = PromptBar()
    qtbot.addWidget(bar)
    bar.set_pack(PACK)
    bar.resize(680, 40)
    bar.show()
    return bar


@pytest.fixture
def asked(bar):
    found: list[str] = []
    bar.asked.connect(found.append)
    return found


@pytest.fixture
def large_text(qapp):
    theme.apply(qapp, "dark", 200)
    yield
    theme.apply(qapp, "dark")


def chips(bar: PromptBar) -> list[QPushButton]:
    return bar._group.buttons()


def chip(bar: PromptBar, title: str) -> QPushButton:
    return next(chip for chip in chips(bar) if chip.text() == title)


def chosen(bar: PromptBar) -> list[str]:
    return [chip.text() for chip in chips(bar) if chip.isChecked()]


def type_(qtbot, bar: PromptBar, text: str) -> None:
    bar.field.clear()
    qtbot.keyClicks(bar.field, text)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)


def test_the_pack_says_what_can_be_asked(bar):
    assert [chip.text() for chip in chips(bar)] == ["Full report", "Impression only"]
    assert chosen(bar) == ["Full report"] and bar.prompt is None
    assert bar.field.placeholderText() == "Ask for “full report”, “impression only”"


def test_a_chip_asks_and_only_one_is_chosen(qtbot, bar, asked):
    qtbot.mouseClick(chip(bar, "Impression only"), Qt.MouseButton.LeftButton)
    assert asked == ["impression"] and bar.prompt == "impression" and chosen(bar) == ["Impression only"]
    qtbot.mouseClick(chip(bar, "Full report"), Qt.MouseButton.LeftButton)
    assert asked == ["impression", "full"] and bar.prompt is None


def test_a_chip_asks_by_key(qtbot, bar, asked):
    chip(bar, "Impression only").setFocus()
    qtbot.keyClick(chip(bar, "Impression only"), Qt.Key.Key_Space)
    assert asked == ["impression"]


@pytest.mark.parametrize("text", ["impression", "Impression only", " SUMMARY? ", "impression only."])
def test_typed_words_are_understood_as_the_pipeline_does(qtbot, bar, asked, text):
    type_(qtbot, bar, text)
    assert asked == ["impression"] and chosen(bar) == ["Impression only"]
    assert bar.field.text() == "" and not bar.answer.isVisible()


def test_what_the_pack_cannot_write_is_said_and_not_asked(qtbot, bar, asked):
    type_(qtbot, bar, "Is there a tumour?")
    assert asked == [] and chosen(bar) == ["Full report"]
    assert bar.answer.isVisible() and bar.field.text() == "Is there a tumour?"
    assert bar.field.accessibleDescription() == bar.answer.text()
    words = '"Is there a tumour?": the pack clinic was not trained to answer this.'
    assert bar.answer.text() == f'{words} Ask for "full report", "impression only".'


@pytest.mark.parametrize("way", ["typing", "chip", "pack", "case", "right words"])
def test_the_refusal_goes_with_the_next_step(qtbot, bar, way):
    type_(qtbot, bar, "why")
    assert bar.answer.isVisible()
    match way:
        case "typing":
            qtbot.keyClicks(bar.field, "?")
        case "chip":
            chip(bar, "Full report").click()
        case "pack":
            bar.set_pack(BIG)
        case "case":
            bar.prompt = None
        case "right words":
            bar.field.setText("full")
            qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert not bar.answer.isVisible() and bar.field.accessibleDescription() == ""


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_typed_is_nothing_asked(qtbot, bar, asked, text):
    type_(qtbot, bar, text)
    assert asked == [] and not bar.answer.isVisible()


def test_a_long_text_is_cut_and_no_markup(qtbot, bar):
    bar.field.setText("<b>" + "a" * 500)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.answer.text().startswith('"<b>aaa') and len(bar.answer.text()) < 150
    assert bar.answer.textFormat() == Qt.TextFormat.PlainText


def test_the_window_sets_the_prompt_without_asking(bar, asked):
    bar.prompt = "impression"
    assert chosen(bar) == ["Impression only"] and bar.prompt == "impression"
    for other in ("unknown", None, "full"):
        bar.prompt = "impression"
        bar.prompt = other
        assert chosen(bar) == ["Full report"] and bar.prompt is None
    assert asked == []


def test_another_pack_keeps_what_it_has_too(bar, asked):
    bar.set_pack(BIG)
    assert len(chips(bar)) == 4
    bar.prompt = "impression"
    bar.set_pack(PACK)
    assert bar.prompt == "impression"
    bar.set_pack(BIG)
    bar.prompt = "plain"
    bar.set_pack(PACK)
    assert bar.prompt is None and chosen(bar) == ["Full report"] and asked == []


def test_before_there_is_a_pack(qtbot):
    bar = PromptBar()
    qtbot.addWidget(bar)
    bar.prompt = "full"
    assert bar.prompt is None and bar.field.placeholderText() == ""


def test_chips_and_field_stand_side_by_side_where_they_fit(qtbot, bar):
    def below() -> bool:
        return bar.field.geometry().top() >= bar._chips.geometry().bottom()

    bar.set_pack(BIG)
    bar.resize(900, 40)
    qtbot.waitUntil(lambda: not below())
    assert bar.field.width() >= 150
    bar.resize(420, 120)
    qtbot.waitUntil(below)
    assert all(chip.geometry().right() < bar.width() for chip in chips(bar))
    assert chips(bar)[3].geometry().top() > chips(bar)[0].geometry().bottom()  # a second line
    bar.resize(900, 120)
    qtbot.waitUntil(lambda: not below())


def test_large_text_in_a_narrow_bar(qtbot, bar, large_text):
    bar.set_pack(BIG)
    bar.resize(394, 300)
    type_(qtbot, bar, "why")
    assert bar.minimumSizeHint().width() <= 394
    qtbot.waitUntil(lambda: bar._chips.geometry().bottom() < bar.field.geometry().top())
    qtbot.waitUntil(lambda: bar.field.geometry().bottom() < bar.answer.geometry().top())
    qtbot.waitUntil(lambda: chips(bar)[-1].geometry().bottom() <= bar._chips.height())


def test_everything_is_reached_by_tab_and_has_a_name(bar):
    assert bar.field.accessibleName() == "What to write"
    assert [chip.accessibleName() for chip in chips(bar)] == ["Full report", "Impression only"]
    assert all(item.focusPolicy() & Qt.FocusPolicy.TabFocus for item in (*chips(bar), bar.field))


def test_the_language_can_change_at_any_time(qtbot, bar, monkeypatch):
    type_(qtbot, bar, "why")
    monkeypatch.setattr(PromptBar, "tr", lambda self, text: f"«{text}»")
    monkeypatch.setattr(prompt_bar, "said_together", lambda text, remedy: f"«{text}» {remedy}")
    QApplication.sendEvent(bar, QEvent(QEvent.Type.LanguageChange))
    assert bar.field.placeholderText().startswith("«Ask for") and bar.answer.text().startswith('«"why"')
    assert bar.field.accessibleName() == "«What to write»" and bar.answer.isVisible()


# Questions


@pytest.fixture
def asking(qtbot, bar):
    """The bar with all prompts of the clinic pack."""
    bar.set_pack(CLINIC)
    return bar


def popup(bar: PromptBar):
    return bar.field.completer().popup()


def test_a_typed_question_is_asked_in_its_own_words(qtbot, asking, asked):
    type_(qtbot, asking, "is there a Tumour?")
    assert asked == ["is there a Tumour?"] and asking.prompt == "is there a Tumour?"
    assert chosen(asking) == ["Is there …?"] and asking.field.text() == "is there a Tumour?"
    assert not popup(asking).isVisible()


def test_the_chip_of_questions_asks_nothing_but_opens_the_field(qtbot, asking, asked):
    chip(asking, "Impression only").click()
    chip(asking, "Is there …?").click()
    assert asked == ["impression"] and asking.prompt == "impression"
    assert chosen(asking) == ["Impression only"]
    assert asking.field.text() == "Is there " and asking.field.hasFocus()
    qtbot.waitUntil(lambda: popup(asking).isVisible())
    offered = [popup(asking).model().index(n, 0).data() for n in range(popup(asking).model().rowCount())]
    assert offered == questions(CLINIC) and "Is there pneumonia?" in offered


def test_an_offered_question_is_asked_once(qtbot, asking, asked):
    asking.field.setFocus()
    qtbot.keyClicks(asking.field, "pituit")
    qtbot.waitUntil(lambda: popup(asking).isVisible())
    qtbot.keyClick(popup(asking), Qt.Key.Key_Down)
    qtbot.keyClick(popup(asking), Qt.Key.Key_Return)
    assert asked == ["Is there pituitary tumour?"] == [asking.field.text()]


def test_a_chip_takes_the_question_away(qtbot, asking, asked):
    type_(qtbot, asking, "any fever")
    chip(asking, "What changed?").click()
    assert asked == ["any fever", "change"] and asking.field.text() == "" and asking.prompt == "change"


def test_a_question_with_a_word_too_many_is_refused(qtbot, asking, asked):
    type_(qtbot, asking, "is there severe pneumonia?")
    assert asked == [] and chosen(asking) == ["Full report"]
    assert "“severe”" in asking.answer.text() and "Ask about pneumonia, tumour" in asking.answer.text()


def test_the_question_of_a_case_that_is_opened_is_shown(asking, asked):
    asking.prompt = "Is there a murmur?"
    assert chosen(asking) == ["Is there …?"] and asking.field.text() == "Is there a murmur?"
    asking.set_pack(PACK)
    assert asking.prompt is None and chosen(asking) == ["Full report"] and asking.field.text() == ""
    assert asked == []


def test_all_chips_fit_a_narrow_bar_with_large_text(qtbot, asking, large_text):
    asking.resize(394, 400)
    qtbot.waitUntil(lambda: chips(asking)[-1].geometry().bottom() <= asking._chips.height())
    assert all(one.geometry().right() < asking.width() for one in chips(asking))
    assert asking.field.placeholderText() == "Ask, such as “Is there pneumonia?”"
