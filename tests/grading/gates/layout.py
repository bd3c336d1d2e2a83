"""A right answer in another layout, made from the convention's own words.

A convention turns a case of the statement into its layout and the answer back. Both are
rearrangements, so doing them often enough undoes them.
"""

import torch
from torch.func import functional_call

from course_lib.exercises.spec import Case, Convention, Item
from course_lib.grading.observe import arrange

MOST = 24  # the longest order of a rearrangement of four gates is 4; 24 is plenty


def in_its_own_layout(item: Item, convention: Convention):
    """A candidate that is right when it is asked as ``convention`` asks.

    Raises ValueError where the convention is no rearrangement of what is given.
    """
    example = item.cases("fresh", 5)[0]
    turns = _order(lambda case: convention.ask(case), example, lambda case: case.tensors)
    right = dict(zip(_flat(item.returns), _flat_values(item, example), strict=True))
    back = _order(convention.answer, right, lambda values: values)
    if turns is None or back is None:
        raise ValueError(f"{convention.id} is no rearrangement of what is given")
    faultless = item.candidate(frozenset())

    def asked(tensors) -> Case:
        case = Case("own", example.sizes, tensors, example.options)
        for _turn in range(turns - 1):
            case = convention.ask(case)
        return case

    def answered(returned):
        values = dict(zip(_flat(item.returns), _parts(item.returns, returned), strict=True))
        for _turn in range(back - 1):
            values = convention.answer(values)
        return arrange(item.returns, values)

    if item.kind == "function":

        def answer(*arguments):
            names = [name for part in item.arguments for name in _flat((part,))]
            given = [one for part, value in zip(item.arguments, arguments, strict=False)
                     for one in _parts((part,), (value,))]  # fmt: skip
            case = asked(dict(zip(names, given, strict=False)))
            called = [arrange(name, case.tensors) for name in item.arguments]
            return answered(faultless(*called[: len(arguments)]))

        return answer

    class Answer(faultless):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            self.twin = (faultless(*arguments, **named),)  # in a tuple it is no part of this one

        def forward(self, *arguments):
            given = [one for part, value in zip(item.arguments, arguments, strict=False)
                     for one in _parts((part,), (value,))]  # fmt: skip
            names = [name for part in item.arguments for name in _flat((part,))]
            tensors = dict.fromkeys(names) | dict(zip(names, given, strict=False))
            weights = {short: self.get_parameter(name) for name, short in item.weights.items()}
            case = asked(tensors | weights)
            mine = {name: case.tensors[short] for name, short in item.weights.items()}
            called = [arrange(name, case.tensors) for name in item.arguments]
            if called[-1] is None:
                called.pop()
            return answered(functional_call(self.twin[0], mine, tuple(called)))

    return Answer


def _order(turn, start, tensors) -> int | None:
    """After how many turns everything is as it was; None if never."""
    now = start
    for count in range(1, MOST + 1):
        try:
            now = turn(now)
        except (RuntimeError, ValueError, KeyError, IndexError):
            return None
        if _same(tensors(now), tensors(start)):
            return count
    return None


def _same(one, other) -> bool:
    return one.keys() == other.keys() and all(
        (a is None) == (other[n] is None)
        and (a is None or (a.shape == other[n].shape and torch.equal(a, other[n])))
        for n, a in one.items()
    )


def _flat(names) -> list[str]:
    if isinstance(names, str):
        return [names]
    return [one for name in names for one in _flat(name)]


def _parts(names, value) -> list:
    """A value as it is nested, flat; None for every name of a nest that is None."""
    if isinstance(names, str):
        return [value]
    if value is None:
        return [None] * len(_flat(names))
    return [one for n, v in zip(names, value, strict=False) for one in _parts(n, v)]


def _flat_values(item, case):
    from course_lib.grading.observe import values

    return [*values(item, item.oracle, case).values()]
