"""An input of a case as what an encoder takes: pixels, a waveform or a text and values."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input, Modality
from mmdesk.media import auscultation
from mmdesk.media.audio import read_audio
from mmdesk.media.clinical.importing import read_record
from mmdesk.media.clinical.parts import Part
from mmdesk.media.files import Format, expect, read_bytes
from mmdesk.media.frame import PERCENT, Frame
from mmdesk.media.image import Image, image_of
from mmdesk.media.stack import Stack, open_stack, read_place
from mmdesk.media.voi import Window
from mmdesk.model.audio import POSITIONS
from mmdesk.model.sound import SAMPLE_RATE
from mmdesk.report import Seen

WindowFor = Callable[[Mapping[str, str]], Window | None]  # of what a DICOM file says of itself


@dataclass(frozen=True, slots=True)
class Read:
    """An input as arrays or parts of the record, and the hash of its bytes; `tags` are what a DICOM file
    says of itself, `seen` is what of an image it is, `stack` what the image is a slice of."""

    item: Input
    modality: Modality
    sha256: str
    pixels: NDArray[np.float32] | None = None
    waveform: NDArray[np.float32] | None = None
    parts: tuple[Part, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    seen: Seen | None = None
    stack: Stack | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """The same for what is encoded alike."""
        slice_ = (self.seen.plane, self.seen.frame) if self.seen else ()
        return self.sha256, self.modality, position_of(self.item), *slice_


def read_input(item: Input, modality: Modality, window_for: WindowFor = lambda tags: None) -> Read:
    """An image through the window that `window_for` names. Raises InputProblem."""
    if modality == Modality.IMAGE:
        return _read_slice(item, window_for)
    data = read_bytes(item)
    format = Format.TEXT if item.typed else expect(data, item.name, modality)
    digest = hashlib.sha256(data).hexdigest()
    if modality == Modality.AUDIO:
        waveform = read_audio(data, item.name, SAMPLE_RATE)
        return Read(item, modality, digest, waveform=waveform, tags=_tags_of(data, item.name, format))
    record = read_record(data, item.name, format)
    text, values = (record, ()) if isinstance(record, str) else ("", record)
    part = Part(item.name, text, values, item.confirmed, item.struck)
    return Read(item, modality, digest, parts=(part,))


def _tags_of(recording: bytes, name: str, format: Format) -> Mapping[str, str]:
    """What a DICOM waveform says of itself."""
    if format is not Format.WAVEFORM:
        return {}
    from mmdesk.media.curve import read_curve  # imports pydicom

    return read_curve(recording, name).tags


def _read_slice(item: Input, window_for: WindowFor) -> Read:
    stack = open_stack(item)
    plane, index = read_place(item, stack.planes)
    frame = stack.frame(plane, index)
    window, image = windowed(frame, item.name, window_for)
    height, width = frame.shape
    shown = window or frame.shown[0]
    seen = Seen(index, stack.planes[plane], width, height, plane)
    if frame.unit != PERCENT:
        seen = Seen(
            index, stack.planes[plane], width, height, plane, shown.center, shown.width, frame.unit
        )
    digest = hashlib.sha256(stack.data(index)).hexdigest()
    return Read(
        item, Modality.IMAGE, digest, pixels=image.pixels, tags=image.tags, seen=seen,
        stack=stack if item.every else None,
    )  # fmt: skip


def windowed(frame: Frame, name: str, window_for: WindowFor) -> tuple[Window | None, Image]:
    """The window that a pack wants such a picture read through, and the picture. Raises InputProblem."""
    window = None if frame.unit == PERCENT else window_for(frame.tags)
    return window, image_of(frame, name, window)


def position_of(item: Input) -> int:
    """Index in POSITIONS, -1 where the position is unknown."""
    name = auscultation.position_of(item)
    return -1 if name is None else POSITIONS.index(name)
