"""Whatever a process says where numbers belong, it is told so, and never that the check failed."""

import math

import pytest
import torch

from course_lib.grading.candidate import Local
from course_lib.grading.check import check
from course_lib.grading.exam import Exam
from tests.slow import slow_but


class Nothing(Local):
    """Answers every question with what ``says`` makes of the names that are asked for."""

    def __init__(self, item, names, says) -> None:
        super().__init__(item.oracle, watched=False)
        self.answer = says(names)

    def refused(self, item):
        return None

    def observe(self, item, observe, case, seed, seconds):
        return self.answer


@pytest.mark.parametrize("says", [dict.fromkeys, lambda names: {}], ids=["none", "empty"])
def test_nothing_is_no_answer(assignment, item, says):
    aspect = item.aspects[0]
    exam = Exam(assignment, item, None, (0,))
    names = list(exam.expected(aspect.observe, exam.cases(aspect)[0]))
    result = check(f"{assignment.id}.{item.id}", Nothing(item, names, says))
    assert result.points == 0 and result.findings
    assert "check-failed" not in {finding.id for finding in result.findings}


class Other(Local):
    """Answers what is right, changed into numbers of another kind."""

    def __init__(self, item, change) -> None:
        super().__init__(item.oracle, watched=False)
        self.change = change

    def refused(self, item):
        return None

    def observe(self, item, observe, case, seed, seconds):
        right = super().observe(item, observe, case, seed, seconds)
        return {n: None if t is None else self.change(t.detach()) for n, t in right.items()}


KINDS = {
    "bool": lambda tensor: tensor > 0,
    "complex": lambda tensor: tensor * (1 + 1j),
    "a number": lambda tensor: torch.tensor(1.0),
    "complex nan": lambda tensor: torch.full(tensor.shape, complex("nan")),
    "none": lambda tensor: torch.zeros(0, 3),
    "whole": lambda tensor: tensor.long() + 1,
    "half": lambda tensor: tensor.half() + 1,
    "nan": lambda tensor: tensor.double() * math.nan,
    "infinite": lambda tensor: tensor.double() + math.inf,
    "many axes": lambda tensor: torch.zeros([1] * 30),
}


@pytest.mark.parametrize("kind", slow_but([*KINDS][:3], KINDS))
def test_numbers_of_another_kind_are_told_of(assignment, item, kind):
    result = check(f"{assignment.id}.{item.id}", Other(item, KINDS[kind]))
    assert not result.failed  # which would wait for a person
    if not (item.explain or item.spell):  # else the course's code makes the numbers, of words
        assert result.findings or result.passed
        assert "check-failed" not in {finding.id for finding in result.findings}, str(result)
