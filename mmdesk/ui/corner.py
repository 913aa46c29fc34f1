"""Words in a corner of a picture, on a piece of ground, so that they can be read on whatever it shows."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from mmdesk.ui import theme
from mmdesk.ui.theme import GRID


def paint_words(
    painter: QPainter,
    room: QRectF,
    lines: list[str],
    corner: Qt.Corner,
    most: float,
    least: float = 0.0,
    inset: float = 0.0,
) -> QRectF:
    """Lines in a corner of `room`, `least` to `most` pixels wide, `inset` of them left free before the
    words. Returns where lines and inset lie."""
    metrics = QFontMetrics(painter.font())
    lines = [metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, int(most - inset)) for line in lines]
    width = max(least, *(metrics.horizontalAdvance(line) + inset for line in lines)) + GRID
    height = metrics.height() * len(lines) + GRID // 2
    right = corner in (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner)
    bottom = corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
    left = room.right() - width - GRID // 2 if right else room.left() + GRID // 2
    top = room.bottom() - height - GRID // 2 if bottom else room.top() + GRID // 2
    box = QRectF(left, top, width, height)
    painter.fillRect(box, theme.color("ground", 0.75))
    painter.setPen(theme.color("text"))
    inner = box.adjusted(GRID // 2, GRID // 4, -GRID // 2, 0)
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    row = QRectF(inner.left() + inset, inner.top(), inner.width() - inset, metrics.height())
    for number, line in enumerate(lines):  # each by itself: characters of other fonts may be higher
        painter.drawText(row.translated(0, number * metrics.height()), flags, line)
    return inner
