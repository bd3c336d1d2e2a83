"""A student's function or class, and all that is ever asked of it.

Whoever checks knows only ``Candidate``: the object may be in this process (``Local``) or in
another one that nobody trusts.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch

from course_lib.exercises.spec import Case, Item
from course_lib.grading.built_on import names_used
from course_lib.grading.compare import Observation
from course_lib.grading.forbidden import forbidden_name, refused_text, watching
from course_lib.grading.nan_watch import Birth, birth_of_nan
from course_lib.grading.observe import OBSERVATIONS
from course_lib.grading.result import Finding
from course_lib.grading.time_limit import limited
from course_lib.grading.words import section
from course_lib.i18n import _


class NotThere(Exception):
    """The notebook has no object of this name."""


class ProcessDied(BaseException):
    """The student's code ended the process it ran in."""


class Candidate(ABC):
    """What is asked of a student's object. All raise what the student's code raises."""

    @abstractmethod
    def refused(self, item: Item) -> Finding | None:
        """A finding when the object cannot even be asked."""

    @abstractmethod
    def observe(
        self, item: Item, observe: str, case: Case, seed: int, seconds: float
    ) -> Observation:
        """One observation of a case, with torch's random numbers seeded and a limit of time."""

    def observe_each(
        self, item: Item, questions: list[tuple[str, Case]], seconds: float, in_all: float
    ) -> Iterable[tuple[str, Case, Observation | BaseException]]:
        """The answers to as many of these questions as it pays to ask at once."""
        return ()

    @abstractmethod
    def birth_of_nan(self, item: Item, case: Case, seconds: float) -> Birth | None:
        """Which line makes the first NaN."""

    @abstractmethod
    def names_used(self) -> set[str]:
        """The global names that the code uses."""


class Local(Candidate):
    """An object of this process. ``watched``: calls that the item forbids are noticed."""

    def __init__(self, fn, watched: bool = True) -> None:
        self.fn, self.watched = fn, watched

    def refused(self, item: Item) -> Finding | None:
        return _unfit(item, self.fn) or _forbidden(item, self.fn)

    def observe(
        self, item: Item, observe: str, case: Case, seed: int, seconds: float
    ) -> Observation:
        reseed(seed)
        with watching(item.forbidden if self.watched else frozenset()):
            return limited(seconds, lambda: observed(item, observe)(item, self.fn, case))

    def birth_of_nan(self, item: Item, case: Case, seconds: float) -> Birth | None:
        return birth_of_nan(lambda: self.observe(item, "values", case, 0, seconds))

    def names_used(self) -> set[str]:
        return names_used(self.fn)


def observed(item: Item, observe: str):
    """The function that makes an observation: the item's own, or one that all items have."""
    return item.observations.get(observe) or OBSERVATIONS[observe]


def reseed(seed: int = 0) -> None:
    """Like ``torch.manual_seed`` for the CPU; that one is slow and remembers every call."""
    torch.default_generator.manual_seed(seed)


def _unfit(item: Item, fn) -> Finding | None:
    values = {"name": item.name, "signature": item.signature, "type": type(fn).__name__}
    if item.kind == "module":
        from torch import nn

        if isinstance(fn, nn.Module):
            text = _("Give the class {name} itself to the check, not an instance of it.")
            return Finding("error", "not-a-class", text.format(**values))
        if not isinstance(fn, type):
            text = _("{name} should be a class derived from nn.Module. It is of type {type}.")
            return Finding("error", "not-a-class", text.format(**values))
        if not issubclass(fn, nn.Module):
            text = _("The class {name} should derive from nn.Module.")
            why = _("Without it there are no registered parameters, and nothing can be trained.")
            return Finding("error", "not-a-module", text.format(**values), why)
    elif not callable(fn):
        text = _("{name} should be a function. It is of type {type}.")
        return Finding("error", "not-callable", text.format(**values))
    elif not _takes(fn, len(item.arguments)):
        text = _("{name} cannot be called with its {count} arguments: {signature}.")
        text = text.format(count=len(item.arguments), **values)
        return Finding("error", "signature", text)
    return None


def _forbidden(item: Item, fn) -> Finding | None:
    name = forbidden_name(fn, item.forbidden)
    if not name:
        return None
    look = section(f"{item.chapter}-scratch")
    return Finding("error", "forbidden-call", refused_text(name), look=look)


def _takes(fn, count: int) -> bool:
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True
