"""Aspects that test one thing only: when the ordinary numbers are right, the failure says what."""

from course_lib.grading.diagnosis_errors import line_of, stopped
from course_lib.grading.diagnosis_nan import birth_of_nan
from course_lib.grading.diagnosis_numbers import almost
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import listed, sentences
from course_lib.grading.result import Finding
from course_lib.grading.words import axis_word, section, spoken_fault
from course_lib.i18n import _


def special(exam: Exam, outcome: Outcome, outcomes) -> Finding | None:
    """What this failure means, given that the basic values are right; None if they are not."""
    basic = [
        o for o in outcomes
        if o.aspect.basic and o.aspect.observe == "values" and o is not outcome
    ]  # fmt: skip
    if outcome.aspect.observe == "arguments_after" and not isinstance(outcome.answer, Failure):
        return _changed(outcome)
    if outcome.aspect.observe == "first_weights" and not isinstance(outcome.answer, Failure):
        return _start(exam, outcome)
    if not basic or not all(o.passed for o in basic):
        return None
    if outcome.aspect.observe == "gradients" or outcome.aspect.fault == "float32":
        rounded = almost(exam, outcome)
        if rounded:
            return rounded
    if outcome.aspect.observe == "gradients":
        return _gradients(exam, outcome)
    maker = SPECIAL.get(outcome.aspect.fault or "")
    if maker:
        return maker(exam, outcome)
    for fault in exam.item.faults:
        if fault.id == outcome.aspect.fault:
            return spoken_fault(fault, failed_with(outcome))
    return None


def failed_with(outcome: Outcome) -> str:
    """The exception's own words and the line it came from, when there is one."""
    if not isinstance(outcome.answer, Failure):
        return ""
    kind = type(outcome.answer.error).__name__
    return sentences(stopped(f"{kind}: {outcome.answer.text[:200]}"), line_of(outcome.answer))


def _changed(outcome: Outcome) -> Finding:
    names = listed(m.name for m in outcome.mismatches)
    what = _("After the call, {names} is not what it was: your code changes it in place.")
    why = _("The caller still needs it. A second call would start from other numbers.")
    return Finding("fault", "changes-arguments", what.format(names=names), why)


def _gradients(exam: Exam, outcome: Outcome) -> Finding | None:
    if isinstance(outcome.answer, Failure):
        return None
    missing = [m.name for m in outcome.mismatches if m.kind == "missing"]
    zero = [m.name for m in outcome.mismatches if m.kind == "value" and not m.got.any()]
    cut = missing + zero
    if cut and len(cut) == len(outcome.answer):
        what = _("The numbers are right, but no gradient flows through your code at all.")
        why = _(
            "Something takes them out of torch's record: detach, .data, item, numpy, no_grad, "
            "or a new tensor made from numbers."
        )
        return Finding(
            "dependence", "no-gradient", what, why, section(f"{exam.item.chapter}-prove")
        )
    if cut:
        what = _("The numbers are right, but no gradient reaches {names}.").format(
            names=listed(cut)
        )
        why = _("On the way from there something leaves torch's record, so it can never learn.")
        return Finding(
            "dependence", "gradient-cut", what, why, section(f"{exam.item.chapter}-prove")
        )
    names = listed(m.name for m in outcome.mismatches)
    what = _("The numbers are right, but these gradients are not: {names}.").format(names=names)
    why = _("Part of the way back is cut or counted twice.")
    return Finding("dependence", "gradient-wrong", what, why, section(f"{exam.item.chapter}-prove"))


def _start(exam: Exam, outcome: Outcome) -> Finding:
    wrong = {m.name for m in outcome.mismatches}
    if "finite" in wrong:
        id, what = "starts-empty", _("The first values of the weights are not finite numbers.")
    elif "different" in wrong:
        id, what = "starts-equal", _("All weights of a matrix start at the same number.")
    elif "small" in wrong:
        id, what = (
            "starts-normal",
            _("Some weights start outside the range that the statement names."),
        )
    elif wrong & {"wide", "signs"}:
        id, what = (
            "starts-narrow",
            _("The first weights fill only part of the range that the statement names."),
        )
    elif wrong == {"biases"}:
        id, what = (
            "starts-bias",
            _("The biases do not start at random in the range that the statement names."),
        )
    else:
        id, what = (
            "starts-fixed",
            _("Two modules start with the same weights: they are not random."),
        )
    return Finding("fault", id, what)


def _ones(exam: Exam, outcome: Outcome) -> Finding:
    letter = outcome.case.id.split("-")[1]
    size = {
        "B": _("a batch of one"),
        "T": _("a sequence of one time step"),
        "I": _("an input of size one"),
        "H": _("a hidden size of one"),
        "P": _("a projection to one unit"),
    }.get(letter, letter)
    if letter in exam.item.axis_names:
        size = _("a size of one ({axis})").format(axis=axis_word(exam.item, letter))
    what = _("Your code is right in general, and fails for {size}.").format(size=size)
    why = _("Something treats an axis of size 1 differently, as squeeze and broadcasting do.")
    return Finding("shape", "sizes-of-one", what, why, where=failed_with(outcome))


def _overflow(exam: Exam, outcome: Outcome) -> Finding:
    what = _("For large inputs, around 1000, the numbers become NaN or wrong.")
    why = _("A formula with exp overflows. One NaN then spoils all later states.")
    where = failed_with(outcome)
    if any(mismatch.kind == "nan" for mismatch in outcome.mismatches):
        where = birth_of_nan(exam, outcome.case)
    return Finding("numeric", "overflow", what, why, where=where)


def _double(exam: Exam, outcome: Outcome) -> Finding:
    what = _("Your code is right for float32 and not for float64.")
    why = _(
        "Somewhere a tensor is made with a fixed type or turned into float32, "
        "or a number has too few digits."
    )
    return Finding("numeric", "not-float64", what, why, where=failed_with(outcome))


def _again(exam: Exam, outcome: Outcome) -> Finding:
    what = _("A second call with the same arguments gives other numbers than the first.")
    why = _("Something is left from the call before, or drawn anew at each call.")
    return Finding("dependence", "second-call-differs", what, why, where=failed_with(outcome))


def _none(exam: Exam, outcome: Outcome) -> Finding:
    what = _("With given states your code is right. Without them (None) it is not.")
    unhandled = isinstance(outcome.answer, Failure) and "None" in outcome.answer.text
    id = "default-missing" if unhandled else "default-wrong"
    why = _("Most calls give no states; they mean a state of zeros.")
    return Finding(
        "fault", id, what, why, section(f"{exam.item.chapter}-scratch"), failed_with(outcome)
    )


SPECIAL = {
    "sizes-of-one": _ones,
    "overflow": _overflow,
    "float32": _double,
    "keeps-state": _again,
    "default-missing": _none,
}
