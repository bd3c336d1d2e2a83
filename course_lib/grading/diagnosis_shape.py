"""Wrong shapes: which axes look exchanged, missing or not taken apart."""

from itertools import combinations, permutations

from course_lib.grading.compare import close
from course_lib.grading.exam import Exam, Outcome
from course_lib.grading.phrases import few, listed, sentences
from course_lib.grading.result import Finding
from course_lib.grading.words import axis_word, gates_of, lettered, plain
from course_lib.i18n import _

POSITIONS = frozenset("LHW")


def wrong_shape(exam: Exam, outcome: Outcome) -> Finding | None:
    """A finding for the first value whose shape, or type of numbers, is not the expected one."""
    case = outcome.case
    for mismatch in outcome.mismatches:
        if mismatch.kind == "dtype" or _coarse(mismatch):
            text = _("{value} is {got}; it should be {expected}.")
            given = {t.dtype for t in case.tensors.values() if t is not None}
            if given == {mismatch.expected.dtype}:
                text = _("{value} is {got}; the arguments are {expected}, and so should it be.")
            values = {
                "value": mismatch.name,
                "got": _type(mismatch.got),
                "expected": _type(mismatch.expected),
            }
            return Finding("numeric", "dtype", text.format(**values))
        if mismatch.kind == "shape":
            return _shape(exam, case, mismatch, outcome.aspect.observe)
        if mismatch.kind in ("missing", "extra") and outcome.aspect.observe == "parameters":
            return _parameters(exam, outcome)
    return None


def _shape(exam: Exam, case, mismatch, observe: str) -> Finding:
    got, expected = tuple(mismatch.got.shape), tuple(mismatch.expected.shape)
    name = mismatch.name
    key = exam.item.weights.get(name, name)
    letters = exam.item.axes(case).get(key, "").split()
    if exam.item.spell:  # a list of words has no shape
        text = _("{value} has {got} entries; it should have {expected}.")
        said = text.format(value=name, got=len(mismatch.got), expected=len(mismatch.expected))
        return Finding("shape", "wrong-shape", said)
    text = _("{value} has shape {got}; it should be {letters} = {expected}.")
    what = text.format(
        value=name, got=plain(got), letters="(" + ", ".join(letters) + ")", expected=plain(expected)
    )
    turned = _right_when_turned(mismatch, letters) if observe != "parameters" else ""
    why = sentences(_axes(exam.item, got, expected, letters, case), turned)
    look = _("Your shape in the letters of the statement: {letters}.")
    told = _lettered(got, expected, letters, case)
    why = why or (look.format(letters=told) if told else "")
    kind = "convention" if observe == "parameters" else "shape"
    return Finding(kind, "wrong-shape", what, why)


def _lettered(got, expected, letters, case) -> str:
    """The student's shape in letters; "" where they would say nothing that the numbers do not.

    A size that is wrong may be equal to another size by chance: along an axis of positions (W')
    only positions are told, and no letter whose own axis is right.
    """
    if len(got) != len(expected):
        told = lettered(got, case)
        return told if any(sign.isalpha() for sign in told) else ""
    right = {a for a, g, e in zip(letters, got, expected, strict=True) if g == e}
    told, news = [], False
    for letter, size, wanted in zip(letters, got, expected, strict=True):
        fits = [a for a, s in case.sizes.items() if s == size and a not in right]
        if letter.endswith("'"):
            fits = [a for a in fits if a.removesuffix("'") in POSITIONS]
        news = news or (size != wanted and bool(fits))
        told.append(letter if size == wanted else (fits or [str(size)])[0])
    return "(" + ", ".join(told) + ")" if news else ""


def _axes(item, got, expected, letters, case) -> str:
    if len(got) == len(expected) and sorted(got) == sorted(expected) and len(set(got)) == len(got):
        exchanged = [
            axis_word(item, a) for a, g, e in zip(letters, got, expected, strict=True) if g != e
        ]
        if len(exchanged) == 2:
            text = _("The axes {one} and {other} look exchanged.")
            return text.format(one=exchanged[0], other=exchanged[1])
        return _("The axes are in another order.")
    if len(got) < len(expected):
        lost = _lost(got, expected, letters)
        if lost:
            return _("The axis {axis} is missing.").format(axis=axis_word(item, lost))
    if tuple(size for size in got if size != 1) == tuple(size for size in expected if size != 1):
        return _("It has an axis of size 1 too many.")
    for letter, size in case.sizes.items():
        if gates_of(letter) and size in got and size not in expected:
            text = _("It still holds all the gates ({letters}): they were not taken apart.")
            return text.format(letters=letter)
    return ""


def _right_when_turned(mismatch, letters) -> str:
    """Whether the numbers are right, each in its place, once two axes are exchanged."""
    got, expected = mismatch.got, mismatch.expected
    if got.ndim != expected.ndim or not got.is_floating_point():
        return ""
    for one, other in combinations(range(got.ndim), 2):
        turned = got.transpose(one, other)
        if turned.shape == expected.shape and turned.shape != got.shape:
            return _("The numbers themselves are right.") if close(turned, expected).all() else ""
    return ""


def _lost(got, expected, letters) -> str | None:
    """The letter of the one axis that ``expected`` has and ``got`` has not."""
    fits = [
        letters[k] for k in range(len(expected))
        if tuple(expected[:k] + expected[k + 1 :]) in set(permutations(got))
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


OF_TORCH = ("weight_ih", "weight_hh", "weight_hr", "bias_ih", "bias_hh")


def _parameters(exam: Exam, outcome: Outcome) -> Finding:
    there = [name for name in outcome.answer if not name.startswith("late ")]
    missing = [m.name for m in outcome.mismatches if m.kind == "missing"]
    extra = [m.name for m in outcome.mismatches if m.kind == "extra"]
    parts = []
    if missing:
        text = _("The module has no parameter {missing}. It has: {there}.")
        found = listed(few(there)) or _("none")
        parts.append(text.format(missing=listed(few(missing)), there=found))
    elif extra:
        parts.append(_("It has a parameter too many: {extra}.").format(extra=listed(few(extra))))
    why = _("Weights are loaded by name, so the names are those of the statement.")
    if all(name in ("weight", "bias") or name.startswith(OF_TORCH) for name in exam.item.weights):
        why = _(
            "The names and shapes are those of torch, so that either can load the other's weights."
        )
    return Finding("convention", "parameter-names", sentences(*parts), why)


def _coarse(mismatch) -> bool:
    """Numbers of 16 bits where more were asked: too few digits to be right."""
    got, expected = mismatch.got, mismatch.expected
    if mismatch.kind != "value" or not got.is_floating_point():
        return False
    return got.element_size() < min(4, expected.element_size())


def _type(tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
