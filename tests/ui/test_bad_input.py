"""Bad input through the pieces of the window: each panel says on a card what is wrong and what to do,
the others go on, nothing waits and memory stays bounded."""

import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from support.memory import peak_of
from support.pictures import noise, png
from support.pieces import Pieces

from mmdesk.case import Input, Modality
from mmdesk.media import audio, checks, files

IMAGE, AUDIO, RECORD = Modality.IMAGE, Modality.AUDIO, Modality.RECORD
READS = "mmdesk reads DICOM, NIfTI, PNG, JPEG, TIFF, WAV, FLAC, OGG, MP3, text, PDF, CSV, XLSX, FHIR, HL7."
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def desk(qtbot):
    desk = Pieces()
    for panel in desk.panels.values():
        qtbot.addWidget(panel)
        panel.resize(500, 400)
        panel.show()
        qtbot.waitExposed(panel)
    yield desk
    desk.close()


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.busy, timeout=20_000)


def sparse(path: Path, head: bytes, size: int) -> Path:
    """A file of a size that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int) -> bytes:
    """A whole and valid head; the pixels are missing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return SIGNATURE + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def long_sound(path: Path, seconds: int = 3600, rate: int = 1000) -> Path:
    wave = np.random.default_rng(0).normal(0, 0.1, 60 * rate)
    with soundfile.SoundFile(path, "w", rate, 1, format="FLAC") as file:
        for _ in range(seconds // 60):
            file.write(wave)
    return path


def test_a_huge_file_is_refused_by_its_size(qtbot, desk, tmp_path):
    path = sparse(tmp_path / "scan.png", SIGNATURE, 2 * 2**30)
    desk.intake.take_paths([path], IMAGE)
    settle(qtbot, desk)
    refused = "scan.png: the file is larger than 512 MB Give the part that matters."
    assert desk.cards() == {IMAGE: [refused], AUDIO: [], RECORD: []} and desk.model.is_empty()
    desk.panels[IMAGE].clear_cards()
    desk.model.add(IMAGE, Input.from_path(path))  # a saved case names it
    settle(qtbot, desk)
    assert desk.cards()[IMAGE] == [refused] and desk.panels[IMAGE].chip.text() == "problem"


def test_an_image_of_a_gigapixel_is_refused_by_its_head(qtbot, desk, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_of_size(30_000, 30_000))
    desk.intake.take_paths([tmp_path / "bomb.png"])
    settle(qtbot, desk)
    assert desk.cards()[IMAGE] == ["bomb.png: the picture has more than 67 megapixels Export it smaller."]
    assert desk.panels[IMAGE].note.isVisible() and desk.panels[IMAGE].view.picture is None


def test_an_hour_of_sound_is_drawn_and_a_card_says_that_it_is_not_read(qtbot, desk, tmp_path):
    desk.intake.take_paths([long_sound(tmp_path / "night.flac")])
    settle(qtbot, desk)
    (card,) = desk.cards()[AUDIO]
    assert card.startswith("night.flac: ") and "minutes" in card
    assert desk.panels[AUDIO].view.seconds == pytest.approx(3600)


def test_a_binary_file_is_no_record(qtbot, desk, tmp_path):
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(range(256)) * 20)
    desk.model.set_record("Fever")
    desk.intake.take_paths([tmp_path / "program"], RECORD)
    settle(qtbot, desk)
    (card,) = desk.cards()[RECORD]
    assert card == (
        "program: this is of a kind that mmdesk does not know, not a record"
        " Save it as text, PDF, CSV or XLSX."
    )
    assert desk.panels[RECORD].editor.toPlainText() == "Fever"


def test_a_folder_of_junk_is_one_card(qtbot, desk, tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.dll").write_bytes(bytes(100))
    desk.intake.take_paths([tmp_path], AUDIO)
    settle(qtbot, desk)
    card = f"Files of a kind that mmdesk does not read were skipped: 40 {READS}"
    assert desk.cards() == {IMAGE: [], AUDIO: [card], RECORD: []} and desk.model.is_empty()


@pytest.mark.parametrize("modality", [IMAGE, AUDIO])
def test_a_file_that_vanishes(qtbot, desk, tmp_path, modality):
    desk.model.add(modality, Input.from_path(tmp_path / "gone"))
    settle(qtbot, desk)
    gone = "gone: there is no such file Check the name and the folder."
    assert {kind: cards for kind, cards in desk.cards().items() if cards} == {modality: [gone]}
    desk.model.remove(modality, desk.model.inputs(modality)[0])
    assert not any(desk.cards().values())


def test_one_bad_file_among_good_ones_stops_nothing(qtbot, desk, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_of_size(30_000, 30_000))
    (tmp_path / "good.png").write_bytes(png(noise(60, 80)))
    (tmp_path / "noise.flac").write_bytes(b"fLaC" + bytes(99))
    (tmp_path / "good.txt").write_text("Fever")
    (tmp_path / "junk").write_bytes(bytes(99))
    desk.intake.take_paths(sorted(tmp_path.iterdir()))
    settle(qtbot, desk)
    assert [len(cards) for cards in desk.cards().values()] == [1, 1, 0]
    assert [text for text, _ in desk.notices] == ["junk: this is of a kind that mmdesk does not know"]
    assert desk.panels[RECORD].editor.toPlainText() == "Fever"
    desk.panels[IMAGE].strip.setCurrentRow(1)
    assert desk.panels[IMAGE].view.picture.name == "good.png"


def test_no_file_is_touched_in_the_windows_thread(qtbot, desk, tmp_path, monkeypatch):
    threads, read, opened = [], files._read_path, audio.opened

    def noted_read(*arguments):
        threads.append(threading.current_thread())
        return read(*arguments)

    def noted_open(*arguments):
        threads.append(threading.current_thread())
        return opened(*arguments)

    monkeypatch.setattr(files, "_read_path", noted_read)
    monkeypatch.setattr(audio, "opened", noted_open)
    (tmp_path / "image.png").write_bytes(png(noise(60, 80)))
    (tmp_path / "record.txt").write_text("Fever")
    long_sound(tmp_path / "night.flac", seconds=60)
    desk.intake.take_paths([tmp_path])
    settle(qtbot, desk)
    assert desk.panels[IMAGE].view.picture is not None and desk.panels[AUDIO].view is not None
    assert len(threads) >= 6 and threading.main_thread() not in threads


PIECES = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from support.pieces import Pieces
app = QApplication([])
desk = Pieces()
desk.intake.take_paths([Path(path) for path in sys.argv[1:]])
app.processEvents()
while desk.busy:
    app.processEvents()
desk.close()
"""


def test_memory_stays_bounded(tmp_path, monkeypatch):
    """Of files of gigabytes, or that promise them, nothing is held: no more than of one small image."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    good = tmp_path / "good.png"
    good.write_bytes(png(noise(60, 80)))
    short = long_sound(tmp_path / "short.flac", seconds=60)
    bad = [
        sparse(tmp_path / "scan.png", SIGNATURE, 2 * 2**30),
        sparse(tmp_path / "notes.txt", b"Fever", 2 * 2**30),
        long_sound(tmp_path / "night.flac"),
        tmp_path / "bomb.png",
    ]
    bad[-1].write_bytes(png_of_size(30_000, 30_000))
    usual, most = (peak_of(PIECES, *map(str, paths)) for paths in ([good, short], [good, short, *bad]))
    assert most < usual + 50


@pytest.mark.slow
def test_the_largest_images_at_once_take_less_than_one_and_a_half_gigabytes(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    steps = np.arange(int(checks.MAX_PIXELS**0.5), dtype=np.float32)
    paths = [tmp_path / f"{n}.tiff" for n in range(3)]
    for path in paths:
        Image.fromarray(steps[:, None] + steps).save(path)
    peak = peak_of(PIECES, *map(str, paths))
    print(f"\n{peak:.0f} MB")
    assert peak < 1500
