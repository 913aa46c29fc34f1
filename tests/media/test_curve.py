"""DICOM waveforms, made in memory."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.uid import DeflatedExplicitVRLittleEndian
from support.dicoms import written
from support.sound import RATE, beats
from support.waveforms import waveform_bytes, waveform_of

from mmdesk.case import Input, Modality
from mmdesk.errors import InputProblem
from mmdesk.media.audio import read_audio
from mmdesk.media.curve import read_curve
from mmdesk.media.files import Format, sniff
from mmdesk.media.waveform import read_sound
from mmdesk.reading import read_input


def as_integers(wave: NDArray[Any], kind: str) -> NDArray[Any]:
    limits = np.iinfo(kind)
    half = (int(limits.max) - int(limits.min) + 1) / 2
    return np.clip(wave * half + limits.min + half, limits.min, limits.max).astype(kind)


@pytest.mark.parametrize(
    ("kind", "error"), [("i1", 0.01), ("u1", 0.01), ("i2", 1e-4), ("u2", 1e-4), ("i4", 1e-6)]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_is_read_as_from_a_wav_file(kind: str, error: float, channels: int) -> None:
    wave = np.stack([beats(), np.zeros(2 * RATE)], 1)[:, :channels]
    data = waveform_bytes(as_integers(wave, kind))
    assert sniff(data) is Format.WAVEFORM
    own = read_audio(data, "a.dcm", RATE)
    expected = wave.mean(1)
    assert np.abs(own - (expected - expected.mean())).max() < error
    sound = read_sound(Input("a.dcm", data=data))
    assert (sound.seconds, sound.channels, sound.refusal) == (2.0, channels, None)


@pytest.mark.parametrize(("code", "subtype"), [("MB", "ULAW"), ("AB", "ALAW")])
def test_the_codes_of_telephones(code: str, subtype: str) -> None:
    file = BytesIO()
    soundfile.write(file, beats(), RATE, format="RAW", subtype=subtype)
    data = waveform_bytes(np.frombuffer(file.getvalue(), "u1").reshape(-1, 1), code=code)
    assert np.abs(read_audio(data, "a.dcm", RATE) - beats() + beats().mean()).max() < 0.02


def test_a_file_with_the_high_byte_first() -> None:
    dataset = waveform_of(as_integers(beats()[:, None], "i2"))
    file = BytesIO()
    dataset.WaveformSequence[0].WaveformData = as_integers(beats()[:, None], "i2").astype(">i2").tobytes()
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.2"
    dataset.save_as(file, enforce_file_format=True, little_endian=False, implicit_vr=False)
    assert np.abs(read_audio(file.getvalue(), "a.dcm", RATE) - beats() + beats().mean()).max() < 1e-4


def test_what_a_sound_says_of_itself() -> None:
    item = Input("a.dcm", data=waveform_bytes(as_integers(beats()[:, None], "i2")))
    assert read_input(item, Modality.AUDIO).tags == {"Modality": "AU"}


def test_of_an_electrocardiogram_the_first_channel_is_shown() -> None:
    leads = np.stack([beats(), np.zeros(2 * RATE), np.ones(2 * RATE)], 1)
    item = Input("a.dcm", data=waveform_bytes(as_integers(leads / 20, "i2"), sound=False))
    sound = read_sound(item)
    assert sound.channels == 1 and abs(np.abs(sound.peaks).max() - 1) < 0.1  # its unit does not matter
    assert str(sound.refusal) == (
        "a.dcm: this DICOM waveform is no sound; its channel Lead 1 is shown."
        " Packs that read sound do not score it."
    )
    assert read_input(item, Modality.AUDIO).tags == {"Modality": "ECG"}


def test_its_class_says_what_it_is_where_it_has_no_modality() -> None:
    dataset = waveform_of(as_integers(beats()[:, None], "i2"), sound=False)
    del dataset.Modality
    assert read_curve(written(dataset), "a.dcm").tags == {"Modality": "ECG"}


def problem_of(data: bytes) -> str:
    with pytest.raises(InputProblem) as caught:
        read_sound(Input("a.dcm", data=data))
    assert caught.value.remedy.endswith(".")
    return caught.value.problem


def test_problems() -> None:
    values = as_integers(beats()[:, None], "i2")
    damaged = "the waveform in it is damaged"
    for rate in (0, -1, 1e9):
        assert problem_of(waveform_bytes(values, rate)) == damaged
    for keyword, value in (
        ("NumberOfWaveformSamples", 8001), ("NumberOfWaveformSamples", 2**32 - 1),
        ("NumberOfWaveformChannels", 0), ("NumberOfWaveformChannels", 65535),
        ("WaveformSampleInterpretation", "XX"), ("WaveformData", b""),
    ):  # fmt: skip
        dataset = waveform_of(values)
        setattr(dataset.WaveformSequence[0], keyword, value)
        assert problem_of(written(dataset)) == damaged
    dataset = waveform_of(values)
    dataset.WaveformSequence = []
    assert problem_of(written(dataset)) == "this DICOM file holds no waveform"
    dataset = waveform_of(values)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert problem_of(written(dataset)) == "this DICOM waveform is compressed"
    assert problem_of(waveform_bytes(values[:0])) == damaged


WHOLE = waveform_bytes(as_integers(beats()[:, None], "i2"))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damage_is_drawn_or_a_problem(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    if data.draw(st.booleans(), "cut"):
        del damaged[data.draw(st.integers(200, len(damaged) - 1)) :]
    else:
        place = data.draw(st.integers(128, len(damaged) - 16001))
        damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    if sniff(bytes(damaged)) is not Format.WAVEFORM:
        return
    try:
        assert read_sound(Input("a", data=bytes(damaged))).seconds > 0
    except InputProblem:
        return
