"""Mistakes inside one time step of a ConvLSTM, each with its message.

What an LSTM gets wrong after its four sums, a ConvLSTM gets wrong as well, and is told in the
same words; only the places to look at are others.
"""

from dataclasses import replace

from course_lib.exercises import messages_lstm_cell as lstm
from course_lib.exercises import messages_lstm_module as lstm_module
from course_lib.exercises.messages_lstm_cell import GATE_NAMES
from course_lib.exercises.messages_lstm_cell import fault as lstm_fault
from course_lib.exercises.spec import Fault
from course_lib.i18n import N_


def fault(id, what, why, look="convlstm-maths", by_failure=False, **more) -> Fault:
    """A Fault whose switch is its id unless ``on`` names others."""
    return replace(lstm_fault(id, what, why, look, **more), by_failure=by_failure)


def borrowed(faults, chapter="convlstm", sentences=None, without=()) -> list[Fault]:
    """The LSTM's mistakes, sent to this chapter and to this notebook's conventions.

    ``sentences`` maps the number of the LSTM notebook's convention to the number here.
    """
    kept = [f for f in faults if f.id not in without]
    return [
        replace(
            f,
            message=replace(
                f.message,
                look=f"{chapter}-{f.message.look.rpartition('-')[2]}",
                sentence=(sentences or {}).get(f.message.sentence),
            ),
        )
        for f in kept
    ]


MATMULS = {"matmul-f", "matmul-i", "matmul-o", "matmul-both", "matmul-all"}
ACTIVATION = borrowed(lstm.ACTIVATION)
CELL_STATE = borrowed(lstm.CELL_STATE, without=MATMULS | {"cell-uses-o"})
HIDDEN_STATE = borrowed(lstm.HIDDEN_STATE, without=MATMULS)
RETURNED = borrowed(lstm.RETURNED, sentences={5: 5})
SPECIAL = borrowed(lstm_module.SPECIAL, sentences={8: 8})

_PIXELS = N_(
    "A gate acts on each pixel of each channel. A matrix product mixes the pixels of a row with "
    "those of a column, and only runs at all when the images are square."
)
MATMUL = [
    fault(
        "matmul-f", N_("The forget gate and the cell state are multiplied as matrices."), _PIXELS
    ),
    fault("matmul-i", N_("The input gate and the candidate are multiplied as matrices."), _PIXELS),
    fault(
        "matmul-o", N_("The output gate and the cell state are multiplied as matrices."), _PIXELS
    ),
    fault(
        "matmul-all",
        N_("All three gates act by matrix products instead of pixel by pixel."),
        _PIXELS,
        on={"matmul-f", "matmul-i", "matmul-o"},
        paired=False,
    ),
]

PADDING = [
    fault(
        "padding-missing",
        N_("A convolution has no padding, so the image shrinks."),
        N_("Sums smaller than the image cannot meet the cell state, which has the image's size."),
        "convlstm-scratch",
        sentence=6,
        paired=False,
        by_failure=True,
    ),
    fault(
        "padding-one-too-many",
        N_("A convolution pads one pixel too many on every side, so the image grows."),
        N_("The size stays as it is only if the padding is exactly what the kernel takes away."),
        "convlstm-scratch",
        sentence=6,
        paired=False,
        by_failure=True,
    ),
    fault(
        "padding-one",
        N_("The padding is one pixel also for a kernel of 5 by 5."),
        N_("That is right for kernels of three pixels, and for no other."),
        "convlstm-scratch",
        sentence=6,
        paired=False,
    ),
    fault(
        "padding-full",
        N_("A padding is one pixel less than the kernel, on every side: the image grows."),
        N_("Half of it is needed on each side. All of it makes the image larger."),
        "convlstm-scratch",
        sentence=6,
        paired=False,
        by_failure=True,
    ),
    fault(
        "padding-of-K",
        N_("A padding is as large as the kernel, so the image grows."),
        N_("The size stays as it is only if the padding is exactly what the kernel takes away."),
        "convlstm-scratch",
        sentence=6,
        paired=False,
        by_failure=True,
    ),
    fault(
        "kernels-transposed",
        N_("The kernels are turned: their rows act down the image and their columns across."),
        N_("Height and width have changed places in the kernels, though not in the images."),
        "convlstm-scratch",
        sentence=2,
    ),
]

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
