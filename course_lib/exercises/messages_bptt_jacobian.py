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
        "slope-plus",
        N_("The derivative of the tanh has a plus where a minus belongs."),
        N_("The tanh is never steeper than 1, and flat where a unit is saturated."),
        on="plus",
    ),
    fault(
        "slope-no-one",
        N_("In the derivative of the tanh, the 1 is missing."),
        N_("At h = 0 the tanh is steepest, and there your derivative is 0."),
        on="no-one",
    ),
    fault(
        "w_hh-missing",
        N_("The product holds the derivatives of the tanh, and w_hh is missing from it."),
        N_("From step s to step t the state passes through w_hh t - s times."),
    ),
    fault(
        "not-moved-on",
        N_("Every number in a column is that of the diagonal: nothing is multiplied on the way."),
        N_("Each step on the way changes how much is still felt."),
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
        "product-of-norms",
        N_("The norms of the steps are multiplied, not their Jacobians."),
        N_("A norm forgets directions: of a product it says only how large it can be at most."),
        sentence=9,
        paired=False,
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
