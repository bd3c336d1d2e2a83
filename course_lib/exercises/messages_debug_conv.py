"""Mistakes in cell E, a ConvLSTM, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

PEEPHOLES = {"w_ci": N_("input gate i"), "w_cf": N_("forget gate f"), "w_co": N_("output gate o")}

CONVLSTM = [
    fault(
        "o-sees-old-c",
        N_("The peephole of the output gate sees the old cell state."),
        N_("The output gate opens when the new cell state is there already, and looks at that."),
        "convlstm-maths",
        sentence=12,
    ),
    fault(
        "o-sees-tanh-c",
        N_("The peephole of the output gate sees the tanh of the cell state."),
        N_("A peephole looks at the cell state itself."),
        "convlstm-maths",
        sentence=12,
    ),
    fault(
        "peepholes-not-registered",
        N_("The peepholes are plain tensors: the module knows only the rest as parameters."),
        N_("An optimiser, .to(device) and state_dict() pass them by, so they stay zero for good."),
        "convlstm-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "not-registered",
        N_("Weights are kept as plain tensors: the module does not know those as parameters."),
        N_("An optimiser, .to(device) and state_dict() pass them by, so they stay as they are."),
        "convlstm-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "peepholes-start-elsewhere",
        N_("The peepholes do not start at zero."),
        N_("This notebook fixes their first values, as the layers of the course do."),
        "convlstm-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "starts-equal",
        N_("All weights of a kernel start at the same number, or at none."),
        N_("Random numbers make channels differ: equal ones get equal gradients and stay equal."),
        "convlstm-scratch",
        paired=False,
    ),
    fault(
        "drawn-anew",
        N_("New random numbers are drawn at every call: the same input gives another output."),
        N_("Nothing that is learned is ever used, because the weights are gone at the next call."),
        "convlstm-scratch",
        paired=False,
    ),
    *(
        fault(
            f"without-{name}",
            N_("The {gate} has no peephole: {name} makes no difference."),
            N_("Without it this gate does not know what the cell holds."),
            "convlstm-maths",
            params={"gate": gate, "name": name},
            sentence=12,
        )
        for name, gate in PEEPHOLES.items()
    ),
    fault(
        "i-and-f-peepholes-exchanged",
        N_("w_ci and w_cf are exchanged."),
        N_("They have the same shape, so nothing complains."),
        "convlstm-maths",
        sentence=12,
    ),
    fault(
        "g-has-a-peephole",
        N_("The candidate has a peephole too."),
        N_("Only the three gates look at the cell state."),
        "convlstm-maths",
        sentence=12,
    ),
    fault(
        "without-x",
        N_("The term from the input x is left out."),
        N_("The cell then never learns anything about the picture."),
        "convlstm-maths",
    ),
    fault(
        "without-h",
        N_("The term from the hidden state is left out."),
        N_("A pixel then never hears from its neighbours of the time step before."),
        "convlstm-maths",
    ),
    fault("without-b", N_("The bias is left out."), N_("Every gate has one."), "convlstm-maths"),
    fault(
        "gates-exchanged",
        N_("The input gate and the forget gate are exchanged."),
        N_("The rows are stacked in a fixed order, and each belongs to one gate."),
        "convlstm-maths",
        sentence=12,
    ),
    fault(
        "forget-inverted",
        N_("The old cell state is weighted by 1 - f instead of f."),
        N_("An open forget gate keeps the memory. Here it clears it, the wrong way round."),
        "convlstm-maths",
    ),
    fault(
        "candidate-linear",
        N_("The candidate g is used without its tanh."),
        N_(
            "What is written into the cell state then has no bound, so the state can grow without "
            "limit and training becomes unstable."
        ),
        "convlstm-maths",
    ),
    fault(
        "candidate-sigmoid",
        N_("The candidate g goes through a sigmoid, like the gates."),
        N_(
            "A sigmoid is never negative, so the cell state can only be written upwards. The "
            "candidate is a value, not a gate, and needs both signs."
        ),
        "convlstm-maths",
    ),
    fault(
        "no-forget-gate",
        N_("The old cell state is kept whole: the forget gate has no effect."),
        N_("The memory can then never be cleared, and it grows with every time step."),
        "convlstm-maths",
    ),
    fault(
        "no-input-gate",
        N_("The candidate is written whole: the input gate has no effect."),
        N_("The cell can then not keep an unimportant input out of its memory."),
        "convlstm-maths",
    ),
    fault(
        "old-not-kept",
        N_("The old cell state is dropped at every time step."),
        N_("Without it the cell has no memory: c holds only what came in just now."),
        "convlstm-maths",
    ),
    fault(
        "h-without-tanh",
        N_("The hidden state is made from the cell state without the tanh."),
        N_("The cell state has no bound, so neither has the output."),
        "convlstm-maths",
    ),
    fault(
        "returns-swapped",
        N_("The new h and the new c change places."),
        N_(
            "The next time step then takes the memory for the output and the output for the memory."
        ),
        "convlstm-scratch",
        sentence=5,
    ),
    fault(
        "returns-old-c",
        N_("The cell state comes back as it was given: the new one is lost."),
        N_("Nothing that is written now is there at the next time step."),
        "convlstm-scratch",
    ),
    fault(
        "tanh-everywhere",
        N_("The gates go through tanh instead of a sigmoid."),
        N_(
            "A gate says how much passes, from 0 to 1. With tanh it can be negative, and then it "
            "turns the sign of what it should let through."
        ),
        "convlstm-maths",
        on="gates-tanh",
    ),
    fault(
        "nothing-written",
        N_("Nothing new is written into the cell state: the candidate is never added."),
        N_("The state can then only fade, and from a zero state every output is 0."),
        "convlstm-maths",
    ),
    fault(
        "h-sigmoid",
        N_("The cell state goes through a sigmoid on its way to the hidden state."),
        N_("The hidden state can then never be negative."),
        "convlstm-maths",
    ),
    fault(
        "no-output-gate",
        N_("The output gate has no effect on the hidden state."),
        N_("The cell can then not keep its memory to itself: it shows all of it at every step."),
        "convlstm-maths",
    ),
]
