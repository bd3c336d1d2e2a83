"""Mistakes inside one time step of a ConvLSTM, each with its message.

What an LSTM gets wrong after its four sums, a ConvLSTM gets wrong as well, and is told in the
same words; only the places to look at are others.
"""

from dataclasses import replace

from course_lib.exercises import messages_lstm_cell as lstm
from course_lib.exercises import messages_lstm_module as lstm_module
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
