"""Mistakes of the LSTM as a module, and those that only special inputs show."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

# Found by an aspect that tests exactly this, or by numbers equal to the fault's.
SPECIAL = [
    fault(
        "cell-in-place",
        N_("Your code changes the cell state it was given, in place."),
        N_(
            "The caller's tensor is no longer what it was, and PyTorch can no longer compute "
            "gradients through it."
        ),
        "lstm-scratch",
        sentence=8,
        paired=False,
    ),
    fault(
        "sigmoid-overflow",
        N_("For large inputs the sigmoid becomes inf / inf, which is NaN."),
        N_("exp of a large number has no room in a float. One NaN then spoils all later states."),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "tanh-overflow",
        N_("For large inputs the tanh becomes inf / inf or inf - inf, which is NaN."),
        N_("exp of a large number has no room in a float. One NaN then spoils all later states."),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "squeeze",
        N_("Axes of size 1 disappear: the batch, or the units, when there is only one."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. The same code then fails on "
            "a batch of one, for instance on the last, smaller batch."
        ),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "float32",
        N_("Somewhere the numbers are turned into float32."),
        N_("Inputs in float64 lose half of their digits, or do not run at all."),
        "lstm-prove",
        paired=False,
    ),
]

SPECIAL_LOOP = [
    fault(
        "initial-in-place",
        N_("Your code changes the initial states it was given, in place."),
        N_("The caller's tensor is no longer what it was, so a second call starts elsewhere."),
        "lstm-scratch",
        sentence=8,
        paired=False,
    ),
    fault(
        "output-squeezed",
        N_("output loses every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one, a sequence "
            "of one and a layer with one unit all lose an axis."
        ),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "final-squeezed",
        N_("h_n and c_n lose every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one and a layer "
            "with one unit lose an axis."
        ),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "zeros-float32",
        N_("The zeros of the default states are always float32."),
        N_("An input in float64 then meets a state in float32, and the product fails."),
        "lstm-scratch",
        sentence=7,
        paired=False,
    ),
]

MODULE = [
    fault(
        "module-states-ignored",
        N_("The module ignores the states it is given and always starts from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        "lstm-scratch",
    ),
    fault(
        "batch_first-ignored",
        N_("batch_first=True makes no difference: the first axis is always taken for time."),
        N_("The rows of a batch are then read as if they followed each other in time."),
        "lstm-scratch",
        sentence=9,
    ),
    fault(
        "batch_first-always",
        N_("Without batch_first=True the first axis should be time; yours is the batch."),
        N_(
            "The time steps are then read as if they were rows of a batch. The flag is not looked "
            "at, or it is read the wrong way round."
        ),
        "lstm-scratch",
        sentence=9,
    ),
    fault(
        "output-batch-first",
        N_("The input is read time first, but output is returned batch first."),
        N_("output should have the layout of the input."),
        "lstm-scratch",
        sentence=9,
    ),
    fault(
        "no-layer-axis",
        N_("h_n and c_n are returned without the first axis of size 1, the layer axis."),
        N_("torch keeps one state for every layer, so the module's states are (1, B, H)."),
        "lstm-scratch",
        sentence=9,
    ),
    fault(
        "layer-axis-second",
        N_("h_n and c_n have the layer axis of size 1 in the second place, not in the first."),
        N_("batch_first says nothing about the states: they are always (1, B, H)."),
        "lstm-scratch",
        sentence=9,
    ),
    fault(
        "not-registered",
        N_("The weights are plain tensors: the module does not know them as parameters."),
        N_("An optimiser, .to(device) and state_dict() pass them by, so nothing is ever learned."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "biases-not-registered",
        N_("The biases are plain tensors: the module knows only the weights as parameters."),
        N_("An optimiser, .to(device) and state_dict() pass them by, so they never learn."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "parameters-late",
        N_("The parameters are created at the first call, not when the module is made."),
        N_("An optimiser that was made before the first call does not know them."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-zero",
        N_("All weights start at zero."),
        N_("Every unit then computes the same and gets the same gradient: they stay equal."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-ones",
        N_("All weights start at the same number."),
        N_("Every unit then computes the same and gets the same gradient: they stay equal."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-empty",
        N_("The weights are never given a first value: they hold what was left in the memory."),
        N_("torch.empty only makes room. Such numbers may be zero, huge or NaN, by chance."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-normal",
        N_("The weights start outside the range that the statement names."),
        N_("Large first weights push the gates to 0 or 1, where they have almost no gradient."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-positive",
        N_("The first weights have only one sign, or fill only part of the range."),
        N_("Units that all start alike take long to become different."),
        "lstm-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "drawn-anew",
        N_("New random numbers are drawn at every call: the same input gives another output."),
        N_("Nothing that is learned is ever used, because the weights are gone at the next call."),
        "lstm-scratch",
        paired=False,
    ),
    fault(
        "keeps-state",
        N_("The state of one call is still there at the next one."),
        N_("A call without states should start from zeros. Here the answer depends on history."),
        "lstm-scratch",
        sentence=7,
        paired=False,
    ),
]
