"""An input of a case as what an encoder takes: pixels, a waveform or a text and values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input, Modality
from mmdesk.media import auscultation
from mmdesk.media.audio import read_audio
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.clinical.parts import Part
from mmdesk.media.files import Format, expect, read_bytes
from mmdesk.media.image import read_image
from mmdesk.model.audio import POSITIONS
from mmdesk.model.sound import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Read:
    """An input as arrays or parts of the record, and the hash of its bytes; `tags` are what a DICOM file
    says of itself."""

    item: Input
    modality: Modality
    sha256: str
    pixels: NDArray[np.float32] | None = None
    waveform: NDArray[np.float32] | None = None
    parts: tuple[Part, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def read_input(item: Input, modality: Modality) -> Read:
    """Raises InputProblem."""
    data = read_bytes(item)
    format = Format.TEXT if item.typed else expect(data, item.name, modality)
    digest = hashlib.sha256(data).hexdigest()
    if modality == Modality.IMAGE:
        image = read_image(data, item.name)
        return Read(item, modality, digest, pixels=image.pixels, tags=image.tags)
    if modality == Modality.AUDIO:
        return Read(item, modality, digest, waveform=read_audio(data, item.name, SAMPLE_RATE))
    record = read_record(data, item.name, format)
    text, values = (record, ()) if isinstance(record, str) else ("", record)
    part = Part(item.name, text, values, item.confirmed, item.struck)
    return Read(item, modality, digest, parts=(part,))


def position_of(item: Input) -> int:
    """Index in POSITIONS, -1 where the position is unknown."""
    name = auscultation.position_of(item)
    return -1 if name is None else POSITIONS.index(name)
