"""What is asked of the case: the pack's prompts as chips, and a field for those who type.

A chip that takes a question asks nothing yet: it opens the field, which offers what can be asked.
"""

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QCompleter,
    QLineEdit,
    QListView,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from mmdesk.errors import PromptProblem
from mmdesk.packs.manifest import Manifest
from mmdesk.questions import QUESTION, Asked, choose_prompt, questions
from mmdesk.ui.flow import FlowLayout
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said_together

_OFFERS = 10  # questions seen at once
_NAME = 42  # letters of what was typed that an answer repeats
_FIELD_LETTERS = 40  # the field stands beside the chips where it has room for so many


class PromptBar(QWidget):
    """`asked` gives a prompt's name, or a question as it was typed."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pack: Manifest | None = None
        self._asked: Asked | None = None
        self._refused: PromptProblem | None = None
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._clicked)
        self._chips = QWidget()
        self._flow = FlowLayout(GRID // 2)
        self._chips.setLayout(self._flow)
        self.field = QLineEdit()
        self.field.setMaxLength(200)
        self.field.returnPressed.connect(self._typed)
        self.field.textEdited.connect(self._edited)
        self._offers = QStringListModel(self)
        completer = QCompleter(self._offers, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(_OFFERS)
        completer.activated.connect(self._offered)
        self.field.setCompleter(completer)
        popup = QListView()  # of the window's style: the completer's own is drawn without a ground
        popup.setProperty("kind", "offers")
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        completer.setPopup(popup)
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
        self._pack = pack
        self._offers.setStringList(questions(pack))
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
        """The question, or the chosen prompt's name; None for the pack's first."""
        if self._pack is None or self._asked is None or self._asked.prompt == self._pack.prompts[0]:
            return None
        return self._asked.words

    @prompt.setter
    def prompt(self, asked: str | None) -> None:
        self._refuse(None)
        if self._pack is None:
            return
        try:
            chosen = choose_prompt(self._pack, asked)
        except PromptProblem:  # of a case that another pack was asked about
            chosen = choose_prompt(self._pack, None)
        self._show(chosen)

    def _show(self, asked: Asked) -> None:
        self._asked = asked
        self.field.setText(asked.text)
        for chip in self._group.buttons():
            chip.setChecked(chip.objectName() == asked.prompt.name)

    @Slot(QAbstractButton)
    def _clicked(self, chip: QAbstractButton) -> None:
        self._refuse(None)
        assert self._pack is not None and self._asked is not None
        prompt = next(prompt for prompt in self._pack.prompts if prompt.name == chip.objectName())
        if prompt.is_question:
            self._open_question(self._asked)
        else:
            self._show(Asked(prompt))
            self.asked.emit(prompt.name)

    def _open_question(self, before: Asked) -> None:
        """Nothing is asked before there is a name: the chip of what was asked last stays chosen."""
        self._show(before)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.setText(QUESTION)
        completer = self.field.completer()
        completer.setCompletionPrefix(QUESTION)
        completer.complete()

    @Slot(str)
    def _offered(self, question: str) -> None:
        self.field.setText(question)
        self._ask(question)

    @Slot()
    def _typed(self) -> None:
        popup = self.field.completer().popup()
        if popup is not None and popup.isVisible():
            if popup.currentIndex().isValid():
                return  # that one is told by _offered
            popup.hide()
        self._ask(self.field.text().strip())

    def _ask(self, text: str) -> None:
        if not text or self._pack is None:
            return
        try:
            asked = choose_prompt(self._pack, text)
        except PromptProblem as problem:
            self._refuse(problem)
            return
        self._refuse(None)
        self._show(asked)
        self.asked.emit(asked.words)

    @Slot()
    def _edited(self) -> None:
        self._refuse(None)

    def _refuse(self, problem: PromptProblem | None) -> None:
        """Say why the pack cannot answer; None takes the words away."""
        self._refused = problem
        text = ""
        if problem is not None:
            name = problem.name if len(problem.name) <= _NAME else f'{problem.name[: _NAME - 2]}…"'
            text = said_together(f"{name}: {problem.problem}.", problem.remedy)
        self.answer.setText(text)
        self.answer.setVisible(bool(text))
        self.field.setAccessibleDescription(text)

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
        prompts = self._pack.prompts if self._pack else ()
        titles = ", ".join(f"“{prompt.title.lower()}”" for prompt in prompts)
        text = self.tr("Ask for {}").format(titles) if titles else ""
        if offers := self._offers.stringList():
            text = self.tr("Ask, such as “{}”").format(offers[0])
        self.field.setPlaceholderText(text)
        self.field.setAccessibleName(self.tr("What to write"))
        self._refuse(self._refused)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
