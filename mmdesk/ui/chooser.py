"""A combo box that cuts long texts in their middle and shows that it opens."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from mmdesk.ui import icons, theme
from mmdesk.ui.theme import GRID

ARROW = 12


class Chooser(QComboBox):
    """As narrow as it must be: the list below it shows the texts in full."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self._arrow = icons.icon("down", "muted")

    def showPopup(self) -> None:  # noqa: N802 - Qt's
        self.view().setMinimumWidth(max(self.width(), self.view().sizeHintForColumn(0) + 2 * GRID))
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        arrow = QRect(self.width() - GRID - ARROW, (self.height() - ARROW) // 2, ARROW, ARROW)
        self._arrow.paint(painter, arrow)
        room = self.rect().adjusted(GRID + 1, 0, -2 * GRID - ARROW, 0)
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideMiddle, room.width())
        painter.setPen(theme.color("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
