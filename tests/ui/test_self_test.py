"""The program tries itself, with a scripted engine."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from support.opened import Opened
from support.scripted import sample_events

from mmdesk import resources
from mmdesk.case import Modality
from mmdesk.events import Failed, InputFailed, Stage
from mmdesk.ui import self_test
from mmdesk.ui.self_test import SelfTest

FAILED = Failed(Stage.ENCODE, "the engine ended unexpectedly (signal 9)", "Analyse again.")


@pytest.fixture
def opened(open_window: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # and back at the end
    opened = open_window()
    opened.play(*sample_events(resources.sample_case()))
    return opened


def try_itself(opened: Opened, folder: Path) -> bool:
    """Whether it says that all went well."""
    test = SelfTest(opened.window, folder)
    with opened.qtbot.waitSignal(opened.window.gone):
        pass
    opened.closed = True
    return not test.failed


def test_it_keeps_the_report_and_a_picture_and_closes(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert try_itself(opened, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["sections"] and (tmp_path / "report.md").stat().st_size > 100
    with Image.open(tmp_path / "window.png") as picture:
        assert picture.size == (1440, 900)
    usable, written = capfd.readouterr().out.splitlines()
    assert usable == "self-test: the window is usable"
    assert re.fullmatch(r"self-test: the report is written, \d+ findings", written)
    assert list(tmp_path.rglob("*.mmcase")) == []


def test_a_failed_analysis_fails_it(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    opened.play(FAILED)
    assert not try_itself(opened, tmp_path)
    assert FAILED.problem in capfd.readouterr().err
    assert not (tmp_path / "report.md").exists()


def test_an_input_that_is_not_read_fails_it(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = InputFailed(Modality.IMAGE, "radiograph.png", "the file ends early", "Copy it again.")
    first, *others = sample_events(resources.sample_case())
    opened.play(first, broken, *others)
    assert not try_itself(opened, tmp_path)
    assert "radiograph.png: the file ends early" in capfd.readouterr().err


def test_a_mistake_of_the_program_fails_it(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def mistake(*_: object) -> None:
        sys.excepthook(ZeroDivisionError, ZeroDivisionError("by nothing"), None)

    opened.desk.began.connect(mistake)
    assert not try_itself(opened, tmp_path)
    assert "by nothing" in capfd.readouterr().err


def test_a_folder_that_cannot_be_written_fails_it(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not try_itself(opened, tmp_path / "gone")
    assert "report.md: the report cannot be written" in capfd.readouterr().err


def test_it_does_not_wait_for_ever(
    opened: Opened, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "PATIENCE_MS", 0)
    monkeypatch.setattr(QTimer, "singleShot", lambda *_: None)  # it never begins
    assert not try_itself(opened, tmp_path)
    assert "there was no report within 0 s" in capfd.readouterr().err


def test_closed_by_hand_it_has_failed(opened: Opened, tmp_path: Path) -> None:
    opened.desk.began.connect(opened.window.close)
    assert not try_itself(opened, tmp_path)
