"""Weights as small whole numbers: one byte each, with one scale for each row of a matrix.

A page that carries a trained network has to be loaded by a telephone. Rounding a weight to one of
255 values takes a quarter of the space and, with a scale for each row, costs next to nothing else.
"""

from base64 import b64decode, b64encode

import torch
from torch import Tensor

MOST = 127


def rounded(weight: Tensor) -> dict:
    """A matrix (R, C) or vector (C) as its shape, one scale a row, and one byte a number.

    ``scales`` (float32) and ``bytes`` (int8) are base64, little end first: what a page decodes.
    """
    rows = weight.detach().float().reshape(-1, weight.shape[-1])
    largest = rows.abs().amax(dim=1)
    scales = torch.where(largest > 0, largest, 1.0) / MOST
    numbers = (rows / scales[:, None]).round().clamp(-MOST, MOST).to(torch.int8)
    return {"shape": list(weight.shape), "scales": _text(scales), "bytes": _text(numbers)}


def unrounded(kept: dict) -> Tensor:
    """The weight that ``rounded`` kept, as float64."""
    scales = _tensor(kept["scales"], torch.float32).double()
    numbers = _tensor(kept["bytes"], torch.int8).double()
    return (numbers.reshape(len(scales), -1) * scales[:, None]).reshape(kept["shape"])


def _text(tensor):
    return b64encode(tensor.numpy().tobytes()).decode("ascii")


def _tensor(text, dtype):
    return torch.frombuffer(bytearray(b64decode(text)), dtype=dtype)
