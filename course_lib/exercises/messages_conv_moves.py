"""Mistakes with padding, stride and dilation, each with its message."""

from course_lib.exercises.messages_conv import CODE, MATHS
from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

PADDING = [
    fault(
        "padding-ignored",
        N_("The padding is not used."),
        N_("Without it the output shrinks at every layer, and the border counts less."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-before-only",
        N_("Zeros are added only at the beginning, not at the end."),
        N_("Padding is the same on both sides. One-sided padding shifts the output."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-after-only",
        N_("Zeros are added only at the end, not at the beginning."),
        N_("Padding is the same on both sides. One-sided padding shifts the output."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-twice",
        N_("Twice as many zeros are added as were asked for."),
        N_("Is the input padded in two places?"),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-halved",
        N_("The padding is shared between the two sides."),
        N_("It says how many zeros each side gets, not how many there are in all."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-one-more",
        N_("Each side gets one zero too many."),
        N_("The output is then longer than it should be."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-one-less",
        N_("Each side gets one zero too few."),
        N_("The output is then shorter than it should be."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-one-too-many-after",
        N_("The end gets one zero more than the beginning."),
        N_("Padding is the same on both sides, for odd and for even kernels."),
        MATHS,
        sentence=5,
    ),
    fault(
        "padding-of-output",
        N_("The zeros are put around the output instead of the input."),
        N_("The shape is right by accident, but the border should hold sums and not zeros."),
        MATHS,
        sentence=5,
    ),
    fault(
        "crop-empty",
        N_("With padding your code is right. Without it (padding 0) it is not."),
        N_("Is there a slice that ends at minus the padding? With 0 it ends where it begins."),
        "convcode-break",
        sentence=5,
        paired=False,
    ),
]

FILLING = [
    fault(
        "padding-ones",
        N_("The border is filled with ones."),
        N_("Zeros add nothing to a sum; ones add the weights themselves."),
        MATHS,
        sentence=5,
        paired=False,
    ),
    fault(
        "padding-replicate",
        N_("The border repeats the outermost numbers instead of holding zeros."),
        N_("That is another way of padding, which torch calls replicate. Here it is zeros."),
        MATHS,
        sentence=5,
        paired=False,
    ),
    fault(
        "padding-reflect",
        N_("The border mirrors the numbers inside instead of holding zeros."),
        N_("That is another way of padding, which torch calls reflect. Here it is zeros."),
        MATHS,
        sentence=5,
        paired=False,
    ),
    fault(
        "padding-circular",
        N_("The border continues with the numbers of the other side instead of zeros."),
        N_("That is another way of padding, which torch calls circular. Here it is zeros."),
        MATHS,
        sentence=5,
        paired=False,
    ),
]

PADDING_2D = [
    fault(
        "padding-height-only",
        N_("Zeros are added above and below, but not to the left and to the right."),
        N_("Padding goes around the whole image."),
        MATHS,
        on="padding-only:H",
        sentence=5,
    ),
    fault(
        "padding-width-only",
        N_("Zeros are added to the left and to the right, but not above and below."),
        N_("Padding goes around the whole image."),
        MATHS,
        on="padding-only:W",
        sentence=5,
    ),
]

WINDOWS_2D = [
    fault(
        "last-row-lost",
        N_("The last row of windows is missing."),
        N_("Every window that fits counts, also the one that ends at the last row."),
        MATHS,
        on="last-lost:H",
        sentence=6,
    ),
    fault(
        "last-column-lost",
        N_("The last column of windows is missing."),
        N_("Every window that fits counts, also the one that ends at the last column."),
        MATHS,
        on="last-lost:W",
        sentence=6,
    ),
]

STRIDE = [
    fault(
        "count-without-one",
        N_("The number of positions is rounded down one too far."),
        N_("It is one more than the number of steps: a fence has one post more than gaps."),
        MATHS,
        sentence=6,
    ),
    fault(
        "stride-ignored",
        N_("The stride is not used: the window moves by one."),
        N_("With stride the output should get smaller."),
        MATHS,
        sentence=6,
    ),
    fault(
        "stride-height-only",
        N_("The stride is used downwards, but not to the right."),
        N_("It holds for both axes of the image."),
        MATHS,
        on="stride-only:H",
        sentence=6,
    ),
    fault(
        "stride-width-only",
        N_("The stride is used to the right, but not downwards."),
        N_("It holds for both axes of the image."),
        MATHS,
        on="stride-only:W",
        sentence=6,
    ),
    fault(
        "stride-starts-late",
        N_("With a stride, the first window does not begin at the first number."),
        N_("The first window begins at the corner of the padded image; then come the steps."),
        MATHS,
        sentence=6,
    ),
]

DILATION = [
    fault(
        "windows-dilation-times-kernel",
        N_("The windows are counted as if a dilated kernel were its size times the dilation long."),
        N_("Only the distances between its places grow; after the last place there is none."),
        MATHS,
        sentence=6,
    ),
    fault(
        "dilation-ignored",
        N_("The dilation is not used."),
        N_("A dilated kernel reaches further with the same number of weights."),
        MATHS,
        sentence=6,
    ),
    fault(
        "dilation-height-only",
        N_("The dilation is used downwards, but not to the right."),
        N_("It holds for both axes of the kernel."),
        MATHS,
        on="dilation-only:H",
        sentence=6,
    ),
    fault(
        "dilation-width-only",
        N_("The dilation is used to the right, but not downwards."),
        N_("It holds for both axes of the kernel."),
        MATHS,
        on="dilation-only:W",
        sentence=6,
    ),
    fault(
        "dilation-as-gaps",
        N_("The dilation is taken for the number of places that are skipped."),
        N_("It is the distance between neighbours, so 1 means that nothing is skipped."),
        MATHS,
        sentence=6,
    ),
    fault(
        "dilation-as-input-step",
        N_("The dilation thins out the image instead of spreading the kernel."),
        N_("Between two windows the numbers that were left out are seen by nobody."),
        MATHS,
        sentence=6,
        paired=False,
    ),
]

EXCHANGED = [
    fault(
        "stride-dilation-swapped",
        N_("Stride and dilation change places."),
        N_("The stride moves the window; the dilation spreads it."),
        MATHS,
        sentence=6,
        paired=False,
    ),
    fault(
        "stride-padding-swapped",
        N_("Stride and padding change places."),
        N_("Are they passed on in the order of the signature?"),
        CODE,
        sentence=6,
        paired=False,
    ),
    fault(
        "padding-dilation-swapped",
        N_("Padding and dilation change places."),
        N_("Are they passed on in the order of the signature?"),
        CODE,
        sentence=6,
        paired=False,
    ),
]
