"""Compressed pixels that kill, hang or swell the process that unpacks them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from pydicom.uid import JPEG2000, JPEGBaseline8Bit

from mmdesk.errors import InputProblem
from mmdesk.media import sandbox

NOISE = np.random.default_rng(0).integers(0, 255, (32, 48), dtype=np.uint8)


def options(values: NDArray[Any] = NOISE) -> dict[str, Any]:
    return {
        "syntax": JPEGBaseline8Bit,
        "plugin": "gdcm",
        "rows": values.shape[0],
        "columns": values.shape[1],
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "bits_allocated": 8,
        "bits_stored": 8,
        "pixel_representation": 0,
        "photometric_interpretation": "MONOCHROME2",
        "planar_configuration": 0,
    }


def jpeg(values: NDArray[Any] = NOISE) -> bytes:
    file = BytesIO()
    Pillow.fromarray(values).save(file, "JPEG", quality=95)
    return file.getvalue()


def assert_reads() -> None:
    values, kind = sandbox.unpacked(jpeg(), options(), "a")
    assert np.array_equal(values, np.asarray(Pillow.open(BytesIO(jpeg())))) and kind == "MONOCHROME2"
    assert values.flags.writeable


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_one_process_reads_many_frames_and_says_what_is_damaged() -> None:
    assert_reads()
    there = children()
    with pytest.raises(ValueError, match="Unable to decode"):
        sandbox.unpacked(jpeg()[:-200], options(), "a")
    assert_reads()
    assert children() == there


def test_it_can_be_begun_before_the_first_frame() -> None:
    sandbox.end()
    before = children()
    sandbox.begin()
    sandbox.begin()
    assert_reads()  # waits for the one that is starting
    assert len(children() - before) == 1


def test_nothing_is_run_that_lies_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.end()
    (tmp_path / "psutil.py").write_text("open('was run', 'w'); raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert_reads()
    assert not (tmp_path / "was run").exists()


def test_a_decoder_that_aborts_takes_nothing_along() -> None:
    data = jpeg()
    head = data.index(b"\xff\xc0")
    deadly = data[:head] + bytes(65) + data[head:]
    assert_reads()
    there = children()
    with pytest.raises(ValueError, match="died"):
        sandbox.unpacked(deadly, options(), "a")
    assert_reads()
    assert len(children() - there) == 1


def test_a_decoder_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert_reads()
    monkeypatch.setattr(sandbox, "SECONDS", 0.2)
    endless = b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40)  # a box of length 0
    with pytest.raises(InputProblem, match="take too long or too much memory"):
        sandbox.unpacked(endless, {**options(), "syntax": JPEG2000, "plugin": "pylibjpeg"}, "a")
    assert_reads()


def test_a_decoder_that_takes_too_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.end()
    monkeypatch.setattr(sandbox, "MEMORY", 32 * 2**20)
    large = np.tile(NOISE, (250, 160))
    with pytest.raises(InputProblem, match="take too long or too much memory"):
        sandbox.unpacked(jpeg(large), options(large), "a")
    assert_reads()
    sandbox.end()
