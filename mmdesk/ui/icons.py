"""Icons of one set: strokes on a 24 pixel grid, drawn in the theme's colour."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mmdesk import resources
from mmdesk.ui import theme


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = (resources.folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(svg.replace("currentColor", colour).encode()))


class _Engine(QIconEngine):
    """Asks for the colour when it paints, so that an icon follows the theme."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter, rect, mode, state):
        token = "muted" if mode == QIcon.Mode.Disabled else self._token
        _renderer(self._name, getattr(theme.active(), token)).render(painter, QRectF(rect))

    def pixmap(self, size, mode, state):
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self):
        return _Engine(self._name, self._token)


def icon(name: str, token: str = "text") -> QIcon:
    """resources/icons/NAME.svg in the colour of a token."""
    return QIcon(_Engine(name, token))
