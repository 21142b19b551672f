"""Muon: an optimizer for hidden layers, whose steps change every direction of a matrix alike.

The momentum of a weight matrix is dominated by a few directions; orthogonalized, it lets the
others learn as fast (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon).
docs/training.md says what it gives here.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

_QUINTIC = (3.4445, -4.7750, 2.0315)
"""Jordan's coefficients: they bring singular values to about 1 in five steps, not exactly to 1."""
_ITERATIONS = 5
_MOMENTUM = 0.95


def orthogonalize(matrix: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly, by a Newton-Schulz iteration.

    Each iteration multiplies the matrix by a polynomial of its Gram matrix. All polynomials are
    found on the small Gram matrix, so that the large one is touched twice only.

    Args:
        matrix: float32 (M, N).

    Returns:
        float32 (M, N), singular values up to about 1.2, and from about 0.7 but for the smallest,
        which stay smaller (those of a random square matrix from 0.2).
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    a, b, c = _QUINTIC
    gram = x @ x.T
    one = torch.eye(len(gram), device=gram.device)
    whole = one
    for _ in range(_ITERATIONS):
        polynomial = a * one + b * gram + c * gram @ gram
        whole = polynomial @ whole
        gram = polynomial @ gram @ polynomial
    orthogonal: Tensor = whole @ x
    return orthogonal.T if tall else orthogonal


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalized; weights decay as in AdamW.

    A step's root mean square is that of AdamW's, about 0.2 of the learning rate (Liu et al., 2025,
    arXiv 2502.16982), whatever the matrix's size.

    Args:
        parameters: weights of two axes and more; beyond the first, axes count as one.
        learning_rate: of the first step.
        weight_decay: share of the learning rate by which weights shrink at each step.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float,
        weight_decay: float,
    ) -> None:
        defaults = {"lr": learning_rate, "weight_decay": weight_decay}
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict[str, float]) -> None:
        state = self.state[parameter]
        if not state:
            state["average"] = torch.zeros_like(parameter)
        average = state["average"].lerp_(gradient, 1 - _MOMENTUM)
        ahead = gradient.lerp(average, _MOMENTUM).flatten(1)
        update = orthogonalize(ahead) * 0.2 * max(ahead.shape) ** 0.5
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.sub_(update.reshape(parameter.shape), alpha=group["lr"])
