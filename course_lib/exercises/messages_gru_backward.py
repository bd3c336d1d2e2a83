"""Mistakes of a GRU's gradients by hand, each with its message."""

from course_lib.exercises import messages_lstm_module as lstm_module
from course_lib.exercises.messages_gru_cell import borrowed, fault
from course_lib.i18n import N_

SLOPE = N_("The gradient of the sum before an activation is multiplied by that activation's slope.")

THROUGH_CELL = [
    fault(
        "n-weighted-by-z",
        N_("The gradient of the candidate is weighted by the share of the old state."),
        N_("On the way back a value gets the weight that it had on the way forward."),
        "gru-prove",
    ),
    fault(
        "kept-by-1-z",
        N_("The gradient that goes straight to the old state has the weight of the candidate."),
        N_("On the way back a value gets the weight that it had on the way forward."),
        "gru-prove",
    ),
    fault(
        "z-sign",
        N_("The gradient of the update gate has the wrong sign."),
        N_("More z means more of the old state and less of the candidate, not the reverse."),
        "gru-prove",
    ),
    fault(
        "z-without-candidate",
        N_("The gradient of the update gate leaves out the candidate."),
        N_("z stands twice in the update, and each of the two places has its share."),
        "gru-prove",
    ),
    fault(
        "z-without-old",
        N_("The gradient of the update gate leaves out the old state."),
        N_("z stands twice in the update, and each of the two places has its share."),
        "gru-prove",
    ),
    fault(
        "z-reads-new-h",
        N_("The gradient of the update gate is made with the new state in place of the old one."),
        N_("The gate has weighted the state from before this time step."),
        "gru-prove",
    ),
    fault(
        "nothing-through-z",
        N_("No gradient goes through the update gate."),
        N_("The weights of this gate then never learn what to keep."),
        "gru-prove",
    ),
    fault(
        "nothing-through-r",
        N_("No gradient goes through the reset gate."),
        N_("The weights of this gate then never learn what to let in."),
        "gru-prove",
    ),
    fault(
        "nothing-through-n",
        N_("No gradient goes through the sums inside the candidate."),
        N_("The weights of the candidate then never learn."),
        "gru-prove",
    ),
    fault(
        "r-reads-h",
        N_("The gradient of the reset gate is made with the old state itself."),
        N_("In this form the gate has scaled the state's part of the sum, not the state."),
        "gru-prove",
        sentence=10,
    ),
    fault(
        "r-before-tanh",
        N_("The gradient of the reset gate does not go through the tanh of the candidate."),
        N_(
            "The reset gate stands inside the tanh, so its gradient comes through the tanh's slope."
        ),
        "gru-prove",
    ),
    fault(
        "no-tanh-slope",
        N_("The slope of the tanh is missing in the gradient of the candidate's sum."),
        SLOPE,
        "gru-prove",
    ),
    fault(
        "tanh-slope",
        N_("The slope of the tanh is not right: its value should enter as a square."),
        N_("With the value itself the slope is too large or too small, and it can exceed 1."),
        "gru-prove",
    ),
    fault(
        "no-sigmoid-slope",
        N_("The slope of the sigmoid is missing in the gradients of both gates."),
        SLOPE,
        "gru-prove",
        paired=False,
    ),
    fault(
        "no-r-slope",
        N_("The slope of the sigmoid is missing in the gradient of the reset gate."),
        SLOPE,
        "gru-prove",
    ),
    fault(
        "no-z-slope",
        N_("The slope of the sigmoid is missing in the gradient of the update gate."),
        SLOPE,
        "gru-prove",
    ),
    fault(
        "du-without-r",
        N_("The gradient of the candidate's recurrent part is not scaled by the reset gate."),
        N_("What the gate has scaled on the way forward is scaled on the way back as well."),
        "gru-prove",
        sentence=10,
    ),
    fault(
        "all-through-r",
        N_("The gradient of the candidate's input part is scaled by the reset gate."),
        N_("The reset gate acts only on the recurrent part of the sum."),
        "gru-prove",
        sentence=10,
    ),
    fault(
        "blocks-z-r",
        N_("The gradients of the two gates are stacked in the wrong order."),
        N_("The blocks of a gradient stand in the order of the weights: r, z, n."),
        "gru-prove",
        sentence=3,
    ),
]

THROUGH_TIME = [
    fault(
        "not-carried-back",
        N_("No gradient goes from one time step back to the one before."),
        N_("Each step then learns only from its own output, and nothing is learned over time."),
        "gru-prove",
    ),
    fault(
        "no-kept-path",
        N_("The gradient that goes straight from the new state to the old one is missing."),
        N_("A part of the old state is kept as it is. That path lets a GRU learn over long gaps."),
        "gru-prove",
    ),
    fault(
        "no-gates-path",
        N_("The gradient that goes through the three sums to the old state is missing."),
        N_("Gates and candidate have read the old state, so it gets a gradient from each of them."),
        "gru-prove",
    ),
    fault(
        "only-last-output",
        N_("Only the last time step of grad_output is used."),
        N_("Every output can be used by the loss, so every time step brings a gradient."),
        "gru-prove",
        sentence=11,
    ),
    fault(
        "output-one-off",
        N_("grad_output is read one time step off."),
        N_("The gradient of an output belongs to the state of the same time step."),
        "gru-prove",
        sentence=11,
    ),
    fault(
        "only-last-step",
        N_("The loop goes through the last time step only."),
        N_("The weights were used at every time step, and each use has its share of the gradient."),
        "gru-prove",
    ),
    fault(
        "stops-before-0",
        N_("The loop stops before the first time step."),
        N_("The first input gets no gradient then, and the weights miss their first use."),
        "gru-prove",
    ),
    fault(
        "runs-forwards",
        N_("The loop runs from the first time step to the last."),
        N_("The gradient of a state needs those of all later states: it comes from the end."),
        "gru-prove",
    ),
    fault(
        "overwritten",
        N_("The gradients of the weights are overwritten at each time step, not summed."),
        N_("The weights were used at every time step, and each use has its share of the gradient."),
        "gru-prove",
        sentence=11,
    ),
    fault(
        "starts-at-one",
        N_("The sums of the gradients of the weights do not start from zero."),
        N_("Each number is then too large by the same amount."),
        "gru-prove",
        paired=False,
    ),
    fault(
        "averaged-over-time",
        N_("The gradients of the weights are averaged over the time steps, not summed."),
        N_("The weights were used at every time step, and each use has its share of the gradient."),
        "gru-prove",
        sentence=11,
        paired=False,
    ),
    fault(
        "h_0-one-late",
        N_("The gradient returned for h_0 is that of the state after the first time step."),
        N_("There is one more step to go: from h_1 back to h_0."),
        "gru-prove",
    ),
    fault(
        "h_0-zero",
        N_("The gradient returned for h_0 is zero."),
        N_("The first step reads h_0, so the loss depends on it."),
        "gru-prove",
    ),
]

TO_WEIGHTS = [
    fault(
        "w_hh-reads-new-h",
        N_("The gradient of w_hh is made with the new state in place of the old one."),
        N_("w_hh has multiplied the state from before this time step."),
        "gru-prove",
    ),
    *(
        fault(
            f"{name}-uses-{wrong}",
            what,
            N_("Only what stands inside the brackets after the reset gate is scaled by it."),
            "gru-prove",
            params={"name": name},
            sentence=10,
        )
        for name, wrong, what in (
            ("w_hh", "ds", N_("The gradient of {name} leaves out the reset gate.")),
            ("b_hh", "ds", N_("The gradient of {name} leaves out the reset gate.")),
            ("w_ih", "du", N_("The gradient of {name} is scaled by the reset gate.")),
            ("b_ih", "du", N_("The gradient of {name} is scaled by the reset gate.")),
            ("input", "du", N_("The gradient of {name} is scaled by the reset gate.")),
        )
    ),
]

BACKWARD_SPECIAL = [
    fault(
        "in-place",
        N_("Your code changes a tensor that it was given, in place."),
        N_("The caller still needs it. A second call would start from other numbers."),
        "gru-prove",
        sentence=8,
        paired=False,
    ),
    *borrowed(lstm_module.SPECIAL, "float32"),
]
SQUEEZE = borrowed(lstm_module.SPECIAL, "squeeze")
