"""What a DICOM file says of itself against what a pack reads. Said by a tag, it needs no network."""

import re
from collections.abc import Mapping, Sequence

from mmdesk.packs.manifest import Examination

# DICOM PS3.3, C.7.3.1.1.1: what a Modality is in words. A value that is not here is shown as it is.
MODALITIES = {
    "AU": "a sound", "CR": "computed radiography", "CT": "CT", "DX": "digital radiography",
    "ECG": "an electrocardiogram", "EEG": "an electroencephalogram", "EMG": "an electromyogram",
    "EPS": "a cardiac electrophysiology", "ES": "endoscopy", "HD": "a hemodynamic curve",
    "IO": "intra-oral radiography", "MG": "mammography", "MR": "MRI", "NM": "nuclear medicine",
    "POS": "a curve of body positions", "PT": "PET", "PX": "panoramic radiography",
    "RESP": "a respiratory curve", "RF": "fluoroscopy", "RG": "radiography", "US": "ultrasound",
    "XA": "angiography",
}  # fmt: skip
SILENT = {"OT", "SC", "UNKNOWN", "UNSPECIFIED", "NONE", "N A", "NA"}  # values that say nothing


def fitting(examinations: Sequence[Examination], tags: Mapping[str, str]) -> list[Examination]:
    """Those that the tags do not speak against: a tag that is missing, empty or silent says nothing."""
    return [item for item in examinations if all(_accepts(item, *tag) for tag in tags.items())]


def spoken(tags: Mapping[str, str]) -> str:
    """What the tags say, in words: "MRI, T2, head"."""
    modality = tags.get("Modality", "").upper()
    said = [] if modality in SILENT else [MODALITIES.get(modality, modality)]
    said += [tags.get("Weighting", ""), tags.get("BodyPartExamined", "").lower()]
    said.append(tags.get("ViewPosition", ""))
    return ", ".join(part for part in said if part and _words(part) not in SILENT)


def _accepts(examination: Examination, keyword: str, value: str) -> bool:
    """Whether one word of the value is among those accepted: "AP SUPINE" is AP."""
    accepted = examination.accepts.get(keyword)
    words = _words(value)
    return not accepted or not words or words in SILENT or not set(words.split()).isdisjoint(accepted)


def _words(value: str) -> str:
    return " ".join(re.findall(r"[A-Z0-9]+", value.upper()))
