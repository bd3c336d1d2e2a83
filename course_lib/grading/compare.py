"""Where two observations differ. An observation maps names to tensors (None: no gradient)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Observation = Mapping[str, Tensor | None]
FEW = 300  # numbers
FLOATS = {torch.float32: "f", torch.float64: "d"}


class Together(dict):
    """An observation whose numbers lie in ``flat``, too, if all are of one type of floats.

    ``rows``: a list [name, letter of the type, shape] for each tensor. Two that have the same rows
    are compared by one call of torch instead of one for each name.
    """

    __slots__ = ("flat", "rows")

    def __init__(self, named, rows: list, flat: Tensor | None) -> None:
        super().__init__(named)
        self.rows, self.flat = rows, flat


def together(found: Observation) -> Observation:
    """``found`` as ``Together`` where it can be."""
    types = {None if t is None or t.requires_grad else t.dtype for t in found.values()}
    letter = FLOATS.get(types.pop()) if len(types) == 1 else None
    if letter is None:
        return found
    rows = [[name, letter, list(tensor.shape)] for name, tensor in found.items()]
    return Together(found, rows, torch.cat([t.reshape(-1) for t in found.values()]))


# Relative and absolute: float32 sums in another order differ by this much, no mistake is so small.
TOLERANCE = {torch.float64: (1e-7, 1e-9), torch.float32: (2e-4, 2e-5)}


@dataclass(frozen=True)
class Mismatch:
    """One name that differs. ``kind``: missing, extra, shape, dtype, nan or value."""

    name: str
    kind: str
    got: Tensor | None = None
    expected: Tensor | None = None


def tolerance(expected: Tensor) -> tuple[float, float]:
    return TOLERANCE.get(expected.dtype, (0.0, 0.0))


def _tolerances(expected: Tensor, rtol: float | None, atol: float | None) -> tuple[float, float]:
    """Those that are given, and for the others those of the type."""
    relative, absolute = tolerance(expected)
    return relative if rtol is None else rtol, absolute if atol is None else atol


def close(got: Tensor, expected: Tensor, rtol=None, atol=None) -> Tensor:
    """Elementwise: equal up to rounding. The absolute part grows with the largest value."""
    rtol, atol = _tolerances(expected, rtol, atol)
    # Whatever kind of numbers a student's code may give.
    common = torch.complex128 if got.is_complex() or expected.is_complex() else torch.float64
    got, expected = got.to(common), expected.to(common)
    finite = expected[expected.isfinite()].abs()
    scale = max(1.0, finite.max().item()) if finite.numel() else 1.0
    return torch.isclose(got, expected, rtol=rtol, atol=atol * scale, equal_nan=True)


def all_close(got: Tensor, expected: Tensor, rtol=None, atol=None) -> bool:
    """Whether ``close`` holds everywhere. Nearly always the largest difference says so at once."""
    floating = got.dtype == expected.dtype and expected.is_floating_point()
    if floating and expected.numel() and got.device == expected.device:
        relative, absolute = _tolerances(expected, rtol, atol)
        largest = _largest_difference(got, expected)  # neither is true of NaN
        if largest <= absolute:
            return True
        if largest > 2 * (absolute + relative) * max(1.0, _size(expected)):
            return False
    return bool(close(got, expected, rtol, atol).all())


def compare(got: Observation, expected: Observation, only=(), rtol=None, atol=None):
    """The mismatches of ``got``, in the order of ``expected``; empty when it is right."""
    if _alike_at_once(got, expected, rtol, atol):
        return []
    found = []
    for name in [*expected, *(n for n in got if n not in expected)]:
        if only and name not in only:
            continue
        mine, right = got.get(name), expected.get(name)
        kind = _kind(name, mine, right, got, expected, rtol, atol)
        if kind:
            found.append(Mismatch(name, kind, mine, right))
    return found


def _alike_at_once(got: Observation, expected: Observation, rtol, atol) -> bool:
    """Whether all numbers are so close that none can differ; False says nothing."""
    if type(got) is not Together or type(expected) is not Together or got.rows != expected.rows:
        return False
    if got.flat is None or expected.flat is None or not expected.flat.numel():
        return False
    _relative, absolute = _tolerances(expected.flat, rtol, atol)
    return _largest_difference(got.flat, expected.flat) <= absolute  # never of NaN


def _largest_difference(one: Tensor, other: Tensor) -> float:
    """Of all numbers, at least one each; NaN where one of them is. ``torch.dist`` takes one number
    after the other, and of few numbers is the quickest."""
    if one.numel() < FEW:
        return torch.dist(one, other, math.inf).item()
    return (one - other).abs_().max().item()


def _kind(name, mine, right, got, expected, rtol, atol) -> str | None:
    if name not in expected:
        return "extra"
    if right is None:
        return None
    if mine is None:
        return "missing"
    if mine.shape != right.shape:
        return "shape"
    if mine.dtype != right.dtype and mine.dtype in _NO_REAL_NUMBERS:
        return "dtype"
    if not all_close(mine, right, rtol, atol):
        return "nan" if mine.isnan().any() and not right.isnan().any() else "value"
    return "dtype" if mine.dtype != right.dtype else None


_NO_REAL_NUMBERS = (torch.bool, torch.complex32, torch.complex64, torch.complex128)


def same(a: Observation, b: Observation) -> bool:
    """The same names, shapes and numbers; NaN counts as equal to NaN.

    Tried with thousands of faults, so it first looks at single numbers.
    """
    if a.keys() != b.keys():
        return False
    for name, one in a.items():
        other = b[name]
        if one is None or other is None:
            if one is not other:
                return False
        elif one.shape != other.shape or one.dtype != other.dtype or _far(one, other):
            return False
    return all(
        one is None or all_close(one, b[name], *SAME.get(one.dtype, (0.0, 0.0)))
        for name, one in a.items()
    )


# Looser than TOLERANCE in float64: code that is float32 inside must still be recognised.
SAME = {torch.float64: (1e-5, 1e-6), torch.float32: (2e-4, 2e-5)}


def _far(one: Tensor, other: Tensor) -> bool:
    """Whether the first or last numbers are so far apart that no tolerance helps."""
    if not one.numel():
        return False
    return any(
        abs(a - b) > 1e-2 * (1 + abs(a) + abs(b)) and abs(a) < 1e6
        for a, b in zip(_ends(one), _ends(other), strict=True)
    )


def _size(tensor: Tensor) -> float:
    """The largest absolute value; kept with the tensor."""
    kept = getattr(tensor, "_size", None)
    if kept is None:
        kept = tensor._size = torch.norm(tensor.detach(), math.inf).item()
    return kept


def _ends(tensor: Tensor) -> tuple[float, float]:
    """The first and the last number; kept with the tensor, which meets thousands of others."""
    kept = getattr(tensor, "_ends", None)
    if kept is None:
        kept = tensor[(0,) * tensor.ndim].item(), tensor[(-1,) * tensor.ndim].item()
        tensor._ends = kept
    return kept
