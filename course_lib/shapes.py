"""Shapes written as words: ``Shapes().expect("w_ih", w_ih, "4H I")``.

A letter stands for a size. The first tensor that has it fixes it, every later one has to agree,
and the error says who fixed it. Every sentence names the argument, what came, what was expected.
"""

import math
import re

import torch
from torch import Tensor


class ShapeError(ValueError, RuntimeError):
    """A tensor does not fit. torch raises ValueError for some, RuntimeError for others."""


class Shapes:
    """The sizes seen so far, and which argument fixed each of them.

    Tensors of whole numbers are refused, unless ``integers`` says that they will do.
    """

    def __init__(self, integers: bool = False, **sizes: int):
        self.integers = integers
        self.sizes = {"1": 1, **sizes}
        self.fixed_by = dict.fromkeys(self.sizes, "the layer")
        self.first: tuple[str, Tensor] | None = None

    def expect(self, name: str, tensor: Tensor, axes: str) -> None:
        """Check that ``tensor`` has the ``axes``, for example "B T I" or "4H 1".

        Raises TypeError if it is no tensor, ShapeError if its shape, dtype or device differs.
        """
        a_tensor(name, tensor)
        wanted = _parsed(axes)
        if tensor.dim() != len(wanted):
            raise ShapeError(
                f"{name} must have {len(wanted)} dimensions ({axes.replace(' ', ', ')}), "
                f"got {tensor.dim()}: shape {tuple(tensor.shape)}"
            )
        for (times, letter), size in zip(wanted, tensor.shape, strict=True):
            self._fit(name, tensor, axes, times, letter, size)
        self._same_kind(name, tensor)

    def expect_if_given(self, name: str, tensor: Tensor | None, axes: str) -> None:
        """``expect``, for an argument that may be None."""
        if tensor is not None:
            self.expect(name, tensor, axes)

    def _fit(self, name, tensor, axes, times, letter, size):
        if letter not in self.sizes and size % times == 0:
            self.sizes[letter] = size // times
            self.fixed_by[letter] = name
        if letter not in self.sizes or size != times * self.sizes[letter]:
            known = self.sizes.get(letter)
            because = (
                f"{letter} is {known} as in {self.fixed_by[letter]}"
                if known is not None
                else f"{size} is not a multiple of {times}"
            )
            raise ShapeError(
                f"{name} must be ({axes.replace(' ', ', ')}), "
                f"got shape {tuple(tensor.shape)}: {because}"
            )

    def _same_kind(self, name, tensor):
        if self.first is not None:
            same_kind(name, tensor, *self.first)
            return
        self.first = name, tensor
        if not (self.integers or tensor.is_floating_point() or tensor.is_complex()):
            raise ShapeError(f"{name} must hold floating-point numbers, got dtype {tensor.dtype}")


# Parsed once; a plain dictionary, because torch.compile warns about functools.cache.
_known: dict[str, list[tuple[int, str]]] = {}


def _parsed(axes: str) -> list[tuple[int, str]]:
    """ "4H I" -> [(4, "H"), (1, "I")]."""
    if axes not in _known:
        found = [re.fullmatch(r"(\d*)(\w+)", axis).groups() for axis in axes.split()]
        _known[axes] = [(int(times or 1), letter) for times, letter in found]
    return _known[axes]


def a_tensor(name: str, value: Tensor) -> Tensor:
    """``value``, when it is a tensor; raises TypeError else."""
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
    return value


def same_kind(name: str, tensor: Tensor, other_name: str, other: Tensor) -> None:
    """Raises ShapeError if the two differ in dtype (autocast aside) or device."""
    for what in ("device",) if autocasting(tensor) else ("dtype", "device"):
        mine, theirs = getattr(tensor, what), getattr(other, what)
        if mine != theirs:
            raise ShapeError(f"{name} has {what} {mine}, but {other_name} has {what} {theirs}")


def fits_the_weights(name: str, tensor: Tensor, weight: Tensor) -> None:
    """``same_kind`` for what a module is given; the sentence says how to put it right."""
    for what in ("device",) if autocasting(tensor) else ("dtype", "device"):
        mine, theirs = getattr(tensor, what), getattr(weight, what)
        if mine != theirs:
            way = theirs if what == "dtype" else repr(str(theirs))
            raise ShapeError(
                f"{name} has {what} {mine}, the weights have {theirs}: "
                f"convert it with {name}.to({way})"
            )


def as_pair(name: str, states) -> tuple[Tensor, Tensor]:
    """The two tensors of a state (h, c); raises TypeError for anything but a pair."""
    if not isinstance(states, tuple | list) or len(states) != 2:
        count = f" of {len(states)}" if isinstance(states, tuple | list) else ""
        raise TypeError(
            f"{name} must be the pair (h, c) of tensors, got {type(states).__name__}{count}"
        )
    h, c = states
    return h, c


def at_least(name: str, value: int, least: int) -> int:
    """``value``, when it is an int of at least ``least``; raises TypeError or ValueError else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return value


def a_number(name: str, value: float, least: float) -> float:
    """``value``, when it is a finite number of at least ``least``; raises an error else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    if not least <= value < math.inf:
        raise ValueError(f"{name} must be a finite number, at least {least}, got {value}")
    return value


def one_of(name: str, value, known) -> None:
    """Raises ValueError if ``value`` is none of the ``known`` ones."""
    if value not in tuple(known):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")


def autocasting(tensor: Tensor) -> bool:
    """Whether torch converts dtypes by itself here, so that they may differ."""
    device = tensor.device.type
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
