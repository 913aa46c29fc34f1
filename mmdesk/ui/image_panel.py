"""The images of a case: one large, the others in a film strip."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import LAST, Encoded, Event, InputFailed, OutOfDistribution
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.film_strip import FilmStrip, Frame
from mmdesk.ui.image_view import ImageView
from mmdesk.ui.panel import EmptyTarget, Panel, label
from mmdesk.ui.pictures import Pictures
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.picture import Picture


class ImagePanel(Panel):
    browse_asked = Signal()
    paste_asked = Signal()
    modality = Modality.IMAGE

    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__("")
        self._model = model
        self._items: tuple[Input, ...] = ()
        self._index = 0
        self._pictures = Pictures(background, self)
        self._said: list[tuple[str, str]] = []  # the last analysis's cards: which image, and the words
        self._forget_results()
        self._build()
        self._pictures.arrived.connect(self._take)
        self._pictures.dropped.connect(self._drop)
        self._pictures.late.connect(self._show)
        model.changed.connect(self._follow)
        model.replaced.connect(self.clear)
        self.retranslate()
        self._follow(Modality.IMAGE)

    def _build(self) -> None:
        self.target = EmptyTarget("", icons.icon("image", "muted"))
        self.target.browse_asked.connect(self.browse_asked)
        self.target.paste_asked.connect(self.paste_asked)
        self.view = ImageView()
        self.view.stepped.connect(self._step)
        self.note = label("", tone="muted")  # over the view, which keeps the keys
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self.view).addWidget(self.note)
        self.strip = FilmStrip()
        self.strip.chosen.connect(self._choose)
        self.strip.remove_asked.connect(self._remove)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.view, 1)
        column.addWidget(self.strip)
        self.body.addWidget(self.target, 1)
        self.body.addWidget(self.content, 1)
        self.content.hide()
        self._fit, self._invert = self.add_action("", "fit"), self.add_action("", "invert")
        self._window = self.add_action("", "window")
        self._menu = QMenu(self)
        self._full, self._usual = QAction(self), QAction(self)
        self._full.triggered.connect(self.view.full_range)
        self._usual.triggered.connect(self.view.usual_range)
        self._menu.addActions([self._full, self._usual])
        self._window.setMenu(self._menu)
        self.buttons.addStretch(1)
        self._add, self._remove_button = self.add_action("", "add"), self.add_action("", "remove")
        self._fit.clicked.connect(self.view.reset)
        self._invert.clicked.connect(self.view.invert)
        self._add.clicked.connect(self.browse_asked)
        self._remove_button.clicked.connect(self._remove)

    # ---- for the window

    def begin(self) -> None:
        """Another analysis starts."""
        self.clear_cards()
        self._said.clear()
        self._forget_results()
        self._working = bool(self._items)
        for problem in self._problems():
            self._take(problem)
        self._show_chip()

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=Modality.IMAGE):
                self._encoded.append(event)
            case InputFailed(modality=Modality.IMAGE):
                self._failed = True
                self._say(event.name, f"{event.name}: {event.problem}", event.remedy, "problem")
            case OutOfDistribution(modality=Modality.IMAGE):
                self._refused = True
                text = f"{event.name}: unlike anything the model has seen, not scored"
                self._say(event.name, text, event.reason, "notice")
            case _ if isinstance(event, LAST):
                self._working = False
            case _:
                return
        self._show_chip()

    def _say(self, name: str, text: str, remedy: str, tone: str) -> None:
        self._said.append((name, text))
        self.show_card(text, remedy, tone)

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays, not even for a moment."""
        self.clear_cards()
        self._said.clear()
        self._items, self._index = (), 0
        self.view.show_picture(None)

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality != Modality.IMAGE:
            return
        before, self._items = self._items, self._model.inputs(Modality.IMAGE)
        if before and len(self._items) > len(before):
            self._index = len(self._items) - 1  # what was added is shown
        elif before:
            chosen = before[self._index]
            self._index = next((n for n, item in enumerate(self._items) if item is chosen), self._index)
        self._index = max(0, min(self._index, len(self._items) - 1))
        names = {item.name for item in self._items}
        for name, text in self._said:
            if name not in names:
                self.remove_card(text)
        self._forget_results()
        self._pictures.want(self._items, self._item)
        self._show()

    @property
    def _item(self) -> Input | None:
        """The chosen image."""
        return self._items[self._index] if self._items else None

    def _problems(self) -> list[InputProblem]:
        problems = (self._pictures.problem(item) for item in self._items)
        return [problem for problem in problems if problem is not None]

    def _take(self, read: "Picture | InputProblem") -> None:
        if isinstance(read, InputProblem):
            self.show_card(f"{read.name}: {read.problem}", read.remedy)
        self._show()

    def _drop(self, problem: InputProblem) -> None:
        text = f"{problem.name}: {problem.problem}"
        if text not in (f"{other.name}: {other.problem}" for other in self._problems()):
            self.remove_card(text)

    def _choose(self, index: int) -> None:
        self._index = index
        self._pictures.choose(self._item)
        self._show()

    def _step(self, where: str) -> None:
        last = len(self._items) - 1
        if last < 1:
            return
        place = {"previous": self._index - 1, "next": self._index + 1, "first": 0, "last": last}[where]
        self._choose(max(0, min(last, place)))

    def _remove(self) -> None:
        if (item := self._item) is not None:
            self._model.remove(Modality.IMAGE, item)

    # ---- the chosen image

    def _show(self) -> None:
        item = self._item
        picture = self._pictures.picture(item) if item is not None else None
        problem = self._pictures.problem(item) if item is not None else None
        reading = item is not None and picture is None and problem is None
        moment = reading and not self._pictures.is_late  # what is there stays: nothing flashes
        if picture is not self.view.picture and not moment:
            self.view.show_picture(picture)
        full = item is not None and not (moment and self.content.isHidden())
        self.target.setVisible(not full)
        self.content.setVisible(full)
        self.note.setText(self.tr("Reading…") if reading else self.tr("There is nothing to show."))
        self.note.setVisible(self.view.picture is None and not moment)
        self.strip.setVisible(len(self._items) > 1)
        self.strip.show_frames([self._frame(one) for one in self._items], self._index)
        for button in (self._fit, self._invert, self._window):
            button.setVisible(full)
            button.setEnabled(self.view.picture is not None)
        for button in (self._add, self._remove_button):
            button.setVisible(full)
        self._show_chip()

    def _frame(self, item: Input) -> Frame:
        broken = self._pictures.problem(item) is not None
        return Frame(item.name, self._pictures.thumbnail(item), broken)

    # ---- words

    def _forget_results(self) -> None:
        self._working = self._failed = self._refused = False
        self._encoded: list[Encoded] = []

    def _show_chip(self) -> None:
        if not self._items:
            self.set_chip(self.tr("empty"))
        elif self._failed or self._problems():
            self.set_chip(self.tr("problem"), "problem")
        elif self._refused:
            self.set_chip(self.tr("not scored"), "warning")
        elif self._encoded:
            self.set_chip(self._encoded_words(), "good")
        elif self._working:
            self.set_chip(self.tr("working…"), "accent")
        elif self._pictures.is_late:
            self.set_chip(self.tr("reading…"), "accent")
        else:
            self.set_chip(self.tr("ready"))

    def _encoded_words(self) -> str:
        what = self._encoded[-1].examination or self.tr("image")
        if len(self._encoded) > 1:
            what = self.tr("images: {}").format(len(self._encoded))
        if all(event.reused for event in self._encoded):
            return self.tr("{} · reused").format(what)
        milliseconds = sum(event.milliseconds for event in self._encoded)
        return self.tr("{what} · {milliseconds:.0f} ms").format(what=what, milliseconds=milliseconds)

    def retranslate(self) -> None:
        self.retitle(self.tr("Image"))
        self.target.words.setText(
            self.tr("Drop a radiograph or an MRI slice here:\nPNG, JPEG, TIFF or DICOM.")
        )
        self.view.setAccessibleName(self.tr("The chosen image"))
        self.view.setAccessibleDescription(
            self.tr(
                "+ and - zoom, 0 shows all, Shift and arrows pan, Ctrl and arrows change the window, "
                "i inverts, Page Up and Page Down show the other images."
            )
        )
        self.strip.setAccessibleName(self.tr("Images of the case"))
        for button, words in (
            (self._fit, self.tr("Fit")), (self._invert, self.tr("Invert")), (self._window, self.tr("Window")),
            (self._add, self.tr("Add…")), (self._remove_button, self.tr("Remove")),
        ):  # fmt: skip
            button.setText(words)
            button.setAccessibleName(words)
        self._full.setText(self.tr("Whole range"))
        self._usual.setText(self.tr("Usual range, without the outer half percent"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
