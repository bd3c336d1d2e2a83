"""Mistakes in the four sums of a ConvLSTM: kernels, blocks and biases missing or exchanged."""

from course_lib.exercises.messages_convlstm_cell import fault
from course_lib.exercises.messages_lstm_cell import GATE_NAMES
from course_lib.i18n import N_

BLOCK_NAMES = {
    "x": N_("input kernels w_x"),
    "h": N_("recurrent kernels w_h"),
    "b": N_("bias b"),
}

_LEARNS = N_("The gates then cannot learn different things: three of the four blocks never learn.")

TERMS = [
    fault(
        "gates-ignore-h",
        N_("The gates do not use the hidden state: the recurrent part is missing."),
        N_("No gate can then react to what came before; only the cell state remembers."),
        on="without:h",
    ),
    fault(
        "gates-ignore-x",
        N_("The gates do not use the input."),
        N_("Whatever comes in, the output is the same."),
        on="without:x",
    ),
    fault(
        "bias-missing",
        N_("The bias b is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        on="without:b",
        sentence=4,
    ),
    fault(
        "bias-twice",
        N_("The bias b is added twice."),
        N_("Two convolutions make one sum, and the sum has one bias: it belongs to one of them."),
        sentence=4,
    ),
    fault(
        "concat-order",
        N_("Two concatenations do not match: the kernels meet the wrong channels of x and h."),
        N_(
            "The sizes add up, so nothing fails, but input kernels act on hidden channels and the "
            "other way round."
        ),
        "convlstm-scratch",
    ),
    fault(
        "gates-interleaved",
        N_("Each gate takes every fourth channel of the sums."),
        N_("The gates are stacked in four blocks of channels. Yours mix channels of all four."),
        "convlstm-scratch",
        sentence=3,
    ),
]

BIAS_OF_ONE = [
    fault(
        f"bias-only-in-{gate}",
        N_("Only the {gate} gets its bias."),
        N_("Every one of the four sums has a bias of its own."),
        on=f"bias-only:{gate}",
        params={"gate": GATE_NAMES[gate]},
        sentence=4,
        paired=False,
    )
    for gate in "ifgo"
]

TERM_OF_ONE = [
    fault(
        f"no-{term}-in-{gate}",
        what,
        N_("Every one of the four sums has the same beginning: input, hidden state and bias."),
        on=f"without-in:{term}:{gate}",
        params={"gate": GATE_NAMES[gate]},
        paired=False,
    )
    for gate in "ifgo"
    for term, what in (
        ("x", N_("The {gate} does not use the input.")),
        ("h", N_("The {gate} does not use the hidden state.")),
        ("b", N_("The {gate} does not get its bias.")),
    )
]

WRONG_ROWS = (
    [
        fault(
            f"rows-{name}-{gate}-from-{other}",
            N_(
                "The {gate} is computed with that block of the {block} that belongs to the {other}."
            ),
            N_("Two of the four sums then share weights, and one block is never used or learned."),
            "convlstm-scratch",
            on=f"rows:{name}:{gate}:{other}",
            params={
                "gate": GATE_NAMES[gate],
                "block": BLOCK_NAMES[name],
                "other": GATE_NAMES[other],
            },
            sentence=3,
            paired=False,
        )
        for name in "xhb"
        for gate in "ifgo"
        for other in "ifgo"
        if gate != other
    ]
    + [
        fault(
            f"one-gate-for-all-{name}",
            N_("All four sums use the same block of the {block}, that of the {gate}."),
            _LEARNS,
            "convlstm-scratch",
            on=f"one-gate-for-all:{name}",
            params={"block": BLOCK_NAMES[name], "gate": GATE_NAMES["i"]},
            sentence=3,
            paired=False,
        )
        for name in "xh"
    ]
    + [
        fault(
            "one-sum-for-all",
            N_("One and the same sum is used for all four gates."),
            _LEARNS,
            "convlstm-scratch",
            on={"one-gate-for-all:x", "one-gate-for-all:h", "one-gate-for-all:b"},
            sentence=3,
            paired=False,
        )
    ]
)
