"""Assignment ps1_convolution: from counting weights to a 2-D convolution, written by hand.

The oracle is torch: its layers' parameters, ``conv1d``, ``conv2d`` and ``conv_transpose2d``.
"""

import warnings
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.exercises import aspects_conv as aspects
from course_lib.exercises import cases_conv as made
from course_lib.exercises import cases_conv_small as small
from course_lib.exercises import conventions_conv as conventions
from course_lib.exercises import faults_conv as faults
from course_lib.exercises import faults_conv_counts as faulty_counts
from course_lib.exercises import messages_conv as messages
from course_lib.exercises import messages_conv_kinds as kind_messages
from course_lib.exercises import messages_conv_moves as move_messages
from course_lib.exercises import messages_conv_small as small_messages
from course_lib.exercises import observations_conv as asked
from course_lib.exercises.faults_conv_linear import linear as faulty_linear
from course_lib.exercises.spec import Assignment, Constructor, Item, Written
from course_lib.i18n import N_

# torch's own convolutions, and what cuts out all patches at once, may not stand in for the
# student's. The method of that name, Tensor.unfold, cuts along one axis and is allowed.
CONVOLUTIONS = frozenset(
    f"{kind}{transposed}{n}d"
    for kind, transposed in (("conv", ""), ("conv", "_transpose"), ("Conv", ""))
    for n in (1, 2, 3)
) | frozenset(f"ConvTranspose{n}d" for n in (1, 2, 3))
FORBIDDEN = CONVOLUTIONS | frozenset(f"Lazy{name}" for name in CONVOLUTIONS)
FORBIDDEN |= {"convolution", "_convolution", "conv_tbc", "mkldnn_convolution", "Linear"}
FORBIDDEN |= {"functional.unfold", "functional.fold", "Unfold", "Fold", "im2col", "col2im"}
FORBIDDEN_LINEAR = frozenset({"linear", "Linear", "LazyLinear", "bilinear", "Bilinear"})

AXIS_NAMES = {
    "B": N_("batch"),
    "C_in": N_("input channel"),
    "C_out": N_("output channel"),
    "C_in/groups": N_("input channel of a group"),
    "L": N_("position"),
    "L'": N_("position"),
    "H": N_("height"),
    "H'": N_("height"),
    "W": N_("width"),
    "W'": N_("width"),
    "K": N_("kernel"),
    "K_h": N_("kernel height"),
    "K_w": N_("kernel width"),
}
LINEAR_AXIS_NAMES = {
    "B": N_("batch"),
    "T": N_("second axis"),
    "R": N_("third axis"),
    "I": N_("input"),
    "O": N_("output feature"),
}


def counted(height, width, c_in, c_out, kernel):
    """The oracle of the counts: the weights of torch's layers, none of which is ever filled."""
    pixels = height * width

    def weights(make, *sizes, **options) -> int:
        return sum(p.numel() for p in make(*sizes, device="meta", **options).parameters())

    dense = weights(nn.Linear, pixels * c_in, pixels * c_out, bias=False)
    local = pixels * weights(nn.Linear, c_in * kernel**2, c_out, bias=False)
    return dense, local, weights(nn.Conv2d, c_in, c_out, kernel)


def positions(size, kernel, stride, padding, dilation):
    """The oracle of the count of positions: torch's own output, of which only the shape is made."""
    x, weight = (torch.empty(1, 1, n, device="meta") for n in (size, kernel))
    return F.conv1d(x, weight, None, stride, padding, dilation).shape[2]


def torch_conv1d(x, weight, bias=None, padding=0):
    return F.conv1d(x, weight, bias, padding=padding)


def torch_same(x, weight, bias=None):
    with warnings.catch_warnings():  # torch says that an even kernel costs it a copy
        warnings.simplefilter("ignore")
        return F.conv1d(x, weight, bias, padding="same")


def torch_true(x, weight, bias=None, padding=0):
    """True convolution is what torch calls a transposed one, with its border cut off."""
    height, width = weight.shape[2:]
    x = F.pad(x, (padding,) * 4)
    return F.conv_transpose2d(x, weight.transpose(0, 1), bias, padding=(height - 1, width - 1))


def torch_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def convolution(
    id, title, points, family, name, signature, oracle, candidate, looked_at, known, layouts,
    sentence=1, **more,
) -> Item:  # fmt: skip
    """One of the items that convolve."""
    options = made.OPTIONS[family]
    return Item(
        id=id,
        title=title,
        points=points,
        kind="function",
        name=name,
        signature=signature,
        result="output",
        arguments=("x", "weight", "bias", *options),
        returns="output",
        axes=partial(made.axes, family),
        cases=partial(made.cases, family),
        oracle=oracle,
        candidate=lambda on: partial(candidate, on),
        aspects=looked_at,
        faults=tuple(known),
        conventions=tuple(layouts),
        probes=conventions.probes(family),
        sentence=sentence,
        forbidden=FORBIDDEN,
        chapter="convcode",
        axis_names=AXIS_NAMES,
        observations={"defaults": asked.defaults, "truths_of_loops": asked.truths_of_loops},
        **more,
    )


def without(known, *ids: str) -> list:
    """The faults but for those that cannot be made, or told from another one, in an item."""
    return [fault for fault in known if fault.id not in ids]


def ids_of(known) -> frozenset[str]:
    return frozenset(fault.id for fault in known)


ORDINARY = [*messages.CHANNELS, *messages.KERNEL, *messages.BIAS, *messages.WINDOWS]
ROW = [*ORDINARY, *move_messages.PADDING, *move_messages.FILLING, *messages.SPECIAL]
IMAGE = [
    *ROW,
    *messages.KERNEL_2D,
    *move_messages.PADDING_2D,
    *move_messages.WINDOWS_2D,
]
MOVING = [*move_messages.STRIDE, *move_messages.DILATION, *move_messages.EXCHANGED]
# With the strides of the grouped cases this one cannot be told from a last window that is lost.
GROUPED_MOVING = without(MOVING, "windows-dilation-times-kernel")
SAME = without(ORDINARY, "windows-counted-unpadded") + move_messages.FILLING
SAME += [*messages.SPECIAL, *kind_messages.SAME]
LAYOUTS = (
    conventions.TURNED,
    conventions.WEIGHTS_EXCHANGED,
    *conventions.CHANNELS_LAST,
    conventions.POSITIONS_FIRST,
)
LAYOUTS_2D = LAYOUTS[:-1]


def counts_item() -> Item:
    return Item(
        id="parameter_counts",
        title=N_("How many weights"),
        points=10,
        kind="function",
        name="parameter_counts",
        signature="parameter_counts(height, width, c_in, c_out, kernel)",
        result="dense, local, convolution",
        arguments=("height", "width", "c_in", "c_out", "kernel"),
        returns=("dense", "local", "convolution"),
        axes=lambda case: {},
        cases=small.counts,
        oracle=counted,
        candidate=lambda on: partial(faulty_counts.parameter_counts, on),
        aspects=aspects.of_counts(),
        faults=tuple(small_messages.COUNTS),
        sentence=11,
        chapter="convolution",
    )


def size_item() -> Item:
    return Item(
        id="output_size",
        title=N_("How many positions"),
        points=5,
        kind="function",
        name="output_size",
        signature="output_size(size, kernel, stride=1, padding=0, dilation=1)",
        result="size",
        arguments=("size", "kernel", "stride", "padding", "dilation"),
        returns="positions",
        axes=lambda case: {},
        cases=small.sizes,
        oracle=positions,
        candidate=lambda on: partial(faulty_counts.output_size, on),
        aspects=aspects.of_size(),
        faults=tuple(small_messages.SIZES),
        sentence=6,
        forbidden=FORBIDDEN,
        chapter="convolution",
    )


def linear_item() -> Item:
    return Item(
        id="linear",
        title=N_("The linear layer"),
        points=15,
        kind="module",
        name="Linear",
        signature="Linear(in_features, out_features, bias=True)",
        result="output",
        arguments=("x",),
        returns="output",
        axes=small.axes,
        cases=small.linear,
        oracle=nn.Linear,
        candidate=faulty_linear,
        aspects=aspects.of_linear(),
        faults=tuple(small_messages.LINEAR),
        constructor=Constructor({"in_features": "I", "out_features": "O"}),
        weights={"weight": "weight", "bias": "bias"},
        sentence=9,
        forbidden=FORBIDDEN_LINEAR,
        chapter="convcode",
        axis_names=LINEAR_AXIS_NAMES,
        observations={
            "parameters": asked.parameters,
            "first_weights": asked.first_weights,
            "without_bias": asked.without_bias,
        },
    )


ASSIGNMENT = Assignment(
    id="ps1_convolution",
    title=N_("Convolution from scratch"),
    minutes=300,
    read_first=("convolution", "convcode"),
    items=(
        counts_item(),
        size_item(),
        linear_item(),
        convolution(
            "conv1d", N_("Patch by patch"), 20, "conv1d", "conv1d",
            "conv1d(x, weight, bias=None, padding=0)",
            torch_conv1d, faults.conv1d, aspects.of_conv1d(), ROW, LAYOUTS,
        ),
        convolution(
            "conv1d_vectorised", N_("All positions at once"), 15, "conv1d", "conv1d_vectorised",
            "conv1d_vectorised(x, weight, bias=None, padding=0)",
            torch_conv1d, faults.conv1d, aspects.of_vectorised(), ROW + messages.LOOP, LAYOUTS,
        ),
        convolution(
            "conv1d_same", N_("As long as before"), 10, "same", "conv1d_same",
            "conv1d_same(x, weight, bias=None)",
            torch_same, faults.conv1d_same, aspects.of_same(), SAME,
            (*LAYOUTS, conventions.EXTRA_BEFORE),
        ),
        convolution(
            "conv2d", N_("Images"), 25, "conv2d", "conv2d",
            "conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1)",
            torch_grouped, faults.conv2d, aspects.of_conv2d(), IMAGE + MOVING, LAYOUTS_2D,
            part="challenge",
        ),
        convolution(
            "true_conv2d", N_("True convolution"), 8, "true", "true_conv2d",
            "true_conv2d(x, weight, bias=None, padding=0)",
            torch_true, faults.true_conv2d, aspects.of_true(),
            without(IMAGE, "kernel-upside-down", "kernel-mirrored", "kernel-transposed",
                    "positions-reversed")
            + kind_messages.TURNED,
            LAYOUTS_2D[1:],
            bonus=True, part="bonus", pairs_with=ids_of(kind_messages.TURNED),
        ),
        convolution(
            "conv2d_grouped", N_("Groups of channels"), 12, "grouped", "conv2d_grouped",
            "conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
            torch_grouped, faults.conv2d, aspects.of_grouped(),
            IMAGE + GROUPED_MOVING + kind_messages.GROUPS,
            (conventions.TURNED, *conventions.CHANNELS_LAST),
            bonus=True, part="bonus", pairs_with=ids_of(kind_messages.GROUPS),
        ),
    ),
    written=(
        Written("why_cross_correlation", N_("Why libraries do not turn the kernel"), 5, True),
        Written("why_shared_weights", N_("What sharing weights promises"), 5, True),
    ),
)  # fmt: skip
