"""What is looked at in the mended cells, and what it is worth, in per cent."""

from course_lib.exercises.aspects_lstm import LARGE, TITLES
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

OWN = {
    "h_n": N_("the last states h_n"),
    "values": N_("output and states"),
    "grad_input": N_("the gradient of the input"),
    "grad_h_0": N_("the gradient of h_0"),
    "grad_weights": N_("the gradients of the weights"),
    "grad_biases": N_("the gradients of the biases"),
}


def _aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
    return Aspect(id, OWN.get(id) or TITLES[id], weight, role, observe, **more)


def _common(again: str = "ordinary") -> tuple[Aspect, ...]:
    return (
        _aspect("ones", 8, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", 4, "large", fault="overflow", **LARGE),
        _aspect("again", 4, again, "second_call", fault="keeps-state"),
    )


def of_lstm(layer: bool) -> tuple[Aspect, ...]:
    """A module of the LSTM; with ``layer`` it runs over a sequence and has default states."""
    names = (("output",), ("h_n", "c_n")) if layer else (("c",), ("h",))
    ids = ("output", "finals") if layer else ("c", "h")
    return (
        _aspect("parameters", 14, "ordinary", "parameters", basic=True),
        _aspect("start", 6, "ordinary", "first_weights", basic=True),
        _aspect(ids[0], 20, "ordinary", only=names[0], basic=True),
        _aspect(ids[1], 16, "ordinary", only=names[1], basic=True),
        *((_aspect("default", 8, "default", fault="default-missing"),) if layer else ()),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 10, "ordinary", "gradients"),
        _aspect("step", 8, "ordinary", "optimiser_step", fault="not-registered"),
        *_common("default" if layer else "ordinary"),
    )


def of_function() -> tuple[Aspect, ...]:
    """A function over a sequence that returns output and h_n."""
    return (
        _aspect("output", 28, "ordinary", only=("output",), basic=True),
        _aspect("h_n", 24, "ordinary", only=("h_n",), basic=True),
        _aspect("default", 8, "default", fault="default-missing"),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 16, "ordinary", "gradients"),
        *_common(),
    )


def of_convlstm() -> tuple[Aspect, ...]:
    return (
        _aspect("parameters", 16, "ordinary", "parameters", basic=True),
        _aspect("start", 4, "ordinary", "first_values", basic=True),
        _aspect("c", 14, "ordinary", only=("c",), basic=True),
        _aspect("h", 26, "ordinary", only=("h",), basic=True),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("gradients", 8, "ordinary", "gradients"),
        _aspect("step", 8, "ordinary", "optimiser_step", fault="not-registered"),
        *_common(),
    )


def of_backward() -> tuple[Aspect, ...]:
    values = {
        "grad_input": ("grad_input",),
        "grad_h_0": ("grad_h_0",),
        "grad_weights": ("grad_w_ih", "grad_w_hh"),
        "grad_biases": ("grad_b_ih", "grad_b_hh"),
    }
    return (
        *(_aspect(id, 19, "ordinary", only=names, basic=True) for id, names in values.items()),
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        *_common(),
    )
