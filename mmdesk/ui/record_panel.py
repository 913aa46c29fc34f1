"""The record: its text as it is typed, pasted or opened, and the facts that are found in it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QTimer, Signal

from mmdesk.case import Fact, Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Encoded, Event, Failed, InputFailed, OutOfDistribution, ReportReady, Stopped
from mmdesk.media.clinical.parts import Part, Taken, Whole
from mmdesk.media.files import Format, sniff
from mmdesk.media.text import too_long
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.fact_table import FactView, weights_of
from mmdesk.ui.panel import Panel, label
from mmdesk.ui.private_line import PrivateLine
from mmdesk.ui.record_pages import RecordPages
from mmdesk.ui.record_reading import TYPED, Read, Values, read_all, whole_of
from mmdesk.ui.record_text import RecordText, Span, as_shown
from mmdesk.vocabulary import Vocabulary

QUIET = 150  # ms after the last key until the text is taken


class RecordPanel(Panel):
    """The model's record is one text, and sheets of values behind it. What is typed reaches it after QUIET
    ms, or at `flush`."""

    browse_asked = Signal()
    paste_asked = Signal()
    modality = Modality.RECORD

    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__("")
        self._model, self._background = model, background
        self._vocabulary: Vocabulary | None = None
        self._name = TYPED
        self._sheets: tuple[Input, ...] = ()
        self._values: Values = {}
        self._taken: tuple[tuple[Taken, ...], ...] = ()  # what the values of the sheets are taken for
        self._found_in = ""  # the text that the shown facts point into
        self._facts: tuple[Fact, ...] = ()  # of the text and of the sheets
        self._named: Mapping[str, float | None] = {}
        self._state: str | Encoded = ""  # "", "working", "problem", or what the encoder answered
        self._writing = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._quiet.timeout.connect(self._take)
        self.editor, self.facts = RecordText(), FactView()
        self.notice = label("", "small", "muted")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.private = PrivateLine(self.editor, background)
        self.pages = RecordPages()
        self.pages.text.addWidget(self.editor, 1)
        self.pages.text.addWidget(self.private)
        self.pages.text.addWidget(self.facts)
        self.pages.text.addWidget(self.notice)
        self.body.addWidget(self.pages, 1)
        self.pages.sheets.confirm_asked.connect(self._confirm)
        self.pages.sheets.strike_asked.connect(self._strike)
        self.pages.sheets.remove_asked.connect(self._remove)
        self.paste_button, self.open_button = self.add_action("", "paste"), self.add_action("", "open")
        self.buttons.addStretch(1)
        self.clear_button = self.add_action("", "close")
        self.clear_button.setEnabled(False)
        self.paste_button.clicked.connect(self.paste_asked)
        self.open_button.clicked.connect(self.browse_asked)
        self.clear_button.clicked.connect(self.editor.clear_text)
        self.editor.textChanged.connect(self._edited)
        self.editor.paste_asked.connect(self.paste_asked)
        self.editor.overflowed.connect(self._refuse)
        self.facts.chosen.connect(self._show_place)
        model.changed.connect(self._follow)
        model.replaced.connect(self._forget)
        model.typing_ended.connect(self.flush)
        self.retranslate()
        self._follow(Modality.RECORD)

    # ---- for the window

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """What a pack can find in a record."""
        self._vocabulary = vocabulary
        self._find()

    def set_english_notice(self, shown: bool) -> None:
        self.notice.setVisible(shown)

    def flush(self) -> None:
        """What was typed goes into the model now."""
        if self._quiet.isActive():
            self._quiet.stop()
            self._take()

    def mark_facts(self, shares: Mapping[str, float | None]) -> None:
        """Mark the words that a sentence of the report rests on, by the fact's name: what the fact adds to
        the probability of its finding, None where the sentence states the fact itself; {} clears. Of a fact
        that the record states more than once the last statement counts, as it does in the report."""
        self._named = shares
        if spans := self._mark():
            self.pages.show_text()
            self.editor.reveal(min(spans))
        elif self.pages.sheets.reveal_marked():
            self.pages.show_sheets()

    def begin(self) -> None:
        """Another analysis starts."""
        self.clear_cards()
        self._set_state("working" if self._model.inputs(Modality.RECORD) else "")

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=Modality.RECORD):
                self._set_state(event)
            case InputFailed(modality=Modality.RECORD):
                self.show_card(f"{event.name}: {event.problem}", event.remedy)
                self._set_state("problem")
            case OutOfDistribution(modality=Modality.RECORD):
                self.show_card(f"{event.name}: {event.reason}", tone="notice")
                self._set_state("")
            case ReportReady() | Stopped() | Failed() if self._state == "working":
                self._set_state("")

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays."""
        self.clear_cards()
        self.mark_facts({})

    # ---- the text

    def _edited(self) -> None:
        self._quiet.start()
        self.clear_button.setEnabled(not self.editor.document().isEmpty())

    def _take(self) -> None:
        """The text as it stands goes into the model, and facts are looked for."""
        text = self.editor.toPlainText()
        if not text.strip():
            self._name = TYPED
        self._write(text)
        self._set_state("")
        self._find()

    def _write(self, text: str) -> None:
        item = (Input.from_text(text, self._name),) if text.strip() else ()
        self._writing = True
        self._model.set_inputs(Modality.RECORD, (*item, *self._sheets))
        self._writing = False

    def _refuse(self) -> None:
        self._show_problems((too_long(self._name),))

    def _forget(self) -> None:
        """Nothing of the last case can be brought back by Ctrl+Z in this one."""
        self._background.forget("record text")
        self.editor.setReadOnly(False)
        self.editor.setPlainText("")
        self._quiet.stop()
        self._name = TYPED
        self._set_sheets((), {})
        self._set_state("")
        self._find()

    def _follow(self, modality: Modality) -> None:
        """The model's record is another, by a dropped file or another case."""
        if modality != Modality.RECORD or self._writing:
            return
        items = self._model.inputs(Modality.RECORD)
        self._background.forget("record text")
        # What is typed before a file is read would be lost.
        self.editor.setReadOnly(any(self._is_late(item) for item in items))
        self._set_state("")
        if self.editor.isReadOnly():
            self._background.run("record text", partial(read_all, items, self._values), self._show_read)
        elif items or self._sheets or self.editor.toPlainText().strip():
            self._show_read(read_all(items, self._values))

    def _is_late(self, item: Input) -> bool:
        """Whether reading it takes its time."""
        if item.typed or item.data in self._values:
            return False
        return item.data is None or sniff(item.data) is not Format.TEXT

    def _show_read(self, read: Read) -> None:
        text, name, problems = read.text, read.name, read.problems
        self.editor.setReadOnly(False)
        self._set_sheets(read.sheets, read.values)
        self._show_problems(problems)
        if not text and problems:  # the text before stays
            text, name = self.editor.toPlainText(), self._name
        self._name = name
        if as_shown(text) != self.editor.toPlainText():
            if self.editor.document().isEmpty() and not self.editor.document().isUndoAvailable():
                self.editor.setPlainText(text)
            else:
                self.editor.show_text(as_shown(text))
            self._quiet.stop()
        self._write(text)
        if problems and not text:
            self._set_state("problem")
        self._find()

    def _show_problems(self, problems: tuple[InputProblem, ...]) -> None:
        for problem in problems:
            self.show_card(f"{problem.name}: {problem.problem}", problem.remedy)

    # ---- the sheets

    def _set_sheets(self, sheets: tuple[Input, ...], values: Values) -> None:
        """Until it is known what the values are taken for, they are shown as they are."""
        if tuple(sheet.data for sheet in sheets) != tuple(sheet.data for sheet in self._sheets):
            self._taken = tuple(
                tuple(Taken(value) for value in values[sheet.data or b""]) for sheet in sheets
            )
        self._sheets, self._values = sheets, values
        self._show_sheets()

    def _show_sheets(self) -> None:
        self.pages.sheets.show_sheets(self._sheets, self._taken, self._vocabulary)
        self.pages.set_count(sum(map(len, self._taken)))

    def _change_sheets(self, sheets: tuple[Input, ...]) -> None:
        """By hand: the case is another now."""
        self._set_sheets(sheets, self._values)
        self._quiet.stop()
        self._take()

    def _confirm(self, right: bool) -> None:
        self._change_sheets(tuple(replace(sheet, confirmed=right) for sheet in self._sheets))

    def _strike(self, number: int, place: int, out: bool) -> None:
        sheet = self._sheets[number]
        struck = (*sheet.struck, place) if out else tuple(n for n in sheet.struck if n != place)
        changed = replace(sheet, struck=tuple(sorted(set(struck))))
        self._change_sheets((*self._sheets[:number], changed, *self._sheets[number + 1 :]))

    def _remove(self, number: int) -> None:
        self._change_sheets((*self._sheets[:number], *self._sheets[number + 1 :]))

    # ---- the facts

    def _find(self) -> None:
        text = self.editor.toPlainText()
        if self._vocabulary is None or not (text.strip() or self._sheets):
            self._background.forget("record facts")
            self._show_facts((text, Whole(text, (), self._taken)))
        else:
            parts = tuple(
                Part(sheet.name, "", self._values[sheet.data or b""], sheet.confirmed, sheet.struck)
                for sheet in self._sheets
            )
            work = partial(whole_of, text, parts, self._vocabulary)
            self._background.run("record facts", work, self._show_facts)

    def _show_facts(self, found: tuple[str, Whole]) -> None:
        self._found_in, whole = found
        self._facts, self._taken = whole.facts, whole.taken[-len(self._sheets) :] if self._sheets else ()
        if self._vocabulary is not None:
            stated = tuple(fact for fact in whole.facts if fact.origin is None)
            self.facts.show_facts(stated, self._vocabulary)
        self._show_sheets()
        self._mark()
        self._show_chip()
        self.private.look()  # not before: while facts are shown, its thread would hold up this one

    def _mark(self) -> list[tuple[int, int]]:
        """The marked spans."""
        latest = {fact.name: fact for fact in self._facts}
        marked = {latest[name]: share for name, share in self._named.items() if name in latest}
        imported = {(fact.name, fact.origin): share for fact, share in marked.items() if fact.origin}
        self.pages.sheets.mark(imported)
        marked = {fact: share for fact, share in marked.items() if fact.origin is None}
        weights = weights_of(marked)
        spans: dict[Span, float] = {}  # two facts may share their words
        for fact, weight in weights.items() if self._is_current() else ():
            spans[fact.span] = max(weight, spans.get(fact.span, 0.0))
        self.facts.mark(marked)
        self.editor.mark(spans)
        return list(spans)

    def _is_current(self) -> bool:
        """Whether the facts point into the text as it stands."""
        return self._found_in == self.editor.toPlainText()

    def _show_place(self, fact: Fact) -> None:
        if self._is_current():
            self.editor.choose(fact.span)

    # ---- words

    def _set_state(self, state: str | Encoded) -> None:
        self._state = state
        self._show_chip()

    def _show_chip(self) -> None:
        count = len(self._facts)
        some = self.tr("1 fact") if count == 1 else self.tr("{} facts").format(count)
        facts = some if count else self.tr("no facts")
        match self._state:
            case "problem":
                self.set_chip(self.tr("problem"), "problem")
            case _ if self._state == "working" or self.editor.isReadOnly():
                self.set_chip(self.tr("working…"), "accent")
            case "" if self.editor.document().isEmpty() and not self._sheets:
                self.set_chip(self.tr("empty"))
            case Encoded(reused=True):
                self.set_chip(self.tr("{} · reused").format(facts), "good")
            case Encoded(milliseconds=time):
                self.set_chip(f"{facts} · {time:.0f} ms", "good")
            case _ if self._vocabulary is None:
                self.set_chip(self.tr("ready"))
            case _:
                self.set_chip(facts, "good" if count else "muted")

    def retranslate(self) -> None:
        self.retitle(self.tr("Record"))
        self.editor.setAccessibleName(self.tr("Text of the record"))
        self.editor.setPlaceholderText(self.tr("Type or paste the record: age, complaints, blood tests …"))
        self.notice.setText(self.tr("The record is read in English only; the report is written in English."))
        actions = {
            self.paste_button: self.tr("Paste"),
            self.open_button: self.tr("Open…"),
            self.clear_button: self.tr("Clear"),
        }
        for button, text in actions.items():
            button.setText(text)
            button.setAccessibleName(text)
        self._show_chip()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        if event.type() == QEvent.Type.StyleChange:
            self.editor.repaint_marks()
        super().changeEvent(event)
