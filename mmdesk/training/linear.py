"""Linear heads fitted to their optimum: what few cases can carry, without a schedule to choose."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def fit_penalised(linear: nn.Linear, x: Tensor, loss_of: Callable[[Tensor], Tensor], penalty: float) -> None:
    """Minimise `loss_of(linear(x))` + |weights|² / (2 `penalty`) by L-BFGS, from zero; biases are free."""
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    optimizer = torch.optim.LBFGS(
        linear.parameters(), max_iter=300, tolerance_grad=1e-5, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        loss = loss_of(linear(x)) + linear.weight.square().sum() / (2 * penalty)
        loss.backward()
        return float(loss.detach())

    optimizer.step(closure)
