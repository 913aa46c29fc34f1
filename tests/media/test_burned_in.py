import numpy as np
import pytest
from pydicom.uid import SecondaryCaptureImageStorage, UltrasoundImageStorage
from support.dicoms import dicom_of

from mmdesk.media.burned_in import burned_in

WORDS, USUAL = "the picture itself shows words", "the picture itself may show a name or a number"
FACE = "a face may be recognised in it"
CASES = [
    ({}, None),
    ({"BurnedInAnnotation": "YES"}, WORDS),
    ({"BurnedInAnnotation": "NO", "Modality": "US"}, None),
    ({"BurnedInAnnotation": ""}, None),
    ({"Modality": "US"}, USUAL),
    ({"Modality": "ES", "BurnedInAnnotation": ""}, USUAL),
    ({"SOPClassUID": UltrasoundImageStorage}, USUAL),
    ({"SOPClassUID": SecondaryCaptureImageStorage}, USUAL),
    ({"ConversionType": "WSD"}, USUAL),
    ({"RecognizableVisualFeatures": "YES"}, FACE),
    ({"Modality": "CT", "BodyPartExamined": "HEAD"}, FACE),
    ({"Modality": "MR", "BodyPartExamined": "BRAIN", "RecognizableVisualFeatures": "NO"}, None),
    ({"Modality": "CT", "BodyPartExamined": "CHEST"}, None),
    ({"BurnedInAnnotation": "YES", "RecognizableVisualFeatures": "YES"}, WORDS),
]


@pytest.mark.parametrize(("elements", "reason"), CASES)
def test_burned_in(elements, reason) -> None:
    said = burned_in(dicom_of(np.zeros((16, 16), np.uint8), **elements))
    assert (said or "").startswith(reason or "") and (said is None) == (reason is None)


@pytest.mark.parametrize(("position", "reason"), [(0, None), (12, USUAL)])
def test_an_overlay_in_the_pixels(position, reason) -> None:
    dataset = dicom_of(np.zeros((16, 16), np.uint16))
    dataset.add_new(0x60020102, "US", position)
    assert burned_in(dataset) == reason
