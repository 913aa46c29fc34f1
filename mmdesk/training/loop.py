"""One training loop for every stage: AdamW, one-cycle rate, moving average, checkpoints, metrics."""

import copy
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor, nn

from mmdesk.training.run import Run, read_tensors, write_tensors

EPOCHS_APART = 10_000  # more than any schedule has, so that seeds never share an epoch's draw


@dataclass(frozen=True, slots=True)
class Schedule:
    """`average` is the decay of the weights' moving average, 0 for none."""

    epochs: int
    rate: float
    weight_decay: float = 0.05
    warm_up: float = 0.1
    average: float = 0.0
    clip: float = 1.0


def fit(
    run: Run,
    stage: str,
    model: nn.Module,
    schedule: Schedule,
    batches: Callable[[int], Iterable[object]],
    steps: int,
    loss_of: Callable[[nn.Module, object], Tensor],
    validate: Callable[[nn.Module], Mapping[str, float]] | None = None,
) -> nn.Module:
    """Train `model` and return it, or its moving average. `batches(drawn)` gives `steps` batches and
    depends on that number alone (the epoch, with a seed further on), so that a resumed run sees what an
    unbroken one would have seen."""
    model.to(run.device)
    kept = copy.deepcopy(model) if schedule.average else model
    optimizer = torch.optim.AdamW(_groups(model, schedule.weight_decay), lr=schedule.rate)
    first = _resume(run, stage, model, kept, optimizer) if run.resume else 0
    use_bf16 = run.device.type == "cuda" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    with _progress() as progress:
        bar = progress.add_task(stage, total=schedule.epochs * steps, completed=first * steps, note="")
        for epoch in range(first, schedule.epochs):
            drawn = epoch + EPOCHS_APART * run.seed
            torch.manual_seed(drawn)
            model.train()
            total = torch.zeros((), device=run.device)
            for step, batch in enumerate(batches(drawn)):
                rate = _rate(schedule, epoch * steps + step, schedule.epochs * steps)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                with torch.autocast(run.device.type, torch.bfloat16, enabled=use_bf16):
                    loss = loss_of(model, batch)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), schedule.clip)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                if schedule.average:
                    _average(kept, model, schedule.average, epoch * steps + step)
                total += loss.detach()
                progress.advance(bar)
            values = {"loss": float(total) / steps}
            if validate is not None:
                values |= validate(kept.eval())
            run.log(stage, epoch, values)
            note = "  ".join(f"{name} {value:.3f}" for name, value in values.items())
            progress.update(bar, note=note)
            _save(run, stage, model, kept, optimizer, epoch + 1)
    return kept.eval()


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Biases, norms and embeddings of single rows are not decayed."""
    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def _rate(schedule: Schedule, step: int, steps: int) -> float:
    """Linear warm-up, then a cosine down to zero."""
    warm = max(1, int(schedule.warm_up * steps))
    if step < warm:
        return schedule.rate * (step + 1) / warm
    return schedule.rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


@torch.no_grad()
def _average(kept: nn.Module, model: nn.Module, decay: float, step: int) -> None:
    decay = min(decay, (step + 1) / (step + 10))
    for mean, value in zip(kept.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    # The norms' statistics belong to the weights, so they are averaged alike.
    for old, new in zip(kept.buffers(), model.buffers(), strict=True):
        old.lerp_(new, 1 - decay) if old.is_floating_point() else old.copy_(new)


def _save(
    run: Run, stage: str, model: nn.Module, kept: nn.Module, optimizer: torch.optim.Optimizer, epoch: int
) -> None:
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    if kept is not model:
        tensors |= {f"kept.{name}": value for name, value in kept.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": value for name, value in state.items()}
    write_tensors(run.checkpoint_path(stage), _unshared(tensors), {"epoch": epoch})


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tied weights appear once a name: safetensors refuses two names for one memory."""
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


def _resume(run: Run, stage: str, model: nn.Module, kept: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    if not run.checkpoint_path(stage).exists():
        return 0
    tensors, facts = read_tensors(run.checkpoint_path(stage))
    model.load_state_dict(_with_prefix(tensors, "model."))
    if kept is not model:
        kept.load_state_dict(_with_prefix(tensors, "kept."))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _with_prefix(tensors, "optimizer.").items():
        number, key = name.split(".", 1)
        state.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    return int(facts["epoch"])


def _with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<14}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
