"""Mistakes of the GRU's loop over time and of the module, each with its message.

Most are the LSTM's own; those that name the cell state are said anew.
"""

from course_lib.exercises import messages_lstm_loop as lstm
from course_lib.exercises import messages_lstm_module as lstm_module
from course_lib.exercises.messages_gru_cell import borrowed, fault
from course_lib.i18n import N_

LOOP = [
    *borrowed(
        lstm.CARRYING,
        "not-carried",
        "restarts-from-zero",
        "carried-late",
        "input-stuck",
        "reads-backwards",
        "reversed-throughout",
        "skips-first",
        "skips-last",
    ),
    *borrowed(
        lstm.OUTPUT,
        "output-lags",
        "output-reversed",
        "output-scrambled",
        "output-last-only",
        "output-repeats-last",
        "last-left-empty",
        "first-left-empty",
    ),
    fault(
        "loop-one-short",
        N_("The last time step is left out: output is zero there, and h_n is the state before."),
        N_("A loop over range(n) has n steps and begins with 0: its last number is n - 1."),
        "gru-scratch",
        sentence=6,
        on={"last-left-empty", "final-second-last"},
        paired=False,
    ),
    *borrowed(lstm.FINAL, "final-last-row"),
    *borrowed(lstm.GRADIENT, "detached"),
    *borrowed(lstm_module.SPECIAL_LOOP, "output-squeezed"),
    fault(
        "h_0-ignored",
        N_("The given h_0 is not used: the hidden state starts from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        "gru-scratch",
    ),
    fault(
        "default-ones",
        N_("Without a given state you start from ones."),
        N_("A state of ones is a memory of something that never happened."),
        "gru-scratch",
        sentence=7,
        paired=False,
    ),
    fault(
        "default-missing",
        N_("The case that no initial state is given (None) is not handled."),
        N_("Most calls give no states; they mean a state of zeros."),
        "gru-scratch",
        sentence=7,
        paired=False,
    ),
    fault(
        "final-first",
        N_("The returned h_n is the state of the first time step."),
        N_("Whoever goes on from it goes on from the start of the sequence."),
        "gru-scratch",
        sentence=6,
    ),
    fault(
        "final-second-last",
        N_("The returned h_n is the state of the time step before the last."),
        N_("Whoever goes on from it misses the last input."),
        "gru-scratch",
        sentence=6,
    ),
    fault(
        "final-initial",
        N_("The returned h_n is the initial state."),
        N_("Whoever goes on from it has forgotten the whole sequence."),
        "gru-scratch",
        sentence=6,
    ),
    fault(
        "initial-detached",
        N_("The numbers are right, but no gradient reaches the given initial state."),
        N_("An initial state that is learned, or computed by another network, then never learns."),
        "gru-prove",
        paired=False,
    ),
    fault(
        "initial-in-place",
        N_("Your code changes the initial state it was given, in place."),
        N_("The caller's tensor is no longer what it was, so a second call starts elsewhere."),
        "gru-scratch",
        sentence=8,
        paired=False,
    ),
    fault(
        "final-squeezed",
        N_("h_n loses every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one and a layer "
            "with one unit lose an axis."
        ),
        "gru-scratch",
        paired=False,
    ),
    fault(
        "zeros-float32",
        N_("The zeros of the default state are always float32."),
        N_("An input in float64 then meets a state in float32, and the product fails."),
        "gru-scratch",
        sentence=7,
        paired=False,
    ),
]

MODULE = [
    *borrowed(
        lstm_module.MODULE,
        "module-states-ignored",
        "batch_first-ignored",
        "batch_first-always",
        "output-batch-first",
        "not-registered",
        "biases-not-registered",
        "parameters-late",
        "starts-zero",
        "starts-ones",
        "starts-empty",
        "starts-normal",
        "starts-positive",
        "drawn-anew",
        "keeps-state",
    ),
    fault(
        "no-layer-axis",
        N_("h_n is returned without the first axis of size 1, the layer axis."),
        N_("torch keeps one state for every layer, so the module's state is (1, B, H)."),
        "gru-scratch",
        sentence=9,
    ),
    fault(
        "layer-axis-second",
        N_("h_n has the layer axis of size 1 in the second place, not in the first."),
        N_("batch_first says nothing about the state: it is always (1, B, H)."),
        "gru-scratch",
        sentence=9,
    ),
]
