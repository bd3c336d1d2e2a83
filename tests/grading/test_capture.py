"""What runs a student's code leaves the kernel as it was: random numbers, streams."""

import random
import sys

import numpy
import pytest

from course_lib.grading.capture import contained


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
