"""What every recurrence's backward pass does after its loop."""

import torch
from torch import Tensor


def over_time(grads: Tensor, inputs: Tensor) -> Tensor:
    """Σ_t grads_t^T inputs_t in one matmul: (T, B, N), (T, B, F) -> (N, F)."""
    return grads.flatten(0, 1).t() @ inputs.flatten(0, 1)


def previous(states: Tensor, initial: Tensor) -> Tensor:
    """The state before each step: (T, B, S), (B, S) -> (T, B, S)."""
    return torch.cat([initial.unsqueeze(0), states[:-1]])
