"""Can a window be opened here? Qt aborts the whole process where it cannot, so it is asked before."""

import ctypes
import os
import sys
from pathlib import Path

# What Qt's wheels leave to the system on Linux: library → Debian's package.
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_X11_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


NONE = "There is no display for a window."


def missing() -> str | None:
    """A sentence on why no window can be opened, with what to do; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    asked = os.environ.get("QT_QPA_PLATFORM") or "wayland;xcb"
    reasons = []
    for platform in asked.split(";"):  # Qt takes the first that works
        reason = _reason_against(platform.partition(":")[0])
        if reason is None:
            return None
        reasons.append(reason)
    return next((reason for reason in reversed(reasons) if reason != NONE), NONE)


def _reason_against(platform: str) -> str | None:
    match platform:
        case "offscreen":
            return _without(_LIBRARIES)
        case "wayland" | "wayland-egl":
            return _against_wayland(os.environ.get("WAYLAND_DISPLAY"))
        case "xcb":
            return _against_x11(os.environ.get("DISPLAY"))
    return f"mmdesk cannot be drawn on the platform {platform}."


def _against_wayland(display: str | None) -> str | None:
    if not display:
        return NONE
    if not Path(os.environ.get("XDG_RUNTIME_DIR", ""), display).is_socket():
        return f"The display {display} does not answer."
    return _without(_LIBRARIES)


def _against_x11(display: str | None) -> str | None:
    if not display:
        return NONE
    host = display.rpartition(":")[0]
    if host not in ("", "unix"):
        return f"The display {display} is reached by a network, and nothing of a case may leave this machine."
    return _without(_LIBRARIES | _X11_LIBRARIES) or (
        None if _answers() else f"The display {display} does not answer."
    )


def _without(needed: dict[str, str]) -> str | None:
    packages = [package for library, package in needed.items() if not _loads(library)]
    if packages:
        return f"A window needs libraries that are not here; on Debian: apt install {' '.join(packages)}."
    return None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers() -> bool:
    """Whether the X server that DISPLAY names lets this program in; asked as Qt will ask."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused
