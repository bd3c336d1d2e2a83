"""A student's code is stopped after its time; nothing of ours is ever stopped halfway."""

import signal
import sys
import time
from contextlib import suppress

import pytest
import torch

from course_lib.exercises import get_item
from course_lib.grading import exam as exams
from course_lib.grading import forbidden, time_limit
from course_lib.grading.time_limit import TimeIsUp, limited

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="needs Unix signals to stop code"
)
# A block of ours that takes longer to begin or to end than the student's code has.
SLOW = """
import time

class Slow:
    begun = ended = False

    def __enter__(self):
        time.sleep(0.1)
        self.begun = True

    def __exit__(self, *_error):
        time.sleep(0.1)
        self.ended = True
"""


def slow_block():
    names = {}
    exec(compile(SLOW, "/somewhere/course_lib/slow.py", "exec"), names)
    return names["Slow"]()


def for_ever():
    while True:
        pass


def no_alarm_is_left() -> bool:
    return signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_comes_back_in_time_is_given_back():
    assert limited(1.0, lambda: 5) == 5
    assert no_alarm_is_left()


def test_a_loop_without_end_is_stopped():
    with pytest.raises(TimeIsUp):
        limited(0.05, for_ever)
    assert no_alarm_is_left()


def test_a_loop_that_catches_every_alarm_is_stopped_by_one_that_follows_at_once():
    def stubborn():
        while True:
            with suppress(BaseException):
                time.sleep(100)

    with pytest.raises(TimeIsUp):
        limited(0.05, stubborn)
    assert no_alarm_is_left()


def test_a_limit_inside_a_limit_gives_the_outer_one_its_alarm_back():
    def both():
        limited(30.0, lambda: None)
        for_ever()

    with pytest.raises(TimeIsUp):
        limited(0.3, both)
    assert no_alarm_is_left()


def test_a_block_of_ours_begins_and_ends_before_code_is_stopped():
    block = slow_block()

    def call():
        with block:
            for_ever()

    started = time.monotonic()
    with pytest.raises(TimeIsUp):
        limited(0.02, call)
    assert block.begun and block.ended
    assert time.monotonic() - started < 10, "an alarm that is put off rings again soon"


def test_an_alarm_while_a_block_of_ours_ends_waits_for_its_end():
    block = slow_block()

    def call():
        with block:
            pass
        for_ever()

    with pytest.raises(TimeIsUp):
        limited(0.15, call)
    assert block.ended


def test_a_students_own_block_may_be_stopped_while_it_ends():
    class Endless:
        def __enter__(self):
            return self

        def __exit__(self, *_error):
            for_ever()

    def call():
        with Endless():
            pass

    with pytest.raises(TimeIsUp):
        limited(0.05, call)


def test_no_alarm_interrupts_the_end_of_the_watch_for_forbidden_calls(monkeypatch):
    class SlowToEnd(forbidden._Watch):
        def __exit__(self, *error):
            time.sleep(0.2)
            super().__exit__(*error)

    def slow(*_arguments):
        time.sleep(0.05)
        raise ValueError

    monkeypatch.setattr(forbidden, "_Watch", SlowToEnd)
    monkeypatch.setattr(exams, "ONE_CALL", 0.1)
    assignment, item = get_item("ps2_rnn.rnn_cell")
    exam = exams.Exam(assignment, item, slow, (0,))
    answer = exam.ask("values", item.cases("ordinary", 0)[0])
    assert isinstance(answer.error, ValueError)
    torch.rnn_tanh_cell(*map(torch.zeros, [(1, 1)] * 4))  # for us nothing is forbidden
    assert no_alarm_is_left()


def test_code_at_the_bottom_of_its_recursion_hears_the_alarm(monkeypatch, nothing_unraisable):
    """It spends next to no time where the handler would find the room that it needs."""
    until, usual, own_file = time.monotonic() + 10, sys.getrecursionlimit(), time_limit.own_file

    def needs_room(name, calls=30):
        return needs_room(name, calls - 1) if calls else own_file(name)

    class Fallen:
        def __del__(self):
            needs_room("", 3)

    def again():
        if time.monotonic() > until:
            raise KeyboardInterrupt
        Fallen()
        try:
            return again()
        except RecursionError:
            return again()

    monkeypatch.setattr(time_limit, "own_file", needs_room)
    heard = False
    try:
        limited(0.1, again)
    except (TimeIsUp, KeyboardInterrupt) as error:  # to show all errors behind it takes for ever
        heard = isinstance(error, TimeIsUp)
    assert heard and sys.getrecursionlimit() == usual


def test_code_that_catches_every_alarm_gets_no_deeper_for_ever(nothing_unraisable):
    until, deepest = time.monotonic() + 2, 0

    def again(depth):
        nonlocal deepest
        deepest = max(deepest, depth)
        while time.monotonic() < until:
            with suppress(BaseException):
                again(depth + 1)

    limited(0.05, lambda: again(0))
    assert 900 < deepest < time_limit.MOST + time_limit.ROOM
