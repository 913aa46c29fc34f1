"""Whether a window can be opened is asked before Qt is, because Qt aborts."""

import os
import socket
import sys

import pytest
from support import xvfb

from mmdesk import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a display")
VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def asked(monkeypatch: pytest.MonkeyPatch, lost: str = "", **environment: str) -> str | None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(display, "_loads", lambda library: library != lost)
    monkeypatch.setattr(display, "_x11_answers", lambda: os.environ["DISPLAY"].endswith(":0"))
    monkeypatch.setattr(display, "_wayland_answers", lambda: os.environ["WAYLAND_DISPLAY"] == "wayland-0")
    return display.missing()


@pytest.mark.parametrize("platform", [{}, {"QT_QPA_PLATFORM": "xcb"}, {"QT_QPA_PLATFORM": "wayland"}])
def test_no_display(monkeypatch: pytest.MonkeyPatch, platform: dict[str, str]) -> None:
    assert asked(monkeypatch, **platform) == "There is no display for a window."


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": ":0"},
        {"DISPLAY": "unix:0"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":7"},
        {"WAYLAND_DISPLAY": "wayland-9", "DISPLAY": ":0"},
        {"QT_QPA_PLATFORM": "offscreen"},
        {"QT_QPA_PLATFORM": "offscreen:size=800x600", "DISPLAY": ":7"},
        {"QT_QPA_PLATFORM": "nonsense; xcb", "DISPLAY": ":0"},
    ],
)
def test_a_display(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    assert asked(monkeypatch, **environment) is None


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(monkeypatch, lost="libxcb-cursor.so.0", DISPLAY=":0")
    assert said is not None
    assert said.endswith("apt install libxcb-cursor0.")
    assert asked(monkeypatch, lost="libxcb-cursor.so.0", WAYLAND_DISPLAY="wayland-0") is None
    said = asked(monkeypatch, lost="libEGL.so.1", WAYLAND_DISPLAY="wayland-0")
    assert said is not None and said.endswith("apt install libegl1.")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DISPLAY": ":7"}, "The display :7 does not answer."),
        ({"WAYLAND_DISPLAY": "wayland-9"}, "The display wayland-9 does not answer."),
        ({"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":7"}, "The display :7 does"),
        ({"QT_QPA_PLATFORM": "vnc"}, "mmdesk was not tried on the platform vnc; unset QT_QPA_PLATFORM."),
        ({"QT_QPA_PLATFORM": "vnc;eglfs"}, "mmdesk was not tried on the platform eglfs;"),
    ],
)
def test_a_display_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    assert (asked(monkeypatch, **environment) or "").startswith(said)


@pytest.mark.parametrize("name", ["localhost:0", "far.example:0", "10.0.0.7:0.0", "tcp/far:0"])
@pytest.mark.parametrize(
    "others", [{}, {"QT_QPA_PLATFORM": "xcb;offscreen"}, {"WAYLAND_DISPLAY": "wayland-0"}]
)
def test_a_display_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, others: dict[str, str]
) -> None:
    said = asked(monkeypatch, DISPLAY=name, **others)
    assert said is not None and "nothing of a case may leave this machine" in said


def test_a_display_elsewhere_that_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, DISPLAY="far:0", QT_QPA_PLATFORM="offscreen") is None


def test_an_x_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with xvfb.display() as name:
        monkeypatch.setenv("DISPLAY", name)
        assert display._x11_answers()
    assert not display._x11_answers()


def test_a_compositor_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not display._loads("libwayland-client.so.0"):
        xvfb.missing("not installed: libwayland-client0")
    folder = tmp_path_factory.mktemp("run")  # of a name that fits a socket
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "wayland-0"))
        assert not display._wayland_answers()  # nobody listens
        server.listen()
        assert display._wayland_answers()


def test_a_library_that_is_not_there() -> None:
    assert not display._loads("libnobody-ships-this.so.9")
