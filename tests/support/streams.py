"""What a stream of events holds."""

from typing import Any

from mmdesk.events import Event, ReportReady
from mmdesk.report import Report


def of(kind: type, stream: list[Event]) -> list[Any]:
    return [event for event in stream if isinstance(event, kind)]


def report_of(stream: list[Event]) -> Report:
    last = stream[-1]
    assert isinstance(last, ReportReady)
    return last.report
