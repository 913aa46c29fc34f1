"""Whether a DICOM picture itself may tell who it is of: words among its pixels, or a face."""

from io import BytesIO

from pydicom import Dataset, dcmread

from mmdesk.media.checks import damage_told

LOOK = "Look at it before you pass it on."

_SAID = "the picture itself shows words, as its file says"
_USUAL = "the picture itself may show a name or a number"
_FACE = "a face may be recognised in it"
# Ultrasound, photographs, endoscopes, microscopes, screenshots, scanned films: their devices write into them.
_MODALITIES = frozenset({"US", "IVUS", "BDUS", "SC", "ES", "XC", "GM", "OP", "OT", "HC", "DOC", "SM"})
_CLASSES = (  # PS3.4, table B.5-1
    "1.2.840.10008.5.1.4.1.1.3.1",  # ultrasound, several frames
    "1.2.840.10008.5.1.4.1.1.6.1",  # ultrasound
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture, of all kinds
    "1.2.840.10008.5.1.4.1.1.77.1.",  # visible light
)
_CONVERSIONS = frozenset({"DF", "DI", "DRW", "DV", "SD", "SI", "SYN", "WSD"})  # PS3.3, C.8.6.1: all of them
_HEAD = frozenset({"BRAIN", "FACE", "HEAD", "HEADNECK", "NECK AND HEAD", "SKULL", "SINUS", "ORBIT"})


def burned_in(dataset: Dataset) -> str | None:
    """Why the picture of a file, as it came, may tell of a person; None where nothing speaks for it.

    Where a file says that there are no words (BurnedInAnnotation NO) it is believed.
    """
    said = _code(dataset, "BurnedInAnnotation")
    if said == "YES":
        return _SAID
    if said != "NO" and (_is_usual(dataset) or _has_overlay(dataset)):
        return _USUAL
    features = _code(dataset, "RecognizableVisualFeatures")
    head = _code(dataset, "Modality") in ("CT", "MR") and _code(dataset, "BodyPartExamined") in _HEAD
    return _FACE if features == "YES" or (head and features != "NO") else None


def burned_in_file(data: bytes, name: str) -> str | None:
    """The same of the bytes of a file. Raises InputProblem."""
    with damage_told(name):
        return burned_in(dcmread(BytesIO(data), force=True, stop_before_pixels=True))


def _is_usual(dataset: Dataset) -> bool:
    return (
        _code(dataset, "Modality") in _MODALITIES
        or _code(dataset, "ConversionType") in _CONVERSIONS
        or _code(dataset, "SOPClassUID").startswith(_CLASSES)
    )


def _has_overlay(dataset: Dataset) -> bool:
    """Whether bits of the pixels are drawn over the picture (retired, PS3.3 C.9.2.1.1: a position)."""
    return any(
        dataset.get((group, 0x0102)) is not None and dataset[group, 0x0102].value
        for group in range(0x6000, 0x6020, 2)
    )


def _code(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip().upper()
