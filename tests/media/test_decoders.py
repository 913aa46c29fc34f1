"""What a compressed frame says of its own size is read before it is decoded."""

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit
from support.dicoms import dicom_of, written

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox
from mmdesk.media.image import read_image

NOISE = np.random.default_rng(0).integers(0, 255, (32, 48), dtype=np.uint8)


def packed(format: str, **options: Any) -> bytes:
    file = BytesIO()
    Pillow.fromarray(NOISE).save(file, format, **options)
    return file.getvalue()


def dicom(frame: bytes, syntax: str) -> bytes:
    dataset = dicom_of(NOISE)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    return written(dataset)


JPEG = packed("JPEG")
JP2 = packed("JPEG2000", irreversible=False)
J2K = JP2[JP2.index(b"\xff\x4f\xff\x51") :]
SYNTAX = {JPEG: JPEGBaseline8Bit, JP2: JPEG2000Lossless, J2K: JPEG2000Lossless}


@pytest.mark.parametrize("frame", SYNTAX, ids=["JPEG", "JP2", "codestream"])
def test_frames_of_the_size_that_the_file_says(frame: bytes) -> None:
    pixels = read_image(dicom(frame, SYNTAX[frame]), "a").pixels
    if frame != JPEG:
        least, most = int(NOISE.min()), int(NOISE.max())
        assert np.allclose(pixels * (most - least) + least, NOISE, atol=1e-4)
    assert pixels.shape == NOISE.shape


@pytest.mark.parametrize("frame", SYNTAX, ids=["JPEG", "JP2", "codestream"])
def test_frames_that_promise_more_are_not_decoded(frame: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "unpacked", None)
    if frame == JPEG:
        head = frame.index(b"\xff\xc0") + 5
        bomb = frame[:head] + struct.pack(">HH", 60000, 60000) + frame[head + 4 :]
    else:
        head = frame.index(b"\xff\x4f\xff\x51") + 8
        bomb = frame[:head] + struct.pack(">II", 60000, 60000) + frame[head + 8 :]
    with pytest.raises(InputProblem, match="is damaged"):
        read_image(dicom(bomb, SYNTAX[frame]), "a")


def test_boxes_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "unpacked", None)
    for endless in (JP2[:12] + bytes(4) + JP2[16:], JP2[:60]):
        with pytest.raises(InputProblem):
            read_image(dicom(endless, JPEG2000Lossless), "a")
