"""Tensors with names as one blob: what a case is asked with, and what an observation gives.

``packing`` can say anything that Python has, one tensor at a time. A check asks hundreds of
questions whose tensors are all plain, and for these a list of names and shapes is enough.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from course_lib.grading.compare import FLOATS, Together
from course_lib.grading.engine.packing import LIMIT, WireError

_DTYPES = {"f": torch.float32, "d": torch.float64, "l": torch.int64, "?": torch.bool}
_LETTERS = {dtype: letter for letter, dtype in _DTYPES.items()}
MOST = 1000  # tensors of one question or answer


def pack(named: Mapping[str, Tensor | None]) -> tuple[list, bytes] | None:
    """Rows (name, letter of the type, shape) and the bytes; None unless all are plain tensors,
    with texts for names, and not too many.
    """
    if len(named) > MOST or not all(type(name) is str for name in named):
        return None
    rows, pieces, end = [], [], 0
    for name, tensor in named.items():
        if tensor is None:
            rows.append([name])
            continue
        if not _plain(tensor):
            return None
        data = tensor.numpy().tobytes()
        rows.append([name, _LETTERS[tensor.dtype], list(tensor.shape)])
        if gap := -end % tensor.itemsize:
            pieces.append(bytes(gap))
        pieces.append(data)
        end += gap + len(data)
    return rows, b"".join(pieces)


def unpack(rows, data) -> dict[str, Tensor | None]:
    """The tensors, on memory of their own. Raises WireError for what ``pack`` would not make."""
    return _unpacked(rows, bytearray(data))


def observation(rows, data) -> Together:
    """As ``unpack``, for what will be compared."""
    memory = bytearray(data)
    named = _unpacked(rows, memory)
    letters = {row[1] if len(row) == 3 else None for row in rows}
    letter = letters.pop() if memory and len(letters) == 1 else None
    floats = _DTYPES[letter] if letter in FLOATS.values() else None
    return Together(named, rows, floats and torch.frombuffer(memory, dtype=floats))


def _unpacked(rows, memory: bytearray) -> dict[str, Tensor | None]:
    if type(rows) is not list or len(rows) > MOST:
        raise WireError("no rows of tensors")
    named, start = {}, 0
    for row in rows:
        name, *more = row if type(row) is list and row else [None]
        if type(name) is not str or name in named or len(more) not in (0, 2):
            raise WireError("no row of a tensor")
        named[name], start = _tensor(*more, memory, start) if more else (None, start)
    if start != len(memory):
        raise WireError("more numbers than tensors")
    return named


def _tensor(letter, shape, memory: bytearray, start: int) -> tuple[Tensor, int]:
    """One tensor of ``memory`` from ``start`` or just behind, and where the next one may begin."""
    dtype = _DTYPES.get(letter) if type(letter) is str else None
    if dtype is None or type(shape) is not list or len(shape) > 32:
        raise WireError("no type or no shape of a tensor")
    if not all(type(size) is int and 0 <= size <= LIMIT for size in shape):
        raise WireError("a shape that no tensor has")
    count = math.prod(shape)
    size = count * dtype.itemsize
    start += -start % dtype.itemsize
    if start + size > len(memory):
        raise WireError("fewer numbers than a shape has")
    if not count:
        return torch.empty(shape, dtype=dtype), start
    if dtype is torch.bool:  # any byte but 0 and 1 would be neither True nor False
        flat = torch.frombuffer(memory, dtype=torch.uint8, count=count, offset=start) != 0
    else:
        flat = torch.frombuffer(memory, dtype=dtype, count=count, offset=start)
    return flat.view(shape), start + size


def _plain(tensor) -> bool:
    return (
        type(tensor) is Tensor
        and tensor.layout is torch.strided
        and tensor.is_cpu
        and tensor.dtype in _LETTERS
        and tensor.is_contiguous()
        and not tensor.requires_grad
        and not tensor.is_neg()
        and tensor.dim() <= 32
    )
