"""From dense to local to convolution: fewer weights at each step, and what they still can do.

What the framework calls convolution is cross-correlation: the kernel slides over the input
without being turned round.

    dense                H = W · vect(X) + b                  (hw)² c c' weights
    locally connected    H_i = W_i · vect(P(i)) + b           h w s² c c'
    convolution          H_i = W · vect(P(i)) + b             s² c c' + c'

P(i) is the patch of the input around place i. Shapes: B batch, C_in and C_out channels, L length,
H and W height and width, K kernel_size.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad

from course_lib.layers.correlate import correlate
from course_lib.shapes import ShapeError, Shapes, a_tensor, at_least, fits_the_weights

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def conv1d_loop(x: Tensor, weight: Tensor, bias: Tensor | None = None, padding: int = 0) -> Tensor:
    """1-D cross-correlation, patch by patch: slow, and nothing hidden.

    Shapes: x (B, C_in, L), weight (C_out, C_in, K), bias (C_out)
    -> (B, C_out, L + 2 padding - K + 1). Raises ValueError for shapes that do not fit.
    """
    _expect(x, weight, bias, ("L",), ("K",), groups=1)
    x = pad(x, (at_least("padding", padding, 0),) * 2)
    kernel = weight.shape[2]
    _output_sizes(x.shape[2:], (kernel,), (1,), (1,))
    columns = []
    for i in range(x.shape[2] - kernel + 1):
        patch = x[:, :, i : i + kernel]  # (B, C_in, K)
        # H_i = W · vect(P(i)) + b
        columns.append(linear(patch.flatten(1), weight.flatten(1), bias))  # (B, C_out)
    return torch.stack(columns, dim=2)


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    padding: int | str = 0,
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """1-D cross-correlation in one matmul (im2col); by the FFT where the kernel is long.

    Shapes: x (B, C_in, L), weight (C_out, C_in / groups, K), bias (C_out) -> (B, C_out, L') with
    L' = floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1. padding may be "same" or
    "valid". Raises ValueError for shapes that do not fit. Source: ``torch.nn.functional.conv1d``.
    """
    _expect(x, weight, bias, ("L",), ("K",), groups)
    # A line is an image of one row.
    out = conv2d(
        x.unsqueeze(2),
        weight.unsqueeze(2),
        bias,
        (1, *_many("stride", stride, 1, 1)),
        padding if isinstance(padding, str) else (0, *_many("padding", padding, 1, 0)),
        (1, *_many("dilation", dilation, 1, 1)),
        groups,
    )
    return out.squeeze(2)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] | str = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> Tensor:
    """2-D cross-correlation, one matmul for each row of the kernel; by the FFT where it is large.

    Shapes: x (B, C_in, H, W), weight (C_out, C_in / groups, K_h, K_w), bias (C_out)
    -> (B, C_out, H', W') with H' = floor((H + 2 padding - dilation (K_h - 1) - 1) / stride) + 1.
    padding may be "same" (stride 1; an even kernel pads one more after than before) or "valid".
    Raises ValueError for shapes that do not fit. Source: ``torch.nn.functional.conv2d``.
    """
    _expect(x, weight, bias, ("H", "W"), ("K_h", "K_w"), groups)
    stride, dilation = _many("stride", stride, 2, 1), _many("dilation", dilation, 2, 1)
    borders = _borders(padding, weight.shape[2:], stride, dilation)
    x = pad(x, borders) if any(borders) else x
    sizes = _output_sizes(x.shape[2:], weight.shape[2:], stride, dilation)
    if groups == 1:
        out = correlate(x, weight, stride, dilation, sizes)
    else:
        pairs = zip(x.chunk(groups, dim=1), weight.chunk(groups), strict=True)
        out = torch.cat([correlate(*pair, stride, dilation, sizes) for pair in pairs], dim=1)
    return out if bias is None else out + bias[:, None, None]


def true_conv1d(x: Tensor, weight: Tensor, bias: Tensor | None = None, **options) -> Tensor:
    """Convolution as mathematics defines it: cross-correlation with the kernel turned round.

    Shapes and options: ``conv1d``.
    """
    _expect(x, weight, bias, ("L",), ("K",), options.get("groups", 1))
    return conv1d(x, weight.flip(2), bias, **options)


def true_conv2d(x: Tensor, weight: Tensor, bias: Tensor | None = None, **options) -> Tensor:
    """Convolution as mathematics defines it: cross-correlation with the kernel turned by 180°.

    Shapes and options: ``conv2d``.
    """
    _expect(x, weight, bias, ("H", "W"), ("K_h", "K_w"), options.get("groups", 1))
    return conv2d(x, weight.flip(2, 3), bias, **options)


def parameter_counts(height: int, width: int, c_in: int, c_out: int, kernel: int) -> dict[str, int]:
    """Weights (and the convolution's biases) of the three layers on an image of that size.

    dense (hw)² c c', local hw s² c c', convolution s² c c' + c'. Raises ValueError for sizes < 1.
    """
    for name, size in locals().items():
        at_least(name, size, 1)
    pixels, patch = height * width, kernel * kernel
    return {
        "dense": pixels * pixels * c_in * c_out,
        "local": pixels * patch * c_in * c_out,
        "convolution": patch * c_in * c_out + c_out,
    }


class Dense(nn.Module):
    """``torch.nn.Linear``: every output sees every input.

    Shapes: (..., in_features) -> (..., out_features); weight (out_features, in_features).
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features = at_least("in_features", in_features, 1)
        self.out_features = at_least("out_features", out_features, 1)
        kind = {"device": device, "dtype": dtype}
        self.weight = nn.Parameter(torch.empty(out_features, in_features, **kind))
        self.bias = nn.Parameter(torch.empty(out_features, **kind)) if bias else None
        _reset(self.weight, self.bias, fan_in=in_features)

    def forward(self, input: Tensor) -> Tensor:
        """y = x W^T + b."""
        if a_tensor("input", input).shape[-1:] != (self.in_features,):
            raise ValueError(
                f"input must have {self.in_features} features on its last axis, "
                f"got shape {tuple(input.shape)}"
            )
        fits_the_weights("input", input, self.weight)
        out = input @ self.weight.t()
        return out if self.bias is None else out + self.bias

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class LocallyConnected1d(nn.Module):
    """Each place sees its patch, through weights of its own: a convolution that shares nothing.

    Shapes: (B, C_in, L) -> (B, C_out, L') with L' as in ``conv1d``; weight (L', C_out, C_in, K),
    bias (C_out, L'). The length is part of the layer.
    """

    def __init__(
        self, in_channels, out_channels, length, kernel_size, stride=1, padding=0, bias=True,
        device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        at_least("in_channels", in_channels, 1)
        at_least("out_channels", out_channels, 1)
        self.length, self.stride = at_least("length", length, 1), at_least("stride", stride, 1)
        self.kernel_size = at_least("kernel_size", kernel_size, 1)
        self.padding = at_least("padding", padding, 0)
        (places,) = _output_sizes((length + 2 * padding,), (kernel_size,), (stride,), (1,))
        kind = {"device": device, "dtype": dtype}
        self.weight = nn.Parameter(
            torch.empty(places, out_channels, in_channels, kernel_size, **kind)
        )
        self.bias = nn.Parameter(torch.empty(out_channels, places, **kind)) if bias else None
        bound = 1 / math.sqrt(in_channels * kernel_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """H_i = W_i · vect(P(i)) + b_i."""
        shapes = Shapes(integers=True, L=self.length, C_in=self.weight.shape[2])
        shapes.expect("x", x, "B C_in L")
        fits_the_weights("x", x, self.weight)
        patches = pad(x, (self.padding, self.padding)).unfold(2, self.kernel_size, self.stride)
        # (B, C_in, L', K) with (L', C_out, C_in, K) -> (B, C_out, L')
        out = torch.einsum("bclk,lock->bol", patches, self.weight)
        return out if self.bias is None else out + self.bias


class _Conv(nn.Module):
    """What Conv1d and Conv2d share: torch's arguments, parameters and initialisation."""

    dims: int

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
        bias=True, padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        at_least("groups", groups, 1)
        for name, value in (("in_channels", in_channels), ("out_channels", out_channels)):
            if at_least(name, value, 1) % groups:
                raise ValueError(f"{name} ({value}) must be a multiple of groups ({groups})")
        if padding_mode not in PADDING_MODES:
            raise ValueError(f"padding_mode must be one of {PADDING_MODES}, got {padding_mode!r}")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = _many("kernel_size", kernel_size, self.dims, 1)
        self.stride = _many("stride", stride, self.dims, 1)
        self.dilation = _many("dilation", dilation, self.dims, 1)
        self.padding = (
            padding if isinstance(padding, str) else _many("padding", padding, self.dims, 0)
        )
        self.groups, self.padding_mode = groups, padding_mode
        self._pads = _borders(self.padding, self.kernel_size, self.stride, self.dilation)
        kind = {"device": device, "dtype": dtype}
        shape = out_channels, in_channels // groups, *self.kernel_size
        self.weight = nn.Parameter(torch.empty(shape, **kind))
        self.bias = nn.Parameter(torch.empty(out_channels, **kind)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """As torch: U(-1/√n, 1/√n) with n = C_in / groups · K, same seed, same weights."""
        _reset(self.weight, self.bias, fan_in=math.prod(self.weight.shape[1:]))

    def _run(self, input, convolve):
        unbatched = isinstance(input, Tensor) and input.dim() == 1 + self.dims
        axes = "C_in L" if self.dims == 1 else "C_in H W"
        shapes = Shapes(integers=True, C_in=self.in_channels)
        shapes.expect("input", input, axes if unbatched else f"B {axes}")
        fits_the_weights("input", input, self.weight)
        x = self._padded(input.unsqueeze(0) if unbatched else input)
        options = {"stride": self.stride, "dilation": self.dilation, "groups": self.groups}
        out = convolve(x, self.weight, self.bias, **options)
        return out.squeeze(0) if unbatched else out

    def _padded(self, x):
        if not any(self._pads):
            return x
        # A mirror does not show its edge twice, a circle goes round once.
        room = {"reflect": -1, "circular": 0}.get(self.padding_mode)
        sizes = reversed(x.shape[2:])
        if room is not None and any(
            side > size + room
            for size, *sides in zip(sizes, self._pads[::2], self._pads[1::2], strict=True)
            for side in sides
        ):
            raise ShapeError(
                f"padding_mode={self.padding_mode!r} takes the padding from the input, which must "
                f"be {'larger than' if room else 'as large as'} padding={self.padding}, "
                f"got input of shape {tuple(x.shape)}"
            )
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return pad(x, self._pads, mode=mode)

    def extra_repr(self) -> str:
        """The arguments that are not the default, as torch writes them."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        if self.padding != (0,) * self.dims:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * self.dims:
            text += f", dilation={self.dilation}"
        text += f", groups={self.groups}" if self.groups != 1 else ""
        text += "" if self.bias is not None else ", bias=False"
        text += f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else ""
        return text


class Conv1d(_Conv):
    """``torch.nn.Conv1d``, from scratch. Shapes: (B, C_in, L) or (C_in, L) -> C_out, L'."""

    dims = 1

    def forward(self, input: Tensor) -> Tensor:
        """Pad as ``padding_mode`` says, then ``conv1d``."""
        return self._run(input, conv1d)


class Conv2d(_Conv):
    """``torch.nn.Conv2d``, from scratch. Shapes: (B, C_in, H, W) or unbatched -> C_out, H', W'."""

    dims = 2

    def forward(self, input: Tensor) -> Tensor:
        """Pad as ``padding_mode`` says, then ``conv2d``."""
        return self._run(input, conv2d)


def _reset(weight, bias, fan_in):
    bound = 1 / math.sqrt(fan_in)
    # a=√5 makes this U(-bound, bound); written as torch writes it, for the same last digits.
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        nn.init.uniform_(bias, -bound, bound)


def _expect(x, weight, bias, places, kernel, groups):
    at_least("groups", groups, 1)
    shapes = Shapes(integers=True)
    shapes.expect("x", x, " ".join(("B", "C_in", *places)))
    shapes.expect("weight", weight, " ".join(("C_out", "C_g", *kernel)))
    shapes.expect_if_given("bias", bias, "C_out")
    c_in, c_out, c_g = x.shape[1], weight.shape[0], weight.shape[1]
    if c_in != c_g * groups or c_out % groups:
        raise ShapeError(
            f"weight must be (C_out, C_in / groups, ...) with C_in={c_in} as in x and "
            f"groups={groups}, got shape {tuple(weight.shape)}"
        )


def _output_sizes(padded, kernel, stride, dilation):
    """floor((size + 2 padding - dilation (K - 1) - 1) / stride) + 1 on each axis."""
    sizes = []
    for n, k, s, d in zip(padded, kernel, stride, dilation, strict=True):
        span = d * (k - 1) + 1
        if span > n:
            raise ShapeError(
                f"the kernel spans {span} places (kernel_size={k}, dilation={d}), "
                f"the padded input has {n}"
            )
        sizes.append((n - span) // s + 1)
    return sizes


def _borders(padding, kernel, stride, dilation):
    """Zeros before and after each axis, last axis first, as ``torch.nn.functional.pad`` wants."""
    if padding == "valid":
        return [0, 0] * len(kernel)
    if isinstance(padding, str):
        if padding != "same":
            raise ValueError(f"padding must be an int, 'same' or 'valid', got {padding!r}")
        if any(s != 1 for s in stride):
            raise ValueError(f"padding='same' keeps the size only with stride 1, got {stride}")
        total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [side for n in reversed(total) for side in (n // 2, n - n // 2)]
    return [side for p in reversed(_many("padding", padding, len(kernel), 0)) for side in (p, p)]


def _many(name, value, dims, least):
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * dims
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    if not whole or len(values) != dims or min(values) < least:
        error = ShapeError if whole else TypeError
        raise error(f"{name} must be {dims} int(s), each at least {least}, got {value!r}")
    return values
