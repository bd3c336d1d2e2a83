"""One student's object under examination: what it answers, what torch answers, what faults answer.

Answers are kept, so that no question is asked twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from course_lib.exercises.spec import Aspect, Assignment, Case, Fault, Item
from course_lib.grading.candidate import Candidate, Local, ProcessDied, observed, reseed
from course_lib.grading.compare import Mismatch, Observation, compare, same, together
from course_lib.grading.forbidden import ForbiddenCall
from course_lib.grading.known_answers import is_passing, known
from course_lib.grading.nan_watch import Birth
from course_lib.grading.own_code import origin
from course_lib.grading.result import Finding
from course_lib.grading.returned import none_in_the_place_of
from course_lib.grading.time_limit import TimeIsUp

# Seconds that one call, and all calls of one check, may take. A right answer takes milliseconds.
ONE_CALL, ALL_CALLS = 5.0, 20.0
# The role and the observation of an answer's plain values.
ORDINARY = ("ordinary", "values")
# What these look at does not depend on the sizes of a case: the first one of a role is enough.
# ``arguments_after`` is none of them: what is divided by a temperature of 1 does not change.
ONCE = frozenset(("parameters", "first_weights", "loaded", "optimiser_step", "second_call"))


@dataclass(frozen=True)
class Failure:
    """The student's code did not answer: the exception, and the line of theirs it came from."""

    error: BaseException
    line: str = ""
    number: int = 0
    function: str = ""

    @property
    def text(self) -> str:
        return " ".join(str(self.error).split())


@dataclass(frozen=True)
class Outcome:
    """One aspect's result: the first case that went wrong, and how."""

    aspect: Aspect
    case: Case | None = None
    answer: Observation | Failure | None = None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def passed(self) -> bool:
        return self.case is None


class Exam:
    """``candidate`` against ``item``; ``seeds`` say which cases are drawn."""

    def __init__(self, assignment: Assignment, item: Item, candidate, seeds: tuple[int, ...]):
        self.assignment, self.item, self.seeds = assignment, item, seeds
        self.candidate = candidate if isinstance(candidate, Candidate) else Local(candidate)
        self.answers: dict = {}
        self.laid_out: dict = {}  # answers to cases in another layout, by layout and case
        self.stopped: Failure | None = None
        self.used = 0.0

    def refused(self) -> Finding | None:
        """A finding when the object cannot even be asked."""
        try:
            return self.candidate.refused(self.item)
        except (ProcessDied, TimeIsUp) as error:
            self.stopped = _failure(error)
            return None

    def ask(self, observe: str, case: Case) -> Observation | Failure:
        """The student's answer, within its time and without torch's own layer."""
        key = (observe, case.id)
        if key not in self.answers:
            self.answers[key] = self._ask(observe, case)
        return self.answers[key]

    def ask_together(self, questions: Iterable[tuple[str, Case]]) -> None:
        """Ask at once what will be asked: where the object is in another process, that is quicker.

        Nothing is asked that has been; what this leaves out is asked when it is needed.
        """
        new = {(o, case.id): (o, case) for o, case in questions if (o, case.id) not in self.answers}
        if self.stopped or len(new) < 2:
            return
        started = monotonic()
        left = max(0.1, ALL_CALLS - self.used)
        each = self.candidate.observe_each(self.item, list(new.values()), ONE_CALL, left)
        for observe, case, told in each:
            self.answers[observe, case.id] = self._taken(observe, told)
        self.used += monotonic() - started

    def _taken(self, observe: str, told) -> Observation | Failure:
        """One answer of ``Candidate.observe_each``."""
        try:
            if isinstance(told, BaseException):
                raise told
            return self._whole(observe, told)
        except BaseException as error:
            return self._failed(error)

    def ask_anew(self, observe: str, case: Case) -> Observation | Failure:
        """The student's answer to a changed case, which has the old id: not kept."""
        return self._ask(observe, case)

    def ask_anew_together(self, cases: list[Case]) -> list[Observation | Failure]:
        """As ``ask_anew`` for the values of each of these, at once where that is quicker."""
        started, answers = monotonic(), {}
        if not self.stopped and len(cases) > 1:
            left = max(0.1, ALL_CALLS - self.used)
            questions = [("values", case) for case in cases]
            each = self.candidate.observe_each(self.item, questions, ONE_CALL, left)
            answers = {id(case): self._taken(observe, told) for observe, case, told in each}
            self.used += monotonic() - started
        return [
            answers[id(case)] if id(case) in answers else self._ask("values", case)
            for case in cases
        ]

    def draws(self, case: Case) -> bool:
        """Whether the student's values depend on random numbers, and torch's do not."""

        def differs(ask) -> bool:
            one, other = ask(0), ask(1)
            failed = isinstance(one, Failure) or isinstance(other, Failure)
            return not failed and not same(one, other)

        def right(seed):
            reseed(seed)
            return observed(self.item, "values")(self.item, self.item.oracle, case)

        return differs(lambda seed: self._ask("values", case, seed)) and not differs(right)

    def _ask(self, observe: str, case: Case, seed: int = 0) -> Observation | Failure:
        if self.stopped:
            return self.stopped
        started = monotonic()
        try:
            left = max(0.1, min(ONE_CALL, ALL_CALLS - self.used))
            answer = self.candidate.observe(self.item, observe, case, seed, left)
            return self._whole(observe, answer)
        except BaseException as error:
            return self._failed(error)
        finally:
            self.used += monotonic() - started

    def _failed(self, error: BaseException) -> Failure:
        failure = _failure(error)
        if isinstance(error, (TimeIsUp, ForbiddenCall, KeyboardInterrupt, ProcessDied)):
            self.stopped = failure
        return failure

    def _whole(self, observe: str, answer: Observation) -> Observation:
        """``answer``, in which nothing is missing but gradients. Raises Unexpected.

        A process of its own may say anything; nothing here has a sentence for a number that is
        none.
        """
        if observe == "gradients":
            return answer
        if observe in self.item.observations:  # a module may have no parameters
            promised = not answer and self.item.explain is not None
        else:
            promised = observe == "values"
        wanted = _flat(self.item.returns) if promised else list(answer)
        for name in wanted:
            if answer.get(name) is None:
                raise none_in_the_place_of(self.item, name)
        return answer

    def birth_of_nan(self, case: Case) -> Birth | None:
        """Which line of the student's makes the first NaN."""
        return None if self.stopped else self.candidate.birth_of_nan(self.item, case, ONE_CALL)

    def expected(self, observe: str, case: Case) -> Observation:
        """Torch's answer."""
        key = (self.assignment.id, self.item.id, "torch", observe, case.id)
        return known(key, lambda: together(self.expected_anew(observe, case)))

    def expected_anew(self, observe: str, case: Case) -> Observation:
        """Torch's answer, not kept: a changed case has the old id."""
        reseed()
        return observed(self.item, observe)(self.item, self.item.oracle, case)

    def faulty(self, switches: frozenset[str], observe: str, case: Case):
        """The answer of an implementation that makes these mistakes."""

        def answer():
            reseed()
            try:
                candidate = self.item.candidate(switches)
                return observed(self.item, observe)(self.item, candidate, case)
            except Exception as error:
                return Failure(error.with_traceback(None))

        return known((self.assignment.id, self.item.id, switches, observe, case.id), answer)

    def cases(self, aspect: Aspect) -> list[Case]:
        """The cases that decide: the hidden ones, if there are any.

        The ordinary values must be right in those that the student sees as well: a whole number
        may be right by chance.
        """
        ordinary = (aspect.role, aspect.observe) == ORDINARY
        seeds = self.seeds if ordinary else self.seeds[-1:]
        return [case for seed in seeds for case in self._cases(aspect, seed)]

    def _cases(self, aspect: Aspect, seed: int) -> list[Case]:
        drawn = self.drawn(aspect.role, seed)
        return drawn[:1] if aspect.observe in ONCE else drawn

    def drawn(self, role: str, seed: int) -> list[Case]:
        """The same cases for every check of this process: drawing them takes its time."""

        def cases():
            made = list(self.item.cases(role, seed))
            if seed in self.seeds[1:]:
                is_passing(case.id for case in made)
            return made

        return known((self.assignment.id, self.item.id, "cases", role, seed), cases)

    def outcome(self, aspect: Aspect) -> Outcome:
        """Look at one aspect. The cases of the last seed decide, which are the hidden ones if there
        are any; what is wrong is then told of a case that the student sees, if that is wrong too.
        """
        decided = self._first_wrong(aspect, self.cases(aspect))
        if not decided.passed:
            for seed in self.seeds[:-1]:
                told = self._first_wrong(aspect, self._cases(aspect, seed))
                if not told.passed:
                    return told
        return decided

    def _first_wrong(self, aspect: Aspect, cases: list[Case]) -> Outcome:
        for case in cases:
            answer = self.ask(aspect.observe, case)
            if isinstance(answer, Failure):
                return Outcome(aspect, case, answer)
            wrong = self.mismatches(aspect, case, answer)
            if wrong:
                return Outcome(aspect, case, answer, tuple(wrong))
        return Outcome(aspect)

    def mismatches(self, aspect: Aspect, case: Case, answer: Observation) -> list[Mismatch]:
        expected = self.expected(aspect.observe, case)
        return compare(answer, expected, aspect.only, aspect.rtol, aspect.atol)

    def makes(self, faults: tuple[Fault, ...], outcome: Outcome) -> bool:
        """Whether code with these faults fails this aspect too, on the same case."""
        answer = self._with(faults, outcome)
        if isinstance(answer, Failure):
            return True
        return bool(self.mismatches(outcome.aspect, outcome.case, answer))

    def stops(self, faults: tuple[Fault, ...], outcome: Outcome) -> bool:
        """Whether code with these faults raises on the same case."""
        return isinstance(self._with(faults, outcome), Failure)

    def _with(self, faults: tuple[Fault, ...], outcome: Outcome):
        switches = frozenset().union(*(fault.switches for fault in faults))
        return self.faulty(switches, outcome.aspect.observe, outcome.case)


def _flat(names) -> list[str]:
    if isinstance(names, str):
        return [names]
    return [name for part in names for name in _flat(part)]


def _failure(error: BaseException) -> Failure:
    """What went wrong, without the frames: of code that calls itself there are thousands."""
    line_number_function = origin(error)
    return Failure(error.with_traceback(None), *line_number_function)
