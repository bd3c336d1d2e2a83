"""Convolutions as careless students write them, from the statement alone; each with what is wrong.

They were written without looking at the faults' implementation. ``expected`` is the id a finding
must have, or None where only an honest "I don't know" or a true fact is asked for.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ANSWERS = []


def answer(item, expected):
    def keep(fn):
        ANSWERS.append((fn.__name__, item, fn, expected))
        return fn

    return keep


@answer("parameter_counts", {"dense-one-image"})
def one_layer_as_large_as_the_image(height, width, c_in, c_out, kernel):
    patch = kernel * kernel
    return (
        height * width * c_in * c_out,
        height * width * patch * c_in * c_out,
        (patch * c_in + 1) * c_out,
    )


@answer("parameter_counts", {"counts-reversed"})
def fewest_first(height, width, c_in, c_out, kernel):
    n = height * width
    w = kernel**2 * c_in * c_out
    return w + c_out, n * w, n * n * c_in * c_out


@answer("parameter_counts", {"image-square"})
def forgets_the_width(height, width, c_in, c_out, kernel):
    n = height * height
    w = kernel**2 * c_in * c_out
    return n * n * c_in * c_out, n * w, w + c_out


@answer("output_size", {"size-padding-once"})
def padding_on_one_side(size, kernel, stride=1, padding=0, dilation=1):
    return (size + padding - dilation * (kernel - 1) - 1) // stride + 1


@answer("output_size", {"size-not-floored"})
def true_division(size, kernel, stride=1, padding=0, dilation=1):
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1


@answer("linear", {"wrong-shape"})
class WeightTheOtherWay(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        s = in_features**-0.5
        self.weight = nn.Parameter(torch.rand(in_features, out_features) * 2 * s - s)
        self.bias = nn.Parameter(torch.rand(out_features) * 2 * s - s) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


@answer("linear", {"starts-narrow"})
class AsInTheChapter(nn.Module):
    """The chapter's layer: no bias, first values between -0.1 and 0.1."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * 0.2 - 0.1)
        self.bias = nn.Parameter(torch.rand(out_features) * 0.2 - 0.1) if bias else None

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


@answer("linear", {"starts-bias"})
class BiasOfZeros(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        s = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-s, s))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        y = torch.matmul(x, self.weight.t())
        return y if self.bias is None else y + self.bias


@answer("linear", {"forbidden-call"})
class Borrowed(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(out_features, in_features))
        self.bias = nn.Parameter(torch.rand(out_features)) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


def right_row(x, weight, bias=None):
    """x is padded already."""
    columns = [
        (x[:, None, :, i : i + weight.shape[2]] * weight).sum((2, 3))
        for i in range(x.shape[2] - weight.shape[2] + 1)
    ]
    out = torch.stack(columns, 2)
    return out if bias is None else out + bias.view(-1, 1)


@answer("conv1d", {"last-window-lost"})
def one_window_short(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    out = []
    for i in range(x.size(2) - weight.size(2)):
        patch = x[:, :, i : i + weight.size(2)]
        y = torch.einsum("bck,ock->bo", patch, weight)
        out.append(y if bias is None else y + bias)
    return torch.stack(out, 2)


@answer("conv1d", {"output-channels-last"})
def stacked_along_one(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    out = []
    for i in range(x.size(2) - weight.size(2) + 1):
        patch = x[:, :, i : i + weight.size(2)].flatten(1)
        out.append(F.linear(patch, weight.flatten(1), bias))
    return torch.stack(out, 1)


@answer("conv1d", {"crop-empty"})
def fills_the_middle(x, weight, bias=None, padding=0):
    B, C, L = x.shape
    padded = x.new_zeros(B, C, L + 2 * padding)
    padded[:, :, padding:-padding] = x
    return right_row(padded, weight, bias)


@answer("conv1d", {"bias-along-positions"})
def adds_the_bias_at_the_end(x, weight, bias=None, padding=0):
    out = right_row(F.pad(x, (padding, padding)), weight)
    if bias is not None:
        out = out + bias
    return out


@answer("conv1d", {"kernel-turned"})
def as_numpy_does(x, weight, bias=None, padding=0):
    x = F.pad(x, (padding, padding))
    K = weight.shape[2]
    out = []
    for i in range(x.shape[2] - K + 1):
        y = 0
        for k in range(K):
            y = y + x[:, :, i + k] @ weight[:, :, K - 1 - k].T
        out.append(y if bias is None else y + bias)
    return torch.stack(out, -1)


@answer("conv1d", {"bias-needed"})
def always_a_bias(x, weight, bias=None, padding=0):
    return right_row(F.pad(x, (padding, padding)), weight) + bias[None, :, None]


@answer("conv1d", {"no-gradient"})
def with_numpy(x, weight, bias=None, padding=0):
    x = np.pad(x.detach().numpy(), ((0, 0), (0, 0), (padding, padding)))
    w = weight.detach().numpy()
    n = x.shape[2] - w.shape[2] + 1
    out = np.stack([np.einsum("bck,ock->bo", x[:, :, i : i + w.shape[2]], w) for i in range(n)], 2)
    out = torch.from_numpy(out)
    return out if bias is None else out + bias.detach()[:, None]


@answer("conv1d", {"view"})
def with_view(x, weight, bias=None, padding=0):
    W = weight.view(weight.shape[0], -1)
    x = F.pad(x, (padding, padding))
    out = []
    for i in range(x.shape[2] - weight.shape[2] + 1):
        out.append(F.linear(x[:, :, i : i + weight.shape[2]].reshape(len(x), -1), W, bias))
    return torch.stack(out, 2)


@answer("conv1d", {"rows-mixed"})
def centres_the_batch(x, weight, bias=None, padding=0):
    return right_row(F.pad(x - x.mean(0), (padding, padding)), weight, bias)


@answer("conv1d", {"numbers-differ"})
def pads_with_a_half(x, weight, bias=None, padding=0):
    """Right without padding."""
    return right_row(F.pad(x, (padding, padding), value=0.5), weight, bias)


@answer("conv1d_vectorised", {"loops-over-positions"})
def the_loop_again(x, weight, bias=None, padding=0):
    return right_row(F.pad(x, (padding, padding)), weight, bias)


@answer("conv1d_vectorised", {"forbidden-call"})
def asks_torch(x, weight, bias=None, padding=0):
    return torch.conv1d(x, weight, bias, padding=padding)


@answer("conv1d_vectorised", {"forbidden-call"})
def unfolds_all_at_once(x, weight, bias=None, padding=0):
    columns = F.unfold(x.unsqueeze(2), (1, weight.shape[2]), padding=(0, padding))
    out = weight.flatten(1) @ columns
    return out if bias is None else out + bias[:, None]


@answer("conv1d_same", {"same-half-each"})
def half_the_kernel(x, weight, bias=None):
    p = weight.shape[2] // 2
    return right_row(F.pad(x, (p, p)), weight, bias)


@answer("conv1d_same", {"same-extra-before"})
def extra_in_front(x, weight, bias=None):
    p = weight.shape[2] // 2
    return right_row(F.pad(x, (p, weight.shape[2] - 1 - p)), weight, bias)


def right_image(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    x = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:], strict=True)]
    rows, columns = (
        (n - span) // s + 1 for n, span, s in zip(x.shape[2:], spans, stride, strict=True)
    )
    out = x.new_zeros(len(x), len(weight), rows, columns)
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride[0], j * stride[1]
            patch = x[
                :, :, top : top + spans[0] : dilation[0], left : left + spans[1] : dilation[1]
            ]
            out[:, :, i, j] = torch.tensordot(patch, weight, dims=((1, 2, 3), (1, 2, 3)))
    return out if bias is None else out + bias[None, :, None, None]


@answer("conv2d", {"dilation-ignored"})
def no_time_for_dilation(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return right_image(x, weight, bias, (stride, stride), (padding, padding))


@answer("conv2d", {"padding-width-only"})
def pads_two_sides(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return right_image(x, weight, bias, (stride, stride), (0, padding), (dilation, dilation))


@answer("conv2d", {"stride-height-only"})
def one_stride(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return right_image(x, weight, bias, (stride, 1), (padding, padding), (dilation, dilation))


@answer("conv2d", {"wrong-shape", "kernel-transposed", "shapes-in-elementwise"})
def width_before_height(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return right_image(
        x, weight.transpose(2, 3), bias, (stride,) * 2, (padding,) * 2, (dilation,) * 2
    )


@answer("conv2d", {"numbers-differ", "wrong-shape"})
def forgets_the_padding_in_the_size(x, weight, bias=None, stride=1, padding=0, dilation=1):
    """Counts the windows without padding and with half the stride's last step."""
    out = right_image(x, weight, bias, (stride,) * 2, (padding,) * 2, (dilation,) * 2)
    return out[:, :, : (x.shape[2] - weight.shape[2]) // stride + 1]


@answer("conv2d", {"numbers-differ"})
def squares_the_dilation(x, weight, bias=None, stride=1, padding=0, dilation=1):
    out = right_image(x, weight, bias, (stride,) * 2, (padding,) * 2, (dilation,) * 2)
    return out * dilation


@answer("true_conv2d", {"turned-height-only"})
def one_flip(x, weight, bias=None, padding=0):
    return right_image(x, weight.flip(2), bias, padding=(padding, padding))


@answer("true_conv2d", {"turned-channels-too"})
def flips_everything(x, weight, bias=None, padding=0):
    return right_image(x, weight.flip(0, 1, 2, 3), bias, padding=(padding, padding))


@answer("conv2d_grouped", {"groups-mixed-out"})
def puts_groups_in_turn(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    blocks = [
        right_image(a, b, None, (stride,) * 2, (padding,) * 2, (dilation,) * 2)
        for a, b in zip(x.chunk(groups, 1), weight.chunk(groups), strict=True)
    ]
    out = torch.stack(blocks, 2).reshape(len(x), len(weight), *blocks[0].shape[2:])
    if bias is None:
        return out
    return out + torch.stack(bias.chunk(groups), 1).reshape(-1)[:, None, None]
