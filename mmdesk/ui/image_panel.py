"""The images of a case: one large, the others in a film strip."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.events import LAST, Encoded, Event, InputFailed, OutOfDistribution
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.film_strip import FilmStrip
from mmdesk.ui.image_view import ImageView
from mmdesk.ui.panel import EmptyTarget, Panel, label
from mmdesk.ui.pictures import Pictures
from mmdesk.ui.theme import GRID


class ImagePanel(Panel):
    browse_asked = Signal()
    paste_asked = Signal()
    modality = Modality.IMAGE

    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__("")
        self._model = model
        self._items: tuple[Input, ...] = ()
        self._index = 0
        self._shown: Input | None = None
        self._pictures = Pictures(background, self)
        self._forget_results()
        self._build()
        self._pictures.arrived.connect(self._arrived)
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
        self.note = label("", tone="muted")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.strip = FilmStrip()
        self.strip.chosen.connect(self._choose)
        self.strip.remove_asked.connect(self._remove)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.view, 1)
        column.addWidget(self.note, 1)
        column.addWidget(self.strip)
        self.body.addWidget(self.target, 1)
        self.body.addWidget(self.content, 1)
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
        self._forget_results()
        self._working = bool(self._items)
        self._show_problems()
        self._show_chip()

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=Modality.IMAGE):
                self._encoded.append(event)
            case InputFailed(modality=Modality.IMAGE):
                self._failed = True
                self.show_card(f"{event.name}: {event.problem}", event.remedy)
            case OutOfDistribution(modality=Modality.IMAGE):
                self._refused = True
                text = self.tr("{name}: unlike anything the model has seen, not scored").format(
                    name=event.name
                )
                self.show_card(text, event.reason, "notice")
            case _ if isinstance(event, LAST):
                self._working = False
            case _:
                return
        self._show_chip()

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays."""
        self.clear_cards()
        self._index = 0

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality != Modality.IMAGE:
            return
        before, self._items = self._items, self._model.inputs(Modality.IMAGE)
        if before and len(self._items) > len(before):
            self._index = len(self._items) - 1  # what was added is shown
        self._index = max(0, min(self._index, len(self._items) - 1))
        for item in before:
            problem = self._pictures.problem(item)
            if problem is not None and item not in self._items:
                self.remove_card(f"{problem.name}: {problem.problem}")
        self._forget_results()
        self._pictures.want(self._items)
        self._show()

    def _arrived(self) -> None:
        self._show_problems()
        self._show()

    def _show_problems(self) -> None:
        for item in self._items:
            if (problem := self._pictures.problem(item)) is not None:
                self.show_card(f"{problem.name}: {problem.problem}", problem.remedy)

    def _choose(self, index: int) -> None:
        self._index = index
        self._show()

    def _step(self, where: str) -> None:
        last = len(self._items) - 1
        place = {"previous": self._index - 1, "next": self._index + 1, "first": 0, "last": last}[where]
        self._choose(max(0, min(last, place)))

    def _remove(self) -> None:
        if self._items:
            self._model.remove(Modality.IMAGE, self._items[self._index])

    # ---- the chosen image

    def _show(self) -> None:
        item = self._items[self._index] if self._items else None
        picture = self._pictures.picture(item) if item is not None else None
        problem = self._pictures.problem(item) if item is not None else None
        if item is not self._shown and (picture is not None or problem is not None or item is None):
            self._shown = item
            self.view.show_picture(picture)
        there = self.view.picture is not None
        self.target.setVisible(item is None or not (there or problem))
        self.content.setVisible(item is not None and (there or problem is not None))
        self.view.setVisible(there)
        self.note.setVisible(not there)
        self.strip.setVisible(len(self._items) > 1)
        entries = [(one.name, self._pictures.thumbnail(one)) for one in self._items]
        self.strip.show_items(entries, self._index)
        for button in (self._fit, self._invert, self._window):
            button.setVisible(there)
        for button in (self._add, self._remove_button):
            button.setVisible(item is not None)
        self._show_chip()

    # ---- words

    def _forget_results(self) -> None:
        self._working = self._failed = self._refused = False
        self._encoded: list[Encoded] = []

    def _show_chip(self) -> None:
        broken = any(self._pictures.problem(item) for item in self._items)
        if not self._items:
            self.set_chip(self.tr("empty"))
        elif self._failed or broken:
            self.set_chip(self.tr("problem"), "problem")
        elif self._refused:
            self.set_chip(self.tr("not scored"), "warning")
        elif self._encoded:
            self.set_chip(self._encoded_words(), "good")
        elif self._working:
            self.set_chip(self.tr("working…"), "accent")
        else:
            self.set_chip(self.tr("ready"))

    def _encoded_words(self) -> str:
        what = self._encoded[-1].examination or ""
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
        self.note.setText(self.tr("There is nothing to show."))
        self.view.setAccessibleName(self.tr("Image: drag for the window, Ctrl and wheel for the zoom"))
        self.strip.setAccessibleName(self.tr("Images of the case"))
        for button, words in (
            (self._fit, self.tr("Fit")), (self._invert, self.tr("Invert")), (self._window, self.tr("Window")),
            (self._add, self.tr("Add…")), (self._remove_button, self.tr("Remove")),
        ):  # fmt: skip
            button.setText(words)
            button.setAccessibleName(words)
        self._full.setText(self.tr("Whole range"))
        self._usual.setText(self.tr("Usual range, without the outer half percent"))
        self._show_chip()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
