"""Mistakes of a convolution's windows, kernels and bias, each with its message.

``what`` says what the code seems to do, ``why`` what is wrong with that, ``look`` which section
of the book explains it. A message names the mistake and never writes the right line.
"""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

MATHS, CODE, PROVE = "convolution-maths", "convcode-scratch", "convcode-prove"

CHANNELS = [
    fault(
        "first-channel-only",
        N_("Only the first input channel is used."),
        N_("Every output channel has a kernel for every input channel, and adds up what all give."),
        MATHS,
        sentence=2,
    ),
    fault(
        "last-channel-only",
        N_("Only the last input channel counts."),
        N_(
            "The channels' results must be added up. It looks as if each one overwrites the one "
            "before."
        ),
        CODE,
        sentence=2,
    ),
    fault(
        "channels-averaged",
        N_("The results of the input channels are averaged instead of added up."),
        N_("A convolution is a sum over channels; with more channels the output may grow."),
        MATHS,
        sentence=3,
    ),
    fault(
        "one-kernel-for-outputs",
        N_("All output channels use the kernel of the first one."),
        N_("Each output channel looks for something else. Here they differ only in their bias."),
        CODE,
        sentence=2,
    ),
    fault(
        "one-kernel-for-inputs",
        N_("All input channels meet the kernel that belongs to the first one."),
        N_("The weights of the other input channels are never used and never learn."),
        CODE,
        sentence=2,
    ),
]

KERNEL = [
    fault(
        "places-averaged",
        N_("The sum over the kernel is divided by the number of its places."),
        N_("A convolution is a sum. Only for a mean filter are the weights themselves that small."),
        MATHS,
        sentence=3,
    ),
    fault(
        "patch-averaged",
        N_("The mean of the patch's products is taken instead of their sum."),
        N_("A convolution adds up over channels and kernel; it does not divide."),
        MATHS,
        sentence=3,
    ),
    fault(
        "last-place-only",
        N_("Only the last place of the kernel counts."),
        N_(
            "The products of all its places must be added up. It looks as if each one overwrites "
            "the one before."
        ),
        CODE,
        sentence=3,
    ),
    fault(
        "kernel-index-stuck",
        N_("Every number of a patch meets the same weight, the first one of its kernel."),
        N_("The index does not move along the kernel, so most weights never learn."),
        CODE,
        sentence=3,
    ),
    fault(
        "input-index-stuck",
        N_("All weights of a kernel meet the same number, the first one of the patch."),
        N_("The index does not move along the patch, so the kernel sees one place only."),
        CODE,
        sentence=3,
    ),
]

KERNEL_2D = [
    fault(
        "kernel-transposed",
        N_("The kernel's height and width change places."),
        N_("A square kernel hides it; an edge detector then finds the edges of the other kind."),
        CODE,
        sentence=2,
    ),
    fault(
        "kernel-upside-down",
        N_("The kernel is turned upside down."),
        N_("Cross-correlation leaves the kernel as it is, and convolution turns both axes."),
        "convcode-break",
        on="flipped:H",
        sentence=3,
    ),
    fault(
        "kernel-mirrored",
        N_("The kernel is turned from left to right."),
        N_("Cross-correlation leaves the kernel as it is, and convolution turns both axes."),
        "convcode-break",
        on="flipped:W",
        sentence=3,
    ),
    fault(
        "output-transposed",
        N_("Height and width change places in the output."),
        N_("The image comes out lying on its side."),
        CODE,
        sentence=1,
    ),
]

BIAS = [
    fault(
        "bias-missing",
        N_("The bias is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-twice",
        N_("The bias is added twice."),
        N_("It shifts an output channel once, by one number."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-subtracted",
        N_("The bias is subtracted."),
        N_("Training would learn the opposite sign; weights from elsewhere give wrong numbers."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-per-place",
        N_("The bias is added again for every place of the kernel."),
        N_("It belongs to the finished sum, once. Does it stand inside a loop?"),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-per-channel",
        N_("The bias is added again for every input channel."),
        N_("It belongs to the finished sum, once. Does it stand inside a loop?"),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-per-product",
        N_("The bias is added to every product before they are summed."),
        N_("It belongs to the finished sum, once."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-first-for-all",
        N_("Every output channel gets the bias of the first one."),
        N_("Each output channel has a bias of its own."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-summed",
        N_("Every output channel gets the sum of all biases."),
        N_("Each output channel has a bias of its own."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-in-first-channel",
        N_("Only the first output channel gets its bias."),
        N_("Each output channel has a bias of its own."),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-along-positions",
        N_("The bias is added along the positions instead of along the output channels."),
        N_(
            "There is one number for each output channel, the same at all its positions. Here "
            "every position gets another number, and that only runs when there are as many "
            "positions as channels."
        ),
        CODE,
        sentence=4,
    ),
    fault(
        "bias-needed",
        N_("Without a bias (None) your code fails."),
        N_("A layer may have no bias, and most layers that are followed by a norm have none."),
        CODE,
        sentence=4,
        paired=False,
    ),
]

WINDOWS = [
    fault(
        "last-window-lost",
        N_("The last window is missing: the count of positions is one too small."),
        N_("Every window that fits counts, also the one that ends at the last number."),
        MATHS,
        sentence=6,
    ),
    fault(
        "first-window-lost",
        N_("The first window is missing."),
        N_("The first window begins at the first number of the padded input."),
        MATHS,
        sentence=6,
    ),
    fault(
        "windows-side-by-side",
        N_("The windows stand side by side: each begins where the one before ends."),
        N_("Neighbouring windows overlap. They move by the stride, not by the size of the kernel."),
        MATHS,
        sentence=6,
    ),
    fault(
        "windows-counted-unpadded",
        N_("The windows are counted as if nothing had been padded: the last ones are missing."),
        N_("Padding makes room for more windows. That is what it is for."),
        MATHS,
        sentence=5,
    ),
    fault(
        "positions-reversed",
        N_("The positions come in reverse order: the last window is first in the output."),
        N_("The output is a picture of the input, and should have the same direction."),
        CODE,
        sentence=6,
    ),
]

SPECIAL = [
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
        N_("Axes of size 1 disappear: a batch of one, or one channel, loses its axis."),
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
    fault(
        "view",
        N_("Your code fails for a tensor whose numbers do not lie in memory in their order."),
        N_(
            "A transposed tensor, or a slice of one, is such a view. Some operations need the "
            "numbers in order; others arrange them first when they must."
        ),
        CODE,
        paired=False,
    ),
]

LOOP = [
    fault(
        "loops-over-positions",
        N_("The numbers are right, but longer inputs take more calls of torch: a loop goes on."),
        N_("This part asks for all positions at once. A loop in Python is what makes it slow."),
        CODE,
        sentence=7,
        paired=False,
    ),
]
