"""Cases and reports in files: open, save, export, and the cases that are kept by themselves."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mmdesk.archive import Kept
from mmdesk.case import Input, Modality
from mmdesk.casefile import SUFFIX
from mmdesk.ui.desk import Desk, Saved
from mmdesk.ui.notice_bar import NoticeBar

IMAGES = "*.png *.jpg *.jpeg *.tif *.tiff *.dcm DICOMDIR *.nii *.nii.gz *.zip"
OPENS = f"{IMAGES} *.wav *.flac *.ogg *.mp3 *.txt *.md *.pdf *.csv *.xlsx *.json *.hl7 *{SUFFIX}"
MOST_RECENT = 10


class Filing(QObject):
    """Dialogs that do not block, on `window`; `path` is the file that the case was opened from or saved
    in by its user, None where there is none."""

    def __init__(self, window: QWidget, desk: Desk, notice: NoticeBar) -> None:
        super().__init__(window)
        self._window, self._desk, self._notice = window, desk, notice
        self._offered: Path | None = None
        self._recorded: tuple[Input, ...] = ()
        self._exported: Input | None = None  # the image that a dialog asks a name for
        self.path: Path | None = None
        self.hides_recent = False  # in demo mode nobody's cases are shown
        desk.model.replaced.connect(self._forget_path)
        desk.put_away.connect(self.offer_back)
        desk.case_opened.connect(self._opened)
        desk.case_saved.connect(self._saved)
        desk.report_saved.connect(self._say_saved)
        desk.image_saved.connect(self._image_saved)
        desk.crash_found.connect(self._offer)
        desk.recordings_found.connect(self._offer_recordings)
        desk.purged.connect(self._purged)
        desk.failed.connect(self.problem)
        desk.autosave.failed.connect(self.problem)
        notice.chosen.connect(self._notice_chosen)
        notice.dismissed.connect(self._notice_dismissed)

    @Slot()
    def offer_back(self) -> None:
        if self._desk.can_bring_back() and not self.hides_recent:
            self._notice.say("back", "The case was put away.", button="Bring it back")

    @Slot()
    def open(self) -> None:
        self.pick(self.tr("Open a case, an image, a recording or a record"), None)

    @Slot()
    def open_folder(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(self._picked)
        self.show(dialog)

    def pick(self, title: str, target: Modality | None) -> None:
        """Several files may be chosen; `target` is the panel that asked."""
        dialog = QFileDialog(self._window, title)
        opens, all_ = self.tr("Cases, images, recordings, records"), self.tr("All files")
        dialog.setNameFilters([f"{opens} ({OPENS})", f"{all_} (*)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setProperty("target", target)
        dialog.filesSelected.connect(self._picked)
        self.show(dialog)

    @Slot()
    def save(self) -> None:
        if self.path is None:
            self.save_as()
        else:
            self._desk.save(self.path)

    @Slot()
    def save_as(self) -> None:
        cases = self.tr("Cases")
        dialog = self.save_dialog(self.tr("Save the case"), [f"{cases} (*{SUFFIX})"], SUFFIX[1:])
        dialog.selectFile(f"case{SUFFIX}")
        dialog.fileSelected.connect(self._save_to)

    @Slot()
    def export(self) -> None:
        text = self.tr("Text")
        kinds = ["Markdown (*.md)", f"{text} (*.txt)", "JSON (*.json)"]
        dialog = self.save_dialog(self.tr("Save the report"), kinds, "md")
        dialog.filterSelected.connect(self.follow_kind)
        dialog.selectFile("report.md")
        dialog.fileSelected.connect(self._export_to)

    def export_image(self, item: Input) -> None:
        """A DICOM image without patient details; its own name may tell one."""
        self._exported = item
        title = self.tr("Save the image without patient details")
        dialog = self.save_dialog(title, ["DICOM (*.dcm)"], "dcm")
        dialog.selectFile("image.dcm")
        dialog.fileSelected.connect(self._export_image_to)

    @Slot()
    def copy_text(self) -> None:
        if self._desk.report:
            QGuiApplication.clipboard().setText(self._desk.report.to_text())

    @Slot()
    def copy_markdown(self) -> None:
        if self._desk.report:
            QGuiApplication.clipboard().setText(self._desk.report.to_markdown())

    def fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        kept = [] if self.hides_recent else self._desk.archive.recent(MOST_RECENT)
        for item in kept:
            when = item.saved.astimezone().strftime("%Y-%m-%d %H:%M")
            action = menu.addAction(f"{when}   {self._contents(item)}")
            action.setData(item.path)
            action.triggered.connect(self._open_recent)
        if not kept:
            menu.addAction(self.tr("None")).setEnabled(False)

    @Slot(object)
    def _offer(self, path: Path) -> None:
        if self.hides_recent:
            return
        self._offered = path
        text = "A case was open when mmdesk ended unexpectedly. It was kept."
        self._notice.say("recover", text, button="Open it")

    @Slot(object)
    def _offer_recordings(self, items: tuple[Input, ...]) -> None:
        if self.hides_recent or not items:
            return
        self._recorded = items
        text = "A recording was under way when mmdesk ended. It was kept."
        if len(items) > 1:
            text = f"Recordings that were under way when mmdesk ended were kept: {len(items)}."
        self._notice.say("recording", text, button="Add to this case")

    @Slot(object)
    def offer_recording(self, item: Input) -> None:
        """Of a case that was put away meanwhile."""
        if self.hides_recent:
            return
        self._recorded = (item,)
        text = "A recording was under way when its case was put away. It was kept."
        self._notice.say("recording", text, button="Add to this case")

    @Slot()
    def ask_purge(self) -> None:
        text = "All kept cases but the open one will be deleted for good."
        self._notice.say("purge", text, button="Delete them")

    @Slot(str, str)
    def problem(self, text: str, remedy: str) -> None:
        self._notice.say("problem", text, tone="problem", remedy=remedy)

    def save_dialog(self, title: str, kinds: list[str], suffix: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(kinds)
        dialog.setDefaultSuffix(suffix)
        self.show(dialog)
        return dialog

    def show(self, dialog: QFileDialog) -> None:
        """It does not block, and nothing stays of what it saw."""
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(self._forget_folders)
        dialog.open()

    @Slot()
    def _forget_folders(self) -> None:
        """A dialog that goes leaves in Qt's own settings the folders that it saw: a name there may be a
        person's."""
        kept = QSettings(QSettings.Scope.UserScope, "QtProject")
        for key in ("history", "lastVisited"):
            kept.remove(f"FileDialog/{key}")

    @Slot(list)
    def _picked(self, names: list[str]) -> None:
        target = self.sender().property("target")
        self._desk.intake.take_paths([Path(name) for name in names], target)

    @Slot(str)
    def _save_to(self, name: str) -> None:
        self._desk.save(Path(name if name.endswith(SUFFIX) else name + SUFFIX))

    @Slot(object)
    def _opened(self, path: Path) -> None:
        kept = path.parent == self._desk.archive.folder  # by itself: its user gave it no name
        self.path = None if kept else path

    @Slot(str, object, object)
    def _saved(self, id: str, path: Path, saved: Saved) -> None:
        if id == self._desk.model.id:  # else another case lies on the desk by now
            self.path = path
        self._say_kept(path, saved)

    def _say_kept(self, path: Path, saved: Saved) -> None:
        """What the file lacks, and that DICOM files in it tell of nobody but perhaps in their pictures."""
        text = f"Saved as {path.name}."
        if saved.missing:
            gone = ", ".join(saved.missing)
            text = f"Saved as {path.name}, without what is too large or no longer there: {gone}."
        done = "Patient details were taken out of DICOM files." if saved.cleaned else ""
        if saved.look_at:
            done = "Patient details were taken out of DICOM files; pictures may still show a name or a face."
        self._notice.say("saved", text, remedy=done)

    @Slot(object, str)
    def _image_saved(self, path: Path, look_at: str) -> None:
        self._say_kept(path, Saved((), 1, look_at))

    @Slot(object)
    def _say_saved(self, path: Path) -> None:
        self._notice.say("saved", f"Saved as {path.name}.")

    @Slot(str)
    def follow_kind(self, kind: str) -> None:
        """The suffix follows the kind of file that is chosen in the dialog."""
        dialog = self.sender()
        assert isinstance(dialog, QFileDialog)
        suffix = kind.rpartition(".")[2].strip(")")
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(str(Path(dialog.selectedFiles()[0]).with_suffix(f".{suffix}")))

    @Slot(str)
    def _export_to(self, name: str) -> None:
        self._desk.export(Path(name))

    @Slot(str)
    def _export_image_to(self, name: str) -> None:
        if self._exported is not None:
            self._desk.export_image(Path(name), self._exported)

    @Slot()
    def _open_recent(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self._desk.open(action.data())

    def _contents(self, kept: Kept) -> str:
        """How many inputs of each kind, and not a word of them."""
        words = {
            Modality.IMAGE: self.tr("images: {}"),
            Modality.AUDIO: self.tr("recordings: {}"),
            Modality.RECORD: self.tr("record"),
        }
        there = {kind: count for kind in words if (count := kept.counts.get(kind))}
        return ", ".join(words[kind].format(count) for kind, count in there.items())

    @Slot()
    def _forget_path(self) -> None:
        self.path = None

    @Slot(str)
    def _notice_chosen(self, key: str) -> None:
        if key == "back":
            self._desk.bring_back()
        elif key == "recover" and self._offered is not None:
            self._desk.open(self._offered)
        elif key == "recording":
            self._desk.take_recordings(self._recorded)
        elif key == "purge":
            self._desk.purge()

    @Slot(str)
    def _notice_dismissed(self, key: str) -> None:
        if key == "recover" and self._offered is not None:
            self._desk.dismiss(self._offered)

    @Slot(int)
    def _purged(self, count: int) -> None:
        self._notice.say("purged", f"Kept cases that were deleted: {count}.")
