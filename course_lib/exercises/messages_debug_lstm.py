"""Mistakes of cells A and B that the LSTM assignment does not have, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

MUSEUM = [
    fault(
        "candidate-o-at-c",
        N_("The candidate is made of the output gate and the old cell state, by a matrix product."),
        N_(
            "From a state of zeros it is zero for every input, so nothing is ever written. And "
            "it mixes the rows of the batch."
        ),
    ),
    fault(
        "candidate-o-times-c",
        N_("The candidate is made of the output gate and the old cell state."),
        N_("From a state of zeros it is zero for every input, so nothing is ever written."),
    ),
    fault(
        "candidate-tanh-o-times-c",
        N_("The candidate is a tanh of the output gate times the old cell state."),
        N_("From a state of zeros it is zero for every input, so nothing is ever written."),
    ),
    fault(
        "h-matmul-without-tanh",
        N_("The hidden state is a matrix product of the output gate and the cell state."),
        N_("A gate acts on each number by itself. And the tanh is left out."),
        on=("matmul-o", "h-without-tanh"),
        paired=False,
    ),
]

EXCHANGED = [
    fault(
        "axes-exchanged",
        N_("The first axis of input is read as time; it is the batch."),
        N_("The rows of a batch are then read as if they followed each other in time."),
        "lstm-scratch",
        sentence=1,
    ),
    fault(
        "input-read-time-first",
        N_("The first axis of input is read as time, and output is stacked batch first."),
        N_("The rows of a batch are then read as if they followed each other in time."),
        "lstm-scratch",
        on=("axes-exchanged", "output-as-read"),
        sentence=1,
        paired=False,
    ),
]
