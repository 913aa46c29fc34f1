"""The images of a case: one large, the others in a film strip."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSlider, QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.events import Encoded, Event, FindingsScored, Swept
from mmdesk.report import Grid, Report, Seen
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.browser import Browser
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.film_strip import FilmStrip, Frame
from mmdesk.ui.heat_item import OPACITY
from mmdesk.ui.image_view import ImageView
from mmdesk.ui.input_panel import InputPanel
from mmdesk.ui.panel import EmptyTarget, label
from mmdesk.ui.pictures import Pictures, key_of
from mmdesk.ui.theme import GRID
from mmdesk.ui.windows import by_key
from mmdesk.ui.wording import said

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.picture import Picture


class ImagePanel(InputPanel):
    analyse_asked = Signal()  # another slice is to be read, or all of them

    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__(Modality.IMAGE, model)
        self._pictures = Pictures(background, self)
        self._browser = Browser(background, self)
        self._seen: dict[str, Seen] = {}  # of each image, by its name, what was read
        self._heats: list[tuple[Input, Grid]] = []
        self._looked_at: object = None  # what the picture that is seen is a slice of
        self._found: Picture | InputProblem | None = None
        self._heat_words = self._keys = ""
        self._build()
        self._pictures.arrived.connect(self._take)
        self._pictures.dropped.connect(self.withdraw)
        self._pictures.late.connect(self.show_inputs)
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
        self.view.read_asked.connect(self._read_slice)
        self.slices = self._browser.bar
        self.slices.read_asked.connect(self._read_slice)
        self.slices.every_asked.connect(self._score_all)
        self._browser.moved.connect(self.show_inputs)
        self.note = label("", tone="muted")  # over the view, which keeps the keys
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self.view).addWidget(self.note)
        self.strip = FilmStrip()
        self.strip.chosen.connect(self._choose)
        self.strip.remove_asked.connect(self.remove_chosen)
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.view, 1)
        column.addWidget(self.slices)
        column.addWidget(self.strip)
        self.body.addWidget(self.target, 1)
        self.body.addWidget(self.content, 1)
        self.content.hide()
        self._fit, self._invert = self.add_action("", "fit"), self.add_action("", "invert")
        self._window = self.add_action("", "window")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_windows)
        self._menu.triggered.connect(self._choose_window)
        self._window.setMenu(self._menu)
        self.buttons.addStretch(1)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(20)
        self.opacity.setValue(round(100 * OPACITY))
        self.opacity.setMinimumWidth(GRID * 4)
        self.opacity.setMaximumWidth(GRID * 10)
        self.opacity.valueChanged.connect(lambda percent: self.view.set_heat_opacity(percent / 100))
        self.buttons.addWidget(self.opacity)
        self.opacity.hide()
        self._add, self._remove_button = self.add_action("", "add"), self.add_action("", "remove")
        self._fit.clicked.connect(self.view.reset)
        self._invert.clicked.connect(self.view.invert)
        self._add.clicked.connect(self.browse_asked)
        self._remove_button.clicked.connect(self.remove_chosen)

    def clear(self) -> None:
        """Another case lies on the desk: nothing of the last one stays, not even for a moment."""
        super().clear()
        self._heats = []
        self._seen.clear()
        self._browser.keep(())
        self._show_picture(None)

    def refusals(self) -> list[tuple[InputProblem, str]]:
        problems = (self._pictures.problem(item) for item in self.items)
        return [(problem, "problem") for problem in problems if problem is not None]

    @property
    def is_late(self) -> bool:
        return self._pictures.is_late

    def many(self, count: int) -> str:
        return self.tr("images: {}").format(count)

    def show_heat(self, heats: Mapping[int, Grid], words: str = "", asked: bool = True) -> None:
        """Heat maps by the place of their image: each lies over it whenever it is shown; {} takes them off.
        Where they were asked for and the image that is shown has none, the first one that has is chosen."""
        self._heats = [(self.items[place], grid) for place, grid in heats.items() if place < len(self.items)]
        self._heat_words = words
        if asked and self._heats and self.index not in heats:
            self._choose(min(heats))
        if asked and self._heats:
            self._browser.look_at_read()
        self._show_heat()

    def show_event(self, event: Event) -> None:
        match event:
            case Encoded(modality=Modality.IMAGE, seen=Seen() as seen):
                self._seen[event.names[0]] = seen
                self.show_inputs()
            case FindingsScored(findings=findings):
                self._browser.name({finding.name: finding for finding in findings})
            case Swept(sweep) if sweep.place < len(self.items):
                self._browser.take_sweep(self.items[sweep.place], sweep)
        super().show_event(event)

    def show_report(self, report: Report) -> None:
        """A report that was saved with its case."""
        self._seen = {source.name: source.seen for source in report.provenance.sources if source.seen}
        self._browser.name({finding.name: finding for finding in report.findings})
        for sweep in report.sweeps:
            if sweep.place < len(self.items):
                self._browser.take_sweep(self.items[sweep.place], sweep)
        self.show_inputs()

    @property
    def shown_place(self) -> int | None:
        """Of the image that is seen, not of one that is chosen and still read, nor of a slice that is not the
        one that is read."""
        seen = self.view.picture is not None and self.view.picture is self._found
        return self.index if seen and self._browser.place == self._browser.read else None

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality == Modality.IMAGE:
            self.follow()
            self._pictures.want(self.items, self.item)
            self._browser.keep(self.items)
            names = {item.name for item in self.items}
            self._seen = {name: seen for name, seen in self._seen.items() if name in names}
            self.show_inputs()

    def _take(self, read: "Picture | InputProblem") -> None:
        self.tell(read)
        if warning := getattr(read, "warning", ""):
            text = f"{read.name}: {warning}"
            self._say(read.name, text, "Look at it before you pass it on.", "notice")
        self.show_inputs()

    def _choose(self, index: int) -> None:
        self.index = index
        self._pictures.choose(self.item)
        self.show_inputs()

    def _step(self, where: str) -> None:
        if self._browser.is_stack:
            self._browser.step(where)
            return
        last = len(self.items) - 1
        if last < 1:
            return
        place = {"previous": self.index - 1, "next": self.index + 1, "first": 0, "last": last}[where]
        self._choose(max(0, min(last, place)))

    def _read_slice(self) -> None:
        """The one that is looked at."""
        if self._browser.is_stack and self._browser.place != self._browser.read:
            plane, frame = self._browser.place
            self._change(plane=plane, frame=frame)

    def _score_all(self, every: bool) -> None:
        self._change(every=every)

    def _change(self, **chosen: Any) -> None:
        items = list(self.items)
        items[self.index] = replace(items[self.index], **chosen)
        self.model.set_inputs(Modality.IMAGE, tuple(items))
        self.analyse_asked.emit()

    # ---- windows

    def _fill_windows(self) -> None:
        self._menu.clear()
        if self.view.picture is not None:
            for key, (name, _) in by_key(self.view.picture).items():
                words = self._window_words().get(name, name).replace("&", "&&").replace("\t", " ")
                action = self._menu.addAction(f"{words}\t{key}")
                action.setData(key)

    def _choose_window(self, action: QAction) -> None:
        self.view.choose_window(action.data())

    # ---- the chosen image

    def _to_show(self) -> "Picture | InputProblem | None":
        """The chosen image, or the slice of it that is looked at."""
        item = self.item
        problem = self._pictures.problem(item) if item is not None else None
        return problem or self._browser.show(item, self._pictures.picture(item) if item is not None else None)

    def show_inputs(self) -> None:
        item = self.item
        found = self._found = self._to_show()
        picture = None if isinstance(found, InputProblem) else found
        reading = item is not None and found is None
        # What is there stays: nothing flashes.
        moment = reading and (not self.is_late or self._browser.is_stack)
        if picture is not self.view.picture and not moment:
            self._show_picture(picture)
        self.view.marks.slice_ = self._browser.shape
        self.view.marks.seen = self._seen.get(item.name) if item is not None else None
        self.view.viewport().update()
        full = item is not None and not (moment and self.content.isHidden())
        self.target.setVisible(not full)
        self.content.setVisible(full)
        self.note.setText(self.tr("Reading…") if reading else self._why_not(found))
        self.note.setVisible(self.view.picture is None and not moment)
        self.strip.setVisible(len(self.items) > 1)
        self.strip.show_frames([self._frame(one) for one in self.items], self.index)
        for button in (self._fit, self._invert, self._window):
            button.setVisible(full)
            button.setEnabled(self.view.picture is not None)
        for button in (self._add, self._remove_button):
            button.setVisible(full)
        self.show_chip()

    def _why_not(self, found: "Picture | InputProblem | None") -> str:
        """Of a slice; of an image there is a card."""
        if isinstance(found, InputProblem) and self._browser.is_stack:
            return said(f"{found.name}: {found.problem}")
        return self.tr("There is nothing to show.")

    def _show_picture(self, picture: "Picture | None") -> None:
        key = (key_of(self.item), picture.plane) if picture is not None and self.item is not None else None
        self.view.show_picture(picture, again=key is not None and key == self._looked_at)
        if picture is not None or self.item is None:  # a damaged slice changes nothing for the next one
            self._looked_at = key
        self._show_heat()

    def _show_heat(self) -> None:
        """Over its own image, not over one that stays for a moment while that is read."""
        item = self.item if self.shown_place is not None else None
        grid = next((grid for own, grid in self._heats if own is item), None)
        self.view.show_heat(grid, self._heat_words)
        if self.opacity.hasFocus() and not self.view.has_heat:
            self.view.setFocus()
        self.opacity.setVisible(self.view.has_heat)
        lit = [self._heat_words] if self.view.has_heat else []
        self.view.setAccessibleDescription(". ".join([*lit, self._keys]))

    def _frame(self, item: Input) -> Frame:
        broken = self._pictures.problem(item) is not None
        return Frame(item.name, self._pictures.thumbnail(item), broken)

    # ---- words

    def retranslate(self) -> None:
        self.retitle(self.tr("Image"))
        self.target.words.setText(
            self.tr("Drop a radiograph, MRI or CT here:\nDICOM, NIfTI, PNG, JPEG, TIFF, a folder or a ZIP.")
        )
        self.view.setAccessibleName(self.tr("The chosen image"))
        self._keys = self.tr(
            "+ and - zoom, 0 shows all, Shift and arrows pan, Ctrl and arrows change the window, "
            "i inverts, h hides and shows the heat map, Page Up and Page Down show the other images."
        )
        self.strip.setAccessibleName(self.tr("Images of the case"))
        self.opacity.setAccessibleName(self.tr("Opacity of the heat map"))
        self.opacity.setToolTip(self.tr("Opacity of the heat map; H in the picture hides and shows it"))
        for button, words in (
            (self._fit, self.tr("Fit")), (self._invert, self.tr("Invert")), (self._window, self.tr("Window")),
            (self._add, self.tr("Add…")), (self._remove_button, self.tr("Remove")),
        ):  # fmt: skip
            button.setText(words)
            button.setAccessibleName(words)
        self.show_inputs()
        self._show_heat()

    def _window_words(self) -> dict[str, str]:
        return {
            "own": self.tr("As the file wants it"),
            "second": self.tr("The file's second window"),
            "usual": self.tr("Usual range, without the outer half percent"),
            "whole": self.tr("Whole range"),
            "brain": self.tr("Brain"),
            "abdomen": self.tr("Abdomen"),
            "mediastinum": self.tr("Mediastinum"),
            "bone": self.tr("Bone"),
            "lung": self.tr("Lung"),
        }
