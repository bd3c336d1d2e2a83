"""Assignment ps3_bptt: the way back through an RNN, whole and truncated; who feels whom; clipping.

The oracle is autograd.
"""

from functools import partial

from course_lib.exercises import asked_bptt as asked
from course_lib.exercises import aspects_bptt as aspects
from course_lib.exercises import cases_bptt as made
from course_lib.exercises import conventions_bptt as conventions
from course_lib.exercises import (
    faults_bptt,
    faults_bptt_clip,
    faults_bptt_jacobian,
    faults_bptt_loop,
)
from course_lib.exercises import messages_bptt_clip as clip_messages
from course_lib.exercises import messages_bptt_jacobian as jacobian_messages
from course_lib.exercises import messages_bptt_loop as loop_messages
from course_lib.exercises import messages_bptt_step as step_messages
from course_lib.exercises import messages_bptt_table as table_messages
from course_lib.exercises import messages_bptt_tanh as tanh_messages
from course_lib.exercises import oracles_bptt as oracles
from course_lib.exercises.finished_work import AUTOGRAD, CLIPPING
from course_lib.exercises.spec import Assignment, Item, Written
from course_lib.i18n import N_

WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")
WEIGHT_AXES = {"w_ih": "H I", "w_hh": "H H", "b_ih": "H", "b_hh": "H"}
GRADIENT_AXES = {f"grad_{name}": letters for name, letters in WEIGHT_AXES.items()}

STEP_FAULTS = (
    *tanh_messages.SLOPE,
    *tanh_messages.BEFORE_SLOPE,
    *step_messages.WAYS_BACK,
    *step_messages.WEIGHT_GRADIENTS,
    *step_messages.BIASES,
    *step_messages.RETURNED,
)
LOOP_FAULTS = (
    *STEP_FAULTS,
    *loop_messages.UPSTREAM,
    *loop_messages.CARRYING,
    *loop_messages.ADDING_UP,
    *loop_messages.STATES,
    *loop_messages.FIRST_STATE,
    *loop_messages.INPUT,
)
TRUNCATED_FAULTS = (
    *LOOP_FAULTS,
    *loop_messages.TRUNCATION,
)
# What cannot be made, or cannot be told from another mistake, in an item.
EXCLUDED: dict[str, set[str]] = {
    "cell": set(),
    "loop": {"h-through-w_ih"},
    "truncated": {"h-through-w_ih", "only-last-output", "forwards", "in-place"},
}


def without(faults, family: str) -> tuple:
    return tuple(fault for fault in faults if fault.id not in EXCLUDED[family])


def cell_axes(case) -> dict[str, str]:
    rows = {"x": "B I", "h": "B H", "h_new": "B H"}
    return {**rows, **WEIGHT_AXES, **{f"grad_{n}": a for n, a in rows.items()}, **GRADIENT_AXES}


def loop_axes(case) -> dict[str, str]:
    rows = {"input": "B T I", "h_0": "B H", "output": "B T H"}
    return {**rows, **WEIGHT_AXES, **{f"grad_{n}": a for n, a in rows.items()}, **GRADIENT_AXES}


def jacobian_axes(case) -> dict[str, str]:
    return {"output": "B T H", "w_ih": "H I", "w_hh": "H H", "norms": "B T T"}


CELL = Item(
    id="cell_backward",
    title=N_("One step back"),
    points=20,
    kind="function",
    name="rnn_cell_backward",
    signature="rnn_cell_backward(grad_h_new, x, h, h_new, w_ih, w_hh, b_ih, b_hh)",
    result="grad_x, grad_h, grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh",
    arguments=("grad_h_new", "x", "h", "h_new", *WEIGHTS),
    returns=("grad_x", "grad_h", *GRADIENT_AXES),
    axes=cell_axes,
    cases=partial(made.cases, "cell"),
    oracle=oracles.cell,
    candidate=lambda on: partial(faults_bptt.cell, on),
    aspects=aspects.of_cell(),
    faults=without(STEP_FAULTS, "cell"),
    conventions=(conventions.AVERAGED_CELL,),
    sentence=5,
    forbidden=AUTOGRAD,
    chapter="bptt",
    consistent=True,
)
LOOP = Item(
    id="rnn_backward",
    title=N_("The whole way back"),
    points=30,
    kind="function",
    name="rnn_backward",
    signature="rnn_backward(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh)",
    result="grad_input, grad_h_0, grad_w_ih, grad_w_hh, grad_b_ih, grad_b_hh",
    arguments=("grad_output", "input", "h_0", "output", *WEIGHTS),
    returns=("grad_input", "grad_h_0", *GRADIENT_AXES),
    axes=loop_axes,
    cases=partial(made.cases, "loop"),
    oracle=oracles.backward,
    candidate=lambda on: partial(faults_bptt_loop.backward, on),
    aspects=aspects.of_loop(),
    faults=without(LOOP_FAULTS, "loop"),
    conventions=conventions.OF_LOOP,
    probes=conventions.probes(),
    sentence=5,
    forbidden=AUTOGRAD,
    chapter="bptt",
    consistent=True,
)
TRUNCATED = Item(
    id="truncated",
    title=N_("Only k steps back"),
    points=15,
    kind="function",
    name="rnn_backward_truncated",
    signature=(
        "rnn_backward_truncated(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh, k)"
    ),
    result=LOOP.result,
    arguments=(*LOOP.arguments, "k"),
    returns=LOOP.returns,
    axes=loop_axes,
    cases=partial(made.cases, "truncated"),
    oracle=oracles.truncated,
    candidate=lambda on: partial(faults_bptt_loop.truncated, on),
    aspects=aspects.of_truncated(),
    faults=without(TRUNCATED_FAULTS, "truncated"),
    conventions=conventions.OF_LOOP,
    probes=conventions.probes(),
    sentence=5,
    forbidden=AUTOGRAD,
    part="challenge",
    chapter="bptt",
    consistent=True,
)
JACOBIAN = Item(
    id="jacobian",
    title=N_("Who feels whom: the sequential Jacobian"),
    points=15,
    kind="function",
    name="sequential_jacobian",
    signature="sequential_jacobian(output, w_ih, w_hh)",
    result="norms",
    arguments=("output", "w_ih", "w_hh"),
    returns="norms",
    axes=jacobian_axes,
    cases=partial(made.cases, "jacobian"),
    oracle=oracles.jacobian_norms,
    candidate=lambda on: partial(faults_bptt_jacobian.norms, on),
    aspects=aspects.of_jacobian(),
    faults=(
        *jacobian_messages.PRODUCT,
        *jacobian_messages.SIZE,
        *table_messages.LAYOUT,
    ),
    probes=conventions.probes_of_jacobian(),
    sentence=9,
    forbidden=AUTOGRAD,
    part="challenge",
    chapter="bptt",
    consistent=True,
)
CLIP = Item(
    id="clip",
    title=N_("Clipping by the norm of all gradients"),
    points=10,
    kind="function",
    name="clip_grad_norm",
    signature="clip_grad_norm(parameters, max_norm)",
    result="norm",
    arguments=("parameters", "max_norm"),
    returns="norm",
    axes=asked.axes,
    axis_names={"B": "B"},  # an axis of a weight, no batch
    cases=asked.cases,
    oracle=oracles.clip,
    candidate=lambda on: partial(faults_bptt_clip.clip, on),
    aspects=aspects.of_clip(),
    faults=(
        *clip_messages.NORM,
        *clip_messages.SCALE,
        *clip_messages.RETURNED,
        *clip_messages.GIVEN,
    ),
    sentence=12,
    forbidden=CLIPPING,
    chapter="bptt",
    observations=asked.OBSERVATIONS,
    consistent=True,
)

ASSIGNMENT = Assignment(
    id="ps3_bptt",
    title=N_("Back-propagation through time by hand"),
    minutes=300,
    read_first=("rnn", "bptt"),
    items=(CELL, LOOP, TRUNCATED, JACOBIAN, CLIP),
    written=(Written("vanishing", N_("Why gradients vanish and explode"), 10),),
)
