"""Closing the window, whatever it does: gone at once, and nothing is left (tests.support.opened looks)."""

import gc
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from support.opened import record_case
from support.scripted import Gate, reached, sample_events

from mmdesk import casefile
from mmdesk.archive import Archive
from mmdesk.events import Stage, StageStarted
from mmdesk.ui import app

BOTH = pytest.mark.parametrize("engine", ["process", "thread"])
ENGINE_S = 5.0


@BOTH
def test_idle(open_window, engine: str) -> None:
    one = open_window(engine=engine)
    one.model.load(record_case())
    one.do["analyse"].trigger()
    one.until_ended()
    one.close()
    assert gc.isenabled()


@BOTH
def test_loading(open_window, engine: str) -> None:
    one = open_window("late_engine", engine=engine)
    one.until(lambda: reached(one.pack, "load"))
    one.close()


@BOTH
def test_loading_with_an_analysis_that_waits(open_window, engine: str) -> None:
    one = open_window("late_engine", engine=engine)
    one.model.load(record_case())
    one.do["analyse"].trigger()
    one.close()
    assert one.lasts == []


@BOTH
@pytest.mark.parametrize("deaf", [False, True])
def test_working(open_window, engine: str, deaf: bool) -> None:
    one = open_window(engine=engine)
    one.model.load(record_case())
    one.play(StageStarted(Stage.ENCODE), Gate("gate", deaf), *sample_events(record_case()))
    one.run_to_gate()
    one.close()
    assert one.lasts == []


def test_the_window_hides_before_anything_is_waited_for(open_window) -> None:
    one = open_window()
    for name in ("settings", "open"):
        one.do[name].trigger()
    begun, seen = threading.Event(), []

    def decode() -> None:
        begun.set()
        hidden.wait(ENGINE_S)
        seen.append(one.window.isVisible())

    hidden = threading.Event()
    hide = one.window.hideEvent

    def hear(event) -> None:
        hide(event)
        hidden.set()

    one.window.hideEvent = hear
    one.desk.decoding.run("picture", decode, seen.append)
    assert begun.wait(ENGINE_S)
    one.close()
    assert seen == [False] and hidden.is_set()


def test_what_was_typed_last_is_kept_and_no_crash_is_told_of(open_window) -> None:
    one = open_window()
    one.qtbot.keyClicks(one.window.record.editor, "4-year-old boy")
    one.close()
    archive = Archive(one.desk.archive.folder)
    (kept,) = archive.recent(2)
    assert archive.unfinished() == []
    (item,) = casefile.load(kept.path).case.inputs["record"]
    assert item.data == b"4-year-old boy"


def test_what_was_saved_just_before_the_end_is_written(open_window, tmp_path: Path) -> None:
    one = open_window()
    one.model.load(record_case())
    one.until_quiet()
    begun, end = threading.Event(), threading.Event()

    def write_something_large() -> None:
        begun.set()
        end.wait(ENGINE_S)

    one.desk._files.run("large", write_something_large, print)
    assert begun.wait(ENGINE_S)
    one.desk.save(tmp_path / "asked for.mmcase")
    threading.Timer(0.05, end.set).start()
    one.close()
    assert casefile.load(tmp_path / "asked for.mmcase").case.id == one.model.id


def test_ctrl_q_and_closing_twice(open_window) -> None:
    one = open_window()
    one.window.activateWindow()
    one.until(one.window.isActiveWindow)
    gone = []
    one.window.gone.connect(lambda: gone.append(True))
    one.qtbot.keyClick(one.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not one.window.isVisible()
    one.window.close()
    one.until(lambda: gone)
    one.until(lambda: not one.worker.job)
    assert gone == [True]
    one.closed = True


def test_the_window_opens_as_it_was_left(open_window) -> None:
    one = open_window()
    one.window.resize(900, 700)  # on a screen of 800 × 800 that is 880 wide
    one.window.desktop._splitters["desk"].setSizes([500, 360])
    sizes = one.window.desktop._splitters["desk"].sizes()
    one.close()
    again = open_window()
    assert again.window.height() == 700
    assert again.window.desktop._splitters["desk"].sizes()[0] == pytest.approx(sizes[0], abs=20)


def test_what_reads_images_is_imported_when_the_window_is_quiet(
    open_window, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(app, "_import_media", lambda: threads.append(threading.current_thread()))
    one = open_window()
    one.until(lambda: threads)
    assert threads[0] is not threading.main_thread()
    one.until_quiet()


def test_nothing_is_imported_after_the_end(open_window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "SETTLED_MS", 60_000)
    one = open_window()
    assert one.application._settled.isActive()
    one.close()
    assert not one.application._settled.isActive()
