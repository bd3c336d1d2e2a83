"""Mistakes in the derivative of the tanh, and where it is left out."""

from course_lib.exercises.messages_bptt_step import fault
from course_lib.i18n import N_

_SLOPE = N_("Where a unit is saturated, almost nothing may pass back through its tanh.")

SLOPE = [
    fault(
        "slope-missing",
        N_("The derivative of the tanh is missing: the gradient passes it unchanged."),
        _SLOPE,
        on="slope:missing",
    ),
    fault(
        "slope-tanh-again",
        N_("In the derivative of the tanh, you take the tanh of a state that is a tanh already."),
        N_("The states you are given have gone through the tanh; it must not be applied again."),
        on="slope:tanh-again",
    ),
    fault(
        "slope-no-square",
        N_("In the derivative of the tanh, the square is missing."),
        N_("The derivative must be the same for h and for -h: the tanh is as steep on both sides."),
        on="slope:no-square",
    ),
    fault(
        "slope-no-one",
        N_("In the derivative of the tanh, the 1 is missing."),
        N_("At h = 0 the tanh is steepest, and there your derivative is 0."),
        on="slope:no-one",
    ),
    fault(
        "slope-plus",
        N_("The derivative of the tanh has a plus where a minus belongs."),
        N_("The tanh is never steeper than 1, and flat where a unit is saturated."),
        on="slope:plus",
    ),
    fault(
        "slope-double",
        N_("In the derivative of the tanh, 2h stands where the square of h belongs."),
        N_("The derivative must be the same for h and for -h: the tanh is as steep on both sides."),
        on="slope:double",
        paired=False,
    ),
    fault(
        "slope-half-square",
        N_("In the derivative of the tanh, you square the whole difference."),
        N_("The derivative must be the same for h and for -h: the tanh is as steep on both sides."),
        on="slope:half-square",
        paired=False,
    ),
    fault(
        "slope-sigmoid",
        N_("You use the derivative of a sigmoid in the place of the derivative of the tanh."),
        N_("This RNN has a tanh. A derivative that can be negative is not that of the tanh."),
        on="slope:sigmoid",
    ),
    fault(
        "slope-relu",
        N_("You use the derivative of a ReLU in the place of the derivative of the tanh."),
        _SLOPE,
        on="slope:relu",
        paired=False,
    ),
    fault(
        "slope-tanh-itself",
        N_("The gradient is multiplied by a tanh, not by the derivative of the tanh."),
        N_("A backward pass multiplies by how steep the function is, not by its value."),
        on="slope:tanh-itself",
        paired=False,
    ),
    fault(
        "slope-before",
        N_("The derivative of the tanh is taken at the state before the step."),
        N_("The tanh of a step gave the state after it: its slope belongs to that state."),
        on="slope:before",
    ),
    fault(
        "slope-of-gradient",
        N_("The derivative of the tanh is taken at the gradient that arrives."),
        N_(
            "The slope depends on the state in the forward pass; the gradient is only scaled by it."
        ),
        on="slope:of-gradient",
    ),
    fault(
        "slope-twice",
        N_("The derivative of the tanh is applied twice."),
        N_("Each step has one tanh, so the gradient passes one slope on its way."),
        on="slope:twice",
    ),
    fault(
        "slope-inverse",
        N_("The gradient is divided by the derivative of the tanh."),
        _SLOPE,
        on="slope:inverse",
        paired=False,
    ),
    fault(
        "slope-added",
        N_("The derivative of the tanh is added to the gradient that arrives."),
        N_("The chain rule multiplies the derivatives along the way."),
        on="slope:added",
        paired=False,
    ),
    fault(
        "upstream-ignored",
        N_("The gradient that arrives is not used: only the derivative of the tanh is."),
        N_("Without it the result does not depend on the loss at all."),
        on="slope:upstream-ignored",
        paired=False,
    ),
    fault(
        "value-as-gradient",
        N_("The state itself stands where the gradient that arrives belongs."),
        N_("The state is a value of the forward pass. What comes back is how the loss changes."),
        on="slope:value",
        paired=False,
    ),
]

_BEFORE = N_(
    "The weights act before the tanh, so what reaches them has gone back through the tanh first."
)
BEFORE_SLOPE = [
    fault(
        f"before-slope-{name}",
        N_("The gradient of {name} leaves out the derivative of the tanh; the others have it."),
        _BEFORE,
        on=on,
        params={"name": shown},
    )
    for name, shown, on in (
        ("w_ih", "w_ih", "before-slope:w_ih"),
        ("w_hh", "w_hh", "before-slope:w_hh"),
        ("weights", "w_ih, w_hh", ("before-slope:w_ih", "before-slope:w_hh")),
        ("biases", "b_ih, b_hh", ("before-slope:b_ih", "before-slope:b_hh")),
    )
] + [
    fault(
        "before-slope-x",
        N_("The gradient of the input leaves out the derivative of the tanh."),
        _BEFORE,
        on="before-slope:x",
    ),
    fault(
        "before-slope-h",
        N_("The gradient of the state before the step leaves out the derivative of the tanh."),
        _BEFORE,
        on="before-slope:h",
    ),
]
