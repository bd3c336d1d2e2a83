"""Mistakes in the sequential Jacobian, each with its message."""

from course_lib.exercises.messages_bptt_step import fault
from course_lib.i18n import N_

PRODUCT = [
    fault(
        "no-slope",
        N_("The derivative of the tanh is missing at every step."),
        N_("Where a unit is saturated, almost nothing may pass back through its tanh."),
    ),
    fault(
        "last-slope-missing",
        N_("The derivative of the tanh is missing at the step where the input comes in."),
        N_("The input of step s goes through the tanh of that same step first."),
    ),
    fault(
        "slope-at-start",
        N_("Only the step where the input comes in has the derivative of its tanh."),
        N_("Every step on the way has a tanh, and each one scales what passes."),
    ),
    fault(
        "slope-at-end",
        N_("Only the last step of the way has the derivative of its tanh."),
        N_("Every step on the way has a tanh, and each one scales what passes."),
    ),
    fault(
        "slope-on-columns",
        N_("The derivative of the tanh scales the columns of w_hh instead of its rows."),
        N_(
            "The tanh comes after w_hh: it acts on the units that come out, and those are the rows."
        ),
    ),
    fault(
        "slope-of-state-before",
        N_("Inside the product, the derivative of the tanh is taken at the state before the step."),
        N_("The tanh of a step gave the state after it: its slope belongs to that state."),
    ),
    fault(
        "slope-tanh-again",
        N_("In the derivative of the tanh, you take the tanh of a state that is a tanh already."),
        N_("The states you are given have gone through the tanh; it must not be applied again."),
        on="tanh-again",
    ),
    fault(
        "slope-no-square",
        N_("In the derivative of the tanh, the square is missing."),
        N_("The derivative must be the same for h and for -h: the tanh is as steep on both sides."),
        on="no-square",
    ),
    fault(
        "value-as-slope",
        N_("The state itself stands where the derivative of the tanh belongs."),
        N_("A backward pass multiplies by how steep the function is, not by its value."),
    ),
    fault(
        "w_hh-wrong-way-round",
        N_("w_hh is used the wrong way round (transposed)."),
        N_("A row of the Jacobian belongs to a unit that comes out, as a row of w_hh does."),
        sentence=2,
        on="w_hh-transposed",
    ),
    fault(
        "reversed-product",
        N_("The Jacobians of the steps are multiplied in the reverse order."),
        N_("Matrices do not commute: it matters which step acts first."),
    ),
    fault(
        "elementwise-product",
        N_("The Jacobians of the steps are multiplied element by element."),
        N_("The chain rule multiplies Jacobians as matrices."),
    ),
    fault(
        "summed-steps",
        N_("The Jacobians of the steps are added instead of multiplied."),
        N_("One step follows the other, so their derivatives are multiplied."),
    ),
    fault(
        "one-step-less",
        N_("The product has one step too few."),
        N_("From step s to step t the state passes through w_hh t - s times."),
    ),
    fault(
        "one-step-more",
        N_("The product has one step too many."),
        N_("From step s to step t the state passes through w_hh t - s times."),
    ),
    fault(
        "one-step-only",
        N_("Whatever the distance, the product has at most one step."),
        N_("From step s to step t the state passes through w_hh t - s times."),
    ),
    fault(
        "state-not-input",
        N_("The derivative is taken by the state h_s, not by the input x_s."),
        N_("The last part of the way is missing: from the state of step s to the input."),
        sentence=9,
    ),
]

SIZE = [
    fault(
        "no-root",
        N_("The squares are summed, and the root is not taken."),
        N_("A norm has the unit of its numbers; the sum of squares has the square of it."),
        sentence=9,
        on="not-rooted",
    ),
    fault(
        "spectral",
        N_("You take the largest singular value, the spectral norm."),
        N_("That is a norm as well; the one asked for here counts every number of the Jacobian."),
        sentence=9,
    ),
    fault(
        "absolute-sum",
        N_("The absolute values are summed."),
        N_("That is another norm. The Frobenius norm sums squares."),
        sentence=9,
        on="sum-of-sizes",
    ),
    fault(
        "largest-number",
        N_("You take the largest absolute value."),
        N_("That is another norm. The Frobenius norm sums squares."),
        sentence=9,
        on="largest",
    ),
    fault(
        "plain-sum",
        N_("The numbers of each Jacobian are summed with their signs."),
        N_("Large numbers of opposite sign then cancel, and the result can be negative."),
        sentence=9,
    ),
    fault(
        "mean-square",
        N_("The squares are averaged, not summed."),
        N_("The result then depends on how many units there are."),
        sentence=9,
    ),
    fault(
        "one-column",
        N_("Only the first feature of the input counts."),
        N_("The norm is over the whole Jacobian: every unit by every feature."),
        sentence=9,
    ),
]

LAYOUT = [
    fault(
        "rows-and-columns-exchanged",
        N_("Rows and columns of the table change places."),
        N_("A row belongs to the state that feels, a column to the input that is felt."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "mirrored",
        N_("Above the diagonal stand the numbers from below it."),
        N_("An input that comes later than a state cannot change it."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "future-too",
        N_("Above the diagonal the table is filled with the numbers of the diagonal."),
        N_("An input that comes later than a state cannot change it."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "diagonal-empty",
        N_("The diagonal is zero: no state seems to feel the input of its own step."),
        N_("Loops over s should include s = t."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "diagonal-one",
        N_("The diagonal is 1, as if the state were the input."),
        N_("Even within its own step the input passes through w_ih and the tanh."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "last-row-only",
        N_("Only the last row of the table is filled."),
        N_("Every state feels the inputs before it, not only the last one."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "last-row-alone",
        N_("You return only the row of the last state."),
        N_("Every state feels the inputs before it, not only the last one."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "first-column-only",
        N_("You return only the column of the first input."),
        N_("Every input is felt by the states after it, not only the first one."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "columns-from-end",
        N_("The columns stand in the reverse order of time."),
        N_("Column s belongs to the input of step s."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "by-distance",
        N_("The columns count how many steps back an input lies, not at which step it is."),
        N_("Column s belongs to the input of step s."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "batch-averaged",
        N_("The table is averaged over the batch."),
        N_("Every row of the batch has states of its own, so it has a table of its own."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "batch-summed",
        N_("The table is summed over the batch."),
        N_("Every row of the batch has states of its own, so it has a table of its own."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "first-row-of-batch",
        N_("You return the table of the first row of the batch alone."),
        N_("Every row of the batch has states of its own, so it has a table of its own."),
        "bptt-scratch",
        sentence=9,
        paired=False,
    ),
    fault(
        "squeeze",
        N_("Axes of size 1 disappear: the batch, or the units, when there is only one."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. The same code then fails on "
            "a batch of one, for instance on the last, smaller batch."
        ),
        "bptt-scratch",
        paired=False,
    ),
    fault(
        "float32",
        N_("Somewhere the numbers are turned into float32."),
        N_("Inputs in float64 lose half of their digits, or do not run at all."),
        "bptt-prove",
        paired=False,
    ),
]
