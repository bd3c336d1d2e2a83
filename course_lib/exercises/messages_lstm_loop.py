"""Mistakes of the loop over time, of the projection and of the module, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

CARRYING = [
    fault(
        "not-carried",
        N_("Every time step starts again from the initial states: the state is never carried."),
        N_("Each output then knows only its own input, and the network has no memory at all."),
        "lstm-scratch",
    ),
    fault(
        "restarts-from-zero",
        N_("After the first time step, every step starts again from a state of zeros."),
        N_("Each output then knows only its own input, and the network has no memory at all."),
        "lstm-scratch",
    ),
    fault(
        "carried-late",
        N_("A time step starts from the state of two steps ago, not of the step before."),
        N_("Even and odd time steps then remember separately."),
        "lstm-scratch",
    ),
    fault(
        "h-not-carried",
        N_(
            "The cell state is carried from step to step, but the hidden state stays the first one."
        ),
        N_("The gates then never see what the cell has just shown."),
        "lstm-scratch",
    ),
    fault(
        "c-not-carried",
        N_(
            "The hidden state is carried from step to step, but the cell state stays the first one."
        ),
        N_("The cell state is the memory. Without it an LSTM forgets like a plain RNN."),
        "lstm-scratch",
    ),
    fault(
        "passes-swapped",
        N_("The loop hands the state to the cell as (c, h)."),
        N_("At every step the cell then takes the memory for the output, and the reverse."),
        "lstm-scratch",
        sentence=5,
    ),
    fault(
        "unpacks-swapped",
        N_("The loop takes what the cell returns as c, h."),
        N_("At every step the memory and the output then change places."),
        "lstm-scratch",
        sentence=5,
    ),
    fault(
        "input-stuck",
        N_("Every time step reads the first input again."),
        N_("The rest of the sequence is never seen."),
        "lstm-scratch",
    ),
    fault(
        "reads-backwards",
        N_("The sequence is read from its end to its start."),
        N_("An output then knows the future and not the past."),
        "lstm-scratch",
    ),
    fault(
        "reversed-throughout",
        N_("The sequence is read from its end, and the outputs are kept in that order."),
        N_("An output then stands at the wrong time step and knows the future, not the past."),
        "lstm-scratch",
    ),
    fault(
        "skips-first",
        N_("The loop leaves out the first time step."),
        N_("The first input is never seen, and the output is one time step short."),
        "lstm-scratch",
    ),
    fault(
        "skips-last",
        N_("The loop leaves out the last time step."),
        N_("The last input is never seen, and the output is one time step short."),
        "lstm-scratch",
    ),
]

INITIAL = [
    fault(
        "states-ignored",
        N_("The given initial states are not used: you always start from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        "lstm-scratch",
    ),
    fault(
        "h_0-ignored",
        N_("The given h_0 is not used: the hidden state starts from zeros."),
        N_("Half of the state that was handed over is then lost."),
        "lstm-scratch",
    ),
    fault(
        "c_0-ignored",
        N_("The given c_0 is not used: the cell state starts from zeros."),
        N_("The memory that was handed over is then lost."),
        "lstm-scratch",
    ),
    fault(
        "default-ones",
        N_("Without given states you start from ones."),
        N_("A state of ones is a memory of something that never happened."),
        "lstm-scratch",
        sentence=7,
        paired=False,
    ),
    fault(
        "default-missing",
        N_("The case that no initial states are given (None) is not handled."),
        N_("Most calls of an LSTM give no states; they mean a state of zeros."),
        "lstm-scratch",
        sentence=7,
        paired=False,
    ),
]

FINAL = [
    fault(
        "final-first",
        N_("The returned (h_n, c_n) are those of the first time step."),
        N_("Whoever goes on from them goes on from the start of the sequence."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-second-last",
        N_("The returned (h_n, c_n) are those of the time step before the last."),
        N_("Whoever goes on from them misses the last input."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-initial",
        N_("The returned (h_n, c_n) are the initial states."),
        N_("Whoever goes on from them has forgotten the whole sequence."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-swapped",
        N_("h_n and c_n have changed places in what you return."),
        N_("Whoever goes on from them takes the memory for the output."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-h-twice",
        N_("h_n is returned in the place of c_n as well."),
        N_("The memory is then lost for whoever goes on from these states."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-c-twice",
        N_("c_n is returned in the place of h_n as well."),
        N_("The last hidden state is then lost for whoever goes on from these states."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "final-last-row",
        N_("h_n is the last row of the batch, not the last time step of every row."),
        N_("Batch first means that the first axis counts the rows of the batch, not the time."),
        "lstm-scratch",
        sentence=6,
    ),
]

OUTPUT = [
    fault(
        "output-is-c",
        N_("output holds the cell states instead of the hidden states."),
        N_("The cell state is the inner memory. What a layer shows is the hidden state."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "output-lags",
        N_("output is one time step late: it begins with the initial state."),
        N_("The state is stored before it is updated, so the last hidden state is missing."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "output-reversed",
        N_("output is in the reverse order of time."),
        N_("The first hidden state stands at the last time step."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "output-scrambled",
        N_("output has the right shape, but batch and time were mixed by a reshape."),
        N_(
            "view and reshape keep the numbers in their old order and only cut them into other "
            "rows. They cannot exchange two axes."
        ),
        "lstm-scratch",
        sentence=1,
    ),
    fault(
        "output-last-only",
        N_("output holds only the last time step."),
        N_("It should hold the hidden states of all time steps; the last one is h_n."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "output-repeats-last",
        N_("output repeats the last hidden state at every time step."),
        N_("It should hold the hidden state that each time step had."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "last-left-empty",
        N_("output is zero at the last time step: that place is never filled."),
        N_("The last hidden state is missing from it."),
        "lstm-scratch",
        sentence=6,
    ),
    fault(
        "first-left-empty",
        N_("output is zero at the first time step: that place is never filled."),
        N_("The first hidden state is missing from it."),
        "lstm-scratch",
        sentence=6,
    ),
]

GRADIENT = [
    fault(
        "detached",
        N_("The numbers are right, but no gradient flows from one time step to the one before."),
        N_("Something cuts the state off from its past, so the network cannot learn to remember."),
        "lstm-prove",
        paired=False,
    ),
    fault(
        "detached-h",
        N_("The numbers are right, but no gradient flows through the carried hidden state."),
        N_("The gates then never learn what to do with what came before."),
        "lstm-prove",
        paired=False,
    ),
    fault(
        "detached-c",
        N_("The numbers are right, but no gradient flows through the carried cell state."),
        N_("This path is why an LSTM can learn over long gaps. Cut, it learns like a plain RNN."),
        "lstm-prove",
        paired=False,
    ),
    fault(
        "initial-detached",
        N_("The numbers are right, but no gradient reaches the given initial states."),
        N_("Initial states that are learned, or computed by another network, then never learn."),
        "lstm-prove",
        paired=False,
    ),
]

PROJECTION = [
    fault(
        "w_hr-ignored",
        N_("The projection w_hr is never used: the hidden state keeps H units."),
        N_("The hidden state should have P units, fewer than the cell state."),
        "lstmp-maths",
        sentence=10,
    ),
    fault(
        "w_hr-not-fed-back",
        N_("output is projected, but the hidden state fed back to the next step is not."),
        N_("In an LSTMP the gates see the projected state; that is why w_hh is (4H, P)."),
        "lstmp-maths",
        sentence=10,
        paired=False,
    ),
    fault(
        "final-unprojected",
        N_("h_n is the hidden state before its projection."),
        N_("h_n should be the same as the last time step of output."),
        "lstmp-maths",
        sentence=10,
        paired=False,
    ),
    fault(
        "c-projected",
        N_("The cell state is projected as well."),
        N_("Only the hidden state shrinks. The memory keeps all its H units."),
        "lstmp-maths",
        sentence=10,
        paired=False,
    ),
    fault(
        "project-before-tanh",
        N_("The projection stands inside the tanh."),
        N_("The projection comes last, and nothing follows it."),
        "lstmp-maths",
    ),
    fault(
        "project-both",
        N_("The output gate and the cell state are projected separately and then multiplied."),
        N_("The gate must act on the H units of the cell before they are mixed into P."),
        "lstmp-maths",
    ),
    fault(
        "tanh-after-projection",
        N_("The projected hidden state goes through another tanh."),
        N_("The projection is linear, and nothing follows it."),
        "lstmp-maths",
    ),
]
