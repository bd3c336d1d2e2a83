"""The recurrent items of the RNN assignment: a cell, a loop, a module, and both directions.

The oracle is torch: ``nn.RNN`` with its weights set.
"""

from functools import partial

from torch import nn
from torch.func import functional_call

from course_lib.exercises import aspects_rnn as aspects
from course_lib.exercises import cases_rnn as made
from course_lib.exercises import conventions_rnn as conventions
from course_lib.exercises import faults_rnn, faults_rnn_module
from course_lib.exercises import messages_rnn_both as both_messages
from course_lib.exercises import messages_rnn_cell as cell_messages
from course_lib.exercises import messages_rnn_loop as loop_messages
from course_lib.exercises import messages_rnn_module as module_messages
from course_lib.exercises.spec import Case, Constructor, Item
from course_lib.i18n import N_

NAMES = {
    "w_ih": "weight_ih_l0",
    "w_hh": "weight_hh_l0",
    "b_ih": "bias_ih_l0",
    "b_hh": "bias_hh_l0",
}
REVERSED = tuple(name + made.REVERSE for name in made.WEIGHTS)
# torch's own recurrent layers may not stand in for the student's.
FORBIDDEN = frozenset(
    {"RNN", "RNNBase", "RNNCell", "RNNCellBase", "rnn_tanh", "rnn_relu"}
    | {"rnn_tanh_cell", "rnn_relu_cell", "LSTM", "LSTMCell", "lstm", "lstm_cell"}
    | {"GRU", "GRUCell", "gru", "gru_cell"}
)


def torch_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    """The oracle of the loop: ``nn.RNN``, batch first, with these weights."""
    weights = {"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh}
    rnn = nn.RNN(w_ih.shape[1], len(w_hh), batch_first=True, device="meta")
    arguments = (input,) if h_0 is None else (input, h_0.unsqueeze(0))
    parameters = {NAMES[name]: w for name, w in weights.items()}
    output, h_n = functional_call(rnn, parameters, arguments)
    return output, h_n[0]


def torch_cell(x, h, *weights):
    """The oracle of the cell: a sequence of length one."""
    return torch_forward(x.unsqueeze(1), h, *weights)[1]


def torch_both(input, h_0, params, params_reverse):
    """The oracle of both directions: a bidirectional ``nn.RNN`` with these weights."""
    rnn = nn.RNN(
        input.shape[2], len(params[1]), batch_first=True, bidirectional=True, device="meta"
    )
    names = [NAMES[name] for name in made.WEIGHTS]
    parameters = dict(zip(names, params, strict=True))
    parameters |= dict(zip((n + made.REVERSE for n in names), params_reverse, strict=True))
    return functional_call(rnn, parameters, (input,) if h_0 is None else (input, h_0))


def axes(family: str, case: Case) -> dict[str, str]:
    """The letters of every value's axes; "1" is an axis of one layer, "2" that of directions."""
    weights = {"w_ih": "H I", "w_hh": "H H", "b_ih": "H", "b_hh": "H"}
    if family == "cell":
        return {"x": "B I", "h": "B H", "h_t": "B H", **weights}
    if family == "both":
        weights |= {name + made.REVERSE: letters for name, letters in weights.items()}
    sequence = "T B" if family == "module" and not case.options["batch_first"] else "B T"
    state = {"module": "1 B H", "both": "2 B H"}.get(family, "B H")
    units = "2H" if family == "both" else "H"
    values = {"input": f"{sequence} I", "output": f"{sequence} {units}"}
    return {**values, "h_0": state, "h_n": state, **weights}


CONSTRUCTOR = Constructor({"input_size": "I", "hidden_size": "H"})


CELL_FAULTS = (*cell_messages.ACTIVATION, *cell_messages.TERMS, *cell_messages.SPECIAL)
LOOP_FAULTS = (
    *CELL_FAULTS,
    *loop_messages.CARRYING,
    *loop_messages.INITIAL,
    *loop_messages.FINAL,
    *loop_messages.OUTPUT,
    *loop_messages.GRADIENT,
    *loop_messages.SPECIAL,
)
BOTH_FAULTS = (*both_messages.DIRECTIONS, *both_messages.JOINED)
FAULTS = {
    "cell": (*CELL_FAULTS, *cell_messages.IN_ONE_STEP),
    "forward": LOOP_FAULTS,
    "module": (*LOOP_FAULTS, *module_messages.MODULE),
    # An output of the last step alone has no time that could be flipped back.
    "both": (*(f for f in LOOP_FAULTS if f.id != "output-last-only"), *BOTH_FAULTS),
}


def item(id, title, points, family, name, signature, result, arguments, returns, **more) -> Item:
    """One of the four items; ``family`` is "cell", "forward", "module" or "both"."""
    input, h = ("x", "h") if family == "cell" else ("input", "h_0")
    return Item(
        id=id,
        title=title,
        points=points,
        kind="module" if family == "module" else "function",
        name=name,
        signature=signature,
        result=result,
        arguments=arguments,
        returns=returns,
        axes=partial(axes, family),
        cases=partial(made.cases, family),
        faults=FAULTS[family],
        probes=conventions.probes(input, h),
        forbidden=FORBIDDEN,
        **{"chapter": "rnn", **more},
    )


RNN_CELL = item(
    "rnn_cell", N_("One time step"), 10, "cell",
    "rnn_cell", "rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh)", "h_t",
    ("x", "h", *made.WEIGHTS), "h_t", sentence=cell_messages.RETURNED,
    oracle=torch_cell, candidate=lambda on: partial(faults_rnn.cell, on),
    aspects=aspects.of_cell(), conventions=conventions.TRANSPOSED,
)  # fmt: skip

RNN_FORWARD = item(
    "rnn_forward", N_("The whole sequence"), 12, "forward",
    "rnn_forward", "rnn_forward(input, h_0, w_ih, w_hh, b_ih, b_hh)", "output, h_n",
    ("input", "h_0", *made.WEIGHTS), ("output", "h_n"), sentence=cell_messages.RETURNED,
    oracle=torch_forward, candidate=lambda on: partial(faults_rnn.forward, on),
    aspects=aspects.of_forward(), conventions=conventions.TRANSPOSED + conventions.TIME_FIRST,
)  # fmt: skip

RNN_MODULE = item(
    "rnn_module", N_("The module"), 12, "module",
    "RNN", "RNN(input_size, hidden_size, batch_first=False)", "output, h_n",
    ("input", "h_0"), ("output", "h_n"), sentence=cell_messages.MODULE,
    oracle=nn.RNN, candidate=faults_rnn_module.module,
    aspects=aspects.of_module(), constructor=CONSTRUCTOR,
    weights={NAMES[name]: name for name in made.WEIGHTS},
    # A module calls the student's own functions, whose pairs the checks before it have named.
    pairs_with=frozenset(fault.id for fault in module_messages.MODULE),
)  # fmt: skip

BIDIRECTIONAL = item(
    "bidirectional", N_("Both directions"), 14, "both",
    "bidirectional_rnn_forward",
    "bidirectional_rnn_forward(input, h_0, params, params_reverse)", "output, h_n",
    ("input", "h_0", made.WEIGHTS, REVERSED), ("output", "h_n"), sentence=both_messages.BOTH,
    oracle=torch_both, candidate=lambda on: partial(faults_rnn_module.both_directions, on),
    aspects=aspects.of_forward(),
    conventions=conventions.TRANSPOSED_BOTH + conventions.TIME_FIRST,
    pairs_with=frozenset(fault.id for fault in BOTH_FAULTS),
    part="challenge", chapter="bidirectional",
    axis_names={"2": N_("direction"), "2H": N_("hidden, both directions")},
)  # fmt: skip

RECURRENT = (RNN_CELL, RNN_FORWARD, RNN_MODULE, BIDIRECTIONAL)
