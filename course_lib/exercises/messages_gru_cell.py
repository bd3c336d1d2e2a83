"""Mistakes inside one time step of a GRU, each with its message.

Sentences that are as true of a GRU as of an LSTM are taken from the LSTM's messages.
"""

from dataclasses import replace

from course_lib.exercises import messages_lstm_cell as lstm
from course_lib.exercises import messages_lstm_module as lstm_module
from course_lib.exercises.spec import Fault
from course_lib.i18n import N_

GATE_NAMES = {
    "r": N_("reset gate r"),
    "z": N_("update gate z"),
    "n": N_("candidate n"),
}
GATE_SCALES = N_(
    "A gate is a share from 0 to 1: it scales what passes. Adding it lets all through."
)
MATRIX_PRODUCT = N_(
    "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
    "and only runs at all when the batch is as large as the hidden size."
)


def fault(id, what, why, look="gru-maths", **more) -> Fault:
    return lstm.fault(id, what, why, look, **more)


def borrowed(faults, *ids: str) -> list[Fault]:
    """The LSTM's faults of these ids, pointing to the GRU's chapter."""
    found = {fault.id: fault for fault in faults}
    return [
        replace(
            found[id],
            message=replace(found[id].message, look=found[id].message.look.replace("lstm", "gru")),
        )
        for id in ids
    ]


ACTIVATION = [
    fault(
        "candidate-linear",
        N_("The candidate n is used without its tanh."),
        N_("The hidden state then has no bound, and can grow from step to step."),
        on="activation:n:linear",
    ),
    fault(
        "candidate-sigmoid",
        N_("The candidate n goes through a sigmoid, like the gates."),
        N_("A sigmoid is never negative. The candidate is a value, no gate: it needs both signs."),
        on="activation:n:sigmoid",
    ),
    fault(
        "candidate-relu",
        N_("The candidate n goes through a ReLU."),
        N_("The hidden state can then never become negative, and has no bound."),
        on="activation:n:relu",
        paired=False,
    ),
    *borrowed(lstm.ACTIVATION, "tanh-everywhere", "sigmoid-twice"),
    fault(
        "sigmoid-missing",
        N_("The gates r and z are used without their sigmoid."),
        N_("A gate says how much passes, from 0 to 1. Without a sigmoid it has no bound."),
        on={"activation:r:linear", "activation:z:linear"},
    ),
    *(
        fault(
            f"{name}-in-{gate}",
            what,
            N_("A gate says how much passes, from 0 to 1; only a sigmoid keeps it there."),
            on=f"activation:{gate}:{name}",
            params={"gate": GATE_NAMES[gate]},
        )
        for gate in "rz"
        for name, what in (
            ("linear", N_("The {gate} is used without its sigmoid.")),
            ("tanh", N_("The {gate} goes through tanh instead of a sigmoid.")),
        )
    ),
]

RESET = [
    fault(
        "no-reset",
        N_("The reset gate has no effect: the candidate sees all of the old state."),
        N_("The cell can then not begin anew: the past is always part of the candidate."),
    ),
    fault(
        "reset-by-z",
        N_("The candidate is reset by the update gate z instead of the reset gate r."),
        N_("The gate that decides what is kept then also decides what the candidate sees."),
    ),
    fault(
        "reset-inverted",
        N_("The candidate is reset by 1 - r instead of r."),
        N_("An open reset gate lets the past in. Here it shuts the past out."),
    ),
    fault(
        "reset-on-input",
        N_("The reset gate acts on the input's part of the candidate, not on the state's part."),
        N_("It should decide how much of the past the candidate sees, not how much of the input."),
        sentence=10,
    ),
    fault(
        "reset-everything",
        N_("The reset gate acts on the whole sum of the candidate, the input's part included."),
        N_("A closed reset gate should shut out the past. Here it shuts out the input as well."),
        sentence=10,
    ),
    fault(
        "reset-added",
        N_("The reset gate is added to what it should reset."),
        GATE_SCALES,
        paired=False,
    ),
    fault(
        "reset-alone",
        N_("The reset gate is added to the candidate's sum, and the state's part is missing."),
        GATE_SCALES,
        paired=False,
    ),
    fault(
        "matmul-r",
        N_("The reset gate acts by a matrix product instead of unit by unit."),
        MATRIX_PRODUCT,
    ),
    fault(
        "candidate-without-state",
        N_("The candidate is made from the input alone: it does not see the old state at all."),
        N_("What is new can then never depend on what came before, and the reset gate is idle."),
    ),
]
# Which side of the recurrent product: one list for each published form.
RESET_AFTER = [
    fault(
        "reset-before",
        N_("The reset gate acts on the old state before it is multiplied by the weights."),
        N_("That is the other published form of the GRU. This one resets after the product."),
        on="other-form",
        sentence=10,
    ),
    fault(
        "reset-not-bias",
        N_("The reset gate does not act on the recurrent bias of the candidate."),
        N_(
            "In this form that bias is part of what is reset. With zero biases nobody would notice."
        ),
        sentence=10,
    ),
]
RESET_BEFORE = [
    fault(
        "reset-after",
        N_("The reset gate acts after the old state has been multiplied by the weights."),
        N_(
            "That is torch's form of the GRU. The original one resets the state before the product."
        ),
        on="other-form",
        sentence=10,
    ),
    fault(
        "reset-bias-too",
        N_("The reset gate acts on the recurrent bias of the candidate as well."),
        N_("In this form only the old state is reset. With zero biases nobody would notice."),
        sentence=10,
    ),
    fault(
        "z-reads-reset",
        N_("The update gate reads the old state after the reset."),
        N_("Only the candidate reads it so. The two gates read the old state as it is."),
    ),
    fault(
        "w_hn-not-transposed",
        N_("The candidate's block of w_hh meets the reset state without being transposed."),
        N_("The block is square, so nothing fails. Each of its rows belongs to a unit."),
        sentence=2,
    ),
]

UPDATE = [
    fault(
        "z-on-both",
        N_("Both the candidate and the old state are weighted by z."),
        N_("The two shares should add up to 1, so that the new state lies between the two."),
        sentence=5,
    ),
    fault(
        "new-not-weighted",
        N_("The candidate is added whole: only the old state is weighted."),
        N_("The two shares should add up to 1, so that the new state lies between the two."),
        sentence=5,
    ),
    fault(
        "old-not-weighted",
        N_("The old state is kept whole: only the candidate is weighted."),
        N_("The state can then never be cleared, and it grows with every time step."),
        sentence=5,
    ),
    fault(
        "old-from-reset",
        N_("The part of the old state that is kept has gone through the reset gate."),
        N_(
            "The reset gate belongs to the candidate only. What is kept is the old state as it was."
        ),
    ),
    fault(
        "no-update-gate",
        N_("The candidate itself is returned: the update gate has no effect."),
        N_("Nothing is then kept unchanged, and the gradient fades as in a plain RNN."),
    ),
    fault(
        "old-not-kept",
        N_("The new state has no share of the old state."),
        N_("That share is the path on which a GRU remembers over many steps."),
    ),
    fault(
        "nothing-new",
        N_("The new state has no share of the candidate."),
        N_("The state can then only fade, and from a zero state every output is 0."),
    ),
    fault(
        "update-by-r",
        N_("What is kept is weighted by the reset gate: z is not used, or it is the same as r."),
        N_("The gate that decides what the candidate sees then also decides what is kept."),
    ),
    fault(
        "z-halves",
        N_("The new state is the mean of candidate and old state: the update gate has no effect."),
        N_("Then the cell cannot decide what to keep: the past is halved at every step."),
        paired=False,
    ),
    fault(
        "residual",
        N_("The old state is added once more to the new one."),
        N_("The state then lies no longer between candidate and old state, and it grows."),
    ),
    fault(
        "update-minus",
        N_("The kept part of the old state is subtracted instead of added."),
        N_("What is remembered then changes its sign at every time step."),
    ),
    fault(
        "update-product",
        N_("The kept part of the old state and the new part are multiplied together."),
        N_("From a zero state the cell then stays at 0 for ever, whatever comes in."),
    ),
    fault(
        "candidate-missing",
        N_("The share of the candidate is added without the candidate."),
        N_("A gate says how much of something passes. What should pass is missing."),
        paired=False,
    ),
    fault(
        "old-missing",
        N_("The share of the old state is added without the old state."),
        N_("A gate says how much of something passes. What should pass is missing."),
        paired=False,
    ),
    fault(
        "matmul-z",
        N_("The update gate acts by matrix products instead of unit by unit."),
        MATRIX_PRODUCT,
    ),
    fault(
        "matmul-both",
        N_("Both gates act by matrix products instead of unit by unit."),
        MATRIX_PRODUCT,
        on={"matmul-r", "matmul-z"},
        paired=False,
    ),
    fault(
        "h-tanh",
        N_("The new state goes through another tanh."),
        N_("It squeezes the state at every step, so nothing can be kept unchanged."),
    ),
]

SPECIAL = [
    fault(
        "state-in-place",
        N_("Your code changes the hidden state it was given, in place."),
        N_(
            "The caller's tensor is no longer what it was, and PyTorch can no longer compute "
            "gradients through it."
        ),
        "gru-scratch",
        sentence=8,
        paired=False,
    ),
    *borrowed(lstm_module.SPECIAL, "sigmoid-overflow", "tanh-overflow", "squeeze", "float32"),
]
