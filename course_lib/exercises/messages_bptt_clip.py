"""Mistakes in clipping by the global norm, each with its message."""

from course_lib.exercises.messages_bptt_step import fault
from course_lib.i18n import N_

_OTHER = N_("That is another norm; a limit that fits the one does not fit the other.")
_DIRECTION = N_("Clipping should make the step shorter and leave its direction as it is.")

NORM = [
    fault(
        "no-root",
        N_("The squares are summed, and the root is not taken."),
        N_("A norm has the unit of its numbers; the sum of squares has the square of it."),
        sentence=10,
    ),
    fault(
        "sum-of-norms",
        N_("The norms of the gradients are added."),
        N_("Lengths in different directions do not add up; their squares do."),
        sentence=10,
    ),
    fault("largest-norm", N_("You take the largest of the gradients' norms."), _OTHER, sentence=10),
    fault("mean-of-norms", N_("You take the mean of the gradients' norms."), _OTHER, sentence=10),
    fault("absolute-sum", N_("The absolute values are summed."), _OTHER, sentence=10),
    fault("largest-number", N_("You take the largest absolute value."), _OTHER, sentence=10),
    fault(
        "mean-square",
        N_("The squares are averaged, not summed."),
        N_("A large model then hardly ever reaches the limit."),
        sentence=10,
    ),
    fault(
        "plain-sum",
        N_("The numbers of each gradient are summed before they are squared."),
        N_("Numbers of opposite sign then cancel, and a large gradient looks small."),
        sentence=10,
    ),
    fault(
        "last-only",
        N_("The norm is that of the last gradient alone."),
        N_("Something is replaced in the loop where it should be added to."),
        sentence=10,
    ),
    fault(
        "first-only",
        N_("The norm is that of the first gradient alone."),
        N_("The limit is for all gradients together."),
        sentence=10,
    ),
    fault(
        "norm-of-weights",
        N_("The norm is that of the weights, not of their gradients."),
        N_("What is to be bounded is the step, not the place where it begins."),
        sentence=10,
    ),
]

SCALE = [
    fault(
        "each-on-its-own",
        N_("Every gradient is clipped by its own norm."),
        N_("Large and small gradients are then no longer in proportion: the direction changes."),
        sentence=10,
    ),
    fault("by-value", N_("Every number is clipped on its own."), _DIRECTION, sentence=10),
    fault(
        "always-scaled",
        N_("The gradients are scaled to the limit even when they are below it."),
        N_("A small gradient says that the minimum is near. It must not be made larger."),
        sentence=11,
    ),
    fault(
        "clips-small",
        N_("Small gradients are scaled up to the limit, and large ones are left alone."),
        N_(
            "A comparison, a minimum or a maximum is the wrong way round. Large gradients are "
            "the danger."
        ),
        sentence=11,
    ),
    fault(
        "scale-inverted",
        N_("The factor is upside down: the norm is divided by the limit."),
        N_("A gradient that is too large is then made larger still."),
        sentence=11,
    ),
    fault(
        "divides-by-norm",
        N_("The gradients are scaled to the norm 1, whatever the limit is."),
        N_("The limit is a choice of the caller; 1 is only the most usual one."),
        sentence=11,
    ),
    fault(
        "multiplies-by-max",
        N_("The gradients are multiplied by the limit and not divided by their norm."),
        N_("How far they have to shrink depends on how large they are."),
        sentence=11,
    ),
    fault(
        "scale-rooted",
        N_("The root is taken of the factor."),
        N_("The gradients then stay above the limit."),
        sentence=11,
    ),
    fault(
        "first-only-scaled",
        N_("Only the first gradient is scaled."),
        N_("All are scaled by the same factor, or the direction changes."),
        sentence=11,
    ),
    fault(
        "not-stored",
        N_("The norm is right, and the gradients stay as they were."),
        N_("The optimiser reads the .grad of each parameter: there the scaled numbers must stand."),
        "bptt-scratch",
        sentence=11,
    ),
]

RETURNED = [
    fault(
        "returns-after",
        N_("What comes back is the norm after clipping."),
        N_("The norm before it says whether something was clipped; that is what one wants to see."),
        "bptt-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "returns-scale",
        N_("What comes back is the factor, not the norm."),
        N_("The norm before it says whether something was clipped; that is what one wants to see."),
        "bptt-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "returns-square",
        N_("What comes back is the square of the norm."),
        N_("The gradients are clipped rightly; the root is missing only in what you return."),
        "bptt-scratch",
        sentence=12,
        paired=False,
    ),
    fault(
        "returns-each",
        N_("What comes back is a norm for every gradient."),
        N_("It should be one number: the norm of all gradients together."),
        "bptt-scratch",
        sentence=12,
        paired=False,
    ),
]

GIVEN = [
    fault(
        "exhausted",
        N_("Given a generator such as model.parameters(), your code scales nothing."),
        N_(
            "A generator can be walked through once. The first loop used it up, and the second "
            "one finds nothing."
        ),
        "bptt-scratch",
        sentence=10,
        paired=False,
    ),
    fault(
        "none-fails",
        N_("A parameter whose .grad is None makes your code stop."),
        N_("A parameter that had no part in the loss has no gradient; it is to be left out."),
        "bptt-scratch",
        sentence=10,
        paired=False,
    ),
]
