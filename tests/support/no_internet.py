"""Starts a program that must do without the internet: python no_internet.py PROGRAM [ARGUMENT]…

The kernel kills the program, and every process that it starts, with SIGSYS when it makes a socket that is
neither a Unix nor a netlink one. It looks at system calls (seccomp), so it holds for native code, as that of
Qt and torch, which never asks Python's socket module. A child that is killed is for its parent to notice.
"""

import ctypes
import errno
import os
import platform
import resource
import socket
import struct
import sys

SOCKET, AUDIT = {"x86_64": (41, 0xC000003E), "aarch64": (198, 0xC00000B7)}[platform.machine()]
IO_URING_SETUP = 425  # makes sockets without the system call
X32 = 0x40000000  # and above: the same calls of x86_64 by other numbers

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # in struct seccomp_data
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000 | errno.ENOSYS, 0x7FFF0000
FILTER = (  # what to do, the line to go to if so and if not, and the value
    (LOAD, 1, 1, ARCHITECTURE),
    (EQUAL, 2, 9, AUDIT),
    (LOAD, 3, 3, NUMBER),
    (AT_LEAST, 9, 4, X32),
    (EQUAL, 10, 5, IO_URING_SETUP),
    (EQUAL, 6, 11, SOCKET),
    (LOAD, 7, 7, FIRST_ARGUMENT),
    (EQUAL, 11, 8, socket.AF_UNIX),
    (EQUAL, 11, 9, socket.AF_NETLINK),
    (RETURN, 10, 10, KILL),
    (RETURN, 11, 11, REFUSE),
    (RETURN, 12, 12, ALLOW),
)


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def forbid() -> None:
    """For this process and all that it starts, for good."""
    lines = b"".join(
        struct.pack("=HBBI", code, yes - after, no - after, value)
        for after, (code, yes, no, value) in enumerate(FILTER, 1)
    )
    libc, number = ctypes.CDLL(None, use_errno=True), ctypes.c_ulong
    program = ctypes.byref(Program(len(FILTER), lines))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, number(1), None, None, None) or libc.prctl(
        PR_SET_SECCOMP, number(SECCOMP_MODE_FILTER), program, None, None
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # SIGSYS would leave a core file where it is run
    forbid()
    os.execvp(sys.argv[1], sys.argv[1:])
