"""Pictures as a model reads them: grey values in [0, 1], 0 black."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdesk.case import Input
from mmdesk.media.checks import check_contrast
from mmdesk.media.frame import Frame
from mmdesk.media.stack import read_place, stack_of
from mmdesk.media.voi import Window


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """pixels: (height, width) float32 in [0, 1], 0 black. tags: what a DICOM file says of the picture,
    by keyword (Modality, BodyPartExamined, ViewPosition, …), never of the patient."""

    pixels: NDArray[np.float32]
    tags: Mapping[str, str]


def read_image(data: bytes, name: str) -> Image:
    """The picture in the bytes of a PNG, JPEG, TIFF, DICOM or NIfTI file, upright; of several, the one in
    the middle.

    Raises InputProblem for anything else, a damaged file, a side below 16 pixels, more than 67
    megapixels, or a picture without contrast.
    """
    stack = stack_of(data, name)
    return image_of(stack.frame(*read_place(Input(name, data=data), stack.planes)), name)


def image_of(frame: Frame, name: str, window: Window | None = None) -> Image:
    """As its file wants it shown, or by another window. Raises InputProblem where all of it is one grey."""
    pixels = frame.pixels(window)
    check_contrast(float(pixels.min()), float(pixels.max()), name)
    return Image(pixels, frame.tags)
