"""What the oracles of several assignments share."""

import torch
from torch import Tensor


def gradients_of(outputs, arriving, leaves) -> tuple[Tensor, ...]:
    """Autograd: the gradients of ``leaves``, given those that arrive at ``outputs``.

    Of a weighted sum: torch's own argument for this loads sympy when it is first used, which takes
    each worker a quarter of a second.
    """
    weighted = [(output * grad).sum() for output, grad in zip(outputs, arriving, strict=True)]
    return torch.autograd.grad(sum(weighted), leaves)
