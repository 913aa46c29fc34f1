"""The rows above and below a recording: which one it is and from where, and what can be done with it."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from mmdesk.case import Input
from mmdesk.media.auscultation import position_of
from mmdesk.ui import icons
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID


class RecordingBar(QWidget):
    """The recordings of the case, and where on the chest the chosen one was recorded."""

    chosen = Signal(int)
    position_chosen = Signal(object)  # one of POSITIONS, None where it is not known

    def __init__(self) -> None:
        super().__init__()
        self.recordings, self.position = Chooser(), Chooser()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self.recordings, 1)
        row.addWidget(self.position, 1)
        self.recordings.activated.connect(self.chosen)
        self.position.activated.connect(self._choose_position)
        self.retranslate()

    def show_items(self, items: tuple[Input, ...], index: int) -> None:
        """The recordings of the case; the one at `index` is the chosen one."""
        self.recordings.clear()
        self.recordings.addItems([item.name for item in items])
        self.recordings.setCurrentIndex(index)
        self.recordings.setToolTip(items[index].name)
        self.position.setCurrentIndex(max(0, self.position.findData(position_of(items[index]))))

    def retranslate(self) -> None:
        self.recordings.setAccessibleName(self.tr("Recording"))
        self.position.setAccessibleName(self.tr("Position on the chest"))
        self.position.setToolTip(self.tr("Where on the chest it was recorded"))
        positions = {
            None: self.tr("position unknown"),
            "sup_Mit": self.tr("mitral, lying"),
            "sup_Tri": self.tr("tricuspid, lying"),
            "sup_Pul": self.tr("pulmonary, lying"),
            "sup_Aor": self.tr("aortic, lying"),
            "sit_Mit": self.tr("mitral, sitting"),
            "sit_Tri": self.tr("tricuspid, sitting"),
            "sit_Pul": self.tr("pulmonary, sitting"),
            "sit_Aor": self.tr("aortic, sitting"),
        }
        index = max(0, self.position.currentIndex())
        self.position.clear()
        for code, words in positions.items():
            self.position.addItem(words, code)
        self.position.setCurrentIndex(index)

    def _choose_position(self, index: int) -> None:
        self.position_chosen.emit(self.position.itemData(index))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class RecordingActions(QWidget):
    """Play, add, record and remove; the time on the right."""

    def __init__(self) -> None:
        super().__init__()
        self.play = QPushButton()
        self.add, self.record, self.remove, self.clear = (QToolButton() for _ in range(4))
        buttons = (self.add, self.record, self.remove, self.clear)
        for button, icon in zip(buttons, ("add", "microphone", "remove", "close"), strict=True):
            button.setIcon(icons.icon(icon))
        self.time = label("", "small", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        for widget in (self.play, self.add, self.record, self.remove):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.time)
        row.addWidget(self.clear)
        self.show_time(None, None)
        self.show_playing(False)
        self.retranslate()

    def show_time(self, times: tuple[float, float] | None, region: tuple[float, float] | None) -> None:
        """Cursor and length of the recording in seconds, None without one; what is selected of it."""
        self.clear.setVisible(region is not None)
        if region is not None:
            self.time.setText(self.tr("{:.2f}–{:.2f} s").format(*region))
        elif times is not None and times[1] >= 60:
            cursor, seconds = (f"{int(time) // 60}:{int(time) % 60:02}" for time in times)
            self.time.setText(f"{cursor} / {seconds}")
        elif times is not None:
            self.time.setText(self.tr("{:.1f} / {:.1f} s").format(*times))
        else:
            self.time.setText("")

    def show_playing(self, playing: bool) -> None:
        words = self.tr("Pause") if playing else self.tr("Play")
        if self.play.text() != words:
            self.play.setText(words)
            self.play.setAccessibleName(words)
            self.play.setIcon(icons.icon("pause" if playing else "play"))

    def retranslate(self) -> None:
        """All but what `show_time` and `show_playing` say: the panel calls them again."""
        self.play.setToolTip(self.tr("Play the recording, or what is selected (Space in the picture)"))
        for button, words in (
            (self.add, self.tr("Add recordings…")),
            (self.record, self.tr("Record…")),
            (self.remove, self.tr("Remove this recording")),
            (self.clear, self.tr("Clear selection (Esc)")),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
