"""The recordings of a case: seen, heard, and told where on the chest they are from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.auscultation import UNKNOWN, position_of
from mmdesk.report import Saliency
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.input_panel import InputPanel
from mmdesk.ui.level_meter import LevelTrace
from mmdesk.ui.panel import EmptyTarget, label
from mmdesk.ui.player import Player
from mmdesk.ui.previews import Previews
from mmdesk.ui.recorder_bar import RecorderBar
from mmdesk.ui.recording import Recording
from mmdesk.ui.recording_bar import RecordingActions, RecordingBar
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # these import numpy, soundfile and pyqtgraph: first needed where a recording is read
    from mmdesk.media.microphone import Device
    from mmdesk.media.recorder import Look
    from mmdesk.media.waveform import Sound
    from mmdesk.ui.sound_view import SoundView

END = 0.02  # seconds before the end, from where on playing starts over


class AudioPanel(InputPanel):
    """Shows one recording at a time. `release` is to be called before the background is closed."""

    def __init__(
        self, model: CaseModel, background: Background, recording: Recording, player: Player | None = None
    ) -> None:
        super().__init__(Modality.AUDIO, model)
        self.player = player or Player(self)
        self.recording = recording
        self._previews = Previews(background, self)
        self.view: SoundView | None = None
        self._shown: Sound | None = None
        self._saliencies: list[tuple[Input, Saliency]] = []
        self._saliency_words = ""
        self._silent = self._deaf = ""  # why nothing is heard, and nothing recorded, as the cards say
        self._build()
        self._previews.arrived.connect(self._take)
        self._previews.dropped.connect(self._drop)
        self._previews.late.connect(self.show_inputs)
        model.changed.connect(self._follow)
        model.replaced.connect(self.clear)
        self.player.position_changed.connect(self._played)
        self.player.finished.connect(self._show_time)
        self.player.failed.connect(self._not_played)
        recording.changed.connect(self._recording_changed)
        recording.found.connect(self.recorder.show_devices)
        recording.looked.connect(self._show_look)
        recording.finished.connect(self._recorded)
        recording.failed.connect(self._not_recorded)
        self.retranslate()
        self._follow(Modality.AUDIO)

    def _build(self) -> None:
        self.target = EmptyTarget("", icons.icon("audio", "muted"))
        self.target.browse_asked.connect(self.browse_asked)
        self.target.paste_asked.connect(self.paste_asked)
        self.record = self.target.add_button()
        self.record.clicked.connect(self._open_recorder)
        self.recorder = RecorderBar()
        self.recorder.start_asked.connect(self._start_recording)
        self.recorder.stop_asked.connect(self.recording.stop)
        self.recorder.closed.connect(self._close_recorder)
        self.recorder.hide()
        self.trace = LevelTrace()
        self.bar = RecordingBar()
        self.bar.chosen.connect(self._choose)
        self.bar.position_chosen.connect(self._set_position)
        self.note = label("", tone="muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.content = QWidget()
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addWidget(self.bar)
        self._column.addWidget(self.note, 1)
        self.body.addWidget(self.recorder)
        self.body.addWidget(self.trace, 1)
        self.body.addWidget(self.target, 1)
        self.body.addWidget(self.content, 1)
        self.actions_ = RecordingActions()
        self.actions_.play.clicked.connect(self._play_or_pause)
        self.actions_.add.clicked.connect(self.browse_asked)
        self.actions_.record.clicked.connect(self._open_recorder)
        self.actions_.remove.clicked.connect(self.remove_chosen)
        self.buttons.addWidget(self.actions_)

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays, not even for a moment."""
        self.recording.abandon()
        self._close_recorder()
        self.player.pause()
        super().clear()
        self._saliencies = []
        self._show_saliency()
        self.content.hide()

    def show_saliency(self, saliencies: Mapping[int, Saliency], words: str = "", asked: bool = True) -> None:
        """Where a finding rests, by the place of the recording: it is seen whenever that is shown; {} takes
        it off. Where it was asked for and the one that is shown has none, the first that has is chosen."""
        own = {place: one for place, one in saliencies.items() if place < len(self.items)}
        self._saliencies = [(self.items[place], saliency) for place, saliency in own.items()]
        self._saliency_words = words
        if asked and own and self.index not in own:
            self._choose(min(own))
        self._show_saliency()

    def release(self) -> None:
        """Reading and playing end, before the program does."""
        self._previews.stop()
        self.player.close()
        self.recording.close()

    def refusals(self) -> list[tuple[InputProblem, str]]:
        """What cannot be read is a problem; what will not be analysed is a notice."""
        told = []
        for preview in self._previews.all():
            if isinstance(preview, InputProblem):
                told.append((preview, "problem"))
            elif preview.refusal is not None:
                told.append((preview.refusal, "notice"))
        return told

    @property
    def is_late(self) -> bool:
        return self._previews.are_late

    def many(self, count: int) -> str:
        return self.tr("recordings: {}").format(count)

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality == Modality.AUDIO:
            self.follow()
            self._previews.want(self.items)
            self.show_inputs()

    def _take(self, preview: "Sound | InputProblem") -> None:
        self.tell(preview)
        self.show_inputs()

    def _drop(self, preview: "Sound | InputProblem") -> None:
        problem = preview if isinstance(preview, InputProblem) else preview.refusal
        if problem is not None:
            self.withdraw(problem)

    def _choose(self, index: int) -> None:
        self.index = index
        self.show_inputs()

    def _set_position(self, position: str | None) -> None:
        item = self.items[self.index]
        if position is None and position_of(replace(item, position=None)) is not None:
            position = UNKNOWN  # the file's name says one
        items = list(self.items)
        items[self.index] = replace(item, position=position)
        self.model.set_inputs(Modality.AUDIO, tuple(items))

    # ---- the chosen recording

    def show_inputs(self) -> None:
        preview = self._previews.of(self.items[self.index]) if self.items else None
        sound = None if isinstance(preview, InputProblem) else preview
        if sound is not self._shown:
            self.player.pause()
            if sound is not None:
                self._make_view().show_sound(sound)
            self._shown = sound
        self._show_saliency()
        full = bool(self.items) and (self.view is not None or preview is not None)
        self.target.setVisible(not full and not self.recording.active)
        self.trace.setVisible(not full and self.recording.active)
        self.record.setVisible(self.recorder.isHidden())
        self.content.setVisible(full)
        self.actions_.setVisible(full)
        self.actions_.play.setEnabled(sound is not None and not self.recording.active)
        self.actions_.record.setEnabled(not self.recording.active)
        if full:
            self.bar.show_items(self.items, self.index)
        reading = preview is None
        kept = sound is not None or (reading and not self._previews.are_late)  # the last one, for a moment
        self.note.setVisible(not kept)
        self.note.setText(self.tr("Reading…") if reading else self.tr("There is nothing to show."))
        if self.view is not None:
            self.view.setVisible(kept)
        self._show_time()
        self.show_chip()

    def _show_saliency(self) -> None:
        """Over its own recording, not over one that stays for a moment while that is read."""
        item = self.items[self.index] if self.items else None
        read = item is not None and self._shown is not None and self._previews.of(item) is self._shown
        saliency = next((own for heard, own in self._saliencies if heard is item), None) if read else None
        if self.view is not None:
            self.view.show_saliency(saliency, self._saliency_words)

    def _make_view(self) -> "SoundView":
        if self.view is None:
            from mmdesk.ui.sound_view import SoundView

            self.view = SoundView()
            self._column.addWidget(self.view, 1)
            self.view.play_asked.connect(self._play_or_pause)
            self.view.cursor_moved.connect(self._cursor_moved)
            self.view.region_changed.connect(self._show_time)
            self.actions_.clear.clicked.connect(self.view.clear_region)
            QWidget.setTabOrder(self.bar.position, self.view)
        return self.view

    def _show_time(self) -> None:
        """Where it is, what is selected, whether it plays."""
        if self.view is not None and self._shown is not None:
            self.actions_.show_time((self.view.cursor, self.view.seconds), self.view.region())
        else:
            self.actions_.show_time(None, None)
        self.actions_.show_playing(self.player.playing)

    # ---- recording

    def _open_recorder(self) -> None:
        """The devices are looked for anew each time."""
        self.remove_card(self._deaf)
        self.recorder.show_devices(None)
        self.recorder.show()
        self.recording.look_for_devices()
        self.show_inputs()

    def _close_recorder(self) -> None:
        self.recorder.hide()
        self.show_inputs()

    def _start_recording(self, device: "Device") -> None:
        self.player.pause()
        self.remove_card(self._deaf)
        self.trace.clear()
        self.recording.start(device, self.model.id)

    def _recording_changed(self) -> None:
        self.recorder.show_phase(self.recording.phase)
        self.show_inputs()

    def _show_look(self, look: "Look") -> None:
        self.recorder.show_look(look)
        self.trace.add(look.peak)

    def _recorded(self, item: Input | None) -> None:
        if item is not None:
            self._close_recorder()

    def _not_recorded(self, text: str, remedy: str) -> None:
        self._deaf = text
        self.show_card(text, remedy, "notice")
        if not self.recording.active and self.recorder.devices.count() == 0:
            self.recorder.hide()
        self.show_inputs()

    # ---- playing

    def _play_or_pause(self) -> None:
        if self.player.playing:
            self.player.pause()
        elif self._shown is not None:
            self.remove_card(self._silent)
            self._play()
        self._show_time()

    def _play(self) -> None:
        """The selection or all of it, from the cursor where that lies within."""
        view = self._make_view()
        start, end = view.region() or (0.0, view.seconds)
        if start <= view.cursor < end - END:
            start = view.cursor
        self.player.play(self.items[self.index], start, end)

    def _played(self, seconds: float) -> None:
        self._make_view().set_cursor(seconds)
        self._show_time()

    def _cursor_moved(self, seconds: float) -> None:
        if self.player.playing:
            self.player.pause()
            if self._shown is not None and seconds < self._shown.seconds - END:
                self._play()
        self._show_time()

    def _not_played(self, text: str, remedy: str) -> None:
        self._silent = text
        self.show_card(text, remedy, "notice")
        self._show_time()

    # ---- words

    def show_chip(self) -> None:
        if self.recording.active:
            self.set_chip(self.tr("recording"), "accent")
        else:
            super().show_chip()

    def retranslate(self) -> None:
        self.retitle(self.tr("Audio"))
        self.record.setText(self.tr("Record…"))
        self.target.words.setText(self.tr("Drop heart sounds here:\nWAV, FLAC, OGG or MP3."))
        self.show_inputs()
