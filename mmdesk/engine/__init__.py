"""Where a pipeline runs, and how it is stopped."""

import threading
from collections.abc import Iterator
from typing import Protocol

from mmdesk.case import Case
from mmdesk.events import Event

LOCAL = "mmdesk.engine.local:LocalEngine"  # by name: naming it must not import torch


class StopRequested(Exception):
    """Raised by StopToken.check; ends a pipeline between two of its steps."""


class StopToken:
    """One per analysis, never reset. Safe to set from another thread or a signal handler."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        self._event.set()

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        if self._event.is_set():
            raise StopRequested


class Engine(Protocol):
    def analyze(self, case: Case, stop: StopToken) -> Iterator[Event]:
        """The events of one analysis; the last one is ReportReady, Stopped or Failed."""
        ...
