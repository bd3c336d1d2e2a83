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
    """The tensors, views of one memory: clone them before code that may write gets them.

    Raises WireError for what ``pack`` would not make.
    """
    return _unpacked(rows, bytearray(data))[0]


def observation(rows, data) -> Together:
    """As ``unpack``, for what will be compared."""
    return Together(*_unpacked(rows, bytearray(data)))


def _unpacked(rows, memory: bytearray) -> tuple[dict[str, Tensor | None], list, Tensor | None]:
    """The tensors by name, ``rows``, and all their numbers, if they are floats of one kind."""
    names = _checked(rows)
    kinds = {row[1] if len(row) == 3 else None for row in rows}
    kind = kinds.pop() if memory and len(kinds) == 1 else None
    if kind in FLOATS.values():
        return _floats(_DTYPES[kind], names, rows, memory)
    named, start = {}, 0
    for name, row in zip(names, rows, strict=True):
        named[name], start = _tensor(*row[1:], memory, start) if len(row) == 3 else (None, start)
    if start != len(memory):
        raise WireError("more numbers than tensors")
    return named, rows, None


def _checked(rows) -> list[str]:
    """The names of the tensors, whose types and shapes are such as a tensor may have."""
    if type(rows) is not list or len(rows) > MOST:
        raise WireError("no rows of tensors")
    names = []
    for row in rows:
        name, *more = row if type(row) is list and row else [None]
        if type(name) is not str or len(more) not in (0, 2):
            raise WireError("no row of a tensor")
        if more:
            letter, shape = more
            if type(letter) is not str or letter not in _DTYPES or type(shape) is not list:
                raise WireError("no type or no shape of a tensor")
            if len(shape) > 32 or not all(type(n) is int and 0 <= n <= LIMIT for n in shape):
                raise WireError("a shape that no tensor has")
            if math.prod(n for n in shape if n) > LIMIT:  # also of an empty one
                raise WireError("a shape that no tensor has")
        names.append(name)
    if len(set(names)) != len(names):
        raise WireError("two tensors of one name")
    return names


def _floats(dtype: torch.dtype, names: list[str], rows, memory: bytearray):
    """As ``_unpacked`` where one kind of number is all there is: the tensors are cut at once."""
    counts = [math.prod(shape) for _name, _letter, shape in rows]
    if sum(counts) * dtype.itemsize != len(memory):
        raise WireError("more or fewer numbers than the shapes have")
    numbers = torch.frombuffer(memory, dtype=dtype)
    parts = torch.split_with_sizes(numbers, counts)
    named = {name: part.view(row[2]) for name, part, row in zip(names, parts, rows, strict=True)}
    return named, rows, numbers


def _tensor(letter, shape, memory: bytearray, start: int) -> tuple[Tensor, int]:
    """One tensor of ``memory`` from ``start`` or just behind, and where the next one may begin."""
    dtype, count = _DTYPES[letter], math.prod(shape)
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
