"""How much memory a piece of work takes, in a process of its own."""

import subprocess
import sys

# Linux counts in ru_maxrss what the parent held when it forked: there the kernel's figure is asked for.
_PRINT_PEAK = """
import re, sys
if sys.platform == "linux":
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) * 1024
elif sys.platform == "win32":
    import psutil
    peak = psutil.Process().memory_info().peak_wset
else:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / 1e6)
"""


def peak_of(work: str, *arguments: str) -> float:
    """The most memory, in MB, that a Python held in which `work` ran; it finds `arguments` in sys.argv."""
    command = [sys.executable, "-c", work + _PRINT_PEAK, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
