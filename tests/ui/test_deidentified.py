"""Patient details are taken out of DICOM files at the door: on save and on export, but not of kept cases."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import BasicTextSRStorage, SecondaryCaptureImageStorage
from PySide6.QtWidgets import QFileDialog
from support.dicoms import dicom_bytes

from mmdesk import casefile, settings
from mmdesk.case import Case, Input, Modality
from mmdesk.ui.dialogs import SettingsDialog

IMAGE = Modality.IMAGE
GREY = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
DONE = "Patient details were taken out of DICOM files."


def scan(**elements: object) -> bytes:
    return dicom_bytes(GREY, **({"PatientName": "Quillfeather^O", "PatientID": "MRN7730192"} | elements))


def lay(one, data: bytes, name: str = "jane_doe.dcm") -> None:
    one.model.load(Case({IMAGE: (Input(name, data=data),)}))
    one.until_quiet()


def dialog_of(one) -> QFileDialog:
    return next(dialog for dialog in one.window.findChildren(QFileDialog) if dialog.isVisible())


def save(one, path: Path) -> str:
    one.window.notice.withdraw("saved")
    one.desk.save(path)
    one.until(lambda: one.window.notice.text)
    return one.window.notice.text


def test_a_saved_case_tells_of_nobody_and_a_kept_one_has_all(open_window, tmp_path: Path) -> None:
    one = open_window()
    lay(one, scan())
    path = tmp_path / "one.mmcase"
    assert save(one, path) == f"Saved as one.mmcase. {DONE}"
    assert b"Quillfeather" not in path.read_bytes()
    assert casefile.load(path).case.inputs[IMAGE][0].name == "image 1.dcm"
    assert casefile.load(one.desk.archive.path(one.model.id)).case.inputs[IMAGE][0].data == scan()
    assert one.model.inputs(IMAGE)[0].data == scan()  # on the desk it is as it was


def test_the_setting(open_window, tmp_path: Path) -> None:
    one = open_window()
    one.do["settings"].trigger()
    (dialog,) = one.window.findChildren(SettingsDialog)
    assert dialog._clean.isChecked()
    dialog._clean.click()
    assert tomllib.loads((settings.config_folder() / settings.FILE).read_text())["deidentify"] is False
    dialog.close()
    lay(one, scan())
    assert save(one, tmp_path / "one.mmcase") == "Saved as one.mmcase."
    assert casefile.load(tmp_path / "one.mmcase").case.inputs[IMAGE][0].data == scan()


def test_a_picture_that_may_show_a_name_is_told_of(open_window, tmp_path: Path) -> None:
    one = open_window()
    lay(one, scan(SOPClassUID=SecondaryCaptureImageStorage))
    assert save(one, tmp_path / "one.mmcase") == (
        "Saved as one.mmcase. Patient details were taken out of DICOM files;"
        " pictures may still show a name or a face."
    )


def test_what_cannot_be_cleaned_is_told_in_one_line(open_window, tmp_path: Path) -> None:
    one = open_window()
    lay(one, scan(SOPClassUID=BasicTextSRStorage))
    assert save(one, tmp_path / "one.mmcase") == (
        "jane_doe.dcm: this DICOM file holds a report or a document, whose text cannot be cleaned. "
        "Take it out of the case, or let details stay in (Settings)."
    )
    assert not (tmp_path / "one.mmcase").exists() and one.window.filing.path is None


def open_menu(one) -> bool:
    """Whether the chosen image can be exported."""
    one.window.toolbar.export_menu.aboutToShow.emit()
    one.until(lambda: not one.desk.reading.busy)
    return one.do["export_image"].isEnabled()


def test_export_of_the_chosen_image(open_window, tmp_path: Path) -> None:
    one = open_window()
    lay(one, scan())
    assert one.do["export_image"] in one.window.toolbar.export_menu.actions() and open_menu(one)
    one.do["export_image"].trigger()
    dialog = dialog_of(one)
    assert Path(dialog.selectedFiles()[0]).name == "image.dcm"  # not as the file, which may name somebody
    dialog.fileSelected.emit(str(tmp_path / "image.dcm"))
    dialog.close()
    one.until(lambda: one.window.notice.text == f"Saved as image.dcm. {DONE}")
    written = dcmread(tmp_path / "image.dcm")
    assert written.PatientName == "" and written.PixelData == GREY.tobytes()
    assert written.PatientIdentityRemoved == "YES"


@pytest.mark.parametrize("empty", [True, False])
def test_without_a_dicom_image_there_is_no_export_of_one(open_window, tiny_png, empty: bool) -> None:
    one = open_window()
    if not empty:
        lay(one, tiny_png(), "chest.png")
    assert not open_menu(one)


def test_an_export_that_cannot_be_written(open_window, tmp_path: Path) -> None:
    one = open_window()
    lay(one, scan())
    one.desk.export_image(tmp_path / "nowhere" / "image.dcm", one.model.inputs(IMAGE)[0])
    one.until(lambda: one.window.notice.text.startswith("image.dcm: it cannot be written"))
