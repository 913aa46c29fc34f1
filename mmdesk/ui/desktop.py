"""Where everything lies in the window: the panels, and the splitters between them."""

from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from mmdesk.ui.actions import Actions
from mmdesk.ui.audio_panel import AudioPanel
from mmdesk.ui.desk import Desk
from mmdesk.ui.findings_panel import FindingsPanel
from mmdesk.ui.image_panel import ImagePanel
from mmdesk.ui.notice_bar import NoticeBar
from mmdesk.ui.prompt_bar import PromptBar
from mmdesk.ui.record_panel import RecordPanel
from mmdesk.ui.recording import Recording
from mmdesk.ui.report_panel import ReportPanel
from mmdesk.ui.stages_panel import StagesPanel
from mmdesk.ui.status_bar import StatusBar
from mmdesk.ui.theme import GRID
from mmdesk.ui.toolbar import Toolbar
from mmdesk.ui.work_panel import WorkPanel

LIST = 36 * GRID  # how wide the work list is, where nobody moved its edge


class Desktop(QWidget):
    """Made in the order in which the Tab key goes through it."""

    def __init__(self, desk: Desk, actions: Actions) -> None:
        super().__init__()
        self.toolbar, self.notice = Toolbar(actions), NoticeBar()
        self.work = WorkPanel()
        self.image = ImagePanel(desk.model, desk.decoding)
        self.audio = AudioPanel(desk.model, desk.decoding, Recording(desk.archive.folder, desk))
        self.record = RecordPanel(desk.model, desk.reading)
        self.report, self.prompts = ReportPanel(), PromptBar()
        self.findings, self.stages = FindingsPanel(), StagesPanel()
        self.status = StatusBar()
        self.report.body.addWidget(self.prompts)
        below = _splitter(Qt.Orientation.Horizontal, self.audio, self.record)
        left = _splitter(Qt.Orientation.Vertical, self.image, below, shares=(60, 40))
        scores = _splitter(Qt.Orientation.Horizontal, self.findings, self.stages, shares=(72, 28))
        right = _splitter(Qt.Orientation.Vertical, self.report, scores, shares=(58, 42))
        whole = _splitter(Qt.Orientation.Horizontal, left, right)
        beside = _splitter(Qt.Orientation.Horizontal, self.work, whole, shares=(0, 100))
        beside.setSizes([LIST, 4 * LIST])
        self._inputs, self._results, self._beside = left, right, beside
        self._roomy = True
        self._splitters = {
            "below": below, "left": left, "scores": scores, "right": right, "desk": whole, "list": beside,
        }  # fmt: skip
        middle = QHBoxLayout()
        middle.setContentsMargins(GRID * 3 // 2, GRID, GRID * 3 // 2, GRID)
        middle.addWidget(beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addWidget(self.notice)
        column.addLayout(middle, 1)
        column.addWidget(self.status)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._make_room()
        return super().event(event)

    def _make_room(self) -> None:
        """Where there is little room for the results beside the work list, it gets as narrow as it can be and
        the stages go until it is folded away; where there is none, all of the results go."""
        least = self.work.minimumSizeHint().width()
        room = self.width() - least - self._inputs.minimumSizeHint().width() - 5 * GRID
        folded, roomy = self.work.isHidden(), room >= 2 * least
        if roomy != self._roomy:
            self._roomy = roomy
            self._beside.setSizes([LIST if roomy else least, self.width()])
        self.stages.setVisible(folded or roomy)
        self._results.setVisible(folded or room >= least)

    def restore(self, state: QSettings) -> None:
        """The splitters as they were kept."""
        for name, splitter in self._splitters.items():
            if (sizes := state.value(f"splitters/{name}")) is not None:
                splitter.restoreState(sizes)

    def keep(self, state: QSettings) -> None:
        for name, splitter in self._splitters.items():
            state.setValue(f"splitters/{name}", splitter.saveState())


def _splitter(way: Qt.Orientation, *parts: QWidget, shares: tuple[int, int] = (50, 50)) -> QSplitter:
    splitter = QSplitter(way)
    splitter.setHandleWidth(GRID)
    splitter.setChildrenCollapsible(False)
    for place, (part, share) in enumerate(zip(parts, shares, strict=True)):
        splitter.addWidget(part)
        splitter.setStretchFactor(place, share)
    splitter.setSizes([share * 10 for share in shares])
    return splitter
