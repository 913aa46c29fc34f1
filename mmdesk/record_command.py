"""The command that records: from a microphone or a stethoscope into a file, spooled on the way."""

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmdesk import recordings, settings
from mmdesk.case import new_id
from mmdesk.errors import UserProblem
from mmdesk.plainly import FAILED, UsageProblem, complain, plainly

if TYPE_CHECKING:  # these import numpy and soundfile
    from mmdesk.media.recorder import Look
    from mmdesk.recordings import Session

LOOK_S = 0.1
CELLS, FLOOR = 30, -60  # of the meter, and the dB of full scale at which it begins
SILENT_S = 2.0  # seconds of silence that are told of
SUFFIXES = (".wav", ".flac")


def record(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="A .wav or .flac file.")] = None,
    device: Annotated[str | None, typer.Option(metavar="NAME", help="A part of its name will do.")] = None,
    seconds: Annotated[float | None, typer.Option(metavar="N", min=0.1, help="End after so long.")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="Name the devices, the default first.")] = False,
    recover: Annotated[bool, typer.Option("--recover", help="Write what a crash left, if it did.")] = False,
) -> None:
    """Record heart sounds until Ctrl+C. What a crash or a kill cuts off is kept: see --recover."""
    with plainly():
        if as_list:
            _list()
            return
        if out is None or out.suffix.lower() not in SUFFIXES:
            name = "mmdesk record" if out is None else out.name
            raise UsageProblem(name, "a recording becomes a .wav or a .flac file", "Name one with --out.")
        if not out.parent.is_dir():
            raise UsageProblem(out.name, f"there is no folder {out.parent}", "Make it, or name another.")
        raise typer.Exit(_recover(out) if recover else _record(out, device, seconds))


def _list() -> None:
    from mmdesk.media.microphone import devices

    with _told():
        for device in devices():
            typer.echo(f"{device.name}  {device.rate} Hz")


def _recover(out: Path) -> int:
    from mmdesk.media.spool import look_at

    left = recordings.left(_folder())
    if not left:
        typer.echo("No recording was cut off.")
        return 0
    spooled = look_at(left[-1])
    if spooled is None or not recordings.save(left[-1], out):
        raise UserProblem(out.name, "the recording is gone", "Another mmdesk took it.")
    typer.echo(f"{out}: {spooled.seconds:.1f} s")
    if len(left) > 1:
        typer.echo(f"There are more: {len(left) - 1}.")
    return 0


def _record(out: Path, name: str | None, seconds: float | None) -> int:
    from mmdesk.media.microphone import Microphone, named

    if cut_off := len(recordings.left(_folder())):
        typer.echo(f"Recordings that were cut off: {cut_off}. mmdesk record --recover --out FILE writes one.")
    stop = threading.Event()
    with _told():
        device = named(name)
        session = recordings.Session(Microphone(device), _folder(), new_id())
    typer.echo(f"Recording from {device.name}, {device.rate} Hz. Ctrl+C ends it.")
    try:
        with _stopping(stop):
            _follow(session, stop, seconds)
    finally:
        gone, path = session.over, session.stop()
    recorder = session.recorder
    if not recordings.save(path, out):
        raise UserProblem(out.name, "nothing was recorded", "Check the microphone and record it again.")
    lost = f"lost samples: {recorder.lost}" if recorder.lost else "no sample was lost"
    typer.echo(f"{out}: {recorder.written / device.rate:.1f} s, {lost}")
    if recorder.problem is not None:
        complain(f"The disk took no more ({recorder.problem.strerror}); what came until then is kept.")
    elif gone:
        complain("The device gives no sound any more; what came until then is kept.")
    return FAILED if gone or recorder.problem is not None else 0


def _follow(session: "Session", stop: threading.Event, seconds: float | None) -> None:
    """Until it is to end, with a meter where there is a terminal."""
    from rich.console import Console
    from rich.live import Live

    console = Console()
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not stop.wait(LOOK_S) and not session.over:
            look = session.recorder.look()
            if console.is_terminal:
                live.update(meter(look), refresh=True)
            if seconds is not None and look.seconds >= seconds:
                break


def meter(look: "Look") -> str:
    """0:07 ██████████···················· −20 dB  too loud"""
    level = 20 * math.log10(look.rms) if look.rms > 0 else -math.inf
    filled = round(CELLS * min(max(1 - level / FLOOR, 0.0), 1.0))
    bar = "█" * filled + "·" * (CELLS - filled)
    figure = f"{level:4.0f} dB" if math.isfinite(level) else "  −∞ dB"
    warning = "too loud" if look.clipped else "silence" if look.silent >= SILENT_S else ""
    minutes, rest = divmod(int(look.seconds), 60)
    return f"{minutes}:{rest:02} {bar} {figure.replace('-', '−')}  {warning}".rstrip()


def _folder() -> Path:
    return settings.data_folder() / "cases"


@contextmanager
def _told() -> Iterator[None]:
    """Why there is no sound is a problem like others."""
    from mmdesk.media.microphone import why
    from mmdesk.media.portaudio import NoSound

    try:
        yield
    except NoSound as problem:
        what, remedy = why(problem)
        raise UserProblem("mmdesk record", what.rstrip("."), remedy) from problem


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Ctrl+C ends the recording and keeps it."""
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
