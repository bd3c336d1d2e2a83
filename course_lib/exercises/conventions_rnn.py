"""Other layouts of the same RNN, named as such, and special cases that say a true fact."""

from dataclasses import replace

from course_lib.exercises.cases_rnn import REVERSE
from course_lib.exercises.conventions_lstm import TIME_FIRST as LSTM_TIME_FIRST
from course_lib.exercises.conventions_lstm import TRANSPOSED as LSTM_TRANSPOSED
from course_lib.exercises.conventions_lstm import probes as lstm_probes
from course_lib.exercises.conventions_lstm import transposed
from course_lib.exercises.spec import Convention, Probe

TRANSPOSES, BATCH_FIRST = 2, 1  # numbers of the statement's conventions


def _here(convention: Convention, sentence: int, **changed) -> Convention:
    message = replace(convention.message, look="rnn-scratch", sentence=sentence)
    return replace(convention, message=message, **changed)


TIME_FIRST = tuple(_here(convention, BATCH_FIRST) for convention in LSTM_TIME_FIRST)
# w_ih, or both. w_hh alone is square: to leave out its transpose is a mistake that runs.
TRANSPOSED = tuple(_here(LSTM_TRANSPOSED[k], TRANSPOSES) for k in (0, 2))


def _with_reverse(convention: Convention) -> Convention:
    names = [name.strip() for name in convention.message.params["names"].split(",")]
    both = transposed(*names, *(name + REVERSE for name in names))
    return replace(convention, ask=both)


TRANSPOSED_BOTH = tuple(_with_reverse(convention) for convention in TRANSPOSED)


def probes(input: str, h: str) -> tuple[Probe, ...]:
    """Special cases in which a part of the RNN vanishes."""
    wanted = {"zero-states", "zero-w_hh", "zero-w_ih", "zero-input", "zero-biases"}
    wanted |= {"zero-b_ih", "zero-b_hh"}
    return tuple(probe for probe in lstm_probes(input, h, h) if probe.id in wanted)
