"""Settings, shortcuts and about: small windows beside the desk, none of which blocks it."""

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mmdesk import __version__
from mmdesk.report import RESEARCH_USE
from mmdesk.settings import Settings, allowed
from mmdesk.ui.actions import Actions
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said

_NATIVE = QKeySequence.SequenceFormat.NativeText
DAYS = allowed("retention_days")
CHOICES = {name: allowed(name) for name in ("theme", "text_size", "language", "engine", "device")}


class SettingsDialog(QDialog):
    """A change takes effect at once: `changed` gives the name of a setting and its value."""

    changed = Signal(str, object)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._form = QFormLayout()
        self._form.setSpacing(GRID)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._choosers = {name: self._chooser(name) for name in CHOICES}
        self._keep, self._days = QCheckBox(), QSpinBox()
        self._keep.toggled.connect(self._set_autosave)
        self._days.setRange(min(DAYS), max(DAYS))
        self._days.valueChanged.connect(self._set_retention)
        self._form.addRow(label(), self._keep)
        self._form.addRow(label(), self._days)
        self._clean = QCheckBox()
        self._clean.toggled.connect(self._set_deidentify)
        self._form.addRow(label(), self._clean)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._close = buttons.button(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[GRID * 2] * 4)
        column.setSpacing(GRID * 2)
        column.addLayout(self._form)
        column.addWidget(buttons)
        self.retranslate()
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """They may be changed elsewhere while the dialog is open."""
        for name, box in self._choosers.items():
            box.setCurrentIndex(box.findData(getattr(settings, name)))
        with QSignalBlocker(self._keep), QSignalBlocker(self._days), QSignalBlocker(self._clean):
            self._keep.setChecked(settings.autosave)
            self._clean.setChecked(settings.deidentify)
            self._days.setValue(settings.retention_days)

    def _chooser(self, name: str) -> Chooser:
        box = Chooser()
        box.setObjectName(name)
        for value in CHOICES[name]:
            box.addItem("", value)
        box.activated.connect(self._set_choice)
        self._form.addRow(label(), box)
        return box

    @Slot()
    def _set_choice(self) -> None:
        box = self.sender()
        assert isinstance(box, Chooser)
        self.changed.emit(box.objectName(), box.currentData())

    @Slot(bool)
    def _set_autosave(self, on: bool) -> None:
        self.changed.emit("autosave", on)

    @Slot(bool)
    def _set_deidentify(self, on: bool) -> None:
        self.changed.emit("deidentify", on)

    @Slot(int)
    def _set_retention(self, days: int) -> None:
        self.changed.emit("retention_days", days)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Settings"))
        self._close.setText(self.tr("Close"))
        rows = {
            "theme": self.tr("Theme"), "text_size": self.tr("Text size"), "language": self.tr("Language"),
            "engine": self.tr("The engine runs"), "device": self.tr("Device"),
        }  # fmt: skip
        values = {
            "dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("As the system"),
            "en": "English", "zh_CN": "简体中文", "process": self.tr("in a process of its own"),
            "thread": self.tr("in this process"), "auto": self.tr("GPU where there is one"), "cpu": "CPU",
            "cuda": "GPU (CUDA)", **{size: f"{size} %" for size in CHOICES["text_size"]},
        }  # fmt: skip
        for name, box in self._choosers.items():
            self._label(box, rows[name])
            for place, value in enumerate(CHOICES[name]):
                box.setItemText(place, values[value])
        self._label(self._keep, self.tr("Autosave"))
        self._keep.setText(self.tr("Keep every case as it changes"))
        self._label(self._days, self.tr("Kept cases stay"))
        self._days.setSuffix(self.tr(" days"))
        self._days.setAccessibleName(self.tr("Days that kept cases stay"))
        self._label(self._clean, self.tr("Patient details"))
        self._clean.setText(self.tr("Take patient details out of DICOM files when a case is saved"))

    def _label(self, field: QWidget, words: str) -> None:
        beside = self._form.labelForField(field)
        assert isinstance(beside, QLabel)
        beside.setText(words)
        field.setAccessibleName(words)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class ShortcutsDialog(QDialog):
    """What every key does, in the window, on the image and on the sound."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self._labels: dict[tuple[int, int], QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(*[GRID * 2] * 4)
        self._grid.setHorizontalSpacing(GRID * 3)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        own = [
            (action.text(), list(dict.fromkeys(key.toString(_NATIVE) for key in keys)))
            for action in self._actions
            if (keys := action.shortcuts())  # two keys may have one name
        ]
        image = [
            (self.tr("Zoom in, zoom out"), ["+", "-", self.tr("Ctrl+wheel")]),
            (self.tr("Fit and reset"), ["0", self.tr("double click")]),
            (self.tr("Invert"), ["I"]),
            (self.tr("The file's own windows"), ["1", "2"]),
            (self.tr("CT: brain, abdomen, mediastinum, bone, lung"), ["3", "4", "5", "6", "7"]),
            (self.tr("Whole range, usual range"), ["8", "9"]),
            (self.tr("Window width, window level"), [self.tr("drag"), self.tr("Ctrl+arrows")]),
            (self.tr("Hide, show the heat map"), ["H"]),
            (self.tr("Pan"), [self.tr("middle drag"), self.tr("Space+drag"), self.tr("Shift+arrows")]),
            (self.tr("Other image or slice"), [self.tr("wheel"), "PgUp", "PgDn", "Home", "End"]),
            (self.tr("Read this slice"), ["R"]),
            (self.tr("Remove the image chosen in the film strip"), ["Del"]),
        ]
        sound = [
            (self.tr("Play, pause"), [self.tr("Space")]),
            (self.tr("Move the cursor"), ["←", "→"]),
            (self.tr("Select a part"), [self.tr("drag")]),
        ]
        self._column(0, self.tr("Window"), own)
        self._column(2, self.tr("Image"), image)
        self._column(2, self.tr("Audio"), sound, top=len(image) + 2)

    def _column(self, left: int, title: str, rows: list, top: int = 0) -> None:
        self._say(top, left, title.upper(), "title", span=2)
        for row, (what, keys) in enumerate(rows, start=top + 1):
            self._say(row, left, what)
            self._say(row, left + 1, "   ".join(keys), tone="muted")

    def _say(self, row: int, column: int, text: str, kind: str = "", tone: str = "", span: int = 1) -> None:
        if (row, column) not in self._labels:
            made = self._labels[row, column] = label("", kind, tone)
            self._grid.addWidget(made, row, column, 1, span)
        self._labels[row, column].setText(text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[GRID * 3] * 4)
        column.setSpacing(GRID)
        column.addWidget(label(f"mmdesk {__version__}", "large"))
        self._lines = [label() for _ in range(4)]
        for line in self._lines:
            line.setWordWrap(True)
            line.setMinimumWidth(GRID * 50)
            column.addWidget(line)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("About mmdesk"))
        words = (
            self.tr("Reads an image, heart sounds and a record with one local model and writes a report."),
            self.tr("Nothing leaves this machine."),
            self.tr("It is not a medical device. What the pack can and cannot do stands in its card."),
            said(RESEARCH_USE),
        )
        for line, text in zip(self._lines, words, strict=True):
            line.setText(text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
