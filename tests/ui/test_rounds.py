"""Going through a work list in the whole window: it is opened, chosen from, and read in the background."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QApplication, QFileDialog
from support.opened import Opened, record_case
from support.scripted import Gate, open_gate, reached, sample_events
from support.scripted_run import ScriptedRun, row

from mmdesk import casefile
from mmdesk.batch import SIZE
from mmdesk.batch import run as batch
from mmdesk.batch.cases import PART
from mmdesk.batch.events import Progress, State
from mmdesk.batch_command import _time
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import InputProblem, UserProblem
from mmdesk.events import Failed, Stage
from mmdesk.ui import opening, read_all, rounds
from mmdesk.ui.batch_bar import Phase
from mmdesk.ui.readings import WORST

RECORD = Modality.RECORD
NAMES = ["case 1", "case 2", "case 10"]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Three cases, in an order that is not that of their names as words."""
    folder = tmp_path / "cohort"
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        (folder / name / "note.txt").write_text(f"{name}: fever.")
    return folder


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedRun]:
    made = ScriptedRun()
    monkeypatch.setattr(batch, "run", made)
    yield made
    made.deaf = False  # a test that failed must not hold up the window's end


@pytest.fixture
def one(open_window, cohort: Path) -> Opened:
    """The window with the list open."""
    made = open_window()
    open_list(made, cohort)
    return made


def open_list(one: Opened, path: Path) -> None:
    one.window.rounds.open(path)
    one.until(lambda: one.window.rounds.reading.path is not None and work(one).list.width() > 100)


def work(one: Opened):
    return one.window.desktop.work


def names(one: Opened) -> list[str]:
    rows = work(one).list.rows
    return [rows.entry(place).name for place in range(rows.rowCount())]


def said(one: Opened, name: str) -> str:
    rows = work(one).list.rows
    return rows.said(rows.find(name)).spoken


def choose(one: Opened, name: str) -> None:
    """By a click on its row."""
    view = work(one).list
    place = view.visualRect(view.rows.index(view.rows.row_of(name))).center()
    one.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def on_desk(one: Opened, name: str) -> None:
    """Wait until it is read."""
    one.until(lambda: work(one).list.on_desk == name and not one.desk.working)


def text(one: Opened) -> str:
    return "".join(item.data.decode() for item in one.model.inputs(RECORD))


def dialog_of(one: Opened) -> QFileDialog:
    return next(dialog for dialog in one.window.findChildren(QFileDialog) if dialog.isVisible())


def read_all_into(one: Opened, out: Path) -> None:
    work(one).batch.button.click()
    dialog = dialog_of(one)
    dialog.fileSelected.emit(str(out))
    dialog.close()


# ---- the list


def test_without_a_list_nothing_of_it_is_there(open_window) -> None:
    one = open_window()
    assert not work(one).isVisible() and not one.window.toolbar.list_button.isVisible()
    assert not any(one.do[name].isEnabled() for name in ("work_list", "next_case", "previous_case"))
    assert one.do["open_list"] in one.window.toolbar.more_menu.actions()


def test_a_folder_is_opened(open_window, cohort: Path) -> None:
    one = open_window()
    one.do["open_list"].trigger()
    dialog_of(one).fileSelected.emit(str(cohort))
    dialog_of(one).close()
    one.until(work(one).isVisible)
    assert names(one) == NAMES and one.model.is_empty()
    assert {said(one, name) for name in NAMES} == {f"{name}, waiting" for name in NAMES}
    assert one.window.focusWidget() is work(one).list and one.window.toolbar.list_button.isVisible()


def test_a_manifest_is_opened_also_by_its_folder(open_window, cohort: Path) -> None:
    one = open_window()
    lines = "case,record\nfirst,case 10/note.txt\nsecond,case 1/note.txt\nthird,gone.txt\n"
    (cohort / "manifest.csv").write_text(lines)
    open_list(one, cohort)
    assert names(one) == ["first", "second", "third"]
    assert said(one, "third") == "third, failed, line 4: there is no file gone.txt"
    choose(one, "first")
    on_desk(one, "first")
    assert text(one) == "case 10: fever."
    choose(one, "third")
    assert "there is no file gone.txt" in one.window.notice.text and work(one).list.on_desk == "first"


def test_a_folder_that_is_dropped_is_offered(open_window, cohort: Path, qapp) -> None:
    one = open_window()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(cohort))])
    one.desk.intake.take_mime(mime, Modality.IMAGE)
    one.until(lambda: one.window.notice.text)
    assert one.window.notice.text == (
        "cohort holds several cases. To put files of it into this case, drop the files."
    )
    assert one.model.is_empty() and names(one) == []
    one.window.notice._button.click()
    one.until(lambda: names(one) == NAMES)


def test_a_folder_without_cases_says_so(open_window, tmp_path: Path) -> None:
    one = open_window()
    (tmp_path / "empty").mkdir()
    one.window.rounds.open(tmp_path / "empty")
    one.until(lambda: one.window.notice.text)
    assert "there is no case in it" in one.window.notice.text and not work(one).isVisible()


def test_looking_that_takes_long_is_said(open_window, cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = open_window()
    gate = threading.Event()
    listed = rounds.listed

    def slow(path: Path):
        gate.wait(8)
        return listed(path)

    monkeypatch.setattr(rounds, "listed", slow)
    one.window.rounds.open(cohort)
    one.until(lambda: one.window.notice.text == "Looking for the cases…")
    gate.set()
    one.until(lambda: names(one) == NAMES)
    assert one.window.notice.text == ""


def test_it_is_folded_away_and_closed(one: Opened) -> None:
    one.key(Qt.Key.Key_B, CTRL)
    assert not work(one).isVisible() and one.do["next_case"].isEnabled()
    one.key(Qt.Key.Key_B, CTRL)
    assert work(one).isVisible()
    work(one)._close.click()
    assert not work(one).isVisible() and names(one) == []
    assert not one.do["next_case"].isEnabled() and not one.window.toolbar.list_button.isVisible()


def test_nobodys_list_is_seen_in_a_demo(one: Opened) -> None:
    choose(one, "case 1")
    on_desk(one, "case 1")
    one.do["demo"].trigger()
    assert not work(one).isVisible() and not one.do["next_case"].isEnabled()
    one.do["demo"].trigger()
    assert work(one).isVisible() and work(one).list.on_desk == ""


def test_the_list_makes_room_for_the_results(one: Opened) -> None:
    desktop = one.window.desktop
    seen = {}
    for width in (1440, 1100, 960, 1440):
        desktop.setFixedWidth(width)
        one.until(lambda width=width: desktop.width() == width)
        QApplication.sendPostedEvents()
        seen[width] = desktop.report.isVisible(), desktop.stages.isVisible()
    assert seen == {1440: (True, True), 1100: (True, False), 960: (False, False)}
    one.do["work_list"].trigger()
    desktop.setFixedWidth(960)
    one.until(lambda: desktop.report.isVisible() and desktop.stages.isVisible())


# ---- its cases


def test_a_case_is_laid_on_the_desk_and_read(one: Opened) -> None:
    one.play(*sample_events(record_case()))
    choose(one, "case 2")
    one.until_ended()
    assert text(one) == "case 2: fever." and one.window.report.report is not None
    assert work(one).list.on_desk == "case 2"
    assert said(one, "case 2") == "case 2, no finding scored"
    assert "changed" not in " ".join(one.window.report.cards())
    assert one.window.windowTitle() == "mmdesk"


def test_the_row_says_that_its_case_is_read_and_what_came_out(one: Opened) -> None:
    image = Case({Modality.IMAGE: (Input("a.png", data=b"x"),)})
    one.play(Gate("gate"), *sample_events(image))
    choose(one, "case 1")
    one.until(lambda: said(one, "case 1") == "case 1, reading…" and one.desk.working)
    one.open_gate()
    one.until_ended()
    assert said(one, "case 1") == "case 1, Bacterial pneumonia, 88%"


def test_next_and_previous(one: Opened) -> None:
    for key, expected in (
        (Qt.Key.Key_PageDown, "case 1"), (Qt.Key.Key_PageDown, "case 2"),
        (Qt.Key.Key_PageDown, "case 10"), (Qt.Key.Key_PageDown, "case 10"), (Qt.Key.Key_PageUp, "case 2"),
    ):  # fmt: skip
        one.key(key, CTRL)
        on_desk(one, expected)
        assert text(one) == f"{expected}: fever."
    assert one.window.notice.text == ""  # each of them lies in the list


def test_next_is_counted_from_the_case_that_was_asked_for(one: Opened) -> None:
    for _ in range(2):  # before the first of them is open
        one.do["next_case"].trigger()
    on_desk(one, "case 2")
    assert one.began == 1 and said(one, "case 1") == "case 1, waiting"


def test_what_was_changed_of_a_case_comes_back_with_it(one: Opened) -> None:
    choose(one, "case 1")
    on_desk(one, "case 1")
    one.qtbot.keyClicks(one.window.record.editor, "x")
    choose(one, "case 2")
    on_desk(one, "case 2")
    choose(one, "case 1")
    on_desk(one, "case 1")
    assert text(one) == "xcase 1: fever."


def test_only_what_was_changed_is_kept(one: Opened) -> None:
    for name in ("case 1", "case 2"):
        choose(one, name)
        on_desk(one, name)
    one.until_quiet()
    assert one.desk.archive.recent(3) == []  # it lies in its folder
    one.model.set_record("case 2: no fever.")
    one.until_quiet()
    choose(one, "case 1")
    on_desk(one, "case 1")
    one.until_quiet()
    (kept,) = one.desk.archive.recent(3)
    (item,) = casefile.load(kept.path).case.inputs[RECORD]
    assert item.data == b"case 2: no fever."
    assert one.desk.archive.unfinished() == []


def test_a_case_of_none_is_put_away_as_ever(one: Opened) -> None:
    one.model.load(record_case("Jane"))
    before = one.model.id
    for name in ("case 1", "case 2"):
        choose(one, name)
        on_desk(one, name)
    assert one.window.notice.text == "The case was put away."
    one.window.notice._button.click()
    assert one.model.id == before and work(one).list.on_desk == ""


def test_several_texts_become_one_record(open_window, cohort: Path) -> None:
    (cohort / "case 1" / "later.txt").write_text("No cough.\n")
    one = open_window()
    open_list(one, cohort)
    choose(one, "case 1")
    on_desk(one, "case 1")
    assert text(one) == "No cough.\n\ncase 1: fever."
    assert [item.name for item in one.model.inputs(RECORD)] == ["later.txt, note.txt"]


def test_a_case_that_cannot_be_opened_leaves_the_desk(open_window, cohort: Path) -> None:
    (cohort / "case 2" / "note.txt").write_bytes(b"GIF89a")
    one = open_window()
    open_list(one, cohort)
    choose(one, "case 1")
    on_desk(one, "case 1")
    choose(one, "case 2")
    one.until(lambda: "case 2" in one.window.notice.text)
    assert work(one).list.on_desk == "case 1" and said(one, "case 2") == "case 2, waiting"


def test_what_of_a_case_could_not_be_opened_is_said(
    one: Opened, cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_texts = opening.with_texts

    def failing(found):
        read = with_texts(found)
        problem = InputProblem("labs.csv", "this is empty", "Choose a file.")
        return type(read)(read.taken, problems=((RECORD, problem),))

    monkeypatch.setattr(opening, "with_texts", failing)
    choose(one, "case 1")
    on_desk(one, "case 1")
    assert one.window.notice.text == "labs.csv: this is empty"
    one.until(lambda: said(one, "case 1") == "case 1, partly read, no finding scored")
    choose(one, "case 10")
    on_desk(one, "case 10")


def test_a_case_of_which_nothing_can_be_read_has_failed(one: Opened) -> None:
    one.play(Failed(Stage.READ, "none of the inputs could be read", "Mend one and try again."))
    choose(one, "case 1")
    one.until_ended()
    assert said(one, "case 1") == "case 1, failed, none of the inputs could be read"
    one.play(Failed(Stage.ENCODE, "the engine ended unexpectedly (signal 9)", "Analyse again."))
    choose(one, "case 2")
    one.until_ended(2)
    assert said(one, "case 2") == "case 2, waiting"


def test_a_case_that_opens_late_comes_over_no_other(
    one: Opened, cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate = threading.Event(), threading.Event()

    def slow(listed):
        begun.set()
        gate.wait(8)
        return opening.laid_open(listed)

    monkeypatch.setattr(rounds, "laid_open", slow)
    choose(one, "case 1")
    one.until(begun.is_set)
    one.desk.show_sample("liver")
    gate.set()
    one.until(lambda: not one.window.rounds._room._pool.activeThreadCount())
    QApplication.processEvents()
    assert work(one).list.on_desk == "" and "liver" not in names(one)
    assert said(one, "case 1") == "case 1, waiting"


def test_the_list_may_be_opened_again_with_a_case_of_it_on_the_desk(one: Opened, cohort: Path) -> None:
    choose(one, "case 1")
    on_desk(one, "case 1")
    one.window.rounds.reading.path = None
    open_list(one, cohort)
    assert work(one).list.on_desk == ""
    choose(one, "case 1")
    on_desk(one, "case 1")
    assert one.window.notice.text == "The case was put away."


# ---- reading all


def test_all_are_read(one: Opened, played: ScriptedRun, cohort: Path, tmp_path: Path) -> None:
    bar, out = work(one).batch, tmp_path / "cohort results.parquet"
    bar.button.click()
    dialog = dialog_of(one)
    assert Path(dialog.selectedFiles()[0]) == out
    dialog.accept()
    one.until(played.running.is_set)
    (asked,) = played.asked
    assert asked == {
        "path": cohort, "out": out, "pack": one.pack, "device": "auto", "size": read_all.FEWER,
        "restart": False,
    }  # fmt: skip
    assert bar.button.text() == "Stop" and bar.rate.text() == "starting…"
    played.begin(3)
    played.read(row("case 10", bacterial_pneumonia=0.8), rate=0.5)
    one.until(lambda: bar.done.text() == "1 of 3 read")
    assert (bar.rate.text(), bar.left.text(), bar.failed.isVisible()) == ("0.5 cases/s", "4 s left", False)
    assert bar.bar.value() == 333 and said(one, "case 10") == "case 10, Bacterial pneumonia, 80%"
    played.read(
        row("case 1", State.FAILED, "note.txt: this is empty"), row("case 2", bacterial_pneumonia=0.1)
    )
    one.until(lambda: bar.failed.isVisible() and bar.failed.text() == "1 failed")
    played.end()
    one.until(lambda: bar.phase is Phase.DONE)
    assert one.window.notice.text == f"Cases that were read: 3, failed: 1. The table is {out}."
    assert bar.left.text() == out.name and not bar.bar.isVisible()
    assert said(one, "case 1") == "case 1, failed, note.txt: this is empty"
    work(one).list.rows.order = WORST
    work(one)._arrange()
    assert names(one) == ["case 10", "case 1", "case 2"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(99.4, "99 s left"), (100.0, "2 min left"), (5999.0, "100 min left"), (9000.0, "2.5 h left")],
)
def test_time_left_is_said_as_the_command_says_it(one: Opened, played, seconds: float, words: str) -> None:
    work(one).batch.set_phase(Phase.RUNNING)
    work(one).batch.show_progress(Progress(1, 10, 0, 1.0, seconds))
    assert work(one).batch.left.text() == words == f"{_time(seconds)} left"


def test_the_desk_is_used_meanwhile(one: Opened, played: ScriptedRun, tmp_path: Path) -> None:
    read_all_into(one, tmp_path / "out.csv")
    one.until(played.running.is_set)
    choose(one, "case 2")
    on_desk(one, "case 2")
    assert one.lasts and work(one).batch.phase is Phase.RUNNING


def test_it_is_stopped_and_goes_on(one: Opened, played: ScriptedRun, tmp_path: Path) -> None:
    bar, out = work(one).batch, tmp_path / "out.parquet"
    read_all_into(one, out)
    played.begin(3)
    played.read(row("case 1", bacterial_pneumonia=0.8))
    one.until(lambda: bar.done.text() == "1 of 3 read")
    bar.button.click()
    assert bar.button.text() == "Stopping…" and not bar.button.isEnabled()
    one.until(lambda: bar.phase is Phase.STOPPED)
    assert (bar.button.text(), bar.rate.text(), bar.left.text()) == ("Go on", "stopped", "out.parquet")
    assert said(one, "case 1") == "case 1, Bacterial pneumonia, 80%" and one.window.notice.text == ""
    bar.button.click()  # asks nothing any more
    played.begin(3, row("case 1", bacterial_pneumonia=0.7))
    one.until(lambda: said(one, "case 1") == "case 1, Bacterial pneumonia, 70%")
    assert played.asked[0] == played.asked[1] and bar.done.text() == "1 of 3 read"
    played.read(row("case 2"), row("case 10"))
    played.end()
    one.until(lambda: bar.phase is Phase.DONE)
    assert one.window.notice.text == f"Cases that were read: 3. The table is {out}."


@pytest.mark.parametrize(
    ("given", "there", "restart"),
    [
        ("a.csv", (), False),
        ("a.csv", ("a.csv",), True),  # the dialog asked whether it may be replaced
        ("a.csv", ("a.csv", "a.csv" + PART), False),
        ("a.txt", (), False),
    ],
)
def test_what_is_done_with_a_table_that_is_there(
    one: Opened, played: ScriptedRun, tmp_path: Path, given: str, there: tuple[str, ...], restart: bool
) -> None:
    for name in there:
        (tmp_path / name).touch()
    read_all_into(one, tmp_path / given)
    one.until(lambda: played.asked)
    name = {"a.txt": "a.txt.parquet"}.get(given, given)
    assert (played.asked[0]["out"], played.asked[0]["restart"]) == (tmp_path / name, restart)


def test_a_run_that_fails_keeps_what_was_read(one: Opened, played: ScriptedRun, tmp_path: Path) -> None:
    read_all_into(one, tmp_path / "out.csv")
    played.begin(3)
    played.read(row("case 1", bacterial_pneumonia=0.8))
    played.fail(UserProblem("out.csv", "it cannot be written (No space left on device)", "Make room."))
    one.until(lambda: work(one).batch.phase is Phase.STOPPED)
    assert one.window.notice.text == "out.csv: it cannot be written (No space left on device). Make room."
    assert (
        said(one, "case 1") == "case 1, Bacterial pneumonia, 80%" and work(one).batch.button.text() == "Go on"
    )


def test_a_run_that_cannot_begin(one: Opened, played: ScriptedRun, tmp_path: Path) -> None:
    read_all_into(one, tmp_path / "out.csv")
    played.fail(UserProblem("out.csv", "there is no folder x", "Make it, or name another."))
    one.until(lambda: one.window.notice.text)
    assert work(one).batch.phase is Phase.IDLE and work(one).batch.button.text() == "Read all…"


def test_what_another_list_left_is_read_anew_when_asked(
    one: Opened, played: ScriptedRun, tmp_path: Path
) -> None:
    (tmp_path / ("out.csv" + PART)).mkdir()
    read_all_into(one, tmp_path / "out.csv")
    played.fail(UserProblem("out.csv", "a run that was cut off had cases other than this one", "--restart"))
    one.until(lambda: one.window.notice.text)
    assert one.window.notice.text == (
        "out.csv was begun with another list, pack or version of mmdesk."
        " Read all of them again, or name another file."
    )
    one.window.notice._button.click()
    one.until(lambda: len(played.asked) == 2)
    assert [asked["restart"] for asked in played.asked] == [False, True]
    assert one.window.notice.text == ""


def test_a_list_that_is_closed_ends_its_run(one: Opened, played: ScriptedRun, cohort: Path) -> None:
    read_all_into(one, cohort.parent / "out.csv")
    played.deaf = True
    one.until(played.running.is_set)
    work(one)._close.click()
    open_list(one, cohort)
    played.begin(3, row("case 1", bacterial_pneumonia=0.8))  # the last that the run of the closed one says
    played.deaf = False
    one.until(lambda: not one.window.rounds.reading.run.running)
    assert work(one).batch.phase is Phase.IDLE and one.window.notice.text == ""
    assert {said(one, name) for name in NAMES} == {f"{name}, waiting" for name in NAMES}


def test_another_list_is_read_behind_one_that_still_ends(
    one: Opened, played: ScriptedRun, cohort: Path
) -> None:
    played.deaf = True
    read_all_into(one, cohort.parent / "out.csv")
    one.until(played.running.is_set)
    one.window.rounds.open(cohort)
    one.until(lambda: work(one).batch.phase is Phase.IDLE)
    read_all_into(one, cohort.parent / "other.csv")
    played.begin(3)
    played.read(row("case 1", bacterial_pneumonia=0.8))  # of the first run still
    played.end()
    one.until(lambda: len(played.asked) == 2)
    assert said(one, "case 1") == "case 1, waiting" and work(one).batch.phase is Phase.RUNNING
    played.begin(3)
    played.read(row("case 2", bacterial_pneumonia=0.7))
    one.until(lambda: said(one, "case 2") == "case 2, Bacterial pneumonia, 70%")
    played.end()
    one.until(lambda: work(one).batch.phase is Phase.DONE)


def test_readings_of_another_pack_are_taken_off(one: Opened, played: ScriptedRun, tmp_path: Path) -> None:
    read_all_into(one, tmp_path / "out.csv")
    played.begin(3)
    played.read(row("case 1", bacterial_pneumonia=0.8))
    one.until(lambda: "80%" in said(one, "case 1"))
    other = tmp_path / "other pack"
    other.mkdir()
    toml = (one.pack / "pack.toml").read_text(encoding="utf-8")
    (other / "pack.toml").write_text(toml.replace('name = "clinic"', 'name = "other"', 1), encoding="utf-8")
    one.window._show_pack(str(other))
    assert said(one, "case 1") == "case 1, waiting" and work(one).batch.phase is Phase.IDLE
    one.until(lambda: not played.running.is_set())


@pytest.mark.parametrize("deaf", [False, True])
def test_closing_the_window_while_all_are_read(
    one: Opened, played: ScriptedRun, tmp_path: Path, deaf: bool
) -> None:
    """It is gone at once, and ends when the run has."""
    played.deaf = deaf
    read_all_into(one, tmp_path / "out.csv")
    played.begin(3)
    one.until(lambda: played.running.is_set() and work(one).batch.done.text() == "0 of 3 read")
    hidden: list[bool] = []
    one.window.closed.connect(lambda: hidden.append(played.running.is_set()))
    if deaf:
        one.window.closed.connect(played.end)
    one.close()
    assert len(hidden) == 1 and (hidden[0] or not deaf)
    assert not played.running.is_set()


@pytest.mark.parametrize("closed", [False, True])
def test_workers_in_processes_of_their_own(
    open_window, cohort: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    """Closing looks for what they leave."""
    (cohort / "case 2" / "note.txt").write_text("gate middle")
    workers = partial(batch.run, factory="support.batches:Obedient", workers=1)
    monkeypatch.setattr(batch, "run", workers)
    one = open_window(pack=str(tiny_pack))
    open_list(one, cohort)
    read_all_into(one, cohort.parent / "out.jsonl")
    one.until(lambda: reached(cohort, "middle"))
    if not closed:
        open_gate(cohort, "middle")
        one.until(lambda: work(one).batch.phase is Phase.DONE)
        assert work(one).batch.counts == (3, 0)
        assert len((cohort.parent / "out.jsonl").read_text().splitlines()) == 3
    one.close()
    assert (cohort.parent / "out.jsonl").exists() != closed


def test_ten_thousand_cases(open_window, tmp_path: Path, played: ScriptedRun) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Fever.")
    lines = "".join(f"P{n:05},note.txt\n" for n in range(10_000))
    (tmp_path / "manifest.csv").write_text("case,record\n" + lines)
    one = open_window()
    open_list(one, tmp_path / "manifest.csv")
    assert work(one).chip.text() == "10,000"
    read_all_into(one, tmp_path / "out.csv")
    played.begin(10_000, *(row(f"P{n:05}", bacterial_pneumonia=n / 10_000) for n in range(9_000)))
    one.until(lambda: work(one).batch.done.text() == "9,000 of 10,000 read")
    assert played.asked[0]["size"] == SIZE
    work(one).list.rows.order = WORST
    work(one)._arrange()
    assert names(one)[0] == "P08999"
    work(one).field.setText("P0899")
    one.until(lambda: work(one).chip.text() == "10 / 10,000")
    one.do["next_case"].trigger()
    on_desk(one, "P08999")
