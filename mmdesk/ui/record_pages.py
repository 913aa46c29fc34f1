"""The two sides of a record: its text, and the values of its sheets, where there are any."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from mmdesk.ui.flow import FlowLayout
from mmdesk.ui.sheet_view import SheetView
from mmdesk.ui.theme import GRID


class RecordPages(QWidget):
    """`text` is a layout to fill. Without sheets there is nothing to choose, and no chips."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets = SheetView()
        self._side = QWidget()
        self.text = QVBoxLayout(self._side)
        self.text.setContentsMargins(0, 0, 0, 0)
        self.text_chip, self.sheets_chip = QPushButton(), QPushButton()
        self._chips = QWidget()
        flow = FlowLayout(GRID // 2)
        self._chips.setLayout(flow)
        self._group = QButtonGroup(self)
        for chip in (self.text_chip, self.sheets_chip):
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            self._group.addButton(chip)
            flow.addWidget(chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._chips)
        column.addWidget(self._side, 1)
        column.addWidget(self.sheets, 1)
        self._group.buttonToggled.connect(self._show_side)
        self._count = 0
        self.text_chip.setChecked(True)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """How many values were imported; with the first ones their side is shown."""
        before, self._count = self._count, count
        self._chips.setVisible(count > 0)
        if count > before:
            self.sheets_chip.setChecked(True)
        elif not count:
            self.text_chip.setChecked(True)
        self._show_side()
        self.retranslate()

    def show_text(self) -> None:
        self.text_chip.setChecked(True)

    def show_sheets(self) -> None:
        self.sheets_chip.setChecked(True)

    def _show_side(self) -> None:
        sheets = self.sheets_chip.isChecked()
        self._side.setVisible(not sheets)
        self.sheets.setVisible(sheets)

    def retranslate(self) -> None:
        pending = self.sheets.pending
        self.text_chip.setText(self.tr("Text"))
        text = self.tr("Imported: {}").format(self._count)
        self.sheets_chip.setText(self.tr("{} · not confirmed").format(text) if pending else text)
        for chip in (self.text_chip, self.sheets_chip):
            chip.setAccessibleName(chip.text())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
