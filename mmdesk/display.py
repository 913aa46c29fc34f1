"""Can a window be opened here? Qt aborts the whole process where it cannot, so it is asked before."""

import ctypes
import os
import sys
from collections.abc import Callable

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

_WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
NONE = "There is no display for a window."


def missing() -> str | None:
    """A sentence on why no window can be opened, with what to do; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    asked = os.environ.get("QT_QPA_PLATFORM") or "wayland;xcb"
    platforms = [name.partition(":")[0].strip() for name in asked.split(";") if name.strip()]
    host = os.environ.get("DISPLAY", "").rpartition(":")[0]
    if "xcb" in platforms and host not in ("", "unix"):  # Qt may take it before another one
        return f"The display of {host} is reached by a network, and nothing of a case may leave this machine."
    reasons = []
    for platform in platforms:
        reason = _reason_against(platform)
        if reason is None:
            return None
        reasons.append(reason)
    return next((reason for reason in reversed(reasons) if reason != NONE), NONE)


def _reason_against(platform: str) -> str | None:
    match platform:
        case "offscreen":
            return _without(_LIBRARIES)
        case "wayland" | "wayland-egl":
            return _against("WAYLAND_DISPLAY", _LIBRARIES | _WAYLAND_LIBRARIES, _wayland_answers)
        case "xcb":
            return _against("DISPLAY", _LIBRARIES | _X11_LIBRARIES, _x11_answers)
    return f"mmdesk was not tried on the platform {platform}; unset QT_QPA_PLATFORM."


def _against(variable: str, needed: dict[str, str], answers: Callable[[], bool]) -> str | None:
    name = os.environ.get(variable)
    if not name:
        return NONE
    return _without(needed) or (None if answers() else f"The display {name} does not answer.")


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


def _x11_answers() -> bool:
    """Whether the X server that DISPLAY names lets this program in; asked as Qt will ask."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _wayland_answers() -> bool:
    """The same of the compositor that WAYLAND_DISPLAY names."""
    wayland = ctypes.CDLL("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    connection = wayland.wl_display_connect(None)
    if connection:
        wayland.wl_display_disconnect(connection)
    return bool(connection)
