"""A picture in a scene, drawn through a window of its grey levels."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem

if TYPE_CHECKING:  # these are imported where the first picture is read
    import numpy as np
    from numpy.typing import NDArray

    from mmdesk.media.picture import Picture
    from mmdesk.media.voi import Shown

CRISP = 2.0  # screen pixels to one of the file, from where on they are shown as squares


class PictureItem(QGraphicsItem):
    """Draws just the part that is seen, from the level that fits, through a look-up table: a drag of
    the window costs no more for a large picture than for a small one. Its coordinates are the file's
    own pixels, which may be higher than wide."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # tells what is exposed
        self.picture: Picture | None = None
        self._table: NDArray[np.uint8] | None = None

    def show_picture(self, picture: "Picture | None") -> None:
        self.prepareGeometryChange()
        self.picture, self._table = picture, None
        self.setTransform(QTransform.fromScale(1, picture.aspect if picture else 1))
        self.update()

    def set_window(self, window: "Shown", inverted: bool) -> None:
        """A window of the picture's values; `inverted`: turned round, whichever way the file wants it."""
        if self.picture is not None:
            self._table = self.picture.table(window, inverted)
            self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        width, height = self.picture.size if self.picture else (0, 0)
        return QRectF(0, 0, width, height)

    def paint(self, painter, option, widget=None) -> None:
        if self.picture is None or self._table is None:
            return
        scale = painter.deviceTransform().m11()  # in pixels of the screen, however dense they lie
        level = level_for(self.picture, scale)
        pixels, step = self.picture.levels[level], 2**level
        seen = option.exposedRect
        # A pixel more on each side: what is between two is drawn of both.
        top, left = max(0, int(seen.top() / step) - 1), max(0, int(seen.left() / step) - 1)
        bottom, right = int(seen.bottom() / step) + 2, int(seen.right() / step) + 2
        grey = self._table[pixels[top:bottom, left:right]]
        if not grey.size:
            return
        height, width = grey.shape[:2]
        kind = QImage.Format.Format_Grayscale8 if grey.ndim == 2 else QImage.Format.Format_RGB888
        image = QImage(grey.data, width, height, grey.strides[0], kind)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < CRISP)
        painter.drawImage(QRectF(left * step, top * step, width * step, height * step), image)


def level_for(picture: "Picture", scale: float) -> int:
    """The smallest level that still has a pixel for each of the screen's."""
    level = 0
    while level + 1 < len(picture.levels) and 2 ** (level + 1) * scale <= 1:
        level += 1
    return level
