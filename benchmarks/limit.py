"""How fast this machine reads its memory: no decoder reads its weights quicker."""

import os
import time
from collections.abc import Callable
from threading import Thread

TRIES = 9
LEAST = 2**28  # bytes that a try reads


def reading() -> Callable[[int, int], float]:
    """For a process of its own. `(threads, size)` → bytes a second that so many threads read of `size` bytes
    together, again and again; the best of some tries."""
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"  # before torch reads them
    import torch

    def measured(threads: int, size: int) -> float:
        parts = [torch.ones(size // 4 // threads) for _ in range(threads)]
        times = -(-LEAST // size)

        def read(part: torch.Tensor) -> None:
            for _ in range(times):
                torch.dot(part, part)

        best = 0.0
        for _ in range(TRIES):
            readers = [Thread(target=read, args=(part,)) for part in parts]
            begun = time.perf_counter()
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            best = max(best, sum(part.nbytes for part in parts) * times / (time.perf_counter() - begun))
        return best

    return measured
