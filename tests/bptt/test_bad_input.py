"""The hand-written backward passes answer bad input with a sentence a person can use."""

import pytest
import torch

from course_lib import bptt
from tests.bad_input import assert_answers, assert_refuses_sizes, cases, spoil

B, T, I, H, P = 2, 3, 4, 5, 2


def randn(*shape):
    return torch.randn(*shape, dtype=torch.float64)


def given(gates, units=H):
    rows = gates * H
    return {
        "grad_output": randn(B, T, units),
        "input": randn(B, T, I),
        "h_0": randn(B, units),
        "w_ih": randn(rows, I),
        "w_hh": randn(rows, units),
        "b_ih": randn(rows),
        "b_hh": randn(rows),
    }


def lstm(h_0, c_0, grad_h_n, grad_c_n, **arguments):
    states = {"initial_states": (h_0, c_0), "grad_states": (grad_h_n, grad_c_n)}
    return bptt.lstm_backward(**states, **arguments)


LSTM_STATES = {"c_0": randn(B, H), "grad_c_n": randn(B, H)}
RNN = given(1) | {"output": randn(B, T, H)}
TRUNCATED = {name: value for name, value in RNN.items() if not name.startswith("b_")}
CALLS = {
    "rnn_backward": (bptt.rnn_backward, RNN | {"grad_h_n": randn(B, H)}, 2),
    "gru_backward": (bptt.gru_backward, given(3) | {"grad_h_n": randn(B, H)}, 2),
    "lstm_backward": (lstm, given(4) | LSTM_STATES | {"grad_h_n": randn(B, H)}, 2),
    "lstm_backward projected": (
        lstm,
        given(4, P) | LSTM_STATES | {"grad_h_n": randn(B, P), "w_hr": randn(P, H)},
        2,
    ),
    "truncated_rnn_backward": (
        lambda **kw: bptt.truncated_rnn_backward(steps=2, **kw),
        TRUNCATED,
        2,
    ),
    "step_jacobians": (bptt.step_jacobians, {"output": RNN["output"], "w_hh": randn(H, H)}, 2),
    "jacobian_products": (bptt.jacobian_products, {"jacobians": randn(B, T, H, H)}, 3),
    "sequential_jacobian": (
        lambda input: bptt.sequential_jacobian(lambda x: x * x, input),
        {"input": randn(T, I)},
        1,
    ),
}
SPOILT = [
    case
    for case in cases(
        CALLS,
        optional=("b_ih", "b_hh", "grad_h_n", "grad_c_n", "w_hr"),
        free=[("sequential_jacobian", "input")],
    )
    if not (len(case.values[1]) == 1 and case.values[-1] in ("dtype", "device"))
]
INSIDE = {"grad_h_n": "grad_states[0]", "grad_c_n": "grad_states[1]"}


@pytest.mark.parametrize("function,arguments,axis,argument,way", SPOILT)
def test_a_tensor_that_does_not_fit_is_named(function, arguments, axis, argument, way):
    function(**arguments)  # which is right before it is spoilt
    spoilt, words = spoil(arguments, axis, argument, way)
    said = INSIDE.get(argument, argument) if function is lstm else argument
    assert_answers(lambda: function(**spoilt), said, words)


def without_steps(arguments):
    return {
        name: value[:, :0] if name in ("grad_output", "input", "output") else value
        for name, value in arguments.items()
    }


@pytest.mark.parametrize("name", [name for name in CALLS if name.endswith("backward")])
def test_no_time_steps_are_refused(name):
    function, arguments, _ = CALLS[name]
    words = [r"at least one time step \(T\)", "got 0"]
    assert_answers(lambda: function(**without_steps(arguments)), "input", words)


def test_the_number_of_steps_is_a_whole_number_from_1_on():
    assert_refuses_sizes(lambda **steps: bptt.truncated_rnn_backward(**TRUNCATED, **steps), "steps")


def pair_of(count):
    states = tuple(randn(B, H) for _ in range(count))
    without = {name: value for name, value in given(4).items() if name != "h_0"}
    return lambda **named: bptt.lstm_backward(**({"initial_states": states} | named), **without)


OTHERS = {
    "one state": (pair_of(1), "initial_states", [r"the pair \(h, c\)", "got tuple of 1"]),
    "gradients of three states": (
        lambda: pair_of(2)(grad_states=(randn(B, H),) * 3),
        "grad_states",
        [r"the pair \(h, c\)", "got tuple of 3"],
    ),
    "a tensor for a pair": (
        lambda: pair_of(2)(grad_states=randn(2, B, H)),
        "grad_states",
        [r"the pair \(h, c\)", "got Tensor"],
    ),
    "nonlinearity": (
        lambda: bptt.rnn_backward(**RNN, nonlinearity="gelu"),
        "nonlinearity",
        ["must be 'tanh' or 'relu'", "got 'gelu'"],
    ),
    "states of numbers": (lambda: bptt.detached([1.0]), "states", ["must be tensors", "got float"]),
    "no Jacobians": (
        lambda: bptt.jacobian_products(randn(B, 0, H, H)),
        "jacobians",
        ["at least 1", "got 0"],
    ),
    "a network that is a tensor": (
        lambda: bptt.sequential_jacobian(randn(2, 2), randn(T, I)),
        "network",
        ["must be a function", "got Tensor"],
    ),
    "a network that gives two things": (
        lambda: bptt.sequential_jacobian(lambda x: (x, x), randn(T, I)),
        "network",
        ["must be a torch.Tensor", "got tuple"],
    ),
    "a network that gives a vector": (
        lambda: bptt.sequential_jacobian(lambda x: x[0], randn(T, I)),
        "network",
        [r"an output \(T', O\)", r"got shape \(4,\)"],
    ),
}


@pytest.mark.parametrize("call,argument,words", OTHERS.values(), ids=OTHERS)
def test_anything_else_that_does_not_fit_is_named(call, argument, words):
    assert_answers(call, argument, words)


def test_the_tables_leave_out_no_public_name():
    assert set(bptt.__all__) - {name.split()[0] for name in CALLS} == {"detached"}  # in OTHERS
