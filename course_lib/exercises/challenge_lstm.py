"""The challenge of the LSTM assignment: its gradients by hand. The oracle is autograd."""

from functools import partial

import torch

from course_lib.exercises import aspects_lstm as aspects
from course_lib.exercises import cases_lstm as made
from course_lib.exercises import conventions_lstm as conventions
from course_lib.exercises import faults_lstm_backward
from course_lib.exercises import messages_lstm_backward as messages
from course_lib.exercises.oracles import gradients_of
from course_lib.exercises.spec import Case, Item
from course_lib.i18n import N_

WEIGHTS = {"w_ih": "4H I", "w_hh": "4H H", "b_ih": "4H", "b_hh": "4H"}
AUTOGRAD = frozenset({"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "_make_dual"})


def oracle(forward, grad_output, grad_states, input, initial_states, *weights):
    """Autograd through ``forward``, which is torch's LSTM."""
    given = (input, *initial_states, *weights)
    leaves = [t.detach().requires_grad_() for t in given]
    with torch.enable_grad():
        output, states = forward(leaves[0], tuple(leaves[1:3]), *leaves[3:])
        grad_input, h_0, c_0, *others = gradients_of(
            (output, *states), (grad_output, *grad_states), leaves
        )
    return grad_input, (h_0, c_0), *others


def axes(case: Case) -> dict[str, str]:
    """The letters of every value's axes."""
    given = {"input": "B T I", "h_0": "B H", "c_0": "B H", **WEIGHTS}
    arriving = {"grad_output": "B T H", "grad_h_n": "B H", "grad_c_n": "B H"}
    return {**given, **arriving, **{f"grad_{name}": letters for name, letters in given.items()}}


def item(forward, forbidden: frozenset[str]) -> Item:
    """``lstm_backward``, worth 20 points above the core's 100."""
    return Item(
        id="lstm_backward",
        title=N_("The gradients by hand"),
        points=20,
        kind="function",
        name="lstm_backward",
        signature=(
            "lstm_backward(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh)"
        ),
        result="grad_input, (grad_h_0, grad_c_0), grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh",
        arguments=(
            "grad_output", ("grad_h_n", "grad_c_n"), "input", ("h_0", "c_0"), *WEIGHTS,
        ),
        returns=("grad_input", ("grad_h_0", "grad_c_0"), *(f"grad_{name}" for name in WEIGHTS)),
        sentence=11,
        axes=axes,
        cases=partial(made.cases, "backward", False),
        oracle=partial(oracle, forward),
        candidate=lambda on: partial(faults_lstm_backward.backward, on),
        aspects=aspects.of_backward(),
        faults=messages.ALL,
        conventions=(conventions.AVERAGED, *conventions.GRADIENTS_TRANSPOSED),
        probes=conventions.probes("input", "h_0", "c_0"),
        forbidden=forbidden | AUTOGRAD,
        chapter="remembers",
        part="challenge",
        bonus=True,
    )  # fmt: skip
