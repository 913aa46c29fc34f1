"""The panel of a work list: what is looked for in it and how it is sorted, its cases, reading all of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QToolButton

from mmdesk.report import Finding
from mmdesk.ui import icons
from mmdesk.ui.batch_bar import BatchBar, Phase
from mmdesk.ui.chooser import Chooser
from mmdesk.ui.findings_model import capital
from mmdesk.ui.panel import Panel, label
from mmdesk.ui.readings import NAME, STATE, WORST, Entry, Reading
from mmdesk.ui.theme import GRID
from mmdesk.ui.work_rows import WorkRows

QUIET = 150  # ms without a letter before the list is filtered
SETTLE = 1000  # ms between two times that rows move while results come
LETTERS = 28  # the panel is at least so wide


class WorkPanel(Panel):
    """Rows stay where they are while the mouse is over them: a click must not meet another case."""

    close_asked = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.field, self.order, self.list, self.batch = QLineEdit(), Chooser(), WorkRows(), BatchBar()
        self._found_none = label("", tone="muted")
        self._found_none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self.body.setSpacing(GRID // 2)
        for widget, stretch in ((self.field, 0), (self.order, 0), (self.list, 1), (self._found_none, 1)):
            self.body.addWidget(widget, stretch)
        self.body.addSpacing(GRID // 2)
        self.body.addWidget(self.batch)
        self.batch.buttons.addStretch(1)
        self.batch.buttons.addWidget(self._close)
        self._typed = QTimer(self, singleShot=True, interval=QUIET)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE)
        self._typed.timeout.connect(self._filter)
        self._settle.timeout.connect(self._move)
        self._clear = self.field.addAction(
            icons.icon("close", "muted"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.field.clear)
        self.field.textChanged.connect(self._type)
        self.order.activated.connect(self._sort)
        self._close.clicked.connect(self.close_asked)
        self.hide()
        self.retranslate()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(LETTERS * self.fontMetrics().averageCharWidth(), super().minimumSizeHint().height())

    def show_cases(self, entries: Sequence[Entry]) -> None:
        """Another list, of which nothing is filtered."""
        self.field.clear()
        self._typed.stop()
        self.list.rows.filter = ""
        self.list.rows.show(entries)
        self.list.scrollToTop()
        self.batch.set_phase(Phase.IDLE)
        self._count()

    def set_findings(self, findings: Mapping[str, Finding]) -> None:
        """Those of the pack; by each that is not of health, cases can be sorted."""
        self.list.rows.findings = findings
        if self.list.rows.order not in (*self._orders(), *findings):
            self.list.rows.order = NAME
        self.retranslate()

    def take(self, readings: Mapping[str, Reading]) -> None:
        """What came out for cases, by name."""
        self.list.rows.take(readings)
        if not self._settle.isActive():
            self._settle.start()

    def rest(self) -> None:
        """Nothing moves any more."""
        self._typed.stop()
        self._settle.stop()

    def _type(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._typed.start()

    def _filter(self) -> None:
        self.list.rows.filter = self.field.text()
        self._arrange()

    def _sort(self) -> None:
        self.list.rows.order = self.order.currentData()
        self._arrange()
        self.list.viewport().update()  # the words follow the order, too

    def _move(self) -> None:
        if self.list.underMouse():
            self._settle.start()
        else:
            self._arrange()

    def _arrange(self) -> None:
        self._settle.stop()
        self.list.rows.arrange()
        self._count()

    # ---- words

    def _orders(self) -> dict[str, str]:
        return {
            NAME: self.tr("By name"),
            STATE: self.tr("By state"),
            WORST: self.tr("Worst first"),
        }

    def _count(self) -> None:
        shown, count = self.list.rows.rowCount(), len(self.list.rows.entries)
        self.set_chip(f"{shown:,} / {count:,}" if shown < count else f"{count:,}")
        self.list.setVisible(shown > 0)
        self._found_none.setVisible(not shown)

    def retranslate(self) -> None:
        self.retitle(self.tr("Work list"))
        self.field.setPlaceholderText(self.tr("Name, state or finding"))
        self.field.setAccessibleName(self.tr("Show the cases with"))
        self._clear.setText(self.tr("Show all cases"))
        self._clear.setToolTip(self._clear.text())
        self.order.setAccessibleName(self.tr("Sort the cases"))
        self.list.setAccessibleName(self.tr("Cases"))
        self._found_none.setText(self.tr("No case fits."))
        self._close.setToolTip(self.tr("Close the work list"))
        self._close.setAccessibleName(self.tr("Close the work list"))
        self.order.clear()
        for order, words in self._orders().items():
            self.order.addItem(words, order)
        for name, finding in self.list.rows.findings.items():
            if not finding.normal:
                self.order.addItem(self.tr("Most likely first: {}").format(capital(finding.label)), name)
        self.order.setCurrentIndex(self.order.findData(self.list.rows.order))
        self.list.rows.retranslate()
        self._count()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
