"""Weights as small whole numbers: one byte each, with one scale for each row of a matrix.

A page that carries a trained network has to be loaded by a telephone. Rounding a weight to one of
255 values costs a quarter of the space and, with a scale for each row, next to nothing else.
"""

from base64 import b64decode, b64encode

import torch
from torch import Tensor

MOST = 127


def rounded(weight: Tensor) -> dict:
    """A matrix (R, C) or vector (C) as ``shape``, ``scales`` (one a row) and ``bytes`` (base64)."""
    rows = weight.detach().double().reshape(-1, weight.shape[-1])
    # Scales of six digits: what a page reads is what Python reads.
    scales = [float(f"{row.abs().max().item() / MOST or 1.0:.6g}") for row in rows]
    steps = (rows / torch.tensor(scales, dtype=torch.float64)[:, None]).round()
    numbers = steps.clamp(-MOST, MOST).to(torch.int8)
    return {
        "shape": list(weight.shape),
        "scales": scales,
        "bytes": b64encode(numbers.numpy().tobytes()).decode("ascii"),
    }


def unrounded(kept: dict) -> Tensor:
    """The weight that ``rounded`` kept, as float64."""
    numbers = torch.frombuffer(bytearray(b64decode(kept["bytes"])), dtype=torch.int8).double()
    scales = torch.tensor(kept["scales"], dtype=torch.float64)
    return (numbers.reshape(len(scales), -1) * scales[:, None]).reshape(kept["shape"])
