"""Assignment ps4_lstm: an LSTM cell, the loop, the module, the projection of an LSTMP, a question.

The challenge is the way back by hand.

The oracle is torch: ``nn.LSTM`` with its weights set.
"""

from functools import partial

from torch import nn
from torch.func import functional_call

from course_lib.exercises import aspects_lstm as aspects
from course_lib.exercises import cases_lstm as made
from course_lib.exercises import challenge_lstm, faults_lstm, faults_lstm_loop
from course_lib.exercises import conventions_lstm as conventions
from course_lib.exercises import messages_lstm_cell as cell_messages
from course_lib.exercises import messages_lstm_loop as loop_messages
from course_lib.exercises import messages_lstm_module as module_messages
from course_lib.exercises import messages_lstm_weights as weight_messages
from course_lib.exercises.spec import Assignment, Case, Constructor, Item, Written
from course_lib.i18n import N_

NAMES = {
    "w_ih": "weight_ih_l0",
    "w_hh": "weight_hh_l0",
    "b_ih": "bias_ih_l0",
    "b_hh": "bias_hh_l0",
    "w_hr": "weight_hr_l0",
}
# torch's own recurrent layers may not stand in for the student's.
FORBIDDEN = frozenset({"lstm", "lstm_cell", "LSTM", "LSTMCell"})


def torch_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """The oracle of the functions: ``nn.LSTM``, batch first, with these weights."""
    weights = {"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh, "w_hr": w_hr}
    parameters = {NAMES[name]: w for name, w in weights.items() if w is not None}
    proj_size = 0 if w_hr is None else len(w_hr)
    lstm = nn.LSTM(
        w_ih.shape[1], len(w_ih) // 4, batch_first=True, proj_size=proj_size, device="meta"
    )
    states = None if initial_states is None else tuple(s.unsqueeze(0) for s in initial_states)
    arguments = (input,) if states is None else (input, states)
    output, (h_n, c_n) = functional_call(lstm, parameters, arguments)
    return output, (h_n[0], c_n[0])


def torch_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    """The oracle of the cell: a sequence of length one, because LSTMCell has no projection."""
    _output, states = torch_forward(x.unsqueeze(1), state, w_ih, w_hh, b_ih, b_hh, w_hr)
    return states


def axes(family: str, projected: bool, case: Case) -> dict[str, str]:
    """The letters of every value's axes; "1" is an axis of one layer."""
    h = "P" if projected else "H"
    weights = {"w_ih": "4H I", "w_hh": f"4H {h}", "b_ih": "4H", "b_hh": "4H", "w_hr": "P H"}
    if family == "cell":
        return {"x": "B I", "h": f"B {h}", "c": "B H", **weights}
    sequence = "B T" if family == "forward" or case.options["batch_first"] else "T B"
    layer = "1 " if family == "module" else ""
    states = {"h_0": f"{layer}B {h}", "c_0": f"{layer}B H"}
    states |= {"h_n": states["h_0"], "c_n": states["c_0"]}
    return {"input": f"{sequence} I", "output": f"{sequence} {h}", **states, **weights}


def constructor(projected: bool) -> Constructor:
    """The keyword arguments the student's class is made with."""
    sizes = {"input_size": "I", "hidden_size": "H"}
    return Constructor({**sizes, "proj_size": "P"} if projected else sizes)


CELL_FAULTS = (
    *cell_messages.ACTIVATION,
    *cell_messages.CELL_STATE,
    *cell_messages.HIDDEN_STATE,
    *weight_messages.TERMS,
    *weight_messages.BIAS_OF_ONE,
    *weight_messages.TERM_OF_ONE,
    *weight_messages.WRONG_ROWS,
    *module_messages.SPECIAL,
)
LOOP_FAULTS = (
    *loop_messages.CARRYING,
    *loop_messages.INITIAL,
    *loop_messages.FINAL,
    *loop_messages.OUTPUT,
    *loop_messages.GRADIENT,
    *module_messages.SPECIAL_LOOP,
)


def faults_of(family: str, projected: bool) -> tuple:
    """The mistakes that can be made in this item, and tell themselves from each other there."""
    faults = list(CELL_FAULTS)
    if family == "cell":
        faults += cell_messages.RETURNED
    else:
        faults += LOOP_FAULTS
    if family == "module":
        faults += module_messages.MODULE
    if projected:
        faults += loop_messages.PROJECTION
    excluded = EXCLUDED[family] | (EXCLUDED["projected"] if projected else EXCLUDED["plain"])
    return tuple(fault for fault in faults if fault.id not in excluded)


# What cannot be made, or cannot be told from another mistake, in an item.
EXCLUDED: dict[str, set[str]] = {
    "cell": {"w_hr-not-fed-back", "final-unprojected"},
    "forward": set(),
    "module": {"states-ignored"},
    "plain": set(),
    "projected": {"concat-order", "passes-swapped", "unpacks-swapped"},
}


PARTS = {
    "cell": (
        "lstm_cell",
        "lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None)",
        "h, c",
    ),
    "forward": (
        "lstm_forward",
        "lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None)",
        "output, (h_n, c_n)",
    ),
    "module": (
        "LSTM",
        "LSTM(input_size, hidden_size, batch_first=False, proj_size=0)",
        "output, (h_n, c_n)",
    ),
}


def item(id: str, title: str, points: float, family: str, projected: bool = False) -> Item:
    """One of the six items; ``family`` is "cell", "forward" or "module"."""
    weights = ["w_ih", "w_hh", "b_ih", "b_hh", *(["w_hr"] if projected else [])]
    name, signature, result = PARTS[family]
    step = family == "cell"
    input, h, c = ("x", "h", "c") if step else ("input", "h_0", "c_0")
    returns = ("h", "c") if step else ("output", ("h_n", "c_n"))
    layouts = (conventions.state_order(h, c), *conventions.GATE_ORDERS)
    if family != "module":
        layouts += conventions.TRANSPOSED if projected else conventions.TRANSPOSED[:3]
    if family == "forward":
        layouts += conventions.TIME_FIRST
    return Item(
        id=id,
        title=title,
        points=points,
        kind="module" if family == "module" else "function",
        name=name,
        signature=signature,
        result=result,
        arguments=(input, (h, c)) if family == "module" else (input, (h, c), *weights),
        returns=returns,
        sentence={"cell": 5, "forward": 6, "module": 9}[family],
        axes=partial(axes, family, projected),
        cases=partial(made.cases, family, projected),
        oracle={"cell": torch_cell, "forward": torch_forward, "module": nn.LSTM}[family],
        candidate={
            "cell": lambda on: partial(faults_lstm.cell, on),
            "forward": lambda on: partial(faults_lstm_loop.forward, on),
            "module": faults_lstm_loop.module,
        }[family],
        aspects={
            "cell": lambda: aspects.of_cell(projected),
            "forward": aspects.of_forward,
            "module": aspects.of_module,
        }[family](),
        faults=faults_of(family, projected),
        conventions=layouts,
        probes=conventions.probes(input, h, c),
        constructor=constructor(projected) if family == "module" else None,
        weights={NAMES[name]: name for name in weights} if family == "module" else {},
        # A module calls the student's own functions, whose pairs the checks before it have named.
        pairs_with=frozenset(f.id for f in module_messages.MODULE if family == "module"),
        forbidden=FORBIDDEN,
    )


ASSIGNMENT = Assignment(
    id="ps4_lstm",
    title=N_("LSTM from scratch"),
    minutes=300,
    read_first=("lstm", "lstmp"),
    items=(
        item("lstm_cell", N_("One time step"), 25, "cell"),
        item("lstm_forward", N_("The whole sequence"), 25, "forward"),
        item("lstm_module", N_("The module"), 22, "module"),
        item("lstmp_cell", N_("One time step with a projection"), 10, "cell", True),
        item("lstmp_forward", N_("The whole sequence with a projection"), 8, "forward", True),
        item("lstmp_module", N_("The module with a projection"), 4, "module", True),
        challenge_lstm.item(torch_forward, FORBIDDEN),
    ),
    written=(Written("forget_gate_of_one", N_("A forget gate that stays open"), 6),),
)
