"""An input of a case as what an encoder takes: pixels, a waveform or a text."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input, Modality
from mmdesk.media import auscultation
from mmdesk.media.audio import read_audio
from mmdesk.media.curve import read_curve
from mmdesk.media.files import Format, expect, read_bytes
from mmdesk.media.image import read_image
from mmdesk.media.text import read_text
from mmdesk.model.audio import POSITIONS
from mmdesk.model.sound import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Read:
    """An input as arrays or text, and the hash of its bytes; `tags` are what a DICOM file says of itself."""

    item: Input
    modality: Modality
    sha256: str
    pixels: NDArray[np.float32] | None = None
    waveform: NDArray[np.float32] | None = None
    text: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def read_input(item: Input, modality: Modality) -> Read:
    """Raises InputProblem."""
    data = read_bytes(item)
    format = expect(data, item.name, modality)
    digest = hashlib.sha256(data).hexdigest()
    if modality == Modality.IMAGE:
        image = read_image(data, item.name)
        return Read(item, modality, digest, pixels=image.pixels, tags=image.tags)
    if modality == Modality.AUDIO:
        waveform = read_audio(data, item.name, SAMPLE_RATE)
        tags = read_curve(data, item.name).tags if format is Format.WAVEFORM else {}
        return Read(item, modality, digest, waveform=waveform, tags=tags)
    return Read(item, modality, digest, text=read_text(data, item.name))


def position_of(item: Input) -> int:
    """Index in POSITIONS, -1 where the position is unknown."""
    name = auscultation.position_of(item)
    return -1 if name is None else POSITIONS.index(name)
