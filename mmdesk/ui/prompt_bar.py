"""What is asked of the case: the pack's prompts as chips, and a field for those who type."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from mmdesk.packs.manifest import Manifest, Prompt
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID


class PromptBar(QWidget):
    """`asked` gives a prompt's name."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._prompts: tuple[Prompt, ...] = ()
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(GRID)
        self.field = QLineEdit()
        self.field.returnPressed.connect(self._typed)
        self.field.textEdited.connect(self._edited)
        self.answer = label("", "small", "warning")
        self.answer.setWordWrap(True)
        self.answer.hide()
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addLayout(self._chips)
        row.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(row)
        column.addWidget(self.answer)
        self.retranslate()

    def set_pack(self, pack: Manifest) -> None:
        self._prompts = pack.prompts
        for chip in self._group.buttons():
            self._group.removeButton(chip)
            chip.hide()
            chip.deleteLater()
        for prompt in pack.prompts:
            chip = QPushButton(prompt.title)
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setObjectName(prompt.name)
            chip.setAccessibleName(prompt.title)
            self._group.addButton(chip)
            self._chips.addWidget(chip)
        self.prompt = None
        self.retranslate()

    @property
    def prompt(self) -> str | None:
        """The chosen prompt's name, None for the first."""
        chip = self._group.checkedButton()
        if chip is None or chip.objectName() == self._prompts[0].name:
            return None
        return chip.objectName()

    @prompt.setter
    def prompt(self, asked: str | None) -> None:
        chosen = self._find(asked) if asked else None
        name = (chosen or self._prompts[0]).name if self._prompts else ""
        for chip in self._group.buttons():
            chip.setChecked(chip.objectName() == name)

    def _find(self, text: str) -> Prompt | None:
        """As the pipeline chooses: by name, title or one of the words that ask for it."""
        wanted = text.strip().strip(".?!").lower()
        for prompt in self._prompts:
            if wanted in (prompt.name, prompt.title.lower(), *prompt.asks):
                return prompt
        return None

    def _clicked(self, chip: QPushButton) -> None:
        self.answer.hide()
        self.asked.emit(chip.objectName())

    def _typed(self) -> None:
        text = self.field.text()
        if not text.strip():
            return
        prompt = self._find(text)
        if prompt is None:
            words = self.tr("The pack was not trained to answer this. Ask for: {}.")
            self.answer.setText(words.format(self._titles()))
            self.answer.show()
            return
        self.field.clear()
        self.prompt = prompt.name
        self.asked.emit(prompt.name)

    def _edited(self) -> None:
        self.answer.hide()

    def _titles(self) -> str:
        return ", ".join(prompt.title.lower() for prompt in self._prompts)

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Ask for: {}").format(self._titles()) if self._prompts else "")
        self.field.setAccessibleName(self.tr("What to write"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
