"""A student's object in another process, asked as if it were in this one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic

from torch import Tensor

from course_lib.exercises.spec import Case, Item
from course_lib.grading.candidate import Candidate, ProcessDied, observed
from course_lib.grading.compare import Observation, Together
from course_lib.grading.engine import course_calls, named_tensors, wire
from course_lib.grading.engine.asked import (
    BESIDE,
    BESIDE_MODELS,
    HERE,
    description,
    encoded,
    place,
)
from course_lib.grading.engine.children import Child, Late, Lost
from course_lib.grading.engine.failures import finding_of, rebuild
from course_lib.grading.nan_watch import Birth
from course_lib.grading.result import Finding
from course_lib.grading.time_limit import TimeIsUp

SHORT = 10.0  # seconds for a question that runs little of the student's code
MOST = 64 << 20  # bytes of one answer: every answer of a check is kept until it ends
_STUDENTS_CODE = ("observe", "call")  # what may raise anything at all


class Remote(Candidate):
    """What ``Local`` is for an object of this process.

    ``child`` gives the process to ask; with True, one that has the models of the course.
    ``refusal(item)`` is what reading the source has found that the item does not allow.
    """

    def __init__(
        self,
        name: str,
        child: Callable[[bool], Child],
        refusal: Callable[[Item], Finding | None] = lambda item: None,
    ) -> None:
        self.name, self.child, self.refusal = name, child, refusal
        self.told: tuple[Child, Item] | None = None  # who was last told of which item

    def refused(self, item: Item) -> Finding | None:
        found = self.refusal(item)
        if found is not None:
            return found
        return self._ask(item, {"op": "refused"}, SHORT, read=_finding)

    def observe(
        self, item: Item, observe: str, case: Case, seed: int, seconds: float
    ) -> Observation:
        """What the student's object answers; raises what it raised, or ProcessDied, TimeIsUp."""
        where = place(item, observe)
        if where == HERE:
            return observed(item, observe)(item, self._returned(item, seconds), case)
        header = {"op": "observe", "observe": observe, "seed": seed, "seconds": seconds}
        return self._ask(
            item, header, seconds, case, models=where == BESIDE_MODELS, read=_observation
        )

    def birth_of_nan(self, item: Item, case: Case, seconds: float) -> Birth | None:
        try:
            header = {"op": "birth-of-nan", "seconds": seconds}
            return self._ask(item, header, seconds, case, read=_birth)
        except (ProcessDied, TimeIsUp):
            return None

    def names_used(self) -> set[str]:
        try:
            return self._answer(self.child(False), {"op": "names-used"}, SHORT, read=_names)
        except (ProcessDied, TimeIsUp):
            return set()

    def _returned(self, item: Item, seconds: float):
        """A function without arguments that gives what the student's function returns."""

        def call():
            return self._ask(item, {"op": "call"}, seconds, read=lambda answer: answer["found"])

        return call

    def observe_each(
        self, item: Item, questions: list[tuple[str, Case]], seconds: float, in_all: float
    ) -> Iterator[tuple[str, Case, Observation | BaseException]]:
        """The answers to several questions, while there is any use in asking; one message asks."""
        asked = [
            (observe, case)
            for observe, case in questions
            if place(item, observe) == BESIDE and not course_calls.functions_of(case)
        ]
        if not asked:
            return
        try:
            child = self._told_about(item, models=False)
        except (ProcessDied, TimeIsUp):
            return  # the next question finds out
        blobs: list[bytes] = []
        told = []
        for observe, case in asked:
            number, parts = self._named(child, case)
            told.append({"observe": observe, "number": number, "blobs": len(parts)})
            blobs += parts
        limits = {"seed": 0, "seconds": seconds, "in_all": in_all}
        header = {"op": "observe-each", "name": self.name, "questions": told, **limits}
        until = monotonic() + in_all

        def answer():
            return child.next_answer(max(0.0, min(seconds, until - monotonic())))

        with suppress(Lost, Late):  # the first answer finds out
            child.send(header, blobs, seconds)
        for observe, case in asked:
            try:
                found = self._read(child, "observe", answer, _observation_or_end)
            except BaseException as error:
                if not isinstance(error, (ProcessDied, TimeIsUp)) and not _students(error):
                    raise
                found = error
            if found is None:
                return
            yield observe, case, found
            if not child.alive:
                return
        with suppress(ProcessDied, TimeIsUp):  # all is said; the next question finds out
            self._read(child, "observe-each", answer, _ended)

    def _ask(self, item, header, seconds, case=None, models=False, *, read):
        child = self._told_about(item, models)
        blobs = []
        if case is not None:
            header["number"], blobs = self._named(child, case)
        return self._answer(child, header, seconds, blobs, case, read=read)

    def _told_about(self, item: Item, models: bool) -> Child:
        """The process, once it knows which item the questions are about."""
        child = self.child(models)
        if self.told != (child, item):
            about = {"op": "ask-about", "item": _described(item, models)}
            self._answer(child, about, SHORT, read=bool)
            self.told = child, item
            child.cases.clear()
        return child

    @staticmethod
    def _named(child: Child, case: Case) -> tuple[int, list[bytes]]:
        """A case in a request: whole for the first time, and by its number from then on."""
        number, blobs = encoded(case)
        if number in child.cases:
            return number, []
        child.cases.add(number)
        return number, blobs

    def _answer(self, child: Child, header: dict, seconds: float, blobs=(), case=None, *, read):
        def answer():
            asked = {**header, "name": self.name}
            return course_calls.ask(child, asked, blobs, seconds, case)

        return self._read(child, header["op"], answer, read)

    def _read(self, child: Child, op: str, answer: Callable[[], tuple[dict, list]], read):
        """What ``read`` makes of the answer. Whatever else it may be, the child has then ended."""
        started = monotonic()
        try:
            told, parts = answer()
            if "broken" in told:  # it has ended with these words
                raise wire.WireError(str(told["broken"]))
            if sum(map(len, parts)) > MOST:
                raise wire.WireError("more numbers than an exercise has")
            if "error" in told:
                if op not in _STUDENTS_CODE:
                    raise wire.WireError("an error of nobody's")
                raise rebuild(told["error"])
            if "rows" in told:
                told["found"] = named_tensors.observation(told["rows"], parts[0])
            elif "found" in told:
                told["found"] = wire.decode(told["found"], parts)
            found = read(told)
        except Lost:
            raise ProcessDied from None
        except Late:
            raise TimeIsUp(monotonic() - started) from None
        except Exception as error:
            if _students(error):
                raise
            child.kill()  # it does not keep to the language both speak
            raise ProcessDied from error
        _pass_on_prints(told)
        return found


_descriptions: dict[tuple[int, bool], tuple[Item, object]] = {}


def _described(item: Item, models: bool) -> object:
    """The description of an item as it is sent, with which it stays: nothing else has its id."""
    key = id(item), models
    if key not in _descriptions:
        _descriptions[key] = item, wire.encode(description(item, models), [])
    return _descriptions[key][1]


def _students(error: BaseException) -> bool:
    """Whether a student's own code raised it."""
    return hasattr(error, "course_origin")


def _observation(answer: dict) -> Observation:
    found = answer["found"]
    if type(found) is Together:  # tensors with names are all that these can be
        return found
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and (value is None or isinstance(value, Tensor))
        for name, value in found.items()
    ):
        raise wire.WireError("no observation")
    if sum(t.numel() * t.element_size() for t in found.values() if t is not None) > MOST:
        raise wire.WireError("more numbers than an exercise has")
    return found


def _observation_or_end(answer: dict) -> Observation | None:
    return None if answer.get("end") is True else _observation(answer)


def _ended(answer: dict) -> None:
    if answer.get("end") is not True:
        raise wire.WireError("more answers than questions")


def _finding(answer: dict) -> Finding | None:
    said = answer.get("finding")
    return finding_of(said) if said else None


def _birth(answer: dict) -> Birth | None:
    said = answer.get("birth")
    return Birth(int(said[0]), str(said[1])[:300], bool(said[2])) if said else None


def _names(answer: dict) -> set[str]:
    return {name for name in answer["names"] if isinstance(name, str)}


def _pass_on_prints(answer: dict) -> None:
    printed = answer.get("printed")
    if isinstance(printed, str) and printed:
        sys.stdout.write(printed)
