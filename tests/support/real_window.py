"""The window with the real pack, as `mmdesk` opens it, led by a hand that says in JSON what it saw.

A process of its own: the tests' process has torch loaded already.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import psutil
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEventLoop, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from mmdesk import settings
from mmdesk.events import Encoded, Event, Failed, InputFailed
from mmdesk.report import Sentence
from mmdesk.ui.app import Application
from mmdesk.ui.heat_item import INFERNO
from mmdesk.ui.image_view import ImageView
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
        spans = {fact.name: fact.span for fact in self.window.record.facts.facts}
        for sentence in self.window.report.text.sentences():
            QTest.keyClick(self.window.report.text, Qt.Key.Key_Down)
            marked.append({
                "rests on": [*sentence.findings, *sentence.facts],
                "marked": [
                    *self.window.findings.list.marked,
                    *(name for name, share in self.window.record._named.items() if share is None),
                ],
                "words": len(self.window.record._mark()),
                "facts": len({spans[name] for name in sentence.facts}),  # cough and sputum may share words
            })  # fmt: skip
        return marked

    def click(self, start: str) -> Sentence:
        """With the mouse, on the sentence that begins so."""
        text = self.window.report.text
        number, sentence = next((n, s) for n, s in text._sentences.items() if s.text.startswith(start))
        text.verticalScrollBar().setValue(0)
        place = text._rect(number).center().toPoint()
        text.verticalScrollBar().setValue(place.y() - text.viewport().height() // 2)
        QTest.mouseClick(
            text.viewport(), Qt.MouseButton.LeftButton, pos=text._rect(number).center().toPoint()
        )
        return sentence

    def light_up(self) -> dict[str, object]:
        """Click on what rests on the image, the sound and the record, and look at the pixels and words."""
        report, window = self.desk.report, self.window
        assert report is not None and window.audio.view is not None
        said = {s.section: s for part in reversed(report.sections) for s in reversed(part.sentences)}
        view = window.image.view
        window.report.text.choose(None)
        view.zoom(1.2)
        window.image.opacity.setValue(window.image.opacity.maximum())  # at its most the map hides the picture
        dark, quiet = seen(view.viewport()), seen(window.audio.view)
        picture = self.click(said["image"].text)
        lit = seen(view.viewport())
        grid = next(s for s in report.saliencies if s.finding == picture.findings[0]).grid
        assert grid is not None
        saw: dict[str, object] = {"hottest": int(np.frombuffer(grid.values, np.uint8).argmax())}
        saw["lit"] = hottest_cell(view, lit, grid.rows, grid.columns)
        cell = (int(str(saw["hottest"])) % grid.columns, int(str(saw["hottest"])) // grid.columns)
        size = view.picture.size if view.picture else (0, 0)
        middle = QPointF((cell[0] + 0.5) / grid.columns * size[0], (cell[1] + 0.5) / grid.rows * size[1])
        QTest.mouseMove(view.viewport(), view.mapFromScene(middle))
        text = window.report.text
        saw["under the mouse"] = [text._sentences[number].text for number in text._lit]
        saw["chosen"] = picture.text
        sound = self.click(said["audio"].text)
        curve = next(s for s in report.saliencies if s.finding == sound.findings[0]).curve
        assert curve is not None
        changed = np.abs(seen(window.audio.view) - quiet).sum(2)
        saw["sound changed"] = bool(changed.any())
        saw["picture is as before"] = bool((np.abs(seen(view.viewport()) - dark).sum(2) == 0).all())
        stated = self.click(said["record"].text)
        spans = {fact.name: fact.span for fact in report.facts}
        editor = window.record.editor
        words = [one.cursor.selectedText() for one in editor.extraSelections()]
        saw["words"] = sorted(words)
        saw["stated"] = sorted({editor.toPlainText()[slice(*spans[name])] for name in stated.facts})
        saw["sound is as before"] = bool((seen(window.audio.view) == quiet).all())
        return saw

    def change_the_record(self) -> None:
        QTest.keyClicks(self.window.record.editor, "Temp 39.9 C. ")
        QTest.keyClick(self.window.record.editor, Qt.Key.Key_F5)


def seen(widget: QWidget) -> NDArray[np.int32]:
    """(height, width, 3) as it is drawn"""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int32)


def hottest_cell(view: ImageView, lit: NDArray[np.int32], rows: int, columns: int) -> int:
    """Of a grid over the picture, the cell whose middle on the screen is nearest to the hottest colour."""
    assert view.picture is not None
    width, height = view.picture.size
    away = np.abs(lit - INFERNO[-1]).sum(2)
    distances = []
    for row, column in np.ndindex(rows, columns):
        middle = QPointF((column + 0.5) / columns * width, (row + 0.5) / rows * height)
        place = view.mapFromScene(middle)
        inside = view.viewport().rect().contains(place)
        distances.append(int(away[place.y(), place.x()]) if inside else 999)
    return int(np.argmin(distances))


def main() -> int:
    app = QApplication(sys.argv[:1])
    application = Application(app, *settings.load())
    application.start((), demo=False)
    hand = Hand(application)
    QTest.qWaitForWindowActive(application.window)
    saw: dict[str, object] = {"sample": hand.analysis(hand.window.report._sample.click)}
    saw["megabytes"] = psutil.Process().memory_info().rss / 2**20
    saw["marks"] = hand.choose_each_sentence()
    saw["lights"] = hand.light_up()
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
