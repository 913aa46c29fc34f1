"""DICOM waveforms made in memory."""

from typing import Any

from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
    GeneralAudioWaveformStorage,
    TwelveLeadECGWaveformStorage,
)

from support.dicoms import written

CODES = {"i1": "SB", "u1": "UB", "i2": "SS", "u2": "US", "i4": "SL"}


def waveform_of(values: NDArray[Any], rate: float = 4000, code: str = "", sound: bool = True) -> Dataset:
    """(samples, channels) of a patient; an electrocardiogram where it is no sound."""
    group = Dataset()
    group.SamplingFrequency = rate
    group.NumberOfWaveformSamples, group.NumberOfWaveformChannels = values.shape
    group.WaveformBitsAllocated = 8 * values.itemsize
    group.WaveformSampleInterpretation = code or CODES[values.dtype.str[1:]]
    group.ChannelDefinitionSequence = []
    for number in range(values.shape[1]):
        channel, source = Dataset(), Dataset()
        source.CodeMeaning = f"Lead {number + 1}"
        channel.ChannelSourceSequence = [source]
        group.ChannelDefinitionSequence.append(channel)
    group.WaveformData = values.tobytes()
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = GeneralAudioWaveformStorage if sound else TwelveLeadECGWaveformStorage
    dataset.SOPInstanceUID = "1.2.3"
    dataset.PatientName = "Doe^Jane"
    dataset.Modality = "AU" if sound else "ECG"
    dataset.WaveformSequence = [group]
    return dataset


def waveform_bytes(values: NDArray[Any], rate: float = 4000, code: str = "", sound: bool = True) -> bytes:
    return written(waveform_of(values, rate, code, sound))
