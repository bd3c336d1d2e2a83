"""Mistakes of a step of training by hand, each with its message."""

from course_lib.exercises.messages_gru_cell import fault
from course_lib.i18n import N_

STEP = [
    fault(
        "loss-summed",
        N_("The loss is the sum of the squared errors, not their mean."),
        N_("It then grows with the batch, and two batches cannot be compared."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "loss-halved",
        N_("The loss is half of the mean squared error."),
        N_("Some books put a factor 1/2 before it. This notebook does not."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "loss-root",
        N_("The loss is the square root of the mean squared error."),
        N_("Its slope is another one. This notebook uses the mean squared error itself."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "loss-after",
        N_("The returned loss is that of the new weights, after the step."),
        N_("It should be the loss from which the gradients were made."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "slope-without-2",
        N_("Every step is half as long as it should be: a factor is missing in the loss's slope."),
        N_("The loss is a square, and the slope of a square has a factor 2."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "slope-summed",
        N_("The gradients are those of the sum of the squared errors, not of their mean."),
        N_("Every step is then longer, the more so the larger the batch."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "slope-over-batch",
        N_("The slope of the loss is divided by the number of rows only."),
        N_("The mean goes over all numbers of the target: rows and columns."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "slope-sign",
        N_("The weights move up the slope of the loss, not down."),
        N_("The loss then grows with every step."),
        "gru-prove",
    ),
    fault(
        "no-lr",
        N_("The gradients are not scaled by the learning rate."),
        N_("The steps then have a length that nobody chose."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "reads-first",
        N_("The readout reads the state after the first time step."),
        N_("It has then seen only the first input."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "reads-mean",
        N_("The readout reads the mean of all states."),
        N_("Only the last state has seen the whole sequence, and the statement asks for that."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "gradient-at-every-step",
        N_("The gradient of the readout is put at every time step of grad_output."),
        N_("The loss depends on the last output only; the others reach it through the state."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "gradient-at-first-step",
        N_("The gradient of the readout is put at the first time step of grad_output."),
        N_("The readout has read the last output."),
        "gru-prove",
        sentence=12,
    ),
    fault(
        "through-new-readout",
        N_("The gradient goes back through the readout's new weights."),
        N_("The loss was made with the old ones: first all gradients, then the step."),
        "gru-prove",
    ),
    fault(
        "gru-not-trained",
        N_("The weights of the GRU come back as they were: only the readout is trained."),
        N_("What the network remembers is then never learned."),
        "gru-prove",
    ),
    fault(
        "biases-not-trained",
        N_("The biases of the GRU come back as they were."),
        N_("They are weights like the others, with gradients of their own."),
        "gru-prove",
    ),
    fault(
        "readout-not-trained",
        N_("The weights of the readout come back as they were."),
        N_("They are weights like the others, with gradients of their own."),
        "gru-prove",
    ),
    fault(
        "b_out-not-trained",
        N_("The bias of the readout comes back as it was."),
        N_("It is a weight like the others, with a gradient of its own."),
        "gru-prove",
    ),
]
