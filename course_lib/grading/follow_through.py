"""Marks for what is right but for one named mistake: a mistake costs its own points, not all.

The bias that is missing in a cell is missing in every number that cell gives. When the diagnosis
names one mistake, the aspects that are not about the values themselves are judged against code
that makes this mistake and no other, as a teacher does who carries an error forward.
"""

from course_lib.exercises.spec import Aspect, Case
from course_lib.grading.compare import compare
from course_lib.grading.diagnosis_known import Match, in_layout
from course_lib.grading.exam import Exam, Failure, Outcome


def right_but_for(exam: Exam, outcomes: list[Outcome], match: Match | None) -> frozenset[str]:
    """Ids of the aspects that are right for code with the one mistake ``match``.

    Empty when there is none or more than one, or when the values are right in part: then the
    mistake lies in one aspect alone, and that one is its price.
    """
    if match is None or match.partly or len(match.faults) + bool(match.convention) != 1:
        return frozenset()
    values = [o for o in outcomes if o.aspect.basic and o.aspect.observe == "values"]
    if all(outcome.passed for outcome in values):
        return frozenset()
    rest = [outcome.aspect for outcome in outcomes if not outcome.aspect.basic]
    return frozenset(
        aspect.id
        for aspect in rest
        if all(_as_with(exam, match, aspect, case) for case in exam.cases(aspect))
    )


def _as_with(exam: Exam, match: Match, aspect: Aspect, case: Case) -> bool:
    if match.convention:
        if aspect.observe != "values":
            return False  # another layout of the gradients would have to be undone as well
        answer, right = in_layout(exam, match.convention, case), exam.expected("values", case)
    else:
        answer = exam.ask(aspect.observe, case)
        right = exam.faulty(match.faults[0].switches, aspect.observe, case)
    if answer is None or isinstance(answer, Failure) or isinstance(right, Failure):
        return False
    return not compare(answer, right, aspect.only, aspect.rtol, aspect.atol)
