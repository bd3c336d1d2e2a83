"""What is looked at in each part of the LSTM assignment, and what it is worth, in per cent."""

from course_lib.exercises import aspects_recurrent as recurrent
from course_lib.exercises.aspects_recurrent import LARGE
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = recurrent.TITLES | {
    "c": N_("the new cell state c"),
    "h": N_("the new hidden state h"),
    "finals": N_("the last states h_n and c_n"),
    "values": N_("output and states, time first"),
    "default": N_("no initial states given"),
    "grad_input": N_("the gradient of input"),
    "grad_states": N_("the gradients of h_0 and c_0"),
    "grad_weights": N_("the gradients of w_ih and w_hh"),
    "grad_biases": N_("the gradients of b_ih and b_hh"),
}
_aspect = recurrent.maker(TITLES)


def of_cell(projected: bool) -> tuple[Aspect, ...]:
    c, h = (4, 44) if projected else (24, 24)  # with a projection only h is new
    return (
        _aspect("c", c, "ordinary", only=("c",), basic=True),
        _aspect("h", h, "ordinary", only=("h",), basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 20, "ordinary", "gradients"),
        _aspect("ones", 12, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 8, "large", fault="overflow", **LARGE),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )


def of_forward() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 24, "ordinary", only=("output",), basic=True),
        _aspect("finals", 20, "ordinary", only=("h_n", "c_n"), basic=True),
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


def of_backward() -> tuple[Aspect, ...]:
    return (
        _aspect("grad_input", 20, "ordinary", only=("grad_input",), basic=True),
        _aspect("grad_states", 20, "ordinary", only=("grad_h_0", "grad_c_0"), basic=True),
        _aspect("grad_weights", 26, "ordinary", only=("grad_w_ih", "grad_w_hh"), basic=True),
        _aspect("grad_biases", 12, "ordinary", only=("grad_b_ih", "grad_b_hh"), basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("ones", 10, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )
