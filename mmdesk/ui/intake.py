"""How files, drops and pastes become inputs of the case: each finds its panel by its content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter

from mmdesk.batch.several import list_of
from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.files import Format, sniff
from mmdesk.media.text import MAX_CHARACTERS, read_text, too_long
from mmdesk.survey import MAX_FILES, Survey, survey, with_texts
from mmdesk.ui.background import Background
from mmdesk.ui.case_model import CaseModel

PASTED_IMAGE, PASTED_TEXT = "pasted image.png", "pasted text"
UNKNOWN = "mmdesk takes files, images and text"
READS = "mmdesk reads DICOM, NIfTI, PNG, JPEG, TIFF, WAV, FLAC, OGG, MP3, text, PDF, CSV, XLSX, FHIR, HL7."
CARDS = 3  # more problems than this are summed up in one card


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a drop would do: "accept" or "refuse" by panel, and why."""

    panels: Mapping[Modality, str]
    reason: str

    @property
    def refused(self) -> bool:
        return "accept" not in self.panels.values()


class Intake(QObject):
    """All files are looked at and read in the background; a late answer for a case that is no longer
    on the desk is dropped. It speaks English: what shows its words translates them."""

    refused = Signal(object, str, str)  # the Modality of the panel or None, what is wrong, what to do
    moved = Signal(object, str)  # the Modality, and that something went there unasked
    case_given = Signal(object)  # the Path of a case file
    list_given = Signal(object)  # the Path of a list of cases
    verdict = Signal(object)  # a Verdict about what was offered

    def __init__(self, model: CaseModel, background: Background) -> None:
        super().__init__()
        self._model, self._background = model, background
        self._number = 0

    def take_paths(self, paths: Sequence[Path], target: Modality | None = None) -> None:
        """Files and folders; `target` is the panel they were put on."""
        self._start(partial(_look_and_read, tuple(paths), target), target)

    def take_mime(self, mime: QMimeData, target: Modality | None = None) -> None:
        """What was dropped or pasted: files, else text, else an image. A spreadsheet gives its cells
        as text and as a picture, and the text says more, but not to the image panel."""
        paths = _paths(mime)
        image = mime.hasImage() and (target == Modality.IMAGE or not _text(mime))
        if paths:
            self.take_paths(paths, target)
        elif image and sniff(png := bytes(mime.data("image/png").data())) is Format.PNG:
            self._start(partial(_pasted_image, png), target)
        elif image and not (picture := QImage(mime.imageData())).isNull():
            self._start(partial(_pasted_picture, picture), target)
        elif text := _text(mime):
            self._start(partial(_pasted_text, text), target)
        elif mime.hasUrls():
            what = "This is a link, not a file on this computer"
            self.refused.emit(target, what, "Save it to a folder first.")
        elif mime.formats():
            self.refused.emit(target, UNKNOWN, "Copy or drag one of these.")
        else:
            self.refused.emit(target, "There is nothing to paste", "Copy a file, an image or text first.")

    def paste(self, target: Modality | None = None) -> None:
        """From the clipboard."""
        self.take_mime(QGuiApplication.clipboard().mimeData(), target)

    def offer(self, mime: QMimeData) -> None:
        """Say by `verdict` what a drop of this would do: at once, or when the files were looked at."""
        self.withdraw_offer()
        if paths := _paths(mime):
            self._background.run("offer", partial(_look, tuple(paths)), self._offered)
        elif _text(mime):
            self._judge((Modality.RECORD,), "Text goes to Record")
        elif mime.hasImage():
            self._judge((Modality.IMAGE,), "An image goes to Image")
        else:
            self._judge((), UNKNOWN)

    def withdraw_offer(self) -> None:
        self._background.forget("offer")

    # ---- answers

    def _start(self, work: Callable[[], Survey | Path], target: Modality | None) -> None:
        self._number += 1
        job = partial(_for_case, self._model.id, target, work)
        self._background.run(("intake", self._number), job, self._arrived)

    def _arrived(self, answer: tuple[str, Modality | None, Survey | Path]) -> None:
        case_id, target, found = answer
        if isinstance(found, Path):
            self.list_given.emit(found)
            return
        if case_id != self._model.id:
            return
        self._report(found, target)
        if found.cases:
            self._open(found)
            return
        elsewhere = target is not None and all(kind != target for kind, _ in found.taken)
        for modality in Modality:
            items = tuple(item for kind, item in found.taken if kind is modality)
            if items and modality is Modality.RECORD:
                self._model.typing_ended.emit()
                self._add_texts(tuple(item for item in items if item.typed), elsewhere)
                self._add(modality, tuple(item for item in items if not item.typed), elsewhere)
            elif items:
                self._add(modality, items, elsewhere)

    def _open(self, found: Survey) -> None:
        if found.taken or len(found.cases) > 1:
            what = f"{found.cases[0].name}: a case is opened alone"
            self.refused.emit(None, what, "Add the other files once it is open.")
        self.case_given.emit(found.cases[0])

    def _add(self, modality: Modality, items: tuple[Input, ...], elsewhere: bool) -> None:
        """All at once, so that the panel shows them once. What is there already is not added again, whatever
        was chosen of it: a slice, a position, that its values are right."""
        known = set(map(_file_of, self._model.inputs(modality)))
        fresh = {_file_of(item): item for item in items if _file_of(item) not in known}
        self._model.set_inputs(modality, (*self._model.inputs(modality), *fresh.values()))
        for item in items[:CARDS] if elsewhere else ():
            self._say_moved(modality, item.name)

    def _add_texts(self, items: tuple[Input, ...], elsewhere: bool) -> None:
        """Behind what the record holds, after a blank line."""
        for item in items:
            held = [part for part in self._model.inputs(Modality.RECORD) if part.typed]
            before = "\n\n".join((part.data or b"").decode(errors="replace") for part in held)
            text = below(before, (item.data or b"").decode())
            if len(text) > MAX_CHARACTERS:
                self._refuse(Modality.RECORD, too_long(item.name))
                continue
            names = dict.fromkeys([*(part.name for part in held), item.name])
            self._model.set_record(text, ", ".join(names))
            if before:
                self.moved.emit(Modality.RECORD, f"{item.name} was added to the record.")
            elif elsewhere:
                self._say_moved(Modality.RECORD, item.name)

    # ---- words

    def _report(self, found: Survey, target: Modality | None) -> None:
        """What of it was not taken."""
        if len(found.problems) <= (1 if target is None else CARDS):
            for modality, problem in found.problems:
                self._refuse(modality, problem)
        else:
            what = f"Files that cannot be read were left out: {len(found.problems)}"
            self.refused.emit(target, what, READS)
        if found.skipped:
            what = f"Files of a kind that mmdesk does not read were skipped: {found.skipped}"
            self.refused.emit(target, what, READS)
        if found.beyond:
            what = f"Only the first {MAX_FILES} files were taken"
            self.refused.emit(target, what, "Give the files that matter.")
        if found == Survey():
            self.refused.emit(target, "This folder holds no files", "Choose another.")

    def _refuse(self, modality: Modality | None, problem: InputProblem) -> None:
        self.refused.emit(modality, f"{problem.name}: {problem.problem}", problem.remedy)

    def _say_moved(self, modality: Modality, name: str) -> None:
        words = {
            Modality.IMAGE: f"{name} is an image: it was put into Image.",
            Modality.AUDIO: f"{name} is a recording: it was put into Audio.",
            Modality.RECORD: f"{name} is for the record: it was put there.",
        }
        self.moved.emit(modality, words[modality])

    def _offered(self, found: Survey | Path) -> None:
        if isinstance(found, Path):
            self._judge(tuple(Modality), f"{found.name} holds several cases: it can be a work list")
        elif found.cases:
            self._judge(tuple(Modality), f"{found.cases[0].name} is a case: it is opened")
        elif len(found.taken) == 1:
            modality, item = found.taken[0]
            words = {
                Modality.IMAGE: f"{item.name} is an image: it goes to Image",
                Modality.AUDIO: f"{item.name} is a recording: it goes to Audio",
                Modality.RECORD: f"{item.name} is text: it goes to Record",
            }
            self._judge((modality,), words[modality])
        elif found.taken:
            kinds = tuple(dict.fromkeys(kind for kind, _ in found.taken))
            self._judge(kinds, f"Files that can be read: {len(found.taken)}")
        elif len(found.problems) == 1:
            _, problem = found.problems[0]
            self._judge((), f"{problem.name}: {problem.problem}")
        else:
            self._judge((), "There is nothing here that mmdesk reads")

    def _judge(self, takers: tuple[Modality, ...], reason: str) -> None:
        panels = dict.fromkeys(takers, "accept") or dict.fromkeys(Modality, "refuse")
        self.verdict.emit(Verdict(panels, reason))


def _paths(mime: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def _text(mime: QMimeData) -> str:
    """Text worth a record; a link is none."""
    return "" if mime.hasUrls() or not mime.text().strip() else mime.text()


def _file_of(item: Input) -> tuple[object, ...]:
    return item.name, item.path, item.data, item.slices


def _for_case(
    case_id: str, target: Modality | None, work: Callable[[], Survey | Path]
) -> tuple[str, Modality | None, Survey | Path]:
    return case_id, target, work()


def _look(paths: tuple[Path, ...], target: Modality | None = None) -> Survey | Path:
    """What the files are; where they are a list of many cases, its path."""
    return (list_of(paths[0]) if len(paths) == 1 else None) or survey(paths, target)


def _look_and_read(paths: tuple[Path, ...], target: Modality | None) -> Survey | Path:
    found = _look(paths, target)
    return found if isinstance(found, Path) else with_texts(found)


def _pasted_text(text: str) -> Survey:
    item = Input.from_text(text.encode(errors="replace").decode(), PASTED_TEXT)
    try:
        read = read_text(item.data or b"", PASTED_TEXT)
    except InputProblem as problem:
        return Survey(problems=((Modality.RECORD, problem),))
    return Survey(((Modality.RECORD, Input.from_text(read, PASTED_TEXT)),))


def _pasted_picture(picture: QImage) -> Survey:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(picture)
    return _pasted_image(bytes(buffer.data().data()))


def _pasted_image(png: bytes) -> Survey:
    return Survey(((Modality.IMAGE, Input(PASTED_IMAGE, data=png)),))


def below(before: str, text: str) -> str:
    """`text` after a blank line."""
    ends = len(before[-2:]) - len(before[-2:].rstrip("\n"))
    return before + "\n" * (2 - ends) + text if before else text
