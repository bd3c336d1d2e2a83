"""Mistakes of the network of ConvLSTM layers, each with its message."""

from course_lib.exercises import messages_lstm_loop as loop
from course_lib.exercises import messages_lstm_module as lstm_module
from course_lib.exercises.messages_convlstm_cell import borrowed
from course_lib.exercises.messages_convlstm_cell import fault as cell_fault
from course_lib.exercises.messages_convlstm_module import MODULE as CELL_MODULE
from course_lib.exercises.messages_convlstm_module import ZEROS
from course_lib.i18n import N_


def fault(id, what, why, look="network-scratch", sentence=11, **more):
    """A fault of the network; it departs from the convention about the network."""
    return cell_fault(id, what, why, look, sentence=sentence, **more)


LOOP = borrowed(
    [*loop.CARRYING, *loop.OUTPUT, *loop.GRADIENT],
    "network",
    {6: 11, 1: 1},
    without={"passes-swapped", "unpacks-swapped", "first-left-empty", "detached-h", "detached-c"},
)

FINAL = [
    fault(
        "final-first",
        N_("The returned states are those of the first time step."),
        N_("Whoever goes on from them goes on from the start of the sequence."),
    ),
    fault(
        "final-second-last",
        N_("The returned states are those of the time step before the last."),
        N_("Whoever goes on from them misses the last input."),
    ),
    fault(
        "final-initial",
        N_("The returned states are the initial ones."),
        N_("Whoever goes on from them has forgotten the whole sequence."),
    ),
    fault(
        "final-swapped",
        N_("In the states that you return, h and c have changed places."),
        N_("Whoever goes on from them takes the memory for the output."),
    ),
    fault(
        "final-h-twice",
        N_("In the states that you return, h stands in the place of c as well."),
        N_("The memory is then lost for whoever goes on from these states."),
    ),
    fault(
        "final-c-twice",
        N_("In the states that you return, c stands in the place of h as well."),
        N_("The last hidden state is then lost for whoever goes on from these states."),
    ),
    fault(
        "finals-reversed",
        N_("The returned states begin with the top layer."),
        N_("The first state in the list is that of the layer which reads the input."),
    ),
]

LAYERS = [
    fault(
        "layers-read-input",
        N_("Every layer reads the input of the network."),
        N_("From the second on, a layer reads the hidden states of the layer below it."),
        paired=False,
    ),
    fault(
        "layers-read-first",
        N_("All layers above the first read the hidden states of the first."),
        N_("Each layer reads the layer right below it. Otherwise the network is not deep."),
        paired=False,
    ),
    fault(
        "layers-feed-c",
        N_("A layer reads the cell state of the layer below it."),
        N_("The cell state is the inner memory. What a layer shows is the hidden state."),
    ),
    fault(
        "layers-lag",
        N_("A layer reads the hidden state that the layer below had one time step before."),
        N_("The input then needs one more time step for every layer to reach the output."),
    ),
    fault(
        "tanh-between-layers",
        N_("The hidden state goes through another tanh before the next layer reads it."),
        N_("A layer reads just what the layer below shows."),
    ),
    fault(
        "state-from-below",
        N_("A layer starts from the last state of the layer below it."),
        N_("Every layer has a state of its own, from the first time step to the last."),
        paired=False,
    ),
    fault(
        "first-state-for-all",
        N_("All layers start from the given state of the first layer."),
        N_("The list of states has one for every layer."),
        paired=False,
    ),
    fault(
        "last-state-for-all",
        N_("All layers start from the given state of the last layer."),
        N_("The list of states has one for every layer."),
        paired=False,
    ),
    fault(
        "output-first-layer",
        N_("output is that of the first layer."),
        N_("The layers above it are then computed for nothing."),
    ),
    fault(
        "output-second-layer",
        N_("output is that of the layer below the last."),
        N_("The last layer is then computed for nothing."),
        paired=False,
    ),
    fault(
        "output-turned",
        N_("Height and width have changed places in output."),
        N_("With square images you would not notice."),
        paired=False,
    ),
    fault(
        "all-layers-reversed",
        N_("With return_all_layers the list begins with the top layer."),
        N_("The first output in the list is that of the layer which reads the input."),
        paired=False,
    ),
    fault(
        "layers-detached",
        N_("The numbers are right, but no gradient flows from a layer to the one below."),
        N_("Only the last layer then learns."),
        "network-prove",
        paired=False,
    ),
]

BUILT = [
    fault(
        "one-cell-shared",
        N_("All layers are one and the same cell."),
        N_("Layers need weights of their own. A list with one cell three times has one cell."),
        paired=False,
    ),
    fault(
        "cells-plain-list",
        N_("The cells are in a plain Python list, so the module does not know their parameters."),
        N_("An optimiser, .to(device) and state_dict() pass them by, so nothing is ever learned."),
        paired=False,
    ),
    fault(
        "layers-built-for-input",
        N_("Every layer is made for the channels of the network's input."),
        N_("From the second on, a layer reads the hidden channels of the layer below it."),
        paired=False,
    ),
    fault(
        "channels-reversed",
        N_("The first number of hidden_channels goes to the top layer."),
        N_("It belongs to the layer that reads the input."),
        paired=False,
    ),
    fault(
        "same-channels",
        N_("All layers have the number of channels of the first."),
        N_("hidden_channels has one number for every layer."),
        paired=False,
    ),
    fault(
        "one-layer-too-few",
        N_("There is one layer too few."),
        N_("hidden_channels has one number for every layer, and each of them makes a cell."),
        paired=False,
    ),
]

_SHARED = {"keeps-state", "module-states-ignored"}
NETWORK = [
    *LOOP,
    *FINAL,
    *LAYERS,
    *BUILT,
    *borrowed([f for f in CELL_MODULE if f.id in _SHARED], "network", {9: 9}),
    *borrowed(
        [f for f in lstm_module.SPECIAL_LOOP if f.id in ("initial-in-place", "output-squeezed")],
        "network",
        {8: 8},
    ),
    *[f for f in ZEROS if f.id in ("default-ones", "zeros-float32")],
    cell_fault(
        "default-missing",
        N_("The case that no initial states are given (None) is not handled."),
        N_("Most calls of a network give no states; they mean states of zeros."),
        "network-scratch",
        sentence=9,
        paired=False,
    ),
]
