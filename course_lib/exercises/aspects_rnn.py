"""What is looked at in each recurrent part of the RNN assignment, and its worth, in per cent."""

from course_lib.exercises.aspects_lstm import LARGE
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = {
    "h_t": N_("the new hidden state h_t"),
    "output": N_("output"),
    "h_n": N_("the last state h_n"),
    "parameters": N_("names and shapes of the parameters"),
    "start": N_("first values of the weights"),
    "values": N_("output and state, time first"),
    "batch_first": N_("batch_first=True"),
    "default": N_("no initial state given"),
    "untouched": N_("the arguments stay as they were"),
    "gradients": N_("every gradient"),
    "load": N_("loads torch's state_dict"),
    "step": N_("one step of an optimiser"),
    "ones": N_("sizes of 1"),
    "double": N_("float64"),
    "large": N_("large numbers, no NaN"),
    "again": N_("a second call"),
}


def _aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
    return Aspect(id, TITLES[id], weight, role, observe, **more)


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
    return (
        _aspect("parameters", 12, "ordinary", "parameters", basic=True),
        _aspect("start", 8, "ordinary", "first_weights", basic=True),
        _aspect("values", 20, "ordinary", basic=True),
        _aspect("batch_first", 12, "batch_first"),
        _aspect("default", 8, "default", fault="default-missing"),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("load", 4, "ordinary", "loaded"),
        _aspect("gradients", 12, "ordinary", "gradients"),
        _aspect("step", 4, "ordinary", "optimiser_step", fault="not-registered"),
        _aspect("ones", 4, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 4, "large", fault="overflow", **LARGE),
        _aspect("again", 4, "default", "second_call", fault="keeps-state"),
    )
