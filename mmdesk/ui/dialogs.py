"""Settings, shortcuts and about: small windows beside the desk, none of which blocks it."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mmdesk import __version__
from mmdesk.report import RESEARCH_USE
from mmdesk.settings import Settings
from mmdesk.ui.actions import Actions
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID


class SettingsDialog(QDialog):
    """A change takes effect at once: `changed` gives the settings as they are now."""

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self._settings = settings
        self._form = QFormLayout()
        self._form.setSpacing(GRID)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._choice(
            "theme", self.tr("Theme"),
            {"dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("As the system")},
        )  # fmt: skip
        self._choice("text_size", self.tr("Text size"), {n: f"{n} %" for n in (100, 125, 150, 200)})
        self._choice(
            "language", self.tr("Language"),
            {"system": self.tr("As the system"), "en": "English", "zh_CN": "简体中文"},
        )  # fmt: skip
        self._choice(
            "engine", self.tr("The engine runs"),
            {"process": self.tr("in a process of its own"), "thread": self.tr("in this process")},
        )  # fmt: skip
        self._choice(
            "device", self.tr("Device"),
            {"auto": self.tr("GPU where there is one"), "cpu": "CPU", "cuda": "GPU (CUDA)"},
        )  # fmt: skip
        self._autosave()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(self.tr("Close"))
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[GRID * 2] * 4)
        column.setSpacing(GRID * 2)
        column.addLayout(self._form)
        column.addWidget(buttons)

    def _autosave(self) -> None:
        keep = QCheckBox(self.tr("Keep every case as it changes"))
        keep.setChecked(self._settings.autosave)
        keep.toggled.connect(self._set_autosave)
        days = QSpinBox()
        days.setRange(1, 365)
        days.setValue(self._settings.retention_days)
        days.setSuffix(self.tr(" days"))
        days.valueChanged.connect(self._set_retention)
        days.setAccessibleName(self.tr("Days that kept cases stay"))
        self._form.addRow(self.tr("Autosave"), keep)
        self._form.addRow(self.tr("Kept cases stay"), days)

    def _choice(self, field: str, words: str, options: dict) -> None:
        box = Chooser()
        box.setObjectName(field)
        box.setAccessibleName(words)
        for value, text in options.items():
            box.addItem(text, value)
        box.setCurrentIndex(box.findData(getattr(self._settings, field)))
        box.currentIndexChanged.connect(self._set_choice)
        self._form.addRow(words, box)

    def _set_choice(self, _index: int) -> None:
        box = self.sender()
        assert isinstance(box, QComboBox)
        self._set(box.objectName(), box.currentData())

    def _set_autosave(self, on: bool) -> None:
        self._set("autosave", on)

    def _set_retention(self, days: int) -> None:
        self._set("retention_days", days)

    def _set(self, field: str, value: Any) -> None:
        self._settings = replace(self._settings, **{field: value})
        self.changed.emit(self._settings)


class ShortcutsDialog(QDialog):
    """What every key does, in the window, on the image and on the sound."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        grid = QGridLayout(self)
        grid.setContentsMargins(*[GRID * 2] * 4)
        grid.setHorizontalSpacing(GRID * 3)
        own = [
            (action.text(), [key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys])
            for action in actions
            if (keys := action.shortcuts())
        ]
        image = [
            (self.tr("Zoom in, zoom out"), ["+", "-", self.tr("Ctrl+wheel")]),
            (self.tr("Fit and reset"), ["0", self.tr("double click")]),
            (self.tr("Invert"), ["I"]),
            (self.tr("Window width, window level"), [self.tr("drag left, right"), self.tr("drag up, down")]),
            (self.tr("Pan"), [self.tr("middle drag"), self.tr("Space+drag")]),
            (self.tr("Other image"), ["PgUp", "PgDn", "Home", "End"]),
        ]
        sound = [
            (self.tr("Play, pause"), [self.tr("Space")]),
            (self.tr("Move the cursor"), ["←", "→"]),
            (self.tr("Select a part"), [self.tr("drag")]),
        ]
        self._column(grid, 0, self.tr("Window"), own)
        self._column(grid, 2, self.tr("Image"), image)
        self._column(grid, 2, self.tr("Audio"), sound, top=len(image) + 2)

    def _column(self, grid: QGridLayout, left: int, title: str, rows: list, top: int = 0) -> None:
        grid.addWidget(label(title.upper(), "title"), top, left, 1, 2)
        for row, (what, keys) in enumerate(rows, start=top + 1):
            grid.addWidget(label(what), row, left)
            grid.addWidget(label("   ".join(keys), tone="muted"), row, left + 1)


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About mmdesk"))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[GRID * 3] * 4)
        column.setSpacing(GRID)
        column.addWidget(label(f"mmdesk {__version__}", "large"))
        for text in (
            self.tr("Reads an image, heart sounds and a record with one local model and writes a report."),
            self.tr("Nothing leaves this machine."),
            self.tr("It is not a medical device. What the pack can and cannot do stands in its card."),
            RESEARCH_USE,
        ):
            words = label(text)
            words.setWordWrap(True)
            words.setMinimumWidth(GRID * 50)
            column.addWidget(words)
