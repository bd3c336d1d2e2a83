"""One convolution with a switch for every known mistake. With no switch on, it is right.

1-D is the same as 2-D with a height of one. ``on`` is the set of switches that are thrown; "H" and
"W" after a colon say along which axis. The right code reads straight down; every ``if`` is a
mistake somebody made.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from course_lib.exercises.faults_conv_borders import around, padded


@dataclass(frozen=True)
class Axis:
    """How the kernel moves along one axis of the image."""

    name: str
    kernel: int
    before: int
    after: int
    stride: int = 1
    dilation: int = 1


def conv1d(on: frozenset[str], x, weight, bias=None, padding=0) -> Tensor:
    """x (B, C_in, L), weight (C_out, C_in, K) -> (B, C_out, L')."""
    axes = (Axis("H", 1, 0, 0), Axis("W", weight.shape[2], *around(on, padding)))
    return of_rows(on, x, weight, bias, axes)


def conv1d_same(on: frozenset[str], x, weight, bias=None) -> Tensor:
    """As many positions as x has; an even kernel gets its extra zero at the end."""
    kernel = weight.shape[2]
    before, after = (kernel - 1) // 2, kernel // 2
    for switch, borders in SAME.items():
        if switch in on:
            before, after = borders(kernel)
    axes = (Axis("H", 1, 0, 0), Axis("W", kernel, before, after))
    return of_rows(on, x, weight, bias, axes)


def of_rows(on, x, weight, bias, axes) -> Tensor:
    """Sequences as images of one row."""
    if "bias-along-positions" in on and bias is not None:
        return correlate(on, x.unsqueeze(2), weight.unsqueeze(2), None, axes).squeeze(2) + bias
    out = correlate(on, x.unsqueeze(2), weight.unsqueeze(2), bias, axes).squeeze(2)
    return out.squeeze() if "squeeze" in on else out


# What 'same' pads before and after, for a kernel of size K.
SAME = {
    "same-half-each": lambda K: (K // 2, K // 2),
    "same-floor-each": lambda K: ((K - 1) // 2, (K - 1) // 2),
    "same-kernel-each": lambda K: (K, K),
    "same-all-each": lambda K: (K - 1, K - 1),
    "same-all-before": lambda K: (K - 1, 0),
    "same-all-after": lambda K: (0, K - 1),
    "same-one-each": lambda K: (1, 1),
    "same-none": lambda K: (0, 0),
    "same-one-too-few": lambda K: ((K - 2) // 2, K - 2 - (K - 2) // 2),
    "same-one-too-many": lambda K: (K // 2, K - K // 2),
}


def conv2d(
    on: frozenset[str], x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1
) -> Tensor:
    """x (B, C_in, H, W), weight (C_out, C_in / groups, K_h, K_w) -> (B, C_out, H', W')."""
    if "stride-dilation-swapped" in on:
        stride, dilation = dilation, stride
    if "stride-padding-swapped" in on:
        stride, padding = max(padding, 1), stride
    if "padding-dilation-swapped" in on:
        padding, dilation = dilation, max(padding, 1)
    if "kernel-transposed" in on:
        weight = weight.transpose(2, 3)
    axes = tuple(
        axis_of(on, name, kernel, stride, padding, dilation)
        for name, kernel in zip("HW", weight.shape[2:], strict=True)
    )
    if "dilation-as-input-step" in on and dilation > 1:
        x = pad(x, (padding,) * 4)[:, :, ::dilation, ::dilation]
        axes = tuple(Axis(a.name, a.kernel, 0, 0, a.stride) for a in axes)
    if groups == 1 or "groups-ignored" in on:
        out = correlate(on, x, weight, bias, axes)
    else:
        out = grouped(on, x, weight, bias, axes, groups)
    return out.squeeze() if "squeeze" in on else out


def true_conv2d(on: frozenset[str], x, weight, bias=None, padding=0) -> Tensor:
    """The convolution of mathematics: the kernel is turned by 180 degrees."""
    if "input-turned" in on:
        return conv2d(on, x.flip(2, 3), weight, bias, 1, padding)
    if "output-turned" in on:
        return conv2d(on, x, weight, bias, 1, padding).flip(2, 3)
    if "kernel-transposed-only" in on:
        return conv2d(on, x, weight.transpose(2, 3), bias, 1, padding)
    turned = [2, 3]
    if "turned-nothing" in on:
        turned = []
    if "turned-height-only" in on:
        turned = [2]
    if "turned-width-only" in on:
        turned = [3]
    if "turned-channels-too" in on:
        turned = [0, 1, 2, 3]
    if "turned-in-channels-too" in on:
        turned = [1, 2, 3]
    if "turned-out-channels-too" in on:
        turned = [0, 2, 3]
    return conv2d(on, x, weight.flip(turned), bias, 1, padding)


def axis_of(on, name: str, kernel: int, stride: int, padding: int, dilation: int) -> Axis:
    """The axis "H" or "W" with its own share of the mistakes."""
    other = "W" if name == "H" else "H"
    before, after = around(on, padding)
    if f"padding-only:{other}" in on:
        before = after = 0
    if "stride-ignored" in on or f"stride-only:{other}" in on:
        stride = 1
    if "dilation-ignored" in on or f"dilation-only:{other}" in on:
        dilation = 1
    if "dilation-as-gaps" in on:
        dilation += 1
    return Axis(name, kernel, before, after, stride, dilation)


def grouped(on, x, weight, bias, axes, groups: int) -> Tensor:
    """Each group of output channels reads its own group of input channels."""
    x_of = list(x.chunk(groups, 1))
    w_of = list(weight.chunk(groups))
    b_of = [None] * groups if bias is None else list(bias.chunk(groups))
    if "groups-read-first" in on:
        x_of = x_of[:1] * groups
    if "groups-share-kernels" in on:
        w_of = w_of[:1] * groups
    if "groups-share-bias" in on:
        b_of = b_of[:1] * groups
    if "groups-interleaved-in" in on:
        x_of = [x[:, g::groups] for g in range(groups)]
    if "groups-interleaved-out" in on:
        w_of = [weight[g::groups] for g in range(groups)]
        b_of = [None if bias is None else bias[g::groups] for g in range(groups)]
    if "groups-reversed" in on:
        x_of = x_of[::-1]
    out = [correlate(on, *parts, axes) for parts in zip(x_of, w_of, b_of, strict=True)]
    if "groups-summed" in on:
        return sum(out)
    if "groups-mixed-out" in on:
        return torch.stack(out, 2).flatten(1, 2)
    return torch.cat(out, 1)


def correlate(on, x, weight, bias, axes: tuple[Axis, Axis]) -> Tensor:
    """Out_ij = Σ weight · vect(P(i, j)) + bias: the patches are cut out, then comes one product."""
    given = x
    if "view" in on:
        x.view(len(x), -1), weight.view(len(weight), -1)
    if "float32" in on:
        x, weight, bias = x.float(), weight.float(), None if bias is None else bias.float()
    weight = kernels(on, weight)
    patches = cut(on, padded(on, x, axes), axes)  # (B, C_in, H', K_h, W', K_w)
    if "input-index-stuck" in on:
        patches = patches[:, :, :, :1, :, :1].expand_as(patches)
    if "first-channel-only" in on:
        patches, weight = patches[:, :1], weight[:, :1]
    if "last-channel-only" in on:
        patches, weight = patches[:, -1:], weight[:, -1:]
    if "last-place-only" in on:
        patches, weight = patches[:, :, :, -1:, :, -1:], weight[:, :, -1:, -1:]
    if "loops-over-positions" in on:
        columns = [torch.einsum("bchkl,ockl->boh", p, weight) for p in patches.unbind(4)]
        out = torch.stack(columns, 3)
    else:
        out = torch.einsum("bchkwl,ockl->bohw", patches, weight)  # (B, C_out, H', W')
    places = weight.shape[2] * weight.shape[3]
    for switch, factor in {
        "channels-averaged": weight.shape[1],
        "places-averaged": places,
        "patch-averaged": weight.shape[1] * places,
    }.items():
        out = out / factor if switch in on else out
    if "padding-of-output" in on:
        out = pad(out, [n for axis in reversed(axes) for n in (axis.before, axis.after)])
    out = with_bias(on, out, bias, weight)
    if "input-in-place" in on:
        given.mul_(0.5)
    return out.transpose(2, 3) if "output-transposed" in on else out


def kernels(on, weight: Tensor) -> Tensor:
    """The kernels (C_out, C_in, K_h, K_w), as they are wrongly read."""
    if "flipped:H" in on:
        weight = weight.flip(2)
    if "flipped:W" in on:
        weight = weight.flip(3)
    if "one-kernel-for-outputs" in on:
        weight = weight[:1].expand_as(weight)
    if "one-kernel-for-inputs" in on:
        weight = weight[:, :1].expand_as(weight)
    if "kernel-index-stuck" in on:
        weight = weight[:, :, :1, :1].expand_as(weight)
    return weight


def cut(on, x: Tensor, axes: tuple[Axis, Axis]) -> Tensor:
    """Every patch: x (B, C, H, W) -> (B, C, H', K_h, W', K_w)."""
    for axis, dim in zip(axes, (2, 4), strict=True):
        starts = positions(on, x.shape[dim], axis)
        places = torch.arange(axis.kernel) * axis.dilation
        index = starts[:, None] + places  # (H', K_h)
        x = x.index_select(dim, index.flatten()).unflatten(dim, index.shape)
    return x


def positions(on, size: int, axis: Axis) -> Tensor:
    """Where along a padded axis of this size a patch begins."""
    end = size - axis.dilation * (axis.kernel - 1)
    moving = axis.kernel > 1 or axis.name == "W" or size > 1  # not the one row of a sequence
    if moving and ({"last-window-lost", f"last-lost:{axis.name}"} & on):
        end -= 1
    if "windows-dilation-times-kernel" in on:
        end -= axis.dilation - 1
    if moving and "windows-counted-unpadded" in on:
        end -= axis.before + axis.after
    step = axis.kernel if "windows-side-by-side" in on else axis.stride
    starts = torch.arange(0, max(end, 0), step)
    if moving and "first-window-lost" in on:
        starts = starts[1:]
    if moving and "count-without-one" in on:
        starts = starts[: (end - 1) // axis.stride]
    if "stride-starts-late" in on:
        starts = torch.arange(axis.stride - 1, max(end, 0), axis.stride)
    if "positions-reversed" in on:
        starts = starts.flip(0)
    return starts


def with_bias(on, out: Tensor, bias, weight) -> Tensor:
    """Add one number to each output channel."""
    if "bias-needed" in on and bias is None:
        bias = bias.unsqueeze(0)
    if bias is None or "bias-missing" in on:
        return out
    if "bias-along-positions" in on:
        return out + bias
    places = weight.shape[2] * weight.shape[3]
    for switch, times in {
        "bias-twice": 2,
        "bias-subtracted": -1,
        "bias-per-place": places,
        "bias-per-channel": weight.shape[1],
        "bias-per-product": weight.shape[1] * places,
    }.items():
        bias = bias * times if switch in on else bias
    if "bias-first-for-all" in on:
        bias = bias[:1].expand_as(bias)
    if "bias-summed" in on:
        bias = bias.sum().expand_as(bias)
    if "bias-in-first-channel" in on:
        bias = torch.cat([bias[:1], torch.zeros_like(bias[1:])])
    return out + bias[:, None, None]
