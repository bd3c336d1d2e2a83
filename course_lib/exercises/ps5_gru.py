"""Assignment ps5_gru: a GRU cell in both published forms, the loop, the module, its gradients.

The oracle is torch: ``nn.GRU`` with its weights set, torch's RNN cell for the original form, and
autograd for the gradients and the step of training.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import linear, mse_loss

from course_lib.exercises import aspects_gru as aspects
from course_lib.exercises import cases_gru as made
from course_lib.exercises import conventions_gru as conventions
from course_lib.exercises import (
    faults_gru,
    faults_gru_backward,
    faults_gru_loop,
    observe_gru,
    questions_gru,
)
from course_lib.exercises import messages_gru_backward as back
from course_lib.exercises import messages_gru_cell as one
from course_lib.exercises import messages_gru_loop as loop
from course_lib.exercises import messages_gru_step as training
from course_lib.exercises import messages_gru_weights as weight
from course_lib.exercises.oracles import gradients_of
from course_lib.exercises.spec import Assignment, Case, Constructor, Item, Written
from course_lib.i18n import N_

WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")
NAMES = dict(
    zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), WEIGHTS, strict=True)
)
# torch's own recurrent layers may not stand in for the student's, nor autograd for a backward pass.
LAYERS = frozenset({"gru", "gru_cell", "GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNCell"})
LAYERS |= {"RNNBase", "RNNCellBase", "rnn_tanh", "rnn_tanh_cell", "lstm", "lstm_cell"}
AUTOGRAD = frozenset({"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "_make_dual"})


def torch_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    """The oracle of the loop: ``nn.GRU``, batch first, with these weights."""
    gru = nn.GRU(w_ih.shape[1], len(w_ih) // 3, batch_first=True, device="meta")
    parameters = dict(zip(NAMES, (w_ih, w_hh, b_ih, b_hh), strict=True))
    arguments = (input,) if h_0 is None else (input, h_0.unsqueeze(0))
    output, h_n = functional_call(gru, parameters, arguments)
    return output, h_n[0]


def torch_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x, h, w_ih, w_hh, b_ih, b_hh)


def original_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    """Torch has no GRU of this form; but its candidate is torch's RNN cell on a reset state."""
    i_r, i_z, _i_n = linear(x, w_ih, b_ih).chunk(3, 1)
    h_r, h_z, _h_n = linear(h, w_hh, b_hh).chunk(3, 1)
    w_in, w_hn, b_in, b_hn = (w.chunk(3)[2] for w in (w_ih, w_hh, b_ih, b_hh))
    n = torch.rnn_tanh_cell(x, torch.sigmoid(i_r + h_r) * h, w_in, w_hn, b_in, b_hn)
    return torch.lerp(n, h, torch.sigmoid(i_z + h_z))


def torch_backward(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh):
    """The oracle of the gradients: autograd through ``nn.GRU``."""
    leaves = [t.detach().requires_grad_() for t in (input, h_0, w_ih, w_hh, b_ih, b_hh)]
    with torch.enable_grad():
        output, _h_n = torch_forward(*leaves)
        return gradients_of((output,), (grad_output,), leaves)


def torch_step(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr):
    """The oracle of the training step: autograd, and plain gradient descent."""
    leaves = [t.detach().requires_grad_() for t in (w_ih, w_hh, b_ih, b_hh, w_out, b_out)]
    with torch.enable_grad():
        _output, h_n = torch_forward(input, None, *leaves[:4])
        loss = mse_loss(linear(h_n, *leaves[4:]), target)
        gradients = torch.autograd.grad(loss, leaves)
    return loss.detach(), *(w.detach() - lr * g for w, g in zip(leaves, gradients, strict=True))


def torch_counts(input_size, hidden_size):
    layers = (kind(input_size, hidden_size, device="meta") for kind in (nn.GRU, nn.LSTM))
    return tuple(sum(w.numel() for w in layer.parameters()) for layer in layers)


def axes(family: str, case: Case) -> dict[str, str]:
    """The letters of every value's axes; "1" is an axis of one layer."""
    weights = {"w_ih": "3H I", "w_hh": "3H H", "b_ih": "3H", "b_hh": "3H"}
    sequence = "T B" if case.options.get("batch_first") is False else "B T"
    state = "1 B H" if family == "module" else "B H"
    values = {"x": "B I", "h": "B H", "input": f"{sequence} I", "output": f"{sequence} H"}
    values |= {"h_0": state, "h_n": state, "grad_output": "B T H", "target": "B O", **weights}
    values |= {"grad_input": "B T I", "grad_h_0": "B H", "w_out": "O H", "b_out": "O"}
    values |= {f"grad_{name}": letters for name, letters in weights.items()}
    return values | {f"new_{name}": values[name] for name in (*weights, "w_out", "b_out")}


CELL = (
    *one.ACTIVATION,
    *one.RESET,
    *one.UPDATE,
    *weight.TERMS,
    *weight.BIAS_OF_ONE,
    *weight.TERM_OF_ONE,
    *weight.WRONG_ROWS,
    *weight.PARTS,
    *one.SPECIAL,
)
# In a loop, a state that is changed in place gives the numbers of "output-repeats-last".
SEQUENCE = tuple(
    fault for fault in (*CELL, *one.RESET_AFTER, *loop.LOOP) if fault.id != "state-in-place"
)
# A module that ignores its state gives the numbers of a loop that does.
MODULE = (*(fault for fault in SEQUENCE if fault.id != "h_0-ignored"), *loop.MODULE)
BACKWARD = (*back.THROUGH_CELL, *back.THROUGH_TIME, *back.TO_WEIGHTS, *back.BACKWARD_SPECIAL)
# In the original form the two biases are only ever added up, so their places do not matter.
ORIGINAL_LAYOUTS = (*conventions.GATE_ORDERS, conventions.Z_EXCHANGED, *conventions.TRANSPOSED)
MODULE_LAYOUTS = (*conventions.GATE_ORDERS, conventions.Z_EXCHANGED, conventions.BIASES_EXCHANGED)
LAYOUTS = (*MODULE_LAYOUTS, *conventions.TRANSPOSED)


def switched(function: Callable) -> Callable:
    """Switches -> the implementation that makes these mistakes."""
    return lambda on: partial(function, on)


def item(id: str, title: str, points: float, signature: str, result: str, **more) -> Item:
    """An item of this assignment; a class is written with a capital."""
    name = signature.partition("(")[0]
    return Item(
        id=id,
        title=title,
        points=points,
        kind="module" if name[0].isupper() else "function",
        name=name,
        signature=signature,
        result=result,
        chapter="gru",
        axis_names=made.AXIS_NAMES,
        **{"axes": lambda case: {}, "forbidden": LAYERS, **more},
    )


def cell_item(id, title, points, name, form, oracle, faults, layouts) -> Item:
    return item(
        id, title, points, f"{name}(x, h, w_ih, w_hh, b_ih, b_hh)", "h",
        arguments=("x", "h", *WEIGHTS),
        returns="h",
        sentence=6,
        axes=partial(axes, "cell"),
        cases=partial(made.cases, "cell"),
        oracle=oracle,
        candidate=lambda on: partial(faults_gru.cell, on, form),
        aspects=aspects.of_cell(),
        faults=(*CELL, *faults),
        conventions=layouts,
        probes=conventions.probes("x", "h"),
    )  # fmt: skip


CORE = (
    cell_item(
        "gru_cell", N_("One time step"), 20, "gru_cell", "after", torch_cell, one.RESET_AFTER,
        LAYOUTS,
    ),
    item(
        "gru_forward", N_("The whole sequence"), 20,
        "gru_forward(input, h_0, w_ih, w_hh, b_ih, b_hh)", "output, h_n",
        arguments=("input", "h_0", *WEIGHTS),
        returns=("output", "h_n"),
        sentence=6,
        axes=partial(axes, "forward"),
        cases=partial(made.cases, "forward"),
        oracle=torch_forward,
        candidate=switched(faults_gru_loop.forward),
        aspects=aspects.of_forward(),
        faults=SEQUENCE,
        conventions=(*LAYOUTS, *conventions.TIME_FIRST),
        probes=conventions.probes("input", "h_0"),
    ),
    item(
        "gru_module", N_("The module"), 20,
        "GRU(input_size, hidden_size, batch_first=False)", "output, h_n",
        arguments=("input", "h_0"),
        returns=("output", "h_n"),
        sentence=9,
        axes=partial(axes, "module"),
        cases=partial(made.cases, "module"),
        oracle=nn.GRU,
        candidate=faults_gru_loop.module,
        aspects=aspects.of_module(),
        faults=MODULE,
        conventions=MODULE_LAYOUTS,
        probes=conventions.probes("input", "h_0"),
        constructor=Constructor({"input_size": "I", "hidden_size": "H"}),
        weights=NAMES,
        # A module calls the student's own functions, whose pairs the checks before have named.
        pairs_with=frozenset(fault.id for fault in loop.MODULE),
    ),
    cell_item(
        "gru_cell_original", N_("The original form"), 15, "gru_cell_original", "before",
        original_cell, one.RESET_BEFORE, ORIGINAL_LAYOUTS,
    ),
    item(
        "gru_form", N_("Which form is it?"), 10, "gru_form(cell)", "reset_before, z_keeps",
        arguments=("cell",),
        returns=("reset_before", "z_keeps"),
        sentence=10,
        cases=questions_gru.form_cases,
        oracle=questions_gru.form_of,
        candidate=switched(questions_gru.faulty_form),
        aspects=aspects.of_form(),
        faults=questions_gru.FORM_FAULTS,
    ),
    item(
        "gru_counts", N_("How many numbers are learned"), 5,
        "gru_counts(input_size, hidden_size)", "gru, lstm",
        arguments=("input_size", "hidden_size"),
        returns=("gru", "lstm"),
        sentence=4,
        cases=questions_gru.count_cases,
        oracle=torch_counts,
        candidate=switched(questions_gru.counts),
        aspects=aspects.of_counts(),
        faults=questions_gru.COUNT_FAULTS,
    ),
)  # fmt: skip
BONUS = (
    item(
        "gru_backward", N_("The gradients by hand"), 30,
        "gru_backward(grad_output, input, h_0, w_ih, w_hh, b_ih, b_hh)",
        "grad_input, grad_h_0, grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh",
        arguments=("grad_output", "input", "h_0", *WEIGHTS),
        returns=("grad_input", "grad_h_0", *(f"grad_{name}" for name in WEIGHTS)),
        sentence=11,
        axes=partial(axes, "backward"),
        cases=partial(made.cases, "backward"),
        oracle=torch_backward,
        candidate=switched(faults_gru_backward.backward),
        aspects=aspects.of_backward(),
        faults=(*BACKWARD, *back.SQUEEZE),
        conventions=(conventions.AVERAGED,),
        probes=conventions.probes_of_backward(),
        forbidden=LAYERS | AUTOGRAD,
        part="bonus",
        bonus=True,
    ),
    item(
        "gru_step", N_("A step of training"), 20,
        "gru_step(input, target, w_ih, w_hh, b_ih, b_hh, w_out, b_out, lr)",
        "loss, w_ih, w_hh, b_ih, b_hh, w_out, b_out",
        arguments=("input", "target", *WEIGHTS, "w_out", "b_out", "lr"),
        returns=("loss", *(f"new_{name}" for name in (*WEIGHTS, "w_out", "b_out"))),
        sentence=12,
        axes=partial(axes, "step"),
        cases=partial(made.cases, "step"),
        oracle=torch_step,
        candidate=switched(faults_gru_backward.step),
        aspects=aspects.of_step(),
        faults=(*training.STEP, *back.BACKWARD_SPECIAL),
        observations={"truths_of_learning": observe_gru.truths_of_learning},
        forbidden=LAYERS | AUTOGRAD,
        part="bonus",
        bonus=True,
    ),
)  # fmt: skip

ASSIGNMENT = Assignment(
    id="ps5_gru",
    title=N_("GRU from scratch"),
    minutes=300,
    read_first=("gru",),
    items=(*CORE, *BONUS),
    written=(Written("gru_which_form", N_("Which form torch has, and why"), 10),),
)
