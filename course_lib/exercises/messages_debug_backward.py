"""Mistakes in cell F, the backward pass of an RNN, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

SUMS = {
    "x": N_("the gradient of w_ih"),
    "h": N_("the gradient of w_hh"),
    "b": N_("the gradient of the biases"),
}

BACKWARD = [
    fault(
        "overwritten",
        N_("The gradients of the weights and biases are overwritten at every time step."),
        N_("The same weights act at every step, and every step says something about them."),
        "bptt-maths",
        sentence=13,
    ),
    *(
        fault(
            f"overwritten-{name}",
            N_("What the other time steps say is overwritten in {which}."),
            N_("The same weights act at every step, and every step says something about them."),
            "bptt-maths",
            params={"which": which},
            sentence=13,
            paired=False,
        )
        for name, which in SUMS.items()
    ),
    fault(
        "not-carried-back",
        N_("Nothing is carried back from a time step to the one before it."),
        N_("A state acts on its own output and, through the next state, on all that follow."),
        "bptt-maths",
        sentence=13,
    ),
    fault(
        "carried-before-tanh",
        N_("What is carried back leaves out the derivative of tanh."),
        N_("It passes through the tanh of every time step on its way."),
        "bptt-maths",
    ),
    fault(
        "carried-without-w_hh",
        N_("What is carried back does not pass through w_hh."),
        N_("The state before came in through w_hh, and the gradient goes back the same way."),
        "bptt-maths",
    ),
    fault(
        "w_hh-transposed",
        N_("What is carried back passes through w_hh the wrong way round (transposed)."),
        N_("w_hh is square, so nothing complains."),
        "bptt-maths",
    ),
    fault(
        "grad-w_hh-transposed",
        N_("The gradient of w_hh is transposed."),
        N_("w_hh is square, so nothing complains."),
        "bptt-maths",
    ),
    fault(
        "without-derivative",
        N_("The derivative of tanh is left out."),
        N_("The gradient arrives at the state; the weights act before the tanh."),
        "bptt-maths",
    ),
    fault(
        "derivative-of-h_before",
        N_("The derivative of tanh is taken at the time step before."),
        N_("It belongs to the same time step as the gradient that it multiplies."),
        "bptt-maths",
    ),
    fault(
        "derivative-of-sigmoid",
        N_("The derivative is that of a sigmoid; this RNN has a tanh."),
        N_("The two look alike: both are written with the output itself."),
        "bptt-maths",
    ),
    fault(
        "w_hh-with-h_t",
        N_("The gradient of w_hh is made with the new state in the place of the state before."),
        N_("w_hh multiplies the state that the time step starts from."),
        "bptt-maths",
    ),
    fault(
        "upstream-late",
        N_("grad_output is read one time step off."),
        N_("Each of its time steps belongs to the state of the same time step."),
        "bptt-scratch",
    ),
    fault(
        "upstream-only-last",
        N_("Of grad_output only the last time step is used."),
        N_("A loss may depend on every output."),
        "bptt-scratch",
        sentence=13,
    ),
    fault(
        "only-last",
        N_("Only the last time step is gone through."),
        N_("Earlier time steps then never learn anything."),
        "bptt-scratch",
    ),
    fault(
        "stops-early",
        N_("The way back stops before the first time step."),
        N_("That step has an input, weights and a state before it as well."),
        "bptt-scratch",
    ),
    fault(
        "grad-h_0-missing",
        N_("The gradient of h_0 is zero."),
        N_("h_0 acts on everything that follows. Where it is learned it needs its gradient."),
        "bptt-scratch",
        sentence=13,
        paired=False,
    ),
    fault(
        "forwards",
        N_("The loop walks from the first step to the last."),
        N_("A gradient flows against the order in which the states were made."),
        "bptt-scratch",
    ),
    fault(
        "carried-onto-d_h",
        N_("What is carried back is added to the gradient of the state; it should take its place."),
        N_("The gradient that a step hands on has the later ones in it already."),
        "bptt-maths",
    ),
    fault(
        "h_0-wraps",
        N_("In the gradient of w_hh, the first step takes the last state for the one before it."),
        N_("In Python, index -1 is the last element: at t = 0 nothing fails and all is wrong."),
        "bptt-scratch",
    ),
    fault(
        "h_0-is-first-state",
        N_("What you return for h_0 is the gradient of the state after the first step."),
        N_("One step is missing: back through the first tanh and through w_hh."),
        "bptt-scratch",
        paired=False,
    ),
    fault(
        "h_0-is-first-sum",
        N_("What you return for h_0 has gone back through the first tanh, but not through w_hh."),
        N_("That is the gradient of the sum inside the first tanh. h_0 came into it through w_hh."),
        "bptt-scratch",
        paired=False,
    ),
    fault(
        "averaged",
        N_("The gradients of the weights are averaged over the batch."),
        N_("Whether to average is the loss's own affair; it is in grad_output already."),
        "bptt-scratch",
        sentence=13,
    ),
    fault(
        "averaged-over-time",
        N_("The gradients of the weights are averaged over the time steps."),
        N_("Whether to average is the loss's own affair; it is in grad_output already."),
        "bptt-scratch",
        sentence=13,
        paired=False,
    ),
    fault(
        "b_hh-missing",
        N_("The gradient of b_hh is zero."),
        N_("Both biases are added in the same place, so they have the same gradient."),
        "bptt-scratch",
        paired=False,
    ),
    fault(
        "biases-halved",
        N_("The gradients of the two biases are halved."),
        N_("Each bias is added in full, so each has the whole gradient."),
        "bptt-scratch",
        paired=False,
    ),
]
