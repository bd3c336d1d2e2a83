"""What students are told who wrote from the statement alone; and that nobody is told a lie."""

import pytest

from course_lib.exercises import get_item
from course_lib.grading import check
from tests.grading.careless import ANSWERS

CERTAIN = [entry for entry in ANSWERS if None not in entry[3]]
OPEN = [entry for entry in ANSWERS if None in entry[3]]


@pytest.mark.parametrize("name, item, answer, expected", CERTAIN, ids=[e[0] for e in CERTAIN])
def test_a_careless_answer_is_told_its_mistake_first(name, item, answer, expected):
    result = check(f"ps4_lstm.{item}", answer)
    assert not result.passed
    assert result.findings[0].id in expected, str(result)
    assert len(result.findings) == 1, "one cause is told once"


@pytest.mark.parametrize("name, item, answer, expected", OPEN, ids=[e[0] for e in OPEN])
def test_a_mistake_that_nobody_foresaw_gets_a_true_fact_and_no_name(name, item, answer, expected):
    result = check(f"ps4_lstm.{item}", answer)
    described = get_item(f"ps4_lstm.{item}")[1]
    named = {f.id for f in described.faults} | {c.id for c in described.conventions}
    assert not result.passed
    assert not named & {finding.id for finding in result.findings}, str(result)
    assert {f.kind for f in result.findings} <= {"numeric", "dependence", "unknown"}


def text_of(name: str) -> str:
    entry = next(entry for entry in ANSWERS if entry[0] == name)
    return check(f"ps4_lstm.{entry[1]}", entry[2]).findings[0].text


def test_unforeseen_mistakes_get_the_fact_that_helps():
    assert "every bias is zero" in text_of("averaged_biases")
    assert "Row 1 of the batch depends on row 0" in text_of("normalises_over_the_batch")
    # The state is carried, only not far enough: what is lost is told, and no reason is guessed.
    assert "c_n does not depend on input at time 0" in text_of("resets_every_third_step")
