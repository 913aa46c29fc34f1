"""Autosave: the case is on disk soon after a change, and a crash is survived."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from support.scripted import sample_report

from mmdesk import casefile
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import CaseProblem
from mmdesk.ui import autosave
from mmdesk.ui.autosave import Autosave
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel

TYPIST = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QObject, QTimer
from mmdesk.archive import Archive
from mmdesk.ui.autosave import Autosave
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel


class Typist(QObject):
    def __init__(self):
        super().__init__()
        self.model, self.background, self.text = CaseModel(self), Background(self), ""
        self.autosave = Autosave(self.model, Archive(Path(sys.argv[1])), self.background, self)
        self.autosave.saved.connect(self.saved)
        self.keys = QTimer(self, interval=20)
        self.keys.timeout.connect(self.type)
        self.keys.start()

    def type(self):
        self.text += "x"
        self.model.set_record(self.text)

    def saved(self):
        print(len(self.text), flush=True)


app = QCoreApplication([])
typist = Typist()
app.exec()
"""


class Typist(QObject):
    """Types without a pause for as long as `keys` runs."""

    def __init__(self, model: CaseModel) -> None:
        super().__init__()
        self.model, self.count = model, 0
        self.keys = QTimer(self, interval=10)
        self.keys.timeout.connect(self.type)
        self.keys.start()

    def type(self) -> None:
        self.count += 1
        self.model.set_record("x" * self.count)


class Desk:
    """A model, its archive and what keeps the one in the other."""

    def __init__(self, folder: Path) -> None:
        self.model, self.archive, self.background = CaseModel(), Archive(folder), Background()
        self.autosave = Autosave(self.model, self.archive, self.background)

    def kept(self, id: str = "") -> casefile.CaseFile:
        return casefile.load(self.archive.path(id or self.model.id))

    def close(self) -> None:
        self.autosave.close()
        self.background.close()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.archive.folder.glob("*"))


@pytest.fixture
def desk(tmp_path, qapp, monkeypatch):
    monkeypatch.setattr(autosave, "QUIET", 60)
    monkeypatch.setattr(autosave, "LATEST", 400)
    made = Desk(tmp_path / "cases")
    yield made
    made.background.close()


def full_disk(monkeypatch):
    """The disk is full until the function it gives is called."""

    def fail(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    return monkeypatch.undo


def test_a_change_is_kept(desk, qtbot):
    with qtbot.waitSignal(desk.autosave.saved) as given:
        desk.model.set_record("fever")
        desk.model.add(Modality.IMAGE, Input("x.png", data=b"x"))
    assert given.args == [desk.archive.path(desk.model.id)]
    assert desk.kept().case == desk.model.case()
    assert desk.archive.unfinished() == []


def test_nothing_is_written_before_it_is_quiet_or_late(desk, qtbot, monkeypatch):
    written = []
    monkeypatch.setattr(desk.archive, "keep", lambda case, report: written.append(case))
    typist = Typist(desk.model)
    qtbot.waitUntil(lambda: len(written) == 2, timeout=5000)  # though it was never quiet
    typist.keys.stop()
    desk.model.set_record("the end")
    qtbot.waitUntil(lambda: written[-1] == desk.model.case())
    assert len(written) <= 4 and typist.count > 20


def test_the_window_waits_as_long_as_it_promises():
    assert (autosave.QUIET, autosave.LATEST) == (300, 1500)


def test_a_report_is_kept_until_its_case_changes(desk, qtbot):
    desk.model.set_record("fever")
    report = sample_report(desk.model.case())
    with qtbot.waitSignal(desk.autosave.saved):
        desk.autosave.report_ready(report)
    assert desk.kept().report == report
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("fever and cough")
    assert desk.kept().report is None
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.add(Modality.IMAGE, Input("x.png", data=b"x"))
        desk.autosave.report_ready(sample_report(Case({})))  # comes late, of a case put away
    assert desk.kept().report is None


def test_a_case_put_away_is_written_first_and_then_closed(desk, qtbot):
    desk.model.set_record("the first")
    first = desk.model.case()
    with qtbot.waitSignal(desk.autosave.saved) as given:
        desk.model.clear()
    assert given.args == [desk.archive.path(first.id)]
    assert desk.kept(first.id).case == first
    assert desk.names() == [f"{first.id}.mmcase"]
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("the second")
    assert len(desk.names()) == 3
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.load(first)
    assert [name for name in desk.names() if name.endswith(".open")] == [f"{first.id}.{os.getpid()}.open"]


def test_a_case_that_is_opened_is_kept_with_its_report(desk, qtbot):
    case = Case({Modality.RECORD: (Input.from_text("fever"),)})
    report = sample_report(case)
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.load(case)
        desk.autosave.report_ready(report)
    assert desk.kept() == casefile.CaseFile(case, report)


def test_an_emptied_desk_is_not_kept(desk, qtbot):
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("fever")
    desk.model.set_record("")
    qtbot.waitUntil(lambda: not desk.archive.path(desk.model.id).exists())
    assert desk.archive.recent(5) == []


def test_closing_writes_what_is_left(desk):
    desk.model.set_record("typed just before the end")
    desk.close()
    assert desk.kept().case == desk.model.case()
    assert desk.names() == [f"{desk.model.id}.mmcase"]


@pytest.fixture
def slow_work(desk):
    """The background is busy until this is set."""
    started, end = threading.Event(), threading.Event()

    def work():
        started.set()
        end.wait(10)

    desk.background.run("slow", work, print)
    assert started.wait(10)
    yield end
    end.set()


def test_closing_writes_what_was_handed_over_and_never_begun(desk, slow_work):
    desk.model.set_record("waits behind slow work")
    desk.autosave.flush()
    desk.autosave.close()
    slow_work.set()
    desk.background.close()
    assert desk.kept().case == desk.model.case()
    assert len(desk.names()) == 1


def test_what_changes_while_a_case_is_written_is_written_after_it(desk, slow_work, qtbot):
    desk.model.set_record("first")
    desk.autosave.flush()
    desk.model.set_record("second")
    desk.autosave.flush()
    with qtbot.waitSignals([desk.autosave.saved, desk.autosave.saved]):
        slow_work.set()
    assert desk.kept().case == desk.model.case()


def test_a_full_disk_is_told_and_tried_again(desk, qtbot, monkeypatch):
    repaired = full_disk(monkeypatch)
    with qtbot.waitSignal(desk.autosave.failed) as given:
        desk.model.set_record("fever")
    assert "No space left" in given.args[0] and "room" in given.args[1]
    assert not desk.background.busy and not desk.archive.path(desk.model.id).exists()
    repaired()
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("fever and cough")
    assert desk.kept().case == desk.model.case()


def test_what_a_full_disk_kept_off_is_written_at_the_end(desk, qtbot, monkeypatch):
    repaired = full_disk(monkeypatch)
    with qtbot.waitSignal(desk.autosave.failed):
        desk.model.set_record("fever")
    repaired()
    desk.close()
    assert desk.kept().case == desk.model.case()


def test_what_cannot_be_written_at_the_end_is_offered_at_the_next_start(desk, qtbot, monkeypatch):
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("fever")
    full_disk(monkeypatch)
    desk.model.set_record("fever and cough")
    desk.close()
    assert f"{desk.model.id}.{os.getpid()}.open" in desk.names()


def test_one_case_that_cannot_be_written_does_not_keep_off_another(desk, qtbot, monkeypatch):
    keep = desk.archive.keep
    bad = desk.model.id

    def picky(case, report):
        if case.id == bad:
            raise CaseProblem("x", "it is too large", "Make it smaller.")
        return keep(case, report)

    monkeypatch.setattr(desk.archive, "keep", picky)
    desk.model.set_record("huge")
    with qtbot.waitSignals([desk.autosave.failed, desk.autosave.saved]):
        desk.model.clear()
        desk.model.set_record("small")
    assert desk.kept().case == desk.model.case()


def test_switched_off_nothing_is_written(desk, qtbot):
    with qtbot.waitSignal(desk.autosave.saved):
        desk.model.set_record("fever")
    desk.autosave.enabled = False
    desk.autosave.enabled = False
    qtbot.waitUntil(lambda: desk.names() == [f"{desk.model.id}.mmcase"])
    with qtbot.assertNotEmitted(desk.autosave.saved, wait=150):
        desk.model.set_record("fever and cough")
    with qtbot.waitSignal(desk.autosave.saved):
        desk.autosave.enabled = True
    assert desk.kept().case == desk.model.case() and len(desk.names()) == 2


def test_switched_off_what_was_put_away_before_is_still_written(desk, slow_work, qtbot):
    """A demo puts a case away and switches the keeping off at once, perhaps while it is being written."""
    before, archive = desk.model.id, desk.archive
    desk.model.set_record("fever")
    desk.autosave.flush()
    desk.model.set_record("fever and cough")
    written = desk.model.case()
    desk.model.clear()
    desk.autosave.enabled = False
    slow_work.set()
    qtbot.waitUntil(lambda: desk.names() == [f"{before}.mmcase"] and not desk.background.busy)
    assert desk.kept(before).case == written and archive.unfinished() == []


def test_a_killed_application_loses_the_last_keystrokes_alone(desk):
    command = [sys.executable, "-c", TYPIST, str(desk.archive.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        typed = [int(process.stdout.readline()) for _ in range(2)]
        process.kill()
        process.wait()
    (left,) = desk.archive.unfinished()
    text = casefile.load(left.path).case.inputs[Modality.RECORD][0].data.decode()
    assert set(text) == {"x"} and len(text) > typed[-1] - 2000 / 20  # keys in two seconds


def test_a_case_that_lies_elsewhere_is_kept_once_it_differs(qtbot, tmp_path: Path) -> None:
    model, background = CaseModel(), Background()
    keeper = Autosave(model, Archive(tmp_path), background)
    case = Case({Modality.RECORD: (Input.from_text("Fever"),)})
    keeper.spared = case
    model.load(case)
    keeper.report_ready(sample_report(case))
    assert not keeper._due
    with qtbot.waitSignal(keeper.saved):
        model.set_record("No fever")
    with qtbot.waitSignal(keeper.saved):
        model.set_record("Fever")  # as it was, and not as it was kept
    assert dict(casefile.load(tmp_path / f"{case.id}.mmcase").case.inputs) == dict(case.inputs)
    keeper.close()
    background.close()
