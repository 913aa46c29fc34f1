"""The pack in a worker's process."""

from pathlib import Path

import torch

from mmdesk.packs.reader import PackReader
from mmdesk.together import Together


def load(pack: Path, device: str) -> Together:
    """On one thread: there are as many workers as cores. Raises PackProblem, and UserProblem where the device
    is not there."""
    torch.set_num_threads(1)
    reader = PackReader(pack, device)
    reader.let_go_of_training()
    return Together(reader)
