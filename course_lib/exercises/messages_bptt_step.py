"""Mistakes inside one step of the backward pass, each with its message: all but those of the tanh.

``what`` says what the code seems to do, ``why`` what is wrong with that. A message names the
mistake and never writes the right line.
"""

from course_lib.exercises.spec import Fault, Message
from course_lib.i18n import N_


def fault(id, what, why, look="bptt-maths", *, on=None, params=None, sentence=None, paired=True):
    """A Fault whose switch is its id unless ``on`` names others."""
    switches = frozenset({id} if on is None else {on} if isinstance(on, str) else on)
    message = Message(id, what, why, look, params or {}, sentence)
    return Fault(message, switches, paired)


WAYS_BACK = [
    fault(
        "w_hh-not-as-stored",
        N_("On the way back to the state before, w_hh is used the wrong way round (transposed)."),
        N_("Forward, h meets the transpose of w_hh. Backward, it is transposed once more."),
        sentence=2,
    ),
    fault(
        "w_ih-not-as-stored",
        N_("On the way back to the input, w_ih is used the wrong way round (transposed)."),
        N_(
            "Forward, x meets the transpose of w_ih. Backward, it is transposed once more. Your "
            "code only runs when the input is as large as the hidden state."
        ),
        sentence=2,
        paired=False,
    ),
    fault(
        "x-through-w_hh",
        N_("The gradient of the input goes back through w_hh."),
        N_("Forward, the input came in through w_ih; a gradient takes the same way back."),
        paired=False,
    ),
    fault(
        "h-through-w_ih",
        N_("The gradient of the state before the step goes back through w_ih."),
        N_("Forward, the state came in through w_hh; a gradient takes the same way back."),
        paired=False,
    ),
    fault(
        "h-without-w_hh",
        N_("The gradient of the state before the step does not go through w_hh."),
        N_("Forward, each unit was mixed into all the others by w_hh; backward, it must be too."),
    ),
    fault(
        "h-is-upstream",
        N_("The gradient of the state is handed to the step before as it arrived."),
        N_("It has to go back through the tanh and through w_hh first."),
    ),
    fault(
        "h-plus-upstream",
        N_("To the gradient of the state before, the gradient that arrived is added once more."),
        N_("There is only one way from one state to the next: through w_hh and the tanh."),
    ),
]

WEIGHT_GRADIENTS = [
    fault(
        "w_hh-from-new",
        N_("The gradient of w_hh uses the state after the step."),
        N_("w_hh was multiplied by the state before the step, and its gradient is too."),
    ),
    fault(
        "w_hh-transposed",
        N_("The gradient of w_hh is transposed."),
        N_(
            "It must have one row for each unit that is computed, like w_hh itself. As w_hh is "
            "square, the shape does not show it."
        ),
        sentence=2,
    ),
    fault(
        "w_ih-transposed",
        N_("The gradient of w_ih is transposed."),
        N_("A gradient has the shape of what it belongs to, or no optimiser can use it."),
        sentence=2,
        paired=False,
    ),
    fault(
        "weights-transposed",
        N_("The gradients of both weight matrices are transposed."),
        N_("A gradient has the shape of what it belongs to, or no optimiser can use it."),
        on={"w_ih-transposed", "w_hh-transposed"},
        sentence=2,
        paired=False,
    ),
    fault(
        "w_ih-from-h",
        N_("The gradient of w_ih is made with the state."),
        N_("A weight's gradient contains what the weight was multiplied by."),
        paired=False,
    ),
    fault(
        "w_hh-from-x",
        N_("The gradient of w_hh is made with the input."),
        N_("A weight's gradient contains what the weight was multiplied by."),
        paired=False,
    ),
    fault(
        "w-from-value",
        N_("In the gradients of the weights, the state stands where its gradient belongs."),
        N_("A weight's gradient is what arrives from behind times what came in from the front."),
    ),
]

BIASES = [
    fault(
        "b_hh-zero",
        N_("The gradient of b_hh is zero."),
        N_("b_hh is added at the same place as b_ih and needs to learn as well."),
        sentence=4,
    ),
    fault(
        "b_ih-zero",
        N_("The gradient of b_ih is zero."),
        N_("b_ih is added at the same place as b_hh and needs to learn as well."),
        sentence=4,
    ),
    fault(
        "bias-halved",
        N_("The gradient is shared out between the two biases, half of it to each."),
        N_("Both are added whole, so the loss feels a change of either one in full."),
        sentence=4,
    ),
    fault(
        "bias-per-row",
        N_("The gradients of the biases are not summed over the batch."),
        N_("Every row used the same bias, so their parts add up. A gradient has its own shape."),
        sentence=3,
        paired=False,
    ),
    fault(
        "bias-over-units",
        N_("The gradients of the biases are summed over the units instead of the batch."),
        N_("Every unit has a bias of its own; it is shared by the rows of the batch."),
        sentence=3,
        paired=False,
    ),
    fault(
        "bias-averaged",
        N_(
            "The gradients of the biases are averaged over the batch; those of the weights are not."
        ),
        N_("Whether a loss is averaged is decided in the loss. A backward pass only adds up."),
        sentence=3,
    ),
    fault(
        "bias-first-row",
        N_("The gradients of the biases come from the first row of the batch alone."),
        N_("Every row used the same bias, so their parts add up."),
        sentence=3,
        paired=False,
    ),
]

RETURNED = [
    fault(
        "negated",
        N_("Every gradient has the wrong sign."),
        N_("A gradient points uphill. The minus belongs into the step of the optimiser."),
        paired=False,
    ),
    fault(
        "returns-h-first",
        N_("The gradients of the state and of the input change places in what you return."),
        N_("Whoever uses them takes the one for the other."),
        "bptt-scratch",
        sentence=5,
        paired=False,
    ),
    fault(
        "returns-weights-first",
        N_("You return the gradients of the weights first."),
        N_("Whoever uses them takes the one for the other."),
        "bptt-scratch",
        sentence=5,
        paired=False,
    ),
    fault(
        "returns-w_hh-first",
        N_("The gradients of w_ih and w_hh change places."),
        N_("Whoever uses them takes the one for the other."),
        "bptt-scratch",
        sentence=5,
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
    fault(
        "in-place",
        N_("Your code changes the gradient it was given, in place."),
        N_("The caller still needs it. A second call would start from other numbers."),
        "bptt-scratch",
        sentence=6,
        paired=False,
    ),
]
