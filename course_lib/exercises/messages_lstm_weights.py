"""Mistakes in the four sums: weights, rows and biases that are missing or exchanged."""

from course_lib.exercises.messages_lstm_cell import GATE_NAMES, fault
from course_lib.i18n import N_

MATRIX_NAMES = {
    "w_ih": N_("input weights w_ih"),
    "w_hh": N_("recurrent weights w_hh"),
    "b_ih": N_("bias b_ih"),
    "b_hh": N_("bias b_hh"),
}

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
        "b_ih-missing",
        N_("The bias b_ih is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        on="without:b_ih",
        sentence=4,
    ),
    fault(
        "b_hh-missing",
        N_("The bias b_hh is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        on="without:b_hh",
        sentence=4,
    ),
    fault(
        "biases-missing",
        N_("Neither of the two biases is added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        on="without-biases",
        sentence=4,
    ),
    fault(
        "b_ih-twice",
        N_("The bias b_ih is added twice, and b_hh never."),
        N_("The two biases are different parameters, and each has its own gradient."),
        sentence=4,
    ),
    fault(
        "b_hh-twice",
        N_("The bias b_hh is added twice, and b_ih never."),
        N_("The two biases are different parameters, and each has its own gradient."),
        sentence=4,
    ),
    fault(
        "concat-order",
        N_("Two concatenations do not match: the weights meet the wrong columns of [x, h]."),
        N_(
            "The sizes add up, so nothing fails, but input weights multiply hidden units and the "
            "other way round."
        ),
        "lstm-scratch",
    ),
    fault(
        "gates-interleaved",
        N_("Each gate takes every fourth row of the stacked weights."),
        N_("The gates are stacked in four blocks of H rows. Yours mix rows of all four."),
        "lstm-scratch",
        sentence=3,
    ),
]

BIAS_OF_ONE = [
    fault(
        f"bias-only-in-{gate}",
        N_("Only the {gate} gets its biases."),
        N_("Every one of the four sums has biases of its own."),
        on=f"bias-only:{gate}",
        params={"gate": GATE_NAMES[gate]},
        sentence=4,
        paired=False,
    )
    for gate in "ifgo"
] + [
    fault(
        f"no-bias-in-{gate}",
        N_("The {gate} has no biases."),
        N_("Every one of the four sums has biases of its own."),
        on=f"no-bias-in:{gate}",
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
        N_("Every one of the four sums has the same form: input, hidden state and two biases."),
        on=f"without-in:{switch}:{gate}",
        params={"gate": GATE_NAMES[gate]},
        paired=False,
    )
    for gate in "ifgo"
    for term, switch, what in (
        ("x", "x", N_("The {gate} does not use the input.")),
        ("h", "h", N_("The {gate} does not use the hidden state.")),
        ("b_ih", "b_ih", N_("The {gate} does not get the bias b_ih.")),
        ("b_hh", "b_hh", N_("The {gate} does not get the bias b_hh.")),
    )
]

# "The recurrent weights of the forget gate are used in the input gate", found in the wild.
WRONG_ROWS = [
    fault(
        f"rows-{name}-{gate}-from-{other}",
        N_("The {gate} is computed with those rows of the {matrix} that belong to the {other}."),
        N_(
            "Two of the four sums then share weights, one block of rows is never used, and that "
            "block never learns."
        ),
        "lstm-scratch",
        on=f"rows:{name}:{gate}:{other}",
        params={
            "gate": GATE_NAMES[gate],
            "matrix": MATRIX_NAMES[name],
            "other": GATE_NAMES[other],
        },
        sentence=3,
        paired=False,
    )
    for name in ("w_ih", "w_hh", "b_ih", "b_hh")
    for gate in "ifgo"
    for other in "ifgo"
    if gate != other
] + [
    fault(
        f"one-gate-for-all-{name}",
        N_("All four sums use the same rows of the {matrix}, those of the {gate}."),
        N_("The gates then cannot learn different things: three of the four blocks never learn."),
        "lstm-scratch",
        on=f"one-gate-for-all:{name}",
        params={"matrix": MATRIX_NAMES[name], "gate": GATE_NAMES["i"]},
        sentence=3,
        paired=False,
    )
    for name in ("w_ih", "w_hh")
]
