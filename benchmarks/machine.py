"""On what it was measured."""

import importlib.metadata
import os
import platform
from pathlib import Path

import psutil

PACKAGES = (
    "mmdesk", "torch", "transformers", "ctranslate2", "llama-cpp-python", "captum", "numpy", "PySide6",
    "pydicom", "soundfile", "pyarrow",
)  # fmt: skip


def facts() -> dict[str, object]:
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=False),
        "threads": os.cpu_count(),
        "memory GB": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := _version(name))},
    }


def _processor() -> str:
    """Linux names it in one of its files, other systems where Python asks."""
    known = Path("/proc/cpuinfo")
    if known.is_file():
        for line in known.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
