"""The imported values of a record, and the confirmation without which none of them counts."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from mmdesk.case import Input
from mmdesk.media.clinical.parts import Taken
from mmdesk.ui import icons
from mmdesk.ui.panel import label, set_property
from mmdesk.ui.sheet_rows import Key, Row, RowList, Rows
from mmdesk.ui.theme import GRID
from mmdesk.vocabulary import Vocabulary


class SheetView(QWidget):
    confirm_asked = Signal(bool)  # whether the values are right, or this is taken back
    strike_asked = Signal(int, int, bool)  # sheet, place in it, whether it is taken out
    remove_asked = Signal(int)  # sheet

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.state = label("", "small", "warning")
        self.state.setWordWrap(True)
        self.rows = Rows(self)
        self.list = RowList(self.rows)
        self.confirm_button, self.undo_button, self.remove_button = (
            QPushButton(),
            QPushButton(),
            QPushButton(),
        )
        self.confirm_button.setProperty("kind", "primary")
        self.remove_button.setIcon(icons.icon("remove"))
        self.menu = QMenu(self)
        self.menu.triggered.connect(self._chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.state)
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID // 2)
        buttons.addWidget(self.confirm_button)
        buttons.addWidget(self.undo_button)
        buttons.addStretch(1)
        buttons.addWidget(self.remove_button)
        column.addLayout(buttons)
        self.confirm_button.clicked.connect(self._confirm)
        self.undo_button.clicked.connect(self._undo)
        self.remove_button.clicked.connect(self._remove)
        self.rows.toggled.connect(self.strike_asked)
        self.retranslate()

    def show_sheets(
        self, sheets: Sequence[Input], taken: Sequence[Sequence[Taken]], vocabulary: Vocabulary | None
    ) -> None:
        """The values of all sheets, each with what it is taken for."""
        self._names = tuple(sheet.name for sheet in sheets)
        struck = [frozenset(sheet.struck) for sheet in sheets]
        rows = [
            Row(number, place, own, sheet.name, sheet.confirmed, place in struck[number])
            for number, (sheet, values) in enumerate(zip(sheets, taken, strict=True))
            for place, own in enumerate(values)
        ]
        self.rows.show_rows(rows, vocabulary)
        self._say_state()

    def mark(self, shares: Mapping[Key, float | None]) -> None:
        """The rows that a sentence rests on, and what each adds to the probability of its finding."""
        self.rows.mark(shares)

    def reveal_marked(self) -> bool:
        """Scroll to the first marked row; whether there is one."""
        for place, row in enumerate(self.rows.rows):
            if row.counts and row.keys & self.rows.shares.keys():
                self.list.scrollTo(self.rows.index(place), QAbstractItemView.ScrollHint.PositionAtCenter)
                return True
        return False

    @property
    def pending(self) -> int:
        """Values that nobody confirmed."""
        return sum(not row.confirmed for row in self.rows.rows)

    def _confirm(self) -> None:
        self.confirm_asked.emit(True)
        self.undo_button.setFocus()  # the button that had it is gone

    def _undo(self) -> None:
        self.confirm_asked.emit(False)
        self.confirm_button.setFocus()

    def _remove(self) -> None:
        """Of several sheets, the one that is chosen from a menu."""
        if len(self._names) == 1:
            self.remove_asked.emit(0)
            return
        self.menu.clear()
        for number, name in enumerate(self._names):
            self.menu.addAction(name.replace("&", "&&")).setData(number)
        self.menu.popup(self.remove_button.mapToGlobal(self.remove_button.rect().bottomLeft()))

    def _chosen(self, action: QAction) -> None:
        self.remove_asked.emit(action.data())

    # ---- words

    def _say_state(self) -> None:
        count, pending = len(self.rows.rows), self.pending
        counted = sum(row.counts for row in self.rows.rows)
        if pending:
            self.state.setText(self.tr("Not confirmed: {} values do not count.").format(pending))
        else:
            text = self.tr("Confirmed: {counted} of {count} values count.")
            self.state.setText(text.format(counted=counted, count=count))
        set_property(self.state, "tone", "warning" if pending else "good")
        self.confirm_button.setVisible(pending > 0)
        self.undo_button.setVisible(any(row.confirmed for row in self.rows.rows))
        remove = self.tr("Remove sheet…") if len(self._names) > 1 else self.tr("Remove sheet")
        self.remove_button.setToolTip(remove)
        self.remove_button.setAccessibleName(remove)

    def retranslate(self) -> None:
        self.list.setAccessibleName(self.tr("Imported values"))
        self.confirm_button.setText(self.tr("Confirm values"))
        self.confirm_button.setToolTip(self.tr("They are as in the sheet: let them count"))
        self.undo_button.setText(self.tr("Take back"))
        self.undo_button.setToolTip(self.tr("The values do not count any more"))
        for button in (self.confirm_button, self.undo_button):
            button.setAccessibleName(button.text())
        self.rows.retranslate()
        self._say_state()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
