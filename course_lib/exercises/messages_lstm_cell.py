"""Mistakes inside one time step of an LSTM, each with its message.

``what`` says what the code seems to do, ``why`` what is wrong with that, ``look`` which section
of the book explains it. A message names the mistake and never writes the right line.
"""

from course_lib.exercises.spec import Fault, Message
from course_lib.i18n import N_

GATE_NAMES = {
    "i": N_("input gate i"),
    "f": N_("forget gate f"),
    "g": N_("candidate g"),
    "o": N_("output gate o"),
}


def fault(id, what, why, look="lstm-maths", *, on=None, params=None, sentence=None, paired=True):
    """A Fault whose switch is its id unless ``on`` names others."""
    switches = frozenset({id} if on is None else {on} if isinstance(on, str) else on)
    message = Message(id, what, why, look, params or {}, sentence)
    return Fault(message, switches, paired)


ACTIVATION = [
    fault(
        "candidate-linear",
        N_("The candidate g is used without its tanh."),
        N_(
            "What is written into the cell state then has no bound, so the state can grow without "
            "limit and training becomes unstable."
        ),
        on="activation:g:linear",
    ),
    fault(
        "candidate-sigmoid",
        N_("The candidate g goes through a sigmoid, like the gates."),
        N_(
            "A sigmoid is never negative, so the cell state can only be written upwards. The "
            "candidate is a value, not a gate, and needs both signs."
        ),
        on="activation:g:sigmoid",
    ),
    fault(
        "candidate-relu",
        N_("The candidate g goes through a ReLU."),
        N_("The cell state can then only be written upwards, and without a bound."),
        on="activation:g:relu",
        paired=False,
    ),
    fault(
        "tanh-everywhere",
        N_("The gates go through tanh instead of a sigmoid."),
        N_(
            "A gate says how much passes, from 0 to 1. With tanh it can be negative, and then it "
            "turns the sign of what it should let through."
        ),
        on="activation:all:tanh",
    ),
    fault(
        "sigmoid-missing",
        N_("The gates i, f and o are used without their sigmoid."),
        N_("A gate says how much passes, from 0 to 1. Without a sigmoid it has no bound."),
        on={"activation:i:linear", "activation:f:linear", "activation:o:linear"},
    ),
    fault(
        "sigmoid-twice",
        N_("The gates go through the sigmoid twice."),
        N_("Such a gate can only move between 0.5 and 0.73, so it never opens or closes."),
    ),
    fault(
        "forget-plus-one",
        N_("A constant 1 is added inside the forget gate."),
        N_(
            "Some libraries do this to remember more at the start of training. Here the weights "
            "alone decide, so the numbers differ."
        ),
        paired=False,
    ),
    *(
        fault(
            f"{name}-in-{gate}",
            what,
            N_("A gate says how much passes, from 0 to 1; only a sigmoid keeps it there."),
            on=f"activation:{gate}:{name}",
            params={"gate": GATE_NAMES[gate]},
        )
        for gate in "ifo"
        for name, what in (
            ("linear", N_("The {gate} is used without its sigmoid.")),
            ("tanh", N_("The {gate} goes through tanh instead of a sigmoid.")),
        )
    ),
]

CELL_STATE = [
    fault(
        "no-forget-gate",
        N_("The old cell state is kept whole: the forget gate has no effect."),
        N_("The memory can then never be cleared, and it grows with every time step."),
    ),
    fault(
        "no-input-gate",
        N_("The candidate is written whole: the input gate has no effect."),
        N_("The cell can then not keep an unimportant input out of its memory."),
    ),
    fault(
        "nothing-written",
        N_("Nothing new is written into the cell state: the candidate is never added."),
        N_("The state can then only fade, and from a zero state every output is 0."),
    ),
    fault(
        "old-not-kept",
        N_("The old cell state is dropped at every time step."),
        N_("Without it the cell has no memory: c holds only what came in just now."),
    ),
    fault(
        "candidate-missing",
        N_("The input gate itself is written into the cell state: the candidate is missing."),
        N_("A gate says how much is written. What is written is the candidate."),
    ),
    fault(
        "f-added",
        N_("The forget gate is added to the cell state."),
        N_("A gate is a share from 0 to 1: it scales what passes. Adding it lets all through."),
        paired=False,
    ),
    fault(
        "i-added",
        N_("The input gate is added to the candidate."),
        N_("A gate is a share from 0 to 1: it scales what passes. Adding it lets all through."),
        paired=False,
    ),
    fault(
        "cell-product",
        N_("The kept part of the old cell state and the new part are multiplied together."),
        N_("From a zero state the cell then stays at 0 for ever, whatever comes in."),
    ),
    fault(
        "cell-minus",
        N_("The new part is subtracted from the cell state."),
        N_("The candidate then writes with the wrong sign."),
    ),
    fault(
        "coupled-f",
        N_("The new part is weighted by 1 - f, and the input gate is never used."),
        N_(
            "That is a cell with coupled gates, closer to a GRU. An LSTM decides on keeping and "
            "on writing separately."
        ),
    ),
    fault(
        "coupled-i",
        N_("The old cell state is weighted by 1 - i, and the forget gate is never used."),
        N_(
            "That is a cell with coupled gates, closer to a GRU. An LSTM decides on keeping and "
            "on writing separately."
        ),
    ),
    fault(
        "forget-inverted",
        N_("The old cell state is weighted by 1 - f instead of f."),
        N_("An open forget gate keeps the memory. Here it clears it, the wrong way round."),
    ),
    fault(
        "cell-uses-o",
        N_("The candidate is weighted by the output gate instead of the input gate."),
        N_("The gate that decides what is shown then also decides what is written."),
    ),
    fault(
        "cell-tanh-stored",
        N_("The cell state that is passed on has gone through tanh."),
        N_(
            "The tanh belongs only to what is shown. Inside the memory it squeezes the state at "
            "every step, and the gradient fades as in a plain RNN."
        ),
    ),
    fault(
        "tanh-old-cell",
        N_("The old cell state goes through tanh before it is kept."),
        N_(
            "This squeezes the memory at every step. The path from one cell state to the next "
            "must stay linear, or the gradient fades as in a plain RNN."
        ),
    ),
    fault(
        "matmul-f",
        N_("The forget gate and the cell state are multiplied as matrices."),
        N_(
            "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
            "and only runs at all when the batch is as large as the hidden size."
        ),
    ),
    fault(
        "matmul-i",
        N_("The input gate and the candidate are multiplied as matrices."),
        N_(
            "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
            "and only runs at all when the batch is as large as the hidden size."
        ),
    ),
    fault(
        "matmul-both",
        N_("The gates act on the cell state and on the candidate by matrix products."),
        N_(
            "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
            "and only runs at all when the batch is as large as the hidden size."
        ),
        on={"matmul-f", "matmul-i"},
        paired=False,
    ),
    fault(
        "matmul-all",
        N_("All three gates act by matrix products instead of unit by unit."),
        N_(
            "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
            "and only runs at all when the batch is as large as the hidden size."
        ),
        on={"matmul-f", "matmul-i", "matmul-o"},
        paired=False,
    ),
]

HIDDEN_STATE = [
    fault(
        "h-without-tanh",
        N_("The hidden state is made from the cell state without the tanh."),
        N_("The cell state has no bound, so neither has the output."),
    ),
    fault(
        "h-sigmoid",
        N_("The cell state goes through a sigmoid on its way to the hidden state."),
        N_("The hidden state can then never be negative."),
    ),
    fault(
        "h-tanh-outside",
        N_("The tanh is taken after the output gate, not before it."),
        N_("The gate should act last: a value that is squeezed again is no longer o times it."),
    ),
    fault(
        "no-output-gate",
        N_("The output gate has no effect on the hidden state."),
        N_("The cell can then not keep its memory to itself: it shows all of it at every step."),
    ),
    fault(
        "o-added",
        N_("The output gate is added to the cell state on its way out."),
        N_("A gate is a share from 0 to 1: it scales what passes. Adding it lets all through."),
        paired=False,
    ),
    fault(
        "h-from-old-c",
        N_("The hidden state is made from the old cell state."),
        N_("The output is then one time step late and cannot react to the present input."),
    ),
    fault(
        "h-from-candidate",
        N_("The hidden state is made from the candidate, not from the cell state."),
        N_("What the cell remembers then never reaches the output."),
    ),
    fault(
        "output-uses-i",
        N_("The hidden state is weighted by the input gate instead of the output gate."),
        N_("The gate that decides what is written then also decides what is shown."),
    ),
    fault(
        "output-uses-f",
        N_("The hidden state is weighted by the forget gate instead of the output gate."),
        N_("The gate that decides what is kept then also decides what is shown."),
    ),
    fault(
        "matmul-o",
        N_("The output gate and the cell state are multiplied as matrices."),
        N_(
            "A gate acts on each unit of its own row. A matrix product mixes the rows of the batch "
            "and only runs at all when the batch is as large as the hidden size."
        ),
    ),
]

RETURNED = [
    fault(
        "returns-swapped",
        N_("The new h and the new c change places."),
        N_(
            "The next time step then takes the memory for the output and the output for the memory."
        ),
        sentence=5,
    ),
    fault(
        "returns-old-c",
        N_("The cell state comes back as it was given: the new one is lost."),
        N_("Nothing that is written now is there at the next time step."),
    ),
    fault(
        "returns-c-as-h",
        N_("The cell state is given back in the place of the hidden state."),
        N_("The memory itself is then shown, without output gate and tanh."),
        sentence=5,
    ),
    fault(
        "returns-h-as-c",
        N_("The hidden state is given back in the place of the cell state."),
        N_("The memory then goes through the output gate at every step and fades."),
        sentence=5,
    ),
]
