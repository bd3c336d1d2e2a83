"""``check("ps4_lstm.lstm_cell", lstm_cell)``: the one line of a test cell."""

import os

from course_lib.errors import CourseError
from course_lib.exercises import get_item
from course_lib.exercises.spec import Assignment, Item
from course_lib.grading import read_in_lab, session
from course_lib.grading.built_on import begin_with
from course_lib.grading.capture import contained
from course_lib.grading.diagnosis import Diagnosis, diagnose
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.follow_through import right_but_for
from course_lib.grading.forbidden import ForbiddenCall
from course_lib.grading.result import CHECK_FAILED, AspectResult, CheckResult, Finding
from course_lib.i18n import _

VISIBLE = 0  # the seed of the cases that every student sees


def check(item: str, fn, *, show: bool = True, hidden: bool = False) -> CheckResult:
    """Check a student's function or class against the item ``"assignment.item"``.

    Returns a CheckResult: ``.score`` 0..1, ``.points``, ``.findings``; shown by a notebook as the
    feedback (``show=False``: as the bare number). ``hidden=True`` adds cases drawn from the seed
    in the environment variable COURSE_SEED. Never raises and never writes to stderr.
    """
    try:
        assignment, spec = get_item(item)
    except CourseError as error:
        finding = Finding("error", "no-such-item", str(error))
        return CheckResult(str(item), str(item), 0, findings=(finding,), show=show)
    try:
        result = _examined(assignment, spec, fn, show, hidden)
    except Exception as error:  # a mistake of ours must not look like a mistake of the student's
        text = _(
            "The check itself failed ({error}). Please tell your teacher; it is not your code."
        )
        finding = Finding("unknown", CHECK_FAILED, text.format(error=_short(error)))
        result = CheckResult(f"{assignment.id}.{spec.id}", _(spec.title), spec.points,
                             findings=(finding,), hidden=hidden, show=show,
                             failed=True)  # fmt: skip
    session.record(result)
    return result


def hidden_seed() -> int:
    """The seed of the hidden cases: drawn and recorded when a class is graded, else 0."""
    try:
        return int(os.environ.get("COURSE_SEED", "0")) % 1_000_000
    except ValueError:
        return 0


def _examined(assignment: Assignment, item: Item, fn, show: bool, hidden: bool) -> CheckResult:
    seeds = (VISIBLE, 10_000 + hidden_seed()) if hidden else (VISIBLE,)
    exam = Exam(assignment, item, fn, seeds)
    common = {
        "item": f"{assignment.id}.{item.id}",
        "title": _(item.title),
        "max_points": item.points,
        "hidden": hidden,
        "show": show,
    }
    with contained() as printed:
        refused = read_in_lab.refused(assignment, item, fn) or exam.refused()
        if refused:
            outcomes, found, followed = [], Diagnosis((refused,)), frozenset()
        else:
            outcomes = _outcomes(exam)
            found, followed = _explained(exam, outcomes)
    written = not any(finding.id == "not-written" for finding in found.findings)
    asks = found.findings and written  # who is right needs no such sentence, and is not asked
    begin = begin_with(assignment, item, exam.candidate, session.results()) if asks else ""
    return CheckResult(
        **common,
        begin=begin,
        aspects=_aspects(item, outcomes, followed),
        findings=found.findings,
        picture=found.picture,
        caption=found.caption,
        printed=printed.kept,
        dropped=printed.dropped,
        void=any(finding.id == "forbidden-call" for finding in found.findings),
    )


def _outcomes(exam: Exam) -> list[Outcome]:
    """Every aspect, in order; after a first "not written yet" the rest is not asked."""
    outcomes = []
    exam.ask_together((a.observe, case) for a in exam.item.aspects for case in exam.cases(a))
    for aspect in exam.item.aspects:
        outcome = exam.outcome(aspect)
        outcomes.append(outcome)
        answer = outcome.answer
        if isinstance(answer, Failure) and isinstance(
            answer.error, (NotImplementedError, ForbiddenCall)
        ):
            rest = exam.item.aspects[len(outcomes) :]
            return outcomes + [Outcome(a, outcome.case, answer) for a in rest]
    return outcomes


def _explained(exam: Exam, outcomes: list[Outcome]) -> tuple[Diagnosis, frozenset[str]]:
    """What is wrong, and the aspects that are right but for that.

    A wrong answer may be of a kind that nobody has thought of: it stays wrong, for whatever reason.
    """
    try:
        found = diagnose(exam, outcomes)
        return found, right_but_for(exam, outcomes, found.mistake)
    except Exception as error:
        text = _(
            "This is not right yet, but the check failed while it looked for the cause ({error}). "
            "Please show it to your teacher."
        )
        finding = Finding("unknown", CHECK_FAILED, text.format(error=_short(error)))
        return Diagnosis((finding,)), frozenset()


def _aspects(item: Item, outcomes: list[Outcome], followed) -> tuple[AspectResult, ...]:
    """Points of each aspect.

    While all the basic ones are wrong, nothing else counts but what is right for code with the
    one mistake that was named (``followed``).
    """
    passed = {outcome.aspect.id: outcome.passed for outcome in outcomes}
    basic = any(passed.get(a.id) for a in item.aspects if a.basic and a.observe == "values")
    total = sum(aspect.weight for aspect in item.aspects)
    return tuple(
        AspectResult(
            aspect.id,
            _(aspect.title),
            item.points * aspect.weight / total,
            bool(passed.get(aspect.id)) and (aspect.basic or basic),
            waiting=bool(passed.get(aspect.id)) and not (aspect.basic or basic),
            followed=aspect.id in followed,
        )
        for aspect in item.aspects
    )


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
