"""Does the student's code give exactly the numbers of a known mistake?

A mistake is named only when the numbers are equal on fresh random inputs and no other known
mistake gives them there. Then the name describes what the code does, whatever its text is.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations

from course_lib.exercises.spec import Case, Convention, Fault
from course_lib.grading.compare import same
from course_lib.grading.exam import ORDINARY, Exam, Failure, Outcome
from course_lib.grading.result import Finding
from course_lib.grading.words import spoken
from course_lib.i18n import _

FRESH = 770_001  # a seed that no check uses
VISIBLE = 0
_TOO_FEW_AXES = (RuntimeError, KeyError, TypeError, ValueError, IndexError)  # to lay out a tensor


@dataclass(frozen=True)
class Match:
    """What the student's numbers are equal to; ``partly`` when it is only one of the mistakes."""

    faults: tuple[Fault, ...] = ()
    convention: Convention | None = None
    partly: bool = False


def match(exam: Exam, outcome: Outcome) -> Match | None:
    """The one fault, convention or pair whose numbers are the student's; None if not one."""
    for cases, fallback in _questions(exam, outcome):
        observe = outcome.aspect.observe
        if fallback:
            observe = "values"
        exam.ask_together((observe, case) for case in cases)
        answers = [exam.ask(observe, case) for case in cases]
        if all(isinstance(answer, Failure) for answer in answers) and observe == "values":
            continue  # nothing to compare: easier cases may run
        right = [
            not isinstance(a, Failure) and same(a, exam.expected(observe, c))
            for a, c in zip(answers, cases, strict=True)
        ]
        candidates = _faults(exam, outcome, fallback)
        if all(right) and not fallback:
            continue  # wrong only elsewhere: nothing to compare here
        asked = _Asked(exam, observe, cases, answers)
        found = asked.single(candidates)
        if found is None and cases[0].id.startswith("square"):  # one of two makes the code fail
            found = asked.pair(exam.item.faults, {fault.id for fault in candidates}, False)
        elif found is None and not fallback and not all(right) and observe == "values":
            found = asked.convention()
            if found is None and _typed(cases, answers):
                found = asked.pair(candidates, exam.item.pairs_with, True)
                found = found or asked.convention_and_fault(candidates)
            if found and found.convention and not _in_general(exam, outcome, found.convention):
                found = None
        if found or (not fallback and _typed(cases, answers)):
            return found
    if isinstance(outcome.answer, Failure) and outcome.aspect.observe == "values":
        return _convention_of_failing(exam, outcome) or _stopped_alike(exam)
    return None


def _stopped_alike(exam: Exam) -> Match | None:
    """Code that never runs, and stops over the same sizes as one fault that is known by that."""
    cases = exam.drawn("fresh", FRESH)
    answers = [exam.ask("values", case) for case in cases]
    found = [
        fault
        for fault in exam.item.faults
        if fault.by_failure
        and all(
            alike(exam.faulty(fault.switches, "values", case), answer)
            for case, answer in zip(cases, answers, strict=True)
        )
    ]
    return Match((found[0],)) if len(found) == 1 else None


def _questions(exam: Exam, outcome: Outcome) -> Iterator[tuple[list[Case], bool]]:
    """Fresh cases like the one that failed; then, for code that fails, easier ones."""
    aspect = outcome.aspect
    if aspect.role == "ordinary":
        yield exam.drawn("fresh", FRESH), False
        yield exam.drawn("fresh32", FRESH), False
    else:
        yield [c for k in (0, 1) for c in exam.drawn(aspect.role, FRESH + k)], False
    if isinstance(outcome.answer, Failure) and aspect.role == "ordinary":
        yield [c for k in (0, 1) for c in exam.drawn("square", FRESH + k)], True
        yield [c for k in (0, 1) for c in exam.drawn("short", FRESH + k)], True


def _in_general(exam: Exam, outcome: Outcome, convention: Convention) -> bool:
    """Whether wrong ordinary numbers, too, are right in this layout, but for one fault at most.

    For large inputs, for one, a state hardly matters, and so its order is right by chance.
    """
    if outcome.aspect.role == "ordinary":
        return True
    for role in ("fresh", "fresh32"):
        cases = exam.drawn(role, FRESH)
        answers = [exam.ask("values", case) for case in cases]
        if not all(isinstance(answer, Failure) for answer in answers):
            asked = _Asked(exam, "values", cases, answers)
            if asked.equal(frozenset()) or asked.right_in(convention):
                return True
            both = asked.convention_and_fault(list(exam.item.faults))
            return both is not None and both.convention is convention
    return True


def _typed(cases, answers) -> bool:
    """Whether the answers have the type of the tensors asked with: then nothing is lost."""
    kinds = {t.dtype for case in cases for t in case.tensors.values() if t is not None}
    if any(isinstance(answer, Failure) for answer in answers):
        return False
    given = {t.dtype for answer in answers for t in answer.values() if t is not None}
    return not kinds or kinds == given


def _faults(exam: Exam, outcome: Outcome, fallback: bool) -> list[Fault]:
    """The faults to try. On easier cases only those that fail as the student's code does."""
    if not fallback:
        return [fault for fault in exam.item.faults if not _contradicted(exam, outcome, fault)]
    kept = []
    for fault in exam.item.faults:
        answer = exam.faulty(fault.switches, outcome.aspect.observe, outcome.case)
        if isinstance(answer, Failure) and alike(answer, outcome.answer):
            kept.append(fault)
    return kept


def _contradicted(exam: Exam, outcome: Outcome, fault: Fault) -> bool:
    """Whether the student's ordinary numbers are right and this fault's are not.

    A special case is small: there other mistakes may give the fault's numbers by chance. And
    gradients take the longest to compute.
    """
    basic = [a for a in exam.item.aspects if a.basic and (a.role, a.observe) == ORDINARY]
    if (outcome.aspect.role, outcome.aspect.observe) == ORDINARY or not basic:
        return False
    case = exam.drawn("ordinary", VISIBLE)[0]
    mine = exam.ask("values", case)
    if isinstance(mine, Failure) or not same(mine, exam.expected("values", case)):
        return False
    theirs = exam.faulty(fault.switches, "values", case)
    return isinstance(theirs, Failure) or not same(theirs, mine)


def alike(one, other) -> bool:
    """Two failures with the same exception over the same sizes, whichever operand came first."""
    if not isinstance(one, Failure) or not isinstance(other, Failure):
        return False
    if type(one.error) is not type(other.error):
        return False
    return _bare(one.text) == _bare(other.text)


def _bare(text: str) -> tuple[str, list[str]]:
    """The words of a message without its numbers, and the numbers in order of size."""
    numbers = re.findall(r"\d+", text)
    return re.sub(r"\d+", "#", text), sorted(numbers)


def _same_failure(one, other) -> bool:
    both = isinstance(one, Failure) and isinstance(other, Failure)
    return both and type(one.error) is type(other.error) and one.text == other.text


class _Asked:
    """The student's answers to some cases, and what else gives the same answers."""

    def __init__(self, exam: Exam, observe: str, cases, answers):
        self.exam, self.observe, self.cases, self.answers = exam, observe, cases, answers

    def equal(self, switches: frozenset[str]) -> bool:
        for case, answer in zip(self.cases, self.answers, strict=True):
            theirs = self.exam.faulty(switches, self.observe, case)
            if isinstance(theirs, Failure) or isinstance(answer, Failure):
                if not _same_failure(answer, theirs):
                    return False
            elif not same(answer, theirs):
                return False
        return True

    def single(self, faults: list[Fault]) -> Match | None:
        found = [fault for fault in faults if self.equal(fault.switches)]
        return Match((found[0],)) if len(found) == 1 else None

    def convention(self) -> Match | None:
        conventions, stopped = self.exam.item.conventions, self.exam.stopped
        if self.cases:
            lay_out(self.exam, conventions, self.cases[0])
        # A layout that never ends stops the exam; one before it may have been right.
        asked = self.cases[:1] if self.exam.stopped and not stopped else self.cases
        found = [c for c in conventions if self.right_in(c, asked)]
        return Match(convention=found[0]) if len(found) == 1 else None

    def right_in(self, convention: Convention, cases: Iterable[Case] | None = None) -> bool:
        for case in self.cases if cases is None else cases:
            answer = in_layout(self.exam, convention, case)
            if answer is None or not same(answer, self.exam.expected(self.observe, case)):
                return False
        return True

    def pair(self, faults, needed, sieved: bool) -> Match | None:
        """The pair of faults; or the one that all pairs with these numbers share.

        ``needed``: ids of which a pair has one, if there are any. ``sieved``: try a short case
        first, because there are thousands of pairs.
        """
        sieve = self
        if sieved:
            quick = self.exam.drawn("quick", FRESH)
            answers = [self.exam.ask("values", case) for case in quick]
            if any(isinstance(answer, Failure) for answer in answers):
                return None
            sieve = _Asked(self.exam, "values", quick, answers)
        elif not needed:
            return None
        found = []
        for one, other in combinations([f for f in faults if f.paired], 2):
            if needed and not {one.id, other.id} & needed:
                continue
            both = one.switches | other.switches
            if sieve.equal(both) and self.equal(both):
                found.append((one, other))
        if len(found) == 1:
            return Match(found[0])
        shared = set.intersection(*({a.id, b.id} for a, b in found)) if found else set()
        if len(shared) == 1:
            fault = next(f for f in found[0] if f.id in shared)
            return Match((fault,), partly=True)
        return None

    def convention_and_fault(self, faults: list[Fault]) -> Match | None:
        found = []
        for convention in self.exam.item.conventions:
            answers = [in_layout(self.exam, convention, case) for case in self.cases]
            if any(answer is None for answer in answers):
                continue
            asked = _Asked(self.exam, self.observe, self.cases, answers)
            found += [(convention, fault) for fault in faults if asked.equal(fault.switches)]
        if len(found) == 1:
            convention, fault = found[0]
            return Match((fault,), convention)
        return None


def in_layout(exam: Exam, convention: Convention, case: Case):
    """The student's answer when asked in another layout, brought back to the statement's."""
    if (id(convention), case.id) not in exam.laid_out:
        lay_out(exam, [convention], case)
    return exam.laid_out[id(convention), case.id]


def lay_out(exam: Exam, conventions: Iterable[Convention], case: Case) -> None:
    """Ask in these layouts, all at once; the exam keeps the answers."""
    asked = []
    for convention in conventions:
        if (id(convention), case.id) not in exam.laid_out:
            exam.laid_out[id(convention), case.id] = None
            with suppress(*_TOO_FEW_AXES):
                asked.append((convention, convention.ask(case)))
    answers = exam.ask_anew_together([question for _convention, question in asked])
    for (convention, _question), answer in zip(asked, answers, strict=True):
        if not isinstance(answer, Failure):
            with suppress(*_TOO_FEW_AXES):
                exam.laid_out[id(convention), case.id] = convention.answer(answer)


def _convention_of_failing(exam: Exam, outcome: Outcome) -> Match | None:
    """Code that does not run as the statement asks, and is right in another layout."""
    cases = exam.drawn("fresh32", FRESH)
    return _Asked(exam, "values", cases, [None] * len(cases)).convention()


def told(match: Match, where: str) -> list[Finding]:
    """The match in words; where it was seen is said once."""
    messages = [match.convention.message] if match.convention else []
    messages += [fault.message for fault in match.faults]
    leads = [""]
    if match.partly:
        leads = [_("There is more than one mistake. One of them:")]
    elif len(messages) == 2:
        leads = [_("There are two mistakes. The first:"), _("The second:")]
    places = [where, *[""] * len(messages)]
    findings = [spoken(*said) for said in zip(messages, places, leads, strict=False)]
    return [replace(finding, partly=match.partly) for finding in findings]
