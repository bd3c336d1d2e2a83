"""Mistakes in cell C, a GRU of two layers, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

LAYERS = {"lower": N_("the lower layer"), "upper": N_("the upper layer")}


def in_layer(id, what, why, look="gru-maths"):
    """One fault for each of the two layers, and one for both."""
    each = [
        fault(f"{id}-in-{layer}", what, why, look, params={"layer": name}, paired=False)
        for layer, name in LAYERS.items()
    ]
    both = fault(id, what, why, look, params={"layer": N_("both layers")})
    return [*each, both]


GRU = [
    fault(
        "z-exchanged-in-upper",
        N_("The update gate z works one way in the lower layer and the other way in the upper."),
        N_("Either way is a GRU. Two ways in one network fit no published weights."),
        "gru-maths",
        sentence=10,
    ),
    fault(
        "z-exchanged-in-lower",
        N_("The update gate z works one way in the upper layer and the other way in the lower."),
        N_("Either way is a GRU. Two ways in one network fit no published weights."),
        "gru-maths",
        sentence=10,
    ),
    fault(
        "z-exchanged",
        N_("The update gate z weights the candidate in both layers."),
        N_("Both ways are published. This notebook fixes that of torch: it weights the old state."),
        "gru-maths",
        sentence=10,
    ),
    fault(
        "upper-starts-as-lower",
        N_("The upper layer starts from the first state of the lower layer."),
        N_("h_0 holds one state for each layer. With zeros for both nobody would notice."),
        "gru-scratch",
        sentence=10,
    ),
    fault(
        "lower-starts-as-upper",
        N_("The lower layer starts from the first state of the upper layer."),
        N_("h_0 holds one state for each layer. With zeros for both nobody would notice."),
        "gru-scratch",
        sentence=10,
    ),
    fault(
        "starts-exchanged",
        N_("The two first states in h_0 go to the wrong places: they are exchanged."),
        N_("h_0 holds them in a fixed order. With zeros for both nobody would notice."),
        "gru-scratch",
        sentence=10,
    ),
    fault(
        "h_0-ignored",
        N_("The given h_0 is ignored: the network always starts from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        "gru-scratch",
    ),
    fault(
        "upper-late",
        N_("The upper layer reads what the lower layer gave one time step before."),
        N_("Both layers belong to the same time step."),
        "gru-scratch",
    ),
    fault(
        "upper-with-w_hh-of-lower",
        N_("The upper layer uses the recurrent weights of the lower layer."),
        N_("Each layer has its own. These have the same shape, so nothing complains."),
        "gru-scratch",
    ),
    fault(
        "upper-with-biases-of-lower",
        N_("The upper layer uses the biases of the lower layer."),
        N_("Each layer has its own. These have the same shape, so nothing complains."),
        "gru-scratch",
    ),
    fault(
        "output-of-lower",
        N_("output holds the states of the lower layer."),
        N_("What a network shows is its topmost layer."),
        "gru-scratch",
        sentence=10,
    ),
    fault(
        "final-first",
        N_("h_n holds the states after the first time step."),
        N_("It should hold those after the last one. With one time step they are the same."),
        "gru-scratch",
    ),
    fault(
        "final-exchanged",
        N_("The two states in h_n are exchanged."),
        N_("They stand in the same order as in h_0."),
        "gru-scratch",
        sentence=10,
    ),
    fault(
        "final-upper-twice",
        N_("h_n holds the last state of the upper layer twice."),
        N_("It should hold one state for each layer."),
        "gru-scratch",
        sentence=10,
        paired=False,
    ),
    fault(
        "final-lower-twice",
        N_("h_n holds the last state of the lower layer twice."),
        N_("It should hold one state for each layer."),
        "gru-scratch",
        sentence=10,
        paired=False,
    ),
    fault(
        "not-carried",
        N_("Every time step starts from the first state: it is not carried on."),
        N_("Without a carried state the network sees one time step only and remembers nothing."),
        "gru-scratch",
    ),
    *(
        fault(
            f"{layer}-not-carried",
            N_("In {layer} every time step starts from the first state: it is not carried on."),
            N_("Without a carried state a layer sees one time step only and remembers nothing."),
            "gru-scratch",
            params={"layer": name},
            paired=False,
        )
        for layer, name in LAYERS.items()
    ),
    fault(
        "detached",
        N_("The state is cut off from the record of the gradients after every time step."),
        N_("The numbers are right, and nothing is learned about what was earlier."),
        "gru-prove",
        paired=False,
    ),
    *in_layer(
        "reset-before",
        N_("The reset gate acts before the recurrent product in {layer}."),
        N_("Both forms are published. This notebook fixes the one of torch, which is after it."),
    ),
    *in_layer(
        "without-reset",
        N_("The reset gate is left out in {layer}."),
        N_("The candidate then always sees the whole old state."),
    ),
    *in_layer(
        "r-and-z-exchanged",
        N_("The reset gate and the update gate are exchanged in {layer}."),
        N_("The rows are stacked in a fixed order, which the weights of torch follow."),
    ),
    *in_layer(
        "candidate-linear",
        N_("The candidate is used without its tanh in {layer}."),
        N_("The state then has no bound and can grow without limit."),
    ),
    *in_layer(
        "candidate-sigmoid",
        N_("The candidate goes through a sigmoid in {layer}."),
        N_("A sigmoid is never negative. The candidate is a value, not a gate."),
    ),
    *in_layer("without-b_ih", N_("b_ih is left out in {layer}."), N_("Both biases are added.")),
    *in_layer("without-b_hh", N_("b_hh is left out in {layer}."), N_("Both biases are added.")),
    *in_layer(
        "gates-without-h",
        N_("The gates r and z do not look at the state before, in {layer}."),
        N_("What to keep depends on what is there."),
    ),
    *in_layer(
        "gates-without-x",
        N_("The gates r and z do not look at the input, in {layer}."),
        N_("What to keep depends on what comes in."),
    ),
    *in_layer(
        "gates-tanh",
        N_("The gates r and z go through tanh in the place of a sigmoid, in {layer}."),
        N_("A gate says how much passes, from 0 to 1; only a sigmoid keeps it there."),
    ),
    *in_layer(
        "candidate-without-x",
        N_("The candidate does not look at the input, in {layer}."),
        N_("Then nothing that comes in can be written."),
    ),
    *in_layer(
        "candidate-without-h",
        N_("The candidate does not look at the state before, in {layer}."),
        N_("What is written should fit what is there already."),
    ),
    *in_layer(
        "candidate-whole",
        N_("The candidate is written whole, whatever z says, in {layer}."),
        N_("z decides between the old and the new; together they should have weight 1."),
    ),
    *in_layer(
        "old-whole",
        N_("The old state is kept whole, whatever z says, in {layer}."),
        N_("z decides between the old and the new; together they should have weight 1."),
    ),
    *in_layer(
        "old-not-kept",
        N_("Nothing of the old state is kept, in {layer}."),
        N_("Without it there is no direct way from one state to the next."),
    ),
    *in_layer(
        "nothing-new",
        N_("Nothing of the candidate is written, in {layer}."),
        N_("The state can then only fade."),
    ),
]
