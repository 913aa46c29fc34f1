"""Microphones and electronic stethoscopes, through PortAudio."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mmdesk.errors import UserProblem
from mmdesk.media import portaudio
from mmdesk.media.portaudio import NoSound, Trouble
from mmdesk.media.spool import Samples


@dataclass(frozen=True, slots=True)
class Device:
    """`number` is PortAudio's, and holds until it looks again; `rate` is what the device likes, in Hz."""

    number: int
    name: str
    rate: int
    channels: int


def devices() -> list[Device]:
    """Those of the system's own sound interface, the default first. Raises NoSound where there is none."""
    portaudio.look_again()
    sounddevice = portaudio.library()
    with portaudio.refusals():
        known, interfaces = sounddevice.query_devices(), sounddevice.query_hostapis()
    inputs = [n for n, device in enumerate(known) if device["max_input_channels"] > 0]
    # On Windows each device is there once for every interface.
    defaults = (interface["default_input_device"] for interface in interfaces)
    default = next((number for number in defaults if number >= 0), -1)
    if default in inputs:
        interface = known[default]["hostapi"]
        inputs = [n for n in inputs if known[n]["hostapi"] == interface]
        inputs.sort(key=lambda n: n != default)
    if not inputs:
        raise NoSound(Trouble.DEVICE)
    return [
        Device(n, one["name"], round(one["default_samplerate"]), one["max_input_channels"])
        for n in inputs
        for one in (known[n],)
    ]


def named(name: str | None) -> Device:
    """The one whose name that is, or begins or goes on so; the default for None. Raises NoSound and, where
    none or several fit, UserProblem."""
    found = devices()
    if name is None:
        return found[0]
    asked = name.casefold()
    fits = [device for device in found if device.name.casefold() == asked]
    fits = fits or [device for device in found if asked in device.name.casefold()]
    if len(fits) != 1:
        problem = "several devices are called so" if fits else "no such device records here"
        names = "; ".join(device.name for device in fits or found)
        raise UserProblem(name, problem, f"Name one of these: {names}.")
    return fits[0]


class Microphone:
    """A recorder.Source that is open, at the device's own rate: of one channel, or of two where the device
    insists. Raises NoSound."""

    def __init__(self, device: Device) -> None:
        self.rate = device.rate
        self._take: Callable[[Samples, int], None] | None = None
        self._gone: Callable[[], None] | None = None
        self._due: float | None = None  # when the next block should begin, by the device's clock
        try:
            self._stream = self._opened(device, 1)
        except NoSound:
            if device.channels < 2:
                raise
            self._stream = self._opened(device, 2)

    def start(self, take: Callable[[Samples, int], None], gone: Callable[[], None]) -> None:
        """Raises NoSound."""
        self._take, self._gone = take, gone
        with portaudio.refusals():
            self._stream.start()

    def close(self) -> None:
        """Nothing is called after this."""
        self._gone = None
        portaudio.ended(self._stream)

    def _opened(self, device: Device, channels: int) -> Any:
        self.channels = channels
        sounddevice = portaudio.library()
        return portaudio.opened(
            lambda: sounddevice.InputStream(
                self.rate, device=device.number, channels=channels, dtype="int16",
                callback=self._called, finished_callback=self._finished,
            )
        )  # fmt: skip

    def _called(self, block: Samples, frames: int, times: Any, status: Any) -> None:
        """In PortAudio's thread. How much was lost is known from the device's clock, where it has one."""
        begins, lost = float(times.inputBufferAdcTime), 0
        if status.input_overflow:
            lost = 1 if self._due is None else max(1, round((begins - self._due) * self.rate))
        self._due = begins + frames / self.rate
        if self._take is not None:
            self._take(block.copy(), lost)

    def _finished(self) -> None:
        if self._gone is not None:
            self._gone()


def why(problem: NoSound) -> tuple[str, str]:
    """Why nothing is recorded, and what to do."""
    if problem.trouble is Trouble.DEVICE:
        return (
            "There is no microphone or stethoscope to record from.",
            "Connect one and record again.",
        )
    if problem.trouble is Trouble.REFUSED:
        return (
            f"The device does not record: {problem.reason}",
            "Close programs that use it, or choose another device.",
        )
    what = "Sound cannot be recorded: PortAudio is missing."
    if sys.platform.startswith("linux"):
        remedy = (
            "Install the package libportaudio2 (Debian, Ubuntu) or portaudio (Fedora, Arch), then record"
            " again."
        )
    else:
        remedy = "Install mmdesk again: its package sounddevice brings PortAudio."
    return what, remedy
