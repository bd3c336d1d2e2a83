"""From failed aspects to what to tell the student, in the order of what is most certain.

Not written, does not run or gives the wrong kind of thing; equal to a known fault, another
convention, or a pair; wrong shape; NaN; relations; dependence; where numbers part; "I don't know".
One cause is told once, however many aspects it fails.
"""

from dataclasses import dataclass

from course_lib.exercises.spec import Fault
from course_lib.grading import diagnosis_errors as errors
from course_lib.grading import diagnosis_known as known
from course_lib.grading import diagnosis_numbers as numbers
from course_lib.grading import diagnosis_shape as shapes
from course_lib.grading.diagnosis_dependence import dependence
from course_lib.grading.diagnosis_nan import not_a_number
from course_lib.grading.diagnosis_relations import relation
from course_lib.grading.diagnosis_special import special
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.picture import picture_of
from course_lib.grading.result import Finding
from course_lib.grading.words import spoken_fault

MOST = 3  # findings that are shown
# Observations that fail for reasons of their own, however wrong the numbers are.
SEPARATE = ("arguments_after", "first_weights", "parameters")


@dataclass(frozen=True)
class Diagnosis:
    """Findings, most important first; a picture; and the one known mistake, if it explains all."""

    findings: tuple[Finding, ...] = ()
    picture: str = ""
    caption: str = ""
    mistake: known.Match | None = None


def diagnose(exam: Exam, outcomes: list[Outcome]) -> Diagnosis:
    """What to tell about the outcomes of a check."""
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if not failed:
        return Diagnosis()
    findings: list[Finding] = []
    causes: list[tuple[Fault, ...]] = []
    matches: list[known.Match | None] = []
    told: list[Outcome] = []  # the failures already explained
    for outcome in failed:
        if len(findings) >= MOST or (exam.stopped and findings):
            break
        named = {o.aspect.id for o, m in zip(told, matches, strict=True) if m and m.faults}
        if _explained(exam, outcome, causes, told, named):
            continue
        new, match = explain(exam, outcome, outcomes)
        faults = match.faults if match else ()
        if causes and any(finding.id in ("unknown", "numbers-differ") for finding in new):
            continue  # mixed with a mistake that is named already: nothing to add
        said = {old.id for old in findings}
        if "parameter-names" in said:  # one of another name keeps its first, random values
            said.add("draws-random-numbers")
        findings += [f for f in new if f.id not in said]
        causes += [faults] if faults else []
        matches.append(match)
        told.append(outcome)
    mistake = matches[0] if len(matches) == 1 else None
    return Diagnosis(tuple(findings[:MOST]), *picture_of(exam, failed[0]), mistake)


def _explained(exam: Exam, outcome: Outcome, causes, told: list[Outcome], named) -> bool:
    """Whether a cause that was told already also explains this failure.

    ``named``: the aspects of ``told`` that a known mistake explains.
    """
    answer = outcome.answer
    together = tuple(fault for faults in causes for fault in faults)
    if causes and exam.makes(together, outcome):
        # Code that stops where these mistakes only give wrong numbers has made another one.
        return not isinstance(answer, Failure) or exam.stops(together, outcome)
    if isinstance(answer, Failure):
        if any(known.alike(answer, old.answer) for old in told):
            return True
        if "in-place" in answer.text and any(o.aspect.observe == "arguments_after" for o in told):
            return True
    numbers = [old for old in told if old.aspect.observe not in SEPARATE]
    if causes and (not numbers or any(old.aspect.id in named for old in numbers)):
        return False  # a named mistake that does not fail here: this is another one
    if outcome.aspect.observe == "loaded":
        return bool(told)
    if outcome.aspect.observe in SEPARATE:
        return False
    return bool(numbers)


def explain(exam: Exam, outcome: Outcome, outcomes) -> tuple[list[Finding], known.Match | None]:
    """The findings for one failed aspect, and the known mistake they name."""
    answer = outcome.answer
    if isinstance(answer, Failure):
        certain = errors.certain(exam, answer)
        if certain:
            return [certain], None
    elif exam.item.explain:
        faults = {fault.id: fault for fault in exam.item.faults}
        return [spoken_fault(faults[id]) for id in exam.item.explain(answer)], None
    where = numbers.place(exam, outcome)
    match = known.match(exam, outcome)
    if match:
        return known.told(match, where), match
    if isinstance(answer, Failure):
        return [special(exam, outcome, outcomes) or errors.explained(exam, outcome)], None
    for look in (shapes.wrong_shape, special, not_a_number, relation, dependence, numbers.almost):
        finding = look(exam, outcome, outcomes) if look is special else look(exam, outcome)
        if finding:
            return [finding], None
    return [numbers.unknown(exam, outcome, where)], None
