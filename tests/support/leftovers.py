"""What an engine that was closed must not leave behind."""

import contextlib
import threading

import psutil


def engine_processes() -> list[psutil.Process]:
    """The children that multiprocessing started for this process."""
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
    return found


def engine_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("engine")]
