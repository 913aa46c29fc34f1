"""Times what is drawn of an hour of sound, 48 kHz stereo, against reading the same file alone; and counts
half an hour of the same that a simulated device records as fast as it can.

    python benchmarks/sound.py

Each run has a process of its own, warmed on a second of sound. Prints medians as JSON: seconds, and MB by
which the process grew. Asserts nothing.
"""

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from mmdesk.media.recorder import Recorder
from mmdesk.media.spool import Spool

RUNS = 5
MINUTES, RATE = 60, 48000
ROOT = Path(__file__).parent.parent

RUN = """
import sys, time
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
print(time.perf_counter() - start, held("VmHWM") - before)
"""


def write(path: Path, seconds: int) -> str:
    """Noise, 16 bit."""
    second = np.random.default_rng(0).normal(0, 0.1, (RATE, 2)).clip(-1, 1)
    with soundfile.SoundFile(path, "w", RATE, 2, subtype="PCM_16") as file:
        for _ in range(seconds):
            file.write(second)
    return str(path)


def measure(kind: str, short: str, long: str) -> tuple[float, float]:
    """Median seconds and MB."""
    runs = []
    for _ in range(RUNS):
        command = [sys.executable, "-c", RUN, kind, short, long]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        runs.append([float(figure) for figure in done.stdout.split()])
    seconds, megabytes = zip(*runs, strict=True)
    return statistics.median(seconds), statistics.median(megabytes)


def record(folder: Path, minutes: int = 30) -> dict[str, float]:
    """Frames that came, are on the disk, and were lost: in blocks of 1 to 4095, by a clock that runs as fast
    as it can."""
    recorder = Recorder(Spool(folder / "spool", RATE, 2))
    rng = np.random.default_rng(0)
    block, sizes = rng.integers(-9000, 9000, (4096, 2)).astype(np.int16), rng.integers(1, 4096, 1 << 16)
    left, start = minutes * 60 * RATE, time.perf_counter()
    for size in itertools.cycle(sizes.tolist()):
        if not left:
            break
        while recorder.received - recorder.written > 60 * RATE:  # a minute ahead of the disk
            time.sleep(0.001)
        recorder.take(block[: min(size, left)])
        left -= min(size, left)
    recorder.stop()
    return {
        "record_minutes": minutes, "record_s": round(time.perf_counter() - start, 2),
        "received": recorder.received, "written": recorder.written, "lost": recorder.lost,
    }  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        short = write(Path(folder, "second.wav"), 1)
        long = write(Path(folder, "hour.wav"), 60 * MINUTES)
        figures: dict[str, float] = {"minutes": MINUTES}
        for kind in ("drawn", "blocks", "whole"):  # read as float32 in blocks, and all at once
            seconds, megabytes = measure(kind, short, long)
            figures |= {f"{kind}_s": round(seconds, 2), f"{kind}_mb": round(megabytes)}
        figures["drawn_to_blocks"] = round(figures["drawn_s"] / figures["blocks_s"], 2)
        print(json.dumps(figures | record(Path(folder))))
