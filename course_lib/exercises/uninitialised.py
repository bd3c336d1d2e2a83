"""Tensors that nobody has filled hold what was left in the memory: here they show it."""

from contextlib import contextmanager

import torch


@contextmanager
def empty_is_nan():
    """Inside, ``torch.empty`` and its kin are filled with NaN, as torch's deterministic mode does.

    ``torch.use_deterministic_algorithms`` would import torch's compiler first, for seconds.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch._C._set_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch._C._set_deterministic_algorithms(before, warn_only=warn_only)
