"""Wrong numbers that no known mistake gives: where they part from the right ones, what is right."""

from course_lib.exercises.spec import Case, Probe
from course_lib.grading.compare import close, compare
from course_lib.grading.diagnosis_known import FRESH
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import listed, sentences
from course_lib.grading.result import Finding
from course_lib.grading.words import gates_of, index_words
from course_lib.i18n import _

VISIBLE = 0
NEAR, FAR = 1e-3, 2e-6  # relative differences: "close", and more than float32 explains


def almost(exam: Exam, outcome: Outcome) -> Finding | None:
    """Numbers that are near the right ones, and too far for rounding by the computer."""
    if isinstance(outcome.answer, Failure) or any(m.kind != "value" for m in outcome.mismatches):
        return None
    most = 0.0
    for mismatch in outcome.mismatches:
        difference = (mismatch.got.double() - mismatch.expected.double()).abs().max().item()
        size = max(1.0, mismatch.expected.abs().max().item())
        if not difference <= NEAR * size:
            return None
        most = max(most, difference / size)
    if most < FAR:
        return None
    what = _("Your numbers are close to the right ones, and not equal.")
    why = _("Is a number rounded somewhere, such as 2.718 for e, or a small one added?")
    return Finding("numeric", "almost", what, why, where=place(exam, outcome))


# Observations whose numbers are not numbers of the student's: shapes, or truths, as are all those
# of an item that are called so ("truths_of_training").
UNPLACED = ("first_weights", "first_values", "parameters")


def place(exam: Exam, outcome: Outcome) -> str:
    """Where the numbers part first in time: the value, its index, yours and the right one."""
    told = outcome.aspect.observe
    if isinstance(outcome.answer, Failure) or told in UNPLACED or told.startswith("truths"):
        return ""
    for mismatch in outcome.mismatches:
        if mismatch.kind not in ("value", "nan"):
            continue
        letters = exam.item.axes(outcome.case).get(mismatch.name, "").split()
        index = first_difference(mismatch, letters, outcome.aspect)
        both = mismatch.got[index].item(), mismatch.expected[index].item()
        words = exam.item.spell and not mismatch.got.is_floating_point()
        got, expected = map(exam.item.spell, both) if words else apart(*both)
        text = _("First seen in {value} at {place}: yours is {got}, it should be {expected}.")
        if not index:
            text = _("First seen in {value}: yours is {got}, it should be {expected}.")
        if outcome.aspect.observe == "gradients":
            text = _(
                "First seen in the gradient of {value} at {place}: "
                "yours is {got}, it should be {expected}."
            )
        if outcome.aspect.observe == "arguments_after":
            text = _(
                "First seen in the given {value} at {place}: it was {expected}, "
                "after the call it is {got}."
            )
        said = text.format(
            value=mismatch.name,
            place=index_words(exam.item, letters, index, mismatch.got.shape) or "0",
            got=got,
            expected=expected,
        )
        return sentences(said, asked_with(exam, outcome.case))
    return ""


def asked_with(exam: Exam, case: Case) -> str:
    """The numbers that the function was called with besides its tensors."""
    if exam.item.kind == "module":
        return ""
    given = {n: v for n, v in case.options.items() if isinstance(v, (int, float))}
    numbers = [f"{n}={v:.6g}" if isinstance(v, float) else f"{n}={v}" for n, v in given.items()]
    if not numbers:
        return ""
    return _("The call had {numbers}.").format(numbers=listed(numbers))


def apart(one: float, other: float) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to tell them apart, at least four."""
    if float(one).is_integer() and float(other).is_integer() and max(abs(one), abs(other)) >= 1e4:
        return f"{one:.0f}", f"{other:.0f}"
    for digits in range(4, 17):
        if f"{one:.{digits}g}" != f"{other:.{digits}g}":
            break
    return f"{one:.{digits}g}", f"{other:.{digits}g}"


def first_difference(mismatch, letters, aspect) -> tuple[int, ...]:
    """The index of the first wrong number, earliest in time."""
    wrong = ~close(mismatch.got, mismatch.expected, aspect.rtol, aspect.atol)
    indices = wrong.nonzero().tolist()
    time = letters.index("T") if "T" in letters else None
    best = min(indices, key=lambda index: (index[time] if time is not None else 0, index))
    return tuple(best)


def unknown(exam: Exam, outcome: Outcome, where: str) -> Finding:
    """No guess: that it is wrong, and true facts that help to search."""
    facts = [*_right_parts(outcome), *_right_gates(exam, outcome), *_probes(exam, outcome)]
    what = _("The numbers are not right, and I cannot tell which mistake it is.")
    kind, id = ("numeric", "numbers-differ") if facts else ("unknown", "unknown")
    help = _("Try it by hand with sizes so small that you can compute every number yourself.")
    return Finding(kind, id, what, sentences(*facts) or help, where=where)


def _right_parts(outcome: Outcome) -> list[str]:
    """The values that are right although others are wrong."""
    wrong = {m.name for m in outcome.mismatches}
    right = [name for name in outcome.answer if name not in wrong]
    if outcome.aspect.only:
        right = [name for name in right if name in outcome.aspect.only]
    if not right or outcome.aspect.observe != "values":
        return []
    text = _("What is right: {right}. What is wrong: {wrong}.")
    return [text.format(right=listed(right), wrong=listed(sorted(wrong)))]


def _right_gates(exam: Exam, outcome: Outcome) -> list[str]:
    """Of the first wrong value with stacked gates: those that are right, if some are."""
    for mismatch in outcome.mismatches:
        letters = exam.item.axes(outcome.case).get(mismatch.name, "").split()
        stacked = [axis for axis, letter in enumerate(letters) if gates_of(letter)]
        if mismatch.kind != "value" or not stacked:
            continue
        gates = gates_of(letters[stacked[0]])
        wrong = ~close(mismatch.got, mismatch.expected, outcome.aspect.rtol, outcome.aspect.atol)
        blocks = wrong.chunk(len(gates), stacked[0])
        right = [gate for gate, block in zip(gates, blocks, strict=True) if not block.any()]
        if right:
            text = _("Of {value}, these gates are right: {right}.")
            return [text.format(value=mismatch.name, right=listed(right))]
        return []
    return []


def _probes(exam: Exam, outcome: Outcome) -> list[str]:
    """Special cases in which the numbers are right."""
    if outcome.aspect.observe != "values":
        return []
    facts = []
    cases = [*exam.drawn("ordinary", VISIBLE), *exam.drawn("fresh32", FRESH)]
    if any(_is_right(exam, case) for case in cases):
        return []  # not wrong in general: "right whenever" would say nothing
    asked = [*cases, *_with_other_options(exam, cases)]
    right = [p for p in exam.item.probes if all(_is_right(exam, p.change(c)) for c in asked)]
    zeroed = {probe.id: _changed_by(probe, cases[0]) for probe in right}
    for probe in right:
        if any(other < zeroed[probe.id] for other in zeroed.values()):
            continue  # another fact says more: zeroing less is already enough
        params = {name: _(value) for name, value in probe.params.items()}
        facts.append(_(probe.fact).format(**params))
    return facts[:2]


def _with_other_options(exam: Exam, cases: list[Case]) -> list[Case]:
    """The calls of a function with other options (k = 1): what is told is true of them, too."""
    known = [case.options for case in cases]
    roles = {a.role: None for a in exam.item.aspects if a.observe == "values"}
    if exam.item.kind != "function" or not any(known):
        return []
    return [c for r in roles for c in exam.drawn(r, VISIBLE) if c.options not in known]


def _changed_by(probe: Probe, case: Case) -> set[str]:
    before, after = ({**c.options, **c.tensors} for c in (case, probe.change(case)))
    return {name for name, value in before.items() if after[name] is not value}


def _is_right(exam: Exam, case: Case) -> bool:
    mine = exam.ask_anew("values", case)
    return not isinstance(mine, Failure) and not compare(mine, exam.expected_anew("values", case))
