"""Whether a window can be opened is asked before Qt is, because Qt aborts."""

import os
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
    monkeypatch.setattr(display, "_answers", lambda: os.environ["DISPLAY"] != ":7")
    return display.missing()


def test_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch) == "There is no display for a window."


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_display(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    assert asked(monkeypatch, **{variable: "offscreen"}) is None


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(monkeypatch, lost="libxcb-cursor.so.0", DISPLAY=":0")
    assert said is not None
    assert said.endswith("apt install libxcb-cursor0.")
    assert asked(monkeypatch, lost="libxcb-cursor.so.0", WAYLAND_DISPLAY="wayland-0") is None


def test_a_display_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, DISPLAY=":7") == "The display :7 does not answer."
    assert asked(monkeypatch, DISPLAY=":7", WAYLAND_DISPLAY="wayland-0") is None
    assert asked(monkeypatch, DISPLAY=":7", QT_QPA_PLATFORM="offscreen") is None


def test_a_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with xvfb.display() as name:
        monkeypatch.setenv("DISPLAY", name)
        assert display._answers()
    assert not display._answers()


def test_a_library_that_is_not_there() -> None:
    assert not display._loads("libnobody-ships-this.so.9")
