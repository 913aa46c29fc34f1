"""Whether a window can be opened is asked before Qt is, because Qt aborts."""

import os
import socket
import sys
from collections.abc import Iterator

import pytest
from support import xvfb

from mmdesk import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a display")
VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder where a Wayland server listens as wayland-0."""
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "wayland-0"))
        yield


def asked(monkeypatch: pytest.MonkeyPatch, lost: str = "", **environment: str) -> str | None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(display, "_loads", lambda library: library != lost)
    monkeypatch.setattr(display, "_answers", lambda: os.environ["DISPLAY"].endswith(":0"))
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
        {"QT_QPA_PLATFORM": "nonsense;xcb", "DISPLAY": ":0"},
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
        ({"QT_QPA_PLATFORM": "vnc"}, "mmdesk cannot be drawn on the platform vnc."),
        ({"QT_QPA_PLATFORM": "vnc;eglfs"}, "mmdesk cannot be drawn on the platform eglfs."),
    ],
)
def test_a_display_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: str
) -> None:
    assert (asked(monkeypatch, **environment) or "").startswith(said)


@pytest.mark.parametrize("name", ["localhost:0", "far.example:0", "10.0.0.7:0.0", "tcp/far:0"])
def test_a_display_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    said = asked(monkeypatch, DISPLAY=name)
    assert said is not None and "nothing of a case may leave this machine" in said


def test_a_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with xvfb.display() as name:
        monkeypatch.setenv("DISPLAY", name)
        assert display._answers()
    assert not display._answers()


def test_a_library_that_is_not_there() -> None:
    assert not display._loads("libnobody-ships-this.so.9")
