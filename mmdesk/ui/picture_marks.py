"""What is written over a picture: what it is, where its edges lie, how it is looked at, what was read."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QPainter

from mmdesk.report import Seen
from mmdesk.ui import theme
from mmdesk.ui.corner import paint_words
from mmdesk.ui.theme import GRID

if TYPE_CHECKING:  # imports numpy
    from mmdesk.media.frame import Marks
    from mmdesk.media.picture import Picture
    from mmdesk.media.voi import Shown

TAGS = ("Modality", "BodyPartExamined", "ViewPosition", "Weighting")  # none of them is about the patient


class PictureMarks(QObject):
    """`slice_` is which one of how many, counted from 1, None where there is one alone; `seen` is what a
    model was given of the picture."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.slice_: tuple[int, int] | None = None
        self.seen: Seen | None = None

    def paint(
        self, painter: QPainter, room: QRectF, picture: "Picture", window: "Shown | None", zoom: str
    ) -> None:
        most = room.width() // 2 - 2 * GRID
        if picture.marks.edges:
            self._edges(painter, room, picture.marks.edges)
        paint_words(painter, room, self._what(picture), Qt.Corner.TopLeftCorner, most)
        how = [window_words(picture, window), zoom] if window is not None else [zoom]
        paint_words(painter, room, how, Qt.Corner.TopRightCorner, most)
        if notes := self._notes(picture):
            line = painter.fontMetrics().height() + GRID // 2 if picture.marks.edges else 0
            above = room.adjusted(0, 0, 0, -line)  # the lower edge's letter
            paint_words(painter, above, notes, Qt.Corner.BottomRightCorner, room.width() - 2 * GRID)

    def _what(self, picture: "Picture") -> list[str]:
        width, height = picture.size
        size = [f"{width} × {height}", *self._spacing(picture.marks)]
        said = [picture.tags[key] for key in TAGS if key in picture.tags]
        sides = {"L": self.tr("left"), "R": self.tr("right"), "B": self.tr("both sides")}
        said += [sides[picture.marks.laterality]] if picture.marks.laterality else []
        lines = [picture.name, " · ".join(size), " · ".join(said)]
        if self.slice_ is not None:
            place = picture.marks.place
            where = [self.tr("slice {} of {}").format(*self.slice_)]
            where += [] if place is None else [self.tr("at {:.1f} mm").format(place)]
            lines.append(" · ".join(where))
        return [line for line in lines if line]

    def _notes(self, picture: "Picture") -> list[str]:
        lines = []
        if picture.marks.lossy:
            ratio = picture.marks.ratio
            lossy = self.tr("lossy compression")
            lines.append(self.tr("lossy, {:.0f} : 1").format(ratio) if ratio else lossy)
        if self.seen is not None:
            lines.append(self.tr("read: {}").format(self._seen(self.seen)))
        return lines

    def _edges(self, painter: QPainter, room: QRectF, edges: tuple[str, str, str, str]) -> None:
        """Letters in the middle of each side."""
        flags = Qt.AlignmentFlag
        places = (
            flags.AlignLeft | flags.AlignVCenter, flags.AlignRight | flags.AlignVCenter,
            flags.AlignHCenter | flags.AlignTop, flags.AlignHCenter | flags.AlignBottom,
        )  # fmt: skip
        inner = room.adjusted(GRID, GRID // 2, -GRID, -GRID // 2)
        for letters, place in zip(edges, places, strict=True):
            box = painter.boundingRect(inner, place, letters)
            painter.fillRect(box.adjusted(-3, 0, 3, 0), theme.color("ground", 0.75))
            painter.setPen(theme.color("text"))
            painter.drawText(inner, place, letters)

    def _spacing(self, marks: "Marks") -> list[str]:
        words = []
        if marks.spacing is not None:
            rows, columns = marks.spacing
            text = f"{rows:.2g}" if abs(rows - columns) < 1e-3 else f"{rows:.2g} × {columns:.2g}"
            where = self.tr("{} mm at the detector") if marks.at_detector else "{} mm"
            words.append(where.format(text))
        if marks.thickness:
            words.append(self.tr("slice {:.2g} mm").format(marks.thickness))
        return words

    def _seen(self, seen: Seen) -> str:
        parts = []
        if seen.frames > 1:
            parts.append(self.tr("slice {} of {}").format(seen.frame + 1, seen.frames))
        if seen.center is not None and seen.span is not None:
            parts.append(f"C {seen.center:.4g} W {seen.span:.4g} {seen.unit}".rstrip())
        return " · ".join([*parts, self.tr("whole picture")])


def window_words(picture: "Picture", window: "Shown") -> str:
    """Center and width: in percent of white, or in the file's own unit."""
    if picture.unit == "%":
        top = picture.range[1]
        return f"C {round(100 * window.center / top)} %  W {round(100 * window.width / top)} %"
    return f"C {window.center:.4g}  W {window.width:.4g} {picture.unit}".rstrip()
