"""Drags over the window: what a drop would do is shown before it happens."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from mmdesk.case import Modality
from mmdesk.ui.intake import Intake, Verdict
from mmdesk.ui.panel import Panel, label, set_property
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said


class DropFilter(QObject):
    """The whole window takes drops: no widget in it takes its own, whenever it was made."""

    def __init__(self, window: QWidget, panels: Mapping[Modality, Panel], intake: Intake) -> None:
        super().__init__(window)
        self._window, self._panels, self._intake = window, panels, intake
        self._verdict: Verdict | None = None
        self._over: Modality | None = None
        self._dragging = False
        self._reason = _Reason(window)
        intake.verdict.connect(self._judged)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self._disarm()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        kind = event.type()
        if watched is not self._window:
            if kind == QEvent.Type.DragEnter:  # the screen's window hears of it first
                self._disarm()
            return False
        if kind == QEvent.Type.Show:
            self._window.windowHandle().installEventFilter(self)
        elif isinstance(event, QDropEvent):  # enter, move and drop
            self._handle(event)
            return True
        elif kind == QEvent.Type.DragLeave:
            self._end()
            return True
        return False

    def _disarm(self) -> None:
        for child in self._window.findChildren(QWidget):
            if child.acceptDrops() and child.window() is self._window:
                child.setAcceptDrops(False)

    def _handle(self, event: QDropEvent) -> None:
        source = event.source()
        if isinstance(source, QWidget) and self._window.isAncestorOf(source):
            event.ignore()  # a piece of the record dragged about in the record
            return
        self._over = self._panel_at(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            target = self._over
            self._end()
            self._intake.take_mime(event.mimeData(), target)
        elif event.type() == QEvent.Type.DragEnter:
            self._dragging = True
            self._intake.offer(event.mimeData())
        else:
            self._show()
        refused = self._verdict is not None and self._verdict.refused
        # Always a copy: the giver of a moved file would delete it.
        event.setDropAction(Qt.DropAction.IgnoreAction if refused else Qt.DropAction.CopyAction)
        event.accept()

    def _panel_at(self, place: QPoint) -> Modality | None:
        for modality, panel in self._panels.items():
            if panel.isVisible() and panel.rect().contains(panel.mapFrom(self._window, place)):
                return modality
        return None

    def _judged(self, verdict: Verdict) -> None:
        if self._dragging:
            self._verdict = verdict
            self._show()

    def _show(self) -> None:
        """Panels that would take it say so; where none does, the one under the pointer refuses."""
        if self._verdict is None:
            return
        refused = self._verdict.refused
        shown = {self._over} if refused and self._over else set(self._verdict.panels)
        for modality, panel in self._panels.items():
            panel.set_drop(self._verdict.panels[modality] if modality in shown else "")
        place = self._over or next(iter(self._verdict.panels))
        self._reason.show_over(self._panels[place], self._verdict.reason, refused)

    def _end(self) -> None:
        self._dragging = False
        self._verdict = None
        self._intake.withdraw_offer()
        self._reason.hide()
        for panel in self._panels.values():
            panel.set_drop("")


class _Reason(QFrame):
    """A line at the foot of a panel, above everything, that the pointer goes through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = label()
        self.words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.addWidget(self.words)
        self.hide()

    def show_over(self, panel: Panel, text: str, refused: bool) -> None:
        self.words.setText(said(text))
        set_property(self, "tone", "problem" if refused else "accept")
        width = panel.width() - 3 * GRID
        height = self.heightForWidth(width)
        corner = panel.mapTo(self.window(), QPoint(3 * GRID // 2, panel.height() - height - GRID))
        self.setGeometry(corner.x(), corner.y(), width, height)
        self.raise_()
        self.show()
