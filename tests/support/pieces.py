"""The window's way in and its three input panels, without a window or an engine."""

from pathlib import Path

from mmdesk.case import Modality
from mmdesk.ui.audio_panel import AudioPanel
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel
from mmdesk.ui.image_panel import ImagePanel
from mmdesk.ui.intake import Intake
from mmdesk.ui.record_panel import RecordPanel
from mmdesk.ui.recording import Recording

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD


class Pieces:
    """`notices` are what was refused and belongs to no panel."""

    def __init__(self):
        self.model, self.decoding, self.reading = CaseModel(), Background(), Background()
        self.intake = Intake(self.model, self.reading)
        self.panels = {
            IMAGE: ImagePanel(self.model, self.decoding),
            AUDIO: AudioPanel(self.model, self.decoding, Recording(Path())),
            RECORD: RecordPanel(self.model, self.reading),
        }
        self.notices = []
        self.intake.refused.connect(self._refused)

    def _refused(self, modality, text, remedy):
        if modality is None:
            self.notices.append((text, remedy))
        else:
            self.panels[modality].show_card(text, remedy)

    def close(self):
        self.panels[AUDIO].release()
        self.decoding.close()
        self.reading.close()

    @property
    def busy(self):
        return self.decoding.busy or self.reading.busy

    def cards(self):
        """By panel, what each card says and what it advises."""
        return {
            modality: [card.accessibleName() for card in panel._card_widgets()]
            for modality, panel in self.panels.items()
        }
