"""The sequence of an MRI, as far as its header tells it."""

import re

from pydicom import Dataset

from mmdesk.media.geometry import numbers

_TEXTS = ("AcquisitionContrast", "SeriesDescription", "ProtocolName", "SequenceName", "PulseSequenceName")
# In this order: "T1 FLAIR" is T1, "T2 FLAIR" is FLAIR. T1W, T2WI and 3DFLAIR are usual, T10 is a vertebra.
_KINDS = (
    ("T1", r"T1(?!\d)[A-Z]*|MPRAGE|MP[ _-]?RAGE|BRAVO|SPGR|TFL3D"),
    ("FLAIR", r"\w*FLAIR|FLUID_ATTENUATED|DARK[ _-]?FLUID|TIRM"),
    ("diffusion", r"DWI|DIFFUSION|DIFF|TRACEW?|ADC|DTI|EP_B\d+"),
    ("susceptibility", r"SWI|SUSCEPTIBILITY|T2_?STAR|T2\*|HEMO"),
    ("T2", r"T2(?!\d)[A-Z]*"),
    ("proton density", r"PD|PROTON_DENSITY"),
    ("angiography", r"TOF|MRA|ANGIO|TIME_OF_FLIGHT"),
    ("perfusion", r"PERFUSION|PWI|DSC|ASL"),
)
_PATTERNS = tuple((kind, re.compile(rf"(?<![A-Z0-9])(?:{words})(?![A-Z])")) for kind, words in _KINDS)
LONG_ECHO = 60.0  # ms; a spin echo that is read so late shows T2 (Bitar et al. 2006, RadioGraphics 26:513)


def weighting_of(header: Dataset) -> str:
    """T1, T2, FLAIR and so on, "" where the header does not say."""
    for keyword in _TEXTS:
        said = str(header.get(keyword) or "").upper()
        for kind, pattern in _PATTERNS:
            if pattern.search(said):
                return kind
    echo = numbers(header, "EchoTime", 1)
    return "T2" if echo and echo[0] >= LONG_ECHO else ""
