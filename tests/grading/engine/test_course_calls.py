"""A function of the course that a student's function is given: it is asked, and cannot be read."""

import socket
import threading
from functools import partial

import pytest
import torch

from course_lib.exercises.questions_gru import form_cases, form_of
from course_lib.exercises.spec import Case
from course_lib.grading.engine import wire
from course_lib.grading.engine.asked import decoded, encoded
from course_lib.grading.engine.children import Child
from course_lib.grading.engine.course_calls import MOST, ask, stand_in


@pytest.fixture
def answer():
    """A function: what a student's ``function`` makes of the case's cell, asked over a socket."""
    ends = []

    def of(function, case: Case):
        mine, theirs = socket.socketpair()
        ends.extend((mine, theirs))

        def student():
            wire.receive(theirs)
            blobs: list = []
            try:
                told = {"found": wire.encode(function(stand_in(theirs, "cell")), blobs)}
            except Exception as error:
                told = {"error": f"{type(error).__mro__[1].__name__}: {error}"}
            wire.send(theirs, told, blobs)

        threading.Thread(target=student, daemon=True).start()
        told, parts = ask(Child(mine, -1, -1), {"op": "observe"}, [], 10.0, case)
        return told.get("error") or wire.decode(told["found"], parts)

    yield of
    for end in ends:
        end.close()


def test_each_of_the_four_forms_is_found_out_by_asking(answer):
    cases = form_cases("fresh", 3)
    found = [answer(form_of, case) for case in cases]
    assert found == [form_of(case.options["cell"]) for case in cases]
    assert len(set(found)) == 4


def test_an_error_of_the_function_is_raised_where_it_was_called(answer):
    case = Case("c", {}, {}, {"cell": torch.mm})
    text = answer(lambda cell: cell(torch.zeros(2, 3), mat2=torch.zeros(2, 3)), case)
    assert "shapes cannot be multiplied" in text


def test_what_would_fill_the_graders_memory_is_refused(answer):
    case = Case("c", {}, {}, {"cell": lambda x: x})
    assert answer(lambda cell: cell(torch.ones(MOST)).sum().item(), case) == MOST
    assert "ValueError" in answer(lambda cell: cell(torch.ones(MOST + 1)), case)


def test_the_students_side_has_nothing_to_read():
    case = form_cases("fresh", 3)[0]
    _number, blobs = encoded(case)
    told, functions = decoded(blobs)
    assert functions == ["cell"] and told["options"] == {}
    given = stand_in(None, "cell")
    hidden = [cell.cell_contents for cell in given.__closure__]
    assert not any(isinstance(value, partial) or callable(value) for value in hidden)
