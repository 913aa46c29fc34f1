"""The main window: who listens to whom, and which action does what."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow

from mmdesk.archive import Archive
from mmdesk.case import Modality
from mmdesk.engine.state import EngineState, Phase
from mmdesk.errors import PackProblem
from mmdesk.events import Event, ReportWritten
from mmdesk.packs import files as pack_files
from mmdesk.packs import manifest as manifests
from mmdesk.passing_on import is_dicom_input
from mmdesk.report import Report, Sentence
from mmdesk.settings import Settings
from mmdesk.ui import icons, theme
from mmdesk.ui.actions import Actions
from mmdesk.ui.demo import Demo
from mmdesk.ui.desk import Desk
from mmdesk.ui.desktop import Desktop
from mmdesk.ui.dialogs import AboutDialog, SettingsDialog, ShortcutsDialog
from mmdesk.ui.doctor_dialog import DoctorDialog
from mmdesk.ui.drop_filter import DropFilter
from mmdesk.ui.evidence import Evidence
from mmdesk.ui.filing import Filing
from mmdesk.ui.live_recording import LiveRecording
from mmdesk.ui.rounds import Rounds
from mmdesk.ui.worker import Worker


class MainWindow(QMainWindow):
    """`settings_changed` gives settings to be kept; the application dresses and speaks by them."""

    settings_changed = Signal(object)
    closing = Signal()  # it is hidden; what is being decoded or written is waited for
    closed = Signal()  # it is hidden, and all that was to be written is on disk
    gone = Signal()  # and the engine has ended

    def __init__(self, settings: Settings, archive: Archive, worker: Worker, state: QSettings) -> None:
        super().__init__()
        self.settings = settings
        self.desk = Desk(worker, archive, self)
        self._state = state
        self._closing = False
        self._parts = 2  # that end behind the window: the engine, and what reads a work list
        self.actions_ = Actions(self)
        self.desktop = Desktop(self.desk, self.actions_)
        self.evidence = Evidence(self)
        self._take_panels(self.desktop)
        self.filing = Filing(self, self.desk, self.notice)
        self.demo = Demo(self.desk, self.filing)
        self.rounds = Rounds(self, self.desk, self.filing, self.desktop.work, self.notice, self.actions_)
        self.live_recording = LiveRecording(self.desk, self.audio.recording)
        self._connect()
        self._show_pack(settings.pack)
        self._set_keeping()
        self.actions_["live"].setChecked(settings.live)
        self.desk.set_live(settings.live)
        self._update_actions()
        self.setWindowTitle("mmdesk")
        self.setFocus()  # no control looks chosen before one is

    def _take_panels(self, desktop: Desktop) -> None:
        self.toolbar, self.notice, self.status = desktop.toolbar, desktop.notice, desktop.status
        self.image, self.audio, self.record = desktop.image, desktop.audio, desktop.record
        self.report, self.prompts = desktop.report, desktop.prompts
        self.findings, self.stages = desktop.findings, desktop.stages
        self.inputs = {Modality.IMAGE: self.image, Modality.AUDIO: self.audio, Modality.RECORD: self.record}
        self.consumers = (
            self.image, self.audio, self.record, self.report, self.findings, self.stages, self.evidence,
        )  # fmt: skip
        self.setCentralWidget(desktop)
        self.setMinimumSize(880, 560)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.resize(1440, 900)
        if (geometry := self._state.value("geometry")) is not None:
            self.restoreGeometry(geometry)
        desktop.restore(self._state)

    # ---- who listens to whom

    def _connect(self) -> None:
        desk, do, filing = self.desk, self.actions_, self.filing
        desk.began.connect(self._began)
        desk.arrived.connect(self._show_events)
        desk.ended.connect(self._ended)
        desk.report_opened.connect(self._show_report)
        desk.model.changed.connect(self._case_changed)
        desk.model.changed.connect(self.evidence.input_changed)
        desk.model.replaced.connect(self._case_replaced)
        self.record.editor.textChanged.connect(self._update_actions)
        desk.worker.state_changed.connect(self._engine_changed)
        desk.worker.closed.connect(self._part_gone)
        self.rounds.reading.run.closed.connect(self._part_gone)
        self.audio.recording.left.connect(filing.offer_recording)
        desk.intake.refused.connect(self._refused)
        desk.intake.moved.connect(self._moved)
        self._drops = DropFilter(self, self.inputs, desk.intake)
        do.keep_keys(self.prompts.field)
        for panel in (self.image, self.audio, self.record):
            panel.browse_asked.connect(self._browse)
            panel.paste_asked.connect(self._paste)
        self.report.sample_asked.connect(self._show_sample)
        self.report.sentence_chosen.connect(self._mark_evidence)
        self.findings.finding_chosen.connect(self._mark_finding)
        self.evidence.image_lit.connect(self.image.show_heat)
        self.evidence.sound_lit.connect(self.audio.show_saliency)
        self.evidence.facts_lit.connect(self.record.mark_facts)
        self.image.view.pointed.connect(self._point_at_image)
        self.image.analyse_asked.connect(desk.analyse)
        self.prompts.asked.connect(desk.ask)
        self.toolbar.pack_chosen.connect(self._switch_pack)
        self.toolbar.sample_chosen.connect(desk.show_sample)
        self.toolbar.recent_menu.aboutToShow.connect(self._fill_recent)
        self.toolbar.export_menu.aboutToShow.connect(self._look_at_image)
        self.demo.switched.connect(self._set_keeping)
        self.demo.switched.connect(self.rounds.update)
        for name, slot in {
            "new": desk.new, "open": filing.open, "open_folder": filing.open_folder, "save": filing.save,
            "save_as": filing.save_as, "paste": self._paste, "analyse": desk.analyse, "stop": desk.stop,
            "live": self._set_live, "copy_text": filing.copy_text, "copy_markdown": filing.copy_markdown,
            "export": filing.export, "export_image": self._export_image, "demo": self.demo.switch,
            "purge": filing.ask_purge, "settings": self._show_settings, "theme": self._toggle_theme,
            "shortcuts": self._show_shortcuts, "doctor": self._show_doctor, "about": self._show_about,
            "quit": self.close,
        }.items():  # fmt: skip
            do[name].triggered.connect(slot)

    # ---- an analysis

    def _began(self) -> None:
        for consumer in self.consumers:
            consumer.begin()
        self._update_actions()

    def _show_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            for consumer in self.consumers:
                consumer.show_event(event)
        if any(isinstance(event, ReportWritten) for event in events):
            self._update_actions()  # it can be saved, whatever else is found
        if self.audio.recording.active and self.desk.reads_recording:
            text = "This is read from the last seconds of a recording under way."
            self.report.show_card(text, tone="notice")

    def _ended(self, last: Event) -> None:
        self._say_outdated()
        self._update_actions()

    def _set_live(self, live: bool) -> None:
        self.desk.set_live(live)
        self.apply_settings(replace(self.settings, live=live))

    def _mark_evidence(self, sentence: Sentence | None) -> None:
        self.findings.mark(sentence.findings if sentence else ())
        self.evidence.choose_sentence(sentence)

    def _mark_finding(self, name: str) -> None:
        """Nor does a sentence stay chosen whose evidence this is not."""
        self.report.text.choose(None)
        self.findings.mark((name,))
        self.evidence.choose_finding(name)

    def _point_at_image(self, point: QPointF | None) -> None:
        """What the report says that rests on this place of the picture."""
        text = self.report.text
        place = self.image.shown_place
        if point is None or place is None:
            text.light(())
        else:
            text.light(self.evidence.resting_on(place, point, text.sentences()))

    # ---- the case

    def _case_changed(self) -> None:
        self._say_outdated()
        self._update_actions()

    def _case_replaced(self) -> None:
        for consumer in self.consumers:
            consumer.clear()
        self.prompts.field.clear()  # what was asked of another case
        self._show_prompt()
        self._update_actions()

    def _show_prompt(self) -> None:
        """The desk asks what the chips show, also where a pack has other prompts than the one before."""
        self.prompts.prompt = self.desk.prompt
        self.desk.prompt = self.prompts.prompt

    def _say_outdated(self) -> None:
        again = self.desk.live and self.audio.recording.active  # soon, and by itself
        if self.report.report is not None and self.desk.report is None and not again:
            text = "The case was changed after this report was begun."
            self.report.show_card(text, "Analyse it again.", tone="notice")

    def _show_report(self, report: Report) -> None:
        for consumer in (self.report, self.findings, self.evidence, self.image):
            consumer.show_report(report)
        self._update_actions()

    def _browse(self) -> None:
        self.filing.pick(self.tr("Open files"), getattr(self.sender(), "modality", None))

    def _paste(self) -> None:
        self.desk.intake.paste(getattr(self.sender(), "modality", None))

    def _fill_recent(self) -> None:
        self.filing.fill_recent(self.toolbar.recent_menu)

    def _look_at_image(self) -> None:
        """Only a DICOM image can be exported without patient details."""
        action, item = self.actions_["export_image"], self.image.item
        action.setEnabled(False)
        if item is not None:
            self.desk.reading.run("chosen image", partial(is_dicom_input, item), action.setEnabled)

    def _export_image(self) -> None:
        if self.image.item is not None:
            self.filing.export_image(self.image.item)

    # ---- files that were refused, problems

    def _refused(self, modality: Modality | None, text: str, remedy: str) -> None:
        if modality is None:
            self.notice.say("refused", text, tone="problem", remedy=remedy)
        else:
            self.inputs[modality].show_card(text, remedy)

    def _moved(self, modality: Modality, text: str) -> None:
        self.inputs[modality].show_card(text, tone="notice")

    def _engine_changed(self, state: EngineState) -> None:
        self.status.show_state(state)
        if state.phase in (Phase.DIED, Phase.FAILED):
            self.notice.say("engine", state.problem or "", tone="problem", remedy=state.remedy or "")
        elif state.phase is Phase.READY:
            self.notice.withdraw("engine")
        self._update_actions()

    # ---- pack, settings, demo

    def _show_pack(self, name: str) -> None:
        try:
            folder = pack_files.find(name)
            pack = manifests.read(folder)
        except PackProblem as problem:
            self.filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)
            self.toolbar.show_packs([(path.name, path) for path in pack_files.packs()], None)
            return
        self.record.set_vocabulary(pack.vocabulary)
        self.findings.set_pack(pack)
        self.prompts.set_pack(pack)
        self.rounds.set_pack(pack)
        self._show_prompt()
        self.status.show_pack(f"{pack.name} {pack.version}")
        shown = [(f"{pack.name} {pack.version}", folder)]
        others = [path for path in pack_files.packs() if path != folder]
        self.toolbar.show_packs([*shown, *((path.name, path) for path in others)], folder)

    def _switch_pack(self, folder: Path) -> None:
        name = folder.name if folder in pack_files.packs() else str(folder)
        if name != self.settings.pack:
            self.apply_settings(replace(self.settings, pack=name))
            self._show_pack(name)
        elif self.desk.worker.state.phase is Phase.FAILED:  # chosen again, it is tried again
            self.desk.worker.start(folder, self.settings.device)

    def apply_settings(self, settings: Settings) -> None:
        """Take new settings; the application does what concerns all windows."""
        before, self.settings = self.settings, settings
        self._set_keeping()
        engine = (settings.pack, settings.engine, settings.device)
        if engine != (before.pack, before.engine, before.device):
            try:
                self.desk.worker.switch(pack_files.find(settings.pack), settings.engine, settings.device)
            except PackProblem as problem:
                self.filing.problem(f"{problem.name}: {problem.problem}.", problem.remedy)
        self.settings_changed.emit(settings)

    def _show_settings(self) -> None:
        dialog = SettingsDialog(self.settings, self)
        dialog.changed.connect(self._change_setting)
        self.settings_changed.connect(dialog.show_settings)
        self._show_dialog(dialog)

    def _change_setting(self, name: str, value: Any) -> None:
        self.apply_settings(replace(self.settings, **{name: value}))

    def _show_dialog(self, dialog: QDialog) -> None:
        """One of its kind; none of them blocks the window."""
        for old in self.findChildren(type(dialog)):
            if old is not dialog:
                old.close()
        dialog.show()

    def _toggle_theme(self) -> None:
        other = "light" if theme.active() is theme.DARK else "dark"
        self.apply_settings(replace(self.settings, theme=other))

    def _show_shortcuts(self) -> None:
        self._show_dialog(ShortcutsDialog(self.actions_, self))

    def _show_doctor(self) -> None:
        self._show_dialog(DoctorDialog(self))

    def _show_about(self) -> None:
        self._show_dialog(AboutDialog(self))

    def _show_sample(self) -> None:
        self.desk.show_sample("sample")

    def _set_keeping(self) -> None:
        keeps = self.settings.autosave and not self.desk.demo
        self.desk.autosave.enabled = self.audio.recording.keeps = keeps
        self.desk.deidentify = self.settings.deidentify
        self.rounds.reading.settings = self.settings

    # ---- words and state

    def _update_actions(self) -> None:
        typed = not self.record.editor.document().isEmpty()  # it may not be in the model yet
        empty, working = self.desk.model.is_empty() and not typed, self.desk.working
        do = self.actions_
        for name in ("new", "save", "save_as", "analyse"):
            do[name].setEnabled(not empty)
        do["stop"].setEnabled(working)
        for name in ("copy_text", "copy_markdown", "export"):
            do[name].setEnabled(self.desk.report is not None)
        self.report.set_case_empty(empty)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.evidence.retranslate()
        if event.type() == QEvent.Type.StyleChange:
            name = "sun" if theme.active() is theme.DARK else "moon"
            self.actions_["theme"].setIcon(icons.icon(name))
        super().changeEvent(event)

    # ---- the end

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        """The window is gone at once; the engine ends behind it."""
        event.ignore()
        if self._closing:
            return
        self._closing = True
        self.demo.stop()
        self._state.setValue("geometry", self.saveGeometry())
        self.desktop.keep(self._state)
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self.hide()
        self.closing.emit()
        self.desk.worker.close()
        self.rounds.close()
        self.audio.release()
        self.desk.close()
        self.closed.emit()

    def _part_gone(self) -> None:
        """The engine, and those that read a work list."""
        self._parts -= 1
        if not self._parts:
            self.gone.emit()
