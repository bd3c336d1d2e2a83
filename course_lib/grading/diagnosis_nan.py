"""Where a NaN was born: the first operation of the student's code that makes one from none."""

import linecache
import sys

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from course_lib.exercises.spec import Case
from course_lib.grading.exam import Exam, Outcome, own_file
from course_lib.grading.phrases import sentences
from course_lib.grading.result import Finding
from course_lib.i18n import _


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


def not_a_number(exam: Exam, outcome: Outcome) -> Finding | None:
    """A finding for values that hold NaN where torch's are numbers."""
    spoiled = [m for m in outcome.mismatches if m.kind == "nan"]
    if not spoiled or outcome.aspect.observe != "values":
        return None
    first = spoiled[0]
    text = _("{count} of {all} numbers of {value} are NaN: no number at all.")
    count = int(first.got.isnan().sum())
    what = text.format(count=count, all=first.got.numel(), value=first.name)
    why = _("One NaN spoils everything that is computed from it.")
    return Finding("numeric", "not-a-number", what, why, where=birth_of_nan(exam, outcome.case))


def birth_of_nan(exam: Exam, case: Case) -> str:
    """A sentence about the line that makes the first NaN; "" where none is found."""
    with _Watch() as watch:
        exam.ask_anew("values", case)
    if not watch.operation or not watch.line:
        return ""
    text = _("The first NaN comes from your line {number}: {line}").format(
        number=watch.number, line=watch.line[:120]
    )
    if watch.infinite:
        text = sentences(f"{text}.", _("It was given a number that is already infinite."))
    return text
