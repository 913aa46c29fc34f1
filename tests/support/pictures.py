"""Pictures made in memory."""

from io import BytesIO

import numpy as np
from PIL import Image

from mmdesk.case import Input


def png(values):
    """(height, width) uint8 or uint16 → the bytes of a file"""
    file = BytesIO()
    Image.fromarray(values).save(file, "PNG", compress_level=1)
    return file.getvalue()


def noise(height, width, dtype=np.uint16, seed=0):
    """From the least to the greatest value of its type."""
    most = np.iinfo(dtype).max
    values = np.random.default_rng(seed).integers(0, most, (height, width), dtype, True)
    values[0, :2] = 0, most
    return values


def image(name="chest.png", height=60, width=80, seed=0):
    return Input(name, data=png(noise(height, width, np.uint8, seed)))
