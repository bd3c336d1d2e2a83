"""What is looked at in each part of the GRU assignment, and what it is worth, in per cent."""

from course_lib.exercises import aspects_recurrent as recurrent
from course_lib.exercises.aspects_recurrent import LARGE
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = recurrent.TITLES | {
    "h": N_("the new hidden state h"),
    "h_n": N_("the last state h_n"),
    "default": N_("no initial state given"),
    "values": N_("output and state, time first"),
    "reset": N_("where the reset gate acts"),
    "update": N_("what the update gate weights"),
    "gru": N_("the number of a GRU"),
    "lstm": N_("the number of an LSTM"),
    "grad_input": N_("the gradient of input"),
    "grad_h_0": N_("the gradient of h_0"),
    "grad_weights": N_("the gradients of w_ih and w_hh"),
    "grad_biases": N_("the gradients of b_ih and b_hh"),
    "loss": N_("the loss"),
    "new_gru": N_("the new weights of the GRU"),
    "new_readout": N_("the new weights of the readout"),
    "learns": N_("many steps: the loss falls"),
}
_aspect = recurrent.maker(TITLES)


def of_cell() -> tuple[Aspect, ...]:
    return (
        _aspect("h", 48, "ordinary", only=("h",), basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 20, "ordinary", "gradients"),
        _aspect("ones", 12, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 8, "large", fault="overflow", **LARGE),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )


def of_forward() -> tuple[Aspect, ...]:
    return (
        _aspect("output", 28, "ordinary", only=("output",), basic=True),
        _aspect("h_n", 16, "ordinary", only=("h_n",), basic=True),
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


def of_form() -> tuple[Aspect, ...]:
    return (
        _aspect("reset", 50, "ordinary", only=("reset_before",), basic=True),
        _aspect("update", 50, "ordinary", only=("z_keeps",), basic=True),
    )


def of_counts() -> tuple[Aspect, ...]:
    return (
        _aspect("gru", 60, "ordinary", only=("gru",), basic=True),
        _aspect("lstm", 40, "ordinary", only=("lstm",), basic=True),
    )


def of_backward() -> tuple[Aspect, ...]:
    return (
        _aspect("grad_input", 20, "ordinary", only=("grad_input",), basic=True),
        _aspect("grad_h_0", 16, "ordinary", only=("grad_h_0",), basic=True),
        _aspect("grad_weights", 26, "ordinary", only=("grad_w_ih", "grad_w_hh"), basic=True),
        _aspect("grad_biases", 16, "ordinary", only=("grad_b_ih", "grad_b_hh"), basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("ones", 10, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )


def of_step() -> tuple[Aspect, ...]:
    readout = ("new_w_out", "new_b_out")
    gru = ("new_w_ih", "new_w_hh", "new_b_ih", "new_b_hh")
    return (
        _aspect("loss", 16, "ordinary", only=("loss",), basic=True),
        _aspect("new_readout", 20, "ordinary", only=readout, basic=True),
        _aspect("new_gru", 32, "ordinary", only=gru, basic=True),
        _aspect("untouched", 6, "ordinary", "arguments_after"),
        _aspect("learns", 12, "once", "truths_of_learning"),
        _aspect("ones", 6, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )
