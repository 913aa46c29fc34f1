"""The scored findings, what each input adds to one of them, and what to say where there are none."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget

from mmdesk.events import Contributed, Event, Failed, FindingsScored, ReportReady, Stopped
from mmdesk.packs.manifest import Manifest
from mmdesk.report import Contribution, Finding, Report, Status
from mmdesk.ui.contribution_view import ContributionView
from mmdesk.ui.findings_list import FindingsList
from mmdesk.ui.panel import label
from mmdesk.ui.result_panel import ResultPanel


class FindingsPanel(ResultPanel):
    finding_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("")
        self._questions: dict[str, str] = {}
        self._findings: tuple[Finding, ...] | None = None  # None: not scored yet
        self._contributions: dict[str, Contribution] = {}
        self._contributed = False  # in this analysis
        self._slow = False
        self._calm = label(tone="muted")
        self._calm.setWordWrap(True)
        self._calm.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.list = FindingsList()
        self.list.chosen.connect(self._choose)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._calm)
        self._pages.addWidget(self.list)
        self.body.addWidget(self._pages, 1)
        self.contribution = ContributionView()
        self.body.addWidget(self.contribution)
        self.retranslate()

    def set_pack(self, manifest: Manifest) -> None:
        """The questions of its tasks head the groups."""
        self._questions = {task.name: task.question for task in manifest.tasks}
        self._fill()

    def begin(self) -> None:
        self._contributed = False
        super().begin()

    def show_event(self, event: Event) -> None:
        match event:
            case FindingsScored(findings=findings):
                self._show(findings)
            case Contributed(contributions):
                self._contributed = True
                self._show_contributions(contributions)
            case ReportReady(report):
                if self.stale or self._findings is None:  # an engine that scores only with its report
                    self._show(report.findings)
                if not self._contributed:
                    self._show_contributions(report.contributions)
                self.end()
            case Stopped() | Failed():
                if not self._contributed:
                    self._show_contributions(())
                self.end()

    def show_report(self, report: Report) -> None:
        """The findings of a report that was saved, at once."""
        self.clear()
        self._show(report.findings)
        self._show_contributions(report.contributions)

    def clear(self) -> None:
        """An empty case."""
        self.stale = True
        self.end()

    def mark(self, names: tuple[str, ...]) -> None:
        """Highlight these findings; () none."""
        self.list.mark(names)
        if not self.contribution.muted:
            self._pick_contribution()

    def wipe(self) -> None:
        self._findings = None
        self._show_contributions(())
        self._fill()

    def end(self) -> None:
        super().end()
        if self._slow:
            self._slow = False
            self._set_words()

    def set_muted(self, muted: bool) -> None:
        self.list.set_muted(muted)
        self.contribution.set_muted(muted)

    def show_working(self) -> None:
        self._slow = True
        self._set_words()

    def _show(self, findings: Sequence[Finding]) -> None:
        self.stale = self._slow = False
        self.late.stop()
        self.list.set_muted(False)  # what each input adds comes a little later
        self._findings = tuple(findings)
        self._fill()

    def _show_contributions(self, contributions: Sequence[Contribution]) -> None:
        self._contributions = {item.finding: item for item in contributions}
        self.contribution.set_muted(False)
        self._pick_contribution()

    def _pick_contribution(self) -> None:
        """Of the first marked finding, else of the likeliest, before which disease that is present goes."""
        there = [f for f in self._findings or () if f.name in self._contributions]
        marked = [f for name in self.list.marked[:1] for f in there if f.name == name]
        diseases = [f for f in there if f.status is Status.PRESENT and not f.normal]
        finding = max(marked or diseases or there, key=lambda f: f.probability, default=None)
        self.contribution.show_contribution(finding, self._contributions[finding.name] if finding else None)

    def _fill(self) -> None:
        """The row that had the focus and the marks stay."""
        index = self.list.currentIndex()
        row = self.list.findings.rows[index.row()] if index.isValid() else None
        self.list.findings.show(self._findings or (), self._questions)
        number = self.list.findings.row_of(row.name) if isinstance(row, Finding) else None
        if number is not None:
            self.list.setCurrentIndex(self.list.findings.index(number))
        self._pages.setCurrentIndex(1 if self._findings else 0)
        self._set_words()

    @Slot(str)
    def _choose(self, name: str) -> None:
        self.mark((name,))
        self.finding_chosen.emit(name)

    def resizeEvent(self, event):  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.contribution.limit(self.height() // 3)  # the list keeps its room

    def retranslate(self) -> None:
        self.retitle(self.tr("Findings"))
        self.list.setAccessibleName(self.tr("Findings"))
        self.list.scheduleDelayedItemsLayout()
        self.contribution.retranslate()
        self._set_words()

    def _set_words(self) -> None:
        if self._slow and self._findings is None:
            self.set_chip(self.tr("working…"), "accent")
            self._calm.setText("")
        elif self._findings:
            self.set_chip(self.tr("calibrated · marks: absent below, present above"))
        elif self._findings is not None:
            self.set_chip("")
            self._calm.setText(self.tr("Nothing here could be scored. The report says what was missing."))
        else:
            self.set_chip("")
            self._calm.setText(self.tr("Probabilities appear here when a case is analysed."))
