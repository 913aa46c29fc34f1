"""Does this computer have what mmdesk needs? A line for each thing, and what to do where it has not.

The lines are made to be sent with a bug report: they name no case, no input and nothing of what a case
holds, and ~ stands for the user's home folder.
"""

import os
import platform
import re
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import psutil

from mmdesk import __version__, display, resources, settings
from mmdesk.engine import StopToken
from mmdesk.errors import PackProblem, SettingsProblem, UserProblem
from mmdesk.events import Failed, InputFailed
from mmdesk.packs import files, manifest
from mmdesk.settings import Settings

GB = 2**30
# What window and engine hold together (`python -m benchmarks window` prints it), and a third more.
MEMORY = 1.25 * GB
LITTLE_DISK, NO_DISK = 1 * GB, 0.1 * GB  # a case is some MB
LAST = "engine"


class State(StrEnum):
    """NOTE: mmdesk works without it."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


OK, NOTE, PROBLEM = State


@dataclass(frozen=True, slots=True)
class Check:
    """`found` and `remedy` are one line each."""

    name: str
    state: State
    found: str
    remedy: str = ""


def checks() -> Iterator[Check]:
    """One after the other, each as soon as it is known; the last one is named LAST."""
    chosen, of_settings = _settings()
    yield from _safely("versions", _versions())
    yield from _safely("display", _display())
    yield from _safely("sound", _sound())
    yield from _safely("device", _device(chosen.device))
    yield from _safely("memory", _memory())
    yield from _safely("disk", _disk())
    yield _private(_folder("settings folder", settings.config_folder, "MMDESK_HOME"))
    yield _private(_folder("data folder", settings.data_folder, "MMDESK_HOME"))
    yield _private(_folder("temporary folder", lambda: Path(tempfile.gettempdir()), "TMPDIR"))
    yield _private(of_settings)
    whole = True
    for check in _safely("pack", _packs(chosen.pack)):
        whole = whole and check.state is OK
        yield check
    if whole:
        yield from _safely(LAST, _engine(chosen))
    else:
        yield Check(LAST, NOTE, "not tried, since a pack is not whole", "Mend the pack first.")


def as_text(check: Check) -> str:
    """A line, and below it what to do."""
    line = f"{check.state:<9}{check.name:<18}{check.found}"
    return f"{line}\n{'':27}{check.remedy}" if check.remedy else line


def _versions() -> Iterator[Check]:
    try:  # each by name: PyInstaller looks for such calls, and takes along what they ask for
        qt, torch = metadata.version("PySide6"), metadata.version("torch")
    except metadata.PackageNotFoundError as error:
        yield Check("versions", PROBLEM, f"{error.name} is not installed", "Install mmdesk again.")
        return
    system = f"Python {platform.python_version()}, {platform.platform()}"
    found = f"mmdesk {__version__}, {system}, PySide6 {qt}, torch {torch}"
    yield Check("versions", OK, f"{found}, a frozen build" if getattr(sys, "frozen", False) else found)


def _display() -> Iterator[Check]:
    kinds = {
        "QT_QPA_PLATFORM": "the platform {}", "WAYLAND_DISPLAY": "Wayland {}", "DISPLAY": "X11, screen {}",
    }  # fmt: skip
    there = [kind.format(os.environ[name]) for name, kind in kinds.items() if os.environ.get(name)]
    if (missing := display.missing()) is None:
        yield Check("display", OK, there[0] if there else "the system's own")
    else:
        yield Check("display", PROBLEM if there else NOTE, missing, "Use mmdesk analyze instead.")


def _sound() -> Iterator[Check]:
    mute = "heart sounds cannot be played"
    try:
        import sounddevice
    except OSError:  # PortAudio's library is not there
        again = "Install mmdesk again: its package sounddevice brings PortAudio."
        remedy = "On Debian: apt install libportaudio2." if sys.platform.startswith("linux") else again
        yield Check("sound", NOTE, f"PortAudio is missing; {mute}", remedy)
        return
    except Exception as error:  # PortAudio's own, whose class would come with the module
        remedy = "Restart the computer; if that does not help, install mmdesk again."
        yield Check("sound", NOTE, f"PortAudio does not start ({_words(error)}); {mute}", remedy)
        return
    try:
        version = sounddevice.get_portaudio_version()[1].partition(",")[0]  # "PortAudio V19.6.0-devel, …"
        output = sounddevice.query_devices(kind="output")["name"]
        inputs = sum(one["max_input_channels"] > 0 for one in sounddevice.query_devices())
    except sounddevice.PortAudioError:
        yield Check("sound", NOTE, f"no sound device was found; {mute}", "Plug one in and check again.")
    else:
        yield Check("sound", OK, f"{version}, plays on {output}, inputs: {inputs}")


def _device(chosen: str) -> Iterator[Check]:
    try:
        gpu, build = _gpu()
    except (ImportError, OSError) as error:
        yield Check("device", PROBLEM, f"torch cannot be loaded ({_words(error)})", "Install mmdesk again.")
        return
    if gpu is not None:
        yield Check("device", OK, gpu)
    elif not _has_nvidia():
        yield Check("device", OK, f"no NVIDIA GPU; the CPU is used, {os.cpu_count()} cores")
    elif build is None:
        found = "there is an NVIDIA GPU, but this torch is built for the CPU"
        remedy = "The CPU is enough. For the GPU, install a torch with CUDA (pytorch.org)."
        yield Check("device", NOTE, found, remedy)
    else:
        found = "there is an NVIDIA GPU, but torch cannot use it"
        yield Check("device", NOTE, found, "The CPU is enough. For the GPU, update the NVIDIA driver.")
    if chosen == "cuda" and gpu is None:
        yield Check("device", PROBLEM, "the settings name CUDA, which is not here", "Choose the device cpu.")


def _gpu() -> tuple[str | None, str | None]:
    """Name and memory of the GPU that encoders would run on, None where there is none that computes; the
    CUDA that this torch was built for, if any."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a driver or a GPU that is too old
        if not torch.cuda.is_available():
            return None, torch.version.cuda
        try:
            torch.ones(1, device="cuda").sum().item()  # an old GPU is found, but has no kernels
        except RuntimeError:
            return None, torch.version.cuda
        found = torch.cuda.get_device_properties(0)
    return f"GPU: {found.name}, {_gigabytes(found.total_memory)} GB", torch.version.cuda


def _has_nvidia() -> bool:
    if not sys.platform.startswith("linux"):
        return shutil.which("nvidia-smi") is not None
    return any(Path(path).exists() for path in ("/dev/nvidia0", "/proc/driver/nvidia"))


def _memory() -> Iterator[Check]:
    memory = psutil.virtual_memory()
    found = f"{_gigabytes(memory.available)} of {_gigabytes(memory.total)} GB are free"
    needed = f"{found}; mmdesk needs {_gigabytes(MEMORY)} GB"
    if memory.total < MEMORY:
        yield Check("memory", PROBLEM, needed, "Use a computer with more memory.")
    elif memory.available < MEMORY:  # a window that is open has its share already
        yield Check("memory", NOTE, needed, "Close other programs if mmdesk is slow.")
    else:
        yield Check("memory", OK, found)


def _disk() -> Iterator[Check]:
    free = shutil.disk_usage(_nearest(settings.data_folder())).free  # where cases are kept
    state = PROBLEM if free < NO_DISK else NOTE if free < LITTLE_DISK else OK
    remedy = "" if state is OK else "Make room on the disk."
    yield Check("disk", state, f"{_gigabytes(free)} GB are free", remedy)


def _folder(name: str, find: Callable[[], Path], variable: str) -> Check:
    """Whether it can be written, or made. Nothing is left there, even by a process that is killed."""
    where = "it"
    try:
        folder = find()
        where = str(folder)
        with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        remedy = f"Get the right to write there, make room, or name another folder in {variable}."
        return Check(name, PROBLEM, f"{where} cannot be written ({_words(error)})", remedy)
    except UserProblem as problem:
        return Check(name, PROBLEM, problem.problem, problem.remedy)
    return Check(name, OK, where)


def _nearest(folder: Path) -> Path:
    """What there is of it already."""
    return next((path for path in (folder, *folder.parents) if path.exists()), folder)


def _settings() -> tuple[Settings, Check]:
    """What would be used, and how the file is; it is not touched."""
    try:
        chosen, warning = settings.look()
    except SettingsProblem as problem:
        return Settings(), Check("settings", PROBLEM, f"the settings file {problem.problem}", problem.remedy)
    except UserProblem as problem:
        return Settings(), Check("settings", PROBLEM, problem.problem, problem.remedy)
    if warning is None:
        return chosen, Check("settings", OK, "they can be used")
    return chosen, Check("settings", NOTE, warning, "Choose again in the settings, or mend settings.toml.")


def _packs(chosen: str) -> Iterator[Check]:
    """The built-in ones, and the chosen one."""
    for folder in files.packs():
        yield _pack(folder)
    folder = files.find(chosen)
    if folder not in files.packs():
        yield _pack(folder)


def _pack(folder: Path) -> Check:
    try:
        files.check(folder)
        read = manifest.read(folder)
    except PackProblem as problem:
        what = re.sub("holds .+, which", "holds a file, which", problem.problem)  # it may be a case
        return Check("pack", PROBLEM, f"{problem.name}: {what}", problem.remedy)
    return Check("pack", OK, f"{read.name} {read.version}: all hashes match")


def _engine(chosen: Settings) -> Iterator[Check]:
    """The whole, with the sample case."""
    from mmdesk.engine.local import LocalEngine

    engine = LocalEngine(files.find(chosen.pack), chosen.device)
    start = time.perf_counter()
    for event in engine.analyze(resources.sample_case(), StopToken()):
        if isinstance(event, InputFailed):
            raise UserProblem(event.name, event.problem, event.remedy)
        if isinstance(event, Failed):
            why = event.detail.strip().splitlines()[-1] if event.detail else event.problem
            yield Check(LAST, PROBLEM, f"the sample case could not be read: {why}", event.remedy)
            return
    seconds = time.perf_counter() - start
    device = "GPU" if engine.device == "cuda" else "CPU"
    yield Check(LAST, OK, f"the sample case was read in {seconds:.1f} s on the {device}")


def _safely(name: str, found: Iterator[Check]) -> Iterator[Check]:
    """What one check did not foresee must not end the others."""
    try:
        for check in found:
            yield _private(check)
    except UserProblem as problem:
        yield _private(Check(name, PROBLEM, f"{problem.name}: {problem.problem}", problem.remedy))
    except (ImportError, MemoryError, OSError, RuntimeError) as error:
        remedy = "Please report it with all of these lines."
        yield _private(Check(name, PROBLEM, f"this could not be checked: {_words(error)}", remedy))


def _words(error: Exception) -> str:
    """Of an OSError what the system calls it, since its own text may name any file."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _gigabytes(size: float) -> str:
    return f"{size / GB:.1f}"


def _private(check: Check) -> Check:
    """On one line, with ~ for the user's home folder."""
    try:
        home = Path.home()
    except RuntimeError:  # this user has none
        home = Path("/")
    texts = [check.found, check.remedy]
    for folder in {home, Path(os.path.realpath(home))}:
        if folder.parent != folder:
            path = r"[\\/]+".join(map(re.escape, re.split(r"[\\/]", str(folder))))
            whole = re.compile(rf"(?<![\w.-]){path}(?![\w.-])", re.IGNORECASE)
            texts = [whole.sub("~", text) for text in texts]
    found, remedy = (" ".join(text.split()) for text in texts)
    return replace(check, found=found, remedy=remedy)
