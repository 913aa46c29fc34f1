"""Child processes of several threads: multiprocessing collects those that have ended whenever it starts one,
whosever they are, so one is started or ended at a time."""

import threading
from multiprocessing.context import SpawnProcess

_one_at_a_time = threading.Lock()


def start(process: SpawnProcess) -> None:
    """Raises OSError."""
    with _one_at_a_time:
        process.start()


def end(process: SpawnProcess, seconds: float = 0.0) -> str:
    """Kills it unless it ends by itself meanwhile; what became of it."""
    with _one_at_a_time:
        process.join(seconds)
        process.kill()
        process.join()
        code = process.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"
