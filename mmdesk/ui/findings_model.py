"""Scored findings as rows, in groups below the question that they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from mmdesk.case import Modality
from mmdesk.report import Finding, Status, percent

Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Group:
    """A heading: what the findings below it answer, and the inputs that they were scored from."""

    question: str
    inputs: tuple[Modality, ...]


class FindingsModel(QAbstractListModel):
    """Groups and findings in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Group | Finding] = []

    def show(self, findings: Sequence[Finding], questions: Mapping[str, str]) -> None:
        self.beginResetModel()
        self.rows = []
        head = None
        for finding in findings:
            if (finding.task, finding.inputs) != head:
                head = finding.task, finding.inputs
                question = questions.get(finding.task, finding.task.capitalize())
                self.rows.append(Group(question, finding.inputs))
            self.rows.append(finding)
        self.endResetModel()

    def findings(self) -> list[Finding]:
        return [row for row in self.rows if isinstance(row, Finding)]

    def row_of(self, name: str) -> int | None:
        numbers = (n for n, row in enumerate(self.rows) if isinstance(row, Finding) and row.name == name)
        return next(numbers, None)

    def rowCount(self, parent: Index = NO_PARENT) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self.rows[index.row()], Group):
            return Qt.ItemFlag.NoItemFlags  # the arrow keys pass it by
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole):
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(row)
        if isinstance(row, Group):
            return self._spoken(row) if role == Qt.ItemDataRole.ToolTipRole else None
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            above = (self.rows[number] for number in range(index.row(), -1, -1))
            return next(head.question for head in above if isinstance(head, Group))
        if role == Qt.ItemDataRole.ToolTipRole:
            words = self.tr("{finding}. Absent below {low}, present from {high} on.")
            return words.format(finding=self._spoken(row), low=percent(row.low), high=percent(row.high))
        return None

    def share(self, finding: Finding) -> str:
        text = percent(finding.probability)
        return {"under 1%": self.tr("under 1%"), "over 99%": self.tr("over 99%")}.get(text, text)

    def status(self, finding: Finding) -> str:
        words = {
            Status.PRESENT: self.tr("present"),
            Status.UNSURE: self.tr("not sure"),
            Status.ABSENT: self.tr("absent"),
        }
        return words[finding.status]

    def _spoken(self, row: Group | Finding) -> str:
        """As a screen reader says it."""
        words = {
            Modality.IMAGE: self.tr("image"),
            Modality.AUDIO: self.tr("audio"),
            Modality.RECORD: self.tr("record"),
        }
        inputs = ", ".join(words[modality] for modality in row.inputs)
        if isinstance(row, Group):
            return self.tr("{question} Scored from {inputs}").format(question=row.question, inputs=inputs)
        share = self.share(row).replace("%", self.tr(" percent"))
        return self.tr("{label} {share}, {status}, from {inputs}").format(
            label=capital(row.label), share=share, status=self.status(row), inputs=inputs
        )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
