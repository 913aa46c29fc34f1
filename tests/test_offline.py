"""No socket of the internet is ever made, by the window, its engine's process or the command line; and the
window does its work where there is no network."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import xvfb

import mmdesk
from mmdesk import resources

SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")
NO_INTERNET = (sys.executable, str(Path(__file__).parent / "support" / "no_internet.py"))
NAMESPACES = (("unshare", "--user", "--map-root-user", "--net"), ("unshare", "--net"))
QT_DOORS = ("QtNetwork", "QtWeb", "QDesktopServices", "OpenExternalLinks")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="system calls and namespaces of Linux")

MAKE_A_SOCKET = "import socket; socket.socket(socket.{}, socket.SOCK_DGRAM).close()"
START_ANOTHER = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {!r}]) + 100)"
CALL = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.syscall({}), ctypes.get_errno())"
ANALYSE = """
import json, sys
from PySide6.QtWidgets import QApplication
from mmdesk import settings
from mmdesk.ui.app import Application
from support.real_window import Hand
app = QApplication(sys.argv[:1])
application = Application(app, *settings.load())
application.start((), demo=False)
hand = Hand(application)
saw = hand.analysis(hand.window.report._sample.click)
application.window.close()
app.exec()
print(json.dumps({**saw, "platform": app.platformName()}))
"""
NO_INTERFACE = """
import errno, os, socket, sys
assert [name for _, name in socket.if_nameindex()] == ["lo"]
assert socket.socket().connect_ex(("127.0.0.1", 9)) == errno.ENETUNREACH, "lo is up"
os.execv(sys.argv[1], sys.argv[1:])
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        timeout=120, capture_output=True, text=True, check=False,
    )  # fmt: skip


def analysed(home: Path, *launcher: str, **environment: str) -> str:
    """Open the window, analyse the sample, close it; gives the platform that it was drawn on."""
    home.mkdir()
    (home / "settings.toml").write_text('language = "en"\n')
    command = (*launcher, sys.executable, "-W", "error", "-c", ANALYSE)
    done = run(*command, MMDESK_HOME=str(home), **environment)
    assert (done.returncode, done.stderr) == (0, "")
    saw = json.loads(done.stdout)
    assert saw["failed"] == []
    assert saw["reused"] == dict.fromkeys(resources.sample_case().inputs, False)
    assert saw["shown"] == saw["sentences"] != []
    return str(saw["platform"])


@pytest.fixture
def without_network() -> list[str]:
    """The start of a command that runs in a network of its own, with no interface."""
    for command in NAMESPACES:
        if shutil.which(command[0]) and run(*command, "true").returncode == 0:
            return [*command, sys.executable, "-c", NO_INTERFACE]
    return xvfb.missing("no network namespace may be made here")


@pytest.fixture
def display() -> Iterator[str]:
    with xvfb.display() as name:
        yield name


@pytest.mark.parametrize("before", [{}, dict.fromkeys(SWITCHES, "0")])
def test_offline_is_switched_on_before_anything_is_imported(
    before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)
    look = "import os, sys; before = {*sys.modules}; import mmdesk; print(*{*sys.modules} - before)"
    done = run(sys.executable, "-c", f"{look}; print(*map(os.environ.get, {SWITCHES}))", **before)
    assert done.stdout.splitlines() == ["mmdesk", "1 1 1 1"], done.stderr


def test_no_module_uses_what_qt_has_for_the_network() -> None:
    """What an import contract cannot say: to it PySide6 is one module."""
    modules = list(Path(mmdesk.__file__).parent.rglob("*.py"))
    assert modules
    assert [p for p in modules if any(door in p.read_text(encoding="utf-8") for door in QT_DOORS)] == []


@LINUX
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_a_socket_of_the_internet_kills_its_process(family: str) -> None:
    make = MAKE_A_SOCKET.format(family)
    assert run(*NO_INTERNET, sys.executable, "-c", make).returncode == -signal.SIGSYS
    child = START_ANOTHER.format(make)
    assert run(*NO_INTERNET, sys.executable, "-c", child).returncode == 100 - signal.SIGSYS


@LINUX
@pytest.mark.parametrize("family", ["AF_UNIX", "AF_NETLINK"])
def test_other_sockets_are_allowed(family: str) -> None:
    done = run(*NO_INTERNET, sys.executable, "-c", MAKE_A_SOCKET.format(family))
    assert (done.returncode, done.stderr) == (0, "")


@LINUX
@pytest.mark.parametrize(
    ("call", "output", "code"),
    [
        pytest.param("425, 1, 0", f"-1 {errno.ENOSYS}\n", 0, id="io_uring_setup"),
        pytest.param("0x40000029, 2, 1, 0", "", -signal.SIGSYS, id="socket of x32"),
    ],
)
def test_no_other_call_makes_sockets(call: str, output: str, code: int) -> None:
    done = run(*NO_INTERNET, sys.executable, "-c", CALL.format(call))
    assert (done.stdout, done.returncode) == (output, code)


@LINUX
def test_the_window_and_its_engine_make_no_socket_of_the_internet(tmp_path: Path) -> None:
    assert analysed(tmp_path / "home", *NO_INTERNET, QT_QPA_PLATFORM="offscreen") == "offscreen"


@LINUX
def test_the_window_works_without_a_network(tmp_path: Path, without_network: list[str], display: str) -> None:
    drawn = analysed(tmp_path / "home", *without_network, QT_QPA_PLATFORM="xcb", DISPLAY=display)
    assert drawn == "xcb"


@LINUX
def test_the_command_line_makes_no_socket_of_the_internet(tmp_path: Path) -> None:
    sample = resources.folder() / "samples" / "sample"
    files = {"image": "radiograph.png", "audio": "heart_sound.wav", "record": "record.txt"}
    options = [word for name, file in files.items() for word in (f"--{name}", str(sample / file))]
    out = tmp_path / "report.json"
    done = run(*NO_INTERNET, sys.executable, "-m", "mmdesk", "analyze", *options, "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert all(section["sentences"] for section in json.loads(out.read_text(encoding="utf-8"))["sections"])


@LINUX
def test_help_makes_no_socket_of_the_internet() -> None:
    done = run(*NO_INTERNET, sys.executable, "-m", "mmdesk", "--help")
    assert done.returncode == 0 and "analyze" in done.stdout
