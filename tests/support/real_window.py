"""The window with the real pack, as `mmdesk` opens it, led by a hand that says in JSON what it saw.

A process of its own: the tests' process has torch loaded already.
"""

import json
import sys
import time
from collections.abc import Callable

import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mmdesk import settings
from mmdesk.events import Encoded, Event, Failed, InputFailed
from mmdesk.ui.app import Application
from support import leftovers

PATIENCE_S = 120.0


class Hand:
    def __init__(self, application: Application) -> None:
        self.window, self.desk = application.window, application.window.desk
        self.events: list[Event] = []
        self.ended: list[Event] = []
        self.desk.arrived.connect(self.events.extend)
        self.desk.ended.connect(self.ended.append)

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, "it never came"
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            time.sleep(0.005)  # the engine works meanwhile

    def analysis(self, begin: Callable[[], object]) -> dict[str, object]:
        """What came of what `begin` begins."""
        self.events.clear()
        self.ended.clear()
        begin()
        self.until(lambda: self.ended)
        rooms = (self.desk.decoding, self.desk.reading)
        self.until(lambda: not any(room.busy for room in rooms))
        report = self.desk.report
        assert report is not None
        return {
            "reused": {event.modality: event.reused for event in self.events if isinstance(event, Encoded)},
            "failed": [str(event) for event in self.events if isinstance(event, InputFailed | Failed)],
            "prompt": report.prompt,
            "findings": [finding.name for finding in report.findings],
            "facts": {fact.name: fact.value for fact in report.facts},
            "sentences": [sentence.text for section in report.sections for sentence in section.sentences],
            "shown": [sentence.text for sentence in self.window.report.text.sentences()],
            "rows": [finding.name for finding in self.window.findings.list.findings.findings()],
        }

    def choose_each_sentence(self) -> list[dict[str, object]]:
        """What is marked for each, beside what it rests on."""
        marked = []
        for sentence in self.window.report.text.sentences():
            QTest.keyClick(self.window.report.text, Qt.Key.Key_Down)
            marked.append({
                "rests on": [*sentence.findings, *sentence.facts],
                "marked": [*self.window.findings.list.marked, *self.window.record._named],
                "words": len(self.window.record._mark()),
                "facts": len(set(sentence.facts)),
            })  # fmt: skip
        return marked

    def change_the_record(self) -> None:
        QTest.keyClicks(self.window.record.editor, "Temp 39.9 C. ")
        QTest.keyClick(self.window.record.editor, Qt.Key.Key_F5)


def main() -> int:
    app = QApplication(sys.argv[:1])
    application = Application(app, *settings.load())
    application.start((), demo=False)
    hand = Hand(application)
    QTest.qWaitForWindowActive(application.window)
    saw: dict[str, object] = {"sample": hand.analysis(hand.window.report._sample.click)}
    saw["megabytes"] = psutil.Process().memory_info().rss / 2**20
    saw["marks"] = hand.choose_each_sentence()
    chips = {chip.objectName(): chip for chip in hand.window.prompts._group.buttons()}
    saw["impression"] = hand.analysis(chips["impression"].click)
    saw["changed"] = hand.analysis(hand.change_the_record)
    saw["heavy"] = [name for name in ("torch", "transformers", "tokenizers") if name in sys.modules]
    saw["engines"] = len(leftovers.engine_processes())
    application.window.close()
    saw["visible"] = application.window.isVisible()
    app.exec()
    saw["left"] = len(leftovers.engine_processes())
    print(json.dumps(saw))
    return 0


if __name__ == "__main__":
    sys.exit(main())
