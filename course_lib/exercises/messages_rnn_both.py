"""Mistakes of the bidirectional RNN, each with its message."""

from functools import partial

from course_lib.exercises.messages_lstm_cell import fault as made
from course_lib.i18n import N_

BOTH = 8  # the number of the statement's convention
scratch = partial(made, look="bidirectional-scratch", sentence=BOTH)

DIRECTIONS = [
    scratch(
        "not-flipped",
        N_("The second direction reads the sequence forwards, like the first."),
        N_("Neither half of the output then knows anything about what comes later."),
    ),
    scratch(
        "not-flipped-back",
        N_("The output of the reverse direction is not turned back into the order of time."),
        N_("At each time step the two halves then speak of two different words."),
    ),
    scratch(
        "flips-batch",
        N_("The input of the reverse direction is flipped along the batch, not along time."),
        N_("Rows of the batch then meet states of other rows, and nothing is read backwards."),
    ),
    scratch(
        "flips-features",
        N_("The input of the reverse direction is flipped along its features, not along time."),
        N_("The weights then meet the wrong features, and nothing is read backwards."),
    ),
    scratch(
        "flips-back-batch",
        N_("The output of the reverse direction is flipped back along the batch, not along time."),
        N_("Each row then gets the reverse half of another row."),
    ),
    scratch(
        "flips-back-features",
        N_("The output of the reverse direction is flipped back along its units, not along time."),
        N_("The units change places, and the order of time stays reversed."),
    ),
    scratch(
        "params-shared",
        N_("Both directions use the weights of the forward direction."),
        N_("The reverse direction has weights of its own; yours are never used and never learn."),
    ),
    scratch(
        "params-exchanged",
        N_("The two directions use each other's weights."),
        N_("params belongs to the forward direction and params_reverse to the other."),
    ),
    scratch(
        "reverse-continues",
        N_("The reverse direction starts from the state where the forward direction ended."),
        N_("The two directions are separate networks, each with an initial state of its own."),
    ),
    scratch(
        "h_0-halves-exchanged",
        N_("The two initial states are exchanged between the directions."),
        N_("The first one belongs to the forward direction."),
    ),
    scratch(
        "h_0-first-for-both",
        N_("Both directions start from the first of the two initial states."),
        N_("The second one belongs to the reverse direction."),
    ),
    scratch(
        "h_0-reverse-ignored",
        N_("The reverse direction starts from zeros although an initial state is given for it."),
        N_("Half of the state that was handed over is then lost."),
    ),
]

JOINED = [
    scratch(
        "halves-exchanged",
        N_("In output the reverse half stands before the forward half."),
        N_("The next layer's weights would then meet the wrong halves."),
    ),
    scratch(
        "halves-interleaved",
        N_("In output the units of the two directions alternate."),
        N_("The two halves should stand one behind the other, each in one piece."),
        paired=False,
    ),
    scratch(
        "halves-along-time",
        N_("The two halves are put together along time instead of along the features."),
        N_("The output then has twice as many time steps, and each knows one direction only."),
    ),
    scratch(
        "halves-along-batch",
        N_("The two halves are put together along the batch instead of along the features."),
        N_("The output then has twice as many rows, and each knows one direction only."),
    ),
    scratch(
        "halves-summed",
        N_("The outputs of the two directions are added."),
        N_("What each direction knows can then no longer be told apart."),
    ),
    scratch(
        "halves-averaged",
        N_("The outputs of the two directions are averaged."),
        N_("What each direction knows can then no longer be told apart."),
        paired=False,
    ),
    scratch(
        "final-reverse-at-end",
        N_("In h_n the state of the reverse direction is taken at the last time step."),
        N_("There it has read one input only. It has read them all at the first time step."),
    ),
    scratch(
        "final-forward-twice",
        N_("h_n holds the last state of the forward direction twice."),
        N_("What the reverse direction has read is then lost."),
    ),
    scratch(
        "final-halves-exchanged",
        N_("In h_n the two directions have changed places."),
        N_("The first one belongs to the forward direction."),
    ),
    scratch(
        "final-concatenated",
        N_("In h_n the two states are put side by side along the units."),
        N_("torch keeps them apart, along a new first axis."),
    ),
    scratch(
        "final-directions-second",
        N_("In h_n the axis of the two directions stands in the second place, not in the first."),
        N_("States always have layers and directions in front, also when the batch comes first."),
    ),
]
