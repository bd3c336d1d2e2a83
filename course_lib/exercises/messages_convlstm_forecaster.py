"""Mistakes of the encoder-forecaster, each with its message."""

from course_lib.exercises.messages_convlstm_cell import fault as cell_fault
from course_lib.i18n import N_


def fault(id, what, why, look="network-scratch", sentence=12, **more):
    """A fault of the encoder-forecaster; it departs from the convention about it."""
    return cell_fault(id, what, why, look, sentence=sentence, **more)


_NOTHING = N_("The forecaster has nothing to read: it goes on from the encoder's states alone.")
_LOGITS = N_("What is returned has no bound. The loss turns it into probabilities by itself.")
_LINEAR = N_("The predicted frame is a sum of hidden states, and nothing follows it.")
HANDED = [
    fault(
        "states-not-handed",
        N_("The forecaster starts from zeros: the encoder's states are not handed over."),
        N_("It then predicts the same frames whatever was seen."),
    ),
    fault(
        "states-reversed",
        N_("The encoder's states are handed over in the reverse order of the layers."),
        N_("Each layer goes on from the state of the layer of the same number."),
        paired=False,
    ),
    fault(
        "states-top-for-all",
        N_("All layers of the forecaster start from the state of the encoder's top layer."),
        N_("Each layer goes on from the state of the layer of the same number."),
        paired=False,
    ),
    fault(
        "states-first-for-all",
        N_("All layers of the forecaster start from the state of the encoder's first layer."),
        N_("Each layer goes on from the state of the layer of the same number."),
        paired=False,
    ),
    fault(
        "states-swapped",
        N_("On the way from the encoder to the forecaster h and c change places."),
        N_("The forecaster then takes the memory for the output, and the reverse."),
    ),
    fault(
        "c-not-handed",
        N_("Only the hidden states are handed over; the cell states start from zeros."),
        N_("What the encoder remembers is in its cell states."),
    ),
    fault(
        "h-not-handed",
        N_("Only the cell states are handed over; the hidden states start from zeros."),
        N_("Half of what the encoder hands over is then lost."),
    ),
    fault(
        "h-for-both",
        N_("The hidden states are handed over in the place of the cell states as well."),
        N_("What the encoder remembers is in its cell states."),
    ),
    fault(
        "only-first-layer-handed",
        N_("Only the first layer of the forecaster starts from the encoder's state."),
        N_("Every layer of the encoder hands its state over."),
    ),
    fault(
        "only-last-layer-handed",
        N_("Only the last layer of the forecaster starts from the encoder's state."),
        N_("Every layer of the encoder hands its state over."),
    ),
    fault(
        "encoder-detached",
        N_("The numbers are right, but no gradient flows from the forecaster to the encoder."),
        N_("The encoder then never learns what it should remember."),
        "network-prove",
        paired=False,
    ),
]

READS = [
    fault(
        "reads-last-frame", N_("The forecaster reads the last seen frame at every step."), _NOTHING
    ),
    fault(
        "reads-last-frame-once",
        N_("The forecaster reads the last seen frame at its first step."),
        _NOTHING,
    ),
    fault(
        "reads-first-frame",
        N_("The forecaster reads the first seen frame at every step."),
        _NOTHING,
    ),
    fault("reads-ones", N_("The forecaster reads frames of ones."), _NOTHING),
    fault("reads-noise", N_("The forecaster reads random frames."), _NOTHING, paired=False),
    fault(
        "feeds-back",
        N_("The forecaster reads what it has predicted last, beginning with the last seen frame."),
        _NOTHING,
    ),
    fault(
        "feeds-back-sigmoid",
        N_(
            "The forecaster reads what it has predicted last, after a sigmoid, beginning with the "
            "last seen frame."
        ),
        _NOTHING,
        paired=False,
    ),
    fault(
        "feeds-back-from-zero",
        N_("The forecaster reads what it has predicted last, beginning with a frame of zeros."),
        _NOTHING,
        paired=False,
    ),
    fault(
        "encoder-reads-backwards",
        N_("The encoder reads the frames from the last to the first."),
        N_("The forecast should go on from the last frame, so that one is read last."),
    ),
    fault(
        "encoder-reads-last",
        N_("The encoder reads only the last frame."),
        N_("A single frame does not show which way things move."),
    ),
    fault(
        "encoder-misses-last",
        N_("The encoder does not read the last frame."),
        N_("The newest frame says most about the next one."),
    ),
]

PREDICTS = [
    fault(
        "steps-ignored",
        N_("As many frames are predicted as were read, whatever steps says."),
        N_("The number of frames to predict is free: steps gives it."),
    ),
    fault(
        "one-step-too-many",
        N_("The first prediction is left out."),
        N_("The first hidden state of the forecaster already stands for the next frame."),
    ),
    fault(
        "first-frame-repeated",
        N_("All predicted frames are the first one."),
        N_("Every step of the forecaster gives a frame of its own."),
    ),
    fault(
        "last-frame-repeated",
        N_("All predicted frames are the last one."),
        N_("Every step of the forecaster gives a frame of its own."),
        paired=False,
    ),
    fault(
        "layers-concatenated-reversed",
        N_("The hidden states are joined from the top layer down."),
        N_("The weights of to_frame expect the channels of the first layer first."),
    ),
    fault("frames-sigmoid", N_("The predicted frames go through a sigmoid."), _LOGITS),
    fault("frames-tanh", N_("The predicted frames go through a tanh."), _LINEAR, paired=False),
    fault("frames-relu", N_("The predicted frames go through a ReLU."), _LINEAR, paired=False),
    fault(
        "adds-last-frame",
        N_("The last seen frame is added to every prediction."),
        _LINEAR,
    ),
    fault(
        "frames-reversed",
        N_("The predicted frames are in the reverse order of time."),
        N_("The nearest future comes first."),
    ),
    fault(
        "frames-turned",
        N_("Height and width have changed places in the predicted frames."),
        N_("With square images you would not notice."),
        paired=False,
    ),
    fault(
        "frames-scrambled",
        N_("The prediction has the right shape, but batch and time were mixed by a reshape."),
        N_(
            "view and reshape keep the numbers in their old order and only cut them into other "
            "rows. They cannot exchange two axes."
        ),
        sentence=1,
    ),
    fault(
        "output-squeezed",
        N_("The prediction loses every axis of size 1."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. A batch of one, a single "
            "step and an image with one channel all lose an axis."
        ),
        paired=False,
    ),
]

BUILT = [
    fault(
        "forecaster-is-encoder",
        N_("Encoder and forecaster are one and the same network."),
        N_("Reading and predicting are different tasks: each has weights of its own."),
        paired=False,
    ),
    fault(
        "reads-last-layer",
        N_("Only the hidden states of the last layer go into the predicted frame."),
        N_("Those of all layers, side by side, go into it."),
        paired=False,
    ),
    fault(
        "frame-kernel-3",
        N_("The last convolution has a kernel of 3 by 3."),
        N_("Its kernel is 1 by 1: each pixel is made of the hidden states at its place."),
        paired=False,
    ),
    fault(
        "frames-of-one-channel",
        N_("The last convolution always gives one channel."),
        N_("A predicted frame has as many channels as a frame that was read."),
        paired=False,
    ),
    fault(
        "frame-without-bias",
        N_("The last convolution has no bias."),
        N_("Most pixels are dark: a bias says so at once, for all of them."),
        paired=False,
    ),
]
FORECASTER = [*HANDED, *READS, *PREDICTS, *BUILT]
