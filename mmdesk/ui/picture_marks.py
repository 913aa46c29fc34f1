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
        """Where there is no room for all of it, the letters of the edges, what is wrong with the picture and
        what was read of it stay longest."""
        most = room.width() // 2 - 2 * GRID
        fits = int((room.height() - 2 * GRID) // painter.fontMetrics().height())  # lines
        what, notes = self._what(picture), self._notes(picture)
        how = [window_words(picture, window), zoom] if window is not None else [zoom]
        half = fits
        if picture.marks.edges and fits >= 3:
            self._edges(painter, room, picture.marks.edges)
            half = (fits - 1) // 2  # above and below the letters in the middle
        for lines, corner in (
            (what[:half], Qt.Corner.TopLeftCorner),
            (how[: max(0, min(half, fits - len(notes)))], Qt.Corner.TopRightCorner),
            (notes[:half], Qt.Corner.BottomRightCorner),
        ):
            if lines:
                paint_words(painter, room, lines, corner, most)

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
            where += [] if place is None else [self.tr("at {} mm").format(f"{place:.1f}".replace("-", "−"))]
            lines.append(" · ".join(where))
        return [line for line in lines if line]

    def _notes(self, picture: "Picture") -> list[str]:
        lines = []
        if picture.marks.lossy:
            ratio = picture.marks.ratio
            lossy = self.tr("lossy compression")
            lines.append(self.tr("lossy, {:.0f} : 1").format(ratio) if ratio else lossy)
        if self.seen is not None:
            first, *rest = self._seen(self.seen)
            lines += [self.tr("read: {}").format(first), *rest]
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

    def _seen(self, seen: Seen) -> list[str]:
        """Two short lines cover less of the picture than a long one."""
        which = []
        if seen.frames > 1:
            which.append(self.tr("slice {} of {}").format(seen.frame + 1, seen.frames))
        how = [self.tr("whole picture")]
        if seen.center is not None and seen.span is not None:
            how.insert(0, f"C {seen.center:.4g} W {seen.span:.4g} {seen.unit}".rstrip())
        return [*which, " · ".join(how)]


def window_words(picture: "Picture", window: "Shown") -> str:
    """Center and width: in percent of white, or in the file's own unit."""
    if picture.unit == "%":
        top = picture.range[1]
        return f"C {round(100 * window.center / top)} %  W {round(100 * window.width / top)} %"
    return f"C {window.center:.4g}  W {window.width:.4g} {picture.unit}".rstrip()
