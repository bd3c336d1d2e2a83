"""Mistakes of the RNN as a module, each with its message.

Most are those of any recurrent module, so the LSTM's sentences serve; the others are written here.
"""

from dataclasses import replace

from course_lib.exercises import messages_lstm_module as lstm
from course_lib.exercises.messages_rnn_cell import MODULE as SENTENCE
from course_lib.exercises.messages_rnn_cell import scratch
from course_lib.i18n import N_

SHARED = (
    "batch_first-ignored",
    "batch_first-always",
    "output-batch-first",
    "not-registered",
    "biases-not-registered",
    "parameters-late",
    "starts-zero",
    "starts-ones",
    "starts-empty",
    "starts-positive",
    "drawn-anew",
)


def _here(fault):
    sentence = SENTENCE if fault.message.sentence else None
    return replace(fault, message=replace(fault.message, look="rnn-scratch", sentence=sentence))


MODULE = [_here(fault) for fault in lstm.MODULE if fault.id in SHARED] + [
    scratch(
        "starts-normal",
        N_("The weights start outside the range that the statement names."),
        N_("Large first weights push the tanh to 1 or -1, where it has almost no gradient."),
        sentence=SENTENCE,
        paired=False,
    ),
    scratch(
        "no-layer-axis",
        N_("h_n is returned without the first axis of size 1, the layer axis."),
        N_("torch keeps one state for every layer, so the module's state is (1, B, H)."),
        sentence=SENTENCE,
    ),
    scratch(
        "layer-axis-second",
        N_("h_n has the layer axis of size 1 in the second place, not in the first."),
        N_("batch_first says nothing about the state: it is always (1, B, H)."),
        sentence=SENTENCE,
    ),
    scratch(
        "keeps-state",
        N_("The state of one call is still there at the next one."),
        N_("A call without a state should start from zeros. Here the answer depends on history."),
        sentence=SENTENCE,
        paired=False,
    ),
]
