"""The images of a case: one large, the others in a film strip."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSlider, QVBoxLayout, QWidget

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.report import Grid
from mmdesk.ui import icons
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.film_strip import FilmStrip, Frame
from mmdesk.ui.heat_item import OPACITY
from mmdesk.ui.image_view import ImageView
from mmdesk.ui.input_panel import InputPanel
from mmdesk.ui.panel import EmptyTarget, label
from mmdesk.ui.pictures import Pictures
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # imports pydicom
    from mmdesk.media.picture import Picture


class ImagePanel(InputPanel):
    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__(Modality.IMAGE, model)
        self._pictures = Pictures(background, self)
        self._heats: list[tuple[Input, Grid]] = []
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
        self._show_heat()

    @property
    def shown_place(self) -> int | None:
        """Of the image that is seen, not of one that is chosen and still read."""
        item = self.item
        seen = item is not None and self._pictures.picture(item) is self.view.picture
        return self.index if seen else None

    # ---- what is in the case

    def _follow(self, modality: Modality) -> None:
        if modality == Modality.IMAGE:
            self.follow()
            self._pictures.want(self.items, self.item)
            self.show_inputs()

    def _take(self, read: "Picture | InputProblem") -> None:
        self.tell(read)
        self.show_inputs()

    def _choose(self, index: int) -> None:
        self.index = index
        self._pictures.choose(self.item)
        self.show_inputs()

    def _step(self, where: str) -> None:
        last = len(self.items) - 1
        if last < 1:
            return
        place = {"previous": self.index - 1, "next": self.index + 1, "first": 0, "last": last}[where]
        self._choose(max(0, min(last, place)))

    # ---- the chosen image

    def show_inputs(self) -> None:
        item = self.item
        picture = self._pictures.picture(item) if item is not None else None
        problem = self._pictures.problem(item) if item is not None else None
        reading = item is not None and picture is None and problem is None
        moment = reading and not self.is_late  # what is there stays: nothing flashes
        if picture is not self.view.picture and not moment:
            self._show_picture(picture)
        full = item is not None and not (moment and self.content.isHidden())
        self.target.setVisible(not full)
        self.content.setVisible(full)
        self.note.setText(self.tr("Reading…") if reading else self.tr("There is nothing to show."))
        self.note.setVisible(self.view.picture is None and not moment)
        self.strip.setVisible(len(self.items) > 1)
        self.strip.show_frames([self._frame(one) for one in self.items], self.index)
        for button in (self._fit, self._invert, self._window):
            button.setVisible(full)
            button.setEnabled(self.view.picture is not None)
        for button in (self._add, self._remove_button):
            button.setVisible(full)
        self.show_chip()

    def _show_picture(self, picture: "Picture | None") -> None:
        self.view.show_picture(picture)
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
            self.tr("Drop a radiograph or an MRI slice here:\nPNG, JPEG, TIFF or DICOM.")
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
        self._full.setText(self.tr("Whole range"))
        self._usual.setText(self.tr("Usual range, without the outer half percent"))
        self.show_inputs()
        self._show_heat()
