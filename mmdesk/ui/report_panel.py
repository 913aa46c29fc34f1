"""The report, as it is being written, sentence by sentence, and what became of it."""

import time

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mmdesk.events import (
    Event,
    Failed,
    FindingsScored,
    ReportReady,
    ReportWritten,
    SentenceWritten,
    Stage,
    StageStarted,
    Stopped,
    TextDelta,
)
from mmdesk.report import Report
from mmdesk.ui import icons
from mmdesk.ui.flow import FlowLayout
from mmdesk.ui.panel import label
from mmdesk.ui.report_text import ReportText
from mmdesk.ui.result_panel import ResultPanel, duration
from mmdesk.ui.theme import GRID

_PACE_AFTER = 1.0  # seconds of writing before its pace means anything
_PACE_EVERY = 0.5  # seconds between two figures: faster ones cannot be read


class ReportPanel(ResultPanel):
    """`report` is the report that is shown, None until it is ready. The window may add to `body`."""

    sentence_chosen = Signal(object)  # Sentence | None
    sample_asked = Signal()

    def __init__(self) -> None:
        super().__init__("")
        self.report: Report | None = None
        self._detail: str | None = None
        self._saved_at: str | None = None  # of a report that was opened
        self._last: Event | None = None  # how the analysis ended
        self._queue: list[FindingsScored | TextDelta | SentenceWritten] = []
        self._began = self._write_began = self._pace_at = 0.0
        self._words = 0
        self._soon = QTimer(self)  # one change to the text a batch of events
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._flush)
        self.text = ReportText()
        self.text.sentence_chosen.connect(self.sentence_chosen)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty_page())
        self._pages.addWidget(self.text)
        self._pages.setMinimumHeight(GRID * 4)  # where it is tight, the text gives way, not the controls
        self._stopped = label(tone="warning")
        self._stopped.setWordWrap(True)
        self._withheld = QPushButton()
        self._withheld.setCheckable(True)
        self._withheld.setIcon(icons.icon("down", "muted"))
        self._withheld_text = label(tone="muted")
        self._withheld_text.setWordWrap(True)
        self._withheld_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._withheld.toggled.connect(self._withheld_text.setVisible)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(self._stopped)
        self.body.addWidget(self._withheld, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self._withheld_text)
        self._actions = QWidget()
        flow = FlowLayout(GRID // 2)
        self._actions.setLayout(flow)
        self.buttons.addWidget(self._actions)
        self._copy_text, self._copy_markdown, self._copy_detail = QPushButton(), QPushButton(), QPushButton()
        for button in (self._copy_text, self._copy_markdown, self._copy_detail):
            button.setIcon(icons.icon("copy"))
            flow.addWidget(button)
        self._copy_text.clicked.connect(self._put_text)
        self._copy_markdown.clicked.connect(self._put_markdown)
        self._copy_detail.clicked.connect(self._put_detail)
        self.clear()
        self.retranslate()

    def _empty_page(self) -> QWidget:
        page = QWidget()
        self._calm = label(tone="muted")
        self._calm.setWordWrap(True)
        self._calm.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sample = QPushButton()
        self._sample.setProperty("kind", "primary")
        self._sample.clicked.connect(self.sample_asked)
        column = QVBoxLayout(page)
        column.setSpacing(GRID * 2)
        column.addStretch(1)
        column.addWidget(self._calm)
        column.addWidget(self._sample, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    # ---- an analysis

    def begin(self) -> None:
        self._began, self._words, self._queue = time.perf_counter(), 0, []
        self._took: float | None = None  # until all was written
        self._write_began = self._pace_at = self._began
        self._set_report(None)
        super().begin()

    def show_event(self, event: Event) -> None:
        match event:
            case FindingsScored() | TextDelta() | SentenceWritten():
                self._queue.append(event)
                # Notices alone do not push the last report off; they wait for the first words.
                if not (self.stale and isinstance(event, FindingsScored)):
                    self._soon.start()
            case StageStarted(stage=Stage.WRITE):
                self._write_began = time.perf_counter()
            case ReportWritten(report):
                self._flush()
                self.late.stop()
                self.text.set_writing(False)
                self._show_written(report)
            case ReportReady() | Stopped() | Failed():
                self._flush()
                self.end()
                self._show_last(event)

    def show_report(self, report: Report) -> None:
        """A report that was saved, at once."""
        self.clear()
        self.text.scroll_to(end=False)
        self._show_page(empty=False)
        self._show_text(report)
        self._set_report(report)
        self._saved_at = report.provenance.created
        self._set_words()

    def clear(self) -> None:
        """An empty case."""
        self._queue.clear()
        self.stale = True
        self.end()
        self.text.scroll_to(end=True)
        self._set_report(None)
        self._show_page(empty=True)

    def set_case_empty(self, empty: bool) -> None:
        """The sample case is offered while there is no other."""
        self._sample.setVisible(empty)

    def wipe(self) -> None:
        self.text.wipe()
        self.clear_cards()
        self._show_page(empty=False)
        self._detail = self._saved_at = self._last = None
        self._show_withheld(())
        self._set_words()

    def _show_page(self, empty: bool) -> None:
        self._pages.setCurrentIndex(0 if empty else 1)
        self._actions.setVisible(not empty)

    def set_muted(self, muted: bool) -> None:
        self.text.set_muted(muted)

    def end(self) -> None:
        super().end()
        self._soon.stop()
        self.text.set_writing(False)

    def show_working(self) -> None:
        self._flush()
        if not self._words:
            self.set_chip(self.tr("working…"), "accent")

    @Slot()
    def _flush(self) -> None:
        self._soon.stop()
        if not self._queue:
            return
        self.renew()
        with self.text.editing():
            for event in self._queue:
                match event:
                    case FindingsScored(notices=notices):
                        for notice in notices:
                            self.text.notice(notice)
                    case TextDelta(section, text):
                        self.text.write(section, text)
                        self._words += len(text.split())
                    case SentenceWritten(sentence):
                        self.text.finish(sentence)
        self._queue.clear()
        self.text.set_writing(self.running and self._words > 0)
        self._show_pace()

    def _show_pace(self) -> None:
        now = time.perf_counter()
        if self.late.isActive() or now - self._pace_at < _PACE_EVERY or not self._words:
            return
        self._pace_at = now
        written = now - self._write_began
        if written < _PACE_AFTER:
            self.set_chip(self.tr("writing…"), "accent")
        else:
            pace = self.tr("writing · {} words/s").format(round(self._words / written))
            self.set_chip(pace, "accent")

    # ---- its end

    def _show_last(self, event: Event) -> None:
        self._last = event
        match event:
            case ReportReady(report):
                self._show_written(report)
            case Stopped(report=report) if report is not None:
                self._show_text(report)
                self._set_report(report.stopped())
            case Failed(problem=problem, remedy=remedy, detail=detail):
                self._detail = detail
                self.show_card(f"The analysis failed: {problem}.", remedy)
        self._set_words()

    def _show_text(self, report: Report) -> None:
        """What is on the panel is what the report holds, also where words were lost on the way."""
        sentences = tuple(sentence for section in report.sections for sentence in section.sentences)
        if sentences != self.text.sentences() or not self.text.is_complete():
            self.text.wipe()
            with self.text.editing():
                for notice in report.notices:
                    self.text.notice(notice)
                for sentence in sentences:
                    self.text.finish(sentence)
        self._show_withheld(report.provenance.withheld)

    def _set_report(self, report: Report | None) -> None:
        self.report = report
        for button in (self._copy_text, self._copy_markdown):
            button.setEnabled(report is not None)

    def _show_withheld(self, sentences: tuple[str, ...]) -> None:
        self._withheld_sentences = sentences
        self._withheld.setVisible(bool(sentences))
        self._withheld.setChecked(False)
        self._withheld_text.hide()

    # ---- words

    def retranslate(self) -> None:
        self.retitle(self.tr("Report"))
        self.text.setAccessibleName(self.tr("Text of the report"))
        self._calm.setText(self.tr("The report appears here when a case is analysed."))
        self._sample.setText(self.tr("Try the sample case"))
        self._copy_text.setText(self.tr("Copy text"))
        self._copy_markdown.setText(self.tr("Copy Markdown"))
        self._copy_detail.setText(self.tr("Copy details"))
        for button in (self._sample, self._copy_text, self._copy_markdown, self._copy_detail):
            button.setAccessibleName(button.text())
        self._set_words()

    def _set_words(self) -> None:
        """The chip and the lines below the text, as the analysis ended."""
        count = len(self._withheld_sentences)
        self._withheld.setText(self.tr("Withheld sentences: {}").format(count))
        why = self.tr("They failed their check and are no part of the report:")
        self._withheld_text.setText("\n".join((why, *self._withheld_sentences)))
        self._copy_detail.setVisible(bool(self._detail))
        self._stopped.setVisible(isinstance(self._last, Stopped))
        match self._last:
            case ReportReady():
                self._show_done()
            case Stopped():
                self.set_chip(self.tr("stopped"), "warning")
                if self.text.sentences():
                    words = self.tr("Stopped on request; what was written until then is kept.")
                else:
                    words = self.tr("Stopped on request; nothing was written yet.")
                self._stopped.setText(words)
            case Failed():
                self.set_chip(self.tr("failed"), "problem")
            case None if self._saved_at:
                moment = QDateTime.fromString(self._saved_at, Qt.DateFormat.ISODate).toLocalTime()
                text = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
                self.set_chip(self.tr("saved · {}").format(text))
            case None if not self.running:
                self.set_chip("")

    def _show_written(self, report: Report) -> None:
        self._show_text(report)
        self.text.rest()
        self._set_report(report)
        self._show_done()

    def _show_done(self) -> None:
        if self._took is None:
            self._took = time.perf_counter() - self._began
        self.set_chip(self.tr("done · {}").format(duration(self._took)), "good")

    # ---- to the clipboard

    @Slot()
    def _put_text(self) -> None:
        if self.report:
            QGuiApplication.clipboard().setText(self.report.to_text())

    @Slot()
    def _put_markdown(self) -> None:
        if self.report:
            QGuiApplication.clipboard().setText(self.report.to_markdown())

    @Slot()
    def _put_detail(self) -> None:
        if self._detail:
            QGuiApplication.clipboard().setText(self._detail)
