"""Mistakes of the three peepholes, each with its message."""

from course_lib.exercises.messages_convlstm_cell import fault
from course_lib.exercises.messages_lstm_cell import GATE_NAMES
from course_lib.i18n import N_

PEEPHOLE = [
    fault(
        "peepholes-missing",
        N_("No gate sees the cell state: the three peepholes are not used."),
        N_("A gate then knows what the cell has shown, but not what it holds."),
        on={"without-peephole:i", "without-peephole:f", "without-peephole:o"},
        sentence=7,
    ),
    fault(
        "peepholes-missing-i-f",
        N_("The input gate and the forget gate do not see the cell state."),
        N_("All three gates have a peephole; only the candidate has none."),
        on={"without-peephole:i", "without-peephole:f"},
        sentence=7,
        paired=False,
    ),
    *(
        fault(
            f"no-peephole-in-{gate}",
            N_("The {gate} does not see the cell state: its peephole is missing."),
            N_("All three gates have a peephole; only the candidate has none."),
            on=f"without-peephole:{gate}",
            params={"gate": GATE_NAMES[gate]},
            sentence=7,
        )
        for gate in "ifo"
    ),
    fault(
        "o-sees-old-c",
        N_("The output gate sees the old cell state."),
        N_(
            "It decides how much of the new cell state is shown, so that is the one it looks at. "
            "The two other gates come earlier and see the old one."
        ),
        sentence=7,
    ),
    *(
        fault(
            f"peephole-on-candidate-{name}",
            N_("The candidate has a peephole too, with the weights {name}."),
            N_("Some lecture notes write it so. The paper gives peepholes to the gates alone."),
            on=f"peephole-on-candidate:{gate}",
            params={"name": name},
            sentence=7,
        )
        for gate, name in (("i", "w_ci"), ("f", "w_cf"), ("o", "w_co"))
    ),
    *(
        fault(
            f"peephole-{gate}-from-{other}",
            N_("The peephole of the {gate} uses the weights of the {other}."),
            N_("One set of weights then serves two gates, and another one never learns."),
            on=f"peephole:{gate}:{other}",
            params={"gate": GATE_NAMES[gate], "other": GATE_NAMES[other]},
            sentence=7,
        )
        for gate in "ifo"
        for other in "ifo"
        if gate != other
    ),
    *(
        fault(
            f"peepholes-exchanged-{one}-{other}",
            N_("The peepholes of the {one} and of the {other} have changed places."),
            N_("Each gate has weights of its own. They are told apart by their names."),
            on={f"peephole:{one}:{other}", f"peephole:{other}:{one}"},
            params={"one": GATE_NAMES[one], "other": GATE_NAMES[other]},
            sentence=7,
            paired=False,
        )
        for one, other in ("if", "io", "fo")
    ),
    fault(
        "one-peephole-for-all",
        N_("All three peepholes use the weights of the input gate."),
        N_("The gates then cannot look for different things in the cell state."),
        on={"peephole:f:i", "peephole:o:i"},
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-sees-h",
        N_("The peepholes look at the hidden state instead of the cell state."),
        N_("The gates see the hidden state already, through its convolution."),
        sentence=7,
    ),
    fault(
        "peephole-sees-tanh",
        N_("The peepholes look at the tanh of the cell state."),
        N_("They see the memory itself. The tanh belongs only to what is shown."),
        sentence=7,
        paired=False,
    ),
    fault(
        "o-sees-tanh",
        N_("The output gate sees the tanh of the new cell state."),
        N_("It sees the memory itself. The tanh belongs only to what is shown."),
        on="o-sees-tanh",
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-outside",
        N_("The peepholes are added after the sigmoid."),
        N_("They are a part of the sum inside. Added outside, the gate has no bound."),
        sentence=7,
    ),
    fault(
        "peephole-negated",
        N_("The peepholes are subtracted."),
        N_("The numbers come out as if every peephole had the other sign."),
        sentence=7,
        paired=False,
    ),
]

_MAP = N_("A peephole has one weight for each pixel of each channel, and multiplies just that one.")
PEEPHOLE_PRODUCT = [
    fault(
        "peephole-matmul",
        N_("The peepholes are matrix products: weights times cell state."),
        _MAP,
        sentence=7,
    ),
    fault(
        "peephole-matmul-right",
        N_("The peepholes are matrix products: cell state times weights."),
        _MAP,
        sentence=7,
    ),
    fault(
        "peephole-conv",
        N_("The peepholes are convolutions: each gives a single number for a whole image."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-conv-same",
        N_("The peepholes are convolutions, with the weights as one large kernel."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-depthwise",
        N_("The peepholes are convolutions of each channel with its weights as a kernel."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-averaged",
        N_("The weights of a peephole are averaged over the image: one for each channel is left."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-corner",
        N_("Of each channel's peephole weights only the first is used, for all pixels."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-over-pixels",
        N_("The peepholes see the average of the cell state over the image."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-summed",
        N_("The peepholes are summed over the channels, so that all channels get the same."),
        _MAP,
        sentence=7,
        paired=False,
    ),
    fault(
        "peephole-added",
        N_("The weights of the peepholes are added to the cell state, not multiplied with it."),
        _MAP,
        sentence=7,
    ),
    fault(
        "peephole-as-bias",
        N_("The weights of the peepholes are added like a bias: the cell state is not in it."),
        N_("A peephole is for looking at the cell state."),
        sentence=7,
    ),
    fault(
        "peepholes-transposed",
        N_("Height and width have changed places in the weights of the peepholes."),
        _MAP,
        sentence=7,
        paired=False,
    ),
]
