"""Mistakes in the linear layer, in the counts of weights and in the count of positions."""

from dataclasses import replace

from course_lib.exercises.messages_conv import CODE, MATHS, PROVE
from course_lib.exercises.messages_lstm_cell import fault
from course_lib.exercises.messages_lstm_module import MODULE
from course_lib.i18n import N_

# Modules of every kind make these mistakes; only where to read about them is another place.
SHARED = ("not-registered", "parameters-late", "drawn-anew", "starts-zero", "starts-ones")
SHARED += ("starts-empty", "starts-positive")

LINEAR = [
    replace(known, message=replace(known.message, look=CODE, sentence=9))
    for known in MODULE
    if known.id in SHARED
] + [
    fault(
        "bias-not-registered",
        N_("The bias is a plain tensor: the module knows only the weight as a parameter."),
        N_("An optimiser, .to(device) and state_dict() pass it by, so it never learns."),
        CODE,
        sentence=9,
        paired=False,
    ),
    fault(
        "starts-normal",
        N_("The weights start outside the range that the statement names."),
        N_("With many inputs the outputs are then far too large from the start."),
        CODE,
        sentence=9,
        paired=False,
    ),
    fault(
        "bias-missing",
        N_("The bias is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        MATHS,
        sentence=9,
    ),
    fault(
        "bias-twice",
        N_("The bias is added twice."),
        N_("It shifts an output channel once, by one number."),
        MATHS,
        sentence=9,
    ),
    fault(
        "bias-subtracted",
        N_("The bias is subtracted."),
        N_("Training would learn the opposite sign; weights from elsewhere give wrong numbers."),
        MATHS,
        sentence=9,
    ),
    fault(
        "averaged",
        N_("The sum over the inputs is divided by their number."),
        N_("A linear layer adds up; it does not average."),
        MATHS,
        sentence=9,
    ),
    *(
        fault(
            name,
            N_("The result goes through an activation function ({name})."),
            N_("A linear layer ends with its bias. The activation is a layer of its own."),
            MATHS,
            params={"name": name},
            sentence=9,
        )
        for name in ("relu", "sigmoid", "tanh")
    ),
    fault(
        "two-axes-only",
        N_("Your code is right for an input with two axes and fails for any other."),
        N_("The last axis holds the numbers that go in; there may be any number before it."),
        CODE,
        sentence=9,
        paired=False,
    ),
    fault(
        "needs-bias",
        N_("With bias=False your code fails."),
        N_("The layer then has no parameter of that name, and nothing to add."),
        CODE,
        sentence=9,
        paired=False,
    ),
    fault(
        "bias-false-ignored",
        N_("bias=False makes no difference: there is a bias all the same."),
        N_("A bias that nobody asked for is trained, saved and counted."),
        CODE,
        sentence=9,
        paired=False,
    ),
    fault(
        "weight-detached",
        N_("The numbers are right, but no gradient reaches the weight."),
        N_("On the way from there something leaves torch's record, so it can never learn."),
        PROVE,
        paired=False,
    ),
    fault(
        "input-in-place",
        N_("Your code changes the input it was given, in place."),
        N_(
            "The caller's tensor is no longer what it was, and PyTorch can no longer compute "
            "gradients through it."
        ),
        CODE,
        sentence=10,
        paired=False,
    ),
    fault(
        "squeeze",
        N_("Axes of size 1 disappear: a batch of one, or one output, loses its axis."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. The same code then fails on "
            "a batch of one, for instance on the last, smaller batch."
        ),
        CODE,
        paired=False,
    ),
    fault(
        "float32",
        N_("Somewhere the numbers are turned into float32."),
        N_("Inputs in float64 lose half of their digits, or do not run at all."),
        PROVE,
        paired=False,
    ),
]


def miscount(id, what, why):
    return fault(id, what, why, MATHS, sentence=11)


COUNTS = [
    miscount(
        "image-square",
        N_("The height of the image is used for its width too."),
        N_("Not every image is a square."),
    ),
    miscount(
        "kernel-not-squared",
        N_("A patch is counted with one side of the kernel instead of all its pixels."),
        N_("The kernel is a square: it has as many pixels as its side times its side."),
    ),
    miscount(
        "patch-from-half-width",
        N_("The size of the kernel is taken for its half width."),
        N_("The chapter also writes the size as 2k + 1. Here the side itself is given."),
    ),
    miscount(
        "channels-in-left-out",
        N_("The input channels are left out."),
        N_("Every output channel has weights for every input channel."),
    ),
    miscount(
        "channels-out-left-out",
        N_("The output channels are left out."),
        N_("Every output channel has weights of its own."),
    ),
    miscount(
        "channels-added",
        N_("Input and output channels are added where they should be multiplied."),
        N_("There is a set of weights for every pair of an input and an output channel."),
    ),
    miscount(
        "dense-one-image",
        N_("In the dense layer the pixels of only one of the two images are counted."),
        N_("Every output pixel is joined to every input pixel."),
    ),
    miscount(
        "dense-one-channel",
        N_("In the dense layer the channels are left out."),
        N_("An image has as many numbers as it has pixels times channels."),
    ),
    miscount(
        "dense-with-biases",
        N_("The biases of the dense layer are counted too."),
        N_("They are few beside its weights, and the statement leaves them out."),
    ),
    miscount(
        "local-shared",
        N_("The locally-connected layer is counted as if its weights were shared."),
        N_("It has weights of its own at every pixel. Sharing them makes it a convolution."),
    ),
    miscount(
        "local-valid-only",
        N_("The locally-connected layer is counted only where the kernel fits without padding."),
        N_("Its output is as large as its input, so there are weights for every pixel."),
    ),
    miscount(
        "local-with-biases",
        N_("The biases of the locally-connected layer are counted too."),
        N_("They are few beside its weights, and the statement leaves them out."),
    ),
    miscount(
        "convolution-per-pixel",
        N_("The convolution's weights are counted once for every pixel."),
        N_("A convolution uses the same weights everywhere. That is the whole point."),
    ),
    miscount(
        "convolution-without-bias",
        N_("The biases of the convolution are left out."),
        N_("Here they count, because there are so few weights beside them."),
    ),
    miscount(
        "convolution-bias-in",
        N_("The convolution's biases are counted by its input channels."),
        N_("A bias belongs to an output."),
    ),
    miscount(
        "convolution-bias-one",
        N_("The convolution is counted with a single bias."),
        N_("Each output channel has a bias of its own."),
    ),
    miscount(
        "convolution-bias-per-kernel",
        N_("A bias is counted for every pair of an input and an output channel."),
        N_("It is added to the finished sum, once for each output channel."),
    ),
    miscount(
        "convolution-bias-per-pixel",
        N_("A bias is counted for every pixel of the output."),
        N_("The bias is shared over the pixels, like the weights."),
    ),
    miscount(
        "counts-reversed",
        N_("The three counts come back in reverse order."),
        N_("The order is that of the chapter: from the most weights to the fewest."),
    ),
]


def misplaced(id, what, why):
    return fault(id, what, why, MATHS, sentence=6)


SIZES = [
    misplaced(
        "size-dilation-ignored",
        N_("The dilation is not used: the kernel is counted as if its places were neighbours."),
        N_("A dilated kernel covers more of the input, so it fits in fewer places."),
    ),
    misplaced(
        "size-dilation-times-kernel",
        N_("A dilated kernel is taken to be as long as its size times the dilation."),
        N_("Only the distances between its places grow; after the last place there is none."),
    ),
    misplaced(
        "dilation-as-gaps",
        N_("The dilation is taken for the number of places that are skipped."),
        N_("It is the distance between neighbours, so 1 means that nothing is skipped."),
    ),
    misplaced(
        "size-padding-once",
        N_("The padding is counted on one side only."),
        N_("Each side gets that many zeros."),
    ),
    misplaced(
        "padding-ignored",
        N_("The padding is not used."),
        N_("Padding makes room for more windows. That is what it is for."),
    ),
    misplaced(
        "stride-ignored",
        N_("The stride is not used: the window moves by one."),
        N_("With stride the output should get smaller."),
    ),
    misplaced(
        "size-ceil",
        N_("A last window that does not fit whole is counted too."),
        N_("Only windows that fit into the padded input count."),
    ),
    misplaced(
        "size-rounded",
        N_("The number of steps is rounded to the nearest whole number."),
        N_("Only windows that fit whole count, so half a step is no step."),
    ),
    misplaced(
        "size-not-floored",
        N_("The number of steps is not rounded to a whole number."),
        N_("There is no half window."),
    ),
    misplaced(
        "size-without-one",
        N_("The steps are counted instead of the windows: one is missing."),
        N_("A fence has one post more than gaps."),
    ),
    misplaced(
        "size-one-inside",
        N_("The one window at the start is added before the division by the stride."),
        N_("It is there whatever the stride is, so it is added at the end."),
    ),
    misplaced(
        "size-kernel-not-minus-one",
        N_("The kernel is taken to be one shorter than it is: one window too many may come out."),
        N_("The first number of a window is part of it."),
    ),
]
