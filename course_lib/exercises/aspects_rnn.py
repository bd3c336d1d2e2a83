"""What is looked at in each recurrent part of the RNN assignment, and its worth, in per cent."""

from course_lib.exercises import aspects_recurrent as recurrent
from course_lib.exercises.aspects_recurrent import LARGE
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = recurrent.TITLES | {
    "h_t": N_("the new hidden state h_t"),
    "h_n": N_("the last state h_n"),
    "values": N_("output and state, time first"),
    "default": N_("no initial state given"),
}
_aspect = recurrent.maker(TITLES)


def of_cell() -> tuple[Aspect, ...]:
    return (
        _aspect("h_t", 46, "ordinary", basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 22, "ordinary", "gradients"),
        _aspect("ones", 12, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 8, "large", fault="overflow", **LARGE),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )


def of_forward() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 24, "ordinary", only=("output",), basic=True),
        _aspect("h_n", 20, "ordinary", only=("h_n",), basic=True),
        _aspect("default", 12, "default", fault="default-missing"),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 20, "ordinary", "gradients"),
        _aspect("ones", 8, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 4, "large", fault="overflow", **LARGE),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )


def of_module() -> tuple[Aspect, ...]:
    return recurrent.of_module(_aspect)
