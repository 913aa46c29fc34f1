"""Every result is searched here as a stranger would, without the searcher of the program itself."""

import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom.data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, dcmread
from pydicom.datadict import DicomDictionary, tag_for_keyword
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    BasicTextSRStorage,
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MediaStorageDirectoryStorage,
)
from support.dicoms import dicom_of, written

from mmdesk.errors import InputProblem
from mmdesk.media import deidentify as module
from mmdesk.media.confidentiality import Action, action_of
from mmdesk.media.deidentify import Pseudonyms, deidentify, deidentify_series
from mmdesk.media.leaks import Identity, _in_bytes, left_in

GREY = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32)
PATIENT = {
    "PatientName": "Quillfeather^Ottoline", "PatientID": "MRN-7730192", "PatientBirthDate": "19431127",
    "StudyDate": "20190314", "StudyTime": "101112", "AccessionNumber": "ACC5550123",
    "ReferringPhysicianName": "Brackenbury^Ada", "InstitutionName": "St Elsewhere", "PatientAge": "075Y",
    "PatientSex": "F", "StudyDescription": "Thorax of Quillfeather", "DeviceSerialNumber": "SN-42",
    "StationName": "ROOM9", "SeriesDate": "20190314", "AcquisitionDateTime": "20190314101500",
    "StudyInstanceUID": "1.2.276.0.1.11111.1", "SeriesInstanceUID": "1.2.276.0.1.11111.2",
    "SOPInstanceUID": "1.2.276.0.1.11111.3", "FrameOfReferenceUID": "1.2.276.0.1.11111.4",
}  # fmt: skip
SECRETS = ("Quillfeather", "Ottoline", "7730192", "19431127", "20190314", "5550123", "Brackenbury",
           "Elsewhere", "075Y", "SN-42", "ROOM9", "1.2.276.0.1.11111")  # fmt: skip


def patient(**elements: Any) -> Dataset:
    return dicom_of(GREY, **(PATIENT | elements))


def cleaned(data: bytes, names: Pseudonyms | None = None) -> tuple[bytes, Dataset]:
    result = deidentify(data, "scan.dcm", names or Pseudonyms())
    return result, dcmread(io.BytesIO(result))


def found_in(data: bytes, *secrets: str) -> list[str]:
    spellings = [(secret, secret.encode(charset)) for secret in secrets for charset in ("utf-8", "utf-16-le")]
    return [secret for secret, spelling in spellings if spelling in data]


def test_nothing_of_the_patient_stays() -> None:
    result, dataset = cleaned(written(patient()))
    assert found_in(result, *SECRETS) == []
    assert dataset.PatientName == "" and dataset.PatientSex == "" and dataset.StudyDate == ""
    assert "PatientAge" not in dataset and "StudyDescription" not in dataset
    assert dataset.SeriesDate == "19000101" and dataset.StationName == "REMOVED"
    assert dataset.Modality == "CR" and dataset.Rows == 32


def test_it_says_what_was_done() -> None:
    _, dataset = cleaned(written(patient()))
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.LongitudinalTemporalInformationModified == "REMOVED"
    assert "PS3.15" in dataset.DeidentificationMethod and len(dataset.DeidentificationMethod) <= 64
    [code] = dataset.DeidentificationMethodCodeSequence
    assert (code.CodeValue, code.CodingSchemeDesignator) == ("113100", "DCM")
    assert code.CodeMeaning == "Basic Application Confidentiality Profile"


def test_the_head_of_the_file_is_new() -> None:
    original = patient()
    original.preamble = b"II*\0" + b"Quillfeather".ljust(124, b"\0")
    original.file_meta.SourceApplicationEntityTitle = "ROOM9"
    original.file_meta.PrivateInformationCreatorUID = "1.2.276.0.1.11111.9"
    original.file_meta.PrivateInformation = b"Quillfeather"
    result, dataset = cleaned(written(original))
    assert result[:132] == bytes(128) + b"DICM" and found_in(result, *SECRETS) == []
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.file_meta.MediaStorageSOPClassUID == original.SOPClassUID
    assert "SourceApplicationEntityTitle" not in dataset.file_meta


def test_uids_agree_within_a_run_and_tell_nothing_outside_it() -> None:
    names = Pseudonyms()
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    item.ReferencedSOPInstanceUID = PATIENT["SOPInstanceUID"]
    _, first = cleaned(written(patient()), names)
    another = patient(SOPInstanceUID="1.2.276.0.1.11111.5", ReferencedImageSequence=Sequence([item]))
    _, second = cleaned(written(another), names)
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != PATIENT["SeriesInstanceUID"]
    assert second.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert second.ReferencedImageSequence[0].ReferencedSOPClassUID == item.ReferencedSOPClassUID
    assert first.SOPInstanceUID != second.SOPInstanceUID and first.PatientID == second.PatientID
    for uid in (first.SOPInstanceUID, first.StudyInstanceUID):
        assert uid.startswith("2.25.") and uid.is_valid
    _, other = cleaned(written(patient()), Pseudonyms())
    assert other.SeriesInstanceUID != first.SeriesInstanceUID and other.PatientID != first.PatientID


def test_what_lies_in_sequences_goes_too() -> None:
    inner, outer = Dataset(), Dataset()
    inner.PersonName, inner.UID = "Quillfeather^O", "1.2.276.0.1.11111.7"
    inner.add_new(0x00091001, "LO", "Quillfeather")
    inner.CodeMeaning = "Ward of Ottoline"
    outer.PurposeOfReferenceCodeSequence = Sequence([inner])
    outer.ReferencedSOPInstanceUID = "1.2.276.0.1.11111.8"
    original = patient(SourceImageSequence=Sequence([outer]), RequestAttributesSequence=Sequence([inner]))
    result, dataset = cleaned(written(original))
    assert found_in(result, *SECRETS) == []
    left = dataset.SourceImageSequence[0].PurposeOfReferenceCodeSequence[0]
    assert left.PersonName == "REMOVED" and left.UID.startswith("2.25.") and left.CodeMeaning == "REMOVED"
    assert "RequestAttributesSequence" not in dataset


def test_private_unknown_curves_and_overlays_go() -> None:
    original = patient()
    original.private_block(0x0009, "MAKER", create=True).add_new(1, "LO", "Quillfeather")
    original.add_new(0x50002500, "LO", "Quillfeather")
    original.add_new(0x60000022, "LO", "Quillfeather")
    original.add_new(0x60023000, "OW", b"Ottoline")
    original.add_new(0x0018FFFE, "LO", "of no dictionary")
    result, dataset = cleaned(written(original))
    assert found_in(result, *SECRETS, "MAKER", "of no dictionary") == []
    assert not [tag for tag in dataset.keys() if tag.is_private or tag >> 24 in (0x50, 0x60)]  # noqa: SIM118


def test_a_name_in_a_text_that_may_stay() -> None:
    """The table keeps the maker and the software; a site may write anything there."""
    texts = {"ManufacturerModelName": "Scanner of quillfeather", "SoftwareVersions": ["7", "MRN-7730192"]}
    result, dataset = cleaned(written(patient(**texts)))
    assert found_in(result.lower(), "quillfeather", "7730192") == []
    assert dataset.ManufacturerModelName == "REMOVED"


@pytest.mark.parametrize("charset", ["ISO_IR 192", "ISO_IR 100", "\\ISO 2022 IR 87", "ISO_IR 144"])
def test_names_in_other_alphabets(charset: str) -> None:
    name = {"ISO_IR 192": "Çelebi^Gülşah=李^雷", "ISO_IR 100": "Größe^Jürgen"}.get(charset, "Петров^Ольга")
    name = "Yamada^Tarou=山田^太郎" if "87" in charset else name
    original = patient(SpecificCharacterSet=charset.split("\\"), PatientName=name, Manufacturer=name)
    result, dataset = cleaned(written(original))
    encodings = {"ISO_IR 192": "utf-8", "ISO_IR 100": "latin-1", "ISO_IR 144": "iso8859-5"}
    for word in name.replace("=", "^").split("^"):
        assert word.encode(encodings.get(charset, "iso2022_jp")) not in result
    assert dataset.Manufacturer == "REMOVED"


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, JPEGBaseline8Bit]
)
def test_pixels_and_transfer_syntax_stay(syntax: str) -> None:
    original = patient()
    original.file_meta.TransferSyntaxUID = syntax
    if syntax == JPEGBaseline8Bit:
        original.PixelData = encapsulate([b"\xff\xd8" + bytes(range(256)) + b"\xff\xd9"])
        original["PixelData"].is_undefined_length = True
    elif syntax == ExplicitVRBigEndian:
        original.PixelData = GREY.byteswap().tobytes()
        original["PixelData"].VR = "OW"
    _, dataset = cleaned(written(original))
    assert dataset.file_meta.TransferSyntaxUID == syntax
    assert dataset.PixelData == original.PixelData


def test_a_file_without_a_head() -> None:
    file = io.BytesIO()
    original = patient()
    del original.file_meta
    original.save_as(file, implicit_vr=True, little_endian=True)
    _, dataset = cleaned(file.getvalue())
    assert dataset.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian and dataset.PatientName == ""


def refused(data: bytes) -> str:
    with pytest.raises(InputProblem) as problem:
        deidentify(data, "scan.dcm", Pseudonyms())
    assert "\n" not in str(problem.value) and str(problem.value).startswith("scan.dcm: ")
    return problem.value.problem


@pytest.mark.parametrize("kind", [BasicTextSRStorage, EncapsulatedPDFStorage])
def test_documents_are_refused(kind: str) -> None:
    assert "text cannot be cleaned" in refused(written(patient(SOPClassUID=kind)))


def test_lists_of_files_are_refused() -> None:
    original = patient(SOPClassUID=MediaStorageDirectoryStorage)
    assert "DICOMDIR" in refused(written(original))


def test_what_is_no_dicom_or_damaged_is_refused() -> None:
    assert refused(b"\x89PNG\r\n\x1a\n" + bytes(200)) == "this is no DICOM file"
    whole = written(patient())
    assert refused(whole[:-600]) == "the file ends before the picture does"
    assert refused(whole[: whole.index(b"\xe0\x7f")]) == "the file ends before the picture does"


def test_a_name_among_the_pixels_is_refused() -> None:
    """A comment in a JPEG stream, which nobody sees."""
    original = patient()
    original.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    original.PixelData = encapsulate([b"\xff\xd8\xff\xfe\x00\x0eQuillfeather\xff\xd9"])
    original["PixelData"].is_undefined_length = True
    assert refused(written(original)) == "patient details would stay in it (bytes)"


def test_the_second_look_finds_what_the_first_left() -> None:
    """Each way to fail, made by hand in a file that was cleaned."""
    identity = Identity.of(patient())
    result, _ = cleaned(written(patient()))
    assert left_in(result, identity) is None
    leaks: dict[str, Any] = {
        "PatientAge": "075Y", "PatientSex": "F", "StationName": "ROOM9",
        "ReferencedSOPInstanceUID": PATIENT["SOPInstanceUID"],
    }  # fmt: skip
    for keyword, value in leaks.items():
        dataset = dcmread(io.BytesIO(result))
        setattr(dataset, keyword, value)
        assert left_in(written(dataset), identity) == keyword
    dataset = dcmread(io.BytesIO(result))
    dataset.ICCProfile = b"Brackenbury"
    assert left_in(written(dataset), identity) == "bytes"
    dataset = dcmread(io.BytesIO(result))
    dataset.preamble = b"x" * 128
    assert left_in(written(dataset), identity) == "preamble"


@pytest.mark.parametrize("before", range(20))
def test_bytes_are_searched_a_piece_at_a_time(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmdesk.media.leaks._PIECE", 5)
    identity = Identity(frozenset({"Quillfeather"}), frozenset(), frozenset())
    data = bytes(before) + b"aQuillfeather Quillfeather" + bytes(3)
    assert _in_bytes(data[:-3], identity) == _in_bytes(data, identity) == "bytes"
    assert _in_bytes(data[: before + 14], identity) is None


def test_the_table_says_what_the_standard_does() -> None:
    """Rows of PS3.15, table E.1-1, read by eye."""
    rows = {
        "PatientName": "Z", "PatientID": "D", "PatientBirthDate": "Z", "PatientAge": "X",
        "StudyInstanceUID": "U", "SOPInstanceUID": "U", "SOPClassUID": "K", "ContentDate": "D",
        "AcquisitionDate": "Z", "StudyDescription": "X", "ProtocolName": "D", "InstitutionAddress": "X",
        "OtherPatientIDsSequence": "X", "Modality": "K", "BodyPartExamined": "K", "ImageComments": "X",
        "OperatorsName": "D", "ReferencedImageSequence": "K", "ReferringPhysicianName": "Z",
        "RequestAttributesSequence": "X", "DigitalSignaturesSequence": "X", "DataSetTrailingPadding": "X",
        "IconImageSequence": "X", "ManufacturerModelName": "K", "PixelData": "K", "WaveformData": "K",
    }  # fmt: skip
    for keyword, action in rows.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None
        vr = DicomDictionary[tag][0].split(" ")[0]
        value = "1.2.3" if keyword != "SOPClassUID" else "1.2.840.10008.5.1.4.1.1.2"
        assert action_of(tag, vr, value) == action, keyword


def test_no_person_and_no_date_is_kept_of_any_attribute() -> None:
    kept = [
        keyword
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if vr in ("PN", "DA", "DT", "TM", "AS") and action_of(tag, vr) is Action.KEEP
    ]
    assert kept == []


def test_there_is_a_dummy_for_every_kind_of_value() -> None:
    needed = {
        vr.split(" ")[0]
        for tag, (vr, *_) in DicomDictionary.items()
        if action_of(tag, vr.split(" ")[0], "1.2.3") is Action.REPLACE
    }
    assert needed - {"SQ"} <= module._DUMMIES.keys()


WORDS = st.text("BCDFGHJKQVWXZ", min_size=9, max_size=12)
LISTED = sorted(
    (tag, vr)
    for tag, (vr, _, _, retired, keyword) in DicomDictionary.items()
    if vr in ("LO", "SH", "PN", "LT", "ST", "UT", "UC", "DA", "UI") and tag >> 16 not in (0, 2, 4)
    and not retired and keyword not in ("SpecificCharacterSet", "SOPClassUID", "TransferSyntaxUID")
    and action_of(tag, vr, "1.9.9") is not Action.KEEP
)  # fmt: skip
PLACES = st.lists(st.sampled_from(LISTED), min_size=1, max_size=12, unique=True)


@settings(max_examples=60, deadline=None)
@given(PLACES, st.data(), st.integers(0, 3), st.sampled_from(["latin-1", "utf-8"]))
def test_no_value_of_any_attribute_of_the_table_comes_through(places, data, depth: int, charset: str) -> None:
    target, secrets = Dataset(), []
    for tag, vr in places:
        if vr == "DA":
            value = f"1{data.draw(st.integers(100, 899))}0{data.draw(st.integers(1, 9))}17"
        elif vr == "UI":
            value = f"1.9.9.{data.draw(st.integers(10**12, 10**13))}"
        else:
            value = data.draw(WORDS)
        secrets.append(value)
        target.add(DataElement(tag, vr, value))
    for _ in range(depth):
        outer = Dataset()
        outer.SourceImageSequence = Sequence([target])
        target = outer
    original = dicom_of(np.zeros((16, 16), np.uint8))
    original.SpecificCharacterSet = "ISO_IR 192" if charset == "utf-8" else "ISO_IR 100"
    original.update({element.tag: element for element in target})
    if "SOPInstanceUID" not in original:
        original.SOPInstanceUID = "1.2.3"
    with warnings.catch_warnings(action="ignore"):
        raw = written(original)
    result = deidentify(raw, "x.dcm", Pseudonyms())
    assert found_in(result, *secrets) == []


PACKAGED = Path(pydicom.data.__file__).parent


def test_all_files_that_pydicom_brings() -> None:
    """Each is cleaned or refused in one line; of those that are cleaned, the pixels stay and every name,
    number, date and UID of any length is gone from the attributes."""
    done = 0
    for path in sorted(path for path in PACKAGED.rglob("*") if path.is_file()):
        data = path.read_bytes()
        try:
            result = deidentify(data, path.name, Pseudonyms())
        except InputProblem:
            continue
        done += 1
        with warnings.catch_warnings(action="ignore"):
            before, after = dcmread(io.BytesIO(data), force=True), dcmread(io.BytesIO(result))
            assert before.get("PixelData") == after.get("PixelData"), path.name
            assert before.get("WaveformSequence") is None or "WaveformSequence" in after, path.name
            if "TransferSyntaxUID" in getattr(before, "file_meta", FileMetaDataset()):
                assert before.file_meta.TransferSyntaxUID == after.file_meta.TransferSyntaxUID
            uids = {str(before.get(f"{level}InstanceUID")) for level in ("SOP", "Study", "Series")}
            for element in after.iterall():
                assert not element.tag.is_private, path.name
                assert element.VR != "PN" or str(element.value) in ("", "REMOVED"), path.name
                assert element.VR != "DA" or element.value in (None, "", "19000101"), path.name
                assert element.VR != "UI" or str(element.value) not in uids, path.name
            assert after.get("PatientID") in (None, "", "REMOVED") or after.PatientID != before.PatientID
    assert done >= 160


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def test_a_series() -> None:
    series = [written(patient(SOPInstanceUID=f"1.2.276.0.1.11111.{10 + at}")) for at in range(3)]
    data = zipped(*((str(at), one) for at, one in enumerate(series, 1)))
    result = deidentify_series(data, "series", Pseudonyms())
    assert found_in(result, *SECRETS) == []
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert archive.namelist() == ["1", "2", "3"]
        datasets = [dcmread(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == 1
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == 3


def test_a_series_that_cannot_be_cleaned() -> None:
    def why(data: bytes) -> str:
        with pytest.raises(InputProblem) as problem:
            deidentify_series(data, "series", Pseudonyms())
        assert problem.value.name == "series"
        return problem.value.problem

    assert why(b"PK\3\4 no zip") == "the archive is damaged"
    assert "text cannot be cleaned" in why(zipped(("1", written(patient(SOPClassUID=BasicTextSRStorage)))))

