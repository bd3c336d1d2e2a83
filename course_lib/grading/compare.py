"""Where two observations differ. An observation maps names to tensors (None: no gradient)."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Observation = Mapping[str, Tensor | None]

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


def close(got: Tensor, expected: Tensor, rtol=None, atol=None) -> Tensor:
    """Elementwise: equal up to rounding. The absolute part grows with the largest value."""
    default = tolerance(expected)
    rtol = default[0] if rtol is None else rtol
    atol = default[1] if atol is None else atol
    finite = expected[expected.isfinite()].abs()
    scale = max(1.0, finite.max().item()) if finite.numel() else 1.0
    return torch.isclose(
        got.double(), expected.double(), rtol=rtol, atol=atol * scale, equal_nan=True
    )


def all_close(got: Tensor, expected: Tensor, rtol=None, atol=None) -> bool:
    """Whether ``close`` holds everywhere. Nearly always the largest difference says so at once."""
    floating = got.dtype == expected.dtype and expected.is_floating_point()
    if floating and expected.numel() and got.device == expected.device:
        least = tolerance(expected)[1] if atol is None else atol
        if (got - expected).abs().max().item() <= least:  # never true of NaN
            return True
    return bool(close(got, expected, rtol, atol).all())


def compare(got: Observation, expected: Observation, only=(), rtol=None, atol=None):
    """The mismatches of ``got``, in the order of ``expected``; empty when it is right."""
    found = []
    for name in [*expected, *(n for n in got if n not in expected)]:
        if only and name not in only:
            continue
        mine, right = got.get(name), expected.get(name)
        kind = _kind(name, mine, right, got, expected, rtol, atol)
        if kind:
            found.append(Mismatch(name, kind, mine, right))
    return found


def _kind(name, mine, right, got, expected, rtol, atol) -> str | None:
    if name not in expected:
        return "extra"
    if right is None:
        return None
    if mine is None:
        return "missing"
    if mine.shape != right.shape:
        return "shape"
    if not all_close(mine, right, rtol, atol):
        return "nan" if mine.isnan().any() and not right.isnan().any() else "value"
    return "dtype" if mine.dtype != right.dtype else None


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
    for index in ((0,) * one.ndim, (-1,) * one.ndim):
        a, b = one[index].item(), other[index].item()
        if abs(a - b) > 1e-2 * (1 + abs(a) + abs(b)) and abs(a) < 1e6:
            return True
    return False
