"""Mistakes in the three sums of a GRU: weights, rows and biases that are missing or exchanged."""

from course_lib.exercises import messages_lstm_weights as lstm
from course_lib.exercises.messages_gru_cell import GATE_NAMES, borrowed, fault
from course_lib.i18n import N_

SHARED = N_(
    "Two of the three sums then share weights, one block of rows is never used, and that block "
    "never learns."
)
PART_SHARED = N_(
    "Two of the three sums then share a part, and one block of rows is never used for it."
)

TERMS = [
    fault(
        "gates-ignore-h",
        N_("The old state is not used in any of the three sums."),
        N_("No gate can then react to what came before."),
        on="without:w_hh",
    ),
    fault(
        "gates-ignore-x",
        N_("The gates do not use the input."),
        N_("Whatever comes in, the output is the same."),
        on="without:w_ih",
    ),
    *borrowed(lstm.TERMS, "b_ih-missing", "b_hh-missing"),
    fault(
        "biases-missing",
        N_("Neither of the two biases is added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        on={"without:b_ih", "without:b_hh"},
        sentence=4,
        paired=False,
    ),
    *borrowed(lstm.TERMS, "b_ih-twice", "b_hh-twice", "concat-order"),
    fault(
        "gates-interleaved",
        N_("Each gate takes every third row of the stacked weights."),
        N_("The gates are stacked in three blocks of H rows. Yours mix rows of all three."),
        "gru-scratch",
        sentence=3,
    ),
]

BIAS_OF_ONE = [
    fault(
        f"{id}-{gate}",
        what,
        N_("Every one of the three sums has biases of its own."),
        on=f"{switch}:{gate}",
        params={"gate": GATE_NAMES[gate]},
        sentence=4,
        paired=False,
    )
    for gate in "rzn"
    for id, switch, what in (
        ("bias-only-in", "bias-only", N_("Only the {gate} gets its biases.")),
        ("no-bias-in", "no-bias-in", N_("The {gate} has no biases.")),
    )
]

TERM_OF_ONE = [
    fault(
        f"no-{term}-in-{gate}",
        what,
        N_("Every one of the three sums has the same form: input, hidden state and two biases."),
        on=f"without-in:{stack}:{gate}",
        params={"gate": GATE_NAMES[gate]},
        paired=False,
    )
    for gate in "rzn"
    for term, stack, what in (
        ("x", "w_ih", N_("The {gate} does not use the input.")),
        ("h", "w_hh", N_("The {gate} does not use the hidden state.")),
        ("b_ih", "b_ih", N_("The {gate} does not get the bias b_ih.")),
        ("b_hh", "b_hh", N_("The {gate} does not get the bias b_hh.")),
    )
]

WRONG_ROWS = (
    [
        fault(
            f"rows-{name}-{gate}-from-{other}",
            N_(
                "The {gate} is computed with those rows of the {matrix} that belong to the {other}."
            ),
            SHARED,
            "gru-scratch",
            on=f"rows:{name}:{gate}:{other}",
            params={
                "gate": GATE_NAMES[gate],
                "matrix": lstm.MATRIX_NAMES[name],
                "other": GATE_NAMES[other],
            },
            sentence=3,
            paired=False,
        )
        for name in ("w_ih", "w_hh", "b_ih", "b_hh")
        for gate in "rzn"
        for other in "rzn"
        if gate != other
    ]
    + [
        fault(
            f"part-{part}-{gate}-from-{other}",
            N_(
                "The {gate} is computed with those rows of the {matrix} that belong to the {other}."
            ),
            PART_SHARED,
            "gru-scratch",
            on={f"rows:w_{part}:{gate}:{other}", f"rows:b_{part}:{gate}:{other}"},
            params={"gate": GATE_NAMES[gate], "matrix": matrix, "other": GATE_NAMES[other]},
            sentence=3,
            paired=False,
        )
        for part, matrix in (
            ("ih", N_("input weights w_ih and bias b_ih")),
            ("hh", N_("recurrent weights w_hh and bias b_hh")),
        )
        for gate in "rzn"
        for other in "rzn"
        if gate != other
    ]
    + [
        fault(
            f"one-gate-for-all-{name}",
            N_("All three sums use the same rows of the {matrix}, those of the {gate}."),
            N_(
                "The gates then cannot learn different things: two of the three blocks never learn."
            ),
            "gru-scratch",
            on=f"one-gate-for-all:{name}",
            params={"matrix": lstm.MATRIX_NAMES[name], "gate": GATE_NAMES["r"]},
            sentence=3,
            paired=False,
        )
        for name in ("w_ih", "w_hh")
    ]
)

# The input's or the state's part of a sum with its bias, as one line of code often holds it.
PARTS = [
    fault(
        f"no-part-{part}-in-{gate}",
        what,
        N_("Every one of the three sums has the same form: input, hidden state and two biases."),
        on={f"without-in:w_{part}:{gate}", f"without-in:b_{part}:{gate}"},
        params={"gate": GATE_NAMES[gate]},
        paired=False,
    )
    for part, gates, what in (
        ("ih", "rzn", N_("The {gate} does not use the input, and has no bias b_ih.")),
        ("hh", "rz", N_("The {gate} does not use the hidden state, and has no bias b_hh.")),
    )
    for gate in gates
] + [
    fault(
        f"parts-exchanged-{part}",
        what,
        N_("Each of the two sums needs both parts from its own block of rows."),
        "gru-scratch",
        on={f"rows:{kind}_{part}:{to}" for kind in "wb" for to in ("r:z", "z:r")},
        sentence=3,
        paired=False,
    )
    for part, what in (
        ("ih", N_("In the two gates, the input's parts have changed places.")),
        ("hh", N_("In the two gates, the state's parts have changed places.")),
    )
]
