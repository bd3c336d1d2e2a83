"""A process that says None where a number belongs is told so, and never that the check failed."""

import pytest

from course_lib.grading.candidate import Local
from course_lib.grading.check import check
from course_lib.grading.exam import Exam


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
