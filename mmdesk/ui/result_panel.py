"""What the panels of the results side share: a quick analysis does not flash, a slow one says it works."""

from PySide6.QtCore import QEvent, QTimer, Slot

from mmdesk.ui.panel import Panel

LATE = 300  # ms; until then the last analysis stays on the panel, muted


class ResultPanel(Panel):
    """What the last analysis gave stays, muted, until the new one has something to show or LATE ms
    have gone by. Subclasses fill in `wipe`, `set_muted` and `show_working`."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.running = False
        self.stale = False  # what is shown is the last analysis's
        self.late = QTimer(self)
        self.late.setSingleShot(True)
        self.late.setInterval(LATE)
        self.late.timeout.connect(self.take_long)

    def begin(self) -> None:
        """A new analysis starts."""
        self.running = self.stale = True
        self.set_chip(self.chip.text(), "muted")
        self.set_muted(True)
        self.late.start()

    def renew(self) -> None:
        """What the last analysis left goes."""
        if self.stale:
            self.stale = False
            self.set_muted(False)
            self.wipe()

    def end(self) -> None:
        """No event comes any more."""
        self.running = False
        self.late.stop()
        self.renew()

    @Slot()
    def take_long(self) -> None:
        self.renew()
        self.show_working()

    def wipe(self) -> None:
        """Take everything off the panel."""
        raise NotImplementedError

    def set_muted(self, muted: bool) -> None:
        raise NotImplementedError

    def show_working(self) -> None:
        """The analysis has taken LATE ms and goes on."""
        raise NotImplementedError

    def retranslate(self) -> None:
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def duration(seconds: float) -> str:
    """0.48 s, 12.3 s."""
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
