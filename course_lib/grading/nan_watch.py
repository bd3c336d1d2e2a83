"""Where a NaN is born: the first operation of the student's code that makes one from none."""

import linecache
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from course_lib.grading.own_code import own_file


class Birth(NamedTuple):
    """The student's line that made the first NaN; ``infinite``: from a number already infinite."""

    number: int
    line: str
    infinite: bool


def birth_of_nan(run: Callable[[], object]) -> Birth | None:
    """Where ``run`` makes the first NaN; None where it makes none, or not in a line of theirs."""
    with _Watch() as watch, suppress(BaseException):  # what it raises has been told before
        run()
    if not watch.operation or not watch.line:
        return None
    return Birth(watch.number, watch.line, watch.infinite)


class _Watch(TorchFunctionMode):
    """Looks at what every operation gets and gives, until the first NaN."""

    def __init__(self):
        super().__init__()
        self.operation, self.line, self.number, self.infinite = "", "", 0, False
        self.looking = True

    def __torch_function__(self, function, types, args=(), kwargs=None):
        given = function(*args, **(kwargs or {}))
        if self.looking:
            self.looking = False  # what is asked here is no operation of the student's
            try:
                self._look(function, [*args, *(kwargs or {}).values()], given)
            finally:
                self.looking = not self.operation
        return given

    def _look(self, function, arguments, given) -> None:
        tensors = [t for t in _tensors(arguments) if t.is_floating_point()]
        born = any(t.isnan().any() for t in _tensors([given]) if t.is_floating_point())
        if not born or any(t.isnan().any() for t in tensors):
            return
        self.operation = getattr(function, "__name__", "?").strip("_")
        self.infinite = any(t.isinf().any() for t in tensors)
        frame = sys._getframe(2)
        while frame and not own_file(frame.f_code.co_filename):
            frame = frame.f_back
        if frame:
            self.number = frame.f_lineno
            self.line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()


def _tensors(values) -> list[Tensor]:
    found = []
    for value in values:
        if isinstance(value, (tuple, list)):
            found += _tensors(value)
        elif isinstance(value, Tensor) and value.layout is torch.strided:
            found.append(value)
    return found
