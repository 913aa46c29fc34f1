"""What is asked of the case: the pack's prompts as chips, and a field for those who type."""

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from mmdesk.packs.manifest import Manifest, Prompt
from mmdesk.ui.flow import FlowLayout
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID

_FIELD_LETTERS = 24  # the field stands beside the chips where it has room for so many


class PromptBar(QWidget):
    """`asked` gives a prompt's name."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pack = ""
        self._prompts: tuple[Prompt, ...] = ()
        self._refused = ""
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        self._chips = QWidget()
        self._flow = FlowLayout(GRID // 2)
        self._chips.setLayout(self._flow)
        self.field = QLineEdit()
        self.field.setMaxLength(200)
        self.field.returnPressed.connect(self._typed)
        self.field.textEdited.connect(self._edited)
        self.answer = label("", "small", "warning")
        self.answer.setWordWrap(True)
        self.answer.hide()
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._row.setSpacing(GRID)
        self._row.addWidget(self._chips)
        self._row.addWidget(self.field, 1)
        column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addLayout(self._row)
        column.addWidget(self.answer)
        self.retranslate()

    def set_pack(self, pack: Manifest) -> None:
        """Its prompts; the one that was chosen stays where this pack has it too."""
        asked = self.prompt
        self._pack, self._prompts = pack.name, pack.prompts
        for chip in self._group.buttons():
            self._group.removeButton(chip)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for prompt in pack.prompts:
            chip = QPushButton(prompt.title)
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setObjectName(prompt.name)
            chip.setAccessibleName(prompt.title)
            self._group.addButton(chip)
            self._flow.addWidget(chip)
        self.prompt = asked
        self.retranslate()

    @property
    def prompt(self) -> str | None:
        """The chosen prompt's name, None for the pack's first."""
        chip = self._group.checkedButton()
        if chip is None or chip.objectName() == self._prompts[0].name:
            return None
        return chip.objectName()

    @prompt.setter
    def prompt(self, asked: str | None) -> None:
        self._refuse("")
        chosen = (self._find(asked) if asked else None) or next(iter(self._prompts), None)
        for chip in self._group.buttons():
            chip.setChecked(chosen is not None and chip.objectName() == chosen.name)

    def _find(self, text: str) -> Prompt | None:
        """As the pipeline chooses: by name, title or one of the words that ask for it."""
        wanted = text.strip().strip(".?!").lower()
        for prompt in self._prompts:
            if wanted in (prompt.name, prompt.title.lower(), *prompt.asks):
                return prompt
        return None

    @Slot(QAbstractButton)
    def _clicked(self, chip: QAbstractButton) -> None:
        self._refuse("")
        self.asked.emit(chip.objectName())

    @Slot()
    def _typed(self) -> None:
        text = self.field.text().strip()
        if not text:
            return
        prompt = self._find(text)
        if prompt is None:
            self._refuse(text)
            return
        self.field.clear()
        self.prompt = prompt.name
        self.asked.emit(prompt.name)

    @Slot()
    def _edited(self) -> None:
        self._refuse("")

    def _refuse(self, text: str) -> None:
        """Say that the pack cannot answer this; "" takes the words away."""
        self._refused = text
        short = text if len(text) <= 40 else f"{text[:39]}…"
        words = self.tr("“{text}” is nothing the pack {pack} can write. Ask for {titles}.")
        self.answer.setText(words.format(text=short, pack=self._pack, titles=self._titles()))
        self.answer.setVisible(bool(text))
        self.field.setAccessibleDescription(self.answer.text() if text else "")

    def _titles(self) -> str:
        return ", ".join(f"“{prompt.title.lower()}”" for prompt in self._prompts)

    def _turn(self) -> None:
        """Chips and field side by side, or one below the other where it is narrow."""
        letters = self.field.fontMetrics().averageCharWidth() * _FIELD_LETTERS
        beside = self._flow.sizeHint().width() + GRID + letters <= self.width()
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._row.direction() != way:
            policy = QSizePolicy.Policy
            self._chips.setSizePolicy(policy.Preferred, policy.Fixed if beside else policy.Preferred)
            self._row.setDirection(way)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._turn()
        return super().event(event)

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Ask for {}").format(self._titles()) if self._prompts else "")
        self.field.setAccessibleName(self.tr("What to write"))
        self._refuse(self._refused)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
