"""Mistakes of the special kinds of convolution: as long as before, turned round, in groups."""

from course_lib.exercises.messages_conv import CODE, MATHS
from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

SAME = [
    fault(
        "same-half-each",
        N_("Each side gets half the kernel: right for odd kernels, one zero too many for even."),
        N_("With an even kernel the output is then one longer than the input."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-floor-each",
        N_("Each side gets the same number of zeros: with an even kernel one position is lost."),
        N_("An even kernel needs an odd number of zeros, so the two sides cannot be equal."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-kernel-each",
        N_("Each side gets as many zeros as the kernel is long."),
        N_("The output is then longer than the input."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-all-each",
        N_("Each side gets all the zeros that the two sides need together."),
        N_("The output is then longer than the input."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-all-before",
        N_("All the zeros come before the input."),
        N_("Each output then sees only what came before it, as in a causal convolution."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-all-after",
        N_("All the zeros come after the input."),
        N_("Each output then sees only what comes after it."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-one-each",
        N_("Each side gets one zero, whatever the size of the kernel."),
        N_("That keeps the length only for a kernel of size 3."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-one-too-few",
        N_("Both sides together get one zero too few, for odd and for even kernels."),
        N_("The output is then shorter than the input."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-one-too-many",
        N_("Both sides together get one zero too many, for odd and for even kernels."),
        N_("The output is then longer than the input."),
        MATHS,
        sentence=8,
    ),
    fault(
        "same-none",
        N_("Nothing is padded."),
        N_("The output is then shorter than the input."),
        MATHS,
        sentence=8,
    ),
]

TURNED = [
    fault(
        "turned-nothing",
        N_("The kernel is not turned: this is still cross-correlation."),
        N_("Convolution turns the kernel by 180 degrees before it slides."),
        "convcode-maths",
        sentence=12,
        paired=False,
    ),
    fault(
        "turned-height-only",
        N_("The kernel is turned upside down, but not from left to right."),
        N_("A turn by 180 degrees reverses both axes."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "turned-width-only",
        N_("The kernel is turned from left to right, but not upside down."),
        N_("A turn by 180 degrees reverses both axes."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "turned-channels-too",
        N_("The channels are reversed as well as the kernel."),
        N_("Only the two axes of the image are turned; channels have no direction."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "turned-in-channels-too",
        N_("The input channels of the kernel are reversed too."),
        N_("Only the two axes of the image are turned; channels have no direction."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "turned-out-channels-too",
        N_("The output channels of the kernel are reversed too."),
        N_("Only the two axes of the image are turned; channels have no direction."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "kernel-transposed-only",
        N_("The kernel's height and width are exchanged instead of turned."),
        N_("A transpose mirrors along the diagonal. A turn by 180 degrees reverses both axes."),
        "convcode-maths",
        sentence=12,
    ),
    fault(
        "input-turned",
        N_("The image is turned instead of the kernel."),
        N_("The output then stands on its head."),
        "convcode-maths",
        sentence=12,
        paired=False,
    ),
    fault(
        "output-turned",
        N_("The output of the cross-correlation is turned instead of the kernel."),
        N_("Turning what comes out is not the same as turning what goes in."),
        "convcode-maths",
        sentence=12,
        paired=False,
    ),
]

GROUPS = [
    fault(
        "groups-read-first",
        N_("All groups read the first group of input channels."),
        N_("The other input channels are then never seen."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-share-kernels",
        N_("All groups use the kernels of the first group."),
        N_("The kernels of the other groups never learn."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-share-bias",
        N_("All groups use the biases of the first group."),
        N_("Each output channel has a bias of its own."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-interleaved-in",
        N_("The input channels are dealt out in turn, like cards."),
        N_("The first group holds the first channels, all next to each other, and so on."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-interleaved-out",
        N_("The output channels' kernels are dealt out in turn, like cards."),
        N_("The first group makes the first output channels, all next to each other, and so on."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-mixed-out",
        N_("The groups' output channels are put together in turn instead of group by group."),
        N_("The first group's channels come first, then those of the second."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-reversed",
        N_("The groups read the input channels in reverse order."),
        N_("The first group of kernels belongs to the first group of input channels."),
        CODE,
        sentence=13,
    ),
    fault(
        "groups-summed",
        N_("The groups' results are added up instead of put side by side."),
        N_("Each group makes its own output channels."),
        CODE,
        sentence=13,
    ),
]
