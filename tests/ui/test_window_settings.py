"""Settings take effect at once, are kept, and follow each other; the demo."""

import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings, Qt, QTranslator
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from support import leftovers
from support.opened import make_pack, record_case
from support.scripted import Gate, reached, sample_events

from mmdesk import resources
from mmdesk.case import Input, Modality
from mmdesk.engine.state import Phase
from mmdesk.events import ReportReady, Stage, StageStarted
from mmdesk.ui import demo, language, theme
from mmdesk.ui.dialogs import AboutDialog, SettingsDialog, ShortcutsDialog

CTRL = Qt.KeyboardModifier.ControlModifier


def dialogs(one, kind=QDialog) -> list:
    return [dialog for dialog in one.window.findChildren(kind) if dialog.isVisible()]


def settings_dialog(one) -> SettingsDialog:
    one.do["settings"].trigger()
    (dialog,) = dialogs(one, SettingsDialog)
    return dialog


def choose(dialog: SettingsDialog, name: str, value: object) -> None:
    box = dialog._choosers[name]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def kept() -> dict:
    from mmdesk import settings

    return tomllib.loads((settings.config_folder() / settings.FILE).read_text())


def test_theme_and_text_size(open_window, qapp) -> None:
    one = open_window()
    dialog = settings_dialog(one)
    small = one.window.record.editor.font().pixelSize(), one.window.record.editor.font().pointSizeF()
    choose(dialog, "theme", "light")
    assert theme.active() is theme.LIGHT and kept()["theme"] == "light"
    one.key(Qt.Key.Key_T, CTRL)
    assert theme.active() is theme.DARK and kept()["theme"] == "dark"
    assert dialog._choosers["theme"].currentData() == "dark"  # it follows
    choose(dialog, "text_size", 150)
    large = one.window.record.editor.font().pixelSize(), one.window.record.editor.font().pointSizeF()
    assert max(large) == pytest.approx(1.5 * max(small), abs=1)
    assert kept()["text_size"] == 150 and kept()["theme"] == "dark"


def test_the_language_changes_all_words_that_are_shown(open_window, qapp, monkeypatch) -> None:
    class Echo(QTranslator):
        """Every text in angle brackets."""

        def load(self, *_) -> bool:
            return True

        def isEmpty(self) -> bool:  # noqa: N802 (Qt's name)
            return False

        def translate(self, context: str, text: str, *_) -> str:
            return f"<{text}>" if context not in ("", "QObject") else ""

    monkeypatch.setattr(language, "QTranslator", Echo)
    one = open_window()
    dialog = settings_dialog(one)
    choose(dialog, "language", "zh_CN")
    one.until(lambda: one.do["new"].text() == "<New>")
    assert one.window.record.notice.isVisible()
    assert one.window.toolbar._pack_label.text() == "<Pack>"
    assert one.window.status.text.startswith("<Engine ")
    assert dialog.windowTitle() == "<Settings>"
    assert dialog._choosers["theme"].currentText() == "<Dark>"
    assert dialog._form.labelForField(dialog._keep).text() == "<Autosave>"
    assert kept()["language"] == "zh_CN"
    choose(dialog, "language", "en")
    one.until(lambda: one.do["new"].text() == "New")
    assert not one.window.record.notice.isVisible()
    assert dialog.windowTitle() == "Settings"


def test_the_engine_moves_into_a_process_and_back(open_window) -> None:
    one = open_window()
    one.until_phase(Phase.READY)
    assert leftovers.engine_processes() == []
    one.model.load(record_case())
    one.play(StageStarted(Stage.READ), Gate("gate"), *sample_events(record_case()))
    one.run_to_gate()
    dialog = settings_dialog(one)
    choose(dialog, "engine", "process")
    one.until(lambda: one.lasts)  # what ran is stopped
    one.until_phase(Phase.READY)
    assert len(leftovers.engine_processes()) == 1
    one.open_gate()
    one.do["analyse"].trigger()
    assert isinstance(one.until_ended(2), ReportReady)
    choose(dialog, "engine", "thread")
    one.until_phase(Phase.READY)
    assert leftovers.engine_processes() == []
    assert kept()["engine"] == "thread"


def test_without_autosave_nothing_is_kept(open_window) -> None:
    one = open_window()
    one.model.load(record_case("The first."))
    one.until(lambda: one.desk.archive.path(one.model.id).exists())
    dialog = settings_dialog(one)
    dialog._keep.click()
    assert not one.desk.autosave.enabled and kept()["autosave"] is False
    first = one.model.id
    one.model.load(record_case("The second."))
    one.until_quiet()
    assert [item.id for item in one.desk.archive.recent(5)] == [first]
    assert one.desk.archive.unfinished() == []
    dialog._days.setValue(7)
    assert kept()["retention_days"] == 7 and kept()["autosave"] is False
    dialog._keep.click()
    one.until(lambda: one.desk.archive.path(one.model.id).exists())


def test_settings_that_cannot_be_kept_take_effect_and_are_told_of(open_window, tmp_path: Path) -> None:
    one = open_window()
    one.until_quiet()
    file = tmp_path / "home" / "settings.toml"
    file.unlink(missing_ok=True)
    file.mkdir(parents=True)
    choose(settings_dialog(one), "theme", "light")
    assert theme.active() is theme.LIGHT
    assert one.window.notice.text.startswith("settings.toml: ")


def test_dialogs_block_nothing_and_are_there_once(open_window) -> None:
    one = open_window()
    for _ in range(2):
        for name in ("settings", "shortcuts", "about"):
            one.do[name].trigger()
    assert [type(d) for d in dialogs(one)].count(SettingsDialog) == 1
    assert {type(d) for d in dialogs(one)} == {SettingsDialog, ShortcutsDialog, AboutDialog}
    assert not any(dialog.isModal() for dialog in dialogs(one))
    assert QApplication.activeModalWidget() is None


# Keys of text fields on X11.
EDITING = {"End", "Home", "Del", "Ctrl+D", "Ctrl+E", "Ctrl+K", "Ctrl+U", "Ctrl+A", "Ctrl+Z", "Ctrl+Del"}


def test_no_two_actions_share_a_key_and_no_text_field_takes_one_away(open_window) -> None:
    one = open_window()
    keys = [key.toString() for action in one.do for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert set(keys) & EDITING == {"Ctrl+E"}
    for key, kept in ((Qt.Key.Key_E, True), (Qt.Key.Key_C, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, CTRL)
        assert one.do.eventFilter(one.window.prompts.field, event) == kept


def test_another_pack_takes_its_prompts_and_the_engine_with_it(open_window, tmp_path: Path) -> None:
    one = open_window()
    one.until_phase(Phase.READY)
    other = make_pack(tmp_path / "other")
    text = (other / "pack.toml").read_text()
    place = text.index('[[prompts]]\nname = "impression"')
    text = text[:place] + text[place:].replace("mpression only", "n short").replace(
        '"impression"', '"brief"', 1
    )
    (other / "pack.toml").write_text(text.replace('    "impression",\n    "summary",\n', ""))
    one.model.load(record_case())
    one.desk.ask("impression")
    one.until_ended()
    one.window._switch_pack(other)
    one.until_phase(Phase.READY)
    assert kept()["pack"] == str(other)
    assert one.desk.prompt is None  # it has no such prompt
    assert one.window.toolbar.packs.currentData() == other
    one.window._switch_pack(resources.folder() / "packs" / "clinic")
    assert kept()["pack"] == "clinic"


def test_a_pack_that_is_gone_leaves_a_window_in_which_another_can_be_chosen(open_window) -> None:
    one = open_window(pack="/gone/away")
    assert "neither a pack's name" in one.window.notice.text
    assert one.window.status.text == "Engine is not running"
    packs = one.window.toolbar.packs
    assert (packs.currentIndex(), packs.itemText(0)) == (-1, "clinic")
    packs.setCurrentIndex(0)
    packs.activated.emit(0)
    one.until_phase(Phase.READY)
    assert one.window.settings.pack == "clinic"
    assert packs.currentIndex() == 0 and packs.currentText().startswith("clinic ")


def test_the_demo_plays_all_samples_and_keeps_and_shows_nobodys_case(open_window, monkeypatch) -> None:
    monkeypatch.setattr(demo, "PAUSE", 1)
    one = open_window()
    one.model.load(record_case())
    mine = one.model.case()
    one.until(lambda: one.desk.archive.path(mine.id).exists())
    samples = [dict(case.inputs) for case in resources.samples().values()]
    played = []
    one.desk.began.connect(lambda: played.append(dict(one.model.case().inputs)))
    one.do["demo"].trigger()
    one.until(lambda: len(played) > len(samples))
    assert played[: len(samples) + 1] == [*samples, samples[0]]
    one.do["demo"].trigger()
    assert one.model.is_empty()
    one.until_quiet()
    assert [item.id for item in one.desk.archive.recent(5)] == [mine.id]
    one.window.notice._button.click()
    assert one.model.case() == mine
    assert one.desk.autosave.enabled


@pytest.mark.parametrize("disturb", ["new", "change", "stop"])
def test_a_demo_that_is_disturbed_goes_on(open_window, monkeypatch, disturb: str) -> None:
    monkeypatch.setattr(demo, "PAUSE", 1)
    one = open_window()
    one.until_phase(Phase.READY)
    one.play(StageStarted(Stage.READ), Gate("gate"), *sample_events(record_case()))
    one.do["demo"].trigger()
    one.until(lambda: reached(one.pack, "gate"))
    if disturb == "change":
        one.model.add(Modality.RECORD, Input.from_text("A visitor."))
        one.open_gate()
    else:
        one.do[disturb].trigger()
    one.until(lambda: one.began > 1)


def test_no_setting_names_the_folder_of_a_dialog(open_window, tmp_path: Path) -> None:
    """Qt keeps the folders that its dialogs saw; one may be named for a patient."""
    one = open_window()
    folder = tmp_path / "Ada Lovelace"
    folder.mkdir()
    one.do["open"].trigger()
    dialog = one.window.findChild(QFileDialog)
    gone = []
    dialog.destroyed.connect(lambda: gone.append(True))
    dialog.setDirectory(str(folder))
    dialog.close()
    one.until(lambda: gone)
    kept = QSettings(QSettings.Scope.UserScope, "QtProject")
    assert "Ada" not in "".join(str(kept.value(key)) for key in kept.allKeys())
