"""The whole window through every state of an analysis, with a scripted engine."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from support import leftovers
from support.opened import record_case
from support.sample import SENTENCES
from support.scripted import Gate, reached, sample_events

from mmdesk import resources
from mmdesk.case import Modality
from mmdesk.engine.state import Phase
from mmdesk.events import (
    Failed,
    InputFailed,
    OutOfDistribution,
    ReportReady,
    Stage,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.report import STOPPED_NOTICE

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
CTRL = Qt.KeyboardModifier.ControlModifier
NEEDS_A_CASE = ("save", "save_as", "new", "analyse")
NEEDS_A_REPORT = ("copy_text", "copy_markdown", "export")


def enabled(one, names) -> list[bool]:
    return [one.do[name].isEnabled() for name in names]


def with_record(one) -> None:
    one.model.load(record_case())


def finished(one) -> None:
    """A record, and its report."""
    with_record(one)
    one.do["analyse"].trigger()
    one.until_ended()


def test_empty(open_window) -> None:
    one = open_window()
    assert not any(enabled(one, (*NEEDS_A_CASE, *NEEDS_A_REPORT, "stop")))
    assert one.window.windowTitle() == "mmdesk"
    assert "Research use only" in one.window.status._research.text()
    one.until_phase(Phase.READY)
    assert one.window.status.text == "Engine ready"
    one.desk.analyse()
    assert one.began == 0


def test_ready(open_window) -> None:
    one = open_window()
    with_record(one)
    assert all(enabled(one, NEEDS_A_CASE))
    assert not any(enabled(one, (*NEEDS_A_REPORT, "stop")))


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_F5, None), (Qt.Key.Key_Return, CTRL)])
def test_keys_begin_an_analysis_and_its_results_are_shown(open_window, key, modifier) -> None:
    one = open_window()
    one.until_phase(Phase.READY)
    one.qtbot.keyClicks(one.window.record.editor, "4-year-old boy")  # not in the model yet
    one.window.record.editor.setFocus()
    one.key(key, modifier)
    assert isinstance(one.until_ended(), ReportReady)
    assert one.model.case().inputs[RECORD][0].data == b"4-year-old boy"
    assert one.desk.report is not None and all(enabled(one, NEEDS_A_REPORT))
    assert one.window.report.report == one.desk.report
    assert SENTENCES["record"][0] in one.window.report.text.sentences()
    assert not one.do["stop"].isEnabled()


def test_working(open_window) -> None:
    one = open_window()
    with_record(one)
    events = sample_events(record_case())
    one.play(*events[:4], Gate("gate"), *events[4:])
    one.run_to_gate()
    one.until(lambda: one.window.status.text == "Engine is working")
    assert enabled(one, ("stop", "analyse", "export")) == [True, True, False]
    assert one.window.record.chip.text() == "working…"
    one.open_gate()
    one.until_ended()
    assert one.window.record.chip.text() != "working…"


def test_escape_stops_and_a_stopped_report_says_so_wherever_it_goes(open_window, qapp) -> None:
    one = open_window("EchoEngine")
    with_record(one)
    one.do["analyse"].trigger()
    one.until(lambda: reached(one.pack, one.model.id))
    one.key(Qt.Key.Key_Escape)
    assert isinstance(one.until_ended(), Stopped)
    assert not one.do["stop"].isEnabled()
    assert one.desk.report is not None
    assert one.desk.report.notices[0] == STOPPED_NOTICE
    one.do["copy_text"].trigger()
    assert STOPPED_NOTICE in qapp.clipboard().text()
    one.until_quiet()
    (kept,) = one.desk.archive.recent(2)
    assert one.desk.archive.path(one.model.id) == kept.path


def test_a_stop_before_anything_was_written(open_window) -> None:
    one = open_window()
    with_record(one)
    one.play(StageStarted(Stage.READ), Gate("gate"))
    one.run_to_gate()
    one.do["stop"].trigger()
    assert one.until_ended() == Stopped(Stage.READ)
    assert one.desk.report is None and not any(enabled(one, NEEDS_A_REPORT))
    assert one.window.report.chip.text() == "stopped"


def test_failed(open_window) -> None:
    one = open_window()
    with_record(one)
    one.play(StageStarted(Stage.SCORE), Failed(Stage.SCORE, "out of memory", "Close other programs."))
    one.do["analyse"].trigger()
    one.until_ended()
    assert one.window.report.cards() == ["The analysis failed: out of memory."]
    assert one.desk.report is None and not any(enabled(one, NEEDS_A_REPORT))
    assert enabled(one, ("analyse", "stop")) == [True, False]
    one.play(*sample_events(record_case()))
    one.do["analyse"].trigger()
    one.until_ended(2)
    assert one.window.report.cards() == []


def test_an_engine_that_is_killed_is_started_again_and_the_case_stays(open_window) -> None:
    one = open_window(engine="process")
    with_record(one)
    one.play(StageStarted(Stage.ENCODE), Gate("gate"), *sample_events(record_case()))
    one.run_to_gate()
    phases = []
    one.worker.state_changed.connect(lambda state: phases.append(state.phase))
    (child,) = leftovers.engine_processes()
    child.kill()
    last = one.until_ended()
    assert isinstance(last, Failed) and "signal 9" in last.problem
    one.until_phase(Phase.READY)
    assert Phase.DIED in phases
    assert one.window.notice.text == ""  # it was said while it was so
    assert not one.model.is_empty()
    one.open_gate()
    one.do["analyse"].trigger()
    assert isinstance(one.until_ended(2), ReportReady)


def test_a_pack_that_cannot_be_loaded_can_be_chosen_again(open_window) -> None:
    one = open_window("broken_pack")
    one.until_phase(Phase.FAILED)
    assert one.window.notice.text == "pack: the weights do not match SHA256SUMS. Get the pack again."
    assert one.window.status.text == "Engine is not running"
    with_record(one)
    one.do["analyse"].trigger()
    assert isinstance(one.until_ended(), Failed)
    assert "the weights do not match" in one.window.report.cards()[0]
    with one.qtbot.waitSignal(one.worker.state_changed):
        one.window.toolbar.packs.activated.emit(one.window.toolbar.packs.currentIndex())
    one.until_phase(Phase.FAILED)


def test_an_input_that_fails_and_one_unlike_any_other_have_cards_of_their_own(open_window) -> None:
    one = open_window()
    one.model.load(record_case())
    failed = InputFailed(IMAGE, "scan.png", "the file ends before the picture does", "Copy it again.")
    odd = OutOfDistribution(AUDIO, "speech.wav", "it is no heart sound")
    one.play(failed, odd, *sample_events(record_case()))
    one.do["analyse"].trigger()
    one.until_ended()
    assert one.window.image.cards() == ["scan.png: the file ends before the picture does"]
    assert one.window.audio.cards() == ["speech.wav: not scored"]
    assert one.window.record.cards() == one.window.report.cards() == []
    assert one.desk.report is not None


def test_of_two_analyses_only_the_second_is_shown(open_window) -> None:
    one = open_window()
    with_record(one)
    one.play(TextDelta("image", "first"), Gate("gate"), *sample_events(record_case()))
    one.run_to_gate()
    one.play(TextDelta("image", "second"), *sample_events(record_case()))
    heard = []
    one.desk.arrived.connect(heard.extend)
    one.do["analyse"].trigger()
    one.open_gate()
    one.until_ended()
    assert [event.text for event in heard if isinstance(event, TextDelta)][:1] == ["second"]
    assert one.began == 2 and len(one.lasts) == 1


def test_a_report_of_a_case_that_was_changed_meanwhile_is_not_its_report(open_window) -> None:
    one = open_window()
    with_record(one)
    one.play(StageStarted(Stage.READ), Gate("gate"), *sample_events(record_case()))
    one.run_to_gate()
    one.model.set_record("Quite another record.")
    one.open_gate()
    one.until_ended()
    assert one.desk.report is None and not any(enabled(one, NEEDS_A_REPORT))
    assert one.window.report.cards() == ["The case was changed after this report was begun."]
    one.do["analyse"].trigger()
    one.until_ended(2)
    assert one.window.report.cards() == [] and one.desk.report is not None
    one.model.set_record("A third one.")
    assert one.desk.report is None
    assert one.window.report.cards() == ["The case was changed after this report was begun."]


def test_the_sample_is_read_at_once_and_nothing_changes_after_that(open_window) -> None:
    one = open_window()
    one.qtbot.mouseClick(one.window.report._sample, Qt.MouseButton.LeftButton)
    changes = []
    one.model.changed.connect(changes.append)
    assert isinstance(one.until_ended(), ReportReady)
    one.until_quiet()
    assert changes == [] and one.desk.report is not None
    assert dict(one.model.case().inputs) == dict(resources.sample_case().inputs)
    findings = one.window.findings.list.findings.findings()
    assert [finding.name for finding in findings] == [f.name for f in one.desk.report.findings]


def test_a_sentence_marks_what_it_rests_on(open_window) -> None:
    one = open_window()
    one.desk.show_sample("sample")
    one.until_ended()
    one.until_quiet()
    text, sentences = one.window.report.text, one.window.report.text.sentences()
    for _ in range(sentences.index(SENTENCES["image"][0]) + 1):
        one.qtbot.keyClick(text, Qt.Key.Key_Down)
    assert one.window.findings.list.marked == ("bacterial_pneumonia",)
    number = next(n for n, s in text._sentences.items() if s == SENTENCES["record"][1])
    place = text._rect(number).center().toPoint()
    text.verticalScrollBar().setValue(text.verticalScrollBar().value() + place.y())
    place = text._rect(number).topLeft().toPoint() + QPoint(30, 8)
    one.qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert one.window.findings.list.marked == ()
    assert one.window.record._named == {"temperature": None, "crp": None}
    assert one.window.record._mark() != []
    one.do["analyse"].trigger()
    one.until_ended(2)
    assert one.window.record._named == {}


def test_a_prompt_asks_again_and_goes_with_the_case(open_window) -> None:
    one = open_window()
    finished(one)
    chips = one.window.prompts._group.buttons()
    one.qtbot.mouseClick(chips[1], Qt.MouseButton.LeftButton)
    one.until_ended(2)
    assert one.desk.report.prompt == one.desk.prompt == chips[1].objectName()
    one.do["new"].trigger()
    one.desk.show_sample("liver")
    assert one.desk.prompt is None and chips[0].isChecked()
    one.desk.bring_back()
    assert one.desk.prompt == chips[1].objectName() and chips[1].isChecked()


def test_live(open_window) -> None:
    one = open_window()
    one.until_phase(Phase.READY)
    with_record(one)
    one.key(Qt.Key.Key_L, CTRL)
    assert one.desk._quiet.isActive() and one.desk._quiet.interval() == 300
    one.until_ended()
    for text in ("Fever", "Fever for", "Fever for 4 days"):
        one.model.set_record(text)
        assert one.desk._quiet.remainingTime() > 250
    assert not one.desk.working
    one.until_ended(2)
    assert one.began == 2  # the three changes together were one
    one.model.set_record("Cough")
    one.key(Qt.Key.Key_L, CTRL)
    assert not one.desk._quiet.isActive() and one.window.settings.live is False


def test_live_begins_as_it_was_left(open_window) -> None:
    one = open_window(live=True)
    assert one.do["live"].isChecked()
    with_record(one)
    assert isinstance(one.until_ended(), ReportReady)
    one.model.set_record("Cough")
    one.do["stop"].trigger()
    one.desk.stop()
    assert not one.desk._quiet.isActive()


def test_paste_finds_its_panel(open_window, qapp, tiny_png) -> None:
    one = open_window()
    qapp.clipboard().setText("Temp 38.9 C")
    one.key(Qt.Key.Key_V, CTRL)
    one.until(lambda: one.model.inputs(RECORD))
    assert one.model.inputs(RECORD)[0].data == b"Temp 38.9 C"
    qapp.clipboard().setImage(QImage.fromData(tiny_png()))
    one.window.image.target.paste_asked.emit()
    one.until(lambda: one.model.inputs(IMAGE))


def test_a_refused_file_has_a_card_in_its_panel_or_a_line_below_the_toolbar(open_window, tmp_path) -> None:
    one = open_window()
    path = tmp_path / "notes.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(60))
    one.desk.intake.take_paths([path], AUDIO)
    one.until(one.window.audio.cards)
    assert one.window.notice.text == ""
    one.desk.intake.take_paths([path])
    one.until(lambda: "notes.zip" in one.window.notice.text)


def test_a_drop_anywhere_finds_its_panel(open_window, qapp, tmp_path, tiny_png) -> None:
    one = open_window()
    path = tmp_path / "chest.txt"  # found by what it is
    path.write_bytes(tiny_png())
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place = one.window.record.mapTo(one.window, QPoint(20, 20))
    how = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    qapp.sendEvent(one.window, QDragEnterEvent(place, *how))
    qapp.sendEvent(one.window, QDropEvent(place.toPointF(), *how))
    one.until(lambda: one.model.inputs(IMAGE))
    assert one.window.image.cards() == ["chest.txt is an image: it was put into Image."]


def test_a_finding_that_is_chosen_takes_the_mark_from_the_sentence(open_window) -> None:
    one = open_window()
    one.model.load(resources.sample_case())
    one.play(*sample_events(one.model.case()))
    one.do["analyse"].trigger()
    one.until_ended()
    report, listed = one.window.report.text, one.window.findings.list
    one.qtbot.keyClick(report, Qt.Key.Key_Down)
    assert report._chosen is not None
    one.window.findings._choose("murmur_aortic_stenosis")
    assert report._chosen is None and listed.marked == ("murmur_aortic_stenosis",)
