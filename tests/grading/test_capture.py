"""What runs a student's code leaves the kernel as it was: random numbers, streams, depth."""

import random
import sys

import numpy
import pytest
from torch import nn

from course_lib.exercises import get_item
from course_lib.grading import check
from course_lib.grading import exam as exams
from course_lib.grading.capture import DEEPEST, contained


def test_random_numbers_of_python_and_numpy_go_on_as_if_nothing_had_run():
    random.seed(3)
    numpy.random.seed(3)
    expected = random.random(), numpy.random.rand()
    random.seed(3)
    numpy.random.seed(3)
    with contained():
        random.seed(99)
        numpy.random.rand(5)
    assert (random.random(), numpy.random.rand()) == expected


def test_streams_come_back_also_after_an_error():
    before = sys.stdout, sys.stderr
    with pytest.raises(ZeroDivisionError), contained() as printed:
        print("seen")
        raise ZeroDivisionError
    assert (sys.stdout, sys.stderr) == before
    assert printed.kept == "seen\n"


def test_more_calls_inside_each_other_are_allowed_up_to_a_limit():
    before, allow = sys.getrecursionlimit(), sys.setrecursionlimit
    with contained():
        sys.setrecursionlimit(2000)
        assert sys.getrecursionlimit() == 2000
        sys.setrecursionlimit(10**6)
        assert sys.getrecursionlimit() == DEEPEST
    assert (sys.getrecursionlimit(), sys.setrecursionlimit) == (before, allow)


def calls_itself(*arguments):
    return calls_itself(*arguments)


def wants_to_go_deeper(*arguments):
    sys.setrecursionlimit(10**6)
    return calls_itself(*arguments)


def calls_itself_as_a_module(*arguments):
    return OfItself()(*arguments)


class OfItself(nn.Module):
    def forward(self, *arguments):
        return self(*arguments)


@pytest.mark.parametrize("answer", [calls_itself, wants_to_go_deeper, calls_itself_as_a_module])
def test_code_that_calls_itself_without_end_is_told_so_and_is_no_end_of_ours(answer):
    result = check("ps2_rnn.rnn_cell", answer)
    assert [finding.id for finding in result.findings] == ["raises-RecursionError"]


def test_code_that_calls_itself_again_after_each_error_is_stopped(monkeypatch, nothing_unraisable):
    def again(*arguments):
        try:
            return again(*arguments)
        except RecursionError:
            return again(*arguments)

    monkeypatch.setattr(exams, "ONE_CALL", 0.2)
    result = check("ps2_rnn.rnn_cell", again)
    assert [finding.id for finding in result.findings] == ["time-is-up"]


def test_a_failure_keeps_none_of_the_frames_it_came_through():
    assignment, item = get_item("ps2_rnn.rnn_cell")
    exam = exams.Exam(assignment, item, calls_itself, (0,))
    answer = exam.ask("values", item.cases("ordinary", 0)[0])
    assert isinstance(answer.error, RecursionError)
    assert answer.error.__traceback__ is None
    assert (answer.line, answer.function) == ("return calls_itself(*arguments)", "calls_itself")
