"""What is drawn of an hour of sound, 48 kHz stereo, against reading the same file alone; and half an hour of
the same that a simulated device records as fast as it can.

Each run has a process of its own, warmed on a second of sound.
"""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from benchmarks.figures import Table, figure, ratio
from benchmarks.measure import Asked
from benchmarks.programs import run
from mmdesk.media.recorder import Recorder
from mmdesk.media.spool import Spool

RUNS = 5
MINUTES, RECORDED, RATE = 60, 30, 48000

RUN = """
import json, sys, time
import soundfile
from mmdesk.case import Input
from mmdesk.media.waveform import read_sound

def drawn(path):
    read_sound(Input.from_path(path))

def whole(path):
    soundfile.read(path, dtype="float32")

def blocks(path):
    with soundfile.SoundFile(path) as sound:
        while len(sound.read(1 << 16, dtype="float32")):
            pass

def held(line):
    if sys.platform == "linux":
        with open("/proc/self/status") as lines:
            return next(int(text.split()[1]) for text in lines if text.startswith(line)) / 1024
    import psutil
    return psutil.Process().memory_info().rss / 2**20  # without the peak

work = {"drawn": drawn, "whole": whole, "blocks": blocks}[sys.argv[1]]
work(sys.argv[2])
before, start = held("VmRSS"), time.perf_counter()
work(sys.argv[3])
print(json.dumps([time.perf_counter() - start, held("VmHWM") - before]))
"""
KINDS = {"drawn": "drawn", "blocks": "read in blocks", "whole": "read at once"}  # as float32


def measured(asked: Asked) -> Iterator[Table]:
    with TemporaryDirectory() as place:
        short = write(Path(place, "second.wav"), 1)
        long = write(Path(place, "hour.wav"), 60 * MINUTES)
        runs = [{kind: run("-c", RUN, kind, short, long) for kind in KINDS} for _ in range(RUNS)]
        counts = record(Path(place))
    figures = []
    for kind, name in KINDS.items():
        figures.append(figure(name, "s", *(one[kind][0] for one in runs)))
        figures.append(figure(f"{name}, memory it grew by", "MB", *(one[kind][1] for one in runs)))
    drawn, blocks = ([one[kind][0] for one in runs] for kind in ("drawn", "blocks"))
    figures.append(ratio("drawn ÷ read in blocks", drawn, blocks))
    yield Table(f"an hour of sound, {RATE // 1000} kHz stereo", tuple(figures))
    yield Table(f"{RECORDED} minutes recorded as fast as it goes", tuple(figure(*count) for count in counts))


def write(path: Path, seconds: int) -> str:
    """Noise, 16 bit."""
    second = np.random.default_rng(0).normal(0, 0.1, (RATE, 2)).clip(-1, 1)
    with soundfile.SoundFile(path, "w", RATE, 2, subtype="PCM_16") as file:
        for _ in range(seconds):
            file.write(second)
    return str(path)


def record(folder: Path) -> list[tuple[str, str, float]]:
    """Frames that came, are on the disk, and were lost: in blocks of 1 to 4095, by a clock that runs as fast
    as it can."""
    recorder = Recorder(Spool(folder / "spool", RATE, 2))
    rng = np.random.default_rng(0)
    block, sizes = rng.integers(-9000, 9000, (4096, 2)).astype(np.int16), rng.integers(1, 4096, 1 << 16)
    left, start = RECORDED * 60 * RATE, time.perf_counter()
    for size in itertools.cycle(sizes.tolist()):
        if not left:
            break
        while recorder.received - recorder.written > 60 * RATE:  # a minute ahead of the disk
            time.sleep(0.001)
        recorder.take(block[: min(size, left)])
        left -= min(size, left)
    recorder.stop()
    return [
        ("it took", "s", time.perf_counter() - start),
        ("received", "frames", recorder.received),
        ("written", "frames", recorder.written),
        ("lost", "frames", recorder.lost),
    ]
