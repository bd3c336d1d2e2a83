"""Mistakes of an LSTM's gradients by hand, each with its message."""

from functools import partial

from course_lib.exercises import messages_lstm_module as module
from course_lib.exercises.messages_lstm_cell import GATE_NAMES
from course_lib.exercises.messages_lstm_cell import fault as lstm_fault
from course_lib.i18n import N_

fault = partial(lstm_fault, look="remembers-maths")
SLOPE = N_("The gradient of the sum before an activation is multiplied by that activation's slope.")
PRODUCT = N_("In a product, each factor gets the gradient multiplied by the other factor.")
EVERY_USE = N_(
    "The weights were used at every time step, and each use has its share of the gradient."
)

HIDDEN_STATE = [
    fault(
        "c-not-through-h",
        N_("The cell state gets no gradient from the hidden state of the same time step."),
        N_("h is made from c, so whatever arrives at h goes on to c, through the tanh."),
    ),
    fault(
        "output-path-without-o",
        N_("On the way from h back to c, the output gate is left out."),
        PRODUCT,
    ),
    fault(
        "no-tanh-c-slope",
        N_("On the way from h back to c, the slope of the tanh is missing."),
        N_("h reads tanh(c), not c. A large cell state has a flat tanh and gets little gradient."),
    ),
    fault(
        "tanh-c-not-squared",
        N_("The slope of the tanh is not right: its value should enter as a square."),
        N_("With the value itself the slope is too large or too small, and it can exceed 1."),
    ),
    fault(
        "slope-of-c",
        N_("The slope of the tanh is made from c itself, not from tanh(c)."),
        N_("The slope uses the value that came out of the tanh; c can be larger than 1."),
    ),
    fault(
        "do-reads-c",
        N_("The gradient of the output gate is made with c, not with tanh(c)."),
        N_("The gate has multiplied tanh(c), and that is the other factor of the product."),
    ),
]

CELL_STATE = [
    fault(
        "operands-i-g",
        N_("The input gate and the candidate each get their own value as a factor."),
        PRODUCT,
    ),
    fault(
        "operands-f-c",
        N_("The forget gate and the old cell state each get their own value as a factor."),
        PRODUCT,
    ),
    fault(
        "df-reads-new-c",
        N_("The gradient of the forget gate is made with the new cell state, not the old one."),
        N_("The gate has multiplied the cell state from before this time step."),
    ),
    fault(
        "kept-without-f",
        N_("The cell state's gradient goes back to the step before without the forget gate."),
        N_("What was forgotten on the way forward gets no gradient on the way back."),
    ),
]

SLOPES = [
    fault(
        "no-slopes",
        N_("The slope of the sigmoid is missing in all three gates."),
        SLOPE,
        paired=False,
    ),
    fault(
        "slope-of-sum",
        N_("The slopes are made from the sums before the activations, not from the gates."),
        N_("The formulas y(1 - y) and 1 - y² take the value that came out of the activation."),
    ),
    fault(
        "g-sigmoid-slope",
        N_("The candidate gets the slope of a sigmoid."),
        N_("The candidate went through a tanh, and its slope is another one."),
    ),
    fault(
        "gates-tanh-slope",
        N_("The three gates get the slope of a tanh."),
        N_("The gates went through a sigmoid, and its slope is another one."),
    ),
    fault(
        "stacked-g-f",
        N_("The gradients of the four sums are stacked in the order i, g, f, o."),
        N_("The blocks of a gradient stand in the order of the weights: i, f, g, o."),
        sentence=3,
    ),
    fault(
        "stacked-o-g",
        N_("The gradients of the four sums are stacked in the order i, f, o, g."),
        N_("The blocks of a gradient stand in the order of the weights: i, f, g, o."),
        sentence=3,
    ),
    *(
        fault(
            f"no-slope-{gate}",
            N_("The slope of the activation is missing in the {gate}."),
            SLOPE,
            on=f"no-slope:{gate}",
            params={"gate": GATE_NAMES[gate]},
            paired=False,
        )
        for gate in "ifgo"
    ),
    *(
        fault(
            f"nothing-through-{gate}",
            N_("No gradient goes through the {gate}."),
            N_("Its weights then never learn anything."),
            on=f"nothing-through:{gate}",
            params={"gate": GATE_NAMES[gate]},
            paired=False,
        )
        for gate in "ifgo"
    ),
]

THROUGH_TIME = [
    fault(
        "not-carried-back",
        N_("No gradient goes from one time step back to the one before."),
        N_("Each step then learns only from its own output, and nothing is learned over time."),
    ),
    fault(
        "no-dc-back",
        N_("The gradient of the cell state is not carried back from step to step."),
        N_(
            "This path, with only the forget gate on it, is what lets an LSTM learn over long gaps."
        ),
    ),
    fault(
        "no-dh-back",
        N_("The gradient of the hidden state is not carried back from step to step."),
        N_("The four sums of the next step have read h, so a gradient comes back from them."),
    ),
    fault(
        "grad_h_n-ignored",
        N_("The gradient that arrives at h_n is not used."),
        N_("The loss may read the last states as well as the output."),
        sentence=11,
    ),
    fault(
        "grad_c_n-ignored",
        N_("The gradient that arrives at c_n is not used."),
        N_("The loss may read the last states as well as the output."),
        sentence=11,
    ),
    fault(
        "grad-states-exchanged",
        N_("The gradients that arrive at h_n and at c_n are exchanged."),
        N_("grad_states has the order of the states: first the hidden state, then the cell state."),
        sentence=11,
    ),
    fault(
        "states-at-every-step",
        N_("The gradients of h_n and c_n are added at every time step."),
        N_("They belong to the state after the last step and arrive there once."),
        sentence=11,
    ),
    fault(
        "only-last-output",
        N_("Only the last time step of grad_output is used."),
        N_("Every output can be used by the loss, so every time step brings a gradient."),
        sentence=11,
    ),
    fault(
        "output-one-off",
        N_("grad_output is read one time step off."),
        N_("The gradient of an output belongs to the state of the same time step."),
        sentence=11,
    ),
    fault(
        "only-last-step",
        N_("The loop goes through the last time step only."),
        EVERY_USE,
    ),
    fault(
        "stops-before-0",
        N_("The loop stops before the first time step."),
        N_("The first input gets no gradient then, and the weights miss their first use."),
    ),
    fault(
        "runs-forwards",
        N_("The loop runs from the first time step to the last."),
        N_("The gradient of a state needs those of all later states: it comes from the end."),
    ),
]

RESULTS = [
    fault(
        "overwritten",
        N_("The gradients of the weights are overwritten at each time step, not summed."),
        EVERY_USE,
        sentence=11,
    ),
    fault(
        "overwritten-b",
        N_("The gradients of the biases are overwritten at each time step, not summed."),
        N_("The biases were used at every time step, and each use has its share of the gradient."),
        sentence=11,
    ),
    fault(
        "starts-at-one",
        N_("The sums of the gradients of the weights do not start from zero."),
        N_("Each number is then too large by the same amount."),
        paired=False,
    ),
    fault(
        "averaged-over-time",
        N_("The gradients of the weights are averaged over the time steps, not summed."),
        EVERY_USE,
        sentence=11,
        paired=False,
    ),
    fault(
        "w_hh-reads-new-h",
        N_("The gradient of w_hh is made with the new state in place of the old one."),
        N_("w_hh has multiplied the state from before this time step."),
    ),
    fault(
        "w_hh-reads-h_0",
        N_("The gradient of w_hh is made with h_0 at every time step."),
        N_("w_hh has multiplied another state at each time step."),
    ),
    fault(
        "b_hh-zero",
        N_("The gradient of b_hh is zero."),
        N_("Both biases are added to the same sums, so both get the same gradient."),
        sentence=4,
    ),
    fault(
        "h_0-one-late",
        N_("The gradient returned for h_0 is that of the state after the first time step."),
        N_("There is one more step to go: from h_1 back to h_0."),
    ),
    fault(
        "c_0-one-late",
        N_("The gradient returned for c_0 is that of the state after the first time step."),
        N_("There is one more step to go: from c_1 back to c_0."),
    ),
    fault(
        "h_0-zero",
        N_("The gradient returned for h_0 is zero."),
        N_("The first step reads h_0, so the loss depends on it."),
    ),
    fault(
        "c_0-zero",
        N_("The gradient returned for c_0 is zero."),
        N_("The first step keeps a part of c_0, so the loss depends on it."),
    ),
    fault(
        "initial-exchanged",
        N_("The gradients of h_0 and c_0 are returned in exchanged places."),
        N_("They come back in the order of the states: first that of h_0, then that of c_0."),
        sentence=11,
    ),
    fault(
        "in-place",
        N_("Your code changes a tensor that it was given, in place."),
        N_("The caller still needs it. A second call would start from other numbers."),
        sentence=8,
        paired=False,
    ),
]

SPECIAL = [known for known in module.SPECIAL if known.id in ("float32", "squeeze")]
ALL = (*HIDDEN_STATE, *CELL_STATE, *SLOPES, *THROUGH_TIME, *RESULTS, *SPECIAL)
