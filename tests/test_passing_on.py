"""A case that is passed on: its DICOM files tell of nobody, and report and inputs still agree."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import BasicTextSRStorage, SecondaryCaptureImageStorage
from support.dicoms import dicom_bytes
from support.sample import sample_report

from mmdesk import casefile
from mmdesk.case import Case, Input, Modality
from mmdesk.errors import CaseProblem
from mmdesk.passing_on import _with_names, is_dicom_input
from mmdesk.report import Origin, Section, Sentence, Source

IMAGE, RECORD = Modality.IMAGE, Modality.RECORD
GREY = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
SECRETS = (b"Quillfeather", b"Ottoline", b"7730192", b"1.2.3.4.5.77777", b"Jane_Doe")


def scan(**elements: object) -> bytes:
    person = {"PatientName": "Quillfeather^Ottoline", "PatientID": "MRN7730192"}
    uids = {"SOPInstanceUID": "1.2.3.4.5.77777", "SeriesInstanceUID": "1.2.3.4.5.777778"}
    return dicom_bytes(GREY, **(person | uids | elements))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    first, second = tmp_path / "Jane_Doe.dcm", tmp_path / "Jane_Doe_2.dcm"
    first.write_bytes(scan())
    second.write_bytes(scan(SOPInstanceUID="1.2.3.4.5.777779"))
    images = (Input.from_path(first), Input("chest.png", data=b"\x89PNG\r\n\x1a\n"), Input.from_path(second))
    return Case({IMAGE: images, RECORD: (Input.from_text("Cough"),)})


def test_dicom_files_tell_of_nobody(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "out.mmcase"
    missing, passed = casefile.pass_on(path, case)
    assert missing == () and passed.cleaned == 2 and passed.look_at == ""
    data = path.read_bytes()
    assert [secret for secret in SECRETS if secret in data] == []
    images = casefile.load(path).case.inputs[IMAGE]
    assert [item.name for item in images] == ["image 1.dcm", "chest.png", "image 2.dcm"]
    first, second = (dcmread(io.BytesIO(images[place].data or b"")) for place in (0, 2))
    assert first.SeriesInstanceUID == second.SeriesInstanceUID and first.PixelData == GREY.tobytes()
    assert images[1].data == case.inputs[IMAGE][1].data
    assert casefile.load(path).case.inputs[RECORD] == case.inputs[RECORD]


def test_what_is_kept_by_itself_stays_as_it_was(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "kept.mmcase"
    casefile.save(path, case)
    assert casefile.load(path).case.inputs[IMAGE][0].data == scan()


def test_report_and_inputs_agree(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "out.mmcase"
    whole = sample_report(case)
    sums = [hashlib.sha256(scan()).hexdigest(), None, "0" * 64]
    sources = tuple(
        Source(item.name, IMAGE, digest, None if digest else "the picture in it is damaged")
        for item, digest in zip(case.inputs[IMAGE], sums, strict=True)
    )
    texts = (
        "The first and the last that were given are compared, Jane_Doe.dcm and Jane_Doe_2.dcm.",
        "Jane_Doe.dcm was not scored: the file says that it is a hand.",
    )
    said = tuple(Sentence(text, "image", Origin.FIXED) for text in texts)
    report = replace(
        whole,
        sections=(*whole.sections, Section("image", "Image", said)),
        provenance=replace(whole.provenance, sources=(*sources, Source("typed text", RECORD, "1" * 64))),
    )
    casefile.pass_on(path, case, report)
    assert [secret for secret in SECRETS if secret in path.read_bytes()] == []
    loaded = casefile.load(path)
    assert loaded.report is not None
    assert [sentence.text for sentence in loaded.report.sections[-1].sentences] == [
        "The first and the last that were given are compared, image 1.dcm and image 2.dcm.",
        "image 1.dcm was not scored: the file says that it is a hand.",
    ]
    stored = {item.name: hashlib.sha256(item.data or b"").hexdigest() for item in loaded.case.inputs[IMAGE]}
    for source in loaded.report.provenance.sources[:3]:
        assert source.sha256 in (None, stored[source.name])
    assert loaded.report.provenance.sources[3].name == "typed text"
    assert loaded.report.findings == report.findings


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("1 was not scored: it is 1 of 1.", "image 1.dcm was not scored: it is 1 of 1."),
        ("no image was given; 1 was read as a hand", "no image was given; image 1.dcm was read as a hand"),
        ("are compared, 1 and 2.", "are compared, image 1.dcm and image 2.dcm."),
        ("Of 2 radiographs, 1% and 2%.", "Of 2 radiographs, 1% and 2%."),
    ],
)
def test_a_file_called_by_a_number(text: str, after: str) -> None:
    assert _with_names(text, {"1": "image 1.dcm", "2": "image 2.dcm"}) == after


def test_what_cannot_be_cleaned_keeps_the_case_from_being_saved(case: Case, tmp_path: Path) -> None:
    """Nothing is lost: what lay there lies there still, and no part beside it."""
    path = tmp_path / "out.mmcase"
    casefile.pass_on(path, case)
    before = path.read_bytes()
    report = Input("Jane_Doe_3.dcm", data=scan(SOPClassUID=BasicTextSRStorage))
    more = replace(case, inputs={**case.inputs, IMAGE: (*case.inputs[IMAGE], report)})
    with pytest.raises(CaseProblem) as problem:
        casefile.pass_on(path, more)
    assert str(problem.value) == (
        "Jane_Doe_3.dcm: this DICOM file holds a report or a document, whose text cannot be cleaned. "
        "Take it out of the case, or let details stay in (Settings)."
    )
    assert path.read_bytes() == before and not list(tmp_path.glob(".mmdesk*"))


def test_a_file_that_is_gone_is_cleaned_from_its_copy(case: Case, tmp_path: Path) -> None:
    kept, path = tmp_path / "kept.mmcase", tmp_path / "out.mmcase"
    casefile.save(kept, case)
    Path(str(case.inputs[IMAGE][0].path)).unlink()
    missing, passed = casefile.pass_on(path, case, earlier=kept)
    assert missing == () and passed.cleaned == 2 and b"Quillfeather" not in path.read_bytes()
    kept.unlink()  # the copy that was passed on is the only one now, and stays
    assert casefile.pass_on(path, case)[0] == ()
    assert len(casefile.load(path).case.inputs[IMAGE]) == 3


def test_what_is_nowhere_is_not_named_either(tmp_path: Path) -> None:
    """Neither a file, nor a folder, nor a slice in one."""
    series = Input("Jane_Doe", str(tmp_path / "Jane_Doe"), slices=("Jane_Doe1", "Jane_Doe2"))
    gone = Input.from_path(tmp_path / "Jane_Doe" / "Jane_Doe.dcm")
    case = Case({IMAGE: (Input("x.dcm", data=scan()), series, gone)})
    report = sample_report(case)
    missing, _ = casefile.pass_on(tmp_path / "o.mmcase", case, report)
    data = (tmp_path / "o.mmcase").read_bytes()
    assert [secret for secret in (*SECRETS, bytes(tmp_path)) if secret in data] == []
    names = ["image 1.dcm", "image 2", "image 3"]
    inputs = casefile.load(tmp_path / "o.mmcase").case.inputs[IMAGE]
    assert [item.name for item in inputs] == names and list(missing) == names[1:]


def test_a_preamble_that_makes_it_a_tiff_too(tmp_path: Path) -> None:
    data = b"II*\0" + scan()[4:]
    casefile.pass_on(tmp_path / "out.mmcase", Case({IMAGE: (Input("x.tif", data=data),)}))
    assert b"Quillfeather" not in (tmp_path / "out.mmcase").read_bytes()


def test_a_series_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "Jane_Doe"
    folder.mkdir()
    for name in ("Jane1", "Jane2"):
        (folder / name).write_bytes(scan())
    item = Input("Jane_Doe", str(folder), slices=("Jane1", "Jane2"))
    _, passed = casefile.pass_on(tmp_path / "o.mmcase", Case({IMAGE: (item,)}))
    data = (tmp_path / "o.mmcase").read_bytes()
    assert [secret for secret in (*SECRETS, b"Jane") if secret in data] == []
    kept = casefile.load(tmp_path / "o.mmcase").case.inputs[IMAGE][0]
    assert kept.name == "image 1" and kept.slices == ("1", "2") and passed.cleaned == 1


def test_pictures_to_be_looked_at_are_told(tmp_path: Path) -> None:
    item = Input("x.dcm", data=scan(SOPClassUID=SecondaryCaptureImageStorage))
    _, passed = casefile.pass_on(tmp_path / "o.mmcase", Case({IMAGE: (item,)}))
    assert passed.look_at == "the picture itself may show a name or a number"


def test_names_of_all_lengths_fit(tmp_path: Path) -> None:
    """The first member has the room that was left for it, though names became longer."""
    items = tuple(Input(str(place), data=scan(SOPInstanceUID=f"1.2.3.{place}")) for place in range(1, 12))
    casefile.pass_on(tmp_path / "o.mmcase", Case({IMAGE: items}))
    assert casefile.load(tmp_path / "o.mmcase").case.inputs[IMAGE][10].name == "image 11.dcm"


def test_what_is_a_dicom_input(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(scan())
    assert is_dicom_input(Input.from_path(tmp_path / "a.dcm")) and is_dicom_input(Input("a", data=scan()))
    assert not is_dicom_input(Input.from_path(tmp_path / "gone.dcm"))
    assert not is_dicom_input(Input("x.png", data=b"\x89PNG\r\n\x1a\n"))
