"""Takes patient details out of DICOM files: PS3.15 Annex E, the Basic Application Level Confidentiality
Profile, without options.

Patient's age and sex go, too (no option 113108): models read them in the record alone. Pixels stay as they
are, bit for bit, so what is written in a picture stays: see `burned_in`. What cannot be cleaned (reports,
documents, lists of files) is refused, and every result is read again by `leaks` before it is given.
"""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable
from io import BytesIO

from pydicom import DataElement, Dataset, Sequence, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from mmdesk import __version__
from mmdesk.errors import InputProblem
from mmdesk.media.archives import Archive, packed
from mmdesk.media.checks import check_inflated, damage_told
from mmdesk.media.confidentiality import Action, action_of
from mmdesk.media.files import MAX_BYTES, is_dicom, too_large
from mmdesk.media.leaks import Identity, left_in

_METHOD = f"mmdesk {__version__}, DICOM PS3.15 basic profile"
_PROFILE = ("113100", "DCM", "Basic Application Confidentiality Profile")
_TEXTUAL = frozenset({"LO", "SH", "LT", "ST", "UT", "UC", "UR", "AE"})
_DUMMIES: dict[str, object] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), "REMOVED"),
    "UR": "urn:removed", "AS": "000D", "DA": "19000101", "TM": "000000", "DT": "19000101000000",
    **dict.fromkeys(("DS", "IS"), "0"),
    **dict.fromkeys(("FD", "FL"), 0.0),
    **dict.fromkeys(("SL", "SS", "SV", "UL", "US", "UV", "AT"), 0),
    **dict.fromkeys(("OB", "OD", "OF", "OL", "OV", "OW", "UN"), bytes(8)),
}  # fmt: skip
_DOCUMENTS = ("1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.104.")  # PS3.4, B.5: reports, PDF, CDA
_KEEP_APART = "Leave it out, and pass on the pictures alone."


class Pseudonyms:
    """New UIDs and patient numbers: the same one for the same old one, as long as this object lives, so
    that series stay series; without its secret nobody finds the way back."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def uid(self, old: str) -> str:
        """A UID of a UUID (PS3.5, B.2)."""
        made = uuid.UUID(bytes=self._digest(old.strip("\0 "))[:16], version=4)
        return f"2.25.{made.int}"

    def patient(self, old: str) -> str:
        return f"P{self._digest(f'patient {old.strip()}').hex()[:12].upper()}"

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), hashlib.sha256)


def deidentify(data: bytes, name: str, names: Pseudonyms) -> bytes:
    """A DICOM file without what tells of whom, by whom, where and when it was made.

    Its transfer syntax and its pixels stay; the preamble is empty. Raises InputProblem for what is no
    DICOM file, is damaged, or holds text that cannot be cleaned.
    """
    if len(data) > MAX_BYTES:
        raise too_large(name)
    if not is_dicom(data):
        raise InputProblem(name, "this is no DICOM file", "Choose a DICOM file.")
    with damage_told(name):
        check_inflated(data, name)
        dataset = dcmread(BytesIO(data), force=True)
        _check(dataset, name)
        identity = Identity.of(dcmread(BytesIO(data), force=True, stop_before_pixels=True))
        _write_head(dataset)
        _clean(dataset, names, identity, dataset.file_meta.TransferSyntaxUID.is_implicit_VR)
        _say_method(dataset)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        file = BytesIO()
        dataset.save_as(file, enforce_file_format=True)
        result = file.getvalue()
        left = left_in(result, identity)
    if left is not None:
        problem = f"patient details would stay in it ({left})"
        raise InputProblem(name, problem, "Take them out where the file was made.")
    return result


def deidentify_series(data: bytes, name: str, names: Pseudonyms) -> bytes:
    """An archive of slices, as `archives.packed` makes them, each without patient details, in the same order
    and under the same names. Raises InputProblem as `deidentify` does, and for a damaged archive."""
    with Archive(data, name) as archive:
        return packed((deidentify(archive.read(member), name, names) for member in archive.names), name)


def _check(dataset: Dataset, name: str) -> None:
    kind = str(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID") or "")
    if kind == MediaStorageDirectoryStorage or "DirectoryRecordSequence" in dataset:
        problem = "this is a DICOMDIR, a list of files with the names of their patients"
        raise InputProblem(name, problem, _KEEP_APART)
    if kind.startswith(_DOCUMENTS) or "ContentSequence" in dataset or "EncapsulatedDocument" in dataset:
        problem = "this DICOM file holds a report or a document, whose text cannot be cleaned"
        raise InputProblem(name, problem, _KEEP_APART)
    if "SOPClassUID" not in dataset or "SOPInstanceUID" not in dataset:
        raise InputProblem(name, "this is no whole DICOM file", "Export or copy it again.")
    frames = any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
    if "Rows" in dataset and "BitsAllocated" in dataset and not frames:
        raise EOFError  # pydicom drops all it has read where frames are cut
    if "PixelData" in dataset and not dataset["PixelData"].is_undefined_length:
        size = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel") or 1)
        size *= int(dataset.get("NumberOfFrames") or 1) * int(dataset.BitsAllocated)
        subsampled = "422" in str(dataset.get("PhotometricInterpretation"))
        if len(dataset.PixelData) < size // 8 * (2 if subsampled else 3) // 3:
            raise EOFError


def _clean(dataset: Dataset, names: Pseudonyms, identity: Identity, implicit: bool) -> None:
    """In place, and all that lies within. What stays is written with the very bytes that it was read from,
    where these are as `implicit` as the file says."""
    for tag in list(dataset.keys()):
        if tag.is_private:
            del dataset[tag]
            continue
        raw = dataset.get_item(tag)
        element = dataset[tag]
        action = action_of(tag, element.VR, element.value if element.VR == "UI" else None)
        if action is Action.KEEP and element.VR in _TEXTUAL and identity.named_in(element.value):
            action = Action.REPLACE
        if action is Action.REMOVE:
            del dataset[tag]
        elif action is Action.EMPTY:
            dataset[tag] = DataElement(tag, element.VR, Sequence() if element.VR == "SQ" else None)
        elif action is Action.REPLACE:
            dataset[tag] = DataElement(tag, element.VR, _dummy(element, names))
        elif action is Action.MAP:
            _map_uids(element, names.uid)
        elif element.VR == "SQ":
            for item in element.value:
                _clean(item, names, identity, implicit)
        elif implicit or raw.VR is not None:
            dataset[tag] = raw


def _dummy(element: DataElement, names: Pseudonyms) -> object:
    """A value that says nothing, of the kind of the attribute; of a patient's number, one of the patient."""
    if element.VR == "SQ":
        return Sequence([Dataset()])
    if element.keyword == "PatientID" and element.value:
        return names.patient(str(element.value))
    return _DUMMIES[element.VR]


def _map_uids(element: DataElement, mapped: Callable[[str], str]) -> None:
    if isinstance(element.value, MultiValue):
        element.value = [UID(mapped(old)) for old in element.value]
    elif element.value:
        element.value = UID(mapped(str(element.value)))


def _say_method(dataset: Dataset) -> None:
    """PS3.15, E.1.1, and PS3.3, C.12.1.4."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = _PROFILE
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = _METHOD
    dataset.DeidentificationMethodCodeSequence = Sequence([code])
    dataset.LongitudinalTemporalInformationModified = "REMOVED"


def _write_head(dataset: Dataset) -> None:
    """A new head: the old one may name machines, and hold private words. Nothing in the preamble, which
    may be the head of a TIFF file."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:  # a file without a head
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        syntax = ImplicitVRLittleEndian if implicit else explicit
    dataset.preamble = bytes(128)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
