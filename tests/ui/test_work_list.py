from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from support.scripted_run import CASE, finding, row

from mmdesk.batch.events import Listed, Row, State
from mmdesk.ui.readings import NAME, STATE, WORST, Entry, Reading, key
from mmdesk.ui.work_list import WorkList
from mmdesk.ui.work_panel import WorkPanel
from mmdesk.ui.work_rows import WorkRows

Role = Qt.ItemDataRole
ROWS = (
    row("clear", chest_normal=0.95, pneumonia=0.01),
    row("likely", pneumonia=0.7, murmur=0.02),
    row("broken", State.FAILED, "scan.png: the file ends before the picture does"),
    row("open", pneumonia=0.4, murmur=0.15),
    row("sure", State.PARTLY, "heart.wav: this is empty", pneumonia=0.3, murmur=0.97),
)


FINDINGS = {name: finding(name, 0.5) for name in ("chest_normal", "pneumonia", "murmur")}


def entries(*rows: Row, waiting: Sequence[str] = ()) -> list[Entry]:
    """In the order in which they are given, then those that nobody read."""
    made = [Entry(Listed(one.name, CASE), Reading.of(one)) for one in rows]
    return made + [Entry(Listed(name, CASE)) for name in waiting]


def names(rows: WorkList) -> list[str]:
    return [rows.entry(place).name for place in range(rows.rowCount())]


@pytest.fixture
def rows(qapp) -> WorkList:
    made = WorkList()
    made.findings = FINDINGS
    made.show(entries(*ROWS, waiting=["new"]))
    return made


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (NAME, ["clear", "likely", "broken", "open", "sure", "new"]),
        (STATE, ["broken", "sure", "new", "clear", "likely", "open"]),
        (WORST, ["sure", "likely", "open", "broken", "new", "clear"]),
        ("pneumonia", ["likely", "open", "sure", "clear", "broken", "new"]),
        ("murmur", ["sure", "open", "likely", "clear", "broken", "new"]),
    ],
)
def test_orders(rows: WorkList, order: str, expected: list[str]) -> None:
    rows.order = order
    rows.arrange()
    assert names(rows) == expected
    assert [rows.row_of(name) for name in expected] == list(range(6))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["clear", "likely", "broken", "open", "sure", "new"]),
        ("LEA", ["clear"]),
        ("  fail ", ["broken"]),
        ("waiting", ["new"]),
        ("partly", ["sure"]),
        ("pneumonia", ["likely", "open", "sure"]),
        ("nothing of it", []),
    ],
)
def test_filter(rows: WorkList, text: str, expected: list[str]) -> None:
    """By what a row shows: a finding that is absent is not shown."""
    rows.filter = text
    rows.arrange()
    assert names(rows) == expected
    assert rows.row_of("new") == (len(expected) - 1 if "new" in expected else -1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clear", ("clear", "", "Chest normal", "", "95%", "good")),
        ("likely", ("likely", "", "Pneumonia", "", "70%", "accent")),
        ("open", ("open", "", "Pneumonia", "not sure", "40%", "warning")),
        ("sure", ("sure", "partly read", "Murmur +1", "", "97%", "accent")),
        ("broken", ("broken", "failed", ROWS[2].problem, "", "", "muted")),
        ("new", ("new", "", "waiting", "", "", "muted")),
    ],
)
def test_words(rows: WorkList, name: str, expected: tuple[str, ...]) -> None:
    said = rows.said(rows.find(name))
    assert (said.name, said.state, said.words, said.status, said.figure, said.tone) == expected
    spoken = rows.index(rows.row_of(name)).data(Role.AccessibleTextRole)
    assert spoken == ", ".join(filter(None, expected[:5]))


def test_sorted_by_a_finding_rows_say_that_one(rows: WorkList) -> None:
    rows.order = "murmur"
    assert [rows.said(rows.find(name)).figure for name in ("sure", "likely", "open")] == ["97%", "2%", "15%"]
    assert rows.said(rows.find("likely")).status == "absent"
    assert rows.said(rows.find("clear")).words == "Chest normal"  # it was not scored there


def test_a_case_that_is_read_now_says_so(rows: WorkList) -> None:
    rows.set_reading("likely")
    assert rows.said(rows.find("likely")).spoken == "likely, reading…"
    rows.set_reading("")
    assert rows.said(rows.find("likely")).spoken == "likely, Pneumonia, 70%"


def test_tooltips_say_all(rows: WorkList) -> None:
    tip = rows.index(rows.row_of("sure")).data(Role.ToolTipRole)
    assert tip == "sure\npartly read\nheart.wav: this is empty\nMurmur 97%, present\nPneumonia 30%, not sure"
    assert rows.index(rows.row_of("new")).data(Role.ToolTipRole) == "new\nwaiting"


def test_nothing_present_and_nothing_scored(qapp) -> None:
    rows = WorkList()
    rows.findings = FINDINGS
    rows.show(entries(row("a", pneumonia=0.05), row("b")))
    assert [rows.said(rows.entry(place)).words for place in (0, 1)] == [
        "nothing present",
        "no finding scored",
    ]


def test_what_comes_is_shown_where_the_row_stands(rows: WorkList, qtbot) -> None:
    rows.order = WORST
    rows.arrange()
    before = names(rows)
    with qtbot.waitSignal(rows.dataChanged), qtbot.assertNotEmitted(rows.modelReset):
        rows.take({"new": Reading.of(row("new", murmur=0.99)), "of another list": Reading.of(row("x"))})
        rows.take({"clear": Reading.of(row("clear", finding_of_another_pack=0.9))})
    assert names(rows) == before and rows.said(rows.find("new")).figure == "99%"
    assert rows.said(rows.find("clear")).words == "Chest normal"
    rows.arrange()
    assert names(rows)[0] == "new"


def test_rows_that_stay_are_not_laid_anew(rows: WorkList, qtbot) -> None:
    with qtbot.assertNotEmitted(rows.modelReset):
        rows.arrange()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.none(), st.just("failed"), st.floats(0, 1)), max_size=20),
    st.sampled_from([STATE, WORST, "pneumonia"]),
)
def test_every_case_is_shown_once_in_its_order(qapp, scores: list[float | str | None], order: str) -> None:
    made = []
    for place, score in enumerate(scores):
        read = row(str(place), State.FAILED) if score == "failed" else row(str(place), pneumonia=score)
        made.append(Entry(Listed(str(place), CASE), None if score is None else Reading.of(read)))
    rows = WorkList()
    rows.show(made)
    rows.order = order
    rows.arrange()
    assert sorted(rows.shown) == list(range(len(scores)))
    keys = [(*key(made[place], order), place) for place in rows.shown]
    assert keys == sorted(keys)


# ---- as it is seen


@pytest.fixture
def view(qtbot) -> WorkRows:
    made = WorkRows()
    qtbot.addWidget(made)
    made.resize(280, 200)
    made.rows.findings = FINDINGS
    made.rows.show(entries(*ROWS, waiting=[f"new {n}" for n in range(40)]))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_click_and_enter_choose(view: WorkRows, qtbot) -> None:
    chosen: list[str] = []
    view.chosen.connect(chosen.append)
    place = view.visualRect(view.rows.index(1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert chosen == ["likely"]  # going over them chooses none
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen == ["likely", "broken"]


def test_beside(view: WorkRows) -> None:
    assert (view.beside("", 1), view.beside("", -1)) == ("clear", "new 39")
    assert (view.beside("likely", 1), view.beside("likely", -1)) == ("broken", "clear")
    view.rows.order = WORST
    view.rows.arrange()
    assert (view.beside("likely", 1), view.beside("likely", -1)) == ("open", "sure")
    assert view.beside("clear", 1) == ""
    view.rows.filter = "new 1"
    view.rows.arrange()
    assert view.beside("clear", 1) == "new 1"  # which is not shown


def test_keys_and_scrolling_stay_when_rows_move(view: WorkRows) -> None:
    view.setCurrentIndex(view.rows.index(view.rows.row_of("new 20")))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = bar.value()
    view.rows.order = WORST
    view.rows.arrange()
    assert view.rows.entry(view.currentIndex().row()).name == "new 20"
    assert bar.value() == place > 0


def test_no_row_is_a_widget(view: WorkRows) -> None:
    before = len(view.findChildren(QWidget))
    view.rows.show(entries(waiting=[f"case {n}" for n in range(10_000)]))
    view.rows.filter = "9"
    view.rows.arrange()
    assert view.rows.rowCount() == 3439
    view.scrollToBottom()
    assert view.indexAt(QPoint(20, 100)).row() > 3400
    assert not view.grab().isNull() and len(view.findChildren(QWidget)) == before


# ---- the panel


@pytest.fixture
def panel(qtbot) -> WorkPanel:
    made = WorkPanel()
    qtbot.addWidget(made)
    made.set_findings(FINDINGS)
    made.show_cases(entries(*ROWS, waiting=["new"]))
    made.show()
    return made


def test_typing_filters(panel: WorkPanel, qtbot) -> None:
    assert panel.chip.text() == "6"
    qtbot.keyClicks(panel.field, "pneu")
    qtbot.waitUntil(lambda: panel.chip.text() == "3 / 6")
    panel.field.setText("xyz")
    qtbot.waitUntil(lambda: not panel.list.isVisible())
    assert panel._found_none.isVisible()
    panel._clear.trigger()
    qtbot.waitUntil(lambda: panel.list.isVisible() and panel.chip.text() == "6")


def test_sorting_is_chosen(panel: WorkPanel) -> None:
    shown = [panel.order.itemText(place) for place in range(panel.order.count())]
    assert shown == [
        "By name", "By state", "Worst first", "Most likely first: Pneumonia", "Most likely first: Murmur",
    ]  # fmt: skip
    panel.order.setCurrentIndex(2)
    panel.order.activated.emit(2)
    assert names(panel.list.rows)[:2] == ["sure", "likely"]


def test_an_order_that_the_next_pack_does_not_have_is_given_up(panel: WorkPanel) -> None:
    panel.list.rows.order = "murmur"
    panel.show_cases(entries(waiting=["new"]))
    panel.set_findings({"murmur": FINDINGS["murmur"]})
    assert panel.order.currentText() == "Most likely first: Murmur"
    panel.set_findings({"fracture": finding("fracture", 0.5)})
    assert panel.order.currentText() == "By name" and panel.list.rows.order == NAME


def test_rows_do_not_move_under_the_mouse(panel: WorkPanel, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    over = [True]
    monkeypatch.setattr(panel.list, "underMouse", lambda: over[0])
    panel.list.rows.order = WORST
    panel._arrange()
    panel.take({"new": Reading.of(row("new", murmur=0.99))})
    panel._settle.timeout.emit()
    assert names(panel.list.rows)[0] == "sure" and panel._settle.isActive()
    over[0] = False
    panel._settle.timeout.emit()
    assert names(panel.list.rows)[0] == "new" and not panel._settle.isActive()
