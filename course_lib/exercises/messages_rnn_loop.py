"""Mistakes of an RNN's loop over time, each with its message."""

from course_lib.exercises.messages_rnn_cell import (
    DEFAULT,
    LAYOUT,
    RETURNED,
    UNTOUCHED,
    prove,
    scratch,
)
from course_lib.i18n import N_

CARRYING = [
    scratch(
        "not-carried",
        N_("Every time step starts again from the initial state: the state is never carried."),
        N_("Each output then knows only its own input, and the network has no memory at all."),
    ),
    scratch(
        "restarts-from-zero",
        N_("After the first time step, every step starts again from a state of zeros."),
        N_("Each output then knows only its own input, and the network has no memory at all."),
    ),
    scratch(
        "carried-late",
        N_("A time step starts from the state of two steps ago, not of the step before."),
        N_("Even and odd time steps then remember separately."),
    ),
    scratch(
        "input-stuck",
        N_("Every time step reads the first input again."),
        N_("The rest of the sequence is never seen."),
    ),
    scratch(
        "reads-backwards",
        N_("The sequence is read from its end to its start."),
        N_("An output then knows the future and not the past."),
    ),
    scratch(
        "reversed-throughout",
        N_("The sequence is read from its end, and the outputs are kept in that order."),
        N_("An output then stands at the wrong time step and knows the future, not the past."),
    ),
    scratch(
        "skips-first",
        N_("The loop leaves out the first time step."),
        N_("The first input is never seen, and the output is one time step short."),
    ),
    scratch(
        "skips-last",
        N_("The loop leaves out the last time step."),
        N_("The last input is never seen, and the output is one time step short."),
    ),
]

INITIAL = [
    scratch(
        "h_0-ignored",
        N_("The given h_0 is not used: the hidden state starts from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        sentence=DEFAULT,
    ),
    scratch(
        "default-ones",
        N_("Without a given state you start from ones."),
        N_("A state of ones is a memory of something that never happened."),
        sentence=DEFAULT,
        paired=False,
    ),
    scratch(
        "default-missing",
        N_("The case that no initial state is given (None) is not handled."),
        N_("Most calls of an RNN give no state; they mean a state of zeros."),
        sentence=DEFAULT,
        paired=False,
    ),
]

FINAL = [
    scratch(
        "final-first",
        N_("The returned h_n is the state after the first time step."),
        N_("Whoever goes on from it goes on from the start of the sequence."),
        sentence=RETURNED,
    ),
    scratch(
        "final-second-last",
        N_("The returned h_n is the state after the time step before the last."),
        N_("Whoever goes on from it misses the last input."),
        sentence=RETURNED,
    ),
    scratch(
        "final-initial",
        N_("The returned h_n is the initial state."),
        N_("Whoever goes on from it has forgotten the whole sequence."),
        sentence=RETURNED,
    ),
    scratch(
        "final-mean",
        N_("The returned h_n is the mean of the hidden states over time."),
        N_("A sequence can only be continued from the state after its last step."),
        sentence=RETURNED,
        paired=False,
    ),
    scratch(
        "final-last-row",
        N_("h_n is the last row of the batch, not the last time step of every row."),
        N_("Batch first means that the first axis counts the rows of the batch, not the time."),
        sentence=RETURNED,
    ),
]

OUTPUT = [
    scratch(
        "output-lags",
        N_("output is one time step late: it begins with the initial state."),
        N_("The state is stored before it is updated, so the last hidden state is missing."),
        sentence=RETURNED,
    ),
    scratch(
        "output-reversed",
        N_("output is in the reverse order of time."),
        N_("The first hidden state stands at the last time step."),
        sentence=RETURNED,
    ),
    scratch(
        "output-scrambled",
        N_("output has the right shape, but batch and time were mixed by a reshape."),
        N_(
            "view and reshape keep the numbers in their old order and only cut them into other "
            "rows. They cannot exchange two axes."
        ),
        sentence=LAYOUT,
    ),
    scratch(
        "output-last-only",
        N_("output holds only the last time step."),
        N_("It should hold the hidden states of all time steps; the last one is h_n."),
        sentence=RETURNED,
    ),
    scratch(
        "output-repeats-last",
        N_("output repeats the last hidden state at every time step."),
        N_("It should hold the hidden state that each time step had."),
        sentence=RETURNED,
    ),
    scratch(
        "last-left-empty",
        N_("output is zero at the last time step: that place is never filled."),
        N_("The last hidden state is missing from it."),
        sentence=RETURNED,
    ),
    scratch(
        "first-left-empty",
        N_("output is zero at the first time step: that place is never filled."),
        N_("The first hidden state is missing from it."),
        sentence=RETURNED,
    ),
]

GRADIENT = [
    prove(
        "detached",
        N_("The numbers are right, but no gradient flows from one time step to the one before."),
        N_("Something cuts the state off from its past, so the network cannot learn to remember."),
        paired=False,
    ),
    prove(
        "initial-detached",
        N_("The numbers are right, but no gradient reaches the given initial state."),
        N_("An initial state that is learned, or computed by another network, then never learns."),
        paired=False,
    ),
]

SPECIAL = [
    scratch(
        "initial-in-place",
        N_("Your code changes the initial state it was given, in place."),
        N_("The caller's tensor is no longer what it was, so a second call starts elsewhere."),
        sentence=UNTOUCHED,
        paired=False,
    ),
    scratch(
        "output-squeezed",
        N_("output loses every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one, a sequence "
            "of one and a layer with one unit all lose an axis."
        ),
        paired=False,
    ),
    scratch(
        "final-squeezed",
        N_("h_n loses every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one and a layer "
            "with one unit lose an axis."
        ),
        paired=False,
    ),
    scratch(
        "zeros-float32",
        N_("The zeros of the default state are always float32."),
        N_("An input in float64 then meets a state in float32, and the product fails."),
        sentence=DEFAULT,
        paired=False,
    ),
]
