"""Asks the X window whose id is the first argument to close, as a window manager does when its cross is
pressed: a client message WM_PROTOCOLS that holds WM_DELETE_WINDOW (ICCCM 4.2.8.1)."""

import ctypes
import sys

CLIENT_MESSAGE = 33


class ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 12),
    )  # fmt: skip


x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
window = ctypes.c_ulong(int(sys.argv[1]))
protocols, delete = (
    x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
)  # fmt: skip
message = ClientMessage(CLIENT_MESSAGE, 0, 1, display, window, protocols, 32, (delete, 0))
x11.XSendEvent(display, window, 0, ctypes.c_long(0), ctypes.byref(message))
x11.XCloseDisplay(display)
