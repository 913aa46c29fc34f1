"""What the record states: figures in a table, everything else as short statements above it."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView as View
from PySide6.QtWidgets import (
    QHeaderView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mmdesk.case import Fact, Flag
from mmdesk.plan import number_text
from mmdesk.report import signed
from mmdesk.ui import icons, theme
from mmdesk.ui.panel import label
from mmdesk.ui.theme import GRID
from mmdesk.vocabulary import Vocabulary

LABEL, VALUE, UNIT, RANGE, FLAG = range(5)
MOST = 500  # figures in the table: a record that states more would make every pause in typing felt
FACT = Qt.ItemDataRole.UserRole
LEAST = 0.005  # of a probability: what adds less is not marked
FAINTEST = 0.25  # of a mark
Marked = Mapping[Fact, tuple[float, float | None]]  # weight in (0, 1], and what it adds
SIGN = 10  # pixels of the sign before "high" and "low"


def range_text(limits: tuple[float | None, float | None] | None) -> str:
    """36–37.4, ≤ 5, ≥ 95, or nothing."""
    low, high = limits or (None, None)
    if low is not None and high is not None:
        return f"{number_text(low)}–{number_text(high)}"
    if high is not None:
        return f"≤ {number_text(high)}"
    return "" if low is None else f"≥ {number_text(low)}"


def weights_of(shares: Mapping[Fact, float | None]) -> dict[Fact, float]:
    """How strongly each fact is marked, in (0, 1]: 1 where it is stated as it is, and for what adds most."""
    known = {fact: abs(share) for fact, share in shares.items() if share is not None and abs(share) >= LEAST}
    largest = max(known.values(), default=1.0)
    weights = {fact: max(share / largest, FAINTEST) for fact, share in known.items()}
    return weights | {fact: 1.0 for fact, share in shares.items() if share is None}


class FactView(QWidget):
    """The facts of a record; choosing one (click, arrow keys, Enter) asks for its place in the text."""

    chosen = Signal(object)  # the Fact

    def __init__(self) -> None:
        super().__init__()
        self.facts: tuple[Fact, ...] = ()
        self._shares: Mapping[Fact, float | None] = {}
        self._vocabulary = Vocabulary(())
        self.statements, self.table = _StatementList(), _FigureTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        for view in (self.statements, self.table):
            view.clicked.connect(self._choose)
            view.activated.connect(self._choose)
            view.selectionModel().selectionChanged.connect(self._choose_selected)
            column.addWidget(view)
        self.cut = label("", "small", "muted")
        column.addWidget(self.cut)
        self.retranslate()

    def show_facts(self, facts: tuple[Fact, ...], vocabulary: Vocabulary) -> None:
        """A figure goes into the table where a range for it exists at all. A statement made twice is
        shown once, with its last place."""
        self.facts, self._vocabulary = facts, vocabulary
        figures: list[Fact] = []
        statements: dict[tuple[str, object], Fact] = {}
        for fact in facts:
            if isinstance(fact.value, float) and (fact.range or vocabulary[fact.name].ranges):
                figures.append(fact)
            else:
                statements[fact.name, fact.value] = fact
        _fill(self.table.items, [self._figure(fact) for fact in figures[-MOST:]])
        _fill(self.statements.items, [[self._statement(fact)] for fact in statements.values()])
        self.table.setVisible(bool(figures))
        self.statements.setVisible(bool(statements))
        self.cut.setText(self.tr("The last {} of {} figures are shown.").format(MOST, len(figures)))
        self.cut.setVisible(len(figures) > MOST)
        self.setVisible(bool(facts))
        self.mark(self._shares)
        self._fit()

    def mark(self, shares: Mapping[Fact, float | None]) -> None:
        """Show which facts a sentence rests on, and what each adds to the probability of its finding."""
        self._shares = shares
        weights = weights_of(shares)
        for view in (self.statements, self.table):
            view.drawn.marked = {fact: (weights[fact], shares[fact]) for fact in weights}
            for row in range(view.items.rowCount()):
                self._say_share(view.items.item(row), shares)
            view.viewport().update()
        self.statements.fit()

    def _say_share(self, item: QStandardItem, shares: Mapping[Fact, float | None]) -> None:
        share = shares.get(item.data(FACT)) or 0.0
        words = ""
        if abs(share) >= LEAST:
            words = self.tr("moves the finding by {} points").format(signed(round(100 * share)))
        if words != (item.data(Qt.ItemDataRole.ToolTipRole) or ""):
            item.setData(words, Qt.ItemDataRole.ToolTipRole)
            item.setData(words, Qt.ItemDataRole.AccessibleDescriptionRole)

    def retranslate(self) -> None:
        self.table.setAccessibleName(self.tr("Figures found in the record"))
        self.statements.setAccessibleName(self.tr("Statements found in the record"))
        headers = self.tr("Term"), self.tr("Value"), self.tr("Unit"), self.tr("Range"), self.tr("Reading")
        for column, text in enumerate(headers):  # only heard: the header is hidden
            role = Qt.ItemDataRole.AccessibleTextRole
            self.table.items.setHeaderData(column, Qt.Orientation.Horizontal, text, role)
        self.show_facts(self.facts, self._vocabulary)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        super().changeEvent(event)

    def _fit(self) -> None:
        self.statements.fit()
        self.table.fit()

    def _figure(self, fact: Fact) -> list[QStandardItem]:
        term, value = self._vocabulary[fact.name].label, number_text(float(fact.value))
        flags = {Flag.HIGH: self.tr("high"), Flag.LOW: self.tr("low"), Flag.NORMAL: self.tr("in range")}
        flag = flags[fact.flag] if fact.flag else ""
        texts = (term[:1].upper() + term[1:], value, fact.unit or "", range_text(fact.range), flag)
        items = [_item(text, fact) for text in texts]
        spoken = ", ".join(filter(None, (f"{term} {value} {fact.unit or ''}".rstrip(), flag, texts[RANGE])))
        items[LABEL].setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
        return items

    def _statement(self, fact: Fact) -> QStandardItem:
        term = self._vocabulary[fact.name].label
        if isinstance(fact.value, bool):
            text = self.tr("{}: reported") if fact.value else self.tr("{}: denied")
            return _item(text.format(term), fact)
        value = fact.value if isinstance(fact.value, str) else number_text(fact.value)
        return _item(f"{term}: {value} {fact.unit or ''}".rstrip(), fact)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(FACT))

    def _choose_selected(self, selection) -> None:
        for index in selection.indexes()[:1]:
            self._choose(index)


def _item(text: str, fact: Fact) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    item.setData(fact, FACT)
    return item


def _fill(items: QStandardItemModel, rows: list[list[QStandardItem]]) -> None:
    items.removeRows(0, items.rowCount())
    for row in rows:
        items.appendRow(row)


class _Cell(QStyledItemDelegate):
    """Draws a figure's cells in the theme's colours, close together: the panel is narrow."""

    marked: Marked = MappingProxyType({})

    def __init__(self, table: QWidget) -> None:
        super().__init__(table)
        self.metrics: dict[int, QFontMetricsF] = {}  # by column, until fonts change

    def sizeHint(self, option, index):  # noqa: N802 (Qt's name)
        column = index.column()
        if column not in self.metrics:
            self.metrics[column] = QFontMetricsF(_cell_font(option.widget, column))
        metrics = self.metrics[column]
        words = ceil(metrics.horizontalAdvance(index.data())) + GRID
        sign = SIGN + GRID // 2 if _outside(index) else 0
        return QSize(words + sign, round(metrics.height()) + GRID)

    def paint(self, painter: QPainter, option, index):
        rect, column = option.rect, index.column()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        weight, share = self.marked.get(index.data(FACT), (0.0, None))
        if chosen or weight:
            painter.fillRect(rect, theme.color("marked", 1.0 if chosen else weight))
        if column == LABEL and weight:
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.color("accent"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("line"))
        words = rect.adjusted(GRID // 2, 0, -GRID // 2, 0)
        if _outside(index):
            sign = QRect(words.x(), words.center().y() - SIGN // 2, SIGN, SIGN)
            icons.icon(str(index.data(FACT).flag), "warning").paint(painter, sign)
            words.setLeft(sign.right() + GRID // 2)
            painter.setPen(theme.color("warning"))
        else:
            painter.setPen(theme.color("text" if column in (LABEL, VALUE) else "muted"))
        if column == LABEL and share:
            painter.setFont(theme.small_font(option.widget.font()))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            points = self.tr("{} pts").format(signed(round(100 * share)))
            painter.drawText(words, right, points)
            words.setRight(words.right() - painter.fontMetrics().horizontalAdvance(points) - GRID // 2)
        painter.setFont(_cell_font(option.widget, column))
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, words.width())
        side = Qt.AlignmentFlag.AlignRight if column == VALUE else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


def _outside(index: QModelIndex) -> bool:
    """Whether the cell says that the value lies above or below its range."""
    return index.column() == FLAG and index.data(FACT).flag in (Flag.HIGH, Flag.LOW)


def _cell_font(view: QWidget, column: int) -> QFont:
    if column not in (LABEL, VALUE):
        return theme.small_font(view.font())
    font = QFont(view.font())
    font.setWeight(QFont.Weight.DemiBold if column == VALUE else QFont.Weight.Normal)
    return font


class _FigureTable(QTableView):
    """As high as its rows where there is room, else it scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.items = QStandardItemModel(0, 5, self)
        self.drawn = _Cell(self)
        self.setModel(self.items)
        self.setItemDelegate(self.drawn)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(GRID)
        self.verticalHeader().hide()
        for column in range(5):
            stretch = column == LABEL
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(column, mode)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(View.ScrollMode.ScrollPerPixel)
        self.setSelectionBehavior(View.SelectionBehavior.SelectRows)
        self.setSelectionMode(View.SelectionMode.SingleSelection)

    def fit(self) -> None:
        self.drawn.metrics.clear()
        row = self.fontMetrics().height() + GRID
        self.verticalHeader().setDefaultSectionSize(row)
        rows = self.items.rowCount()
        self.setMaximumHeight(rows * row + 2)
        self.setMinimumHeight(min(rows, 3) * row + 2)
        self.updateGeometry()

    def sizeHint(self):  # noqa: N802 (Qt's name)
        return QSize(super().sizeHint().width(), self.maximumHeight())


class _Chip(QStyledItemDelegate):
    """A statement on a rounded ground; the chosen one has a frame."""

    marked: Marked = MappingProxyType({})

    def sizeHint(self, option, index):  # noqa: N802 (Qt's name)
        metrics = QFontMetrics(theme.small_font(option.widget.font()))
        return QSize(metrics.horizontalAdvance(self._words(index)) + 2 * GRID, metrics.height() + GRID // 2)

    def _words(self, index) -> str:
        """The statement, and what it adds."""
        _, share = self.marked.get(index.data(FACT), (0.0, None))
        points = self.tr("{} pts").format(signed(round(100 * share))) if share else ""
        return f"{index.data()}  {points}".rstrip()

    def paint(self, painter: QPainter, option, index):
        fact, chosen = index.data(FACT), bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.small_font(option.widget.font()))
        weight, _ = self.marked.get(fact, (0.0, None))
        painter.setPen(Qt.PenStyle.NoPen)
        ground = option.rect.toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(ground, GRID / 2, GRID / 2)
        painter.setBrush(theme.color("marked", 1.0 if chosen else weight))
        painter.setPen(theme.color("accent") if chosen else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(ground, GRID / 2, GRID / 2)
        if weight:  # colour is not the only sign
            line = option.rect.adjusted(0, GRID // 4, 0, -GRID // 4)
            painter.fillRect(line.x(), line.y(), 2, line.height(), theme.color("accent"))
        painter.setPen(theme.color("muted" if fact.value is False else "text"))
        painter.drawText(
            option.rect.adjusted(GRID, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._words(index)
        )
        painter.restore()


class _StatementList(QListView):
    """Statements flow like words; as high as its lines, three at most."""

    def __init__(self) -> None:
        super().__init__()
        self.items = QStandardItemModel(self)
        self.drawn = _Chip(self)
        self.setModel(self.items)
        self.setItemDelegate(self.drawn)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSpacing(GRID // 4)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(View.SelectionMode.SingleSelection)

    def resizeEvent(self, event):  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def fit(self) -> None:
        line = QFontMetrics(theme.small_font(self.font())).height() + GRID // 2 + self.spacing()
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        self.setFixedHeight(min(self.contentsSize().height(), 3 * line + self.spacing()) + 2)
