"""The case on the desk, as it is edited: panels change it and listen to it."""

from PySide6.QtCore import QObject, Signal

from mmdesk.case import Case, Input, Modality, new_id


class CaseModel(QObject):
    """Inputs by modality. The record is one text, and sheets behind it; images and recordings may be
    several."""

    changed = Signal(object)  # the Modality whose inputs are others now
    typing_ended = Signal()  # who holds back what was just typed puts it into the model now
    replaced = Signal()  # another case lies on the desk; comes before its `changed`s

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.id = new_id()
        self._inputs: dict[Modality, tuple[Input, ...]] = {}

    def inputs(self, modality: Modality) -> tuple[Input, ...]:
        return self._inputs.get(modality, ())

    def is_empty(self) -> bool:
        return not self._inputs

    def add(self, modality: Modality, item: Input) -> None:
        """Behind the others; the same input is not added twice."""
        if item not in self.inputs(modality):
            self.set_inputs(modality, (*self.inputs(modality), item))

    def remove(self, modality: Modality, item: Input) -> None:
        self.set_inputs(modality, tuple(other for other in self.inputs(modality) if other is not item))

    def set_record(self, text: str, name: str = "typed text") -> None:
        """The text of the record; its sheets stay."""
        text_item = (Input.from_text(text, name),) if text.strip() else ()
        sheets = (item for item in self.inputs(Modality.RECORD) if not item.typed)
        self.set_inputs(Modality.RECORD, (*text_item, *sheets))

    def set_inputs(self, modality: Modality, items: tuple[Input, ...]) -> None:
        if items == self.inputs(modality):
            return
        if items:
            self._inputs[modality] = items
        else:
            del self._inputs[modality]
        self.changed.emit(modality)

    def load(self, case: Case) -> None:
        """Lay another case on the desk."""
        self.id = case.id
        self._inputs = {Modality(modality): tuple(items) for modality, items in case.inputs.items()}
        self.replaced.emit()
        for modality in Modality:
            self.changed.emit(modality)

    def clear(self) -> None:
        self.load(Case({}))

    def case(self, prompt: str | None = None) -> Case:
        """What is on the desk now, to be analysed or saved."""
        return Case(dict(self._inputs), prompt, self.id)
