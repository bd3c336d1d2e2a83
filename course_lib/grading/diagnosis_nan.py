"""NaN among the values: how many, and which line of the student's made the first."""

from course_lib.exercises.spec import Case
from course_lib.grading.exam import Exam, Outcome
from course_lib.grading.phrases import sentences
from course_lib.grading.result import Finding
from course_lib.i18n import _


def not_a_number(exam: Exam, outcome: Outcome) -> Finding | None:
    """A finding for values that hold NaN where torch's are numbers."""
    spoiled = [m for m in outcome.mismatches if m.kind == "nan"]
    if not spoiled or outcome.aspect.observe != "values":
        return None
    first = spoiled[0]
    text = _("{count} of {all} numbers of {value} are NaN: no number at all.")
    count = int(first.got.isnan().sum())
    what = text.format(count=count, all=first.got.numel(), value=first.name)
    why = _("One NaN spoils everything that is computed from it.")
    return Finding("numeric", "not-a-number", what, why, where=birth_of_nan(exam, outcome.case))


def birth_of_nan(exam: Exam, case: Case) -> str:
    """A sentence about the line that makes the first NaN; "" where none is found."""
    birth = exam.birth_of_nan(case)
    if birth is None:
        return ""
    text = _("The first NaN comes from your line {number}: {line}").format(
        number=birth.number, line=birth.line[:120]
    )
    if birth.infinite:
        text = sentences(f"{text}.", _("It was given a number that is already infinite."))
    return text
