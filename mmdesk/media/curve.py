"""DICOM waveforms (PS3.3, C.10.9): sound, and curves like an electrocardiogram, of which one channel is
shown."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import soundfile
from pydicom import Dataset, dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from mmdesk.errors import InputProblem
from mmdesk.media.checks import damage
from mmdesk.media.files import HEAD

# PS3.4, table B.5-1, after 1.2.840.10008.5.1.4.1.1.9.: what a file is that names no Modality.
_ROOT = "1.2.840.10008.5.1.4.1.1.9."
_KINDS = {"1": "ECG", "2": "HD", "3": "EPS", "4": "AU", "5": "HD", "6": "RESP", "7": "EEG", "8": "POS"}
_SOUND = "4"
# PS3.3, C.10.9.1.5: how a sample is coded. Two codes are of telephones, and libsndfile knows them.
_NUMBERS = {
    "SB": "i1", "UB": "u1", "SS": "i2", "US": "u2", "SL": "i4", "UL": "u4", "SV": "i8", "UV": "u8",
}  # fmt: skip
_LAWS = {"MB": "ULAW", "AB": "ALAW"}
_MOST_HERTZ = 1_000_000


@dataclass(frozen=True, slots=True)
class Curve:
    """The first group of channels in a file, its `samples` interleaved as libsndfile reads them. Of a curve
    that is no sound the first channel alone is there, and `shown` is its name; None of a sound."""

    samples: bytes
    subtype: str
    rate: int
    channels: int
    shown: str | None
    tags: Mapping[str, str]

    def opened(self) -> soundfile.SoundFile:
        file = BytesIO(self.samples)
        return soundfile.SoundFile(file, "r", self.rate, self.channels, self.subtype, "LITTLE", "RAW")


def read_curve(data: bytes, name: str) -> Curve:
    """Raises InputProblem for a damaged file, one without a waveform, and one that is deflated."""
    if DeflatedExplicitVRLittleEndian.encode() in data[:HEAD]:
        remedy = "Export it uncompressed (Explicit VR Little Endian)."
        raise InputProblem(name, "this DICOM waveform is compressed", remedy)
    try:
        with warnings.catch_warnings(action="ignore"):  # pydicom warns of what it mends
            dataset = dcmread(BytesIO(data), force=True)
            if "WaveformSequence" in dataset and dataset.WaveformSequence:
                return _curve(dataset)
    except damage() as error:
        raise InputProblem(name, "the waveform in it is damaged", "Export or copy it again.") from error
    problem = "this DICOM file holds no waveform"
    raise InputProblem(name, problem, "Choose the file with the recording itself.")


def _curve(dataset: Dataset) -> Curve:
    group = dataset.WaveformSequence[0]
    rate, channels = round(float(group.SamplingFrequency)), int(group.NumberOfWaveformChannels)
    if not 0 < rate <= _MOST_HERTZ or channels < 1:
        raise ValueError("no device records so")
    kind = str(dataset.get("SOPClassUID", "")).removeprefix(_ROOT).partition(".")[0]
    tags = {"Modality": str(dataset.get("Modality") or _KINDS.get(kind, ""))}
    code = group.WaveformSampleInterpretation
    order = "<" if dataset.original_encoding[1] else ">"
    dtype = np.dtype(order + _NUMBERS.get(code, "u1"))
    count = int(group.NumberOfWaveformSamples) * channels
    values = np.frombuffer(group.WaveformData, dtype, count).reshape(-1, channels)
    if kind == _SOUND and code in _LAWS:
        return Curve(values.tobytes(), _LAWS[code], rate, channels, None, tags)
    limits = np.iinfo(_NUMBERS[code])
    half = (float(limits.max) - float(limits.min) + 1) / 2
    if kind == _SOUND:
        wave = (values.astype(np.float64) - (float(limits.min) + half)) / half
        return Curve(wave.astype("<f4").tobytes(), "FLOAT", rate, channels, None, tags)
    first = values[:, 0] - float(np.median(values[:, 0]))  # in what unit, the eye need not know
    first /= max(float(np.abs(first).max()), 1.0)
    return Curve(first.astype("<f4").tobytes(), "FLOAT", rate, 1, _name(group), tags)


def _name(group: Dataset) -> str:
    """Of the first channel."""
    definitions = group.get("ChannelDefinitionSequence") or [Dataset()]
    source = definitions[0].get("ChannelSourceSequence") or [Dataset()]
    return str(definitions[0].get("ChannelLabel") or source[0].get("CodeMeaning") or "1")
