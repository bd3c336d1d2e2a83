"""Assignment ps6_convlstm: a ConvLSTM cell, the network, the encoder-forecaster, its training.

The oracle is torch's ``conv2d``, once for each gate, as the paper's equations have it.
"""

from functools import partial

from course_lib.exercises import aspects_convlstm as aspects
from course_lib.exercises import cases_convlstm as made
from course_lib.exercises import conventions_convlstm as conventions
from course_lib.exercises import faults_convlstm, faults_convlstm_forecaster, oracle_convlstm
from course_lib.exercises import faults_convlstm_network as faults_network
from course_lib.exercises import messages_convlstm_cell as cell_messages
from course_lib.exercises import messages_convlstm_forecaster as forecaster_messages
from course_lib.exercises import messages_convlstm_module as module_messages
from course_lib.exercises import messages_convlstm_network as network_messages
from course_lib.exercises import messages_convlstm_peephole as peephole_messages
from course_lib.exercises import messages_convlstm_training as training_messages
from course_lib.exercises import messages_convlstm_weights as weight_messages
from course_lib.exercises import observe_convlstm as observe
from course_lib.exercises import training_convlstm as training
from course_lib.exercises.spec import Assignment, Case, Constructor, Item, Written
from course_lib.i18n import N_

FORBIDDEN = frozenset({"lstm", "lstm_cell", "LSTM", "LSTMCell"})
AXIS_NAMES = {
    "C_in": N_("input channel"),
    "C_h": N_("hidden channel"),
    "H": N_("height"),
    "W": N_("width"),
    "K": N_("kernel"),
    "4C_h": N_("the four gates"),
    "steps": N_("predicted step"),
    "C_1": N_("layer-1 channel"),
    "C_2": N_("layer-2 channel"),
    "C_3": N_("layer-3 channel"),
}
CELL_WEIGHTS = {
    "weight_x": "w_x",
    "weight_h": "w_h",
    "bias": "b",
    "weight_ci": "w_ci",
    "weight_cf": "w_cf",
    "weight_co": "w_co",
}


def layer_weights(network: str, layers: int, letter: str = "") -> dict[str, str]:
    """Names of the parameters of a network and of their tensors: "cells.0.bias" -> "b_1"."""
    return {
        f"{network}cells.{k - 1}.{name}": f"{letter}{short}_{k}"
        for k in range(1, layers + 1)
        for name, short in CELL_WEIGHTS.items()
    }


FORECASTER_WEIGHTS = {
    **layer_weights("encoder.", 2, "encoder "),
    **layer_weights("forecaster.", 2, "forecaster "),
    "to_frame.weight": "frame weight",
    "to_frame.bias": "frame bias",
}


def cell_axes(_case: Case) -> dict[str, str]:
    return {
        "x": "B C_in H W",
        "h": "B C_h H W",
        "c": "B C_h H W",
        "w_x": "4C_h C_in K K",
        "w_h": "4C_h C_h K K",
        "b": "4C_h",
        **{f"w_c{gate}": "C_h H W" for gate in "ifo"},
    }


def network_axes(_case: Case) -> dict[str, str]:
    axes = {"input": "B T C_in H W", "output": "B T C_3 H W"}
    for network in ("", "encoder ", "forecaster "):
        for k, below in ((1, "C_in"), (2, "C_1"), (3, "C_2")):
            C = f"C_{k}"
            axes |= {f"h_{k}": f"B {C} H W", f"c_{k}": f"B {C} H W", f"output_{k}": f"B T {C} H W"}
            axes |= {
                f"{network}w_x_{k}": f"4{C} {below} K K",
                f"{network}w_h_{k}": f"4{C} {C} K K",
                f"{network}b_{k}": f"4{C}",
                **{f"{network}w_c{gate}_{k}": f"{C} H W" for gate in "ifo"},
            }
    axes |= {"prediction": "B steps C_in H W"}
    axes |= {"frame weight": "C_in C_1+C_2 1 1", "frame bias": "C_in"}
    return axes


def constructor(layers: int) -> Constructor:
    """The keyword arguments the student's class is made with; ``layers`` is 0 for a cell."""
    return Constructor(
        {
            "in_channels": "C_in",
            "hidden_channels": [f"C_{k}" for k in range(1, layers + 1)] if layers else "C_h",
            "kernel_size": "K",
            "image_size": ("H", "W"),
        },
        options=False,
    )


SUMS = (
    *weight_messages.TERMS,
    *weight_messages.BIAS_OF_ONE,
    *weight_messages.TERM_OF_ONE,
    *weight_messages.WRONG_ROWS,
)
CELL_FAULTS = (
    *cell_messages.ACTIVATION,
    *cell_messages.CELL_STATE,
    *cell_messages.HIDDEN_STATE,
    *cell_messages.MATMUL,
    *cell_messages.PADDING,
    *peephole_messages.PEEPHOLE,
    *peephole_messages.PEEPHOLE_PRODUCT,
    *SUMS,
    *cell_messages.SPECIAL,
)
# Of the cell's own mistakes, those that a cell makes which does not call the function.
IN_MODULE = frozenset({"peepholes-missing", "o-sees-old-c", "bias-missing", "float32", "squeeze"})
STARTS = frozenset({"default-ones", "c-starts-one", "zeros-float32"})
MODULE_FAULTS = (
    *module_messages.SHAPES,
    *module_messages.MODULE,
    *[f for f in module_messages.ZEROS if f.id in STARTS],
    *[f for f in CELL_FAULTS if f.id in IN_MODULE],
)

SHARED = {"forbidden": FORBIDDEN, "axis_names": AXIS_NAMES}
CELL = Item(
    id="convlstm_cell",
    title=N_("One time step"),
    points=30,
    kind="function",
    name="convlstm_cell",
    signature="convlstm_cell(x, state, w_x, w_h, b, w_ci, w_cf, w_co)",
    result="h, c",
    arguments=("x", ("h", "c"), "w_x", "w_h", "b", "w_ci", "w_cf", "w_co"),
    returns=("h", "c"),
    sentence=5,
    axes=cell_axes,
    cases=partial(made.cases, "cell"),
    oracle=oracle_convlstm.cell,
    candidate=lambda on: partial(faults_convlstm.cell, on),
    aspects=aspects.OF_CELL,
    faults=(*CELL_FAULTS, *cell_messages.RETURNED),
    conventions=conventions.OF_CELL,
    probes=conventions.OF_ZERO,
    chapter="convlstm",
    **SHARED,
)
ZEROS = Item(
    id="zero_state",
    title=N_("States of zeros"),
    points=5,
    kind="function",
    name="zero_state",
    signature="zero_state(x, hidden_channels)",
    result="h, c",
    arguments=("x", "hidden_channels"),
    returns=("h", "c"),
    sentence=9,
    axes=cell_axes,
    cases=partial(made.cases, "zeros"),
    oracle=oracle_convlstm.zero_state,
    candidate=lambda on: partial(faults_convlstm.zero_state, on),
    aspects=aspects.OF_ZEROS,
    faults=tuple(module_messages.ZEROS),
    observations={"truths_of_device": observe.truths_of_device},
    chapter="convlstm",
    **SHARED,
)
MODULE = Item(
    id="cell_module",
    title=N_("The cell as a module"),
    points=15,
    kind="module",
    name="ConvLSTMCell",
    signature="ConvLSTMCell(in_channels, hidden_channels, kernel_size, image_size)",
    result="h, c",
    arguments=("x", ("h", "c")),
    returns=("h", "c"),
    sentence=10,
    axes=cell_axes,
    cases=partial(made.cases, "module"),
    oracle=oracle_convlstm.ConvLSTMCell,
    candidate=faults_convlstm.module,
    aspects=aspects.OF_MODULE,
    faults=MODULE_FAULTS,
    conventions=conventions.STATE_ORDER,
    constructor=constructor(0),
    weights=CELL_WEIGHTS,
    pairs_with=frozenset(f.id for f in module_messages.MODULE),
    observations={
        "parameters": observe.parameters_of_cell,
        "first_weights": observe.first_weights,
        "truths_of_even_kernel": observe.truths_of_even_kernel,
    },
    chapter="convlstm",
    **SHARED,
)
NETWORK = Item(
    id="network",
    title=N_("The network"),
    points=20,
    kind="module",
    name="ConvLSTM",
    signature=(
        "ConvLSTM(in_channels, hidden_channels, kernel_size, image_size, return_all_layers=False)"
    ),
    result="output, states",
    arguments=("input", tuple((f"h_{k}", f"c_{k}") for k in (1, 2, 3))),
    returns=("output", tuple((f"h_{k}", f"c_{k}") for k in (1, 2, 3))),
    sentence=11,
    axes=network_axes,
    cases=partial(made.cases, "network"),
    oracle=oracle_convlstm.ConvLSTM,
    candidate=faults_network.network,
    aspects=aspects.OF_NETWORK,
    faults=tuple(network_messages.NETWORK),
    conventions=conventions.time_first("output"),
    constructor=constructor(3),
    weights=layer_weights("", 3),
    observations={
        "parameters": observe.parameters,
        "all_layers": observe.all_layers,
        "one_layer": observe.one_layer,
    },
    chapter="network",
    **SHARED,
)
FORECASTER = Item(
    id="forecaster",
    title=N_("Encoder and forecaster"),
    points=15,
    kind="module",
    name="EncoderForecaster",
    signature="EncoderForecaster(in_channels, hidden_channels, kernel_size, image_size)",
    result="prediction",
    arguments=("input", "steps"),
    returns="prediction",
    sentence=12,
    axes=network_axes,
    cases=partial(made.cases, "forecaster"),
    oracle=oracle_convlstm.EncoderForecaster,
    candidate=faults_convlstm_forecaster.forecaster,
    aspects=aspects.OF_FORECASTER,
    faults=tuple(forecaster_messages.FORECASTER),
    conventions=conventions.time_first("prediction"),
    constructor=constructor(2),
    weights=FORECASTER_WEIGHTS,
    observations={"parameters": observe.parameters},
    chapter="network",
    **SHARED,
)
TRAINING = Item(
    id="train",
    title=N_("Training on moving digits"),
    points=10,
    kind="function",
    name="train",
    signature="train(model, frames, held_out, steps, epochs)",
    result="errors",
    arguments=("model", "frames", "held_out", "steps", "epochs"),
    returns="errors",
    sentence=13,
    axes=lambda case: {"frames": "B T C_in H W", "held_out": "B T C_in H W"},
    cases=training.cases,
    oracle=partial(training.train, frozenset()),
    candidate=lambda on: partial(training.train, on),
    aspects=aspects.OF_TRAINING,
    faults=tuple(training_messages.TRAINING),
    observations={"values": training.truths, "truths_of_real_training": training.real_training},
    explain=training.explain,
    chapter="nowcasting",
    **SHARED,
)

ASSIGNMENT = Assignment(
    id="ps6_convlstm",
    title=N_("ConvLSTM from scratch"),
    minutes=300,
    read_first=("convlstm", "network", "nowcasting"),
    items=(CELL, ZEROS, MODULE, NETWORK, FORECASTER, TRAINING),
    written=(Written("why_convolve", N_("Peepholes and convolutions, in words"), 5),),
)
