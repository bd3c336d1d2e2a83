"""How wrong numbers relate to the right ones: a factor, a sign, an order, a step.

Every relation is told only when it holds for all numbers of a value in every fresh case.
"""

from itertools import combinations, permutations
from math import prod

import torch
from torch import Tensor

from course_lib.grading.compare import close
from course_lib.grading.diagnosis_known import FRESH
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import listed
from course_lib.grading.result import Finding
from course_lib.grading.words import axis_word, gates_of
from course_lib.i18n import _


def relation(exam: Exam, outcome: Outcome) -> Finding | None:
    """A true sentence about all numbers of one wrong value, if there is one."""
    if outcome.aspect.observe != "values":
        return None
    wrong = [m.name for m in outcome.mismatches if m.kind == "value"]
    asked = _Asked.fresh(exam)
    if asked is None:
        return None
    for name in wrong:
        if not asked.has(name):
            continue
        for look in (another_value, factor, by_a_size, added, reversed_axis, shifted, gate_order):
            finding = look(asked, name)
            if finding:
                return finding
    return None


class _Asked:
    """The student's answers to fresh cases beside the right ones."""

    def __init__(self, exam: Exam, cases, pairs):
        self.item, self.cases, self.pairs = exam.item, cases, pairs

    @classmethod
    def fresh(cls, exam: Exam) -> "_Asked | None":
        for role in ("fresh", "fresh32"):
            cases = exam.drawn(role, FRESH)
            pairs = [(exam.ask("values", case), exam.expected("values", case)) for case in cases]
            if cases and not any(isinstance(mine, Failure) for mine, _right in pairs):
                return cls(exam, cases, pairs)
        return None

    def has(self, name: str) -> bool:
        """Whether the value is there every time, in numbers of the right shape."""
        return all(
            mine.get(name) is not None
            and right.get(name) is not None
            and mine[name].shape == right[name].shape
            and mine[name].is_floating_point()
            and bool(mine[name].isfinite().all())
            for mine, right in self.pairs
        )

    def of(self, name: str) -> list[tuple[Tensor, Tensor]]:
        return [(mine[name].double(), right[name].double()) for mine, right in self.pairs]

    def letters(self, name: str) -> list[str]:
        return self.item.axes(self.cases[0]).get(name, "").split()

    def holds(self, name: str, change) -> bool:
        """Whether the student's numbers are the right ones after ``change``, which is a change."""
        both = self.of(name)
        changed = [change(right) for _mine, right in both]
        if all(_equal(other, right) for other, (_mine, right) in zip(changed, both, strict=True)):
            return False
        return all(_equal(mine, other) for other, (mine, _right) in zip(changed, both, strict=True))


def _equal(mine: Tensor, right: Tensor) -> bool:
    return mine.shape == right.shape and bool(close(mine, right, 1e-4, 1e-5).all())


def _told(id: str, what: str, why: str = "") -> Finding:
    return Finding("numeric", id, what, why)


def another_value(asked: _Asked, name: str) -> Finding | None:
    for other in asked.pairs[0][1]:
        if other == name:
            continue
        same = [
            right.get(other) is not None
            and mine[name].shape == right[other].shape
            and bool(close(mine[name], right[other]).all())
            for mine, right in asked.pairs
        ]
        if all(same):
            text = _("What you return as {value} is the right {other}.")
            return _told("another-value", text.format(value=name, other=other))
    return None


def _factors(asked: _Asked, name: str) -> list[float] | None:
    """The number that turns the right values into the student's, in each case."""
    found = []
    for mine, right in asked.of(name):
        size = (right * right).sum()
        factor = float((mine * right).sum() / size) if size else 0.0
        if abs(factor) < 1e-6 or not _equal(mine, factor * right):
            return None
        found.append(factor)
    return found


def factor(asked: _Asked, name: str) -> Finding | None:
    found = _factors(asked, name)
    if not found or max(found) - min(found) > 1e-4 * abs(found[0]) or abs(found[0] - 1) < 1e-6:
        return None
    if abs(found[0] + 1) < 1e-4:
        text = _("{value} is right but for its sign: every number is negated.")
        return _told("sign", text.format(value=name))
    if abs(found[0] - 2) < 1e-4:
        text = _("Every number of {value} is exactly twice the right one.")
        return _told("double", text.format(value=name), _("Is something added twice?"))
    text = _("Every number of {value} is {factor} times the right one.")
    return _told("factor", text.format(value=name, factor=f"{found[0]:.4g}"))


def by_a_size(asked: _Asked, name: str) -> Finding | None:
    """Averaged instead of summed, or the reverse: the factor is the size of an axis or two."""
    found = _factors(asked, name)
    if not found or len(set(round(f, 6) for f in found)) == 1:
        return None
    sizes = [case.sizes for case in asked.cases]
    letters = [letter for letter in sizes[0] if letter != "1" and not gates_of(letter)]
    fits = []
    for count in (1, 2):
        for axes in combinations(letters, count):
            whole = [prod(size[axis] for axis in axes) for size in sizes]
            for how, wanted in (
                ("divided-by-a-size", [1 / w for w in whole]),
                ("times-a-size", whole),
            ):
                if all(abs(f - w) <= 1e-4 * w for f, w in zip(found, wanted, strict=True)):
                    fits.append((how, axes))
    if len(fits) != 1:
        return None
    how, axes = fits[0]
    words = listed(axis_word(asked.item, axis) for axis in axes)
    if how == "divided-by-a-size":
        text = _("Every number of {value} is the right one divided by the size of: {axes}.")
        why = _("Is something averaged that should be summed?")
    else:
        text = _("Every number of {value} is the right one times the size of: {axes}.")
        why = _("Is something summed that should be averaged?")
    return _told(how, text.format(value=name, axes=words), why)


def added(asked: _Asked, name: str) -> Finding | None:
    differences = torch.cat([(mine - right).flatten() for mine, right in asked.of(name)])
    number = float(differences.mean()) if differences.numel() else 0.0
    if abs(number) < 1e-3 or not torch.allclose(
        differences, torch.full_like(differences, number), rtol=0, atol=1e-4 * abs(number)
    ):
        return None
    text = _("Every number of {value} differs from the right one by the same {number}.")
    return _told("added", text.format(value=name, number=f"{number:.4g}"))


def reversed_axis(asked: _Asked, name: str) -> Finding | None:
    letters = asked.letters(name)
    for count in (1, 2):
        for axes in combinations(range(len(letters)), count):
            if asked.holds(name, lambda right, axes=axes: right.flip(axes)):
                words = listed(axis_word(asked.item, letters[axis]) for axis in axes)
                text = _("The numbers of {value} are right, in reverse order along: {axes}.")
                return _told("reversed", text.format(value=name, axes=words))
    return None


def shifted(asked: _Asked, name: str) -> Finding | None:
    """Along one axis the right numbers stand one place too late or too early."""
    letters = asked.letters(name)
    for axis, letter in enumerate(letters):
        length = min(mine.shape[axis] for mine, _right in asked.of(name))
        if length < 3:
            continue
        for id, mine_from, right_from in (("late", 1, 0), ("early", 0, 1)):
            parts = [
                (mine.narrow(axis, mine_from, mine.shape[axis] - 1),
                 right.narrow(axis, right_from, right.shape[axis] - 1))
                for mine, right in asked.of(name)
            ]  # fmt: skip
            if all(_equal(mine, right) and right.any() for mine, right in parts):
                text = {
                    "late": _("Along {axis}, the numbers of {value} stand one place too late."),
                    "early": _("Along {axis}, the numbers of {value} stand one place too early."),
                }[id]
                said = text.format(value=name, axis=axis_word(asked.item, letter))
                return _told(f"shifted-{id}", said)
    return None


def gate_order(asked: _Asked, name: str) -> Finding | None:
    """The blocks of a stacked axis are right, in another order."""
    for axis, letter in enumerate(asked.letters(name)):
        gates = gates_of(letter)
        for order in permutations(range(len(gates))) if gates else ():

            def stacked(right, axis=axis, order=order):
                blocks = right.chunk(len(order), axis)
                return torch.cat([blocks[k] for k in order], axis)

            if asked.holds(name, stacked):
                text = _("The gates of {value} are right, and stacked in the order {order}.")
                said = text.format(value=name, order=listed(gates[k] for k in order))
                return _told("stacked-otherwise", said)
    return None
