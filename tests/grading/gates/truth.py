"""Is what a student was told true? Held against the numbers on inputs that no check has drawn."""

from course_lib.exercises.spec import Assignment, Item
from course_lib.grading import exam as exams
from course_lib.grading.capture import contained
from course_lib.grading.compare import same
from course_lib.grading.diagnosis_known import alike, in_layout
from course_lib.grading.exam import Exam, Failure
from course_lib.grading.result import CheckResult

SEED = 31


def right(assignment: Assignment, item: Item, answer, seeds=(0, 10_000)) -> bool:
    """Whether every aspect is right; stops at the first that is not, and explains nothing."""
    exam = Exam(assignment, item, answer, seeds)
    with contained():
        return all(exam.outcome(aspect).passed for aspect in item.aspects)


def named(item: Item, result: CheckResult) -> list:
    """The faults and conventions that the findings name."""
    known = {fault.id: fault for fault in (*item.faults, *item.conventions)}
    return [known[finding.id] for finding in result.findings if finding.id in known]


def untrue(assignment: Assignment, item: Item, answer, result: CheckResult) -> str:
    """Why what the findings name is not true of the answer's numbers; "" when it is."""
    told = named(item, result)
    if not told or result.findings[0].partly or item.explain:
        return ""  # nothing is claimed of numbers, or one of several mistakes
    exam = Exam(assignment, item, answer, (SEED,))
    faults = [one for one in told if one in item.faults]
    layout = next((one for one in told if one in item.conventions), None)
    passed = {aspect.id for aspect in result.aspects if aspect.passed}
    # What was told besides the names, such as an exception, is wrong in some of the aspects.
    more = len(result.findings) > len(told)
    # What is wrong only in a special case may come from another mistake, told or not; where the
    # ordinary values show nothing of what was told, the other aspects must.
    failed = [aspect for aspect in item.aspects if aspect.id not in passed]
    ordinary = [a for a in failed if a.basic and a.observe == "values"]
    compared = 0
    with contained():
        for aspect in (*ordinary, *(a for a in failed if a not in ordinary)):
            if compared and ordinary and aspect not in ordinary:
                break
            if layout and aspect.observe != "values":
                continue
            if aspect.fault in {one.id for one in told}:
                continue  # a failure here means this fault, whatever the numbers are
            for case in item.cases(aspect.role, SEED):
                answers = [exam.ask(aspect.observe, case)]
                if layout:
                    answers = [in_layout(exam, layout, case)]
                wrong = _differs(exam, item, aspect, case, answers[0], faults)
                if wrong is None and layout and _right(exam, case, answers[0]):
                    # The layout is proven here; the faults must show where no numbers come back.
                    wrong = False if _show_elsewhere(exam, failed, faults) else None
                if wrong and not more:
                    return f"{aspect.id}, {case.id}: {wrong}"
                compared += wrong is False
    # An aspect may mean exactly one fault: its name is then told without numbers to compare.
    means = {aspect.fault for aspect in item.aspects if aspect.id not in passed}
    if compared or means & {one.id for one in told}:
        return ""
    return "nothing of it shows"


def _right(exam: Exam, case, values) -> bool:
    if values is None or isinstance(values, Failure):
        return False
    return same(values, exam.expected("values", case))


def _show_elsewhere(exam: Exam, failed, faults) -> bool:
    """Whether the faults and the answer give the same wrong truths, such as of first values."""
    switches = frozenset().union(*(fault.switches for fault in faults))
    for aspect in failed:
        if aspect.observe == "values":
            continue
        for case in exam.item.cases(aspect.role, SEED):
            mine = exam.ask(aspect.observe, case)
            theirs = exam.faulty(switches, aspect.observe, case)
            if isinstance(mine, Failure) or isinstance(theirs, Failure):
                continue
            if same(mine, theirs) and not same(theirs, exam.expected(aspect.observe, case)):
                return True
    return False


def _differs(exam: Exam, item: Item, aspect, case, mine, faults) -> str | bool | None:
    """Why the answer is not what the faults give; False if it is; None if nothing is to be seen."""
    right = exam.expected(aspect.observe, case)
    if not faults:
        return False if mine is not None and same(mine, right) else "another layout is not enough"
    theirs = exam.faulty(frozenset().union(*(f.switches for f in faults)), aspect.observe, case)
    if isinstance(mine, Failure) and isinstance(theirs, Failure):
        return False if alike(mine, theirs) else None
    if not isinstance(theirs, Failure) and same(theirs, right):
        return None  # the fault does not show here; what is wrong is told on its own
    if isinstance(mine, Failure) and not isinstance(theirs, Failure) and aspect.role != "ordinary":
        return None  # wrong here as the faults are, in a way of its own
    if mine is None or isinstance(mine, Failure) or isinstance(theirs, Failure):
        return "one of the two does not run"
    return False if same(mine, theirs) else "other numbers"


def quick_to_stop(monkeypatch) -> None:
    """A loop that an edit has made endless is stopped after a second."""
    monkeypatch.setattr(exams, "ONE_CALL", 1.0)
