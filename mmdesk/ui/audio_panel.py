"""The recordings of a case: seen, heard, and told where on the chest they are from."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import LAST, Encoded, Event, InputFailed, OutOfDistribution
from mmdesk.media.auscultation import UNKNOWN, position_of
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.panel import EmptyTarget, Panel, label
from mmdesk.ui.player import Player
from mmdesk.ui.previews import Previews
from mmdesk.ui.recording_bar import RecordingActions, RecordingBar
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # these import numpy, soundfile and pyqtgraph: first needed where a recording is read
    from mmdesk.media.waveform import Sound
    from mmdesk.ui.sound_view import SoundView

END = 0.02  # seconds before the end, from where on playing starts over


class AudioPanel(Panel):
    """Shows one recording at a time. `release` is to be called before the background is closed."""

    browse_asked = Signal()
    paste_asked = Signal()
    modality = Modality.AUDIO

    def __init__(self, model: CaseModel, background: Background, player: Player | None = None) -> None:
        super().__init__("")
        self._model = model
        self.player = player or Player(self)
        self._items: tuple[Input, ...] = ()
        self._index = 0
        self._previews = Previews(background, self)
        self.view: SoundView | None = None
        self._shown: Sound | None = None
        self._silent = ""  # why nothing is heard, as the card says
        self._forget_results()
        self._build()
        self._previews.arrived.connect(self._take)
        self._previews.dropped.connect(self._drop)
        self._previews.late.connect(self._show)
        model.changed.connect(self._follow)
        model.replaced.connect(self.clear)
        self.player.position_changed.connect(self._played)
        self.player.finished.connect(self._show_time)
        self.player.failed.connect(self._not_played)
        self.retranslate()
        self._follow(Modality.AUDIO)

    def _build(self) -> None:
        self.target = EmptyTarget("", icons.icon("audio", "muted"))
        self.target.browse_asked.connect(self.browse_asked)
        self.target.paste_asked.connect(self.paste_asked)
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
        self.body.addWidget(self.target, 1)
        self.body.addWidget(self.content, 1)
        self.actions_ = RecordingActions()
        self.actions_.play.clicked.connect(self._play_or_pause)
        self.actions_.add.clicked.connect(self.browse_asked)
        self.actions_.remove.clicked.connect(self._remove)
        self.buttons.addWidget(self.actions_)

    # ---- for the window

    def begin(self) -> None:
        """Another analysis starts."""
        self.clear_cards()
        self._forget_results()
        self._working = bool(self._items)
        for preview in self._previews.all():
            self._tell(preview)
        self._show_chip()

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=Modality.AUDIO):
                self._encoded.append(event)
            case InputFailed(modality=Modality.AUDIO):
                self._failed = True
                self.show_card(f"{event.name}: {event.problem}", event.remedy)
            case OutOfDistribution(modality=Modality.AUDIO):
                self._refused = True
                text = f"{event.name}: unlike anything the model has seen, not scored"
                self.show_card(text, event.reason, "notice")
            case _ if isinstance(event, LAST):
                self._working = False
        self._show_chip()

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays."""
        self.player.pause()
        self.clear_cards()
        self._index = 0

    def release(self) -> None:
        """Reading and playing end, before the program does."""
        self._previews.stop()
        self.player.close()

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality != Modality.AUDIO:
            return
        before, self._items = self._items, self._model.inputs(Modality.AUDIO)
        if before and len(self._items) > len(before):
            self._index = len(self._items) - 1  # what was added is shown
        self._index = max(0, min(self._index, len(self._items) - 1))
        self._forget_results()
        self._previews.want(self._items)
        self._show()

    def _take(self, preview: "Sound | InputProblem") -> None:
        self._tell(preview)
        self._show()

    def _drop(self, preview: "Sound | InputProblem") -> None:
        if (problem := _problem_of(preview)) is not None:
            self.remove_card(f"{problem.name}: {problem.problem}")

    def _tell(self, preview: "Sound | InputProblem") -> None:
        """A card where a recording cannot be read, or will not be analysed."""
        problem = _problem_of(preview)
        if problem is not None:
            tone = "problem" if problem is preview else "notice"
            self.show_card(f"{problem.name}: {problem.problem}", problem.remedy, tone)

    def _choose(self, index: int) -> None:
        self._index = index
        self._show()

    def _set_position(self, position: str | None) -> None:
        item = self._items[self._index]
        if position is None and position_of(replace(item, position=None)) is not None:
            position = UNKNOWN  # the file's name says one
        items = list(self._items)
        items[self._index] = replace(item, position=position)
        self._model.set_inputs(Modality.AUDIO, tuple(items))

    def _remove(self) -> None:
        self._model.remove(Modality.AUDIO, self._items[self._index])

    # ---- the chosen recording

    def _show(self) -> None:
        preview = self._previews.of(self._items[self._index]) if self._items else None
        sound = None if isinstance(preview, InputProblem) else preview
        if sound is not self._shown:
            self.player.pause()
            if sound is not None:
                self._make_view().show_sound(sound)
            self._shown = sound
        full = bool(self._items) and (self.view is not None or preview is not None)
        self.target.setVisible(not full)
        self.content.setVisible(full)
        self.actions_.setVisible(full)
        self.actions_.play.setEnabled(sound is not None)
        if full:
            self.bar.show_items(self._items, self._index)
        reading = preview is None
        kept = sound is not None or (reading and not self._previews.are_late)  # the last one, for a moment
        self.note.setVisible(not kept)
        self.note.setText(self.tr("Reading…") if reading else self.tr("There is nothing to show."))
        if self.view is not None:
            self.view.setVisible(kept)
        self._show_time()
        self._show_chip()

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
        self.player.play(self._items[self._index], start, end)

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

    def _forget_results(self) -> None:
        self._working = self._failed = self._refused = False
        self._encoded: list[Encoded] = []

    def _show_chip(self) -> None:
        broken = any(isinstance(preview, InputProblem) for preview in self._previews.all())
        if not self._items:
            self.set_chip(self.tr("empty"))
        elif self._failed or broken:
            self.set_chip(self.tr("problem"), "problem")
        elif self._refused:
            self.set_chip(self.tr("not scored"), "warning")
        elif self._encoded:
            self.set_chip(self._encoded_words(), "good")
        elif self._working:
            self.set_chip(self.tr("working…"), "accent")
        elif self._previews.are_late:
            self.set_chip(self.tr("reading…"), "accent")
        else:
            self.set_chip(self.tr("ready"))

    def _encoded_words(self) -> str:
        what = self._encoded[-1].examination or ""
        if len(self._encoded) > 1:
            what = self.tr("recordings: {}").format(len(self._encoded))
        if all(event.reused for event in self._encoded):
            return self.tr("{} · reused").format(what)
        milliseconds = sum(event.milliseconds for event in self._encoded)
        return self.tr("{what} · {milliseconds:.0f} ms").format(what=what, milliseconds=milliseconds)

    def retranslate(self) -> None:
        self.retitle(self.tr("Audio"))
        self.target.words.setText(self.tr("Drop heart sounds here:\nWAV, FLAC, OGG or MP3."))
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _problem_of(preview: "Sound | InputProblem") -> InputProblem | None:
    """Why it cannot be read, or will not be analysed."""
    return preview if isinstance(preview, InputProblem) else preview.refusal
