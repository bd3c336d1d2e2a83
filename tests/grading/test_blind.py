"""What was written from the statements alone: right answers are accepted, wrong ones are not.

Every eighth is quick. Each module blind_ps*.py holds the answers to one assignment. What a check
says to a wrong one was read and judged to be true of it; the ids told then are kept here as
``tells``.
"""

import importlib
from pathlib import Path

import pytest
import torch

from course_lib.exercises import get_item
from course_lib.grading import check

ANSWERS = [
    pytest.param(
        item, fn, right, tells, id=f"{item}-{name}", marks=pytest.mark.slow if n % 8 else ()
    )
    for path in sorted(Path(__file__).parent.glob("blind_ps*.py"))
    for n, (name, item, fn, right, _about, tells) in enumerate(
        importlib.import_module(f"tests.grading.{path.stem}").ANSWERS
    )
]
# What is said where no mistake is recognised.
UNKNOWN = {"unknown", "numbers-differ"}


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("item", "answer", "right", "tells"), ANSWERS)
def test_a_blind_answer_is_judged_as_it_deserves(item, answer, right, tells):
    result = check(item, answer)
    told = {finding.id for finding in result.findings} - UNKNOWN
    if right:
        assert (result.score, told) == (1, set()), str(result)
        return
    assert result.score < 1, str(result)
    if tells is None:  # nothing is named: what is told is a fact, or that it is not known
        tells = told - {fault.id for fault in get_item(item)[1].faults}
    assert told == tells, str(result)
