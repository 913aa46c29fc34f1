"""Compressed pixels are unpacked in a process of their own.

GDCM, the one decoder of JPEG-LS and lossless JPEG, aborts the process it runs in on one damaged frame in
twenty, and damaged JPEG 2000 may keep pydicom for ever. The process is started for the first frame, asked
again for the next ones, and replaced where it dies. Through its pipes go a line of JSON and bytes, both ways.
"""

import atexit
import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
import psutil
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder

from mmdesk.errors import InputProblem
from mmdesk.media.checks import damage

ARGUMENT = "--unpack"  # what makes a frozen program such a process
MEMORY = 2**30  # bytes, beyond what it takes when it has started
SECONDS = 4.0  # for a frame, and one more for every megabyte of it
_START_S = 60.0
_POLL_S = 0.02

Said = Mapping[str, Any]


def unpacked(frame: bytes, options: Said, name: str) -> tuple[NDArray[Any], str]:
    """The values of a compressed frame, and their PhotometricInterpretation, which decoding may change.

    `options` are the `syntax` and the `plugin`, and those of pydicom's Decoder.as_array. Raises ValueError
    where the frame is damaged, InputProblem where it takes too long or too much memory.
    """
    global _process
    with _lock:
        if _process is None or not _process.alive:
            end()
            _process = _Process(name)
        return _process.unpacked(frame, options, name)


def begin() -> None:
    """The process is started in the background, for frames that are to come."""
    threading.Thread(target=_begin, name="decoder start", daemon=True).start()


def _begin() -> None:
    global _process
    with _lock, contextlib.suppress(InputProblem):  # the first frame will say so
        if _process is None:
            _process = _Process("")


def end() -> None:
    """The process, if there is one."""
    global _process
    if _process is not None:
        _process.end()
        _process = None


class _Process:
    def __init__(self, name: str) -> None:
        module = ["-P", "-m", "mmdesk.media.sandbox"]  # not what lies in the current folder
        how = [ARGUMENT] if getattr(sys, "frozen", False) else module
        self._process = subprocess.Popen(
            [sys.executable, *how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # of Windows
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._watched = psutil.Process(self._process.pid)
        self._most = math.inf
        with self._limits(_START_S):
            started, _ = _received(self._answers)
        if not started:
            self.end()
            raise InputProblem(name, "the process that unpacks it does not start", "Install mmdesk again.")
        self._most = MEMORY + started["memory"]

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def unpacked(self, frame: bytes, options: Said, name: str) -> tuple[NDArray[Any], str]:
        with self._limits(SECONDS + len(frame) / 2**20) as broken:
            with contextlib.suppress(OSError):  # of a process that has died: it will not answer
                _send(self._requests, options, frame)
            said, values = _received(self._answers)
        if not said:
            self.end()
            if broken.is_set():
                problem = "its pixels take too long or too much memory to unpack"
                raise InputProblem(name, problem, "Export it uncompressed (Explicit VR Little Endian).")
            raise ValueError("the decoder died of it")
        if "damage" in said:
            raise ValueError(said["damage"])
        return np.frombuffer(values, said["dtype"]).reshape(said["shape"]), said["kind"]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):  # what it has not read cannot be written any more
                pipe.close()

    @contextlib.contextmanager
    def _limits(self, seconds: float) -> Iterator[threading.Event]:
        """Meanwhile, kills the process where it goes beyond them, which the event tells."""
        over, broken = threading.Event(), threading.Event()
        last = time.monotonic() + seconds

        def watch() -> None:
            while not over.wait(_POLL_S):
                with contextlib.suppress(psutil.Error):  # it has ended
                    if time.monotonic() > last or self._watched.memory_info().rss > self._most:
                        broken.set()
                        self._process.kill()

        watcher = threading.Thread(target=watch, name="decoder watch", daemon=True)
        watcher.start()
        try:
            yield broken
        finally:
            over.set()
            watcher.join()


_lock = threading.Lock()  # for one frame at a time
_process: _Process | None = None
atexit.register(end)


def _send(pipe: IO[bytes], said: Said, data: bytes | memoryview = b"") -> None:
    pipe.write(json.dumps({**said, "size": len(data)}).encode() + b"\n")
    pipe.write(data)
    pipe.flush()


def _received(pipe: IO[bytes]) -> tuple[dict[str, Any], bytearray]:
    """What was said, nothing where the other side has ended before it had."""
    said = json.loads(pipe.readline() or b"{}")
    data = bytearray(said.get("size", 0))
    whole = pipe.readinto(data) == len(data)  # type: ignore[attr-defined]
    return (said, data) if whole else ({}, data)


def serve() -> None:
    """The process: it ends with its parent, or with the first frame that the decoders die of."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # the decoders print
        os.dup2(nowhere, stream)
    warnings.simplefilter("ignore")
    _send(answers, {"memory": psutil.Process().memory_info().rss})
    while True:
        options, frame = _received(requests)
        if not options:
            return
        try:
            values, kind = _decoded(bytes(frame), **options)
        except damage() as error:
            _send(answers, {"damage": str(error)})
        else:
            said = {"dtype": values.dtype.str, "shape": values.shape, "kind": kind}
            _send(answers, said, np.ascontiguousarray(values).data.cast("B"))


def _decoded(frame: bytes, syntax: str, plugin: str, size: int, **options: Any) -> tuple[NDArray[Any], str]:
    packed = encapsulate([frame], has_bot=False)
    values, said = get_decoder(syntax).as_array(packed, index=0, raw=True, decoding_plugin=plugin, **options)
    return values, str(said["photometric_interpretation"])


if __name__ == "__main__":
    serve()
