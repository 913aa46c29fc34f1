"""PortAudio, which sounddevice brings: why there is no sound, and what plays and records must not do to each
other. Imports neither before it is asked for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any


class Trouble(Enum):
    """Why there is no sound."""

    LIBRARY = auto()  # PortAudio is not installed
    DEVICE = auto()  # there is nothing to play on, or to record from
    REFUSED = auto()  # the device does not play or record, or no longer


class NoSound(Exception):
    def __init__(self, trouble: Trouble, reason: str = "") -> None:
        super().__init__(trouble, reason)
        self.trouble, self.reason = trouble, reason


_lock = threading.RLock()
_open = 0  # streams


def library() -> Any:
    """The module sounddevice. Raises NoSound."""
    try:
        import sounddevice
    except OSError as error:  # PortAudio's library is not there
        raise NoSound(Trouble.LIBRARY) from error
    except Exception as error:  # PortAudio's own, whose class would come with the module
        raise NoSound(Trouble.REFUSED, str(error)) from error
    return sounddevice


@contextmanager
def refusals() -> Iterator[None]:
    """PortAudio's own errors leave as NoSound."""
    try:
        yield
    except library().PortAudioError as error:
        raise NoSound(Trouble.REFUSED, str(error)) from error


def look_again() -> None:
    """PortAudio lists the devices once: one may have been plugged in since. Not while a stream is open,
    since that would end. Raises NoSound."""
    with _lock, refusals():
        if not _open:
            library()._terminate()
            library()._initialize()


def opened(make: Callable[[], Any]) -> Any:
    """The stream that is made, to be given to `ended`. Raises NoSound."""
    global _open
    with _lock, refusals():
        stream = make()
        _open += 1
    return stream


def ended(stream: Any) -> None:
    """Silent at once."""
    global _open
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)
    with _lock:
        _open -= 1
