"""The doctor: each check where all is well and where it is not; it changes nothing and tells of no one."""

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import platformdirs
import psutil
import pytest
from typer.testing import CliRunner

from mmdesk import cli, codec, display, doctor, settings
from mmdesk.archive import Archive
from mmdesk.case import Case, Input, Modality
from mmdesk.doctor import LAST, NOTE, OK, PROBLEM, Check, State
from mmdesk.engine import local
from mmdesk.errors import UserProblem
from mmdesk.events import Event, Failed, InputFailed, Stage, StageStarted
from mmdesk.packs import files
from mmdesk.settings import Settings

NAMES = [
    "versions", "display", "sound", "device", "memory", "disk",
    "settings folder", "data folder", "temporary folder", "settings", "pack", "pack", "engine",
]  # fmt: skip
SCREENS = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
NEEDED = "mmdesk needs 1.2 GB"
MUTE = "heart sounds cannot be played"
GPU = SimpleNamespace(name="NVIDIA H100", total_memory=80 * doctor.GB)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where mmdesk keeps things; it is not there yet."""
    monkeypatch.setenv("MMDESK_HOME", str(tmp_path / "kept" / "mmdesk"))
    return tmp_path / "kept" / "mmdesk"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def choose(home: Path, **chosen: object) -> None:
    home.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in chosen.items()]
    (home / "settings.toml").write_text("".join(lines))


def seen(folder: Path) -> dict[str, bytes | None]:
    """All that lies in a folder, with its bytes."""
    paths = sorted(folder.rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


def only(found: Iterator[Check]) -> Check:
    (check,) = found
    return check


def doctors(*arguments: str) -> str:
    return CliRunner().invoke(cli.app, ["doctor", *arguments], catch_exceptions=False).output


# ---- the whole


def test_all_is_checked_and_nothing_is_left(
    tmp_path: Path, home: Path, temporary: Path, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = shutil.copytree(tiny_pack, tmp_path / "own" / "tiny")
    monkeypatch.setattr(settings, "look", lambda: (Settings(pack=str(pack)), None))
    before = seen(tmp_path)
    found = list(doctor.checks())
    assert [check.name for check in found] == NAMES
    assert [check for check in found if check.state is PROBLEM] == []
    assert all(bool(check.remedy) == (check.state is not OK) for check in found)
    assert found[-1].name == doctor.LAST
    assert seen(tmp_path) == before
    assert not home.parent.exists()


def test_no_case_is_told_of(home: Path, tiny_pack: Path, tmp_path: Path) -> None:
    """Not even where one lies in a pack."""
    pack = shutil.copytree(tiny_pack, tmp_path / "tiny")
    (pack / "Ada Lovelace.mmcase").write_bytes(b"1815")
    case = Case({Modality.RECORD: (Input.from_text("Ada Lovelace, 1815", "Lovelace.txt"),)}, "Is Ada ill?")
    kept = Archive(home / "cases").keep(case)
    assert kept is not None
    kept.with_name("Ada Lovelace.mmcase").write_bytes(kept.read_bytes())
    choose(home, pack=str(pack))
    text = doctors() + doctors("--json")
    assert "tiny: the pack holds a file, which is no part of a pack and will not be opened" in text
    assert not any(word in text for word in ("Ada", "Lovelace", "1815", case.id))


def test_the_users_home_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "ada")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "link")
    for name in ("link", "ada"):
        monkeypatch.setenv("MMDESK_HOME", str(tmp_path / name / "kept"))
        assert f"data folder       ~{os.sep}kept\n" in doctors()


@pytest.mark.parametrize(
    ("user", "text", "shown"),
    [
        ("/home/ada", "/home/ada/x and /home/ada", "~/x and ~"),
        ("/home/ada", "/home/ada2/x, /home/ada.old, /srv/home/ada/x", None),
        ("/", "/tmp/x / y", None),
        ("C:\\Users\\Ada", "C:\\Users\\Ada\\x, c:/users/ada/y", "~\\x, ~/y"),
    ],
)
def test_only_the_users_home_is_hidden(
    monkeypatch: pytest.MonkeyPatch, user: str, text: str, shown: str | None
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path(user))
    monkeypatch.setattr(os.path, "realpath", lambda path: user)
    check = doctor._private(Check("x", OK, text, text))
    assert (check.found, check.remedy) == (shown or text, shown or text)


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    assert doctor._private(Check("x", OK, "two\nlines ")).found == "two lines"


def test_nobodys_computer_is_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("MMDESK_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_config_path", find)
    monkeypatch.setattr(platformdirs, "user_data_path", find)
    monkeypatch.setattr(doctor, "_engine", lambda chosen: iter([Check(LAST, OK, "")]))
    found = {check.name: check for check in doctor.checks()}
    for name in ("disk", "settings folder", "data folder", "settings"):
        assert found[name].state is PROBLEM
        assert "this user has no home folder" in found[name].found
        assert found[name].remedy == "Name one in MMDESK_HOME."
    assert found["pack"].state is OK
    assert found[LAST].state is OK


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "x", "/data/Ada.mmcase"), os.strerror(errno.EACCES)),
        (OSError("no number"), "OSError: no number"),
        (RuntimeError("CUDA error"), "RuntimeError: CUDA error"),
        (ImportError("no library"), "ImportError: no library"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_a_check_that_fails_is_a_line_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fails(*arguments: object) -> Iterator[Check]:
        raise error
        yield

    for name in ("_sound", "_engine"):
        monkeypatch.setattr(doctor, name, fails)
    found = {check.name: check for check in doctor.checks()}
    remedy = "Please report it with all of these lines."
    for name in ("sound", "engine"):
        assert found[name] == Check(name, PROBLEM, f"this could not be checked: {words}", remedy)
    assert found["pack"].state is OK


def test_a_mistake_in_the_doctor_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: None)
    with pytest.raises(AttributeError):
        list(doctor.checks())


# ---- the command


def test_a_line_each_and_what_to_do_below(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (
        Check("display", OK, "X11, screen :0"),
        Check("temporary folder", PROBLEM, "full", "Make room."),
    )
    shown: list[str] = []

    def give() -> Iterator[Check]:
        for check in checks:
            yield check
            shown.append(sys.stdout.buffer.getvalue().decode())  # type: ignore[attr-defined]

    monkeypatch.setattr(doctor, "checks", give)
    first = "ok       display           X11, screen :0\n"
    rest = f"problem  temporary folder  full\n{' ' * 27}Make room.\n"
    assert doctors() == first + rest
    assert shown == [first, first + rest]  # each as soon as it is known


def test_json_is_a_check_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [Check("display", OK, "Größe"), Check("disk", NOTE, "0.5 GB are free", "Make room.")]
    monkeypatch.setattr(doctor, "checks", lambda: iter(checks))
    lines = doctors("--json").splitlines()
    assert [codec.decode(Check, json.loads(line)) for line in lines] == checks
    assert "Größe" in lines[0]


@pytest.mark.parametrize(("state", "code"), [(OK, 0), (NOTE, 0), (PROBLEM, 1)])
def test_only_a_problem_is_a_failure(monkeypatch: pytest.MonkeyPatch, state: doctor.State, code: int) -> None:
    monkeypatch.setattr(doctor, "checks", lambda: iter([Check("disk", state, "x"), Check("disk", OK, "x")]))
    assert CliRunner().invoke(cli.app, ["doctor"]).exit_code == code


# ---- what the computer has


def test_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    found = only(doctor._versions())
    assert found.state is OK
    assert found.found.startswith("mmdesk 0") and f"torch {metadata.version('torch')}" in found.found
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert only(doctor._versions()).found == f"{found.found}, a frozen build"


def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    found = only(doctor._versions())
    assert found == Check("versions", PROBLEM, "PySide6 is not installed", "Install mmdesk again.")


@pytest.mark.parametrize(
    ("screens", "missing", "check"),
    [
        ({}, None, Check("display", OK, "the system's own")),
        ({"DISPLAY": ":0"}, None, Check("display", OK, "X11, screen :0")),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, None, Check("display", OK, "Wayland wayland-0")),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "xcb"}, None, Check("display", OK, "the platform xcb")),
        ({}, "No display.", Check("display", NOTE, "No display.", "Use mmdesk analyze instead.")),
        (
            {"DISPLAY": ":0"},
            "A window needs libraries.",
            Check("display", PROBLEM, "A window needs libraries.", "Use mmdesk analyze instead."),
        ),
    ],
)
def test_display(
    monkeypatch: pytest.MonkeyPatch, screens: dict[str, str], missing: str | None, check: Check
) -> None:
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    for name, value in screens.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(display, "missing", lambda: missing)
    assert only(doctor._display()) == check


def sounddevice(output: dict[str, Any] | None, inputs: int) -> ModuleType:
    """As far as the doctor knows it; without an output it raises."""
    module = ModuleType("sounddevice")

    class PortAudioError(Exception):
        pass

    def query_devices(kind: str = "") -> Any:
        if output is None:
            raise PortAudioError("Error querying device -1")
        outputs = [{"name": "HDMI", "max_input_channels": 0}]
        return output if kind else outputs + [{"name": "mic", "max_input_channels": 2}] * inputs

    vars(module).update(
        PortAudioError=PortAudioError,
        query_devices=query_devices,
        get_portaudio_version=lambda: (1246976, "PortAudio V19.7.0, revision 147dd722"),
    )
    return module


@pytest.mark.parametrize(
    ("module", "check"),
    [
        (
            sounddevice({"name": "USB: Headset"}, 3),
            Check("sound", OK, "PortAudio V19.7.0, plays on USB: Headset, inputs: 3"),
        ),
        (
            sounddevice(None, 0),
            Check("sound", NOTE, f"no sound device was found; {MUTE}", "Plug one in and check again."),
        ),
    ],
)
def test_sound(monkeypatch: pytest.MonkeyPatch, module: ModuleType, check: Check) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    assert only(doctor._sound()) == check


RESTART = "Restart the computer; if that does not help, install mmdesk again."


@pytest.mark.parametrize(
    ("platform", "error", "found", "remedy"),
    [
        ("linux", "OSError", "PortAudio is missing", "On Debian: apt install libportaudio2."),
        (
            "win32", "OSError", "PortAudio is missing",
            "Install mmdesk again: its package sounddevice brings PortAudio.",
        ),
        ("linux", "Exception", "PortAudio does not start (Exception: no host)", RESTART),
    ],
)  # fmt: skip
def test_no_portaudio(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, error: str, found: str, remedy: str
) -> None:
    (tmp_path / "sounddevice.py").write_text(f"raise {error}('no host')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    assert only(doctor._sound()) == Check("sound", NOTE, f"{found}; {MUTE}", remedy)


def torch(gpu: SimpleNamespace | None, build: str | None = "13.0", computes: bool = True) -> ModuleType:
    module = ModuleType("torch")

    def ones(*arguments: object, device: str) -> Any:
        if not computes:
            raise RuntimeError("no kernel image is available for execution on the device")
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: 1.0))

    vars(module).update(
        cuda=SimpleNamespace(is_available=lambda: gpu is not None, get_device_properties=lambda number: gpu),
        version=SimpleNamespace(cuda=build),
        ones=ones,
    )
    return module


@pytest.mark.parametrize(
    ("module", "nvidia", "state", "found"),
    [
        (torch(GPU), True, OK, "GPU: NVIDIA H100, 80.0 GB"),
        (torch(None), False, OK, f"no NVIDIA GPU; the CPU is used, {os.cpu_count()} cores"),
        (torch(None), True, NOTE, "there is an NVIDIA GPU, but torch cannot use it"),
        (torch(GPU, computes=False), True, NOTE, "there is an NVIDIA GPU, but torch cannot use it"),
        (torch(None, None), True, NOTE, "there is an NVIDIA GPU, but this torch is built for the CPU"),
        (None, False, PROBLEM, "torch cannot be loaded (ModuleNotFoundError: "),
    ],
)
def test_device(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType | None,
    nvidia: bool,
    state: doctor.State,
    found: str,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setattr(doctor, "_has_nvidia", lambda: nvidia)
    check = only(doctor._device("auto"))
    assert (check.name, check.state) == ("device", state)
    assert check.found.startswith(found)
    assert bool(check.remedy) == (state is not OK)


@pytest.mark.parametrize("gpu", [GPU, None])
def test_cuda_is_chosen(monkeypatch: pytest.MonkeyPatch, gpu: SimpleNamespace | None) -> None:
    monkeypatch.setitem(sys.modules, "torch", torch(gpu))
    monkeypatch.setattr(doctor, "_has_nvidia", lambda: False)
    _, *more = doctor._device("cuda")
    problem = Check("device", PROBLEM, "the settings name CUDA, which is not here", "Choose the device cpu.")
    assert more == ([] if gpu else [problem])


@pytest.mark.parametrize(
    ("platform", "there", "has"),
    [
        ("linux", "/dev/nvidia0", True),
        ("linux", "/proc/driver/nvidia", True),
        ("linux", "nvidia-smi", False),
        ("win32", "nvidia-smi", True),
        ("win32", "/dev/nvidia0", False),
    ],
)
def test_an_nvidia_gpu(monkeypatch: pytest.MonkeyPatch, platform: str, there: str, has: bool) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "exists", lambda path: path.as_posix() == there)
    monkeypatch.setattr(shutil, "which", lambda name: name if name == there else None)
    assert doctor._has_nvidia() is has


@pytest.mark.parametrize(
    ("available", "total", "state", "found", "remedy"),
    [
        (1.25, 8, OK, "1.2 of 8.0 GB are free", ""),
        (1.2, 8, NOTE, f"1.2 of 8.0 GB are free; {NEEDED}", "Close other programs if mmdesk is slow."),
        (0.5, 1, PROBLEM, f"0.5 of 1.0 GB are free; {NEEDED}", "Use a computer with more memory."),
    ],
)
def test_memory(
    monkeypatch: pytest.MonkeyPatch, available: float, total: float, state: State, found: str, remedy: str
) -> None:
    memory = SimpleNamespace(available=available * doctor.GB, total=total * doctor.GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert only(doctor._memory()) == Check("memory", state, found, remedy)


@pytest.mark.parametrize(
    ("free", "state", "remedy"),
    [(1.0, OK, ""), (0.99, NOTE, "Make room on the disk."), (0.09, PROBLEM, "Make room on the disk.")],
)
def test_disk(
    monkeypatch: pytest.MonkeyPatch, home: Path, free: float, state: doctor.State, remedy: str
) -> None:
    asked: list[Path] = []
    usage = SimpleNamespace(free=free * doctor.GB)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: asked.append(path) or usage)
    assert only(doctor._disk()) == Check("disk", state, f"{free:.1f} GB are free", remedy)
    assert asked == [home.parents[1]]  # what there is of the folder


# ---- folders

GET = "Get the right to write there, make room, or name another folder in HOME."


def test_a_folder_that_can_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert doctor._folder("x", lambda: folder, "HOME") == Check("x", OK, str(folder))
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    folder = tmp_path / "a" / "b"
    found = f"{folder} cannot be written ({os.strerror(errno.ENOTDIR)})"
    assert doctor._folder("x", lambda: folder, "HOME") == Check("x", PROBLEM, found, GET)


def test_a_folder_is_really_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        assert os.fstat(handle).st_size > 0
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    found = f"{tmp_path} cannot be written ({os.strerror(errno.ENOSPC)})"
    assert doctor._folder("x", lambda: tmp_path, "HOME") == Check("x", PROBLEM, found, GET)
    assert list(tmp_path.iterdir()) == []


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/data/Ada']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    (check,) = (check for check in doctor.checks() if check.name == "temporary folder")
    assert check.found == f"it cannot be written ({os.strerror(errno.ENOENT)})"
    assert check.remedy.endswith("in TMPDIR.")


# ---- settings, packs, engine


@pytest.mark.parametrize(
    ("text", "state", "found", "remedy"),
    [
        (None, OK, "they can be used", ""),
        ('device = "cpu"', OK, "they can be used", ""),
        (
            "text_size = 110", NOTE,
            "In the settings: not a usable value, so the default is used: text_size.",
            "Choose again in the settings, or mend settings.toml.",
        ),
        (
            "version = 9", PROBLEM, "the settings file was written by a newer mmdesk",
            "Update mmdesk; else the next start of mmdesk sets it aside.",
        ),
        (
            "version = 0", PROBLEM, "the settings file is broken",
            "Mend it; else the next start of mmdesk sets it aside.",
        ),
        (
            "= broken", PROBLEM, "the settings file is broken",
            "Mend it; else the next start of mmdesk sets it aside.",
        ),
    ],
)  # fmt: skip
def test_settings(home: Path, text: str | None, state: doctor.State, found: str, remedy: str) -> None:
    home.mkdir(parents=True)
    if text is not None:
        (home / "settings.toml").write_text(text)
    before = seen(home)
    chosen, check = doctor._settings()
    assert check == Check("settings", state, found, remedy)
    assert chosen == Settings(device="cpu" if text == 'device = "cpu"' else "auto")
    assert seen(home) == before


def test_settings_that_cannot_be_read(home: Path) -> None:
    (home / "settings.toml").mkdir(parents=True)
    _, check = doctor._settings()
    assert check.state is NOTE
    assert check.found.startswith("The settings cannot be read (")


def copied(pack: Path, to: Path) -> Path:
    """Where mmdesk looks for packs, and nowhere else."""
    return shutil.copytree(pack, to / "packs" / "tiny")


def test_packs(tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in, own = copied(tiny_pack, tmp_path), shutil.copytree(tiny_pack, tmp_path / "own")
    monkeypatch.setattr(files, "packs", lambda: [built_in])
    sound = Check("pack", OK, "tiny 0.3.0: all hashes match")
    assert list(doctor._packs("tiny")) == [sound]
    assert list(doctor._packs(str(own))) == [sound, sound]
    (own / "weights.safetensors").write_bytes(b"")
    changed = "own: weights.safetensors was changed: its SHA-256 is not the one in SHA256SUMS"
    assert list(doctor._packs(str(own))) == [sound, Check("pack", PROBLEM, changed, files.AGAIN)]


def test_a_pack_that_is_gone_and_the_engine_that_is_not_tried(home: Path) -> None:
    choose(home, pack="/gone/away")
    *_, built_in, gone, engine = doctor.checks()
    assert built_in.state is OK
    assert (gone.name, gone.state) == ("pack", PROBLEM)
    assert gone.found.startswith("/gone/away: this is neither a ")
    assert engine == Check("engine", NOTE, "not tried, since a pack is not whole", "Mend the pack first.")


def test_the_engine_reads_the_sample(tiny_pack: Path) -> None:
    check = only(doctor._engine(Settings(pack=str(tiny_pack), device="cpu")))
    assert (check.name, check.state, check.remedy) == ("engine", OK, "")
    assert check.found.startswith("the sample case was read in ") and check.found.endswith(" s on the CPU")


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (InputFailed(Modality.IMAGE, "a.png", "this is empty", "Do."), "a.png: this is empty"),
        (Failed(Stage.READ, "no memory", "Do."), "the sample case could not be read: no memory"),
        (
            Failed(Stage.READ, "a mistake (KeyError)", "Do.", "Traceback:\n  line 1\nKeyError: 'x'\n"),
            "the sample case could not be read: KeyError: 'x'",
        ),
        (UserProblem("cuda", "no CUDA device is there", "Do."), "cuda: no CUDA device is there"),
    ],
)
def test_the_engine_fails(monkeypatch: pytest.MonkeyPatch, event: Event | UserProblem, found: str) -> None:
    class LocalEngine:
        device = "cpu"

        def __init__(self, pack: Path, device: str) -> None:
            if isinstance(event, UserProblem):
                raise event

        def analyze(self, *arguments: object) -> Iterator[object]:
            return iter([StageStarted(Stage.READ), event])

    monkeypatch.setattr(local, "LocalEngine", LocalEngine)
    check = only(doctor._safely("engine", doctor._engine(Settings())))
    assert check == Check("engine", PROBLEM, found, "Do.")
