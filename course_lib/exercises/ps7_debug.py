"""Assignment ps7_debug: six broken cells. Name the fault, mend it, write the input that exposes it.

The mended cells are held to torch, the ConvLSTM to the course's own cell; the statements and the
witnesses are judged by the broken cells themselves.
"""

from functools import partial

from torch import nn

from course_lib.exercises import aspects_debug as aspects
from course_lib.exercises import cases_debug as made
from course_lib.exercises import conventions_convlstm, observe_debug
from course_lib.exercises import conventions_lstm as conventions
from course_lib.exercises import faults_debug_conv as conv
from course_lib.exercises import faults_debug_lstm as lstm
from course_lib.exercises import faults_debug_recurrent as recurrent
from course_lib.exercises import messages_debug_lstm as museum
from course_lib.exercises import messages_lstm_module as module_messages
from course_lib.exercises import oracles_debug as oracles
from course_lib.exercises import ps4_lstm as lstm_items
from course_lib.exercises import statements_debug as statements
from course_lib.exercises import witnesses_debug as witnesses
from course_lib.exercises.messages_debug_backward import BACKWARD
from course_lib.exercises.messages_debug_birnn import BIRNN
from course_lib.exercises.messages_debug_conv import CONVLSTM
from course_lib.exercises.messages_debug_gru import GRU
from course_lib.exercises.spec import Assignment, Case, Constructor, Item, Probe, Written
from course_lib.exercises.witnesses_debug_cells import WITNESSES
from course_lib.i18n import N_

LAYER = ("w_ih", "w_hh", "b_ih", "b_hh")
LAYERS = tuple(tuple(f"{name}_l{k}" for name in LAYER) for k in (0, 1))
BOTH_WAYS = (LAYER, tuple(f"{name}_reverse" for name in LAYER))
GRADIENTS = tuple(f"grad_{name}" for name in ("input", "h_0", *LAYER))


def axes_of_lstm(layer: bool, case: Case) -> dict[str, str]:
    letters = lstm_items.axes("forward" if layer else "cell", False, case)
    return letters | {"output": "B T H", "h_n": "B H", "c_n": "B H"}


def axes_of(table: made.Table, case: Case) -> dict[str, str]:
    returned = {"output": "B T H", "h_n": "2 B H"}
    if table is made.BIRNN:
        returned["output"] = "B T 2H"
    gradients = {name: table.axes[name[5:]] for name in GRADIENTS if table is made.BACKWARD}
    return {**returned, **gradients, **table.axes}


def lstm_faults(layer: bool) -> tuple:
    """The mistakes of the LSTM assignment that can be made here, and those of the museum."""
    excluded = {"batch_first-ignored", "batch_first-always", "output-batch-first",
                "no-layer-axis", "layer-axis-second", "module-states-ignored"}  # fmt: skip
    excluded |= set() if layer else {"keeps-state"}
    module = [fault for fault in module_messages.MODULE if fault.id not in excluded]
    own = museum.EXCHANGED if layer else museum.MUSEUM
    return (*lstm_items.faults_of("forward" if layer else "cell", False), *module, *own)


def mend_lstm(cell: str, title: str, points: float, layer: bool) -> Item:
    """Cells A (one step) and B (a sequence): modules with the parameters of torch."""
    names = lstm.LAYER_NAMES if layer else lstm.CELL_NAMES
    input, h, c = ("input", "h_0", "c_0") if layer else ("x", "h", "c")
    own = museum.EXCHANGED if layer else museum.MUSEUM
    return Item(
        id=f"mend_{cell}",
        title=title,
        points=points,
        kind="module",
        name="MendedB" if layer else "MendedA",
        signature=f"Mended{cell.upper()}(input_size, hidden_size)",
        result="output, (h_n, c_n)" if layer else "h, c",
        arguments=(input, (h, c)),
        returns=("output", ("h_n", "c_n")) if layer else ("h", "c"),
        sentence=6 if layer else 5,
        axes=partial(axes_of_lstm, layer),
        cases=made.of_cell_b if layer else made.of_cell_a,
        oracle=lstm.TorchLayer if layer else nn.LSTMCell,
        candidate=lstm.module_b if layer else lstm.module_a,
        aspects=aspects.of_lstm(layer),
        faults=lstm_faults(layer),
        conventions=(conventions.state_order(h, c), *conventions.GATE_ORDERS),
        probes=conventions.probes(input, h, c),
        constructor=Constructor({"input_size": "I", "hidden_size": "H"}, options=False),
        weights=names,
        pairs_with=frozenset(f.id for f in own)
        | {"rows-w_hh-i-from-f", "not-carried", "h-without-tanh"},
        forbidden=frozenset({"lstm", "lstm_cell", "LSTM", "LSTMCell"}),
    )


def zeroed(*groups: tuple[str, ...]) -> tuple[Probe, ...]:
    """Special cases in which a part of a cell vanishes; a group of names is set to zero."""

    def zero(names, case: Case) -> Case:
        there = {name: case.tensors[name] for name in names}
        return case.with_tensors(**{n: t * 0 for n, t in there.items() if t is not None})

    fact = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
    return tuple(
        Probe(f"zero-{'-'.join(names)}", fact, partial(zero, names), {"what": ", ".join(names)})
        for names in groups
    )


def mend_function(cell, title, points, table, **more) -> Item:
    """Cells C, D and F: functions, with the weights among their arguments."""
    return Item(
        id=f"mend_{cell}",
        title=title,
        points=points,
        kind="function",
        name=f"mended_{cell}",
        axes=partial(axes_of, table),
        axis_names=AXIS_NAMES,
        **more,
    )


AXIS_NAMES = {
    "3H": N_("the three gates"),
    "2H": N_("both directions"),
    "2": N_("layer or direction"),
}


def mend_c(points: float) -> Item:
    return mend_function(
        "c",
        N_("Cell C, mended"),
        points,
        made.GRU,
        signature="mended_c(input, h_0, layer_0, layer_1)",
        result="output, h_n",
        arguments=("input", "h_0", *LAYERS),
        returns=("output", "h_n"),
        sentence=10,
        cases=partial(made.cases, made.GRU),
        oracle=oracles.torch_gru,
        candidate=lambda on: partial(recurrent.gru, on),
        aspects=aspects.of_function(),
        faults=tuple(GRU),
        probes=zeroed(("h_0",), ("w_hh_l0",), ("w_hh_l1",), ("w_ih_l1",)),
        forbidden=frozenset({"gru", "gru_cell", "GRU", "GRUCell"}),
        chapter="gru",
    )


def mend_d(points: float) -> Item:
    return mend_function(
        "d",
        N_("Cell D, mended"),
        points,
        made.BIRNN,
        signature="mended_d(input, h_0, params, params_reverse)",
        result="output, h_n",
        arguments=("input", "h_0", *BOTH_WAYS),
        returns=("output", "h_n"),
        sentence=11,
        cases=partial(made.cases, made.BIRNN),
        oracle=oracles.torch_birnn,
        candidate=lambda on: partial(recurrent.birnn, on),
        aspects=aspects.of_function(),
        faults=tuple(BIRNN),
        probes=zeroed(("h_0",), ("w_hh",), ("w_hh_reverse",)),
        forbidden=frozenset({"rnn_tanh", "rnn_tanh_cell", "RNN", "RNNCell"}),
        chapter="bidirectional",
    )


def mend_e(points: float) -> Item:
    sizes = {"in_channels": "C", "hidden_channels": "D", "kernel_size": "K", "height": "H",
             "width": "W"}  # fmt: skip
    return Item(
        id="mend_e",
        title=N_("Cell E, mended"),
        points=points,
        kind="module",
        name="MendedE",
        signature="MendedE(in_channels, hidden_channels, kernel_size, height, width)",
        result="h, c",
        arguments=("x", ("h", "c")),
        returns=("h", "c"),
        sentence=5,
        axes=lambda case: dict(made.CONVLSTM.axes),
        axis_names={
            "C": N_("input channel"), "D": N_("hidden channel"), "K": N_("kernel"),
            "H": N_("height"), "W": N_("width"), "4D": N_("the four gates"),
        },
        cases=partial(made.cases, made.CONVLSTM),
        oracle=conv.CourseConvLSTMCell,
        candidate=conv.module,
        aspects=aspects.of_convlstm(),
        faults=tuple(CONVLSTM),
        conventions=(conventions.state_order("h", "c"), *conventions_convlstm.GATE_ORDERS),
        probes=zeroed(("h",), ("c",), ("x",), ("b",), *((p,) for p in conv.PEEPHOLES)),
        constructor=Constructor(sizes, options=False),
        weights={name: name for name in conv.NAMES},
        observations={"first_values": observe_debug.first_values},
        chapter="convlstm",
    )  # fmt: skip


def mend_f(points: float) -> Item:
    return mend_function(
        "f",
        N_("Cell F, mended"),
        points,
        made.BACKWARD,
        signature="mended_f(grad_output, input, h_0, output, w_ih, w_hh, b_ih, b_hh)",
        result="six gradients",
        arguments=("grad_output", "input", "h_0", "output", *LAYER),
        returns=GRADIENTS,
        sentence=13,
        cases=partial(made.with_outputs, made.BACKWARD),
        oracle=oracles.torch_backward,
        candidate=lambda on: partial(recurrent.rnn_backward, on),
        aspects=aspects.of_backward(),
        faults=tuple(BACKWARD),
        forbidden=frozenset(
            {"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "RNN", "rnn_tanh"}
        ),
        chapter="bptt",
    )


NAME = {
    "a": N_("What is wrong with cell A"),
    "b": N_("What is wrong with cell B"),
    "c": N_("What is wrong with cell C"),
    "d": N_("What is wrong with cell D"),
    "e": N_("What is wrong with cell E"),
    "f": N_("What is wrong with cell F"),
}
EXPOSE = {
    "a": N_("Two inputs for cell A"),
    "b": N_("Two inputs for cell B"),
    "c": N_("Two inputs for cell C"),
    "d": N_("Two inputs for cell D"),
    "e": N_("Two inputs for cell E"),
    "f": N_("Two inputs for cell F"),
}
SHOWN = (N_("the first input shows the fault"), N_("the second input hides it"))
STOPPED = (N_("on the first input it stops"), N_("on the second input it is silent"))
MENDED = {
    "a": mend_lstm("a", N_("Cell A, mended"), 8, layer=False),
    "b": mend_lstm("b", N_("Cell B, mended"), 8, layer=True),
    "c": mend_c(7),
    "d": mend_d(7),
    "e": mend_e(7),
    "f": mend_f(8),
}


def of_cell(cell: str) -> tuple[Item, ...]:
    """The three items of a cell: 4 points for naming, 7 or 8 for mending, 3 for exposing."""
    shown = STOPPED if cell == "a" else SHOWN
    return (
        statements.item(cell, NAME[cell], 4),
        MENDED[cell],
        witnesses.item(cell, EXPOSE[cell], 3, WITNESSES[cell], shown),
    )


ASSIGNMENT = Assignment(
    id="ps7_debug",
    title=N_("Six broken cells"),
    minutes=300,
    read_first=("museum", "gru", "bidirectional", "convlstm", "bptt"),
    items=tuple(item for cell in "abcdef" for item in of_cell(cell)),
    written=(Written("written_tests", N_("A test of your own"), 13),),
)
