"""What a student's answer calls of the answers before it: a mistake there shows here as well."""

import dis
import types

from course_lib.exercises.spec import Assignment, Item
from course_lib.grading.result import CheckResult
from course_lib.i18n import _


def begin_with(
    assignment: Assignment, item: Item, candidate, results: dict[str, CheckResult]
) -> str:
    """A sentence that sends the student to an earlier answer that ``candidate`` calls, or "".

    ``results`` are the newest results of this notebook, by "assignment.item".
    """
    wrong = {key for key, result in results.items() if not result.passed}
    before = assignment.items[: assignment.items.index(item)]
    suspects = [earlier for earlier in before if f"{assignment.id}.{earlier.id}" in wrong]
    called = candidate.names_used() if suspects else ()
    for earlier in suspects:
        if earlier.name in called:
            text = _(
                "{name} calls {other}, which was not yet right when you last checked it. "
                "Begin there: this mistake may come from it."
            )
            return text.format(name=item.name, other=earlier.name)
    return ""


def names_used(fn) -> set[str]:
    """The global names that a function, or any function of a class, uses; nn.GRU is not GRU."""
    parts = vars(fn).values() if isinstance(fn, type) else [fn]
    codes = [part.__code__ for part in parts if isinstance(part, types.FunctionType)]
    used: set[str] = set()
    while codes:
        code = codes.pop()
        read = (i for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
        used |= {i.argval for i in read}
        codes += [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
    return used
