"""What the returned numbers depend on: one block of an argument is changed, and what moves is seen.

Torch's own answer says what should move. Only differences between the two are told.
"""

from course_lib.exercises.spec import Case
from course_lib.grading.compare import same
from course_lib.grading.diagnosis_known import FRESH
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import listed
from course_lib.grading.result import Finding
from course_lib.grading.words import section
from course_lib.i18n import _


def dependence(exam: Exam, outcome: Outcome) -> Finding | None:
    """A finding when something moves that should not, or stays that should move."""
    if outcome.aspect.observe != "values":
        return None
    role = "fresh" if not isinstance(_first(exam, "fresh"), Failure) else "fresh32"
    answer = _first(exam, role)
    if isinstance(answer, Failure):
        return None
    case = exam.drawn(role, FRESH)[0]
    random = _draws(exam, case) or _not_repeatable(exam, case, answer)
    if random:
        return random
    if {n: t.shape for n, t in answer.items()} != {
        n: t.shape for n, t in exam.expected("values", case).items()
    }:
        return None
    if not all(tensor.is_floating_point() for tensor in answer.values()):
        return None  # a choice may stay the same although everything behind it moved
    moves = _Moves(exam, case, answer)
    if exam.item.consistent:
        return moves.rows_mixed()
    return moves.unused() or moves.rows_mixed() or moves.future() or moves.memory()


def _first(exam: Exam, role: str):
    return exam.ask("values", exam.drawn(role, FRESH)[0])


def _draws(exam: Exam, case: Case) -> Finding | None:
    if not exam.draws(case):
        return None
    what = _("What you return depends on random numbers: the same call gives something else.")
    why = _("Random numbers belong where the weights get their first values, and nowhere else.")
    return Finding("dependence", "draws-random-numbers", what, why)


def _not_repeatable(exam: Exam, case: Case, answer) -> Finding | None:
    """Torch's random numbers are the same for both calls; so what differs is memory."""
    again = exam.ask_anew("second_call", case)
    if isinstance(again, Failure) or same(again, answer):
        return None
    twice = [exam.ask_anew("second_call", case) for _k in range(2)]
    if any(isinstance(t, Failure) for t in twice):
        return None
    what = _("Two calls with the same arguments give different numbers.")
    why = _("Something is drawn anew at each call, or is left over from the call before.")
    return Finding("dependence", "second-call-differs", what, why)


class _Moves:
    """For every block of an argument: which blocks of the results move, yours and torch's."""

    def __init__(self, exam: Exam, case: Case, answer):
        self.exam, self.case, self.answer = exam, case, answer
        self.axes = {name: letters.split() for name, letters in exam.item.axes(case).items()}
        self.table = []  # (argument, {"B": b, "T": t}, yours, torch's)
        expected = exam.expected("values", case)
        every = self._moved(answer, {name: one + 1 for name, one in answer.items()})
        for name, tensor in case.tensors.items():
            if tensor is None or not tensor.is_floating_point():
                continue  # another whole number is another question, such as another word
            for index, place in self._blocks(name, tensor):
                changed = tensor.clone()
                changed[index] = changed[index] * -0.7 + 0.31
                asked = case.with_tensors(**{name: changed})
                mine = exam.ask_anew("values", asked)
                if isinstance(mine, Failure):
                    continue
                moved = self._moved(answer, mine)
                right = moved
                if place or moved != every:  # a weight that moves everything is as it should be
                    right = self._moved(expected, exam.expected_anew("values", asked))
                self.table.append((name, place, moved, right))

    def _blocks(self, name, tensor):
        """Index and place of every row and time step of an argument; a weight is one block."""
        letters = self.axes.get(name, [])
        index_of = {letter: letters.index(letter) for letter in "BT" if letter in letters}
        places = [{}]
        for letter, axis in index_of.items():
            places = [{**p, letter: k} for p in places for k in range(tensor.shape[axis])]
        for place in places:
            index = [slice(None)] * tensor.ndim
            for letter, k in place.items():
                index[index_of[letter]] = k
            yield tuple(index), place

    def _moved(self, before, after) -> set[tuple]:
        """(value, row, time step) of every block that changed; None where it has no such axis."""
        moved = set()
        for name, one in before.items():
            letters = self.axes.get(name, [])
            if one.shape != after[name].shape:
                continue
            kept = [k for k, letter in enumerate(letters[: one.ndim]) if letter in "BT"]
            rest = [k for k in range(one.ndim) if k not in kept]
            blocks = one != after[name]
            blocks = blocks.any(rest) if rest else blocks
            for index in blocks.nonzero().tolist():
                place = dict(zip([letters[k] for k in kept], index, strict=True))
                moved.add((name, place.get("B"), place.get("T")))
        return moved

    def unused(self) -> Finding | None:
        names = []
        for name in dict.fromkeys(row[0] for row in self.table):
            rows = [row for row in self.table if row[0] == name]
            if any(row[3] for row in rows) and not any(row[2] for row in rows):
                names.append(name)
        if not names:
            return None
        what = _("What you return does not depend on {names}.").format(names=listed(names))
        why = _("Changing it changes nothing, so nothing can be learned through it.")
        return Finding("dependence", f"unused-{'-'.join(names)}", what, why)

    def rows_mixed(self) -> Finding | None:
        for name, place, mine, right in self.table:
            if "B" not in place:
                continue
            wrong = sorted(b for _n, b, _t in mine - right if b is not None and b != place["B"])
            if wrong:
                text = _("Row {row} of the batch depends on row {other} of {name}.")
                what = text.format(row=wrong[0], other=place["B"], name=name)
                why = _("The rows of a batch are separate examples and must not touch each other.")
                return Finding("dependence", "rows-mixed", what, why)
        return None

    def future(self) -> Finding | None:
        for name, place, mine, right in self.table:
            if "T" not in place:
                continue
            wrong = sorted((t, n) for n, _b, t in mine - right if t is not None and t < place["T"])
            if wrong:
                text = _("{value} at time {t} depends on {name} at time {other}, which is later.")
                what = text.format(value=wrong[0][1], t=wrong[0][0], name=name, other=place["T"])
                why = _("A recurrent network reads forwards and cannot know what comes later.")
                return Finding("dependence", "looks-into-the-future", what, why)
        return None

    def _carried(self) -> bool:
        """Whether anything earlier is felt later: then the state is carried, if not everywhere."""
        return any(
            t is not None and t > place["T"]
            for _name, place, mine, _right in self.table
            if "T" in place
            for _n, _b, t in mine
        )

    def memory(self) -> Finding | None:
        """Something earlier should be felt later, and is not."""
        for name, place, mine, right in self.table:
            later = [(n, t) for n, b, t in right - mine if t is not None and t > place.get("T", -1)]
            if not later:
                continue
            value, t = min(later, key=lambda pair: pair[1])
            if "T" in place:
                felt = any(t is not None and t > place["T"] for _n, _b, t in mine)
                if felt or self._carried():
                    continue
                text = _("{value} at time {t} does not depend on {name} at time {other}.")
                what = text.format(value=value, t=t, name=name, other=place["T"])
                why = _("The state is not carried from one time step to the next.")
                look = section(f"{self.exam.item.chapter}-scratch")
                return Finding("dependence", "state-not-carried", what, why, look)
        for name, place, mine, right in self.table:
            lost = sorted({n for n, _b, t in right - mine if t is None})
            if lost and "T" in place:
                text = _("{value} does not depend on {name} at time {t}.")
                what = text.format(value=lost[0], name=name, t=place["T"])
                return Finding("dependence", "last-state-misses", what)
            if lost:
                text = _("{value} does not depend on {name}.")
                what = text.format(value=lost[0], name=name)
                return Finding("dependence", f"unused-{name}", what)
        return None
