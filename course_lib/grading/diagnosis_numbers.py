"""Wrong numbers that no known mistake gives: how they relate to the right ones, where they part."""

import torch

from course_lib.exercises.spec import Case, Probe
from course_lib.grading.compare import close, compare
from course_lib.grading.diagnosis_known import FRESH
from course_lib.grading.exam import Exam, Failure, Outcome
from course_lib.grading.phrases import listed, sentences
from course_lib.grading.result import Finding
from course_lib.grading.words import index_words
from course_lib.i18n import _

VISIBLE = 0
NEAR, FAR = 1e-3, 2e-6  # relative differences: "close", and more than float32 explains


def relation(exam: Exam, outcome: Outcome) -> Finding | None:
    """A constant factor, a sign, or another value in this one's place, for all that is wrong."""
    if outcome.aspect.observe != "values":
        return None
    for cases in (exam.item.cases("fresh", FRESH), exam.item.cases("fresh32", FRESH)):
        pairs = [(exam.ask("values", case), exam.expected("values", case)) for case in cases]
        if not any(isinstance(mine, Failure) for mine, _right in pairs):
            break
    else:
        return None
    wrong = [m.name for m in outcome.mismatches if m.kind == "value"]
    for name in wrong:
        for other in pairs[0][1]:
            if other != name and all(_equal(mine[name], right[other]) for mine, right in pairs):
                text = _("What you return as {value} is the right {other}.")
                return Finding("numeric", "another-value", text.format(value=name, other=other))
        factor = _factor([(mine[name], right[name]) for mine, right in pairs])
        if factor is not None and abs(factor + 1) < 1e-4:
            text = _("{value} is right but for its sign: every number is negated.")
            return Finding("numeric", "sign", text.format(value=name))
        if factor is not None:
            text = _("Every number of {value} is {factor} times the right one.")
            said = text.format(value=name, factor=f"{factor:.4g}")
            return Finding("numeric", "factor", said)
    return almost(exam, outcome)


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


def _equal(mine, right) -> bool:
    return mine.shape == right.shape and bool(close(mine, right).all())


def _factor(pairs) -> float | None:
    """The one number that turns every right value into the student's; None if there is none."""
    mine = torch.cat([a.double().flatten() for a, _b in pairs])
    right = torch.cat([b.double().flatten() for _a, b in pairs])
    if mine.shape != right.shape or not mine.isfinite().all():
        return None
    factor = float(mine @ right / (right @ right))
    if abs(factor) < 1e-6 or abs(factor - 1) < 1e-6:
        return None
    return factor if torch.allclose(mine, factor * right, rtol=1e-4, atol=1e-5) else None


# Observations whose numbers are not numbers of the student's: shapes, or truths, as are all those
# of an item that are called so ("truths_of_training").
UNPLACED = ("first_weights", "parameters")


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
        got, expected = map(exam.item.spell, both) if exam.item.spell else apart(*both)
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
            place=index_words(exam.item, letters, index) or "0",
            got=got,
            expected=expected,
        )
        return sentences(said, asked_with(exam, outcome.case))
    return ""


def asked_with(exam: Exam, case: Case) -> str:
    """The numbers that the function was called with besides its tensors."""
    if exam.item.kind == "module":
        return ""
    numbers = [f"{n}={v}" for n, v in case.options.items() if isinstance(v, (int, float))]
    if not numbers:
        return ""
    return _("The call had {numbers}.").format(numbers=", ".join(numbers))


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
    facts = [*_right_parts(outcome), *_probes(exam, outcome)]
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


def _probes(exam: Exam, outcome: Outcome) -> list[str]:
    """Special cases in which the numbers are right."""
    if outcome.aspect.observe != "values":
        return []
    facts = []
    cases = [*exam.item.cases("ordinary", VISIBLE), *exam.item.cases("fresh32", FRESH)]
    if any(_is_right(exam, case) for case in cases):
        return []  # not wrong in general: "right whenever" would say nothing
    right = [p for p in exam.item.probes if all(_is_right(exam, p.change(c)) for c in cases)]
    zeroed = {probe.id: _changed_by(probe, cases[0]) for probe in right}
    for probe in right:
        if any(other < zeroed[probe.id] for other in zeroed.values()):
            continue  # another fact says more: zeroing less is already enough
        params = {name: _(value) for name, value in probe.params.items()}
        facts.append(_(probe.fact).format(**params))
    return facts[:2]


def _changed_by(probe: Probe, case: Case) -> set[str]:
    before, after = ({**c.options, **c.tensors} for c in (case, probe.change(case)))
    return {name for name, value in before.items() if after[name] is not value}


def _is_right(exam: Exam, case: Case) -> bool:
    mine = exam.ask_anew("values", case)
    return not isinstance(mine, Failure) and not compare(mine, exam.expected_anew("values", case))
