"""The rows of imported values: a model that says what each is taken for, and a list that draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from mmdesk.case import Fact, Flag
from mmdesk.media.clinical.parts import Taken
from mmdesk.media.clinical.values import UNKNOWN, LabValue
from mmdesk.plan import fact_text
from mmdesk.report import signed
from mmdesk.ui import icons, theme
from mmdesk.ui.fact_table import SIGN, range_text
from mmdesk.ui.theme import GRID
from mmdesk.ui.wording import said
from mmdesk.vocabulary import Vocabulary

ROW = Qt.ItemDataRole.UserRole
BOX = 14  # pixels of a check box, where the text has 13
LINES = 2  # rows that are always seen
Key = tuple[str, str]  # name and origin of a fact


@dataclass(frozen=True, slots=True)
class Row:
    """A value in its place; `counts` where its sheet is confirmed and it was not taken out."""

    sheet: int
    place: int
    taken: Taken
    name: str
    confirmed: bool
    struck: bool

    @property
    def can_count(self) -> bool:
        return bool(self.taken.facts)

    @property
    def counts(self) -> bool:
        return self.confirmed and self.can_count and not self.struck

    @property
    def keys(self) -> set[Key]:
        return {(fact.name, fact.origin or "") for fact in self.taken.facts}


class Rows(QAbstractListModel):
    """A row's box is checked where it counts once its sheet is confirmed; what cannot count has none."""

    toggled = Signal(int, int, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()
        self.shares: Mapping[Key, float | None] = {}
        self._vocabulary: Vocabulary | None = None

    def show_rows(self, rows: Sequence[Row], vocabulary: Vocabulary | None) -> None:
        """The same values in another state keep what is chosen and scrolled to."""
        same = [row.taken.value for row in rows] == [row.taken.value for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows, self._vocabulary = rows, vocabulary
        if not same:
            self.endResetModel()
        self.retranslate()

    def mark(self, shares: Mapping[Key, float | None]) -> None:
        self.shares = shares
        self.retranslate()

    def retranslate(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def rowCount(self, parent=None):  # noqa: N802 (Qt's name)
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index):
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        checkable = Qt.ItemFlag.ItemIsUserCheckable
        return flags | checkable if self.rows[index.row()].can_count else flags

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.taken.value.test
            case Qt.ItemDataRole.CheckStateRole if row.can_count:
                return Qt.CheckState.Unchecked if row.struck else Qt.CheckState.Checked
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return "\n".join(self.words(row)) if role == Qt.ItemDataRole.ToolTipRole else self.spoken(row)
            case _ if role == ROW:
                return row
        return None

    def setData(self, index, value, role=Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 (Qt's name)
        row = self.rows[index.row()]
        if role != Qt.ItemDataRole.CheckStateRole or not row.can_count:
            return False
        self.toggled.emit(row.sheet, row.place, Qt.CheckState(value) != Qt.CheckState.Checked)
        return True

    def share(self, row: Row) -> tuple[bool, float]:
        """Whether a sentence rests on the row, and what that adds."""
        keys = row.keys & self.shares.keys() if row.counts else set()
        return bool(keys), max((self.shares[key] or 0.0 for key in keys), key=abs, default=0.0)

    def printed(self, row: Row) -> str:
        """The value as the sheet states it."""
        value = row.taken.value
        text = " ".join(value.text.split())
        return text if not value.unit or text.endswith(value.unit) else f"{text} {value.unit}"

    def meaning(self, row: Row) -> str:
        """What it is taken for, or why it does not count."""
        if not row.can_count:
            return said(row.taken.reason)
        facts = ", ".join(map(self._fact, row.taken.facts))
        return self.tr("taken out: {}").format(facts) if row.struck else facts

    def _fact(self, fact: Fact) -> str:
        if self._vocabulary is None:
            return fact.name
        text = fact_text(fact, self._vocabulary[fact.name])
        return text if fact.value is not False else self.tr("no {}").format(text)

    def origin(self, row: Row, whole: bool = True) -> str:
        """Range, date and place; the name of the sheet where there are several, or all is asked for."""
        value = row.taken.value
        named = whole or any(other.sheet != row.sheet for other in (self.rows[0], self.rows[-1]))
        place = f"{row.name}, {value.place}" if named else value.place
        return " · ".join(filter(None, (range_text(_range(value)), value.date.replace("T", " "), place)))

    def words(self, row: Row) -> list[str]:
        value = row.taken.value
        first = f"{value.test}: {self.printed(row)}{f' ({value.flag})' if value.flag else ''}"
        return [first, self.meaning(row), self.origin(row)]

    def spoken(self, row: Row) -> str:
        """All of it, in the order in which it matters."""
        state = self.tr("does not count")
        if row.counts:
            state = self.tr("counts")
        elif row.can_count and not row.confirmed:
            state = self.tr("not confirmed")
        marked, share = self.share(row)
        points = self.tr("moves the finding by {} points").format(signed(round(100 * share)))
        return ", ".join(filter(None, (*self.words(row), state, points if marked and share else "")))


def _range(value: LabValue) -> tuple[float | None, float | None] | None:
    return None if value.low is None and value.high is None else (value.low, value.high)


class RowList(QListView):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.setModel(rows)
        self.setItemDelegate(_Value(self))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    def minimumSizeHint(self):  # noqa: N802 (Qt's name)
        return QSize(0, LINES * row_height(self) + 2)

    def sizeHint(self):  # noqa: N802 (Qt's name)
        return self.minimumSizeHint()


def row_height(widget: QWidget) -> int:
    small = QFontMetrics(theme.small_font(widget.font())).height()
    return widget.fontMetrics().height() + small + GRID


class _Value(QStyledItemDelegate):
    """Two lines: test and value as printed; what that is taken for, range, date and origin."""

    def sizeHint(self, option, index):  # noqa: N802 (Qt's name)
        return QSize(0, row_height(option.widget))

    def editorEvent(self, event, model, option, index):  # noqa: N802 (Qt's name)
        clicked = (
            event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton
        )
        pressed = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space
        if pressed or (clicked and _box(option).adjusted(-6, -6, 6, 6).contains(event.position().toPoint())):
            row = index.data(ROW)
            state = Qt.CheckState.Checked if row.struck else Qt.CheckState.Unchecked
            return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)
        return False

    def paint(self, painter: QPainter, option, index):
        row, rows = index.data(ROW), index.model()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        marked, share = rows.share(row)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect
        if chosen or marked:
            painter.fillRect(rect, theme.color("marked"))
        if marked:  # colour is not the only sign
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.color("accent"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("line"))
        _draw_box(painter, _box(option), row)
        left = _box(option).right() + GRID
        first = QRect(
            left, rect.y() + GRID // 2, rect.right() - left - GRID // 2, option.fontMetrics.height()
        )
        painter.setPen(theme.color("text" if row.counts else "muted"))
        value = rows.printed(row)
        self._line(painter, option.font, first, row.taken.value.test, value, self._sign(row))
        small = theme.small_font(option.font)
        second = QRect(left, first.bottom() + 1, first.width(), QFontMetrics(small).height())
        meaning = rows.meaning(row)
        if share:
            points = self.tr("{} pts").format(signed(round(100 * share)))
            meaning = f"{meaning}  {points}"
        painter.setPen(theme.color("muted"))
        quiet = row.can_count or row.taken.reason in ("", UNKNOWN)
        self._line(
            painter,
            small,
            second,
            meaning,
            rows.origin(row, whole=False),
            tone="muted" if quiet else "warning",
        )
        painter.restore()

    def _sign(self, row: Row) -> Flag | None:
        """Where its value lies outside its range, as the facts show it."""
        flags = [fact.flag for fact in row.taken.facts if fact.flag in (Flag.HIGH, Flag.LOW)]
        return flags[0] if flags else None

    def _line(
        self,
        painter: QPainter,
        font,
        rect: QRect,
        left: str,
        right: str,
        sign: Flag | None = None,
        tone: str = "",
    ) -> None:
        """Of a first line what is right is cut last, of one with a `tone` what is left, which has it."""
        painter.setFont(font)
        metrics = QFontMetrics(font)
        whole = rect.width() - GRID - (SIGN + GRID // 2 if sign else 0)
        wide, wanted = metrics.horizontalAdvance(right) + 2, metrics.horizontalAdvance(left) + 2
        wide = min(wide, max(whole - wanted, 0 if tone else whole * 3 // 5))
        end = QRect(rect.right() - wide, rect.y(), wide, rect.height())
        middle, elide = Qt.AlignmentFlag.AlignVCenter, Qt.TextElideMode.ElideRight
        painter.drawText(end, Qt.AlignmentFlag.AlignRight | middle, metrics.elidedText(right, elide, wide))
        if sign:
            place = QRect(end.x() - SIGN - GRID // 2, rect.center().y() - SIGN // 2, SIGN, SIGN)
            icons.icon(str(sign), "warning").paint(painter, place)
        rest = QRect(rect.x(), rect.y(), whole - wide, rect.height())
        if tone:
            painter.setPen(theme.color(tone))
        cut = metrics.elidedText(left, elide, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | middle, cut)


def _box(option) -> QRect:
    side = round(BOX * option.font.pixelSize() / 13)
    return QRect(option.rect.x() + GRID // 2, option.rect.center().y() - side // 2, side, side)


def _draw_box(painter: QPainter, box: QRect, row: Row) -> None:
    """Filled where the row counts, hollow where it waits for the confirmation, empty where it is taken out;
    none where it cannot count."""
    if not row.can_count:
        painter.setPen(QPen(theme.color("muted"), 1.5))
        painter.drawLine(box.left() + 3, box.center().y(), box.right() - 3, box.center().y())
        return
    square = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(theme.color("accent" if row.counts else "muted"))
    painter.setBrush(theme.color("accent") if row.counts else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(square, 3, 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not row.struck:
        painter.setPen(QPen(theme.color("on_accent" if row.counts else "muted"), box.width() / 8))
        at = [QPointF(box.x() + box.width() * x, box.y() + box.height() * y) for x, y in _TICK]
        painter.drawPolyline(at)


_TICK = ((0.25, 0.52), (0.43, 0.7), (0.77, 0.32))
