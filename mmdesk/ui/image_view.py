"""The picture, large: zoom, pan, window and level, and in its corners what it is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from mmdesk.report import Grid
from mmdesk.ui import theme
from mmdesk.ui.corner import paint_words
from mmdesk.ui.heat_item import HeatItem
from mmdesk.ui.picture_item import PictureItem
from mmdesk.ui.picture_marks import PictureMarks
from mmdesk.ui.theme import GRID
from mmdesk.ui.windows import by_key, reach

if TYPE_CHECKING:  # imports numpy
    from mmdesk.media.picture import Picture
    from mmdesk.media.voi import Shown

ZOOM_STEP = 1.25
LARGEST = 32.0  # screen pixels to one of the file
DRAG = 1 / 400  # of the whole range, for one pixel of the mouse
NARROWEST = 1 / 200  # of the whole range
NOTCH = 120  # of a wheel, as Qt counts
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class ImageView(QGraphicsView):
    """Fits the picture until it is zoomed. `stepped` asks for another picture or slice. Keys: + - zoom, 0
    shows all, i inverts, 1 to 9 choose a window, Shift and arrows pan, Ctrl and arrows change the window,
    h hides and shows the heat map, r asks for this slice to be read. Windows are in the picture's values."""

    stepped = Signal(str)  # "previous", "next", "first" or "last"
    read_asked = Signal()
    pointed = Signal(object)  # QPointF in shares of the picture's sides while the mouse rests on it, or None

    def __init__(self) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self._item = PictureItem()
        self.scene().addItem(self._item)
        self._heat = HeatItem()
        self.scene().addItem(self._heat)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)  # `zoom` sees to it
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setAcceptDrops(False)  # the window takes what is dropped
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(GRID * 20, GRID * 8)
        self.viewport().setMouseTracking(True)
        self._fits = True
        self._dragged: QPointF | None = None
        self._pointed: QPointF | None = None
        self._panning = self._space = False
        self._turned = 0  # of the wheel, in eighths of a degree, since the last step
        self._last = "", (0, 0)  # unit and size of the last picture that was shown
        self.window_: Shown | None = None
        self.inverted = False
        self.marks = PictureMarks(self)

    # ---- what is shown

    @property
    def picture(self) -> "Picture | None":
        return self._item.picture

    def show_picture(self, picture: "Picture | None", again: bool = False) -> None:
        """`again`: it is another slice of the same stack, looked at as the last one was."""
        self._point(None)
        self._item.show_picture(picture)
        self.show_heat(None)
        self.scene().setSceneRect(self._box())
        if picture is not None:
            unit, size = self._last
            self._last = picture.unit, picture.size
            if again and unit == picture.unit and self.window_ is not None:
                self._show_window()
                if size != picture.size:
                    self.fit()
            else:
                self.reset()
        self.viewport().update()

    def show_heat(self, grid: Grid | None, words: str = "") -> None:
        """A heat map over the whole picture, and words on what it shows; None takes it off."""
        self._heat.show_grid(grid if self.picture is not None else None, words, self._box())
        self.viewport().update()

    @property
    def has_heat(self) -> bool:
        """Whether a heat map lies over the picture, seen or hidden; one without any weight does not count."""
        return self._heat.stands_out

    def set_heat_opacity(self, share: float) -> None:
        """0 to 1, of what weighs most. A heat map that was hidden is seen again."""
        self._heat.setOpacity(share)
        self._heat.setVisible(True)

    def fit(self) -> None:
        self._fits = True
        if self.picture is not None:
            self.fitInView(self._item, Qt.AspectRatioMode.KeepAspectRatio)
        self.viewport().update()

    def zoom(self, factor: float, about: QPoint | None = None) -> None:
        """Larger or smaller; what lies at `about` in the viewport, or in its middle, stays there."""
        if self.picture is None:
            return
        about = about or self.viewport().rect().center()
        place = self.mapToScene(about)
        now, fitting = self.transform().m11(), self._fitting()
        wanted = max(fitting / 4, min(LARGEST, now * factor)) if fitting < LARGEST else fitting
        self._fits = False
        self.scale(wanted / now, wanted / now)
        self._pan(QPointF(about - self.mapFromScene(place)))
        self.viewport().update()

    @property
    def center(self) -> float:
        return self.window_.center if self.window_ is not None else 0.0

    @property
    def width_(self) -> float:
        return self.window_.width if self.window_ is not None else 0.0

    def set_window(self, center: float, width: float) -> None:
        """As far as the picture's values reach, and no narrower than a two-hundredth of that."""
        if self.picture is None:
            return
        from mmdesk.media.voi import Window

        low, high = reach(self.picture)
        width = max((high - low) * NARROWEST, min(2 * (high - low), width))
        function = getattr(self.window_, "function", "LINEAR_EXACT")
        self.window_ = Window(max(low, min(high, center)), width, function)
        self._show_window()

    def choose_window(self, key: str) -> None:
        """One of `windows.by_key`."""
        if self.picture is not None and (found := by_key(self.picture).get(key)):
            self.window_ = found[1]
            self._show_window()

    def _show_window(self) -> None:
        if self.window_ is not None:
            self._item.set_window(self.window_, self.inverted)
        self.viewport().update()

    def invert(self) -> None:
        self.inverted = not self.inverted
        self._show_window()

    def reset(self) -> None:
        self.inverted = False
        self.choose_window("1")
        self.fit()

    def _box(self) -> QRectF:
        """The picture in the scene, where its pixels are square."""
        return self._item.mapRectToScene(self._item.boundingRect())

    def _fitting(self) -> float:
        """The zoom at which all of the picture is seen."""
        box, room = self._box(), self.viewport().rect()
        if box.isEmpty():
            return 1.0
        return min(room.width() / box.width(), room.height() / box.height())

    # ---- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        do = {
            Qt.Key.Key_Plus: self._larger, Qt.Key.Key_Equal: self._larger, Qt.Key.Key_Minus: self._smaller,
            Qt.Key.Key_0: self.reset, Qt.Key.Key_I: self.invert, Qt.Key.Key_H: self._heat.hide_or_show,
            Qt.Key.Key_R: self.read_asked.emit,
        }  # fmt: skip
        steps = {
            Qt.Key.Key_PageUp: "previous", Qt.Key.Key_PageDown: "next", Qt.Key.Key_Up: "previous",
            Qt.Key.Key_Down: "next", Qt.Key.Key_Home: "first", Qt.Key.Key_End: "last",
        }  # fmt: skip
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        if key in ARROWS and held in (shift, control):
            self._arrow(QPointF(*ARROWS[key]), pans=held == shift)
        elif key in do and held in (Qt.KeyboardModifier.NoModifier, shift):
            do[key]()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and not held:
            self.choose_window(chr(key))
        elif key in steps and not held:
            self.stepped.emit(steps[key])
        elif key == Qt.Key.Key_Space and not held:
            self._space = True
        else:
            event.ignore()

    def _arrow(self, way: QPointF, pans: bool) -> None:
        """Pan by an eighth of the view, or change the window as a drag of ten pixels does."""
        if pans:
            room = self.viewport().rect()
            self._pan(QPointF(-way.x() * room.width() / 8, -way.y() * room.height() / 8))
        else:
            self._drag_window(way * 10)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        turned = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP ** (turned / NOTCH), event.position().toPoint())
        else:  # a touch pad turns the wheel by small parts of a notch
            self._turned = turned + (self._turned if self._turned * turned > 0 else 0)
            if abs(self._turned) >= NOTCH:
                self.stepped.emit("previous" if self._turned > 0 else "next")
                self._turned = 0
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._point(event)
        left = event.button() == Qt.MouseButton.LeftButton
        if left or event.button() == Qt.MouseButton.MiddleButton:
            self._dragged = event.position()
            self._panning = self._space or not left

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._point(event)
        if self._dragged is None:
            return
        moved = event.position() - self._dragged
        self._dragged = event.position()
        if self._panning:
            self._pan(moved)
        else:
            self._drag_window(moved)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._dragged = None
        self._point(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self.fit()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().viewportEvent(event)

    def _point(self, event: QMouseEvent | None) -> None:
        """Tell where in the picture the mouse is, if that is new."""
        place, box = None, self._box()
        if event is not None and not event.buttons():
            at = self.viewportTransform().inverted()[0].map(event.position())
            if box.contains(at):
                place = QPointF(at.x() / box.width(), at.y() / box.height())
        if place != self._pointed:
            self._pointed = place
            self.pointed.emit(place)

    def resizeEvent(self, event) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        if self._fits:
            self.fit()

    def focusInEvent(self, event) -> None:  # noqa: N802 (Qt's name)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event) -> None:  # noqa: N802 (Qt's name)
        self._space = False
        super().focusOutEvent(event)
        self.viewport().update()

    def _larger(self) -> None:
        self.zoom(ZOOM_STEP)

    def _smaller(self) -> None:
        self.zoom(1 / ZOOM_STEP)

    def _drag_window(self, moved: QPointF) -> None:
        if self.picture is not None:
            low, high = reach(self.picture)
            step = (high - low) * DRAG
            self.set_window(self.center + moved.y() * step, self.width_ + moved.x() * step)

    def _pan(self, moved: QPointF) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - round(moved.x()))
        down.setValue(down.value() - round(moved.y()))

    # ---- corners

    def drawForeground(self, painter: QPainter, rect) -> None:  # noqa: N802 (Qt's name)
        picture = self.picture
        if picture is None:
            return
        painter.resetTransform()
        painter.setFont(theme.small_font(self.font()))
        if self._heat.grid is None or self.viewport().height() > 6 * painter.fontMetrics().height():
            zoom = self.tr("zoom {} %").format(round(100 * self.transform().m11()))
            room = QRectF(self.viewport().rect())
            self.marks.paint(painter, room, picture, self.window_, zoom)
        self._legend(painter)
        if self.hasFocus():
            painter.setPen(theme.color("accent"))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _legend(self, painter: QPainter) -> None:
        """At the bottom left, if there is a heat map."""
        room = QRectF(self.viewport().rect())
        if self.has_heat and self._heat.isVisible():
            self._heat.paint_legend(painter, room, (self.tr("least"), self.tr("most")))
        elif self._heat.grid is not None:
            nothing = self.tr("{}: no place stands out").format(self._heat.words)
            line = self.tr("Heat map hidden, H shows it") if self.has_heat else nothing
            paint_words(painter, room, [line], Qt.Corner.BottomLeftCorner, room.width() - 2 * GRID)

    def drawBackground(self, painter: QPainter, rect) -> None:  # noqa: N802 (Qt's name)
        painter.fillRect(rect, theme.color("ground"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange):
            self.viewport().update()
        super().changeEvent(event)
