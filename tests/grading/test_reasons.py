"""The sentence beside a mark names what cost the points, and calls cells what people see."""

import pytest
from nbformat import NotebookNode, from_dict

from course_lib.grading.endings import halted, refused
from course_lib.grading.reasons import plain, reason_of, reasons_of_cells
from course_lib.grading.result import CHECK
from course_lib.grading.results import Row
from course_lib.i18n import speaking

MINUS = {"kind": "fault", "id": "minus", "text": "It subtracts."}
FORBIDDEN = {"kind": "error", "id": "forbidden-call", "text": "Your code uses nn.LSTM."}
UNWRITTEN = {"kind": "error", "id": "not-written", "text": "more is not written yet."}


def raised(ename, evalue=""):
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": []}


def missing(name):
    return raised("NameError", f"name '{name}' is not defined")


def found(name, *findings):
    data = {CHECK: {"item": f"tiny.{name}", "findings": list(findings)}}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}


def code(source, *outputs, count=None, about=None):
    return {
        "cell_type": "code", "id": "a1b2c3", "source": source, "execution_count": count,
        "metadata": {"nbgrader": about or {}}, "outputs": list(outputs),
    }  # fmt: skip


def answer(name, *outputs, source=""):
    about = {"grade_id": name, "solution": True, "grade": False, "task": False}
    return code(source or f"def {name}(): ...", *outputs, about=about)


def check(name, *outputs, points=4):
    about = {"grade_id": f"check_{name}", "grade": True, "solution": False, "task": False}
    return code(f"check({name})", *outputs, about={**about, "points": points})


def notebook(*cells) -> NotebookNode:
    return from_dict({"cells": list(cells)})


def row(to_mark=0.0, **points) -> Row:
    made = Row("ana", "Ana", "en", "graded", to_mark=to_mark)
    made.points = {f"check_{name}": score for name, score in points.items()}
    made.total = sum(score or 0 for score in points.values())
    return made


@pytest.mark.parametrize(
    ("finding", "told"),
    [(FORBIDDEN, "add: Your code uses nn.LSTM."), (MINUS, "add: It subtracts.")],
)
def test_what_cost_points_is_named_and_not_an_error_that_cost_nothing(finding, told):
    made = notebook(
        answer("other", raised("ValueError", "oh")), check("other", found("other")),
        answer("add"), check("add", found("add", finding)),
    )  # fmt: skip
    assert reason_of(row(other=4, add=0), made) == told


def test_the_cell_that_was_to_bring_a_missing_name_is_the_reason():
    made = notebook(
        code("1 / 0", raised("ZeroDivisionError"), count=2),
        answer("add", raised("SyntaxError", "expected ':'"), source="def add(a, b)"),
        check("add", missing("add")),
    )
    assert reason_of(row(add=0), made) == (
        "The answer cell add stops with SyntaxError: expected ':'."
    )


def test_an_answer_without_the_name_that_is_asked_for_is_the_reason_as_well():
    made = notebook(
        answer("lstm_module", raised("ValueError", "no"), source="raise ValueError('no')"),
        check("lstm_module", missing("LSTM")),
    )
    told = "The answer cell lstm_module stops with ValueError: no."
    assert reason_of(row(lstm_module=0), made) == told


def test_the_reason_of_a_missing_name_is_followed_back_to_where_it_begins():
    made = notebook(
        code("import nunpy as np", raised("ModuleNotFoundError", "no nunpy"), count=3),
        answer("add", missing("np"), source="ONE = np.ones(1)\ndef add(): ..."),
        code("add()", missing("add"), count=5),  # it misses the name as well and brings it not
        check("add", missing("add")),
    )
    assert reason_of(row(add=0), made) == ("The cell [3] stops with ModuleNotFoundError: no nunpy.")


def test_a_chain_of_missing_names_may_be_longer_than_recursion_goes():
    chain = [code("n0 = 1 / 0", raised("ZeroDivisionError", "division by zero"), count=1)]
    chain += [code(f"n{n} = n{n - 1}", missing(f"n{n - 1}"), count=n + 1) for n in range(1, 1500)]
    told = reason_of(row(add=0), notebook(*chain, check("add", missing("n1499"))))
    assert told == "The cell [1] stops with ZeroDivisionError: division by zero."


def test_marks_that_turn_the_direction_of_a_line_are_left_out():
    assert plain("evil\u202etxt.ipynb\u2066 x") == "eviltxt.ipynb x"


def test_a_helper_that_does_not_run_is_the_reason_of_what_calls_it():
    stops = {
        "kind": "error", "id": "raises-NameError",
        "text": "add stopped with NameError: name 'helper' is not defined.",
    }  # fmt: skip
    made = notebook(
        code("def helper(:", raised("SyntaxError", "bad"), count=1),
        answer("add"), check("add", found("add", stops)),
    )  # fmt: skip
    assert reason_of(row(add=0), made) == "The cell [1] stops with SyntaxError: bad."


def test_an_error_below_the_first_loss_is_not_its_reason():
    made = notebook(
        check("add", missing("add")), code("def add(): 1 / 0", raised("ZeroDivisionError"), count=9)
    )
    assert reason_of(row(add=0), made).startswith("The check add stops with NameError")


def test_an_error_that_cost_nothing_is_told_where_nothing_is_lost():
    made = notebook(answer("add", raised("Timeout")), check("add", found("add")))
    assert reason_of(row(add=4), made) == (
        "The answer cell add ran too long and was stopped. Everything is right."
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (raised("ValueError", "no"), "The cell [7] stops with ValueError: no."),
        (raised("KernelDied"), "The cell [7] ends the process that runs it."),
        (raised("Timeout"), "The cell [7] ran too long and was stopped."),
    ],
)
def test_a_cell_of_the_students_own_has_the_number_that_is_seen_beside_it(error, told):
    made = notebook(code("...", error, count=7), check("add", found("add")))
    assert reason_of(row(add=4), made) == f"{told} Everything is right."
    late, dead = halted(made)
    assert {*late, *dead} <= {"[7]"}


BONUS = {"check_more"}


def test_a_bonus_that_was_begun_and_is_not_complete_is_said_and_no_loss():
    made = notebook(check("add", found("add")), check("more", found("more", MINUS), points=5))
    right = "Everything is right. Of the bonus, this is not complete: more."
    assert reason_of(row(add=4, more=2), made, BONUS) == right
    assert reason_of(row(add=4, more=0), made, BONUS) == right
    waits = reason_of(row(add=4, more=2, to_mark=6.0), made, BONUS)
    assert "6 points are still to be marked. Of the bonus, this is not complete: more." in waits


@pytest.mark.parametrize("left_out", [found("more", UNWRITTEN), raised("NotImplementedError")])
def test_a_bonus_that_was_left_out_or_is_complete_is_not_mentioned(left_out):
    empty = notebook(check("add", found("add")), check("more", left_out, points=5))
    whole = notebook(check("add", found("add")), check("more", found("more"), points=5))
    for made, more in ((empty, 0), (whole, 5)):
        assert reason_of(row(add=4, more=more), made, BONUS) == "Everything is right."


def test_each_part_that_lost_points_has_a_reason_of_its_own():
    made = notebook(
        check("a", found("a", MINUS)), check("b", raised("ValueError", "no")), check("c"),
        check("d", found("d")), check("e"),
    )  # fmt: skip
    assert reasons_of_cells(row(a=1, b=0, c=3, d=4, e=None), made) == {
        "check_a": "a: It subtracts.",
        "check_b": "The check b stops with ValueError: no.",
        "check_c": "c is not complete.",
    }


def test_the_reason_of_a_part_is_the_cell_above_that_was_to_bring_what_it_misses():
    made = notebook(
        answer("add", raised("SyntaxError", "bad"), source="def add(a, b)"),
        check("add", missing("add")),
    )
    told = "The answer cell add stops with SyntaxError: bad."
    assert reasons_of_cells(row(add=0), made) == {"check_add": told}


def test_the_line_of_a_refusal_is_said_in_the_language_of_the_reader():
    said = {"say": 'In the cell "{cell}", line {number}: {line}',
            "values": {"cell": "add", "number": 3, "line": "nn.LSTM(1, 2)"}}  # fmt: skip
    finding = {**FORBIDDEN, "where": "它在哪里", "told": {"where": said}}
    made = notebook(check("add", found("add", finding)))
    assert refused(made) == {
        "check_add": ("Your code uses nn.LSTM.", 'In the cell "add", line 3: nn.LSTM(1, 2)')
    }
    with speaking("zh_CN"):
        where = refused(made)["check_add"][1]
    assert "第" in where and "nn.LSTM(1, 2)" in where


def test_a_check_that_failed_itself_is_told_until_a_person_has_given_the_points():
    check_of_ours = found("add", {"kind": "unknown", "id": "check-failed", "text": "It failed."})
    check_of_ours["data"][CHECK]["failed"] = True
    cells = notebook(check("add", check_of_ours), check("less", found("less", MINUS)))
    told = reason_of(row(4.0, add=None, less=4), cells)
    assert told.startswith("add: It failed. Everything that was checked is right")
    assert reason_of(row(4.0, add=None, less=1), cells) == "less: It subtracts. add: It failed."
    assert "add" not in reason_of(row(add=4, less=4), cells)
