"""Whether a process still runs that left its number somewhere."""

_CLOCK = 2.0  # seconds by which a start time may differ when asked for again: it is counted from the boot


def lives(process: int, then: float) -> bool:
    """Whether the process that started `then` still runs; its number may be another's by now."""
    now = started(process)
    return now is not None and abs(now - then) < _CLOCK


def started(process: int) -> float | None:
    """When the process started, in seconds since 1970; None where there is none that runs."""
    import psutil  # it costs as much as all the rest, and most starts find no marker

    try:
        running = psutil.Process(process)
        return None if running.status() == psutil.STATUS_ZOMBIE else float(running.create_time())
    except psutil.Error:  # none, or another user's
        return None
