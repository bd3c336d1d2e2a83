"""What is looked at in each part of the assignment on BPTT, and what it is worth, in per cent."""

from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = {
    "x": N_("the gradient of x"),
    "h": N_("the gradient of h"),
    "input": N_("the gradient of the input"),
    "h_0": N_("the gradient of h_0"),
    "w_ih": N_("the gradient of w_ih"),
    "w_hh": N_("the gradient of w_hh"),
    "biases": N_("the gradients of both biases"),
    "k-one": N_("k = 1"),
    "k-long": N_("k as long as the sequence, or longer"),
    "table": N_("the table of norms"),
    "norm": N_("the norm that comes back"),
    "clipped": N_("the gradients afterwards"),
    "below": N_("small gradients stay as they are"),
    "generator": N_("a generator of parameters"),
    "none": N_("a parameter without a gradient"),
    "weights": N_("the weights stay as they were"),
    "untouched": N_("the arguments stay as they were"),
    "ones": N_("sizes of 1"),
    "double": N_("float64"),
    "large": N_("large numbers, no NaN"),
    "again": N_("a second call"),
}
LARGE = {"rtol": 1e-2, "atol": 2e-3}


def _aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
    return Aspect(id, TITLES[id], weight, role, observe, **more)


def _rest(ones: float = 8, large: float = 6, again: float = 4) -> tuple[Aspect, ...]:
    return (
        _aspect("untouched", 4, "ordinary", "arguments_after"),
        _aspect("ones", ones, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32"),
        _aspect("large", large, "large", fault="overflow", **LARGE),
        _aspect("again", again, "ordinary", "second_call", fault="keeps-state"),
    )


def _gradient(id: str, weight: float, *names: str) -> Aspect:
    return _aspect(id, weight, "ordinary", only=names, basic=True)


def of_cell() -> tuple[Aspect, ...]:
    return (
        _gradient("x", 12, "grad_x"),
        _gradient("h", 16, "grad_h"),
        _gradient("w_ih", 14, "grad_w_ih"),
        _gradient("w_hh", 18, "grad_w_hh"),
        _gradient("biases", 14, "grad_b_ih", "grad_b_hh"),
        *_rest(),
    )


def of_loop() -> tuple[Aspect, ...]:
    return (
        _gradient("input", 16, "grad_input"),
        _gradient("h_0", 14, "grad_h_0"),
        _gradient("w_ih", 14, "grad_w_ih"),
        _gradient("w_hh", 18, "grad_w_hh"),
        _gradient("biases", 12, "grad_b_ih", "grad_b_hh"),
        *_rest(),
    )


def of_truncated() -> tuple[Aspect, ...]:
    return (
        _gradient("input", 14, "grad_input"),
        _gradient("h_0", 10, "grad_h_0"),
        _gradient("w_ih", 8, "grad_w_ih"),
        _gradient("w_hh", 16, "grad_w_hh"),
        _gradient("biases", 8, "grad_b_ih", "grad_b_hh"),
        _aspect("k-one", 9, "k-one"),
        _aspect("k-long", 9, "k-long"),
        *_rest(),
    )


def of_jacobian() -> tuple[Aspect, ...]:
    return (_aspect("table", 70, "ordinary", basic=True), *_rest(ones=12))


def of_clip() -> tuple[Aspect, ...]:
    return (
        _aspect("norm", 30, "ordinary", only=("norm",), basic=True),
        _aspect("clipped", 30, "ordinary", only=("grad_0", "grad_1", "grad_2"), basic=True),
        _aspect("below", 12, "below"),
        _aspect("generator", 6, "generator", fault="exhausted"),
        _aspect("none", 6, "none", fault="none-fails"),
        _aspect("weights", 4, "ordinary", "arguments_after"),
        _aspect("ones", 4, "ones", fault="sizes-of-one"),
        _aspect("double", 4, "double", fault="float32", rtol=1e-5),
        _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
    )
