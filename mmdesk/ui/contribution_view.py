"""What each input adds to one finding: bars to both sides of zero, from its start to its end."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from mmdesk.case import Modality
from mmdesk.report import Contribution, Finding, percent, signed
from mmdesk.ui import icons, theme
from mmdesk.ui.findings_model import capital
from mmdesk.ui.theme import GRID

BAR = 6  # pixels
SHORTEST = 10 * GRID  # of the whole scale; figures without a bar go over it before it gets shorter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Row:
    modality: Modality
    name: str
    share: float
    points: int
    figure: str


class ContributionView(QWidget):
    """A heading, and a row for each input that was given; all rows share the scale of −100 to 100 points.
    Where there is no room for that, one line of icons and figures. Hidden while it has nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self._finding: Finding | None = None
        self._contribution: Contribution | None = None
        self._highest = 9999
        self.muted = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_contribution(self, finding: Finding | None, contribution: Contribution | None) -> None:
        """None, if there is nothing to show."""
        self._finding, self._contribution = finding, contribution
        self.setVisible(contribution is not None)
        self.retranslate()

    def set_muted(self, muted: bool) -> None:
        self.muted = muted
        self.update()

    def limit(self, height: int) -> None:
        """It may be as high as that, one line in any case."""
        self._highest = height
        self.updateGeometry()

    def retranslate(self) -> None:
        self.setAccessibleName(self._spoken())
        self.setToolTip(self._spoken())
        self.updateGeometry()
        self.update()

    def _heading(self) -> str:
        label = capital(self._finding.label) if self._finding else ""
        return self.tr("What each input adds: {finding}").format(finding=label)

    def rows(self) -> list[Row]:
        if self._finding is None or self._contribution is None:
            return []
        names = {
            Modality.IMAGE: self.tr("image"),
            Modality.AUDIO: self.tr("audio"),
            Modality.RECORD: self.tr("record"),
        }
        points = self._contribution.points(self._finding.probability)
        shares = self._contribution.shares
        return [
            Row(m, name, shares[m], points[m], self._figure(shares[m], points[m]))
            for m, name in names.items()
            if m in shares
        ]

    def _figure(self, share: float, points: int) -> str:
        if share == 0:
            return self.tr("changed nothing")
        if points == 0:
            return self.tr("under 1 point")
        words = self.tr("{number} point") if abs(points) == 1 else self.tr("{number} points")
        return words.format(number=signed(points))

    def _ends(self) -> tuple[str, str]:
        """The share in the training data and the probability, as percentages."""
        assert self._finding and self._contribution
        words = {"under 1%": self.tr("under 1%"), "over 99%": self.tr("over 99%")}
        start, end = percent(self._contribution.prior), percent(self._finding.probability)
        return words.get(start, start), words.get(end, end)

    def _spoken(self) -> str:
        """All of it, as a screen reader says it."""
        minus = self.tr("minus")
        said = [f"{row.name} {row.figure.replace('−', f'{minus} ')}" for row in self.rows()]
        if not said:
            return ""
        start, end = self._ends()
        way = self.tr("Starts at {start}, the share in the training data; ends at {end}.")
        return f"{self._heading()}: {', '.join(said)}. {way.format(start=start, end=end)}"

    # ---- room

    def _small(self) -> QFont:
        return theme.small_font(self.font())

    def _bold(self) -> QFont:
        font = self._small()
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _line(self) -> int:
        return round(QFontMetricsF(self._small()).height()) + GRID // 2

    def _full_height(self) -> int:
        return GRID // 2 + (1 + len(self.rows())) * self._line()

    def folded(self) -> bool:
        """Whether it is one line."""
        names, words, _ = self._measures()
        return self._full_height() > self._highest or names + words > self.width() - GRID

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, GRID // 2 + self._line() if self.folded() else self._full_height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def resizeEvent(self, event):  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)

    def _measures(self) -> tuple[float, float, float]:
        """Widths of the longest name, the longest figure, and the longest that stands beside a bar of some
        length; each with a gap."""
        rows, small, bold = self.rows(), QFontMetricsF(self._small()), QFontMetricsF(self._bold())
        names = max((small.horizontalAdvance(row.name) for row in rows), default=0) + GRID
        words = max((bold.horizontalAdvance(row.figure) for row in rows), default=0) + GRID
        beside = max((bold.horizontalAdvance(row.figure) for row in rows if row.share), default=0) + GRID
        return names, words, beside

    # ---- paint

    def paintEvent(self, event):  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, self.width(), 1), theme.color("line"))
        if self.muted:
            painter.setOpacity(0.45)
        box = QRectF(GRID / 2, GRID / 2, self.width() - GRID, self._line())
        if self.folded():
            self._paint_icons(painter, box)
        else:
            self._paint_heading(painter, box)
            names, words, beside = self._measures()
            bar = box.width() - names - words
            bar = bar if bar >= SHORTEST else box.width() - names - beside
            for row in self.rows():
                box.translate(0, box.height())
                track = QRectF(box.left() + names, box.center().y() - BAR / 2, bar, BAR)
                self._paint_row(painter, box, track, row)
        painter.end()

    def _paint_heading(self, painter: QPainter, box: QRectF) -> None:
        """In as many words as there is room for."""
        assert self._finding
        width = QFontMetricsF(self._small()).horizontalAdvance
        start, end = self._ends()
        heading, short = self._heading(), f"{start} → {end}"
        way = self.tr("from {start} in the training data to {end}").format(start=start, end=end)
        if width(heading) + 2 * GRID + width(way) > box.width():
            way = short
        if width(heading) + 2 * GRID + width(way) > box.width():
            heading = capital(self._finding.label)
        painter.setFont(self._small())
        painter.setPen(theme.color("muted"))
        painter.drawText(box, _RIGHT, way)
        room = box.width() - width(way) - GRID
        cut = QFontMetricsF(self._small()).elidedText(heading, Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, _LEFT, cut)

    def _paint_row(self, painter: QPainter, box: QRectF, track: QRectF, row: Row) -> None:
        self._ink(painter, row)
        painter.drawText(box, _RIGHT, row.figure)
        words = painter.fontMetrics().horizontalAdvance(row.figure)
        painter.setFont(self._small())
        painter.drawText(box, _LEFT, row.name)
        if track.right() <= box.right() - words:
            _paint_bar(painter, track, row.share)

    def _paint_icons(self, painter: QPainter, box: QRectF) -> None:
        size = round(QFontMetricsF(self._small()).capHeight() * 1.5)
        for row in self.rows():
            token = self._ink(painter, row)
            top = round(box.center().y() - size / 2)
            icons.icon(row.modality, token).paint(painter, QRect(round(box.left()), top, size, size))
            box.setLeft(box.left() + size + GRID / 2)
            nothing = "< 1" if row.share else "0"
            figure = signed(row.points) if row.points else nothing
            painter.drawText(box, _LEFT, figure)
            box.setLeft(box.left() + QFontMetricsF(painter.font()).horizontalAdvance(figure) + GRID)

    def _ink(self, painter: QPainter, row: Row) -> str:
        """What changed nothing is quiet; gives the colour."""
        token = "text" if row.share else "muted"
        painter.setPen(theme.color(token))
        painter.setFont(self._bold() if row.share else self._small())
        return token


def _paint_bar(painter: QPainter, track: QRectF, share: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("track"))
    painter.drawRoundedRect(track, BAR / 2, BAR / 2)
    zero = round(track.center().x())
    if share:
        length = max(3.0, track.width() / 2 * min(abs(share), 1))  # seen beside the mark at zero
        filled = QRectF(zero, track.top(), length, BAR)
        if share < 0:
            filled.moveRight(zero)
        painter.fillRect(filled, theme.color("accent" if share > 0 else "muted"))
    painter.fillRect(QRectF(zero - 1, track.top() - 2, 2, BAR + 4), theme.color("text"))
