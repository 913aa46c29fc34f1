"""A display of its own for programs that are tested from outside."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skips the test; where all must run, fails it."""
    assert "CI" not in os.environ, what
    pytest.skip(what)


@contextmanager
def display(size: str = "1920x1000") -> Iterator[str]:
    """Its name, as DISPLAY wants it. Its Unix socket is a file, which is seen from any network namespace."""
    if shutil.which("Xvfb") is None:
        missing("not installed: Xvfb")
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert server.stdout is not None
    with server.stdout:
        number = server.stdout.readline().decode().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
