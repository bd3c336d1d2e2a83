"""Mistakes of the loop that walks back through time, and of its truncation."""

from course_lib.exercises.messages_bptt_step import fault
from course_lib.i18n import N_

UPSTREAM = [
    fault(
        "only-last-output",
        N_("Only the output of the last step sends a gradient back."),
        N_("Every step's output may be part of the loss, so each sends its own gradient."),
    ),
    fault(
        "last-for-all",
        N_("Every step gets the gradient of the last output."),
        N_("The gradient that arrives at a step is that of its own output."),
    ),
    fault(
        "upstream-next",
        N_("Each step takes the gradient of the next step's output."),
        N_("The gradients of the outputs are one time step off, so the last step gets none."),
    ),
    fault(
        "upstream-before",
        N_("Each step takes the gradient of the output one step earlier."),
        N_("The gradients of the outputs are one time step off, so the first step gets none."),
    ),
    fault(
        "upstream-wraps",
        N_("Each step takes the gradient one step earlier, and the first step that of the last."),
        N_("In Python, index -1 is the last element: at t = 0 nothing fails and all is wrong."),
    ),
]

CARRYING = [
    fault(
        "not-carried",
        N_("No gradient is carried from one step back to the step before."),
        N_("The loss at a late step then teaches nothing about early steps: there is no memory."),
    ),
    fault(
        "carried-one-step",
        N_("A step hands back only what its own output sent, not what came from later steps."),
        N_("Every loss then reaches one step back, and what is further away is lost."),
    ),
    fault(
        "carried-added-up",
        N_("What is carried back is added to what was carried before, from step to step."),
        N_("The gradient that a step hands on has the later ones in it already."),
    ),
    fault(
        "forwards",
        N_("The loop walks from the first step to the last."),
        N_("A gradient flows against the order in which the states were made."),
    ),
    fault(
        "stops-before-first",
        N_("The loop stops before the first time step."),
        N_("The first input, and h_0 through it, then get no part of the gradient."),
    ),
    fault(
        "leaves-out-last",
        N_("The loop leaves out the last time step."),
        N_("The last output then sends nothing back."),
    ),
]

ADDING_UP = [
    fault(
        "overwritten",
        N_("At every step the gradients of the weights and biases are replaced, not added to."),
        N_("Every step used the same weights, so their gradient is the sum over all steps."),
        on={"overwritten:w_ih", "overwritten:w_hh", "overwritten:b"},
    ),
    fault(
        "overwritten-weights",
        N_("At every step the gradients of both matrices are replaced, not added to."),
        N_("Every step used the same weights, so their gradient is the sum over all steps."),
        on={"overwritten:w_ih", "overwritten:w_hh"},
        paired=False,
    ),
    *(
        fault(
            f"overwritten-{name}",
            N_("At every step the gradient of {name} is replaced, not added to."),
            N_("Every step used the same weights, so their gradient is the sum over all steps."),
            on=f"overwritten:{key}",
            params={"name": shown},
            paired=False,
        )
        for name, key, shown in (
            ("w_ih", "w_ih", "w_ih"),
            ("w_hh", "w_hh", "w_hh"),
            ("biases", "b", "b_ih, b_hh"),
        )
    ),
    fault(
        "only-last-step",
        N_("The gradients of the weights and biases come from the last time step alone."),
        N_("Every step used the same weights, so their gradient is the sum over all steps."),
        on={"only-last:w_ih", "only-last:w_hh", "only-last:b"},
    ),
    *(
        fault(
            f"only-last-{name}",
            N_("The gradient of {name} comes from the last time step alone."),
            N_("Every step used the same weights, so their gradient is the sum over all steps."),
            on=f"only-last:{key}",
            params={"name": shown},
            paired=False,
        )
        for name, key, shown in (
            ("w_ih", "w_ih", "w_ih"),
            ("w_hh", "w_hh", "w_hh"),
            ("biases", "b", "b_ih, b_hh"),
        )
    ),
    fault(
        "sums-zero",
        N_("The gradients of the weights and biases stay zero."),
        N_("Each step's part is computed, perhaps, and never added to the sum."),
        on={"w_ih-zero", "w_hh-zero", "b_ih-zero", "b_hh-zero"},
        paired=False,
    ),
    fault(
        "matrices-zero",
        N_("The gradients of both matrices stay zero."),
        N_("Each step's part is computed, perhaps, and never added to the sum."),
        on={"w_ih-zero", "w_hh-zero"},
        paired=False,
    ),
    fault(
        "sums-from-ones",
        N_("The sums for the gradients of the weights and biases begin with ones."),
        N_("A sum begins with zero: before the first step nothing has come together yet."),
        paired=False,
    ),
    fault(
        "sums-from-weights",
        N_("The sums for the gradients begin with the weights and biases themselves."),
        N_("A sum begins with zero: before the first step nothing has come together yet."),
        paired=False,
    ),
    fault(
        "bias-per-step",
        N_("The gradients of the biases are not summed over time."),
        N_("Every step used the same bias, so their parts add up. A gradient has its own shape."),
        sentence=3,
        paired=False,
    ),
]

STATES = [
    fault(
        "h_0-not-used",
        N_("In the gradient of w_hh, the first step has no state before it: h_0 is left out."),
        N_("At the first step w_hh was multiplied by h_0, so h_0 belongs into its gradient."),
    ),
    fault(
        "h_0-wraps",
        N_("In the gradient of w_hh, the first step takes the last state for the one before it."),
        N_("In Python, index -1 is the last element: at t = 0 nothing fails and all is wrong."),
    ),
    fault(
        "first-state-for-all",
        N_("In the gradient of w_hh, every step takes h_0 for the state before it."),
        N_("At each step w_hh was multiplied by the state that the step before had left."),
    ),
    fault(
        "slope-of-last",
        N_("At every step the derivative of the tanh is taken at the last state."),
        N_("Each step has a tanh of its own, and its slope belongs to the state of that step."),
    ),
]

FIRST_STATE = [
    fault(
        "h_0-zero",
        N_("The gradient of h_0 is zero."),
        N_("The first step used h_0, so a gradient reaches it; it can be learned as well."),
    ),
    fault(
        "h_0-is-first-state",
        N_("What you return for h_0 is the gradient of the state after the first step."),
        N_("One step is missing: back through the first tanh and through w_hh."),
    ),
    fault(
        "h_0-is-first-sum",
        N_("What you return for h_0 has gone back through the first tanh, but not through w_hh."),
        N_("That is the gradient of the sum inside the first tanh. h_0 came into it through w_hh."),
    ),
]

INPUT = [
    fault(
        "input-as-found",
        N_(
            "The gradient of the input is in the order in which the loop found it: last step first."
        ),
        N_("Its first time step must belong to the first time step of the input."),
        "bptt-scratch",
    ),
]

TRUNCATION = [
    fault(
        "k-ignored",
        N_("k makes no difference: every loss is followed back to the start."),
        N_("Truncation is there to bound the work and the memory of each loss."),
        "bptt-scratch",
        sentence=8,
        paired=False,
    ),
    fault(
        "k-one-more",
        N_("Every loss is followed back through one step too many."),
        N_("The step that a loss belongs to counts as one of the k steps."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "k-one-less",
        N_("Every loss is followed back through one step too few."),
        N_("The step that a loss belongs to is the first of the k steps, not one before them."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "last-k-only",
        N_("You walk back from the end and stop after k steps: earlier losses count for nothing."),
        N_("Truncation limits how far each loss is followed back, not which losses count."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "last-k-only-to-h_0",
        N_("You walk back k steps from the end and return what is then carried for h_0."),
        N_(
            "Every step has a loss of its own, followed back through its own k steps. Only a loss "
            "whose k steps reach the start of the sequence arrives at h_0."
        ),
        "bptt-scratch",
        sentence=8,
        on={"last-k-only", "h_0-from-every-window"},
        paired=False,
    ),
    fault(
        "last-loss-only",
        N_("Only the loss of the last step is followed back."),
        N_("Every step has a loss, and each is followed back through its own k steps."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "chunks",
        N_("You cut the sequence into pieces of k steps from the start, and go back inside each."),
        N_(
            "A loss at the start of a piece is then followed back through one step, and one at its "
            "end through k. Here every loss has its own k steps."
        ),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "chunks-from-end",
        N_("You cut the sequence into pieces of k steps from the end, and go back inside each."),
        N_(
            "A loss at the start of a piece is then followed back through one step, and one at its "
            "end through k. Here every loss has its own k steps."
        ),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "restarts-forward",
        N_("The states of each window are computed anew, from a state of zeros."),
        N_("Truncation cuts the gradient, not the values: the state crosses the cut."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "window-starts-at-h_0",
        N_("In the gradient of w_hh, every window takes h_0 for the state before its first step."),
        N_("Before a window stands the state that the step before it has left."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "window-takes-all-losses",
        N_("Each window takes back the gradients of all outputs in it, not of its last alone."),
        N_("The windows overlap, so most losses are counted several times."),
        "bptt-scratch",
        sentence=8,
    ),
    fault(
        "h_0-from-every-window",
        N_("The gradient at the far end of every window is added to that of h_0."),
        N_("Only a loss whose k steps reach the start of the sequence arrives at h_0."),
        "bptt-scratch",
        sentence=8,
    ),
]
