"""The heat maps of a radiograph's findings, beside captum's on the same weights."""

from collections.abc import Iterator

import torch

from benchmarks.figures import Table, figure, ratio
from benchmarks.measure import Asked, by_turns, seconds
from mmdesk.model.saliency import STEPS, blurred, integrated_gradients
from mmdesk.packs.locate import Locator
from mmdesk.packs.reader import PackReader

TASK = "chest"


def measured(asked: Asked) -> Iterator[Table]:
    title = "heat maps of a radiograph, one thread"
    try:
        from captum.attr import IntegratedGradients
    except ImportError:
        yield Table(title, notes=("captum: not installed; pip install -e '.[train]'",))
        return
    torch.set_num_threads(1)  # as at the desk
    reader = PackReader(asked.pack, "cpu")
    size = reader.configs.image.size
    image = torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(0))
    task = reader.manifest.task(TASK)
    odds = Locator(reader, [], [], lambda: None).odds_of(task)
    peer = IntegratedGradients(lambda images, column: odds(images)[:, column])

    def captum() -> None:
        for column in range(len(task.findings)):
            peer.attribute(
                image, blurred(image), additional_forward_args=column, n_steps=STEPS, method="riemann_middle"
            )

    works = {
        "ours": lambda: seconds(lambda: list(integrated_gradients(odds, image))),
        "captum": lambda: seconds(captum),
    }
    taken = by_turns(works, asked.rounds)
    figures = [figure(name, "ms", *(1000 * value for value in values)) for name, values in taken.items()]
    figures.append(ratio("ours ÷ captum", taken["ours"], taken["captum"]))
    yield Table(f"{title}, {len(task.findings)} findings", tuple(figures))
