"""What the panels of images and of recordings share: the case's inputs of a kind, one of them chosen, and
how the last analysis took them."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Signal

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import LAST, Encoded, Event, InputFailed, OutOfDistribution
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.panel import Panel


class InputPanel(Panel):
    """Subclasses say in `refusals` what cannot be read or scored, in `is_late` whether reading takes its
    time, in `many` how several inputs are called, and show what is chosen in `show_inputs`."""

    browse_asked = Signal()
    paste_asked = Signal()

    def __init__(self, modality: Modality, model: CaseModel) -> None:
        super().__init__("")
        self.modality = modality
        self.model = model
        self.items: tuple[Input, ...] = ()
        self.index = 0
        self._said: list[tuple[str, str]] = []  # names of inputs, and cards about them
        self._forget_results()

    @property
    def item(self) -> Input | None:
        """The chosen input."""
        return self.items[self.index] if self.items else None

    # ---- for subclasses to fill in

    def refusals(self) -> Iterable[tuple[InputProblem, str]]:
        """Each problem with an input that is there, and its tone: problem or notice."""
        raise NotImplementedError

    @property
    def is_late(self) -> bool:
        raise NotImplementedError

    def many(self, count: int) -> str:
        raise NotImplementedError

    def show_inputs(self) -> None:
        raise NotImplementedError

    def retranslate(self) -> None:
        raise NotImplementedError

    # ---- an analysis

    def begin(self) -> None:
        """Another analysis starts."""
        self.clear_cards()
        self._said.clear()
        self._forget_results()
        self._working = bool(self.items)
        for problem, tone in self.refusals():
            self._show_refusal(problem, tone)
        self.show_chip()

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=self.modality):
                self._encoded.append(event)
            case InputFailed(modality=self.modality):
                self._failed = True
                self._say(event.name, f"{event.name}: {event.problem}", event.remedy, "problem")
            case OutOfDistribution(modality=self.modality):
                self._refused = True
                text = f"{event.name}: not scored"
                self._say(event.name, text, event.reason, "notice")
            case _ if isinstance(event, LAST):
                self._working = False
            case _:
                return
        self.show_chip()

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays, not even for a moment."""
        self.clear_cards()
        self._said.clear()
        self.items, self.index = (), 0

    # ---- what is in the case

    def follow(self) -> None:
        """The case has other inputs now: what was added is chosen, else what was chosen stays so."""
        before, self.items = self.items, self.model.inputs(self.modality)
        if before and len(self.items) > len(before):
            self.index = len(self.items) - 1
        elif before:
            chosen = before[self.index]
            self.index = next((n for n, item in enumerate(self.items) if item is chosen), self.index)
        self.index = max(0, min(self.index, len(self.items) - 1))
        names = {item.name for item in self.items}
        for name, text in self._said:
            if name not in names:
                self.remove_card(text)
        self._forget_results()

    def tell(self, read: object) -> None:
        """A card, if what was just read is a problem or has one."""
        for problem, tone in self.refusals():
            if problem is read or problem is getattr(read, "refusal", None):
                self._show_refusal(problem, tone)

    def _show_refusal(self, problem: InputProblem, tone: str) -> None:
        self.show_card(f"{problem.name}: {problem.problem}", problem.remedy, tone)

    def withdraw(self, problem: InputProblem) -> None:
        """An input went with its problem; the card stays while another one says the same."""
        text = f"{problem.name}: {problem.problem}"
        if text not in (f"{other.name}: {other.problem}" for other, _ in self.refusals()):
            self.remove_card(text)

    def remove_chosen(self) -> None:
        if self.item is not None:
            self.model.remove(self.modality, self.item)

    def _say(self, name: str, text: str, remedy: str, tone: str) -> None:
        self._said.append((name, text))
        self.show_card(text, remedy, tone)

    def _forget_results(self) -> None:
        self._working = self._failed = self._refused = False
        self._encoded: list[Encoded] = []

    # ---- words

    def show_chip(self) -> None:
        if not self.items:
            self.set_chip(self.tr("empty"))
        elif self._failed or any(tone == "problem" for _, tone in self.refusals()):
            self.set_chip(self.tr("problem"), "problem")
        elif self._refused:
            self.set_chip(self.tr("not scored"), "warning")
        elif self._encoded:
            self.set_chip(self._encoded_words(), "good")
        elif self._working:
            self.set_chip(self.tr("working…"), "accent")
        elif self.is_late:
            self.set_chip(self.tr("reading…"), "accent")
        else:
            self.set_chip(self.tr("ready"))

    def _encoded_words(self) -> str:
        what = self._encoded[-1].examination or ""
        if len(self._encoded) > 1:
            what = self.many(len(self._encoded))
        if all(event.reused for event in self._encoded):
            return self.tr("{} · reused").format(what)
        milliseconds = sum(event.milliseconds for event in self._encoded)
        return self.tr("{what} · {milliseconds:.0f} ms").format(what=what, milliseconds=milliseconds)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
