"""The image panel with a case, without a window or an engine."""

from mmdesk.case import Modality
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.image_panel import ImagePanel

IMAGE = Modality.IMAGE


class ImageDesk:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.model, self.background = CaseModel(), Background()
        self.panel = ImagePanel(self.model, self.background)
        qtbot.addWidget(self.panel, before_close_func=self.close)
        self.panel.resize(500, 400)
        self.panel.show()
        qtbot.waitExposed(self.panel)

    def close(self, _):
        self.background.close()

    def add(self, *items):
        self.model.set_inputs(IMAGE, (*self.model.inputs(IMAGE), *items))
        self.settle()

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.background.busy)

    @property
    def chip(self):
        return self.panel.chip.text()

    @property
    def shown(self):
        return self.panel.view.picture.name if self.panel.view.picture else None
