"""The rows below a stack of slices: which one is seen, which one is read, and how each of them scores."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from mmdesk.ui import icons, theme
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID

Scores = Sequence[float | None]


class SliceStrip(QWidget):
    """A column for each slice: as high as the finding is probable there, pale all the way up where it is not
    scored. A line stands where the slice lies that is seen, a triangle where the one that is read. A click
    chooses."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._scores: Scores = ()
        self._count, self._seen, self._read = 1, 0, 0
        self.setFixedHeight(4 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(self, scores: Scores, count: int, seen: int, read: int) -> None:
        self._scores, self._count, self._seen, self._read = scores, count, seen, read
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(20 * GRID, 4 * GRID)

    def mousePressEvent(self, event):  # noqa: N802
        self._choose(event)

    def mouseMoveEvent(self, event):  # noqa: N802
        self._choose(event)

    def _choose(self, event) -> None:
        share = event.position().x() / max(1, self.width())
        self.chosen.emit(max(0, min(self._count - 1, int(share * self._count))))

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("track"))
        step, ground = self.width() / self._count, self.height() - GRID
        for index, score in enumerate(self._scores):
            left = index * step
            wide = max(1.0, step - (1 if step >= 4 else 0))
            if score is None:
                painter.fillRect(QRectF(left, 0, wide, ground), theme.color("muted", 0.3))
            else:
                high = max(1.0, score * ground)
                painter.fillRect(QRectF(left, ground - high, wide, high), theme.color("evidence"))
        seen = QRectF((self._seen + 0.5) * step - 1, 0, 2, ground)
        painter.fillRect(seen, theme.color("accent"))
        painter.setPen(theme.color("text"))
        mark = QRectF((self._read + 0.5) * step - 2 * GRID, ground - 2, 4 * GRID, GRID + 2)
        painter.setFont(theme.small_font(self.font()))
        painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, "▲")
        painter.end()


class SliceBar(QWidget):
    """`slice_chosen` gives a slice from 0; `read_asked` wants the one that is seen to be read, `every_asked`
    all of them scored, or no longer; `cancelled` wants no more slices decoded than are looked at."""

    slice_chosen = Signal(int)
    plane_chosen = Signal(str)
    finding_chosen = Signal(str)
    read_asked = Signal()
    every_asked = Signal(bool)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._count, self._seen, self._read = 1, 0, 0
        self._sweep: Mapping[str, Scores] = {}
        self.plane, self.finding = Chooser(), Chooser()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.place = label("", "small")
        self.read, self.every = QPushButton(), QPushButton()
        self.every.setCheckable(True)
        self.progress = label("", "small", "muted")
        self.cancel = QToolButton()
        self.cancel.setIcon(icons.icon("close"))
        self.strip = SliceStrip()
        self._lay_out()
        self.plane.activated.connect(self._choose_plane)
        self.finding.activated.connect(self._choose_finding)
        self.slider.valueChanged.connect(self.slice_chosen)
        self.strip.chosen.connect(self.slice_chosen)
        self.read.clicked.connect(self.read_asked)
        self.every.clicked.connect(self.every_asked)
        self.cancel.clicked.connect(self.cancelled)
        self.retranslate()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        for widget in (self.read, self.every):
            row.addWidget(widget)
        row.addWidget(self.finding, 2)  # its texts are long
        row.addStretch(1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID // 2)
        grid.addWidget(self.strip, 0, 1)  # above the slider, slice over slice
        grid.addWidget(self.plane, 1, 0)
        grid.addWidget(self.slider, 1, 1)
        grid.addWidget(self.place, 1, 2)
        grid.setColumnStretch(1, 1)
        grid.addLayout(row, 2, 0, 1, 3)

    def show_stack(self, planes: Mapping[str, int], plane: str, seen: int, read: tuple[str, int]) -> None:
        """`seen` is the slice of `plane` that is looked at, `read` plane and slice of the one read."""
        if [self.plane.itemData(place) for place in range(self.plane.count())] != list(planes):
            self.plane.clear()
            for name in planes:
                self.plane.addItem(self._plane_words().get(name, name), name)
        self.plane.setCurrentIndex(self.plane.findData(plane))
        self.plane.setVisible(len(planes) > 1)
        self._count, self._seen = planes[plane], seen
        self._read = read[1] if read[0] == plane else -1
        self.slider.blockSignals(True)
        self.slider.setRange(0, self._count - 1)
        self.slider.setPageStep(max(1, self._count // 10))
        self.slider.setValue(seen)
        self.slider.blockSignals(False)
        self.read.setEnabled((plane, seen) != read)
        self._show_place()

    def show_loading(self, done: int, loading: bool) -> None:
        """How many slices are decoded, while more are coming."""
        self.progress.setVisible(loading)
        self.cancel.setVisible(loading)
        self.progress.setText(self.tr("{} of {} decoded").format(done, self._count))

    def show_sweep(
        self, sweep: Mapping[str, Scores], labels: Mapping[str, str], name: str, asked: bool
    ) -> None:
        """The probabilities of findings by slice; `name` is the one that is drawn, `asked` whether all slices
        are to be scored."""
        if sweep.keys() != self._sweep.keys():
            self.finding.clear()
            for own in sweep:
                self.finding.addItem(labels.get(own, own), own)
        self._sweep = sweep
        self.every.setChecked(asked)
        self.finding.setCurrentIndex(max(0, self.finding.findData(name)))
        self.finding.setVisible(bool(sweep))
        self.strip.setVisible(bool(sweep))
        self._show_place()

    def _show_place(self) -> None:
        scores = self._sweep.get(self.finding.currentData() or "", ())
        self.strip.show_scores(scores, self._count, self._seen, self._read)
        score = scores[self._seen] if self._seen < len(scores) else None
        words = f"{self._seen + 1} / {self._count}"
        if self._sweep:
            words += self.tr(" · not scored") if score is None else f" · {score:.0%}"
        self.place.setText(words)
        self.slider.setAccessibleDescription(words)

    def _choose_plane(self, index: int) -> None:
        self.plane_chosen.emit(self.plane.itemData(index))

    def _choose_finding(self, index: int) -> None:
        self._show_place()
        self.finding_chosen.emit(self.finding.itemData(index))

    # ---- words

    def _plane_words(self) -> dict[str, str]:
        return {
            "axial": self.tr("axial"),
            "coronal": self.tr("coronal"),
            "sagittal": self.tr("sagittal"),
        }

    def retranslate(self) -> None:
        self.plane.setAccessibleName(self.tr("Plane"))
        self.slider.setAccessibleName(self.tr("Slice"))
        self.finding.setAccessibleName(self.tr("Finding shown by slice"))
        self.strip.setToolTip(self.tr("How probable the finding is in each slice alone; ▲ is the slice read"))
        for button, words, tip in (
            (self.read, self.tr("Read this slice"), self.tr("The report is about this slice then (R)")),
            (self.every, self.tr("Score all slices"), self.tr("Score each slice alone, after the report")),
            (self.cancel, "", self.tr("Stop decoding; slices come as they are looked at")),
        ):
            button.setText(words)
            button.setToolTip(tip)
            button.setAccessibleName(words or tip)
        for place in range(self.plane.count()):
            name = self.plane.itemData(place)
            self.plane.setItemText(place, self._plane_words().get(name, name))
        self._show_place()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
